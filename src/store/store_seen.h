/* Which devices were seen, and when: first and last.
 * Knows no certificates: a device is its place in the store. */
#ifndef BIRTHMARK_STORE_STORE_SEEN_H
#define BIRTHMARK_STORE_STORE_SEEN_H

#include "store/store_bind.h"

#define STORE_SEEN_EVERY_S 60 /* how fine the last time is kept */

struct store_seen {
	int64_t first_at, last_at; /* 0: never */
};

/* As long as it is bound like this.  A device that is an account's by itself
 * has a binding of its own, with bid "" and bound_at its claim's. */
MUST_CHECK enum rc store_seen_get(struct store *s, int64_t seq,
    const struct store_bind *b, struct store_seen *out, struct err *e);
/* One device of a bound batch was seen at at_s, which is in order: counts it
 * for the batch, its claim voucher, the account and the hour if it is the first
 * time.  Inside the caller's transaction. */
MUST_CHECK enum rc store_seen_put(struct store *s, int64_t seq,
    const struct store_bind *b, int64_t at_s, struct err *e);

#endif
