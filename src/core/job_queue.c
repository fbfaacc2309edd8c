/* How jobs are queued, and what that leaves for the cloud to know.
 * Must not judge whether the account may. */
#include "core/job_queue.h"

#include <string.h>

#include "base/clock.h"
#include "core/audit.h"
#include "store/store_cloud.h"
#include "store/store_welcome.h"

bool job_queue_is(const struct store_job *j, const char *kind)
{
	return strcmp(j->kind, kind) == 0;
}

bool job_queue_is_open(const struct store_job *j)
{
	return strcmp(j->state, "queued") == 0 ||
	    strcmp(j->state, "running") == 0 ||
	    strcmp(j->state, "waiting") == 0 || strcmp(j->state, "paused") == 0;
}

const struct cloud_rules *job_queue_rules(const struct core *c,
    const char *type)
{
	const struct cloud_rules *r;
	size_t i;

	for (i = 0; c->cloud_rules && (r = c->cloud_rules(i)) != NULL; i++)
		if (strcmp(r->type, type) == 0)
			return r;
	return NULL;
}

enum rc job_queue_audit(struct core *c, const struct core_actor *a,
    const char *action, const struct store_job *j, struct err *e)
{
	struct audit_entry entry = {.action = action,
	    .scope_id = j->account,
	    .target = j->bid[0] != '\0' ? j->bid : j->cloud,
	    .outcome = RC_OK,
	    .detail = j->id};

	return audit_add(c, a, &entry, e);
}

void job_queue_fill(struct store_job *j, const char *account, const char *bid,
    const char *cloud)
{
	memset(j, 0, sizeof(*j));
	(void)span_copy_str(span_str(account), j->account, sizeof(j->account));
	(void)span_copy_str(span_str(bid), j->bid, sizeof(j->bid));
	(void)span_copy_str(span_str(cloud), j->cloud, sizeof(j->cloud));
}

enum rc job_queue_cancel(struct core *c, struct store_job *j, int64_t now_s,
    struct err *e)
{
	(void)span_copy_str(SPAN_LIT("cancelled"), j->state, sizeof(j->state));
	j->next_ms = 0;
	j->finished_at = now_s;
	return store_job_save(c->store, j, NULL, e);
}

static const char *opposite(const char *kind)
{
	if (strcmp(kind, "provision") == 0)
		return "remove";
	return strcmp(kind, "remove") == 0 ? "provision" : NULL;
}

static enum rc cancel_opposite(struct core *c, const struct store_job *j,
    int64_t now_s, struct err *e)
{
	const char *kind = opposite(j->kind);
	struct store_job like = *j, other;
	enum rc rc;

	if (!kind)
		return RC_OK;
	(void)span_copy_str(span_str(kind), like.kind, sizeof(like.kind));
	rc = store_job_find_open(c->store, &like, &other, e);
	if (rc == RC_OK)
		rc = job_queue_cancel(c, &other, now_s, e);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc check_count(struct core *c, const struct store_welcome *w,
    struct err *e)
{
	const struct store_welcome_of of = {w->bid, w->seq, w->account};
	struct store_welcome rows[JOB_QUEUE_CLOUDS_MAX];
	size_t i, n = JOB_QUEUE_CLOUDS_MAX;
	enum rc rc = store_welcome_of(c->store, &of, rows, &n, e);

	for (i = 0; rc == RC_OK && i < n; i++)
		if (strcmp(rows[i].cloud, w->cloud) == 0)
			return RC_OK;
	if (rc == RC_OK && n == JOB_QUEUE_CLOUDS_MAX)
		rc = err_set(e, RC_CONFLICT, "batch-too-many-clouds",
		    "The batch is in %d product clouds, which is the most; "
		    "remove it from one first.",
		    JOB_QUEUE_CLOUDS_MAX);
	return rc;
}

/* What the cloud is to know from now on. */
static enum rc want(struct core *c, const struct store_job *j, int64_t now_s,
    struct err *e)
{
	struct store_welcome w = {.seq = (int64_t)j->only_seq, .since = now_s};
	enum rc rc = RC_OK;

	if (!opposite(j->kind))
		return RC_OK;
	w.admit = job_queue_is(j, "provision");
	memcpy(w.cloud, j->cloud, sizeof(w.cloud));
	memcpy(w.bid, j->bid, sizeof(w.bid));
	memcpy(w.account, j->account, sizeof(w.account));
	if (w.admit)
		rc = check_count(c, &w, e);
	return rc == RC_OK ? store_welcome_put(c->store, &w, e) : rc;
}

/* A plan of the same is given, one of the opposite makes room. */
static enum rc take_open(struct core *c, struct store_job *j,
    struct store_job *open, int64_t now_s, struct err *e)
{
	if (job_queue_is(j, "plan") && strcmp(j->result, open->result) != 0) {
		enum rc rc = job_queue_cancel(c, open, now_s, e);

		return rc == RC_OK ? RC_NOT_FOUND : rc;
	}
	if (j->then_cloud[0] != '\0' &&
	    strcmp(j->then_cloud, open->then_cloud) != 0) {
		memcpy(open->then_cloud, j->then_cloud,
		    sizeof(open->then_cloud));
		*j = *open;
		return store_job_save(c->store, j, NULL, e);
	}
	*j = *open;
	return RC_OK;
}

static enum rc add(struct core *c, const struct core_actor *a,
    struct store_job *j, struct err *e)
{
	struct store_cloud cloud;
	enum rc rc = store_cloud_get(c->store, j->account, j->cloud, &cloud, e);

	if (rc != RC_OK)
		return rc;
	rand_id(j->id, sizeof(j->id), "job");
	(void)span_copy_str(SPAN_LIT("queued"), j->state, sizeof(j->state));
	(void)span_copy_str(span_str(a->id), j->created_by,
	    sizeof(j->created_by));
	j->chunk = cloud.chunk;
	if (j->next_ms == 0)
		j->next_ms = clock_now_ms();
	j->created_at = a->now_s;
	return store_job_add(c->store, j, e);
}

enum rc job_queue_add(struct core *c, const struct core_actor *a,
    struct store_job *j, const char *kind, struct err *e)
{
	struct store_job open;
	enum rc rc;

	(void)span_copy_str(span_str(kind), j->kind, sizeof(j->kind));
	rc = store_job_find_open(c->store, j, &open, e);
	if (rc == RC_OK)
		rc = take_open(c, j, &open, a->now_s, e);
	if (rc != RC_NOT_FOUND)
		return rc;
	rc = cancel_opposite(c, j, a->now_s, e);
	if (rc == RC_OK)
		rc = add(c, a, j, e);
	if (rc == RC_OK)
		rc = want(c, j, a->now_s, e);
	/* What follows from something that is recorded itself. */
	if (rc == RC_OK && strcmp(kind, "sync") != 0)
		rc = job_queue_audit(c, a, kind, j, e);
	return rc;
}
