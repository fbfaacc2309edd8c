/* One outbound HTTP request at a time, over libcurl: verified TLS, no
 * redirects, limits of size and time.  For the courier, the gate and the
 * command line; blocks. */
#ifndef BIRTHMARK_NET_FETCH_H
#define BIRTHMARK_NET_FETCH_H

#include "base/buf.h"

struct fetch; /* keeps connections between requests; one thread */

struct fetch_options {
	const char *ca_file;		  /* PEM; NULL: the system's */
	const char *cert_file, *key_file; /* client certificate, or NULL */
	bool allow_http;		  /* plain http: only for loopback */
	bool allow_private; /* private, loopback, link-local addresses */
	uint64_t connect_ms, total_ms;
	size_t answer_max; /* bytes */
	bool keep_headers; /* all of an answer, in fetch_answer.headers */
};

struct fetch_request {
	const char *method; /* "GET", ... */
	const char *url;
	const char *content_type;   /* NULL without body */
	const char *const *headers; /* "Name: value", NULL-ended, or NULL */
	const char *basic;	    /* "user:password", or NULL */
	const char *bearer;	    /* token, or NULL */
	struct span body;
	int body_fd; /* >= 0: stream body_size bytes from here instead */
	uint64_t body_size;
	int out_fd; /* >= 0: the body of a 2xx goes there, however large */
};
/* All fields empty, fds -1. */
#define FETCH_REQUEST ((struct fetch_request){.body_fd = -1, .out_fd = -1})

struct fetch_answer {
	int status;
	struct buf body;
	struct buf headers;	/* "name:value\n", names in lower case */
	int64_t date_s;		/* of the peer's clock; 0 if it said none */
	uint64_t retry_after_s; /* 0 if none */
	char etag[128];
	char location[256];
	uint64_t upload_offset; /* Upload-Offset header */
	bool has_upload_offset;
};

MUST_CHECK enum rc fetch_new(struct fetch **out, const struct fetch_options *o,
    struct err *e);
void fetch_free(struct fetch *f);
/* RC_OK for any complete answer, whatever its status; RC_AGAIN when the peer
 * is away or slow, RC_INVALID when it answered garbage or too much, RC_DENIED
 * when the address or scheme is not allowed.  a must be initialised with
 * fetch_answer_init. */
void fetch_answer_init(struct fetch_answer *a);
void fetch_answer_clear(struct fetch_answer *a);
MUST_CHECK enum rc fetch_do(struct fetch *f, const struct fetch_request *r,
    struct fetch_answer *a, struct err *e);

#endif
