/* Templates of certificates, made from one and written with other values.
 * Must not know how values are stored. */
#include <string.h>

#include "pki/der.h"
#include "pki/key_ec.h"
#include "pki/pack_tmpl.h"

#define DEPTH_MAX 24
#define DERIVED_MIN 4 /* bytes of a serial number that cannot be chance */
#define DERIVED_MAX 40

void pack_tmpl_fields(const struct cert *c, struct span v[PACK_TMPL_FIELDS])
{
	struct span tbs = c->tbs, body, times;
	uint8_t tag;

	v[PACK_TMPL_SKI] = c->ski;
	v[PACK_TMPL_CN] = cert_subject_attr(c, "2.5.4.3");
	v[PACK_TMPL_SUBJECT_SERIAL] = cert_subject_attr(c, "2.5.4.5");
	v[PACK_TMPL_HW_SERIAL] = cert_hw_serial(c);
	v[PACK_TMPL_NOT_BEFORE] = SPAN_NONE;
	v[PACK_TMPL_NOT_AFTER] = SPAN_NONE;
	v[PACK_TMPL_SERIAL] = c->serial;
	v[PACK_TMPL_BITS] = key_spki_bits(c->spki);
	v[PACK_TMPL_SIG] = c->signature;
	if (!der_take(&tbs, DER_SEQUENCE, &body) ||
	    !der_take(&body, DER_CONTEXT(0), NULL) ||
	    !der_take(&body, DER_INTEGER, NULL) ||
	    !der_take(&body, DER_SEQUENCE, NULL) ||
	    !der_take(&body, DER_SEQUENCE, NULL) ||
	    !der_take(&body, DER_SEQUENCE, &times) ||
	    !der_next(&times, &tag, &v[PACK_TMPL_NOT_BEFORE], NULL) ||
	    !der_next(&times, &tag, &v[PACK_TMPL_NOT_AFTER], NULL))
		return; /* cannot be: c was parsed */
}

/* What a rule derives; 0 for nothing. */
static size_t derive(enum pack_tmpl_derived how,
    const struct span v[PACK_TMPL_FIELDS], uint8_t out[DERIVED_MAX])
{
	const char *digits = how == PACK_TMPL_HEX_LOWER ? "0123456789abcdef"
							: "0123456789ABCDEF";
	struct span serial = v[PACK_TMPL_SERIAL];
	size_t i;

	if (how == PACK_TMPL_SHA1_OF_BITS) {
		digest_sha1(v[PACK_TMPL_BITS], out);
		return DIGEST_SHA1;
	}
	if (how == PACK_TMPL_NOTHING || 2 * serial.n > DERIVED_MAX)
		return 0;
	if (how == PACK_TMPL_RAW_SERIAL) {
		memcpy(out, serial.p, serial.n);
		return serial.n;
	}
	for (i = 0; i < serial.n; i++) {
		out[2 * i] = (uint8_t)digits[serial.p[i] >> 4];
		out[2 * i + 1] = (uint8_t)digits[serial.p[i] & 15];
	}
	return 2 * serial.n;
}

static bool find(struct span in, struct span what, size_t *at)
{
	for (*at = 0; *at + what.n <= in.n; (*at)++)
		if (memcmp(in.p + *at, what.p, what.n) == 0)
			return true;
	return false;
}

static void make_rule(struct pack_tmpl_rule *r, enum pack_tmpl_field f,
    const struct span v[PACK_TMPL_FIELDS])
{
	static const enum pack_tmpl_derived from_serial[] =
	    {PACK_TMPL_HEX_LOWER, PACK_TMPL_HEX_UPPER, PACK_TMPL_RAW_SERIAL};
	static const enum pack_tmpl_derived from_bits[] = {
	    PACK_TMPL_SHA1_OF_BITS};
	const enum pack_tmpl_derived *try = from_serial;
	size_t count = 3, i, n, at;
	uint8_t text[DERIVED_MAX];

	r->present = v[f].n > 0;
	r->before = v[f];
	if (f == PACK_TMPL_SKI) {
		try = from_bits;
		count = 1;
	} else if (v[PACK_TMPL_SERIAL].n < DERIVED_MIN) {
		return;
	}
	for (i = 0; i < count; i++) {
		n = derive(try[i], v, text);
		if (n == 0 || !find(v[f], span_of(text, n), &at))
			continue;
		r->derived = try[i];
		r->before = span_sub(v[f], 0, at);
		r->after = span_sub(v[f], at + n, v[f].n);
		return;
	}
}

/* The stored form of the signature follows from the first one: r and s of a
 * curve's size fall short of it by chance only in whole bytes. */
static void make_sig(struct pack_tmpl *t, const struct cert *c)
{
	static const size_t sizes[] = {32, 48, 66};
	uint8_t raw[2 * 66];
	size_t i;

	t->sig_n = c->signature.n;
	if (c->sig != KEY_SIG_ECDSA_SHA256 && c->sig != KEY_SIG_ECDSA_SHA384 &&
	    c->sig != KEY_SIG_ECDSA_SHA512)
		return;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (key_sig_to_raw(c->signature, sizes[i], raw)) {
			t->sig_raw = sizes[i];
			t->sig_n = 2 * sizes[i];
			return;
		}
}

static bool inside(struct span whole, struct span part)
{
	return part.n > 0 && part.p >= whole.p &&
	    part.p + part.n <= whole.p + whole.n;
}

static struct pack_tmpl_op *add_op(struct pack_tmpl *t, int kind)
{
	struct pack_tmpl_op *op;

	if (t->n == PACK_TMPL_OPS)
		return NULL;
	op = &t->ops[t->n++];
	memset(op, 0, sizeof(*op));
	op->kind = kind;
	return op;
}

static bool add_literal(struct pack_tmpl *t, struct span s)
{
	struct pack_tmpl_op *last = t->n > 0 ? &t->ops[t->n - 1] : NULL;

	if (last != NULL && last->kind == PACK_TMPL_LITERAL &&
	    last->literal.p + last->literal.n == s.p) {
		last->literal.n += s.n;
		return true;
	}
	last = add_op(t, PACK_TMPL_LITERAL);
	if (last != NULL)
		last->literal = s;
	return last != NULL;
}

/* An element may hold one field as its content, padding aside. */
static bool add_field(struct pack_tmpl *t, uint8_t tag, struct span content,
    size_t f)
{
	struct pack_tmpl_op *op;

	if (tag == DER_BIT_STRING && !add_literal(t, span_sub(content, 0, 1)))
		return false;
	op = add_op(t, PACK_TMPL_FIELD);
	if (op != NULL)
		op->field = (enum pack_tmpl_field)f;
	return op != NULL;
}

static bool add_elements(struct pack_tmpl *t, struct span in,
    const struct span v[PACK_TMPL_FIELDS], unsigned int depth)
{
	struct span content, whole;
	struct pack_tmpl_op *op;
	uint8_t tag;
	bool ok;
	size_t f;

	while (in.n > 0) {
		if (depth == 0 || !der_next(&in, &tag, &content, &whole))
			return false;
		for (f = 0; f < PACK_TMPL_FIELDS; f++)
			if (inside(content, v[f]))
				break;
		if (f == PACK_TMPL_FIELDS) {
			if (!add_literal(t, whole))
				return false;
			continue;
		}
		op = add_op(t, PACK_TMPL_OPEN);
		if (op == NULL)
			return false;
		op->tag = tag;
		if (span_eq(content, v[f]) || tag == DER_INTEGER ||
		    tag == DER_BIT_STRING)
			ok = add_field(t, tag, content, f);
		else
			ok = add_elements(t, content, v, depth - 1);
		if (!ok || add_op(t, PACK_TMPL_CLOSE) == NULL)
			return false;
	}
	return true;
}

bool pack_tmpl_make(struct pack_tmpl *t, const struct cert *c)
{
	struct span v[PACK_TMPL_FIELDS];
	size_t f;

	memset(t, 0, sizeof(*t));
	pack_tmpl_fields(c, v);
	if (key_check_spki(c->spki, &t->key, NULL) != RC_OK)
		t->key = KEY_UNKNOWN;
	t->bits_n = v[PACK_TMPL_BITS].n;
	t->serial_n = v[PACK_TMPL_SERIAL].n;
	make_sig(t, c);
	for (f = 0; f < PACK_TMPL_OPTIONAL; f++)
		make_rule(&t->rules[f], (enum pack_tmpl_field)f, v);
	return add_elements(t, c->der, v, DEPTH_MAX);
}

bool pack_tmpl_is_usual(const struct pack_tmpl *t, enum pack_tmpl_field f,
    const struct span v[PACK_TMPL_FIELDS])
{
	const struct pack_tmpl_rule *r = &t->rules[f];
	uint8_t text[DERIVED_MAX];
	struct span s = v[f], before, middle;
	size_t n = derive(r->derived, v, text);

	return span_take(&s, r->before.n, &before) &&
	    span_take(&s, n, &middle) && span_eq(before, r->before) &&
	    span_eq(middle, span_of(text, n)) && span_eq(s, r->after);
}

/* Backwards, because the length of an element is known after its content. */
struct writer {
	uint8_t *p;
	size_t at;
	bool bad;
};

static void put(struct writer *w, const uint8_t *p, size_t n)
{
	if (w->bad || n > w->at) {
		w->bad = true;
		return;
	}
	w->at -= n;
	if (n > 0)
		memcpy(w->p + w->at, p, n);
}

static void put_u8(struct writer *w, uint8_t v)
{
	put(w, &v, 1);
}

static void put_header(struct writer *w, uint8_t tag, size_t n)
{
	put_u8(w, (uint8_t)n);
	if (n >= 0x100)
		put_u8(w, (uint8_t)(n >> 8));
	if (n >= 0x80)
		put_u8(w, n >= 0x100 ? 0x82 : 0x81);
	put_u8(w, tag);
}

/* The content of a positive INTEGER. */
static void put_number(struct writer *w, struct span v)
{
	while (v.n > 1 && v.p[0] == 0)
		v = span_sub(v, 1, v.n - 1);
	put(w, v.p, v.n);
	if (v.n == 0 || (v.p[0] & 0x80))
		put_u8(w, 0);
}

static void put_sig(struct writer *w, struct span raw)
{
	size_t end = w->at, from;

	from = w->at;
	put_number(w, span_sub(raw, raw.n / 2, raw.n / 2));
	put_header(w, DER_INTEGER, from - w->at);
	from = w->at;
	put_number(w, span_sub(raw, 0, raw.n / 2));
	put_header(w, DER_INTEGER, from - w->at);
	put_header(w, DER_SEQUENCE, end - w->at);
}

static void put_usual(struct writer *w, const struct pack_tmpl_rule *r,
    const struct span v[PACK_TMPL_FIELDS])
{
	uint8_t text[DERIVED_MAX];
	size_t n = derive(r->derived, v, text);

	put(w, r->after.p, r->after.n);
	put(w, text, n);
	put(w, r->before.p, r->before.n);
}

static void put_field(struct writer *w, const struct pack_tmpl *t,
    enum pack_tmpl_field f, const struct span v[PACK_TMPL_FIELDS])
{
	if (f == PACK_TMPL_SERIAL)
		put_number(w, v[f]);
	else if (f == PACK_TMPL_SIG && t->sig_raw > 0)
		put_sig(w, v[f]);
	else if (f < PACK_TMPL_OPTIONAL && v[f].p == NULL)
		put_usual(w, &t->rules[f], v);
	else
		put(w, v[f].p, v[f].n);
}

bool pack_tmpl_build(const struct pack_tmpl *t,
    const struct span v[PACK_TMPL_FIELDS], uint8_t out[CERT_DER_MAX],
    size_t *at)
{
	struct writer w = {out, CERT_DER_MAX, false};
	size_t ends[DEPTH_MAX + 1], depth = 0, i;
	const struct pack_tmpl_op *op;

	for (i = t->n; i-- > 0;) {
		op = &t->ops[i];
		if (op->kind == PACK_TMPL_CLOSE && depth <= DEPTH_MAX)
			ends[depth++] = w.at;
		else if (op->kind == PACK_TMPL_OPEN && depth > 0)
			put_header(&w, op->tag, ends[--depth] - w.at);
		else if (op->kind == PACK_TMPL_LITERAL)
			put(&w, op->literal.p, op->literal.n);
		else if (op->kind == PACK_TMPL_FIELD)
			put_field(&w, t, op->field, v);
		else
			return false;
	}
	*at = w.at;
	return !w.bad;
}
