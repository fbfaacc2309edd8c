/* Jobs as their account sees them: queued, looked at, paused, tried again,
 * cancelled.  Must not call a cloud: that is the courier's work. */
#include "core/job.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "core/cloud.h"
#include "core/job_queue.h"
#include "core/tx.h"
#include "store/store_batch.h"

static bool has_state(const struct store_job *j, const char *state)
{
	return strcmp(j->state, state) == 0;
}

static void set_state(struct store_job *j, const char *state)
{
	(void)span_copy_str(span_str(state), j->state, sizeof(j->state));
}

static enum rc no_batch(struct err *e)
{
	return err_set(e, RC_NOT_FOUND, "batch-unknown",
	    "There is no such batch in this account.");
}

static enum rc find_binding(struct core *c, const char *account,
    const char *bid, struct store_job_binding *b, struct err *e)
{
	enum rc rc = store_job_binding(c->store, bid, b, e);

	if (rc == RC_NOT_FOUND ||
	    (rc == RC_OK && strcmp(b->account, account) != 0))
		rc = no_batch(e);
	return rc;
}

/* The cloud to provision into: as asked, else the binding's. */
static enum rc choose_cloud(struct core *c, const char *asked,
    const struct store_job_binding *b, const char **out, struct err *e)
{
	bool exists = false;
	enum rc rc;

	*out = asked ? asked : b->cloud;
	if ((*out)[0] == '\0')
		return err_set(e, RC_INVALID, "cloud-missing",
		    "The batch has no product cloud; name one in the field "
		    "\"cloud\".");
	rc = cloud_exists_in(c, b->account, *out, &exists, e);
	if (rc == RC_OK && !exists)
		rc = err_set(e, RC_INVALID, "cloud-unknown",
		    "The account has no product cloud of this id.");
	return rc;
}

/* The batch is, or may be, in that cloud, and can be taken out of it. */
static enum rc check_leave(struct core *c, const struct core_actor *a,
    const char *bid, const char *id, struct err *e)
{
	const struct cloud_rules *rules;
	struct store_cloud cloud;
	struct store_welcome w;
	enum rc rc = store_cloud_get(c->store, a->scope_id, id, &cloud, e);

	if (rc == RC_NOT_FOUND)
		return err_set(e, RC_INVALID, "cloud-unknown",
		    "The account has no product cloud of this id.");
	if (rc != RC_OK)
		return rc;
	rules = job_queue_rules(c, cloud.type);
	if (!rules || !rules->can_remove)
		return err_set(e, RC_CONFLICT, "cloud-cannot-remove",
		    "The product cloud \"%.100s\" can only take devices in; it "
		    "cannot be told to forget them.",
		    cloud.name);
	rc = store_welcome_get(c->store, id, bid, 0, &w, e);
	if (rc == RC_NOT_FOUND)
		rc = err_set(e, RC_CONFLICT, "batch-not-there",
		    "The batch is not in the product cloud \"%.100s\".",
		    cloud.name);
	return rc;
}

static enum rc check_move(struct core *c, const struct core_actor *a,
    const char *bid, const struct store_job *j, struct err *e)
{
	if (j->then_cloud[0] == '\0')
		return RC_OK;
	if (strcmp(j->then_cloud, j->cloud) == 0)
		return err_set(e, RC_INVALID, "cloud-same",
		    "The batch cannot move from a product cloud into itself.");
	return check_leave(c, a, bid, j->then_cloud, e);
}

static enum rc queue(struct core *c, const struct core_actor *a,
    struct store_job *j, const char *kind, bool plan, struct err *e)
{
	if (!plan)
		return job_queue_add(c, a, j, kind, e);
	(void)snprintf(j->result, sizeof(j->result), "{\"plan\":\"%s\"}", kind);
	j->then_cloud[0] = '\0';
	return job_queue_add(c, a, j, "plan", e);
}

enum rc job_provision(struct core *c, const struct core_actor *a,
    const char *bid, const struct job_wish *w, struct store_job *out,
    struct err *e)
{
	struct store_job_binding b;
	const char *cloud = NULL;
	struct tx tx = TX_NONE;
	enum rc rc = tx_begin(c, &tx, e);

	if (rc == RC_OK)
		rc = find_binding(c, a->scope_id, bid, &b, e);
	if (rc == RC_OK)
		rc = choose_cloud(c, w->cloud, &b, &cloud, e);
	if (rc != RC_OK)
		goto out;
	job_queue_fill(out, a->scope_id, bid, cloud);
	out->total = b.devices;
	if (w->instead_of &&
	    !span_copy_str(span_str(w->instead_of), out->then_cloud,
		sizeof(out->then_cloud)))
		rc = err_set(e, RC_INVALID, "cloud-unknown",
		    "The account has no product cloud of this id.");
	if (rc == RC_OK)
		rc = check_move(c, a, bid, out, e);
	if (rc == RC_OK)
		rc = queue(c, a, out, "provision", w->plan, e);
	/* One that is held back for an undo is wanted now. */
	if (rc == RC_OK && has_state(out, "queued") &&
	    out->next_ms > clock_now_ms()) {
		out->next_ms = clock_now_ms();
		rc = store_job_save(c->store, out, NULL, e);
	}
out:
	return tx_end(c, &tx, rc, e);
}

/* To an account the batches exist that it has, or that its clouds still know.
 */
static enum rc check_sight(struct core *c, const struct core_actor *a,
    const char *bid, const struct job_wish *w, struct err *e)
{
	struct store_job_binding b;
	struct store_welcome row;
	enum rc rc = store_welcome_get(c->store, w->cloud, bid, 0, &row, e);

	if (rc == RC_OK && strcmp(row.account, a->scope_id) == 0)
		return RC_OK;
	if (rc != RC_OK && rc != RC_NOT_FOUND)
		return rc;
	return find_binding(c, a->scope_id, bid, &b, e);
}

enum rc job_remove(struct core *c, const struct core_actor *a, const char *bid,
    const struct job_wish *w, struct store_job *out, struct err *e)
{
	struct store_batch batch;
	struct tx tx = TX_NONE;
	enum rc rc = tx_begin(c, &tx, e);

	if (rc == RC_OK)
		rc = check_sight(c, a, bid, w, e);
	if (rc == RC_OK)
		rc = check_leave(c, a, bid, w->cloud, e);
	if (rc == RC_OK)
		rc = store_batch_find(c->store, bid, &batch, e);
	if (rc == RC_NOT_FOUND)
		rc = no_batch(e);
	if (rc == RC_OK) {
		job_queue_fill(out, a->scope_id, bid, w->cloud);
		out->total = batch.devices;
		rc = queue(c, a, out, "remove", w->plan, e);
	}
	return tx_end(c, &tx, rc, e);
}

enum rc job_test(struct core *c, const struct core_actor *a, const char *cloud,
    struct store_job *out, struct err *e)
{
	struct tx tx = TX_NONE;
	struct store_cloud row;
	enum rc rc = tx_begin(c, &tx, e);

	job_queue_fill(out, a->scope_id, "", cloud);
	if (rc == RC_OK)
		rc = store_cloud_get(c->store, a->scope_id, cloud, &row, e);
	if (rc == RC_OK)
		rc = job_queue_add(c, a, out, "test", e);
	return tx_end(c, &tx, rc, e);
}

enum rc job_audit(struct core *c, const struct core_actor *a, const char *cloud,
    struct store_job *out, struct err *e)
{
	const struct cloud_rules *rules;
	struct store_cloud row;
	struct tx tx = TX_NONE;
	enum rc rc = tx_begin(c, &tx, e);

	if (rc == RC_OK)
		rc = store_cloud_get(c->store, a->scope_id, cloud, &row, e);
	if (rc != RC_OK)
		goto out;
	rules = job_queue_rules(c, row.type);
	if (!rules || !rules->can_list)
		rc = err_set(e, RC_CONFLICT, "cloud-cannot-list",
		    "The product cloud \"%.100s\" cannot tell what it holds.",
		    row.name);
	job_queue_fill(out, a->scope_id, "", cloud);
	if (rc == RC_OK)
		rc = job_queue_add(c, a, out, "audit", e);
out:
	return tx_end(c, &tx, rc, e);
}

enum rc job_get(struct core *c, const char *account, const char *id,
    struct store_job *out, struct err *e)
{
	return store_job_get(c->store, account, id, out, e);
}

/* Another job says by now what the cloud is to know. */
static enum rc check_overtaken(struct core *c, const struct store_job *j,
    struct err *e)
{
	bool admit = job_queue_is(j, "provision");
	struct store_welcome w;
	enum rc rc;

	if (!admit && !job_queue_is(j, "remove"))
		return RC_OK;
	rc = store_welcome_get(c->store, j->cloud, j->bid, (int64_t)j->only_seq,
	    &w, e);
	if ((rc == RC_OK && w.admit == admit) ||
	    (rc != RC_OK && rc != RC_NOT_FOUND))
		return rc;
	return err_set(e, RC_CONFLICT, "job-overtaken",
	    "A later job has decided otherwise for this batch; start a new "
	    "one.");
}

static enum rc check_alone(struct core *c, const struct store_job *j,
    struct err *e)
{
	struct store_job open;
	enum rc rc = store_job_find_open(c->store, j, &open, e);

	if (rc == RC_OK)
		return err_set(e, RC_CONFLICT, "job-open",
		    "The job %s is doing the same in the same cloud already.",
		    open.id);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* Sets what a new try starts from. */
static enum rc rearm(struct core *c, struct store_job *j, struct err *e)
{
	enum rc rc;

	if (!has_state(j, "failed") && !(has_state(j, "done") && j->failed > 0))
		return err_set(e, RC_CONFLICT, "job-finished",
		    "The job is finished and nothing of it failed.");
	if (job_queue_is(j, "test") || job_queue_is(j, "audit") ||
	    job_queue_is(j, "plan"))
		return err_set(e, RC_CONFLICT, "job-finished",
		    "The job is finished; start a new one.");
	rc = check_alone(c, j, e);
	if (rc == RC_OK)
		rc = check_overtaken(c, j, e);
	if (rc != RC_OK)
		return rc;
	if (has_state(j, "done")) {
		j->only_failed = true;
		j->cursor_seq = 0;
	}
	set_state(j, "queued");
	j->finished_at = 0;
	return RC_OK;
}

/* One that is in flight is as good as tried again. */
static enum rc start_now(struct core *c, struct store_job *j, struct err *e)
{
	if (has_state(j, "running"))
		return RC_OK;
	j->tries = 0;
	j->refused = 0;
	j->next_ms = clock_now_ms();
	return store_job_save(c->store, j, NULL, e);
}

enum rc job_retry(struct core *c, const struct core_actor *a, const char *id,
    struct store_job *out, struct err *e)
{
	struct tx tx = TX_NONE;
	enum rc rc = tx_begin(c, &tx, e);

	if (rc == RC_OK)
		rc = store_job_get(c->store, a->scope_id, id, out, e);
	if (rc != RC_OK)
		goto out;
	if (!job_queue_is_open(out))
		rc = rearm(c, out, e);
	else if (has_state(out, "paused"))
		set_state(out, "queued");
	if (rc == RC_OK)
		rc = start_now(c, out, e);
	if (rc == RC_OK)
		rc = job_queue_audit(c, a, "job-retry", out, e);
out:
	return tx_end(c, &tx, rc, e);
}

static enum rc finished(const struct store_job *j, struct err *e)
{
	return err_set(e, RC_CONFLICT, "job-finished",
	    "The job is finished already (%s).", j->state);
}

enum rc job_pause(struct core *c, const struct core_actor *a, const char *id,
    struct store_job *out, struct err *e)
{
	struct tx tx = TX_NONE;
	enum rc rc = tx_begin(c, &tx, e);

	if (rc == RC_OK)
		rc = store_job_get(c->store, a->scope_id, id, out, e);
	if (rc != RC_OK || has_state(out, "paused"))
		goto out;
	if (!job_queue_is_open(out)) {
		rc = finished(out, e);
	} else if (out->feed_n > 0) {
		rc = err_set(e, RC_CONFLICT, "job-announced",
		    "The gate's feed says it already; cancel the job, or undo "
		    "it with another.");
	} else {
		set_state(out, "paused");
		out->next_ms = 0;
		rc = store_job_save(c->store, out, NULL, e);
	}
	if (rc == RC_OK)
		rc = job_queue_audit(c, a, "job-pause", out, e);
out:
	return tx_end(c, &tx, rc, e);
}

enum rc job_resume(struct core *c, const struct core_actor *a, const char *id,
    struct store_job *out, struct err *e)
{
	struct tx tx = TX_NONE;
	enum rc rc = tx_begin(c, &tx, e);

	if (rc == RC_OK)
		rc = store_job_get(c->store, a->scope_id, id, out, e);
	if (rc == RC_OK && !has_state(out, "paused"))
		rc = err_set(e, RC_CONFLICT, "job-not-paused",
		    "The job is not paused (%s).", out->state);
	if (rc == RC_OK) {
		set_state(out, "queued");
		rc = start_now(c, out, e);
	}
	if (rc == RC_OK)
		rc = job_queue_audit(c, a, "job-resume", out, e);
	return tx_end(c, &tx, rc, e);
}

/* The cloud never heard of the batch: there is nothing to keep up to date. */
static enum rc forget_unsent(struct core *c, const struct store_job *j,
    struct err *e)
{
	bool started = false;
	enum rc rc;

	if (!job_queue_is(j, "provision") || j->only_seq > 0)
		return RC_OK;
	rc = store_job_started(c->store, j->cloud, j->bid, &started, e);
	if (rc == RC_OK && !started)
		rc = store_welcome_delete(c->store, j->cloud, j->bid, 0, e);
	return rc;
}

enum rc job_cancel(struct core *c, const struct core_actor *a, const char *id,
    struct store_job *out, struct err *e)
{
	struct tx tx = TX_NONE;
	enum rc rc = tx_begin(c, &tx, e);

	if (rc == RC_OK)
		rc = store_job_get(c->store, a->scope_id, id, out, e);
	if (rc == RC_OK && !job_queue_is_open(out))
		rc = finished(out, e);
	if (rc == RC_OK)
		rc = job_queue_cancel(c, out, a->now_s, e);
	if (rc == RC_OK)
		rc = forget_unsent(c, out, e);
	if (rc == RC_OK)
		rc = job_queue_audit(c, a, "job-cancel", out, e);
	return tx_end(c, &tx, rc, e);
}

static enum rc fill_cloud(struct core *c, const struct store_welcome *w,
    struct job_cloud *out, struct err *e)
{
	enum rc rc =
	    store_job_newest(c->store, w->cloud, w->bid, NULL, &out->job, e);

	out->wanted = *w;
	out->has_job = rc == RC_OK;
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc job_clouds(struct core *c, const char *account, const char *bid,
    struct job_cloud out[JOB_CLOUDS_MAX], size_t *n, struct err *e)
{
	const struct store_welcome_of of = {.bid = bid, .account = account};
	struct store_welcome rows[JOB_CLOUDS_MAX];
	struct store_job_binding b;
	size_t i, found = JOB_CLOUDS_MAX;
	enum rc rc = store_welcome_of(c->store, &of, rows, &found, e);

	*n = 0;
	for (i = 0; rc == RC_OK && i < found; i++)
		rc = fill_cloud(c, &rows[i], &out[(*n)++], e);
	if (rc == RC_OK && *n == 0)
		rc = find_binding(c, account, bid, &b, e);
	return rc;
}

int64_t job_seconds_left(const struct store_job *j)
{
	uint64_t finished_n = j->done + j->failed, left;

	if (!job_queue_is_open(j) || has_state(j, "paused") ||
	    j->rate_milli == 0 || j->only_failed)
		return -1;
	left = j->total > finished_n ? j->total - finished_n : 0;
	return (int64_t)((left * 1000 + j->rate_milli - 1) / j->rate_milli);
}

const char *job_plan_of(const struct store_job *j)
{
	if (!job_queue_is(j, "plan"))
		return NULL;
	return strstr(j->result, "\"remove\"") ? "remove" : "provision";
}
