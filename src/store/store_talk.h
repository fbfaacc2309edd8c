/* Which products' devices may talk to each other without the cloud.
 * Stores; judges nothing. */
#ifndef BIRTHMARK_STORE_STORE_TALK_H
#define BIRTHMARK_STORE_STORE_TALK_H

#include "base/rand.h"
#include "store/store.h"

#define STORE_TALK_MAX 100

/* For both sides; product and peer may be the same. */
MUST_CHECK enum rc store_talk_add(struct store *s, const char *account,
    const char *product, const char *peer, struct err *e);
/* All of a product's. */
MUST_CHECK enum rc store_talk_clear(struct store *s, const char *account,
    const char *product, struct err *e);
/* In the order of ids.  *n: the room in out, then how many. */
MUST_CHECK enum rc store_talk_list(struct store *s, const char *account,
    const char *product, char out[][RAND_ID_SIZE], size_t *n, struct err *e);

#endif
