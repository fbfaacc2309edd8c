/* Talk rules: which products of an account may talk to each other, device to
 * device, without the cloud.  None may until it is said, not even those of one
 * product among themselves.
 * No HTTP words, no SQL. */
#ifndef BIRTHMARK_CORE_TALK_H
#define BIRTHMARK_CORE_TALK_H

#include "core/core.h"
#include "store/store_talk.h"

#define TALK_MAX STORE_TALK_MAX

/* In the order of ids.  *n: how many. */
MUST_CHECK enum rc talk_get(struct core *c, const char *account,
    const char *product, char out[TALK_MAX][RAND_ID_SIZE], size_t *n,
    struct err *e);
/* Instead of what was; for both sides.  RC_INVALID "product-unknown",
 * "too-many". */
MUST_CHECK enum rc talk_set(struct core *c, const struct core_actor *a,
    const char *product, const char *const *peers, size_t n, struct err *e);

#endif
