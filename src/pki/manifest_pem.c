/* Decodes the PEM certificate of a manifest's field.
 * Must not take anything that enc_unpem would call broken. */
#include <string.h>

#include "pki/manifest_pem.h"

#define BAD 0xff
#define GAP 0xfe

/* 0 to 63, GAP for white space, BAD for all else. */
static const uint8_t *table64(void)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz"
				     "0123456789+/";
	static _Thread_local uint8_t table[256];
	static _Thread_local bool made;
	unsigned int i;

	if (made)
		return table;
	memset(table, BAD, sizeof(table));
	for (i = 0; i < 64; i++)
		table[(uint8_t)digits[i]] = (uint8_t)i;
	table[' '] = table['\t'] = table['\r'] = table['\n'] = GAP;
	made = true;
	return table;
}

/* A line end written as backslash and letter counts as white space. */
static size_t gap(struct span s, const uint8_t *table)
{
	if (s.n > 0 && table[s.p[0]] == GAP)
		return 1;
	if (s.n > 1 && s.p[0] == '\\' && (s.p[1] == 'n' || s.p[1] == 'r'))
		return 2;
	return 0;
}

static void skip_gaps(struct span *s, const uint8_t *table)
{
	size_t n;

	while ((n = gap(*s, table)) > 0)
		*s = span_of(s->p + n, s->n - n);
}

static bool take_lit(struct span *s, struct span lit)
{
	if (!span_starts(*s, lit))
		return false;
	*s = span_of(s->p + lit.n, s->n - lit.n);
	return true;
}

/* Whole groups of four without a gap inside: nearly all of the text. */
static uint8_t *fast(struct span *s, uint8_t *to, const uint8_t *table)
{
	const uint8_t *p = s->p, *end = s->p + s->n;

	while (end - p >= 4) {
		uint8_t a = table[p[0]], b = table[p[1]], c = table[p[2]],
			d = table[p[3]];
		uint32_t v;

		if ((a | b | c | d) & 0xc0)
			break;
		v = (uint32_t)a << 18 | (uint32_t)b << 12 | (uint32_t)c << 6 |
		    d;
		*to++ = (uint8_t)(v >> 16);
		*to++ = (uint8_t)(v >> 8);
		*to++ = (uint8_t)v;
		p += 4;
	}
	*s = span_of(p, (size_t)(end - p));
	return to;
}

/* One group that a gap cuts, or the last one.  0: the end of the base64;
 * 1: go on; -1: broken. */
static int slow(struct span *s, uint8_t **to, const uint8_t *table)
{
	unsigned int digits = 0, pads = 0;
	uint32_t v = 0;

	while (digits + pads < 4) {
		skip_gaps(s, table);
		if (s->n == 0 || s->p[0] == '-')
			break;
		if (s->p[0] == '=' && digits >= 2) {
			pads++;
		} else if (pads == 0 && table[s->p[0]] < 64) {
			v = v << 6 | table[s->p[0]];
			digits++;
		} else {
			return -1;
		}
		*s = span_of(s->p + 1, s->n - 1);
	}
	if (digits + pads == 0)
		return 0;
	if (digits + pads != 4)
		return -1;
	v <<= 6 * pads;
	/* what the padding hides must be zero, or two texts mean the same */
	if (v & (pads == 2 ? 0xffffu : pads == 1 ? 0xffu : 0))
		return -1;
	*(*to)++ = (uint8_t)(v >> 16);
	if (pads < 2)
		*(*to)++ = (uint8_t)(v >> 8);
	if (pads < 1)
		*(*to)++ = (uint8_t)v;
	return pads ? 0 : 1;
}

bool manifest_pem_decode(struct buf *der, struct span text)
{
	const uint8_t *table = table64();
	uint8_t *start, *to;
	int more = 1;

	skip_gaps(&text, table);
	if (!take_lit(&text, SPAN_LIT("-----BEGIN CERTIFICATE-----")) ||
	    gap(text, table) == 0)
		return false;
	start = to = buf_room(der, text.n / 4 * 3 + 3);
	if (!start)
		return false;
	while (more > 0) {
		to = fast(&text, to, table);
		more = slow(&text, &to, table);
	}
	skip_gaps(&text, table);
	if (more < 0 || to == start ||
	    !take_lit(&text, SPAN_LIT("-----END CERTIFICATE-----")))
		return false;
	skip_gaps(&text, table);
	if (text.n > 0)
		return false;
	buf_grown(der, (size_t)(to - start));
	return true;
}
