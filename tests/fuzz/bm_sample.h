/* A device for fuzz targets: real certificates, but every digest is 0 and every
 * signature fits, so that inputs get behind them.
 * Must not be used where a signature matters. */
#ifndef BIRTHMARK_TESTS_FUZZ_BM_SAMPLE_H
#define BIRTHMARK_TESTS_FUZZ_BM_SAMPLE_H

#include "tests/unit/bm_case.h"

static inline bool bm_sample_verify(void *ctx, enum bm_curve curve,
    struct bm_span point, struct bm_span digest, struct bm_span sig)
{
	(void)ctx;
	(void)sig;
	if (point.n !=
		(curve == BM_P256 ? (size_t)BM_POINT_256 : BM_POINT_384) ||
	    (digest.n != 32 && digest.n != 48))
		abort();
	return true;
}

static inline bool bm_sample_digest(void *ctx, enum bm_hash hash,
    struct bm_span data, uint8_t *out)
{
	uint8_t last = 0;
	size_t i;

	(void)ctx;
	/* Every byte is there. */
	for (i = 0; i < data.n; i++)
		last = data.p[i];
	(void)last;
	memset(out, 0, (size_t)hash);
	return true;
}

static inline bool bm_sample_sign(void *ctx, enum bm_key key,
    const uint8_t digest[32], uint8_t *sig, size_t *n)
{
	(void)ctx;
	(void)key;
	(void)digest;
	memset(sig, 0x30, BM_SIGNATURE_MAX);
	*n = BM_SIGNATURE_MAX;
	return true;
}

static inline bool bm_sample_key_new(void *ctx, enum bm_key key)
{
	(void)ctx;
	(void)key;
	return true;
}

static inline bool bm_sample_key_point(void *ctx, enum bm_key key,
    uint8_t point[BM_POINT_256])
{
	(void)ctx;
	(void)key;
	memset(point, 4, BM_POINT_256);
	return true;
}

static inline bool bm_sample_random(void *ctx, uint8_t *out, size_t n)
{
	(void)ctx;
	memset(out, 0, n);
	return true;
}

static inline struct bm_case *bm_sample(void)
{
	static struct bm_case the;
	static bool made;

	if (made)
		return &the;
	bm_case_init(&the);
	the.platform.verify = bm_sample_verify;
	the.platform.digest = bm_sample_digest;
	the.platform.sign = bm_sample_sign;
	the.platform.key_new = bm_sample_key_new;
	the.platform.key_point = bm_sample_key_point;
	the.platform.random = bm_sample_random;
	made = true;
	return &the;
}

/* Bytes changed as the input says: where, to what. */
static inline void bm_sample_edit(uint8_t *p, size_t n, const uint8_t *edits,
    size_t edits_n)
{
	for (; edits_n >= 3; edits += 3, edits_n -= 3)
		p[((size_t)edits[0] << 8 | edits[1]) % n] = edits[2];
}

#endif
