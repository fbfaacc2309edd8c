/* Writes JSON compactly, with commas and escapes.
 * Must not read JSON and must not know what it says. */
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/json.h"

void json_init(struct json *w, struct buf *out)
{
	memset(w, 0, sizeof(*w));
	w->out = out;
}

/* Before each value: the comma, or the check that a key was written. */
static void json_value(struct json *w)
{
	unsigned int d = w->depth;

	if (d == 0)
		return;
	if (!w->array[d - 1]) {
		if (!w->key)
			w->out->bad = true;
		w->key = false;
		return;
	}
	if (w->used[d - 1])
		buf_add_u8(w->out, ',');
	w->used[d - 1] = 1;
}

static void json_open(struct json *w, bool array)
{
	json_value(w);
	if (w->depth >= JSON_DEPTH_MAX) {
		w->out->bad = true;
		return;
	}
	w->used[w->depth] = 0;
	w->array[w->depth] = array;
	w->depth++;
	buf_add_u8(w->out, array ? '[' : '{');
}

void json_obj(struct json *w)
{
	json_open(w, false);
}

void json_arr(struct json *w)
{
	json_open(w, true);
}

void json_end(struct json *w)
{
	if (w->depth == 0 || w->key) {
		w->out->bad = true;
		return;
	}
	w->depth--;
	buf_add_u8(w->out, w->array[w->depth] ? ']' : '}');
}

/* Length of the UTF-8 sequence at s (RFC 3629), 0 when it is broken. */
static size_t utf8_length(struct span s)
{
	uint8_t c = s.p[0], low = 0x80, high = 0xbf;
	size_t n, i;

	if (c < 0x80)
		return 1;
	if (c >= 0xc2 && c <= 0xdf)
		n = 2;
	else if (c >= 0xe0 && c <= 0xef)
		n = 3;
	else if (c >= 0xf0 && c <= 0xf4)
		n = 4;
	else
		return 0;
	if (c == 0xe0)
		low = 0xa0;
	else if (c == 0xed)
		high = 0x9f;
	else if (c == 0xf0)
		low = 0x90;
	else if (c == 0xf4)
		high = 0x8f;
	if (s.n < n || s.p[1] < low || s.p[1] > high)
		return 0;
	for (i = 2; i < n; i++)
		if ((s.p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

static void json_escape(struct buf *out, uint8_t c)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *at = c ? strchr(from, c) : NULL;

	if (at) {
		buf_add_u8(out, '\\');
		buf_add_u8(out, (uint8_t)to[at - from]);
	} else {
		buf_addf(out, "\\u%04x", (unsigned int)c);
	}
}

static bool is_plain(uint8_t c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void json_quote(struct buf *out, struct span s)
{
	size_t i = 0, n;

	buf_add_u8(out, '"');
	while (i < s.n) {
		for (n = 0; i + n < s.n && is_plain(s.p[i + n]);)
			n++;
		buf_add_span(out, span_sub(s, i, n));
		i += n;
		if (i >= s.n)
			break;
		n = utf8_length(span_sub(s, i, s.n));
		if (n == 0) {
			buf_add_str(out, "\xef\xbf\xbd");
			n = 1;
		} else if (n == 1) {
			json_escape(out, s.p[i]);
		} else {
			buf_add_span(out, span_sub(s, i, n));
		}
		i += n;
	}
	buf_add_u8(out, '"');
}

void json_key(struct json *w, const char *key)
{
	unsigned int d = w->depth;

	if (d == 0 || w->array[d - 1] || w->key) {
		w->out->bad = true;
		return;
	}
	if (w->used[d - 1])
		buf_add_u8(w->out, ',');
	w->used[d - 1] = 1;
	json_quote(w->out, span_str(key));
	buf_add_u8(w->out, ':');
	w->key = true;
}

void json_str(struct json *w, const char *s)
{
	if (!s) {
		json_nil(w);
		return;
	}
	json_span(w, span_str(s));
}

void json_span(struct json *w, struct span s)
{
	json_value(w);
	json_quote(w->out, s);
}

void json_u64(struct json *w, uint64_t v)
{
	json_value(w);
	buf_addf(w->out, "%llu", (unsigned long long)v);
}

void json_i64(struct json *w, int64_t v)
{
	json_value(w);
	buf_addf(w->out, "%lld", (long long)v);
}

void json_bool(struct json *w, bool v)
{
	json_value(w);
	buf_add_str(w->out, v ? "true" : "false");
}

void json_nil(struct json *w)
{
	json_value(w);
	buf_add_str(w->out, "null");
}

void json_raw(struct json *w, struct span s)
{
	json_value(w);
	buf_add_span(w->out, s);
}

void json_put_str(struct json *w, const char *key, const char *s)
{
	json_key(w, key);
	json_str(w, s);
}

void json_put_str_or_null(struct json *w, const char *key, const char *s)
{
	json_put_str(w, key, s[0] != '\0' ? s : NULL);
}

void json_put_span(struct json *w, const char *key, struct span s)
{
	json_key(w, key);
	json_span(w, s);
}

void json_put_hex(struct json *w, const char *key, struct span bytes)
{
	json_key(w, key);
	json_value(w);
	buf_add_u8(w->out, '"');
	enc_hex(w->out, bytes);
	buf_add_u8(w->out, '"');
}

void json_put_u64(struct json *w, const char *key, uint64_t v)
{
	json_key(w, key);
	json_u64(w, v);
}

void json_put_bool(struct json *w, const char *key, bool v)
{
	json_key(w, key);
	json_bool(w, v);
}

void json_put_time(struct json *w, const char *key, int64_t t_s)
{
	char text[CLOCK_TEXT_SIZE];

	json_key(w, key);
	if (t_s == 0) {
		json_nil(w);
		return;
	}
	clock_text(t_s, text);
	json_str(w, text);
}
