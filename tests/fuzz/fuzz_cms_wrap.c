/* CMS messages: nothing is accepted but what was signed, however it is bent.
 * Must not need a valid input. */
#include <stdlib.h>
#include <string.h>

#include "pki/cms_wrap.h"
#include "pki/issue.h"
#include "tests/fuzz/fuzz.h"

#define TEXT "{\"a\":1}"

static struct buf message;

static void require(bool ok)
{
	if (!ok)
		abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct issue_leaf leaf = {.org = "O",
	    .common_name = "S",
	    .not_after = CERT_NEVER};
	struct issue_ca ca = {.org = "O",
	    .common_name = "CA",
	    .not_after = CERT_NEVER};
	struct cms_wrap w = {.type = CMS_WRAP_VOUCHER,
	    .content = SPAN_LIT(TEXT)};
	struct buf cert, root;
	struct key *k;

	buf_init(&message, CMS_WRAP_MAX);
	buf_init(&cert, CERT_DER_MAX);
	buf_init(&root, CERT_DER_MAX);
	require(key_generate(&k, KEY_P256, NULL) == RC_OK);
	require(issue_ca(&ca, key_spki(k), SPAN_NONE, k, &root, NULL) == RC_OK);
	require(issue_leaf(&leaf, key_spki(k), buf_span(&root), k, &cert,
		    NULL) == RC_OK);
	w.cert = buf_span(&cert);
	require(cms_wrap_sign(&w, k, 1800000000, &message, NULL) == RC_OK);
	buf_clear(&cert);
	buf_clear(&root);
	key_free(k);
	return 0;
}

static void judge(struct span der)
{
	struct buf content, cert;

	buf_init(&content, CMS_WRAP_MAX);
	buf_init(&cert, CERT_DER_MAX);
	if (cms_wrap_verify(der, CMS_WRAP_VOUCHER, &content, &cert, NULL) ==
	    RC_OK)
		require(span_eq_str(buf_span(&content), TEXT) && cert.n > 0);
	else
		require(content.n == 0 && cert.n == 0);
	buf_clear(&content);
	buf_clear(&cert);
}

/* The input as edits of a signed message: offset, new byte. */
static void judge_edited(struct span edits)
{
	uint8_t *der = malloc(message.n), v;
	uint16_t at;

	require(der != NULL);
	memcpy(der, message.p, message.n);
	while (span_take_u16(&edits, &at) && span_take_u8(&edits, &v))
		der[at % message.n] = v;
	judge(span_of(der, message.n));
	free(der);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	judge(span_of(data, size));
	judge_edited(span_of(data, size));
	return 0;
}
