/* OCSP requests read by one walk over their DER, and responses written.
 * Must not read the clock, nor judge a certificate. */
#include <string.h>

#include "base/clock.h"
#include "pki/der.h"
#include "pki/ocsp.h"

#define ENUMERATED 0x0a
#define SERIAL_MAX 20
#define PART_MAX (16 * 1024) /* bytes of a response */
#define OID_BASIC "1.3.6.1.5.5.7.48.1.1"

static const uint8_t oid_nonce[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30,
    0x01, 0x02};

static const uint8_t oid_eku[] = {0x55, 0x1d, 0x25};
static const uint8_t oid_ocsp_signing[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07,
    0x03, 0x09};

/* AlgorithmIdentifier's content, without parameters. */
static const uint8_t alg_sha1[] = {0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a};
static const uint8_t alg_sha256[] = {0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65,
    0x03, 0x04, 0x02, 0x01};

static const struct {
	struct span alg;
	size_t size;
} hashes[] = {
    [OCSP_SHA1] = {{alg_sha1, sizeof(alg_sha1)}, DIGEST_SHA1},
    [OCSP_SHA256] = {{alg_sha256, sizeof(alg_sha256)}, DIGEST_SHA256},
};
#define HASHES (sizeof(hashes) / sizeof(hashes[0]))

/* Reading */

static enum rc malformed(struct err *e, const char *what)
{
	enum rc rc = err_set(e, RC_INVALID, "ocsp-malformed",
	    "The OCSP request is malformed: %s.", what);

	if (e)
		e->ref = "RFC 6960 4.1.1";
	return rc;
}

/* An INTEGER > 0 without its padding. */
static bool take_serial(struct span *in, struct span *v)
{
	if (!der_take(in, DER_INTEGER, v) || v->n == 0 || (v->p[0] & 0x80))
		return false;
	if (v->n > 1 && v->p[0] == 0) {
		if (!(v->p[1] & 0x80))
			return false;
		*v = span_sub(*v, 1, v->n - 1);
	}
	return v->n <= SERIAL_MAX;
}

static enum rc read_hash(struct span alg, enum ocsp_hash *out, struct err *e)
{
	struct span rest = alg, oid = alg, null = SPAN_NONE;
	bool found;
	size_t i;

	if (!der_take(&rest, DER_OID, NULL))
		return malformed(e, "it names no hash");
	oid.n = alg.n - rest.n;
	if (!der_take_optional(&rest, DER_NULL, &null, &found) || null.n != 0 ||
	    rest.n != 0)
		return malformed(e, "its hash has parameters");
	for (i = 0; i < HASHES; i++)
		if (span_eq(oid, hashes[i].alg)) {
			*out = (enum ocsp_hash)i;
			return RC_OK;
		}
	return err_set(e, RC_NOT_FOUND, "ocsp-hash",
	    "The OCSP request names the issuer by a hash that is not known "
	    "here; SHA-1 and SHA-256 are.");
}

static enum rc read_id(struct span *in, struct ocsp_id *id, struct err *e)
{
	struct span seq, alg;
	uint8_t tag;
	enum rc rc;

	if (!der_next(in, &tag, &seq, &id->der) || tag != DER_SEQUENCE ||
	    !der_take(&seq, DER_SEQUENCE, &alg))
		return malformed(e, "it has no CertID");
	rc = read_hash(alg, &id->hash, e);
	if (rc != RC_OK)
		return rc;
	if (!der_take(&seq, DER_OCTET_STRING, &id->name_hash) ||
	    !der_take(&seq, DER_OCTET_STRING, &id->key_hash) ||
	    id->name_hash.n != hashes[id->hash].size ||
	    id->key_hash.n != hashes[id->hash].size)
		return malformed(e, "a hash has another length");
	if (!take_serial(&seq, &id->serial) || seq.n != 0)
		return malformed(e,
		    "it names no serial number of at most 20 bytes");
	return RC_OK;
}

/* RFC 8954 2.1: an OCTET STRING of 1 to 32 bytes. */
static bool read_nonce(struct span value, struct span *nonce)
{
	return nonce->n == 0 && der_take(&value, DER_OCTET_STRING, nonce) &&
	    value.n == 0 && nonce->n >= 1 && nonce->n <= OCSP_NONCE_MAX;
}

/* Extensions whole; a critical one that is not a nonce cannot be honoured. */
static bool read_extensions(struct span in, struct span *nonce)
{
	struct span list, ext, oid, critical, value;
	bool found;

	if (!der_take(&in, DER_SEQUENCE, &list) || in.n != 0 || list.n == 0)
		return false;
	while (list.n > 0) {
		if (!der_take(&list, DER_SEQUENCE, &ext) ||
		    !der_take(&ext, DER_OID, &oid) ||
		    !der_take_optional(&ext, DER_BOOLEAN, &critical, &found) ||
		    (found && (critical.n != 1 || critical.p[0] != 0xff)) ||
		    !der_take(&ext, DER_OCTET_STRING, &value) || ext.n != 0)
			return false;
		if (nonce &&
		    span_eq(oid, span_of(oid_nonce, sizeof(oid_nonce)))) {
			if (!read_nonce(value, nonce))
				return false;
		} else if (found) {
			return false;
		}
	}
	return true;
}

static enum rc read_list(struct ocsp_request *r, struct span list,
    struct err *e)
{
	struct span one, ext;
	bool found;
	enum rc rc;

	while (list.n > 0) {
		if (r->n == OCSP_CERTS_MAX)
			return err_set(e, RC_TOO_LARGE, "ocsp-too-many",
			    "The OCSP request asks for more than %d "
			    "certificates.",
			    OCSP_CERTS_MAX);
		if (!der_take(&list, DER_SEQUENCE, &one))
			return malformed(e, "its list is broken");
		rc = read_id(&one, &r->ids[r->n], e);
		if (rc != RC_OK)
			return rc;
		if (!der_take_optional(&one, DER_CONTEXT(0), &ext, &found) ||
		    (found && !read_extensions(ext, NULL)) || one.n != 0)
			return malformed(e,
			    "a single request has broken or critical "
			    "extensions");
		r->n++;
	}
	return r->n > 0 ? RC_OK : malformed(e, "it asks for nothing");
}

static bool is_v1(struct span version)
{
	struct span n;

	return der_take(&version, DER_INTEGER, &n) && version.n == 0 &&
	    n.n == 1 && n.p[0] == 0;
}

/* Who asks makes no difference, so a name and a signature are passed over. */
static bool split_request(struct span der, struct span *list, struct span *ext)
{
	struct span request, tbs, version, skip;
	bool found;

	*ext = SPAN_NONE;
	return der_take(&der, DER_SEQUENCE, &request) && der.n == 0 &&
	    der_take(&request, DER_SEQUENCE, &tbs) &&
	    der_take_optional(&request, DER_CONTEXT(0), &skip, &found) &&
	    request.n == 0 &&
	    der_take_optional(&tbs, DER_CONTEXT(0), &version, &found) &&
	    (!found || is_v1(version)) &&
	    der_take_optional(&tbs, DER_CONTEXT(1), &skip, &found) &&
	    der_take(&tbs, DER_SEQUENCE, list) &&
	    der_take_optional(&tbs, DER_CONTEXT(2), ext, &found) &&
	    (!found || ext->n > 0) && tbs.n == 0;
}

enum rc ocsp_request_parse(struct ocsp_request *r, struct span der,
    struct err *e)
{
	struct span list, ext;
	enum rc rc;

	r->n = 0;
	r->nonce = SPAN_NONE;
	if (der.n > OCSP_REQUEST_MAX)
		return err_set(e, RC_TOO_LARGE, "ocsp-too-large",
		    "The OCSP request is larger than %d bytes.",
		    OCSP_REQUEST_MAX);
	if (!split_request(der, &list, &ext))
		return malformed(e, "it is not DER of an OCSPRequest");
	rc = read_list(r, list, e);
	if (rc == RC_OK && ext.n > 0 && !read_extensions(ext, &r->nonce))
		rc = malformed(e,
		    "its extensions are broken or critical, or its nonce is "
		    "not one of 1 to 32 bytes");
	if (rc != RC_OK) {
		r->n = 0;
		r->nonce = SPAN_NONE;
	}
	return rc;
}

static bool lists_signing(struct span value)
{
	struct span list, oid;

	if (!der_take(&value, DER_SEQUENCE, &list) || value.n != 0)
		return false;
	while (list.n > 0) {
		if (!der_take(&list, DER_OID, &oid))
			return false;
		if (span_eq(oid,
			span_of(oid_ocsp_signing, sizeof(oid_ocsp_signing))))
			return true;
	}
	return false;
}

bool ocsp_may_respond(const struct cert *c)
{
	struct span list = c->extensions, ext, oid, critical, value;
	bool found;

	while (list.n > 0) {
		if (!der_take(&list, DER_SEQUENCE, &ext) ||
		    !der_take(&ext, DER_OID, &oid) ||
		    !der_take_optional(&ext, DER_BOOLEAN, &critical, &found) ||
		    !der_take(&ext, DER_OCTET_STRING, &value))
			return false;
		if (span_eq(oid, span_of(oid_eku, sizeof(oid_eku))))
			return lists_signing(value);
	}
	return false;
}

/* Writing */

static void close_into(struct buf *out, uint8_t tag, struct buf *inner)
{
	if (!buf_ok(inner))
		out->bad = true;
	der_put(out, tag, buf_span(inner));
	buf_clear(inner);
}

static void two_digits(uint8_t *p, int v)
{
	p[0] = (uint8_t)('0' + v / 10 % 10);
	p[1] = (uint8_t)('0' + v % 10);
}

/* OCSP has no UTCTime (RFC 6960 4.2.2.1). */
static void put_time(struct buf *out, int64_t t_s)
{
	struct clock_civil c;
	uint8_t text[15];

	clock_civil(t_s, &c);
	if (c.year < 1950 || c.year > 9999) {
		out->bad = true;
		return;
	}
	two_digits(text, c.year / 100);
	two_digits(text + 2, c.year);
	two_digits(text + 4, c.month);
	two_digits(text + 6, c.day);
	two_digits(text + 8, c.hour);
	two_digits(text + 10, c.minute);
	two_digits(text + 12, c.second);
	text[14] = 'Z';
	der_put(out, DER_GENERALIZED_TIME, span_of(text, sizeof(text)));
}

static void put_enumerated(struct buf *out, int v)
{
	uint8_t byte = (uint8_t)v;

	der_put(out, ENUMERATED, span_of(&byte, 1));
}

static void put_revoked(struct buf *out, const struct ocsp_single *s)
{
	struct buf info, reason;

	buf_init(&info, PART_MAX);
	put_time(&info, s->revoked_at);
	/* RFC 5280 5.3.1: unspecified is said by saying nothing. */
	if (s->reason > 0) {
		buf_init(&reason, PART_MAX);
		put_enumerated(&reason, s->reason);
		close_into(&info, DER_CONTEXT(0), &reason);
	}
	close_into(out, DER_CONTEXT(1), &info);
}

static void put_single(struct buf *out, const struct ocsp_single *s)
{
	struct buf single, next;

	buf_init(&single, PART_MAX);
	buf_add_span(&single, s->id);
	if (s->state == OCSP_REVOKED)
		put_revoked(&single, s);
	else
		der_put(&single,
		    DER_CONTEXT_PRIM(s->state == OCSP_GOOD ? 0 : 2), SPAN_NONE);
	put_time(&single, s->this_update);
	buf_init(&next, PART_MAX);
	put_time(&next, s->next_update);
	close_into(&single, DER_CONTEXT(0), &next);
	close_into(out, DER_SEQUENCE, &single);
}

static void put_nonce(struct buf *out, struct span nonce)
{
	struct buf value, ext, list, all;

	buf_init(&value, PART_MAX);
	buf_init(&ext, PART_MAX);
	buf_init(&list, PART_MAX);
	buf_init(&all, PART_MAX);
	der_put(&value, DER_OCTET_STRING, nonce);
	der_put(&ext, DER_OID, span_of(oid_nonce, sizeof(oid_nonce)));
	close_into(&ext, DER_OCTET_STRING, &value);
	close_into(&list, DER_SEQUENCE, &ext);
	close_into(&all, DER_SEQUENCE, &list);
	close_into(out, DER_CONTEXT(1), &all);
}

/* ResponseData, what is signed. */
static void put_data(struct buf *out, const struct ocsp_response *r,
    struct span spki)
{
	uint8_t id[DIGEST_SHA1];
	struct buf data, part;
	size_t i;

	buf_init(&data, PART_MAX);
	buf_init(&part, PART_MAX);
	digest_sha1(key_spki_bits(spki), id);
	der_put(&part, DER_OCTET_STRING, span_of(id, sizeof(id)));
	close_into(&data, DER_CONTEXT(2), &part);
	put_time(&data, r->produced_at);
	for (i = 0; i < r->n; i++)
		put_single(&part, &r->singles[i]);
	close_into(&data, DER_SEQUENCE, &part);
	if (r->nonce.n > 0)
		put_nonce(&data, r->nonce);
	close_into(out, DER_SEQUENCE, &data);
}

static void put_response(struct buf *out, struct span tbs, enum key_sig sig,
    struct span signature, struct span cert)
{
	struct buf basic, part, bytes;

	buf_init(&basic, PART_MAX);
	buf_init(&part, PART_MAX);
	buf_init(&bytes, PART_MAX);
	buf_add_span(&basic, tbs);
	buf_add_span(&basic, key_sig_alg(sig));
	der_put_bits(&basic, signature);
	der_put(&part, DER_SEQUENCE, cert);
	close_into(&basic, DER_CONTEXT(0), &part);
	close_into(&part, DER_SEQUENCE, &basic);
	der_put_oid(&bytes, OID_BASIC);
	close_into(&bytes, DER_OCTET_STRING, &part);
	close_into(&part, DER_SEQUENCE, &bytes);
	put_enumerated(&bytes, 0); /* successful */
	close_into(&bytes, DER_CONTEXT(0), &part);
	close_into(out, DER_SEQUENCE, &bytes);
}

enum rc ocsp_response_build(const struct ocsp_response *r,
    struct key *responder, struct buf *out, struct err *e)
{
	struct span spki = key_spki(responder);
	struct buf tbs, sig;
	struct cert c;
	enum rc rc;

	if (r->n < 1 || r->n > OCSP_CERTS_MAX || r->nonce.n > OCSP_NONCE_MAX)
		return err_set(e, RC_INVALID, "ocsp-response",
		    "An OCSP response speaks of 1 to %d certificates.",
		    OCSP_CERTS_MAX);
	rc = cert_parse(&c, r->responder_cert, e);
	if (rc != RC_OK)
		return rc;
	if (!span_eq(c.spki, spki))
		return err_set(e, RC_INVALID, "responder-key-differs",
		    "The responder's certificate is not the one of this key.");
	buf_init(&tbs, PART_MAX);
	buf_init(&sig, PART_MAX);
	put_data(&tbs, r, spki);
	if (!buf_ok(&tbs)) {
		rc = err_set(e, RC_ENV, "ocsp-not-built",
		    "The OCSP response could not be built: out of memory, or "
		    "a time in it is out of range.");
		goto out;
	}
	rc = key_sign(responder, buf_span(&tbs), &sig, e);
	if (rc != RC_OK)
		goto out;
	put_response(out, buf_span(&tbs), key_sig(responder), buf_span(&sig),
	    r->responder_cert);
	if (!buf_ok(out))
		rc = err_set(e, RC_ENV, "no-memory", "Out of memory.");
out:
	buf_clear(&tbs);
	buf_clear(&sig);
	return rc;
}

void ocsp_refusal(enum ocsp_status status, struct buf *out)
{
	struct buf body;

	buf_init(&body, PART_MAX);
	put_enumerated(&body, (int)status);
	close_into(out, DER_SEQUENCE, &body);
}

void ocsp_issuer_hash(enum ocsp_hash hash, const struct cert *issuer,
    uint8_t name_hash[32], uint8_t key_hash[32])
{
	struct span bits = key_spki_bits(issuer->spki);

	if (hash == OCSP_SHA1) {
		digest_sha1(issuer->subject, name_hash);
		digest_sha1(bits, key_hash);
	} else {
		digest_sha256(issuer->subject, name_hash);
		digest_sha256(bits, key_hash);
	}
}

enum rc ocsp_id_build(enum ocsp_hash hash, const struct cert *issuer,
    struct span serial, struct buf *out, struct err *e)
{
	uint8_t name_hash[32], key_hash[32];
	struct buf id, alg;

	ocsp_issuer_hash(hash, issuer, name_hash, key_hash);
	buf_init(&id, PART_MAX);
	buf_init(&alg, PART_MAX);
	buf_add_span(&alg, hashes[hash].alg);
	/* What everybody writes for SHA-1, and OpenSSL for every hash. */
	der_put(&alg, DER_NULL, SPAN_NONE);
	close_into(&id, DER_SEQUENCE, &alg);
	der_put(&id, DER_OCTET_STRING, span_of(name_hash, hashes[hash].size));
	der_put(&id, DER_OCTET_STRING, span_of(key_hash, hashes[hash].size));
	der_put_uint(&id, serial);
	close_into(out, DER_SEQUENCE, &id);
	if (!buf_ok(out))
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	return RC_OK;
}
