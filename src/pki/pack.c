/* The stored form of certificates:
 *	0x00 DER				whole
 *	flags [length] serial [mask {length value}] key signature
 * Must not give other bytes than were put in. */
#include <stdlib.h>
#include <string.h>

#include "pki/key_ec.h"
#include "pki/pack.h"
#include "pki/pack_tmpl.h"

#define VERSION 1

#define FORM_WHOLE 0x00
#define FORM_PACKED 0x01
#define FLAG_Y_ODD 0x02	 /* of the public key's point */
#define FLAG_LENGTH 0x04 /* the serial number has another length */
#define FLAG_MASK 0x08	 /* fields follow that are not as usual */
#define FLAGS_ALL 0x0f
#define SERIAL_MAX 20

struct pack {
	struct buf stored;
	struct pack_tmpl tmpl; /* borrows from stored */
	bool usable;	       /* else everything is kept whole */
};

static enum rc broken(struct err *e)
{
	return err_set(e, RC_INVALID, "pack-broken",
	    "The stored form of a certificate is damaged.");
}

static enum rc no_room(struct err *e)
{
	return err_set(e, RC_ENV, "no-memory",
	    "Out of memory for the stored form of a certificate.");
}

static enum rc make(struct pack **out, struct span der, struct err *e)
{
	struct pack *p = calloc(1, sizeof(*p));
	struct cert c;
	enum rc rc;

	*out = NULL;
	if (p == NULL)
		return no_room(e);
	buf_init(&p->stored, PACK_TEMPLATE_MAX);
	buf_add_u8(&p->stored, VERSION);
	buf_add_span(&p->stored, der);
	if (!buf_ok(&p->stored)) {
		pack_free(p);
		return no_room(e);
	}
	rc = cert_parse(&c, span_sub(buf_span(&p->stored), 1, der.n), e);
	if (rc != RC_OK) {
		pack_free(p);
		return rc;
	}
	p->usable = pack_tmpl_make(&p->tmpl, &c);
	*out = p;
	return RC_OK;
}

enum rc pack_new(struct pack **out, const struct cert *first, struct err *e)
{
	return make(out, first->der, e);
}

enum rc pack_load(struct pack **out, struct span stored, struct err *e)
{
	uint8_t version;

	*out = NULL;
	if (!span_take_u8(&stored, &version) || version != VERSION)
		return broken(e);
	return make(out, stored, e);
}

struct span pack_stored(const struct pack *p)
{
	return buf_span(&p->stored);
}

void pack_free(struct pack *p)
{
	if (p == NULL)
		return;
	buf_clear(&p->stored);
	free(p);
}

/* Optional fields that differ from what their rule gives. */
static bool put_unusual(const struct pack_tmpl *t, const struct span *v,
    struct buf *out, uint8_t *flags)
{
	uint8_t mask = 0;
	unsigned int f;

	for (f = 0; f < PACK_TMPL_OPTIONAL; f++)
		if (t->rules[f].present && !pack_tmpl_is_usual(t, f, v))
			mask = (uint8_t)(mask | 1U << f);
	if (mask == 0)
		return true;
	*flags |= FLAG_MASK;
	buf_add_u8(out, mask);
	for (f = 0; f < PACK_TMPL_OPTIONAL; f++) {
		if (!(mask >> f & 1))
			continue;
		if (v[f].n > UINT8_MAX)
			return false;
		buf_add_u8(out, (uint8_t)v[f].n);
		buf_add_span(out, v[f]);
	}
	return true;
}

static bool put_key(const struct pack_tmpl *t, struct span bits,
    struct buf *out, uint8_t *flags)
{
	size_t size = key_ec_size(t->key);

	if (bits.n != t->bits_n)
		return false;
	if (size == 0) {
		buf_add_span(out, bits);
		return true;
	}
	/* y is left out: only a point on the curve can give it back. */
	if (!key_ec_is_point(t->key, bits))
		return false;
	buf_add(out, bits.p + 1, size);
	if (bits.p[bits.n - 1] & 1)
		*flags |= FLAG_Y_ODD;
	return true;
}

static bool put_sig(const struct pack_tmpl *t, struct span sig, struct buf *out)
{
	uint8_t *to;

	if (t->sig_raw == 0) {
		buf_add_span(out, sig);
		return sig.n == t->sig_n;
	}
	to = buf_room(out, t->sig_n);
	if (to == NULL || !key_sig_to_raw(sig, t->sig_raw, to))
		return false;
	buf_grown(out, t->sig_n);
	return true;
}

static bool put_packed(const struct pack_tmpl *t, const struct span *v,
    struct buf *out)
{
	struct span serial = v[PACK_TMPL_SERIAL];
	uint8_t flags = FORM_PACKED;
	size_t start = out->n;

	buf_add_u8(out, flags);
	if (serial.n != t->serial_n) {
		flags |= FLAG_LENGTH;
		buf_add_u8(out, (uint8_t)serial.n);
	}
	buf_add_span(out, serial);
	if (!put_unusual(t, v, out, &flags) ||
	    !put_key(t, v[PACK_TMPL_BITS], out, &flags) ||
	    !put_sig(t, v[PACK_TMPL_SIG], out) || !buf_ok(out))
		return false;
	out->p[start] = flags;
	return true;
}

static bool take_unusual(const struct pack_tmpl *t, struct span *s,
    struct span *v)
{
	uint8_t mask, n;
	unsigned int f;

	if (!span_take_u8(s, &mask) || mask >> PACK_TMPL_OPTIONAL != 0)
		return false;
	for (f = 0; f < PACK_TMPL_OPTIONAL; f++)
		if ((mask >> f & 1) &&
		    (!t->rules[f].present || !span_take_u8(s, &n) ||
			!span_take(s, n, &v[f])))
			return false;
	return true;
}

/* known: the point, already proved to be on its curve, that this x and parity
 * must belong to; empty when it is to be computed, into point. */
static bool take_key(const struct pack_tmpl *t, struct span *s, bool y_odd,
    struct span known, struct span *bits, uint8_t point[KEY_EC_POINT_MAX])
{
	size_t size = key_ec_size(t->key);
	struct span x;

	if (size == 0)
		return !y_odd && span_take(s, t->bits_n, bits);
	if (!span_take(s, size, &x))
		return false;
	if (known.n > 0) {
		*bits = known;
		return span_eq(x, span_sub(known, 1, size)) &&
		    (known.p[known.n - 1] & 1) == y_odd;
	}
	*bits = span_of(point, 1 + 2 * size);
	return key_ec_expand(t->key, x, y_odd, point);
}

static bool take_packed(const struct pack_tmpl *t, struct span s,
    struct span known, struct span *v, uint8_t point[KEY_EC_POINT_MAX])
{
	uint8_t flags, n = (uint8_t)t->serial_n;

	memset(v, 0, PACK_TMPL_FIELDS * sizeof(*v));
	return span_take_u8(&s, &flags) && (flags & FORM_PACKED) &&
	    !(flags & ~FLAGS_ALL) &&
	    (!(flags & FLAG_LENGTH) || span_take_u8(&s, &n)) && n > 0 &&
	    n <= SERIAL_MAX && span_take(&s, n, &v[PACK_TMPL_SERIAL]) &&
	    (!(flags & FLAG_MASK) || take_unusual(t, &s, v)) &&
	    take_key(t, &s, flags & FLAG_Y_ODD, known, &v[PACK_TMPL_BITS],
		point) &&
	    span_take(&s, t->sig_n, &v[PACK_TMPL_SIG]) && s.n == 0;
}

/* Rebuilds what was just stored, as pack_get would, but for the square root
 * that gives y: the one in hand was checked. */
static bool is_proved(const struct pack_tmpl *t, struct span stored,
    const struct cert *c, struct span known)
{
	uint8_t der[CERT_DER_MAX], point[KEY_EC_POINT_MAX];
	struct span v[PACK_TMPL_FIELDS];
	size_t at;

	return take_packed(t, stored, known, v, point) &&
	    pack_tmpl_build(t, v, der, &at) &&
	    span_eq(span_of(der + at, CERT_DER_MAX - at), c->der);
}

enum rc pack_put(const struct pack *p, const struct cert *c, struct buf *out,
    struct err *e)
{
	struct span v[PACK_TMPL_FIELDS];
	size_t start = out->n;

	if (!buf_ok(out))
		return no_room(e);
	pack_tmpl_fields(c, v);
	if (p->usable && put_packed(&p->tmpl, v, out) &&
	    is_proved(&p->tmpl, span_of(out->p + start, out->n - start), c,
		v[PACK_TMPL_BITS]))
		return RC_OK;
	if (!buf_ok(out))
		return no_room(e);
	out->n = start;
	buf_add_u8(out, FORM_WHOLE);
	buf_add_span(out, c->der);
	return buf_ok(out) ? RC_OK : no_room(e);
}

bool pack_is(const struct pack *p, struct span stored, const struct cert *c)
{
	struct span v[PACK_TMPL_FIELDS], known;

	if (stored.n < 2 || stored.n > CERT_DER_MAX + 1)
		return false;
	if (stored.p[0] == FORM_WHOLE)
		return span_eq(span_sub(stored, 1, stored.n - 1), c->der);
	pack_tmpl_fields(c, v);
	known = v[PACK_TMPL_BITS];
	return p->usable &&
	    (key_ec_size(p->tmpl.key) == 0 ||
		key_ec_is_point(p->tmpl.key, known)) &&
	    is_proved(&p->tmpl, stored, c, known);
}

enum rc pack_get(const struct pack *p, struct span stored, struct buf *out,
    struct err *e)
{
	uint8_t der[CERT_DER_MAX], point[KEY_EC_POINT_MAX];
	struct span v[PACK_TMPL_FIELDS];
	size_t at;

	if (stored.n < 2 || stored.n > CERT_DER_MAX + 1)
		return broken(e);
	if (stored.p[0] == FORM_WHOLE) {
		buf_add(out, stored.p + 1, stored.n - 1);
	} else {
		if (!p->usable ||
		    !take_packed(&p->tmpl, stored, SPAN_NONE, v, point) ||
		    !pack_tmpl_build(&p->tmpl, v, der, &at))
			return broken(e);
		buf_add(out, der + at, CERT_DER_MAX - at);
	}
	return buf_ok(out) ? RC_OK : no_room(e);
}
