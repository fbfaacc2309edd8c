/* Profiles and their templates: what is accepted is written again and read as
 * the same, and gives a request that can be asked for.
 * Must not need a valid input. */
#include <stdlib.h>

#include "pki/cert.h"
#include "pki/profile.h"
#include "tests/fuzz/fuzz.h"

static void require(bool ok)
{
	if (!ok)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct profile_device device = {.device = "d,\\{}=",
	    .serial = "00",
	    .product = "p\"+;<>",
	    .product_id = "prd_0123456789abcdef",
	    .account = "a",
	    .account_id = "acc_0123456789abcdef"};
	struct buf one, two, der;
	struct profile p, q;

	if (profile_parse(&p, span_of(data, size), NULL) != RC_OK)
		return 0;
	buf_init(&one, 8 * PROFILE_TEXT_MAX);
	buf_init(&two, 8 * PROFILE_TEXT_MAX);
	buf_init(&der, CERT_DER_MAX);
	profile_build(&p, &one);
	require(buf_ok(&one));
	if (one.n <= PROFILE_TEXT_MAX) {
		require(profile_parse(&q, buf_span(&one), NULL) == RC_OK);
		profile_build(&q, &two);
		require(span_eq(buf_span(&one), buf_span(&two)));
	}
	(void)!profile_csrattrs(&p, &device, &der, NULL);
	buf_clear(&one);
	buf_clear(&two);
	buf_clear(&der);
	return 0;
}
