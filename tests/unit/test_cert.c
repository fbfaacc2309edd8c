/* Certificates: each field read, each deviation refused, odd chips named.
 * Must not test trust. */
#include "base/enc.h"
#include "pki/cert.h"
#include "tests/unit/chip_case.h"

static struct chip_case the;

static int setup(void **state)
{
	chip_case_init(&the, KEY_P256, KEY_P256);
	return 0;
}

static int teardown(void **state)
{
	chip_case_clear(&the);
	return 0;
}

static void cert_parse_reads_a_birth_certificate(void **state)
{
	char id[CERT_ID_MAX + 1], serial[41];
	struct cert c, ca;
	struct buf text;

	CHIP_OK(&the, cert_parse(&c, buf_span(&the.chip), &the.e));
	CHIP_OK(&the, cert_parse(&ca, buf_span(&the.ca), &the.e));
	assert_int_equal(c.serial.n, 16);
	assert_true(c.not_after == CERT_NEVER);
	assert_true(c.not_before == the.now_s - CHIP_CASE_DAY);
	assert_true(span_eq(c.issuer, ca.subject));
	assert_true(span_eq(c.aki, ca.ski));
	assert_true(span_eq(c.spki, key_spki(the.chip_key)));
	assert_int_equal(c.key_usage, CERT_KU_DIGITAL_SIGNATURE);
	assert_false(c.is_ca);
	assert_false(c.unknown_critical);
	assert_int_equal(c.path_len, -1);
	assert_true(ca.is_ca);
	assert_int_equal(ca.path_len, 0);
	assert_int_equal(ca.key_usage,
	    CERT_KU_KEY_CERT_SIGN | CERT_KU_CRL_SIGN);
	cert_chip_id(&c, id);
	assert_string_equal(id, CHIP_CASE_ID);
	cert_serial_text(&c, serial);
	assert_string_equal(serial, CHIP_CASE_ID);
	assert_true(span_eq(cert_hw_serial(&c), c.serial));
	assert_true(span_eq_str(cert_subject_attr(&c, "2.5.4.3"),
	    "TC-1-" CHIP_CASE_ID));
	assert_int_equal(cert_subject_attr(&c, "2.5.4.99").n, 0);
	buf_init(&text, 1024);
	cert_name_text(c.subject, &text);
	assert_string_equal(buf_cstr(&text),
	    "O=Test Chips, CN=TC-1-" CHIP_CASE_ID
	    ", serialNumber=" CHIP_CASE_ID);
	buf_clear(&text);
}

static void cert_parse_refuses_every_truncation_and_trailing_bytes(void **state)
{
	struct buf longer;
	struct cert c;
	size_t i;

	for (i = 0; i < the.chip.n; i++)
		assert_int_equal(cert_parse(&c, span_of(the.chip.p, i), NULL),
		    RC_INVALID);
	buf_init(&longer, CERT_DER_MAX);
	buf_add_span(&longer, buf_span(&the.chip));
	buf_add_u8(&longer, 0);
	assert_int_equal(cert_parse(&c, buf_span(&longer), &the.e), RC_INVALID);
	assert_string_equal(the.e.slug, "cert-trailing");
	buf_clear(&longer);
}

/* Same length, so that only what is meant changes. */
static void cert_parse_refuses_deviations(void **state)
{
	static const struct {
		const char *slug;
		size_t n;
		uint8_t from[20], to[20];
	} edits[] = {
	    /* version 2 */
	    {"cert-version", 5, {0xa0, 3, 2, 1, 2}, {0xa0, 3, 2, 1, 1}},
	    /* negative serial number */
	    {"cert-serial", 3, {2, 0x10, 0x5a}, {2, 0x10, 0xda}},
	    /* serial number with padding it does not need */
	    {"cert-broken", 4, {2, 0x10, 0x5a, 1}, {2, 0x10, 0, 1}},
	    /* an issuer name that is no SET */
	    {"cert-broken", 6, {0x31, 0x13, 0x30, 0x11, 6, 3},
		{0x30, 0x13, 0x30, 0x11, 6, 3}},
	    /* notAfter that is no date */
	    {"cert-broken", 6, "991231", "991331"},
	    /* keyUsage without any bit */
	    {"cert-extension", 4, {3, 2, 7, 0x80}, {3, 2, 7, 0}},
	    /* keyUsage with a bit set among the unused */
	    {"cert-extension", 4, {3, 2, 7, 0x80}, {3, 2, 7, 0x81}},
	    /* critical neither true nor false */
	    {"cert-extension", 3, {1, 1, 0xff}, {1, 1, 0x7f}},
	    /* two subjectKeyIdentifiers: the authority's renamed */
	    {"cert-extension", 5, {6, 3, 0x55, 0x1d, 0x23},
		{6, 3, 0x55, 0x1d, 0x0e}},
	    /* public key with unused bits */
	    {"cert-broken", 4, {3, 0x42, 0, 4}, {3, 0x42, 1, 4}},
	};
	struct cert c;
	struct buf der;
	size_t i;

	for (i = 0; i < COUNT(edits); i++) {
		memset(&the.e, 0, sizeof(the.e));
		chip_case_edit(&the, buf_span(&the.chip),
		    span_of(edits[i].from, edits[i].n),
		    span_of(edits[i].to, edits[i].n), &der);
		if (cert_parse(&c, buf_span(&der), &the.e) != RC_INVALID)
			fail_msg("took edit %zu", i);
		assert_string_equal(the.e.slug, edits[i].slug);
		buf_clear(&der);
	}
}

static void cert_parse_refuses_two_signature_algorithms(void **state)
{
	struct span sha256 = key_sig_alg(KEY_SIG_ECDSA_SHA256);
	struct buf der;
	struct cert c;

	chip_case_edit(&the, buf_span(&the.chip), sha256,
	    key_sig_alg(KEY_SIG_ECDSA_SHA384), &der);
	assert_int_equal(cert_parse(&c, buf_span(&der), &the.e), RC_INVALID);
	assert_string_equal(the.e.slug, "cert-algorithms-differ");
	buf_clear(&der);
}

static void cert_parse_marks_unknown_critical_extensions(void **state)
{
	/* keyUsage is the only critical one; its OID becomes 2.5.29.126. */
	static const uint8_t from[] = {0x55, 0x1d, 0x0f, 1, 1, 0xff};
	static const uint8_t to[] = {0x55, 0x1d, 0x7e, 1, 1, 0xff};
	struct buf der;
	struct cert c;

	chip_case_edit(&the, buf_span(&the.chip), span_of(from, sizeof(from)),
	    span_of(to, sizeof(to)), &der);
	CHIP_OK(&the, cert_parse(&c, buf_span(&der), &the.e));
	assert_true(c.unknown_critical);
	assert_false(c.has_key_usage);
	buf_clear(&der);
}

static void cert_chip_id_falls_back(void **state)
{
	/* serialNumber made unprintable, then hardwareModuleName renamed */
	static const uint8_t text[] = {0x13, 0x20, '5'};
	static const uint8_t odd[] = {0x13, 0x20, 0x07};
	static const uint8_t hw[] = {5, 5, 7, 8, 4};
	static const uint8_t other[] = {5, 5, 7, 8, 9};
	char id[CERT_ID_MAX + 1];
	struct buf der, der2;
	struct cert c;

	chip_case_edit(&the, buf_span(&the.chip), span_of(text, sizeof(text)),
	    span_of(odd, sizeof(odd)), &der);
	CHIP_OK(&the, cert_parse(&c, buf_span(&der), &the.e));
	cert_chip_id(&c, id);
	assert_string_equal(id, CHIP_CASE_ID);
	chip_case_edit(&the, buf_span(&der), span_of(hw, sizeof(hw)),
	    span_of(other, sizeof(other)), &der2);
	CHIP_OK(&the, cert_parse(&c, buf_span(&der2), &the.e));
	assert_int_equal(cert_hw_serial(&c).n, 0);
	cert_chip_id(&c, id);
	assert_string_equal(id, CHIP_CASE_ID);
	buf_clear(&der);
	buf_clear(&der2);
}

static void cert_read_takes_der_and_pem_only(void **state)
{
	static const char *const bad[] = {"", "0", "hello",
	    "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
	    "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n"};
	struct buf pem, out;
	size_t i;

	buf_init(&pem, 16384);
	buf_init(&out, CERT_DER_MAX);
	buf_add_str(&pem, "0 some text before\n");
	enc_pem(&pem, "CERTIFICATE", buf_span(&the.chip));
	CHIP_OK(&the, cert_read(&out, buf_span(&pem), &the.e));
	assert_true(span_eq(buf_span(&out), buf_span(&the.chip)));
	buf_reset(&out);
	CHIP_OK(&the, cert_read(&out, buf_span(&the.chip), &the.e));
	assert_true(span_eq(buf_span(&out), buf_span(&the.chip)));
	for (i = 0; i < COUNT(bad); i++) {
		buf_reset(&out);
		assert_int_equal(cert_read(&out, span_str(bad[i]), NULL),
		    RC_INVALID);
	}
	buf_add_u8(&the.chip, 0);
	buf_reset(&out);
	assert_int_equal(cert_read(&out, buf_span(&the.chip), NULL),
	    RC_INVALID);
	the.chip.n--;
	buf_clear(&pem);
	buf_clear(&out);
}

static void cert_name_text_escapes_odd_bytes(void **state)
{
	static const struct {
		uint8_t tag;
		const char *value, *text;
	} names[] = {
	    {DER_UTF8, "\"\"", "CN=\\\"\\\""},
	    {DER_UTF8, "a,b+c;d<e>f\\", "CN=a\\,b\\+c\\;d\\<e\\>f\\\\"},
	    {DER_UTF8, "\x1b[2J\n", "CN=\\1B[2J\\0A"},
	    {DER_UTF8, "M\xc3\xbcnchen", "CN=M\xc3\xbcnchen"},
	    {DER_T61, "M\xc3\xbc", "CN=M\\C3\\BC"},
	    {DER_UTF8, "\xc3", "CN=\\C3"},
	    {DER_UTF8, "\xc2\x9b", "CN=\\C2\\9B"},
	    {DER_UTF8,
		"\xe2\x80\xae"
		"x",
		"CN=\\E2\\80\\AEx"},
	    {DER_UTF8, "\xed\xa0\x80", "CN=\\ED\\A0\\80"},
	};
	struct buf pair, set, seq, name, text;
	size_t i;

	buf_init(&pair, 256);
	buf_init(&set, 256);
	buf_init(&seq, 256);
	buf_init(&name, 256);
	buf_init(&text, 256);
	for (i = 0; i < COUNT(names); i++) {
		buf_reset(&pair);
		buf_reset(&set);
		buf_reset(&seq);
		buf_reset(&name);
		buf_reset(&text);
		der_put_oid(&pair, "2.5.4.3");
		der_put(&pair, names[i].tag, span_str(names[i].value));
		der_put(&set, DER_SEQUENCE, buf_span(&pair));
		der_put(&seq, DER_SET, buf_span(&set));
		der_put(&name, DER_SEQUENCE, buf_span(&seq));
		cert_name_text(buf_span(&name), &text);
		assert_string_equal(buf_cstr(&text), names[i].text);
	}
	cert_name_text(SPAN_LIT("\x30\x02\x31\x05"), &text);
	buf_clear(&pair);
	buf_clear(&set);
	buf_clear(&seq);
	buf_clear(&name);
	buf_clear(&text);
}

static void cert_parse_reads_a_real_chip(void **state)
{
	char id[CERT_ID_MAX + 1];
	struct buf der, name;
	enum key_type type;
	struct cert c;

	if (!chip_case_real(&der)) {
		buf_clear(&der);
		skip();
	}
	buf_init(&name, 1024);
	CHIP_OK(&the, cert_parse(&c, buf_span(&der), &the.e));
	assert_int_equal(c.sig, KEY_SIG_ECDSA_SHA384);
	assert_int_equal(c.serial.n, 4);
	assert_true(span_eq_str(cert_subject_attr(&c, "2.5.4.3"), "\"\""));
	cert_chip_id(&c, id);
	assert_string_equal(id, "15fc8ea1");
	CHIP_OK(&the, key_check_spki(c.spki, &type, &the.e));
	assert_int_equal(type, KEY_P256);
	cert_name_text(c.issuer, &name);
	assert_string_equal(buf_cstr(&name),
	    "C=DE, O=Infineon Technologies AG, OU=OPTIGA(TM), "
	    "CN=Infineon OPTIGA(TM) Trust M CA 306");
	buf_clear(&name);
	buf_clear(&der);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(cert_parse_reads_a_birth_certificate),
	    cmocka_unit_test(
		cert_parse_refuses_every_truncation_and_trailing_bytes),
	    cmocka_unit_test(cert_parse_refuses_deviations),
	    cmocka_unit_test(cert_parse_refuses_two_signature_algorithms),
	    cmocka_unit_test(cert_parse_marks_unknown_critical_extensions),
	    cmocka_unit_test(cert_chip_id_falls_back),
	    cmocka_unit_test(cert_read_takes_der_and_pem_only),
	    cmocka_unit_test(cert_name_text_escapes_odd_bytes),
	    cmocka_unit_test(cert_parse_reads_a_real_chip),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
