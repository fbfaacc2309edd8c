/* The stored form of certificates: a reel keeps one template, a certificate
 * keeps what differs from it (serial, names made of it, public key, signature).
 * Rebuilding gives the same bytes, which pack_put proves each time; what does
 * not fit the template is kept whole. */
#ifndef BIRTHMARK_PKI_PACK_H
#define BIRTHMARK_PKI_PACK_H

#include "pki/cert.h"

#define PACK_TEMPLATE_MAX (CERT_DER_MAX + 256)

struct pack; /* one template; read-only after making, shared by threads */

/* Makes the template from the first certificate of a reel. */
MUST_CHECK enum rc pack_new(struct pack **out, const struct cert *first,
    struct err *e);
/* From its stored bytes. */
MUST_CHECK enum rc pack_load(struct pack **out, struct span stored,
    struct err *e);
struct span pack_stored(const struct pack *p);
void pack_free(struct pack *p);
/* Appends the stored form of c to out; it always works (whole if need be). */
MUST_CHECK enum rc pack_put(const struct pack *p, const struct cert *c,
    struct buf *out, struct err *e);
/* Whether pack_get would give c back, byte for byte; sooner than that. */
MUST_CHECK bool pack_is(const struct pack *p, struct span stored,
    const struct cert *c);
/* Appends the DER to out. */
MUST_CHECK enum rc pack_get(const struct pack *p, struct span stored,
    struct buf *out, struct err *e);

#endif
