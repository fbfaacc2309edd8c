/* Answers kept for idempotency keys, encrypted by core/idem.c.
 * Must not see them in clear. */
#ifndef BIRTHMARK_STORE_STORE_IDEM_H
#define BIRTHMARK_STORE_STORE_IDEM_H

#include "base/buf.h"
#include "store/store.h"

struct store_idem {
	uint8_t key[32], request[32], nonce[16], tag[32];
	int status;
	int64_t created_at;
};

/* RC_NOT_FOUND (e untouched) when there is none or it is older than
 * oldest_s. */
MUST_CHECK enum rc store_idem_get(struct store *s, struct store_idem *i,
    int64_t oldest_s, struct buf *answer, struct err *e);
/* Also removes what is older than oldest_s. */
MUST_CHECK enum rc store_idem_put(struct store *s, const struct store_idem *i,
    int64_t oldest_s, struct span answer, struct err *e);

#endif
