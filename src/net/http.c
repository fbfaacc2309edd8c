/* What applications ask of a request and add to an answer.
 * Must not touch connections. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/enc.h"
#include "net/http.h"

#define QUERY_VALUE_MAX 4096

const struct http_limits http_limits_default = {
    .head_ms = 10000,
    .body_idle_ms = 30000,
    .body_min_rate = 1024,
    .keep_alive_ms = 60000,
    .write_ms = 30000,
    .connections = 2000,
    .connections_per_peer = 256,
    .requests = 100000,
};

const char *http_method_name(enum http_method m)
{
	switch (m) {
	case HTTP_GET:
		return "GET";
	case HTTP_HEAD:
		return "HEAD";
	case HTTP_POST:
		return "POST";
	case HTTP_PUT:
		return "PUT";
	case HTTP_PATCH:
		return "PATCH";
	case HTTP_DELETE:
		return "DELETE";
	case HTTP_OPTIONS:
		return "OPTIONS";
	case HTTP_OTHER:
		break;
	}
	return "OTHER";
}

const struct span *http_find(const struct http_request *req, const char *name)
{
	size_t i, n = strlen(name);

	for (i = 0; i < req->headers_n; i++)
		if (req->headers[i].name.n == n &&
		    strncasecmp((const char *)req->headers[i].name.p, name,
			n) == 0)
			return &req->headers[i].value;
	return NULL;
}

bool http_is_type(const struct http_request *req, const char *type)
{
	const struct span *value = http_find(req, "Content-Type");
	struct span rest = value ? *value : SPAN_NONE, head;

	(void)span_cut(&rest, ';', &head);
	head = span_trim(head);
	return head.n == strlen(type) &&
	    strncasecmp((const char *)head.p, type, head.n) == 0;
}

/* '+' is a space in forms and in what URLSearchParams writes. */
static bool decode(struct span raw, char *out, size_t cap)
{
	struct buf plain, value;
	bool ok;
	size_t i;

	buf_init(&plain, QUERY_VALUE_MAX);
	buf_init(&value, QUERY_VALUE_MAX);
	for (i = 0; i < raw.n; i++)
		if (raw.p[i] == '+')
			buf_add_str(&plain, "%20");
		else
			buf_add_u8(&plain, raw.p[i]);
	ok = buf_ok(&plain) && enc_unpercent(&value, buf_span(&plain)) &&
	    span_copy_str(buf_span(&value), out, cap);
	buf_clear(&plain);
	buf_clear(&value);
	return ok;
}

bool http_query(const struct http_request *req, const char *name, char *out,
    size_t cap)
{
	struct span rest = req->query, pair, key;

	out[0] = '\0';
	while (rest.n > 0) {
		(void)span_cut(&rest, '&', &pair);
		(void)span_cut(&pair, '=', &key);
		if (span_eq_str(key, name))
			return decode(pair, out, cap);
	}
	return false;
}

bool http_query_has(const struct http_request *req, const char *name)
{
	struct span rest = req->query, pair, key;

	while (rest.n > 0) {
		(void)span_cut(&rest, '&', &pair);
		(void)span_cut(&pair, '=', &key);
		if (span_eq_str(key, name))
			return true;
	}
	return false;
}

void http_add_header(struct http_response *resp, const char *name,
    const char *fmt, ...)
{
	char value[2048];
	va_list ap;
	size_t i;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(value, sizeof(value), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(value)) {
		resp->headers.bad = true;
		return;
	}
	for (i = 0; value[i]; i++)
		if ((unsigned char)value[i] < ' ' || value[i] == 0x7f)
			value[i] = ' ';
	buf_addf(&resp->headers, "%s: %s\r\n", name, value);
}
