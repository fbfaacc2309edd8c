/* Makes claim vouchers.
 * Must not keep a token. */
#include "core/claim.h"

#include <stdio.h>
#include <string.h>

#include "core/audit.h"
#include "core/batch.h"
#include "core/tx.h"
#include "pki/label.h"
#include "store/store_account.h"

static bool is_printable(const char *s, size_t max)
{
	size_t n;

	for (n = 0; s[n] != '\0'; n++)
		if ((unsigned char)s[n] < ' ' || s[n] == 0x7f || n >= max)
			return false;
	return n > 0;
}

static enum rc check_wish(const struct claim_wish *w, struct err *e)
{
	size_t i;

	if (!is_printable(w->name, CLAIM_NAME_MAX))
		return err_set(e, RC_INVALID, "bad-name",
		    "The claim voucher needs a name of 1 to %d bytes without "
		    "control characters.",
		    CLAIM_NAME_MAX);
	if (w->max_devices < 1 || w->max_devices > CLAIM_DEVICES_MAX)
		return err_set(e, RC_INVALID, "bad-limit",
		    "max_devices has to be from 1 to %d.", CLAIM_DEVICES_MAX);
	if (w->days < 1 || w->days > CLAIM_DAYS_MAX)
		return err_set(e, RC_INVALID, "bad-expiry",
		    "expires_in_days has to be from 1 to %d.", CLAIM_DAYS_MAX);
	if (w->batches_n > CLAIM_BATCHES_MAX)
		return err_set(e, RC_INVALID, "bad-batch",
		    "A claim voucher names at most %d batches.",
		    CLAIM_BATCHES_MAX);
	/* Whether there is such a batch is not told. */
	for (i = 0; i < w->batches_n; i++)
		if (!is_printable(w->batches[i], LABEL_BID_MAX))
			return err_set(e, RC_INVALID, "bad-batch",
			    "A Batch ID has 1 to %d characters.",
			    LABEL_BID_MAX);
	return RC_OK;
}

static void fill(struct store_claim *v, const struct core_actor *a,
    const struct claim_wish *w, const char *cloud)
{
	memset(v, 0, sizeof(*v));
	rand_id(v->id, sizeof(v->id), "cvo");
	(void)snprintf(v->account_id, sizeof(v->account_id), "%s", a->scope_id);
	(void)snprintf(v->product_id, sizeof(v->product_id), "%s", w->product);
	(void)snprintf(v->cloud_id, sizeof(v->cloud_id), "%s", cloud);
	(void)snprintf(v->name, sizeof(v->name), "%s", w->name);
	(void)snprintf(v->created_by, sizeof(v->created_by), "%s", a->name);
	v->max_devices = w->max_devices;
	v->created_at = a->now_s;
	v->expires_at = a->now_s + (int64_t)w->days * 86400;
}

static enum rc keep(struct core *c, const struct core_actor *a,
    const struct claim_wish *w, const struct store_claim *v, struct err *e)
{
	const struct audit_entry entry = {.action = "claim-voucher-create",
	    .scope_id = a->scope_id,
	    .target = v->id,
	    .detail = v->name};
	struct tx tx = TX_NONE;
	size_t i;
	enum rc rc = tx_begin(c, &tx, e);

	/* Once more: they may have gone while the token was signed. */
	if (rc == RC_OK)
		rc = batch_check_refs(c, a->scope_id, v->product_id,
		    v->cloud_id, e);
	if (rc == RC_OK)
		rc = store_claim_add(c->store, v, e);
	for (i = 0; rc == RC_OK && i < w->batches_n; i++)
		rc = store_claim_batch_add(c->store, v->id, w->batches[i], e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	return tx_end(c, &tx, rc, e);
}

enum rc claim_create(struct core *c, const struct core_actor *a,
    const struct claim_wish *w, struct store_claim *out, struct buf *token,
    struct err *e)
{
	struct signer_claim claim;
	struct store_account account;
	enum rc rc = check_wish(w, e);

	if (rc == RC_OK && !c->signer)
		rc = err_set(e, RC_BUG, "no-signer", "There is no signer.");
	if (rc == RC_OK)
		rc = batch_check_refs(c, a->scope_id, w->product, w->cloud, e);
	if (rc == RC_OK)
		rc = store_account_get(c->store, a->scope_id, &account, e);
	if (rc == RC_NOT_FOUND)
		rc = err_set(e, rc, "not-found", "There is no such account.");
	if (rc != RC_OK)
		return rc;
	fill(out, a, w, w->cloud ? w->cloud : account.default_cloud);
	claim = (struct signer_claim){.id = out->id,
	    .account = out->account_id,
	    .product = out->product_id,
	    .expires_at = out->expires_at};
	rc = signer_claim(c->signer, &claim, token, e);
	if (rc == RC_OK)
		rc = keep(c, a, w, out, e);
	return rc;
}

static enum rc missing(enum rc rc, struct err *e)
{
	if (rc != RC_NOT_FOUND)
		return rc;
	return err_set(e, rc, "not-found", "There is no such claim voucher.");
}

enum rc claim_get(struct core *c, const struct core_actor *a, const char *id,
    struct store_claim *out, struct err *e)
{
	return missing(store_claim_find(c->store, a->scope_id, id, out, e), e);
}

enum rc claim_list(struct core *c, const struct core_actor *a,
    const char *after, struct store_claim *out, size_t *n, struct err *e)
{
	return store_claim_list(c->store, a->scope_id, after, out, n, e);
}

enum rc claim_batches(struct core *c, const char *id,
    char out[][STORE_CLAIM_BID_SIZE], size_t *n, struct err *e)
{
	return store_claim_batches(c->store, id, out, n, e);
}

enum rc claim_revoke(struct core *c, const struct core_actor *a, const char *id,
    struct err *e)
{
	const struct audit_entry entry = {.action = "claim-voucher-revoke",
	    .scope_id = a->scope_id,
	    .target = id};
	struct store_claim v;
	struct tx tx = TX_NONE;
	enum rc rc = tx_begin(c, &tx, e);

	if (rc == RC_OK)
		rc = claim_get(c, a, id, &v, e);
	if (rc == RC_OK && v.revoked_at == 0) {
		rc = store_claim_revoke(c->store, id, a->now_s, e);
		if (rc == RC_OK)
			rc = audit_add(c, a, &entry, e);
	}
	return tx_end(c, &tx, rc, e);
}

const char *claim_state(const struct store_claim *v, int64_t now_s)
{
	if (v->revoked_at != 0)
		return "revoked";
	if (v->expires_at <= now_s)
		return "expired";
	return v->bound >= v->max_devices ? "full" : "active";
}
