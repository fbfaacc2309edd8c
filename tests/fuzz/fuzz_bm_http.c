/* Answers as a device reads them: the same whatever the pieces they come in,
 * and the whole pump against a server that sends the input.
 * Must not need a valid input. */
#include "device/lib/bm_http.h"
#include "tests/fuzz/bm_sample.h"
#include "tests/fuzz/fuzz.h"

#define MEMORY (BM_HTTP_MEMORY_MIN + 256)

static enum bm_http_state feed(struct bm_http *h, uint8_t *memory,
    const uint8_t *p, size_t n, size_t piece)
{
	enum bm_http_state s = BM_HTTP_MORE;
	size_t at, k;

	bm_http_begin(h, memory, MEMORY);
	for (at = 0; at < n; at += k) {
		k = n - at < piece ? n - at : piece;
		s = bm_http_feed(h, p + at, k);
	}
	if (h->body_n > h->body_cap)
		abort();
	return s == BM_HTTP_MORE ? bm_http_end(h) : s;
}

/* Two bytes of piece, then what the server sends on every connection. */
static void pump(const uint8_t *p, size_t n)
{
	struct bm_case *t = bm_sample();
	size_t at = 0, k, piece = n > 0 ? 1 + p[0] % 64 : 1;
	unsigned int turns;
	struct bm_io io;

	memset(t->slot_n, 0, sizeof(t->slot_n));
	if (bm_case_boot(t) != BM_OK)
		abort();
	for (turns = 0; turns < 400; turns++) {
		switch (bm_next(&t->bm, BM_CASE_NOW, &io)) {
		case BM_CONNECT:
			bm_connected(&t->bm);
			break;
		case BM_SEND:
			bm_sent(&t->bm, io.data.n);
			break;
		case BM_RECEIVE:
			k = n - at < piece ? n - at : piece;
			if (k > io.cap)
				k = io.cap;
			if (k > 0)
				memcpy(io.buf, p + at, k);
			at += k;
			bm_received(&t->bm, io.buf, k);
			break;
		case BM_FAILED:
			return;
		default:
			if (at == n)
				return;
			break;
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t pieces[] = {1, 2, 7, 61};
	uint8_t *memory = malloc(MEMORY), *other = malloc(MEMORY);
	enum bm_http_state s;
	struct bm_http h, g;
	size_t i;

	if (!memory || !other)
		abort();
	s = feed(&h, memory, data, size, size > 0 ? size : 1);
	for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		if (feed(&g, other, data, size, pieces[i]) != s)
			abort();
		if (s == BM_HTTP_DONE &&
		    (g.status != h.status || g.body_n != h.body_n ||
			g.location_n != h.location_n ||
			memcmp(g.body, h.body, h.body_n) != 0))
			abort();
	}
	pump(data, size);
	free(memory);
	free(other);
	return 0;
}
