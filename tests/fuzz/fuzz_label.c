/* Labels: what is accepted is a Batch ID, and its URL means the same label.
 * Must not touch files. */
#include <stdlib.h>
#include <string.h>

#include "pki/label.h"
#include "tests/fuzz/fuzz.h"

static void require(bool ok)
{
	if (!ok)
		abort();
}

static bool is_same(const uint8_t *a, const uint8_t *b)
{
	return span_eq_secret(span_of(a, LABEL_CODE_BYTES),
	    span_of(b, LABEL_CODE_BYTES));
}

static void try_code(struct span in)
{
	uint8_t code[LABEL_CODE_BYTES], again[LABEL_CODE_BYTES];
	char text[LABEL_CODE_SIZE], print[LABEL_PRINT_SIZE];

	if (label_parse_code(code, in, NULL) != RC_OK)
		return;
	label_code_text(code, text);
	label_code_print(code, print);
	require(label_parse_code(again, span_str(text), NULL) == RC_OK);
	require(is_same(code, again));
	require(label_parse_code(again, span_str(print), NULL) == RC_OK);
	require(is_same(code, again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	struct label l, again;
	struct buf url;

	try_code(in);
	if (label_parse(&l, in, NULL) != RC_OK)
		return 0;
	require(label_is_bid(span_str(l.bid)));
	buf_init(&url, LABEL_TEXT_MAX);
	require(label_url(&l, "h.example:8443", &url, NULL) == RC_OK);
	require(label_parse(&again, buf_span(&url), NULL) == RC_OK);
	require(strcmp(l.bid, again.bid) == 0);
	require(l.has_code == again.has_code);
	require(is_same(l.code, again.code));
	buf_clear(&url);
	return 0;
}
