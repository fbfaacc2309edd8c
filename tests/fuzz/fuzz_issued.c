/* Answers of other CAs: whatever they send, no certificate comes of it.
 * Must not need a valid input. */
#include <stdlib.h>

#include "pki/issued.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct issued_want w = {.spki = span_of("key", 3), .now_s = 1};
	struct buf ders, der;

	buf_init(&ders, ISSUED_ANSWER_MAX);
	buf_init(&der, CERT_DER_MAX);
	if (issued_certs(span_of(data, size), &ders, NULL) == RC_OK &&
	    issued_check(&w, buf_span(&ders), &der, NULL) == RC_OK)
		abort();
	if (issued_check(&w, span_of(data, size), &der, NULL) == RC_OK)
		abort();
	buf_clear(&ders);
	buf_clear(&der);
	return 0;
}
