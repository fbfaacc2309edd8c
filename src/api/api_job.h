/* Handlers of jobs. */
#ifndef BIRTHMARK_API_API_JOB_H
#define BIRTHMARK_API_API_JOB_H

#include "api/api.h"
#include "base/json.h"
#include "core/job.h"

MUST_CHECK enum rc api_job_provision(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_job_remove(struct api_call *call, struct err *e);
/* Where a batch is, or goes from. */
MUST_CHECK enum rc api_job_clouds(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_job_list(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_job_get(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_job_exceptions(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_job_pause(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_job_resume(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_job_retry(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_job_cancel(struct api_call *call, struct err *e);
/* One job, as every answer tells it, with the breaker of its cloud. */
void api_job_write(struct json *w, struct core *c, const struct store_job *j);
/* Answers with one job. */
MUST_CHECK enum rc api_job_answer(struct api_call *call, int status,
    const struct store_job *j, struct err *e);

#endif
