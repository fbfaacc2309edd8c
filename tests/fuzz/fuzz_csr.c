/* Certificate requests: no byte read outside, and none that was bent keeps its
 * proof of possession.  Must not need a valid input. */
#include <stdlib.h>
#include <string.h>

#include "pki/csr.h"
#include "tests/fuzz/fuzz.h"

static struct buf sample;

static void require(bool ok)
{
	if (!ok)
		abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char *const names[] = {"a.example", NULL};
	struct key *k;

	buf_init(&sample, CSR_MAX);
	require(key_generate(&k, KEY_P256, NULL) == RC_OK);
	require(csr_build(k, "D", "O", names, &sample, NULL) == RC_OK);
	key_free(k);
	return 0;
}

static void inside(struct span whole, struct span part)
{
	if (part.n > 0)
		require(
		    part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

static void judge(struct span in)
{
	struct csr c;

	if (csr_parse(&c, in, NULL) != RC_OK)
		return;
	inside(in, c.info);
	inside(in, c.subject);
	inside(in, c.spki);
	inside(in, c.extensions);
	inside(in, c.challenge);
	inside(in, c.signature);
	require(c.type < KEY_UNKNOWN && c.sig < KEY_SIG_UNKNOWN);
	/* An ECDSA signature has a second form for the same bytes; those that
	 * are signed have none. */
	if (csr_check(&c, NULL) == RC_OK && in.n == sample.n)
		require(c.info.n > sample.n ||
		    memcmp(c.info.p, sample.p + (c.info.p - in.p), c.info.n) ==
			0);
}

/* The input as edits of a request: offset, new byte. */
static void judge_edited(struct span edits)
{
	uint8_t *der = malloc(sample.n), v;
	uint16_t at;

	require(der != NULL);
	memcpy(der, sample.p, sample.n);
	while (span_take_u16(&edits, &at) && span_take_u8(&edits, &v))
		der[at % sample.n] = v;
	judge(span_of(der, sample.n));
	free(der);
}

static void read_file(struct span in)
{
	struct buf out;

	buf_init(&out, CSR_MAX);
	if (csr_read(&out, in, NULL) == RC_OK)
		judge(buf_span(&out));
	buf_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	judge(span_of(data, size));
	judge_edited(span_of(data, size));
	read_file(span_of(data, size));
	return 0;
}
