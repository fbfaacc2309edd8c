/* JWS and JWK: nothing that was not signed is accepted, and a key that is
 * taken has a thumbprint.  Must not touch files. */
#include <stdlib.h>

#include "pki/explain.h"
#include "pki/jose.h"
#include "tests/fuzz/fuzz.h"

static struct key *key;
static struct key_pub *pub;

static void require(bool ok)
{
	if (!ok)
		abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	require(key_generate(&key, KEY_P256, NULL) == RC_OK);
	require(key_pub_new(&pub, key_spki(key), NULL) == RC_OK);
	return 0;
}

/* Also what a person may hand to `inspect`. */
static void try_explain(struct span in)
{
	struct explain_input file = {.file = in, .now_s = 1800000000};
	unsigned int problems;
	struct buf out;
	size_t i;

	buf_init(&out, 4 << 20);
	require(explain_file(&file, &out, &problems, NULL) == RC_OK);
	for (i = 0; i < out.n; i++)
		require(out.p[i] >= ' ' || out.p[i] == '\n');
	buf_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	struct buf payload, spki;
	char kid[JOSE_KID_SIZE];

	buf_init(&payload, JOSE_MAX);
	buf_init(&spki, JOSE_MAX);
	require(jose_verify(in, pub, NULL, &payload, NULL) != RC_OK);
	require(payload.n == 0);
	if (jose_jwk_spki(in, &spki, NULL) == RC_OK)
		require(jose_kid(buf_span(&spki), kid, NULL) == RC_OK);
	else
		require(spki.n == 0);
	buf_clear(&payload);
	buf_clear(&spki);
	try_explain(in);
	return 0;
}
