/* Borrowed bytes, and a cursor that reads them without ever running over.
 * Must not allocate. */
#ifndef BIRTHMARK_BASE_SPAN_H
#define BIRTHMARK_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
	const uint8_t *p;
	size_t n;
};

#define SPAN_NONE ((struct span){NULL, 0})
/* A string literal without its NUL. */
#define SPAN_LIT(s) ((struct span){(const uint8_t *)(s), sizeof(s) - 1})

struct span span_of(const void *p, size_t n);
struct span span_str(const char *s); /* NULL gives an empty span */
bool span_eq(struct span a, struct span b);
bool span_eq_str(struct span a, const char *s);
bool span_starts(struct span s, struct span prefix);
/* Equality in time that depends on the lengths only; for secrets. */
bool span_eq_secret(struct span a, struct span b);
/* s from offset, at most n bytes; empty when out of range. */
struct span span_sub(struct span s, size_t off, size_t n);
/* Without the spaces, tabs and line ends around it. */
struct span span_trim(struct span s);
/* Copies into out of size cap with a NUL; false (and "") if it does not fit
 * or holds a NUL. */
bool span_copy_str(struct span s, char *out, size_t cap);
/* Cuts the part before the first byte c off s; the rest (without c) stays in
 * s.  False, with *head = all and s empty, when there is no c. */
bool span_cut(struct span *s, uint8_t c, struct span *head);
/* Decimal without sign or spaces, at most max. */
bool span_u64(struct span s, uint64_t max, uint64_t *out);

/* Reads big-endian from the front; each returns false and reads nothing when
 * too few bytes are left. */
bool span_take(struct span *s, size_t n, struct span *out);
bool span_take_u8(struct span *s, uint8_t *out);
bool span_take_u16(struct span *s, uint16_t *out);
bool span_take_u32(struct span *s, uint32_t *out);
bool span_take_u64(struct span *s, uint64_t *out);
/* A u32 length and that many bytes. */
bool span_take_block(struct span *s, struct span *out);

#endif
