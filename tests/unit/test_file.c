/* Files: limits, all or nothing, and no temporary files left.
 * Must not write outside its own directory. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "tests/unit/dir_case.h"

static char dir[64];

static int setup(void **state)
{
	(void)snprintf(dir, sizeof(dir), "/tmp/birthmark-file-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int count_entries(void)
{
	DIR *d = opendir(dir);
	struct dirent *ent;
	int n = 0;

	assert_non_null(d);
	while ((ent = readdir(d)) != NULL)
		n += ent->d_name[0] != '.';
	(void)closedir(d);
	return n;
}

static int teardown(void **state)
{
	dir_case_remove(dir);
	return 0;
}

static const char *at(const char *name)
{
	static char path[PATH_MAX];

	assert_int_equal(file_join(path, sizeof(path), dir, name, NULL), RC_OK);
	return path;
}

static void file_write_replaces_and_leaves_nothing_else(void **state)
{
	struct stat st;
	struct buf b;

	assert_int_equal(file_write(at("a"), SPAN_LIT("one"), 0644, NULL),
	    RC_OK);
	assert_int_equal(file_write(at("a"), SPAN_LIT("two"), 0600, NULL),
	    RC_OK);
	assert_int_equal(stat(at("a"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	buf_init(&b, 3);
	assert_int_equal(file_read(at("a"), &b, NULL), RC_OK);
	assert_string_equal(buf_cstr(&b), "two");
	buf_clear(&b);
	assert_int_equal(count_entries(), 1);
}

static void file_create_refuses_an_existing_file(void **state)
{
	struct err e;
	struct buf b;

	assert_int_equal(file_create(at("a"), SPAN_LIT("one"), 0600, &e),
	    RC_OK);
	assert_int_equal(file_create(at("a"), SPAN_LIT("two"), 0600, &e),
	    RC_CONFLICT);
	assert_string_equal(e.slug, "file-exists");
	buf_init(&b, 100);
	assert_int_equal(file_read(at("a"), &b, NULL), RC_OK);
	assert_string_equal(buf_cstr(&b), "one");
	buf_clear(&b);
	assert_int_equal(count_entries(), 1);
}

static void file_read_refuses_beyond_the_limit(void **state)
{
	struct err e;
	struct buf b;

	assert_int_equal(file_write(at("a"), SPAN_LIT("four"), 0600, &e),
	    RC_OK);
	buf_init(&b, 3);
	assert_int_equal(file_read(at("a"), &b, &e), RC_TOO_LARGE);
	buf_clear(&b);
	buf_init(&b, 4);
	assert_int_equal(file_read(at("a"), &b, &e), RC_OK);
	buf_clear(&b);
}

static void file_read_tells_missing_from_unreadable(void **state)
{
	struct err e;
	struct buf b;

	buf_init(&b, 100);
	assert_int_equal(file_read(at("none"), &b, &e), RC_NOT_FOUND);
	assert_int_equal(file_read(at("none/x"), &b, &e), RC_NOT_FOUND);
	assert_int_equal(file_read(dir, &b, &e), RC_ENV);
	buf_clear(&b);
}

static void file_write_keeps_the_old_file_when_the_disk_is_full(void **state)
{
	struct rlimit old, small = {4, 4};
	struct err e;
	struct buf b;

	assert_int_equal(file_write(at("a"), SPAN_LIT("old"), 0600, NULL),
	    RC_OK);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small.rlim_max = old.rlim_max;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(file_write(at("a"), SPAN_LIT("longer"), 0600, &e),
	    RC_ENV);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_string_equal(e.slug, "write-failed");
	buf_init(&b, 100);
	assert_int_equal(file_read(at("a"), &b, NULL), RC_OK);
	assert_string_equal(buf_cstr(&b), "old");
	buf_clear(&b);
	assert_int_equal(count_entries(), 1);
}

static void file_write_refuses_impossible_paths(void **state)
{
	char longer[PATH_MAX + 10];
	struct err e;

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(file_write(longer, SPAN_LIT("a"), 0600, &e),
	    RC_INVALID);
	assert_int_equal(file_mkdir(longer, 0700, &e), RC_INVALID);
	assert_int_equal(file_mkdir("", 0700, &e), RC_INVALID);
	assert_int_equal(file_write(at("none/a"), SPAN_LIT("a"), 0600, &e),
	    RC_ENV);
}

static void file_join_refuses_what_does_not_fit(void **state)
{
	char out[8];

	assert_int_equal(file_join(out, sizeof(out), "abc", "def", NULL),
	    RC_OK);
	assert_string_equal(out, "abc/def");
	assert_int_equal(file_join(out, sizeof(out), "abc/", "def", NULL),
	    RC_OK);
	assert_string_equal(out, "abc/def");
	assert_int_equal(file_join(out, sizeof(out), "abcd", "def", NULL),
	    RC_INVALID);
	assert_string_equal(out, "");
}

static void file_mkdir_makes_parents_and_refuses_a_file(void **state)
{
	struct err e;

	assert_int_equal(file_mkdir(at("d/e/"), 0700, &e), RC_OK);
	assert_int_equal(file_mkdir(at("d/e"), 0700, &e), RC_OK);
	assert_true(file_exists(at("d/e")));
	assert_int_equal(rmdir(at("d/e")), 0);
	assert_int_equal(rmdir(at("d")), 0);
	assert_int_equal(file_write(at("f"), SPAN_LIT("a"), 0600, &e), RC_OK);
	assert_int_equal(file_mkdir(at("f"), 0700, &e), RC_ENV);
	assert_int_equal(file_mkdir(at("f/g"), 0700, &e), RC_ENV);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	static const struct CMUnitTest tests[] = {
	    T(file_write_replaces_and_leaves_nothing_else),
	    T(file_create_refuses_an_existing_file),
	    T(file_read_refuses_beyond_the_limit),
	    T(file_read_tells_missing_from_unreadable),
	    T(file_write_keeps_the_old_file_when_the_disk_is_full),
	    T(file_write_refuses_impossible_paths),
	    T(file_join_refuses_what_does_not_fit),
	    T(file_mkdir_makes_parents_and_refuses_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
