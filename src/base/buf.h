/* A growable byte buffer with a limit.  After a failed add the buffer is
 * "bad": later adds do nothing and buf_ok() is false, so that a builder can
 * check once at its end. */
#ifndef BIRTHMARK_BASE_BUF_H
#define BIRTHMARK_BASE_BUF_H

#include "base/err.h"
#include "base/span.h"

struct buf {
	uint8_t *p;
	size_t n;   /* bytes used */
	size_t cap; /* bytes allocated */
	size_t max; /* limit, never exceeded */
	bool bad;
};

void buf_init(struct buf *b, size_t max);
void buf_clear(struct buf *b);	      /* frees; the limit stays */
void buf_clear_secret(struct buf *b); /* wipes, then frees */
void buf_reset(struct buf *b);	      /* n = 0, keeps memory, not bad */
bool buf_ok(const struct buf *b);
struct span buf_span(const struct buf *b);
void buf_add(struct buf *b, const void *p, size_t n);
void buf_add_span(struct buf *b, struct span s);
void buf_add_str(struct buf *b, const char *s);
void buf_add_u8(struct buf *b, uint8_t v);
void buf_add_u16(struct buf *b, uint16_t v); /* big-endian, as all */
void buf_add_u32(struct buf *b, uint32_t v);
void buf_add_u64(struct buf *b, uint64_t v);
void buf_add_block(struct buf *b, struct span s); /* u32 length, bytes */
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Room for n more bytes, to be written by the caller, who then adds to n
 * with buf_grown; NULL when over the limit. */
uint8_t *buf_room(struct buf *b, size_t n);
void buf_grown(struct buf *b, size_t n);
/* Removes the first n bytes (n <= b->n). */
void buf_drop(struct buf *b, size_t n);
/* A NUL-terminated view, valid until the next change; "" when empty, NULL
 * when bad. */
const char *buf_cstr(struct buf *b);

#endif
