/* Key pairs and secrets derived from a key, so that many need no place to be
 * kept.  Must not be used with a purpose that stands for two things. */
#ifndef BIRTHMARK_PKI_KEY_DERIVE_H
#define BIRTHMARK_PKI_KEY_DERIVE_H

#include "pki/key.h"

#define KEY_DERIVE_INFO_MAX 256 /* bytes of purpose and whom together */

/* The P-256 key pair of `whom` for `purpose`, always the same for the same
 * master: HKDF-SHA256 (RFC 5869) over the private scalar of master, which has
 * to be P-256 and in a file, with info purpose || 0 || whom, reduced as by
 * FIPS 186-5 A.2.1.  RC_INVALID for another kind of master, an empty or too
 * long whom; RC_DENIED for a master whose private part is in a token. */
MUST_CHECK enum rc key_derive_p256(struct key **out, struct key *master,
    const char *purpose, struct span whom, struct err *e);

/* n bytes (at most KEY_DERIVE_SECRET_MAX) of HKDF-SHA256 over the same, for
 * the same faults. */
#define KEY_DERIVE_SECRET_MAX 48
MUST_CHECK enum rc key_derive_secret(struct key *master, const char *purpose,
    struct span whom, uint8_t *out, size_t n, struct err *e);

#endif
