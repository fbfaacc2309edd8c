/* Streams what changes as server-sent events (HTML standard, 9.2).
 * Must not outlive the right to see it: who reads is authorised again and
 * again, in the one place that authorises. */
#include "api/api_event.h"

#include <stdlib.h>
#include <string.h>

#include "api/api_auth.h"
#include "api/api_batch.h"
#include "api/api_job.h"
#include "api/api_upload.h"
#include "base/clock.h"
#include "core/live.h"

#define EVENT_MAX 16384
#define MARKER_MS 100
#define RETRY_S 5
#define AUTH_LATEST_MS 10000 /* as sessions and tokens end by time, too */

struct stream {
	struct stream *next, **prevp;
	const struct api_call *call; /* lives longer than its source */
	char user[RAND_ID_SIZE];
	struct live *live;
	struct buf text;
	struct buf *out; /* during a look */
	bool begun, more;
	uint64_t looked, authed; /* the marker at the last of each */
	int64_t look_ms, auth_ms, spoke_ms, end_ms;
};

/* Of this worker, which has one thread. */
static struct stream *streams;
static size_t streams_n;

static enum rc may_open(const struct api_call *call, struct err *e)
{
	const struct stream *t;
	size_t own = 0;

	for (t = streams; t; t = t->next)
		own += strcmp(t->user, call->actor.id) == 0;
	if (own < API_EVENT_USER_MAX && streams_n < API_EVENT_MAX)
		return RC_OK;
	(void)err_set(e, RC_LIMIT, "too-many-streams",
	    "Too many streams of events are open; close one, or ask again "
	    "later.");
	if (e)
		e->retry_after_s = RETRY_S;
	return RC_LIMIT;
}

static void stream_free(void *state)
{
	struct stream *t = state;

	if (t->prevp) {
		*t->prevp = t->next;
		if (t->next)
			t->next->prevp = t->prevp;
		streams_n--;
	}
	live_free(t->live);
	buf_clear(&t->text);
	free(t);
}

/* One event; a line of it cannot hold a line's end. */
static void put_event(struct stream *t, const char *name)
{
	struct span s = buf_span(&t->text);
	size_t i;

	buf_addf(t->out, "event: %s\ndata: ", name);
	for (i = 0; i < s.n; i++)
		buf_add_u8(t->out,
		    s.p[i] == '\n' || s.p[i] == '\r' ? ' ' : s.p[i]);
	buf_add_str(t->out, "\n\n");
	if (!buf_ok(&t->text))
		t->out->bad = true;
}

static void tell_job(void *arg, const struct store_job *j)
{
	struct stream *t = arg;
	struct json w;

	buf_reset(&t->text);
	json_init(&w, &t->text);
	api_job_write(&w, t->call->core, j);
	put_event(t, "job");
}

static void tell_batch(void *arg, const struct batch_row *r)
{
	struct stream *t = arg;
	struct json w;

	buf_reset(&t->text);
	json_init(&w, &t->text);
	json_obj(&w);
	api_batch_write(&w, r, t->call->actor.role);
	json_end(&w);
	put_event(t, "batch");
}

static void tell_upload(void *arg, const struct store_upload *u)
{
	struct stream *t = arg;
	struct json w;

	buf_reset(&t->text);
	json_init(&w, &t->text);
	api_upload_write(&w, u);
	put_event(t, "upload");
}

/* What all streams of the worker ask for is asked for once. */
static enum rc read_marker(struct core *c, int64_t now, uint64_t *out,
    struct err *e)
{
	static const struct core *of;
	static uint64_t marker;
	static int64_t at_ms;
	enum rc rc = RC_OK;

	if (of != c || now - at_ms >= MARKER_MS) {
		rc = live_marker(c, &marker, e);
		at_ms = now;
		of = rc == RC_OK ? c : NULL;
	}
	*out = marker;
	return rc;
}

/* RC_NOT_FOUND: the reader may not read any more. */
static enum rc authorise(struct stream *t, int64_t now, struct err *e)
{
	struct api_call again = *t->call;
	struct err why = {0};
	enum rc rc;

	memset(&again.actor, 0, sizeof(again.actor));
	memcpy(again.actor.from, t->call->actor.from, sizeof(again.actor.from));
	again.actor.now_s = clock_now_s();
	again.actor.watches = true;
	rc = api_auth(&again, &why);
	if (rc == RC_UNAUTHENTICATED || rc == RC_DENIED)
		return RC_NOT_FOUND;
	if (rc != RC_OK && rc != RC_NOT_FOUND && e)
		*e = why;
	t->auth_ms = now;
	return rc;
}

static enum rc look(struct stream *t, struct buf *out, struct err *e)
{
	const struct live_ear ear = {tell_job, tell_batch, tell_upload, t};
	size_t before = out->n;
	enum rc rc;

	t->out = out;
	do {
		rc = live_look(t->live, &ear, &t->more, e);
	} while (rc == RC_OK && t->more && out->n == before);
	t->out = NULL;
	return rc;
}

/* Looks when there is something to see; nothing else than the marker is read
 * while nothing changes. */
static enum rc step(struct stream *t, int64_t now, struct buf *out,
    struct err *e)
{
	const int64_t age = now - t->auth_ms;
	uint64_t marker;
	enum rc rc;

	/* A little early rather than one round late. */
	if (!t->more && now < t->look_ms)
		return RC_OK;
	t->look_ms = now + API_EVENT_LOOK_MS - 20;
	rc = read_marker(t->call->core, now, &marker, e);
	if (rc == RC_OK &&
	    (age >= AUTH_LATEST_MS ||
		(age >= API_EVENT_AUTH_MS && marker != t->authed))) {
		t->authed = marker;
		rc = authorise(t, now, e);
	}
	if (rc != RC_OK || (!t->more && marker == t->looked))
		return rc;
	t->looked = marker;
	return look(t, out, e);
}

static enum rc stream_read(void *state, struct buf *out, struct err *e)
{
	struct stream *t = state;
	const int64_t now = clock_mono_ms();
	enum rc rc;

	if (now >= t->end_ms)
		return RC_NOT_FOUND;
	if (!t->begun)
		buf_add_str(out, "retry: 1000\n\n");
	t->begun = true;
	rc = step(t, now, out, e);
	if (rc != RC_OK)
		return rc;
	if (out->n == 0 && now - t->spoke_ms >= API_EVENT_ALIVE_MS)
		buf_add_str(out, ": keep-alive\n\n");
	if (out->n > 0)
		t->spoke_ms = now;
	return RC_OK;
}

static const struct http_source source = {stream_read, stream_free};

static enum rc stream_new(struct stream **out, const struct api_call *call,
    const char *bid, struct err *e)
{
	const int64_t now = clock_mono_ms();
	struct stream *t = calloc(1, sizeof(*t));
	enum rc rc;

	*out = t;
	if (!t)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	buf_init(&t->text, EVENT_MAX);
	t->call = call;
	memcpy(t->user, call->actor.id, sizeof(t->user));
	t->more = true;
	t->auth_ms = t->spoke_ms = now;
	t->end_ms = now + API_EVENT_END_MS;
	/* Before the start, so that nothing falls between. */
	rc = live_marker(call->core, &t->looked, e);
	t->authed = t->looked;
	if (rc == RC_OK)
		rc = live_new(&t->live, call->core, &call->actor, bid, e);
	return rc;
}

static enum rc stream_open(struct api_call *call, const char *bid,
    struct err *e)
{
	struct stream *t;
	enum rc rc = may_open(call, e);

	if (rc != RC_OK)
		return rc;
	rc = stream_new(&t, call, bid, e);
	if (rc != RC_OK) {
		if (t)
			stream_free(t);
		return rc;
	}
	t->next = streams;
	t->prevp = &streams;
	if (t->next)
		t->next->prevp = &t->next;
	streams = t;
	streams_n++;
	call->resp->status = 200;
	call->resp->content_type = "text/event-stream";
	/* nginx would keep events back to send them together. */
	http_add_header(call->resp, "X-Accel-Buffering", "no");
	call->resp->live_ms = API_EVENT_LOOK_MS;
	call->resp->source = &source;
	call->resp->source_state = t;
	return RC_OK;
}

enum rc api_event_account(struct api_call *call, struct err *e)
{
	char bid[STORE_JOB_BID_SIZE] = "";

	(void)http_query(call->req, "batch", bid, sizeof(bid));
	return stream_open(call, bid, e);
}

enum rc api_event_vendor(struct api_call *call, struct err *e)
{
	return stream_open(call, NULL, e);
}
