/* Jobs: a batch goes into a product cloud or out of it, what changed of its
 * devices is told, what would be done is planned, what is there is compared,
 * a cloud is tested.  Queued here, worked off by the courier.  A job's progress
 * is a cursor (the last device finished) plus exceptions, never a row for each
 * device. */
#ifndef BIRTHMARK_CORE_JOB_H
#define BIRTHMARK_CORE_JOB_H

#include "core/core.h"
#include "core/job_on.h"
#include "store/store_feed.h"
#include "store/store_job.h"
#include "store/store_welcome.h"

struct job_wish {
	const char *cloud;	/* NULL: the binding's */
	const char *instead_of; /* that the batch leaves then, or NULL */
	bool plan;		/* only tell what would be done */
};

/* Queues the provisioning of a batch bound to the actor's account.  One that
 * is unfinished already is given instead. */
MUST_CHECK enum rc job_provision(struct core *c, const struct core_actor *a,
    const char *bid, const struct job_wish *w, struct store_job *out,
    struct err *e);
/* Queues its removal from w->cloud, likewise; also when it is not bound any
 * more.  RC_CONFLICT "batch-not-there", "cloud-cannot-remove". */
MUST_CHECK enum rc job_remove(struct core *c, const struct core_actor *a,
    const char *bid, const struct job_wish *w, struct store_job *out,
    struct err *e);
/* Queues the test of a cloud. */
MUST_CHECK enum rc job_test(struct core *c, const struct core_actor *a,
    const char *cloud, struct store_job *out, struct err *e);
/* Queues the comparison of what is in a cloud with what is to be.  RC_CONFLICT
 * "cloud-cannot-list". */
MUST_CHECK enum rc job_audit(struct core *c, const struct core_actor *a,
    const char *cloud, struct store_job *out, struct err *e);
/* RC_NOT_FOUND when it is not of the actor's account. */
MUST_CHECK enum rc job_get(struct core *c, const char *account, const char *id,
    struct store_job *out, struct err *e);
/* A failed one goes on where it stopped; of a done one only the exceptions are
 * tried again; a waiting one is tried at once, a paused one resumed. */
MUST_CHECK enum rc job_retry(struct core *c, const struct core_actor *a,
    const char *id, struct store_job *out, struct err *e);
MUST_CHECK enum rc job_pause(struct core *c, const struct core_actor *a,
    const char *id, struct store_job *out, struct err *e);
MUST_CHECK enum rc job_resume(struct core *c, const struct core_actor *a,
    const char *id, struct store_job *out, struct err *e);
MUST_CHECK enum rc job_cancel(struct core *c, const struct core_actor *a,
    const char *id, struct store_job *out, struct err *e);

/* The clouds in which a batch is to be, or from which it goes, with the newest
 * job of each.  RC_NOT_FOUND when the account has no such batch. */
#define JOB_CLOUDS_MAX 16
struct job_cloud {
	struct store_welcome wanted;
	bool has_job;
	struct store_job job;
};
MUST_CHECK enum rc job_clouds(struct core *c, const char *account,
    const char *bid, struct job_cloud out[JOB_CLOUDS_MAX], size_t *n,
    struct err *e);
/* Seconds to the end at the present rate; -1 when unknown. */
int64_t job_seconds_left(const struct store_job *j);
/* "provision" or "remove", what a plan is of; NULL for other kinds. */
const char *job_plan_of(const struct store_job *j);

#endif
