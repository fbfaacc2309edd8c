/* What the signer says in the service's name: OCSP answers, ownership and claim
 * vouchers, and what it does not say.  Must not keep its keys. */
#include <string.h>

#include "base/enc.h"
#include "pki/cms_wrap.h"
#include "pki/csr.h"
#include "pki/jose.h"
#include "signer/ipc.h"
#include "tests/unit/chip_case.h"
#include "tests/unit/signer_case.h"

#define ONE "acc_0123456789abcdef"
#define CA "ca_0123456789abcdef"
#define PRODUCT "prd_0123456789abcdef"
#define CLAIM "cvo_0123456789abcdef"
#define DAY ((int64_t)86400)

static struct {
	struct signer_case sc;
	struct chip_case chip;
	struct buf root, responder; /* DER */
	struct err e;
} t;

#define OK(call)                                             \
	do {                                                 \
		if ((call) != RC_OK)                         \
			fail_msg("%s: %s", #call, t.e.text); \
	} while (0)

static int setup(void **state)
{
	static const struct signer_ca ca = {ONE, CA};
	struct signer_ca_cert r = {.issuer = ca,
	    .subject = CA,
	    .common_name = "Root"};
	struct signer_end end = {.ca = ca, .kind = ISSUE_END_OCSP};
	struct buf spki;

	chip_case_init(&t.chip, KEY_P256, KEY_P256);
	signer_case_open(&t.sc);
	buf_init(&t.root, CERT_DER_MAX);
	buf_init(&t.responder, CERT_DER_MAX);
	buf_init(&spki, CERT_DER_MAX);
	r.not_before = end.not_before = t.chip.now_s - 60;
	r.not_after = t.chip.now_s + 100 * DAY;
	end.not_after = t.chip.now_s + 7 * DAY;
	OK(signer_ca_key(t.sc.signer, &ca, KEY_P256, NULL, &spki, &t.e));
	OK(signer_ca_cert(t.sc.signer, &r, &t.root, &t.e));
	end.issuer_cert = buf_span(&t.root);
	OK(signer_end(t.sc.signer, &end, &t.responder, &t.e));
	buf_clear(&spki);
	return 0;
}

static int teardown(void **state)
{
	signer_case_close(&t.sc);
	chip_case_clear(&t.chip);
	buf_clear(&t.root);
	buf_clear(&t.responder);
	return 0;
}

static void state_is_signed_by_the_responder(void **state)
{
	static const struct {
		struct ocsp_single x;
		bool ok;
	} table[] = {
	    {{.state = OCSP_GOOD, .next_update = 3600}, true},
	    {{.state = OCSP_UNKNOWN, .next_update = 3600}, true},
	    {{.state = OCSP_REVOKED, .reason = 1, .next_update = 3600}, true},
	    {{.state = OCSP_REVOKED, .reason = 7, .next_update = 3600}, false},
	    {{.state = OCSP_REVOKED, .reason = 8, .next_update = 3600}, false},
	    {{.state = OCSP_REVOKED, .reason = 99, .next_update = 3600}, false},
	    {{.state = OCSP_REVOKED, .revoked_at = 2 * DAY, .next_update = 9},
		false},
	    {{.state = (enum ocsp_state)3, .next_update = 3600}, false},
	    {{.this_update = 2 * DAY, .next_update = 3 * DAY}, false},
	    {{.next_update = 9 * DAY}, false},
	    {{.next_update = -5}, false},
	};
	struct ocsp_response r = {.n = 1,
	    .produced_at = t.chip.now_s,
	    .responder_cert = buf_span(&t.responder)};
	struct buf id, der;
	struct cert root;
	size_t i;

	buf_init(&id, 1024);
	buf_init(&der, IPC_MAX);
	OK(cert_parse(&root, buf_span(&t.root), &t.e));
	OK(ocsp_id_build(OCSP_SHA256, &root, SPAN_LIT("\1\2"), &id, &t.e));
	for (i = 0; i < COUNT(table); i++) {
		struct ocsp_single x = table[i].x;
		enum rc rc;

		x.id = buf_span(&id);
		x.this_update += t.chip.now_s;
		x.next_update += t.chip.now_s;
		x.revoked_at += t.chip.now_s;
		r.singles = &x;
		buf_reset(&der);
		rc = signer_ocsp(t.sc.signer, &r, &der, &t.e);
		if (rc != (table[i].ok ? RC_OK : RC_INVALID))
			fail_msg("row %zu: %s", i, t.e.text);
		assert_true(table[i].ok == (der.n > 0));
	}
	buf_clear(&id);
	buf_clear(&der);
}

static void responder_needs_its_own_certificate(void **state)
{
	struct ocsp_single x = {.id = SPAN_LIT("\x30\x00"),
	    .this_update = t.chip.now_s,
	    .next_update = t.chip.now_s + 60};
	struct ocsp_response r = {.singles = &x,
	    .n = 1,
	    .produced_at = t.chip.now_s,
	    .responder_cert = buf_span(&t.root)};
	struct buf der;

	buf_init(&der, IPC_MAX);
	assert_int_equal(signer_ocsp(t.sc.signer, &r, &der, &t.e), RC_INVALID);
	r.responder_cert = SPAN_NONE;
	assert_int_equal(signer_ocsp(t.sc.signer, &r, &der, &t.e), RC_INVALID);
	r.responder_cert = buf_span(&t.responder);
	r.n = 0;
	assert_int_equal(signer_ocsp(t.sc.signer, &r, &der, &t.e), RC_INVALID);
	assert_int_equal(der.n, 0);
	buf_clear(&der);
}

static void request_for_delegation_has_the_responders_key(void **state)
{
	struct cert c;
	struct buf der;
	struct csr csr;

	buf_init(&der, CSR_MAX);
	OK(signer_ocsp_csr(t.sc.signer, &der, &t.e));
	OK(csr_parse(&csr, buf_span(&der), &t.e));
	OK(csr_check(&csr, &t.e));
	OK(cert_parse(&c, buf_span(&t.responder), &t.e));
	assert_true(span_eq(c.spki, csr.spki));
	buf_clear(&der);
}

static struct voucher voucher_of(void)
{
	return (struct voucher){.serial_number = "5a01",
	    .nonce = SPAN_LIT("12345678"),
	    .created_on = t.chip.now_s,
	    .pinned_domain_cert = buf_span(&t.root),
	    .est_domain = "https://acc.example:8444"};
}

static void voucher_is_signed_by_the_certificate_that_is_shown(void **state)
{
	struct voucher v = voucher_of();
	struct buf cms, json, cert, pem, der;
	struct span rest;

	buf_init(&cms, CMS_WRAP_MAX);
	buf_init(&json, CMS_WRAP_MAX);
	buf_init(&cert, CERT_DER_MAX);
	buf_init(&pem, CERT_DER_MAX);
	buf_init(&der, CERT_DER_MAX);
	OK(signer_voucher(t.sc.signer, &v, &cms, &t.e));
	OK(cms_wrap_verify(buf_span(&cms), CMS_WRAP_VOUCHER, &json, &cert,
	    &t.e));
	OK(signer_voucher_pem(t.sc.signer, &pem, &t.e));
	rest = buf_span(&pem);
	assert_true(enc_unpem(&der, "CERTIFICATE", &rest));
	assert_true(span_eq(buf_span(&der), buf_span(&cert)));
	assert_non_null(strstr(buf_cstr(&json), "\"serial-number\":\"5a01\""));
	assert_non_null(strstr(buf_cstr(&json), "\"nonce\":\"MTIzNDU2Nzg=\""));
	buf_clear(&cms);
	buf_clear(&json);
	buf_clear(&cert);
	buf_clear(&pem);
	buf_clear(&der);
}

static void voucher_is_refused_for_each_fault(void **state)
{
	static char longest[VOUCHER_SERIAL_MAX + 2];
	static const uint8_t nonce[VOUCHER_NONCE_MAX + 1];
	struct buf cms;
	int i;

	memset(longest, 'a', sizeof(longest) - 1);
	buf_init(&cms, CMS_WRAP_MAX);
	for (i = 0; i < 12; i++) {
		struct voucher v = voucher_of();

		if (i == 0)
			v.nonce = SPAN_NONE; /* replayed for ever */
		else if (i == 1)
			v.nonce = span_of(nonce, VOUCHER_NONCE_MIN - 1);
		else if (i == 2)
			v.nonce = span_of(nonce, VOUCHER_NONCE_MAX + 1);
		else if (i == 3)
			v.serial_number = "";
		else if (i == 4)
			v.serial_number = longest;
		else if (i == 5)
			v.serial_number = "a\nb";
		else if (i == 6)
			v.created_on -= 2 * 3600;
		else if (i == 7)
			v.created_on += 2 * 3600;
		else if (i == 8)
			v.pinned_domain_cert = SPAN_LIT("none");
		else if (i == 9)
			v.est_domain = "http://acc.example";
		else if (i == 10)
			v.est_domain = "https://acc.example/\"";
		else
			v.configuration = "file:///etc";
		if (signer_voucher(t.sc.signer, &v, &cms, &t.e) != RC_INVALID)
			fail_msg("fault %d was not seen", i);
	}
	assert_int_equal(cms.n, 0);
	buf_clear(&cms);
}

static struct signer_claim claim_of(void)
{
	return (struct signer_claim){.id = CLAIM,
	    .account = ONE,
	    .product = PRODUCT,
	    .expires_at = t.chip.now_s + 10 * DAY};
}

static void claim_voucher_is_known_again(void **state)
{
	struct signer_claim r = claim_of();
	char id[RAND_ID_SIZE];
	struct buf jws;
	size_t i, dots = 0;

	buf_init(&jws, 4096);
	OK(signer_claim(t.sc.signer, &r, &jws, &t.e));
	OK(signer_claim_check(t.sc.signer, buf_span(&jws), t.chip.now_s, id,
	    &t.e));
	assert_string_equal(id, CLAIM);
	assert_int_equal(signer_claim_check(t.sc.signer, buf_span(&jws),
			     r.expires_at, id, &t.e),
	    RC_DENIED);
	assert_string_equal(id, "");
	for (i = 0; i < jws.n; i++) {
		dots += jws.p[i] == '.';
		jws.p[i] ^= 1;
		assert_int_equal(signer_claim_check(t.sc.signer, buf_span(&jws),
				     t.chip.now_s, id, &t.e),
		    RC_INVALID);
		jws.p[i] ^= 1;
	}
	assert_int_equal(dots, 2);
	assert_int_equal(signer_claim_check(t.sc.signer, SPAN_NONE,
			     t.chip.now_s, id, &t.e),
	    RC_INVALID);
	buf_clear(&jws);
}

/* The head of a feed is a JWS too, and none of these. */
static void other_token_is_no_claim_voucher(void **state)
{
	struct signer_feed f = {.account = ONE,
	    .cloud = "cld_1",
	    .from = "",
	    .to = "1.0"};
	char id[RAND_ID_SIZE];
	struct buf jws;

	buf_init(&jws, 4096);
	OK(signer_feed(t.sc.signer, &f, &jws, &t.e));
	assert_int_equal(signer_claim_check(t.sc.signer, buf_span(&jws),
			     t.chip.now_s, id, &t.e),
	    RC_INVALID);
	buf_clear(&jws);
}

static void claim_is_refused_for_each_fault(void **state)
{
	struct buf jws;
	int i;

	buf_init(&jws, 4096);
	for (i = 0; i < 5; i++) {
		struct signer_claim r = claim_of();

		if (i == 0)
			r.id = "cvo_1";
		else if (i == 1)
			r.account = "";
		else if (i == 2)
			r.product = ONE;
		else if (i == 3)
			r.expires_at = t.chip.now_s - 1;
		else
			r.expires_at = t.chip.now_s + 21LL * 366 * DAY;
		if (signer_claim(t.sc.signer, &r, &jws, &t.e) != RC_INVALID)
			fail_msg("fault %d was not seen", i);
	}
	buf_clear(&jws);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(state_is_signed_by_the_responder),
	    cmocka_unit_test(responder_needs_its_own_certificate),
	    cmocka_unit_test(request_for_delegation_has_the_responders_key),
	    cmocka_unit_test(
		voucher_is_signed_by_the_certificate_that_is_shown),
	    cmocka_unit_test(voucher_is_refused_for_each_fault),
	    cmocka_unit_test(claim_voucher_is_known_again),
	    cmocka_unit_test(other_token_is_no_claim_voucher),
	    cmocka_unit_test(claim_is_refused_for_each_fault),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
