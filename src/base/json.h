/* Writes JSON (RFC 8259) into a buffer, compactly.  Reading is jansson's
 * work, in the layers above.  Invalid UTF-8 is replaced by U+FFFD.
 * No name of jansson's (json_object, json_array, json_null) may be taken here:
 * both meet in one program, and in one file.
 * Commas and quotes are the writer's business:
 *	json_obj(&w); json_key(&w, "n"); json_u64(&w, 1); json_end(&w); */
#ifndef BIRTHMARK_BASE_JSON_H
#define BIRTHMARK_BASE_JSON_H

#include "base/buf.h"

#define JSON_DEPTH_MAX 16

struct json {
	struct buf *out;
	unsigned int depth;
	bool key;		       /* a key was written, a value follows */
	uint8_t used[JSON_DEPTH_MAX];  /* something stands at this depth */
	uint8_t array[JSON_DEPTH_MAX]; /* this depth is an array */
};

void json_init(struct json *w, struct buf *out);
void json_obj(struct json *w);
void json_arr(struct json *w);
void json_end(struct json *w); /* closes the innermost */
void json_key(struct json *w, const char *key);
void json_str(struct json *w, const char *s); /* NULL writes null */
void json_span(struct json *w, struct span s);
void json_u64(struct json *w, uint64_t v);
void json_i64(struct json *w, int64_t v);
void json_bool(struct json *w, bool v);
void json_nil(struct json *w);
void json_raw(struct json *w, struct span s); /* s is JSON already */
/* key and value in one */
void json_put_str(struct json *w, const char *key, const char *s);
/* "" as null. */
void json_put_str_or_null(struct json *w, const char *key, const char *s);
void json_put_span(struct json *w, const char *key, struct span s);
void json_put_hex(struct json *w, const char *key, struct span bytes);
void json_put_u64(struct json *w, const char *key, uint64_t v);
void json_put_bool(struct json *w, const char *key, bool v);
/* RFC 3339 in UTC; null when t is 0. */
void json_put_time(struct json *w, const char *key, int64_t t_s);

#endif
