/* Batches as their vendor and as their account see them.
 * No HTTP words, no SQL. */
#ifndef BIRTHMARK_CORE_BATCH_H
#define BIRTHMARK_CORE_BATCH_H

#include "core/core.h"
#include "store/store_batch.h"
#include "store/store_bind_list.h"
#include "store/store_reel.h"

#define BATCH_REELS_MAX 500 /* in one batch */

/* The batch if it is this vendor's; RC_NOT_FOUND tells nothing else. */
MUST_CHECK enum rc batch_of_vendor(struct core *c, const char *vendor_id,
    const char *bid, struct store_batch *out, struct err *e);
/* A vendor's batches, in the order of BIDs.  *n: the room in out, then how
 * many. */
MUST_CHECK enum rc batch_list_vendor(struct core *c,
    const struct store_batch_filter *f, struct store_batch *out, size_t *n,
    struct err *e);
/* Its published reels. */
MUST_CHECK enum rc batch_reels(struct core *c, const char *bid,
    struct store_reel out[BATCH_REELS_MAX], size_t *n, struct err *e);

/* A batch of an account, with how far it is in its clouds. */
struct batch_row {
	struct store_bind_row row;
};

/* The batch if the actor may see it: bound to its account, and for an
 * operator bound by itself. */
MUST_CHECK enum rc batch_of_account(struct core *c, const struct core_actor *a,
    const char *bid, struct batch_row *out, struct err *e);
/* Those that the actor may see (account_id and by_id of f are set here), in
 * the order asked for.  *n: the room in out, then how many. */
MUST_CHECK enum rc batch_list(struct core *c, const struct core_actor *a,
    const struct store_bind_filter *f, struct batch_row *out, size_t *n,
    struct err *e);
/* How many match in all, whatever the cursor. */
MUST_CHECK enum rc batch_count(struct core *c, const struct core_actor *a,
    const struct store_bind_filter *f, uint64_t *total, struct err *e);
/* Another product or cloud: NULL leaves it, "" takes it away.  What is
 * provisioned already is not touched. */
MUST_CHECK enum rc batch_change(struct core *c, const struct core_actor *a,
    const char *bid, const char *product_id, const char *cloud_id,
    struct err *e);
/* Product and cloud must be the account's; NULL and "" pass. */
MUST_CHECK enum rc batch_check_refs(struct core *c, const char *account_id,
    const char *product_id, const char *cloud_id, struct err *e);

#endif
