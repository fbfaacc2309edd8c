/* When a cloud that was away is tried again.
 * Must not sleep: time is given. */
#include "courier/breaker.h"

#include "tests/unit/check.h"

#define NOW INT64_C(1790000000000)

static const struct err away = {.rc = RC_AGAIN, .text = "The cloud is away."};
static const struct err refused = {.rc = RC_UNAUTHENTICATED,
    .text = "credentials refused"};

static void a_pause_doubles_up_to_its_bound(void **state)
{
	assert_int_equal(breaker_bound_ms(0), 1000);
	assert_int_equal(breaker_bound_ms(1), 1000);
	assert_int_equal(breaker_bound_ms(2), 2000);
	assert_int_equal(breaker_bound_ms(5), 16000);
	assert_int_equal(breaker_bound_ms(30), BREAKER_PAUSE_MAX_MS);
	assert_int_equal(breaker_bound_ms(UINT32_MAX), BREAKER_PAUSE_MAX_MS);
}

static void a_fault_opens_and_says_why(void **state)
{
	struct store_cloud_breaker b = {.state = "closed"};
	uint32_t i;

	for (i = 1; i < 40; i++) {
		breaker_fault(&b, &away, NOW + i);
		assert_string_equal(b.state, "open");
		assert_string_equal(b.why, away.text);
		assert_int_equal(b.since, NOW / 1000);
		assert_int_equal(b.faults, i);
		assert_true(b.until_ms >= NOW + i + breaker_bound_ms(i) / 2 &&
		    b.until_ms <= NOW + i + breaker_bound_ms(i));
	}
}

static void the_next_try_decides(void **state)
{
	struct store_cloud_breaker b = {.state = "closed"};

	breaker_try(&b);
	assert_string_equal(b.state, "closed");
	breaker_fault(&b, &away, NOW);
	breaker_try(&b);
	assert_string_equal(b.state, "trying");
	breaker_fault(&b, &away, NOW);
	assert_string_equal(b.state, "open");
	assert_int_equal(b.faults, 2);
	breaker_try(&b);
	assert_true(breaker_success(&b));
	assert_string_equal(b.state, "closed");
	assert_string_equal(b.why, "");
	assert_int_equal(b.faults, 0);
	assert_false(breaker_success(&b));
}

static void refused_credentials_are_not_hammered(void **state)
{
	struct store_cloud_breaker b = {.state = "closed"};

	breaker_fault(&b, &refused, NOW);
	assert_true(b.until_ms <= NOW + 1000);
	breaker_fault(&b, &refused, NOW);
	assert_true(b.until_ms >= NOW + BREAKER_REFUSED_MS);
}

static void a_cloud_that_says_when_is_obeyed(void **state)
{
	struct store_cloud_breaker b = {.state = "closed"};
	struct err later = away;

	later.retry_after_s = 77;
	breaker_fault(&b, &later, NOW);
	assert_in_range(b.until_ms, NOW + 77000, NOW + 78000);
	later.retry_after_s = UINT32_MAX;
	breaker_fault(&b, &later, NOW);
	assert_true(b.until_ms <=
	    NOW + (BREAKER_RETRY_AFTER_MAX_S + 1) * INT64_C(1000));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_pause_doubles_up_to_its_bound),
	    cmocka_unit_test(a_fault_opens_and_says_why),
	    cmocka_unit_test(the_next_try_decides),
	    cmocka_unit_test(refused_credentials_are_not_hammered),
	    cmocka_unit_test(a_cloud_that_says_when_is_obeyed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
