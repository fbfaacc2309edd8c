/* The strict HTTP/1.1 request parser (RFC 9110, 9112): bytes in, events out.
 * Must not know sockets, routes or answers, and holds one request at a time. */
#ifndef BIRTHMARK_NET_HTTP_PARSE_H
#define BIRTHMARK_NET_HTTP_PARSE_H

#include "base/buf.h"

#define HTTP_PARSE_HEAD_MAX (16 * 1024)
#define HTTP_PARSE_FIELDS_MAX 64

struct http_parse_field {
	struct span name, value;
};

/* Spans live until http_parse_reset. */
struct http_parse_head {
	struct span method, path, query;
	struct http_parse_field fields[HTTP_PARSE_FIELDS_MAX];
	size_t fields_n;
	bool has_length;
	uint64_t length;
	bool chunked;
	bool keep_alive;
	bool expect_continue;
	int minor; /* of HTTP/1.x */
};

enum http_parse_event {
	HTTP_PARSE_MORE, /* all input taken, nothing to tell yet */
	HTTP_PARSE_HEAD, /* http_parse_get_head is valid now */
	HTTP_PARSE_BODY, /* a piece of body */
	HTTP_PARSE_END,	 /* the request is complete */
	HTTP_PARSE_FAULT /* http_parse_fault tells; stays so until reset */
};

struct http_parse;
struct http_parse *http_parse_new(void); /* NULL: no memory */
void http_parse_free(struct http_parse *p);
/* Ready for the next request. */
void http_parse_reset(struct http_parse *p);
/* Takes bytes from the front of *in until there is something to tell.  body
 * borrows from in. */
enum http_parse_event http_parse_next(struct http_parse *p, struct span *in,
    struct span *body);
const struct http_parse_head *http_parse_get_head(const struct http_parse *p);
/* The status to answer with, and a sentence. */
int http_parse_fault(const struct http_parse *p, const char **why);

#endif
