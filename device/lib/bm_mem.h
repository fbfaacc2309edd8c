/* What the library wants of its surroundings, and helpers on spans.
 * Must not need a hosted C library: the compiler asks for these four anyway. */
#ifndef BIRTHMARK_BM_MEM_H
#define BIRTHMARK_BM_MEM_H

#include "device/lib/birthmark.h"

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *p, int v, size_t n);
int memcmp(const void *a, const void *b, size_t n);

#define BM_MEM_OF(array) bm_mem_span((array), sizeof(array))
#define BM_MEM_LIT(text) bm_mem_span((text), sizeof(text) - 1)

static inline struct bm_span bm_mem_span(const void *p, size_t n)
{
	struct bm_span s = {p, n};

	return s;
}

static inline bool bm_mem_eq(struct bm_span a, struct bm_span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Text with its end, of bytes without one; false when it does not fit. */
bool bm_mem_text(char *out, size_t cap, struct bm_span s);
struct bm_span bm_mem_str(const char *text);

/* A text that grows forwards in memory of fixed size. */
struct bm_mem_out {
	uint8_t *p;
	size_t cap, n;
	bool full;
};
void bm_mem_add(struct bm_mem_out *o, struct bm_span s);
void bm_mem_add_str(struct bm_mem_out *o, const char *text);
void bm_mem_add_u32(struct bm_mem_out *o, uint32_t v);

#endif
