/* Vouchers as a device gets them: CMS, JSON, and changed copies of a good one.
 * Must not need a valid input. */
#include "device/lib/bm_json.h"
#include "device/lib/bm_voucher.h"
#include "tests/fuzz/bm_sample.h"
#include "tests/fuzz/fuzz.h"

#define MESSAGE_MAX 8192

static const uint8_t nonce[BM_NONCE];

static void judge(struct bm_case *t, const uint8_t *p, size_t n)
{
	struct bm_cert birth;
	struct bm_voucher_ask ask = {&t->platform, &t->config, &birth, nonce,
	    BM_CASE_NOW};
	struct bm_voucher v;
	uint8_t *copy = malloc(n > 0 ? n : 1);

	if (!copy || !bm_cert_parse(&birth, t->config.birth_cert))
		abort();
	if (n > 0)
		memcpy(copy, p, n);
	if (bm_voucher_check(&ask, copy, n, &v) == BM_OK &&
	    (v.domain.n == 0 || v.domain.p < copy ||
		v.domain.p + v.domain.n > copy + n ||
		v.created_on > BM_CASE_NOW + 86400))
		abort();
	free(copy);
}

/* The input as the voucher's text: @ stands for a good certificate. */
static size_t wrap(struct bm_case *t, const uint8_t *p, size_t n, uint8_t *out)
{
	static uint8_t json[4096];
	struct bm_mem_out o = {json, sizeof(json), 0, false};
	struct bm_der_out der = {out, MESSAGE_MAX, false};
	struct bm_cert birth;
	uint8_t pin[3000];
	size_t i, pin_n;

	pin_n = (size_t)EVP_EncodeBlock(pin, t->root.der, (int)t->root.n);
	for (i = 0; i < n; i++)
		if (p[i] == '@')
			bm_mem_add(&o, bm_mem_span(pin, pin_n));
		else
			bm_mem_add(&o, bm_mem_span(p + i, 1));
	if (!bm_cert_parse(&birth, t->config.birth_cert))
		abort();
	if (o.full ||
	    bm_cms_sign(&t->platform, &birth, bm_mem_span(json, o.n),
		BM_CASE_NOW, &der) != BM_OK)
		return 0;
	memmove(out, out + der.at, MESSAGE_MAX - der.at);
	return MESSAGE_MAX - der.at;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char good[] =
	    "{\"ietf-voucher:voucher\":{\"created-on\":\"2026-01-01T00:00:"
	    "00Z\","
	    "\"nonce\":\"AAAAAAAAAAAAAAAAAAAAAA==\",\"serial-number\":"
	    "\"CHIP-0001\",\"assertion\":\"verified\",\"pinned-domain-cert\":"
	    "\"@\",\"est-domain\":\"https://a:8444\"}}";
	struct bm_case *t = bm_sample();
	uint8_t message[MESSAGE_MAX], *copy = malloc(size > 0 ? size : 1);
	struct bm_span json, v, s;
	size_t n, at = 0;

	judge(t, data, size);
	n = wrap(t, data, size, message);
	if (n > 0)
		judge(t, message, n);
	n = wrap(t, (const uint8_t *)good, sizeof(good) - 1, message);
	bm_sample_edit(message, n, data, size);
	judge(t, message, n);
	if (!copy)
		abort();
	if (size > 0)
		memcpy(copy, data, size);
	json = bm_mem_span(copy, size);
	if (bm_json_check(&json)) {
		(void)bm_json_member(json, "a", &v);
		while (bm_json_item(json, &at, &v))
			(void)bm_json_string(copy, v, &s);
	}
	free(copy);
	return 0;
}
