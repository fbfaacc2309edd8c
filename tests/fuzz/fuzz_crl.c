/* Revocation lists: no byte read outside, and each entry of an accepted one is
 * an entry.  Must not need a valid input. */
#include <stdlib.h>
#include <string.h>

#include "pki/crl.h"
#include "pki/issue.h"
#include "tests/fuzz/fuzz.h"

static struct buf sample;

static void require(bool ok)
{
	if (!ok)
		abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const struct crl_entry entries[] = {
	    {{1, 2, 3}, 3, CRL_UNSPECIFIED, 1700000000},
	    {{0x80}, 1, CRL_HOLD, 2600000000},
	};
	struct issue_ca ca = {.org = "O",
	    .common_name = "CA",
	    .not_after = CERT_NEVER};
	struct crl c = {.number = 5,
	    .this_update = 1700000000,
	    .next_update = 1700086400,
	    .entries = entries,
	    .n = 2,
	    .delta_url = "http://a.example/d.crl"};
	struct buf cert, tbs, sig;
	struct key *k;

	buf_init(&sample, CRL_MAX);
	buf_init(&cert, CERT_DER_MAX);
	buf_init(&tbs, CRL_MAX);
	buf_init(&sig, 1024);
	require(key_generate(&k, KEY_P256, NULL) == RC_OK);
	require(issue_ca(&ca, key_spki(k), SPAN_NONE, k, &cert, NULL) == RC_OK);
	c.issuer_cert = buf_span(&cert);
	require(crl_tbs(&c, key_sig(k), &tbs, NULL) == RC_OK);
	require(key_sign(k, buf_span(&tbs), &sig, NULL) == RC_OK);
	crl_join(buf_span(&tbs), key_sig(k), buf_span(&sig), &sample);
	require(buf_ok(&sample));
	buf_clear(&cert);
	buf_clear(&tbs);
	buf_clear(&sig);
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
	struct crl_entry entry;
	struct crl_view v;
	struct span rest;

	if (crl_parse(&v, in, NULL) != RC_OK)
		return;
	inside(in, v.tbs);
	inside(in, v.issuer);
	inside(in, v.aki);
	inside(in, v.revoked);
	inside(in, v.signature);
	require(v.next_update >= v.this_update && v.base <= v.number);
	for (rest = v.revoked; crl_next(&rest, &entry);)
		require(entry.serial_n >= 1 && entry.serial_n <= 20 &&
		    entry.reason <= 10);
	require(rest.n == 0);
}

/* The input as edits of a list: offset, new byte. */
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	judge(span_of(data, size));
	judge_edited(span_of(data, size));
	return 0;
}
