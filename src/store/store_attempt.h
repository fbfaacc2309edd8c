/* Wrong attempts by the hash of what was tried.
 * Must not know what that is. */
#ifndef BIRTHMARK_STORE_STORE_ATTEMPT_H
#define BIRTHMARK_STORE_STORE_ATTEMPT_H

#include "store/store.h"

struct store_attempt {
	uint8_t key[32];
	uint32_t count;
	int64_t last_at, locked_until, forget_at;
};

/* RC_NOT_FOUND (e untouched) when there is none. */
MUST_CHECK enum rc store_attempt_get(struct store *s, const uint8_t key[32],
    struct store_attempt *out, struct err *e);
MUST_CHECK enum rc store_attempt_put(struct store *s,
    const struct store_attempt *a, struct err *e);
MUST_CHECK enum rc store_attempt_clear(struct store *s, const uint8_t key[32],
    struct err *e);
/* Removes what is to be forgotten by now. */
MUST_CHECK enum rc store_attempt_sweep(struct store *s, int64_t now_s,
    struct err *e);

#endif
