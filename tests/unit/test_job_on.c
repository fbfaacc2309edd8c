/* What clouds are to know: jobs that give way, batches that move and leave,
 * devices that change.  Must not call a cloud. */
#include "core/bind.h"
#include "core/job_device.h"
#include "core/job_queue.h"
#include "tests/unit/cloud_case.h"

static const struct cloud_field no_fields[] = {{.name = NULL}};
static const struct cloud_op no_ops[] = {{NULL, 0, NULL}};
static const struct cloud_rules kinds[] = {
    {.type = "free",
	.can_remove = true,
	.can_suspend = true,
	.can_list = true,
	.fields = no_fields,
	.ops = no_ops},
    {.type = "interop", .fields = no_fields, .ops = no_ops},
    {.type = "gate", .can_remove = true, .fields = no_fields, .ops = no_ops},
};

static const struct cloud_rules *kind_at(size_t i)
{
	return i < COUNT(kinds) ? &kinds[i] : NULL;
}

static struct cloud_case k;
static char one[RAND_ID_SIZE], two[RAND_ID_SIZE], in_only[RAND_ID_SIZE];

static void add_free(const char *name, char id[RAND_ID_SIZE])
{
	const struct cloud_spec s = {.name = name, .type = "free"};
	struct store_cloud row;

	if (cloud_create(&k.core, &k.admin, &s, &row, &k.e) != RC_OK)
		fail_msg("%s", k.e.text);
	memcpy(id, row.id, RAND_ID_SIZE);
}

static int setup(void **state)
{
	cloud_case_open(&k);
	k.core.cloud_rules = kind_at;
	add_free("one", one);
	add_free("two", two);
	cloud_case_add(&k, "in only", in_only);
	return 0;
}

static int teardown(void **state)
{
	cloud_case_close(&k);
	return 0;
}

static struct store_job provision(const char *bid, const char *cloud)
{
	const struct job_wish w = {.cloud = cloud};
	struct store_job j;

	if (job_provision(&k.core, &k.admin, bid, &w, &j, &k.e) != RC_OK)
		fail_msg("%s", k.e.text);
	return j;
}

static struct store_job take_out(const char *bid, const char *cloud)
{
	const struct job_wish w = {.cloud = cloud};
	struct store_job j;

	if (job_remove(&k.core, &k.admin, bid, &w, &j, &k.e) != RC_OK)
		fail_msg("%s", k.e.text);
	return j;
}

static const char *state_of(const struct store_job *j)
{
	static struct store_job now;

	assert_int_equal(store_job_get(k.store.s, NULL, j->id, &now, &k.e),
	    RC_OK);
	return now.state;
}

/* As the courier would: taken up, and ended so. */
static void end(struct store_job *j, const char *state, uint64_t failed)
{
	char sql[160];

	(void)snprintf(sql, sizeof(sql),
	    "UPDATE job SET started_at = 1 WHERE id = '%s'", j->id);
	cloud_case_sql(&k, sql);
	assert_int_equal(store_job_get(k.store.s, NULL, j->id, j, &k.e), RC_OK);
	(void)snprintf(j->state, sizeof(j->state), "%s", state);
	j->done = j->total - failed;
	j->failed = failed;
	j->next_ms = 0;
	assert_int_equal(store_begin(k.store.s, &k.e), RC_OK);
	assert_int_equal(store_job_save(k.store.s, j, NULL, &k.e), RC_OK);
	if (job_on_end(&k.core, j, &k.e) != RC_OK)
		fail_msg("%s", k.e.text);
	assert_int_equal(store_commit(k.store.s, &k.e), RC_OK);
}

/* '+' it is to be there, '-' it is to go, '.' nothing. */
static char wanted(const char *bid, const char *cloud)
{
	struct store_welcome w;
	enum rc rc = store_welcome_get(k.store.s, cloud, bid, 0, &w, &k.e);

	if (rc == RC_NOT_FOUND)
		return '.';
	assert_int_equal(rc, RC_OK);
	return w.admit ? '+' : '-';
}

static int64_t jobs(const char *where)
{
	char sql[300];

	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM job WHERE %s",
	    where);
	return cloud_case_number(&k, sql);
}

static void nothing_leaves_a_cloud_that_it_is_not_in(void **state)
{
	static const struct {
		const char *bid, *slug;
		char *cloud;
		enum rc rc;
	} cases[] = {
	    {"B1", "batch-not-there", one, RC_CONFLICT},
	    {"B1", "cloud-cannot-remove", in_only, RC_CONFLICT},
	    {"B3", "batch-unknown", one, RC_NOT_FOUND},
	    {"B9", "batch-unknown", one, RC_NOT_FOUND},
	};
	struct job_wish w = {.plan = false};
	struct store_job j;
	size_t i;

	for (i = 0; i < 2 * COUNT(cases); i++) {
		w.cloud = cases[i / 2].cloud;
		w.plan = i % 2;
		assert_int_equal(job_remove(&k.core, &k.admin, cases[i / 2].bid,
				     &w, &j, &k.e),
		    cases[i / 2].rc);
		assert_string_equal(k.e.slug, cases[i / 2].slug);
	}
	w.cloud = "cld_none";
	assert_int_equal(job_remove(&k.core, &k.admin, "B1", &w, &j, &k.e),
	    RC_INVALID);
	assert_int_equal(jobs("1"), 0);
}

static void opposite_jobs_give_way(void **state)
{
	struct store_job in = provision("B1", one), out, back;

	assert_int_equal(wanted("B1", one), '+');
	out = take_out("B1", one);
	assert_string_equal(state_of(&in), "cancelled");
	assert_string_equal(take_out("B1", one).id, out.id);
	assert_int_equal(wanted("B1", one), '-');
	back = provision("B1", one);
	assert_string_equal(state_of(&out), "cancelled");
	assert_string_equal(state_of(&back), "queued");
	assert_int_equal(wanted("B1", one), '+');
	/* Others are none of its business. */
	assert_int_equal(jobs("state = 'queued'"), 1);
	provision("B2", one);
	provision("B1", two);
	assert_int_equal(jobs("state = 'queued'"), 3);
}

static void what_is_gone_is_not_known_any_more(void **state)
{
	struct store_job j = provision("B1", one);

	end(&j, "done", 0);
	assert_int_equal(wanted("B1", one), '+');
	j = take_out("B1", one);
	end(&j, "done", 2);
	assert_int_equal(wanted("B1", one), '-');
	assert_int_equal(job_retry(&k.core, &k.admin, j.id, &j, &k.e), RC_OK);
	end(&j, "failed", 0);
	assert_int_equal(wanted("B1", one), '-');
	j = take_out("B1", one);
	end(&j, "done", 0);
	assert_int_equal(wanted("B1", one), '.');
}

static void a_job_that_was_overtaken_is_not_tried_again(void **state)
{
	struct store_job in = provision("B1", one), out;

	end(&in, "done", 1);
	out = take_out("B1", one);
	assert_int_equal(job_retry(&k.core, &k.admin, in.id, &in, &k.e),
	    RC_CONFLICT);
	assert_string_equal(k.e.slug, "job-overtaken");
	end(&out, "failed", 0);
	provision("B1", one);
	assert_int_equal(job_retry(&k.core, &k.admin, out.id, &out, &k.e),
	    RC_CONFLICT);
	assert_string_equal(k.e.slug, "job-overtaken");
}

static void a_plan_changes_nothing(void **state)
{
	struct job_wish w = {.cloud = one, .plan = true};
	struct store_job a, b;

	assert_int_equal(job_provision(&k.core, &k.admin, "B1", &w, &a, &k.e),
	    RC_OK);
	assert_string_equal(a.kind, "plan");
	assert_string_equal(job_plan_of(&a), "provision");
	assert_int_equal(wanted("B1", one), '.');
	assert_int_equal(job_provision(&k.core, &k.admin, "B1", &w, &b, &k.e),
	    RC_OK);
	assert_string_equal(a.id, b.id);
	provision("B1", one);
	/* That of the opposite makes room, and no job does. */
	assert_int_equal(job_remove(&k.core, &k.admin, "B1", &w, &b, &k.e),
	    RC_OK);
	assert_string_equal(job_plan_of(&b), "remove");
	assert_string_equal(state_of(&a), "cancelled");
	assert_int_equal(wanted("B1", one), '+');
	assert_int_equal(jobs("kind = 'provision' AND state = 'queued'"), 1);
}

static void a_move_ends_with_the_old_cloud(void **state)
{
	struct job_wish w = {.cloud = two, .instead_of = one};
	struct store_job j;
	struct store_bind b;

	assert_int_equal(job_provision(&k.core, &k.admin, "B1", &w, &j, &k.e),
	    RC_CONFLICT);
	assert_string_equal(k.e.slug, "batch-not-there");
	provision("B1", one);
	w.instead_of = two;
	assert_int_equal(job_provision(&k.core, &k.admin, "B1", &w, &j, &k.e),
	    RC_INVALID);
	assert_string_equal(k.e.slug, "cloud-same");
	/* One that is on its way becomes a move. */
	j = provision("B1", two);
	w.instead_of = one;
	assert_int_equal(job_provision(&k.core, &k.admin, "B1", &w, &j, &k.e),
	    RC_OK);
	assert_int_equal(jobs("kind = 'provision' AND state = 'queued'"), 2);
	end(&j, "done", 1);
	assert_int_equal(wanted("B1", one), '+');
	assert_int_equal(job_retry(&k.core, &k.admin, j.id, &j, &k.e), RC_OK);
	end(&j, "done", 0);
	assert_int_equal(wanted("B1", one), '-');
	assert_int_equal(wanted("B1", two), '+');
	assert_int_equal(jobs("kind = 'remove' AND state = 'queued'"), 1);
	assert_int_equal(store_bind_find(k.store.s, "B1", &b, &k.e), RC_OK);
	assert_string_equal(b.cloud_id, two);
}

static void change(const char *account, int64_t seq)
{
	const struct job_on_device d = {account, "B1", seq};

	assert_int_equal(store_begin(k.store.s, &k.e), RC_OK);
	if (job_on_change(&k.core, &d, 7, &k.e) != RC_OK)
		fail_msg("%s", k.e.text);
	assert_int_equal(store_commit(k.store.s, &k.e), RC_OK);
}

static void changes_are_one_job_for_a_batch_and_cloud(void **state)
{
	int64_t seq;

	change("acc_1", 1);
	assert_int_equal(jobs("kind = 'sync'"), 0);
	provision("B1", one);
	provision("B1", two);
	provision("B1", in_only);
	cloud_case_sql(&k, "DELETE FROM audit");
	for (seq = 1; seq <= 5; seq++)
		change("acc_1", seq);
	change("acc_1", 5);
	change("acc_2", 6);
	change("", 6);
	/* One that can only take in has nothing to hear. */
	assert_int_equal(jobs("kind = 'sync'"), 2);
	assert_int_equal(cloud_case_number(&k,
			     "SELECT count(*) FROM cloud_change"),
	    10);
	assert_int_equal(cloud_case_number(&k, "SELECT count(*) FROM audit"),
	    0);
	/* A paused one is open; one that has ended is not. */
	cloud_case_sql(&k, "UPDATE job SET state = 'paused'");
	change("acc_1", 8);
	assert_int_equal(jobs("kind = 'sync'"), 2);
	cloud_case_sql(&k, "UPDATE job SET state = 'done'");
	change("acc_1", 9);
	assert_int_equal(jobs("kind = 'sync'"), 4);
}

static void who_unbinds_leaves_every_cloud(void **state)
{
	struct core_actor rival = k.admin;
	struct store_job j = provision("B1", one), gone;

	end(&j, "done", 0);
	provision("B1", two);
	/* What became of a device is sent all the same. */
	change("acc_1", 1);
	assert_int_equal(bind_undo(&k.core, &k.admin, "B1", &k.e), RC_OK);
	assert_int_equal(jobs("kind = 'sync' AND state = 'cancelled'"), 0);
	/* The second never heard of it. */
	assert_int_equal(wanted("B1", one), '-');
	assert_int_equal(wanted("B1", two), '.');
	assert_int_equal(jobs("kind = 'remove' AND state = 'queued' "
			      "AND account_id = 'acc_1' AND total = 10"),
	    1);
	assert_int_equal(jobs("kind = 'provision' AND state = 'cancelled'"), 1);
	/* The next one cannot keep it there, nor sees it. */
	memcpy(rival.scope_id, "acc_2", sizeof("acc_2"));
	cloud_case_sql(&k,
	    "INSERT INTO binding (bid, account_id, bound_at, by_id, by_name, "
	    "by_from) VALUES ('B1', 'acc_2', 1, 'u', 'u', 'x')");
	assert_int_equal(job_remove(&k.core, &rival, "B1",
			     &(const struct job_wish){.cloud = one}, &gone,
			     &k.e),
	    RC_INVALID);
	assert_int_equal(bind_undo(&k.core, &rival, "B1", &k.e), RC_OK);
	gone = take_out("B1", one);
	assert_string_equal(gone.state, "queued");
	assert_int_equal(jobs("kind = 'remove'"), 1);
	end(&gone, "done", 0);
	assert_int_equal(wanted("B1", one), '.');
}

static void a_cloud_that_cannot_forget_keeps_the_batch_bound(void **state)
{
	struct store_job j = provision("B1", in_only), other;
	struct store_bind b;

	other = provision("B1", one);
	end(&j, "failed", 0);
	assert_int_equal(bind_undo(&k.core, &k.admin, "B1", &k.e), RC_CONFLICT);
	assert_string_equal(k.e.slug, "batch-provisioned");
	assert_non_null(strstr(k.e.text, "in only"));
	assert_int_equal(store_bind_find(k.store.s, "B1", &b, &k.e), RC_OK);
	assert_string_equal(state_of(&other), "queued");
	assert_int_equal(wanted("B1", one), '+');
}

static void pauses_and_their_end(void **state)
{
	struct store_job j = provision("B1", one), t;

	assert_int_equal(job_resume(&k.core, &k.admin, j.id, &j, &k.e),
	    RC_CONFLICT);
	assert_string_equal(k.e.slug, "job-not-paused");
	assert_int_equal(job_pause(&k.core, &k.admin, j.id, &j, &k.e), RC_OK);
	assert_int_equal(job_pause(&k.core, &k.admin, j.id, &j, &k.e), RC_OK);
	assert_string_equal(j.state, "paused");
	assert_int_equal(j.next_ms, 0);
	assert_int_equal(job_seconds_left(&j), -1);
	assert_string_equal(provision("B1", one).id, j.id);
	assert_int_equal(job_resume(&k.core, &k.admin, j.id, &j, &k.e), RC_OK);
	assert_string_equal(j.state, "queued");
	assert_true(j.next_ms > 0);
	assert_int_equal(job_pause(&k.core, &k.admin, j.id, &j, &k.e), RC_OK);
	assert_int_equal(job_retry(&k.core, &k.admin, j.id, &j, &k.e), RC_OK);
	assert_string_equal(j.state, "queued");
	/* What never began is forgotten. */
	assert_int_equal(job_cancel(&k.core, &k.admin, j.id, &j, &k.e), RC_OK);
	assert_int_equal(wanted("B1", one), '.');
	assert_int_equal(job_pause(&k.core, &k.admin, j.id, &j, &k.e),
	    RC_CONFLICT);
	assert_int_equal(job_get(&k.core, "acc_2", j.id, &t, &k.e),
	    RC_NOT_FOUND);
}

static void another_product_is_told_from_the_beginning(void **state)
{
	struct store_job j = provision("B1", one), j2;

	assert_int_equal(job_on_product(&k.core, &k.admin, "B1", &k.e), RC_OK);
	assert_string_equal(state_of(&j), "queued");
	assert_int_equal(jobs("1"), 1);
	cloud_case_sql(&k, "UPDATE job SET started_at = 1, cursor_seq = 5");
	assert_int_equal(job_on_product(&k.core, &k.admin, "B1", &k.e), RC_OK);
	assert_string_equal(state_of(&j), "cancelled");
	j2 = provision("B1", one);
	assert_int_equal(j2.cursor_seq, 0);
	end(&j2, "done", 0);
	j = take_out("B1", one);
	assert_int_equal(job_on_product(&k.core, &k.admin, "B1", &k.e), RC_OK);
	assert_string_equal(state_of(&j), "queued");
}

static void a_batch_is_in_so_many_clouds_and_no_more(void **state)
{
	char id[RAND_ID_SIZE], name[8];
	struct store_job j;
	int i;

	for (i = 0; i < JOB_QUEUE_CLOUDS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "c%d", i);
		add_free(name, id);
		provision("B1", id);
	}
	provision("B1", id);
	assert_int_equal(job_provision(&k.core, &k.admin, "B1",
			     &(const struct job_wish){.cloud = one}, &j, &k.e),
	    RC_CONFLICT);
	assert_string_equal(k.e.slug, "batch-too-many-clouds");
}

static void a_cloud_with_batches_is_forgotten_only_by_force(void **state)
{
	struct store_job j = provision("B1", one);

	assert_int_equal(cloud_delete(&k.core, &k.admin, one, true, &k.e),
	    RC_CONFLICT);
	assert_string_equal(k.e.slug, "cloud-in-use");
	end(&j, "done", 0);
	assert_int_equal(cloud_delete(&k.core, &k.admin, one, false, &k.e),
	    RC_CONFLICT);
	assert_string_equal(k.e.slug, "cloud-has-batches");
	assert_int_equal(cloud_delete(&k.core, &k.admin, one, true, &k.e),
	    RC_OK);
	assert_int_equal(wanted("B1", one), '.');
	assert_int_equal(bind_undo(&k.core, &k.admin, "B1", &k.e), RC_OK);
}

static void an_audit_needs_a_cloud_that_can_list(void **state)
{
	struct core_actor rival = k.admin;
	struct store_job j, again;

	assert_int_equal(job_audit(&k.core, &k.admin, in_only, &j, &k.e),
	    RC_CONFLICT);
	assert_string_equal(k.e.slug, "cloud-cannot-list");
	assert_int_equal(job_audit(&k.core, &k.admin, one, &j, &k.e), RC_OK);
	assert_int_equal(job_audit(&k.core, &k.admin, one, &again, &k.e),
	    RC_OK);
	assert_string_equal(j.id, again.id);
	assert_int_equal(job_test(&k.core, &k.admin, one, &again, &k.e), RC_OK);
	assert_string_not_equal(j.id, again.id);
	/* One that waits is its own account's to see. */
	memcpy(rival.scope_id, "acc_2", sizeof("acc_2"));
	assert_int_equal(job_test(&k.core, &rival, one, &again, &k.e),
	    RC_NOT_FOUND);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    CASE(nothing_leaves_a_cloud_that_it_is_not_in),
	    CASE(opposite_jobs_give_way),
	    CASE(what_is_gone_is_not_known_any_more),
	    CASE(a_job_that_was_overtaken_is_not_tried_again),
	    CASE(a_plan_changes_nothing),
	    CASE(a_move_ends_with_the_old_cloud),
	    CASE(changes_are_one_job_for_a_batch_and_cloud),
	    CASE(who_unbinds_leaves_every_cloud),
	    CASE(a_cloud_that_cannot_forget_keeps_the_batch_bound),
	    CASE(pauses_and_their_end),
	    CASE(another_product_is_told_from_the_beginning),
	    CASE(a_batch_is_in_so_many_clouds_and_no_more),
	    CASE(a_cloud_with_batches_is_forgotten_only_by_force),
	    CASE(an_audit_needs_a_cloud_that_can_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
