/* Passkeys: a credential that is read has a key, and nothing that was not
 * signed is accepted.  Must not touch files. */
#include <stdlib.h>
#include <string.h>

#include "pki/webauthn.h"
#include "tests/fuzz/fuzz.h"

static void require(bool ok)
{
	if (!ok)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	uint8_t challenge[WEBAUTHN_CHALLENGE];
	struct webauthn_answer a = {in, in, in};
	struct webauthn_site site;
	struct webauthn_key key;
	uint32_t count;

	require(webauthn_site(&site, "https://localhost:8443", NULL) == RC_OK);
	if (webauthn_client(in, "webauthn.get", &site, challenge, NULL) ==
	    RC_OK)
		require(size <= WEBAUTHN_CLIENT_MAX);
	memset(&key, 0, sizeof(key));
	key.alg = WEBAUTHN_ES256;
	key.key_n = 64;
	if (webauthn_made(in, &site, &key, NULL) == RC_OK)
		require(key.id_n > 0 && key.id_n <= WEBAUTHN_ID_MAX &&
		    key.key_n > 0 && key.key_n <= WEBAUTHN_KEY_MAX);
	require(webauthn_verify(&a, &site, &key, &count, NULL) != RC_OK);
	return 0;
}
