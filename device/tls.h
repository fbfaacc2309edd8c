/* What a device brings to TLS: its key and certificate, and whom it trusts.
 * Must not fall back on the system's list of CAs. */
#ifndef BIRTHMARK_DEVICE_TLS_H
#define BIRTHMARK_DEVICE_TLS_H

#include "pki/key.h"

/* All borrowed until the context is made; the key until it is freed. */
struct tls_self {
	struct key *key;
	struct span cert;  /* DER */
	struct span chain; /* DER, one after the other; may be empty */
};

/* An SSL_CTX * for a client.  self may be NULL: no certificate.  anchors (DER,
 * one after the other) are trusted, self-signed or not, and nobody else; host
 * is what the server's certificate must be for. */
MUST_CHECK enum rc tls_client(void **ctx, const struct tls_self *self,
    struct span anchors, const char *host, struct err *e);
/* For both sides of a talk between devices: TLS 1.3, a certificate asked for
 * and its key proved, the certificate itself left to the caller to judge. */
MUST_CHECK enum rc tls_peer(void **ctx, const struct tls_self *self,
    bool is_server, struct err *e);
void tls_free(void *ctx);
/* The certificates of a PEM file, DER, one after the other, appended. */
MUST_CHECK enum rc tls_read_anchors(const char *path, struct buf *ders,
    struct err *e);
/* libssl's last fault for people, and empties its queue; "" when there is
 * none. */
void tls_fault(char *out, size_t cap);

#endif
