/* A connection, plain or TLS, whose every step ends in bounded time. */
#ifndef BIRTHMARK_DEVICE_WIRE_H
#define BIRTHMARK_DEVICE_WIRE_H

#include "base/buf.h"

struct wire;

struct wire_limits {
	int timeout_ms;	    /* of each step */
	bool (*stop)(void); /* asked often; may be NULL */
};

/* ctx: an SSL_CTX * (tls.h), or NULL for a plain connection.  RC_AGAIN when
 * nobody answers in time, RC_DENIED when one side does not take the other:
 * *e then says which and why. */
MUST_CHECK enum rc wire_dial(struct wire **out, void *ctx, const char *host,
    unsigned int port, const struct wire_limits *limits, struct err *e);
/* Takes fd, also on failure. */
MUST_CHECK enum rc wire_accept(struct wire **out, void *ctx, int fd,
    const struct wire_limits *limits, struct err *e);
/* All of it. */
MUST_CHECK enum rc wire_send(struct wire *w, struct span data, struct err *e);
/* At least one byte, or *n == 0 when the peer has closed.  RC_AGAIN when it is
 * silent for too long, RC_DENIED when it ends by a TLS alert. */
MUST_CHECK enum rc wire_receive(struct wire *w, uint8_t *out, size_t cap,
    size_t *n, struct err *e);
/* n bytes, all within the time of one step, so that nobody keeps us by sending
 * a little at a time; *got: fewer when the peer has closed. */
MUST_CHECK enum rc wire_receive_all(struct wire *w, uint8_t *out, size_t n,
    size_t *got, struct err *e);
/* The peer's certificates, DER, its own first, at most max; *n of them, each
 * appended to der and its length in sizes. */
MUST_CHECK enum rc wire_peer_chain(const struct wire *w, struct buf *der,
    size_t *sizes, size_t max, size_t *n);
void wire_close(struct wire *w);

#endif
