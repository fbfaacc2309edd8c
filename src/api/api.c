/* The application behind the HTTP server: finds the route, has it authorised,
 * reads the JSON body, calls the handler, and dresses the answer.
 * Must not know what any route does. */
#include <stdlib.h>
#include <string.h>

#include "api/api_auth.h"
#include "api/api_match.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/json.h"
#include "base/log.h"
#include "core/audit.h"
#include "core/idem.h"
#include "net/http_problem.h"
#include "pki/digest.h"

#define API_JSON_DEPTH 16

struct api {
	struct core *core;
	struct http_app app;
	bool https;
};

/* What lives from the head of a request to its end. */
struct api_request {
	struct api *api;
	struct api_call call;
};

/* A streamed body goes through the frame, so that its answer is dressed too.
 * Apart from api_request: the server frees sink and request in any order. */
struct api_stream {
	const struct api *api;
	const struct http_sink *sink; /* the handler's */
	void *state;
};

static void challenge(struct http_response *resp)
{
	if (resp->status == 401)
		http_add_header(resp, "WWW-Authenticate", "Bearer");
}

void api_problem(struct http_response *resp, const struct err *e)
{
	http_problem(resp, e);
	challenge(resp);
}

void api_json(struct api_call *call, int status, struct buf *json)
{
	struct http_response *r = call->resp;

	r->status = status ? status : 200;
	r->content_type = "application/json";
	buf_reset(&r->body);
	buf_add_span(&r->body, buf_span(json));
	if (!buf_ok(json))
		r->body.bad = true;
}

bool api_param(const struct api_call *call, int i, char *out, size_t cap)
{
	if (i < 0 || i >= API_PARAMS_MAX) {
		out[0] = '\0';
		return false;
	}
	return span_copy_str(call->param[i], out, cap) && out[0];
}

enum rc api_page(struct api_call *call, uint64_t max, uint64_t fallback,
    uint64_t *limit, char cursor[API_CURSOR_SIZE], struct err *e)
{
	char text[32];

	*limit = fallback;
	cursor[0] = '\0';
	if (http_query(call->req, "limit", text, sizeof(text)) &&
	    (!span_u64(span_str(text), max, limit) || *limit == 0))
		return err_set(e, RC_INVALID, "bad-limit",
		    "limit has to be a number from 1 to %llu.",
		    (unsigned long long)max);
	if (!http_query(call->req, "cursor", cursor, API_CURSOR_SIZE))
		cursor[0] = '\0';
	return RC_OK;
}

enum rc api_fields_only(struct api_call *call, const char *const *names,
    struct err *e)
{
	const char *key, *const *n;
	json_t *v;

	if (!call->body) {
		if (call->req->body.n == 0)
			return RC_OK;
		return err_set(e, RC_INVALID, "media-type",
		    "Send the body as application/json.");
	}
	json_object_foreach(call->body, key, v)
	{
		for (n = names; *n && strcmp(*n, key) != 0; n++)
			;
		if (!*n)
			return err_set(e, RC_INVALID, "field-unknown",
			    "There is no field \"%.64s\" here.", key);
	}
	return RC_OK;
}

#define FRAME_CSP                                                   \
	"default-src 'none'; base-uri 'none'; form-action 'none'; " \
	"frame-ancestors 'none'"

/* Headers that every answer has; call may be NULL. */
static void frame_dress(const struct api *a, const struct api_call *call,
    struct http_response *resp)
{
	const bool ok = call && resp->status < 400;

	http_add_header(resp, "X-Content-Type-Options", "nosniff");
	http_add_header(resp, "Cache-Control", "%s",
	    ok && call->cache ? call->cache : "no-store");
	http_add_header(resp, "Referrer-Policy", "no-referrer");
	http_add_header(resp, "X-Frame-Options", "DENY");
	http_add_header(resp, "Cross-Origin-Resource-Policy", "same-origin");
	http_add_header(resp, "Content-Security-Policy", "%s",
	    ok && call->csp ? call->csp : FRAME_CSP);
	if (a->https)
		http_add_header(resp, "Strict-Transport-Security",
		    "max-age=31536000");
}

static void frame_fail(const struct api *a, struct http_response *resp,
    const struct err *e)
{
	if (e->rc == RC_BUG || e->rc == RC_ENV)
		log_err(LOG_ERROR, "request failed", e);
	if (resp->source && resp->source->free)
		resp->source->free(resp->source_state);
	resp->source = NULL;
	resp->source_state = NULL;
	buf_reset(&resp->headers);
	api_problem(resp, e);
	frame_dress(a, NULL, resp);
}

static bool sink_write(void *state, struct span bytes,
    struct http_response *resp)
{
	struct api_stream *t = state;

	if (t->sink->write(t->state, bytes, resp))
		return true;
	frame_dress(t->api, NULL, resp);
	return false;
}

static void sink_end(void *state, struct http_response *resp)
{
	struct api_stream *t = state;

	t->sink->end(t->state, resp);
	frame_dress(t->api, NULL, resp);
}

static void sink_free(void *state)
{
	struct api_stream *t = state;

	if (t->sink->free)
		t->sink->free(t->state);
	free(t);
}

static const struct http_sink frame_sink = {sink_write, sink_end, sink_free};

static enum rc frame_open(struct api_request *r, struct http_request *req,
    struct err *e)
{
	struct api_stream *t = calloc(1, sizeof(*t));
	enum rc rc = RC_OK;

	if (!t)
		return err_set(e, RC_AGAIN, "no-memory", "Try again later.");
	rc = r->call.route->open(&r->call, req, e);
	if (rc == RC_OK && !req->sink)
		rc = err_set(e, RC_BUG, "no-sink", "%s opened no sink.",
		    r->call.route->path);
	if (rc != RC_OK) {
		free(t);
		return rc;
	}
	t->api = r->api;
	t->sink = req->sink;
	t->state = req->sink_state;
	req->sink = &frame_sink;
	req->sink_state = t;
	return RC_OK;
}

static void frame_allow(const struct http_request *req,
    struct http_response *resp)
{
	char allow[96];

	api_match_allow(req->path, allow, sizeof(allow));
	http_add_header(resp, "Allow", "%s", allow);
}

/* Finds and authorises; RC_OK with r->call ready. */
static enum rc frame_judge(struct api_request *r, struct http_request *req,
    struct err *e)
{
	struct api_call *call = &r->call;
	char target[160];
	enum rc rc;

	rc = api_match(req, &call->route, call->param, e);
	if (rc != RC_OK)
		return rc;
	rc = api_auth(call, e);
	if (rc == RC_OK && req->has_length &&
	    req->length > call->route->body_max)
		return err_set(e, RC_TOO_LARGE, "body-too-large",
		    "The body may have at most %zu bytes here.",
		    call->route->body_max);
	if (rc != RC_OK && call->actor.id[0] &&
	    (rc == RC_DENIED || rc == RC_NOT_FOUND)) {
		(void)snprintf(target, sizeof(target), "%s %.*s",
		    call->route->method,
		    (int)(req->path.n > 120 ? 120 : req->path.n),
		    (const char *)req->path.p);
		audit_refused(call->core, &call->actor, "access", target, e);
	}
	return rc;
}

/* What the browser calls itself, as far as it can be printed. */
static void frame_agent(const struct http_request *req, struct core_actor *a)
{
	const struct span *h = http_find(req, "user-agent");
	size_t i, n = 0;

	for (i = 0; h && i < h->n && n + 1 < sizeof(a->agent); i++)
		if (h->p[i] >= ' ' && h->p[i] <= '~')
			a->agent[n++] = (char)h->p[i];
	a->agent[n] = '\0';
}

static bool api_head(void *ctx, struct http_request *req,
    struct http_response *resp)
{
	struct api *a = ctx;
	struct api_request *r = calloc(1, sizeof(*r));
	struct err e = {0};
	enum rc rc;

	if (!r) {
		(void)err_set(&e, RC_AGAIN, "no-memory", "Try again later.");
		frame_fail(a, resp, &e);
		return false;
	}
	req->app_state = r;
	r->api = a;
	r->call.core = a->core;
	r->call.req = req;
	r->call.resp = resp;
	r->call.actor.now_s = clock_now_s();
	(void)span_copy_str(span_str(req->peer), r->call.actor.from,
	    sizeof(r->call.actor.from));
	if (req->method == HTTP_OPTIONS && api_match_any(req->path)) {
		resp->status = 204;
		frame_allow(req, resp);
		frame_dress(a, NULL, resp);
		return false;
	}
	frame_agent(req, &r->call.actor);
	rc = frame_judge(r, req, &e);
	if (rc == RC_OK && r->call.route->open)
		rc = frame_open(r, req, &e);
	if (rc != RC_OK) {
		frame_fail(a, resp, &e);
		if (resp->status == 405)
			frame_allow(req, resp);
		return false;
	}
	req->body_max = r->call.route->body_max;
	return true;
}

/* jansson recurses for each level, so deep ones are refused before. */
static bool json_shallow(struct span s)
{
	unsigned int depth = 0;
	bool quoted = false;
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (quoted) {
			if (s.p[i] == '\\')
				i++;
			else if (s.p[i] == '"')
				quoted = false;
		} else if (s.p[i] == '"') {
			quoted = true;
		} else if (s.p[i] == '{' || s.p[i] == '[') {
			if (++depth > API_JSON_DEPTH)
				return false;
		} else if ((s.p[i] == '}' || s.p[i] == ']') && depth) {
			depth--;
		}
	}
	return true;
}

static bool media_is_json(const struct http_request *req)
{
	return !http_find(req, "Content-Type") ||
	    http_is_type(req, "application/json");
}

static enum rc frame_body(struct api_call *call, struct err *e)
{
	const struct span s = call->req->body;
	json_error_t fault;

	if (s.n == 0 || !media_is_json(call->req))
		return RC_OK;
	if (!json_shallow(s))
		return err_set(e, RC_INVALID, "json-too-deep",
		    "The JSON body is nested more than %d levels deep.",
		    API_JSON_DEPTH);
	call->body =
	    json_loadb((const char *)s.p, s.n, JSON_REJECT_DUPLICATES, &fault);
	if (!call->body) {
		(void)err_set(e, RC_INVALID, "bad-json",
		    "The body is not valid JSON: %.100s.", fault.text);
		if (e && fault.line > 0)
			e->line = (unsigned long)fault.line;
		return RC_INVALID;
	}
	if (!json_is_object(call->body))
		return err_set(e, RC_INVALID, "bad-json",
		    "The body has to be a JSON object.");
	return RC_OK;
}

static enum rc frame_key(const struct api_call *call, struct idem_request *ir,
    struct err *e)
{
	const struct span *h = http_find(call->req, "idempotency-key");
	size_t i;

	if (!h || call->req->method != HTTP_POST || !call->actor.id[0])
		return RC_OK;
	if (h->n == 0 || h->n > IDEM_KEY_MAX)
		return err_set(e, RC_INVALID, "bad-idempotency-key",
		    "Idempotency-Key has to have 1 to %d characters.",
		    IDEM_KEY_MAX);
	for (i = 0; i < h->n; i++)
		if (h->p[i] < 0x21 || h->p[i] > 0x7e)
			return err_set(e, RC_INVALID, "bad-idempotency-key",
			    "Idempotency-Key may hold printable ASCII only.");
	ir->actor = &call->actor;
	ir->key = *h;
	ir->credential = api_auth_credential(call->req);
	ir->method = span_str(call->route->method);
	ir->path = call->req->path;
	ir->query = call->req->query;
	ir->body = call->req->body;
	return RC_OK;
}

/* The handler and the record of its answer as one transaction. */
static enum rc frame_once(struct api_call *call, const struct idem_request *ir,
    struct err *e)
{
	struct http_response *resp = call->resp;
	struct idem idem;
	int status = 0;
	enum rc rc;

	rc = idem_begin(&idem, call->core, ir, &status, &resp->body, e);
	if (rc != RC_OK)
		return rc;
	if (status) {
		resp->status = status;
		if (resp->body.n)
			resp->content_type = "application/json";
		return RC_OK;
	}
	rc = call->route->handle(call, e);
	if (rc == RC_OK && call->own_key)
		return idem_end_plain(&idem, call->core, e);
	if (rc == RC_OK && resp->status < 300 && !resp->source)
		return idem_end(&idem, call->core, call->actor.now_s,
		    resp->status, buf_span(&resp->body), e);
	idem_abort(&idem, call->core);
	return rc;
}

/* ETag of a whole answer, and 304 when the caller has it already. */
static void frame_etag(const struct api_call *call)
{
	struct http_response *resp = call->resp;
	const struct span *have = http_find(call->req, "if-none-match");
	uint8_t hash[DIGEST_SHA256];
	char tag[40] = "\"";

	if (strcmp(call->route->method, "GET") != 0 || resp->status != 200 ||
	    resp->source)
		return;
	digest_sha256(buf_span(&resp->body), hash);
	enc_hex_str(tag + 1, span_of(hash, 16));
	tag[33] = '"';
	tag[34] = '\0';
	http_add_header(resp, "ETag", "%s", tag);
	if (!have || !memmem(have->p, have->n, tag, 34))
		return;
	resp->status = 304;
	resp->content_type = NULL;
	buf_reset(&resp->body);
}

static enum rc frame_run(struct api_call *call, struct err *e)
{
	struct idem_request ir = {0};
	enum rc rc;

	rc = frame_body(call, e);
	if (rc == RC_OK)
		rc = frame_key(call, &ir, e);
	if (rc == RC_OK)
		rc = ir.key.n ? frame_once(call, &ir, e)
			      : call->route->handle(call, e);
	if (rc == RC_OK && !buf_ok(&call->resp->body))
		rc = err_set(e, RC_TOO_LARGE, "answer-too-large",
		    "The answer is too large; ask for less.");
	if (store_in_tx(call->core->store)) {
		store_rollback(call->core->store);
		if (rc == RC_OK)
			rc = err_set(e, RC_BUG, "open-transaction",
			    "%s left a transaction open.", call->route->path);
	}
	return rc;
}

static void api_handle(void *ctx, struct http_request *req,
    struct http_response *resp)
{
	struct api_request *r = req->app_state;
	struct api *a = ctx;
	struct err e = {0};
	enum rc rc;

	r->call.resp = resp;
	if (!r->call.route->handle)
		rc = err_set(&e, RC_BUG, "no-handler", "Nothing handles %s.",
		    r->call.route->path);
	else
		rc = frame_run(&r->call, &e);
	if (rc != RC_OK) {
		e.rc = rc;
		frame_fail(a, resp, &e);
		return;
	}
	if (!resp->status)
		resp->status = resp->body.n ? 200 : 204;
	frame_etag(&r->call);
	frame_dress(a, &r->call, resp);
}

static void api_done(void *ctx, struct http_request *req,
    const struct http_response *resp)
{
	struct api_request *r = req->app_state;

	req->app_state = NULL;
	if (!r)
		return;
	json_decref(r->call.body);
	explicit_bzero(r, sizeof(*r));
	free(r);
}

static void api_fault(void *ctx, int status, const char *why,
    struct http_response *resp)
{
	const struct api *a = ctx;
	struct err e = {0};
	enum rc rc = RC_INVALID;

	if (status == 413)
		rc = RC_TOO_LARGE;
	else if (status == 429)
		rc = RC_LIMIT;
	else if (status >= 500)
		rc = RC_AGAIN;
	(void)err_set(&e, rc, status == 413 ? "body-too-large" : "bad-http",
	    "%s", why ? why : "The request could not be read.");
	buf_reset(&resp->headers);
	http_problem_write(resp, &e, status);
	challenge(resp);
	frame_dress(a, NULL, resp);
	resp->close = true;
}

enum rc api_new(struct api **out, struct core *core, struct err *e)
{
	struct api *a = calloc(1, sizeof(*a));

	*out = NULL;
	if (!a)
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	a->core = core;
	a->https = core->public_url &&
	    span_starts(span_str(core->public_url), SPAN_LIT("https://"));
	a->app.ctx = a;
	a->app.head = api_head;
	a->app.handle = api_handle;
	a->app.done = api_done;
	a->app.fault = api_fault;
	*out = a;
	return RC_OK;
}

const struct http_app *api_app(struct api *a)
{
	return &a->app;
}

void api_free(struct api *a)
{
	free(a);
}
