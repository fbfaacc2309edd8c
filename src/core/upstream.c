/* Requests to CAs of others: judged, queued, answered from what is there.
 * Must not call anybody, nor open what is sealed. */
#include "core/upstream.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "core/tx.h"
#include "pki/crmf.h"
#include "pki/csr_match.h"
#include "store/store_ca.h"
#include "store/store_certificate.h"

#define RETRY_MAX_S 600

static enum rc check_csr(const struct upstream_ask *ask,
    struct store_upstream_request *r, struct err *e)
{
	struct csr_match m = {.profile = ask->profile, .device = ask->names};
	struct cert birth;
	struct csr csr;
	enum rc rc;

	if (crmf_is(ask->csr))
		return err_set(e, RC_INVALID, "csr-form",
		    "The authority %s is another's and is asked with the "
		    "device's own request: use PKCS#10 (EST, or p10cr of CMP).",
		    ask->ca_name);
	rc = csr_parse(&csr, ask->csr, e);
	if (rc == RC_OK)
		rc = cert_parse(&birth, buf_span(&ask->device->der), e);
	if (rc != RC_OK)
		return rc;
	m.birth_subject = birth.subject;
	digest_sha256(csr.spki, r->spki_sha256);
	return csr_match_check(&csr, &m, e);
}

static void fill(const struct upstream_ask *ask, int64_t now_s,
    struct store_upstream_request *r)
{
	rand_id(r->id, sizeof(r->id), "urq");
	(void)snprintf(r->account_id, sizeof(r->account_id), "%s",
	    ask->device->account_id);
	(void)snprintf(r->ca_id, sizeof(r->ca_id), "%s", ask->ca_id);
	r->seq = ask->device->seq;
	r->next_ms = clock_now_ms();
	r->created_at = now_s;
	buf_add_span(&r->csr, ask->csr);
}

static enum rc wait(const struct upstream_ask *ask,
    const struct store_upstream_request *r, struct err *e)
{
	int64_t left = (r->next_ms - clock_now_ms()) / 1000 + 1;
	enum rc rc = err_set(e, RC_AGAIN, "upstream-waits",
	    "The certificate authority %s has not issued the certificate "
	    "yet%s%s; ask again.",
	    ask->ca_name, r->error[0] ? ": " : "", r->error);

	/* One that is asked now is due again only if the courier dies. */
	if (!r->error[0] || left < UPSTREAM_RETRY_S)
		left = UPSTREAM_RETRY_S;
	if (e)
		e->retry_after_s =
		    (unsigned int)(left < RETRY_MAX_S ? left : RETRY_MAX_S);
	return rc;
}

/* Whether what was issued is recorded already: then the device wants one
 * more. */
static enum rc was_given(struct core *c, const struct store_upstream_request *r,
    bool *given, struct err *e)
{
	struct store_certificate cert;
	uint8_t fp[DIGEST_SHA256];
	enum rc rc;

	store_certificate_init(&cert);
	cert_fingerprint(buf_span(&r->der), fp);
	rc = store_certificate_find_fp(c->store, fp, &cert, e);
	*given = rc == RC_OK;
	if (rc == RC_OK && strcmp(cert.ca_id, r->ca_id) != 0)
		rc = err_set(e, RC_CONFLICT, "upstream-here",
		    "The certificate is another account's of this service: "
		    "the authority has to be another service's.");
	store_certificate_clear(&cert);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* What the request that is there says; RC_NOT_FOUND, e untouched, when a new
 * one is to be made. */
static enum rc answer(struct core *c, const struct upstream_ask *ask,
    const struct store_upstream_request *r, struct buf *der, struct err *e)
{
	bool given = false;
	enum rc rc;

	if (strcmp(r->account_id, ask->device->account_id) != 0)
		return RC_NOT_FOUND;
	if (strcmp(r->state, "waiting") == 0)
		return wait(ask, r, e);
	if (strcmp(r->state, "refused") == 0) {
		if (r->state_at + UPSTREAM_REFUSED_S <= clock_now_s())
			return RC_NOT_FOUND;
		return err_set(e, RC_DENIED, "upstream-refused",
		    "The certificate authority %s refused: %s", ask->ca_name,
		    r->error);
	}
	rc = was_given(c, r, &given, e);
	if (rc == RC_OK && given)
		return RC_NOT_FOUND;
	if (rc == RC_OK)
		buf_add_span(der, buf_span(&r->der));
	return rc;
}

enum rc upstream_issue(struct core *c, const struct upstream_ask *ask,
    int64_t now_s, struct buf *der, struct err *e)
{
	struct store_upstream_request r, known;
	struct tx tx = TX_NONE;
	enum rc rc;

	store_upstream_request_init(&r);
	store_upstream_request_init(&known);
	rc = check_csr(ask, &r, e);
	if (rc != RC_OK)
		goto out;
	fill(ask, now_s, &r);
	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_upstream_request_find(c->store, &r, &known, e);
	if (rc == RC_OK)
		rc = answer(c, ask, &known, der, e);
	if (rc == RC_NOT_FOUND) {
		rc = store_upstream_request_put(c->store, &r, e);
		rc = tx_end(c, &tx, rc, e);
		if (rc == RC_OK)
			rc = wait(ask, &r, e);
	}
	rc = tx_end(c, &tx, rc, e);
out:
	store_upstream_request_clear(&r);
	store_upstream_request_clear(&known);
	return rc;
}

enum rc upstream_requests(struct core *c, const struct upstream_list *l,
    struct store_upstream_request *out, size_t *n, struct err *e)
{
	struct store_ca row;
	enum rc rc;

	store_ca_init(&row);
	rc = store_ca_find(c->store, l->account, l->ca, 0, &row, e);
	store_ca_clear(&row);
	if (rc == RC_NOT_FOUND)
		return err_set(e, rc, "not-found",
		    "There is no such certificate authority.");
	if (rc != RC_OK)
		return rc;
	return store_upstream_request_list(c->store, l->ca, l->before, out, n,
	    e);
}
