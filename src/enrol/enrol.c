/* Finds who asks for what on the device port and the status port, and lets the
 * handler answer.  Must not let anybody but the route's own in. */
#include "enrol/enrol.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "core/responder.h"
#include "enrol/cmp_wait.h"
#include "enrol/enrol_match.h"
#include "enrol/enrol_ra.h"
#include "enrol/enrol_rate.h"
#include "net/http_problem.h"

struct enrol_side {
	struct enrol *enrol;
	enum enrol_port port;
};

struct enrol {
	struct core *core;
	struct sighting_set seen;
	struct enrol_side sides[2]; /* device, status */
	struct responder *responder;
	struct enrol_ra *ra;
	struct enrol_rate rate;
	struct cmp_wait waits;
};

/* From the head of a request to its end. */
struct enrol_request {
	const struct enrol_route *route;
	struct enrol_call call;
};

static void dress(struct http_response *resp)
{
	static const char name[] = "Cache-Control:";

	buf_add_str(&resp->headers, "X-Content-Type-Options: nosniff\r\n");
	if (!memmem(resp->headers.p, resp->headers.n, name, sizeof(name) - 1))
		buf_add_str(&resp->headers, "Cache-Control: no-store\r\n");
}

/* RFC 7030 4.2.3: a fault of EST is a line of text for people. */
static bool wants_text(struct span path)
{
	return span_starts(path, SPAN_LIT("/.well-known/est/"));
}

static void refuse(const struct http_request *req, struct http_response *resp,
    const struct err *e)
{
	if (e->rc == RC_BUG || e->rc == RC_ENV)
		log_err(LOG_ERROR, "a device's request failed", e);
	buf_reset(&resp->headers);
	http_problem(resp, e);
	if (wants_text(req->path) && err_class(e->rc)->http_status < 500) {
		resp->content_type = "text/plain; charset=utf-8";
		buf_reset(&resp->body);
		buf_addf(&resp->body, "%s\n", e->text);
	}
	dress(resp);
}

static enum rc need_certificate(const struct http_request *req,
    const struct enrol_route *r, struct err *e)
{
	if (r->auth == ENROL_ANYBODY || req->client_cert.n > 0)
		return RC_OK;
	return err_set(e, RC_UNAUTHENTICATED, "certificate-needed",
	    "Connect with the device's certificate.");
}

static bool on_head(void *ctx, struct http_request *req,
    struct http_response *resp)
{
	struct enrol_side *side = ctx;
	struct enrol_request *r;
	struct err e = {.rc = RC_BUG};
	enum rc rc;

	req->body_max = 0;
	r = calloc(1, sizeof(*r));
	if (!r) {
		(void)err_set(&e, RC_ENV, "no-memory", "Not enough memory.");
		refuse(req, resp, &e);
		return false;
	}
	req->app_state = r;
	enrolment_who_init(&r->call.who);
	rc = enrol_match(req, side->port, &r->route, r->call.param, &e);
	if (rc == RC_OK)
		rc = need_certificate(req, r->route, &e);
	if (rc != RC_OK) {
		refuse(req, resp, &e);
		if (resp->status == 405)
			enrol_match_allow(req, side->port, resp);
		return false;
	}
	req->body_max = r->route->body_max;
	return true;
}

static enum rc identify(struct enrol_call *call, enum enrol_auth auth,
    struct err *e)
{
	enum rc rc;

	if (auth == ENROL_ANYBODY)
		return RC_OK;
	rc = enrolment_identify(call->core, call->req->client_cert, call->now_s,
	    &call->who, e);
	if (rc != RC_OK)
		return rc;
	if (call->who.device.account_id[0] &&
	    sighting_note(&call->enrol->seen, call->who.device.seq,
		call->now_s))
		sighting_flush(call->core, &call->enrol->seen, call->now_s);
	if (auth == ENROL_BIRTH && !call->who.by_birth)
		return err_set(e, RC_DENIED, "birth-certificate-needed",
		    "This is asked with the chip's birth certificate.");
	if (auth == ENROL_OPERATIONAL && call->who.by_birth)
		return err_set(e, RC_DENIED, "operational-certificate-needed",
		    "This is asked with the certificate of the device's "
		    "owner.");
	return RC_OK;
}

static void on_handle(void *ctx, struct http_request *req,
    struct http_response *resp)
{
	struct enrol_side *side = ctx;
	struct enrol_request *r = req->app_state;
	struct enrol_call *call = &r->call;
	struct err e = {.rc = RC_BUG};
	enum rc rc;

	call->enrol = side->enrol;
	call->core = side->enrol->core;
	call->req = req;
	call->resp = resp;
	call->now_s = clock_now_s();
	rc = identify(call, r->route->auth, &e);
	if (rc == RC_OK)
		rc = r->route->handle(call, &e);
	if (rc == RC_OK)
		dress(resp);
	else
		refuse(req, resp, &e);
}

static void on_done(void *ctx, struct http_request *req,
    const struct http_response *resp)
{
	struct enrol_request *r = req->app_state;

	if (!r)
		return;
	enrolment_who_clear(&r->call.who);
	free(r);
	req->app_state = NULL;
}

static void on_fault(void *ctx, int status, const char *why,
    struct http_response *resp)
{
	struct err e;

	(void)err_set(&e, RC_INVALID, "bad-request", "%s", why);
	http_problem_write(resp, &e, status);
	dress(resp);
}

enum rc enrol_new(struct enrol **out, struct core *core, struct err *e)
{
	struct enrol *n = calloc(1, sizeof(*n));

	*out = n;
	if (!n)
		return err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	n->core = core;
	n->sides[0] = (struct enrol_side){n, ENROL_DEVICE};
	n->sides[1] = (struct enrol_side){n, ENROL_STATUS};
	return RC_OK;
}

void enrol_free(struct enrol *n)
{
	if (!n)
		return;
	responder_free(n->responder);
	enrol_ra_free(n->ra);
	cmp_wait_clear(&n->waits);
	free(n);
}

enum rc enrol_responder(struct enrol *n, struct responder **out, struct err *e)
{
	enum rc rc = RC_OK;

	if (!n->responder)
		rc = responder_new(&n->responder, n->core, e);
	*out = n->responder;
	return rc;
}

enum rc enrol_registrar(struct enrol *n, struct enrol_ra **out, struct err *e)
{
	enum rc rc = RC_OK;

	if (!n->ra)
		rc = enrol_ra_new(&n->ra, n->core, e);
	*out = n->ra;
	return rc;
}

struct http_app enrol_app(struct enrol *n, enum enrol_port port)
{
	return (struct http_app){.ctx = &n->sides[port == ENROL_DEVICE ? 0 : 1],
	    .head = on_head,
	    .handle = on_handle,
	    .done = on_done,
	    .fault = on_fault};
}

struct sighting_set *enrol_seen(struct enrol *n)
{
	return &n->seen;
}

struct enrol_rate *enrol_rates(struct enrol *n)
{
	return &n->rate;
}

struct cmp_wait *enrol_waits(struct enrol *n)
{
	return &n->waits;
}
