/* Second factors: what a login needs once they are on, what works once, who
 * is slowed and who is not.  Must not look at the clock. */
#include <ctype.h>
#include <string.h>

#include "core/factor.h"
#include "core/session.h"
#include "pki/totp.h"
#include "store/store_factor.h"
#include "tests/unit/identity_case.h"
#include "tests/unit/signer_case.h"

static struct identity_case c;
static struct signer_case s;
static struct core_actor user, peer;
static struct factor_codes codes;

static int setup(void **state)
{
	identity_case_open(&c);
	signer_case_open(&s);
	c.core.signer = s.signer;
	user = identity_case_user(&c, "jo@example.com");
	peer = (struct core_actor){.from = "192.0.2.1", .now_s = CASE_NOW};
	return 0;
}

static int teardown(void **state)
{
	signer_case_close(&s);
	identity_case_close(&c);
	return 0;
}

/* The code of the user's secret at this time. */
static const char *code_at(int64_t at)
{
	static char text[16];
	uint8_t secret[SIGNER_TOTP_SECRET];
	struct store_factor_totp t;

	assert_int_equal(store_factor_totp(c.core.store, user.id, &t, NULL),
	    RC_OK);
	assert_int_equal(signer_totp(s.signer, t.nonce, secret, NULL), RC_OK);
	(void)snprintf(text, sizeof(text), "%06u",
	    totp_code(secret, at / TOTP_STEP_S));
	return text;
}

static void turn_on(void)
{
	struct factor_secret f;

	assert_int_equal(factor_begin(&c.core, &user, span_str(CASE_PASSWORD),
			     &f, NULL),
	    RC_OK);
	assert_int_equal(factor_confirm(&c.core, &user, code_at(CASE_NOW),
			     &codes, NULL),
	    RC_OK);
}

static enum rc login(const char *code, struct err *e)
{
	const struct session_wish w = {.email = "jo@example.com",
	    .password = span_str(CASE_PASSWORD),
	    .code = code};
	struct session_new n;

	return session_login(&c.core, &peer, &w, &n, e);
}

static void secrets_follow_from_nonce_and_key(void **state)
{
	uint8_t nonce[SIGNER_TOTP_NONCE] = {1}, other[SIGNER_TOTP_NONCE] = {2};
	uint8_t a[SIGNER_TOTP_SECRET], b[SIGNER_TOTP_SECRET];
	struct signer_case second;

	assert_int_equal(signer_totp(s.signer, nonce, a, NULL), RC_OK);
	assert_int_equal(signer_totp(s.signer, nonce, b, NULL), RC_OK);
	assert_memory_equal(a, b, sizeof(a));
	assert_int_equal(signer_totp(s.signer, other, b, NULL), RC_OK);
	assert_memory_not_equal(a, b, sizeof(a));
	signer_case_open(&second);
	assert_int_equal(signer_totp(second.signer, nonce, b, NULL), RC_OK);
	assert_memory_not_equal(a, b, sizeof(a));
	signer_case_close(&second);
}

static void a_secret_counts_when_it_is_confirmed(void **state)
{
	struct user_factors f;
	struct factor_secret one, two;
	struct err e;

	assert_int_equal(factor_begin(&c.core, &user, span_str("wrong wrong"),
			     &one, &e),
	    RC_DENIED);
	assert_string_equal(e.slug, "password-wrong");
	assert_int_equal(factor_confirm(&c.core, &user, "123456", &codes, &e),
	    RC_CONFLICT);
	assert_string_equal(e.slug, "totp-not-begun");
	assert_int_equal(factor_begin(&c.core, &user, span_str(CASE_PASSWORD),
			     &one, &e),
	    RC_OK);
	assert_int_equal(strlen(one.secret), 32);
	assert_non_null(strstr(one.uri, one.secret));
	assert_int_equal(factor_begin(&c.core, &user, span_str(CASE_PASSWORD),
			     &two, &e),
	    RC_OK);
	assert_string_not_equal(one.secret, two.secret);
	assert_int_equal(login(NULL, &e), RC_OK);
	user.now_s += FACTOR_BEGUN_S;
	assert_int_equal(factor_confirm(&c.core, &user, code_at(user.now_s),
			     &codes, &e),
	    RC_CONFLICT);
	user.now_s = CASE_NOW;
	assert_int_equal(factor_confirm(&c.core, &user, code_at(CASE_NOW + 300),
			     &codes, &e),
	    RC_DENIED);
	assert_string_equal(e.slug, "code-wrong");
	assert_int_equal(factor_confirm(&c.core, &user, code_at(CASE_NOW),
			     &codes, &e),
	    RC_OK);
	assert_int_equal(user_factors(&c.core, user.id, &f, &e), RC_OK);
	assert_true(f.totp && f.has_password);
	assert_int_equal(f.recovery_codes, FACTOR_CODES);
	assert_int_equal(factor_begin(&c.core, &user, span_str(CASE_PASSWORD),
			     &one, &e),
	    RC_CONFLICT);
	assert_string_equal(e.slug, "totp-on");
}

static void a_login_needs_a_code_that_was_not_used(void **state)
{
	struct err e;

	turn_on();
	assert_int_equal(login(NULL, &e), RC_UNAUTHENTICATED);
	assert_string_equal(e.slug, "second-factor-needed");
	assert_int_equal(login("", &e), RC_UNAUTHENTICATED);
	assert_string_equal(e.slug, "second-factor-needed");
	/* The one that it was confirmed with. */
	assert_int_equal(login(code_at(CASE_NOW), &e), RC_UNAUTHENTICATED);
	assert_string_equal(e.slug, "code-wrong");
	assert_int_equal(login(code_at(CASE_NOW + 30), &e), RC_OK);
	assert_int_equal(login(code_at(CASE_NOW + 30), &e), RC_UNAUTHENTICATED);
	assert_int_equal(login(code_at(CASE_NOW + 60), &e), RC_UNAUTHENTICATED);
	peer.now_s += 60;
	assert_int_equal(login(code_at(CASE_NOW + 60), &e), RC_OK);
}

static void a_recovery_code_works_once_in_any_writing(void **state)
{
	char text[FACTOR_CODE_SIZE];
	struct factor_codes fresh;
	struct err e;
	size_t i;

	turn_on();
	assert_int_equal(login(codes.code[0], &e), RC_OK);
	assert_int_equal(login(codes.code[0], &e), RC_UNAUTHENTICATED);
	assert_string_equal(e.slug, "code-wrong");
	for (i = 0; codes.code[1][i]; i++)
		text[i] = (char)toupper((unsigned char)codes.code[1][i]);
	text[i] = '\0';
	text[4] = ' ';
	assert_int_equal(login(text, &e), RC_OK);
	text[i - 1] = '\0'; /* cut */
	assert_int_equal(login(text, &e), RC_UNAUTHENTICATED);
	assert_int_equal(factor_renew(&c.core, &user, span_str(CASE_PASSWORD),
			     &fresh, &e),
	    RC_OK);
	assert_int_equal(login(codes.code[2], &e), RC_UNAUTHENTICATED);
	assert_int_equal(login(fresh.code[2], &e), RC_OK);
}

static void a_recovery_code_of_another_is_wrong(void **state)
{
	struct core_actor first = user;
	struct factor_codes theirs;
	struct err e;

	user = identity_case_user(&c, "al@example.com");
	turn_on();
	theirs = codes;
	user = first;
	turn_on();
	assert_int_equal(login(theirs.code[0], &e), RC_UNAUTHENTICATED);
	assert_string_equal(e.slug, "code-wrong");
}

static void recovery_codes_work_without_the_signer(void **state)
{
	struct err e;

	turn_on();
	c.core.signer = NULL;
	assert_int_equal(login("123456", &e), RC_AGAIN);
	assert_int_equal(login(codes.code[0], &e), RC_OK);
	c.core.signer = s.signer;
}

static void guesses_of_codes_are_slowed_and_lock_no_known_peer(void **state)
{
	struct err e;
	int i;

	turn_on();
	assert_int_equal(login(codes.code[0], &e), RC_OK);
	for (i = 0; i < 12; i++) {
		(void)snprintf(peer.from, sizeof(peer.from), "198.51.100.%d",
		    i);
		(void)!login("000000", &e);
	}
	(void)snprintf(peer.from, sizeof(peer.from), "203.0.113.9");
	assert_int_equal(login(codes.code[1], &e), RC_LIMIT);
	assert_string_equal(e.slug, "login-locked");
	(void)snprintf(peer.from, sizeof(peer.from), "192.0.2.1");
	assert_int_equal(login(codes.code[1], &e), RC_OK);
}

static void guesses_of_one_peer_are_slowed(void **state)
{
	struct err e;
	int i;

	turn_on();
	for (i = 0; i < 6; i++)
		assert_int_equal(login("zzzz-zzzz-zzzz-zzzz", &e),
		    RC_UNAUTHENTICATED);
	assert_int_equal(login(codes.code[1], &e), RC_LIMIT);
}

static void asking_without_a_code_counts_apart(void **state)
{
	struct err e;
	int i;

	turn_on();
	for (i = 0; i < 20; i++)
		assert_int_equal(login(NULL, &e), RC_UNAUTHENTICATED);
	assert_int_equal(login(codes.code[0], &e), RC_OK);
	for (i = 0; i < 40 && login(NULL, &e) == RC_UNAUTHENTICATED; i++)
		;
	assert_string_equal(e.slug, "login-locked");
}

static void they_are_removed_with_the_password_only(void **state)
{
	struct user_factors f;
	struct err e;

	turn_on();
	assert_int_equal(factor_remove(&c.core, &user, span_str("wrong wrong"),
			     &e),
	    RC_DENIED);
	assert_int_equal(login(NULL, &e), RC_UNAUTHENTICATED);
	assert_int_equal(factor_remove(&c.core, &user, span_str(CASE_PASSWORD),
			     &e),
	    RC_OK);
	assert_int_equal(login(NULL, &e), RC_OK);
	assert_int_equal(user_factors(&c.core, user.id, &f, &e), RC_OK);
	assert_false(f.totp);
	assert_int_equal(f.recovery_codes, 0);
	assert_int_equal(factor_remove(&c.core, &user, span_str(CASE_PASSWORD),
			     &e),
	    RC_CONFLICT);
	assert_string_equal(e.slug, "totp-off");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(secrets_follow_from_nonce_and_key),
	    CASE(a_secret_counts_when_it_is_confirmed),
	    CASE(a_login_needs_a_code_that_was_not_used),
	    CASE(a_recovery_code_works_once_in_any_writing),
	    CASE(a_recovery_code_of_another_is_wrong),
	    CASE(recovery_codes_work_without_the_signer),
	    CASE(guesses_of_codes_are_slowed_and_lock_no_known_peer),
	    CASE(guesses_of_one_peer_are_slowed),
	    CASE(asking_without_a_code_counts_apart),
	    CASE(they_are_removed_with_the_password_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
