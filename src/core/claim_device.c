/* Judges the claim voucher that a device shows.
 * Must not tell the device whose it is. */
#include "core/claim.h"

#include <stdio.h>
#include <string.h>

#include "base/enc.h"
#include "core/audit.h"
#include "core/job.h"
#include "core/limit.h"
#include "core/tx.h"
#include "store/store_bind.h"
#include "store/store_product.h"

/* A device whose firmware holds a wrong token tries for ever. */
static const struct limit_rule rule = {"claim-token", 5, 60, 3600, 86400,
    "claim-locked"};

static enum rc refuse(const char *slug, const char *why, struct err *e)
{
	return err_set(e, RC_DENIED, slug, "The claim voucher %s.", why);
}

/* The token is one of ours: whose row that is.  Whether it has expired is for
 * the row to say: a device that came by it in time stays. */
static enum rc read_token(struct core *c, const struct claim_request *r,
    struct store_claim *v, struct err *e)
{
	char id[RAND_ID_SIZE];
	enum rc rc;

	if (!c->signer)
		return err_set(e, RC_BUG, "no-signer", "There is no signer.");
	rc = signer_claim_check(c->signer, r->token, 0, id, e);
	if (rc == RC_INVALID || rc == RC_DENIED)
		return refuse("claim-refused", "is not one of this service", e);
	if (rc == RC_OK)
		rc = store_claim_find(c->store, NULL, id, v, e);
	if (rc == RC_NOT_FOUND)
		return refuse("claim-refused", "is not known any more", e);
	return rc;
}

static enum rc elsewhere(struct err *e)
{
	return err_set(e, RC_CONFLICT, "device-bound-elsewhere",
	    "This device is bound already, by another account.");
}

static void result(struct claim_result *out, const char *voucher,
    const char *product)
{
	out->already = true;
	(void)snprintf(out->voucher, sizeof(out->voucher), "%s", voucher);
	(void)snprintf(out->product, sizeof(out->product), "%s", product);
}

/* Whether it is somebody's: out->already when it is v's account's. */
static enum rc judge_owner(struct core *c, const struct device *d,
    const struct store_claim *v, struct claim_result *out, struct err *e)
{
	struct store_claim_device had;
	struct store_product p = {.name = ""};
	struct store_bind b;
	enum rc rc = store_claim_device_find(c->store, d->seq, &had, e);

	if (rc == RC_OK && strcmp(had.account_id, v->account_id) != 0)
		return elsewhere(e);
	if (rc == RC_OK)
		result(out, had.voucher_id, had.product);
	if (rc != RC_NOT_FOUND)
		return rc;
	rc = store_bind_find(c->store, d->bid, &b, e);
	if (rc != RC_OK)
		return rc == RC_NOT_FOUND ? RC_OK : rc;
	if (strcmp(b.account_id, v->account_id) != 0)
		return elsewhere(e);
	if (b.product_id[0] != '\0')
		rc = store_product_find(c->store, b.account_id, b.product_id,
		    &p, e);
	if (rc == RC_OK || rc == RC_NOT_FOUND)
		result(out, v->id, p.name);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc judge_voucher(struct core *c, const struct claim_request *r,
    const struct store_claim *v, struct err *e)
{
	char bids[STORE_CLAIM_BATCHES_MAX][STORE_CLAIM_BID_SIZE];
	size_t i, n = 0;
	enum rc rc;

	if (v->revoked_at != 0)
		return refuse("claim-revoked", "was revoked", e);
	if (v->expires_at <= r->now_s)
		return refuse("claim-expired", "has expired", e);
	rc = store_claim_batches(c->store, v->id, bids, &n, e);
	if (rc != RC_OK || n == 0)
		return rc;
	for (i = 0; i < n; i++)
		if (strcmp(bids[i], r->device->bid) == 0)
			return RC_OK;
	return refuse("claim-batch", "is not for devices of this batch", e);
}

static void actor_of(const struct claim_request *r, const char *account,
    struct core_actor *a)
{
	memset(a, 0, sizeof(*a));
	a->scope = CORE_SCOPE_ACCOUNT;
	a->now_s = r->now_s;
	(void)snprintf(a->scope_id, sizeof(a->scope_id), "%s", account);
	(void)snprintf(a->name, sizeof(a->name), "device %s",
	    r->device->chip_id);
	(void)snprintf(a->from, sizeof(a->from), "%s", r->from ? r->from : "");
}

static enum rc take(struct core *c, const struct claim_request *r,
    const struct store_claim *v, struct err *e)
{
	const struct job_on_claimed job = {v->account_id, r->device->seq,
	    r->device->bid, v->cloud_id};
	struct store_claim_device d = {.seq = r->device->seq,
	    .claimed_at = r->now_s};
	char fp[2 * DIGEST_SHA256 + 1];
	const struct audit_entry entry = {.action = "claim",
	    .scope_id = v->account_id,
	    .target = v->id,
	    .detail = fp};
	struct core_actor a;
	enum rc rc = store_claim_count(c->store, v->id, e);

	if (rc == RC_LIMIT)
		return refuse("claim-limit",
		    "has bound as many devices as it may", e);
	enc_hex_str(fp, span_of(r->device->fp, sizeof(r->device->fp)));
	memcpy(d.account_id, v->account_id, sizeof(d.account_id));
	memcpy(d.product_id, v->product_id, sizeof(d.product_id));
	memcpy(d.cloud_id, v->cloud_id, sizeof(d.cloud_id));
	memcpy(d.voucher_id, v->id, sizeof(d.voucher_id));
	(void)snprintf(d.bid, sizeof(d.bid), "%s", r->device->bid);
	actor_of(r, v->account_id, &a);
	if (rc == RC_OK)
		rc = store_claim_device_add(c->store, &d, e);
	if (rc == RC_OK)
		rc = job_on_claim(c, &job, r->now_s, e);
	if (rc == RC_OK)
		rc = audit_add(c, &a, &entry, e);
	return rc;
}

/* In one transaction, which no other can come between. */
static enum rc decide(struct core *c, const struct claim_request *r,
    struct store_claim *v, struct claim_result *out, struct err *e)
{
	struct store_product p;
	struct tx tx = TX_NONE;
	enum rc rc = tx_begin(c, &tx, e);

	if (rc == RC_OK)
		rc = store_claim_find(c->store, NULL, v->id, v, e);
	if (rc == RC_OK)
		rc = store_product_find(c->store, v->account_id, v->product_id,
		    &p, e);
	if (rc == RC_NOT_FOUND)
		rc = refuse("claim-refused", "is not known any more", e);
	if (rc == RC_OK)
		rc = judge_owner(c, r->device, v, out, e);
	if (rc != RC_OK || out->already)
		return tx_end(c, &tx, rc, e);
	rc = judge_voucher(c, r, v, e);
	if (rc == RC_OK)
		rc = take(c, r, v, e);
	rc = tx_end(c, &tx, rc, e);
	if (rc == RC_OK)
		result(out, v->id, p.name);
	out->already = false;
	return rc;
}

/* v: whose voucher it was, when it was one. */
static void count_refused(struct core *c, const struct claim_request *r,
    const struct store_claim *v, const char *key, const struct err *why)
{
	struct core_actor a;
	struct err ignored;

	if (limit_hit(c, &rule, key, r->now_s, NULL, &ignored) != RC_OK ||
	    v->id[0] == '\0')
		return;
	actor_of(r, v->account_id, &a);
	audit_refused(c, &a, "claim", v->id, why);
}

enum rc claim_device(struct core *c, const struct claim_request *r,
    struct claim_result *out, struct err *e)
{
	struct store_claim v = {.id = ""};
	char key[2 * DIGEST_SHA256 + 1];
	struct err own = {0};
	enum rc rc;

	memset(out, 0, sizeof(*out));
	enc_hex_str(key, span_of(r->device->fp, sizeof(r->device->fp)));
	rc = limit_check(c, &rule, key, r->now_s, &own);
	if (rc == RC_OK) {
		rc = read_token(c, r, &v, &own);
		if (rc == RC_OK)
			rc = decide(c, r, &v, out, &own);
		if (rc == RC_DENIED || rc == RC_CONFLICT)
			count_refused(c, r, &v, key, &own);
	}
	if (rc != RC_OK && e)
		*e = own;
	return rc;
}
