/* One connection of the HTTP server: its phases, deadlines and requests, one
 * at a time.  Internal to net; must not know how connections are counted. */
#ifndef BIRTHMARK_NET_HTTP_CONN_H
#define BIRTHMARK_NET_HTTP_CONN_H

#include "net/http.h"

struct ssl_st;
struct http_conn;

/* What the connections of a server share; outlives them. */
struct http_conn_env {
	struct event_base *base;
	struct http_app app;
	struct http_limits limits;
	bool draining;
	/* The connection is gone; owner as given to http_conn_new. */
	void (*closed)(void *owner);
};

/* Takes ssl (NULL for plain HTTP) over, and fd unless it fails; *out may be
 * NULL on success: then the connection is closed already, without `closed`. */
MUST_CHECK enum rc http_conn_new(struct http_conn **out,
    const struct http_conn_env *env, int fd, struct ssl_st *ssl,
    const char *peer, void *owner);
/* At once, whatever goes on; calls closed. */
void http_conn_free(struct http_conn *c);
/* Closes it now if nothing is going on; else it ends with its answer. */
void http_conn_drain(struct http_conn *c);

#endif
