/* Jobs as their account sees them: queued, looked at, tried again, cancelled.
 * Must not call a cloud: that is the courier's work. */
#include "core/job.h"

#include <string.h>

#include "base/clock.h"
#include "core/audit.h"
#include "core/cloud.h"
#include "core/tx.h"
#include "store/store_welcome.h"

static enum rc audit_job(struct core *c, const struct core_actor *a,
    const char *action, const struct store_job *j, struct err *e)
{
	struct audit_entry entry = {.action = action,
	    .scope_id = j->account,
	    .target = j->bid[0] != '\0' ? j->bid : j->cloud,
	    .outcome = RC_OK,
	    .detail = j->id};

	return audit_add(c, a, &entry, e);
}

/* What the cloud is to know from now on. */
static enum rc want(struct core *c, const struct store_job *j, struct err *e)
{
	struct store_welcome w = {.seq = (int64_t)j->only_seq,
	    .since = clock_now_s()};

	w.admit = strcmp(j->kind, "provision") == 0;
	if (!w.admit && strcmp(j->kind, "remove") != 0)
		return RC_OK;
	memcpy(w.cloud, j->cloud, sizeof(w.cloud));
	memcpy(w.bid, j->bid, sizeof(w.bid));
	memcpy(w.account, j->account, sizeof(w.account));
	return store_welcome_put(c->store, &w, e);
}

/* Queues a job, or gives the unfinished one for the same. */
static enum rc enqueue(struct core *c, const struct core_actor *a,
    struct store_job *j, const char *kind, struct err *e)
{
	struct store_cloud cloud;
	struct store_job open;
	enum rc rc = store_cloud_get(c->store, j->account, j->cloud, &cloud, e);

	if (rc != RC_OK)
		return rc;
	rc = store_job_find_open(c->store, j, &open, e);
	if (rc == RC_OK)
		*j = open;
	if (rc != RC_NOT_FOUND)
		return rc;
	rand_id(j->id, sizeof(j->id), "job");
	(void)span_copy_str(span_str(kind), j->kind, sizeof(j->kind));
	(void)span_copy_str(span_str("queued"), j->state, sizeof(j->state));
	(void)span_copy_str(span_str(a->id), j->created_by,
	    sizeof(j->created_by));
	j->chunk = cloud.chunk;
	if (j->next_ms == 0)
		j->next_ms = clock_now_ms();
	j->created_at = a->now_s;
	rc = store_job_add(c->store, j, e);
	if (rc == RC_OK)
		rc = want(c, j, e);
	if (rc == RC_OK)
		rc = audit_job(c, a, kind, j, e);
	return rc;
}

static void fill(struct store_job *j, const char *account, const char *bid,
    const char *cloud)
{
	memset(j, 0, sizeof(*j));
	(void)span_copy_str(span_str(account), j->account, sizeof(j->account));
	(void)span_copy_str(span_str(bid), j->bid, sizeof(j->bid));
	(void)span_copy_str(span_str(cloud), j->cloud, sizeof(j->cloud));
}

enum rc job_on_bind(struct core *c, const struct core_actor *a, const char *bid,
    uint64_t hold_s, struct err *e)
{
	struct store_job_binding b;
	struct store_job j;
	struct tx tx = TX_NONE;
	enum rc rc = store_job_binding(c->store, bid, &b, e);

	if (rc == RC_NOT_FOUND)
		return RC_OK;
	if (rc != RC_OK || !b.automatic || b.cloud[0] == '\0')
		return rc;
	fill(&j, b.account, bid, b.cloud);
	j.total = b.devices;
	j.next_ms = clock_now_ms() + (int64_t)hold_s * 1000;
	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = enqueue(c, a, &j, "provision", e);
	return tx_end(c, &tx, rc, e);
}

enum rc job_on_claim(struct core *c, const struct job_claim *claim,
    int64_t now_s, struct err *e)
{
	struct core_actor a = {.name = "claim voucher",
	    .scope = CORE_SCOPE_ACCOUNT,
	    .now_s = now_s};
	struct store_job j;
	struct tx tx = TX_NONE;
	bool exists = false;
	enum rc rc;

	if (!claim->cloud || claim->cloud[0] == '\0')
		return RC_OK;
	rc = cloud_exists_in(c, claim->account, claim->cloud, &exists, e);
	if (rc != RC_OK || !exists)
		return rc;
	(void)span_copy_str(span_str(claim->account), a.scope_id,
	    sizeof(a.scope_id));
	fill(&j, claim->account, claim->bid, claim->cloud);
	j.only_seq = (uint64_t)claim->seq;
	j.total = 1;
	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = enqueue(c, &a, &j, "provision", e);
	return tx_end(c, &tx, rc, e);
}

enum rc job_may_unbind(struct core *c, const char *bid, struct err *e)
{
	bool started = false;
	enum rc rc = store_job_started(c->store, bid, &started, e);

	if (rc == RC_OK && started)
		return err_set(e, RC_CONFLICT, "batch-provisioned",
		    "A product cloud may know the devices of this batch "
		    "already, so it cannot be unbound.");
	return rc;
}

enum rc job_on_unbind(struct core *c, const char *bid, struct err *e)
{
	return store_job_cancel_batch(c->store, bid, clock_now_s(), e);
}

enum rc job_on_product(struct core *c, const char *bid, struct err *e)
{
	char clouds[JOB_DEVICE_CLOUDS_MAX][RAND_ID_SIZE];
	struct store_job_binding b;
	struct tx tx = TX_NONE;
	size_t i, n = 0;
	enum rc rc = store_job_binding(c->store, bid, &b, e);

	if (rc == RC_NOT_FOUND)
		return RC_OK;
	if (rc == RC_OK)
		rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_feed_admitted(c->store, bid, clouds,
		    JOB_DEVICE_CLOUDS_MAX, &n, e);
	for (i = 0; rc == RC_OK && i < n; i++) {
		struct store_feed_event ev = {.op = "admit"};

		(void)span_copy_str(span_str(bid), ev.bid, sizeof(ev.bid));
		memcpy(ev.product, b.product, sizeof(ev.product));
		rc = store_feed_add(c->store, clouds[i], &ev, clock_now_s(), e);
	}
	return tx_end(c, &tx, rc, e);
}

static bool is_open(const struct store_job *j)
{
	return strcmp(j->state, "queued") == 0 ||
	    strcmp(j->state, "running") == 0 ||
	    strcmp(j->state, "waiting") == 0;
}

static bool has_state(const struct store_job *j, const char *state)
{
	return strcmp(j->state, state) == 0;
}

/* What the device at seq is for the last job of one cloud. */
static enum rc device_status(struct core *c, const struct store_job *j,
    uint64_t seq, struct job_device_cloud *out, struct err *e)
{
	struct store_job_exception x;
	const char *why = j->last_error;
	bool has, reached;
	enum rc rc = store_job_exception_find(c->store, j->n, seq, &x, e);

	if (rc != RC_OK && rc != RC_NOT_FOUND)
		return rc;
	has = rc == RC_OK;
	reached = j->feed_n > 0 ? has_state(j, "done")
				: j->only_failed || seq <= j->cursor_seq;
	memset(out, 0, sizeof(*out));
	memcpy(out->cloud, j->cloud, sizeof(out->cloud));
	if (!has && reached)
		out->status = "provisioned";
	else
		out->status = has || !is_open(j) ? "failed" : "waiting";
	if (has)
		why = x.message;
	if (strcmp(out->status, "failed") == 0)
		(void)span_copy_str(span_str(why), out->why, sizeof(out->why));
	out->at = j->finished_at;
	return RC_OK;
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

enum rc job_provision(struct core *c, const struct core_actor *a,
    const char *bid, const char *cloud, struct store_job *out, struct err *e)
{
	struct store_job_binding b;
	struct tx tx = TX_NONE;
	enum rc rc = tx_begin(c, &tx, e);

	if (rc != RC_OK)
		goto out;
	rc = store_job_binding(c->store, bid, &b, e);
	if (rc == RC_NOT_FOUND ||
	    (rc == RC_OK && strcmp(b.account, a->scope_id) != 0))
		rc = err_set(e, RC_NOT_FOUND, "batch-unknown",
		    "There is no such batch in this account.");
	if (rc == RC_OK)
		rc = choose_cloud(c, cloud, &b, &cloud, e);
	if (rc != RC_OK)
		goto out;
	fill(out, a->scope_id, bid, cloud);
	out->total = b.devices;
	rc = enqueue(c, a, out, "provision", e);
	/* One that is held back for an undo is wanted now. */
	if (rc == RC_OK && has_state(out, "queued") &&
	    out->next_ms > clock_now_ms()) {
		out->next_ms = clock_now_ms();
		rc = store_job_save(c->store, out, NULL, e);
	}
out:
	return tx_end(c, &tx, rc, e);
}

enum rc job_on_end(struct core *c, const struct store_job *j, struct err *e)
{
	if (strcmp(j->kind, "remove") != 0 || j->failed > 0 ||
	    !has_state(j, "done"))
		return RC_OK;
	return store_welcome_delete(c->store, j->cloud, j->bid,
	    (int64_t)j->only_seq, e);
}

enum rc job_test(struct core *c, const struct core_actor *a, const char *cloud,
    struct store_job *out, struct err *e)
{
	struct tx tx = TX_NONE;
	enum rc rc = tx_begin(c, &tx, e);

	fill(out, a->scope_id, "", cloud);
	if (rc == RC_OK)
		rc = enqueue(c, a, out, "test", e);
	return tx_end(c, &tx, rc, e);
}

enum rc job_get(struct core *c, const char *account, const char *id,
    struct store_job *out, struct err *e)
{
	return store_job_get(c->store, account, id, out, e);
}

/* Sets what a new try starts from. */
static enum rc rearm(struct core *c, struct store_job *j, struct err *e)
{
	struct store_job open;
	enum rc rc;

	if (!has_state(j, "failed") && !(has_state(j, "done") && j->failed > 0))
		return err_set(e, RC_CONFLICT, "job-finished",
		    "The job is finished and nothing of it failed.");
	if (strcmp(j->kind, "test") == 0)
		return err_set(e, RC_CONFLICT, "job-finished",
		    "The test is finished; start a new one.");
	rc = store_job_find_open(c->store, j, &open, e);
	if (rc == RC_OK)
		return err_set(e, RC_CONFLICT, "job-open",
		    "The job %s is provisioning the same into the same "
		    "cloud already.",
		    open.id);
	if (rc != RC_NOT_FOUND)
		return rc;
	if (has_state(j, "done")) {
		j->only_failed = true;
		j->cursor_seq = 0;
	}
	(void)span_copy_str(span_str("queued"), j->state, sizeof(j->state));
	j->finished_at = 0;
	return RC_OK;
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
	if (!is_open(out))
		rc = rearm(c, out, e);
	/* One that is in flight, or queued, is as good as tried again. */
	if (rc == RC_OK && !has_state(out, "running")) {
		out->tries = 0;
		out->refused = 0;
		out->next_ms = clock_now_ms();
		rc = store_job_save(c->store, out, NULL, e);
	}
	if (rc == RC_OK)
		rc = audit_job(c, a, "job-retry", out, e);
out:
	return tx_end(c, &tx, rc, e);
}

enum rc job_cancel(struct core *c, const struct core_actor *a, const char *id,
    struct store_job *out, struct err *e)
{
	struct tx tx = TX_NONE;
	enum rc rc = tx_begin(c, &tx, e);

	if (rc == RC_OK)
		rc = store_job_get(c->store, a->scope_id, id, out, e);
	if (rc == RC_OK && !is_open(out))
		rc = err_set(e, RC_CONFLICT, "job-finished",
		    "The job is finished already (%s).", out->state);
	if (rc != RC_OK)
		goto out;
	(void)span_copy_str(span_str("cancelled"), out->state,
	    sizeof(out->state));
	out->next_ms = 0;
	out->finished_at = a->now_s;
	rc = store_job_save(c->store, out, NULL, e);
	if (rc == RC_OK)
		rc = audit_job(c, a, "job-cancel", out, e);
out:
	return tx_end(c, &tx, rc, e);
}

int64_t job_seconds_left(const struct store_job *j)
{
	uint64_t finished = j->done + j->failed, left;

	if (!is_open(j) || j->rate_milli == 0 || j->only_failed)
		return -1;
	left = j->total > finished ? j->total - finished : 0;
	return (int64_t)((left * 1000 + j->rate_milli - 1) / j->rate_milli);
}
