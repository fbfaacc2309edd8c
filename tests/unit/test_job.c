/* Jobs: their states, leases and cursors, and when they are tried again.
 * Must not call a cloud. */
#include "core/bind.h"
#include "core/job_device.h"
#include "store/store_tally.h"
#include "tests/unit/cloud_case.h"

static struct cloud_case k;
static char cloud[RAND_ID_SIZE];

static int setup(void **state)
{
	cloud_case_open(&k);
	cloud_case_add(&k, "one", cloud);
	return 0;
}

static int teardown(void **state)
{
	cloud_case_close(&k);
	return 0;
}

static void provision(const char *bid, const char *to, struct store_job *j)
{
	if (job_provision(&k.core, &k.admin, bid,
		&(struct job_wish){.cloud = to}, j, &k.e) != RC_OK)
		fail_msg("%s", k.e.text);
}

static enum rc claim(const char *lease, int64_t now_ms, bool untried,
    struct store_job *j)
{
	struct store_job_claim c = {.lease = lease,
	    .now_ms = now_ms,
	    .until_ms = now_ms + 1000,
	    .untried = untried};

	return store_job_claim(k.store.s, &c, j, &k.e);
}

static int64_t later(void)
{
	return clock_now_ms() + 1000;
}

static void save(struct store_job *j, const char *lease)
{
	if (store_job_save(k.store.s, j, lease, &k.e) != RC_OK)
		fail_msg("%s", k.e.text);
}

static void set_state(struct store_job *j, const char *state, int64_t next_ms)
{
	(void)snprintf(j->state, sizeof(j->state), "%s", state);
	j->next_ms = next_ms;
}

static void a_batch_of_another_account_is_not_found(void **state)
{
	struct store_job j;

	assert_int_equal(job_provision(&k.core, &k.admin, "B3",
			     &(struct job_wish){.cloud = cloud}, &j, &k.e),
	    RC_NOT_FOUND);
	assert_int_equal(job_provision(&k.core, &k.admin, "B9",
			     &(struct job_wish){.cloud = cloud}, &j, &k.e),
	    RC_NOT_FOUND);
}

static void a_batch_without_a_cloud_needs_one_named(void **state)
{
	struct store_job j;

	assert_int_equal(job_provision(&k.core, &k.admin, "B1",
			     &(struct job_wish){.cloud = NULL}, &j, &k.e),
	    RC_INVALID);
	assert_string_equal(k.e.slug, "cloud-missing");
	assert_int_equal(job_provision(&k.core, &k.admin, "B1",
			     &(struct job_wish){.cloud = "cld_none"}, &j, &k.e),
	    RC_INVALID);
}

static void an_unfinished_job_is_given_again(void **state)
{
	struct store_job a, b;

	provision("B1", cloud, &a);
	provision("B1", cloud, &b);
	assert_string_equal(a.id, b.id);
	assert_int_equal(a.total, 10);
	assert_string_equal(a.state, "queued");
	provision("B2", cloud, &b);
	assert_string_not_equal(a.id, b.id);
}

static void a_bind_queues_only_what_the_account_wants(void **state)
{
	struct store_job j;
	char sql[200];

	assert_int_equal(job_on_bind(&k.core, &k.admin, "B1", 0, &k.e), RC_OK);
	assert_int_equal(claim("l", later(), false, &j), RC_NOT_FOUND);
	cloud_case_sql(&k, "UPDATE account SET auto_provision = 1");
	assert_int_equal(job_on_bind(&k.core, &k.admin, "B1", 0, &k.e), RC_OK);
	assert_int_equal(claim("l", later(), false, &j), RC_NOT_FOUND);
	(void)snprintf(sql, sizeof(sql), "UPDATE binding SET cloud_id = '%s'",
	    cloud);
	cloud_case_sql(&k, sql);
	/* The cloud is account 1's: a binding of account 2 must not use it. */
	assert_int_equal(job_on_bind(&k.core, &k.admin, "B3", 0, &k.e), RC_OK);
	assert_int_equal(claim("l", later(), false, &j), RC_NOT_FOUND);
	assert_int_equal(job_on_bind(&k.core, &k.admin, "B1", 0, &k.e), RC_OK);
	assert_int_equal(job_on_bind(&k.core, &k.admin, "none", 0, &k.e),
	    RC_OK);
	assert_int_equal(claim("l", later(), false, &j), RC_OK);
	assert_string_equal(j.bid, "B1");
}

static void a_lease_keeps_others_away_until_it_ends(void **state)
{
	struct store_job j, other;
	int64_t now = later();

	provision("B1", cloud, &j);
	assert_int_equal(claim("a", now, false, &j), RC_OK);
	assert_string_equal(j.state, "running");
	assert_int_equal(claim("b", now + 999, false, &other), RC_NOT_FOUND);
	assert_int_equal(claim("b", now + 1001, false, &other), RC_OK);
	assert_string_equal(j.id, other.id);
	/* The first holder comes late: its outcome does not count. */
	j.done = 5;
	assert_int_equal(store_job_save(k.store.s, &j, "a", &k.e), RC_CONFLICT);
	assert_string_equal(k.e.slug, "lease-lost");
	other.done = 7;
	save(&other, "b");
	assert_int_equal(job_get(&k.core, "acc_1", j.id, &j, &k.e), RC_OK);
	assert_int_equal(j.done, 7);
}

static void one_batch_in_one_cloud_has_one_lease(void **state)
{
	char second[RAND_ID_SIZE];
	struct store_job j, first, again;
	int64_t now = later();

	cloud_case_add(&k, "two", second);
	provision("B1", cloud, &j);
	provision("B2", cloud, &j);
	provision("B2", second, &j);
	assert_int_equal(claim("a", now, false, &first), RC_OK);
	assert_string_equal(first.bid, "B1");
	assert_int_equal(claim("b", now, false, &j), RC_OK);
	assert_string_equal(j.bid, "B2");
	assert_int_equal(claim("c", now, false, &again), RC_OK);
	assert_string_equal(again.cloud, second);
	assert_int_equal(claim("d", now, false, &again), RC_NOT_FOUND);
	/* What was cancelled is in flight until its holder lets go. */
	assert_int_equal(job_cancel(&k.core, &k.admin, first.id, &j, &k.e),
	    RC_OK);
	provision("B1", cloud, &j);
	assert_string_not_equal(j.id, first.id);
	assert_int_equal(claim("d", now, false, &again), RC_NOT_FOUND);
	save(&first, "a");
	assert_int_equal(claim("d", later(), false, &again), RC_OK);
	assert_string_equal(again.id, j.id);
}

static void jobs_take_turns(void **state)
{
	struct store_job j;
	char last[STORE_JOB_BID_SIZE] = "";
	int64_t now = later();
	int i;

	provision("B1", cloud, &j);
	provision("B2", cloud, &j);
	for (i = 0; i < 6; i++) {
		assert_int_equal(claim("a", now + i, false, &j), RC_OK);
		assert_string_not_equal(j.bid, last);
		memcpy(last, j.bid, sizeof(last));
		save(&j, "a");
	}
}

static void a_cloud_in_trouble_is_left_to_other_threads(void **state)
{
	struct store_cloud_breaker b = {.state = "open", .faults = 1};
	struct store_job j;
	int64_t now = later();

	provision("B1", cloud, &j);
	provision("B2", cloud, &j);
	b.until_ms = now + 10;
	assert_int_equal(store_cloud_break(k.store.s, cloud, &b, &k.e), RC_OK);
	assert_int_equal(claim("a", now, false, &j), RC_NOT_FOUND);
	assert_int_equal(claim("a", now + 10, true, &j), RC_NOT_FOUND);
	assert_int_equal(claim("a", now + 10, false, &j), RC_OK);
	assert_int_equal(claim("b", now + 10, false, &j), RC_NOT_FOUND);
}

static void a_restart_forgets_leases_and_keeps_the_cursor(void **state)
{
	struct store_job j;
	int64_t now = later();

	provision("B1", cloud, &j);
	assert_int_equal(claim("a", now, false, &j), RC_OK);
	j.cursor_seq = 77;
	j.done = 3;
	save(&j, "a");
	assert_int_equal(claim("a", now, false, &j), RC_OK);
	assert_int_equal(store_job_unlease(k.store.s, &k.e), RC_OK);
	assert_int_equal(claim("b", now, false, &j), RC_OK);
	assert_int_equal(j.cursor_seq, 77);
	assert_int_equal(j.done, 3);
}

static void an_unbind_is_refused_once_a_job_was_taken_up(void **state)
{
	struct store_job j;

	provision("B1", cloud, &j);
	assert_int_equal(job_on_unbind(&k.core, &k.admin, "B1", &k.e), RC_OK);
	assert_int_equal(job_get(&k.core, "acc_1", j.id, &j, &k.e), RC_OK);
	assert_string_equal(j.state, "cancelled");
	provision("B2", cloud, &j);
	assert_int_equal(claim("a", later(), false, &j), RC_OK);
	assert_int_equal(job_on_unbind(&k.core, &k.admin, "B2", &k.e),
	    RC_CONFLICT);
	assert_string_equal(k.e.slug, "batch-provisioned");
}

static void a_cancelled_job_stays_cancelled(void **state)
{
	struct store_job j, seen;

	provision("B1", cloud, &j);
	assert_int_equal(claim("a", later(), false, &j), RC_OK);
	assert_int_equal(job_cancel(&k.core, &k.admin, j.id, &seen, &k.e),
	    RC_OK);
	j.done = 5;
	assert_int_equal(store_job_step(k.store.s, &j, "a", later(), &k.e),
	    RC_OK);
	assert_string_equal(j.state, "cancelled");
	set_state(&j, "done", 0);
	save(&j, "a");
	assert_int_equal(job_get(&k.core, "acc_1", j.id, &seen, &k.e), RC_OK);
	assert_string_equal(seen.state, "cancelled");
	assert_int_equal(seen.done, 5);
	assert_int_equal(job_cancel(&k.core, &k.admin, j.id, &seen, &k.e),
	    RC_CONFLICT);
	assert_int_equal(job_retry(&k.core, &k.admin, j.id, &seen, &k.e),
	    RC_CONFLICT);
}

static void a_retry_is_of_the_exceptions_only(void **state)
{
	struct store_job_exception x = {.seq = 4, .message = "no"}, back;
	struct store_job j;
	size_t n = 1;

	provision("B1", cloud, &j);
	j.done = 9;
	j.failed = 1;
	j.cursor_seq = 10;
	set_state(&j, "done", 0);
	save(&j, NULL);
	assert_int_equal(store_job_exception_put(k.store.s, j.n, &x, &k.e),
	    RC_OK);
	assert_int_equal(job_retry(&k.core, &k.admin, j.id, &j, &k.e), RC_OK);
	assert_string_equal(j.state, "queued");
	assert_true(j.only_failed);
	assert_int_equal(j.cursor_seq, 0);
	assert_int_equal(store_job_exception_list(k.store.s, j.n, 0, &back, &n,
			     &k.e),
	    RC_OK);
	assert_int_equal(n, 1);
	assert_int_equal(back.seq, 4);
}

static void a_failed_job_goes_on_where_it_stopped(void **state)
{
	struct store_job j;

	provision("B1", cloud, &j);
	j.done = 4;
	j.cursor_seq = 4;
	j.tries = 20;
	set_state(&j, "failed", 0);
	save(&j, NULL);
	assert_int_equal(job_retry(&k.core, &k.admin, j.id, &j, &k.e), RC_OK);
	assert_false(j.only_failed);
	assert_int_equal(j.cursor_seq, 4);
	assert_int_equal(j.tries, 0);
	assert_int_equal(claim("a", later(), true, &j), RC_OK);
}

static void nothing_failed_means_nothing_to_retry(void **state)
{
	struct store_job j;

	provision("B1", cloud, &j);
	set_state(&j, "done", 0);
	save(&j, NULL);
	assert_int_equal(job_retry(&k.core, &k.admin, j.id, &j, &k.e),
	    RC_CONFLICT);
	(void)snprintf(k.admin.scope_id, sizeof(k.admin.scope_id), "acc_2");
	assert_int_equal(job_retry(&k.core, &k.admin, j.id, &j, &k.e),
	    RC_NOT_FOUND);
}

static void a_device_is_what_its_last_jobs_say(void **state)
{
	struct job_device_cloud seen[JOB_DEVICE_CLOUDS_MAX];
	struct store_job_exception x = {.seq = 2, .message = "no"};
	static const struct {
		uint64_t seq;
		const char *status;
	} cases[] = {{1, "provisioned"}, {2, "failed"}, {5, "provisioned"},
	    {6, "waiting"}};
	struct store_job j;
	size_t i, n;

	provision("B1", cloud, &j);
	j.cursor_seq = 5;
	j.done = 4;
	j.failed = 1;
	set_state(&j, "running", later());
	save(&j, NULL);
	assert_int_equal(store_job_exception_put(k.store.s, j.n, &x, &k.e),
	    RC_OK);
	for (i = 0; i < COUNT(cases); i++) {
		assert_int_equal(job_device_clouds(&k.core, "B1", cases[i].seq,
				     seen, &n, &k.e),
		    RC_OK);
		assert_int_equal(n, 1);
		assert_string_equal(seen[0].cloud, cloud);
		assert_string_equal(seen[0].status, cases[i].status);
	}
}

static struct store_bind progress(const char *bid)
{
	struct store_bind b;

	assert_int_equal(store_bind_find(k.store.s, bid, &b, &k.e), RC_OK);
	return b;
}

static void the_progress_of_a_batch_follows_its_jobs(void **state)
{
	char second[RAND_ID_SIZE];
	struct store_tally_sum sum;
	struct store_tally t;
	struct store_job j;

	cloud_case_add(&k, "two", second);
	assert_string_equal(progress("B1").state, "bound");
	provision("B1", cloud, &j);
	assert_string_equal(progress("B1").state, "provisioning");
	j.done = 8;
	j.failed = 2;
	set_state(&j, "done", 0);
	save(&j, NULL);
	assert_string_equal(progress("B1").state, "failed");
	assert_int_equal(progress("B1").failed, 2);
	assert_int_equal(job_retry(&k.core, &k.admin, j.id, &j, &k.e), RC_OK);
	assert_string_equal(progress("B1").state, "provisioning");
	j.done = 10;
	j.failed = 0;
	set_state(&j, "done", 0);
	save(&j, NULL);
	assert_string_equal(progress("B1").state, "provisioned");
	assert_int_equal(progress("B1").provisioned, 10);
	/* Another cloud adds to it; what never began is not counted. */
	provision("B1", second, &j);
	assert_string_equal(progress("B1").state, "provisioning");
	assert_int_equal(job_cancel(&k.core, &k.admin, j.id, &j, &k.e), RC_OK);
	assert_string_equal(progress("B1").state, "provisioned");
	assert_string_equal(progress("B2").state, "bound");
	assert_int_equal(store_tally_sum_get(k.store.s, "acc_1", &sum, &k.e),
	    RC_OK);
	assert_int_equal(sum.provisioned, 10);
	assert_int_equal(store_tally_since(k.store.s, "acc_1",
			     clock_now_s() - 60, &t, &k.e),
	    RC_OK);
	assert_int_equal(t.devices_provisioned, 10);
	assert_int_equal(t.devices_failed, 2);
}

static void a_held_job_waits_and_leaves_no_trace(void **state)
{
	struct store_job j;
	char sql[200];

	(void)snprintf(sql, sizeof(sql),
	    "UPDATE account SET auto_provision = 1;"
	    "UPDATE binding SET cloud_id = '%s' WHERE bid = 'B1'",
	    cloud);
	cloud_case_sql(&k, sql);
	assert_int_equal(job_on_bind(&k.core, &k.admin, "B1", 30, &k.e), RC_OK);
	assert_int_equal(claim("l", clock_now_ms() + 29000, false, &j),
	    RC_NOT_FOUND);
	/* Who asks for it has it at once. */
	provision("B1", cloud, &j);
	assert_int_equal(claim("l", later(), false, &j), RC_OK);
	cloud_case_sql(&k, "DELETE FROM job");
	assert_int_equal(job_on_bind(&k.core, &k.admin, "B1", 30, &k.e), RC_OK);
	assert_int_equal(bind_undo(&k.core, &k.admin, "B1", &k.e), RC_OK);
	assert_int_equal(claim("l", clock_now_ms() + 31000, false, &j),
	    RC_NOT_FOUND);
}

static void claim_device(int64_t seq, const char *account, const char *bid)
{
	struct job_on_claimed c = {account, seq, bid, cloud};
	char sql[900];

	(void)snprintf(sql, sizeof(sql),
	    "INSERT OR IGNORE INTO product (id, account_id, name, created_at) "
	    "VALUES ('prd_1', '%s', 'Oven', 1);"
	    "INSERT OR IGNORE INTO claim_voucher (id, account_id, product_id, "
	    "name, max_devices, expires_at, created_at, created_by) VALUES "
	    "('cvo_1', '%s', 'prd_1', 'v', 9, 9, 1, 'u');"
	    "INSERT INTO device_claim (seq, account_id, product_id, "
	    "voucher_id, bid, claimed_at) VALUES (%lld, '%s', 'prd_1', "
	    "'cvo_1', '%s', 1)",
	    account, account, (long long)seq, account, bid);
	cloud_case_sql(&k, sql);
	if (job_on_claim(&k.core, &c, clock_now_s(), &k.e) != RC_OK)
		fail_msg("%s", k.e.text);
}

/* B3 is account 2's, one device of it has become account 1's. */
static void a_claimed_device_is_a_job_of_its_own(void **state)
{
	struct job_device_cloud seen[JOB_DEVICE_CLOUDS_MAX];
	struct job_on_claimed none = {"acc_1", 8, "B3", NULL};
	struct store_job j;
	size_t n;

	claim_device(7, "acc_1", "B3");
	assert_int_equal(job_on_claim(&k.core, &none, 1, &k.e), RC_OK);
	assert_int_equal(claim("a", later(), false, &j), RC_OK);
	assert_int_equal(j.only_seq, 7);
	assert_int_equal(j.total, 1);
	assert_string_equal(j.account, "acc_1");
	assert_int_equal(job_device_clouds(&k.core, "B3", 7, seen, &n, &k.e),
	    RC_OK);
	assert_int_equal(n, 1);
	assert_string_equal(seen[0].status, "waiting");
	j.done = 1;
	j.cursor_seq = 7;
	set_state(&j, "done", 0);
	save(&j, "a");
	assert_int_equal(job_device_clouds(&k.core, "B3", 7, seen, &n, &k.e),
	    RC_OK);
	assert_string_equal(seen[0].status, "provisioned");
	/* Others of the batch, and the batch itself, know nothing of it. */
	assert_int_equal(job_device_clouds(&k.core, "B3", 8, seen, &n, &k.e),
	    RC_OK);
	assert_int_equal(n, 0);
	assert_string_equal(progress("B3").state, "bound");
	assert_int_equal(progress("B3").provisioned, 0);
	assert_int_equal(cloud_case_number(&k,
			     "SELECT provisioned FROM claim_voucher"),
	    1);
	assert_int_equal(cloud_case_number(&k,
			     "SELECT provisioned FROM account_sum "
			     "WHERE account_id = 'acc_1'"),
	    1);
	assert_int_equal(claim("a", later(), false, &j), RC_NOT_FOUND);
}

static void a_batch_and_a_device_of_it_are_not_the_same_job(void **state)
{
	struct store_job batch, j;

	provision("B1", cloud, &batch);
	claim_device(7, "acc_1", "B1");
	claim_device(8, "acc_1", "B1");
	assert_int_equal(cloud_case_number(&k, "SELECT count(*) FROM job"), 3);
	provision("B1", cloud, &j);
	assert_string_equal(j.id, batch.id);
	assert_int_equal(job_on_unbind(&k.core, &k.admin, "B1", &k.e), RC_OK);
	assert_int_equal(cloud_case_number(&k,
			     "SELECT count(*) FROM job "
			     "WHERE state = 'queued' AND only_seq > 0"),
	    2);
}

/* Devices that others have claimed are none of the batch's job. */
static void what_others_have_claimed_is_not_counted(void **state)
{
	struct store_job j;

	claim_device(7, "acc_2", "B1");
	provision("B1", cloud, &j);
	assert_int_equal(j.total, 9);
}

static void the_time_left_follows_the_rate(void **state)
{
	struct store_job j = {.chunk = 50, .total = 1000, .done = 500};

	set_state(&j, "running", 1);
	assert_int_equal(job_seconds_left(&j), -1);
	j.rate_milli = 50000;
	assert_int_equal(job_seconds_left(&j), 0 + 500 * 1000 / 50000);
	set_state(&j, "done", 0);
	assert_int_equal(job_seconds_left(&j), -1);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    CASE(a_batch_of_another_account_is_not_found),
	    CASE(a_batch_without_a_cloud_needs_one_named),
	    CASE(an_unfinished_job_is_given_again),
	    CASE(a_bind_queues_only_what_the_account_wants),
	    CASE(a_lease_keeps_others_away_until_it_ends),
	    CASE(one_batch_in_one_cloud_has_one_lease),
	    CASE(jobs_take_turns),
	    CASE(a_cloud_in_trouble_is_left_to_other_threads),
	    CASE(a_restart_forgets_leases_and_keeps_the_cursor),
	    CASE(an_unbind_is_refused_once_a_job_was_taken_up),
	    CASE(a_cancelled_job_stays_cancelled),
	    CASE(a_retry_is_of_the_exceptions_only),
	    CASE(a_failed_job_goes_on_where_it_stopped),
	    CASE(nothing_failed_means_nothing_to_retry),
	    CASE(a_device_is_what_its_last_jobs_say),
	    CASE(the_progress_of_a_batch_follows_its_jobs),
	    CASE(a_held_job_waits_and_leaves_no_trace),
	    CASE(a_claimed_device_is_a_job_of_its_own),
	    CASE(a_batch_and_a_device_of_it_are_not_the_same_job),
	    CASE(what_others_have_claimed_is_not_counted),
	    cmocka_unit_test(the_time_left_follows_the_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
