/* Passes OCSP requests to the responder, and its answers back with what caches
 * between need to know.  Must not look into either. */
#include "enrol/ocsp_http.h"

#include <string.h>

#include "base/enc.h"
#include "base/log.h"
#include "core/responder.h"
#include "enrol/cache_http.h"

_Static_assert(RESPONDER_NOTE >= CACHE_HTTP_LINES, "header fields are a note");

static void put_answer(struct http_response *resp, struct span der)
{
	resp->status = 200;
	resp->content_type = "application/ocsp-response";
	buf_add_span(&resp->body, der);
}

/* RFC 6960 2.3: faults of ours are told in OCSP, too. */
static void put_refusal(struct http_response *resp, enum ocsp_status status)
{
	buf_reset(&resp->body);
	ocsp_refusal(status, &resp->body);
	put_answer(resp, SPAN_NONE);
}

static void reply(struct enrol_call *call, struct span request,
    struct responder_answer *out)
{
	struct err e = {.rc = RC_BUG};
	struct responder *r;
	enum rc rc = enrol_responder(call->enrol, &r, &e);

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK)
		rc = responder_reply(r, request, call->now_s, out, &e);
	if (rc == RC_OK) {
		put_answer(call->resp, out->der);
		return;
	}
	log_err(LOG_ERROR, "an OCSP request was not answered", &e);
	out->shared = false;
	put_refusal(call->resp, OCSP_INTERNAL);
}

enum rc ocsp_http_post(struct enrol_call *call, struct err *e)
{
	struct responder_answer a;

	reply(call, call->req->body, &a);
	return RC_OK;
}

/* Some clients put another slash between the address and the request. */
static bool decode(struct span rest, struct buf *text, struct buf *der)
{
	while (rest.n > 0 && rest.p[0] == '/')
		rest = span_sub(rest, 1, rest.n - 1);
	return enc_unpercent(text, rest) &&
	    enc_unbase64(der, buf_span(text), false);
}

static void put_caching(struct enrol_call *call,
    const struct responder_answer *a)
{
	struct cache_http c = {.modified = a->this_update,
	    .expires = a->next_update};

	memcpy(c.tag, a->tag.p, sizeof(c.tag));
	if (!a->note[0])
		cache_http_lines(&c, a->note);
	buf_add_str(&call->resp->headers, a->note);
	cache_http_control(&c, call->now_s, call->resp);
	if (cache_http_has(&c, call->req))
		call->resp->status = 304;
}

enum rc ocsp_http_get(struct enrol_call *call, struct err *e)
{
	struct responder_answer a;
	struct buf text, der;

	buf_init(&text, 2 * OCSP_REQUEST_MAX);
	buf_init(&der, 2 * OCSP_REQUEST_MAX);
	if (decode(call->param[0], &text, &der)) {
		reply(call, buf_span(&der), &a);
		if (a.shared)
			put_caching(call, &a);
	} else {
		put_refusal(call->resp, OCSP_MALFORMED);
	}
	buf_clear(&text);
	buf_clear(&der);
	return RC_OK;
}
