/* CMS messages with their content inside, written and read by walking DER:
 * one signer, SHA-2, signed attributes.
 * Must not judge the signer's certificate beyond its key. */
#include <stdlib.h>
#include <string.h>

#include "pki/cms_wrap.h"
#include "pki/der.h"
#include "pki/key_alg.h"

#define OID_SIGNED_DATA "1.2.840.113549.1.7.2"
#define OID_DATA "1.2.840.113549.1.7.1"
#define OID_CONTENT_TYPE "1.2.840.113549.1.9.3"
#define OID_MESSAGE_DIGEST "1.2.840.113549.1.9.4"
#define OID_SIGNING_TIME "1.2.840.113549.1.9.5"
#define OID_RSA "1.2.840.113549.1.1.1"
#define OID_TEXT_MAX 64
#define ATTRS_MAX 16 /* signed attributes of one message */

static const struct {
	const char *oid;
	enum key_sig ecdsa, rsa;
} hashes[] = {
    {"2.16.840.1.101.3.4.2.1", KEY_SIG_ECDSA_SHA256, KEY_SIG_RSA_SHA256},
    {"2.16.840.1.101.3.4.2.2", KEY_SIG_ECDSA_SHA384, KEY_SIG_RSA_SHA384},
    {"2.16.840.1.101.3.4.2.3", KEY_SIG_ECDSA_SHA512, KEY_SIG_RSA_SHA512},
};
#define HASHES (sizeof(hashes) / sizeof(hashes[0]))

/* Writing */

static void close_into(struct buf *out, uint8_t tag, struct buf *inner)
{
	if (!buf_ok(inner))
		out->bad = true;
	der_put(out, tag, buf_span(inner));
	buf_clear(inner);
}

static int by_bytes(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	int d = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);

	return d != 0 ? d : (x->n > y->n) - (x->n < y->n);
}

/* The elements of a SET OF in DER's order (X.690 11.6); sorts them. */
static void put_set(struct buf *out, uint8_t tag, struct span *elements,
    size_t n)
{
	struct buf set;
	size_t i;

	qsort(elements, n, sizeof(*elements), by_bytes);
	buf_init(&set, CMS_WRAP_MAX);
	for (i = 0; i < n; i++)
		buf_add_span(&set, elements[i]);
	close_into(out, tag, &set);
}

/* AlgorithmIdentifier; of hashes without parameters (RFC 5754 2). */
static void put_alg(struct buf *out, const char *oid, bool null)
{
	struct buf alg;

	buf_init(&alg, CMS_WRAP_MAX);
	der_put_oid(&alg, oid);
	if (null)
		der_put(&alg, DER_NULL, SPAN_NONE);
	close_into(out, DER_SEQUENCE, &alg);
}

static void put_small(struct buf *out, uint8_t v)
{
	der_put_uint(out, span_of(&v, 1));
}

/* An attribute of one value, which is freed. */
static void put_attr(struct buf *out, const char *oid, struct buf *value)
{
	struct buf attr;

	buf_init(&attr, CMS_WRAP_MAX);
	der_put_oid(&attr, oid);
	close_into(&attr, DER_SET, value);
	close_into(out, DER_SEQUENCE, &attr);
}

/* SET OF Attribute, with the tag of a SET as it is signed (RFC 5652 5.4). */
static void put_attrs(struct buf *out, const char *type, struct span digest,
    int64_t now_s)
{
	struct buf all, value;
	struct span elements[3];
	size_t ends[3], i;

	buf_init(&all, CMS_WRAP_MAX);
	buf_init(&value, CMS_WRAP_MAX);
	der_put_oid(&value, type);
	put_attr(&all, OID_CONTENT_TYPE, &value);
	ends[0] = all.n;
	der_put(&value, DER_OCTET_STRING, digest);
	put_attr(&all, OID_MESSAGE_DIGEST, &value);
	ends[1] = all.n;
	der_put_time(&value, now_s);
	put_attr(&all, OID_SIGNING_TIME, &value);
	ends[2] = all.n;
	for (i = 0; i < 3; i++)
		elements[i] = span_sub(buf_span(&all), i > 0 ? ends[i - 1] : 0,
		    ends[i] - (i > 0 ? ends[i - 1] : 0));
	if (buf_ok(&all))
		put_set(out, DER_SET, elements, 3);
	else
		out->bad = true;
	buf_clear(&all);
}

static void put_signer(struct buf *out, const struct cert *c, size_t hash,
    struct span attrs, struct span signature)
{
	struct buf info, id;
	struct span in = attrs, body = SPAN_NONE;

	buf_init(&info, CMS_WRAP_MAX);
	buf_init(&id, CMS_WRAP_MAX);
	put_small(&info, 1);
	buf_add_span(&id, c->issuer);
	der_put_uint(&id, c->serial);
	close_into(&info, DER_SEQUENCE, &id);
	put_alg(&info, hashes[hash].oid, false);
	if (!der_take(&in, DER_SET, &body))
		info.bad = true;
	der_put(&info, DER_CONTEXT(0), body);
	/* RFC 3370 3.2: rsaEncryption is what every reader knows. */
	if (key_spki_bits(c->spki).p[0] == 0x04)
		buf_add_span(&info, key_sig_alg(hashes[hash].ecdsa));
	else
		put_alg(&info, OID_RSA, true);
	der_put(&info, DER_OCTET_STRING, signature);
	close_into(out, DER_SEQUENCE, &info);
}

static void put_message(struct buf *out, struct buf *signed_data)
{
	struct buf info, inner;

	buf_init(&info, CMS_WRAP_MAX);
	buf_init(&inner, CMS_WRAP_MAX);
	der_put_oid(&info, OID_SIGNED_DATA);
	close_into(&inner, DER_SEQUENCE, signed_data);
	close_into(&info, DER_CONTEXT(0), &inner);
	close_into(out, DER_SEQUENCE, &info);
}

static enum rc finish(const struct buf *out, struct err *e)
{
	if (buf_ok(out))
		return RC_OK;
	return err_set(e, RC_TOO_LARGE, "cms-size",
	    "The CMS message would be larger than %d bytes.", CMS_WRAP_MAX);
}

static void put_content(struct buf *out, const struct cms_wrap *w)
{
	struct buf encap, octets;

	buf_init(&encap, CMS_WRAP_MAX);
	buf_init(&octets, CMS_WRAP_MAX);
	der_put_oid(&encap, w->type);
	der_put(&octets, DER_OCTET_STRING, w->content);
	close_into(&encap, DER_CONTEXT(0), &octets);
	close_into(out, DER_SEQUENCE, &encap);
}

static void put_signed(struct buf *out, const struct cms_wrap *w, size_t hash,
    struct buf *signer)
{
	struct span certs[CMS_WRAP_CERTS_MAX];
	struct buf data, alg;
	size_t i;

	buf_init(&data, CMS_WRAP_MAX);
	buf_init(&alg, CMS_WRAP_MAX);
	put_small(&data, 3); /* RFC 5652 5.1: content that is not id-data */
	put_alg(&alg, hashes[hash].oid, false);
	close_into(&data, DER_SET, &alg);
	put_content(&data, w);
	certs[0] = w->cert;
	for (i = 0; i < w->chain_n; i++)
		certs[i + 1] = w->chain[i];
	put_set(&data, DER_CONTEXT(0), certs, w->chain_n + 1);
	close_into(&data, DER_SET, signer);
	put_message(out, &data);
}

enum rc cms_wrap_sign(const struct cms_wrap *w, struct key *k, int64_t now_s,
    struct buf *out, struct err *e)
{
	size_t hash = key_sig(k) == KEY_SIG_ECDSA_SHA384 ? 1 : 0, n;
	uint8_t digest[KEY_ALG_HASH_MAX];
	struct buf attrs, sig, signer;
	struct cert c;
	enum rc rc;

	if (w->chain_n >= CMS_WRAP_CERTS_MAX)
		return err_set(e, RC_TOO_LARGE, "cms-certs",
		    "A CMS message holds %d certificates at most.",
		    CMS_WRAP_CERTS_MAX);
	rc = cert_parse(&c, w->cert, e);
	if (rc != RC_OK)
		return rc;
	if (!span_eq(c.spki, key_spki(k)))
		return err_set(e, RC_INVALID, "signer-key-differs",
		    "The signer's certificate is not the one of this key.");
	buf_init(&attrs, CMS_WRAP_MAX);
	buf_init(&sig, CMS_WRAP_MAX);
	buf_init(&signer, CMS_WRAP_MAX);
	n = key_alg_hash(key_sig(k), w->content, digest);
	put_attrs(&attrs, w->type, span_of(digest, n), now_s);
	rc = n > 0 && buf_ok(&attrs)
	    ? key_sign(k, buf_span(&attrs), &sig, e)
	    : err_set(e, RC_ENV, "no-memory", "Out of memory.");
	if (rc != RC_OK)
		goto out;
	put_signer(&signer, &c, hash, buf_span(&attrs), buf_span(&sig));
	put_signed(out, w, hash, &signer);
	rc = finish(out, e);
out:
	buf_clear(&attrs);
	buf_clear(&sig);
	buf_clear(&signer);
	return rc;
}

enum rc cms_wrap_certs(const struct span *certs, size_t n, struct buf *out,
    struct err *e)
{
	struct span sorted[CMS_WRAP_CERTS_MAX];
	struct buf data, encap;
	size_t i;

	if (n > CMS_WRAP_CERTS_MAX)
		return err_set(e, RC_TOO_LARGE, "cms-certs",
		    "A CMS message holds %d certificates at most.",
		    CMS_WRAP_CERTS_MAX);
	for (i = 0; i < n; i++)
		sorted[i] = certs[i];
	buf_init(&data, CMS_WRAP_MAX);
	buf_init(&encap, CMS_WRAP_MAX);
	put_small(&data, 1);
	der_put(&data, DER_SET, SPAN_NONE);
	der_put_oid(&encap, OID_DATA);
	close_into(&data, DER_SEQUENCE, &encap);
	put_set(&data, DER_CONTEXT(0), sorted, n);
	der_put(&data, DER_SET, SPAN_NONE);
	put_message(out, &data);
	return finish(out, e);
}

/* Reading */

struct message {
	struct span type, content; /* of what is inside */
	struct span certs;	   /* elements */
	/* the one signer */
	struct span issuer, serial, ski; /* either a name and number or ski */
	size_t hash;
	struct span attrs; /* elements */
	struct span sig_alg, signature;
};

static bool is_oid(struct span oid, const char *dotted)
{
	uint8_t bytes[OID_TEXT_MAX];
	size_t n;

	return der_oid_encode(dotted, bytes, sizeof(bytes), &n) &&
	    span_eq(oid, span_of(bytes, n));
}

static bool take_small(struct span *in, uint8_t *v)
{
	struct span n;

	if (!der_take(in, DER_INTEGER, &n) || n.n != 1)
		return false;
	*v = n.p[0];
	return true;
}

/* An INTEGER >= 0 without its padding. */
static bool take_serial(struct span *in, struct span *v)
{
	if (!der_take(in, DER_INTEGER, v) || v->n == 0 || (v->p[0] & 0x80))
		return false;
	if (v->n > 1 && v->p[0] == 0) {
		if (!(v->p[1] & 0x80))
			return false;
		*v = span_sub(*v, 1, v->n - 1);
	}
	return true;
}

static bool take_hash(struct span *in, size_t *hash)
{
	struct span alg, oid, null = SPAN_NONE;
	bool found;

	if (!der_take(in, DER_SEQUENCE, &alg) ||
	    !der_take(&alg, DER_OID, &oid) ||
	    !der_take_optional(&alg, DER_NULL, &null, &found) || null.n != 0 ||
	    alg.n != 0)
		return false;
	for (*hash = 0; *hash < HASHES; (*hash)++)
		if (is_oid(oid, hashes[*hash].oid))
			return true;
	return false;
}

static bool take_sid(struct span *in, uint8_t version, struct message *m)
{
	struct span sid;
	uint8_t tag;

	if (version == 3)
		return der_take(in, DER_CONTEXT_PRIM(0), &m->ski) &&
		    m->ski.n > 0;
	return version == 1 && der_take(in, DER_SEQUENCE, &sid) &&
	    der_next(&sid, &tag, NULL, &m->issuer) && tag == DER_SEQUENCE &&
	    take_serial(&sid, &m->serial) && sid.n == 0;
}

static bool take_signer(struct span infos, struct message *m)
{
	struct span info, skip;
	uint8_t version, tag;
	bool found;

	return der_take(&infos, DER_SEQUENCE, &info) && infos.n == 0 &&
	    take_small(&info, &version) && take_sid(&info, version, m) &&
	    take_hash(&info, &m->hash) &&
	    der_take(&info, DER_CONTEXT(0), &m->attrs) &&
	    der_next(&info, &tag, NULL, &m->sig_alg) && tag == DER_SEQUENCE &&
	    der_take(&info, DER_OCTET_STRING, &m->signature) &&
	    der_take_optional(&info, DER_CONTEXT(1), &skip, &found) &&
	    info.n == 0;
}

static bool read_message(struct span der, struct message *m)
{
	struct span info, oid, outer, data, algs, encap, wrap, infos, skip;
	uint8_t version;
	size_t hash;
	bool found;

	return der_take(&der, DER_SEQUENCE, &info) && der.n == 0 &&
	    der_take(&info, DER_OID, &oid) && is_oid(oid, OID_SIGNED_DATA) &&
	    der_take(&info, DER_CONTEXT(0), &outer) && info.n == 0 &&
	    der_take(&outer, DER_SEQUENCE, &data) && outer.n == 0 &&
	    take_small(&data, &version) && version >= 1 && version <= 5 &&
	    der_take(&data, DER_SET, &algs) && take_hash(&algs, &hash) &&
	    algs.n == 0 && der_take(&data, DER_SEQUENCE, &encap) &&
	    der_take(&encap, DER_OID, &m->type) &&
	    der_take(&encap, DER_CONTEXT(0), &wrap) && encap.n == 0 &&
	    der_take(&wrap, DER_OCTET_STRING, &m->content) && wrap.n == 0 &&
	    der_take(&data, DER_CONTEXT(0), &m->certs) &&
	    der_take_optional(&data, DER_CONTEXT(1), &skip, &found) &&
	    der_take(&data, DER_SET, &infos) && data.n == 0 &&
	    take_signer(infos, m) && m->hash == hash;
}

/* What RFC 5652 5.3 demands: content-type and message-digest, each once and
 * with one value.  Others are the signer's business. */
static bool read_attrs(struct span attrs, struct span *type,
    struct span *digest)
{
	struct span attr, oid, values, *to;
	uint8_t tag;
	size_t n;

	*type = *digest = SPAN_NONE;
	for (n = 0; attrs.n > 0; n++) {
		if (n == ATTRS_MAX || !der_take(&attrs, DER_SEQUENCE, &attr) ||
		    !der_take(&attr, DER_OID, &oid) ||
		    !der_take(&attr, DER_SET, &values) || attr.n != 0)
			return false;
		if (is_oid(oid, OID_CONTENT_TYPE)) {
			tag = DER_OID;
			to = type;
		} else if (is_oid(oid, OID_MESSAGE_DIGEST)) {
			tag = DER_OCTET_STRING;
			to = digest;
		} else {
			continue;
		}
		if (to->n > 0 || !der_take(&values, tag, to) || to->n == 0 ||
		    values.n != 0)
			return false;
	}
	return type->n > 0 && digest->n > 0;
}

/* The signer's certificate among those inside. */
static bool find_cert(const struct message *m, struct cert *out)
{
	struct span in = m->certs, whole;
	uint8_t tag;
	size_t n;

	for (n = 0; in.n > 0 && n < CMS_WRAP_CERTS_MAX; n++) {
		if (!der_next(&in, &tag, NULL, &whole) || tag != DER_SEQUENCE)
			return false;
		if (cert_parse(out, whole, NULL) != RC_OK)
			continue;
		if (m->ski.n > 0 ? span_eq(out->ski, m->ski)
				 : span_eq(out->issuer, m->issuer) &&
			    span_eq(out->serial, m->serial))
			return true;
	}
	return false;
}

/* RFC 3370 and 5754: an RSA signature may name its hash or leave that to the
 * digest algorithm. */
static enum key_sig signature_kind(const struct message *m)
{
	enum key_sig sig = key_sig_of(m->sig_alg);
	struct span in = m->sig_alg, alg, oid, null;

	if (sig == hashes[m->hash].ecdsa || sig == hashes[m->hash].rsa)
		return sig;
	if (der_take(&in, DER_SEQUENCE, &alg) &&
	    der_take(&alg, DER_OID, &oid) && is_oid(oid, OID_RSA) &&
	    der_take(&alg, DER_NULL, &null) && null.n == 0 && alg.n == 0)
		return hashes[m->hash].rsa;
	return KEY_SIG_UNKNOWN;
}

static enum rc check_signature(const struct message *m, const struct cert *c,
    struct err *e)
{
	enum key_sig sig = signature_kind(m);
	struct key_pub *pub = NULL;
	struct buf attrs;
	enum rc rc;

	if (sig == KEY_SIG_UNKNOWN)
		return err_set(e, RC_INVALID, "cms-algorithm",
		    "The CMS message is signed by an algorithm that is not "
		    "taken; ECDSA and RSA with SHA-2 are.");
	buf_init(&attrs, CMS_WRAP_MAX);
	der_put(&attrs, DER_SET, m->attrs);
	rc = buf_ok(&attrs) ? key_pub_new(&pub, c->spki, e)
			    : err_set(e, RC_ENV, "no-memory", "Out of memory.");
	if (rc == RC_OK)
		rc =
		    key_pub_verify(pub, sig, buf_span(&attrs), m->signature, e);
	if (rc == RC_INVALID)
		rc = err_set(e, RC_INVALID, "cms-signature",
		    "The signature of the CMS message is not by the key of "
		    "its certificate, or what it signs was changed.");
	key_pub_free(pub);
	buf_clear(&attrs);
	return rc;
}

static enum rc check_content(const struct message *m, const char *want,
    struct err *e)
{
	struct span type, digest;
	uint8_t own[KEY_ALG_HASH_MAX];
	size_t n;

	if (!is_oid(m->type, want))
		return err_set(e, RC_INVALID, "cms-type",
		    "The CMS message holds something else than asked for: its "
		    "content type is not %s.",
		    want);
	if (!read_attrs(m->attrs, &type, &digest) || !span_eq(type, m->type))
		return err_set(e, RC_INVALID, "cms-attributes",
		    "The signed attributes of the CMS message do not name "
		    "its content type and digest (RFC 5652 5.3).");
	n = key_alg_hash(hashes[m->hash].ecdsa, m->content, own);
	if (n == 0 || !span_eq(digest, span_of(own, n)))
		return err_set(e, RC_INVALID, "cms-digest",
		    "The content of the CMS message is not what was signed.");
	return RC_OK;
}

enum rc cms_wrap_verify(struct span der, const char *type, struct buf *content,
    struct buf *cert, struct err *e)
{
	struct message m = {.type = SPAN_NONE};
	struct cert c;
	enum rc rc;

	if (der.n > CMS_WRAP_MAX)
		return err_set(e, RC_TOO_LARGE, "cms-size",
		    "The CMS message is larger than %d bytes.", CMS_WRAP_MAX);
	if (!read_message(der, &m))
		return err_set(e, RC_INVALID, "cms-form",
		    "This is not a CMS message (DER) of one signer with its "
		    "content, signed attributes, SHA-2 and the signer's "
		    "certificate inside.");
	rc = check_content(&m, type, e);
	if (rc != RC_OK)
		return rc;
	if (!find_cert(&m, &c))
		return err_set(e, RC_INVALID, "cms-signer",
		    "The CMS message does not hold its signer's certificate.");
	rc = check_signature(&m, &c, e);
	if (rc != RC_OK)
		return rc;
	buf_add_span(content, m.content);
	buf_add_span(cert, c.der);
	if (!buf_ok(content) || !buf_ok(cert))
		return err_set(e, RC_TOO_LARGE, "cms-size",
		    "The content of the CMS message is too large.");
	return RC_OK;
}
