/* Asks a CA for a certificate by CMP, with libcrypto's client side.
 * Must not open a connection. */
#include "pki/cmp_client.h"

#include <openssl/cmp.h>
#include <openssl/err.h>
#include <string.h>

#include "pki/cert.h"
#include "pki/ossl.h"

#define WORDS_MAX 256

/* One request on its way. */
struct talk {
	const struct cmp_client *q;
	enum rc rc; /* of the last message sent */
	struct err *e;
};

static int drop_log(const char *func, const char *file, int line,
    OSSL_CMP_severity level, const char *msg)
{
	(void)func;
	(void)file;
	(void)line;
	(void)level;
	(void)msg;
	return 1;
}

static OSSL_CMP_MSG *transfer(OSSL_CMP_CTX *ctx, const OSSL_CMP_MSG *req)
{
	struct talk *t = OSSL_CMP_CTX_get_transfer_cb_arg(ctx);
	unsigned char *der = NULL;
	const unsigned char *p;
	OSSL_CMP_MSG *rsp = NULL;
	struct buf answer;
	int n = i2d_OSSL_CMP_MSG(req, &der);

	buf_init(&answer, CMP_CLIENT_MESSAGE_MAX);
	t->rc = n > 0
	    ? t->q->send(t->q->arg, span_of(der, (size_t)n), &answer, t->e)
	    : err_set(t->e, RC_ENV, "no-memory", "Not enough memory.");
	OPENSSL_free(der);
	if (t->rc == RC_OK) {
		p = answer.p;
		rsp = d2i_OSSL_CMP_MSG(NULL, &p, (long)answer.n);
		if (!rsp)
			t->rc = ossl_fault(t->e, RC_INVALID, "upstream-answer",
			    "The answer of the certificate authority is no "
			    "CMP message");
	}
	buf_clear(&answer);
	return rsp;
}

static bool set_names(OSSL_CMP_CTX *ctx, const struct cmp_client *q)
{
	const unsigned char *p = q->recipient.p;
	X509_NAME *name = d2i_X509_NAME(NULL, &p, (long)q->recipient.n);
	ASN1_OCTET_STRING *id = ASN1_OCTET_STRING_new();
	bool ok = name && id &&
	    ASN1_OCTET_STRING_set(id, q->transaction, sizeof(q->transaction)) ==
		1 &&
	    OSSL_CMP_CTX_set1_recipient(ctx, name) == 1 &&
	    OSSL_CMP_CTX_set1_transactionID(ctx, id) == 1;

	X509_NAME_free(name);
	ASN1_OCTET_STRING_free(id);
	return ok;
}

static bool set_trust(OSSL_CMP_CTX *ctx, struct span cas)
{
	X509_STORE *store = X509_STORE_new();
	struct span one;
	bool ok = store != NULL;

	while (ok && cert_next(&cas, &one)) {
		const unsigned char *p = one.p;
		X509 *x = d2i_X509(NULL, &p, (long)one.n);

		ok = x && X509_STORE_add_cert(store, x) == 1;
		X509_free(x);
	}
	if (ok && OSSL_CMP_CTX_set0_trustedStore(ctx, store) == 1)
		return true;
	X509_STORE_free(store);
	return false;
}

static bool set_request(OSSL_CMP_CTX *ctx, const struct cmp_client *q)
{
	const unsigned char *p = q->csr.p;
	X509_REQ *csr = d2i_X509_REQ(NULL, &p, (long)q->csr.n);
	bool ok = csr && OSSL_CMP_CTX_set1_p10CSR(ctx, csr) == 1;

	X509_REQ_free(csr);
	return ok;
}

static bool set_all(OSSL_CMP_CTX *ctx, struct talk *t)
{
	const struct cmp_client *q = t->q;

	return OSSL_CMP_CTX_set_log_cb(ctx, drop_log) == 1 &&
	    OSSL_CMP_CTX_set_transfer_cb(ctx, transfer) == 1 &&
	    OSSL_CMP_CTX_set_transfer_cb_arg(ctx, t) == 1 &&
	    OSSL_CMP_CTX_set1_referenceValue(ctx,
		(const unsigned char *)q->reference,
		(int)strlen(q->reference)) == 1 &&
	    OSSL_CMP_CTX_set1_secretValue(ctx, q->secret.p, (int)q->secret.n) ==
	    1 &&
	    OSSL_CMP_CTX_set_option(ctx, OSSL_CMP_OPT_TOTAL_TIMEOUT,
		(int)q->total_s) == 1 &&
	    OSSL_CMP_CTX_set_option(ctx, OSSL_CMP_OPT_IMPLICIT_CONFIRM, 1) ==
	    1 &&
	    /* A CA that cannot check our protection cannot protect its
	     * answer; the way to it is authenticated. */
	    OSSL_CMP_CTX_set_option(ctx, OSSL_CMP_OPT_UNPROTECTED_ERRORS, 1) ==
	    1 &&
	    set_names(ctx, q) && set_trust(ctx, q->cas) && set_request(ctx, q);
}

static void put_cert(struct buf *ders, X509 *x)
{
	unsigned char *der = NULL;
	int n = x ? i2d_X509(x, &der) : 0;

	if (n > 0)
		buf_add(ders, der, (size_t)n);
	OPENSSL_free(der);
}

static enum rc take(OSSL_CMP_CTX *ctx, struct buf *ders, struct err *e)
{
	STACK_OF(X509) *extra = OSSL_CMP_CTX_get1_extraCertsIn(ctx);
	int i;

	put_cert(ders, OSSL_CMP_CTX_get0_newCert(ctx));
	for (i = 0; i < sk_X509_num(extra); i++)
		put_cert(ders, sk_X509_value(extra, i));
	sk_X509_pop_free(extra, X509_free);
	return buf_ok(ders) ? RC_OK
			    : err_set(e, RC_TOO_LARGE, "upstream-answer",
				  "The answer of the certificate authority "
				  "holds too many certificates.");
}

/* What the CA says, or what is wrong with what it says. */
static enum rc judge(OSSL_CMP_CTX *ctx, const struct talk *t, struct err *e)
{
	int status = OSSL_CMP_CTX_get_status(ctx);
	char words[WORDS_MAX];

	if (t->rc != RC_OK)
		return t->rc;
	if (status == OSSL_CMP_PKISTATUS_rejection &&
	    OSSL_CMP_CTX_snprint_PKIStatus(ctx, words, sizeof(words)))
		return err_set(e, RC_DENIED, "upstream-refused", "%s", words);
	if (status == OSSL_CMP_PKISTATUS_waiting)
		return err_set(e, RC_AGAIN, "upstream-waits",
		    "The certificate authority has not decided yet.");
	return ossl_fault(e, RC_INVALID, "upstream-answer",
	    "The answer of the certificate authority is refused");
}

enum rc cmp_client_ask(const struct cmp_client *q, struct buf *ders,
    struct err *e)
{
	struct talk t = {.q = q, .rc = RC_OK, .e = e};
	OSSL_CMP_CTX *ctx = OSSL_CMP_CTX_new(NULL, NULL);
	enum rc rc;

	if (!ctx || !set_all(ctx, &t))
		rc = ossl_fault(e, RC_ENV, "cmp", "CMP cannot be spoken");
	else if (OSSL_CMP_exec_P10CR_ses(ctx))
		rc = take(ctx, ders, e);
	else
		rc = judge(ctx, &t, e);
	OSSL_CMP_CTX_free(ctx);
	ERR_clear_error();
	return rc;
}
