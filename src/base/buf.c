/* The growable byte buffer.
 * Must not exceed its limit and must not leave copies of secrets behind. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define BUF_FIRST 64

void buf_init(struct buf *b, size_t max)
{
	memset(b, 0, sizeof(*b));
	b->max = max;
}

void buf_clear(struct buf *b)
{
	if (!b)
		return;
	free(b->p);
	buf_init(b, b->max);
}

void buf_clear_secret(struct buf *b)
{
	if (!b)
		return;
	if (b->p)
		explicit_bzero(b->p, b->cap);
	buf_clear(b);
}

void buf_reset(struct buf *b)
{
	b->n = 0;
	b->bad = false;
}

bool buf_ok(const struct buf *b)
{
	return !b->bad;
}

struct span buf_span(const struct buf *b)
{
	return span_of(b->p, b->n);
}

/* Not realloc: it would free the old block unwiped. */
static bool buf_grow(struct buf *b, size_t need)
{
	size_t cap = b->cap ? b->cap : BUF_FIRST;
	uint8_t *p;

	while (cap < need) {
		if (cap > SIZE_MAX / 2) {
			cap = need;
			break;
		}
		cap *= 2;
	}
	p = malloc(cap);
	if (!p)
		return false;
	if (b->n > 0)
		memcpy(p, b->p, b->n);
	if (b->p)
		explicit_bzero(b->p, b->n);
	free(b->p);
	b->p = p;
	b->cap = cap;
	return true;
}

uint8_t *buf_room(struct buf *b, size_t n)
{
	if (b->bad)
		return NULL;
	if (n > b->max || b->n > b->max - n ||
	    (b->n + n > b->cap && !buf_grow(b, b->n + n)) ||
	    (!b->p && !buf_grow(b, 1))) {
		b->bad = true;
		return NULL;
	}
	return b->p + b->n;
}

void buf_grown(struct buf *b, size_t n)
{
	if (b->bad)
		return;
	if (n > b->cap - b->n || n > b->max - b->n) {
		b->bad = true;
		return;
	}
	b->n += n;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
	uint8_t *to = buf_room(b, n);

	if (!to || n == 0)
		return;
	memcpy(to, p, n);
	b->n += n;
}

void buf_add_span(struct buf *b, struct span s)
{
	buf_add(b, s.p, s.n);
}

void buf_add_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

static void add_uint(struct buf *b, uint64_t v, size_t n)
{
	uint8_t raw[8];
	size_t i;

	for (i = 0; i < n; i++)
		raw[i] = (uint8_t)(v >> (8 * (n - 1 - i)));
	buf_add(b, raw, n);
}

void buf_add_u8(struct buf *b, uint8_t v)
{
	add_uint(b, v, 1);
}

void buf_add_u16(struct buf *b, uint16_t v)
{
	add_uint(b, v, 2);
}

void buf_add_u32(struct buf *b, uint32_t v)
{
	add_uint(b, v, 4);
}

void buf_add_u64(struct buf *b, uint64_t v)
{
	add_uint(b, v, 8);
}

void buf_add_block(struct buf *b, struct span s)
{
	if (s.n > UINT32_MAX) {
		b->bad = true;
		return;
	}
	buf_add_u32(b, (uint32_t)s.n);
	buf_add_span(b, s);
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
	char small[256], *big = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	if (n < 0) {
		b->bad = true;
		return;
	}
	if ((size_t)n < sizeof(small)) {
		buf_add(b, small, (size_t)n);
		explicit_bzero(small, sizeof(small));
		return;
	}
	va_start(ap, fmt);
	n = vasprintf(&big, fmt, ap);
	va_end(ap);
	if (n < 0) {
		b->bad = true;
		return;
	}
	buf_add(b, big, (size_t)n);
	explicit_bzero(small, sizeof(small));
	explicit_bzero(big, (size_t)n);
	free(big);
}

void buf_drop(struct buf *b, size_t n)
{
	if (n >= b->n) {
		b->n = 0;
		return;
	}
	if (n == 0)
		return;
	memmove(b->p, b->p + n, b->n - n);
	b->n -= n;
}

/* The NUL is not counted, and may stand one byte behind the limit. */
const char *buf_cstr(struct buf *b)
{
	if (b->bad)
		return NULL;
	if (b->n == 0)
		return "";
	if (b->n == b->cap && (b->n == SIZE_MAX || !buf_grow(b, b->n + 1))) {
		b->bad = true;
		return NULL;
	}
	b->p[b->n] = '\0';
	return (const char *)b->p;
}
