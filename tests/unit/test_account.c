/* Accounts and their defaults.
 * Must not test who may change them: that is the API's table. */
#include <string.h>

#include "store/db.h"
#include "tests/unit/identity_case.h"

static struct identity_case c;
static struct core_actor one, two;

static int setup(void **state)
{
	identity_case_open(&c);
	one = identity_case_user(&c, "jo@example.com");
	two = identity_case_user(&c, "al@example.com");
	identity_case_account(&c, &one);
	identity_case_account(&c, &two);
	assert_int_equal(
	    db_run(store_db(c.core.store), NULL,
		"INSERT INTO product(id, account_id, name, created_at) "
		"VALUES ('prd_one', $1, 'One', 1), ('prd_two', $2, 'Two', 1)",
		DB_T(one.scope_id), DB_T(two.scope_id)),
	    RC_OK);
	return 0;
}

static int teardown(void **state)
{
	identity_case_close(&c);
	return 0;
}

static enum rc update(const struct account_change *ch,
    struct store_account *out, struct err *e)
{
	return account_update(&c.core, &one, ch, out, e);
}

static void a_default_is_set_kept_and_cleared(void **state)
{
	struct store_account x;

	assert_int_equal(update(&(struct account_change){.default_product =
							     "prd_one"},
			     &x, NULL),
	    RC_OK);
	assert_int_equal(update(&(struct account_change){.name = "Renamed"}, &x,
			     NULL),
	    RC_OK);
	assert_string_equal(x.default_product, "prd_one");
	assert_string_equal(x.name, "Renamed");
	assert_int_equal(update(&(struct account_change){.default_product = ""},
			     &x, NULL),
	    RC_OK);
	assert_int_equal(account_get(&c.core, one.scope_id, &x, NULL), RC_OK);
	assert_string_equal(x.default_product, "");
}

static void defaults_of_another_account_are_refused(void **state)
{
	static const struct account_change changes[] = {
	    {.default_product = "prd_two"},
	    {.default_product = "prd_none"},
	    {.default_cloud = "cld_none"},
	    {.default_cloud = "prd_one"},
	};
	struct store_account x;
	struct err e;
	size_t i;

	for (i = 0; i < COUNT(changes); i++) {
		assert_int_equal(update(&changes[i], &x, &e), RC_INVALID);
		assert_string_equal(e.slug, "default-unknown");
	}
	assert_int_equal(account_get(&c.core, one.scope_id, &x, NULL), RC_OK);
	assert_string_equal(x.default_product, "");
	assert_string_equal(x.default_cloud, "");
}

static void odd_names_are_refused(void **state)
{
	char longest[ACCOUNT_NAME_MAX + 2];
	const char *const names[] = {"", "a\nb", "\x7f", longest};
	struct store_account x;
	size_t i;

	memset(longest, 'n', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	for (i = 0; i < COUNT(names); i++) {
		assert_int_equal(account_create(&c.core, &one, names[i], &x,
				     NULL),
		    RC_INVALID);
		assert_int_equal(update(&(struct account_change){.name =
								     names[i]},
				     &x, NULL),
		    RC_INVALID);
	}
}

static void count(void *arg, const struct store_account *x)
{
	(*(int *)arg)++;
}

static void a_user_lists_only_the_own_accounts(void **state)
{
	const struct core_page page = {"", 10};
	int n = 0;

	assert_int_equal(account_each(&c.core, &two, &page, count, &n, NULL),
	    RC_OK);
	assert_int_equal(n, 1);
	identity_case_role(&c, &two, CORE_SCOPE_ACCOUNT, one.scope_id,
	    CORE_AUDITOR);
	n = 0;
	assert_int_equal(account_each(&c.core, &two, &page, count, &n, NULL),
	    RC_OK);
	assert_int_equal(n, 2);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(a_default_is_set_kept_and_cleared),
	    CASE(defaults_of_another_account_are_refused),
	    CASE(odd_names_are_refused),
	    CASE(a_user_lists_only_the_own_accounts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
