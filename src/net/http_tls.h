/* The TLS side of the HTTP server: contexts and connections of OpenSSL.
 * Internal to net; must not read or write application bytes. */
#ifndef BIRTHMARK_NET_HTTP_TLS_H
#define BIRTHMARK_NET_HTTP_TLS_H

#include "net/http.h"

struct ssl_st;

/* A server side for one new connection; NULL: no memory. */
struct ssl_st *http_tls_accept(struct http_tls *t);
/* For one that no connection has taken over; NULL is fine. */
void http_tls_drop(struct ssl_st *ssl);
/* After the handshake: the DER of the client's certificate into out, only if
 * there is one and it was verified. */
void http_tls_client_cert(struct ssl_st *ssl, struct buf *out);
/* The name that the client asked for, in the connection's memory, or empty. */
struct span http_tls_server_name(struct ssl_st *ssl);
/* Says goodbye; never waits. */
void http_tls_shutdown(struct ssl_st *ssl);
/* Empties OpenSSL's error queue. */
void http_tls_forget_errors(void);

#endif
