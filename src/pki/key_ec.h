/* Elliptic-curve work on bytes, with groups and scratch kept per thread.
 * Must not be included outside of pki. */
#ifndef BIRTHMARK_PKI_KEY_EC_H
#define BIRTHMARK_PKI_KEY_EC_H

#include "pki/key.h"

#define KEY_EC_POINT_MAX 97

/* Bytes of a coordinate: 32 or 48; 0 for other types. */
size_t key_ec_size(enum key_type t);
/* True if bits is an uncompressed point on the curve of t. */
bool key_ec_is_point(enum key_type t, struct span bits);
/* The uncompressed point (1 + 2 sizes) with this x and parity of y. */
MUST_CHECK bool key_ec_expand(enum key_type t, struct span x, bool y_odd,
    uint8_t *out);
/* The public key (EVP_PKEY *) of this uncompressed point, NULL on failure:
 * several times faster than decoding a SubjectPublicKeyInfo. */
void *key_ec_public(enum key_type t, struct span point);
/* A new key pair (EVP_PKEY *), NULL on failure. */
void *key_ec_generate(enum key_type t);
/* The PKCS#8 form (RFC 5958, RFC 5915) of a key pair (EVP_PKEY *) of libcrypto
 * itself; false when it does not give its private part. */
MUST_CHECK bool key_ec_pkcs8(enum key_type t, void *evp, struct buf *der);

#endif
