/* The calendar: known days, every day of 800 years, and bad texts.
 * Must not depend on the time of the run. */
#include "base/clock.h"
#include "tests/unit/check.h"

static void clock_text_and_parse_agree_on_known_times(void **state)
{
	static const struct {
		int64_t t;
		const char *text;
	} rows[] = {
	    {0, "1970-01-01T00:00:00Z"},
	    {951782400, "2000-02-29T00:00:00Z"},
	    {1709251199, "2024-02-29T23:59:59Z"},
	    {4107542400, "2100-03-01T00:00:00Z"},
	    {253402300799, "9999-12-31T23:59:59Z"},
	    {-1, "1969-12-31T23:59:59Z"},
	    {-62135596800, "0001-01-01T00:00:00Z"},
	};
	char text[CLOCK_TEXT_SIZE];
	int64_t t;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		clock_text(rows[i].t, text);
		assert_string_equal(text, rows[i].text);
		assert_true(clock_parse(span_str(text), &t));
		assert_true(t == rows[i].t);
	}
	clock_text(INT64_MAX, text);
	assert_string_equal(text, "9999-12-31T23:59:59Z");
}

static void clock_civil_counts_every_day(void **state)
{
	struct clock_civil c, last = {1599, 12, 31, 0, 0, 0};
	int64_t t = clock_from_civil(&last);
	int i;

	for (i = 0; i < 800 * 365; i++) {
		t += 86400;
		clock_civil(t, &c);
		assert_true(clock_from_civil(&c) == t);
		if (c.day != 1) {
			assert_int_equal(c.day, last.day + 1);
			assert_int_equal(c.month, last.month);
		} else {
			assert_int_equal(c.month, last.month % 12 + 1);
			assert_true(last.day >= 28 && last.day <= 31);
		}
		last = c;
	}
}

static void clock_parse_knows_offsets_and_fractions(void **state)
{
	int64_t t;

	assert_true(clock_parse(SPAN_LIT("1970-01-01T01:00:00+01:00"), &t));
	assert_true(t == 0);
	assert_true(clock_parse(SPAN_LIT("1969-12-31t23:30:00.25-00:30"), &t));
	assert_true(t == 0);
	assert_true(clock_parse(SPAN_LIT("1970-01-01T00:00:00.999999z"), &t));
	assert_true(t == 0);
}

static void clock_parse_refuses_what_is_no_time(void **state)
{
	static const char *const bad[] = {"", "1970", "1970-01-01",
	    "1970-01-01T00:00:00", "1970-01-01 00:00:00Z",
	    "1970-13-01T00:00:00Z", "1970-00-01T00:00:00Z",
	    "1970-01-32T00:00:00Z", "1970-01-00T00:00:00Z",
	    "2023-02-29T00:00:00Z", "2100-02-29T00:00:00Z",
	    "2023-04-31T00:00:00Z", "1970-01-01T24:00:00Z",
	    "1970-01-01T00:60:00Z", "1970-01-01T00:00:61Z",
	    "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00+1:00",
	    "1970-01-01T00:00:00+01", "1970-01-01T00:00:00ZZ",
	    "1970-01-01T00:00:00+24:00", "+970-01-01T00:00:00Z",
	    "-1970-01-01T00:00:00Z"};
	int64_t t = 77;
	size_t i;

	for (i = 0; i < COUNT(bad); i++)
		assert_false(clock_parse(span_str(bad[i]), &t));
	assert_int_equal(t, 77);
}

static void clock_mono_does_not_run_backwards(void **state)
{
	int64_t last = clock_mono_us();
	int i;

	for (i = 0; i < 1000; i++) {
		int64_t now = clock_mono_us();

		assert_true(now >= last);
		last = now;
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(clock_text_and_parse_agree_on_known_times),
	    cmocka_unit_test(clock_civil_counts_every_day),
	    cmocka_unit_test(clock_parse_knows_offsets_and_fractions),
	    cmocka_unit_test(clock_parse_refuses_what_is_no_time),
	    cmocka_unit_test(clock_mono_does_not_run_backwards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
