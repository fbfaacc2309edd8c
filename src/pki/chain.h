/* Trust: does this certificate come from a CA we know?  Issuers are decoded
 * once and kept.  Must not read the network or the clock. */
#ifndef BIRTHMARK_PKI_CHAIN_H
#define BIRTHMARK_PKI_CHAIN_H

#include "pki/cert.h"

#define CHAIN_CA_MAX 64

/* A set of trusted CA certificates, roots and issuing ones; one thread. */
struct chain;

struct chain *chain_new(void);
void chain_free(struct chain *ch);
/* Adds a CA certificate (DER, copied).  Refuses what is not a CA with
 * keyCertSign, a key or signature we do not take, and an intermediate whose
 * issuer is not in the set yet unless anchor is true. */
MUST_CHECK enum rc chain_add(struct chain *ch, struct span der, bool anchor,
    int64_t now_s, struct err *e);
/* Checks a birth certificate in the order of RFC 5280 6.1 as far as it holds
 * for a factory leaf: issuer known (by AKI, then by name), signature,
 * validity at now_s, not a CA, key usage allows signing, the key is one we
 * take, no unknown critical extension. */
MUST_CHECK enum rc chain_check(struct chain *ch, const struct cert *leaf,
    int64_t now_s, struct err *e);
/* DER of the issuer that chain_check would use; empty if none. */
struct span chain_issuer(struct chain *ch, const struct cert *leaf);

#endif
