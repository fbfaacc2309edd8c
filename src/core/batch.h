/* Batches as their vendor and as their account see them.
 * No HTTP words, no SQL. */
#ifndef BIRTHMARK_CORE_BATCH_H
#define BIRTHMARK_CORE_BATCH_H

#include "core/core.h"
#include "store/store_batch.h"
#include "store/store_bind.h"
#include "store/store_reel.h"

#define BATCH_REELS_MAX 500 /* in one batch */

/* The batch if it is this vendor's; RC_NOT_FOUND tells nothing else. */
MUST_CHECK enum rc batch_of_vendor(struct core *c, const char *vendor_id,
    const char *bid, struct store_batch *out, struct err *e);
/* The batch if the actor may see it: bound to its account, and for an
 * operator bound by itself. */
MUST_CHECK enum rc batch_of_account(struct core *c, const struct core_actor *a,
    const char *bid, struct store_bind_row *out, struct err *e);
/* Limits f to what the actor may see. */
void batch_sight(const struct core_actor *a, struct store_bind_filter *f);
/* Another product or cloud: NULL leaves it, "" takes it away.  What is
 * provisioned already is not touched. */
MUST_CHECK enum rc batch_change(struct core *c, const struct core_actor *a,
    const char *bid, const char *product_id, const char *cloud_id,
    struct err *e);

#endif
