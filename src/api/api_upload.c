/* Reads and answers what is about uploads; streams their bytes.
 * Must not look into what is uploaded. */
#include "api/api_upload.h"

#include <stdlib.h>
#include <string.h>

#include "api/api_list.h"
#include "base/log.h"
#include "core/upload.h"

#define ANSWER_MAX 8192

static void upload_error(struct json *w, const struct store_upload *u)
{
	json_key(w, "error");
	if (u->error_code[0] == '\0') {
		json_nil(w);
		return;
	}
	json_obj(w);
	json_put_str(w, "code", u->error_code);
	json_put_str(w, "detail", u->error_detail);
	json_key(w, "line");
	if (u->error_line > 0)
		json_u64(w, u->error_line);
	else
		json_nil(w);
	if (u->error_certificate[0] != '\0')
		json_put_str(w, "certificate", u->error_certificate);
	json_end(w);
}

void api_upload_write(struct json *w, const struct store_upload *u)
{
	json_obj(w);
	json_put_str(w, "id", u->id);
	json_put_str(w, "batch", u->bid);
	json_put_str(w, "reel", u->reel);
	json_put_str(w, "form", u->form);
	json_put_bool(w, "open", u->open);
	json_put_u64(w, "size", u->size);
	json_put_u64(w, "offset", u->received);
	json_put_bool(w, "signed", u->has_signature);
	json_put_str(w, "state", u->state);
	json_put_u64(w, "checked", u->checked);
	json_put_u64(w, "bytes_done", u->bytes_done);
	json_put_u64(w, "devices", u->devices);
	upload_error(w, u);
	json_put_time(w, "created_at", u->created_at);
	json_put_time(w, "finished_at", u->finished_at);
	json_end(w);
}

static void upload_answer(struct api_call *call, int status,
    const struct store_upload *u)
{
	struct json w;
	struct buf out;

	buf_init(&out, ANSWER_MAX);
	json_init(&w, &out);
	api_upload_write(&w, u);
	api_json(call, status, &out);
	buf_clear(&out);
}

static enum rc upload_id(const struct api_call *call, char id[RAND_ID_SIZE],
    struct err *e)
{
	if (api_param(call, 1, id, RAND_ID_SIZE))
		return RC_OK;
	return err_set(e, RC_NOT_FOUND, "not-found",
	    "There is no such upload.");
}

static enum rc read_request(struct api_call *call, struct upload_request *r,
    struct err *e)
{
	static const char *const fields[] = {"batch", "reel", "form", "size",
	    "sha256", "claim_sha256", "open", NULL};
	const char *batch = NULL, *reel = NULL, *form = NULL, *sha = NULL;
	const char *claim = NULL;
	enum rc rc;

	rc = api_fields_only(call, fields, e);
	if (rc == RC_OK)
		rc = api_field_str(call, "batch", 64, &batch, e);
	if (rc == RC_OK)
		rc = api_field_str(call, "reel", 64, &reel, e);
	if (rc == RC_OK)
		rc = api_field_str(call, "form", 16, &form, e);
	if (rc == RC_OK)
		rc = api_field_u64_opt(call, "size", INT64_MAX, 0, &r->size, e);
	if (rc == RC_OK)
		rc = api_field_str_opt(call, "sha256", 64, &sha, e);
	if (rc == RC_OK)
		rc = api_field_str_opt(call, "claim_sha256", 64, &claim, e);
	if (rc == RC_OK)
		rc = api_field_bool_opt(call, "open", false, &r->open, e);
	r->batch = span_str(batch);
	r->reel = span_str(reel);
	r->form = span_str(form);
	r->sha256 = span_str(sha);
	r->claim_sha256 = span_str(claim);
	return rc;
}

enum rc api_upload_create(struct api_call *call, struct err *e)
{
	const struct span *key = http_find(call->req, "idempotency-key");
	struct upload_request r = {0};
	struct store_upload u;
	char idem[STORE_UPLOAD_IDEM_SIZE];
	bool again = false;
	enum rc rc;

	/* A repeat is told how far the upload is now. */
	call->own_key = true;
	rc = read_request(call, &r, e);
	if (rc == RC_OK && key) {
		r.idem = idem;
		if (key->n == 0 || !span_copy_str(*key, idem, sizeof(idem)))
			rc = err_set(e, RC_INVALID, "bad-idempotency-key",
			    "Idempotency-Key has to have 1 to %zu "
			    "characters.",
			    sizeof(idem) - 1);
	}
	if (rc == RC_OK)
		rc = upload_create(call->core, &call->actor, &r, &u, &again, e);
	if (rc == RC_OK)
		upload_answer(call, again ? 200 : 201, &u);
	return rc;
}

enum rc api_upload_list(struct api_call *call, struct err *e)
{
	struct store_upload *rows;
	struct api_list l;
	size_t i, n;
	enum rc rc;

	rc = api_list_begin(&l, call, e);
	if (rc != RC_OK)
		return rc;
	n = l.limit + 1;
	rows = calloc(n, sizeof(*rows));
	rc = rows ? upload_list(call->core, &call->actor, l.cursor, rows, &n, e)
		  : err_set(e, RC_ENV, "memory", "Out of memory.");
	for (i = 0; rc == RC_OK && i < n && api_list_row(&l, rows[i].id); i++)
		api_upload_write(&l.json, &rows[i]);
	free(rows);
	return api_list_end(&l, rc, e);
}

enum rc api_upload_get(struct api_call *call, struct err *e)
{
	struct store_upload u;
	char id[RAND_ID_SIZE];
	enum rc rc;

	rc = upload_id(call, id, e);
	if (rc == RC_OK)
		rc = upload_find(call->core, &call->actor, id, &u, e);
	if (rc == RC_OK)
		upload_answer(call, 200, &u);
	return rc;
}

enum rc api_upload_sign(struct api_call *call, struct err *e)
{
	char id[RAND_ID_SIZE];
	enum rc rc;

	rc = upload_id(call, id, e);
	if (rc == RC_OK)
		rc = upload_sign(call->core, &call->actor, id, call->req->body,
		    e);
	if (rc == RC_OK)
		call->resp->status = 204;
	return rc;
}

enum rc api_upload_publish(struct api_call *call, struct err *e)
{
	struct store_upload u;
	char id[RAND_ID_SIZE];
	enum rc rc;

	rc = upload_id(call, id, e);
	if (rc == RC_OK)
		rc = upload_publish(call->core, &call->actor, id, &u, e);
	if (rc == RC_OK)
		upload_answer(call, 202, &u);
	return rc;
}

enum rc api_upload_cancel(struct api_call *call, struct err *e)
{
	char id[RAND_ID_SIZE];
	enum rc rc;

	rc = upload_id(call, id, e);
	if (rc == RC_OK)
		rc = upload_cancel(call->core, &call->actor, id, e);
	if (rc == RC_OK)
		call->resp->status = 204;
	return rc;
}

/* The bytes */

struct stream {
	struct upload_sink *sink; /* NULL: refused, and why: */
	struct err why;
	uint64_t stored;
};

static void stream_refuse(const struct stream *t, const struct err *e,
    struct http_response *resp)
{
	if (e->rc == RC_ENV)
		log_err(LOG_ERROR, "an upload failed", e);
	api_problem(resp, e);
	if (e->rc == RC_CONFLICT)
		http_add_header(resp, "Upload-Offset", "%llu",
		    (unsigned long long)t->stored);
}

static bool stream_write(void *state, struct span bytes,
    struct http_response *resp)
{
	struct stream *t = state;
	struct err e = t->why;

	if (t->sink && upload_sink_write(t->sink, bytes, &e) == RC_OK)
		return true;
	stream_refuse(t, &e, resp);
	return false;
}

static void stream_end(void *state, struct http_response *resp)
{
	struct stream *t = state;
	struct err e = t->why;

	if (!t->sink || upload_sink_end(t->sink, &t->stored, &e) != RC_OK) {
		stream_refuse(t, &e, resp);
		return;
	}
	resp->status = 204;
	http_add_header(resp, "Upload-Offset", "%llu",
	    (unsigned long long)t->stored);
}

static void stream_free(void *state)
{
	struct stream *t = state;

	upload_sink_free(t->sink);
	free(t);
}

static const struct http_sink stream_sink = {stream_write, stream_end,
    stream_free};

static enum rc stream_open(struct api_call *call, struct stream *t,
    struct err *e)
{
	const struct span *at = http_find(call->req, "upload-offset");
	char id[RAND_ID_SIZE];
	enum rc rc = upload_id(call, id, e);

	if (rc != RC_OK)
		return rc;
	if (!at || !span_u64(*at, INT64_MAX, &t->stored))
		return err_set(e, RC_INVALID, "upload-offset-missing",
		    "The header Upload-Offset has to tell at which byte the "
		    "upload goes on.");
	rc = upload_sink_new(&t->sink, call->core, &call->actor, id, &t->stored,
	    &t->why);
	/* A conflict is answered by the stream, as it tells the offset. */
	if (rc != RC_OK && rc != RC_CONFLICT && e)
		*e = t->why;
	return rc == RC_CONFLICT ? RC_OK : rc;
}

enum rc api_upload_open(struct api_call *call, struct http_request *req,
    struct err *e)
{
	struct stream *t = calloc(1, sizeof(*t));
	enum rc rc;

	if (!t)
		return err_set(e, RC_AGAIN, "no-memory", "Try again later.");
	rc = stream_open(call, t, e);
	if (rc != RC_OK) {
		free(t);
		return rc;
	}
	req->sink = &stream_sink;
	req->sink_state = t;
	return RC_OK;
}
