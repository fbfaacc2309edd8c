/* CMS SignedData (RFC 5652) with one signer and its content inside, and
 * certs-only messages.
 * Must not decide whom to trust: the caller gives the key. */
#ifndef BIRTHMARK_BM_CMS_H
#define BIRTHMARK_BM_CMS_H

#include "device/lib/bm_cert.h"
#include "device/lib/bm_der.h"

struct bm_cms {
	struct bm_span content; /* of type id-ct-animaJSONVoucher */
	struct bm_span attrs;	/* signed attributes, [0] whole */
	struct bm_span attrs_digest;
	struct bm_span signature;
	enum bm_hash digest_hash, sig_hash;
};

/* Form only; signed attributes must be there, with the right content-type. */
bool bm_cms_parse(struct bm_cms *c, struct bm_span der);
/* Whether key has signed it.  base is where the message lies in memory that
 * may be written to; it is the same afterwards. */
bool bm_cms_verify(const struct bm_platform *p, const struct bm_cms *c,
    uint8_t *base, const struct bm_cert *key);
/* The certificates of a certs-only message, one after the other. */
bool bm_cms_certs(struct bm_span der, struct bm_span *certs);
/* Signs content with the birth key; signing-time unless now_s is 0. */
enum bm_why bm_cms_sign(const struct bm_platform *p,
    const struct bm_cert *signer, struct bm_span content, int64_t now_s,
    struct bm_der_out *out);

#endif
