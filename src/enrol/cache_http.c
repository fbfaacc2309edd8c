/* Header fields of answers that may be kept.
 * Must not read a body. */
#include "enrol/cache_http.h"

#include <stdio.h>
#include <string.h>

#include "base/enc.h"
#include "net/http_date.h"

#define TAG_TEXT (2 * CACHE_HTTP_TAG + 3)

static void tag_text(const struct cache_http *c, char out[TAG_TEXT])
{
	char hex[2 * CACHE_HTTP_TAG + 1];

	enc_hex_str(hex, span_of(c->tag, sizeof(c->tag)));
	(void)snprintf(out, TAG_TEXT, "\"%s\"", hex);
}

void cache_http_lines(const struct cache_http *c, char out[CACHE_HTTP_LINES])
{
	char tag[TAG_TEXT], modified[HTTP_DATE_SIZE], expires[HTTP_DATE_SIZE];

	tag_text(c, tag);
	http_date(c->modified, modified);
	http_date(c->expires, expires);
	(void)snprintf(out, CACHE_HTTP_LINES, "ETag: %s\r\n%s%s%s%s%s%s", tag,
	    c->modified ? "Last-Modified: " : "", c->modified ? modified : "",
	    c->modified ? "\r\n" : "", c->expires ? "Expires: " : "",
	    c->expires ? expires : "", c->expires ? "\r\n" : "");
}

void cache_http_control(const struct cache_http *c, int64_t now_s,
    struct http_response *resp)
{
	int64_t left = c->expires ? c->expires - now_s : CACHE_HTTP_AGE_S;

	if (left >= CACHE_HTTP_AGE_S)
		left = CACHE_HTTP_AGE_S;
	http_add_header(resp, "Cache-Control",
	    "max-age=%d, public, no-transform, must-revalidate",
	    left > 0 ? (int)left : 0);
}

/* RFC 9110 13.1.2: a list of tags, compared weakly; or any. */
static bool lists_tag(struct span list, const char *tag)
{
	struct span one;
	bool more;

	if (span_eq_str(span_trim(list), "*"))
		return true;
	do {
		more = span_cut(&list, ',', &one);
		one = span_trim(one);
		if (span_starts(one, SPAN_LIT("W/")))
			one = span_sub(one, 2, one.n - 2);
		if (span_eq_str(one, tag))
			return true;
	} while (more);
	return false;
}

bool cache_http_has(const struct cache_http *c, const struct http_request *req)
{
	const struct span *tags = http_find(req, "If-None-Match");
	const struct span *since;
	char tag[TAG_TEXT], modified[HTTP_DATE_SIZE];

	if (tags) {
		tag_text(c, tag);
		return lists_tag(*tags, tag);
	}
	/* Another form of a date, or another date, is answered in full. */
	since = http_find(req, "If-Modified-Since");
	if (!since || c->modified == 0)
		return false;
	http_date(c->modified, modified);
	return span_eq_str(*since, modified);
}

bool cache_http_put(const struct cache_http *c, int64_t now_s,
    const struct http_request *req, struct http_response *resp)
{
	char lines[CACHE_HTTP_LINES];

	cache_http_lines(c, lines);
	buf_add_str(&resp->headers, lines);
	cache_http_control(c, now_s, resp);
	if (!cache_http_has(c, req))
		return false;
	resp->status = 304;
	return true;
}
