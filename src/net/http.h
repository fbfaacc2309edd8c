/* The HTTP/1.1 server: libevent moves bytes, OpenSSL does TLS, llhttp parses.
 * Knows nothing of routes or roles: an http_app decides at the end of the head
 * and answers at the end of the body.  Single-threaded; one per worker. */
#ifndef BIRTHMARK_NET_HTTP_H
#define BIRTHMARK_NET_HTTP_H

#include "base/buf.h"

struct event_base;

#define HTTP_HEADERS_MAX 64
#define HTTP_BODY_DEFAULT (64 * 1024)

enum http_method {
	HTTP_GET,
	HTTP_HEAD,
	HTTP_POST,
	HTTP_PUT,
	HTTP_PATCH,
	HTTP_DELETE,
	HTTP_OPTIONS,
	HTTP_OTHER
};

const char *http_method_name(enum http_method m);

struct http_header {
	struct span name, value;
};

/* Takes a body as it arrives, instead of collecting it.  A false from
 * write or end means that resp was filled with an error. */
struct http_request;
struct http_response;
struct http_sink {
	bool (
	    *write)(void *state, struct span bytes, struct http_response *resp);
	/* The body is complete: fills resp. */
	void (*end)(void *state, struct http_response *resp);
	/* Always called last, also after a broken connection. */
	void (*free)(void *state);
};

struct http_request {
	enum http_method method;
	struct span path;  /* as sent, no query; starts with '/' */
	struct span query; /* without '?', may be empty */
	struct http_header headers[HTTP_HEADERS_MAX];
	size_t headers_n;
	struct span body; /* complete, for handle(); empty with a sink */
	bool has_length;
	uint64_t length; /* Content-Length */
	char peer[64];	 /* address text, without port */
	bool tls;
	struct span client_cert; /* DER, only if presented *and* verified */
	struct span server_name; /* that TLS was asked for, or empty */
	/* Set by app->head: */
	size_t body_max;
	const struct http_sink *sink; /* NULL: collect into body */
	void *sink_state;
	void *app_state; /* freed by app->done */
};

/* Produces a body piece by piece: appends up to ~64 KiB to out.  RC_OK: more
 * to come, and with nothing appended: not yet, ask again; RC_NOT_FOUND: that
 * was the end (out may hold a last piece); else the connection is cut, so that
 * no one takes it for complete. */
struct http_source {
	enum rc (*read)(void *state, struct buf *out, struct err *e);
	void (*free)(void *state);
};

struct http_response {
	int status;
	const char *content_type;	  /* static, NULL without body */
	struct buf body;		  /* initialised by the server */
	struct buf headers;		  /* further "Name: value\r\n" lines */
	const struct http_source *source; /* instead of body; chunked */
	void *source_state;
	/* How long a source that has nothing yet is left alone; 0: 20 ms.  With
	 * one, the answer lasts: it ends when the peer closes its side and when
	 * the server drains, and only a peer that does not read is too slow. */
	uint64_t live_ms;
	bool close; /* close the connection after it */
};

struct http_app {
	void *ctx;
	/* The head is complete and well-formed, no body read.  True: go on,
	 * with body_max and sink set.  False: resp is the answer. */
	bool (*head)(void *ctx, struct http_request *req,
	    struct http_response *resp);
	void (*handle)(void *ctx, struct http_request *req,
	    struct http_response *resp);
	/* After the answer or the break; frees app_state.  Called once for
	 * each request for which head was called. */
	void (*done)(void *ctx, struct http_request *req,
	    const struct http_response *resp);
	/* Answers faults of HTTP itself (400, 408, 413, 431, ...). */
	void (*fault)(void *ctx, int status, const char *why,
	    struct http_response *resp);
};

struct http_limits {
	uint64_t head_ms;	/* whole head, from its first byte */
	uint64_t body_idle_ms;	/* between two pieces of body */
	uint64_t body_min_rate; /* bytes a second, averaged, after 10 s */
	uint64_t keep_alive_ms; /* idle between requests */
	uint64_t write_ms;	/* without progress of the peer */
	size_t connections;	/* in this process */
	size_t connections_per_peer;
	uint64_t requests; /* on one connection */
};
extern const struct http_limits http_limits_default;

struct http_tls;
/* Server TLS 1.2+: certificate chain and key in PEM files.  client_ca: a PEM
 * bundle, then a verified client certificate is asked for (required when
 * require_client); NULL for none.  No session tickets. */
MUST_CHECK enum rc http_tls_new(struct http_tls **out, const char *cert_file,
    const char *key_file, const char *client_ca, bool require_client,
    struct err *e);
/* The certificate for a name that a client asks for (RFC 6066 3).  True: chain
 * (DER after DER, the server's first) and the key in PEM are filled.  False:
 * the ordinary one.  Called in the handshake: must not wait long. */
typedef bool http_tls_name(void *ctx, struct span name, struct buf *chain,
    struct buf *key_pem);
void http_tls_set_names(struct http_tls *t, http_tls_name *f, void *ctx);
void http_tls_free(struct http_tls *t);

struct http_server;
/* Serves on a listening socket (taken over); tls NULL for plain HTTP.  Accepts
 * when the event loop runs, under http_limits_default. */
MUST_CHECK enum rc http_server_new(struct http_server **out,
    struct event_base *base, int listen_fd, struct http_tls *tls,
    const struct http_app *app, struct err *e);
void http_server_set_limits(struct http_server *s,
    const struct http_limits *limits);
/* For connections accepted from now on; the old one may then be freed. */
void http_server_set_tls(struct http_server *s, struct http_tls *tls);
/* No new connections; calls idle_cb when the last request is answered. */
void http_server_drain(struct http_server *s, void (*idle_cb)(void *),
    void *arg);
/* Cuts off what is still open.  Not from inside the event loop. */
void http_server_free(struct http_server *s);
size_t http_server_open(const struct http_server *s); /* connections */

/* Value of a header, or NULL; names without case. */
const struct span *http_find(const struct http_request *req, const char *name);
/* Whether the body is said to be of this media type; parameters do not count,
 * nor does case (RFC 9110 8.3.1). */
bool http_is_type(const struct http_request *req, const char *type);
/* Value of a query parameter, percent-decoded into out; false when absent or
 * too long. */
bool http_query(const struct http_request *req, const char *name, char *out,
    size_t cap);
/* Whether it is there at all: http_query is false for one that does not fit,
 * too. */
bool http_query_has(const struct http_request *req, const char *name);
void http_add_header(struct http_response *resp, const char *name,
    const char *fmt, ...) PRINTF_LIKE(3, 4);

#endif
