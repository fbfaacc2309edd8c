/* ID tokens: whatever a provider signs is judged without fault, and what it has
 * not signed is never taken.  Must not touch files. */
#include <stdlib.h>

#include "pki/id_token.h"
#include "pki/jose.h"
#include "tests/fuzz/fuzz.h"

static const struct id_token_want want = {"https://login.example.com",
    "console", "n-0S6", 1800000000};
static struct key *key;
static struct buf jwks;

static void require(bool ok)
{
	if (!ok)
		abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	require(key_generate(&key, KEY_P256, NULL) == RC_OK);
	buf_init(&jwks, JOSE_MAX);
	buf_add_str(&jwks, "{\"keys\":[");
	require(jose_jwk(key_spki(key), &jwks, NULL) == RC_OK);
	buf_add_str(&jwks, "]}");
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	struct id_token t, info = {.sub = "u1"};
	struct buf jws;

	require(id_token_check(in, buf_span(&jwks), &want, &t, NULL) != RC_OK);
	buf_init(&jws, JOSE_MAX);
	if (jose_sign(key, "JWT", in, &jws, NULL) == RC_OK) {
		require(id_token_check(buf_span(&jws), in, &want, &t, NULL) !=
		    RC_OK);
		if (id_token_check(buf_span(&jws), buf_span(&jwks), &want, &t,
			NULL) == RC_OK)
			require(t.sub[0] && (t.email[0] || !t.email_verified));
		else
			require(!t.sub[0] && !t.email[0]);
	}
	(void)!id_token_userinfo(in, &info, NULL);
	buf_clear(&jws);
	return 0;
}
