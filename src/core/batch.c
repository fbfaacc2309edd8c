/* Batches as their vendor and as their account see them.
 * Must not bind. */
#include "core/batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/audit.h"
#include "core/cloud.h"
#include "core/job.h"
#include "core/tx.h"
#include "store/store_product.h"

static enum rc not_found(struct err *e)
{
	return err_set(e, RC_NOT_FOUND, "not-found",
	    "There is no such batch here.");
}

enum rc batch_of_vendor(struct core *c, const char *vendor_id, const char *bid,
    struct store_batch *out, struct err *e)
{
	enum rc rc = store_batch_find(c->store, bid, out, e);

	if (rc == RC_NOT_FOUND ||
	    (rc == RC_OK && strcmp(out->vendor_id, vendor_id) != 0))
		return not_found(e);
	return rc;
}

/* An operator sees what it bound itself, and nothing else. */
static void limit_sight(const struct core_actor *a, struct store_bind_filter *f)
{
	f->account_id = a->scope_id;
	f->by_id = a->role == CORE_OPERATOR ? a->id : NULL;
}

enum rc batch_of_account(struct core *c, const struct core_actor *a,
    const char *bid, struct batch_row *out, struct err *e)
{
	struct store_bind_filter f = {.bid = bid};
	enum rc rc;

	limit_sight(a, &f);
	if (bid[0] == '\0')
		return not_found(e);
	rc = store_bind_list_get(c->store, &f, &out->row, e);
	return rc == RC_NOT_FOUND ? not_found(e) : rc;
}

enum rc batch_list(struct core *c, const struct core_actor *a,
    const struct store_bind_filter *asked, struct batch_row *out, size_t *n,
    struct err *e)
{
	struct store_bind_row *rows = calloc(*n, sizeof(*rows));
	struct store_bind_filter f = *asked;
	size_t i, cap = *n;
	enum rc rc;

	*n = 0;
	if (!rows)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	limit_sight(a, &f);
	rc = store_bind_list(c->store, &f, rows, cap, n, e);
	for (i = 0; rc == RC_OK && i < *n; i++)
		out[i].row = rows[i];
	free(rows);
	return rc;
}

enum rc batch_count(struct core *c, const struct core_actor *a,
    const struct store_bind_filter *asked, uint64_t *total, struct err *e)
{
	struct store_bind_filter f = *asked;

	limit_sight(a, &f);
	return store_bind_list_count(c->store, &f, total, e);
}

enum rc batch_check_refs(struct core *c, const char *account_id,
    const char *product_id, const char *cloud_id, struct err *e)
{
	struct store_product product;
	bool exists = true;
	enum rc rc = RC_OK;

	if (product_id && product_id[0] != '\0')
		rc = store_product_find(c->store, account_id, product_id,
		    &product, e);
	if (rc == RC_NOT_FOUND)
		return err_set(e, RC_INVALID, "product-unknown",
		    "The account has no such product.");
	if (rc == RC_OK && cloud_id && cloud_id[0] != '\0')
		rc = cloud_exists_in(c, account_id, cloud_id, &exists, e);
	if (rc == RC_OK && !exists)
		return err_set(e, RC_INVALID, "cloud-unknown",
		    "The account has no such product cloud.");
	return rc;
}

enum rc batch_change(struct core *c, const struct core_actor *a,
    const char *bid, const char *product_id, const char *cloud_id,
    struct err *e)
{
	struct audit_entry entry = {.action = "batch-change",
	    .scope_id = a->scope_id,
	    .target = bid};
	struct store_bind b;
	struct tx tx = TX_NONE;
	bool other_product = false;
	enum rc rc;

	rc = tx_begin(c, &tx, e);
	if (rc != RC_OK)
		return rc;
	rc = store_bind_find(c->store, bid, &b, e);
	if (rc == RC_NOT_FOUND ||
	    (rc == RC_OK && strcmp(b.account_id, a->scope_id) != 0))
		rc = not_found(e);
	if (rc == RC_OK)
		rc = batch_check_refs(c, a->scope_id, product_id, cloud_id, e);
	if (rc != RC_OK)
		goto out;
	if (product_id) {
		other_product = strcmp(b.product_id, product_id) != 0;
		(void)snprintf(b.product_id, sizeof(b.product_id), "%s",
		    product_id);
	}
	if (cloud_id)
		(void)snprintf(b.cloud_id, sizeof(b.cloud_id), "%s", cloud_id);
	rc = store_bind_change(c->store, &b, e);
	if (rc == RC_OK && other_product)
		rc = job_on_product(c, a, bid, e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
out:
	return tx_end(c, &tx, rc, e);
}

enum rc batch_list_vendor(struct core *c, const struct store_batch_filter *f,
    struct store_batch *out, size_t *n, struct err *e)
{
	return store_batch_list(c->store, f, out, n, e);
}

enum rc batch_reels(struct core *c, const char *bid,
    struct store_reel out[BATCH_REELS_MAX], size_t *n, struct err *e)
{
	*n = BATCH_REELS_MAX;
	return store_reel_list(c->store, bid, 0, out, n, e);
}
