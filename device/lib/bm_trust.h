/* The CAs of the device's owner: the voucher's pinned domain certificate and
 * those that its EST server told of.
 * Must not take a CA from anywhere else. */
#ifndef BIRTHMARK_BM_TRUST_H
#define BIRTHMARK_BM_TRUST_H

#include "device/lib/bm_cert.h"

/* Both slots into memory, one after the other; used tells how much. */
struct bm_trust_store {
	struct bm_span cas;
	size_t used;
};
enum bm_why bm_trust_load(struct bm_trust_store *t, const struct bm_platform *p,
    uint8_t *memory, size_t cap);

/* One of them that has signed the certificate, and may.  *named tells whether
 * one has the name of its issuer. */
bool bm_trust_issuer(const struct bm_trust_store *t,
    const struct bm_platform *p, const struct bm_cert *below,
    unsigned int cas_between, struct bm_cert *issuer, bool *named);

#endif
