/* A scanner over JSON text.
 * Must not recurse: nesting is a bit of one word for each level. */
#include "device/lib/bm_json.h"

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip(struct bm_span s, size_t *at)
{
	while (*at < s.n && is_space(s.p[*at]))
		(*at)++;
}

static bool is_digit(struct bm_span s, size_t at)
{
	return at < s.n && s.p[at] >= '0' && s.p[at] <= '9';
}

static int hex(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_escape(struct bm_span s, size_t *at)
{
	static const char known[] = "\"\\/bfnrt";
	size_t i;

	if (*at >= s.n)
		return false;
	if (s.p[*at] == 'u') {
		for (i = 1; i <= 4; i++)
			if (*at + i >= s.n || hex(s.p[*at + i]) < 0)
				return false;
		*at += 5;
		return true;
	}
	for (i = 0; i < sizeof(known) - 1; i++)
		if (s.p[*at] == (uint8_t)known[i]) {
			(*at)++;
			return true;
		}
	return false;
}

static bool string(struct bm_span s, size_t *at)
{
	if (*at >= s.n || s.p[(*at)++] != '"')
		return false;
	while (*at < s.n) {
		uint8_t c = s.p[(*at)++];

		if (c == '"')
			return true;
		if (c < 0x20 || (c == '\\' && !is_escape(s, at)))
			return false;
	}
	return false;
}

static bool digits(struct bm_span s, size_t *at)
{
	if (!is_digit(s, *at))
		return false;
	while (is_digit(s, *at))
		(*at)++;
	return true;
}

static bool number(struct bm_span s, size_t *at)
{
	if (s.p[*at] == '-')
		(*at)++;
	if (*at < s.n && s.p[*at] == '0')
		(*at)++;
	else if (!digits(s, at))
		return false;
	if (*at < s.n && s.p[*at] == '.') {
		(*at)++;
		if (!digits(s, at))
			return false;
	}
	if (*at < s.n && (s.p[*at] | 0x20) == 'e') {
		(*at)++;
		if (*at < s.n && (s.p[*at] == '+' || s.p[*at] == '-'))
			(*at)++;
		return digits(s, at);
	}
	return true;
}

static bool word(struct bm_span s, size_t *at, struct bm_span w)
{
	if (s.n - *at < w.n || memcmp(s.p + *at, w.p, w.n) != 0)
		return false;
	*at += w.n;
	return true;
}

static bool scalar(struct bm_span s, size_t *at)
{
	switch (s.p[*at]) {
	case '"':
		return string(s, at);
	case 't':
		return word(s, at, BM_MEM_LIT("true"));
	case 'f':
		return word(s, at, BM_MEM_LIT("false"));
	case 'n':
		return word(s, at, BM_MEM_LIT("null"));
	default:
		return number(s, at);
	}
}

static bool name(struct bm_span s, size_t *at)
{
	skip(s, at);
	if (!string(s, at))
		return false;
	skip(s, at);
	if (*at >= s.n || s.p[*at] != ':')
		return false;
	(*at)++;
	return true;
}

/* Where we are in the nesting: bit `depth` of objects says what encloses. */
struct nest {
	uint32_t objects;
	unsigned int depth;
};

static bool in_object(const struct nest *n)
{
	return n->objects >> n->depth & 1;
}

/* Opens an object or array; *closed when it is empty and so a whole value. */
static bool enter(struct bm_span s, size_t *at, struct nest *n, bool *closed)
{
	bool object = s.p[*at] == '{';

	if (n->depth >= BM_JSON_DEPTH)
		return false;
	(*at)++;
	skip(s, at);
	*closed = *at < s.n && s.p[*at] == (object ? '}' : ']');
	if (*closed) {
		(*at)++;
		return true;
	}
	n->depth++;
	n->objects &= ~(1u << n->depth);
	n->objects |= (uint32_t)object << n->depth;
	return !object || name(s, at);
}

/* After a value: closes what ends here, or passes the comma. */
static bool after(struct bm_span s, size_t *at, struct nest *n)
{
	while (n->depth > 0) {
		skip(s, at);
		if (*at >= s.n)
			return false;
		if (s.p[*at] == ',') {
			(*at)++;
			return !in_object(n) || name(s, at);
		}
		if (s.p[*at] != (in_object(n) ? '}' : ']'))
			return false;
		(*at)++;
		n->depth--;
	}
	return true;
}

/* One value from *at; *at is behind it then. */
static bool value(struct bm_span s, size_t *at)
{
	struct nest n = {0, 0};
	bool closed;

	do {
		skip(s, at);
		if (*at >= s.n)
			return false;
		if (s.p[*at] == '{' || s.p[*at] == '[') {
			if (!enter(s, at, &n, &closed))
				return false;
			if (!closed)
				continue;
		} else if (!scalar(s, at)) {
			return false;
		}
		if (!after(s, at, &n))
			return false;
	} while (n.depth > 0);
	return true;
}

bool bm_json_check(struct bm_span *text)
{
	size_t at = 0, start, end;

	skip(*text, &at);
	start = at;
	if (!value(*text, &at))
		return false;
	end = at;
	skip(*text, &at);
	if (at != text->n)
		return false;
	*text = bm_mem_span(text->p + start, end - start);
	return true;
}

/* The next value behind { , or [ and, of an object, its name. */
static bool next(struct bm_span s, size_t *at, struct bm_span *key,
    struct bm_span *out)
{
	size_t start;

	if (*at == 0 && (s.n < 2 || (s.p[0] != '{' && s.p[0] != '[')))
		return false;
	skip(s, at);
	if (*at >= s.n || s.p[*at] == '}' || s.p[*at] == ']')
		return false;
	(*at)++;
	skip(s, at);
	start = *at;
	if (key) {
		if (!string(s, at))
			return false;
		*key = bm_mem_span(s.p + start + 1, *at - start - 2);
		*at = start;
		if (!name(s, at))
			return false;
		skip(s, at);
		start = *at;
	}
	if (!value(s, at))
		return false;
	*out = bm_mem_span(s.p + start, *at - start);
	return true;
}

enum bm_json_found bm_json_member(struct bm_span object, const char *name,
    struct bm_span *value)
{
	enum bm_json_found found = BM_JSON_NONE;
	struct bm_span want = bm_mem_str(name), key, v;
	size_t at = 0;

	if (object.n == 0 || object.p[0] != '{')
		return BM_JSON_NONE;
	while (next(object, &at, &key, &v)) {
		if (!bm_mem_eq(key, want))
			continue;
		if (found != BM_JSON_NONE)
			return BM_JSON_TWICE;
		found = BM_JSON_ONE;
		*value = v;
	}
	return found;
}

bool bm_json_item(struct bm_span array, size_t *at, struct bm_span *value)
{
	return array.n > 0 && array.p[0] == '[' && next(array, at, NULL, value);
}

static bool unescape(uint8_t *p, size_t n, size_t *at, uint8_t *out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	int high, low;
	size_t i;

	if (*at >= n)
		return false;
	if (p[*at] == 'u') {
		if (*at + 4 >= n || p[*at + 1] != '0' || p[*at + 2] != '0')
			return false;
		high = hex(p[*at + 3]);
		low = hex(p[*at + 4]);
		if (high < 0 || high > 7 || low < 0)
			return false;
		*out = (uint8_t)(high << 4 | low);
		*at += 5;
		return true;
	}
	for (i = 0; i < sizeof(from) - 1; i++)
		if (p[*at] == (uint8_t)from[i])
			*out = (uint8_t)to[i];
	(*at)++;
	return true;
}

bool bm_json_string(uint8_t *base, struct bm_span value, struct bm_span *out)
{
	uint8_t *p = base + (value.p - base);
	size_t i, n = 0;

	if (value.n < 2 || value.p[0] != '"')
		return false;
	p++;
	for (i = 0; i < value.n - 2;) {
		uint8_t c = p[i++];

		if (c == '\\' && !unescape(p, value.n - 2, &i, &c))
			return false;
		p[n++] = c;
	}
	*out = bm_mem_span(p, n);
	return true;
}

void bm_json_put(struct bm_mem_out *o, struct bm_span text)
{
	static const char hex_digits[] = "0123456789abcdef";
	size_t i;

	bm_mem_add_str(o, "\"");
	for (i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		if (c < 0x20) {
			bm_mem_add_str(o, "\\u00");
			bm_mem_add(o, bm_mem_span(&hex_digits[c >> 4], 1));
			bm_mem_add(o, bm_mem_span(&hex_digits[c & 15], 1));
			continue;
		}
		if (c == '"' || c == '\\')
			bm_mem_add_str(o, "\\");
		bm_mem_add(o, bm_mem_span(&c, 1));
	}
	bm_mem_add_str(o, "\"");
}
