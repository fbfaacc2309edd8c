/* Configuration: which source wins, and what a file may not hold.
 * Must not leave files behind. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/file.h"
#include "tests/unit/check.h"

static bool flag;
static char *str;
static uint64_t number;

static const struct conf_item items[] = {
    {"flag", ARGS_FLAG, &flag, "false", "a flag"},
    {"a_str", ARGS_STR, &str, "fallback", "a text"},
    {"number", ARGS_U64, &number, "5", "a number"},
    {NULL, ARGS_FLAG, NULL, NULL, NULL},
};

static char path[64];

static int setup(void **state)
{
	(void)snprintf(path, sizeof(path), "/tmp/birthmark-conf-%d",
	    (int)getpid());
	(void)unsetenv("BIRTHMARK_A_STR");
	(void)unsetenv("BIRTHMARK_NUMBER");
	return 0;
}

static int teardown(void **state)
{
	conf_clear(items);
	(void)unlink(path);
	return setup(state);
}

static enum rc load(const char *text, struct err *e)
{
	assert_int_equal(file_write(path, span_str(text), 0600, NULL), RC_OK);
	return conf_load(items, path, e);
}

static void conf_environment_wins_over_file_over_default(void **state)
{
	assert_int_equal(conf_load(items, NULL, NULL), RC_OK);
	assert_string_equal(str, "fallback");
	assert_int_equal(number, 5);
	(void)setenv("BIRTHMARK_NUMBER", "9", 1);
	assert_int_equal(load("# comment\n\n flag = yes \r\nnumber=7\n"
			      "a_str = a = b # not a comment",
			     NULL),
	    RC_OK);
	assert_true(flag);
	assert_string_equal(str, "a = b # not a comment");
	assert_int_equal(number, 9);
	assert_int_equal(conf_set(items, "number", SPAN_LIT("11"), NULL),
	    RC_OK);
	assert_int_equal(number, 11);
}

static void conf_refuses_and_names_the_line(void **state)
{
	static const struct {
		const char *text, *slug;
		unsigned long line;
	} bad[] = {
	    {"nope = 1\n", "unknown-setting", 1},
	    {"\n\nflag\n", "bad-setting-line", 3},
	    {"number = -1\n", "bad-setting", 1},
	    {"number =\n", "bad-setting", 1},
	    {"# x\nflag = maybe\n", "bad-setting", 2},
	    {"Number = 1\n", "unknown-setting", 1},
	    {"= 1\n", "unknown-setting", 1},
	};
	struct err e;
	size_t i;

	for (i = 0; i < COUNT(bad); i++) {
		assert_int_equal(load(bad[i].text, &e), RC_INVALID);
		assert_string_equal(e.slug, bad[i].slug);
		assert_int_equal(e.line, bad[i].line);
		assert_non_null(strstr(e.text, path));
	}
}

static void conf_refuses_a_bad_environment(void **state)
{
	struct err e;

	(void)setenv("BIRTHMARK_NUMBER", "many", 1);
	assert_int_equal(conf_load(items, NULL, &e), RC_INVALID);
	assert_string_equal(e.slug, "bad-setting");
}

static void conf_says_when_the_file_is_missing(void **state)
{
	struct err e;

	assert_int_equal(conf_load(items, "/nonexistent/x", &e), RC_NOT_FOUND);
	assert_int_equal(conf_set(items, "nope", SPAN_LIT("1"), &e),
	    RC_INVALID);
	conf_clear(NULL);
}

static void conf_refuses_a_nul_in_a_text(void **state)
{
	assert_int_equal(conf_set(items, "a_str", SPAN_LIT("a\0b"), NULL),
	    RC_INVALID);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	static const struct CMUnitTest tests[] = {
	    T(conf_environment_wins_over_file_over_default),
	    T(conf_refuses_and_names_the_line),
	    T(conf_refuses_a_bad_environment),
	    T(conf_says_when_the_file_is_missing),
	    T(conf_refuses_a_nul_in_a_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
