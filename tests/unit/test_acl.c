/* Topic rules of the broker plugin, and what it knows of its clients.
 * Must not need a broker. */
#include <stdio.h>
#include <string.h>

#include "plugin/mosquitto/clients.h"
#include "tests/unit/check.h"

static void rules_that_are_not_understood_are_refused(void **state)
{
	static const char *const bad[] = {"", "all", "all ", "read a/b",
	    "all a/#/b", "all a/b#", "all a+/b", "all {device}x/#",
	    "all a/{name}", "all $SYS/#", "all a b", "ALL a"};
	struct acl a = {0};
	size_t i;

	for (i = 0; i < COUNT(bad); i++) {
		assert_int_equal(acl_add(&a, bad[i], NULL), RC_INVALID);
		assert_int_equal(a.n, 0);
	}
}

static void more_rules_than_the_limit_are_refused(void **state)
{
	struct acl a = {0};
	size_t i;

	for (i = 0; i < ACL_RULES_MAX; i++)
		assert_int_equal(acl_add(&a, "all a", NULL), RC_OK);
	assert_int_equal(acl_add(&a, "all a", NULL), RC_TOO_LARGE);
	acl_clear(&a);
}

static void a_name_never_becomes_a_level_or_a_wildcard(void **state)
{
	struct acl templates = {0}, a;

	assert_int_equal(acl_add_defaults(&templates, NULL), RC_OK);
	assert_int_equal(acl_fill(&templates, &a, "a/+/#", "DW 9", "B", NULL),
	    RC_OK);
	assert_string_equal(a.rule[0].pattern, "devices/a%2F%2B%2F%23/#");
	assert_string_equal(a.rule[1].pattern, "products/DW%209/#");
	assert_false(acl_may(&a, ACL_PUBLISH, "devices/a/b/c"));
	acl_clear(&a);
	assert_int_equal(acl_fill(&templates, &a, "d", "", "", NULL), RC_OK);
	assert_int_equal(a.n, 1);
	acl_clear(&a);
	acl_clear(&templates);
}

static void a_device_has_its_own_topics_only(void **state)
{
	static const struct {
		const char *topic;
		bool publish, read;
	} cases[] = {
	    {"devices/d1", true, true},
	    {"devices/d1/a", true, true},
	    {"devices/d1/a/b", true, true},
	    {"devices/d1/", true, true},
	    {"products/DW/news", false, true},
	    {"products/DW", false, true},
	    {"devices/d10", false, false},
	    {"devices/d2/a", false, false},
	    {"devices", false, false},
	    {"devices/", false, false},
	    {"Devices/d1/a", false, false},
	    {"/devices/d1/a", false, false},
	    {"x/devices/d1", false, false},
	    {"products/DW9/a", false, false},
	    {"$SYS/broker", false, false},
	    {"devices/d1/#", false, false},
	    {"devices/d1/+", false, false},
	    {"", false, false},
	};
	struct acl templates = {0}, a;
	size_t i;

	assert_int_equal(acl_add_defaults(&templates, NULL), RC_OK);
	assert_int_equal(acl_fill(&templates, &a, "d1", "DW", "B1", NULL),
	    RC_OK);
	for (i = 0; i < COUNT(cases); i++) {
		assert_int_equal(acl_may(&a, ACL_PUBLISH, cases[i].topic),
		    cases[i].publish);
		assert_int_equal(acl_may(&a, ACL_SUBSCRIBE, cases[i].topic),
		    cases[i].read);
	}
	assert_false(acl_may(&a, ACL_PUBLISH, NULL));
	acl_clear(&a);
	acl_clear(&templates);
}

static void a_filter_must_lie_within_the_rules(void **state)
{
	static const struct {
		const char *filter;
		bool ok;
	} cases[] = {
	    {"devices/d1/#", true},
	    {"devices/d1", true},
	    {"devices/d1/+/x", true},
	    {"batches/B1/+/news", true},
	    {"batches/B1/x/news", true},
	    {"batches/B1/#", false},
	    {"batches/B1/+/+", false},
	    {"batches/+/x/news", false},
	    {"batches/B1/x", false},
	    {"batches/B1/x/news/y", false},
	    {"#", false},
	    {"+/#", false},
	    {"devices/#", false},
	    {"devices/+", false},
	    {"devices/+/#", false},
	    {"$share/g/devices/d1/#", false},
	    {"$SYS/#", false},
	    {"", false},
	};
	struct acl templates = {0}, a;
	size_t i;

	assert_int_equal(acl_add(&templates, "all devices/{device}/#", NULL),
	    RC_OK);
	assert_int_equal(acl_add(&templates, "subscribe batches/{batch}/+/news",
			     NULL),
	    RC_OK);
	assert_int_equal(acl_add(&templates, "publish devices/+/alarm", NULL),
	    RC_OK);
	assert_int_equal(acl_fill(&templates, &a, "d1", "", "B1", NULL), RC_OK);
	for (i = 0; i < COUNT(cases); i++)
		assert_int_equal(acl_may_filter(&a, cases[i].filter),
		    cases[i].ok);
	assert_true(acl_may(&a, ACL_PUBLISH, "devices/d9/alarm"));
	assert_false(acl_may(&a, ACL_SUBSCRIBE, "devices/d9/alarm"));
	acl_clear(&a);
	acl_clear(&templates);
}

static void clients_come_and_go(void **state)
{
	static struct clients c;
	static char keys[10000];
	char id[16];
	size_t i;

	for (i = 0; i < COUNT(keys); i++) {
		(void)snprintf(id, sizeof(id), "c%zu", i);
		assert_non_null(clients_put(&c, &keys[i], id, "here"));
	}
	assert_int_equal(c.n, COUNT(keys));
	assert_string_equal(clients_find(&c, &keys[77])->id, "c77");
	assert_non_null(clients_put(&c, &keys[77], "again", NULL));
	assert_string_equal(clients_find(&c, &keys[77])->id, "again");
	for (i = 0; i < COUNT(keys); i += 2)
		clients_drop(&c, &keys[i]);
	assert_null(clients_find(&c, &keys[0]));
	assert_int_equal(c.n, COUNT(keys) / 2);
	clients_clear(&c);
	assert_int_equal(c.n, 0);
}

static void one_session_sleeps_under_one_id(void **state)
{
	static struct clients c;
	static char keys[4];

	assert_non_null(clients_put(&c, &keys[0], "id", ""));
	clients_sleep(&c, &keys[0]);
	clients_sleep(&c, &keys[0]);
	assert_true(clients_find(&c, &keys[0])->asleep);
	assert_non_null(clients_put(&c, &keys[1], "id", ""));
	assert_null(clients_find(&c, &keys[0]));
	clients_sleep(&c, &keys[1]);
	assert_non_null(clients_put(&c, &keys[2], "other", ""));
	clients_sleep(&c, &keys[2]);
	clients_sleep(&c, &keys[3]);
	clients_drop(&c, &keys[1]);
	assert_int_equal(c.n, 1);
	clients_clear(&c);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rules_that_are_not_understood_are_refused),
	    cmocka_unit_test(more_rules_than_the_limit_are_refused),
	    cmocka_unit_test(a_name_never_becomes_a_level_or_a_wildcard),
	    cmocka_unit_test(a_device_has_its_own_topics_only),
	    cmocka_unit_test(a_filter_must_lie_within_the_rules),
	    cmocka_unit_test(clients_come_and_go),
	    cmocka_unit_test(one_session_sleeps_under_one_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
