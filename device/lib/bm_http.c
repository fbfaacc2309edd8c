/* The reader of answers, a state for each part of RFC 9112.
 * Must not look at a body, nor keep a header that nobody asks for. */
#include "device/lib/bm_http.h"

enum step {
	STATUS_LINE,
	HEADER,
	BODY_LENGTH,
	BODY_TO_END,
	CHUNK_SIZE,
	CHUNK_DATA,
	CHUNK_END,
	TRAILER,
	DONE,
	BAD,
	LARGE
};

void bm_http_begin(struct bm_http *h, uint8_t *memory, size_t n)
{
	memset(h, 0, sizeof(*h));
	h->line = memory;
	h->body = memory + BM_HTTP_MEMORY_MIN;
	h->body_cap = n - BM_HTTP_MEMORY_MIN;
	h->step = STATUS_LINE;
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

static bool same(struct bm_span a, const char *low)
{
	size_t i;

	for (i = 0; i < a.n; i++)
		if (low[i] == '\0' || lower(a.p[i]) != (uint8_t)low[i])
			return false;
	return low[a.n] == '\0';
}

static struct bm_span trim(struct bm_span s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = bm_mem_span(s.p + 1, s.n - 1);
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

static bool decimal(struct bm_span s, uint32_t *out)
{
	uint32_t v = 0;
	size_t i;

	if (s.n == 0 || s.n > 9)
		return false;
	for (i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v * 10 + (uint32_t)(s.p[i] - '0');
	}
	*out = v;
	return true;
}

static bool status_line(struct bm_http *h, struct bm_span s)
{
	uint32_t v;

	if (s.n < 12 || memcmp(s.p, "HTTP/1.", 7) != 0 ||
	    (s.p[7] != '0' && s.p[7] != '1') || s.p[8] != ' ' ||
	    !decimal(bm_mem_span(s.p + 9, 3), &v) || v < 100 || v > 599 ||
	    (s.n > 12 && s.p[12] != ' '))
		return false;
	h->minor_0 = s.p[7] == '0';
	h->status = (uint16_t)v;
	h->step = HEADER;
	return true;
}

static uint8_t type_of(struct bm_span v)
{
	static const char *const names[] = {"application/voucher-cms+json",
	    "application/pkcs7-mime", "application/json",
	    "application/ocsp-response"};
	size_t i;

	for (i = 0; i < v.n; i++)
		if (v.p[i] == ';')
			break;
	v = trim(bm_mem_span(v.p, i));
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (same(v, names[i]))
			return (uint8_t)(i + 1);
	return BM_HTTP_OTHER;
}

static bool content_length(struct bm_http *h, struct bm_span v)
{
	uint32_t n;

	if (!decimal(v, &n) || (h->has_length && n != h->left))
		return false;
	h->has_length = true;
	h->left = n;
	return true;
}

static bool location(struct bm_http *h, struct bm_span v)
{
	if (h->location_n > 0 || v.n == 0 || v.n > BM_HTTP_LOCATION)
		return false;
	memcpy(h->line + BM_HTTP_LINE, v.p, v.n);
	h->location_n = (uint16_t)v.n;
	return true;
}

/* A header that decides where the answer ends, or that we act on, must fit the
 * line; the rest may be cut. */
static bool known_header(struct bm_http *h, struct bm_span name,
    struct bm_span v, bool *known)
{
	*known = true;
	if (same(name, "content-length"))
		return content_length(h, v);
	if (same(name, "transfer-encoding")) {
		if (h->chunked || !same(v, "chunked"))
			return false;
		h->chunked = true;
		return true;
	}
	if (same(name, "location"))
		return location(h, v);
	*known = false;
	if (same(name, "content-type"))
		h->type = type_of(v);
	else if (same(name, "connection"))
		h->close = h->close || !same(v, "keep-alive");
	else if (same(name, "retry-after") && decimal(v, &h->retry_after))
		h->has_retry_after = true;
	return true;
}

static bool is_name(struct bm_span s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f)
			return false;
	return s.n > 0;
}

static bool header(struct bm_http *h, struct bm_span s)
{
	struct bm_span name;
	bool known;
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] == ':')
			break;
	name = bm_mem_span(s.p, i);
	if (i == s.n || !is_name(name))
		return false;
	if (h->step == TRAILER)
		return true;
	return known_header(h, name,
		   trim(bm_mem_span(s.p + i + 1, s.n - i - 1)), &known) &&
	    !(known && h->long_line);
}

/* The empty line: where does this answer end? */
static bool head_end(struct bm_http *h)
{
	if (h->status < 200) {
		h->step = STATUS_LINE;
		return h->status != 101 && !h->chunked && !h->has_length;
	}
	if (h->minor_0)
		h->close = true;
	if (h->chunked && (h->has_length || h->minor_0))
		return false;
	if (h->status == 204 || h->status == 304)
		h->step = DONE;
	else if (h->chunked)
		h->step = CHUNK_SIZE;
	else if (!h->has_length)
		h->step = BODY_TO_END;
	else
		h->step = h->left == 0 ? DONE : BODY_LENGTH;
	if (h->step == BODY_TO_END)
		h->close = true;
	if (h->step == BODY_LENGTH && h->left > h->body_cap)
		h->step = LARGE;
	return true;
}

/* Hex digits, and an extension that nobody reads. */
static bool chunk_size(struct bm_http *h, struct bm_span s)
{
	uint32_t v = 0;
	size_t i;

	for (i = 0; i < s.n && s.p[i] != ';' && s.p[i] != ' '; i++) {
		uint8_t c = lower(s.p[i]);

		if (c >= '0' && c <= '9')
			c = (uint8_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			c = (uint8_t)(c - 'a' + 10);
		else
			return false;
		if (i >= 7)
			return false;
		v = v << 4 | c;
	}
	if (i == 0)
		return false;
	h->left = v;
	h->step = v > 0 ? CHUNK_DATA : TRAILER;
	if (v > h->body_cap - h->body_n)
		h->step = LARGE;
	return true;
}

static bool line_end(struct bm_http *h)
{
	struct bm_span s = bm_mem_span(h->line, h->line_n);

	switch (h->step) {
	case STATUS_LINE:
		return status_line(h, s);
	case HEADER:
		return s.n == 0 ? head_end(h) : header(h, s);
	case CHUNK_SIZE:
		return !h->long_line && chunk_size(h, s);
	case CHUNK_END:
		h->step = CHUNK_SIZE;
		return s.n == 0;
	default: /* TRAILER */
		if (s.n > 0)
			return header(h, s);
		h->step = DONE;
		return true;
	}
}

/* A line ends with CR LF; neither stands alone, and there is no NUL. */
static void line_byte(struct bm_http *h, uint8_t c)
{
	bool ok = true;

	if (++h->head_n > BM_HTTP_HEAD_MAX) {
		h->step = LARGE;
		return;
	}
	if (c == '\n') {
		ok = h->after_cr && line_end(h);
		h->line_n = 0;
		h->long_line = false;
		h->after_cr = false;
	} else if (h->after_cr || c == '\0') {
		ok = false;
	} else if (c == '\r') {
		h->after_cr = true;
	} else if (h->line_n < BM_HTTP_LINE) {
		h->line[h->line_n++] = c;
	} else {
		h->long_line = true;
	}
	if (!ok)
		h->step = BAD;
}

static size_t body_bytes(struct bm_http *h, const uint8_t *p, size_t n)
{
	bool counted = h->step != BODY_TO_END;

	if (counted && n > h->left)
		n = h->left;
	if (n > h->body_cap - h->body_n) {
		h->step = LARGE;
		return n;
	}
	memmove(h->body + h->body_n, p, n);
	h->body_n += n;
	if (!counted)
		return n;
	h->left -= (uint32_t)n;
	if (h->left == 0)
		h->step = h->step == CHUNK_DATA ? CHUNK_END : DONE;
	return n;
}

static enum bm_http_state state(const struct bm_http *h)
{
	switch (h->step) {
	case DONE:
		return BM_HTTP_DONE;
	case BAD:
		return BM_HTTP_BAD;
	case LARGE:
		return BM_HTTP_LARGE;
	default:
		return BM_HTTP_MORE;
	}
}

enum bm_http_state bm_http_feed(struct bm_http *h, const uint8_t *p, size_t n)
{
	size_t i = 0;

	while (i < n && h->step < DONE) {
		if (h->step == BODY_LENGTH || h->step == BODY_TO_END ||
		    h->step == CHUNK_DATA)
			i += body_bytes(h, p + i, n - i);
		else
			line_byte(h, p[i++]);
	}
	if (i < n)
		h->close = true;
	return state(h);
}

enum bm_http_state bm_http_end(struct bm_http *h)
{
	if (h->step < DONE)
		h->step = h->step == BODY_TO_END ? DONE : BAD;
	h->close = true;
	return state(h);
}

bool bm_http_began(const struct bm_http *h)
{
	return h->step != STATUS_LINE || h->head_n > 0;
}

struct bm_span bm_http_body(const struct bm_http *h)
{
	return bm_mem_span(h->body, h->body_n);
}

struct bm_span bm_http_location(const struct bm_http *h)
{
	return bm_mem_span(h->line + BM_HTTP_LINE, h->location_n);
}
