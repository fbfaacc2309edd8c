/* Keys: what is refused as a key or a signature, and both forms of ECDSA.
 * Must not test libcrypto's arithmetic. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/enc.h"
#include "base/file.h"
#include "pki/der.h"
#include "pki/key.h"
#include "tests/unit/check.h"

#define OK(call)                                             \
	do {                                                 \
		struct err *e_ = &err;                       \
		if ((call) != RC_OK)                         \
			fail_msg("%s: %s", #call, e_->text); \
	} while (0)

static struct err err;

static void key_names_are_the_same_both_ways(void **state)
{
	enum key_type t;

	for (t = KEY_P256; t < KEY_UNKNOWN; t++)
		assert_int_equal(key_type_of(span_str(key_type_name(t))), t);
	assert_int_equal(key_type_of(SPAN_LIT("p256x")), KEY_UNKNOWN);
	assert_int_equal(key_type_of(SPAN_LIT("p25")), KEY_UNKNOWN);
	assert_int_equal(key_type_of(SPAN_NONE), KEY_UNKNOWN);
	assert_string_equal(key_type_name(KEY_UNKNOWN), "unknown");
}

static void key_sig_identifiers_are_known_exactly(void **state)
{
	uint8_t longer[32];
	enum key_sig s;
	struct span id;

	for (s = KEY_SIG_ECDSA_SHA256; s < KEY_SIG_UNKNOWN; s++) {
		id = key_sig_alg(s);
		assert_int_equal(key_sig_of(id), s);
		assert_int_equal(key_sig_of(span_sub(id, 0, id.n - 1)),
		    KEY_SIG_UNKNOWN);
		memcpy(longer, id.p, id.n);
		longer[id.n] = 0;
		assert_int_equal(key_sig_of(span_of(longer, id.n + 1)),
		    KEY_SIG_UNKNOWN);
	}
	assert_int_equal(key_sig_alg(KEY_SIG_UNKNOWN).n, 0);
}

static void key_of_each_type_signs_and_comes_back_from_pem(void **state)
{
	static const enum key_type types[] = {KEY_P256, KEY_P384, KEY_RSA2048};
	struct span text = SPAN_LIT("what is signed");
	struct key *k, *again;
	struct key_pub *pub;
	struct buf pem, sig;
	enum key_type t;
	size_t i;

	buf_init(&pem, 16384);
	buf_init(&sig, 1024);
	for (i = 0; i < COUNT(types); i++) {
		buf_reset(&pem);
		buf_reset(&sig);
		OK(key_generate(&k, types[i], &err));
		assert_int_equal(key_type(k), types[i]);
		OK(key_check_spki(key_spki(k), &t, &err));
		assert_int_equal(t, types[i]);
		OK(key_pem(k, &pem, &err));
		OK(key_from_pem(&again, buf_span(&pem), &err));
		assert_true(span_eq(key_spki(k), key_spki(again)));
		OK(key_sign(again, text, &sig, &err));
		OK(key_pub_new(&pub, key_spki(k), &err));
		assert_int_equal(key_pub_type(pub), types[i]);
		OK(key_pub_verify(pub, key_sig(k), text, buf_span(&sig), &err));
		assert_int_equal(key_pub_verify(pub, key_sig(k),
				     SPAN_LIT("what is not"), buf_span(&sig),
				     &err),
		    RC_INVALID);
		assert_string_equal(err.slug, "signature-wrong");
		sig.p[sig.n / 2] ^= 1;
		assert_int_equal(key_pub_verify(pub, key_sig(k), text,
				     buf_span(&sig), NULL),
		    RC_INVALID);
		assert_int_equal(key_pub_verify(pub, key_sig(k), text,
				     SPAN_NONE, NULL),
		    RC_INVALID);
		assert_int_equal(key_pub_verify(pub,
				     types[i] == KEY_RSA2048
					 ? KEY_SIG_ECDSA_SHA256
					 : KEY_SIG_RSA_SHA256,
				     text, buf_span(&sig), &err),
		    RC_INVALID);
		assert_string_equal(err.slug, "signature-algorithm");
		key_pub_free(pub);
		key_free(again);
		key_free(k);
	}
	buf_clear_secret(&pem);
	buf_clear(&sig);
}

static void key_generate_refuses_unknown_types(void **state)
{
	struct key *k;

	assert_int_equal(key_generate(&k, KEY_UNKNOWN, NULL), RC_INVALID);
	assert_null(k);
	key_free(NULL);
	key_pub_free(NULL);
}

static void key_from_pem_refuses_what_is_no_key(void **state)
{
	static const char *const bad[] = {"", "x",
	    "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n",
	    "-----BEGIN PRIVATE KEY-----\n!!!\n-----END PRIVATE KEY-----\n",
	    "-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n",
	    "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n"
	    "-----END ENCRYPTED PRIVATE KEY-----\n"};
	struct key *k;
	size_t i;

	for (i = 0; i < COUNT(bad); i++) {
		assert_int_equal(key_from_pem(&k, span_str(bad[i]), &err),
		    RC_INVALID);
		assert_null(k);
		assert_string_equal(err.slug, "key-not-pem");
	}
}

static void key_open_reads_files_and_names_what_is_missing(void **state)
{
	char path[] = "/tmp/birthmark-key-XXXXXX";
	int fd = mkstemp(path);
	struct key *k, *again;
	struct buf pem;

	assert_true(fd >= 0);
	(void)close(fd);
	buf_init(&pem, 16384);
	OK(key_generate(&k, KEY_P256, &err));
	OK(key_pem(k, &pem, &err));
	OK(file_write(path, buf_span(&pem), 0600, &err));
	OK(key_open(&again, path, &err));
	assert_true(span_eq(key_spki(k), key_spki(again)));
	key_free(again);
	key_free(k);
	(void)unlink(path);
	assert_int_not_equal(key_open(&again, path, &err), RC_OK);
	assert_null(again);
	buf_clear_secret(&pem);
}

static void key_open_says_what_a_token_lacks(void **state)
{
	struct key *k;

	(void)unsetenv("PKCS11_MODULE_PATH");
	assert_int_equal(key_open(&k,
			     "pkcs11:object=none?module-path=/nowhere.so",
			     &err),
	    RC_ENV);
	assert_null(k);
	assert_true(strcmp(err.slug, "pkcs11-no-module") == 0 ||
	    strcmp(err.slug, "pkcs11-no-engine") == 0);
}

/* SubjectPublicKeyInfo of an RSA key with this modulus and exponent. */
static void put_rsa(struct buf *out, struct span n, struct span exp)
{
	static const uint8_t alg[] = {0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48,
	    0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00};
	struct buf numbers, key, body;

	buf_init(&numbers, 2048);
	buf_init(&key, 2048);
	buf_init(&body, 2048);
	der_put_uint(&numbers, n);
	der_put_uint(&numbers, exp);
	der_put(&key, DER_SEQUENCE, buf_span(&numbers));
	buf_add(&body, alg, sizeof(alg));
	der_put_bits(&body, buf_span(&key));
	der_put(out, DER_SEQUENCE, buf_span(&body));
	buf_clear(&numbers);
	buf_clear(&key);
	buf_clear(&body);
}

static void key_check_refuses_weak_rsa(void **state)
{
	static const struct {
		size_t n;
		uint8_t first, last;
		size_t exp_n;
		uint8_t exp[9];
		const char *slug; /* NULL: taken */
	} keys[] = {
	    {256, 0x80, 1, 3, {1, 0, 1}, NULL},
	    {384, 0x80, 1, 3, {1, 0, 1}, NULL},
	    {512, 0xff, 1, 3, {1, 0, 1}, NULL},
	    {256, 0x80, 1, 4, {1, 0, 0, 1}, NULL},
	    {128, 0x80, 1, 3, {1, 0, 1}, "key-size"},
	    {256, 0x7f, 1, 3, {1, 0, 1}, "key-size"},
	    {257, 0x01, 1, 3, {1, 0, 1}, "key-size"},
	    {320, 0x80, 1, 3, {1, 0, 1}, "key-size"},
	    {256, 0x80, 2, 3, {1, 0, 1}, "key-weak"},
	    {256, 0x80, 1, 1, {3}, "key-weak"},
	    {256, 0x80, 1, 1, {1}, "key-weak"},
	    {256, 0x80, 1, 0, {0}, "key-broken"},
	    {256, 0x80, 1, 2, {0xff, 0xff}, "key-weak"},
	    {256, 0x80, 1, 3, {1, 0, 0}, "key-weak"},
	    {256, 0x80, 1, 9, {1, 0, 0, 0, 0, 0, 0, 0, 1}, "key-weak"},
	};
	static uint8_t n[600];
	enum key_type t;
	struct buf spki;
	size_t i;

	buf_init(&spki, 2048);
	for (i = 0; i < COUNT(keys); i++) {
		buf_reset(&spki);
		memset(n, 0, sizeof(n));
		n[0] = keys[i].first;
		n[keys[i].n - 1] = keys[i].last;
		put_rsa(&spki, span_of(n, keys[i].n),
		    span_of(keys[i].exp, keys[i].exp_n));
		if ((key_check_spki(buf_span(&spki), &t, &err) == RC_OK) !=
		    (keys[i].slug == NULL))
			fail_msg("judged wrongly: RSA key %zu", i);
		if (keys[i].slug != NULL) {
			assert_string_equal(err.slug, keys[i].slug);
			assert_int_equal(t, KEY_UNKNOWN);
		}
	}
	buf_clear(&spki);
}

static void key_check_refuses_every_changed_byte_of_a_point(void **state)
{
	uint8_t spki[128];
	enum key_type t;
	struct key *k;
	size_t i, n;

	OK(key_generate(&k, KEY_P256, &err));
	n = key_spki(k).n;
	memcpy(spki, key_spki(k).p, n);
	for (i = 0; i < n; i++) {
		spki[i] ^= 0x10;
		if (key_check_spki(span_of(spki, n), &t, NULL) == RC_OK)
			fail_msg("took byte %zu changed", i);
		spki[i] ^= 0x10;
		assert_int_equal(key_check_spki(span_of(spki, i), &t, NULL),
		    RC_INVALID);
	}
	assert_int_equal(key_check_spki(span_of(spki, n + 1), &t, NULL),
	    RC_INVALID);
	/* the point at infinity */
	memset(spki + n - 64, 0, 64);
	assert_int_equal(key_check_spki(span_of(spki, n), &t, NULL),
	    RC_INVALID);
	key_free(k);
}

static void key_sig_to_raw_refuses_what_is_not_der(void **state)
{
	static const struct {
		size_t n;
		uint8_t der[12];
	} bad[] = {
	    {0, {0}}, {2, {0x30, 0}}, {5, {0x30, 3, 2, 1, 1}},
	    {8, {0x30, 6, 2, 1, 1, 2, 1, 0x80}},
	    {8, {0x30, 6, 2, 1, 0xff, 2, 1, 1}},
	    {9, {0x30, 7, 2, 2, 0, 1, 2, 1, 1}},
	    {9, {0x30, 6, 2, 1, 1, 2, 1, 1, 0}},
	    {9, {0x30, 7, 2, 1, 1, 2, 1, 1, 0}},
	    {8, {0x31, 6, 2, 1, 1, 2, 1, 1}},
	    {9, {0x30, 7, 2, 2, 1, 1, 2, 1, 1}}, /* over one byte */
	};
	uint8_t raw[2];
	size_t i;

	for (i = 0; i < COUNT(bad); i++)
		if (key_sig_to_raw(span_of(bad[i].der, bad[i].n), 1, raw))
			fail_msg("took signature %zu", i);
}

static void key_sig_is_the_same_both_ways(void **state)
{
	struct buf der, again;
	uint8_t raw[64];
	struct key *k;
	size_t i;

	buf_init(&der, 256);
	buf_init(&again, 256);
	OK(key_generate(&k, KEY_P256, &err));
	for (i = 0; i < 300; i++) {
		buf_reset(&der);
		buf_reset(&again);
		OK(key_sign(k, span_of(&i, sizeof(i)), &der, &err));
		assert_true(key_sig_to_raw(buf_span(&der), 32, raw));
		assert_true(key_sig_to_der(span_of(raw, sizeof(raw)), &again));
		assert_true(span_eq(buf_span(&der), buf_span(&again)));
	}
	assert_false(key_sig_to_der(SPAN_NONE, &again));
	assert_false(key_sig_to_der(span_of(raw, 63), &again));
	key_free(k);
	buf_clear(&der);
	buf_clear(&again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(key_names_are_the_same_both_ways),
	    cmocka_unit_test(key_sig_identifiers_are_known_exactly),
	    cmocka_unit_test(key_of_each_type_signs_and_comes_back_from_pem),
	    cmocka_unit_test(key_generate_refuses_unknown_types),
	    cmocka_unit_test(key_from_pem_refuses_what_is_no_key),
	    cmocka_unit_test(key_open_reads_files_and_names_what_is_missing),
	    cmocka_unit_test(key_open_says_what_a_token_lacks),
	    cmocka_unit_test(key_check_refuses_weak_rsa),
	    cmocka_unit_test(key_check_refuses_every_changed_byte_of_a_point),
	    cmocka_unit_test(key_sig_to_raw_refuses_what_is_not_der),
	    cmocka_unit_test(key_sig_is_the_same_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
