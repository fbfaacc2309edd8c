/* The gate's table: what was admitted is found, through growth, removal,
 * collisions and a killed writer.  Must not need keys or certificates. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "gate/table.h"
#include "tests/unit/check.h"

#define SCOPE "acc_1/cld_1"

static char dir[64], path[128];

static int setup(void **state)
{
	(void)snprintf(dir, sizeof(dir), "/tmp/birthmark-table-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/gate.table", dir);
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = {"", ".lock", ".new"};
	char file[160];
	size_t i;

	for (i = 0; i < COUNT(names); i++) {
		(void)snprintf(file, sizeof(file), "%s%s", path, names[i]);
		(void)unlink(file);
	}
	return rmdir(dir);
}

/* All numbers below 2^16 share their first bytes, so they collide. */
static void make_fp(uint8_t fp[TABLE_FP], uint32_t i, bool collide)
{
	memset(fp, 0x5a, TABLE_FP);
	memcpy(fp + (collide ? 20 : 0), &i, sizeof(i));
}

static struct table *open_write(void)
{
	struct table *t;

	assert_int_equal(table_open_write(&t, path, SCOPE, NULL), RC_OK);
	return t;
}

static struct table *open_read(void)
{
	struct table *t;

	assert_int_equal(table_open(&t, path, NULL), RC_OK);
	return t;
}

static void admit(struct table *t, uint32_t i, bool collide)
{
	uint8_t fp[TABLE_FP];
	char device[32], batch[32];

	make_fp(fp, i, collide);
	(void)snprintf(device, sizeof(device), "dev-%u", i);
	(void)snprintf(batch, sizeof(batch), "B%u", i / 1000);
	assert_int_equal(table_admit(t, fp, span_str(device),
			     SPAN_LIT("Dishwasher DW-9"), span_str(batch),
			     NULL),
	    RC_OK);
}

static enum table_verdict find(struct table *t, uint32_t i, bool collide,
    struct table_entry *entry)
{
	uint8_t fp[TABLE_FP];

	make_fp(fp, i, collide);
	assert_int_equal(table_find(t, fp, entry, NULL), RC_OK);
	return entry->verdict;
}

static void an_empty_table_admits_nobody(void **state)
{
	struct table *w = open_write();
	struct table *r = open_read();
	struct table_entry entry;

	assert_int_equal(find(r, 1, false, &entry), TABLE_UNKNOWN);
	assert_int_equal(table_admitted(r), 0);
	assert_string_equal(table_cursor(r), "");
	table_close(r);
	table_close(w);
}

static void a_reader_sees_changes_at_once(void **state)
{
	struct table *w = open_write();
	struct table *r = open_read();
	struct table_entry entry;
	uint8_t fp[TABLE_FP];

	admit(w, 7, false);
	assert_int_equal(find(r, 7, false, &entry), TABLE_ADMIT);
	assert_true(span_eq_str(entry.device, "dev-7"));
	assert_true(span_eq_str(entry.product, "Dishwasher DW-9"));
	assert_true(span_eq_str(entry.batch, "B0"));
	make_fp(fp, 7, false);
	assert_int_equal(table_remove(w, fp, NULL), RC_OK);
	assert_int_equal(find(r, 7, false, &entry), TABLE_REMOVED);
	assert_int_equal(table_admitted(r), 0);
	admit(w, 7, false);
	admit(w, 7, false);
	assert_int_equal(find(r, 7, false, &entry), TABLE_ADMIT);
	assert_int_equal(table_admitted(r), 1);
	table_close(r);
	table_close(w);
}

static void removing_an_unknown_one_changes_nothing(void **state)
{
	struct table *w = open_write();
	struct table_entry entry;
	uint8_t fp[TABLE_FP];

	make_fp(fp, 9, false);
	assert_int_equal(table_remove(w, fp, NULL), RC_OK);
	assert_int_equal(find(w, 9, false, &entry), TABLE_UNKNOWN);
	table_close(w);
}

static void collisions_stay_apart(void **state)
{
	struct table *w = open_write();
	struct table_entry entry;
	uint32_t i;

	for (i = 0; i < 300; i++)
		admit(w, i, true);
	for (i = 0; i < 300; i++) {
		char device[32];

		assert_int_equal(find(w, i, true, &entry), TABLE_ADMIT);
		(void)snprintf(device, sizeof(device), "dev-%u", i);
		assert_true(span_eq_str(entry.device, device));
	}
	assert_int_equal(find(w, 300, true, &entry), TABLE_UNKNOWN);
	table_close(w);
}

static void growth_keeps_all_and_readers_follow(void **state)
{
	struct table *w = open_write();
	struct table *r = open_read();
	struct table_entry entry;
	char batch[16];
	uint32_t i;

	for (i = 0; i < 50000; i++)
		admit(w, i * 7919, false);
	assert_int_equal(table_sync(w, "50000", NULL), RC_OK);
	for (i = 0; i < 50000; i++)
		assert_int_equal(find(r, i * 7919, false, &entry), TABLE_ADMIT);
	(void)snprintf(batch, sizeof(batch), "B%u", (i - 1) * 7919 / 1000);
	assert_true(span_eq_str(entry.batch, batch));
	assert_int_equal(find(r, 1, false, &entry), TABLE_UNKNOWN);
	assert_string_equal(table_cursor(r), "50000");
	assert_int_equal(table_admitted(r), 50000);
	table_close(r);
	table_close(w);
}

static void a_killed_writer_loses_nothing_synced(void **state)
{
	struct table *t;
	struct table_entry entry;
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		uint32_t i;

		t = open_write();
		for (i = 0; i < 3000; i++)
			admit(t, i, false);
		if (table_sync(t, "page-1", NULL) != RC_OK)
			_exit(1);
		for (; i < 4000; i++)
			admit(t, i, false);
		(void)raise(SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	t = open_write();
	assert_string_equal(table_cursor(t), "page-1");
	assert_int_equal(find(t, 2999, false, &entry), TABLE_ADMIT);
	/* The page comes again, from the cursor. */
	admit(t, 3999, false);
	assert_int_equal(table_sync(t, "page-2", NULL), RC_OK);
	assert_string_equal(table_cursor(t), "page-2");
	assert_int_equal(table_admitted(t), 4000);
	table_close(t);
}

static void a_second_writer_is_refused(void **state)
{
	struct table *w = open_write(), *again;
	struct err e = {0};

	assert_int_equal(table_open_write(&again, path, SCOPE, &e),
	    RC_CONFLICT);
	assert_string_equal(e.slug, "gate-table-locked");
	table_close(w);
	w = open_write();
	table_close(w);
}

static void the_table_of_another_cloud_is_refused(void **state)
{
	struct table *w = open_write(), *again;
	struct err e = {0};

	table_close(w);
	assert_int_equal(table_open_write(&again, path, "acc_1/cld_2", &e),
	    RC_CONFLICT);
	assert_string_equal(e.slug, "gate-table-foreign");
	assert_null(again);
}

static void a_broken_file_is_refused(void **state)
{
	static const struct {
		const char *name;
		size_t n;
	} cases[] = {{"empty", 0}, {"short", 100}, {"zeros", 8192}};
	static const uint8_t zeros[8192];
	struct table *t;
	size_t i;

	assert_int_equal(table_open(&t, path, NULL), RC_NOT_FOUND);
	for (i = 0; i < COUNT(cases); i++) {
		assert_int_equal(file_write(path, span_of(zeros, cases[i].n),
				     0600, NULL),
		    RC_OK);
		assert_int_equal(table_open(&t, path, NULL), RC_ENV);
		assert_null(t);
	}
}

static void a_truncated_file_is_refused(void **state)
{
	struct table *t = open_write();

	table_close(t);
	assert_int_equal(truncate(path, 4096 + 128 * 100), 0);
	assert_int_equal(table_open(&t, path, NULL), RC_ENV);
}

static void a_table_that_is_gone_admits_nobody_until_it_is_back(void **state)
{
	struct table *w = open_write();
	struct table *r = open_read();
	struct table_entry entry;
	uint8_t fp[TABLE_FP];
	int i;

	admit(w, 7, false);
	table_close(w);
	make_fp(fp, 7, false);
	assert_int_equal(unlink(path), 0);
	for (i = 0; i < 300 && table_find(r, fp, &entry, NULL) == RC_OK; i++)
		(void)usleep(10000);
	for (i = 0; i < 3; i++) {
		assert_int_equal(table_find(r, fp, &entry, NULL), RC_ENV);
		assert_int_equal(entry.verdict, TABLE_UNKNOWN);
	}
	w = open_write();
	admit(w, 8, false);
	assert_int_equal(find(r, 7, false, &entry), TABLE_UNKNOWN);
	assert_int_equal(find(r, 8, false, &entry), TABLE_ADMIT);
	table_close(r);
	table_close(w);
}

static void names_that_do_not_fit_are_refused(void **state)
{
	struct table *w = open_write();
	struct table_entry entry;
	uint8_t fp[TABLE_FP], much[300];

	memset(much, 'x', sizeof(much));
	make_fp(fp, 1, false);
	assert_int_equal(table_admit(w, fp, span_of(much, 65), SPAN_NONE,
			     SPAN_NONE, NULL),
	    RC_INVALID);
	assert_int_equal(table_admit(w, fp, SPAN_LIT("d"), span_of(much, 256),
			     SPAN_NONE, NULL),
	    RC_INVALID);
	assert_int_equal(find(w, 1, false, &entry), TABLE_UNKNOWN);
	assert_int_equal(table_admit(w, fp, span_of(much, 64),
			     span_of(much, 255), SPAN_NONE, NULL),
	    RC_OK);
	assert_int_equal(find(w, 1, false, &entry), TABLE_ADMIT);
	assert_int_equal(entry.product.n, 255);
	table_close(w);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    CASE(an_empty_table_admits_nobody),
	    CASE(a_reader_sees_changes_at_once),
	    CASE(removing_an_unknown_one_changes_nothing),
	    CASE(collisions_stay_apart),
	    CASE(growth_keeps_all_and_readers_follow),
	    CASE(a_killed_writer_loses_nothing_synced),
	    CASE(a_second_writer_is_refused),
	    CASE(the_table_of_another_cloud_is_refused),
	    CASE(a_broken_file_is_refused),
	    CASE(a_truncated_file_is_refused),
	    CASE(a_table_that_is_gone_admits_nobody_until_it_is_back),
	    CASE(names_that_do_not_fit_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
