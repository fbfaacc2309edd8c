/* Token buckets and turns, on a clock of the test's own.
 * Must not sleep. */
#include "courier/pacer.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/check.h"

#define CALLS_MAX 200000
#define MINUTE 60000

static struct pacer *p;
static int64_t at[CALLS_MAX]; /* when calls were sent */
static size_t calls;

static int setup(void **state)
{
	calls = 0;
	return pacer_new(&p, NULL) == RC_OK ? 0 : -1;
}

static int teardown(void **state)
{
	pacer_free(p);
	return 0;
}

/* One who always wants to send. */
struct sender {
	uint64_t who;
	int64_t next_ms;
	size_t sent;
};

static void run(struct sender *s, size_t n, uint32_t per_minute, int64_t from,
    int64_t to)
{
	int64_t now;
	size_t i;

	for (now = from; now < to; now++)
		for (i = 0; i < n; i++) {
			int64_t wait = 0;

			while (s[i].next_ms <= now && wait == 0) {
				wait = pacer_take(p,
				    &(struct pacer_ask){.key = "k",
					.per_minute = per_minute,
					.who = s[i].who,
					.now_ms = now});
				if (wait > 0) {
					s[i].next_ms = now + wait;
					continue;
				}
				s[i].sent++;
				assert_true(calls < CALLS_MAX);
				at[calls++] = now;
			}
		}
}

/* The most in any second. */
static size_t busiest(void)
{
	size_t i, first = 0, most = 0;

	for (i = 0; i < calls; i++) {
		while (at[i] - at[first] >= 1000)
			first++;
		if (i - first + 1 > most)
			most = i - first + 1;
	}
	return most;
}

static const uint32_t quotas[] = {600, 900, 6000, 60000, 120000};

static void a_quota_is_used_and_never_exceeded(void **state)
{
	size_t i;

	for (i = 0; i < COUNT(quotas); i++) {
		struct sender one = {.who = 1};

		(void)teardown(state);
		(void)setup(state);
		run(&one, 1, quotas[i], 5, 5 + MINUTE);
		if (calls > quotas[i] || calls < quotas[i] * 95ull / 100)
			fail_msg("%u a minute: %zu", quotas[i], calls);
		if (busiest() > quotas[i] / 60)
			fail_msg("%u a minute: %zu in a second", quotas[i],
			    busiest());
	}
}

/* One whose thread comes late by up to ten milliseconds, as it happens. */
static void a_late_thread_catches_up_and_no_more(void **state)
{
	size_t i;

	for (i = 0; i < COUNT(quotas); i++) {
		struct pacer_ask a = {.key = "k",
		    .per_minute = quotas[i],
		    .who = 1,
		    .now_ms = 5};

		(void)teardown(state);
		(void)setup(state);
		while (a.now_ms < 5 + MINUTE) {
			int64_t wait = pacer_take(p, &a);

			if (wait == 0)
				at[calls++] = a.now_ms;
			else
				a.now_ms += wait + (int64_t)(calls * 7 % 11);
		}
		if (calls > quotas[i] || calls < quotas[i] * 95ull / 100)
			fail_msg("%u a minute: %zu", quotas[i], calls);
		if (busiest() > quotas[i] / 60)
			fail_msg("%u a minute: %zu in a second", quotas[i],
			    busiest());
	}
}

static void the_least_of_two_quotas_of_a_key_counts(void **state)
{
	struct pacer_ask a = {.key = "k", .per_minute = 600, .who = 1},
			 b = {.key = "k", .per_minute = 6000, .who = 2};

	assert_int_equal(pacer_take(p, &a), 0);
	b.now_ms = 30;
	assert_in_range(pacer_take(p, &b), 60, 80);
	b.now_ms = 2 * MINUTE;
	assert_int_equal(pacer_take(p, &b), 0);
	b.now_ms += 20;
	assert_int_equal(pacer_take(p, &b), 0);
}

static void slow_quotas_are_spaced(void **state)
{
	struct sender one = {.who = 1};
	size_t i;

	run(&one, 1, 100, 0, MINUTE);
	assert_in_range(calls, 95, 100);
	for (i = 1; i < calls; i++)
		assert_in_range(at[i] - at[i - 1], 600, 700);
}

static void those_that_wait_are_served_in_turn(void **state)
{
	struct sender s[3] = {{.who = 7}, {.who = 3}, {.who = 9}};

	run(s, 1, 6000, 0, 1000);
	s[0].sent = 0;
	run(s, 3, 6000, 1000, 1000 + MINUTE);
	assert_in_range(calls, 5700, 6100);
	assert_in_range(s[0].sent, 1850, 2050);
	assert_in_range(s[1].sent, 1850, 2050);
	assert_in_range(s[2].sent, 1850, 2050);
}

static void one_that_left_costs_nothing(void **state)
{
	struct sender s[2] = {{.who = 1}, {.who = 2}};

	run(s, 2, 6000, 0, 2000);
	s[0].sent = 0;
	run(s, 1, 6000, 2000, 2000 + MINUTE);
	assert_in_range(s[0].sent, 5700, 6000);
}

static void a_key_that_is_on_hold_sends_nothing(void **state)
{
	struct sender one = {.who = 1};
	struct pacer_ask other = {.key = "other",
	    .per_minute = 600,
	    .who = 1,
	    .now_ms = 100};

	run(&one, 1, 6000, 0, 100);
	calls = 0;
	pacer_hold(p, "k", 3100);
	assert_int_equal(pacer_take(p, &other), 0);
	assert_int_equal(pacer_held(p, "k", 100), 3000);
	assert_int_equal(pacer_held(p, "other", 100), 0);
	run(&one, 1, 6000, 100, 3100);
	assert_int_equal(calls, 0);
	run(&one, 1, 6000, 3100, 4100);
	assert_in_range(calls, 95, 100);
}

static void a_hold_is_not_shortened(void **state)
{
	struct sender one = {.who = 1};

	pacer_hold(p, "k", 2000);
	pacer_hold(p, "k", 1000);
	run(&one, 1, 6000, 0, 2000);
	assert_int_equal(calls, 0);
}

static void time_that_was_not_used_is_not_saved_up(void **state)
{
	struct sender one = {.who = 1};

	run(&one, 1, 6000, 0, 1000);
	one.next_ms = 9000;
	calls = 0;
	run(&one, 1, 6000, 9000, 10000);
	assert_in_range(calls, 95, 100);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    T(a_quota_is_used_and_never_exceeded),
	    T(a_late_thread_catches_up_and_no_more),
	    T(the_least_of_two_quotas_of_a_key_counts),
	    T(slow_quotas_are_spaced),
	    T(those_that_wait_are_served_in_turn),
	    T(one_that_left_costs_nothing),
	    T(a_key_that_is_on_hold_sends_nothing),
	    T(a_hold_is_not_shortened),
	    T(time_that_was_not_used_is_not_saved_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
