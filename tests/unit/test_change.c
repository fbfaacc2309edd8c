/* Following what changes: each change is seen once, in order, by who asks for
 * what is above the last he saw.  Must not use SQL. */
#include <string.h>

#include "store/store_account.h"
#include "store/store_batch.h"
#include "store/store_bind_list.h"
#include "store/store_cloud.h"
#include "store/store_job.h"
#include "store/store_upload.h"
#include "store/store_vendor.h"
#include "tests/unit/store_case.h"

#define NOW 1790000000
#define ROOM 8

static struct store_case c;

static void must(enum rc rc)
{
	assert_int_equal(rc, RC_OK);
}

static int setup(void **state)
{
	const struct store_account a = {.id = "acc_1", .created_at = NOW},
				   b = {.id = "acc_2", .created_at = NOW};
	const struct store_vendor v = {.id = "ven_1",
	    .slug = "v",
	    .created_at = NOW};
	struct store_cloud x = {.account = "acc_1",
	    .id = "cld_1",
	    .name = "One",
	    .type = "interop",
	    .chunk = 10};

	store_case_open(&c);
	must(store_account_add(c.s, &a, NULL));
	must(store_account_add(c.s, &b, NULL));
	must(store_vendor_add(c.s, &v, NULL));
	must(store_cloud_add(c.s, &x, SPAN_NONE, SPAN_NONE, NULL));
	return 0;
}

static int teardown(void **state)
{
	store_case_close(&c);
	return 0;
}

static struct store_job add_job(const char *id)
{
	struct store_job j = {.account = "acc_1",
	    .cloud = "cld_1",
	    .kind = "test",
	    .state = "queued",
	    .next_ms = 1};

	(void)snprintf(j.id, sizeof(j.id), "%s", id);
	must(store_job_add(c.s, &j, NULL));
	return j;
}

/* The ids of the jobs that changed after *at, as "job_1 job_2". */
static void changed(const char *account, struct store_change *at, char out[200])
{
	const struct store_job_filter f = {.account = account};
	struct store_job rows[ROOM];
	size_t i, n = ROOM, len = 0;

	must(store_job_changed(c.s, &f, at, rows, &n, NULL));
	out[0] = '\0';
	for (i = 0; i < n; i++)
		len += (size_t)snprintf(out + len, 200 - len, "%s%s",
		    i ? " " : "", rows[i].id);
}

static void each_change_is_told_once_and_in_order(void **state)
{
	struct store_change at = {0}, other = {0};
	struct store_job one, two;
	char ids[200];

	one = add_job("job_1");
	two = add_job("job_2");
	changed("acc_1", &at, ids);
	assert_string_equal(ids, "job_1 job_2");
	changed("acc_1", &at, ids);
	assert_string_equal(ids, "");
	two.done = 3;
	must(store_job_save(c.s, &two, NULL, NULL));
	one.done = 1;
	must(store_job_save(c.s, &one, NULL, NULL));
	one.done = 2;
	must(store_job_save(c.s, &one, NULL, NULL));
	changed("acc_1", &at, ids);
	assert_string_equal(ids, "job_2 job_1");
	changed("acc_2", &other, ids);
	assert_string_equal(ids, "");
}

static void a_claim_is_a_change_and_a_lease_none(void **state)
{
	const struct store_job_claim how = {.lease = "x",
	    .now_ms = 10,
	    .until_ms = 1000};
	struct store_change at = {0};
	struct store_job j;
	char ids[200];

	(void)add_job("job_1");
	changed("acc_1", &at, ids);
	must(store_job_claim(c.s, &how, &j, NULL));
	changed("acc_1", &at, ids);
	assert_string_equal(ids, "job_1");
	must(store_job_unlease(c.s, NULL));
	changed("acc_1", &at, ids);
	assert_string_equal(ids, "");
}

static void what_was_passed_is_not_told_again(void **state)
{
	struct store_change at = {0};
	struct store_job one = add_job("job_1");
	uint64_t last = 0;
	char ids[200];

	must(store_change_last(c.s, &last, NULL));
	assert_true(last > 0);
	store_change_pass(&at, last);
	changed("acc_1", &at, ids);
	assert_string_equal(ids, "");
	store_change_pass(&at, 0); /* never back */
	changed("acc_1", &at, ids);
	assert_string_equal(ids, "");
	must(store_job_save(c.s, &one, NULL, NULL));
	changed("acc_1", &at, ids);
	assert_string_equal(ids, "job_1");
}

static void only_unfinished_jobs_are_open(void **state)
{
	struct store_job_filter f = {.account = "acc_1"};
	struct store_job rows[ROOM], one = add_job("job_1");
	size_t n = ROOM;

	(void)add_job("job_2");
	(void)snprintf(one.state, sizeof(one.state), "done");
	one.next_ms = 0;
	must(store_job_save(c.s, &one, NULL, NULL));
	must(store_job_open(c.s, &f, 0, rows, &n, NULL));
	assert_int_equal(n, 1);
	assert_string_equal(rows[0].id, "job_2");
	n = ROOM;
	must(store_job_open(c.s, &f, rows[0].n, rows, &n, NULL));
	assert_int_equal(n, 0);
	f.bid = "B1";
	n = ROOM;
	must(store_job_open(c.s, &f, 0, rows, &n, NULL));
	assert_int_equal(n, 0);
}

static void the_marker_moves_with_any_connection(void **state)
{
	struct store *other = store_case_again(&c);
	const struct store_account a = {.id = "acc_3"}, b = {.id = "acc_4"};
	uint64_t m[4];

	must(store_change_marker(c.s, &m[0], NULL));
	must(store_change_marker(c.s, &m[1], NULL));
	assert_int_equal(m[0], m[1]);
	must(store_account_add(other, &a, NULL));
	must(store_change_marker(c.s, &m[2], NULL));
	assert_int_not_equal(m[1], m[2]);
	must(store_account_add(c.s, &b, NULL));
	must(store_change_marker(c.s, &m[3], NULL));
	assert_int_not_equal(m[2], m[3]);
	store_close(other);
}

static void grow_batch(const char *bid, bool open)
{
	struct store_batch b = {.vendor_id = "ven_1",
	    .open = open,
	    .has_claim = true,
	    .published_at = NOW};

	(void)snprintf(b.bid, sizeof(b.bid), "%s", bid);
	must(store_batch_grow(c.s, &b, 2, NULL));
}

static void bind(const char *bid)
{
	struct store_bind b = {.account_id = "acc_1", .bound_at = NOW};

	(void)snprintf(b.bid, sizeof(b.bid), "%s", bid);
	must(store_bind_add(c.s, &b, NULL));
}

static void bindings_are_followed(void **state)
{
	struct store_bind_filter f = {.account_id = "acc_1"};
	struct store_bind_row rows[ROOM];
	struct store_change at = {0};
	size_t n = ROOM;

	grow_batch("B1", true);
	bind("B1");
	must(store_bind_list_changed(c.s, &f, &at, rows, &n, NULL));
	assert_int_equal(n, 1);
	n = ROOM;
	must(store_bind_list_changed(c.s, &f, &at, rows, &n, NULL));
	assert_int_equal(n, 0);
	must(store_bind_change(c.s, &rows[0].bind, NULL));
	n = ROOM;
	must(store_bind_list_changed(c.s, &f, &at, rows, &n, NULL));
	assert_int_equal(n, 1);
	assert_string_equal(rows[0].bind.bid, "B1");
	at = (struct store_change){0};
	f.bid = "B2";
	n = ROOM;
	must(store_bind_list_changed(c.s, &f, &at, rows, &n, NULL));
	assert_int_equal(n, 0);
}

static void uploads_are_followed(void **state)
{
	struct store_upload u = {.vendor_id = "ven_1",
				.id = "upl_1",
				.bid = "B1",
				.reel = "R1",
				.form = "csv",
				.size = 10},
			    rows[ROOM];
	struct store_change at = {0};
	size_t n = ROOM;

	must(store_upload_add(c.s, &u, NULL));
	must(store_upload_open(c.s, "ven_1", "", rows, &n, NULL));
	assert_int_equal(n, 1);
	n = ROOM;
	must(store_upload_changed(c.s, "ven_1", &at, rows, &n, NULL));
	assert_int_equal(n, 1);
	must(store_upload_received(c.s, "upl_1", 5, NOW, NULL));
	must(store_upload_move(c.s, &u, "receiving", "cancelled", NULL));
	n = ROOM;
	must(store_upload_changed(c.s, "ven_1", &at, rows, &n, NULL));
	assert_int_equal(n, 1);
	assert_string_equal(rows[0].state, "cancelled");
	n = ROOM;
	must(store_upload_open(c.s, "ven_1", "", rows, &n, NULL));
	assert_int_equal(n, 0);
}

/* The BIDs of a vendor's batches that match, as "B1 B2". */
static const char *batches(const char *q, enum store_batch_state state,
    const char *after)
{
	const struct store_batch_filter f = {"ven_1", q, state, after};
	static struct store_batch rows[ROOM];
	static char out[200];
	size_t i, n = ROOM, len = 0;

	must(store_batch_list(c.s, &f, rows, &n, NULL));
	out[0] = '\0';
	for (i = 0; i < n; i++)
		len += (size_t)snprintf(out + len, sizeof(out) - len, "%s%s",
		    i ? " " : "", rows[i].bid);
	return out;
}

static void batches_are_found_by_state(void **state)
{
	grow_batch("A_1", false);
	grow_batch("A%2", false);
	grow_batch("B1", true);
	grow_batch("B2", true);
	bind("B1");
	bind("A_1");
	assert_string_equal(batches(NULL, STORE_BATCH_ANY, NULL),
	    "A%2 A_1 B1 B2");
	assert_string_equal(batches("", STORE_BATCH_BOUND, ""), "A_1 B1");
	assert_string_equal(batches("", STORE_BATCH_UNBOUND, ""), "A%2 B2");
	assert_string_equal(batches("", STORE_BATCH_OPEN, ""), "B1 B2");
	assert_string_equal(batches("_", STORE_BATCH_ANY, ""), "A_1");
	assert_string_equal(batches("%", STORE_BATCH_ANY, ""), "A%2");
	assert_string_equal(batches("b", STORE_BATCH_BOUND, ""), "B1");
	assert_string_equal(batches("", STORE_BATCH_OPEN, "B1"), "B2");
	must(store_bind_end(c.s, "B1", "usr_1", "Ann", NOW, NULL));
	assert_string_equal(batches("", STORE_BATCH_BOUND, ""), "A_1");
	bind("B1");
	assert_string_equal(batches("", STORE_BATCH_BOUND, ""), "A_1 B1");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    CASE(each_change_is_told_once_and_in_order),
	    CASE(a_claim_is_a_change_and_a_lease_none),
	    CASE(what_was_passed_is_not_told_again),
	    CASE(only_unfinished_jobs_are_open),
	    CASE(the_marker_moves_with_any_connection),
	    CASE(bindings_are_followed),
	    CASE(uploads_are_followed),
	    CASE(batches_are_found_by_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
