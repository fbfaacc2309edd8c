/* The text readers of the base layer: whatever they accept, they write back.
 * Must not touch files. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/json.h"
#include "tests/fuzz/fuzz.h"

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void try_base64(struct span in)
{
	struct buf bytes, text;

	buf_init(&bytes, in.n);
	buf_init(&text, 2 * in.n + 8);
	if (enc_unbase64(&bytes, in, false)) {
		enc_base64(&text, buf_span(&bytes));
		require(span_eq(buf_span(&text), in));
	}
	buf_reset(&bytes);
	buf_reset(&text);
	if (enc_unbase64url(&bytes, in)) {
		enc_base64url(&text, buf_span(&bytes));
		require(span_eq(buf_span(&text), in));
	}
	buf_clear(&bytes);
	buf_clear(&text);
}

static void try_pem(struct span in)
{
	struct buf der;
	size_t left = in.n;

	buf_init(&der, in.n);
	while (enc_unpem(&der, NULL, &in)) {
		require(in.n < left);
		left = in.n;
	}
	buf_clear(&der);
}

static void try_percent(struct span in)
{
	struct buf bytes, text, again;

	buf_init(&bytes, in.n);
	buf_init(&text, 3 * in.n);
	buf_init(&again, in.n);
	if (enc_unpercent(&bytes, in)) {
		enc_percent(&text, buf_span(&bytes));
		require(enc_unpercent(&again, buf_span(&text)));
		require(span_eq(buf_span(&again), buf_span(&bytes)));
	}
	buf_clear(&bytes);
	buf_clear(&text);
	buf_clear(&again);
}

static void try_rest(struct span in)
{
	struct span rest = in, block;
	struct json w;
	struct buf out;
	int64_t t;

	while (span_take_block(&rest, &block))
		require(block.n <= in.n);
	if (clock_parse(in, &t)) {
		char text[CLOCK_TEXT_SIZE];

		clock_text(t, text);
	}
	buf_init(&out, 6 * in.n + 2);
	json_init(&w, &out);
	json_span(&w, in);
	require(buf_ok(&out));
	buf_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);

	try_base64(in);
	try_pem(in);
	try_percent(in);
	try_rest(in);
	return 0;
}
