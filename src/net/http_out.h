/* The bytes of an answer: status line, header fields, chunks.
 * Internal to net; must not send. */
#ifndef BIRTHMARK_NET_HTTP_OUT_H
#define BIRTHMARK_NET_HTTP_OUT_H

#include "net/http.h"

struct http_out {
	bool head_only; /* the request was HEAD */
	bool keep;	/* the connection stays open */
	bool chunked;	/* set by http_out_head: the body goes in chunks */
	bool no_body;	/* set by http_out_head: nothing follows the head */
	int minor;	/* of the request's version */
};

/* Appends the whole head. */
void http_out_head(struct buf *out, const struct http_response *resp,
    struct http_out *o);

#endif
