/* DER read by a cursor and written backwards.
 * Must not know any one format. */
#include "device/lib/bm_der.h"
#include "device/lib/bm_time.h"

/* X.690 8.1.3 and 10.1: definite and minimal. */
static bool length(struct bm_span s, size_t *head, size_t *n)
{
	if (s.n < 2)
		return false;
	*head = 2;
	*n = s.p[1];
	if (s.p[1] < 0x80)
		return true;
	if (s.p[1] == 0x81 && s.n >= 3) {
		*head = 3;
		*n = s.p[2];
		return *n >= 0x80;
	}
	if (s.p[1] == 0x82 && s.n >= 4) {
		*head = 4;
		*n = (size_t)s.p[2] << 8 | s.p[3];
		return *n >= 0x100;
	}
	return false;
}

bool bm_der_next(struct bm_span *in, uint8_t *tag, struct bm_span *content,
    struct bm_span *whole)
{
	struct bm_span s = *in;
	size_t head, n;

	if (!length(s, &head, &n) || (s.p[0] & 0x1f) == 0x1f || n > s.n - head)
		return false;
	*tag = s.p[0];
	if (content)
		*content = bm_mem_span(s.p + head, n);
	if (whole)
		*whole = bm_mem_span(s.p, head + n);
	*in = bm_mem_span(s.p + head + n, s.n - head - n);
	return true;
}

bool bm_der_take(struct bm_span *in, uint8_t tag, struct bm_span *content)
{
	uint8_t found;

	return in->n > 0 && in->p[0] == tag &&
	    bm_der_next(in, &found, content, NULL);
}

bool bm_der_whole(struct bm_span *in, uint8_t tag, struct bm_span *whole)
{
	uint8_t found;

	return in->n > 0 && in->p[0] == tag &&
	    bm_der_next(in, &found, NULL, whole);
}

bool bm_der_only(struct bm_span in, uint8_t tag, struct bm_span *content)
{
	return bm_der_take(&in, tag, content) && in.n == 0;
}

bool bm_der_bits(struct bm_span *in, struct bm_span *bits)
{
	struct bm_span s = *in, body;

	if (!bm_der_take(&s, BM_DER_BITS, &body) || body.n < 1 ||
	    body.p[0] != 0)
		return false;
	*bits = bm_mem_span(body.p + 1, body.n - 1);
	*in = s;
	return true;
}

bool bm_der_uint(struct bm_span *in, struct bm_span *out)
{
	struct bm_span s = *in, v;

	if (!bm_der_take(&s, BM_DER_INTEGER, &v) || v.n < 1 || v.p[0] >= 0x80)
		return false;
	if (v.n > 1 && v.p[0] == 0) {
		if (v.p[1] < 0x80)
			return false;
		v = bm_mem_span(v.p + 1, v.n - 1);
	}
	*out = v;
	*in = s;
	return true;
}

bool bm_der_time(struct bm_span *in, int64_t *out)
{
	struct bm_span s = *in, text;
	uint8_t tag;

	if (!bm_der_next(&s, &tag, &text, NULL) ||
	    (tag != BM_DER_UTC_TIME && tag != BM_DER_TIME) ||
	    !bm_time_der(text, tag == BM_DER_UTC_TIME, out))
		return false;
	*in = s;
	return true;
}

void bm_der_put(struct bm_der_out *o, struct bm_span bytes)
{
	if (o->full || bytes.n > o->at) {
		o->full = true;
		return;
	}
	o->at -= bytes.n;
	if (bytes.n > 0)
		memmove(o->p + o->at, bytes.p, bytes.n);
}

static void put_u8(struct bm_der_out *o, uint8_t v)
{
	bm_der_put(o, bm_mem_span(&v, 1));
}

void bm_der_wrap(struct bm_der_out *o, uint8_t tag, size_t end)
{
	size_t n = end - o->at;

	if (o->full || n > 0xffff) {
		o->full = true;
		return;
	}
	put_u8(o, (uint8_t)n);
	if (n >= 0x100)
		put_u8(o, (uint8_t)(n >> 8));
	if (n >= 0x80)
		put_u8(o, n >= 0x100 ? 0x82 : 0x81);
	put_u8(o, tag);
}

void bm_der_put_tlv(struct bm_der_out *o, uint8_t tag, struct bm_span content)
{
	size_t end = o->at;

	bm_der_put(o, content);
	bm_der_wrap(o, tag, end);
}

void bm_der_put_uint(struct bm_der_out *o, struct bm_span v)
{
	size_t end = o->at;

	bm_der_put(o, v);
	if (v.n == 0 || v.p[0] >= 0x80)
		put_u8(o, 0);
	bm_der_wrap(o, BM_DER_INTEGER, end);
}

void bm_der_put_small(struct bm_der_out *o, uint8_t v)
{
	bm_der_put_tlv(o, BM_DER_INTEGER, bm_mem_span(&v, 1));
}

void bm_der_put_bits(struct bm_der_out *o, struct bm_span bits)
{
	size_t end = o->at;

	bm_der_put(o, bits);
	put_u8(o, 0);
	bm_der_wrap(o, BM_DER_BITS, end);
}

void bm_der_put_time(struct bm_der_out *o, int64_t t_s)
{
	char text[15];
	size_t skip;

	if (!bm_time_digits(t_s, text)) {
		o->full = true;
		return;
	}
	text[14] = 'Z';
	skip = t_s < 2524608000 ? 2 : 0; /* 2050 */
	bm_der_put_tlv(o, skip ? BM_DER_UTC_TIME : BM_DER_TIME,
	    bm_mem_span(text + skip, sizeof(text) - skip));
}
