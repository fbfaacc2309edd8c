/* The device library and the service read each other: what one writes the other
 * takes, message by message.
 * Must not test what either refuses. */
#include "device/lib/bm_csr.h"
#include "device/lib/bm_ocsp.h"
#include "device/lib/bm_voucher.h"
#include "pki/cms_wrap.h"
#include "pki/csr.h"
#include "pki/issue_end.h"
#include "pki/ocsp.h"
#include "pki/voucher.h"
#include "tests/unit/bm_case.h"

static struct bm_case the;
static struct bm_cert birth;
static uint8_t memory[8192];
static const uint8_t nonce[BM_NONCE] = {1, 2, 3, 0xff};
static struct err e;

static int setup(void **state)
{
	bm_case_init(&the);
	assert_true(bm_cert_parse(&birth, the.config.birth_cert));
	return 0;
}

static int teardown(void **state)
{
	bm_case_clear(&the);
	return 0;
}

static void ok(enum rc rc)
{
	if (rc != RC_OK)
		fail_msg("%s", e.text);
}

static struct key *adopt(EVP_PKEY *evp)
{
	struct key *k;

	EVP_PKEY_up_ref(evp);
	ok(key_adopt(&k, evp, &e));
	return k;
}

static struct bm_der_out writer(void)
{
	return (struct bm_der_out){memory, sizeof(memory), false};
}

static struct span written(const struct bm_der_out *o)
{
	return span_of(o->p + o->at, sizeof(memory) - o->at);
}

static void service_reads_a_voucher_request(void **state)
{
	struct bm_voucher_ask ask = {&the.platform, &the.config, &birth, nonce,
	    BM_CASE_NOW};
	uint8_t text[512];
	struct bm_mem_out json = {text, sizeof(text), 0, false};
	struct bm_der_out o = writer();
	struct voucher_request r;
	struct buf content, cert;

	buf_init(&content, CMS_WRAP_MAX);
	buf_init(&cert, CMS_WRAP_MAX);
	assert_int_equal(bm_voucher_request(&ask, &json, &o), BM_OK);
	ok(cms_wrap_verify(written(&o), CMS_WRAP_VOUCHER, &content, &cert, &e));
	assert_true(
	    span_eq(buf_span(&cert), span_of(the.birth.der, the.birth.n)));
	ok(voucher_request_parse(&r, buf_span(&content), &e));
	assert_string_equal(r.serial_number, BM_CASE_SERIAL);
	assert_true(
	    span_eq(span_of(r.nonce, r.nonce_n), span_of(nonce, BM_NONCE)));
	assert_true(r.created_on == BM_CASE_NOW);
	/* And without a clock. */
	ask.now_s = 0;
	json.n = 0;
	o = writer();
	buf_reset(&content);
	buf_reset(&cert);
	assert_int_equal(bm_voucher_request(&ask, &json, &o), BM_OK);
	ok(cms_wrap_verify(written(&o), CMS_WRAP_VOUCHER, &content, &cert, &e));
	ok(voucher_request_parse(&r, buf_span(&content), &e));
	assert_true(r.created_on == 0);
	buf_clear(&content);
	buf_clear(&cert);
}

static void device_reads_a_voucher(void **state)
{
	struct bm_voucher_ask ask = {&the.platform, &the.config, &birth, nonce,
	    BM_CASE_NOW};
	struct key *k = adopt(the.voucher_signer.key);
	struct cert chip;
	struct voucher v = {.serial_number = BM_CASE_SERIAL,
	    .nonce = span_of(nonce, BM_NONCE),
	    .created_on = BM_CASE_NOW,
	    .pinned_domain_cert = span_of(the.root.der, the.root.n),
	    .est_domain = "https://acc-1.localhost:8444",
	    .configuration = "https://config.example/"};
	struct cms_wrap w = {.type = CMS_WRAP_VOUCHER,
	    .cert = span_of(the.voucher_signer.der, the.voucher_signer.n)};
	struct bm_voucher got;
	struct buf json, der;

	ok(cert_parse(&chip, span_of(the.birth.der, the.birth.n), &e));
	v.idevid_issuer = chip.aki;
	buf_init(&json, VOUCHER_JSON_MAX);
	buf_init(&der, CMS_WRAP_MAX);
	voucher_build(&v, &json);
	w.content = buf_span(&json);
	ok(cms_wrap_sign(&w, k, BM_CASE_NOW, &der, &e));
	assert_string_equal(bm_why_text(
				bm_voucher_check(&ask, der.p, der.n, &got)),
	    "ok");
	assert_int_equal(got.domain.n, the.root.n);
	assert_memory_equal(got.domain.p, the.root.der, the.root.n);
	assert_string_equal(got.est.host, "acc-1.localhost");
	assert_string_equal(got.est.path, "/.well-known/est");
	assert_int_equal(got.est.port, 8444);
	assert_int_equal(got.configuration.n, strlen(v.configuration));
	buf_clear(&json);
	buf_clear(&der);
	key_free(k);
}

static void service_reads_a_certificate_request(void **state)
{
	uint8_t point[BM_POINT_256], san[] = {0x82, 1, 'a'};
	struct bm_csr r = {BM_KEY_A, point, birth.subject, {san, 3}};
	struct bm_der_out o = writer();
	struct csr csr;

	assert_true(bm_case_key_new(&the, BM_KEY_A));
	assert_true(bm_case_key_point(&the, BM_KEY_A, point));
	assert_int_equal(bm_csr_build(&the.platform, &r, &o), BM_OK);
	ok(csr_parse(&csr, written(&o), &e));
	ok(csr_check(&csr, &e));
	assert_true(
	    span_eq(csr.subject, span_of(birth.subject.p, birth.subject.n)));
	assert_true(csr.extensions.n > 0);
}

/* An operational certificate, or a responder's, by the service. */
static void issue_one(enum issue_end_kind kind, EVP_PKEY *key, struct buf *der)
{
	static const uint8_t serial[ISSUE_END_SERIAL] = {1, 2, 3};
	struct profile profile;
	struct profile_device device = {BM_CASE_SERIAL, "01", "Dishwasher",
	    "prd_dishwasher", "Acme", "acc_1"};
	struct key *ca = adopt(the.issuing.key), *k = adopt(key);
	struct issue_end p = {.kind = kind,
	    .profile = &profile,
	    .device = &device,
	    .common_name = "Responder",
	    .org = "Acme",
	    .spki = key_spki(k),
	    .not_before = BM_CASE_NOW - 60,
	    .not_after = BM_CASE_NOW + 86400,
	    .serial = serial,
	    .ocsp_url = "http://status.example:8080/ocsp"};

	profile_default(&profile);
	ok(issue_end(&p, span_of(the.issuing.der, the.issuing.n), ca, der, &e));
	key_free(ca);
	key_free(k);
}

static void device_reads_its_certificate(void **state)
{
	struct bm_span certs, product;
	struct span list[2];
	struct buf der, cms;
	struct bm_cert c;

	buf_init(&der, CERT_DER_MAX);
	buf_init(&cms, CMS_WRAP_MAX);
	issue_one(ISSUE_END_DEVICE, the.birth.key, &der);
	list[0] = buf_span(&der);
	list[1] = span_of(the.issuing.der, the.issuing.n);
	ok(cms_wrap_certs(list, 2, &cms, &e));
	assert_true(bm_cms_certs(bm_mem_span(cms.p, cms.n), &certs));
	assert_true(bm_cert_next(&certs, &c));
	if (c.is_ca) /* the order of a SET is not ours */
		assert_true(bm_cert_next(&certs, &c));
	product = bm_cert_product(&c);
	assert_true(bm_mem_eq(product, bm_mem_str("prd_dishwasher")));
	assert_true(
	    bm_mem_eq(c.ocsp, bm_mem_str("http://status.example:8080/ocsp")));
	assert_true(c.eku_peer && (c.usage & BM_CERT_DIGITAL_SIGNATURE));
	buf_clear(&der);
	buf_clear(&cms);
}

static void both_read_a_status_proof(void **state)
{
	struct bm_cert cert, issuer;
	struct bm_ocsp_ask ask = {&the.platform, &cert, &issuer, BM_CASE_NOW,
	    3600, true};
	struct bm_der_out o = writer();
	struct bm_ocsp times;
	struct ocsp_request req;
	struct ocsp_single single = {.state = OCSP_GOOD,
	    .this_update = BM_CASE_NOW - 60,
	    .next_update = BM_CASE_NOW + 3600};
	struct ocsp_response resp = {.singles = &single,
	    .n = 1,
	    .produced_at = BM_CASE_NOW - 60};
	struct buf der, responder, out;
	struct key *k = adopt(the.responder.key);

	buf_init(&der, CERT_DER_MAX);
	buf_init(&responder, CERT_DER_MAX);
	buf_init(&out, CMS_WRAP_MAX);
	issue_one(ISSUE_END_DEVICE, the.birth.key, &der);
	issue_one(ISSUE_END_OCSP, the.responder.key, &responder);
	assert_true(bm_cert_parse(&cert, bm_mem_span(der.p, der.n)));
	assert_true(bm_cert_parse(&issuer, bm_case_span(&the.issuing)));
	assert_int_equal(bm_ocsp_request(&the.platform, &cert, &issuer, &o),
	    BM_OK);
	ok(ocsp_request_parse(&req, written(&o), &e));
	assert_int_equal(req.n, 1);
	assert_int_equal(req.ids[0].hash, OCSP_SHA256);
	single.id = req.ids[0].der;
	resp.responder_cert = buf_span(&responder);
	ok(ocsp_response_build(&resp, k, &out, &e));
	assert_string_equal(bm_why_text(bm_ocsp_check(&ask,
				bm_mem_span(out.p, out.n), &times)),
	    "ok");
	assert_true(times.next_update == single.next_update);
	buf_clear(&der);
	buf_clear(&responder);
	buf_clear(&out);
	key_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	    CASE(service_reads_a_voucher_request),
	    CASE(device_reads_a_voucher),
	    CASE(service_reads_a_certificate_request),
	    CASE(device_reads_its_certificate),
	    CASE(both_read_a_status_proof),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
