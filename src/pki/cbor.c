/* Walks CBOR.
 * Must not read behind the end it was given. */
#include "pki/cbor.h"

enum kind {
	KIND_UINT,
	KIND_NEGATIVE,
	KIND_BYTES,
	KIND_TEXT,
	KIND_ARRAY,
	KIND_MAP,
	KIND_TAG,
	KIND_SIMPLE
};

/* The first byte and the number that belongs to it. */
static bool take_head(struct span *in, enum kind *kind, uint64_t *value)
{
	uint8_t first, v8;
	uint16_t v16;
	uint32_t v32;
	bool ok = span_take_u8(in, &first);

	if (!ok)
		return false;
	*kind = (enum kind)(first >> 5);
	*value = first & 31;
	switch (*value) {
	case 24:
		ok = span_take_u8(in, &v8);
		*value = ok ? v8 : 0;
		return ok;
	case 25:
		ok = span_take_u16(in, &v16);
		*value = ok ? v16 : 0;
		return ok;
	case 26:
		ok = span_take_u32(in, &v32);
		*value = ok ? v32 : 0;
		return ok;
	case 27:
		return span_take_u64(in, value);
	default:
		/* 28 to 30 are not defined, 31 is an indefinite length. */
		return *value < 24;
	}
}

bool cbor_take_int(struct span *in, int64_t *out)
{
	enum kind kind;
	uint64_t v;

	if (!take_head(in, &kind, &v) || v > INT64_MAX)
		return false;
	*out = kind == KIND_NEGATIVE ? -1 - (int64_t)v : (int64_t)v;
	return kind == KIND_UINT || kind == KIND_NEGATIVE;
}

static bool take_string(struct span *in, enum kind want, struct span *out)
{
	enum kind kind;
	uint64_t n;

	return take_head(in, &kind, &n) && kind == want && n <= in->n &&
	    span_take(in, (size_t)n, out);
}

bool cbor_take_bytes(struct span *in, struct span *out)
{
	return take_string(in, KIND_BYTES, out);
}

bool cbor_take_text(struct span *in, struct span *out)
{
	return take_string(in, KIND_TEXT, out);
}

bool cbor_take_map(struct span *in, uint64_t *pairs)
{
	enum kind kind;

	return take_head(in, &kind, pairs) && kind == KIND_MAP &&
	    *pairs <= CBOR_COUNT_MAX;
}

/* Without recursion: left[d] items are still to come at depth d. */
bool cbor_skip(struct span *in)
{
	uint64_t left[CBOR_DEPTH_MAX] = {1}, n;
	unsigned int depth = 0;
	struct span skipped;
	enum kind kind;

	for (;;) {
		while (left[depth] == 0) {
			if (depth == 0)
				return true;
			depth--;
		}
		left[depth]--;
		if (!take_head(in, &kind, &n))
			return false;
		if (kind == KIND_BYTES || kind == KIND_TEXT) {
			if (n > in->n || !span_take(in, (size_t)n, &skipped))
				return false;
		} else if (kind == KIND_ARRAY || kind == KIND_MAP) {
			if (n > CBOR_COUNT_MAX || ++depth == CBOR_DEPTH_MAX)
				return false;
			left[depth] = kind == KIND_MAP ? 2 * n : n;
		} else if (kind == KIND_TAG) {
			return false;
		}
	}
}
