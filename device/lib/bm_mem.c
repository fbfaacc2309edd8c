/* Spans, and a text that grows in memory of fixed size.
 * Must not write behind its end: a text that does not fit is marked. */
#include "device/lib/bm_mem.h"

struct bm_span bm_mem_str(const char *text)
{
	size_t n = 0;

	while (text[n] != '\0')
		n++;
	return bm_mem_span(text, n);
}

bool bm_mem_text(char *out, size_t cap, struct bm_span s)
{
	if (s.n >= cap)
		return false;
	if (s.n > 0)
		memcpy(out, s.p, s.n);
	out[s.n] = '\0';
	return true;
}

void bm_mem_add(struct bm_mem_out *o, struct bm_span s)
{
	if (o->full || s.n > o->cap - o->n) {
		o->full = true;
		return;
	}
	if (s.n > 0)
		memcpy(o->p + o->n, s.p, s.n);
	o->n += s.n;
}

void bm_mem_add_str(struct bm_mem_out *o, const char *text)
{
	bm_mem_add(o, bm_mem_str(text));
}

void bm_mem_add_u32(struct bm_mem_out *o, uint32_t v)
{
	uint8_t digits[10];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (uint8_t)('0' + v % 10);
		v /= 10;
	} while (v > 0);
	bm_mem_add(o, bm_mem_span(digits + at, sizeof(digits) - at));
}
