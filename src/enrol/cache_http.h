/* What HTTP says of how long an answer is good (RFC 9111, RFC 5019 section 6),
 * and whether the peer has it already.
 * Must not know what the answer is. */
#ifndef BIRTHMARK_ENROL_CACHE_HTTP_H
#define BIRTHMARK_ENROL_CACHE_HTTP_H

#include "net/http.h"

/* Somebody between may give an answer again for so long: what is decided
 * meanwhile is seen later by those behind him. */
#define CACHE_HTTP_AGE_S 300
#define CACHE_HTTP_TAG 16
#define CACHE_HTTP_LINES 192

struct cache_http {
	uint8_t tag[CACHE_HTTP_TAG]; /* another for each answer */
	int64_t modified;	     /* 0: not known */
	int64_t expires;	     /* 0: it does not */
};

/* ETag, Last-Modified, Expires: they stay the same while the answer does. */
void cache_http_lines(const struct cache_http *c, char out[CACHE_HTTP_LINES]);
/* Cache-Control, for an answer given now. */
void cache_http_control(const struct cache_http *c, int64_t now_s,
    struct http_response *resp);
/* The peer has this very one: 304 is the answer. */
bool cache_http_has(const struct cache_http *c, const struct http_request *req);
/* All of it: true when resp was made a 304. */
bool cache_http_put(const struct cache_http *c, int64_t now_s,
    const struct http_request *req, struct http_response *resp);

#endif
