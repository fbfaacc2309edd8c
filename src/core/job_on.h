/* What follows for jobs, and for what clouds are to know, when something else
 * happens: called inside its transaction.
 * Must not judge what happened. */
#ifndef BIRTHMARK_CORE_JOB_ON_H
#define BIRTHMARK_CORE_JOB_ON_H

#include "core/core.h"
#include "store/store_job.h"

/* After a batch was bound: queues a job when the binding has a cloud and its
 * account provisions automatically; otherwise does nothing.  The job is taken
 * up after hold_s seconds, so that the binding can be undone until then. */
MUST_CHECK enum rc job_on_bind(struct core *c, const struct core_actor *a,
    const char *bid, uint64_t hold_s, struct err *e);
/* After an account has claimed a device by itself: queues its provisioning, of
 * this one alone, unless its cloud is none, or not the account's; clouds of
 * others that know its batch hear of it. */
struct job_on_claimed {
	const char *account;
	int64_t seq;
	const char *bid, *cloud;
};
MUST_CHECK enum rc job_on_claim(struct core *c,
    const struct job_on_claimed *claim, int64_t now_s, struct err *e);
/* Before the actor's binding is deleted: cancels its jobs, and queues the
 * removal from each cloud that may know of the batch.  RC_CONFLICT
 * "batch-provisioned" when one of those cannot remove. */
MUST_CHECK enum rc job_on_unbind(struct core *c, const struct core_actor *a,
    const char *bid, struct err *e);
/* After a bound batch got another product: clouds that know it hear of it. */
MUST_CHECK enum rc job_on_product(struct core *c, const struct core_actor *a,
    const char *bid, struct err *e);
/* Something of a device changed that a cloud of this account may have to know:
 * whether it may in, or a certificate of its own.  Nothing for an account "".
 * Gates are told by feed_tell, which calls this. */
struct job_on_device {
	const char *account, *bid;
	int64_t seq;
};
MUST_CHECK enum rc job_on_change(struct core *c, const struct job_on_device *d,
    int64_t now_s, struct err *e);
/* A job has ended, in the transaction that records it: what has left its cloud
 * is not to be known there any more, and a batch that moves leaves the other
 * one. */
MUST_CHECK enum rc job_on_end(struct core *c, const struct store_job *j,
    struct err *e);
/* Events of the cloud's feed before n have reached a gate: ends the jobs that
 * waited for them. */
MUST_CHECK enum rc job_on_fed(struct core *c, const char *cloud, uint64_t n,
    int64_t now_s, struct err *e);

#endif
