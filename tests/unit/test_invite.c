/* Invitations and the roles that come of them.
 * Must not sleep: time is what the actor says. */
#include <string.h>

#include "core/invite.h"
#include "tests/unit/identity_case.h"

static struct identity_case c;
static struct core_actor admin, peer;

static int setup(void **state)
{
	identity_case_open(&c);
	admin = identity_case_user(&c, "jo@example.com");
	identity_case_account(&c, &admin);
	peer = (struct core_actor){.from = "192.0.2.2", .now_s = CASE_NOW};
	return 0;
}

static int teardown(void **state)
{
	identity_case_close(&c);
	return 0;
}

static enum rc invite(const char *email, enum core_role role,
    struct invite_new *out, struct err *e)
{
	const struct invite_wish w = {admin.scope, admin.scope_id, email, role};

	return invite_create(&c.core, &admin, &w, out, e);
}

static enum rc accept(const char *token, const char *password, struct err *e)
{
	const struct invite_answer a = {token, span_str(password), "Al"};
	struct invite_accepted got;

	return invite_accept(&c.core, &peer, &a, &got, e);
}

static enum core_role role_of(const char *email)
{
	struct store_user u;
	enum core_role role;

	assert_int_equal(store_user_by_email(c.core.store, email, &u, NULL),
	    RC_OK);
	assert_int_equal(user_role(&c.core, u.id, CORE_SCOPE_ACCOUNT,
			     admin.scope_id, &role, NULL),
	    RC_OK);
	return role;
}

static void a_new_user_gets_the_role_once(void **state)
{
	struct invite_new i;
	struct err e;

	assert_int_equal(invite("Al@example.com", CORE_OPERATOR, &i, NULL),
	    RC_OK);
	assert_int_equal(accept(i.token, "short", &e), RC_INVALID);
	assert_int_equal(accept(i.token, "a fair pass phrase", &e), RC_OK);
	assert_int_equal(role_of("al@example.com"), CORE_OPERATOR);
	assert_int_equal(accept(i.token, "a fair pass phrase", &e),
	    RC_NOT_FOUND);
	assert_string_equal(e.slug, "invitation-unknown");
}

static void a_known_user_needs_the_own_password(void **state)
{
	struct invite_new i;
	struct err e;

	(void)identity_case_user(&c, "al@example.com");
	assert_int_equal(invite("al@example.com", CORE_AUDITOR, &i, NULL),
	    RC_OK);
	assert_int_equal(accept(i.token, "a fair pass phrase", &e),
	    RC_UNAUTHENTICATED);
	assert_int_equal(role_of("al@example.com"), CORE_ROLE_NONE);
	assert_int_equal(accept(i.token, CASE_PASSWORD, &e), RC_OK);
	assert_int_equal(role_of("al@example.com"), CORE_AUDITOR);
}

static void guesses_at_an_invitation_are_slowed(void **state)
{
	struct invite_new i;
	struct err e;
	int n;

	(void)identity_case_user(&c, "al@example.com");
	assert_int_equal(invite("al@example.com", CORE_AUDITOR, &i, NULL),
	    RC_OK);
	for (n = 0; n < 6; n++)
		assert_int_equal(accept(i.token, "wrong", &e),
		    RC_UNAUTHENTICATED);
	assert_int_equal(accept(i.token, CASE_PASSWORD, &e), RC_LIMIT);
}

/* Whoever has an account can invite any address, as often as he likes. */
static void guesses_at_many_invitations_are_slowed(void **state)
{
	struct invite_new i;
	struct err e = {0};
	enum rc rc = RC_UNAUTHENTICATED;
	int n;

	(void)identity_case_user(&c, "al@example.com");
	for (n = 0; n < 40 && rc == RC_UNAUTHENTICATED; n++) {
		assert_int_equal(invite("al@example.com", CORE_AUDITOR, &i,
				     NULL),
		    RC_OK);
		rc = accept(i.token, "wrong", &e);
	}
	assert_int_equal(rc, RC_LIMIT);
	assert_string_equal(e.slug, "invitation-locked");
	assert_in_range(n, 5, 20);
	assert_int_equal(invite("bo@example.com", CORE_AUDITOR, &i, NULL),
	    RC_OK);
	assert_int_equal(accept(i.token, "a fair pass phrase", &e), RC_OK);
}

static void an_old_or_withdrawn_invitation_is_unknown(void **state)
{
	struct invite_new i;

	assert_int_equal(invite("al@example.com", CORE_OPERATOR, &i, NULL),
	    RC_OK);
	peer.now_s = i.expires_at;
	assert_int_equal(accept(i.token, "a fair pass phrase", NULL),
	    RC_NOT_FOUND);
	peer.now_s = CASE_NOW;
	assert_int_equal(invite_remove(&c.core, &admin, i.id, NULL), RC_OK);
	assert_int_equal(accept(i.token, "a fair pass phrase", NULL),
	    RC_NOT_FOUND);
	assert_int_equal(accept("bmi_0", "a fair pass phrase", NULL),
	    RC_NOT_FOUND);
}

static void a_member_is_not_changed_by_an_invitation(void **state)
{
	struct invite_new i;
	struct err e;

	assert_int_equal(invite("jo@example.com", CORE_AUDITOR, &i, NULL),
	    RC_OK);
	assert_int_equal(accept(i.token, CASE_PASSWORD, &e), RC_CONFLICT);
	assert_string_equal(e.slug, "already-member");
	assert_int_equal(role_of("jo@example.com"), CORE_ADMINISTRATOR);
}

static void roles_of_elsewhere_cannot_be_given(void **state)
{
	static const enum core_role roles[] = {CORE_ROLE_NONE, CORE_GATE,
	    CORE_VENDOR_ADMINISTRATOR, CORE_SERVICE};
	struct invite_new i;
	size_t n;

	for (n = 0; n < COUNT(roles); n++)
		assert_int_equal(invite("al@example.com", roles[n], &i, NULL),
		    RC_INVALID);
	assert_int_equal(invite("al", CORE_OPERATOR, &i, NULL), RC_INVALID);
}

static void the_service_invites_into_no_account_of_others(void **state)
{
	struct core_actor s = identity_case_user(&c, "root@example.com");
	struct invite_wish w = {CORE_SCOPE_ACCOUNT, admin.scope_id,
	    "root@example.com", CORE_ADMINISTRATOR};
	struct invite_new i;

	s.scope = CORE_SCOPE_SERVICE;
	s.role = CORE_SERVICE;
	assert_int_equal(invite_create(&c.core, &s, &w, &i, NULL),
	    RC_NOT_FOUND);
	w.scope_id = "acc_unknown";
	assert_int_equal(invite_create(&c.core, &s, &w, &i, NULL),
	    RC_NOT_FOUND);
}

static void the_last_administrator_stays(void **state)
{
	struct core_actor other;
	struct err e;

	assert_int_equal(user_remove(&c.core, &admin, admin.id, &e),
	    RC_CONFLICT);
	assert_string_equal(e.slug, "last-administrator");
	assert_int_equal(user_set_role(&c.core, &admin, admin.id, CORE_AUDITOR,
			     &e),
	    RC_CONFLICT);
	other = identity_case_user(&c, "al@example.com");
	assert_int_equal(user_set_role(&c.core, &admin, other.id,
			     CORE_ADMINISTRATOR, &e),
	    RC_NOT_FOUND);
	identity_case_role(&c, &other, CORE_SCOPE_ACCOUNT, admin.scope_id,
	    CORE_OPERATOR);
	assert_int_equal(user_set_role(&c.core, &admin, other.id,
			     CORE_ADMINISTRATOR, &e),
	    RC_OK);
	assert_int_equal(user_remove(&c.core, &admin, admin.id, &e), RC_OK);
	assert_int_equal(role_of("jo@example.com"), CORE_ROLE_NONE);
}

static void bootstrap_makes_a_user_of_the_service_once(void **state)
{
	struct store_user u;
	enum core_role role;
	struct err e;

	assert_int_equal(user_bootstrap(&c.core, "root@example.com",
			     span_str("a fair pass phrase"), &e),
	    RC_OK);
	assert_int_equal(user_bootstrap(&c.core, "Root@example.com",
			     span_str("a fair pass phrase"), &e),
	    RC_CONFLICT);
	assert_string_equal(e.slug, "user-exists");
	assert_int_equal(store_user_by_email(c.core.store, "root@example.com",
			     &u, NULL),
	    RC_OK);
	assert_int_equal(user_role(&c.core, u.id, CORE_SCOPE_SERVICE, "", &role,
			     NULL),
	    RC_OK);
	assert_int_equal(role, CORE_SERVICE);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(a_new_user_gets_the_role_once),
	    CASE(a_known_user_needs_the_own_password),
	    CASE(guesses_at_many_invitations_are_slowed),
	    CASE(guesses_at_an_invitation_are_slowed),
	    CASE(an_old_or_withdrawn_invitation_is_unknown),
	    CASE(a_member_is_not_changed_by_an_invitation),
	    CASE(roles_of_elsewhere_cannot_be_given),
	    CASE(the_service_invites_into_no_account_of_others),
	    CASE(the_last_administrator_stays),
	    CASE(bootstrap_makes_a_user_of_the_service_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
