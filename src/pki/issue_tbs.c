/* What is signed in a certificate, put together, and the signature to it.
 * Must not choose a serial number, nor what a certificate says. */
#include "pki/issue_tbs.h"
#include "pki/der.h"

enum rc issue_tbs_fault(struct err *e)
{
	return err_set(e, RC_ENV, "cert-not-built",
	    "The certificate could not be built: out of memory, or a name or "
	    "an address in it is too long or not of its form.");
}

void issue_tbs_put(struct buf *out, const struct issue_tbs *t)
{
	static const uint8_t version[] = {DER_INTEGER, 1, 2};
	struct buf body, part;

	buf_init(&body, CERT_DER_MAX);
	buf_init(&part, CERT_DER_MAX);
	der_put(&body, DER_CONTEXT(0), span_of(version, sizeof(version)));
	der_put_uint(&body, t->serial);
	buf_add_span(&body, t->sig_alg);
	buf_add_span(&body, t->issuer);
	der_put_time(&part, t->not_before);
	der_put_time(&part, t->not_after);
	der_put(&body, DER_SEQUENCE, buf_span(&part));
	buf_add_span(&body, t->subject);
	buf_add_span(&body, t->spki);
	if (!buf_ok(&part) || !buf_ok(t->extensions))
		out->bad = true;
	buf_reset(&part);
	der_put(&part, DER_SEQUENCE, buf_span(t->extensions));
	der_put(&body, DER_CONTEXT(3), buf_span(&part));
	if (!buf_ok(&part) || !buf_ok(&body))
		out->bad = true;
	der_put(out, DER_SEQUENCE, buf_span(&body));
	buf_clear(&part);
	buf_clear(&body);
}

static size_t whole_length(size_t n)
{
	return n + (n < 0x80 ? 2 : n < 0x100 ? 3 : 4);
}

/* Signs tbs and appends the certificate; sig is scratch.  No copy is made of
 * what is put together, as this runs once for every chip. */
enum rc issue_tbs_sign(struct buf *out, struct span tbs, struct key *k,
    struct buf *sig, struct err *e)
{
	struct span alg = key_sig_alg(key_sig(k));
	size_t body;
	enum rc rc;

	buf_reset(sig);
	rc = key_sign(k, tbs, sig, e);
	if (rc != RC_OK)
		return rc;
	body = tbs.n + alg.n + whole_length(sig->n + 1);
	if (whole_length(body) > CERT_DER_MAX)
		return err_set(e, RC_TOO_LARGE, "cert-too-large",
		    "The certificate would be larger than %d bytes.",
		    CERT_DER_MAX);
	der_put_header(out, DER_SEQUENCE, body);
	buf_add_span(out, tbs);
	buf_add_span(out, alg);
	der_put_header(out, DER_BIT_STRING, sig->n + 1);
	buf_add_u8(out, 0);
	buf_add_span(out, buf_span(sig));
	return buf_ok(out) ? RC_OK : issue_tbs_fault(e);
}

enum rc issue_tbs_issuer(struct span cert_der, const struct key *k,
    struct cert *c, struct err *e)
{
	enum rc rc = cert_parse(c, cert_der, e);

	if (rc != RC_OK)
		return rc;
	if (!span_eq(c->spki, key_spki(k)))
		return err_set(e, RC_INVALID, "issuer-key-differs",
		    "The issuer's certificate is not the one of this key.");
	if (!c->is_ca || !(c->key_usage & CERT_KU_KEY_CERT_SIGN))
		return err_set(e, RC_INVALID, "issuer-not-ca",
		    "The issuer's certificate is not a CA's.");
	return RC_OK;
}
