/* Borrowed bytes and the cursor that reads them.
 * Must not allocate and must not look behind the end. */
#include <string.h>

#include "base/span.h"

struct span span_of(const void *p, size_t n)
{
	return (struct span){p, n};
}

struct span span_str(const char *s)
{
	return s ? span_of(s, strlen(s)) : SPAN_NONE;
}

bool span_eq(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool span_eq_str(struct span a, const char *s)
{
	return span_eq(a, span_str(s));
}

bool span_starts(struct span s, struct span prefix)
{
	return s.n >= prefix.n && span_eq(span_of(s.p, prefix.n), prefix);
}

bool span_eq_secret(struct span a, struct span b)
{
	volatile uint8_t diff = 0;
	size_t i;

	if (a.n != b.n)
		return false;
	for (i = 0; i < a.n; i++)
		diff = (uint8_t)(diff | (a.p[i] ^ b.p[i]));
	return diff == 0;
}

struct span span_sub(struct span s, size_t off, size_t n)
{
	if (off >= s.n)
		return SPAN_NONE;
	if (n > s.n - off)
		n = s.n - off;
	return span_of(s.p + off, n);
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct span span_trim(struct span s)
{
	while (s.n > 0 && is_space(s.p[0]))
		s = span_of(s.p + 1, s.n - 1);
	while (s.n > 0 && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool span_copy_str(struct span s, char *out, size_t cap)
{
	if (cap == 0)
		return false;
	out[0] = '\0';
	if (s.n >= cap || (s.n > 0 && memchr(s.p, 0, s.n)))
		return false;
	if (s.n > 0)
		memcpy(out, s.p, s.n);
	out[s.n] = '\0';
	return true;
}

bool span_cut(struct span *s, uint8_t c, struct span *head)
{
	const uint8_t *at = s->n > 0 ? memchr(s->p, c, s->n) : NULL;
	size_t n;

	if (!at) {
		*head = *s;
		*s = SPAN_NONE;
		return false;
	}
	n = (size_t)(at - s->p);
	*head = span_of(s->p, n);
	*s = span_of(at + 1, s->n - n - 1);
	return true;
}

bool span_u64(struct span s, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;
	size_t i;

	if (s.n == 0)
		return false;
	for (i = 0; i < s.n; i++) {
		uint64_t digit;

		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		digit = (uint64_t)(s.p[i] - '0');
		if (digit > max || v > (max - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*out = v;
	return true;
}

bool span_take(struct span *s, size_t n, struct span *out)
{
	if (n > s->n)
		return false;
	*out = span_of(s->p, n);
	if (n > 0)
		s->p += n;
	s->n -= n;
	return true;
}

static bool take_uint(struct span *s, size_t n, uint64_t *out)
{
	struct span raw;
	uint64_t v = 0;
	size_t i;

	if (!span_take(s, n, &raw))
		return false;
	for (i = 0; i < n; i++)
		v = v << 8 | raw.p[i];
	*out = v;
	return true;
}

bool span_take_u8(struct span *s, uint8_t *out)
{
	uint64_t v;

	if (!take_uint(s, 1, &v))
		return false;
	*out = (uint8_t)v;
	return true;
}

bool span_take_u16(struct span *s, uint16_t *out)
{
	uint64_t v;

	if (!take_uint(s, 2, &v))
		return false;
	*out = (uint16_t)v;
	return true;
}

bool span_take_u32(struct span *s, uint32_t *out)
{
	uint64_t v;

	if (!take_uint(s, 4, &v))
		return false;
	*out = (uint32_t)v;
	return true;
}

bool span_take_u64(struct span *s, uint64_t *out)
{
	return take_uint(s, 8, out);
}

bool span_take_block(struct span *s, struct span *out)
{
	struct span rest = *s;
	uint32_t n;

	if (!span_take_u32(&rest, &n) || !span_take(&rest, n, out))
		return false;
	*s = rest;
	return true;
}
