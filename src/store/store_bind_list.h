/* The list of an account's batches, in each of its orders.
 * Stores; judges nothing. */
#ifndef BIRTHMARK_STORE_STORE_BIND_LIST_H
#define BIRTHMARK_STORE_STORE_BIND_LIST_H

#include "store/store_bind.h"
#include "store/store_change.h"

/* A page after f's cursor, in its order. */
MUST_CHECK enum rc store_bind_list(struct store *s,
    const struct store_bind_filter *f, struct store_bind_row *out, size_t cap,
    size_t *n, struct err *e);
/* All that match, whatever the cursor. */
MUST_CHECK enum rc store_bind_list_count(struct store *s,
    const struct store_bind_filter *f, uint64_t *n, struct err *e);
/* One batch, by account_id, by_id and bid of f.  RC_NOT_FOUND leaves e
 * untouched. */
MUST_CHECK enum rc store_bind_list_get(struct store *s,
    const struct store_bind_filter *f, struct store_bind_row *out,
    struct err *e);
/* Changed after *at, in the order of their changes, by account_id and bid
 * (NULL or "": any) of f; moves *at to the last one given.  *n: the room in
 * out, then how many. */
MUST_CHECK enum rc store_bind_list_changed(struct store *s,
    const struct store_bind_filter *f, struct store_change *at,
    struct store_bind_row *out, size_t *n, struct err *e);
/* What this order sorts it by; 0 for the BID. */
int64_t store_bind_list_value(const struct store_bind *b,
    enum store_bind_sort sort);

#endif
