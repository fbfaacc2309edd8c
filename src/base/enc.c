/* Hex, base64, PEM and percent-encoding, all strict and all or nothing.
 * Must not look at what the bytes mean. */
#include <string.h>

#include "base/enc.h"

static const char hex_digits[] = "0123456789abcdef";
static const char std_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void enc_hex_str(char *out, struct span in)
{
	size_t i;

	for (i = 0; i < in.n; i++) {
		out[2 * i] = hex_digits[in.p[i] >> 4];
		out[2 * i + 1] = hex_digits[in.p[i] & 15];
	}
	out[2 * in.n] = '\0';
}

void enc_hex(struct buf *out, struct span in)
{
	size_t i;
	uint8_t *to;

	to = in.n > SIZE_MAX / 2 ? NULL : buf_room(out, 2 * in.n);
	if (!to) {
		out->bad = true;
		return;
	}
	for (i = 0; i < in.n; i++) {
		*to++ = (uint8_t)hex_digits[in.p[i] >> 4];
		*to++ = (uint8_t)hex_digits[in.p[i] & 15];
	}
	buf_grown(out, 2 * in.n);
}

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool enc_unhex(struct span in, uint8_t *out, size_t *n, size_t cap)
{
	size_t i;

	if (in.n % 2 != 0 || in.n / 2 > cap)
		return false;
	for (i = 0; i < in.n; i++)
		if (hex_value(in.p[i]) < 0)
			return false;
	for (i = 0; i < in.n / 2; i++)
		out[i] = (uint8_t)(hex_value(in.p[2 * i]) << 4 |
		    hex_value(in.p[2 * i + 1]));
	*n = in.n / 2;
	return true;
}

static void encode64(struct buf *out, struct span in, const char *digits,
    bool pad)
{
	size_t full, rest, n, i;
	uint8_t *to;

	full = in.n / 3;
	rest = in.n % 3;
	n = full * 4 + (rest == 0 ? 0 : pad ? 4 : rest + 1);
	to = in.n > SIZE_MAX / 2 ? NULL : buf_room(out, n);
	if (!to) {
		out->bad = true;
		return;
	}
	for (i = 0; i + 2 < in.n; i += 3) {
		uint32_t v = (uint32_t)in.p[i] << 16 |
		    (uint32_t)in.p[i + 1] << 8 | in.p[i + 2];

		*to++ = (uint8_t)digits[v >> 18];
		*to++ = (uint8_t)digits[v >> 12 & 63];
		*to++ = (uint8_t)digits[v >> 6 & 63];
		*to++ = (uint8_t)digits[v & 63];
	}
	if (rest > 0) {
		uint32_t v = (uint32_t)in.p[i] << 16;

		if (rest == 2)
			v |= (uint32_t)in.p[i + 1] << 8;
		*to++ = (uint8_t)digits[v >> 18];
		*to++ = (uint8_t)digits[v >> 12 & 63];
		if (rest == 2)
			*to++ = (uint8_t)digits[v >> 6 & 63];
		else if (pad)
			*to++ = '=';
		if (pad)
			*to = '=';
	}
	buf_grown(out, n);
}

void enc_base64(struct buf *out, struct span in)
{
	encode64(out, in, std_digits, true);
}

void enc_base32(struct buf *out, struct span in)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	unsigned int bits = 0;
	uint32_t v = 0;
	size_t i;

	for (i = 0; i < in.n; i++) {
		v = v << 8 | in.p[i];
		for (bits += 8; bits >= 5; bits -= 5)
			buf_add_u8(out, (uint8_t)digits[v >> (bits - 5) & 31]);
	}
	if (bits > 0)
		buf_add_u8(out, (uint8_t)digits[v << (5 - bits) & 31]);
}

/* Lines of 64 characters, each ended by \n, as PEM has them. */
static void base64_lines(struct buf *out, struct span in)
{
	size_t at;

	for (at = 0; at < in.n; at += 48) {
		encode64(out, span_sub(in, at, 48), std_digits, true);
		buf_add_u8(out, '\n');
	}
}

void enc_base64url(struct buf *out, struct span in)
{
	encode64(out, in, url_digits, false);
}

/* Values of the digits that both alphabets share. */
static const int8_t values64[128] = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 52,
    53, 54, 55, 56, 57, 58, 59, 60, 61, -1, -1, -1, -1, -1, -1, -1, 0, 1, 2, 3,
    4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,
    24, 25, -1, -1, -1, -1, -1, -1, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36,
    37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, -1, -1, -1, -1,
    -1};

static inline int value64(uint8_t c, bool url)
{
	int v = c < 128 ? values64[c] : -1;

	if (v >= 0)
		return v;
	if (c == (url ? '-' : '+'))
		return 62;
	return c == (url ? '_' : '/') ? 63 : -1;
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* What is read so far: 6 bits per digit. */
struct state64 {
	uint32_t bits;
	unsigned int digits; /* in the current group of four */
	unsigned int pads;
};

/* A last group of two or three digits must have zeros behind its bytes, or
 * two texts would mean the same bytes. */
static bool finish64(struct buf *out, const struct state64 *st, bool url)
{
	unsigned int need = st->digits == 0 ? 0 : 4 - st->digits;

	if (st->digits == 1 || st->pads != (url ? 0 : need))
		return false;
	if (st->digits == 2) {
		if (st->bits & 15)
			return false;
		buf_add_u8(out, (uint8_t)(st->bits >> 4));
	} else if (st->digits == 3) {
		if (st->bits & 3)
			return false;
		buf_add_u16(out, (uint16_t)(st->bits >> 2));
	}
	return buf_ok(out);
}

static bool step64(struct state64 *st, uint8_t c, bool url, uint8_t **to)
{
	int v;

	if (c == '=' && !url && st->digits >= 2) {
		st->pads++;
		return st->pads + st->digits <= 4;
	}
	v = value64(c, url);
	if (v < 0 || st->pads > 0)
		return false;
	st->bits = st->bits << 6 | (uint32_t)v;
	if (++st->digits < 4)
		return true;
	*(*to)++ = (uint8_t)(st->bits >> 16);
	*(*to)++ = (uint8_t)(st->bits >> 8);
	*(*to)++ = (uint8_t)st->bits;
	st->bits = 0;
	st->digits = 0;
	return true;
}

/* Whole groups of four plain digits: nearly all of a long text.  Gives how
 * many characters it read. */
static size_t fast64(struct span in, bool url, uint8_t **to)
{
	size_t i;

	for (i = 0; i + 4 <= in.n; i += 4) {
		int a = value64(in.p[i], url), b = value64(in.p[i + 1], url);
		int c = value64(in.p[i + 2], url);
		int d = value64(in.p[i + 3], url), v;

		if ((a | b | c | d) < 0)
			break;
		v = a << 18 | b << 12 | c << 6 | d;
		*(*to)++ = (uint8_t)(v >> 16);
		*(*to)++ = (uint8_t)(v >> 8);
		*(*to)++ = (uint8_t)v;
	}
	return i;
}

static bool decode64(struct buf *out, struct span in, bool url, bool lenient)
{
	struct state64 st = {0, 0, 0};
	size_t before = out->n, i;
	uint8_t *start, *to;

	start = to = buf_room(out, in.n / 4 * 3);
	if (!to)
		return false;
	for (i = fast64(in, url, &to); i < in.n; i++) {
		if (lenient && is_space(in.p[i]))
			continue;
		if (!step64(&st, in.p[i], url, &to))
			return false;
	}
	buf_grown(out, (size_t)(to - start));
	if (finish64(out, &st, url))
		return true;
	out->n = before;
	return false;
}

bool enc_unbase64(struct buf *out, struct span in, bool lenient)
{
	return decode64(out, in, false, lenient);
}

bool enc_unbase64url(struct buf *out, struct span in)
{
	return decode64(out, in, true, false);
}

void enc_pem(struct buf *out, const char *label, struct span der)
{
	buf_addf(out, "-----BEGIN %s-----\n", label);
	base64_lines(out, der);
	buf_addf(out, "-----END %s-----\n", label);
}

static struct span trim_end(struct span s)
{
	while (s.n > 0 && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* Is this line "-----WORD LABEL-----"?  Gives the label. */
static bool armour_line(struct span line, struct span word, struct span *label)
{
	const struct span dashes = SPAN_LIT("-----");

	line = trim_end(line);
	if (!span_starts(line, word) || line.n < word.n + dashes.n)
		return false;
	if (!span_eq(span_sub(line, line.n - dashes.n, dashes.n), dashes))
		return false;
	*label = span_of(line.p + word.n, line.n - word.n - dashes.n);
	return true;
}

static bool find_begin(struct span *in, const char *want, struct span *label)
{
	struct span line;

	while (in->n > 0) {
		(void)span_cut(in, '\n', &line);
		if (armour_line(line, SPAN_LIT("-----BEGIN "), label) &&
		    (!want || span_eq_str(*label, want)))
			return true;
	}
	return false;
}

bool enc_unpem(struct buf *out, const char *label, struct span *in)
{
	struct span rest = *in, body, line, begun, ended;

	if (!find_begin(&rest, label, &begun))
		return false;
	body = rest;
	while (rest.n > 0) {
		(void)span_cut(&rest, '\n', &line);
		if (!armour_line(line, SPAN_LIT("-----END "), &ended))
			continue;
		body.n = (size_t)(line.p - body.p);
		if (!span_eq(begun, ended) || body.n == 0 ||
		    !enc_unbase64(out, body, true))
			return false;
		*in = rest;
		return true;
	}
	return false;
}

static bool is_unreserved(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
	    c == '~';
}

void enc_percent(struct buf *out, struct span in)
{
	size_t i;

	for (i = 0; i < in.n; i++) {
		if (is_unreserved(in.p[i]))
			buf_add_u8(out, in.p[i]);
		else
			buf_addf(out, "%%%02X", (unsigned int)in.p[i]);
	}
}

/* Characters that stand for themselves, from the first one on. */
static size_t plain_run(struct span in)
{
	size_t i = 0;

	while (i < in.n && in.p[i] > ' ' && in.p[i] <= '~' && in.p[i] != '%')
		i++;
	return i;
}

bool enc_unpercent(struct buf *out, struct span in)
{
	size_t before = out->n, n;
	uint8_t c = 0;

	while (in.n > 0) {
		n = plain_run(in);
		buf_add(out, in.p, n);
		in = span_sub(in, n, in.n - n);
		if (in.n == 0)
			break;
		if (in.p[0] != '%' || in.n < 3 ||
		    !enc_unhex(span_sub(in, 1, 2), &c, &n, 1))
			goto broken;
		buf_add_u8(out, c);
		in = span_sub(in, 3, in.n - 3);
	}
	if (buf_ok(out))
		return true;
broken:
	out->n = before;
	return false;
}
