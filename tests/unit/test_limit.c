/* Counting wrong attempts and the waits that follow.
 * Must not sleep: time is what the test says. */
#include <string.h>

#include "core/limit.h"
#include "core/tx.h"
#include "tests/unit/identity_case.h"

static struct identity_case c;
static const struct limit_rule rule = {
    .name = "test",
    .free = 3,
    .first_s = 10,
    .max_s = 60,
    .forget_s = 1000,
    .slug = "test-locked",
};

static int setup(void **state)
{
	identity_case_open(&c);
	return 0;
}

static int teardown(void **state)
{
	identity_case_close(&c);
	return 0;
}

static unsigned int hit(const char *key, int64_t now_s)
{
	unsigned int n = 0;

	assert_int_equal(limit_hit(&c.core, &rule, key, now_s, &n, NULL),
	    RC_OK);
	return n;
}

/* Seconds to wait, 0 for none. */
static unsigned int wait_of(const char *key, int64_t now_s)
{
	struct err e = {0};
	enum rc rc = limit_check(&c.core, &rule, key, now_s, &e);

	if (rc == RC_OK)
		return 0;
	assert_int_equal(rc, RC_LIMIT);
	assert_string_equal(e.slug, "test-locked");
	assert_true(e.retry_after_s > 0);
	return e.retry_after_s;
}

static void waits_double_up_to_the_limit(void **state)
{
	static const unsigned int waits[] = {0, 0, 0, 10, 20, 40, 60, 60, 60};
	size_t i;

	for (i = 0; i < COUNT(waits); i++) {
		assert_int_equal(hit("a", 1000), i + 1);
		assert_int_equal(wait_of("a", 1000), waits[i]);
	}
	assert_int_equal(wait_of("a", 1059), 1);
	assert_int_equal(wait_of("a", 1060), 0);
}

static void keys_and_rules_do_not_touch_each_other(void **state)
{
	struct limit_rule other = rule;
	int i;

	other.name = "other";
	for (i = 0; i < 5; i++)
		(void)hit("a", 1000);
	assert_int_equal(wait_of("b", 1000), 0);
	assert_int_equal(limit_check(&c.core, &other, "a", 1000, NULL), RC_OK);
}

static void all_is_forgotten_after_a_while(void **state)
{
	int i;

	for (i = 0; i < 4; i++)
		(void)hit("a", 1000);
	assert_int_equal(hit("a", 1000 + 10 + 999), 5);
	assert_int_equal(hit("a", 1000 + 10 + 999 + 20 + 1000), 1);
}

static void a_right_one_clears(void **state)
{
	int i;

	for (i = 0; i < 5; i++)
		(void)hit("a", 1000);
	assert_int_equal(limit_clear(&c.core, &rule, "a", NULL), RC_OK);
	assert_int_equal(wait_of("a", 1000), 0);
	assert_int_equal(hit("a", 1000), 1);
}

static void a_hit_counts_though_the_work_is_undone(void **state)
{
	struct tx tx = TX_NONE;

	assert_int_equal(tx_begin(&c.core, &tx, NULL), RC_OK);
	assert_int_equal(hit("a", 1000), 1);
	tx_rollback(&c.core, &tx);
	assert_int_equal(hit("a", 1000), 2);
}

static void another_process_counts_too(void **state)
{
	struct core other = c.core;
	unsigned int n;

	other.store = store_case_again(&c.store);
	(void)hit("a", 1000);
	assert_int_equal(limit_hit(&other, &rule, "a", 1000, &n, NULL), RC_OK);
	assert_int_equal(n, 2);
	store_close(other.store);
}

static void a_peer_is_an_address_or_a_network(void **state)
{
	static const char *const table[][2] = {
	    {"192.0.2.7", "192.0.2.7"},
	    {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"},
	    {"2001:db8:1:2::", "2001:db8:1:2::"},
	    {"::1", "::"},
	    {"::ffff:192.0.2.7", "::ffff:192.0.2.7"},
	    {"local", "local"},
	    {"", ""},
	};
	char out[LIMIT_PEER_MAX];
	size_t i;

	for (i = 0; i < COUNT(table); i++) {
		limit_peer(table[i][0], out);
		assert_string_equal(out, table[i][1]);
	}
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(waits_double_up_to_the_limit),
	    CASE(keys_and_rules_do_not_touch_each_other),
	    CASE(all_is_forgotten_after_a_while),
	    CASE(a_right_one_clears),
	    CASE(a_peer_is_an_address_or_a_network),
	    CASE(a_hit_counts_though_the_work_is_undone),
	    CASE(another_process_counts_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
