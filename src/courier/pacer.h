/* Token buckets: how many calls of each kind a cloud is sent.  Shared by the
 * threads of the courier; those that wait are served in turn, so that a small
 * job is not stuck behind a large one.  A bucket gives PACER_SHARE of its
 * quota, evenly spaced, so that no second of the cloud's clock sees more than
 * the quota. */
#ifndef BIRTHMARK_COURIER_PACER_H
#define BIRTHMARK_COURIER_PACER_H

#include <stdint.h>

#include "base/err.h"

#define PACER_SHARE_MILLI 975 /* of the quota is used */

struct pacer;

MUST_CHECK enum rc pacer_new(struct pacer **out, struct err *e);
void pacer_free(struct pacer *p);

struct pacer_ask {
	const char *key; /* account, quota key and operation */
	/* Where those of one key differ, the least of the last minute. */
	uint32_t per_minute;
	uint64_t who;	/* the job, for turns */
	int64_t now_ms; /* monotonic */
};
/* Milliseconds until to ask again; 0: the call may be sent, and is counted.
 * Who asks again in time keeps its place in the line. */
int64_t pacer_take(struct pacer *p, const struct pacer_ask *a);
/* The cloud asks to wait: none of this key until then. */
void pacer_hold(struct pacer *p, const char *key, int64_t until_ms);
/* Milliseconds from now_ms on that are left of that. */
int64_t pacer_held(struct pacer *p, const char *key, int64_t now_ms);

#endif
