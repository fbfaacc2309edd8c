/* JSON (RFC 8259) read where it lies: a value is a span of its text.
 * Must not allocate, nor go deeper than BM_JSON_DEPTH. */
#ifndef BIRTHMARK_BM_JSON_H
#define BIRTHMARK_BM_JSON_H

#include "device/lib/bm_mem.h"

#define BM_JSON_DEPTH 8

/* The whole text is one JSON value; surrounding space is cut off. */
bool bm_json_check(struct bm_span *text);
/* A member of an object that bm_json_check passed.  BM_JSON_TWICE when its
 * name is there more than once: a reader must not choose. */
enum bm_json_found { BM_JSON_NONE, BM_JSON_ONE, BM_JSON_TWICE };
enum bm_json_found bm_json_member(struct bm_span object, const char *name,
    struct bm_span *value);
/* The next value of an array, *at being 0 at first; false at its end. */
bool bm_json_item(struct bm_span array, size_t *at, struct bm_span *value);
/* The characters of a string value: what is between its quotes, with escapes
 * undone in place; only those of ASCII are known.  base is where the value
 * lies in memory that may be written to. */
bool bm_json_string(uint8_t *base, struct bm_span value, struct bm_span *out);
/* A string written, with quotes and escapes. */
void bm_json_put(struct bm_mem_out *o, struct bm_span text);

#endif
