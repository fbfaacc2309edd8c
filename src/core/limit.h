/* Counts wrong attempts (passwords, claim codes) in the store, so that all
 * workers count together, and makes the next try wait longer each time.
 * Knows nothing of what is tried. */
#ifndef BIRTHMARK_CORE_LIMIT_H
#define BIRTHMARK_CORE_LIMIT_H

#include "core/core.h"

#define LIMIT_KEY_MAX 400
#define LIMIT_PEER_MAX 64

/* After `free` wrong tries each further one waits first_s, then twice as long
 * each time, up to max_s.  All is forgotten forget_s after the last one. */
struct limit_rule {
	const char *name; /* first part of the stored key: "login-pair" */
	unsigned int free;
	unsigned int first_s, max_s, forget_s;
	const char *slug; /* of the refusal: "claim-code-locked" */
};

/* RC_LIMIT with retry_after_s while key has to wait; RC_OK else.  Reads
 * only. */
MUST_CHECK enum rc limit_check(struct core *c, const struct limit_rule *rule,
    const char *key, int64_t now_s, struct err *e);
/* Whom to count for an address: an IPv6 /64 is one peer, as who has one
 * address of it has them all. */
void limit_peer(const char *from, char out[LIMIT_PEER_MAX]);
/* Records a wrong try; its number is set in *count (may be NULL).  Ends an
 * open transaction by rolling it back first, because a wrong try must count
 * whatever becomes of the request: call it after the refusal is certain. */
MUST_CHECK enum rc limit_hit(struct core *c, const struct limit_rule *rule,
    const char *key, int64_t now_s, unsigned int *count, struct err *e);
/* How many there are that are not forgotten. */
MUST_CHECK enum rc limit_count(struct core *c, const struct limit_rule *rule,
    const char *key, int64_t now_s, unsigned int *count, struct err *e);
/* After a right one; part of the caller's transaction if there is one. */
MUST_CHECK enum rc limit_clear(struct core *c, const struct limit_rule *rule,
    const char *key, struct err *e);

#endif
