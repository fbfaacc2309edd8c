/* Command lines: what is refused and with which words.
 * Must not print. */
#include <string.h>

#include "base/args.h"
#include "tests/unit/check.h"

static bool flag;
static const char *str;
static uint64_t number;
static struct args_list list;

static const struct args_opt opts[] = {
    {"flag", 'f', ARGS_FLAG, &flag, NULL, "a flag"},
    {"str", 's', ARGS_STR, &str, "TEXT", "a text"},
    {"number", 'n', ARGS_U64, &number, "N", "a number"},
    {"each", 'e', ARGS_LIST, &list, "TEXT", "a text, of several"},
    {NULL, 0, ARGS_FLAG, NULL, NULL, NULL},
};
static const struct args_cmd cmd = {"test [OPTION]... A [B]", "About.", opts, 1,
    2};

/* Cuts a line at its spaces; argv keeps the words behind its first. */
static enum rc parse(const char *line, char **argv, int *npos, bool *help,
    struct err *e)
{
	static char text[256];
	int argc = 1;
	char *p;

	flag = false;
	str = NULL;
	number = 0;
	list.n = 0;
	assert_true(span_copy_str(span_str(line), text, sizeof(text)));
	argv[0] = text;
	for (p = text; *p; p++) {
		if (*p != ' ')
			continue;
		*p = '\0';
		argv[argc++] = p + 1;
	}
	return args_parse(&cmd, argc, argv, npos, help, e);
}

static void args_takes_one_several_times_and_not_for_ever(void **state)
{
	static char text[4 * ARGS_LIST_MAX + 16] = "t a";
	char *argv[ARGS_LIST_MAX + 8];
	struct err e = {0};
	bool help;
	size_t i;
	int n;

	assert_int_equal(parse("t --each x a -ey --each=z", argv, &n, &help,
			     &e),
	    RC_OK);
	assert_int_equal(list.n, 3);
	assert_string_equal(list.v[0], "x");
	assert_string_equal(list.v[1], "y");
	assert_string_equal(list.v[2], "z");
	for (i = 0; i <= ARGS_LIST_MAX; i++)
		memcpy(text + 3 + 4 * i, " -ex", 5);
	assert_int_equal(parse(text, argv, &n, &help, &e), RC_INVALID);
	assert_string_equal(e.slug, "usage");
}

static void args_takes_all_forms(void **state)
{
	static const char *const lines[] = {
	    "t --flag --str=x --number 7 a b",
	    "t a -f -s x -n7 b",
	    "t -fsx a b --number=7",
	    "t --flag --str x --number=7 -- a b",
	};
	char *argv[16];
	bool help;
	size_t i;
	int n;

	for (i = 0; i < COUNT(lines); i++) {
		assert_int_equal(parse(lines[i], argv, &n, &help, NULL), RC_OK);
		assert_true(flag && !help);
		assert_string_equal(str, "x");
		assert_int_equal(number, 7);
		assert_int_equal(n, 2);
		assert_string_equal(argv[1], "a");
		assert_string_equal(argv[2], "b");
	}
}

static void args_refuses_with_a_reason(void **state)
{
	static const struct {
		const char *line, *slug;
	} bad[] = {
	    {"t", "missing-argument"},
	    {"t a b c", "extra-argument"},
	    {"t --nope a", "unknown-option"},
	    {"t --fla a", "unknown-option"},
	    {"t --flagx a", "unknown-option"},
	    {"t -x a", "unknown-option"},
	    {"t --flag=1 a", "unexpected-value"},
	    {"t a --str", "missing-value"},
	    {"t a -s", "missing-value"},
	    {"t a -n x", "bad-number"},
	    {"t a --number -1", "bad-number"},
	    {"t a --number=", "bad-number"},
	    {"t a --number=18446744073709551616", "bad-number"},
	    {"t --nope --number=x", "unknown-option"},
	};
	char *argv[16];
	struct err e;
	bool help;
	size_t i;
	int n;

	for (i = 0; i < COUNT(bad); i++) {
		assert_int_equal(parse(bad[i].line, argv, &n, &help, &e),
		    RC_INVALID);
		assert_string_equal(e.slug, bad[i].slug);
		assert_true(strlen(e.text) > 10);
	}
}

static void args_help_wins_over_every_error(void **state)
{
	static const char *const lines[] = {"t --help", "t -h", "t --nope -h",
	    "t a b c --help", "t -fh", "t --number=x --help"};
	char *argv[16];
	bool help;
	size_t i;
	int n;

	for (i = 0; i < COUNT(lines); i++) {
		assert_int_equal(parse(lines[i], argv, &n, &help, NULL), RC_OK);
		assert_true(help);
	}
	assert_int_equal(parse("t -- --help", argv, &n, &help, NULL), RC_OK);
	assert_false(help);
	assert_int_equal(parse("t --str --help a", argv, &n, &help, NULL),
	    RC_OK);
	assert_false(help);
}

static void args_takes_a_lone_dash_as_an_argument(void **state)
{
	char *argv[16];
	bool help;
	int n;

	assert_int_equal(parse("t - -f", argv, &n, &help, NULL), RC_OK);
	assert_int_equal(n, 1);
	assert_string_equal(argv[1], "-");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(args_takes_all_forms),
	    cmocka_unit_test(args_takes_one_several_times_and_not_for_ever),
	    cmocka_unit_test(args_refuses_with_a_reason),
	    cmocka_unit_test(args_help_wins_over_every_error),
	    cmocka_unit_test(args_takes_a_lone_dash_as_an_argument),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
