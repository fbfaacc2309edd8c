/* Sealed boxes: anyone with the public key can seal, only the holder of the
 * private key opens.  Ephemeral P-256 ECDH, HKDF-SHA256 (RFC 5869),
 * AES-256-GCM.  For product-cloud credentials: workers seal, the courier
 * opens.  The context is bound in as associated data. */
#ifndef BIRTHMARK_PKI_SEAL_H
#define BIRTHMARK_PKI_SEAL_H

#include "pki/key.h"

#define SEAL_OVERHEAD (1 + 65 + 16) /* version, ephemeral point, tag */

MUST_CHECK enum rc seal_close(struct span recipient_spki, struct span context,
    struct span secret, struct buf *out, struct err *e);
/* RC_INVALID when the box was changed or is for another key or context. */
MUST_CHECK enum rc seal_open(struct key *k, struct span context,
    struct span box, struct buf *out, struct err *e);

#endif
