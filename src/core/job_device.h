/* What one device is in each product cloud.
 * Must not ask a cloud: it is what the jobs have recorded. */
#ifndef BIRTHMARK_CORE_JOB_DEVICE_H
#define BIRTHMARK_CORE_JOB_DEVICE_H

#include "core/core.h"
#include "store/store_job.h"

#define JOB_DEVICE_CLOUDS_MAX 16
struct job_device_cloud {
	char cloud[RAND_ID_SIZE];
	/* "provisioned", "suspended", "failed", "conflict", "waiting",
	 * "removed" */
	const char *status;
	int64_t at;		       /* when its job ended; 0: it has not */
	char why[STORE_JOB_TEXT_SIZE]; /* of "failed" and "conflict" */
};
/* In each cloud that its batch, or it by itself (by its seq), was sent to. */
MUST_CHECK enum rc job_device_clouds(struct core *c, const char *bid,
    uint64_t seq, struct job_device_cloud out[JOB_DEVICE_CLOUDS_MAX], size_t *n,
    struct err *e);

#endif
