/* Jobs: provisioning of a batch into a product cloud, and the test of a cloud.
 * Queued here, worked off by the courier.  A job's progress is a cursor (the
 * last device finished) plus exceptions, never a row for each device. */
#ifndef BIRTHMARK_CORE_JOB_H
#define BIRTHMARK_CORE_JOB_H

#include "core/core.h"
#include "store/store_feed.h"
#include "store/store_job.h"

/* Hooks of binding, called inside its transaction. */

/* After a batch was bound: queues a job when the binding has a cloud and its
 * account provisions automatically; otherwise does nothing.  The job is taken
 * up after hold_s seconds, so that the binding can be undone until then. */
MUST_CHECK enum rc job_on_bind(struct core *c, const struct core_actor *a,
    const char *bid, uint64_t hold_s, struct err *e);
/* After an account has claimed a device by itself, in the same transaction:
 * queues its provisioning, of this one alone.  A cloud that is none, or not
 * the account's, is nothing to do. */
struct job_claim {
	const char *account;
	int64_t seq;
	const char *bid, *cloud;
};
MUST_CHECK enum rc job_on_claim(struct core *c, const struct job_claim *claim,
    int64_t now_s, struct err *e);
/* RC_CONFLICT "batch-provisioned" when something of the batch was sent to a
 * cloud, or is being sent. */
MUST_CHECK enum rc job_may_unbind(struct core *c, const char *bid,
    struct err *e);
/* Before the binding is deleted: cancels jobs that have not started. */
MUST_CHECK enum rc job_on_unbind(struct core *c, const char *bid,
    struct err *e);
/* After a bound batch got another product: tells the gates that know it. */
MUST_CHECK enum rc job_on_product(struct core *c, const char *bid,
    struct err *e);

/* What one device (by its seq) is in each cloud its batch was sent to:
 * status "provisioned", "failed" or "waiting". */
#define JOB_DEVICE_CLOUDS_MAX 16
struct job_device_cloud {
	char cloud[RAND_ID_SIZE];
	const char *status;
	int64_t at;		       /* when its job ended; 0: it has not */
	char why[STORE_JOB_TEXT_SIZE]; /* of "failed" */
};
MUST_CHECK enum rc job_device_clouds(struct core *c, const char *bid,
    uint64_t seq, struct job_device_cloud out[JOB_DEVICE_CLOUDS_MAX], size_t *n,
    struct err *e);

/* Queues the provisioning of a batch bound to account into cloud (NULL: the
 * binding's).  One that is unfinished already is given instead. */
MUST_CHECK enum rc job_provision(struct core *c, const struct core_actor *a,
    const char *bid, const char *cloud, struct store_job *out, struct err *e);
/* A job has ended, in the transaction that records it: what has left its cloud
 * is not to be known there any more, and a batch that moves leaves the other
 * one. */
MUST_CHECK enum rc job_on_end(struct core *c, const struct store_job *j,
    struct err *e);
/* Queues the test of a cloud. */
MUST_CHECK enum rc job_test(struct core *c, const struct core_actor *a,
    const char *cloud, struct store_job *out, struct err *e);
/* RC_NOT_FOUND when it is not of the actor's account. */
MUST_CHECK enum rc job_get(struct core *c, const char *account, const char *id,
    struct store_job *out, struct err *e);
/* A failed one goes on where it stopped; of a done one only the exceptions are
 * tried again; a waiting one is tried at once. */
MUST_CHECK enum rc job_retry(struct core *c, const struct core_actor *a,
    const char *id, struct store_job *out, struct err *e);
MUST_CHECK enum rc job_cancel(struct core *c, const struct core_actor *a,
    const char *id, struct store_job *out, struct err *e);

/* Seconds to the end at the present rate; -1 when unknown. */
int64_t job_seconds_left(const struct store_job *j);

#endif
