/* Reads CBOR (RFC 8949) as WebAuthn uses it: definite lengths, integers,
 * strings, arrays, maps, simple values; through a cursor.
 * Must not allocate, and must not follow what is nested deeper than
 * CBOR_DEPTH_MAX. */
#ifndef BIRTHMARK_PKI_CBOR_H
#define BIRTHMARK_PKI_CBOR_H

#include "base/err.h"
#include "base/span.h"

#define CBOR_DEPTH_MAX 8
#define CBOR_COUNT_MAX 256 /* items of an array, pairs of a map */

/* Each takes one item off the front; false, with *in undefined, when the next
 * one is of another kind, cut off or too large. */
MUST_CHECK bool cbor_take_int(struct span *in, int64_t *out);
MUST_CHECK bool cbor_take_bytes(struct span *in, struct span *out);
MUST_CHECK bool cbor_take_text(struct span *in, struct span *out);
/* The pairs follow: a key and a value each. */
MUST_CHECK bool cbor_take_map(struct span *in, uint64_t *pairs);
MUST_CHECK bool cbor_skip(struct span *in);

#endif
