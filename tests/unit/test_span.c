/* Spans: comparing, cutting and reading without running over.
 * Must not test what libc does. */
#include <string.h>

#include "base/span.h"
#include "tests/unit/check.h"

static void span_eq_is_not_equality_by_prefix(void **state)
{
	assert_true(span_eq_str(SPAN_LIT("GET"), "GET"));
	assert_false(span_eq_str(SPAN_LIT("GETX"), "GET"));
	assert_false(span_eq_str(SPAN_LIT("GE"), "GET"));
	assert_true(span_eq(SPAN_NONE, span_str(NULL)));
	assert_false(span_eq_secret(SPAN_LIT("GETX"), SPAN_LIT("GET")));
	assert_false(span_eq_secret(SPAN_LIT("GEX"), SPAN_LIT("GET")));
	assert_true(span_eq_secret(SPAN_LIT("GET"), SPAN_LIT("GET")));
	assert_true(span_starts(SPAN_LIT("GETX"), SPAN_LIT("GET")));
	assert_false(span_starts(SPAN_LIT("GE"), SPAN_LIT("GET")));
}

static void span_u64_refuses_what_is_no_number(void **state)
{
	static const struct {
		const char *text;
		uint64_t max;
	} bad[] = {{"", 9}, {"-1", 9}, {"+1", 9}, {" 1", 9}, {"1 ", 9},
	    {"0x1", 99}, {"10", 9}, {"9", 5}, {"300", 255},
	    {"18446744073709551616", UINT64_MAX},
	    {"99999999999999999999", UINT64_MAX}};
	uint64_t v = 77;
	size_t i;

	for (i = 0; i < COUNT(bad); i++)
		assert_false(span_u64(span_str(bad[i].text), bad[i].max, &v));
	assert_int_equal(v, 77);
	assert_true(span_u64(SPAN_LIT("18446744073709551615"), UINT64_MAX, &v));
	assert_true(v == UINT64_MAX);
	assert_true(span_u64(SPAN_LIT("255"), 255, &v));
	assert_int_equal(v, 255);
}

static void span_sub_stays_inside(void **state)
{
	struct span s = SPAN_LIT("abcdef");

	assert_true(span_eq_str(span_sub(s, 2, 3), "cde"));
	assert_true(span_eq_str(span_sub(s, 4, SIZE_MAX), "ef"));
	assert_int_equal(span_sub(s, 6, 1).n, 0);
	assert_int_equal(span_sub(s, SIZE_MAX, SIZE_MAX).n, 0);
}

static void span_trim_leaves_what_is_inside(void **state)
{
	assert_true(span_eq_str(span_trim(SPAN_LIT("\t a b\r\n")), "a b"));
	assert_true(span_eq_str(span_trim(SPAN_LIT("a")), "a"));
	assert_int_equal(span_trim(SPAN_LIT(" \r\n")).n, 0);
	assert_int_equal(span_trim(SPAN_NONE).n, 0);
}

static void span_copy_str_refuses_long_text_and_nul(void **state)
{
	char out[4];

	assert_true(span_copy_str(SPAN_LIT("abc"), out, sizeof(out)));
	assert_string_equal(out, "abc");
	assert_false(span_copy_str(SPAN_LIT("abcd"), out, sizeof(out)));
	assert_string_equal(out, "");
	assert_false(span_copy_str(SPAN_LIT("a\0b"), out, sizeof(out)));
	assert_false(span_copy_str(SPAN_LIT("a"), out, 0));
	assert_true(span_copy_str(SPAN_NONE, out, sizeof(out)));
}

static void span_cut_gives_everything_when_there_is_no_mark(void **state)
{
	struct span s = SPAN_LIT("a,,b"), head;

	assert_true(span_cut(&s, ',', &head) && span_eq_str(head, "a"));
	assert_true(span_cut(&s, ',', &head) && head.n == 0);
	assert_false(span_cut(&s, ',', &head));
	assert_true(span_eq_str(head, "b") && s.n == 0);
	assert_false(span_cut(&s, ',', &head));
	assert_int_equal(head.n, 0);
}

static void span_take_reads_nothing_when_bytes_are_missing(void **state)
{
	struct span s = SPAN_LIT("\x01\x02\x03");
	struct span out;
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;
	uint8_t u8;

	assert_false(span_take_u32(&s, &u32));
	assert_false(span_take_u64(&s, &u64));
	assert_false(span_take(&s, 4, &out));
	assert_false(span_take(&s, SIZE_MAX, &out));
	assert_int_equal(s.n, 3);
	assert_true(span_take_u16(&s, &u16));
	assert_int_equal(u16, 0x0102);
	assert_false(span_take_u16(&s, &u16));
	assert_true(span_take_u8(&s, &u8));
	assert_int_equal(u8, 3);
	assert_false(span_take_u8(&s, &u8));
	assert_true(span_take(&s, 0, &out));
}

static void span_take_block_refuses_a_length_beyond_the_end(void **state)
{
	struct span whole = SPAN_LIT("\0\0\0\2abrest"), out;
	struct span cut = SPAN_LIT("\0\0\0\3ab");
	struct span huge = SPAN_LIT("\xff\xff\xff\xff"
				    "ab");

	assert_true(span_take_block(&whole, &out));
	assert_true(span_eq_str(out, "ab") && span_eq_str(whole, "rest"));
	assert_false(span_take_block(&cut, &out));
	assert_int_equal(cut.n, 6);
	assert_false(span_take_block(&huge, &out));
	assert_int_equal(huge.n, 6);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(span_eq_is_not_equality_by_prefix),
	    cmocka_unit_test(span_u64_refuses_what_is_no_number),
	    cmocka_unit_test(span_sub_stays_inside),
	    cmocka_unit_test(span_trim_leaves_what_is_inside),
	    cmocka_unit_test(span_copy_str_refuses_long_text_and_nul),
	    cmocka_unit_test(span_cut_gives_everything_when_there_is_no_mark),
	    cmocka_unit_test(span_take_reads_nothing_when_bytes_are_missing),
	    cmocka_unit_test(span_take_block_refuses_a_length_beyond_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
