/* Heads of answers.
 * Must not let a value break out of its line. */
#include "net/http_out.h"
#include "base/clock.h"
#include "net/http_date.h"

static const struct {
	int status;
	const char *reason;
} reasons[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
};

static const char *reason_of(int status)
{
	size_t i;

	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Unknown";
}

/* It changes once a second, and is written for each answer. */
static void put_date(struct buf *out)
{
	static __thread char text[HTTP_DATE_SIZE];
	static __thread int64_t of = -1;
	int64_t now = clock_now_s();

	if (now != of) {
		http_date(now, text);
		of = now;
	}
	if (!text[0])
		return;
	buf_add_str(out, "Date: ");
	buf_add_str(out, text);
	buf_add_str(out, "\r\n");
}

static void put_number(struct buf *out, size_t v)
{
	char text[24], *p = text + sizeof(text);

	do {
		*--p = (char)('0' + v % 10);
		v /= 10;
	} while (v > 0);
	buf_add(out, p, (size_t)(text + sizeof(text) - p));
}

void http_out_head(struct buf *out, const struct http_response *resp,
    struct http_out *o)
{
	bool bare = resp->status == 204 || resp->status == 304;

	o->chunked = resp->source && !bare && o->minor >= 1;
	o->no_body = bare || o->head_only;
	/* Without chunks only the end of the connection ends the body. */
	if (resp->source && !o->chunked && !o->no_body)
		o->keep = false;
	buf_add_str(out, "HTTP/1.1 ");
	put_number(out, (size_t)resp->status);
	buf_add_u8(out, ' ');
	buf_add_str(out, reason_of(resp->status));
	buf_add_str(out, "\r\n");
	put_date(out);
	if (resp->content_type && !bare) {
		buf_add_str(out, "Content-Type: ");
		buf_add_str(out, resp->content_type);
		buf_add_str(out, "\r\n");
	}
	if (o->chunked) {
		buf_add_str(out, "Transfer-Encoding: chunked\r\n");
	} else if (!bare && !resp->source) {
		buf_add_str(out, "Content-Length: ");
		put_number(out, resp->body.n);
		buf_add_str(out, "\r\n");
	}
	if (!o->keep)
		buf_add_str(out, "Connection: close\r\n");
	else if (o->minor == 0)
		buf_add_str(out, "Connection: keep-alive\r\n");
	buf_add_span(out, buf_span(&resp->headers));
	buf_add_str(out, "\r\n");
}
