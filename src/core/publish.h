/* Publishing: a queued upload becomes a reel, all of it or nothing.  The
 * signature first, then every certificate, then one transaction.
 * No HTTP words, no SQL. */
#ifndef BIRTHMARK_CORE_PUBLISH_H
#define BIRTHMARK_CORE_PUBLISH_H

#include "core/core.h"
#include "store/store_upload.h"

/* The thread that publishes what is queued, one upload after the other.  A
 * lock on the spool file says who works on it, so that when a process dies
 * another one takes over. */
struct publish_worker;
/* dir: the data directory.  threads: that verify, 0 for one per core. */
MUST_CHECK enum rc publish_worker_start(struct publish_worker **out,
    const char *dir, unsigned threads, struct err *e);
/* Stops soon, in the middle if need be: the next start resumes. */
void publish_worker_stop(struct publish_worker *w);

/* Publishes one queued or abandoned upload now.  RC_OK when it was published,
 * RC_NOT_FOUND when there is nothing to do; any refusal is kept with the
 * upload and returned.  stop (may be NULL) is polled; then RC_AGAIN. */
MUST_CHECK enum rc publish_next(struct core *c, unsigned threads,
    const volatile bool *stop, struct err *e);

/* Takes away what abandoned uploads staged, and cancels the uploads that
 * nobody touched for UPLOAD_IDLE_S.  Faults are logged, those of a reel once:
 * *told (at first 0) is the highest one told of. */
void publish_tidy(struct core *c, int64_t now_s, int64_t *told);
/* Takes away what this upload staged; its lock is the caller's. */
MUST_CHECK enum rc publish_tidy_upload(struct core *c, const char *upload_id,
    struct err *e);

#endif
