/* A provider's metadata: whatever it holds, only addresses that may be called
 * come out of it.  Must not call them. */
#include <stdlib.h>
#include <string.h>

#include "courier/oidc_provider.h"
#include "tests/fuzz/fuzz.h"

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void check(const char *url)
{
	require(span_starts(span_str(url), SPAN_LIT("https://")) &&
	    !strpbrk(url, " \r\n#\""));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct oidc_provider p;

	oidc_provider_init(&p);
	if (oidc_provider_parse(&p, span_of(data, size),
		"https://login.example.com/a", NULL) == RC_OK) {
		check(p.authorization);
		check(p.token);
		check(p.jwks_uri);
		if (p.userinfo[0])
			check(p.userinfo);
	}
	oidc_provider_clear(&p);
	return 0;
}
