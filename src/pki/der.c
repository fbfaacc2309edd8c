/* Strict DER, read by a cursor and written to a buffer.
 * Must not allocate when reading, nor know any one format. */
#include <string.h>

#include "base/clock.h"
#include "pki/der.h"

#define OID_MAX 64 /* bytes of an encoded OID that we write */

/* The length octets of X.690 8.1.3 and 10.1: definite and minimal.  *at is
 * where they start, and then where the content does. */
static bool read_length(const uint8_t *p, size_t n, size_t *at, size_t *len)
{
	unsigned int count;
	size_t v = 0;

	if (*at >= n)
		return false;
	count = p[(*at)++];
	if (count < 0x80) {
		*len = count;
		return true;
	}
	count &= 0x7f;
	if (count == 0 || count > 4 || count > n - *at)
		return false;
	if (p[*at] == 0)
		return false;
	while (count-- > 0)
		v = v << 8 | p[(*at)++];
	*len = v;
	return v >= 0x80;
}

/* Field by field, not whole spans: a span that is copied right after its two
 * words were written waits for them, and this is called a hundred times for
 * each certificate. */
bool der_next(struct span *in, uint8_t *tag, struct span *content,
    struct span *whole)
{
	const uint8_t *p = in->p;
	size_t n = in->n, at = 1, len;

	if (n < 2 || (p[0] & 0x1f) == 0x1f || !read_length(p, n, &at, &len) ||
	    len > n - at)
		return false;
	if (whole != NULL) {
		whole->p = p;
		whole->n = at + len;
	}
	if (content != NULL) {
		content->p = p + at;
		content->n = len;
	}
	*tag = p[0];
	in->p = p + at + len;
	in->n = n - at - len;
	return true;
}

bool der_take(struct span *in, uint8_t tag, struct span *content)
{
	const uint8_t *p = in->p;
	size_t n = in->n, at = 1, len;

	if (n < 2 || p[0] != tag || (tag & 0x1f) == 0x1f ||
	    !read_length(p, n, &at, &len) || len > n - at)
		return false;
	if (content != NULL) {
		content->p = p + at;
		content->n = len;
	}
	in->p = p + at + len;
	in->n = n - at - len;
	return true;
}

bool der_take_optional(struct span *in, uint8_t tag, struct span *content,
    bool *found)
{
	*found = in->n > 0 && in->p[0] == tag;
	return !*found || der_take(in, tag, content);
}

bool der_take_bits(struct span *in, struct span *bits)
{
	struct span s = *in, body;

	if (!der_take(&s, DER_BIT_STRING, &body) || body.n < 1 ||
	    body.p[0] != 0)
		return false;
	*bits = span_of(body.p + 1, body.n - 1);
	*in = s;
	return true;
}

static bool two_digits(const uint8_t *p, int *out)
{
	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		return false;
	*out = (p[0] - '0') * 10 + (p[1] - '0');
	return true;
}

static int days_in(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
	    31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

static bool read_time(uint8_t tag, struct span s, struct clock_civil *c)
{
	int high, low;

	if (tag == DER_GENERALIZED_TIME) {
		if (s.n != 15 || !two_digits(s.p, &high) ||
		    !two_digits(s.p + 2, &low))
			return false;
		c->year = high * 100 + low;
		s = span_sub(s, 4, 11);
	} else if (tag == DER_UTC_TIME) {
		if (s.n != 13 || !two_digits(s.p, &low))
			return false;
		c->year = low + (low < 50 ? 2000 : 1900);
		s = span_sub(s, 2, 11);
	} else {
		return false;
	}
	return two_digits(s.p, &c->month) && two_digits(s.p + 2, &c->day) &&
	    two_digits(s.p + 4, &c->hour) && two_digits(s.p + 6, &c->minute) &&
	    two_digits(s.p + 8, &c->second) && s.p[10] == 'Z' &&
	    c->month >= 1 && c->month <= 12 && c->day >= 1 &&
	    c->day <= days_in(c->year, c->month) && c->hour < 24 &&
	    c->minute < 60 && c->second < 60;
}

bool der_take_time(struct span *in, int64_t *out)
{
	struct span s = *in, body;
	struct clock_civil c;
	uint8_t tag;

	if (!der_next(&s, &tag, &body, NULL) || !read_time(tag, body, &c))
		return false;
	/* RFC 5280 4.1.2.5: this one means "no well-defined expiry". */
	*out = span_eq_str(body, "99991231235959Z") ? INT64_MAX
						    : clock_from_civil(&c);
	*in = s;
	return true;
}

static bool put_decimal(char *out, size_t cap, size_t *n, uint64_t v)
{
	char digits[20];
	size_t k = 0;

	do {
		digits[k++] = (char)('0' + v % 10);
		v /= 10;
	} while (v > 0);
	if (*n + k >= cap)
		return false;
	while (k > 0)
		out[(*n)++] = digits[--k];
	return true;
}

/* One base-128 number of X.690 8.19.2. */
static bool take_arc(struct span *s, uint64_t *out)
{
	uint64_t v = 0;
	uint8_t b;

	if (s->n > 0 && s->p[0] == 0x80)
		return false;
	do {
		if (!span_take_u8(s, &b) || v >> 56 != 0)
			return false;
		v = v << 7 | (b & 0x7f);
	} while (b & 0x80);
	*out = v;
	return true;
}

static bool oid_text(struct span oid, char *out, size_t cap)
{
	uint64_t arc, root;
	size_t n = 0;

	if (cap == 0 || !take_arc(&oid, &arc))
		return false;
	root = arc < 40 ? 0 : arc < 80 ? 1 : 2;
	if (!put_decimal(out, cap, &n, root) || n + 1 >= cap)
		return false;
	out[n++] = '.';
	if (!put_decimal(out, cap, &n, arc - 40 * root))
		return false;
	while (oid.n > 0) {
		if (!take_arc(&oid, &arc) || n + 1 >= cap)
			return false;
		out[n++] = '.';
		if (!put_decimal(out, cap, &n, arc))
			return false;
	}
	out[n] = '\0';
	return true;
}

bool der_oid_text(struct span oid, char *out, size_t cap)
{
	if (oid_text(oid, out, cap))
		return true;
	if (cap > 0)
		out[0] = '\0';
	return false;
}

static bool put_arc(uint8_t *out, size_t cap, size_t *n, uint64_t v)
{
	uint8_t groups[10];
	size_t k = 0;

	do {
		groups[k++] = (uint8_t)(v & 0x7f);
		v >>= 7;
	} while (v > 0);
	if (*n + k > cap)
		return false;
	while (k-- > 0)
		out[(*n)++] = (uint8_t)(groups[k] | (k > 0 ? 0x80 : 0));
	return true;
}

bool der_oid_encode(const char *dotted, uint8_t *out, size_t cap, size_t *n)
{
	struct span rest = span_str(dotted), part;
	uint64_t first, v;
	bool more;

	*n = 0;
	if (!span_cut(&rest, '.', &part) || !span_u64(part, 2, &first))
		return false;
	more = span_cut(&rest, '.', &part);
	if (!span_u64(part, first < 2 ? 39 : UINT32_MAX, &v) ||
	    !put_arc(out, cap, n, first * 40 + v))
		return false;
	while (more) {
		more = span_cut(&rest, '.', &part);
		if (!span_u64(part, UINT64_MAX >> 8, &v) ||
		    !put_arc(out, cap, n, v))
			return false;
	}
	return true;
}

void der_put_header(struct buf *out, uint8_t tag, size_t len)
{
	buf_add_u8(out, tag);
	if (len < 0x80) {
		buf_add_u8(out, (uint8_t)len);
	} else if (len < 0x100) {
		buf_add_u8(out, 0x81);
		buf_add_u8(out, (uint8_t)len);
	} else if (len < 0x10000) {
		buf_add_u8(out, 0x82);
		buf_add_u16(out, (uint16_t)len);
	} else if (len <= UINT32_MAX) {
		if (len < 0x1000000) {
			buf_add_u8(out, 0x83);
			buf_add_u8(out, (uint8_t)(len >> 16));
			buf_add_u16(out, (uint16_t)len);
		} else {
			buf_add_u8(out, 0x84);
			buf_add_u32(out, (uint32_t)len);
		}
	} else {
		out->bad = true;
	}
}

void der_put(struct buf *out, uint8_t tag, struct span content)
{
	der_put_header(out, tag, content.n);
	buf_add_span(out, content);
}

void der_put_uint(struct buf *out, struct span big_endian)
{
	struct span v = big_endian;
	bool pad;

	while (v.n > 0 && v.p[0] == 0)
		v = span_sub(v, 1, v.n - 1);
	pad = v.n == 0 || (v.p[0] & 0x80);
	der_put_header(out, DER_INTEGER, v.n + pad);
	if (pad)
		buf_add_u8(out, 0);
	buf_add_span(out, v);
}

void der_put_bits(struct buf *out, struct span bits)
{
	der_put_header(out, DER_BIT_STRING, bits.n + 1);
	buf_add_u8(out, 0);
	buf_add_span(out, bits);
}

void der_put_oid(struct buf *out, const char *dotted)
{
	uint8_t oid[OID_MAX];
	size_t n;

	if (der_oid_encode(dotted, oid, sizeof(oid), &n))
		der_put(out, DER_OID, span_of(oid, n));
	else
		out->bad = true;
}

static void digits(uint8_t *p, int v)
{
	p[0] = (uint8_t)('0' + v / 10 % 10);
	p[1] = (uint8_t)('0' + v % 10);
}

void der_put_time(struct buf *out, int64_t t_s)
{
	struct clock_civil c;
	uint8_t text[15];
	size_t skip;

	if (t_s == INT64_MAX) {
		der_put(out, DER_GENERALIZED_TIME, SPAN_LIT("99991231235959Z"));
		return;
	}
	clock_civil(t_s, &c);
	if (c.year < 1950 || c.year > 9999) {
		out->bad = true;
		return;
	}
	digits(text, c.year / 100);
	digits(text + 2, c.year);
	digits(text + 4, c.month);
	digits(text + 6, c.day);
	digits(text + 8, c.hour);
	digits(text + 10, c.minute);
	digits(text + 12, c.second);
	text[14] = 'Z';
	skip = c.year < 2050 ? 2 : 0;
	der_put(out, skip ? DER_UTC_TIME : DER_GENERALIZED_TIME,
	    span_of(text + skip, sizeof(text) - skip));
}
