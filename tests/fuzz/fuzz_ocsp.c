/* OCSP requests: every span of an accepted one lies inside it, and nothing is
 * left of a refused one.  Must not need a valid input. */
#include <stdlib.h>

#include "pki/ocsp.h"
#include "tests/fuzz/fuzz.h"

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void inside(struct span whole, struct span part)
{
	if (part.n > 0)
		require(
		    part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	struct ocsp_request r;
	size_t i;

	if (ocsp_request_parse(&r, in, NULL) != RC_OK) {
		require(r.n == 0 && r.nonce.n == 0);
		return 0;
	}
	require(r.n >= 1 && r.n <= OCSP_CERTS_MAX);
	require(r.nonce.n <= OCSP_NONCE_MAX);
	inside(in, r.nonce);
	for (i = 0; i < r.n; i++) {
		inside(in, r.ids[i].der);
		inside(r.ids[i].der, r.ids[i].serial);
		require(r.ids[i].serial.n >= 1 && r.ids[i].serial.n <= 20);
		require(r.ids[i].name_hash.n ==
		    (r.ids[i].hash == OCSP_SHA1 ? 20 : 32));
		require(r.ids[i].key_hash.n == r.ids[i].name_hash.n);
	}
	return 0;
}
