/* The nonces of requests for ownership vouchers that were answered.
 * Stores; judges nothing. */
#ifndef BIRTHMARK_STORE_STORE_NONCE_H
#define BIRTHMARK_STORE_STORE_NONCE_H

#include "store/store.h"

/* RC_CONFLICT when this device has used it. */
MUST_CHECK enum rc store_nonce_add(struct store *s, int64_t seq,
    struct span nonce, int64_t now_s, struct err *e);
/* How many this device has used since. */
MUST_CHECK enum rc store_nonce_recent(struct store *s, int64_t seq,
    int64_t since_s, uint64_t *out, struct err *e);
/* Forgets some of those from before that time. */
MUST_CHECK enum rc store_nonce_sweep(struct store *s, int64_t before_s,
    struct err *e);

#endif
