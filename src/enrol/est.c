/* EST: cacerts, enrolment and what a request should hold.
 * Must not wrap base64: some clients read one line only. */
#include "enrol/est.h"

#include <stdio.h>
#include <string.h>

#include "base/enc.h"
#include "core/ca.h"
#include "enrol/enrol_rate.h"
#include "enrol/est_name.h"
#include "pki/cms_wrap.h"
#include "pki/csr.h"

#define RETRY_S 2
#define DERS_MAX (CA_CHAIN_MAX * CERT_DER_MAX)

/* The label of the path, or NULL: where there is one, it is first. */
static const char *label_of(const struct enrol_call *call,
    char out[RAND_ID_SIZE])
{
	if (call->param[0].n == 0)
		return NULL;
	if (!span_copy_str(call->param[0], out, RAND_ID_SIZE))
		(void)snprintf(out, RAND_ID_SIZE, "-");
	return out;
}

static void answer(struct enrol_call *call, const char *type,
    struct span content)
{
	call->resp->status = 200;
	call->resp->content_type = type;
	http_add_header(call->resp, "Content-Transfer-Encoding", "base64");
	enc_base64(&call->resp->body, content);
	buf_add_u8(&call->resp->body, '\n');
}

/* RFC 7030 4.1.3, 4.2.3: certificates alone. */
static enum rc answer_certs(struct enrol_call *call, struct span ders,
    struct err *e)
{
	struct span certs[CMS_WRAP_CERTS_MAX];
	size_t n = 0;
	struct buf cms;
	enum rc rc;

	buf_init(&cms, CMS_WRAP_MAX);
	while (n < CMS_WRAP_CERTS_MAX && cert_next(&ders, &certs[n]))
		n++;
	if (ders.n > 0 && n < CMS_WRAP_CERTS_MAX)
		rc = err_set(e, RC_BUG, "bad-chain",
		    "A stored chain is not a row of certificates.");
	else
		rc = cms_wrap_certs(certs, n, &cms, e);
	if (rc == RC_OK)
		answer(call, "application/pkcs7-mime; smime-type=certs-only",
		    buf_span(&cms));
	buf_clear(&cms);
	return rc;
}

/* Of the account whose name TLS was asked for: a client that has only that. */
static enum rc account_cas(struct enrol_call *call, struct buf *ders,
    struct err *e)
{
	char account[RAND_ID_SIZE];
	struct store_ca ca;
	enum rc rc;

	if (!est_name_account(call->req->server_name, account))
		return err_set(e, RC_UNAUTHENTICATED, "certificate-needed",
		    "Whose CA? Connect with the device's certificate, by the "
		    "domain's name, or name the product in the path.");
	store_ca_init(&ca);
	rc = ca_find_server(call->core, account, call->now_s, &ca, e);
	if (rc == RC_OK)
		rc = ca_chain(call->core, &ca, ders, e);
	store_ca_clear(&ca);
	return rc;
}

enum rc est_cacerts(struct enrol_call *call, struct err *e)
{
	char text[RAND_ID_SIZE];
	const char *label = label_of(call, text);
	struct buf ders;
	enum rc rc = RC_OK;

	buf_init(&ders, DERS_MAX);
	if (label) {
		rc = enrolment_cas(call->core, NULL, label, &ders, e);
	} else if (call->req->client_cert.n > 0) {
		rc = enrolment_identify(call->core, call->req->client_cert,
		    call->now_s, &call->who, e);
		if (rc == RC_OK)
			rc = enrolment_cas(call->core, &call->who, NULL, &ders,
			    e);
	} else {
		rc = account_cas(call, &ders, e);
	}
	if (rc == RC_OK)
		rc = answer_certs(call, buf_span(&ders), e);
	buf_clear(&ders);
	return rc;
}

static enum rc check_type(const struct enrol_call *call, struct err *e)
{
	if (http_is_type(call->req, "application/pkcs10"))
		return RC_OK;
	return err_set(e, RC_INVALID, "media-type",
	    "The request has to be application/pkcs10 (RFC 7030 4.2.1).");
}

static enum rc issue(struct enrol_call *call, enum enrolment_kind kind,
    struct span csr, struct buf *der, struct err *e)
{
	char text[RAND_ID_SIZE];
	const struct enrolment_request r = {.kind = kind,
	    .csr = csr,
	    .label = label_of(call, text)};
	enum rc rc = enrol_rate_take(enrol_rates(call->enrol),
	    call->who.device.seq, call->now_s, e);

	if (rc != RC_OK)
		return rc;
	return enrolment_issue(call->core, &call->who, &r, call->now_s, der, e);
}

/* RFC 7030 4.2.3: not yet; the client asks again. */
static enum rc answer_later(struct enrol_call *call, const struct err *e)
{
	unsigned int s = e->retry_after_s ? e->retry_after_s : RETRY_S;

	call->resp->status = 202;
	call->resp->content_type = "text/plain; charset=utf-8";
	http_add_header(call->resp, "Retry-After", "%u", s);
	buf_addf(&call->resp->body, "%s\n", e->text);
	return RC_OK;
}

static enum rc enroll(struct enrol_call *call, enum enrolment_kind kind,
    struct err *e)
{
	struct buf csr, der;
	enum rc rc = check_type(call, e);

	buf_init(&csr, CSR_MAX);
	buf_init(&der, CERT_DER_MAX);
	if (rc == RC_OK)
		rc = csr_read(&csr, call->req->body, e);
	if (rc == RC_OK && kind == ENROLMENT_AGAIN)
		rc = est_name_check(buf_span(&csr), call->req->client_cert, e);
	/* strongSwan (5.9.8) renews whatever certificate it has, so that a
	 * birth certificate comes here too: that is the first enrolment. */
	if (call->who.by_birth)
		kind = ENROLMENT_FIRST;
	if (rc == RC_OK)
		rc = issue(call, kind, buf_span(&csr), &der, e);
	if (rc == RC_AGAIN)
		rc = answer_later(call, e);
	else if (rc == RC_OK)
		rc = answer_certs(call, buf_span(&der), e);
	buf_clear(&csr);
	buf_clear(&der);
	return rc;
}

enum rc est_simpleenroll(struct enrol_call *call, struct err *e)
{
	return enroll(call, ENROLMENT_FIRST, e);
}

enum rc est_simplereenroll(struct enrol_call *call, struct err *e)
{
	return enroll(call, ENROLMENT_AGAIN, e);
}

enum rc est_csrattrs(struct enrol_call *call, struct err *e)
{
	char text[RAND_ID_SIZE];
	struct buf der;
	enum rc rc;

	buf_init(&der, CSR_MAX);
	rc = enrolment_csrattrs(call->core, &call->who, label_of(call, text),
	    &der, e);
	if (rc == RC_OK)
		answer(call, "application/csrattrs", buf_span(&der));
	buf_clear(&der);
	return rc;
}

/* RFC 7030 4.4.2: two parts, the key and its certificate. */
static void answer_parts(struct enrol_call *call, struct span pkcs8,
    struct span cms)
{
	struct buf *b = &call->resp->body;

	call->resp->status = 200;
	call->resp->content_type = "multipart/mixed; boundary=estServerKeygen";
	buf_add_str(b,
	    "--estServerKeygen\r\nContent-Type: application/pkcs8\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\n");
	enc_base64(b, pkcs8);
	buf_add_str(b,
	    "\r\n--estServerKeygen\r\n"
	    "Content-Type: application/pkcs7-mime; smime-type=certs-only\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\n");
	enc_base64(b, cms);
	buf_add_str(b, "\r\n--estServerKeygen--\r\n");
}

static enum rc make_key(enum key_type type, struct buf *pkcs8, struct buf *csr,
    struct err *e)
{
	struct key *key = NULL;
	struct buf pem;
	struct span rest;
	enum rc rc = key_generate(&key, type, e);

	buf_init(&pem, CSR_MAX);
	if (rc == RC_OK)
		rc = key_pem(key, &pem, e);
	rest = buf_span(&pem);
	if (rc == RC_OK && !enc_unpem(pkcs8, "PRIVATE KEY", &rest))
		rc = err_set(e, RC_BUG, "no-key", "The key has no PKCS#8.");
	if (rc == RC_OK)
		rc = csr_build(key, "device", NULL, NULL, csr, e);
	key_free(key);
	buf_clear_secret(&pem);
	return rc;
}

/* RFC 7030 4.4.1: the request is one for any key.  It may want the new key
 * encrypted again, inside TLS, which has to be refused where it is not done. */
static enum rc check_keygen(const struct enrol_call *call, struct err *e)
{
	static const char decrypt[] = "\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01"
				      "\x09\x10\x02";
	const size_t n = sizeof(decrypt) - 1;
	struct buf der;
	struct csr csr;
	const uint8_t *at;
	enum rc rc = check_type(call, e);

	buf_init(&der, CSR_MAX);
	if (rc == RC_OK)
		rc = csr_read(&der, call->req->body, e);
	if (rc == RC_OK)
		rc = csr_parse(&csr, buf_span(&der), e);
	if (rc == RC_OK) {
		at = memmem(der.p, der.n, decrypt, n);
		/* id-aa-decryptKeyID, id-aa-asymmDecryptKeyID */
		if (at && (size_t)(at - der.p) + n < der.n &&
		    (at[n] == 37 || at[n] == 54))
			rc = err_set(e, RC_INVALID, "keygen-encryption",
			    "Keys are sent inside TLS only; leave the wish for "
			    "another encryption out.");
	}
	buf_clear(&der);
	return rc;
}

enum rc est_serverkeygen(struct enrol_call *call, struct err *e)
{
	struct buf pkcs8, csr, der, cms;
	enum key_type type;
	struct span cert;
	enum rc rc;

	buf_init(&pkcs8, CSR_MAX);
	buf_init(&csr, CSR_MAX);
	buf_init(&der, CERT_DER_MAX);
	buf_init(&cms, CMS_WRAP_MAX);
	rc = check_keygen(call, e);
	if (rc == RC_OK)
		rc = enrolment_may_keygen(call->core, &call->who, &type, e);
	if (rc == RC_OK)
		rc = make_key(type, &pkcs8, &csr, e);
	if (rc == RC_OK)
		rc = issue(call, ENROLMENT_FIRST, buf_span(&csr), &der, e);
	cert = buf_span(&der);
	if (rc == RC_OK)
		rc = cms_wrap_certs(&cert, 1, &cms, e);
	if (rc == RC_OK)
		answer_parts(call, buf_span(&pkcs8), buf_span(&cms));
	buf_clear_secret(&pkcs8);
	buf_clear(&csr);
	buf_clear(&der);
	buf_clear(&cms);
	return rc;
}
