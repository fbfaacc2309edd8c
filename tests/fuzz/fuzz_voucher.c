/* Voucher requests and reports: what is accepted is whole, and survives being
 * written and read again.  Must not touch files. */
#include <stdlib.h>
#include <string.h>

#include "pki/voucher.h"
#include "tests/fuzz/fuzz.h"

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void judge_request(struct span in)
{
	struct voucher_request r, back;
	struct buf json;

	if (voucher_request_parse(&r, in, NULL) != RC_OK) {
		require(r.nonce_n == 0 && r.serial_number[0] == '\0');
		return;
	}
	require(r.serial_number[0] != '\0');
	require(
	    r.nonce_n >= VOUCHER_NONCE_MIN && r.nonce_n <= VOUCHER_NONCE_MAX);
	buf_init(&json, VOUCHER_JSON_MAX);
	voucher_request_build(&r, &json);
	require(buf_ok(&json));
	require(voucher_request_parse(&back, buf_span(&json), NULL) == RC_OK);
	require(strcmp(r.serial_number, back.serial_number) == 0);
	require(r.nonce_n == back.nonce_n);
	buf_clear(&json);
}

static void judge_status(struct span in)
{
	struct voucher_status s;
	size_t i;

	if (voucher_status_parse(&s, in, NULL) != RC_OK)
		return;
	require(strlen(s.reason) < sizeof(s.reason));
	for (i = 0; s.reason[i]; i++)
		require((uint8_t)s.reason[i] >= 0x20);
	require(strlen(s.context) < sizeof(s.context));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	judge_request(span_of(data, size));
	judge_status(span_of(data, size));
	return 0;
}
