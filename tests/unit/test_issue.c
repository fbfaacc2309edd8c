/* Issued certificates, judged by libcrypto's own parser and verifier.
 * Must not trust this project's reader alone. */
#include <openssl/x509v3.h>

#include "pki/key.h"
#include "tests/unit/chip_case.h"

static X509 *decode(struct span der)
{
	const unsigned char *at = der.p;
	X509 *x = d2i_X509(NULL, &at, (long)der.n);

	assert_non_null(x);
	assert_ptr_equal(at, der.p + der.n);
	return x;
}

/* X509_V_OK or why not. */
static int verify(struct span leaf, struct span ca, int purpose)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	X509 *x = decode(leaf), *root = decode(ca);
	int result;

	assert_int_equal(X509_STORE_add_cert(store, root), 1);
	assert_int_equal(X509_STORE_CTX_init(ctx, store, x, NULL), 1);
	X509_STORE_CTX_set_flags(ctx,
	    X509_V_FLAG_X509_STRICT | X509_V_FLAG_CHECK_SS_SIGNATURE);
	if (purpose != 0)
		assert_int_equal(X509_STORE_CTX_set_purpose(ctx, purpose), 1);
	(void)X509_verify_cert(ctx);
	result = X509_STORE_CTX_get_error(ctx);
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	X509_free(x);
	X509_free(root);
	return result;
}

static void issue_birth_verifies_for_every_kind_of_ca_and_chip(void **state)
{
	static const struct {
		enum key_type ca, chip;
	} kinds[] = {
	    {KEY_P256, KEY_P256},
	    {KEY_P384, KEY_P256},
	    {KEY_P384, KEY_P384},
	    {KEY_P256, KEY_RSA2048},
	    {KEY_RSA2048, KEY_P256},
	    {KEY_RSA2048, KEY_RSA3072},
	};
	struct chip_case c;
	size_t i;

	for (i = 0; i < COUNT(kinds); i++) {
		chip_case_init(&c, kinds[i].ca, kinds[i].chip);
		assert_int_equal(verify(buf_span(&c.chip), buf_span(&c.ca),
				     X509_PURPOSE_SSL_CLIENT),
		    X509_V_OK);
		assert_int_equal(verify(buf_span(&c.ca), buf_span(&c.ca), 0),
		    X509_V_OK);
		chip_case_clear(&c);
	}
}

static void issue_birth_has_what_802_1ar_asks_for(void **state)
{
	struct chip_case c;
	X509 *x;

	chip_case_init(&c, KEY_P256, KEY_P256);
	x = decode(buf_span(&c.chip));
	assert_int_equal(X509_get_version(x), X509_VERSION_3);
	assert_string_equal((const char *)ASN1_STRING_get0_data(
				X509_get0_notAfter(x)),
	    "99991231235959Z");
	assert_int_equal(X509_get_key_usage(x), KU_DIGITAL_SIGNATURE);
	assert_int_equal(X509_get_extension_flags(x) & EXFLAG_INVALID, 0);
	assert_non_null(X509_get0_subject_key_id(x));
	assert_non_null(X509_get0_authority_key_id(x));
	assert_true(X509_get_ext_by_NID(x, NID_subject_alt_name, -1) >= 0);
	assert_true(X509_get_ext_by_NID(x, NID_info_access, -1) >= 0);
	assert_true(
	    X509_get_ext_by_NID(x, NID_crl_distribution_points, -1) >= 0);
	X509_free(x);
	chip_case_clear(&c);
}

static void issue_birth_differs_only_where_it_must(void **state)
{
	static const uint8_t serial[2][ISSUE_SERIAL_SIZE] = {{1},
	    {0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff}};
	char id[CERT_ID_MAX + 1], expect[CERT_ID_MAX + 1];
	struct issue_birth birth;
	struct chip_case c;
	struct issue *issue;
	struct cert cert;
	struct key *k;
	struct buf der;
	size_t i;

	chip_case_init(&c, KEY_P256, KEY_P256);
	birth = chip_case_birth(&c);
	CHIP_OK(&c, issue_new(&issue, &birth, &c.e));
	buf_init(&der, CERT_DER_MAX);
	for (i = 0; i < 40; i++) {
		buf_reset(&der);
		CHIP_OK(&c, key_generate(&k, KEY_P256, &c.e));
		CHIP_OK(&c,
		    issue_birth(issue, key_spki(k), serial[i % 2], &der, &c.e));
		assert_int_equal(verify(buf_span(&der), buf_span(&c.ca), 0),
		    X509_V_OK);
		CHIP_OK(&c, cert_parse(&cert, buf_span(&der), &c.e));
		assert_true(span_eq(cert.spki, key_spki(k)));
		assert_true(span_eq(cert.serial,
		    span_of(serial[i % 2], ISSUE_SERIAL_SIZE)));
		assert_true(span_eq(cert_hw_serial(&cert), cert.serial));
		cert_serial_text(&cert, expect);
		cert_chip_id(&cert, id);
		assert_string_equal(id, expect);
		key_free(k);
	}
	issue_free(issue);
	buf_clear(&der);
	chip_case_clear(&c);
}

static void issue_birth_refuses_bad_keys_and_serials(void **state)
{
	static const uint8_t good[ISSUE_SERIAL_SIZE] = {1};
	static const uint8_t zero[ISSUE_SERIAL_SIZE] = {0, 1};
	static const uint8_t negative[ISSUE_SERIAL_SIZE] = {0x80};
	struct issue_birth birth;
	struct issue *issue;
	struct chip_case c;
	struct key *other;
	uint8_t spki[91];
	struct buf der;

	chip_case_init(&c, KEY_P256, KEY_P256);
	birth = chip_case_birth(&c);
	CHIP_OK(&c, issue_new(&issue, &birth, &c.e));
	CHIP_OK(&c, key_generate(&other, KEY_P384, &c.e));
	buf_init(&der, CERT_DER_MAX);
	assert_int_equal(issue_birth(issue, key_spki(c.chip_key), zero, &der,
			     &c.e),
	    RC_INVALID);
	assert_int_equal(issue_birth(issue, key_spki(c.chip_key), negative,
			     &der, &c.e),
	    RC_INVALID);
	assert_string_equal(c.e.slug, "cert-serial");
	assert_int_equal(issue_birth(issue, key_spki(other), good, &der, &c.e),
	    RC_INVALID);
	assert_string_equal(c.e.slug, "key-type");
	memcpy(spki, key_spki(c.chip_key).p, sizeof(spki));
	spki[90] ^= 1;
	assert_int_equal(issue_birth(issue, span_of(spki, sizeof(spki)), good,
			     &der, &c.e),
	    RC_INVALID);
	assert_string_equal(c.e.slug, "key-not-on-curve");
	assert_int_equal(issue_birth(issue, SPAN_NONE, good, &der, &c.e),
	    RC_INVALID);
	assert_int_equal(der.n, 0);
	key_free(other);
	issue_free(issue);
	buf_clear(&der);
	chip_case_clear(&c);
}

static void issue_new_refuses_wrong_issuers(void **state)
{
	struct issue_birth birth;
	struct issue *issue;
	struct chip_case c;

	chip_case_init(&c, KEY_P256, KEY_P256);
	birth = chip_case_birth(&c);
	birth.issuer_key = c.chip_key;
	assert_int_equal(issue_new(&issue, &birth, &c.e), RC_INVALID);
	assert_string_equal(c.e.slug, "issuer-key-differs");
	birth.issuer_cert = buf_span(&c.chip);
	assert_int_equal(issue_new(&issue, &birth, &c.e), RC_INVALID);
	assert_string_equal(c.e.slug, "issuer-not-ca");
	assert_null(issue);
	birth = chip_case_birth(&c);
	birth.key_type = KEY_UNKNOWN;
	assert_int_equal(issue_new(&issue, &birth, NULL), RC_INVALID);
	birth = chip_case_birth(&c);
	birth.hw_type_oid = "not an OID";
	assert_int_equal(issue_new(&issue, &birth, NULL), RC_ENV);
	issue_free(NULL);
	chip_case_clear(&c);
}

static void issue_ca_makes_a_chain_that_limits_its_length(void **state)
{
	struct issue_ca p = {.org = "Test Chips", .path_len = 1};
	struct buf root, sub;
	struct chip_case c;
	X509 *x;

	chip_case_init(&c, KEY_P256, KEY_P256);
	p.not_before = c.now_s - 10;
	p.not_after = CERT_NEVER;
	buf_init(&root, CERT_DER_MAX);
	buf_init(&sub, CERT_DER_MAX);
	p.common_name = "Root";
	CHIP_OK(&c,
	    issue_ca(&p, key_spki(c.ca_key), SPAN_NONE, c.ca_key, &root, &c.e));
	p.common_name = "Sub";
	p.path_len = 0;
	CHIP_OK(&c,
	    issue_ca(&p, key_spki(c.chip_key), buf_span(&root), c.ca_key, &sub,
		&c.e));
	assert_int_equal(verify(buf_span(&sub), buf_span(&root), 0), X509_V_OK);
	x = decode(buf_span(&sub));
	assert_int_equal(X509_get_pathlen(x), 0);
	assert_int_equal(X509_check_ca(x), 1);
	X509_free(x);
	/* self-signed, but by another's key */
	assert_int_equal(issue_ca(&p, key_spki(c.chip_key), SPAN_NONE, c.ca_key,
			     &sub, &c.e),
	    RC_INVALID);
	assert_string_equal(c.e.slug, "issuer-key-differs");
	buf_clear(&root);
	buf_clear(&sub);
	chip_case_clear(&c);
}

static void issue_leaf_serves_its_names_and_purpose(void **state)
{
	static const char *const names[] = {"localhost", "127.0.0.1", "::1",
	    NULL};
	struct issue_leaf p = {.org = "Kit",
	    .common_name = "Console",
	    .server = true,
	    .names = names};
	struct chip_case c;
	struct buf der;
	X509 *x;

	chip_case_init(&c, KEY_P384, KEY_RSA2048);
	p.not_before = c.now_s - 10;
	p.not_after = c.now_s + 1000;
	buf_init(&der, CERT_DER_MAX);
	CHIP_OK(&c,
	    issue_leaf(&p, key_spki(c.chip_key), buf_span(&c.ca), c.ca_key,
		&der, &c.e));
	assert_int_equal(verify(buf_span(&der), buf_span(&c.ca),
			     X509_PURPOSE_SSL_SERVER),
	    X509_V_OK);
	assert_int_not_equal(verify(buf_span(&der), buf_span(&c.ca),
				 X509_PURPOSE_SSL_CLIENT),
	    X509_V_OK);
	x = decode(buf_span(&der));
	assert_int_equal(X509_check_host(x, "localhost", 0, 0, NULL), 1);
	assert_int_equal(X509_check_host(x, "localhost.evil", 0, 0, NULL), 0);
	assert_int_equal(X509_check_ip_asc(x, "127.0.0.1", 0), 1);
	assert_int_equal(X509_check_ip_asc(x, "::1", 0), 1);
	assert_int_equal(X509_check_ip_asc(x, "127.0.0.2", 0), 0);
	X509_free(x);
	/* a signer of manifests */
	p.server = false;
	p.names = NULL;
	buf_reset(&der);
	CHIP_OK(&c,
	    issue_leaf(&p, key_spki(c.chip_key), buf_span(&c.ca), c.ca_key,
		&der, &c.e));
	assert_int_equal(verify(buf_span(&der), buf_span(&c.ca),
			     X509_PURPOSE_SMIME_SIGN),
	    X509_V_OK);
	assert_int_not_equal(verify(buf_span(&der), buf_span(&c.ca),
				 X509_PURPOSE_SSL_SERVER),
	    X509_V_OK);
	buf_clear(&der);
	chip_case_clear(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		issue_birth_verifies_for_every_kind_of_ca_and_chip),
	    cmocka_unit_test(issue_birth_has_what_802_1ar_asks_for),
	    cmocka_unit_test(issue_birth_differs_only_where_it_must),
	    cmocka_unit_test(issue_birth_refuses_bad_keys_and_serials),
	    cmocka_unit_test(issue_new_refuses_wrong_issuers),
	    cmocka_unit_test(issue_ca_makes_a_chain_that_limits_its_length),
	    cmocka_unit_test(issue_leaf_serves_its_names_and_purpose),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
