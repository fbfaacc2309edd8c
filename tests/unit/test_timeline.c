/* Timelines: how much is kept, in what words, and for whom. */
#include "core/timeline.h"
#include "store/store_timeline.h"
#include "tests/unit/store_case.h"

static struct store_case s;
static struct core core;
static struct store_timeline_event list[TIMELINE_KEEP + 8];
static struct err e;

static int open_case(void **state)
{
	(void)state;
	store_case_open(&s);
	core = (struct core){.store = s.s};
	return 0;
}

static int close_case(void **state)
{
	(void)state;
	store_case_close(&s);
	return 0;
}

static size_t look(int64_t seq, const char *account)
{
	size_t n = COUNT(list);

	assert_int_equal(store_timeline_list(s.s, seq, account, list, &n, &e),
	    RC_OK);
	return n;
}

static enum rc report(const char *detail, int64_t now_s)
{
	const struct timeline_event r = {7, "acc_1", "voucher-status", detail};

	return timeline_report(&core, &r, now_s, &e);
}

static void keeps_the_newest_of_each_device(void **state)
{
	char detail[16];
	int i;

	(void)state;
	assert_int_equal(timeline_add(&core,
			     &(const struct timeline_event){8, "acc_1",
				 "enrolled", NULL},
			     1, &e),
	    RC_OK);
	for (i = 0; i < TIMELINE_KEEP + 5; i++) {
		(void)snprintf(detail, sizeof(detail), "%d", i);
		assert_int_equal(timeline_add(&core,
				     &(const struct timeline_event){7, "acc_1",
					 "enrolled", detail},
				     i, &e),
		    RC_OK);
	}
	assert_int_equal(look(7, "acc_1"), TIMELINE_KEEP);
	assert_string_equal(list[0].detail, "5");
	assert_int_equal(look(8, "acc_1"), 1);
	/* Not for who owns the device later. */
	assert_int_equal(look(7, "acc_2"), 0);
}

static void cuts_and_cleans_what_a_device_says(void **state)
{
	char text[2 * TIMELINE_DETAIL_MAX];

	(void)state;
	assert_int_equal(timeline_add(&core,
			     &(const struct timeline_event){7, "acc_1",
				 "enroll-status", "a\nb\x1b[31m"},
			     1, &e),
	    RC_OK);
	memset(text, 'x', sizeof(text));
	/* A character of two bytes stands across the limit. */
	memcpy(text + TIMELINE_DETAIL_MAX - 1, "\xc3\xa4", 2);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(timeline_add(&core,
			     &(const struct timeline_event){7, "acc_1",
				 "enroll-status", text},
			     1, &e),
	    RC_OK);
	assert_int_equal(look(7, "acc_1"), 2);
	assert_string_equal(list[0].detail, "a b [31m");
	assert_int_equal(strlen(list[1].detail), TIMELINE_DETAIL_MAX - 1);
}

static void a_device_is_heard_so_often_an_hour(void **state)
{
	char detail[16];
	int i;

	(void)state;
	for (i = 0; i < TIMELINE_REPORTS; i++) {
		(void)snprintf(detail, sizeof(detail), "%d", i);
		assert_int_equal(report(detail, 1000), RC_OK);
		/* The same again is no news. */
		assert_int_equal(report(detail, 1000), RC_OK);
	}
	assert_int_equal(report("more", 1000), RC_LIMIT);
	assert_string_equal(e.slug, "too-many-reports");
	assert_int_equal(look(7, "acc_1"), TIMELINE_REPORTS);
	assert_int_equal(report("more", 1000 + 3600), RC_OK);
	assert_int_equal(look(7, "acc_1"), TIMELINE_REPORTS + 1);
}

#define CASE(x) cmocka_unit_test_setup_teardown(x, open_case, close_case)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(keeps_the_newest_of_each_device),
	    CASE(cuts_and_cleans_what_a_device_says),
	    CASE(a_device_is_heard_so_often_an_hour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
