/* Named operations on clouds, jobs, leases and feeds: what any engine must
 * hold.  Must not use SQL. */
#include <string.h>

#include "store/store_account.h"
#include "store/store_cloud.h"
#include "store/store_feed.h"
#include "store/store_job.h"
#include "tests/unit/store_case.h"

#define NOW 1790000000
#define MS ((int64_t)NOW * 1000)

static struct store_case c;
static struct store *other;

static struct store_cloud cloud(const char *id, const char *name,
    const char *type)
{
	struct store_cloud x = {.account = "acc_1",
	    .url = "https://x",
	    .chunk = 10};

	x.created_at = NOW;
	(void)snprintf(x.id, sizeof(x.id), "%s", id);
	(void)snprintf(x.name, sizeof(x.name), "%s", name);
	(void)snprintf(x.type, sizeof(x.type), "%s", type);
	return x;
}

static int setup(void **state)
{
	const struct store_account a = {.id = "acc_1",
	    .name = "A",
	    .created_at = NOW};
	const struct store_cloud one = cloud("cld_1", "One", "interop"),
				 two = cloud("cld_2", "Two", "gate");

	store_case_open(&c);
	other = store_case_again(&c);
	return store_account_add(c.s, &a, NULL) == RC_OK &&
		store_cloud_add(c.s, &one, SPAN_LIT("sealed"), SPAN_NONE,
		    NULL) == RC_OK &&
		store_cloud_add(c.s, &two, SPAN_NONE, SPAN_NONE, NULL) == RC_OK
	    ? 0
	    : -1;
}

static int teardown(void **state)
{
	store_close(other);
	store_case_close(&c);
	return 0;
}

static void add_job_of(const char *kind, const char *id, const char *cloud_id)
{
	struct store_job j = {.account = "acc_1",
	    .state = "queued",
	    .chunk = 10,
	    .next_ms = MS,
	    .created_at = NOW,
	    .created_by = "usr_1"};

	(void)snprintf(j.kind, sizeof(j.kind), "%s", kind);
	(void)snprintf(j.id, sizeof(j.id), "%s", id);
	(void)snprintf(j.cloud, sizeof(j.cloud), "%s", cloud_id);
	assert_int_equal(store_job_add(c.s, &j, NULL), RC_OK);
	assert_true(j.n > 0);
}

static void add_job(const char *id, const char *cloud_id)
{
	add_job_of("test", id, cloud_id);
}

static enum rc claim(struct store *s, const char *lease, int64_t at_ms,
    struct store_job *out)
{
	const struct store_job_claim how = {.lease = lease,
	    .now_ms = at_ms,
	    .until_ms = at_ms + 1000};

	return store_job_claim(s, &how, out, NULL);
}

static void a_cloud_is_known_to_its_account_only(void **state)
{
	struct store_cloud x = cloud("cld_3", "One", "interop"), found;
	struct buf sealed;

	assert_int_equal(store_cloud_add(c.s, &x, SPAN_NONE, SPAN_NONE, NULL),
	    RC_CONFLICT);
	assert_int_equal(store_cloud_get(c.s, "acc_2", "cld_1", &found, NULL),
	    RC_NOT_FOUND);
	assert_int_equal(store_cloud_get(c.s, "acc_1", "cld_1", &found, NULL),
	    RC_OK);
	assert_true(found.has_secret);
	buf_init(&sealed, 100);
	assert_int_equal(store_cloud_sealed(c.s, "cld_1", &sealed, NULL),
	    RC_OK);
	assert_true(span_eq_str(buf_span(&sealed), "sealed"));
	buf_clear(&sealed);
	assert_int_equal(store_cloud_delete(c.s, "acc_1", "cld_1", NOW, NULL),
	    RC_OK);
	assert_int_equal(store_cloud_get(c.s, NULL, "cld_1", &found, NULL),
	    RC_NOT_FOUND);
	/* The name is free again. */
	assert_int_equal(store_cloud_add(c.s, &x, SPAN_NONE, SPAN_NONE, NULL),
	    RC_OK);
}

static void a_job_is_leased_to_one_holder(void **state)
{
	struct store_job a, b;
	struct err e = {0};

	assert_int_equal(claim(c.s, "one", MS, &a), RC_NOT_FOUND);
	add_job("job_1", "cld_1");
	assert_int_equal(claim(c.s, "one", MS - 1, &a), RC_NOT_FOUND);
	assert_int_equal(claim(c.s, "one", MS, &a), RC_OK);
	assert_string_equal(a.id, "job_1");
	assert_int_equal(claim(other, "two", MS + 1, &b), RC_NOT_FOUND);
	assert_int_equal(store_job_save(other, &a, "two", &e), RC_CONFLICT);
	assert_string_equal(e.slug, "lease-lost");
	a.done = 5;
	a.cursor_seq = 77;
	assert_int_equal(store_job_save(c.s, &a, "one", NULL), RC_OK);
	assert_int_equal(store_job_save(c.s, &a, "one", NULL), RC_CONFLICT);
	assert_int_equal(claim(other, "two", MS + 2, &b), RC_OK);
	assert_int_equal(b.done, 5);
	assert_int_equal(b.cursor_seq, 77);
}

static void a_lease_that_ran_out_goes_to_another(void **state)
{
	struct store_job a, b;

	add_job("job_1", "cld_1");
	assert_int_equal(claim(c.s, "one", MS, &a), RC_OK);
	assert_int_equal(claim(other, "two", MS + 2000, &b), RC_OK);
	assert_int_equal(store_job_save(c.s, &a, "one", NULL), RC_CONFLICT);
	assert_int_equal(store_job_save(other, &b, "two", NULL), RC_OK);
}

static void a_cloud_is_served_by_two_leases_at_most(void **state)
{
	struct store_job a, b;
	bool waits;

	add_job("job_1", "cld_1");
	add_job("job_2", "cld_1");
	add_job("job_3", "cld_1");
	add_job("job_4", "cld_2");
	assert_int_equal(claim(c.s, "one", MS, &a), RC_OK);
	assert_int_equal(claim(other, "two", MS, &b), RC_OK);
	assert_string_equal(a.cloud, b.cloud);
	assert_int_equal(claim(other, "three", MS, &b), RC_OK);
	assert_string_equal(b.cloud, "cld_2");
	assert_int_equal(claim(other, "four", MS, &b), RC_NOT_FOUND);
	assert_int_equal(store_job_waits(c.s, &a, MS, &waits, NULL), RC_OK);
	assert_true(waits);
	assert_int_equal(store_job_waits(c.s, &a, MS - 10000, &waits, NULL),
	    RC_OK);
	assert_false(waits);
	assert_int_equal(store_job_unlease(c.s, NULL), RC_OK);
	assert_int_equal(claim(other, "three", MS, &b), RC_OK);
}

static void a_cloud_that_was_away_has_one_lease_when_its_time_is_over(
    void **state)
{
	struct store_cloud_breaker b = {.state = "open",
	    .until_ms = MS + 100,
	    .faults = 1};
	struct store_job_claim how = {.lease = "one",
	    .now_ms = MS,
	    .until_ms = MS + 1000};
	struct store_job a, x;

	add_job_of("audit", "job_1", "cld_1");
	add_job_of("audit", "job_2", "cld_1");
	assert_int_equal(store_cloud_break(c.s, "cld_1", &b, NULL), RC_OK);
	assert_int_equal(claim(c.s, "one", MS, &a), RC_NOT_FOUND);
	how.now_ms = MS + 100;
	how.untried = true;
	assert_int_equal(store_job_claim(c.s, &how, &a, NULL), RC_NOT_FOUND);
	assert_int_equal(claim(c.s, "one", MS + 100, &a), RC_OK);
	assert_int_equal(claim(other, "two", MS + 100, &x), RC_NOT_FOUND);
	(void)snprintf(b.state, sizeof(b.state), "closed");
	assert_int_equal(store_cloud_break(c.s, "cld_1", &b, NULL), RC_OK);
	/* Those that are quick only: an audit may last. */
	assert_int_equal(store_job_claim(c.s, &how, &x, NULL), RC_NOT_FOUND);
	assert_int_equal(claim(other, "two", MS + 100, &x), RC_OK);
	assert_string_not_equal(a.id, x.id);
}

static void a_test_does_not_wait_for_a_cloud_that_was_away(void **state)
{
	const struct store_cloud_breaker b = {.state = "open",
	    .until_ms = MS + 100000,
	    .faults = 1};
	struct store_job a;

	assert_int_equal(store_cloud_break(c.s, "cld_1", &b, NULL), RC_OK);
	add_job("job_1", "cld_1");
	assert_int_equal(claim(c.s, "one", MS, &a), RC_OK);
}

static void a_lease_is_renewed_by_its_holder_only(void **state)
{
	struct store_job a, b;

	add_job("job_1", "cld_1");
	assert_int_equal(claim(c.s, "one", MS, &a), RC_OK);
	assert_int_equal(store_job_renew(c.s, &a, "two", MS + 9000, NULL),
	    RC_CONFLICT);
	assert_int_equal(store_job_renew(c.s, &a, "one", MS + 9000, NULL),
	    RC_OK);
	assert_int_equal(claim(other, "two", MS + 5000, &b), RC_NOT_FOUND);
}

static void a_job_that_is_stopped_stays_so_when_it_is_saved(void **state)
{
	struct store_job a, b;

	add_job("job_1", "cld_1");
	assert_int_equal(claim(c.s, "one", MS, &a), RC_OK);
	b = a;
	(void)snprintf(b.state, sizeof(b.state), "cancelled");
	b.next_ms = 0;
	b.finished_at = NOW;
	assert_int_equal(store_job_save(other, &b, NULL, NULL), RC_OK);
	a.done = 3;
	assert_int_equal(store_job_step(c.s, &a, "one", MS + 2000, NULL),
	    RC_OK);
	assert_string_equal(a.state, "cancelled");
	(void)snprintf(a.state, sizeof(a.state), "running");
	a.next_ms = MS;
	assert_int_equal(store_job_save(c.s, &a, "one", NULL), RC_OK);
	assert_int_equal(claim(other, "two", MS + 5000, &b), RC_NOT_FOUND);
}

static void exceptions_are_kept_once_and_in_order(void **state)
{
	struct store_job_exception x = {.message = "no"}, list[4];
	struct store_job j;
	size_t n = 4;

	add_job("job_1", "cld_1");
	assert_int_equal(store_job_get(c.s, "acc_2", "job_1", &j, NULL),
	    RC_NOT_FOUND);
	assert_int_equal(store_job_get(c.s, "acc_1", "job_1", &j, NULL), RC_OK);
	x.seq = 9;
	assert_int_equal(store_job_exception_put(c.s, j.n, &x, NULL), RC_OK);
	x.seq = 3;
	assert_int_equal(store_job_exception_put(c.s, j.n, &x, NULL), RC_OK);
	(void)snprintf(x.message, sizeof(x.message), "later");
	assert_int_equal(store_job_exception_put(c.s, j.n, &x, NULL), RC_OK);
	assert_int_equal(store_job_exception_list(c.s, j.n, 0, list, &n, NULL),
	    RC_OK);
	assert_int_equal(n, 2);
	assert_int_equal(list[0].seq, 3);
	assert_string_equal(list[0].message, "later");
	assert_int_equal(store_job_exception_remove(c.s, j.n, 3, NULL), RC_OK);
	assert_int_equal(store_job_exception_find(c.s, j.n, 3, &x, NULL),
	    RC_NOT_FOUND);
	assert_int_equal(store_job_exception_find(c.s, j.n, 9, &x, NULL),
	    RC_OK);
	assert_int_equal(x.seq, 9);
}

static void feeds_are_numbered_for_each_cloud(void **state)
{
	struct store_feed_event ev = {.op = "admit", .bid = "B1"}, got;
	uint64_t last = 9;
	int i;

	assert_int_equal(store_feed_last(c.s, "cld_2", &last, NULL), RC_OK);
	assert_int_equal(last, 0);
	for (i = 1; i <= 3; i++) {
		assert_int_equal(store_begin(c.s, NULL), RC_OK);
		assert_int_equal(store_feed_add(c.s, "cld_2", &ev, NOW, NULL),
		    RC_OK);
		assert_int_equal(ev.n, i);
		assert_int_equal(store_commit(c.s, NULL), RC_OK);
	}
	/* What is rolled back leaves no gap. */
	assert_int_equal(store_begin(c.s, NULL), RC_OK);
	assert_int_equal(store_feed_add(c.s, "cld_2", &ev, NOW, NULL), RC_OK);
	store_rollback(c.s);
	assert_int_equal(store_feed_last(other, "cld_2", &last, NULL), RC_OK);
	assert_int_equal(last, 3);
	assert_int_equal(store_feed_last(c.s, "cld_1", &last, NULL), RC_OK);
	assert_int_equal(last, 0);
	assert_int_equal(store_feed_get(c.s, "cld_2", 2, &got, NULL), RC_OK);
	assert_int_equal(got.n, 2);
	assert_string_equal(got.bid, "B1");
	assert_int_equal(store_feed_get(c.s, "cld_2", 4, &got, NULL),
	    RC_NOT_FOUND);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    CASE(a_cloud_is_known_to_its_account_only),
	    CASE(a_job_is_leased_to_one_holder),
	    CASE(a_lease_that_ran_out_goes_to_another),
	    CASE(a_cloud_is_served_by_two_leases_at_most),
	    CASE(a_cloud_that_was_away_has_one_lease_when_its_time_is_over),
	    CASE(a_test_does_not_wait_for_a_cloud_that_was_away),
	    CASE(a_lease_is_renewed_by_its_holder_only),
	    CASE(a_job_that_is_stopped_stays_so_when_it_is_saved),
	    CASE(exceptions_are_kept_once_and_in_order),
	    CASE(feeds_are_numbered_for_each_cloud),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
