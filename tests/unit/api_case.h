/* Drives the API's application functions directly, as the HTTP server would,
 * with one request and its answer.
 * Must not open a socket. */
#ifndef BIRTHMARK_TESTS_API_CASE_H
#define BIRTHMARK_TESTS_API_CASE_H

#include <string.h>
#include <strings.h>

#include "api/api.h"

struct api_case_request {
	enum http_method method;
	const char *path;	  /* with its query */
	const char *token;	  /* bearer, or NULL */
	const char *body;	  /* or NULL */
	size_t body_n;		  /* 0: strlen */
	const char *type;	  /* Content-Type, or NULL: none is sent */
	const char *name, *value; /* a further header, or NULL */
	const char *peer;	  /* or NULL */
};

struct api_case_answer {
	int status;
	char type[64];
	struct buf body, headers;
};

static inline void api_case_init(struct api_case_answer *a)
{
	memset(a, 0, sizeof(*a));
	buf_init(&a->body, 16 << 20);
	buf_init(&a->headers, 64 << 10);
}

static inline void api_case_clear(struct api_case_answer *a)
{
	buf_clear(&a->body);
	buf_clear(&a->headers);
}

static inline void api_case_header(struct http_request *req, const char *name,
    const char *value)
{
	if (!value || req->headers_n == HTTP_HEADERS_MAX)
		return;
	req->headers[req->headers_n].name = span_str(name);
	req->headers[req->headers_n].value = span_str(value);
	req->headers_n++;
}

/* Reads what the handler streams; false when it broke off. */
static inline bool api_case_drain(struct http_response *resp)
{
	struct err e = {0};
	enum rc rc = RC_OK;

	while (resp->source && rc == RC_OK)
		rc = resp->source->read(resp->source_state, &resp->body, &e);
	if (resp->source && resp->source->free)
		resp->source->free(resp->source_state);
	return rc == RC_OK || rc == RC_NOT_FOUND;
}

static inline void api_case_body(const struct http_app *app,
    struct http_request *req, struct http_response *resp, struct span body)
{
	if (body.n > req->body_max) {
		app->fault(app->ctx, 413, "The body is too large.", resp);
	} else if (!req->sink) {
		req->body = body;
		app->handle(app->ctx, req, resp);
	} else if (req->sink->write(req->sink_state, body, resp)) {
		req->sink->end(req->sink_state, resp);
	}
	if (req->sink)
		req->sink->free(req->sink_state);
	req->sink = NULL;
}

/* One whole exchange; false when a streamed answer broke off. */
static inline bool api_case_run(const struct http_app *app,
    struct http_request *req, struct span body, struct api_case_answer *out)
{
	struct http_response resp = {0};
	bool whole;

	buf_init(&resp.body, 16 << 20);
	buf_init(&resp.headers, 64 << 10);
	if (app->head(app->ctx, req, &resp))
		api_case_body(app, req, &resp, body);
	whole = api_case_drain(&resp);
	out->status = resp.status;
	(void)span_copy_str(span_str(resp.content_type), out->type,
	    sizeof(out->type));
	buf_reset(&out->body);
	buf_reset(&out->headers);
	buf_add_span(&out->body, buf_span(&resp.body));
	buf_add_span(&out->headers, buf_span(&resp.headers));
	app->done(app->ctx, req, &resp);
	buf_clear(&resp.body);
	buf_clear(&resp.headers);
	return whole;
}

static inline int api_case_do(const struct http_app *app,
    const struct api_case_request *r, struct api_case_answer *out)
{
	static struct http_request req; /* large */
	struct span path = span_str(r->path), body = span_str(r->body);
	char bearer[200];

	memset(&req, 0, sizeof(req));
	req.method = r->method;
	req.tls = true;
	if (!span_cut(&path, '?', &req.path))
		path = SPAN_NONE;
	req.query = path;
	if (r->body_n)
		body = span_of(r->body, r->body_n);
	req.has_length = body.n > 0;
	req.length = body.n;
	(void)span_copy_str(span_str(r->peer ? r->peer : "192.0.2.1"), req.peer,
	    sizeof(req.peer));
	(void)snprintf(bearer, sizeof(bearer), "Bearer %s",
	    r->token ? r->token : "");
	api_case_header(&req, "Authorization", r->token ? bearer : NULL);
	api_case_header(&req, "Content-Type", r->type);
	api_case_header(&req, r->name, r->value);
	(void)api_case_run(app, &req, body, out);
	return out->status;
}

#endif
