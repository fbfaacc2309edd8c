/* Products of an account.
 * No HTTP words, no SQL. */
#ifndef BIRTHMARK_CORE_PRODUCT_H
#define BIRTHMARK_CORE_PRODUCT_H

#include "core/core.h"
#include "store/store_product.h"

/* The account is the actor's scope.  RC_CONFLICT "product-exists". */
MUST_CHECK enum rc product_add(struct core *c, const struct core_actor *a,
    const char *name, struct store_product *out, struct err *e);
MUST_CHECK enum rc product_find(struct core *c, const char *account_id,
    const char *id, struct store_product *out, struct err *e);
/* In the order of ids, after `after`.  *n: the room in out, then how many. */
MUST_CHECK enum rc product_list(struct core *c, const char *account_id,
    const char *after, struct store_product *out, size_t *n, struct err *e);
MUST_CHECK enum rc product_rename(struct core *c, const struct core_actor *a,
    const char *id, const char *name, struct store_product *out, struct err *e);
/* RC_CONFLICT "product-in-use" while a batch or the default names it. */
MUST_CHECK enum rc product_delete(struct core *c, const struct core_actor *a,
    const char *id, struct err *e);

#endif
