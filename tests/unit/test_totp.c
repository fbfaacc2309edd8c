/* One-time codes: those of the standard, and which are taken when.
 * Must not look at the clock. */
#include <stdio.h>
#include <string.h>

#include "pki/totp.h"
#include "tests/unit/check.h"

/* RFC 6238, appendix B; six digits of its eight. */
static const uint8_t secret[TOTP_SECRET] = "12345678901234567890";
static const struct {
	int64_t at;
	const char *code;
} vectors[] = {
    {59, "287082"},
    {1111111109, "081804"},
    {1111111111, "050471"},
    {1234567890, "005924"},
    {2000000000, "279037"},
    {20000000000, "353130"},
};

static bool find(const char *code, int64_t now_s, int64_t last, int64_t *step)
{
	return totp_find(secret, span_str(code), now_s, last, step);
}

static void codes_are_those_of_the_standard(void **state)
{
	char text[16];
	int64_t step;
	size_t i;

	for (i = 0; i < COUNT(vectors); i++) {
		(void)snprintf(text, sizeof(text), "%06u",
		    totp_code(secret, vectors[i].at / TOTP_STEP_S));
		assert_string_equal(text, vectors[i].code);
		assert_true(find(vectors[i].code, vectors[i].at, 0, &step));
		assert_int_equal(step, vectors[i].at / TOTP_STEP_S);
	}
}

static void a_code_is_taken_one_step_before_and_after(void **state)
{
	const int64_t at = 1234567890;
	int64_t step;

	assert_true(find("005924", at + 30, 0, &step));
	assert_true(find("005924", at - 30, 0, &step));
	assert_false(find("005924", at + 60, 0, &step));
	assert_false(find("005924", at - 60, 0, &step));
}

static void a_code_is_not_taken_twice_nor_an_earlier_one(void **state)
{
	const int64_t at = 1234567890;
	int64_t step;

	assert_true(find("005924", at, at / 30 - 1, &step));
	assert_false(find("005924", at, at / 30, &step));
	assert_false(find("005924", at, at / 30 + 1, &step));
}

static void what_is_no_code_is_not_taken(void **state)
{
	static const char *const wrong[] = {"", "0", "5924", "05924", "0059240",
	    "005925", "00592a", "      "};
	int64_t step;
	size_t i;

	for (i = 0; i < COUNT(wrong); i++)
		assert_false(find(wrong[i], 1234567890, 0, &step));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(codes_are_those_of_the_standard),
	    cmocka_unit_test(a_code_is_taken_one_step_before_and_after),
	    cmocka_unit_test(a_code_is_not_taken_twice_nor_an_earlier_one),
	    cmocka_unit_test(what_is_no_code_is_not_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
