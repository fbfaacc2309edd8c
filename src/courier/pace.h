/* When a job is tried again, and how much of it at once.
 * Pure: no clock, no store, no network. */
#ifndef BIRTHMARK_COURIER_PACE_H
#define BIRTHMARK_COURIER_PACE_H

#include "store/store_job.h"

#define PACE_TRIES_MAX 20    /* in vain, then the job has failed */
#define PACE_BACKOFF_MS 1000 /* doubled with each try */
#define PACE_BACKOFF_MAX_MS (900 * 1000)
#define PACE_REFUSED_MS (60 * 1000) /* at least, between bad credentials */
#define PACE_RETRY_AFTER_MAX_S (24 * 3600)
#define PACE_SLOW_MS 15000 /* a request this long asks for smaller chunks */
#define PACE_QUICK_MS 5000
#define PACE_SINGLES_MAX 5 /* single devices refused in a row */

/* What a call came to. */
struct pace_result {
	size_t devices;	 /* sent */
	int64_t took_ms; /* the whole chunk */
	int64_t now_ms;
	uint32_t chunk_max; /* the cloud's */
};

/* After a chunk that the cloud answered: due at once, rate and chunk size
 * follow its speed. */
void pace_success(struct store_job *j, const struct pace_result *r);
/* After a chunk in vain: sets state, tries, next_ms, chunk and last_error. */
void pace_fault(struct store_job *j, const struct pace_result *r,
    const struct err *why);
/* True when the fault concerns the one device that was sent, which then is an
 * exception; after PACE_SINGLES_MAX in a row it is the cloud that is wrong. */
bool pace_is_single(const struct store_job *j, const struct pace_result *r,
    const struct err *why);
/* Full jitter: anything from 0 to the bound. */
int64_t pace_bound_ms(uint32_t tries);

#endif
