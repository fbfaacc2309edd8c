/* Certificates of another CA, out of its answers and judged.
 * Must not take one for another key than was asked for. */
#include "pki/issued.h"

#include <openssl/cms.h>
#include <openssl/x509.h>

#include "base/enc.h"
#include "pki/chain.h"
#include "pki/ossl.h"

static enum rc wrong(struct err *e, const char *what)
{
	return err_set(e, RC_INVALID, "upstream-answer",
	    "The answer of the certificate authority is refused: %s.", what);
}

static enum rc put_certs(CMS_ContentInfo *cms, struct buf *ders, struct err *e)
{
	STACK_OF(X509) *list = CMS_get1_certs(cms);
	int i, n = list ? sk_X509_num(list) : 0;
	enum rc rc = RC_OK;

	if (n < 1 || n > ISSUED_CERTS_MAX)
		rc = wrong(e, "it holds no certificates, or too many");
	for (i = 0; rc == RC_OK && i < n; i++) {
		unsigned char *der = NULL;
		int size = i2d_X509(sk_X509_value(list, i), &der);

		if (size > 0)
			buf_add(ders, der, (size_t)size);
		else
			rc = ossl_fault(e, RC_INVALID, "upstream-answer",
			    "A certificate of the answer cannot be read");
		OPENSSL_free(der);
	}
	sk_X509_pop_free(list, X509_free);
	if (rc == RC_OK && !buf_ok(ders))
		rc = err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	return rc;
}

enum rc issued_certs(struct span answer, struct buf *ders, struct err *e)
{
	CMS_ContentInfo *cms = NULL;
	const unsigned char *p;
	struct buf der;
	enum rc rc;

	buf_init(&der, ISSUED_ANSWER_MAX);
	if (answer.n > 0 && answer.p[0] == 0x30)
		buf_add_span(&der, answer);
	else if (!enc_unbase64(&der, answer, true))
		buf_reset(&der);
	p = der.p;
	if (buf_ok(&der) && der.n > 0)
		cms = d2i_CMS_ContentInfo(NULL, &p, (long)der.n);
	if (!cms || p != der.p + der.n)
		rc = ossl_fault(e, RC_INVALID, "upstream-answer",
		    "The answer of the certificate authority is no certs-only "
		    "message (RFC 7030 4.2.3)");
	else
		rc = put_certs(cms, ders, e);
	CMS_ContentInfo_free(cms);
	buf_clear(&der);
	return rc;
}

/* The configured CAs are trusted, each by itself; what came with the answer
 * only below them. */
static enum rc trust(struct chain *ch, const struct issued_want *w,
    struct span ders, struct err *e)
{
	struct span rest = w->cas, one;
	struct cert c;
	enum rc rc = RC_OK;
	int round;

	while (rc == RC_OK && cert_next(&rest, &one))
		rc = chain_add(ch, one, true, w->now_s, e);
	/* In any order: each round may find one more level. */
	for (round = 0; rc == RC_OK && round < 3; round++) {
		rest = ders;
		while (cert_next(&rest, &one))
			if (cert_parse(&c, one, NULL) == RC_OK && c.is_ca)
				(void)!chain_add(ch, one, false, w->now_s,
				    NULL);
	}
	return rc;
}

enum rc issued_check(const struct issued_want *w, struct span ders,
    struct buf *der, struct err *e)
{
	struct chain *ch = chain_new();
	struct span rest = ders, one;
	struct cert c;
	bool found = false;
	enum rc rc =
	    ch ? RC_OK : err_set(e, RC_ENV, "no-memory", "Not enough memory.");

	while (rc == RC_OK && !found && cert_next(&rest, &one)) {
		rc = cert_parse(&c, one, e);
		found = rc == RC_OK && span_eq(c.spki, w->spki);
	}
	if (rc == RC_OK && !found)
		rc = wrong(e,
		    "its certificate is for another key than the "
		    "request's");
	if (rc == RC_OK)
		rc = trust(ch, w, ders, e);
	if (rc == RC_OK)
		rc = chain_check(ch, &c, w->now_s, e);
	if (rc == RC_OK) {
		buf_add_span(der, c.der);
		if (!buf_ok(der))
			rc = err_set(e, RC_ENV, "no-memory",
			    "Not enough memory.");
	}
	chain_free(ch);
	return rc;
}
