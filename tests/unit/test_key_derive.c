/* Derived keys: the same for the same, another for another, and good keys.
 * Must not hold a key that guards anything. */
#include <string.h>

#include "base/enc.h"
#include "pki/der.h"
#include "pki/key_derive.h"
#include "tests/unit/check.h"

#define PURPOSE "birthmark interop key v1"
#define ONE "acc_0123456789abcdef"

static struct key *derive(struct key *master, const char *purpose,
    const char *whom)
{
	struct err e = {0};
	struct key *k;

	if (key_derive_p256(&k, master, purpose, span_str(whom), &e) != RC_OK)
		fail_msg("%s: %s", whom, e.text);
	assert_int_equal(key_type(k), KEY_P256);
	return k;
}

static struct key *generate(enum key_type t)
{
	struct key *k;

	assert_int_equal(key_generate(&k, t, NULL), RC_OK);
	return k;
}

static bool same(const struct key *a, const struct key *b)
{
	return span_eq(key_spki(a), key_spki(b));
}

static void same_master_purpose_and_whom_give_the_same_key(void **state)
{
	struct key *master = generate(KEY_P256);
	struct key *a = derive(master, PURPOSE, ONE);
	struct key *b = derive(master, PURPOSE, ONE);
	struct buf one, two;

	buf_init(&one, 4096);
	buf_init(&two, 4096);
	assert_true(same(a, b));
	assert_int_equal(key_pem(a, &one, NULL), RC_OK);
	assert_int_equal(key_pem(b, &two, NULL), RC_OK);
	assert_true(span_eq(buf_span(&one), buf_span(&two)));
	buf_clear_secret(&one);
	buf_clear_secret(&two);
	key_free(a);
	key_free(b);
	key_free(master);
}

static void another_master_purpose_or_whom_gives_another_key(void **state)
{
	struct key *master = generate(KEY_P256), *other = generate(KEY_P256);
	struct key *keys[] = {master, other, derive(master, PURPOSE, ONE),
	    derive(other, PURPOSE, ONE), derive(master, "v2", ONE),
	    derive(master, PURPOSE, "acc_0123456789abcdeg"),
	    derive(master, PURPOSE, "acc_0123456789abcde"),
	    derive(master, "birthmark", " interop key v1" ONE)};
	size_t i, j;

	for (i = 0; i < COUNT(keys); i++)
		for (j = 0; j < i; j++)
			assert_false(same(keys[i], keys[j]));
	for (i = 0; i < COUNT(keys); i++)
		key_free(keys[i]);
}

static void derived_key_is_valid_and_only_itself_verifies(void **state)
{
	struct key *master = generate(KEY_P256);
	struct key *a = derive(master, PURPOSE, ONE);
	struct key *b = derive(master, PURPOSE, "acc_zzzzzzzzzzzzzzzz");
	struct span text = SPAN_LIT("what is signed");
	struct key *all[] = {a, b, master};
	enum key_type type;
	struct buf sig;
	size_t i;

	buf_init(&sig, 512);
	assert_int_equal(key_check_spki(key_spki(a), &type, NULL), RC_OK);
	assert_int_equal(key_sign(a, text, &sig, NULL), RC_OK);
	for (i = 0; i < COUNT(all); i++) {
		struct key_pub *pub;

		assert_int_equal(key_pub_new(&pub, key_spki(all[i]), NULL),
		    RC_OK);
		assert_int_equal(key_pub_verify(pub, KEY_SIG_ECDSA_SHA256, text,
				     buf_span(&sig), NULL),
		    i == 0 ? RC_OK : RC_INVALID);
		key_pub_free(pub);
	}
	buf_clear(&sig);
	key_free(a);
	key_free(b);
	key_free(master);
}

/* The private scalar 1, which is nobody's. */
static struct key *scalar_one(void)
{
	static const uint8_t pkcs8[] = {0x30, 0x41, 0x02, 0x01, 0x00, 0x30,
	    0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
	    0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x27,
	    0x30, 0x25, 0x02, 0x01, 0x01, 0x04, 0x20};
	uint8_t der[sizeof(pkcs8) + 32] = {0};
	struct key *k;
	struct buf pem;

	memcpy(der, pkcs8, sizeof(pkcs8));
	der[sizeof(der) - 1] = 1;
	buf_init(&pem, 1024);
	enc_pem(&pem, "PRIVATE KEY", span_of(der, sizeof(der)));
	assert_int_equal(key_from_pem(&k, buf_span(&pem), NULL), RC_OK);
	buf_clear(&pem);
	return k;
}

/* Receivers are configured with these keys, so no version may change them;
 * worked out apart from this code. */
static void derivation_is_the_one_that_receivers_have(void **state)
{
	static const char want[] =
	    "0481c5f1fb105ae51be0967c435aba2995f1df8d5c58"
	    "91b3fb5516511eab0602af3146d597a8ac1807849fc7"
	    "e7890df1997a1b71c94e35fcc6b94d5e4aaefa8807";
	struct key *master = scalar_one();
	struct key *k = derive(master, PURPOSE, ONE);
	struct buf hex;

	buf_init(&hex, 256);
	enc_hex(&hex, key_spki_bits(key_spki(k)));
	assert_string_equal(buf_cstr(&hex), want);
	buf_clear(&hex);
	key_free(k);
	key_free(master);
}

static void other_masters_and_no_whom_are_refused(void **state)
{
	static char long_whom[KEY_DERIVE_INFO_MAX + 1];
	struct key *p256 = generate(KEY_P256), *p384 = generate(KEY_P384);
	struct key *k = p256;

	memset(long_whom, 'a', sizeof(long_whom) - 1);
	assert_int_equal(key_derive_p256(&k, p384, PURPOSE, SPAN_LIT(ONE),
			     NULL),
	    RC_INVALID);
	assert_null(k);
	assert_int_equal(key_derive_p256(&k, p256, PURPOSE, SPAN_NONE, NULL),
	    RC_INVALID);
	assert_int_equal(key_derive_p256(&k, p256, PURPOSE, span_str(long_whom),
			     NULL),
	    RC_INVALID);
	assert_null(k);
	key_free(p256);
	key_free(p384);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(same_master_purpose_and_whom_give_the_same_key),
	    cmocka_unit_test(another_master_purpose_or_whom_gives_another_key),
	    cmocka_unit_test(derived_key_is_valid_and_only_itself_verifies),
	    cmocka_unit_test(derivation_is_the_one_that_receivers_have),
	    cmocka_unit_test(other_masters_and_no_whom_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
