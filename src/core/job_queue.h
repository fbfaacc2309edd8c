/* How jobs are queued: at most one of its kind for the same cloud, batch and
 * device, and of those that provision and remove one in all.  What a cloud is
 * to know is written with the job, in the same transaction.
 * Must not judge whether the account may. */
#ifndef BIRTHMARK_CORE_JOB_QUEUE_H
#define BIRTHMARK_CORE_JOB_QUEUE_H

#include "core/cloud_rules.h"
#include "core/core.h"
#include "store/store_job.h"

/* Product clouds of one batch at a time. */
#define JOB_QUEUE_CLOUDS_MAX 16

/* Everything else is as a new job has it.  bid "": of a whole cloud. */
void job_queue_fill(struct store_job *j, const char *account, const char *bid,
    const char *cloud);
/* Inside the caller's transaction.  An unfinished job for the same is given
 * instead; one that does the opposite is cancelled. */
MUST_CHECK enum rc job_queue_add(struct core *c, const struct core_actor *a,
    struct store_job *j, const char *kind, struct err *e);
MUST_CHECK enum rc job_queue_audit(struct core *c, const struct core_actor *a,
    const char *action, const struct store_job *j, struct err *e);
/* Cancels it; what is on its way is finished, and nothing after it. */
MUST_CHECK enum rc job_queue_cancel(struct core *c, struct store_job *j,
    int64_t now_s, struct err *e);
bool job_queue_is_open(const struct store_job *j);
bool job_queue_is(const struct store_job *j, const char *kind);
/* How the service knows this type of cloud; NULL when it does not. */
const struct cloud_rules *job_queue_rules(const struct core *c,
    const char *type);

#endif
