/* OpenSSL's own server side of CMP, with one context for each message.
 * Must not keep a transaction: the next message may reach another worker. */
#include "pki/cmp_server.h"

#include <openssl/cmp.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <string.h>

#include "pki/cmp_reply.h"
#include "pki/der.h"

#define CERT_BYTES 8192
#define POLL_S 2
#define ANSWER_MAX (128 * 1024)

/* One message on its way through OpenSSL. */
struct turn {
	const struct cmp_server *s;
	const struct cmp_message *m;
	X509 *signer, *cert;
	STACK_OF(X509) * cas;
	STACK_OF(X509) * chain;
	bool again; /* what began the transaction is only being repeated */
	bool asked; /* the caller to issue: what came of it */
	enum rc rc;
	struct buf der;
	struct err e;
};

static X509 *to_x509(struct span der)
{
	const unsigned char *p = der.p;

	return d2i_X509(NULL, &p, (long)der.n);
}

static STACK_OF(X509) * to_stack(struct span ders)
{
	STACK_OF(X509) *all = sk_X509_new_null();
	struct span one;
	X509 *x;

	while (all && cert_next(&ders, &one)) {
		x = to_x509(one);
		if (!x || sk_X509_push(all, x) <= 0) {
			X509_free(x);
			break;
		}
	}
	return all;
}

static const struct {
	const char *slug;
	int fail;
} faults[] = {
    {"device-unbound", OSSL_CMP_PKIFAILUREINFO_notAuthorized},
    {"label-denied", OSSL_CMP_PKIFAILUREINFO_notAuthorized},
    {"key-denied", OSSL_CMP_PKIFAILUREINFO_badCertTemplate},
    {"csr-signature", OSSL_CMP_PKIFAILUREINFO_badPOP},
    {"not-found", OSSL_CMP_PKIFAILUREINFO_badCertId},
    {"certificate-revoked", OSSL_CMP_PKIFAILUREINFO_certRevoked},
};

static OSSL_CMP_PKISI *refusal(const struct err *e)
{
	int bit = OSSL_CMP_PKIFAILUREINFO_badRequest;
	size_t i;

	if (e->rc == RC_AGAIN)
		return OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_waiting, 0,
		    e->text);
	if (e->rc == RC_LIMIT)
		bit = OSSL_CMP_PKIFAILUREINFO_systemUnavail;
	if (e->rc == RC_ENV || e->rc == RC_BUG)
		bit = OSSL_CMP_PKIFAILUREINFO_systemFailure;
	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (e->slug && strcmp(faults[i].slug, e->slug) == 0)
			bit = faults[i].fail;
	return OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_rejection, 1 << bit,
	    e->rc == RC_ENV || e->rc == RC_BUG
		? "The service could not do this; its log says why."
		: e->text);
}

static OSSL_CMP_PKISI *accepted(void)
{
	return OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_accepted, 0, NULL);
}

/* The message that asks for a certificate. */
static const struct cmp_message *asks(const struct turn *t)
{
	return t->s->first ? t->s->first : t->m;
}

/* Once for each message. */
static void issue(struct turn *t)
{
	if (t->asked)
		return;
	t->asked = true;
	t->rc = t->s->calls->issue(t->s->arg, asks(t), &t->der, &t->e);
}

/* The types of OpenSSL's callbacks. */
/* OpenSSL's callback has eight. */
#define REQUEST                                                        \
	OSSL_CMP_SRV_CTX *srv, const OSSL_CMP_MSG *req, int id,        \
	    const OSSL_CRMF_MSG *crm, const X509_REQ *p10, X509 **out, \
	    STACK_OF(X509) * *chain, STACK_OF(X509) * *ca_pubs

static OSSL_CMP_PKISI *on_request(REQUEST)
{
	struct turn *t = OSSL_CMP_SRV_CTX_get0_custom_ctx(srv);

	if (t->again)
		return OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_waiting, 0,
		    NULL);
	issue(t);
	if (t->rc == RC_OK) {
		*out = to_x509(buf_span(&t->der));
		*chain = X509_chain_up_ref(t->cas);
		if (asks(t)->kind == CMP_MESSAGE_IR)
			*ca_pubs = X509_chain_up_ref(t->cas);
	}
	if (t->rc == RC_OK && !*out)
		t->rc =
		    err_set(&t->e, RC_ENV, "no-memory", "Not enough memory.");
	return t->rc == RC_OK ? accepted() : refusal(&t->e);
}

static OSSL_CMP_PKISI *on_revoke(OSSL_CMP_SRV_CTX *srv, const OSSL_CMP_MSG *req,
    const X509_NAME *issuer, const ASN1_INTEGER *serial)
{
	struct turn *t = OSSL_CMP_SRV_CTX_get0_custom_ctx(srv);
	struct err e = {.rc = RC_BUG};
	enum rc rc = RC_NOT_FOUND;

	if (serial)
		rc = t->s->calls->revoke(t->s->arg,
		    span_of(ASN1_STRING_get0_data(serial),
			(size_t)ASN1_STRING_length(serial)),
		    &e);
	return rc == RC_OK ? accepted() : refusal(&e);
}

/* id-it-caCerts (RFC 9480 2.14): SEQUENCE OF what stands there already. */
static OSSL_CMP_ITAV *ca_certs(const struct turn *t)
{
	ASN1_TYPE *value = ASN1_TYPE_new();
	ASN1_STRING *text = ASN1_STRING_new();
	OSSL_CMP_ITAV *itav = NULL;
	struct buf der;

	buf_init(&der, CMP_MESSAGE_MAX);
	der_put(&der, DER_SEQUENCE, t->s->cas);
	if (value && text && buf_ok(&der) &&
	    ASN1_STRING_set(text, der.p, (int)der.n) == 1) {
		ASN1_TYPE_set(value, V_ASN1_SEQUENCE, text);
		text = NULL;
		itav =
		    OSSL_CMP_ITAV_create(OBJ_nid2obj(NID_id_it_caCerts), value);
		value = itav ? NULL : value;
	}
	ASN1_STRING_free(text);
	ASN1_TYPE_free(value);
	buf_clear(&der);
	return itav;
}

/* What is not known is answered with nothing (RFC 9483 4.3). */
static int on_general(OSSL_CMP_SRV_CTX *srv, const OSSL_CMP_MSG *req,
    const STACK_OF(OSSL_CMP_ITAV) * in, STACK_OF(OSSL_CMP_ITAV) * *out)
{
	struct turn *t = OSSL_CMP_SRV_CTX_get0_custom_ctx(srv);
	OSSL_CMP_ITAV *itav;
	int i;

	*out = sk_OSSL_CMP_ITAV_new_null();
	for (i = 0; *out && i < sk_OSSL_CMP_ITAV_num(in); i++) {
		itav = sk_OSSL_CMP_ITAV_value(in, i);
		if (OBJ_obj2nid(OSSL_CMP_ITAV_get0_type(itav)) !=
		    NID_id_it_caCerts)
			continue;
		itav = ca_certs(t);
		if (!itav || sk_OSSL_CMP_ITAV_push(*out, itav) <= 0) {
			OSSL_CMP_ITAV_free(itav);
			return 0;
		}
		break;
	}
	return *out != NULL;
}

static void on_error(OSSL_CMP_SRV_CTX *srv, const OSSL_CMP_MSG *req,
    const OSSL_CMP_PKISI *info, const ASN1_INTEGER *code,
    const OSSL_CMP_PKIFREETEXT *details)
{
}

static int on_confirm(OSSL_CMP_SRV_CTX *srv, const OSSL_CMP_MSG *req, int id,
    const ASN1_OCTET_STRING *hash, const OSSL_CMP_PKISI *si)
{
	return 0; /* answered without OpenSSL */
}

static int on_poll(OSSL_CMP_SRV_CTX *srv, const OSSL_CMP_MSG *req, int id,
    OSSL_CMP_MSG **cert_req, int64_t *check_after)
{
	struct turn *t = OSSL_CMP_SRV_CTX_get0_custom_ctx(srv);
	const unsigned char *p;

	if (!t->s->first)
		return 0;
	*check_after = 0;
	p = t->s->first->der.p;
	*cert_req = d2i_OSSL_CMP_MSG(NULL, &p, (long)t->s->first->der.n);
	return *cert_req != NULL;
}

/* Who sends rubbish does not fill our log with it. */
static int drop_log(const char *func, const char *file, int line,
    OSSL_CMP_severity level, const char *msg)
{
	return 1;
}

static bool set_up(OSSL_CMP_SRV_CTX *srv, struct turn *t)
{
	OSSL_CMP_CTX *ctx = OSSL_CMP_SRV_CTX_get0_cmp_ctx(srv);

	return t->signer && t->cert && t->cas && t->chain &&
	    OSSL_CMP_SRV_CTX_init(srv, t, on_request, on_revoke, on_general,
		on_error, on_confirm, on_poll) == 1 &&
	    OSSL_CMP_SRV_CTX_set_grant_implicit_confirm(srv, 1) == 1 &&
	    OSSL_CMP_CTX_set_log_cb(ctx, drop_log) == 1 &&
	    /* Its protection is checked already, and whose it is. */
	    OSSL_CMP_CTX_set1_srvCert(ctx, t->signer) == 1 &&
	    OSSL_CMP_CTX_set1_cert(ctx, t->cert) == 1 &&
	    OSSL_CMP_CTX_set1_pkey(ctx, key_evp(t->s->key)) == 1 &&
	    OSSL_CMP_CTX_set1_extraCertsOut(ctx, t->chain) == 1;
}

static bool run(OSSL_CMP_SRV_CTX *srv, struct span der, struct buf *answer)
{
	BIO *in = BIO_new_mem_buf(der.p, (int)der.n);
	BIO *out = BIO_new(BIO_s_mem());
	OSSL_CMP_MSG *req = in ? d2i_OSSL_CMP_MSG_bio(in, NULL) : NULL;
	OSSL_CMP_MSG *resp =
	    req ? OSSL_CMP_SRV_process_request(srv, req) : NULL;
	bool ok = resp && out && i2d_OSSL_CMP_MSG_bio(out, resp) > 0;
	char *p = NULL;
	long n = ok ? BIO_get_mem_data(out, &p) : 0;

	if (ok && n > 0)
		buf_add(answer, p, (size_t)n);
	OSSL_CMP_MSG_free(req);
	OSSL_CMP_MSG_free(resp);
	BIO_free(in);
	BIO_free(out);
	return ok && buf_ok(answer);
}

static enum rc answer_confirm(const struct cmp_server *s,
    const struct cmp_message *m, struct buf *answer, struct err *e)
{
	const struct cmp_reply r = {m, s->key, s->cert};
	enum rc rc = s->calls->confirm(s->arg, m->cert_hash, m->accepted, e);

	return rc == RC_OK ? cmp_reply_confirm(&r, answer, e) : rc;
}

/* OpenSSL answers a poll in the context that began the transaction: it is begun
 * again, and the client's nonce is not that of this time. */
static bool begin_again(OSSL_CMP_SRV_CTX *srv, struct turn *t)
{
	struct buf ignored;
	bool ok;

	buf_init(&ignored, ANSWER_MAX);
	t->again = true;
	ok = run(srv, t->s->first->der, &ignored);
	t->again = false;
	buf_clear(&ignored);
	return ok &&
	    OSSL_CMP_CTX_set1_senderNonce(OSSL_CMP_SRV_CTX_get0_cmp_ctx(srv),
		NULL) == 1;
}

/* A poll for what is not decided, or not known here. */
static bool waits(struct turn *t)
{
	if (t->m->kind != CMP_MESSAGE_POLLREQ)
		return false;
	if (t->s->first)
		issue(t);
	return !t->s->first || t->rc == RC_AGAIN;
}

static enum rc answer_wait(const struct turn *t, struct buf *answer,
    struct err *e)
{
	const struct cmp_reply r = {t->m, t->s->key, t->s->cert};

	return cmp_reply_poll(&r,
	    t->asked && t->e.retry_after_s > 0 ? t->e.retry_after_s : POLL_S,
	    answer, e);
}

static enum rc answer_other(const struct cmp_server *s,
    const struct cmp_message *m, struct buf *answer, struct err *e)
{
	OSSL_CMP_SRV_CTX *srv = OSSL_CMP_SRV_CTX_new(NULL, NULL);
	struct turn t = {.s = s,
	    .m = m,
	    .signer = to_x509(m->signer),
	    .cert = to_x509(s->cert),
	    .cas = to_stack(s->cas),
	    .chain = to_stack(s->chain)};
	enum rc rc = RC_OK;

	buf_init(&t.der, CERT_BYTES);
	if (!srv || !set_up(srv, &t))
		rc = err_set(e, RC_ENV, "no-cmp", "CMP cannot be set up.");
	else if (waits(&t))
		rc = answer_wait(&t, answer, e);
	else if ((m->kind == CMP_MESSAGE_POLLREQ && !begin_again(srv, &t)) ||
	    !run(srv, m->der, answer))
		rc = err_set(e, RC_INVALID, "cmp-broken",
		    "The CMP message cannot be answered (%s).",
		    ERR_reason_error_string(ERR_peek_last_error())
			? ERR_reason_error_string(ERR_peek_last_error())
			: "no reason");
	ERR_clear_error();
	OSSL_CMP_SRV_CTX_free(srv);
	X509_free(t.signer);
	X509_free(t.cert);
	sk_X509_pop_free(t.cas, X509_free);
	sk_X509_pop_free(t.chain, X509_free);
	buf_clear(&t.der);
	return rc;
}

enum rc cmp_server_answer(const struct cmp_server *s,
    const struct cmp_message *m, struct buf *answer, struct err *e)
{
	return m->kind == CMP_MESSAGE_CERTCONF ? answer_confirm(s, m, answer, e)
					       : answer_other(s, m, answer, e);
}
