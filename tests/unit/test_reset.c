/* Links that reset a password: who may make one, and what it does once.
 * Must not sleep: time is what the actor says. */
#include <string.h>

#include "core/invite.h"
#include "core/reset.h"
#include "core/session.h"
#include "tests/unit/identity_case.h"

#define FRESH "another pass phrase for tests 2"

static struct identity_case c;
static struct core_actor admin, member, peer;
static struct reset_new made;

static int setup(void **state)
{
	identity_case_open(&c);
	admin = identity_case_user(&c, "admin@example.com");
	identity_case_account(&c, &admin);
	member = identity_case_user(&c, "member@example.com");
	identity_case_role(&c, &member, CORE_SCOPE_ACCOUNT, admin.scope_id,
	    CORE_OPERATOR);
	peer = (struct core_actor){.from = "192.0.2.1", .now_s = CASE_NOW};
	return 0;
}

static int teardown(void **state)
{
	identity_case_close(&c);
	return 0;
}

static enum rc reset(const struct core_actor *by, const char *user,
    struct err *e)
{
	return reset_member(&c.core, by, user, false, &made, e);
}

static enum rc accept(const char *token, const char *password, struct err *e)
{
	return reset_accept(&c.core, &peer, token, span_str(password), e);
}

static enum rc login(const char *email, const char *password,
    struct session_new *n)
{
	const struct session_wish w = {.email = email,
	    .password = span_str(password)};

	return session_login(&c.core, &peer, &w, n, NULL);
}

static void a_link_works_once(void **state)
{
	char email[USER_EMAIL_MAX + 1];
	struct session_new n;
	struct err e;

	assert_int_equal(login("member@example.com", CASE_PASSWORD, &n), RC_OK);
	assert_int_equal(reset(&admin, member.id, &e), RC_OK);
	assert_int_equal(reset_preview(&c.core, &peer, made.token, email, &e),
	    RC_OK);
	assert_string_equal(email, "member@example.com");
	assert_int_equal(accept(made.token, "short", &e), RC_INVALID);
	assert_int_equal(accept(made.token, "football99", &e), RC_INVALID);
	assert_string_equal(e.slug, "password-common");
	assert_int_equal(accept(made.token, FRESH, &e), RC_OK);
	assert_int_equal(accept(made.token, FRESH, &e), RC_NOT_FOUND);
	assert_string_equal(e.slug, "link-invalid");
	assert_int_equal(login("member@example.com", FRESH, &n), RC_OK);
}

static void accepting_ends_all_sessions(void **state)
{
	struct core_actor a = peer;
	struct session_new n;
	struct err e;

	assert_int_equal(login("member@example.com", CASE_PASSWORD, &n), RC_OK);
	assert_int_equal(reset(&admin, member.id, &e), RC_OK);
	assert_int_equal(session_find(&c.core, span_str(n.token), &a, &e),
	    RC_OK);
	assert_int_equal(accept(made.token, FRESH, &e), RC_OK);
	assert_int_equal(session_find(&c.core, span_str(n.token), &a, &e),
	    RC_UNAUTHENTICATED);
}

static void a_newer_link_replaces_it_and_a_day_ends_it(void **state)
{
	char email[USER_EMAIL_MAX + 1];
	struct reset_new first;
	struct err e;

	assert_int_equal(reset(&admin, member.id, &e), RC_OK);
	first = made;
	assert_int_equal(reset(&admin, member.id, &e), RC_OK);
	assert_int_equal(accept(first.token, FRESH, &e), RC_NOT_FOUND);
	peer.now_s += RESET_TTL_S - 1;
	assert_int_equal(reset_preview(&c.core, &peer, made.token, email, &e),
	    RC_OK);
	peer.now_s++;
	assert_int_equal(accept(made.token, FRESH, &e), RC_NOT_FOUND);
	assert_string_equal(e.slug, "link-invalid");
}

/* Each role of the member that the administrator does not give. */
static void a_member_elsewhere_is_not_reset(void **state)
{
	struct core_actor other = identity_case_user(&c, "other@example.com");
	struct err e;

	identity_case_account(&c, &other);
	identity_case_role(&c, &member, CORE_SCOPE_ACCOUNT, other.scope_id,
	    CORE_AUDITOR);
	assert_int_equal(reset(&admin, member.id, &e), RC_DENIED);
	assert_string_equal(e.slug, "member-elsewhere");
	identity_case_role(&c, &admin, CORE_SCOPE_ACCOUNT, other.scope_id,
	    CORE_DEVELOPER);
	assert_int_equal(reset(&admin, member.id, &e), RC_DENIED);
	identity_case_role(&c, &admin, CORE_SCOPE_ACCOUNT, other.scope_id,
	    CORE_ADMINISTRATOR);
	assert_int_equal(reset(&admin, member.id, &e), RC_OK);
}

static void the_service_is_not_reset_by_an_account(void **state)
{
	struct err e;

	identity_case_role(&c, &member, CORE_SCOPE_SERVICE, "", CORE_SERVICE);
	assert_int_equal(reset(&admin, member.id, &e), RC_DENIED);
	assert_string_equal(e.slug, "member-elsewhere");
	identity_case_role(&c, &admin, CORE_SCOPE_SERVICE, "", CORE_SERVICE);
	assert_int_equal(reset(&admin, member.id, &e), RC_OK);
}

static void a_token_reaches_its_own_account_only(void **state)
{
	struct core_actor token = admin;
	struct err e;

	token.is_token = true;
	(void)snprintf(token.id, sizeof(token.id), "tok_0000000000000000");
	assert_int_equal(reset(&token, member.id, &e), RC_OK);
	identity_case_role(&c, &member, CORE_SCOPE_VENDOR,
	    "ven_0000000000000000", CORE_VENDOR_PUBLISHER);
	identity_case_role(&c, &admin, CORE_SCOPE_VENDOR,
	    "ven_0000000000000000", CORE_VENDOR_ADMINISTRATOR);
	assert_int_equal(reset(&admin, member.id, &e), RC_OK);
	assert_int_equal(reset(&token, member.id, &e), RC_DENIED);
}

static void strangers_and_oneself_are_not_reset(void **state)
{
	struct core_actor stranger = identity_case_user(&c, "x@example.com");
	struct err e;

	assert_int_equal(reset(&admin, stranger.id, &e), RC_NOT_FOUND);
	assert_int_equal(reset(&admin, "usr_0000000000000000", &e),
	    RC_NOT_FOUND);
	assert_int_equal(reset(&admin, admin.id, &e), RC_DENIED);
	assert_string_equal(e.slug, "reset-self");
	assert_int_equal(reset_user(&c.core, &admin, "nobody@example.com",
			     false, &made, &e),
	    RC_NOT_FOUND);
	assert_int_equal(reset_user(&c.core, &admin, "X@example.com", false,
			     &made, &e),
	    RC_OK);
}

/* Of the account, to the member, who accepts. */
static void join(const struct core_actor *by)
{
	const struct invite_wish w = {.scope = CORE_SCOPE_ACCOUNT,
	    .scope_id = by->scope_id,
	    .email = "member@example.com",
	    .role = CORE_ADMINISTRATOR};
	struct invite_answer answer = {.name = "",
	    .password = SPAN_LIT(CASE_PASSWORD)};
	struct invite_accepted accepted;
	struct invite_new n;
	struct err e;

	assert_int_equal(invite_create(&c.core, by, &w, &n, &e), RC_OK);
	answer.token = n.token;
	assert_int_equal(invite_accept(&c.core, &peer, &answer, &accepted, &e),
	    RC_OK);
}

static void a_link_ends_when_the_member_joins_others(void **state)
{
	struct core_actor other = identity_case_user(&c, "other@example.com");
	struct err e;

	identity_case_account(&c, &other);
	assert_int_equal(reset(&admin, member.id, &e), RC_OK);
	join(&other);
	assert_int_equal(accept(made.token, FRESH, &e), RC_NOT_FOUND);
	assert_string_equal(e.slug, "link-invalid");
}

static void a_link_ends_with_the_right_of_who_made_it(void **state)
{
	struct core_actor chief = identity_case_user(&c, "chief@example.com");
	struct err e;

	identity_case_role(&c, &chief, CORE_SCOPE_ACCOUNT, admin.scope_id,
	    CORE_ADMINISTRATOR);
	assert_int_equal(reset(&admin, member.id, &e), RC_OK);
	chief.scope = CORE_SCOPE_ACCOUNT;
	chief.role = CORE_ADMINISTRATOR;
	memcpy(chief.scope_id, admin.scope_id, sizeof(chief.scope_id));
	assert_int_equal(user_remove(&c.core, &chief, admin.id, &e), RC_OK);
	assert_int_equal(accept(made.token, FRESH, &e), RC_NOT_FOUND);
	assert_string_equal(e.slug, "link-invalid");
}

/* Of whom it is for, and of who made it: a thief may have. */
static void a_new_password_ends_links(void **state)
{
	const struct core_actor *const both[] = {&member, &admin};
	struct err e;
	size_t i;

	for (i = 0; i < 2; i++) {
		assert_int_equal(reset(&admin, member.id, &e), RC_OK);
		assert_int_equal(user_set_password(&c.core, both[i],
				     SPAN_LIT(CASE_PASSWORD), SPAN_LIT(FRESH),
				     &e),
		    RC_OK);
		assert_int_equal(accept(made.token, FRESH, &e), RC_NOT_FOUND);
		assert_string_equal(e.slug, "link-invalid");
	}
}

static void guessed_links_are_slowed_for_the_peer(void **state)
{
	struct err e;
	int i;

	assert_int_equal(reset(&admin, member.id, &e), RC_OK);
	for (i = 0; i < 11; i++)
		assert_int_equal(accept("bmr_guess", FRESH, &e), RC_NOT_FOUND);
	assert_int_equal(accept(made.token, FRESH, &e), RC_LIMIT);
	assert_string_equal(e.slug, "reset-locked");
	(void)snprintf(peer.from, sizeof(peer.from), "192.0.2.77");
	assert_int_equal(accept(made.token, FRESH, &e), RC_OK);
}

static void an_invitation_tells_its_holder_what_it_is_for(void **state)
{
	const struct invite_wish w = {.scope = CORE_SCOPE_ACCOUNT,
	    .scope_id = admin.scope_id,
	    .email = "member@example.com",
	    .role = CORE_AUDITOR};
	struct invite_preview p;
	struct invite_new n;
	struct err e;

	assert_int_equal(invite_create(&c.core, &admin, &w, &n, &e), RC_OK);
	assert_int_equal(invite_preview(&c.core, &peer, n.token, &p, &e),
	    RC_OK);
	assert_string_equal(p.email, "member@example.com");
	assert_string_equal(p.scope, "account");
	assert_string_equal(p.name, "Appliances");
	assert_string_equal(p.role, "auditor");
	assert_true(p.known);
	assert_int_equal(invite_preview(&c.core, &peer, "bmi_x", &p, &e),
	    RC_NOT_FOUND);
	assert_string_equal(e.slug, "invitation-unknown");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(a_link_works_once),
	    CASE(accepting_ends_all_sessions),
	    CASE(a_newer_link_replaces_it_and_a_day_ends_it),
	    CASE(a_member_elsewhere_is_not_reset),
	    CASE(the_service_is_not_reset_by_an_account),
	    CASE(a_token_reaches_its_own_account_only),
	    CASE(strangers_and_oneself_are_not_reset),
	    CASE(a_link_ends_when_the_member_joins_others),
	    CASE(a_link_ends_with_the_right_of_who_made_it),
	    CASE(a_new_password_ends_links),
	    CASE(guessed_links_are_slowed_for_the_peer),
	    CASE(an_invitation_tells_its_holder_what_it_is_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
