/* Takes a vendor's delegation and lists, each checked against the CA that it
 * speaks for.  Must not sign. */
#include "core/vendor_status.h"

#include <stdio.h>
#include <string.h>

#include "base/enc.h"
#include "core/audit.h"
#include "core/tx.h"
#include "pki/csr.h"

#define SKEW_S 300
#define CSR_LABEL "CERTIFICATE REQUEST"
#define CRL_LABEL "X509 CRL"

enum rc vendor_status_csr(struct core *c, struct buf *pem, struct err *e)
{
	struct buf der;
	enum rc rc;

	buf_init(&der, CSR_MAX);
	rc = signer_ocsp_csr(c->signer, &der, e);
	if (rc == RC_OK)
		enc_pem(pem, CSR_LABEL, buf_span(&der));
	if (rc == RC_OK && !buf_ok(pem))
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	buf_clear(&der);
	return rc;
}

enum rc vendor_status_get(struct core *c, const uint8_t fp[32],
    struct store_status_vendor *out, struct err *e)
{
	enum rc rc = store_status_vendor_find(c->store, fp, out, NULL, NULL, e);

	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* A CA of the actor's vendor, in use or retired, and its certificate. */
static enum rc find_ca(struct core *c, const struct core_actor *a,
    const uint8_t fp[32], struct store_vendor_ca *ca, struct buf *der,
    struct err *e)
{
	enum rc rc = store_vendor_ca_find(c->store, fp, ca, e);

	if (rc == RC_OK && strcmp(ca->vendor_id, a->scope_id) != 0)
		rc = RC_NOT_FOUND;
	if (rc == RC_NOT_FOUND)
		return err_set(e, rc, "not-found",
		    "The vendor has no such CA.");
	if (rc == RC_OK)
		rc = store_vendor_ca_der(c->store, fp, der, e);
	if (rc == RC_OK && !buf_ok(der))
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	return rc;
}

static enum rc refuse(struct err *e, const char *slug, const char *why)
{
	return err_set(e, RC_INVALID, slug, "%s", why);
}

/* The key that will sign is ours and no other. */
static enum rc check_key(struct core *c, const struct cert *cert, struct err *e)
{
	struct csr csr;
	struct buf der;
	enum rc rc;

	buf_init(&der, CSR_MAX);
	rc = signer_ocsp_csr(c->signer, &der, e);
	if (rc == RC_OK)
		rc = csr_parse(&csr, buf_span(&der), e);
	if (rc == RC_OK && !span_eq(csr.spki, cert->spki))
		rc = refuse(e, "responder-key",
		    "The certificate is for another key: sign the service's "
		    "own request (ocsp-responder.csr).");
	buf_clear(&der);
	return rc;
}

static enum rc check_responder(struct core *c, const struct cert *cert,
    struct span ca, int64_t now_s, struct err *e)
{
	struct chain *chain = chain_new();
	struct err why = {.text = ""};
	enum rc rc;

	rc = chain ? chain_add(chain, ca, true, now_s, &why)
		   : err_set(&why, RC_ENV, "memory", "Out of memory.");
	if (rc == RC_OK)
		rc = chain_check(chain, cert, now_s, &why);
	chain_free(chain);
	if (rc == RC_INVALID)
		return err_set(e, rc, "responder-invalid",
		    "The certificate is not one by this CA: %.400s", why.text);
	if (rc != RC_OK)
		return err_set(e, rc, why.slug, "%s", why.text);
	if (!ocsp_may_respond(cert))
		return refuse(e, "responder-invalid",
		    "The certificate does not let its key sign OCSP answers "
		    "(extended key usage OCSPSigning).");
	return check_key(c, cert, e);
}

static enum rc record(struct core *c, const struct core_actor *a,
    const char *action, const struct store_vendor_ca *ca, struct err *e)
{
	const struct audit_entry entry = {.action = action,
	    .scope_id = a->scope_id,
	    .target = a->scope_id,
	    .detail = ca->subject};

	return audit_add(c, a, &entry, e);
}

enum rc vendor_status_put_responder(struct core *c, const struct core_actor *a,
    const uint8_t fp[32], struct span file, struct store_vendor_ca *ca,
    struct err *e)
{
	struct tx tx = TX_NONE;
	struct buf ca_der, der;
	struct cert cert;
	enum rc rc;

	buf_init(&ca_der, CERT_DER_MAX);
	buf_init(&der, CERT_DER_MAX);
	rc = find_ca(c, a, fp, ca, &ca_der, e);
	if (rc == RC_OK)
		rc = cert_read(&der, file, e);
	if (rc == RC_OK)
		rc = cert_parse(&cert, buf_span(&der), e);
	if (rc == RC_OK)
		rc = check_responder(c, &cert, buf_span(&ca_der), a->now_s, e);
	if (rc == RC_OK)
		rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_status_put_responder(c->store, fp, a->scope_id,
		    buf_span(&der), cert.not_after, e);
	if (rc == RC_OK)
		rc = record(c, a, "vendor-responder", ca, e);
	rc = tx_end(c, &tx, rc, e);
	buf_clear(&ca_der);
	buf_clear(&der);
	return rc;
}

/* DER as it is, or the first PEM block. */
static enum rc read_list(struct span file, struct buf *der, struct err *e)
{
	if (file.n > 0 && file.p[0] == 0x30)
		buf_add_span(der, file);
	else if (!enc_unpem(der, CRL_LABEL, &file))
		return refuse(e, "crl-invalid",
		    "This is no revocation list in DER or PEM.");
	if (buf_ok(der))
		return RC_OK;
	return err_set(e, RC_TOO_LARGE, "crl-too-large",
	    "A revocation list has at most %u MB.",
	    VENDOR_STATUS_CRL_MAX >> 20);
}

static enum rc check_signature(const struct crl_view *v, const struct cert *ca,
    struct err *e)
{
	struct key_pub *pub;
	enum rc rc = key_pub_new(&pub, ca->spki, e);

	if (rc != RC_OK)
		return rc;
	rc = key_pub_verify(pub, v->sig, v->tbs, v->signature, e);
	key_pub_free(pub);
	return rc == RC_INVALID
	    ? refuse(e, "crl-invalid", "The list is not signed by this CA.")
	    : rc;
}

static enum rc check_list(const struct crl_view *v, const struct cert *ca,
    int64_t now_s, struct err *e)
{
	if (!span_eq(v->issuer, ca->subject) ||
	    (v->aki.n > 0 && ca->ski.n > 0 && !span_eq(v->aki, ca->ski)))
		return refuse(e, "crl-invalid",
		    "The list is another CA's: issuer or key identifier "
		    "differ.");
	if (ca->has_key_usage && !(ca->key_usage & CERT_KU_CRL_SIGN))
		return refuse(e, "crl-invalid",
		    "This CA's certificate does not let it sign lists.");
	if (v->number > INT64_MAX)
		return refuse(e, "crl-invalid",
		    "The list's number is too large.");
	if (v->base != 0)
		return refuse(e, "crl-invalid",
		    "This is a delta; give the full list.");
	if (v->this_update > now_s + SKEW_S || v->next_update <= now_s)
		return refuse(e, "crl-invalid",
		    "The list is not of now: look at thisUpdate and "
		    "nextUpdate, and at the clocks.");
	return check_signature(v, ca, e);
}

static enum rc judge_list(struct span der, struct span ca_der, int64_t now_s,
    struct store_status_vendor *out, struct err *e)
{
	struct crl_view v;
	struct cert ca;
	enum rc rc = cert_parse(&ca, ca_der, e);

	if (rc == RC_OK)
		rc = crl_parse(&v, der, e);
	if (rc == RC_OK)
		rc = check_list(&v, &ca, now_s, e);
	if (rc == RC_OK) {
		out->crl_number = v.number;
		out->crl_next_update = v.next_update;
	}
	return rc;
}

enum rc vendor_status_put_crl(struct core *c, const struct core_actor *a,
    const uint8_t fp[32], struct span file, struct store_vendor_ca *ca,
    struct err *e)
{
	struct store_status_vendor v = {.crl_number = 0};
	struct tx tx = TX_NONE;
	struct buf ca_der, der;
	enum rc rc;

	buf_init(&ca_der, CERT_DER_MAX);
	buf_init(&der, VENDOR_STATUS_CRL_MAX);
	(void)snprintf(v.vendor_id, sizeof(v.vendor_id), "%s", a->scope_id);
	rc = find_ca(c, a, fp, ca, &ca_der, e);
	if (rc == RC_OK)
		rc = read_list(file, &der, e);
	if (rc == RC_OK)
		rc = judge_list(buf_span(&der), buf_span(&ca_der), a->now_s, &v,
		    e);
	if (rc == RC_OK)
		rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_status_put_crl(c->store, fp, &v, buf_span(&der), e);
	if (rc == RC_CONFLICT)
		rc = err_set(e, rc, "crl-number",
		    "There is a list of this number or a higher one already; "
		    "give the next one a higher number.");
	if (rc == RC_OK)
		rc = record(c, a, "vendor-crl", ca, e);
	rc = tx_end(c, &tx, rc, e);
	buf_clear(&ca_der);
	buf_clear(&der);
	return rc;
}
