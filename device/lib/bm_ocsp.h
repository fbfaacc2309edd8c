/* Status proofs: OCSP requests and responses about one certificate (RFC 6960,
 * RFC 5019), by SHA-256 of the issuer's name and key.
 * Must not fetch one. */
#ifndef BIRTHMARK_BM_OCSP_H
#define BIRTHMARK_BM_OCSP_H

#include "device/lib/bm_cert.h"
#include "device/lib/bm_der.h"

enum bm_why bm_ocsp_request(const struct bm_platform *p,
    const struct bm_cert *cert, const struct bm_cert *issuer,
    struct bm_der_out *out);

struct bm_ocsp_ask {
	const struct bm_platform *platform;
	const struct bm_cert *cert, *issuer;
	int64_t now_s;
	uint32_t age_max_s;
	bool clock; /* without one now_s is only a lower bound */
};
struct bm_ocsp {
	int64_t this_update, next_update;
};
/* BM_OK for good and fresh. */
enum bm_why bm_ocsp_check(const struct bm_ocsp_ask *ask,
    struct bm_span response, struct bm_ocsp *out);

#endif
