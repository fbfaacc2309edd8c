/* The CAs whose clients are let in, and the way in for a client whose
 * certificate one of them has signed.
 * Internal to net. */
#ifndef BIRTHMARK_NET_TLS_ANCHOR_H
#define BIRTHMARK_NET_TLS_ANCHOR_H

#include <openssl/x509.h>

#include "base/span.h"

struct tls_anchors;

/* Of a PEM bundle, also into store; NULL when it holds none, or no memory. */
struct tls_anchors *tls_anchor_load(struct span pem, X509_STORE *store);
void tls_anchor_free(struct tls_anchors *a);
/* True: the certificate is signed by one of them and good for a TLS client now
 * (RFC 5280 6.1), all of it in the way of X509_verify_cert.  False says
 * nothing: X509_verify_cert decides. */
bool tls_anchor_vouches(const struct tls_anchors *a, X509 *leaf);

#endif
