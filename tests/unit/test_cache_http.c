/* Header fields of answers that may be kept: what a cache needs, and when the
 * peer has the answer already.  Must not open a socket. */
#include <stdio.h>
#include <string.h>

#include "enrol/cache_http.h"
#include "net/http_date.h"
#include "tests/unit/check.h"

#define NOW 784111777 /* Sun, 06 Nov 1994 08:49:37 GMT, of RFC 9110 */
#define TAG "\"000102030405060708090a0b0c0d0e0f\""

static struct cache_http of_now(void)
{
	struct cache_http c = {.modified = NOW, .expires = NOW + 86400};
	size_t i;

	for (i = 0; i < sizeof(c.tag); i++)
		c.tag[i] = (uint8_t)i;
	return c;
}

static void dates_are_written_as_http_has_them(void **state)
{
	static const struct {
		int64_t t;
		const char *text;
	} cases[] = {
	    {NOW, "Sun, 06 Nov 1994 08:49:37 GMT"},
	    {0, "Thu, 01 Jan 1970 00:00:00 GMT"},
	    {253402300799, "Fri, 31 Dec 9999 23:59:59 GMT"},
	    {253402300800, ""},
	    {INT64_MAX, ""},
	    {-1, ""},
	};
	char text[HTTP_DATE_SIZE];
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		http_date(cases[i].t, text);
		assert_string_equal(text, cases[i].text);
	}
}

static void lines_say_what_is_known(void **state)
{
	struct cache_http c = of_now();
	char lines[CACHE_HTTP_LINES];

	cache_http_lines(&c, lines);
	assert_string_equal(lines,
	    "ETag: " TAG "\r\n"
	    "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
	    "Expires: Mon, 07 Nov 1994 08:49:37 GMT\r\n");
	c.modified = c.expires = 0;
	cache_http_lines(&c, lines);
	assert_string_equal(lines, "ETag: " TAG "\r\n");
}

static void an_answer_is_never_kept_beyond_its_end(void **state)
{
	static const struct {
		int64_t expires;
		int age;
	} cases[] = {
	    {NOW + 86400, CACHE_HTTP_AGE_S},
	    {NOW + CACHE_HTTP_AGE_S, CACHE_HTTP_AGE_S},
	    {NOW + 7, 7},
	    {NOW, 0},
	    {NOW - 1, 0},
	    {0, CACHE_HTTP_AGE_S},
	};
	struct http_response resp = {.status = 200};
	struct cache_http c = of_now();
	char want[128];
	size_t i;

	buf_init(&resp.headers, 4096);
	for (i = 0; i < COUNT(cases); i++) {
		buf_reset(&resp.headers);
		c.expires = cases[i].expires;
		cache_http_control(&c, NOW, &resp);
		(void)snprintf(want, sizeof(want),
		    "Cache-Control: max-age=%d, public, no-transform, "
		    "must-revalidate\r\n",
		    cases[i].age);
		assert_string_equal(buf_cstr(&resp.headers), want);
	}
	buf_clear(&resp.headers);
}

static void what_the_peer_has_is_not_sent_again(void **state)
{
	static const struct {
		const char *name, *value;
		bool has;
	} cases[] = {
	    {"If-None-Match", TAG, true},
	    {"if-none-match", "W/" TAG, true},
	    {"If-None-Match", "\"a\", " TAG " ,\"b\"", true},
	    {"If-None-Match", " * ", true},
	    {"If-None-Match", "\"a\"", false},
	    {"If-None-Match", "", false},
	    {"If-None-Match", ",", false},
	    {"If-None-Match", "000102030405060708090a0b0c0d0e0f", false},
	    {"If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT", true},
	    {"If-Modified-Since", "Sun, 06 Nov 1994 08:49:36 GMT", false},
	    {"If-Modified-Since", "Sunday, 06-Nov-94 08:49:37 GMT", false},
	    {"If-Modified-Since", "", false},
	    {"If-Match", TAG, false},
	};
	struct http_response resp = {.status = 0};
	struct cache_http c = of_now();
	struct http_request req = {.headers_n = 1};
	size_t i;

	buf_init(&resp.headers, 65536);
	for (i = 0; i < COUNT(cases); i++) {
		req.headers[0].name = span_str(cases[i].name);
		req.headers[0].value = span_str(cases[i].value);
		resp.status = 200;
		assert_int_equal(cache_http_put(&c, NOW, &req, &resp),
		    cases[i].has);
		assert_int_equal(resp.status, cases[i].has ? 304 : 200);
	}
	/* RFC 9110 13.1.3: the tag alone decides when there is one */
	req.headers_n = 2;
	req.headers[0].name = span_str("If-None-Match");
	req.headers[0].value = span_str("\"a\"");
	req.headers[1].name = span_str("If-Modified-Since");
	req.headers[1].value = span_str("Sun, 06 Nov 1994 08:49:37 GMT");
	assert_false(cache_http_has(&c, &req));
	buf_clear(&resp.headers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(dates_are_written_as_http_has_them),
	    cmocka_unit_test(lines_say_what_is_known),
	    cmocka_unit_test(an_answer_is_never_kept_beyond_its_end),
	    cmocka_unit_test(what_the_peer_has_is_not_sent_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
