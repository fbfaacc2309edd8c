/* The HTTP server against raw bytes: hostile requests, limits, deadlines and
 * streams.  Must not use anything but loopback. */
#include <arpa/inet.h>
#include <event2/event.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/http.h"
#include "net/listen.h"
#include "tests/unit/check.h"

#define STREAM_N 3000000u

static struct {
	struct event_base *base;
	struct http_server *server;
	struct event *quit;
	pthread_t thread;
	int pipe[2];
	uint16_t port;
	int heads, dones; /* of the server's thread; read when it has ended */
} t;

/* The sink of PUT /count counts; the source of GET /stream gives x. */
struct count {
	uint64_t n;
};

static bool count_write(void *state, struct span s, struct http_response *r)
{
	struct count *c = state;

	c->n += s.n;
	if (memchr(s.p, '!', s.n)) {
		r->status = 422;
		return false;
	}
	return true;
}

static void count_end(void *state, struct http_response *r)
{
	struct count *c = state;

	r->status = 200;
	r->content_type = "text/plain";
	buf_addf(&r->body, "%llu", (unsigned long long)c->n);
}

static const struct http_sink count_sink = {count_write, count_end, free};

static enum rc stream_read(void *state, struct buf *out, struct err *e)
{
	struct count *c = state;
	size_t n = STREAM_N - c->n < 60000 ? (size_t)(STREAM_N - c->n) : 60000;
	uint8_t *p = buf_room(out, n);

	if (!p)
		return RC_ENV;
	memset(p, 'x', n);
	buf_grown(out, n);
	c->n += n;
	return c->n == STREAM_N ? RC_NOT_FOUND : RC_OK;
}

static enum rc broken_read(void *state, struct buf *out, struct err *e)
{
	struct count *c = state;

	buf_add_str(out, "part");
	return c->n++ < 2
	    ? RC_OK
	    : err_set(e, RC_ENV, "test", "This is meant to break.");
}

/* One piece, then nothing for ever: an answer that lasts. */
static enum rc live_read(void *state, struct buf *out, struct err *e)
{
	struct count *c = state;

	if (c->n++ == 0)
		buf_add_str(out, "tick");
	return RC_OK;
}

static enum rc flood_read(void *state, struct buf *out, struct err *e)
{
	uint8_t *p = buf_room(out, 60000);

	if (!p)
		return RC_ENV;
	memset(p, 'x', 60000);
	buf_grown(out, 60000);
	return RC_OK;
}

static const struct http_source live_source = {live_read, free};
static const struct http_source flood_source = {flood_read, free};
static const struct http_source stream_source = {stream_read, free};
static const struct http_source broken_source = {broken_read, free};

static bool app_head(void *ctx, struct http_request *req,
    struct http_response *resp)
{
	t.heads++;
	if (span_eq_str(req->path, "/refuse")) {
		resp->status = 401;
		return false;
	}
	req->body_max = 1000;
	if (span_eq_str(req->path, "/count")) {
		req->body_max = 8 << 20;
		req->sink = &count_sink;
		req->sink_state = calloc(1, sizeof(struct count));
	}
	return true;
}

static void app_handle(void *ctx, struct http_request *req,
    struct http_response *resp)
{
	char q[16];

	resp->status = 200;
	resp->content_type = "text/plain";
	if (span_eq_str(req->path, "/stream")) {
		resp->source = &stream_source;
		resp->source_state = calloc(1, sizeof(struct count));
	} else if (span_eq_str(req->path, "/broken")) {
		resp->source = &broken_source;
		resp->source_state = calloc(1, sizeof(struct count));
	} else if (span_eq_str(req->path, "/live") ||
	    span_eq_str(req->path, "/flood")) {
		resp->source = span_eq_str(req->path, "/live") ? &live_source
							       : &flood_source;
		resp->source_state = calloc(1, sizeof(struct count));
		resp->live_ms = 50;
	} else if (span_eq_str(req->path, "/inject")) {
		http_add_header(resp, "X-Value", "a\r\nX-Evil: 1");
		buf_add_str(&resp->body, "ok");
	} else if (http_query(req, "q", q, sizeof(q))) {
		buf_addf(&resp->body, "q=[%s]", q);
	} else {
		buf_add_str(&resp->body, "body=");
		buf_add_span(&resp->body, req->body);
	}
}

static void app_done(void *ctx, struct http_request *req,
    const struct http_response *resp)
{
	t.dones++;
}

static void app_fault(void *ctx, int status, const char *why,
    struct http_response *resp)
{
	resp->content_type = "text/plain";
	buf_add_str(&resp->body, why);
}

static const struct http_app app = {NULL, app_head, app_handle, app_done,
    app_fault};

static void on_quit(evutil_socket_t fd, short what, void *arg)
{
	char c = 'q';

	(void)!read(t.pipe[0], &c, 1);
	if (c == 'd')
		http_server_drain(t.server, NULL, NULL);
	else
		(void)event_base_loopbreak(t.base);
}

static void *serve(void *arg)
{
	(void)event_base_dispatch(t.base);
	http_server_free(t.server);
	event_free(t.quit);
	event_base_free(t.base);
	return NULL;
}

static int start(void **state)
{
	struct http_limits limits = {.head_ms = 400,
	    .body_idle_ms = 400,
	    .body_min_rate = 10,
	    .keep_alive_ms = 400,
	    .write_ms = 400,
	    .connections = 40,
	    .connections_per_peer = 20,
	    .requests = 5};
	char name[64];
	int fd;

	t.heads = t.dones = 0;
	if (listen_open(&fd, "127.0.0.1:0", NULL) != RC_OK ||
	    listen_name(fd, name, sizeof(name), NULL) != RC_OK ||
	    pipe(t.pipe) != 0)
		return -1;
	t.port = (uint16_t)strtoul(strrchr(name, ':') + 1, NULL, 10);
	t.base = event_base_new();
	t.quit =
	    event_new(t.base, t.pipe[0], EV_READ | EV_PERSIST, on_quit, NULL);
	(void)event_add(t.quit, NULL);
	if (http_server_new(&t.server, t.base, fd, NULL, &app, NULL) != RC_OK)
		return -1;
	http_server_set_limits(t.server, &limits);
	return pthread_create(&t.thread, NULL, serve, NULL);
}

static int stop(void **state)
{
	(void)!write(t.pipe[1], "q", 1);
	(void)pthread_join(t.thread, NULL);
	(void)close(t.pipe[0]);
	(void)close(t.pipe[1]);
	return t.heads == t.dones ? 0 : -1;
}

static int dial(void)
{
	struct sockaddr_in sa = {.sin_family = AF_INET,
	    .sin_port = htons(t.port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct timeval tv = {5, 0};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	assert_int_equal(connect(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	return fd;
}

static void send_all(int fd, const void *p, size_t n)
{
	while (n > 0) {
		ssize_t k = send(fd, p, n, MSG_NOSIGNAL);

		if (k <= 0)
			return; /* it may hang up on us */
		p = (const char *)p + k;
		n -= (size_t)k;
	}
}

/* All until the server closes. */
static void receive(int fd, struct buf *out)
{
	uint8_t *p;
	ssize_t n;

	do {
		p = buf_room(out, 65536);
		assert_non_null(p);
		n = recv(fd, p, 65536, 0);
		if (n > 0)
			buf_grown(out, (size_t)n);
	} while (n > 0);
	assert_true(n == 0 || errno == ECONNRESET);
	(void)close(fd);
}

/* The statuses of all answers in a text, as "200 404". */
static void statuses(const char *text, char *out, size_t cap)
{
	size_t n = 0;

	out[0] = '\0';
	while ((text = strstr(text, "HTTP/1.1 ")) && n + 5 < cap) {
		text += 9;
		if (text[0] >= '1' && text[0] <= '5' && text[3] == ' ')
			n += (size_t)snprintf(out + n, cap - n, "%s%.3s",
			    n > 0 ? " " : "", text);
	}
}

static void exchange(const void *p, size_t n, struct buf *out)
{
	int fd = dial();

	buf_init(out, 16 << 20);
	send_all(fd, p, n);
	receive(fd, out);
	assert_non_null(buf_cstr(out));
}

#define H "Host: a\r\n"
#define C "Connection: close\r\n"
#define CHUNKED "Transfer-Encoding: chunked\r\n"
#define CASE(name, bytes, expect)                      \
	{                                              \
		name, bytes, sizeof(bytes) - 1, expect \
	}

static const struct {
	const char *name, *bytes;
	size_t n;
	const char *expect;
} cases[] = {
    CASE("plain", "GET / HTTP/1.1\r\n" H C "\r\n", "200"),
    CASE("empty line before", "\r\nGET / HTTP/1.1\r\n" H C "\r\n", "200"),
    CASE("two empty lines before", "\r\n\r\nGET / HTTP/1.1\r\n" H C "\r\n",
	"400"),
    CASE("1.0", "GET / HTTP/1.0\r\n\r\n", "200"),
    CASE("1.0 that stays",
	"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
	"GET / HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\n\r\n",
	"200 200"),
    CASE("2.0", "GET / HTTP/2.0\r\n" H "\r\n", "505"),
    CASE("1.2", "GET / HTTP/1.2\r\n" H "\r\n", "505"),
    CASE("preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400"),
    CASE("keep-alive",
	"GET / HTTP/1.1\r\n" H "\r\nGET / HTTP/1.1\r\n" H C "\r\n", "200 200"),
    CASE("pipelined bodies",
	"POST / HTTP/1.1\r\n" H "Content-Length: 2\r\n\r\n"
	"hiPOST / HTTP/1.1\r\n" H CHUNKED C "\r\n3\r\nyou\r\n0\r\n\r\n",
	"200 200"),
    CASE("nothing after close",
	"GET / HTTP/1.1\r\n" H C "\r\nGET / HTTP/1.1\r\n" H "\r\n", "200"),
    CASE("requests on a connection",
	"GET / HTTP/1.1\r\n" H "\r\nGET / HTTP/1.1\r\n" H
	"\r\nGET / HTTP/1.1\r\n" H "\r\nGET / HTTP/1.1\r\n" H
	"\r\nGET / HTTP/1.1\r\n" H "\r\nGET / HTTP/1.1\r\n" H "\r\n",
	"200 200 200 200 200"),
    CASE("no host", "GET / HTTP/1.1\r\n" C "\r\n", "400"),
    CASE("two hosts", "GET / HTTP/1.1\r\n" H "Host: b\r\n\r\n", "400"),
    CASE("empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", "400"),
    CASE("odd host", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "400"),
    CASE("two lengths",
	"POST / HTTP/1.1\r\n" H
	"Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi",
	"400"),
    CASE("different lengths",
	"POST / HTTP/1.1\r\n" H
	"Content-Length: 2\r\ncontent-length: 3\r\n\r\nhi",
	"400"),
    CASE("list of lengths",
	"POST / HTTP/1.1\r\n" H "Content-Length: 2, 2\r\n\r\nhi", "400"),
    CASE("signed length",
	"POST / HTTP/1.1\r\n" H "Content-Length: +2\r\n\r\nhi", "400"),
    CASE("negative length",
	"POST / HTTP/1.1\r\n" H "Content-Length: -2\r\n\r\nhi", "400"),
    CASE("huge length",
	"POST / HTTP/1.1\r\n" H
	"Content-Length: 99999999999999999999\r\n\r\nhi",
	"400"),
    CASE("length and chunks",
	"POST / HTTP/1.1\r\n" H CHUNKED "Content-Length: 3\r\n\r\n0\r\n\r\n",
	"400"),
    CASE("chunks and length",
	"POST / HTTP/1.1\r\n" H "Content-Length: 3\r\n" CHUNKED "\r\n0\r\n\r\n",
	"400"),
    CASE("two codings", "POST / HTTP/1.1\r\n" H CHUNKED CHUNKED "\r\n0\r\n\r\n",
	"400"),
    CASE("coding not last",
	"POST / HTTP/1.1\r\n" H
	"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
	"400"),
    CASE("disguised coding",
	"POST / HTTP/1.1\r\n" H "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
	"501"),
    CASE("coding in 1.0", "POST / HTTP/1.0\r\n" CHUNKED "\r\n0\r\n\r\n", "400"),
    CASE("folded line", "GET / HTTP/1.1\r\n" H "A: b\r\n c\r\n\r\n", "400"),
    CASE("folded with tab", "GET / HTTP/1.1\r\n" H "A: b\r\n\tc\r\n\r\n",
	"400"),
    CASE("space before first field", "GET / HTTP/1.1\r\n " H "\r\n", "400"),
    CASE("space before colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", "400"),
    CASE("no colon", "GET / HTTP/1.1\r\n" H "Abc\r\n\r\n", "400"),
    CASE("no name", "GET / HTTP/1.1\r\n" H ": b\r\n\r\n", "400"),
    CASE("bare LF", "GET / HTTP/1.1\nHost: a\n\n", "400"),
    CASE("bare LF in head", "GET / HTTP/1.1\r\n" H "A: b\nC: d\r\n\r\n", "400"),
    CASE("bare CR", "GET / HTTP/1.1\r\n" H "A: b\rC: d\r\n\r\n", "400"),
    CASE("CR before CRLF", "GET / HTTP/1.1\r\n" H "A: b\r\r\n\r\n", "400"),
    CASE("NUL in a value", "GET / HTTP/1.1\r\n" H "A: b\0c\r\n\r\n", "400"),
    CASE("NUL in the path", "GET /\0 HTTP/1.1\r\n" H "\r\n", "400"),
    CASE("DEL in a value", "GET / HTTP/1.1\r\n" H "A: \x7f\r\n\r\n", "400"),
    CASE("Latin-1 in a value", "GET / HTTP/1.1\r\n" H C "A: \xe9\r\n\r\n",
	"200"),
    CASE("encoded NUL", "GET /%00 HTTP/1.1\r\n" H "\r\n", "400"),
    CASE("broken escape", "GET /%4 HTTP/1.1\r\n" H "\r\n", "400"),
    CASE("no hex escape", "GET /%zz HTTP/1.1\r\n" H "\r\n", "400"),
    CASE("dot segment", "GET /a/../b HTTP/1.1\r\n" H "\r\n", "400"),
    CASE("dot segment at the end", "GET /a/. HTTP/1.1\r\n" H "\r\n", "400"),
    CASE("encoded dots", "GET /a/%2e%2E/b HTTP/1.1\r\n" H "\r\n", "400"),
    CASE("three dots", "GET /a/.../b HTTP/1.1\r\n" H C "\r\n", "200"),
    CASE("backslash", "GET /a\\b HTTP/1.1\r\n" H "\r\n", "400"),
    CASE("fragment", "GET /a#b HTTP/1.1\r\n" H "\r\n", "400"),
    CASE("bytes above ASCII", "GET /\xc3\xa9 HTTP/1.1\r\n" H "\r\n", "400"),
    CASE("absolute form", "GET http://a/ HTTP/1.1\r\n" H "\r\n", "400"),
    CASE("asterisk form", "OPTIONS * HTTP/1.1\r\n" H "\r\n", "400"),
    CASE("connect", "CONNECT a:443 HTTP/1.1\r\n" H "\r\n", "501"),
    CASE("unknown method", "GETX / HTTP/1.1\r\n" H "\r\n", "501"),
    CASE("lower-case method", "get / HTTP/1.1\r\n" H "\r\n", "501"),
    CASE("prefix of a method", "GE / HTTP/1.1\r\n" H "\r\n", "501"),
    CASE("TLS hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "400"),
    CASE("no version", "GET /\r\n\r\n", "505"),
    CASE("upgrade is ignored",
	"GET / HTTP/1.1\r\n" H
	"Connection: upgrade, close\r\nUpgrade: h2c\r\n\r\n",
	"200"),
    CASE("expect",
	"POST / HTTP/1.1\r\n" H C
	"Expect: 100-continue\r\nContent-Length: 2\r\n\r\nhi",
	"100 200"),
    CASE("expect of a refused body",
	"POST /refuse HTTP/1.1\r\n" H
	"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n",
	"401"),
    CASE("unknown expectation",
	"POST / HTTP/1.1\r\n" H "Expect: 200-ok\r\nContent-Length: 2\r\n\r\nhi",
	"417"),
    CASE("declared too large",
	"POST / HTTP/1.1\r\n" H "Content-Length: 1001\r\n\r\n", "413"),
    CASE("body of a refused head",
	"POST /refuse HTTP/1.1\r\n" H
	"Content-Length: 5\r\n\r\nhelloGET / HTTP/1.1\r\n" H "\r\n",
	"401"),
    CASE("refused without body stays",
	"GET /refuse HTTP/1.1\r\n" H "\r\nGET / HTTP/1.1\r\n" H C "\r\n",
	"401 200"),
    CASE("chunk extension",
	"POST / HTTP/1.1\r\n" H CHUNKED "\r\n2;a=b\r\nhi\r\n0\r\n\r\n", "400"),
    CASE("trailer",
	"POST / HTTP/1.1\r\n" H CHUNKED "\r\n2\r\nhi\r\n0\r\nA: b\r\n\r\n",
	"400"),
    CASE("chunk size not hex",
	"POST / HTTP/1.1\r\n" H CHUNKED "\r\nxx\r\nhi\r\n0\r\n\r\n", "400"),
    CASE("chunk size with 0x",
	"POST / HTTP/1.1\r\n" H CHUNKED "\r\n0x2\r\nhi\r\n0\r\n\r\n", "400"),
    CASE("chunk size with minus",
	"POST / HTTP/1.1\r\n" H CHUNKED "\r\n-2\r\nhi\r\n0\r\n\r\n", "400"),
    CASE("chunk size overflows",
	"POST / HTTP/1.1\r\n" H CHUNKED
	"\r\n10000000000000002\r\nhi\r\n0\r\n\r\n",
	"400"),
    CASE("chunk size line without LF",
	"POST / HTTP/1.1\r\n" H CHUNKED "\r\n2\rXhi\r\n0\r\n\r\n", "400"),
    CASE("chunk size line without CR",
	"POST / HTTP/1.1\r\n" H CHUNKED "\r\n2\nhi\r\n0\r\n\r\n", "400"),
    CASE("chunk longer than said",
	"POST / HTTP/1.1\r\n" H CHUNKED "\r\n2\r\nhiho\r\n0\r\n\r\n", "400"),
    CASE("chunk end without LF",
	"POST / HTTP/1.1\r\n" H CHUNKED "\r\n2\r\nhi\rX0\r\n\r\n", "400"),
    CASE("sink refuses",
	"PUT /count HTTP/1.1\r\n" H "Content-Length: 9\r\n\r\nab!", "422"),
    CASE("head of a stream",
	"HEAD /stream HTTP/1.1\r\n" H "\r\nGET / HTTP/1.1\r\n" H C "\r\n",
	"200 200"),
};

static void hostile_requests_are_refused(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf out;
		char got[64];

		exchange(cases[i].bytes, cases[i].n, &out);
		statuses(buf_cstr(&out), got, sizeof(got));
		if (strcmp(got, cases[i].expect) != 0)
			fail_msg("%s: \"%s\", not \"%s\"\n%.300s",
			    cases[i].name, got, cases[i].expect,
			    buf_cstr(&out));
		buf_clear(&out);
	}
}

static void bodies_and_queries_arrive(void **state)
{
	static const char chunks[] = "POST / HTTP/1.1\r\n" H C CHUNKED
				     "\r\n2\r\nhi\r\n3\r\n yo\r\n0\r\n\r\n";
	static const char query[] =
	    "GET /?p=1&q=a+b%26c&r HTTP/1.1\r\n" H C "\r\n";
	static const char inject[] = "GET /inject HTTP/1.1\r\n" H C "\r\n";
	struct buf out;

	exchange(chunks, sizeof(chunks) - 1, &out);
	assert_non_null(strstr(buf_cstr(&out), "\r\n\r\nbody=hi yo"));
	buf_clear(&out);
	exchange(query, sizeof(query) - 1, &out);
	assert_non_null(strstr(buf_cstr(&out), "q=[a b&c]"));
	buf_clear(&out);
	exchange(inject, sizeof(inject) - 1, &out);
	assert_null(strstr(buf_cstr(&out), "\nX-Evil"));
	buf_clear(&out);
}

static void head_gets_no_body(void **state)
{
	static const char text[] = "HEAD / HTTP/1.1\r\n" H C "\r\n";
	struct buf out;

	exchange(text, sizeof(text) - 1, &out);
	assert_non_null(strstr(buf_cstr(&out), "Content-Length: 5\r\n"));
	assert_string_equal(buf_cstr(&out) + out.n - 4, "\r\n\r\n");
	buf_clear(&out);
}

static void large_heads_are_refused(void **state)
{
	static const struct {
		const char *first, *line, *expect;
		size_t times;
	} table[] = {
	    {"GET / HTTP/1.1\r\n" H, "A: b\r\n", "431", 64},
	    {"GET / HTTP/1.1\r\n" H, "A: bbbbbbbbbbbbbbbbbbbb", "431", 1000},
	    {"GET /", "aaaaaaaaaaaaaaaaaaaa", "414", 1000},
	};
	size_t i, k;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct buf in, out;
		char got[64];

		buf_init(&in, 1 << 20);
		buf_add_str(&in, table[i].first);
		for (k = 0; k < table[i].times; k++)
			buf_add_str(&in, table[i].line);
		buf_add_str(&in, "\r\n\r\n");
		exchange(in.p, in.n, &out);
		statuses(buf_cstr(&out), got, sizeof(got));
		assert_string_equal(got, table[i].expect);
		buf_clear(&in);
		buf_clear(&out);
	}
}

static void large_chunked_body_is_refused(void **state)
{
	struct buf in, out;
	int i;

	buf_init(&in, 1 << 20);
	buf_add_str(&in, "POST / HTTP/1.1\r\n" H CHUNKED "\r\n");
	for (i = 0; i < 1001; i++)
		buf_add_str(&in, "1\r\nx\r\n");
	exchange(in.p, in.n, &out);
	assert_non_null(strstr(buf_cstr(&out), "HTTP/1.1 413 "));
	buf_clear(&in);
	buf_clear(&out);
}

static void uploads_are_streamed(void **state)
{
	struct buf in, out;

	buf_init(&in, 16 << 20);
	buf_addf(&in,
	    "PUT /count HTTP/1.1\r\n" H C "Content-Length: %d\r\n\r\n",
	    5 << 20);
	memset(buf_room(&in, 5 << 20), 'y', 5 << 20);
	buf_grown(&in, 5 << 20);
	exchange(in.p, in.n, &out);
	assert_non_null(strstr(buf_cstr(&out), "\r\n\r\n5242880"));
	buf_clear(&in);
	buf_clear(&out);
}

static void downloads_are_streamed(void **state)
{
	static const char text[] = "GET /stream HTTP/1.1\r\n" H C "\r\n";
	static const char old[] = "GET /stream HTTP/1.0\r\n\r\n";
	size_t i, n = 0;
	struct buf out;

	exchange(text, sizeof(text) - 1, &out);
	i = (size_t)(strstr(buf_cstr(&out), "\r\n\r\n") - buf_cstr(&out));
	for (; i < out.n; i++)
		n += out.p[i] == 'x';
	assert_int_equal(n, STREAM_N);
	assert_string_equal(buf_cstr(&out) + out.n - 7, "\r\n0\r\n\r\n");
	buf_clear(&out);
	exchange(old, sizeof(old) - 1, &out);
	assert_null(strstr(buf_cstr(&out), "chunked"));
	assert_int_equal(out.p[out.n - 1], 'x');
	buf_clear(&out);
}

static void broken_stream_is_not_complete(void **state)
{
	static const char text[] = "GET /broken HTTP/1.1\r\n" H "\r\n";
	struct buf out;

	exchange(text, sizeof(text) - 1, &out);
	assert_null(strstr(buf_cstr(&out), "\r\n0\r\n\r\n"));
	buf_clear(&out);
}

/* Bytes sent one at a time, each in time, but too slowly in all. */
static void slow_head_is_cut(void **state)
{
	const char *text = "GET / HTTP/1.1\r\nA: aaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	int64_t before = clock_mono_ms();
	struct buf out;
	int fd = dial();
	size_t i;

	for (i = 0; i < 12; i++) {
		send_all(fd, text + i, 1);
		(void)usleep(50000);
	}
	buf_init(&out, 1 << 20);
	receive(fd, &out);
	assert_true(clock_mono_ms() - before < 3000);
	assert_non_null(strstr(buf_cstr(&out), "HTTP/1.1 408 "));
	buf_clear(&out);
}

static void stalled_connections_are_cut(void **state)
{
	static const struct {
		const char *bytes, *expect;
	} table[] = {
	    {"", ""},
	    {"GET / HT", "408"},
	    {"POST / HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nab", "408"},
	    {"POST / HTTP/1.1\r\n" H CHUNKED "\r\n5\r\nab", "408"},
	    {"GET / HTTP/1.1\r\n" H "\r\n", "200"},
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		int64_t before = clock_mono_ms();
		struct buf out;
		char got[64];

		exchange(table[i].bytes, strlen(table[i].bytes), &out);
		statuses(buf_cstr(&out), got, sizeof(got));
		assert_string_equal(got, table[i].expect);
		assert_true(clock_mono_ms() - before < 3000);
		buf_clear(&out);
	}
}

/* It asks for much and takes nothing. */
static void reader_that_stalls_is_cut(void **state)
{
	static const char text[] = "GET /stream HTTP/1.1\r\n" H "\r\n";
	int fd = dial(), small = 4096;
	struct buf out;

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	send_all(fd, text, sizeof(text) - 1);
	(void)usleep(1500000);
	assert_int_equal(http_server_open(t.server), 0);
	buf_init(&out, 16 << 20);
	receive(fd, &out);
	assert_null(strstr(buf_cstr(&out), "\r\n0\r\n\r\n"));
	buf_clear(&out);
}

/* Opens /live and reads what there is of it. */
static int dial_live(struct buf *out)
{
	static const char text[] = "GET /live HTTP/1.1\r\n" H "\r\n";
	int fd = dial();
	ssize_t n;

	buf_init(out, 1 << 20);
	send_all(fd, text, sizeof(text) - 1);
	while (out->n == 0 || !memmem(out->p, out->n, "tick", 4)) {
		n = recv(fd, buf_room(out, 1000), 1000, 0);
		assert_true(n > 0);
		buf_grown(out, (size_t)n);
	}
	return fd;
}

static void lasting_answer_outlives_every_deadline(void **state)
{
	struct buf out;
	int fd = dial_live(&out);

	(void)usleep(1500000);
	assert_int_equal(http_server_open(t.server), 1);
	(void)close(fd);
	buf_clear(&out);
}

static void lasting_answer_ends_when_its_peer_leaves(void **state)
{
	struct buf out;
	int i, fd = dial_live(&out);

	/* Half of it is enough: nobody asks and then only listens. */
	(void)shutdown(fd, SHUT_WR);
	for (i = 0; i < 100 && http_server_open(t.server) > 0; i++)
		(void)usleep(10000);
	assert_int_equal(http_server_open(t.server), 0);
	(void)close(fd);
	buf_clear(&out);
}

static void lasting_answer_ends_when_the_server_drains(void **state)
{
	int64_t before = clock_mono_ms();
	struct buf out;
	int fd = dial_live(&out);

	assert_int_equal(write(t.pipe[1], "d", 1), 1);
	receive(fd, &out);
	assert_true(clock_mono_ms() - before < 1000);
	assert_string_equal(buf_cstr(&out) + out.n - 7, "\r\n0\r\n\r\n");
	buf_clear(&out);
}

static void lasting_answer_asked_for_while_draining_ends_at_once(void **state)
{
	static const char text[] = "GET /live HTTP/1.1\r\n" H;
	int64_t before;
	struct buf out;
	int fd = dial();

	buf_init(&out, 1 << 20);
	send_all(fd, text, sizeof(text) - 1);
	(void)usleep(100000);
	assert_int_equal(write(t.pipe[1], "d", 1), 1);
	(void)usleep(100000);
	before = clock_mono_ms();
	send_all(fd, "\r\n", 2);
	receive(fd, &out);
	assert_true(clock_mono_ms() - before < 1000);
	assert_non_null(strstr(buf_cstr(&out), "\r\n0\r\n\r\n"));
	buf_clear(&out);
}

static void lasting_answer_that_nobody_reads_is_cut(void **state)
{
	static const char text[] = "GET /flood HTTP/1.1\r\n" H "\r\n";
	int fd = dial(), small = 4096;

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	send_all(fd, text, sizeof(text) - 1);
	(void)usleep(1500000);
	assert_int_equal(http_server_open(t.server), 0);
	(void)close(fd);
}

static void peer_gets_so_many_connections(void **state)
{
	static const char text[] = "GET / HTTP/1.1\r\n" H C "\r\n";
	struct buf out;
	int fds[20], i;

	for (i = 0; i < 20; i++)
		fds[i] = dial();
	exchange(text, sizeof(text) - 1, &out);
	assert_int_equal(out.n, 0);
	buf_clear(&out);
	for (i = 0; i < 20; i++)
		(void)close(fds[i]);
	(void)usleep(50000);
	exchange(text, sizeof(text) - 1, &out);
	assert_non_null(strstr(buf_cstr(&out), "HTTP/1.1 200 "));
	buf_clear(&out);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(hostile_requests_are_refused),
	    TEST(bodies_and_queries_arrive),
	    TEST(head_gets_no_body),
	    TEST(large_heads_are_refused),
	    TEST(large_chunked_body_is_refused),
	    TEST(uploads_are_streamed),
	    TEST(downloads_are_streamed),
	    TEST(broken_stream_is_not_complete),
	    TEST(slow_head_is_cut),
	    TEST(stalled_connections_are_cut),
	    TEST(reader_that_stalls_is_cut),
	    TEST(lasting_answer_outlives_every_deadline),
	    TEST(lasting_answer_ends_when_its_peer_leaves),
	    TEST(lasting_answer_ends_when_the_server_drains),
	    TEST(lasting_answer_asked_for_while_draining_ends_at_once),
	    TEST(lasting_answer_that_nobody_reads_is_cut),
	    TEST(peer_gets_so_many_connections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
