/* What a gate keeps of whom it let in: each once, told again later, never more
 * than there is room for.  Nothing is sent. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gate/gate_report.h"
#include "tests/unit/check.h"

#define NOW 1790000000

static struct gate_report *r;

static int setup(void **state)
{
	const struct gate_link_options o = {.service = "https://localhost:1",
	    .account = "acc_1",
	    .cloud = "cld_1",
	    .token_file = "/nonexistent"};

	return gate_report_new(&r, &o, NULL) == RC_OK ? 0 : -1;
}

static int teardown(void **state)
{
	gate_report_free(r);
	return 0;
}

static void fp_of(uint32_t i, uint8_t fp[TABLE_FP])
{
	memset(fp, 0, TABLE_FP);
	fp[0] = (uint8_t)(i * 151);
	fp[1] = (uint8_t)((i * 151) >> 8);
	memcpy(fp + 8, &i, sizeof(i));
}

static void note(uint32_t i, int64_t now_s)
{
	uint8_t fp[TABLE_FP];

	fp_of(i, fp);
	gate_report_note(r, fp, now_s);
}

static size_t page(void)
{
	struct buf json;
	size_t n;

	buf_init(&json, 256 * 1024);
	gate_report_page(r, &json, &n);
	assert_true(buf_ok(&json));
	buf_clear(&json);
	return n;
}

static void each_device_is_told_once_in_a_while(void **state)
{
	note(1, NOW);
	note(1, NOW + 1);
	note(2, NOW);
	assert_int_equal(page(), 2);
	gate_report_settle(r, true);
	assert_int_equal(page(), 0);
	note(1, NOW + GATE_REPORT_AGAIN_S - 1);
	assert_int_equal(page(), 0);
	note(1, NOW + GATE_REPORT_AGAIN_S);
	assert_int_equal(page(), 1);
}

static void what_was_not_told_is_told_again(void **state)
{
	note(1, NOW);
	assert_int_equal(page(), 1);
	/* It comes in again while the first report is on its way. */
	note(1, NOW + 2);
	note(2, NOW + 2);
	gate_report_settle(r, false);
	assert_int_equal(page(), 2);
	gate_report_settle(r, true);
	assert_int_equal(page(), 0);
}

static void a_page_says_who_and_when(void **state)
{
	struct buf json;
	size_t n;

	note(1, NOW);
	buf_init(&json, 4096);
	gate_report_page(r, &json, &n);
	assert_string_equal(buf_cstr(&json),
	    "{\"devices\":[{\"fp\":\"9700000000000000010000000000000000000000"
	    "000000000000000000000000\",\"at\":\"2026-09-21T14:13:20Z\"}]}");
	buf_clear(&json);
}

static void many_are_told_in_pages_and_memory_is_bounded(void **state)
{
	size_t n, total = 0;
	uint32_t i;

	for (i = 0; i < 200000; i++)
		note(i, NOW);
	while ((n = page()) > 0) {
		assert_true(n <= GATE_REPORT_PAGE);
		gate_report_settle(r, true);
		total += n;
	}
	assert_true(total > 30000 && total <= 65536);
	/* Those that were told make room. */
	note(1000000, NOW + 1);
	assert_int_equal(page(), 1);
}

static void datagrams_count_only_of_devices_that_may_in(void **state)
{
	char dir[] = "/tmp/birthmark-report-XXXXXX", path[64];
	struct table *w, *t;
	uint8_t fp[TABLE_FP];
	int fds[2];

	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/gate.table", dir);
	assert_int_equal(table_open_write(&w, path, "a/c", NULL), RC_OK);
	assert_int_equal(table_open(&t, path, NULL), RC_OK);
	fp_of(1, fp);
	assert_int_equal(table_admit(w, fp, SPAN_LIT("d"), SPAN_LIT("p"),
			     SPAN_LIT("b"), NULL),
	    RC_OK);
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, fds), 0);
	assert_int_equal(send(fds[0], fp, TABLE_FP - 1, 0), TABLE_FP - 1);
	assert_int_equal(send(fds[0], fp, TABLE_FP, 0), TABLE_FP);
	fp_of(2, fp);
	assert_int_equal(send(fds[0], fp, TABLE_FP, 0), TABLE_FP);
	gate_report_drain(r, fds[1], t, NOW);
	assert_int_equal(page(), 1);
	(void)close(fds[0]);
	(void)close(fds[1]);
	table_close(t);
	table_close(w);
	(void)unlink(path);
	(void)rmdir(dir);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    CASE(each_device_is_told_once_in_a_while),
	    CASE(what_was_not_told_is_told_again),
	    CASE(a_page_says_who_and_when),
	    CASE(many_are_told_in_pages_and_memory_is_bounded),
	    CASE(datagrams_count_only_of_devices_that_may_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
