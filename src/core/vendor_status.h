/* What a vendor lets the service say of its birth certificates: a certificate
 * for the service's OCSP key, and revocation lists that the vendor signed.
 * No HTTP words, no SQL. */
#ifndef BIRTHMARK_CORE_VENDOR_STATUS_H
#define BIRTHMARK_CORE_VENDOR_STATUS_H

#include "core/vendor.h"
#include "store/store_status.h"

#define VENDOR_STATUS_CRL_MAX (16u << 20) /* bytes of a list */

/* The request that the vendor signs: PEM appended. */
MUST_CHECK enum rc vendor_status_csr(struct core *c, struct buf *pem,
    struct err *e);
/* What there is for this CA; all 0 when there is nothing. */
MUST_CHECK enum rc vendor_status_get(struct core *c, const uint8_t fp[32],
    struct store_status_vendor *out, struct err *e);

/* Both take PEM or DER for a CA of the actor's vendor (RC_NOT_FOUND if it is
 * not), check it against that CA, and fill *ca.
 * RC_INVALID "responder-invalid", "responder-key". */
MUST_CHECK enum rc vendor_status_put_responder(struct core *c,
    const struct core_actor *a, const uint8_t fp[32], struct span file,
    struct store_vendor_ca *ca, struct err *e);
/* RC_INVALID "crl-invalid", RC_CONFLICT "crl-number". */
MUST_CHECK enum rc vendor_status_put_crl(struct core *c,
    const struct core_actor *a, const uint8_t fp[32], struct span file,
    struct store_vendor_ca *ca, struct err *e);

#endif
