/* The device's state directory over losses of power, and two processes at it.
 * Must not leave a directory behind. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "device/agent_store.h"
#include "tests/unit/check.h"

static char dir[64];
static struct err e;

static int setup(void **state)
{
	(void)snprintf(dir, sizeof(dir), "/tmp/birthmark-store-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	static const char *const names[] = {"lock", "state", "key-a",
	    "cert-a.der", "inner/lock", "inner"};
	char path[128];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		(void)remove(path);
	}
	return rmdir(dir);
}

static void holds(const struct agent_store *s, const char *name,
    const char *want)
{
	struct buf b;

	buf_init(&b, 4096);
	assert_int_equal(agent_store_read(s, name, &b, &e), RC_OK);
	assert_true(span_eq_str(buf_span(&b), want));
	buf_clear(&b);
}

static void what_was_written_is_there_and_private(void **state)
{
	struct agent_store s;
	struct stat st;
	char path[128];

	assert_int_equal(agent_store_open(&s, dir, &e), RC_OK);
	holds(&s, "state", "");
	assert_int_equal(agent_store_write(&s, "state", SPAN_LIT("one"), &e),
	    RC_OK);
	assert_int_equal(agent_store_write(&s, "state", SPAN_LIT("two"), &e),
	    RC_OK);
	holds(&s, "state", "two");
	(void)snprintf(path, sizeof(path), "%s/state", dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(agent_store_write(&s, "state", SPAN_NONE, &e), RC_OK);
	assert_false(file_exists(path));
	assert_int_equal(agent_store_write(&s, "state", SPAN_NONE, &e), RC_OK);
	agent_store_close(&s);
}

static void directory_is_made_for_its_owner_alone(void **state)
{
	struct agent_store s;
	struct stat st;
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/inner", dir);
	assert_int_equal(agent_store_open(&s, path, &e), RC_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	agent_store_close(&s);
}

static void second_process_may_only_look(void **state)
{
	struct agent_store first, second;

	assert_int_equal(agent_store_open(&first, dir, &e), RC_OK);
	assert_int_equal(agent_store_write(&first, "key-a", SPAN_LIT("k"), &e),
	    RC_OK);
	assert_int_equal(agent_store_open(&second, dir, &e), RC_CONFLICT);
	assert_string_equal(e.slug, "state-in-use");
	assert_int_equal(agent_store_look(&second, dir, &e), RC_OK);
	holds(&second, "key-a", "k");
	assert_int_equal(agent_store_write(&second, "key-a", SPAN_LIT("x"), &e),
	    RC_DENIED);
	agent_store_close(&second);
	agent_store_close(&first);
	assert_int_equal(agent_store_open(&second, dir, &e), RC_OK);
	holds(&second, "key-a", "k");
	agent_store_close(&second);
}

static void half_written_files_are_swept_away(void **state)
{
	struct agent_store s;
	char path[128];

	assert_int_equal(agent_store_open(&s, dir, &e), RC_OK);
	assert_int_equal(agent_store_write(&s, "cert-a.der", SPAN_LIT("c"), &e),
	    RC_OK);
	agent_store_close(&s);
	(void)snprintf(path, sizeof(path), "%s/cert-a.der.aB3xYz", dir);
	assert_int_equal(file_write(path, SPAN_LIT("half"), 0600, &e), RC_OK);
	assert_int_equal(agent_store_open(&s, dir, &e), RC_OK);
	assert_false(file_exists(path));
	holds(&s, "cert-a.der", "c");
	agent_store_close(&s);
}

static void state_that_cannot_be_kept_is_told(void **state)
{
	struct agent_store s;
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/lock/below", dir);
	assert_int_equal(agent_store_open(&s, path, &e), RC_ENV);
	agent_store_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_written_is_there_and_private),
	    cmocka_unit_test(directory_is_made_for_its_owner_alone),
	    cmocka_unit_test(second_process_may_only_look),
	    cmocka_unit_test(half_written_files_are_swept_away),
	    cmocka_unit_test(state_that_cannot_be_kept_is_told),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
