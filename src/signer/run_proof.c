/* OCSP answers, ownership vouchers and claim vouchers.
 * Must not decide what is true of a device, nor use a CA's key. */
#include <jansson.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/metric.h"
#include "base/rand.h"
#include "pki/cert.h"
#include "pki/cms_wrap.h"
#include "pki/crl.h"
#include "pki/csr.h"
#include "pki/jose.h"
#include "pki/ocsp.h"
#include "pki/voucher.h"
#include "signer/run_proof.h"
#include "signer/signer_keys.h"

#define CLAIM_TYP "birthmark-claim"
#define CLAIM_MAX_S (20LL * 366 * 86400)
#define SKEW_S 3600
#define URL_SIZE 513
#define PAYLOAD_MAX 4096

static enum rc refuse(struct err *e, const char *what)
{
	return err_set(e, RC_INVALID, "signer-refused",
	    "The signer does not sign this: %s.", what);
}

static enum rc open_key(struct key **out, const char *dir, const char *name,
    struct err *e)
{
	char path[4096];
	enum rc rc = file_join(path, sizeof(path), dir, name, e);

	return rc == RC_OK ? key_open(out, path, e) : rc;
}

static enum rc open_cert(struct run_proof *p, const char *dir, struct err *e)
{
	char path[4096];
	struct buf pem;
	enum rc rc;

	buf_init(&pem, 2 * CERT_DER_MAX);
	buf_init(&p->voucher_cert, CERT_DER_MAX);
	rc = file_join(path, sizeof(path), dir, SIGNER_KEYS_VOUCHER_CERT, e);
	if (rc == RC_OK)
		rc = file_read(path, &pem, e);
	if (rc == RC_OK)
		rc = cert_read(&p->voucher_cert, buf_span(&pem), e);
	buf_clear(&pem);
	return rc;
}

enum rc run_proof_open(struct run_proof *p, const char *dir, struct err *e)
{
	enum rc rc;

	rc = open_key(&p->ocsp, dir, SIGNER_KEYS_OCSP, e);
	if (rc == RC_OK)
		rc = open_key(&p->voucher, dir, SIGNER_KEYS_VOUCHER, e);
	if (rc == RC_OK)
		rc = open_key(&p->claim, dir, SIGNER_KEYS_CLAIM, e);
	if (rc == RC_OK)
		rc = key_pub_new(&p->claim_pub, key_spki(p->claim), e);
	return rc == RC_OK ? open_cert(p, dir, e) : rc;
}

void run_proof_clear(struct run_proof *p)
{
	key_free(p->ocsp);
	key_free(p->voucher);
	key_free(p->claim);
	key_pub_free(p->claim_pub);
	buf_clear(&p->voucher_cert);
}

/* A certificate's state, said now and not for long. */
static enum rc read_single(const struct ipc_ca_single *in,
    struct ocsp_single *out, struct err *e)
{
	int64_t now = clock_now_s();

	*out = (struct ocsp_single){.id = in->id,
	    .state = in->state,
	    .reason = in->reason,
	    .revoked_at = (int64_t)in->revoked_at,
	    .this_update = (int64_t)in->this_update,
	    .next_update = (int64_t)in->next_update};
	if (in->state > OCSP_UNKNOWN)
		return refuse(e, "there is no such state");
	if (in->state == OCSP_REVOKED &&
	    (in->reason > CRL_PRIVILEGE_WITHDRAWN || in->reason == 7 ||
		in->reason == CRL_REMOVE ||
		in->revoked_at > (uint64_t)now + SKEW_S))
		return refuse(e, "there is no such revocation");
	if (in->this_update > (uint64_t)now + SKEW_S ||
	    in->next_update > (uint64_t)now + RUN_PROOF_STATE_MAX_S ||
	    in->next_update < in->this_update)
		return refuse(e, "the answer is for another time");
	return RC_OK;
}

enum rc run_proof_ocsp(struct run_proof *p, const struct ipc_ca *r,
    struct buf *out, struct err *e)
{
	struct ocsp_single singles[OCSP_CERTS_MAX];
	struct ocsp_response resp = {.singles = singles,
	    .nonce = r->nonce,
	    .produced_at = (int64_t)r->not_before,
	    .responder_cert = r->issuer_cert};
	struct span rest = r->singles;
	struct ipc_ca_single one;
	enum rc rc = RC_OK;

	while (rc == RC_OK && rest.n > 0) {
		if (resp.n == OCSP_CERTS_MAX ||
		    !ipc_ca_single_take(&rest, &one))
			return refuse(e, "there are too many answers");
		rc = read_single(&one, &singles[resp.n++], e);
	}
	if (rc != RC_OK)
		return rc;
	metric_add(METRIC_SIGNATURES, 1);
	return ocsp_response_build(&resp, p->ocsp, out, e);
}

enum rc run_proof_ocsp_csr(struct run_proof *p, struct buf *out, struct err *e)
{
	metric_add(METRIC_SIGNATURES, 1);
	return csr_build(p->ocsp, "OCSP responder", NULL, NULL, out, e);
}

static enum rc sign_voucher(struct run_proof *p, const struct voucher *v,
    struct buf *out, struct err *e)
{
	struct cms_wrap w = {.type = CMS_WRAP_VOUCHER,
	    .cert = buf_span(&p->voucher_cert)};
	struct buf json;
	enum rc rc;

	buf_init(&json, VOUCHER_JSON_MAX);
	voucher_build(v, &json);
	w.content = buf_span(&json);
	metric_add(METRIC_SIGNATURES, 1);
	rc = buf_ok(&json)
	    ? cms_wrap_sign(&w, p->voucher, clock_now_s(), out, e)
	    : refuse(e, "the voucher is too large");
	buf_clear(&json);
	return rc;
}

enum rc run_proof_voucher(struct run_proof *p, const struct ipc_ca *r,
    struct buf *out, struct err *e)
{
	char serial[VOUCHER_SERIAL_MAX + 1];
	char domain[URL_SIZE], configuration[URL_SIZE];
	struct voucher v = {.serial_number = serial,
	    .nonce = r->nonce,
	    .created_on = (int64_t)r->not_before,
	    .idevid_issuer = r->idevid_issuer,
	    .pinned_domain_cert = r->pinned,
	    .est_domain = domain};
	int64_t now = clock_now_s();
	struct cert pinned;
	enum rc rc = cert_parse(&pinned, r->pinned, e);

	if (rc != RC_OK)
		return rc;
	if (!span_copy_str(r->serial, serial, sizeof(serial)) ||
	    !span_copy_str(r->est_domain, domain, sizeof(domain)) ||
	    !span_copy_str(r->configuration, configuration,
		sizeof(configuration)))
		return refuse(e, "a name is too long");
	if (r->configuration.n > 0)
		v.configuration = configuration;
	if (!span_starts(r->est_domain, SPAN_LIT("https://")))
		return refuse(e, "the EST server has no https address");
	if (v.created_on > now + SKEW_S || v.created_on < now - SKEW_S)
		return refuse(e, "the voucher is of another time");
	return sign_voucher(p, &v, out, e);
}

enum rc run_proof_claim(struct run_proof *p, const struct ipc_ca *r,
    struct buf *out, struct err *e)
{
	uint64_t now = (uint64_t)clock_now_s();
	struct buf payload;
	struct json w;
	enum rc rc;

	if (r->not_after <= now || r->not_after > now + CLAIM_MAX_S)
		return refuse(e,
		    "the claim voucher has expired, or never will");
	buf_init(&payload, PAYLOAD_MAX);
	json_init(&w, &payload);
	json_obj(&w);
	json_put_span(&w, "jti", r->id);
	json_put_span(&w, "account", r->account);
	json_put_span(&w, "product", r->product_id);
	json_put_u64(&w, "iat", now);
	json_put_u64(&w, "exp", r->not_after);
	json_end(&w);
	metric_add(METRIC_SIGNATURES, 1);
	rc = buf_ok(&payload)
	    ? jose_sign(p->claim, CLAIM_TYP, buf_span(&payload), out, e)
	    : err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	buf_clear(&payload);
	return rc;
}

/* What our key has signed is of our form; still, it is looked at. */
static enum rc read_claim(struct span payload, uint64_t now, struct buf *out,
    struct err *e)
{
	json_t *o = json_loadb((const char *)payload.p, payload.n,
	    JSON_REJECT_DUPLICATES, NULL);
	const json_t *exp = json_object_get(o, "exp");
	struct span id = span_str(json_string_value(json_object_get(o, "jti")));
	enum rc rc = RC_OK;

	if (!rand_is_id(id, "cvo") || !json_is_integer(exp))
		rc = err_set(e, RC_INVALID, "claim-invalid",
		    "The claim voucher is none of this service.");
	else if (json_integer_value(exp) < 0 ||
	    (uint64_t)json_integer_value(exp) <= now)
		rc = err_set(e, RC_DENIED, "claim-expired",
		    "The claim voucher has expired.");
	else
		buf_add_span(out, id);
	json_decref(o);
	return rc;
}

enum rc run_proof_claim_check(struct run_proof *p, const struct ipc_ca *r,
    struct buf *out, struct err *e)
{
	struct buf payload;
	enum rc rc;

	buf_init(&payload, PAYLOAD_MAX);
	rc = jose_verify(r->jws, p->claim_pub, CLAIM_TYP, &payload, e);
	if (rc == RC_OK)
		rc = read_claim(buf_span(&payload), r->not_before, out, e);
	else if (rc != RC_ENV)
		rc = err_set(e, RC_INVALID, "claim-invalid",
		    "The claim voucher is not signed by this service.");
	buf_clear(&payload);
	return rc;
}
