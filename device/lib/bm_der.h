/* A strict DER reader, and a writer that goes backwards, so that lengths are
 * known when they are written (X.690).
 * Must not read an element of more than 65535 bytes. */
#ifndef BIRTHMARK_BM_DER_H
#define BIRTHMARK_BM_DER_H

#include "device/lib/bm_mem.h"

#define BM_DER_BOOLEAN 0x01
#define BM_DER_INTEGER 0x02
#define BM_DER_BITS 0x03
#define BM_DER_OCTETS 0x04
#define BM_DER_OID 0x06
#define BM_DER_ENUM 0x0a
#define BM_DER_UTC_TIME 0x17
#define BM_DER_TIME 0x18
#define BM_DER_SEQUENCE 0x30
#define BM_DER_SET 0x31
#define BM_DER_CONTEXT(n) (0xa0 | (n)) /* constructed */
#define BM_DER_PRIM(n) (0x80 | (n))    /* primitive */

/* The next element; content and whole may be NULL.  False, with in untouched,
 * on anything not DER. */
bool bm_der_next(struct bm_span *in, uint8_t *tag, struct bm_span *content,
    struct bm_span *whole);
/* The next element if it has this tag, else false with in untouched. */
bool bm_der_take(struct bm_span *in, uint8_t tag, struct bm_span *content);
bool bm_der_whole(struct bm_span *in, uint8_t tag, struct bm_span *whole);
/* BIT STRING with no unused bits. */
bool bm_der_bits(struct bm_span *in, struct bm_span *bits);
/* INTEGER >= 0, big-endian, without its padding 0. */
bool bm_der_uint(struct bm_span *in, struct bm_span *out);
/* UTCTime or GeneralizedTime. */
bool bm_der_time(struct bm_span *in, int64_t *out);
/* The only element of in, with this tag. */
bool bm_der_only(struct bm_span in, uint8_t tag, struct bm_span *content);

struct bm_der_out {
	uint8_t *p;
	size_t at; /* what is written is p + at to the end */
	bool full;
};
void bm_der_put(struct bm_der_out *o, struct bm_span bytes);
/* Tag and length before all that was written since at was `end`. */
void bm_der_wrap(struct bm_der_out *o, uint8_t tag, size_t end);
void bm_der_put_tlv(struct bm_der_out *o, uint8_t tag, struct bm_span content);
/* INTEGER >= 0, big-endian */
void bm_der_put_uint(struct bm_der_out *o, struct bm_span v);
void bm_der_put_small(struct bm_der_out *o, uint8_t v); /* INTEGER < 128 */
void bm_der_put_bits(struct bm_der_out *o, struct bm_span bits);
void bm_der_put_time(struct bm_der_out *o, int64_t t_s);

#endif
