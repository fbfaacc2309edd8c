/* API tokens: whom they stand for, and when they no longer do.
 * Must not sleep: time is what the actor says. */
#include <string.h>

#include "core/token.h"
#include "tests/unit/identity_case.h"

static struct identity_case c;
static struct core_actor admin;

static int setup(void **state)
{
	identity_case_open(&c);
	admin = identity_case_user(&c, "jo@example.com");
	identity_case_account(&c, &admin);
	return 0;
}

static int teardown(void **state)
{
	identity_case_close(&c);
	return 0;
}

static enum rc make(enum core_role role, unsigned int days,
    struct token_new *out, struct err *e)
{
	const struct token_wish w = {"line 4", role, days};

	return token_create(&c.core, &admin, &w, out, e);
}

static enum rc find(const char *token, int64_t now_s, struct core_actor *a)
{
	*a = (struct core_actor){.now_s = now_s};
	return token_find(&c.core, span_str(token), a, NULL);
}

static void a_token_has_its_scope_and_role(void **state)
{
	struct token_new t;
	struct core_actor a;

	assert_int_equal(make(CORE_OPERATOR, 1, &t, NULL), RC_OK);
	assert_true(span_starts(span_str(t.token), SPAN_LIT("bmt_")));
	assert_int_equal(find(t.token, CASE_NOW, &a), RC_OK);
	assert_true(a.is_token);
	assert_int_equal(a.role, CORE_OPERATOR);
	assert_int_equal(a.scope, CORE_SCOPE_ACCOUNT);
	assert_string_equal(a.scope_id, admin.scope_id);
	assert_string_equal(a.id, t.id);
}

static void an_expired_token_is_unknown(void **state)
{
	struct token_new t;
	struct core_actor a;

	assert_int_equal(make(CORE_GATE, 1, &t, NULL), RC_OK);
	assert_int_equal(find(t.token, CASE_NOW + 86399, &a), RC_OK);
	assert_int_equal(find(t.token, CASE_NOW + 86400, &a),
	    RC_UNAUTHENTICATED);
}

static void a_revoked_token_is_unknown(void **state)
{
	struct token_new t;
	struct core_actor a;

	assert_int_equal(make(CORE_GATE, 1, &t, NULL), RC_OK);
	assert_int_equal(token_revoke(&c.core, &admin, t.id, NULL), RC_OK);
	assert_int_equal(find(t.token, CASE_NOW, &a), RC_UNAUTHENTICATED);
	assert_int_equal(token_revoke(&c.core, &admin, t.id, NULL),
	    RC_NOT_FOUND);
}

static void a_token_of_another_account_cannot_be_revoked(void **state)
{
	struct core_actor other = identity_case_user(&c, "al@example.com"), a;
	struct token_new t;

	identity_case_account(&c, &other);
	assert_int_equal(make(CORE_GATE, 1, &t, NULL), RC_OK);
	assert_int_equal(token_revoke(&c.core, &other, t.id, NULL),
	    RC_NOT_FOUND);
	assert_int_equal(find(t.token, CASE_NOW, &a), RC_OK);
}

static void wishes_outside_the_limits_are_refused(void **state)
{
	static const struct {
		const char *name;
		enum core_role role;
		unsigned int days;
	} cases[] = {
	    {"", CORE_GATE, 1},
	    {"x", CORE_ROLE_NONE, 1},
	    {"x", CORE_VENDOR_PUBLISHER, 1},
	    {"x", CORE_SERVICE, 1},
	    {"x", CORE_GATE, 0},
	    {"x", CORE_GATE, TOKEN_DAYS_MAX + 1},
	};
	struct token_new t;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		const struct token_wish w = {cases[i].name, cases[i].role,
		    cases[i].days};

		assert_int_equal(token_create(&c.core, &admin, &w, &t, NULL),
		    RC_INVALID);
	}
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(a_token_has_its_scope_and_role),
	    CASE(an_expired_token_is_unknown),
	    CASE(a_revoked_token_is_unknown),
	    CASE(a_token_of_another_account_cannot_be_revoked),
	    CASE(wishes_outside_the_limits_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
