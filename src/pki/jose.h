/* JWS and JWK (RFC 7515, 7517, 7519, 7638): compact signatures with ES256,
 * ES384 and RS256 made and checked by EVP.  Never accepts `none` or HMAC. */
#ifndef BIRTHMARK_PKI_JOSE_H
#define BIRTHMARK_PKI_JOSE_H

#include "pki/key.h"

#define JOSE_MAX (64 * 1024)
#define JOSE_KID_SIZE 44 /* thumbprint in base64url and NUL */

/* RFC 7638 thumbprint (SHA-256, base64url) of a public key. */
MUST_CHECK enum rc jose_kid(struct span spki, char out[JOSE_KID_SIZE],
    struct err *e);
/* The JWK object of a public key, with kid, alg and use "sig". */
MUST_CHECK enum rc jose_jwk(struct span spki, struct buf *out, struct err *e);
/* SPKI (DER) of a JWK text; EC P-256, P-384 and RSA. */
MUST_CHECK enum rc jose_jwk_spki(struct span jwk, struct buf *out,
    struct err *e);
/* header.payload.signature; header {"alg","kid","typ"}. */
MUST_CHECK enum rc jose_sign(struct key *k, const char *typ,
    struct span payload, struct buf *out, struct err *e);
/* header..signature, detached and unencoded (RFC 7515 appendix F, RFC 7797):
 * header is a JSON text with "b64":false and "crit":["b64"].  To be checked
 * with jose_verify_parts over the payload as it is. */
#define JOSE_DETACHED_MAX (1u << 20) /* bytes of payload */
MUST_CHECK enum rc jose_sign_detached(struct key *k, struct span header,
    struct span payload, struct buf *out, struct err *e);
/* Checks a compact JWS with this key and appends its payload. */
MUST_CHECK enum rc jose_verify(struct span jws, struct key_pub *p,
    const char *typ, struct buf *payload, struct err *e);
/* The same with the key of a JWK set (RFC 7517 5) that the JWS names by kid, or
 * the only one that fits; ES256 and RS256 alone.  RC_NOT_FOUND
 * "jws-key-unknown" when the set has no such key. */
MUST_CHECK enum rc jose_verify_set(struct span jws, struct span jwks,
    struct buf *payload, struct err *e);
/* Checks a signature over `protected "." payload` by the alg named. */
MUST_CHECK enum rc jose_verify_parts(struct span alg, struct span protected_b64,
    struct span payload_b64, struct span signature_b64, struct key_pub *p,
    struct err *e);
/* The other half of jose_verify_parts: appends the base64url signature. */
MUST_CHECK enum rc jose_sign_parts(struct key *k, struct span protected_b64,
    struct span payload_b64, struct buf *signature_b64, struct err *e);
/* "ES256", "ES384" or "RS256", as this type of key signs; NULL if it cannot. */
const char *jose_alg(enum key_type t);

#endif
