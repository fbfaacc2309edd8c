/* Reads and answers what is about jobs.
 * Must not wait for one: a job is worked off elsewhere. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api_job.h"
#include "api/api_list.h"
#include "base/clock.h"

#define ANSWER_MAX 16384

void api_job_write(struct json *w, const struct store_job *j)
{
	int64_t left = job_seconds_left(j);
	bool waiting = strcmp(j->state, "waiting") == 0;
	char rate[40];

	(void)snprintf(rate, sizeof(rate), "%llu.%03llu",
	    (unsigned long long)(j->rate_milli / 1000),
	    (unsigned long long)(j->rate_milli % 1000));
	json_obj(w);
	json_put_str(w, "id", j->id);
	json_put_str(w, "kind", j->kind);
	json_put_str_or_null(w, "batch", j->bid);
	json_put_str(w, "cloud", j->cloud);
	json_put_str(w, "state", j->state);
	json_put_u64(w, "total", j->total);
	json_put_u64(w, "done", j->done);
	json_put_u64(w, "failed", j->failed);
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
	    j->result[0] != '\0' ? span_str(j->result) : SPAN_LIT("null"));
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
	api_job_write(&w, j);
	if (buf_ok(&out))
		api_json(call, status, &out);
	else
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	buf_clear(&out);
	return rc;
}

enum rc api_job_provision(struct api_call *call, struct err *e)
{
	static const char *const fields[] = {"cloud", NULL};
	char bid[STORE_JOB_BID_SIZE];
	struct job_wish w = {.plan = false};
	struct store_job j;
	enum rc rc = api_fields_only(call, fields, e);

	if (rc == RC_OK)
		rc = api_field_str_opt(call, "cloud", RAND_ID_SIZE - 1, &w.cloud,
		    e);
	if (rc == RC_OK && !api_param(call, 1, bid, sizeof(bid)))
		rc = err_set(e, RC_NOT_FOUND, "batch-unknown",
		    "There is no such batch in this account.");
	if (rc == RC_OK)
		rc = job_provision(call->core, &call->actor, bid, &w, &j, e);
	if (rc == RC_OK)
		rc = api_job_answer(call, 202, &j, e);
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
	struct store_job_filter f = {.account = call->actor.scope_id,
	    .bid = bid,
	    .state = state};
	struct store_job *rows = NULL;
	struct api_list l;
	size_t i, n = 0;
	enum rc rc = api_list_begin(&l, call, e);

	if (rc != RC_OK)
		return rc;
	(void)http_query(call->req, "batch", bid, sizeof(bid));
	(void)http_query(call->req, "state", state, sizeof(state));
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
			api_job_write(&l.json, &rows[i]);
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
	json_put_hex(&l->json, "fingerprint", span_of(x->fp, sizeof(x->fp)));
	json_put_str(&l->json, "chip_id", x->chip_id);
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
	uint64_t after = 0;
	size_t i, n = 0;
	enum rc rc = job_id(call, id, e);

	if (rc == RC_OK)
		rc = job_get(call->core, call->actor.scope_id, id, &j, e);
	if (rc == RC_OK)
		rc = api_list_begin(&l, call, e);
	if (rc != RC_OK)
		return rc;
	rc = job_cursor(l.cursor, &after, e);
	rows = calloc(l.page.limit, sizeof(*rows));
	if (rc == RC_OK && !rows)
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	if (rc == RC_OK) {
		n = l.page.limit;
		rc = store_job_exception_list(call->core->store, j.n, after,
		    rows, &n, e);
	}
	for (i = 0; i < n; i++)
		exception_write(&l, &rows[i]);
	free(rows);
	return api_list_end(&l, rc, e);
}

enum rc api_job_retry(struct api_call *call, struct err *e)
{
	struct store_job j;
	char id[RAND_ID_SIZE];
	enum rc rc = job_id(call, id, e);

	if (rc == RC_OK)
		rc = job_retry(call->core, &call->actor, id, &j, e);
	if (rc == RC_OK)
		rc = api_job_answer(call, 202, &j, e);
	return rc;
}

enum rc api_job_cancel(struct api_call *call, struct err *e)
{
	struct store_job j;
	char id[RAND_ID_SIZE];
	enum rc rc = job_id(call, id, e);

	if (rc == RC_OK)
		rc = job_cancel(call->core, &call->actor, id, &j, e);
	if (rc == RC_OK)
		rc = api_job_answer(call, 200, &j, e);
	return rc;
}
