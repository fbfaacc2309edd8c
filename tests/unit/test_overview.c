/* What the desk shows of an account: lists, sightings, sums, hours, and what
 * needs attention.  Devices are rows without certificates. */
#include "core/batch.h"
#include "core/bind.h"
#include "core/overview.h"
#include "core/sighting.h"
#include "store/store_bind_list.h"
#include "store/store_migrate.h"
#include "store/store_seen.h"
#include "store/store_sql.h"
#include "tests/unit/cloud_case.h"

#define NOW 1790000000
#define REEL(n) ((int64_t)(n) << 28)

static struct cloud_case k;

static int setup(void **state)
{
	cloud_case_open(&k);
	k.admin.now_s = NOW;
	cloud_case_sql(&k,
	    "INSERT INTO reel (id, vendor_id, bid, name, state, form,"
	    " upload_id, devices, published_at) VALUES"
	    " (1, 'ven_1', 'B1', 'R1', 'published', 'csv', 'u1', 10, 1),"
	    " (2, 'ven_1', 'B2', 'R2', 'staging', 'csv', 'u2', 20, NULL),"
	    " (3, 'ven_1', 'B3', 'R3', 'published', 'csv', 'u3', 5, 1);"
	    "DELETE FROM binding");
	return 0;
}

static int teardown(void **state)
{
	cloud_case_close(&k);
	return 0;
}

static void bind_as(const char *bid, const char *account, const char *by,
    int64_t at)
{
	struct store_bind b = {.bound_at = at};

	(void)snprintf(b.bid, sizeof(b.bid), "%s", bid);
	(void)snprintf(b.account_id, sizeof(b.account_id), "%s", account);
	(void)snprintf(b.by_id, sizeof(b.by_id), "%s", by);
	if (store_bind_add(k.store.s, &b, &k.e) != RC_OK)
		fail_msg("%s", k.e.text);
}

static struct store_bind find(const char *bid)
{
	struct store_bind b;

	assert_int_equal(store_bind_find(k.store.s, bid, &b, &k.e), RC_OK);
	return b;
}

static struct overview *look(void)
{
	static struct overview o;

	if (overview_read(&k.core, &k.admin, 7, &o, &k.e) != RC_OK)
		fail_msg("%s", k.e.text);
	return &o;
}

static const struct store_attention *attention(const char *kind)
{
	const struct overview *o = look();
	size_t i;

	for (i = 0; i < o->attention_n; i++)
		if (strcmp(o->attention[i].kind, kind) == 0)
			return &o->attention[i].what;
	return NULL;
}

static void a_binding_counts_until_it_is_undone(void **state)
{
	bind_as("B1", "acc_1", "usr_a", NOW - 10 * 86400);
	bind_as("B2", "acc_1", "usr_a", NOW);
	bind_as("B3", "acc_2", "usr_a", NOW);
	assert_int_equal(find("B2").devices, 20);
	assert_int_equal(look()->sum.batches, 2);
	assert_int_equal(look()->sum.devices, 30);
	assert_int_equal(look()->since.batches_bound, 1);
	assert_int_equal(look()->since.devices_bound, 20);
	assert_int_equal(look()->days_n, 7);
	assert_int_equal(look()->days[6].devices_bound, 20);
	assert_int_equal(look()->days[0].devices_bound, 0);
	assert_int_equal(bind_undo(&k.core, &k.admin, "B2", &k.e), RC_OK);
	assert_int_equal(look()->sum.devices, 10);
	assert_int_equal(look()->since.batches_bound, 0);
	assert_int_equal(look()->days[6].devices_bound, 0);
}

static void an_operator_undoes_its_own_in_time(void **state)
{
	static const struct {
		const char *by;
		int64_t age_s;
		enum rc rc;
	} cases[] = {{"usr_op", 0, RC_OK}, {"usr_op", 900, RC_OK},
	    {"usr_op", 901, RC_DENIED}, {"usr_a", 0, RC_NOT_FOUND},
	    {"usr_a", 901, RC_NOT_FOUND}};
	struct core_actor op = k.admin;
	size_t i;

	op.role = CORE_OPERATOR;
	(void)snprintf(op.id, sizeof(op.id), "usr_op");
	for (i = 0; i < COUNT(cases); i++) {
		bind_as("B1", "acc_1", cases[i].by, NOW - cases[i].age_s);
		assert_int_equal(bind_undo(&k.core, &op, "B1", &k.e),
		    cases[i].rc);
		if (cases[i].rc == RC_DENIED)
			assert_string_equal(k.e.slug, "unbind-too-late");
		if (cases[i].rc != RC_OK)
			assert_int_equal(bind_undo(&k.core, &k.admin, "B1",
					     &k.e),
			    RC_OK);
	}
}

static void make_many(size_t n)
{
	char sql[600];
	size_t i;

	for (i = 0; i < n; i++) {
		(void)snprintf(sql, sizeof(sql),
		    "INSERT INTO batch (bid, vendor_id, open, devices,"
		    " created_at, published_at) VALUES ('M%02zu', 'ven_1', 1,"
		    " %zu, 1, 1)",
		    i, i % 3);
		cloud_case_sql(&k, sql);
		(void)snprintf(sql, sizeof(sql), "M%02zu", i);
		bind_as(sql, "acc_1", i % 2 ? "usr_a" : "usr_op",
		    NOW - (int64_t)(i / 4));
	}
}

/* Each order gives each batch once, in order, whatever the page. */
static void each_order_pages_without_gap(void **state)
{
	struct store_bind_filter f = {.account_id = "acc_1"};
	struct store_bind_row rows[4];
	char last[65];
	size_t n, total;
	int sort;

	make_many(23);
	bind_as("B3", "acc_2", "usr_a", NOW);
	for (sort = 0; sort < 10; sort++) {
		f.sort = (enum store_bind_sort)(sort / 2);
		f.ascending = sort % 2 != 0;
		f.after_bid = NULL;
		for (total = 0, n = 4; n == 4; total += n) {
			assert_int_equal(store_bind_list(k.store.s, &f, rows, 4,
					     &n, &k.e),
			    RC_OK);
			if (n == 0)
				break;
			(void)snprintf(last, sizeof(last), "%s",
			    rows[n - 1].bind.bid);
			f.after_bid = last;
			f.after_value =
			    store_bind_list_value(&rows[n - 1].bind, f.sort);
		}
		assert_int_equal(total, 23);
	}
}

static void filters_count_what_they_list(void **state)
{
	static const struct {
		struct store_bind_filter f;
		uint64_t n;
	} cases[] = {
	    {{.account_id = "acc_1"}, 23},
	    {{.account_id = "acc_2"}, 0},
	    {{.account_id = "acc_1", .by_id = "usr_op"}, 12},
	    {{.account_id = "acc_1", .q = "m1"}, 10},
	    {{.account_id = "acc_1", .q = "M1", .by_id = "usr_op"}, 5},
	    {{.account_id = "acc_1", .q = "_"}, 0},
	    {{.account_id = "acc_1", .q = "washer"}, 1},
	    {{.account_id = "acc_1", .product_id = "prd_1"}, 1},
	    {{.account_id = "acc_1", .state = "bound"}, 23},
	    {{.account_id = "acc_1", .state = "failed"}, 0},
	    {{.account_id = "acc_1", .cloud_id = "cld_x"}, 0},
	};
	struct store_bind_row rows[40];
	uint64_t total;
	size_t i, n;

	make_many(23);
	cloud_case_sql(&k,
	    "INSERT INTO product (id, account_id, name, created_at) VALUES"
	    " ('prd_1', 'acc_1', 'Dishwasher', 1);"
	    "UPDATE binding SET product_id = 'prd_1' WHERE bid = 'M07'");
	for (i = 0; i < COUNT(cases); i++) {
		assert_int_equal(store_bind_list(k.store.s, &cases[i].f, rows,
				     40, &n, &k.e),
		    RC_OK);
		assert_int_equal(store_bind_list_count(k.store.s, &cases[i].f,
				     &total, &k.e),
		    RC_OK);
		assert_int_equal(n, cases[i].n);
		assert_int_equal(total, cases[i].n);
	}
}

static void a_device_counts_once_when_seen(void **state)
{
	static struct sighting_set set;
	struct store_seen seen;
	struct store_bind b;

	memset(&set, 0, sizeof(set));
	bind_as("B1", "acc_1", "usr_a", NOW - 1000);
	assert_false(sighting_note(&set, REEL(1) + 4, NOW - 500));
	assert_false(sighting_note(&set, REEL(1) + 4, NOW - 441));
	assert_int_equal(set.n, 1);
	assert_false(sighting_note(&set, REEL(1) + 4, NOW - 440));
	assert_false(sighting_note(&set, REEL(1) + 5, NOW - 440));
	/* Not published, not bound, not there. */
	assert_false(sighting_note(&set, REEL(2) + 1, NOW));
	assert_false(sighting_note(&set, REEL(3) + 1, NOW));
	assert_false(sighting_note(&set, REEL(9) + 1, NOW));
	sighting_flush(&k.core, &set, NOW);
	assert_int_equal(set.n, 0);
	b = find("B1");
	assert_int_equal(b.seen, 2);
	assert_int_equal(look()->sum.seen, 2);
	assert_int_equal(look()->since.devices_first_seen, 2);
	assert_int_equal(store_seen_get(k.store.s, REEL(1) + 4, &b, &seen,
			     &k.e),
	    RC_OK);
	assert_int_equal(seen.first_at, NOW - 500);
	assert_int_equal(seen.last_at, NOW - 440);
}

static void a_full_set_says_so_and_loses_nothing(void **state)
{
	static struct sighting_set set;
	int64_t i;

	memset(&set, 0, sizeof(set));
	bind_as("B1", "acc_1", "usr_a", NOW - 1000);
	for (i = 0; !sighting_note(&set, REEL(1) + i, NOW); i++)
		;
	assert_int_equal(i, SIGHTING_DUE_MAX - 1);
	assert_true(sighting_note(&set, REEL(1) + i + 1, NOW));
	sighting_flush(&k.core, &set, NOW);
	assert_int_equal(find("B1").seen, SIGHTING_DUE_MAX);
}

/* What another account saw of a reel is not told to the next one. */
static void sightings_end_with_the_binding(void **state)
{
	static struct sighting_set set;
	struct store_seen seen;
	struct store_bind b;

	memset(&set, 0, sizeof(set));
	bind_as("B1", "acc_1", "usr_a", NOW - 1000);
	(void)sighting_note(&set, REEL(1), NOW - 900);
	sighting_flush(&k.core, &set, NOW);
	assert_int_equal(bind_undo(&k.core, &k.admin, "B1", &k.e), RC_OK);
	assert_int_equal(look()->sum.seen, 0);
	bind_as("B1", "acc_2", "usr_b", NOW - 800);
	b = find("B1");
	assert_int_equal(b.seen, 0);
	assert_int_equal(store_seen_get(k.store.s, REEL(1), &b, &seen, &k.e),
	    RC_OK);
	assert_int_equal(seen.first_at, 0);
	(void)sighting_note(&set, REEL(1), NOW - 700);
	sighting_flush(&k.core, &set, NOW);
	assert_int_equal(find("B1").seen, 1);
	assert_int_equal(look()->sum.seen, 0);
}

/* Whoever has its batch; by its birth certificate or one of its own. */
static void a_claimed_device_counts_for_who_has_claimed_it(void **state)
{
	static struct sighting_set set;
	struct sighting_report r = {.at_s = NOW};
	char sql[1400];

	memset(&set, 0, sizeof(set));
	bind_as("B1", "acc_2", "usr_b", NOW - 1000);
	(void)snprintf(sql, sizeof(sql),
	    "INSERT INTO product (id, account_id, name, created_at) VALUES"
	    " ('prd_1', 'acc_1', 'Dishwasher', 1);"
	    "INSERT INTO claim_voucher (id, account_id, product_id, name,"
	    " max_devices, expires_at, created_at, created_by) VALUES"
	    " ('cvo_1', 'acc_1', 'prd_1', 'v', 9, 9, 1, 'u');"
	    "INSERT INTO device_claim (seq, account_id, product_id,"
	    " voucher_id, bid, claimed_at) VALUES"
	    " (%lld, 'acc_1', 'prd_1', 'cvo_1', 'B1', %d),"
	    " (%lld, 'acc_1', 'prd_1', 'cvo_1', 'B1', %d);"
	    "INSERT INTO ca (id, account_id, name, kind, hsm_name, key_type,"
	    " spki, common_name, org, chain, created_at) VALUES ('ca_1',"
	    " 'acc_1', 'CA', 'root', '', 'p256', x'00', 'CA', 'O', x'', 1);"
	    "INSERT INTO certificate (id, account_id, ca_id, kind, seq, fp,"
	    " serial, spki_sha256, der, not_before, not_after, state,"
	    " issued_at) VALUES ('crt_1', 'acc_1', 'ca_1', 'device', %lld,"
	    " zeroblob(32), x'01', x'', x'', 0, 9, 'valid', 1);"
	    "INSERT INTO cloud (id, account_id, name, type, form, url,"
	    " audience, username, chunk, created_at) VALUES"
	    " ('cld_1', 'acc_1', 'G', 'gate', '', '', '', '', 1, 1);",
	    (long long)REEL(1) + 4, NOW - 600, (long long)REEL(1) + 5,
	    NOW - 600, (long long)REEL(1) + 5);
	cloud_case_sql(&k, sql);
	(void)sighting_note(&set, REEL(1) + 4, NOW - 500);
	(void)sighting_note(&set, REEL(1) + 6, NOW - 500);
	sighting_flush(&k.core, &set, NOW);
	assert_int_equal(find("B1").seen, 1);
	assert_int_equal(look()->sum.seen, 1);
	k.admin.now_s = NOW;
	/* A gate that was never told of it says nothing of it. */
	assert_int_equal(sighting_take(&k.core, &k.admin, "cld_1", &r, 1, &k.e),
	    RC_OK);
	assert_int_equal(look()->sum.seen, 1);
	(void)snprintf(sql, sizeof(sql),
	    "INSERT INTO feed_event (cloud_id, n, op, bid, product, seq,"
	    " created_at) VALUES ('cld_1', 1, 'admit', 'B1', '', %lld, 1)",
	    (long long)REEL(1) + 5);
	cloud_case_sql(&k, sql);
	assert_int_equal(sighting_take(&k.core, &k.admin, "cld_1", &r, 1, &k.e),
	    RC_OK);
	assert_int_equal(look()->sum.seen, 2);
	assert_int_equal(find("B1").seen, 1);
	assert_int_equal(cloud_case_number(&k,
			     "SELECT active FROM claim_voucher"),
	    2);
}

static void what_needs_attention_is_told_worst_first(void **state)
{
	char cloud[RAND_ID_SIZE], sql[900];

	assert_int_equal(look()->attention_n, 0);
	cloud_case_add(&k, "one", cloud);
	bind_as("B1", "acc_1", "usr_a", NOW);
	bind_as("B2", "acc_1", "usr_a", NOW);
	bind_as("B3", "acc_2", "usr_a", NOW);
	assert_int_equal(attention("no-product")->count, 2);
	assert_int_equal(attention("no-cloud")->count, 2);
	(void)snprintf(sql, sizeof(sql),
	    "UPDATE binding SET cloud_id = '%s' WHERE bid = 'B1';"
	    "INSERT INTO api_token (id, hash, scope, scope_id, name, role,"
	    " created_by, created_at, expires_at) VALUES"
	    " ('tok_1', x'01', 'account', 'acc_1', 'ci', 'gate', 'u', 1, %d),"
	    " ('tok_2', x'02', 'account', 'acc_1', 'old', 'gate', 'u', 1, %d),"
	    " ('tok_3', x'03', 'account', 'acc_1', 'far', 'gate', 'u', 1, %d),"
	    " ('tok_4', x'04', 'account', 'acc_2', 'no', 'gate', 'u', 1, %d);"
	    "INSERT INTO cloud (id, account_id, name, type, form, url,"
	    " audience, username, chunk, feed_seen_at, created_at) VALUES"
	    " ('cld_s', 'acc_1', 'Silent', 'gate', '', '', '', '', 1, %d, 1),"
	    " ('cld_w', 'acc_1', 'Well', 'gate', '', '', '', '', 1, %d, 1)",
	    cloud, NOW + 86400, NOW - 1, NOW + 15 * 86400, NOW + 86400,
	    NOW - 3601, NOW - 3599);
	cloud_case_sql(&k, sql);
	assert_string_equal(attention("token-expiring")->target, "tok_1");
	assert_string_equal(attention("cloud-silent")->target, "cld_s");
	assert_string_equal(attention("batches-unprovisioned")->target, cloud);
	assert_int_equal(attention("no-cloud")->count, 1);
	assert_int_equal(look()->attention_n, 5);
	assert_string_equal(look()->attention[0].kind, "cloud-silent");
	k.admin.role = CORE_DEVELOPER;
	assert_null(attention("token-expiring"));
}

static void failed_and_waiting_jobs_need_attention(void **state)
{
	char cloud[RAND_ID_SIZE];
	struct store_job j;

	cloud_case_add(&k, "one", cloud);
	bind_as("B1", "acc_1", "usr_a", NOW);
	assert_int_equal(job_provision(&k.core, &k.admin, "B1",
			     &(struct job_wish){.cloud = cloud}, &j, &k.e),
	    RC_OK);
	(void)snprintf(j.state, sizeof(j.state), "waiting");
	assert_int_equal(store_job_save(k.store.s, &j, NULL, &k.e), RC_OK);
	assert_string_equal(attention("job-waiting")->name, "one");
	j.failed = 3;
	j.finished_at = NOW;
	(void)snprintf(j.state, sizeof(j.state), "failed");
	assert_int_equal(store_job_save(k.store.s, &j, NULL, &k.e), RC_OK);
	assert_null(attention("job-waiting"));
	assert_string_equal(attention("job-failed")->target, j.id);
	assert_int_equal(attention("devices-failed")->count, 3);
	assert_string_equal(attention("devices-failed")->target, "B1");
	/* A newer one takes its place. */
	assert_int_equal(job_provision(&k.core, &k.admin, "B1",
			     &(struct job_wish){.cloud = cloud}, &j, &k.e),
	    RC_OK);
	assert_null(attention("job-failed"));
	assert_null(attention("devices-failed"));
}

/* As it was before there were counters. */
static void older(const char *path)
{
	struct db *d;

	assert_int_equal(store_migrate(path, store_migrations, 5, true, &k.e),
	    RC_OK);
	assert_int_equal(db_open(&d, path, DB_WRITE, &k.e), RC_OK);
	if (db_script(d,
		"INSERT INTO account (id, name, created_at) VALUES"
		" ('acc_1', 'One', 1);"
		"INSERT INTO vendor (id, name, slug, created_at) VALUES"
		" ('ven_1', 'Chips', 'chips', 1);"
		"INSERT INTO batch (bid, vendor_id, open, devices, created_at,"
		" published_at) VALUES ('B1', 'ven_1', 1, 10, 1, 1),"
		" ('B2', 'ven_1', 1, 20, 1, 1), ('B3', 'ven_1', 1, 5, 1, 1);"
		"INSERT INTO binding (bid, account_id, bound_at, by_id,"
		" by_name, by_from) VALUES ('B1', 'acc_1', 7200, 'u', 'u', "
		"'x'),"
		" ('B2', 'acc_1', 7200, 'u', 'u', 'x'),"
		" ('B3', 'acc_1', 10800, 'u', 'u', 'x');"
		"INSERT INTO cloud (id, account_id, name, type, form, url,"
		" audience, username, chunk, created_at) VALUES ('c1',"
		" 'acc_1', 'C', 'gate', '', '', '', '', 1, 1), ('c2',"
		" 'acc_1', 'D', 'gate', '', '', '', '', 1, 1);"
		"INSERT INTO job (id, account_id, bid, cloud_id, kind, state,"
		" only_failed, cursor_seq, total, done, failed, chunk,"
		" refused, tries, rate_milli, feed_n, last_error, result,"
		" created_at, started_at, finished_at, created_by) VALUES"
		" ('j1', 'acc_1', 'B1', 'c1', 'provision', 'failed', 0, 0,"
		" 10, 1, 0, 1, 0, 0, 0, 0, '', '', 1, 1, 7300, 'u'),"
		" ('j2', 'acc_1', 'B1', 'c1', 'provision', 'done', 0, 0,"
		" 10, 8, 2, 1, 0, 0, 0, 0, '', '', 1, 1, 7300, 'u'),"
		" ('j3', 'acc_1', 'B1', 'c2', 'provision', 'cancelled', 0, 0,"
		" 10, 0, 0, 1, 0, 0, 0, 0, '', '', 1, 1, 7300, 'u'),"
		" ('j4', 'acc_1', 'B2', 'c1', 'provision', 'queued', 0, 0,"
		" 20, 0, 0, 1, 0, 0, 0, 0, '', '', 1, 0, 0, 'u')",
		&k.e) != RC_OK)
		fail_msg("%s", k.e.text);
	db_close(d);
}

static void an_older_database_gets_its_counters(void **state)
{
	struct store_tally_sum sum;
	struct store_case c;
	struct store_bind b;
	struct store_tally t;
	char path[300];

	store_case_place(&c);
	(void)snprintf(path, sizeof(path), "%s/birthmark.db", c.dir);
	older(path);
	if (store_open(&c.s, c.where, true, &k.e) != RC_OK)
		fail_msg("%s", k.e.text);
	assert_int_equal(store_bind_find(c.s, "B1", &b, &k.e), RC_OK);
	assert_int_equal(b.devices, 10);
	assert_int_equal(b.provisioned, 8);
	assert_int_equal(b.failed, 2);
	assert_string_equal(b.state, "failed");
	/* As they would be counted anew. */
	assert_int_equal(store_bind_progress(c.s, "B1", &k.e), RC_OK);
	assert_int_equal(store_bind_find(c.s, "B2", &b, &k.e), RC_OK);
	assert_string_equal(b.state, "provisioning");
	assert_int_equal(store_bind_find(c.s, "B3", &b, &k.e), RC_OK);
	assert_string_equal(b.state, "bound");
	assert_int_equal(store_tally_sum_get(c.s, "acc_1", &sum, &k.e), RC_OK);
	assert_int_equal(sum.batches, 3);
	assert_int_equal(sum.devices, 35);
	assert_int_equal(sum.provisioned, 8);
	assert_int_equal(store_tally_since(c.s, "acc_1", 7200, &t, &k.e),
	    RC_OK);
	assert_int_equal(t.batches_bound, 3);
	assert_int_equal(t.devices_provisioned, 9);
	assert_int_equal(store_tally_since(c.s, "acc_1", 10800, &t, &k.e),
	    RC_OK);
	assert_int_equal(t.batches_bound, 1);
	store_case_close(&c);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    CASE(a_binding_counts_until_it_is_undone),
	    CASE(an_operator_undoes_its_own_in_time),
	    CASE(each_order_pages_without_gap),
	    CASE(filters_count_what_they_list),
	    CASE(a_device_counts_once_when_seen),
	    CASE(a_full_set_says_so_and_loses_nothing),
	    CASE(sightings_end_with_the_binding),
	    CASE(a_claimed_device_counts_for_who_has_claimed_it),
	    CASE(what_needs_attention_is_told_worst_first),
	    CASE(failed_and_waiting_jobs_need_attention),
	    CASE(an_older_database_gets_its_counters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
