/* What one device is in each product cloud, by the jobs that told of it.
 * Must not ask a cloud. */
#include "core/job_device.h"

#include <string.h>

#include "core/job_queue.h"
#include "store/store_apart.h"
#include "store/store_certificate.h"
#include "store/store_cloud.h"
#include "store/store_cloud_change.h"

/* What came of it in this job, when that is nothing good. */
static enum rc find_exception(struct core *c, const struct store_job *j,
    uint64_t seq, struct job_device_cloud *out, struct err *e)
{
	struct store_job_exception x;
	enum rc rc = store_job_exception_find(c->store, j->n, seq, &x, e);

	if (rc == RC_OK) {
		out->status =
		    strcmp(x.what, "conflict") == 0 ? "conflict" : "failed";
		(void)span_copy_str(span_str(x.message), out->why,
		    sizeof(out->why));
	}
	return rc;
}

/* What the last job of the whole says. */
static enum rc by_job(struct core *c, const struct store_job *j, uint64_t seq,
    struct job_device_cloud *out, struct err *e)
{
	bool reached;
	enum rc rc = find_exception(c, j, seq, out, e);

	if (rc != RC_NOT_FOUND)
		return rc;
	reached = j->feed_n > 0 ? strcmp(j->state, "done") == 0
				: j->only_failed || seq <= j->cursor_seq;
	if (reached) {
		out->status =
		    job_queue_is(j, "remove") ? "removed" : "provisioned";
	} else if (job_queue_is_open(j)) {
		out->status = "waiting";
	} else {
		out->status = "failed";
		(void)span_copy_str(span_str(j->last_error), out->why,
		    sizeof(out->why));
	}
	return RC_OK;
}

/* What changed since is told by a job of its own. */
static enum rc by_sync(struct core *c, const struct store_job *j, uint64_t seq,
    struct job_device_cloud *out, struct err *e)
{
	struct store_job sync;
	bool waits = false;
	enum rc rc = store_cloud_change_has(c->store, j->cloud, j->bid,
	    (int64_t)seq, &waits, e);

	if (rc != RC_OK || waits) {
		out->status = waits ? "waiting" : out->status;
		return rc;
	}
	rc = store_job_newest(c->store, j->cloud, j->bid, "sync", &sync, e);
	if (rc == RC_OK && sync.n > j->n)
		rc = find_exception(c, &sync, seq, out, e);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* One that is kept out is suspended there, or gone. */
static enum rc by_bar(struct core *c, const struct store_job *j, uint64_t seq,
    struct job_device_cloud *out, struct err *e)
{
	const struct cloud_rules *rules;
	struct store_certificate_bar bar;
	struct store_cloud cloud;
	struct store_apart x;
	enum rc rc = store_apart_get(c->store, (int64_t)seq, &x, e);

	if (rc != RC_OK || !x.barred)
		return rc;
	rc = store_certificate_bars(c->store, (int64_t)seq, &bar, e);
	if (rc == RC_OK)
		rc = store_cloud_get(c->store, j->account, j->cloud, &cloud, e);
	if (rc != RC_OK)
		return rc == RC_NOT_FOUND ? RC_OK : rc;
	rules = job_queue_rules(c, cloud.type);
	if (rules && rules->can_remove)
		out->status = rules->can_suspend && !bar.scrapped &&
			strcmp(bar.birth, "revoked") != 0
		    ? "suspended"
		    : "removed";
	return RC_OK;
}

static enum rc device_status(struct core *c, const struct store_job *j,
    uint64_t seq, struct job_device_cloud *out, struct err *e)
{
	enum rc rc;

	memset(out, 0, sizeof(*out));
	memcpy(out->cloud, j->cloud, sizeof(out->cloud));
	out->at = j->finished_at;
	rc = by_job(c, j, seq, out, e);
	if (rc == RC_OK && strcmp(out->status, "removed") != 0)
		rc = by_sync(c, j, seq, out, e);
	if (rc == RC_OK && strcmp(out->status, "provisioned") == 0)
		rc = by_bar(c, j, seq, out, e);
	return rc;
}

enum rc job_device_clouds(struct core *c, const char *bid, uint64_t seq,
    struct job_device_cloud out[JOB_DEVICE_CLOUDS_MAX], size_t *n,
    struct err *e)
{
	struct store_job jobs[JOB_DEVICE_CLOUDS_MAX];
	size_t i, found = JOB_DEVICE_CLOUDS_MAX;
	enum rc rc = store_job_last(c->store, bid, seq, jobs, &found, e);

	*n = 0;
	for (i = 0; rc == RC_OK && i < found; i++) {
		rc = device_status(c, &jobs[i], seq, &out[i], e);
		*n = i + 1;
	}
	return rc;
}
