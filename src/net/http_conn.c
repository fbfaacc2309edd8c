/* A connection's life: handshake, head, body, answer, and again.
 * Must not run two requests at once, nor read while it answers. */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"
#include "net/http_conn.h"
#include "net/http_out.h"
#include "net/http_parse.h"
#include "net/http_tls.h"

#define ANSWER_MAX (32u << 20)
#define HEADERS_OUT_MAX (16 * 1024)
#define PIECE_MAX (256 * 1024)
#define OUT_HIGH (128 * 1024)
#define OUT_LOW (32 * 1024)
#define RATE_AFTER_MS 10000
#define LINGER_MS 2000
#define SOURCE_RETRY_MS 20
#define LIVE_INPUT_MAX 4096

enum phase { PH_HANDSHAKE, PH_IDLE, PH_HEAD, PH_BODY, PH_ANSWER, PH_LINGER };

struct http_conn {
	const struct http_conn_env *env;
	void *owner;
	struct bufferevent *bev;
	struct ssl_st *ssl; /* owned by bev */
	struct event *timer;
	struct http_parse *parse;
	enum phase phase;
	bool head_called; /* so app.done is due */
	bool keep;
	bool whole; /* the request was read to its end */
	bool waits; /* the source had nothing: the timer asks again */
	struct http_out out;
	struct http_request req;
	struct http_response resp;
	struct buf body, cert, piece;
	uint64_t requests, body_n, sent_n, sent_seen;
	int64_t body_ms, answer_ms, head_us;
	int64_t moved_ms; /* when the peer of a live answer last took some */
};

static void arm(struct http_conn *c, uint64_t ms)
{
	struct timeval tv = {(time_t)(ms / 1000),
	    (suseconds_t)(ms % 1000 * 1000)};

	(void)evtimer_add(c->timer, &tv);
}

/* Ends the request at hand, answered or broken. */
static void clear_request(struct http_conn *c)
{
	if (c->resp.source && c->resp.source->free)
		c->resp.source->free(c->resp.source_state);
	if (c->req.sink && c->req.sink->free)
		c->req.sink->free(c->req.sink_state);
	if (c->head_called && c->env->app.done)
		c->env->app.done(c->env->app.ctx, &c->req, &c->resp);
	c->head_called = false;
	buf_clear_secret(&c->resp.body);
	buf_clear_secret(&c->resp.headers);
	buf_clear_secret(&c->body);
	buf_clear_secret(&c->piece);
	memset(&c->resp, 0, sizeof(c->resp));
	buf_init(&c->resp.body, ANSWER_MAX);
	buf_init(&c->resp.headers, HEADERS_OUT_MAX);
	c->req.sink = NULL;
	c->req.sink_state = c->req.app_state = NULL;
	c->req.body = SPAN_NONE;
	c->whole = c->waits = false;
	c->out = (struct http_out){.minor = 1};
	c->body_n = 0;
	c->head_us = 0;
}

void http_conn_free(struct http_conn *c)
{
	if (!c)
		return;
	clear_request(c);
	if (c->timer)
		event_free(c->timer);
	if (c->bev)
		bufferevent_free(c->bev);
	http_tls_forget_errors();
	http_parse_free(c->parse);
	buf_clear(&c->cert);
	metric_add(METRIC_CONNECTIONS_OPEN, -1);
	c->env->closed(c->owner);
	free(c);
}

/* A close with unread bytes would be a reset, which can overtake the answer;
 * so the rest is read and thrown away for a moment (RFC 9112 9.6). */
static void finish_connection(struct http_conn *c)
{
	if (c->ssl)
		http_tls_shutdown(c->ssl);
	if (c->whole &&
	    evbuffer_get_length(bufferevent_get_input(c->bev)) == 0) {
		http_conn_free(c);
		return;
	}
	clear_request(c);
	(void)shutdown(bufferevent_getfd(c->bev), SHUT_WR);
	c->phase = PH_LINGER;
	arm(c, LINGER_MS);
	(void)bufferevent_enable(c->bev, EV_READ);
}

static void count_answer(struct http_conn *c)
{
	int class = c->resp.status / 100;

	if (class >= 1 && class <= 5)
		metric_add(METRIC_REQUESTS_1XX + (unsigned int)class - 1, 1);
	if (c->head_us > 0 && !c->resp.live_ms)
		metric_add(METRIC_REQUEST_US, clock_mono_us() - c->head_us);
	metric_add(METRIC_BYTES_IN, (int64_t)c->body_n);
}

/* Puts a piece of the source's into the output; false: cut off. */
static bool put_piece(struct http_conn *c)
{
	struct evbuffer *out = bufferevent_get_output(c->bev);
	bool chunked = c->out.chunked;

	if (!buf_ok(&c->piece))
		return false;
	if (c->piece.n == 0)
		return true;
	metric_add(METRIC_BYTES_OUT, (int64_t)c->piece.n);
	return (!chunked ||
		   evbuffer_add_printf(out, "%zx\r\n", c->piece.n) > 0) &&
	    evbuffer_add(out, c->piece.p, c->piece.n) == 0 &&
	    (!chunked || evbuffer_add(out, "\r\n", 2) == 0);
}

/* The last of it was given: what is in the output remains. */
static void end_source(struct http_conn *c)
{
	if (c->out.chunked)
		(void)evbuffer_add(bufferevent_get_output(c->bev), "0\r\n\r\n",
		    5);
	if (c->resp.source->free)
		c->resp.source->free(c->resp.source_state);
	c->resp.source = NULL;
	c->waits = false;
	bufferevent_setwatermark(c->bev, EV_WRITE, 0, 0);
}

/* With a reset, so that the kernel does not keep what nobody takes. */
static void abort_connection(struct http_conn *c)
{
	struct linger now = {1, 0};

	(void)setsockopt(bufferevent_getfd(c->bev), SOL_SOCKET, SO_LINGER, &now,
	    sizeof(now));
	http_conn_free(c);
}

/* The source has nothing yet.  The time it takes is not the peer's, who is
 * too slow only when it leaves what there is.  False: c is gone. */
static bool wait_for_source(struct http_conn *c)
{
	size_t left = evbuffer_get_length(bufferevent_get_output(c->bev));
	int64_t now = clock_mono_ms();

	if (left == 0 || c->sent_n != c->sent_seen || c->moved_ms == 0)
		c->moved_ms = now;
	c->sent_seen = c->sent_n;
	if (left == 0) {
		c->answer_ms = now;
		c->sent_n = c->sent_seen = 0;
	}
	if ((uint64_t)(now - c->moved_ms) > c->env->limits.write_ms) {
		metric_add(METRIC_TIMEOUTS, 1);
		abort_connection(c);
		return false;
	}
	c->waits = true;
	arm(c, c->resp.live_ms ? c->resp.live_ms : SOURCE_RETRY_MS);
	return true;
}

/* Asks the source for more while the output is low.  False: c is gone. */
static bool pull(struct http_conn *c)
{
	struct evbuffer *out = bufferevent_get_output(c->bev);

	c->waits = false;
	/* Its head came before the drain began. */
	if (c->resp.source && c->resp.live_ms && c->env->draining)
		end_source(c);
	while (c->resp.source && evbuffer_get_length(out) < OUT_HIGH) {
		struct err e = {.rc = RC_BUG};
		enum rc rc;

		buf_reset(&c->piece);
		rc = c->resp.source->read(c->resp.source_state, &c->piece, &e);
		if ((rc != RC_OK && rc != RC_NOT_FOUND) || !put_piece(c)) {
			if (rc != RC_OK && rc != RC_NOT_FOUND)
				log_err(LOG_WARN, "a streamed answer broke off",
				    &e);
			http_conn_free(c);
			return false;
		}
		if (rc == RC_OK && c->piece.n == 0)
			return wait_for_source(c);
		if (rc != RC_OK)
			end_source(c);
	}
	arm(c, c->env->limits.write_ms);
	return true;
}

/* Drops a half-made answer that cannot be sent. */
static void answer_500(struct http_conn *c)
{
	if (c->resp.source && c->resp.source->free)
		c->resp.source->free(c->resp.source_state);
	buf_clear_secret(&c->resp.body);
	buf_clear_secret(&c->resp.headers);
	memset(&c->resp, 0, sizeof(c->resp));
	buf_init(&c->resp.body, ANSWER_MAX);
	buf_init(&c->resp.headers, HEADERS_OUT_MAX);
	c->resp.status = 500;
	if (c->env->app.fault)
		c->env->app.fault(c->env->app.ctx, 500,
		    "The answer could not be made.", &c->resp);
}

/* Sends c->resp.  False: c is gone. */
static bool answer(struct http_conn *c)
{
	struct buf head;
	bool ok;

	if (!buf_ok(&c->resp.body) || !buf_ok(&c->resp.headers) ||
	    c->resp.status < 200 || c->resp.status > 599)
		answer_500(c);
	c->phase = PH_ANSWER;
	c->answer_ms = clock_mono_ms();
	c->sent_n = c->sent_seen = 0;
	c->moved_ms = 0;
	(void)bufferevent_disable(c->bev, EV_READ);
	c->requests++;
	c->out.keep = c->keep && c->whole && !c->resp.close &&
	    !c->env->draining && c->requests < c->env->limits.requests;
	buf_init(&head, HEADERS_OUT_MAX + 1024);
	http_out_head(&head, &c->resp, &c->out);
	ok = buf_ok(&head) && bufferevent_write(c->bev, head.p, head.n) == 0;
	buf_clear_secret(&head);
	if (c->out.no_body && c->resp.source) {
		if (c->resp.source->free)
			c->resp.source->free(c->resp.source_state);
		c->resp.source = NULL;
	}
	if (ok && !c->out.no_body && !c->resp.source && c->resp.body.n > 0) {
		metric_add(METRIC_BYTES_OUT, (int64_t)c->resp.body.n);
		ok = bufferevent_write(c->bev, c->resp.body.p,
			 c->resp.body.n) == 0;
	}
	buf_clear_secret(&c->resp.body);
	if (!ok) {
		http_conn_free(c);
		return false;
	}
	if (c->resp.source)
		bufferevent_setwatermark(c->bev, EV_WRITE, OUT_LOW, 0);
	/* Else it would not show that the peer of a live answer left. */
	if (c->resp.source && c->resp.live_ms) {
		bufferevent_setwatermark(c->bev, EV_READ, 0, LIVE_INPUT_MAX);
		(void)bufferevent_enable(c->bev, EV_READ);
	}
	buf_init(&c->piece, PIECE_MAX);
	return pull(c);
}

/* A fault of HTTP itself: the connection cannot be understood any further. */
static bool fault(struct http_conn *c, int status, const char *why)
{
	buf_reset(&c->resp.body);
	buf_reset(&c->resp.headers);
	c->resp.status = status;
	c->resp.content_type = NULL;
	if (c->env->app.fault)
		c->env->app.fault(c->env->app.ctx, status, why, &c->resp);
	c->resp.close = true;
	return answer(c);
}

static enum http_method method_of(struct span name)
{
	enum http_method m;

	for (m = HTTP_GET; m < HTTP_OTHER; m++)
		if (span_eq_str(name, http_method_name(m)))
			return m;
	return HTTP_OTHER;
}

static void fill_request(struct http_conn *c, const struct http_parse_head *h)
{
	size_t i;

	c->req.method = method_of(h->method);
	c->req.path = h->path;
	c->req.query = h->query;
	for (i = 0; i < h->fields_n && i < HTTP_HEADERS_MAX; i++) {
		c->req.headers[i].name = h->fields[i].name;
		c->req.headers[i].value = h->fields[i].value;
	}
	c->req.headers_n = i;
	c->req.has_length = h->has_length;
	c->req.length = h->length;
	c->req.body_max = HTTP_BODY_DEFAULT;
	c->keep = h->keep_alive;
	c->out.head_only = c->req.method == HTTP_HEAD;
	c->out.minor = h->minor;
}

/* The head is there.  False: c is gone. */
static bool on_head(struct http_conn *c)
{
	const struct http_parse_head *h = http_parse_get_head(c->parse);
	bool has_body = h->chunked || h->length > 0;

	fill_request(c, h);
	c->head_us = clock_mono_us();
	c->head_called = true;
	if (!c->env->app.head(c->env->app.ctx, &c->req, &c->resp)) {
		c->whole = !has_body;
		return answer(c);
	}
	if (h->length > c->req.body_max || (h->chunked && !c->req.body_max))
		return fault(c, 413, "The body is larger than allowed here.");
	c->phase = PH_BODY;
	c->body_ms = clock_mono_ms();
	buf_init(&c->body, c->req.body_max);
	if (!has_body)
		return true;
	if (h->expect_continue)
		(void)bufferevent_write(c->bev, "HTTP/1.1 100 Continue\r\n\r\n",
		    25);
	arm(c, c->env->limits.body_idle_ms);
	return true;
}

/* A piece of body.  False: c is gone. */
static bool on_body(struct http_conn *c, struct span piece)
{
	int64_t ms = clock_mono_ms() - c->body_ms;

	c->body_n += piece.n;
	if (c->body_n > c->req.body_max)
		return fault(c, 413, "The body is larger than allowed here.");
	if (ms > RATE_AFTER_MS &&
	    c->body_n * 1000 / (uint64_t)ms < c->env->limits.body_min_rate) {
		metric_add(METRIC_TIMEOUTS, 1);
		return fault(c, 408, "The body came too slowly.");
	}
	arm(c, c->env->limits.body_idle_ms);
	if (c->req.sink)
		return c->req.sink->write(c->req.sink_state, piece, &c->resp) ||
		    answer(c);
	buf_add_span(&c->body, piece);
	return buf_ok(&c->body) ||
	    fault(c, 500, "There is not enough memory for the body.");
}

static bool on_end(struct http_conn *c)
{
	c->whole = true;
	if (c->req.sink) {
		c->req.sink->end(c->req.sink_state, &c->resp);
	} else {
		c->req.body = buf_span(&c->body);
		c->env->app.handle(c->env->app.ctx, &c->req, &c->resp);
	}
	return answer(c);
}

/* One event of the parser's.  False: c is gone. */
static bool on_parsed(struct http_conn *c, enum http_parse_event ev,
    struct span body)
{
	const char *why;
	int status;

	switch (ev) {
	case HTTP_PARSE_MORE:
		break;
	case HTTP_PARSE_HEAD:
		return on_head(c);
	case HTTP_PARSE_BODY:
		return on_body(c, body);
	case HTTP_PARSE_END:
		return on_end(c);
	case HTTP_PARSE_FAULT:
		status = http_parse_fault(c->parse, &why);
		return fault(c, status, why);
	}
	return true;
}

/* Parses what has come until the input is empty or an answer is under way. */
static void pump(struct http_conn *c)
{
	struct evbuffer *in = bufferevent_get_input(c->bev);

	while (
	    c->phase == PH_IDLE || c->phase == PH_HEAD || c->phase == PH_BODY) {
		size_t n = evbuffer_get_contiguous_space(in);
		struct span s =
		    span_of(n > 0 ? evbuffer_pullup(in, (int)n) : NULL, n);
		struct span body;
		enum http_parse_event ev;

		if (c->phase == PH_IDLE) {
			if (n == 0)
				return;
			c->phase = PH_HEAD;
			arm(c, c->env->limits.head_ms);
		}
		ev = http_parse_next(c->parse, &s, &body);
		if (!on_parsed(c, ev, body))
			return;
		(void)evbuffer_drain(in, n - s.n);
		if (ev == HTTP_PARSE_MORE && evbuffer_get_length(in) == 0)
			return;
	}
}

static void on_read(struct bufferevent *bev, void *arg)
{
	struct http_conn *c = arg;
	struct evbuffer *in = bufferevent_get_input(bev);

	if (c->phase == PH_LINGER)
		(void)evbuffer_drain(in, evbuffer_get_length(in));
	else
		pump(c);
}

static void on_write(struct bufferevent *bev, void *arg)
{
	struct http_conn *c = arg;

	if (c->phase != PH_ANSWER)
		return;
	if (c->resp.source && (c->waits || !pull(c)))
		return;
	if (c->resp.source ||
	    evbuffer_get_length(bufferevent_get_output(bev)) > 0)
		return;
	count_answer(c);
	if (!c->out.keep || c->env->draining) {
		finish_connection(c);
		return;
	}
	clear_request(c);
	bufferevent_setwatermark(bev, EV_READ, 0, 0);
	http_parse_reset(c->parse);
	c->phase = PH_IDLE;
	arm(c, c->env->limits.keep_alive_ms);
	(void)bufferevent_enable(bev, EV_READ);
	pump(c);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	struct http_conn *c = arg;

	if (what & BEV_EVENT_CONNECTED) {
		c->phase = PH_IDLE;
		c->req.server_name = http_tls_server_name(c->ssl);
		http_tls_client_cert(c->ssl, &c->cert);
		c->req.client_cert =
		    buf_ok(&c->cert) ? buf_span(&c->cert) : SPAN_NONE;
		return;
	}
	if (c->phase == PH_HANDSHAKE)
		metric_add(METRIC_TLS_FAILURES, 1);
	/* A peer that has finished sending may still wait for its answer. */
	if (c->phase == PH_ANSWER && (what & BEV_EVENT_EOF) &&
	    (what & BEV_EVENT_READING) && !c->resp.live_ms)
		return;
	http_conn_free(c);
}

static void on_answer_late(struct http_conn *c)
{
	const struct http_limits *l = &c->env->limits;
	uint64_t ms = (uint64_t)(clock_mono_ms() - c->answer_ms);

	if (c->waits) {
		if (pull(c) && !c->resp.source)
			on_write(c->bev, c);
		return;
	}
	if (c->sent_n == c->sent_seen ||
	    (ms > RATE_AFTER_MS && c->sent_n * 1000 / ms < l->body_min_rate)) {
		metric_add(METRIC_TIMEOUTS, 1);
		abort_connection(c);
		return;
	}
	c->sent_seen = c->sent_n;
	arm(c, l->write_ms);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct http_conn *c = arg;

	switch (c->phase) {
	case PH_HEAD:
		metric_add(METRIC_TIMEOUTS, 1);
		(void)fault(c, 408, "The head came too slowly.");
		return;
	case PH_BODY:
		metric_add(METRIC_TIMEOUTS, 1);
		(void)fault(c, 408, "The body came too slowly.");
		return;
	case PH_ANSWER:
		on_answer_late(c);
		return;
	case PH_HANDSHAKE:
		metric_add(METRIC_TIMEOUTS, 1);
		break;
	case PH_IDLE:
		if (c->ssl)
			http_tls_shutdown(c->ssl);
		break;
	case PH_LINGER:
		break;
	}
	http_conn_free(c);
}

static void on_drained(struct evbuffer *out,
    const struct evbuffer_cb_info *info, void *arg)
{
	struct http_conn *c = arg;

	c->sent_n += info->n_deleted;
}

static struct bufferevent *new_bev(struct event_base *base, int fd,
    struct ssl_st *ssl)
{
	int opts = BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS;
	struct bufferevent *bev;

	if (!ssl)
		return bufferevent_socket_new(base, fd, opts);
	bev = bufferevent_openssl_socket_new(base, fd, ssl,
	    BUFFEREVENT_SSL_ACCEPTING, opts);
	if (bev)
		bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
	return bev;
}

enum rc http_conn_new(struct http_conn **out, const struct http_conn_env *env,
    int fd, struct ssl_st *ssl, const char *peer, void *owner)
{
	struct http_conn *c = calloc(1, sizeof(*c));

	*out = NULL;
	if (c)
		c->bev = new_bev(env->base, fd, ssl);
	if (!c || !c->bev) {
		free(c);
		return RC_ENV; /* libevent has freed ssl, but not fd */
	}
	c->env = env;
	c->owner = owner;
	c->ssl = ssl;
	metric_add(METRIC_CONNECTIONS_OPEN, 1);
	(void)snprintf(c->req.peer, sizeof(c->req.peer), "%s", peer);
	c->req.tls = ssl != NULL;
	buf_init(&c->cert, 64 * 1024);
	clear_request(c);
	c->parse = http_parse_new();
	c->timer = evtimer_new(env->base, on_timer, c);
	c->phase = ssl ? PH_HANDSHAKE : PH_IDLE;
	if (!c->parse || !c->timer ||
	    !evbuffer_add_cb(bufferevent_get_output(c->bev), on_drained, c)) {
		c->owner = NULL;
		http_conn_free(c);
		return RC_OK;
	}
	bufferevent_setcb(c->bev, on_read, on_write, on_event, c);
	(void)bufferevent_set_max_single_read(c->bev, 32 * 1024);
	/* The handshake shares the time of the first head. */
	arm(c, env->limits.head_ms);
	(void)bufferevent_enable(c->bev, EV_READ | EV_WRITE);
	*out = c;
	return RC_OK;
}

void http_conn_drain(struct http_conn *c)
{
	if (c->phase == PH_HANDSHAKE || c->phase == PH_IDLE) {
		http_conn_free(c);
	} else if (c->phase == PH_ANSWER && c->resp.source && c->resp.live_ms) {
		end_source(c);
		c->out.keep = false;
		c->sent_seen = c->sent_n;
		arm(c, LINGER_MS);
	}
}
