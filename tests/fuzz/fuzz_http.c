/* The request parser: whole or byte by byte, it must tell the same, and its
 * spans must lie in its own head.  Must not open sockets. */
#include <inttypes.h>
#include <stdlib.h>

#include "net/http_parse.h"
#include "tests/fuzz/fuzz.h"

#define TOLD_MAX ((size_t)64 << 20)

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void tell_head(struct buf *told, const struct http_parse_head *h)
{
	size_t i;

	require(h->path.n > 0 && h->path.p[0] == '/');
	require(h->fields_n <= HTTP_PARSE_FIELDS_MAX);
	require(!(h->chunked && h->has_length));
	buf_addf(told, "H%d%d%d%d %" PRIu64 "\n", h->minor, h->chunked,
	    h->keep_alive, h->has_length, h->length);
	buf_add_block(told, h->method);
	buf_add_block(told, h->path);
	buf_add_block(told, h->query);
	for (i = 0; i < h->fields_n; i++) {
		buf_add_block(told, h->fields[i].name);
		buf_add_block(told, h->fields[i].value);
	}
}

/* Parses all of in, step bytes at a time; what is told goes to told. */
static void parse(struct span in, size_t step, struct buf *told)
{
	struct http_parse *p = http_parse_new();
	uint64_t body_n = 0;

	require(p != NULL);
	while (in.n > 0) {
		struct span piece = span_sub(in, 0, step < in.n ? step : in.n);
		size_t had = piece.n;
		struct span body;
		enum http_parse_event ev;

		ev = http_parse_next(p, &piece, &body);
		in = span_sub(in, had - piece.n, in.n - (had - piece.n));
		switch (ev) {
		case HTTP_PARSE_MORE:
			require(piece.n == 0);
			break;
		case HTTP_PARSE_HEAD:
			tell_head(told, http_parse_get_head(p));
			body_n = 0;
			break;
		case HTTP_PARSE_BODY:
			require(body.n > 0);
			buf_add_span(told, body);
			body_n += body.n;
			break;
		case HTTP_PARSE_END:
			require(!http_parse_get_head(p)->has_length ||
			    http_parse_get_head(p)->length == body_n);
			buf_addf(told, "E\n");
			http_parse_reset(p);
			break;
		case HTTP_PARSE_FAULT:
			buf_addf(told, "F%d\n", http_parse_fault(p, NULL));
			require(http_parse_fault(p, NULL) >= 400);
			in = SPAN_NONE;
			break;
		}
	}
	http_parse_free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole, bytes;

	buf_init(&whole, TOLD_MAX);
	buf_init(&bytes, TOLD_MAX);
	parse(span_of(data, size), size, &whole);
	parse(span_of(data, size), 1, &bytes);
	require(span_eq(buf_span(&whole), buf_span(&bytes)));
	buf_clear(&whole);
	buf_clear(&bytes);
	return 0;
}
