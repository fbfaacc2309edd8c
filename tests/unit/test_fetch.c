/* Outbound requests against a peer that answers with given bytes.
 * Must not leave loopback: refused addresses are never connected to. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/fetch.h"
#include "net/listen.h"
#include "tests/unit/check.h"

static struct {
	int listen_fd;
	pthread_t thread;
	char host[64];
	const char *answer; /* NULL: none, and silence */
	char seen[8192];    /* the request */
} peer;

/* One connection, one request. */
static void *serve(void *arg)
{
	int fd = accept(peer.listen_fd, NULL, NULL);
	struct timeval tv = {0, 300000};
	size_t n = 0;
	ssize_t k;

	if (fd < 0)
		return NULL;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	do {
		k = read(fd, peer.seen + n, sizeof(peer.seen) - 1 - n);
		n += k > 0 ? (size_t)k : 0;
		peer.seen[n] = '\0';
	} while (k > 0 && !strstr(peer.seen, "\r\n\r\n"));
	if (strstr(peer.seen, "BODY"))
		do { /* until it falls silent */
			k = read(fd, peer.seen + n, sizeof(peer.seen) - 1 - n);
			n += k > 0 ? (size_t)k : 0;
			peer.seen[n] = '\0';
		} while (k > 0 && !strstr(peer.seen, "END"));
	if (peer.answer)
		(void)send(fd, peer.answer, strlen(peer.answer), MSG_NOSIGNAL);
	else
		(void)usleep(700000);
	(void)close(fd);
	return NULL;
}

static void start(const char *answer)
{
	peer.answer = answer;
	assert_int_equal(listen_open(&peer.listen_fd, "127.0.0.1:0", NULL),
	    RC_OK);
	assert_int_equal(listen_name(peer.listen_fd, peer.host,
			     sizeof(peer.host), NULL),
	    RC_OK);
	assert_int_equal(pthread_create(&peer.thread, NULL, serve, NULL), 0);
}

/* Wakes the peer if nobody has. */
static void stop(void)
{
	(void)shutdown(peer.listen_fd, SHUT_RDWR);
	(void)pthread_join(peer.thread, NULL);
	(void)close(peer.listen_fd);
}

static const struct fetch_options loopback = {.allow_http = true,
    .allow_private = true,
    .connect_ms = 2000,
    .total_ms = 400,
    .answer_max = 100};

static enum rc get(const struct fetch_options *o, const char *url,
    struct fetch_answer *a, struct err *e)
{
	struct fetch_request r = FETCH_REQUEST;
	struct fetch *f;
	enum rc rc;

	r.method = "GET";
	r.url = url;
	assert_int_equal(fetch_new(&f, o, e), RC_OK);
	fetch_answer_init(a);
	rc = fetch_do(f, &r, a, e);
	fetch_free(f);
	return rc;
}

#define OK_HEAD "HTTP/1.1 200 OK\r\n"

static const struct {
	const char *answer;
	enum rc rc;
	int status;
	const char *slug;
} answers[] = {
    {OK_HEAD "Content-Length: 2\r\n\r\nhi", RC_OK, 200, NULL},
    {OK_HEAD "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", RC_OK,
	200, NULL},
    {"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n"
     "Content-Length: 0\r\n\r\n",
	RC_OK, 302, NULL},
    {"HTTP/1.1 503 No\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", RC_OK,
	503, NULL},
    {OK_HEAD "Content-Length: 5\r\n\r\nhi", RC_AGAIN, 0, "peer-away"},
    {OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhi", RC_AGAIN, 0,
	"peer-away"},
    {"", RC_AGAIN, 0, "peer-away"},
    {NULL, RC_AGAIN, 0, "peer-away"},
    {"garbage garbage garbage\r\n\r\n", RC_INVALID, 0, "bad-answer"},
    {OK_HEAD
	"Content-Length: 101\r\n\r\n"
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
	RC_INVALID, 0, "answer-too-large"},
};

static void answers_are_judged(void **state)
{
	size_t i;

	for (i = 0; i < COUNT(answers); i++) {
		struct fetch_answer a;
		struct err e = {0};
		char url[128];
		enum rc rc;

		start(answers[i].answer);
		(void)snprintf(url, sizeof(url), "http://%s/", peer.host);
		rc = get(&loopback, url, &a, &e);
		stop();
		if (rc != answers[i].rc)
			fail_msg("%zu: %d %s", i, rc, e.text);
		assert_int_equal(a.status, answers[i].status);
		if (answers[i].slug)
			assert_string_equal(e.slug, answers[i].slug);
		if (a.status == 503)
			assert_int_equal(a.retry_after_s, 7);
		fetch_answer_clear(&a);
	}
}

static const struct {
	const char *url; /* with the peer's HOST:PORT for %s */
	bool http, private;
	const char *slug;
} refused[] = {
    {"http://%s/", false, true, "url-not-allowed"},
    {"http://%s/", true, false, "address-not-allowed"},
    {"https://%s/", true, false, "address-not-allowed"},
    {"https://localhost:1/", true, false, "address-not-allowed"},
    {"http://192.0.2.1/", true, true, "address-not-allowed"},
    {"http://[::ffff:192.0.2.1]/", true, true, "address-not-allowed"},
    {"https://10.0.0.1/", false, false, "address-not-allowed"},
    {"https://172.31.255.255/", false, false, "address-not-allowed"},
    {"https://192.168.1.1/", false, false, "address-not-allowed"},
    {"https://169.254.169.254/", false, false, "address-not-allowed"},
    {"https://100.64.0.1/", false, false, "address-not-allowed"},
    {"https://0.0.0.0/", false, false, "address-not-allowed"},
    {"https://2130706433/", false, false, "address-not-allowed"},
    {"https://0x7f.1/", false, false, "address-not-allowed"},
    {"https://[::1]/", false, false, "address-not-allowed"},
    {"https://[::]/", false, false, "address-not-allowed"},
    {"https://[::ffff:10.0.0.1]/", false, false, "address-not-allowed"},
    {"https://[64:ff9b::a00:1]/", false, false, "address-not-allowed"},
    {"https://[fe80::1]/", false, false, "address-not-allowed"},
    {"https://[fd00::1]/", false, false, "address-not-allowed"},
    {"https://[2002:a00:1::]/", false, false, "address-not-allowed"},
    {"https://[2002:a9fe:a9fe::]/", false, false, "address-not-allowed"},
    {"https://[::ffff:169.254.169.254]/", false, false, "address-not-allowed"},
    {"https://[::127.0.0.1]/", false, false, "address-not-allowed"},
    {"https://[::8.8.8.8]/", false, false, "address-not-allowed"},
    {"https://[2001:0:808:808::1]/", false, false, "address-not-allowed"},
    {"https://[2001:20::1]/", false, false, "address-not-allowed"},
    {"https://[2001:db8::1]/", false, false, "address-not-allowed"},
    {"https://[3fff:fff::1]/", false, false, "address-not-allowed"},
    {"https://[64:ff9b:1::a00:1]/", false, false, "address-not-allowed"},
    {"https://[fec0::1]/", false, false, "address-not-allowed"},
    {"https://[ff02::1]/", false, false, "address-not-allowed"},
    {"https://224.0.0.1/", false, false, "address-not-allowed"},
    {"https://240.0.0.1/", false, false, "address-not-allowed"},
    {"https://255.255.255.255/", false, false, "address-not-allowed"},
    {"https://198.18.0.1/", false, false, "address-not-allowed"},
    {"https://0251.0376.0251.0376/", false, false, "address-not-allowed"},
    {"https://example.com@10.0.0.1/", false, false, "url-not-allowed"},
    {"https://user:pass-word@127.0.0.1:1/", true, true, "url-not-allowed"},
    {"https://127.0.0.1:1/\r\nX-Evil: 1", true, true, "url-not-allowed"},
    {"https://127.0.0.1:1/a b", true, true, "url-not-allowed"},
    {"https://127.0.0.1:1\n/", true, true, "url-not-allowed"},
    {" https://127.0.0.1:1/", true, true, "url-not-allowed"},
    {"ftp://127.0.0.1:1/", true, true, "url-not-allowed"},
    {"file:///etc/passwd", true, true, "url-not-allowed"},
    {"gopher://127.0.0.1/", true, true, "url-not-allowed"},
    {"127.0.0.1", true, true, "url-not-allowed"},
    {"", true, true, "url-not-allowed"},
};

static void addresses_are_refused(void **state)
{
	size_t i;

	start("");
	for (i = 0; i < COUNT(refused); i++) {
		struct fetch_options o = loopback;
		struct fetch_answer a;
		struct err e = {0};
		struct buf url;

		o.allow_http = refused[i].http;
		o.allow_private = refused[i].private;
		buf_init(&url, 256);
		if (strstr(refused[i].url, "%s"))
			buf_addf(&url, "%s%s/",
			    span_starts(span_str(refused[i].url),
				SPAN_LIT("https"))
				? "https://"
				: "http://",
			    peer.host);
		else
			buf_add_str(&url, refused[i].url);
		if (get(&o, buf_cstr(&url), &a, &e) != RC_DENIED)
			fail_msg("%s: %s", refused[i].url, e.text);
		assert_string_equal(e.slug, refused[i].slug);
		assert_null(strstr(e.text, "pass-word"));
		fetch_answer_clear(&a);
		buf_clear(&url);
	}
	stop();
	assert_string_equal(peer.seen, "");
}

static void plain_http_does_not_pass_for_tls(void **state)
{
	struct fetch_answer a;
	struct err e = {0};
	char url[128];

	start(OK_HEAD "Content-Length: 2\r\n\r\nhi");
	(void)snprintf(url, sizeof(url), "https://%s/", peer.host);
	assert_int_not_equal(get(&loopback, url, &a, &e), RC_OK);
	stop();
	fetch_answer_clear(&a);
}

static void endless_headers_end(void **state)
{
	struct fetch_answer a;
	struct err e = {0};
	struct buf flood;
	char url[128];
	int i;

	buf_init(&flood, 1u << 20);
	buf_add_str(&flood, OK_HEAD);
	for (i = 0; i < 20000; i++)
		buf_add_str(&flood, "X-Flood: x\r\n");
	buf_add_str(&flood, "Content-Length: 0\r\n\r\n");
	start(buf_cstr(&flood));
	(void)snprintf(url, sizeof(url), "http://%s/", peer.host);
	assert_int_equal(get(&loopback, url, &a, &e), RC_INVALID);
	stop();
	assert_string_equal(e.slug, "answer-too-large");
	fetch_answer_clear(&a);
	buf_clear(&flood);
}

/* Proxies of the environment: none where addresses are judged, and none for
 * plain HTTP. */
static void proxies_do_not_judge_addresses(void **state)
{
	struct fetch_options o = loopback;
	struct fetch_answer a;
	struct err e = {0};
	char url[128];

	start(OK_HEAD "Content-Length: 2\r\n\r\nhi");
	peer.seen[0] = '\0';
	(void)snprintf(url, sizeof(url), "http://%s/", peer.host);
	assert_int_equal(setenv("https_proxy", url, 1), 0);
	assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1/", 1), 0);
	o.allow_private = false;
	assert_int_equal(get(&o, "https://10.0.0.1/", &a, &e), RC_DENIED);
	assert_string_equal(e.slug, "address-not-allowed");
	assert_string_equal(peer.seen, "");
	fetch_answer_clear(&a);
	assert_int_equal(get(&loopback, url, &a, &e), RC_OK);
	stop();
	assert_int_equal(unsetenv("https_proxy"), 0);
	assert_int_equal(unsetenv("http_proxy"), 0);
	fetch_answer_clear(&a);
}

static void request_carries_its_fields(void **state)
{
	static const char *const headers[] = {"Upload-Offset: 12", NULL};
	struct fetch_request r = FETCH_REQUEST;
	struct fetch_answer a;
	struct fetch *f;
	char url[128];

	start(OK_HEAD "Upload-Offset: 34\r\nETag: \"x\"\r\n"
		      "Content-Length: 0\r\n\r\n");
	(void)snprintf(url, sizeof(url), "http://%s/a?b=c", peer.host);
	r.method = "PATCH";
	r.url = url;
	r.bearer = "secret";
	r.headers = headers;
	r.content_type = "application/x-BODY";
	r.body = SPAN_LIT("the body END");
	assert_int_equal(fetch_new(&f, &loopback, NULL), RC_OK);
	fetch_answer_init(&a);
	assert_int_equal(fetch_do(f, &r, &a, NULL), RC_OK);
	stop();
	assert_non_null(strstr(peer.seen, "PATCH /a?b=c HTTP/1.1\r\n"));
	assert_non_null(strstr(peer.seen, "Authorization: Bearer secret\r\n"));
	assert_non_null(strstr(peer.seen, "Upload-Offset: 12\r\n"));
	assert_non_null(strstr(peer.seen, "Content-Length: 12\r\n"));
	assert_non_null(strstr(peer.seen, "\r\n\r\nthe body END"));
	assert_null(strstr(peer.seen, "Expect"));
	assert_true(a.has_upload_offset && a.upload_offset == 34);
	assert_string_equal(a.etag, "\"x\"");
	fetch_answer_clear(&a);
	fetch_free(f);
}

static void headers_cannot_be_smuggled(void **state)
{
	struct fetch_request r = FETCH_REQUEST;
	struct fetch_answer a;
	struct fetch *f;

	r.method = "GET";
	r.url = "http://127.0.0.1:1/";
	r.bearer = "a\r\nX-Evil: b";
	assert_int_equal(fetch_new(&f, &loopback, NULL), RC_OK);
	fetch_answer_init(&a);
	assert_int_equal(fetch_do(f, &r, &a, NULL), RC_INVALID);
	fetch_answer_clear(&a);
	fetch_free(f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(addresses_are_refused),
	    cmocka_unit_test(answers_are_judged),
	    cmocka_unit_test(plain_http_does_not_pass_for_tls),
	    cmocka_unit_test(endless_headers_end),
	    cmocka_unit_test(proxies_do_not_judge_addresses),
	    cmocka_unit_test(request_carries_its_fields),
	    cmocka_unit_test(headers_cannot_be_smuggled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
