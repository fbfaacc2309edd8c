/* Logging in and out, ends of sessions, slowing of guesses.
 * Must not sleep: time is what the actor says. */
#include <argon2.h>
#include <string.h>

#include "core/session.h"
#include "tests/unit/identity_case.h"

static struct identity_case c;
static struct core_actor user, peer;

static int setup(void **state)
{
	identity_case_open(&c);
	user = identity_case_user(&c, "jo@example.com");
	peer = (struct core_actor){.from = "192.0.2.1", .now_s = CASE_NOW};
	return 0;
}

static int teardown(void **state)
{
	identity_case_close(&c);
	return 0;
}

static enum rc login(const char *email, const char *password,
    struct session_new *s, struct err *e)
{
	const struct session_wish w = {.email = email,
	    .password = span_str(password)};

	return session_login(&c.core, &peer, &w, s, e);
}

static enum rc find(const char *token, int64_t now_s, struct core_actor *a)
{
	*a = (struct core_actor){.now_s = now_s};
	return session_find(&c.core, span_str(token), a, NULL);
}

static void a_session_stands_for_its_user(void **state)
{
	struct session_new s;
	struct core_actor a;

	assert_int_equal(login("JO@example.com", CASE_PASSWORD, &s, NULL),
	    RC_OK);
	assert_true(span_starts(span_str(s.token), SPAN_LIT("bms_")));
	assert_int_equal(strlen(s.token), 36);
	assert_string_equal(s.user.id, user.id);
	assert_int_equal(find(s.token, CASE_NOW + 1, &a), RC_OK);
	assert_string_equal(a.id, user.id);
	assert_string_equal(a.name, "jo@example.com");
	assert_false(a.is_token);
}

static void watching_keeps_no_session_from_ending(void **state)
{
	const int64_t later = CASE_NOW + SESSION_IDLE_S / 2;
	struct core_actor a = {.now_s = later, .watches = true};
	struct session_new s;

	assert_int_equal(login("jo@example.com", CASE_PASSWORD, &s, NULL),
	    RC_OK);
	assert_int_equal(session_find(&c.core, span_str(s.token), &a, NULL),
	    RC_OK);
	assert_int_equal(find(s.token, CASE_NOW + SESSION_IDLE_S, &a),
	    RC_UNAUTHENTICATED);
	assert_int_equal(find(s.token, later, &a), RC_OK);
	assert_int_equal(find(s.token, CASE_NOW + SESSION_IDLE_S, &a), RC_OK);
}

static void an_unknown_email_is_refused_like_a_wrong_password(void **state)
{
	struct session_new s;
	struct err one, two;

	assert_int_equal(login("jo@example.com", "wrong wrong", &s, &one),
	    RC_UNAUTHENTICATED);
	assert_int_equal(login("no@example.com", "wrong wrong", &s, &two),
	    RC_UNAUTHENTICATED);
	assert_string_equal(one.slug, two.slug);
	assert_string_equal(one.text, two.text);
	assert_int_equal(login("not an address", "wrong wrong", &s, &two),
	    RC_UNAUTHENTICATED);
	assert_string_equal(one.text, two.text);
}

static void made_up_tokens_are_unknown(void **state)
{
	static const char *const tokens[] = {"bms_", "bms_0",
	    "bms_00000000000000000000000000000000", "", "x"};
	struct core_actor a;
	size_t i;

	for (i = 0; i < COUNT(tokens); i++)
		assert_int_equal(find(tokens[i], CASE_NOW, &a),
		    RC_UNAUTHENTICATED);
}

static void a_session_ends_with_logout_at_once(void **state)
{
	struct session_new s;
	struct core_actor a;

	assert_int_equal(login("jo@example.com", CASE_PASSWORD, &s, NULL),
	    RC_OK);
	assert_int_equal(find(s.token, CASE_NOW, &a), RC_OK);
	assert_int_equal(session_end(&c.core, &a, "current", NULL), RC_OK);
	assert_int_equal(find(s.token, CASE_NOW, &a), RC_UNAUTHENTICATED);
}

static void a_session_of_another_cannot_be_ended(void **state)
{
	struct core_actor other = identity_case_user(&c, "al@example.com"), a;
	struct session_new s;

	assert_int_equal(login("jo@example.com", CASE_PASSWORD, &s, NULL),
	    RC_OK);
	assert_int_equal(find(s.token, CASE_NOW, &a), RC_OK);
	assert_int_equal(session_end(&c.core, &other, a.session, NULL),
	    RC_NOT_FOUND);
	assert_int_equal(find(s.token, CASE_NOW, &a), RC_OK);
}

static void an_idle_session_ends(void **state)
{
	struct session_new s;
	struct core_actor a;
	int64_t t;

	assert_int_equal(login("jo@example.com", CASE_PASSWORD, &s, NULL),
	    RC_OK);
	assert_int_equal(find(s.token, CASE_NOW + SESSION_IDLE_S, &a),
	    RC_UNAUTHENTICATED);
	/* Used all the time, it lasts until its absolute end. */
	for (t = 0; t < SESSION_MAX_S; t += SESSION_IDLE_S / 2)
		assert_int_equal(find(s.token, CASE_NOW + t, &a), RC_OK);
	assert_int_equal(find(s.token, CASE_NOW + SESSION_MAX_S, &a),
	    RC_UNAUTHENTICATED);
}

static void a_new_password_ends_the_other_sessions(void **state)
{
	struct session_new one, two;
	struct core_actor a;
	struct err e;

	assert_int_equal(login("jo@example.com", CASE_PASSWORD, &one, NULL),
	    RC_OK);
	assert_int_equal(login("jo@example.com", CASE_PASSWORD, &two, NULL),
	    RC_OK);
	assert_int_equal(find(one.token, CASE_NOW, &a), RC_OK);
	assert_int_equal(user_set_password(&c.core, &a, span_str("nonsense"),
			     span_str("another phrase"), &e),
	    RC_DENIED);
	assert_int_equal(find(two.token, CASE_NOW, &a), RC_OK);
	assert_int_equal(find(one.token, CASE_NOW, &a), RC_OK);
	assert_int_equal(user_set_password(&c.core, &a, span_str(CASE_PASSWORD),
			     span_str("another phrase"), &e),
	    RC_OK);
	assert_int_equal(find(one.token, CASE_NOW, &a), RC_OK);
	assert_int_equal(find(two.token, CASE_NOW, &a), RC_UNAUTHENTICATED);
	assert_int_equal(login("jo@example.com", CASE_PASSWORD, &one, NULL),
	    RC_UNAUTHENTICATED);
}

static void guesses_are_slowed_even_when_one_is_right(void **state)
{
	struct session_new s;
	struct err e;
	int i;

	for (i = 0; i < 6; i++)
		assert_int_equal(login("jo@example.com", "wrong", &s, &e),
		    RC_UNAUTHENTICATED);
	assert_int_equal(login("jo@example.com", CASE_PASSWORD, &s, &e),
	    RC_LIMIT);
	assert_string_equal(e.slug, "login-locked");
	assert_in_range(e.retry_after_s, 1, 900);
	peer.now_s += (int64_t)e.retry_after_s;
	assert_int_equal(login("jo@example.com", CASE_PASSWORD, &s, &e), RC_OK);
}

static void guesses_from_elsewhere_lock_nobody_out(void **state)
{
	struct session_new s;
	struct err e;
	int i;

	assert_int_equal(login("jo@example.com", CASE_PASSWORD, &s, NULL),
	    RC_OK);
	for (i = 0; i < 40; i++) {
		(void)snprintf(peer.from, sizeof(peer.from), "198.51.100.%d",
		    i);
		(void)!login("jo@example.com", "wrong", &s, &e);
	}
	(void)snprintf(peer.from, sizeof(peer.from), "192.0.2.1");
	assert_int_equal(login("jo@example.com", CASE_PASSWORD, &s, &e), RC_OK);
	/* A peer that was never seen waits for seconds at most. */
	(void)snprintf(peer.from, sizeof(peer.from), "203.0.113.1");
	assert_int_equal(login("jo@example.com", CASE_PASSWORD, &s, &e),
	    RC_LIMIT);
	assert_in_range(e.retry_after_s, 1, 4);
}

static void a_login_too_many_ends_the_session_unused_longest(void **state)
{
	struct store_session x = {.expires_at = CASE_NOW + SESSION_MAX_S};
	struct session_new s;
	struct core_actor a;
	int i;

	(void)span_copy_str(span_str(user.id), x.user, sizeof(x.user));
	for (i = 0; i < SESSION_USER_MAX; i++) {
		rand_id(x.id, sizeof(x.id), "ses");
		x.hash[0] = (uint8_t)i;
		x.created_at = CASE_NOW - 100 + (i == 0 ? 80 : i);
		assert_int_equal(store_session_add(c.core.store, &x, NULL),
		    RC_OK);
	}
	assert_int_equal(login("jo@example.com", CASE_PASSWORD, &s, NULL),
	    RC_OK);
	assert_int_equal(find(s.token, CASE_NOW, &a), RC_OK);
	for (i = 0; i < SESSION_USER_MAX; i++) {
		memset(x.hash, 0, sizeof(x.hash));
		x.hash[0] = (uint8_t)i;
		assert_int_equal(store_session_find(c.core.store, x.hash, &x,
				     NULL),
		    i == 1 ? RC_NOT_FOUND : RC_OK);
	}
}

static void an_old_hash_is_made_anew_at_login(void **state)
{
	static const uint8_t salt[] = "salt of 16 bytes";
	struct span p = span_str(CASE_PASSWORD);
	struct session_new s;
	struct store_user u;
	char weak[PASSWORD_SIZE];

	assert_int_equal(argon2id_hash_encoded(1, 64, 1, p.p, p.n, salt, 16, 32,
			     weak, sizeof(weak)),
	    ARGON2_OK);
	assert_int_equal(store_user_set_password(c.core.store, user.id, weak,
			     NULL),
	    RC_OK);
	assert_int_equal(login("jo@example.com", CASE_PASSWORD, &s, NULL),
	    RC_OK);
	assert_int_equal(store_user_by_id(c.core.store, user.id, &u, NULL),
	    RC_OK);
	assert_false(password_is_old(u.password));
	assert_true(password_verify(u.password, p));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(a_session_stands_for_its_user),
	    CASE(watching_keeps_no_session_from_ending),
	    CASE(an_unknown_email_is_refused_like_a_wrong_password),
	    CASE(made_up_tokens_are_unknown),
	    CASE(a_session_ends_with_logout_at_once),
	    CASE(a_session_of_another_cannot_be_ended),
	    CASE(an_idle_session_ends),
	    CASE(a_new_password_ends_the_other_sessions),
	    CASE(guesses_are_slowed_even_when_one_is_right),
	    CASE(guesses_from_elsewhere_lock_nobody_out),
	    CASE(a_login_too_many_ends_the_session_unused_longest),
	    CASE(an_old_hash_is_made_anew_at_login),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
