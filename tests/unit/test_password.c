/* What passwords are accepted, and their hashes.
 * Must not need a store. */
#include <string.h>

#include "core/password.h"
#include "tests/unit/check.h"

static void only_fair_passwords_are_accepted(void **state)
{
	static const struct {
		const char *password, *slug;
	} cases[] = {
	    {"", "password-too-short"},
	    {"ninechars", "password-too-short"},
	    {"tencharsok", NULL},
	    {"password123", "password-common"},
	    {"PassWord123", "password-common"},
	    {"Football2024!", "password-common"},
	    {"...iloveyou1", "password-common"},
	    {"qwertyuiop", "password-common"},
	    {"football of the moon", NULL},
	    {"zzzzzzzzzzzzz", "password-too-easy"},
	    {"1234567890123", "password-too-easy"},
	    {"9876543210", "password-too-easy"},
	    {"abcdefghijkl", "password-too-easy"},
	    {"abcde54321", "password-too-easy"},
	    {"k7pk7pk7pk7p", "password-too-easy"},
	    {"johanna@example.com", "password-too-easy"},
	    {"JOHANNA@example.com9", "password-too-easy"},
	    {"Johanna-2024", "password-too-easy"},
	    {"johannaJohanna1", "password-too-easy"},
	    {"johanna likes long walks", NULL},
	    {"Birthmark2024", "password-too-easy"},
	};
	struct err e;
	size_t i;
	enum rc rc;

	for (i = 0; i < COUNT(cases); i++) {
		rc = password_check(span_str(cases[i].password),
		    "johanna@example.com", &e);
		if (!cases[i].slug) {
			assert_int_equal(rc, RC_OK);
			continue;
		}
		assert_int_equal(rc, RC_INVALID);
		assert_string_equal(e.slug, cases[i].slug);
	}
}

static void a_very_long_password_is_refused(void **state)
{
	char text[PASSWORD_MAX + 2];
	struct err e;
	size_t i;

	for (i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + i % 26);
	assert_int_equal(password_check(span_of(text, PASSWORD_MAX), NULL, &e),
	    RC_OK);
	assert_int_equal(password_check(span_of(text, PASSWORD_MAX + 1), NULL,
			     &e),
	    RC_INVALID);
	assert_false(password_verify(NULL, span_of(text, PASSWORD_MAX + 1)));
}

static void a_hash_fits_only_its_password(void **state)
{
	char one[PASSWORD_SIZE], two[PASSWORD_SIZE];
	struct span p = span_str("tencharsok");

	assert_int_equal(password_hash(p, one, NULL), RC_OK);
	assert_int_equal(password_hash(p, two, NULL), RC_OK);
	assert_string_not_equal(one, two);
	assert_true(password_verify(one, p));
	assert_false(password_verify(one, span_str("tencharsoK")));
	assert_false(password_verify(one, span_str("")));
	assert_false(password_verify("", p));
	assert_false(password_verify("$argon2id$garbage", p));
	one[strlen(one) - 1] ^= 1;
	assert_false(password_verify(one, p));
}

static void nobody_has_no_password(void **state)
{
	assert_false(password_verify(NULL, span_str("tencharsok")));
	assert_false(password_verify(NULL, span_str("")));
	assert_false(password_verify("", span_str("tencharsok")));
	assert_false(password_verify("", span_str("")));
}

static void weaker_parameters_are_old(void **state)
{
	char now[PASSWORD_SIZE];

	assert_int_equal(password_hash(span_str("tencharsok"), now, NULL),
	    RC_OK);
	assert_false(password_is_old(now));
	assert_true(password_is_old("$argon2id$v=19$m=4096,t=2,p=1$c2FsdA$aA"));
	assert_true(password_is_old("$argon2i$v=19$m=19456,t=2,p=1$c2FsdA$aA"));
	assert_true(password_is_old(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_fair_passwords_are_accepted),
	    cmocka_unit_test(a_very_long_password_is_refused),
	    cmocka_unit_test(a_hash_fits_only_its_password),
	    cmocka_unit_test(nobody_has_no_password),
	    cmocka_unit_test(weaker_parameters_are_old),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
