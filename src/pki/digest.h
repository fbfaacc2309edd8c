/* Digests, with contexts kept per thread: SHA-256 and the SHA-1 that RFC 5280
 * key identifiers and RFC 6238 codes use.  Must not be used for passwords. */
#ifndef BIRTHMARK_PKI_DIGEST_H
#define BIRTHMARK_PKI_DIGEST_H

#include "base/buf.h"

#define DIGEST_SHA256 32
#define DIGEST_SHA1 20

void digest_sha256(struct span in, uint8_t out[DIGEST_SHA256]);
void digest_sha1(struct span in, uint8_t out[DIGEST_SHA1]);
void digest_hmac_sha256(struct span key, struct span in,
    uint8_t out[DIGEST_SHA256]);
void digest_hmac_sha1(struct span key, struct span in,
    uint8_t out[DIGEST_SHA1]); /* for RFC 6238 only */

struct digest; /* running SHA-256 */
struct digest *digest_new(void);
void digest_add(struct digest *d, struct span in);
void digest_end(struct digest *d, uint8_t out[DIGEST_SHA256]); /* restarts */
void digest_free(struct digest *d);

#endif
