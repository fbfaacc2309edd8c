/* Certificate requests read by one walk over their DER, checked and built.
 * Must not grant what a request asks for. */
#include <string.h>

#include "base/enc.h"
#include "pki/cert.h"
#include "pki/crmf.h"
#include "pki/csr.h"
#include "pki/der.h"
#include "pki/issue_ext.h"

#define SIG_MAX 1024
#define EXTENSIONS_MAX 32
#define ATTRIBUTES_MAX 16
#define OID_EXTENSION_REQUEST "1.2.840.113549.1.9.14"

static enum rc broken(struct err *e, const char *what)
{
	enum rc rc = err_set(e, RC_INVALID, "csr-broken",
	    "The certificate request is not well-formed DER: its %s is wrong.",
	    what);

	if (e != NULL)
		e->ref = "RFC 2986 4";
	return rc;
}

static bool take_whole(struct span *in, uint8_t tag, struct span *content,
    struct span *whole)
{
	uint8_t t;

	return der_next(in, &t, content, whole) && t == tag;
}

/* SEQUENCE OF Extension, none of them twice. */
static bool take_extensions(struct csr *c, struct span values)
{
	struct span list, ext, oids[EXTENSIONS_MAX], critical;
	size_t n, i;
	bool found;

	if (!der_take(&values, DER_SEQUENCE, &c->extensions) || values.n != 0 ||
	    c->extensions.n == 0)
		return false;
	list = c->extensions;
	for (n = 0; list.n > 0; n++) {
		if (n == EXTENSIONS_MAX ||
		    !der_take(&list, DER_SEQUENCE, &ext) ||
		    !der_take(&ext, DER_OID, &oids[n]) ||
		    !der_take_optional(&ext, DER_BOOLEAN, &critical, &found) ||
		    (found && critical.n != 1) ||
		    !der_take(&ext, DER_OCTET_STRING, NULL) || ext.n != 0)
			return false;
		for (i = 0; i < n; i++)
			if (span_eq(oids[i], oids[n]))
				return false;
	}
	return true;
}

static bool take_challenge(struct csr *c, struct span values)
{
	uint8_t tag;

	return der_next(&values, &tag, &c->challenge, NULL) && values.n == 0 &&
	    (tag == DER_UTF8 || tag == DER_PRINTABLE || tag == DER_IA5 ||
		tag == DER_T61) &&
	    c->challenge.n > 0;
}

/* clang-format off */
#define PKCS9(n) {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, (n)}
/* clang-format on */

static const struct {
	uint8_t oid[9];
	bool (*take)(struct csr *c, struct span values);
} known[] = {
    {PKCS9(14), take_extensions},
    {PKCS9(7), take_challenge},
};

static bool take_attributes(struct csr *c, struct span list)
{
	struct span attr, values, oids[ATTRIBUTES_MAX];
	size_t n, i;

	for (n = 0; list.n > 0; n++) {
		if (n == ATTRIBUTES_MAX ||
		    !der_take(&list, DER_SEQUENCE, &attr) ||
		    !der_take(&attr, DER_OID, &oids[n]) ||
		    !der_take(&attr, DER_SET, &values) || attr.n != 0 ||
		    values.n == 0)
			return false;
		for (i = 0; i < n; i++)
			if (span_eq(oids[i], oids[n]))
				return false;
		for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			if (span_eq(oids[n],
				span_of(known[i].oid, sizeof(known[i].oid))) &&
			    !known[i].take(c, values))
				return false;
	}
	return true;
}

static enum rc parse_info(struct csr *c, struct span info, struct err *e)
{
	struct span version, name, attributes;

	if (!der_take(&info, DER_INTEGER, &version) ||
	    !span_eq(version, span_of("", 1)))
		return broken(e, "version");
	if (!take_whole(&info, DER_SEQUENCE, &name, &c->subject) ||
	    !cert_is_name(name))
		return broken(e, "subject name");
	if (!take_whole(&info, DER_SEQUENCE, NULL, &c->spki))
		return broken(e, "public key");
	if (!der_take(&info, DER_CONTEXT(0), &attributes) || info.n != 0 ||
	    !take_attributes(c, attributes))
		return broken(e, "list of attributes");
	return key_check_spki(c->spki, &c->type, e);
}

enum rc csr_parse(struct csr *c, struct span der, struct err *e)
{
	struct span in = der, body, info, alg;
	enum rc rc;

	if (crmf_is(der))
		return crmf_parse(c, der, e);
	memset(c, 0, sizeof(*c));
	c->type = KEY_UNKNOWN;
	c->sig = KEY_SIG_UNKNOWN;
	c->der = der;
	if (der.n > CSR_MAX)
		return err_set(e, RC_TOO_LARGE, "csr-too-large",
		    "The certificate request has %zu bytes; at most %d are "
		    "taken.",
		    der.n, CSR_MAX);
	if (!der_take(&in, DER_SEQUENCE, &body) || in.n != 0)
		return broken(e, "outermost SEQUENCE");
	if (!take_whole(&body, DER_SEQUENCE, &info, &c->info))
		return broken(e, "CertificationRequestInfo");
	rc = parse_info(c, info, e);
	if (rc != RC_OK)
		return rc;
	if (!take_whole(&body, DER_SEQUENCE, NULL, &alg) ||
	    !der_take_bits(&body, &c->signature) || body.n != 0 ||
	    c->signature.n == 0)
		return broken(e, "signature");
	c->sig = key_sig_of(alg);
	if (c->sig == KEY_SIG_UNKNOWN)
		return err_set(e, RC_INVALID, "csr-algorithm",
		    "The certificate request is signed by an algorithm that "
		    "is not taken; ECDSA and RSA (PKCS#1 v1.5) with SHA-256, "
		    "SHA-384 or SHA-512 are.");
	return RC_OK;
}

enum rc csr_check(const struct csr *c, struct err *e)
{
	struct key_pub *k;
	enum rc rc;

	rc = key_pub_new(&k, c->spki, e);
	if (rc != RC_OK)
		return rc;
	rc = key_pub_verify(k, c->sig, c->info, c->signature, e);
	key_pub_free(k);
	if (rc == RC_INVALID)
		rc = err_set(e, RC_INVALID, "csr-signature",
		    "The certificate request is not signed by its own key.");
	return rc;
}

static bool is_der(struct span s)
{
	return s.n > 0 && s.p[0] == DER_SEQUENCE;
}

enum rc csr_read(struct buf *out, struct span file, struct err *e)
{
	static const char *const labels[] = {"CERTIFICATE REQUEST",
	    "NEW CERTIFICATE REQUEST"};
	size_t i, before = out->n;
	struct span in;

	if (file.n > 2 * CSR_MAX)
		return err_set(e, RC_TOO_LARGE, "csr-too-large",
		    "The certificate request is too large.");
	if (is_der(file)) {
		buf_add_span(out, file);
		return buf_ok(out) ? RC_OK
				   : err_set(e, RC_TOO_LARGE, "csr-too-large",
					 "The certificate request is too "
					 "large.");
	}
	for (i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		in = file;
		if (enc_unpem(out, labels[i], &in))
			return RC_OK;
	}
	if (enc_unbase64(out, file, true) &&
	    is_der(span_sub(buf_span(out), before, out->n)))
		return RC_OK;
	return err_set(e, RC_INVALID, "csr-not-found",
	    "There is no certificate request here: neither DER, nor base64 of "
	    "it, nor PEM with a CERTIFICATE REQUEST block.");
}

/* SEQUENCE { extensionRequest, SET { Extensions } } */
static void put_names(struct buf *attributes, const char *const *names)
{
	struct buf ext, list, attr;

	buf_init(&ext, CSR_MAX);
	buf_init(&list, CSR_MAX);
	buf_init(&attr, CSR_MAX);
	issue_ext_names(&ext, names);
	der_put(&list, DER_SEQUENCE, buf_span(&ext));
	der_put_oid(&attr, OID_EXTENSION_REQUEST);
	der_put(&attr, DER_SET, buf_span(&list));
	der_put(attributes, DER_SEQUENCE, buf_span(&attr));
	if (!buf_ok(&ext) || !buf_ok(&list) || !buf_ok(&attr))
		attributes->bad = true;
	buf_clear(&ext);
	buf_clear(&list);
	buf_clear(&attr);
}

static void put_info(struct buf *out, struct key *k, const char *common_name,
    const char *org, const char *const *names)
{
	static const uint8_t version[] = {DER_INTEGER, 1, 0};
	struct buf body, attributes;

	buf_init(&body, CSR_MAX);
	buf_init(&attributes, CSR_MAX);
	buf_add(&body, version, sizeof(version));
	issue_ext_name(&body, org, common_name, NULL);
	buf_add_span(&body, key_spki(k));
	if (names != NULL && names[0] != NULL)
		put_names(&attributes, names);
	if (!buf_ok(&attributes))
		body.bad = true;
	der_put(&body, DER_CONTEXT(0), buf_span(&attributes));
	if (!buf_ok(&body))
		out->bad = true;
	der_put(out, DER_SEQUENCE, buf_span(&body));
	buf_clear(&body);
	buf_clear(&attributes);
}

enum rc csr_build(struct key *k, const char *common_name, const char *org,
    const char *const *names, struct buf *out, struct err *e)
{
	struct buf body, sig;
	enum rc rc;

	buf_init(&body, CSR_MAX);
	buf_init(&sig, SIG_MAX);
	put_info(&body, k, common_name, org, names);
	rc = buf_ok(&body)
	    ? key_sign(k, buf_span(&body), &sig, e)
	    : err_set(e, RC_INVALID, "csr-not-built",
		  "The certificate request could not be built: a name in it "
		  "is too long.");
	if (rc == RC_OK) {
		buf_add_span(&body, key_sig_alg(key_sig(k)));
		der_put_bits(&body, buf_span(&sig));
		if (!buf_ok(&body))
			out->bad = true;
		der_put(out, DER_SEQUENCE, buf_span(&body));
		if (!buf_ok(out))
			rc = err_set(e, RC_ENV, "no-memory", "Out of memory.");
	}
	buf_clear(&body);
	buf_clear(&sig);
	return rc;
}
