/* Errors, logs and random bytes: small contracts that all others rely on.
 * Must not depend on a terminal. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/rand.h"
#include "base/span.h"
#include "tests/unit/check.h"

static void err_set_works_without_a_place(void **state)
{
	struct err e;

	assert_int_equal(err_set(NULL, RC_DENIED, "x", "y"), RC_DENIED);
	assert_int_equal(err_sys(NULL, "x", "y"), RC_ENV);
	memset(&e, 0xff, sizeof(e));
	assert_int_equal(err_set(&e, RC_DENIED, "slug", "Text %d.", 1),
	    RC_DENIED);
	assert_string_equal(e.text, "Text 1.");
	assert_string_equal(e.slug, "slug");
	assert_null(e.ref);
	assert_int_equal(e.line, 0);
	assert_int_equal(e.retry_after_s, 0);
}

static void err_set_cuts_a_long_text(void **state)
{
	char longer[2000];
	struct err e;

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(err_set(&e, RC_ENV, "x", "%s", longer), RC_ENV);
	assert_int_equal(strlen(e.text), sizeof(e.text) - 1);
	assert_int_equal(err_sys(&e, "x", "%s", longer), RC_ENV);
	assert_int_equal(strlen(e.text), sizeof(e.text) - 1);
}

static void err_sys_tells_errno_and_keeps_it(void **state)
{
	struct err e;

	errno = ENOSPC;
	assert_int_equal(err_sys(&e, "write-failed", "Cannot write"), RC_ENV);
	assert_string_equal(e.text, "Cannot write: No space left on device");
	assert_int_equal(errno, ENOSPC);
}

static void err_class_is_complete(void **state)
{
	int i;

	for (i = RC_OK; i <= RC_BUG; i++)
		assert_int_equal(err_class((enum rc)i)->rc, i);
	assert_int_equal(err_class((enum rc)999)->rc, RC_BUG);
	assert_int_equal(err_class(RC_OK)->exit_code, 0);
	assert_int_equal(err_class(RC_DENIED)->exit_code, 1);
	assert_int_equal(err_class(RC_ENV)->exit_code, 3);
	assert_int_equal(err_class(RC_BUG)->exit_code, 4);
}

static void rand_below_stays_below(void **state)
{
	int i, seen[3] = {0, 0, 0};

	assert_int_equal(rand_below(0), 0);
	assert_int_equal(rand_below(1), 0);
	for (i = 0; i < 1000; i++)
		seen[rand_below(3)]++;
	assert_true(seen[0] > 200 && seen[1] > 200 && seen[2] > 200);
}

static void rand_id_has_its_form_and_does_not_repeat(void **state)
{
	char a[RAND_ID_SIZE], b[RAND_ID_SIZE];

	rand_id(a, sizeof(a), "acct");
	rand_id(b, sizeof(b), "acct");
	assert_int_equal(strlen(a), 21);
	assert_true(span_starts(span_str(a), SPAN_LIT("acct_")));
	assert_int_equal(strspn(a + 5, "0123456789abcdefghjkmnpqrstvwxyz"), 16);
	assert_string_not_equal(a, b);
}

/* Runs with standard error in a pipe, and returns what was written. */
static const char *captured(void (*job)(void))
{
	static char text[16384];
	int fds[2], saved = dup(STDERR_FILENO);
	ssize_t n;

	assert_int_equal(pipe(fds), 0);
	assert_true(dup2(fds[1], STDERR_FILENO) >= 0);
	log_setup("test", LOG_INFO);
	job();
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	(void)close(saved);
	(void)close(fds[1]);
	n = read(fds[0], text, sizeof(text) - 1);
	(void)close(fds[0]);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void write_hostile(void)
{
	struct err e;

	log_debug("not shown");
	log_info("a \"quote\"\nb");
	(void)err_set(&e, RC_INVALID, "slug", "Text.");
	e.line = 7;
	log_err(LOG_WARN, "what", &e);
}

static void log_writes_one_json_line_per_event(void **state)
{
	const char *text = captured(write_hostile), *p;
	int lines = 0;

	for (p = text; *p; p++)
		lines += *p == '\n';
	assert_int_equal(lines, 2);
	assert_null(strstr(text, "not shown"));
	assert_non_null(strstr(text,
	    "\"level\":\"info\",\"process\":\"test\","
	    "\"msg\":\"a \\\"quote\\\"\\nb\"}\n"));
	assert_non_null(strstr(text,
	    "\"msg\":\"what\",\"error\":\"Text.\",\"slug\":\"slug\","
	    "\"line\":7}\n"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(err_set_works_without_a_place),
	    cmocka_unit_test(err_set_cuts_a_long_text),
	    cmocka_unit_test(err_sys_tells_errno_and_keeps_it),
	    cmocka_unit_test(err_class_is_complete),
	    cmocka_unit_test(rand_below_stays_below),
	    cmocka_unit_test(rand_id_has_its_form_and_does_not_repeat),
	    cmocka_unit_test(log_writes_one_json_line_per_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
