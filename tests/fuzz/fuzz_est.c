/* Bodies of EST and the names in TLS: what comes in base64 is one request or
 * refused, and a renewal keeps the names it has.
 * Must not need a valid input. */
#include <stdlib.h>
#include <string.h>

#include "enrol/est.h"
#include "enrol/est_name.h"
#include "pki/csr.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/sample.h"

static struct buf renewal; /* a request for a SAN */

static void require(bool ok)
{
	if (!ok)
		abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *const san[] = {"a.example", NULL};
	struct key *k;

	buf_init(&renewal, CSR_MAX);
	require(key_generate(&k, KEY_P256, NULL) == RC_OK);
	require(csr_build(k, "D", "O", san, &renewal, NULL) == RC_OK);
	key_free(k);
	return 0;
}

static void judge(struct span der)
{
	struct csr c;
	struct cert has;

	require(cert_parse(&has, sample_cert(), NULL) == RC_OK);
	if (est_name_check(der, sample_cert(), NULL) != RC_OK)
		return;
	require(csr_parse(&c, der, NULL) == RC_OK);
	require(c.subject.n == 2 || c.subject.n == has.subject.n);
}

/* A body as it is read by the handlers. */
static void read_body(struct span in)
{
	struct buf der;

	if (in.n > EST_BODY_MAX)
		return;
	buf_init(&der, CSR_MAX);
	if (csr_read(&der, in, NULL) == RC_OK)
		judge(buf_span(&der));
	buf_clear(&der);
}

static void judge_edited(struct span edits)
{
	uint8_t *der = malloc(renewal.n), v;
	uint16_t at;

	require(der != NULL);
	memcpy(der, renewal.p, renewal.n);
	while (span_take_u16(&edits, &at) && span_take_u8(&edits, &v))
		der[at % renewal.n] = v;
	judge(span_of(der, renewal.n));
	free(der);
}

static void judge_host(struct span in)
{
	char account[RAND_ID_SIZE];

	if (est_name_account(in, account))
		require(rand_is_id(span_str(account), "acc"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_body(span_of(data, size));
	judge(span_of(data, size));
	judge_edited(span_of(data, size));
	judge_host(span_of(data, size));
	return 0;
}
