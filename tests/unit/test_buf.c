/* Buffers: growth, the limit, and staying bad.
 * Must not depend on how fast a buffer grows. */
#include <string.h>

#include "base/buf.h"
#include "tests/unit/check.h"

static void buf_never_exceeds_its_limit(void **state)
{
	struct buf b;
	int i;

	buf_init(&b, 10);
	for (i = 0; i < 10; i++)
		buf_add_u8(&b, 'x');
	assert_true(buf_ok(&b));
	buf_add_u8(&b, 'x');
	assert_false(buf_ok(&b));
	assert_int_equal(b.n, 10);
	buf_clear(&b);
}

static void buf_stays_bad_until_reset(void **state)
{
	struct buf b;

	buf_init(&b, 4);
	buf_add_str(&b, "too long");
	assert_int_equal(b.n, 0);
	buf_add_str(&b, "a");
	assert_int_equal(b.n, 0);
	assert_null(buf_cstr(&b));
	assert_null(buf_room(&b, 1));
	buf_reset(&b);
	buf_add_str(&b, "abcd");
	assert_string_equal(buf_cstr(&b), "abcd");
	buf_clear(&b);
}

static void buf_writes_big_endian(void **state)
{
	static const uint8_t want[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
	    13, 14, 15, 0, 0, 0, 2, 'h', 'i'};
	struct buf b;

	buf_init(&b, 64);
	buf_add_u8(&b, 1);
	buf_add_u16(&b, 0x0203);
	buf_add_u32(&b, 0x04050607);
	buf_add_u64(&b, 0x08090a0b0c0d0e0f);
	buf_add_block(&b, SPAN_LIT("hi"));
	assert_true(span_eq(buf_span(&b), span_of(want, sizeof(want))));
	buf_clear(&b);
}

static void buf_addf_takes_more_than_its_own_room(void **state)
{
	struct buf b;

	buf_init(&b, 2000);
	buf_addf(&b, "%01000d", 7);
	assert_true(buf_ok(&b));
	assert_int_equal(b.n, 1000);
	assert_int_equal(b.p[999], '7');
	buf_addf(&b, "%01001d", 7);
	assert_false(buf_ok(&b));
	buf_clear(&b);
}

static void buf_room_refuses_what_overflows(void **state)
{
	struct buf b;

	buf_init(&b, SIZE_MAX);
	buf_add_str(&b, "abc");
	assert_null(buf_room(&b, SIZE_MAX - 1));
	assert_false(buf_ok(&b));
	buf_clear(&b);
	buf_init(&b, 8);
	assert_non_null(buf_room(&b, 0));
	assert_non_null(buf_room(&b, 8));
	buf_grown(&b, 9);
	assert_false(buf_ok(&b));
	buf_clear(&b);
}

static void buf_drop_takes_at_most_what_is_there(void **state)
{
	struct buf b;

	buf_init(&b, 16);
	buf_drop(&b, 3);
	buf_add_str(&b, "abcdef");
	buf_drop(&b, 0);
	buf_drop(&b, 2);
	assert_string_equal(buf_cstr(&b), "cdef");
	buf_drop(&b, 99);
	assert_int_equal(b.n, 0);
	assert_string_equal(buf_cstr(&b), "");
	buf_clear(&b);
}

static void buf_cstr_works_at_the_limit(void **state)
{
	char text[65];
	struct buf b;

	memset(text, 'x', 64);
	text[64] = '\0';
	buf_init(&b, 64);
	buf_add_str(&b, text);
	assert_string_equal(buf_cstr(&b), text);
	buf_clear(&b);
	buf_clear(NULL);
	buf_clear_secret(NULL);
}

static void buf_clear_secret_keeps_the_limit(void **state)
{
	struct buf b;

	buf_init(&b, 3);
	buf_add_str(&b, "key");
	buf_clear_secret(&b);
	assert_null(b.p);
	buf_add_str(&b, "keys");
	assert_false(buf_ok(&b));
	buf_clear(&b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(buf_never_exceeds_its_limit),
	    cmocka_unit_test(buf_stays_bad_until_reset),
	    cmocka_unit_test(buf_writes_big_endian),
	    cmocka_unit_test(buf_addf_takes_more_than_its_own_room),
	    cmocka_unit_test(buf_room_refuses_what_overflows),
	    cmocka_unit_test(buf_drop_takes_at_most_what_is_there),
	    cmocka_unit_test(buf_cstr_works_at_the_limit),
	    cmocka_unit_test(buf_clear_secret_keeps_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
