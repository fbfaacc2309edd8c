/* The voucher-request that a device signs and the voucher that it gets (RFC
 * 8366, RFC 8995 section 3, BRSKI-Cloud).
 * Must not act on a voucher: it judges. */
#ifndef BIRTHMARK_BM_VOUCHER_H
#define BIRTHMARK_BM_VOUCHER_H

#include "device/lib/bm_cms.h"

struct bm_voucher_ask {
	const struct bm_platform *platform;
	const struct bm_config *config;
	const struct bm_cert *birth;
	const uint8_t *nonce; /* BM_NONCE bytes */
	int64_t now_s;	      /* 0: no clock */
};

/* The request, CMS, in out; o is room for its JSON. */
enum bm_why bm_voucher_request(const struct bm_voucher_ask *ask,
    struct bm_mem_out *o, struct bm_der_out *out);

struct bm_voucher {
	struct bm_span domain; /* pinned-domain-cert, DER */
	struct bm_span configuration;
	struct bm_url est; /* host is "" when the voucher names no EST server */
	int64_t created_on;
};
/* body is written to; v borrows from it. */
enum bm_why bm_voucher_check(const struct bm_voucher_ask *ask, uint8_t *body,
    size_t n, struct bm_voucher *v);

#endif
