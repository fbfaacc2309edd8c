/* One step of a job: the next devices to its cloud, the outcome to the store.
 * Must not decide when the next step is due: that is pace.c. */
#include "courier/chunk.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"
#include "core/audit.h"
#include "core/job.h"
#include "courier/chunk_load.h"
#include "courier/pace.h"
#include "store/store_apart.h"

#define SECRET_MAX 1024
#define SAVE_TRIES 5
#define SAVE_PAUSE_US 300000

/* One run. */
struct chunk {
	struct chunk_tools *t;
	struct store_job *j;
	const char *lease;
	struct store_cloud cloud;
	const struct cloud_kind *kind;
	struct cloud_kind_call call;
	struct chunk_load *load;
	struct cloud_kind_outcome *outcomes;
	struct buf basic;
	size_t ok; /* devices that count now, for the metrics */
};

static void set_state(struct store_job *j, const char *state)
{
	(void)span_copy_str(span_str(state), j->state, sizeof(j->state));
}

static void finish(struct store_job *j, const char *state, const char *why)
{
	set_state(j, state);
	j->next_ms = 0;
	j->finished_at = clock_now_s();
	(void)span_copy_str(span_of(why,
				strnlen(why, sizeof(j->last_error) - 1)),
	    j->last_error, sizeof(j->last_error));
}

static bool is_over(const struct store_job *j)
{
	return strcmp(j->state, "done") == 0 || strcmp(j->state, "failed") == 0;
}

static enum rc record_end(struct chunk *k, struct err *e)
{
	struct core_actor courier = {.name = "courier",
	    .scope = CORE_SCOPE_ACCOUNT,
	    .now_s = clock_now_s()};
	struct audit_entry entry = {.action = "job-end",
	    .scope_id = k->j->account,
	    .target = k->j->bid[0] != '\0' ? k->j->bid : k->j->cloud,
	    .outcome = strcmp(k->j->state, "done") == 0 ? RC_OK : RC_AGAIN,
	    .reason =
		strcmp(k->j->state, "done") == 0 ? NULL : "provisioning-failed",
	    .detail = k->j->id};

	memcpy(courier.scope_id, k->j->account, sizeof(courier.scope_id));
	return audit_add(&k->t->core, &courier, &entry, e);
}

static enum rc put_outcomes(struct chunk *k, struct err *e)
{
	struct store *s = k->t->core.store;
	enum rc rc = RC_OK;
	size_t i;

	for (i = 0; rc == RC_OK && i < k->load->n; i++) {
		const struct cloud_kind_device *d = &k->load->devices[i];
		struct store_job_exception x = {.seq = d->seq};

		if (k->outcomes[i].ok) {
			if (k->j->only_failed)
				rc = store_job_exception_remove(s, k->j->n,
				    d->seq, e);
			continue;
		}
		memcpy(x.fp, d->fp, sizeof(x.fp));
		memcpy(x.chip_id, d->chip_id, sizeof(x.chip_id));
		memcpy(x.message, k->outcomes[i].message, sizeof(x.message));
		rc = store_job_exception_put(s, k->j->n, &x, e);
	}
	return rc;
}

/* Everything of this step or nothing. */
static enum rc save_once(struct chunk *k, bool outcomes, struct err *e)
{
	struct store *s = k->t->core.store;
	struct store_job now = *k->j;
	enum rc rc = store_begin(s, e);

	if (rc == RC_OK && k->kind && k->kind->announce && !is_over(k->j) &&
	    k->j->next_ms == 0)
		rc = k->kind->announce(&k->call, k->j, e);
	if (rc == RC_OK && outcomes)
		rc = put_outcomes(k, e);
	if (rc == RC_OK)
		rc = store_job_save(s, k->j, k->lease, e);
	if (rc == RC_OK && is_over(k->j))
		rc = record_end(k, e);
	if (rc == RC_OK)
		rc = store_commit(s, e);
	if (rc != RC_OK) {
		store_rollback(s);
		*k->j = now;
	}
	return rc;
}

/* What was sent is worth some patience with the store. */
static enum rc save(struct chunk *k, bool outcomes, struct err *e)
{
	enum rc rc = RC_OK;
	int i;

	for (i = 0; i < SAVE_TRIES; i++) {
		rc = save_once(k, outcomes, e);
		if (rc != RC_AGAIN && rc != RC_ENV)
			break;
		(void)usleep(SAVE_PAUSE_US);
	}
	if (rc == RC_OK && outcomes)
		metric_add(METRIC_DEVICES_PROVISIONED, (int64_t)k->ok);
	return rc;
}

/* That the batch, or the one device, is still the account's. */
static enum rc check_owner(struct store *s, const struct store_job *j,
    struct err *e)
{
	struct store_job_binding b;
	struct store_apart x;
	enum rc rc;

	if (j->only_seq > 0) {
		rc = store_apart_get(s, (int64_t)j->only_seq, &x, e);
		if (rc == RC_OK && strcmp(x.account, j->account) != 0)
			rc = err_set(e, RC_NOT_FOUND, "device-released",
			    "The device is not this account's any more.");
		return rc;
	}
	rc = store_job_binding(s, j->bid, &b, e);
	if (rc == RC_NOT_FOUND ||
	    (rc == RC_OK && strcmp(b.account, j->account) != 0))
		rc = err_set(e, RC_NOT_FOUND, "batch-unbound",
		    "The batch is not bound to this account any more.");
	return rc;
}

/* The cloud, the way to it, and what is to be sent.  A fault here is the job's
 * own. */
static enum rc prepare(struct chunk *k, struct err *e)
{
	struct core *c = &k->t->core;
	enum rc rc =
	    store_cloud_get(c->store, k->j->account, k->j->cloud, &k->cloud, e);

	if (rc == RC_OK && k->j->bid[0] != '\0')
		rc = check_owner(c->store, k->j, e);
	if (rc != RC_OK)
		return rc;
	k->kind = cloud_kind_find(k->cloud.type);
	if (!k->kind)
		return err_set(e, RC_NOT_FOUND, "cloud-kind-unknown",
		    "This release cannot speak to a cloud of the type \"%s\".",
		    k->cloud.type);
	rc = link_credentials(c, k->t->key, &k->cloud, &k->basic, e);
	k->call.core = c;
	k->call.cloud = &k->cloud;
	k->call.basic = k->basic.n > 0 ? buf_cstr(&k->basic) : NULL;
	k->call.bearer = k->t->bearer;
	if (rc == RC_OK && k->kind->provision)
		rc = link_fetch(k->t->links, c, &k->cloud, &k->call.fetch, e);
	return rc;
}

/* A test is one try: it fails with what it found. */
static enum rc run_test(struct chunk *k, struct err *e)
{
	struct err why = {0};
	struct buf json;
	enum rc rc;

	buf_init(&json, STORE_JOB_RESULT_SIZE - 1);
	rc = k->kind->test(&k->call, &json, &why);
	if (buf_ok(&json))
		(void)span_copy_str(buf_span(&json), k->j->result,
		    sizeof(k->j->result));
	if (rc == RC_OK)
		finish(k->j, "done", "");
	else
		finish(k->j, "failed", why.text);
	buf_clear(&json);
	return save(k, false, e);
}

/* Counts what the cloud said and moves the cursor. */
static void count(struct chunk *k)
{
	struct store_job *j = k->j;
	size_t i;

	k->ok = 0;
	for (i = 0; i < k->load->n; i++)
		k->ok += k->outcomes[i].ok;
	if (j->only_failed) {
		j->done += k->ok;
		j->failed -= k->ok < j->failed ? k->ok : j->failed;
	} else {
		j->done += k->ok;
		j->failed += k->load->n - k->ok;
	}
	if (k->load->n > 0)
		j->cursor_seq = k->load->devices[k->load->n - 1].seq;
	if (k->load->end)
		finish(j, "done", "");
}

/* The only device sent is the fault itself. */
static void skip_single(struct chunk *k, const struct pace_result *r,
    const struct err *why)
{
	uint32_t refused = k->j->refused + 1;

	k->outcomes[0].ok = false;
	(void)span_copy_str(span_of(why->text,
				strnlen(why->text,
				    sizeof(k->outcomes[0].message) - 1)),
	    k->outcomes[0].message, sizeof(k->outcomes[0].message));
	pace_success(k->j, r);
	k->j->refused = refused;
	k->j->chunk = 1;
	count(k);
}

static enum rc fault(struct chunk *k, const struct pace_result *r,
    const struct err *why, struct err *e)
{
	pace_fault(k->j, r, why);
	log_warn("job %s is %s after %u tries: %s", k->j->id, k->j->state,
	    (unsigned int)k->j->tries, why->text);
	return save(k, false, e);
}

static enum rc run_provision(struct chunk *k, struct err *e)
{
	struct pace_result r = {.chunk_max = k->cloud.chunk};
	int64_t start = clock_mono_ms();
	struct err why = {0};
	enum rc rc = chunk_load_read(k->load, &k->t->core, k->j, &why);

	if (rc == RC_OK && k->load->n > 0)
		rc = k->kind->provision(&k->call, k->load->devices, k->load->n,
		    k->outcomes, &why);
	r.devices = k->load->n;
	r.took_ms = clock_mono_ms() - start;
	r.now_ms = clock_now_ms();
	if (rc != RC_OK && pace_is_single(k->j, &r, &why)) {
		skip_single(k, &r, &why);
		return save(k, true, e);
	}
	if (rc != RC_OK)
		return fault(k, &r, &why, e);
	if (k->load->n > 0)
		pace_success(k->j, &r);
	count(k);
	return save(k, true, e);
}

/* A gate fetches when it likes: until then the job is under way. */
static enum rc run_announce(struct chunk *k, struct err *e)
{
	k->j->next_ms = 0;
	k->j->tries = 0;
	set_state(k->j, "running");
	k->j->last_error[0] = '\0';
	return save(k, false, e);
}

static enum rc run_prepared(struct chunk *k, struct err *e)
{
	if (strcmp(k->j->kind, "test") == 0)
		return run_test(k, e);
	if (k->kind->announce)
		return run_announce(k, e);
	return run_provision(k, e);
}

enum rc chunk_run(struct chunk_tools *t, struct store_job *j, const char *lease,
    struct err *e)
{
	struct chunk k = {.t = t, .j = j, .lease = lease};
	struct pace_result none = {.now_ms = clock_now_ms()};
	struct err why = {0};
	enum rc rc;

	buf_init(&k.basic, SECRET_MAX);
	k.outcomes = calloc(CLOUD_KIND_DEVICES_MAX, sizeof(*k.outcomes));
	rc = k.outcomes ? chunk_load_new(&k.load, e)
			: err_set(e, RC_ENV, "memory", "Out of memory.");
	if (rc != RC_OK)
		goto out;
	rc = prepare(&k, &why);
	if (rc == RC_OK) {
		rc = run_prepared(&k, e);
	} else if (why.rc == RC_NOT_FOUND || strcmp(j->kind, "test") == 0) {
		finish(j, "failed", why.text);
		rc = save(&k, false, e);
	} else {
		rc = fault(&k, &none, &why, e);
	}
out:
	buf_clear_secret(&k.basic);
	chunk_load_free(k.load);
	free(k.outcomes);
	return rc;
}
