/* Base64, decoded in place.
 * Must not accept what has two readings: bits behind the end are 0. */
#include "device/lib/bm_b64.h"

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool bm_b64_decode(uint8_t *p, size_t n, size_t *out_n)
{
	size_t i, out = 0;
	uint32_t bits = 0;
	unsigned int held = 0, pads = 0;
	int v;

	for (i = 0; i < n; i++) {
		if (p[i] == ' ' || p[i] == '\r' || p[i] == '\n' || p[i] == '\t')
			continue;
		if (p[i] == '=') {
			pads++;
			continue;
		}
		v = value(p[i]);
		if (v < 0 || pads > 0)
			return false;
		bits = bits << 6 | (uint32_t)v;
		held += 6;
		if (held >= 8) {
			held -= 8;
			p[out++] = (uint8_t)(bits >> held);
			bits &= (1u << held) - 1;
		}
	}
	/* 0, 4 or 2 bits are over, with 0, 1 or 2 signs of padding. */
	*out_n = out;
	return bits == 0 && held != 6 && pads == held / 2;
}

void bm_b64_encode(struct bm_mem_out *o, struct bm_span s)
{
	uint8_t four[4];
	uint32_t v;
	size_t i, k;

	for (i = 0; i < s.n; i += 3) {
		v = (uint32_t)s.p[i] << 16;
		if (i + 1 < s.n)
			v |= (uint32_t)s.p[i + 1] << 8;
		if (i + 2 < s.n)
			v |= s.p[i + 2];
		for (k = 0; k < 4; k++)
			four[k] = i + k > s.n
			    ? (uint8_t)'='
			    : (uint8_t)alphabet[v >> (18 - 6 * k) & 63];
		bm_mem_add(o, BM_MEM_OF(four));
	}
}
