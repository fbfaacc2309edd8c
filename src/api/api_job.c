/* Reads and answers what is about jobs.
 * Must not wait for one: a job is worked off elsewhere. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api_cloud_write.h"
#include "api/api_job.h"
#include "api/api_list.h"
#include "base/clock.h"

#define ANSWER_MAX 16384
#define CLOUDS_MAX (JOB_CLOUDS_MAX * ANSWER_MAX)

static void breaker_write(struct json *w, struct core *c,
    const struct store_job *j)
{
	struct store_cloud cloud = {.breaker = {.state = "closed"}};
	struct err ignored;
	enum rc rc =
	    store_cloud_get(c->store, j->account, j->cloud, &cloud, &ignored);

	/* Deleted since. */
	if (rc != RC_OK)
		memcpy(cloud.breaker.state, "closed", sizeof("closed"));
	json_key(w, "breaker");
	api_cloud_write_breaker(w, &cloud.breaker);
}

static void counts_write(struct json *w, const struct store_job *j)
{
	json_put_u64(w, "total", j->total);
	json_put_u64(w, "done", j->done);
	json_put_u64(w, "failed", j->failed);
	json_put_u64(w, "created", j->created);
	json_put_u64(w, "same", j->same);
	json_put_u64(w, "changed", j->altered);
	json_put_u64(w, "removed", j->removed);
	json_put_u64(w, "conflicts", j->conflicts);
}

void api_job_write(struct json *w, struct core *c, const struct store_job *j)
{
	const char *plan = job_plan_of(j);
	int64_t left = job_seconds_left(j);
	bool waiting = strcmp(j->state, "waiting") == 0;
	char rate[40];

	(void)snprintf(rate, sizeof(rate), "%llu.%03llu",
	    (unsigned long long)(j->rate_milli / 1000),
	    (unsigned long long)(j->rate_milli % 1000));
	json_obj(w);
	json_put_str(w, "id", j->id);
	json_put_str(w, "kind", j->kind);
	json_put_str(w, "plan_of", plan);
	json_put_str_or_null(w, "batch", j->bid);
	json_put_str(w, "cloud", j->cloud);
	json_put_str_or_null(w, "then_cloud", j->then_cloud);
	json_put_str(w, "state", j->state);
	counts_write(w, j);
	breaker_write(w, c, j);
	json_put_u64(w, "tries", j->tries);
	json_key(w, "rate_per_s");
	json_raw(w, span_str(rate));
	json_key(w, "seconds_left");
	if (left >= 0)
		json_i64(w, left);
	else
		json_nil(w);
	json_put_time(w, "next_try_at", waiting ? j->next_ms / 1000 : 0);
	json_put_str_or_null(w, "last_error", j->last_error);
	json_put_time(w, "created_at", j->created_at);
	json_put_time(w, "started_at", j->started_at);
	json_put_time(w, "finished_at", j->finished_at);
	json_key(w, "result");
	json_raw(w,
	    j->result[0] != '\0' && !plan ? span_str(j->result)
					  : SPAN_LIT("null"));
	json_end(w);
}

enum rc api_job_answer(struct api_call *call, int status,
    const struct store_job *j, struct err *e)
{
	struct json w;
	struct buf out;
	enum rc rc = RC_OK;

	buf_init(&out, ANSWER_MAX);
	json_init(&w, &out);
	api_job_write(&w, call->core, j);
	if (buf_ok(&out))
		api_json(call, status, &out);
	else
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	buf_clear(&out);
	return rc;
}

static enum rc batch_param(struct api_call *call, char bid[STORE_JOB_BID_SIZE],
    struct err *e)
{
	if (api_param(call, 1, bid, STORE_JOB_BID_SIZE))
		return RC_OK;
	return err_set(e, RC_NOT_FOUND, "batch-unknown",
	    "There is no such batch in this account.");
}

enum rc api_job_provision(struct api_call *call, struct err *e)
{
	static const char *const fields[] = {"cloud", "instead_of", "plan",
	    NULL};
	char bid[STORE_JOB_BID_SIZE];
	struct job_wish w = {.plan = false};
	struct store_job j;
	enum rc rc = api_fields_only(call, fields, e);

	if (rc == RC_OK)
		rc = api_field_str_opt(call, "cloud", RAND_ID_SIZE - 1,
		    &w.cloud, e);
	if (rc == RC_OK)
		rc = api_field_str_opt(call, "instead_of", RAND_ID_SIZE - 1,
		    &w.instead_of, e);
	if (rc == RC_OK)
		rc = api_field_bool_opt(call, "plan", false, &w.plan, e);
	if (rc == RC_OK)
		rc = batch_param(call, bid, e);
	if (rc == RC_OK)
		rc = job_provision(call->core, &call->actor, bid, &w, &j, e);
	if (rc == RC_OK)
		rc = api_job_answer(call, 202, &j, e);
	return rc;
}

enum rc api_job_remove(struct api_call *call, struct err *e)
{
	static const char *const fields[] = {"cloud", "plan", NULL};
	char bid[STORE_JOB_BID_SIZE];
	struct job_wish w = {.plan = false};
	struct store_job j;
	enum rc rc = api_fields_only(call, fields, e);

	if (rc == RC_OK)
		rc =
		    api_field_str(call, "cloud", RAND_ID_SIZE - 1, &w.cloud, e);
	if (rc == RC_OK)
		rc = api_field_bool_opt(call, "plan", false, &w.plan, e);
	if (rc == RC_OK)
		rc = batch_param(call, bid, e);
	if (rc == RC_OK)
		rc = job_remove(call->core, &call->actor, bid, &w, &j, e);
	if (rc == RC_OK)
		rc = api_job_answer(call, 202, &j, e);
	return rc;
}

static void clouds_write(struct json *w, struct core *c,
    const struct job_cloud *rows, size_t n)
{
	size_t i;

	json_obj(w);
	json_key(w, "items");
	json_arr(w);
	for (i = 0; i < n; i++) {
		const struct store_welcome *want = &rows[i].wanted;

		json_obj(w);
		json_put_str(w, "cloud", want->cloud);
		json_put_str(w, "wanted", want->admit ? "admit" : "remove");
		json_put_time(w, "since", want->since);
		json_key(w, "job");
		if (rows[i].has_job)
			api_job_write(w, c, &rows[i].job);
		else
			json_nil(w);
		json_end(w);
	}
	json_end(w);
	json_end(w);
}

enum rc api_job_clouds(struct api_call *call, struct err *e)
{
	struct job_cloud *rows = calloc(JOB_CLOUDS_MAX, sizeof(*rows));
	char bid[STORE_JOB_BID_SIZE];
	struct json w;
	struct buf out;
	size_t n = 0;
	enum rc rc = batch_param(call, bid, e);

	buf_init(&out, CLOUDS_MAX);
	json_init(&w, &out);
	if (rc == RC_OK && !rows)
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	if (rc == RC_OK)
		rc = job_clouds(call->core, call->actor.scope_id, bid, rows, &n,
		    e);
	if (rc == RC_OK) {
		clouds_write(&w, call->core, rows, n);
		api_json(call, 200, &out);
	}
	buf_clear(&out);
	free(rows);
	return rc;
}

static enum rc job_cursor(const char *text, uint64_t *n, struct err *e)
{
	*n = 0;
	if (text[0] == '\0' || span_u64(span_str(text), INT64_MAX, n))
		return RC_OK;
	return err_set(e, RC_INVALID, "cursor",
	    "The cursor is not one of this list.");
}

enum rc api_job_list(struct api_call *call, struct err *e)
{
	char bid[STORE_JOB_BID_SIZE] = "", state[16] = "", at[24];
	char cloud[RAND_ID_SIZE] = "", kind[16] = "";
	struct store_job_filter f = {.account = call->actor.scope_id,
	    .bid = bid,
	    .state = state,
	    .cloud = cloud,
	    .kind = kind};
	struct store_job *rows = NULL;
	struct api_list l;
	size_t i, n = 0;
	enum rc rc = api_list_begin(&l, call, e);

	if (rc != RC_OK)
		return rc;
	(void)http_query(call->req, "batch", bid, sizeof(bid));
	(void)http_query(call->req, "state", state, sizeof(state));
	(void)http_query(call->req, "cloud", cloud, sizeof(cloud));
	(void)http_query(call->req, "kind", kind, sizeof(kind));
	rc = job_cursor(l.cursor, &f.before, e);
	rows = calloc(l.page.limit, sizeof(*rows));
	if (rc == RC_OK && !rows)
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	if (rc == RC_OK)
		rc = store_job_list(call->core->store, &f, rows, l.page.limit,
		    &n, e);
	for (i = 0; i < n; i++) {
		(void)snprintf(at, sizeof(at), "%llu",
		    (unsigned long long)rows[i].n);
		if (api_list_row(&l, at))
			api_job_write(&l.json, call->core, &rows[i]);
	}
	free(rows);
	return api_list_end(&l, rc, e);
}

static enum rc job_id(struct api_call *call, char id[RAND_ID_SIZE],
    struct err *e)
{
	if (api_param(call, 1, id, RAND_ID_SIZE))
		return RC_OK;
	return err_set(e, RC_NOT_FOUND, "job-unknown",
	    "There is no such job in this account.");
}

enum rc api_job_get(struct api_call *call, struct err *e)
{
	struct store_job j;
	char id[RAND_ID_SIZE];
	enum rc rc = job_id(call, id, e);

	if (rc == RC_OK)
		rc = job_get(call->core, call->actor.scope_id, id, &j, e);
	if (rc == RC_OK)
		rc = api_job_answer(call, 200, &j, e);
	return rc;
}

static void exception_write(struct api_list *l,
    const struct store_job_exception *x)
{
	char at[24];

	(void)snprintf(at, sizeof(at), "%llu", (unsigned long long)x->seq);
	if (!api_list_row(l, at))
		return;
	json_obj(&l->json);
	if (x->seq >= STORE_JOB_STRANGER)
		json_put_str(&l->json, "fingerprint", NULL);
	else
		json_put_hex(&l->json, "fingerprint",
		    span_of(x->fp, sizeof(x->fp)));
	json_put_str(&l->json, "chip_id", x->chip_id);
	json_put_str(&l->json, "what", x->what);
	json_put_str(&l->json, "status", "error");
	json_put_str(&l->json, "message", x->message);
	json_end(&l->json);
}

enum rc api_job_exceptions(struct api_call *call, struct err *e)
{
	struct store_job_exception *rows = NULL;
	struct store_job j;
	struct api_list l;
	char id[RAND_ID_SIZE];
	char what[16] = "";
	struct store_job_exception_filter f = {.what = what};
	size_t i, n = 0;
	enum rc rc = job_id(call, id, e);

	if (rc == RC_OK)
		rc = job_get(call->core, call->actor.scope_id, id, &j, e);
	if (rc == RC_OK)
		rc = api_list_begin(&l, call, e);
	if (rc != RC_OK)
		return rc;
	(void)http_query(call->req, "what", what, sizeof(what));
	rc = job_cursor(l.cursor, &f.after, e);
	rows = calloc(l.page.limit, sizeof(*rows));
	if (rc == RC_OK && !rows)
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	if (rc == RC_OK) {
		n = l.page.limit;
		f.job_n = j.n;
		rc = store_job_exception_some(call->core->store, &f, rows, &n,
		    e);
	}
	for (i = 0; i < n; i++)
		exception_write(&l, &rows[i]);
	free(rows);
	return api_list_end(&l, rc, e);
}

typedef enum rc act(struct core *c, const struct core_actor *a, const char *id,
    struct store_job *out, struct err *e);

static enum rc steer(struct api_call *call, act *what, int status,
    struct err *e)
{
	struct store_job j;
	char id[RAND_ID_SIZE];
	enum rc rc = job_id(call, id, e);

	if (rc == RC_OK)
		rc = what(call->core, &call->actor, id, &j, e);
	if (rc == RC_OK)
		rc = api_job_answer(call, status, &j, e);
	return rc;
}

enum rc api_job_retry(struct api_call *call, struct err *e)
{
	return steer(call, job_retry, 202, e);
}

enum rc api_job_resume(struct api_call *call, struct err *e)
{
	return steer(call, job_resume, 202, e);
}

enum rc api_job_pause(struct api_call *call, struct err *e)
{
	return steer(call, job_pause, 200, e);
}

enum rc api_job_cancel(struct api_call *call, struct err *e)
{
	return steer(call, job_cancel, 200, e);
}
