/* OCSP: OpenSSL's requests are read and our responses verified by it; what is
 * not to the letter is malformed.  Must not touch files. */
#include <openssl/ocsp.h>
#include <openssl/x509.h>
#include <string.h>

#include "pki/ocsp.h"
#include "tests/unit/pki_case.h"

#define REASON_KEY_COMPROMISE 1

static X509 *x509(struct span der)
{
	const unsigned char *p = der.p;
	X509 *x = d2i_X509(NULL, &p, (long)der.n);

	assert_non_null(x);
	return x;
}

static OCSP_CERTID *certid(const struct pki_case *p, enum ocsp_hash hash)
{
	X509 *ca = x509(buf_span(&p->ca)), *chip = x509(buf_span(&p->chip));
	OCSP_CERTID *id =
	    OCSP_cert_to_id(hash == OCSP_SHA1 ? EVP_sha1() : EVP_sha256(), chip,
		ca);

	assert_non_null(id);
	X509_free(ca);
	X509_free(chip);
	return id;
}

/* A request by OpenSSL for the chip, n times. */
static void ask(const struct pki_case *p, enum ocsp_hash hash, int n, int nonce,
    struct buf *out)
{
	static unsigned char bytes[64] = {9, 8, 7};
	OCSP_REQUEST *req = OCSP_REQUEST_new();
	uint8_t *to;
	int len;

	while (n-- > 0)
		assert_non_null(OCSP_request_add0_id(req, certid(p, hash)));
	if (nonce > 0)
		assert_int_equal(OCSP_request_add1_nonce(req, bytes, nonce), 1);
	len = i2d_OCSP_REQUEST(req, NULL);
	buf_reset(out);
	to = buf_room(out, (size_t)len);
	assert_int_equal(i2d_OCSP_REQUEST(req, &to), len);
	buf_grown(out, (size_t)len);
	OCSP_REQUEST_free(req);
}

static void requests_of_openssl_are_read(void **state)
{
	static const struct {
		enum ocsp_hash hash;
		int n, nonce;
	} cases[] = {{OCSP_SHA1, 1, 0}, {OCSP_SHA256, 1, 16},
	    {OCSP_SHA1, OCSP_CERTS_MAX, 32}, {OCSP_SHA256, 2, 1}};
	struct ocsp_request r;
	struct pki_case p;
	struct buf der, id;
	struct cert chip, ca;
	size_t i;

	pki_case_init(&p, KEY_P256);
	buf_init(&der, OCSP_REQUEST_MAX);
	buf_init(&id, OCSP_REQUEST_MAX);
	assert_int_equal(cert_parse(&chip, buf_span(&p.chip), NULL), RC_OK);
	assert_int_equal(cert_parse(&ca, buf_span(&p.ca), NULL), RC_OK);
	for (i = 0; i < COUNT(cases); i++) {
		ask(&p, cases[i].hash, cases[i].n, cases[i].nonce, &der);
		assert_int_equal(ocsp_request_parse(&r, buf_span(&der), NULL),
		    RC_OK);
		assert_int_equal(r.n, cases[i].n);
		assert_int_equal(r.nonce.n, cases[i].nonce);
		assert_int_equal(r.ids[0].hash, cases[i].hash);
		assert_true(span_eq(r.ids[r.n - 1].serial, chip.serial));
		buf_reset(&id);
		assert_int_equal(ocsp_id_build(cases[i].hash, &ca, chip.serial,
				     &id, NULL),
		    RC_OK);
		assert_true(span_eq(buf_span(&id), r.ids[0].der));
	}
	buf_clear(&der);
	buf_clear(&id);
	pki_case_clear(&p);
}

static void requests_over_the_limits_are_refused(void **state)
{
	struct ocsp_request r;
	struct pki_case p;
	struct buf der;
	struct err e;

	pki_case_init(&p, KEY_P256);
	buf_init(&der, OCSP_REQUEST_MAX * 2);
	ask(&p, OCSP_SHA1, OCSP_CERTS_MAX + 1, 0, &der);
	assert_int_equal(ocsp_request_parse(&r, buf_span(&der), &e),
	    RC_TOO_LARGE);
	assert_string_equal(e.slug, "ocsp-too-many");
	assert_int_equal(r.n, 0);
	ask(&p, OCSP_SHA1, 0, 0, &der);
	assert_int_equal(ocsp_request_parse(&r, buf_span(&der), NULL),
	    RC_INVALID);
	ask(&p, OCSP_SHA1, 1, 33, &der);
	assert_int_equal(ocsp_request_parse(&r, buf_span(&der), NULL),
	    RC_INVALID);
	buf_reset(&der);
	while (der.n <= OCSP_REQUEST_MAX)
		buf_add_u8(&der, 0x30);
	assert_int_equal(ocsp_request_parse(&r, buf_span(&der), NULL),
	    RC_TOO_LARGE);
	buf_clear(&der);
	pki_case_clear(&p);
}

static void truncated_or_trailing_bytes_are_malformed(void **state)
{
	struct ocsp_request r;
	struct pki_case p;
	struct buf der;
	size_t i;

	pki_case_init(&p, KEY_P256);
	buf_init(&der, OCSP_REQUEST_MAX);
	ask(&p, OCSP_SHA1, 1, 16, &der);
	for (i = 0; i < der.n; i++)
		assert_int_equal(ocsp_request_parse(&r, span_of(der.p, i),
				     NULL),
		    RC_INVALID);
	buf_add_u8(&der, 0);
	assert_int_equal(ocsp_request_parse(&r, buf_span(&der), NULL),
	    RC_INVALID);
	buf_clear(&der);
	pki_case_clear(&p);
}

/* Requests put together by hand from these parts. */
#define H20 "aaaaaaaaaaaaaaaaaaaa"
#define ALG "\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00"
#define ID_OF(alg, len, serial) \
	"\x30" len alg "\x04\x14" H20 "\x04\x14" H20 serial
#define ID ID_OF(ALG, "\x3a", "\x02\x01\x05")
#define CASE(s, what)               \
	{                           \
		SPAN_LIT(s), (what) \
	}

static void requests_not_to_the_letter_are_malformed(void **state)
{
	static const struct {
		struct span der;
		enum rc want;
	} cases[] = {
	    CASE("\x30\x42\x30\x40\x30\x3e\x30\x3c" ID, RC_OK),
	    /* version 1 said aloud; version 2 */
	    CASE("\x30\x47\x30\x45\xa0\x03\x02\x01\x00\x30\x3e\x30\x3c" ID,
		RC_OK),
	    CASE("\x30\x47\x30\x45\xa0\x03\x02\x01\x01\x30\x3e\x30\x3c" ID,
		RC_INVALID),
	    /* indefinite and overlong lengths */
	    CASE("\x30\x80\x30\x40\x30\x3e\x30\x3c" ID "\0\0", RC_INVALID),
	    CASE("\x30\x81\x42\x30\x40\x30\x3e\x30\x3c" ID, RC_INVALID),
	    /* serial numbers: negative, padded, none */
	    CASE("\x30\x42\x30\x40\x30\x3e\x30\x3c" ID_OF(ALG, "\x3a",
		     "\x02\x01\x85"),
		RC_INVALID),
	    CASE("\x30\x43\x30\x41\x30\x3f\x30\x3d" ID_OF(ALG, "\x3b",
		     "\x02\x02\x00\x05"),
		RC_INVALID),
	    CASE("\x30\x43\x30\x41\x30\x3f\x30\x3d" ID_OF(ALG, "\x3b",
		     "\x02\x02\x00\x85"),
		RC_OK),
	    CASE("\x30\x41\x30\x3f\x30\x3d\x30\x3b" ID_OF(ALG, "\x39",
		     "\x02\x00"),
		RC_INVALID),
	    /* another hash, and one with parameters */
	    CASE("\x30\x42\x30\x40\x30\x3e\x30\x3c" ID_OF(
		     "\x30\x09\x06\x05\x2b\x0e\x03\x02\x1b\x05\x00", "\x3a",
		     "\x02\x01\x05"),
		RC_NOT_FOUND),
	    CASE("\x30\x43\x30\x41\x30\x3f\x30\x3d" ID_OF(
		     "\x30\x0a\x06\x05\x2b\x0e\x03\x02\x1a\x02\x01\x00", "\x3b",
		     "\x02\x01\x05"),
		RC_INVALID),
	    /* extensions: critical and unknown; empty; a nonce twice */
	    CASE("\x30\x52\x30\x50\x30\x3e\x30\x3c" ID "\xa2\x0e\x30\x0c\x30"
		 "\x0a\x06\x02\x2a\x03\x01\x01\xff\x04\x01\x00",
		RC_INVALID),
	    CASE("\x30\x4f\x30\x4d\x30\x3e\x30\x3c" ID "\xa2\x0b\x30\x09\x30"
		 "\x07\x06\x02\x2a\x03\x04\x01\x00",
		RC_OK),
	    CASE("\x30\x46\x30\x44\x30\x3e\x30\x3c" ID "\xa2\x02\x30\x00",
		RC_INVALID),
	    CASE("\x30\x44\x30\x42\x30\x3e\x30\x3c" ID "\xa2\x00", RC_INVALID),
	    /* nonce: OCTET STRING missing, and empty */
	    CASE("\x30\x57\x30\x55\x30\x3e\x30\x3c" ID "\xa2\x13\x30\x11\x30"
		 "\x0f\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x02\x04\x02"
		 "\x05\x00",
		RC_INVALID),
	    CASE("\x30\x57\x30\x55\x30\x3e\x30\x3c" ID "\xa2\x13\x30\x11\x30"
		 "\x0f\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x02\x04\x02"
		 "\x04\x00",
		RC_INVALID),
	};
	struct ocsp_request r;
	size_t i;

	for (i = 0; i < COUNT(cases); i++)
		assert_int_equal(ocsp_request_parse(&r, cases[i].der, NULL),
		    cases[i].want);
}

/* A response about the chip; delegated to the signer's key. */
struct answer {
	struct pki_case p;
	struct buf responder, id, der;
	struct ocsp_single single;
	struct ocsp_response r;
};

static void setup(struct answer *a, enum key_type type, enum ocsp_hash hash)
{
	struct cert ca, chip;

	memset(a, 0, sizeof(*a));
	pki_case_init(&a->p, type);
	buf_init(&a->id, 1024);
	buf_init(&a->der, 16384);
	assert_int_equal(cert_parse(&ca, buf_span(&a->p.ca), NULL), RC_OK);
	assert_int_equal(cert_parse(&chip, buf_span(&a->p.chip), NULL), RC_OK);
	assert_int_equal(ocsp_id_build(hash, &ca, chip.serial, &a->id, NULL),
	    RC_OK);
	a->single = (struct ocsp_single){.id = buf_span(&a->id),
	    .state = OCSP_GOOD,
	    .this_update = a->p.now_s - 10,
	    .next_update = a->p.now_s + 3600};
	a->r = (struct ocsp_response){.singles = &a->single,
	    .n = 1,
	    .produced_at = a->p.now_s - 10,
	    .responder_cert = buf_span(&a->p.ca)};
}

static void teardown(struct answer *a)
{
	buf_clear(&a->id);
	buf_clear(&a->der);
	pki_case_clear(&a->p);
}

/* Verified by OpenSSL; the caller frees it. */
static OCSP_BASICRESP *verified(const struct answer *a)
{
	const unsigned char *p = a->der.p;
	OCSP_RESPONSE *resp = d2i_OCSP_RESPONSE(NULL, &p, (long)a->der.n);
	X509_STORE *store = X509_STORE_new();
	X509 *ca = x509(buf_span(&a->p.ca));
	OCSP_BASICRESP *basic;

	assert_non_null(resp);
	assert_ptr_equal(p, a->der.p + a->der.n);
	assert_int_equal(OCSP_response_status(resp),
	    OCSP_RESPONSE_STATUS_SUCCESSFUL);
	basic = OCSP_response_get1_basic(resp);
	assert_non_null(basic);
	assert_int_equal(X509_STORE_add_cert(store, ca), 1);
	assert_int_equal(OCSP_basic_verify(basic, NULL, store, 0), 1);
	X509_free(ca);
	X509_STORE_free(store);
	OCSP_RESPONSE_free(resp);
	return basic;
}

static void openssl_verifies_our_responses(void **state)
{
	static const enum key_type types[] = {KEY_P256, KEY_P384, KEY_RSA2048};
	static const struct {
		enum ocsp_state state;
		int reason, want, want_reason;
	} cases[] = {
	    {OCSP_GOOD, 0, V_OCSP_CERTSTATUS_GOOD, -1},
	    {OCSP_REVOKED, REASON_KEY_COMPROMISE, V_OCSP_CERTSTATUS_REVOKED,
		REASON_KEY_COMPROMISE},
	    {OCSP_REVOKED, 0, V_OCSP_CERTSTATUS_REVOKED, -1},
	    {OCSP_UNKNOWN, 0, V_OCSP_CERTSTATUS_UNKNOWN, -1},
	};
	ASN1_GENERALIZEDTIME *at, *this_update, *next_update;
	OCSP_BASICRESP *basic;
	OCSP_CERTID *id;
	struct answer a;
	int status, reason;
	size_t i;

	for (i = 0; i < COUNT(types) * COUNT(cases); i++) {
		setup(&a, types[i / COUNT(cases)],
		    i % 2 ? OCSP_SHA1 : OCSP_SHA256);
		a.single.state = cases[i % COUNT(cases)].state;
		a.single.reason = cases[i % COUNT(cases)].reason;
		a.single.revoked_at = a.p.now_s - 100;
		assert_int_equal(ocsp_response_build(&a.r, a.p.ca_key, &a.der,
				     NULL),
		    RC_OK);
		reason = -1; /* not written when there is none */
		basic = verified(&a);
		id = certid(&a.p, i % 2 ? OCSP_SHA1 : OCSP_SHA256);
		assert_int_equal(OCSP_resp_find_status(basic, id, &status,
				     &reason, &at, &this_update, &next_update),
		    1);
		assert_int_equal(status, cases[i % COUNT(cases)].want);
		assert_int_equal(reason, cases[i % COUNT(cases)].want_reason);
		assert_int_equal(OCSP_check_validity(this_update, next_update,
				     0, -1),
		    1);
		OCSP_CERTID_free(id);
		OCSP_BASICRESP_free(basic);
		teardown(&a);
	}
}

static void the_nonce_comes_back(void **state)
{
	static const uint8_t nonce[16] = {1, 2, 3};
	OCSP_REQUEST *req = OCSP_REQUEST_new();
	unsigned char bytes[16];
	OCSP_BASICRESP *basic;
	struct answer a;

	setup(&a, KEY_P256, OCSP_SHA1);
	memcpy(bytes, nonce, sizeof(bytes));
	assert_int_equal(OCSP_request_add1_nonce(req, bytes, sizeof(bytes)), 1);
	a.r.nonce = span_of(nonce, sizeof(nonce));
	assert_int_equal(ocsp_response_build(&a.r, a.p.ca_key, &a.der, NULL),
	    RC_OK);
	basic = verified(&a);
	assert_int_equal(OCSP_check_nonce(req, basic), 1);
	OCSP_BASICRESP_free(basic);
	OCSP_REQUEST_free(req);
	teardown(&a);
}

static void responses_that_say_nothing_are_not_built(void **state)
{
	struct answer a;
	struct err e;

	setup(&a, KEY_P256, OCSP_SHA1);
	assert_int_equal(ocsp_response_build(&a.r, a.p.chip_key, &a.der, &e),
	    RC_INVALID);
	assert_string_equal(e.slug, "responder-key-differs");
	a.r.n = 0;
	assert_int_equal(ocsp_response_build(&a.r, a.p.ca_key, &a.der, NULL),
	    RC_INVALID);
	a.r.n = 1;
	a.r.produced_at = INT64_MAX / 4;
	assert_int_equal(ocsp_response_build(&a.r, a.p.ca_key, &a.der, NULL),
	    RC_ENV);
	assert_int_equal(a.der.n, 0);
	teardown(&a);
}

static void refusals_are_read_by_openssl(void **state)
{
	static const enum ocsp_status all[] = {OCSP_MALFORMED, OCSP_INTERNAL,
	    OCSP_TRY_LATER, OCSP_UNAUTHORIZED};
	const unsigned char *p;
	OCSP_RESPONSE *resp;
	struct buf der;
	size_t i;

	buf_init(&der, 64);
	for (i = 0; i < COUNT(all); i++) {
		buf_reset(&der);
		ocsp_refusal(all[i], &der);
		p = der.p;
		resp = d2i_OCSP_RESPONSE(NULL, &p, (long)der.n);
		assert_non_null(resp);
		assert_int_equal(OCSP_response_status(resp), all[i]);
		OCSP_RESPONSE_free(resp);
	}
	buf_clear(&der);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(requests_of_openssl_are_read),
	    cmocka_unit_test(requests_over_the_limits_are_refused),
	    cmocka_unit_test(truncated_or_trailing_bytes_are_malformed),
	    cmocka_unit_test(requests_not_to_the_letter_are_malformed),
	    cmocka_unit_test(openssl_verifies_our_responses),
	    cmocka_unit_test(the_nonce_comes_back),
	    cmocka_unit_test(responses_that_say_nothing_are_not_built),
	    cmocka_unit_test(refusals_are_read_by_openssl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
