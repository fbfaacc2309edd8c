/* Named operations on what clouds are to know, on changes to tell and on
 * findings: what any engine must hold.  Must not use SQL. */
#include <string.h>

#include "store/store_account.h"
#include "store/store_batch.h"
#include "store/store_cloud.h"
#include "store/store_cloud_change.h"
#include "store/store_found.h"
#include "store/store_job.h"
#include "store/store_vendor.h"
#include "store/store_welcome.h"
#include "tests/unit/store_case.h"

#define NOW 1790000000

static struct store_case c;

static void must(enum rc rc)
{
	assert_int_equal(rc, RC_OK);
}

static enum rc add_cloud(const char *id, const char *type)
{
	struct store_cloud x = {.account = "acc_1",
	    .url = "https://x",
	    .chunk = 10,
	    .settings = "{\"region\":\"eu-west-1\"}"};

	(void)snprintf(x.id, sizeof(x.id), "%s", id);
	(void)snprintf(x.name, sizeof(x.name), "%s", id);
	(void)snprintf(x.type, sizeof(x.type), "%s", type);
	return store_cloud_add(c.s, &x, SPAN_NONE, SPAN_NONE, NULL);
}

static const struct store_welcome_of b1 = {.bid = "B1"};

static int setup(void **state)
{
	const struct store_account a = {.id = "acc_1", .name = "A"};
	const struct store_vendor v = {.id = "ven_1", .name = "V", .slug = "v"};
	const struct store_batch b = {.vendor_id = "ven_1",
	    .bid = "B1",
	    .open = true};

	store_case_open(&c);
	must(store_account_add(c.s, &a, NULL));
	must(store_vendor_add(c.s, &v, NULL));
	must(store_batch_grow(c.s, &b, 5, NULL));
	must(add_cloud("cld_1", "aws"));
	must(add_cloud("cld_2", "gate"));
	must(add_cloud("cld_3", "webhook"));
	return 0;
}

static int teardown(void **state)
{
	store_case_close(&c);
	return 0;
}

static void welcome(const char *cloud, int64_t seq, bool admit)
{
	struct store_welcome w = {.bid = "B1",
	    .account = "acc_1",
	    .seq = seq,
	    .admit = admit,
	    .since = NOW};

	(void)snprintf(w.cloud, sizeof(w.cloud), "%s", cloud);
	must(store_welcome_put(c.s, &w, NULL));
}

static void a_device_is_wanted_by_itself_or_with_its_batch(void **state)
{
	struct store_welcome_wants w;

	must(store_welcome_wants(c.s, "cld_1", "B1", 7, &w, NULL));
	assert_false(w.batch || w.single);
	welcome("cld_1", 7, true);
	must(store_welcome_wants(c.s, "cld_1", "B1", 7, &w, NULL));
	assert_true(w.single && !w.batch);
	must(store_welcome_wants(c.s, "cld_1", "B1", 8, &w, NULL));
	assert_false(w.batch || w.single);
	welcome("cld_1", 0, true);
	must(store_welcome_wants(c.s, "cld_1", "B1", 8, &w, NULL));
	assert_true(w.batch && !w.single);
	welcome("cld_1", 0, false);
	must(store_welcome_wants(c.s, "cld_1", "B1", 8, &w, NULL));
	assert_false(w.batch || w.single);
}

static void the_last_word_on_a_batch_counts(void **state)
{
	struct store_welcome rows[4];
	size_t n = 4;

	welcome("cld_1", 0, true);
	welcome("cld_3", 0, true);
	welcome("cld_1", 0, false);
	must(store_welcome_of(c.s, &b1, rows, &n, NULL));
	assert_int_equal(n, 2);
	assert_string_equal(rows[0].cloud, "cld_1");
	assert_false(rows[0].admit);
	assert_true(rows[1].admit);
	must(store_welcome_delete(c.s, "cld_1", "B1", 0, NULL));
	n = 4;
	must(store_welcome_in(c.s, "cld_1", NULL, rows, &n, NULL));
	assert_int_equal(n, 0);
	assert_int_equal(store_welcome_get(c.s, "cld_1", "B1", 0, rows, NULL),
	    RC_NOT_FOUND);
}

static size_t note(int64_t seq, char clouds[4][RAND_ID_SIZE])
{
	size_t n = 4;

	struct store_cloud_change_told told[4];
	size_t i;

	must(store_cloud_change_told(c.s,
	    &(struct store_cloud_change_of){"acc_1", "B1", seq}, told, &n,
	    NULL));
	for (i = 0; i < n; i++) {
		memcpy(clouds[i], told[i].cloud, RAND_ID_SIZE);
		must(store_cloud_change_add(c.s, clouds[i], "B1", seq, NOW,
		    NULL));
	}
	return n;
}

static void a_change_is_noted_where_the_device_is_known(void **state)
{
	char clouds[4][RAND_ID_SIZE];

	assert_int_equal(note(3, clouds), 0);
	welcome("cld_1", 0, true);
	welcome("cld_2", 0, true);
	welcome("cld_3", 3, true);
	assert_int_equal(note(3, clouds), 2);
	assert_string_equal(clouds[0], "cld_1");
	assert_string_equal(clouds[1], "cld_3");
	assert_int_equal(note(4, clouds), 1);
}

static void a_change_while_it_is_sent_is_kept(void **state)
{
	char clouds[4][RAND_ID_SIZE];
	struct store_cloud_change rows[4];
	uint64_t left = 0;
	size_t n = 4;

	welcome("cld_1", 0, true);
	(void)note(3, clouds);
	must(store_cloud_change_list(c.s,
	    &(struct store_cloud_change_page){"cld_1", "B1", 0}, rows, &n,
	    NULL));
	assert_int_equal(n, 1);
	(void)note(3, clouds);
	must(store_cloud_change_done(c.s, rows[0].n, NULL));
	must(store_cloud_change_count(c.s, "cld_1", "B1", &left, NULL));
	assert_int_equal(left, 1);
	n = 4;
	must(store_cloud_change_list(c.s,
	    &(struct store_cloud_change_page){"cld_1", "B1", rows[0].n}, rows,
	    &n, NULL));
	assert_int_equal(n, 1);
	assert_int_equal(rows[0].seq, 3);
	must(store_cloud_change_done(c.s, rows[0].n, NULL));
	must(store_cloud_change_count(c.s, "cld_1", "B1", &left, NULL));
	assert_int_equal(left, 0);
}

static void what_nobody_claims_is_a_stranger(void **state)
{
	struct store_job j = {.id = "job_1",
	    .account = "acc_1",
	    .cloud = "cld_1",
	    .kind = "audit",
	    .state = "queued",
	    .created_by = "usr_1"};
	const struct store_found one = {.key = "device/1", .value = "enabled"},
				 two = {.key = "device/2", .value = "disabled"};
	struct store_found rows[4];
	size_t n = 4;

	must(store_job_add(c.s, &j, NULL));
	must(store_found_put(c.s, j.n, &two, NULL));
	must(store_found_put(c.s, j.n, &one, NULL));
	must(store_found_claim(c.s, j.n, "device/1", NULL));
	must(store_found_put(c.s, j.n, &one, NULL));
	must(store_found_strangers(c.s, j.n, "", rows, &n, NULL));
	assert_int_equal(n, 1);
	assert_string_equal(rows[0].key, "device/2");
	assert_string_equal(rows[0].value, "disabled");
	must(store_found_clear(c.s, j.n, NULL));
	assert_int_equal(store_found_get(c.s, j.n, "device/1", rows, NULL),
	    RC_NOT_FOUND);
}

static void a_breaker_and_settings_are_kept(void **state)
{
	const struct store_cloud_breaker b = {.state = "open",
	    .why = "away",
	    .since = NOW,
	    .until_ms = 5,
	    .faults = 6};
	struct store_cloud got;

	must(store_cloud_break(c.s, "cld_1", &b, NULL));
	must(store_cloud_get(c.s, "acc_1", "cld_1", &got, NULL));
	assert_string_equal(got.breaker.state, "open");
	assert_string_equal(got.breaker.why, "away");
	assert_int_equal(got.breaker.faults, 6);
	assert_string_equal(got.settings, "{\"region\":\"eu-west-1\"}");
	assert_string_equal(got.quotas, "{}");
	must(store_cloud_get(c.s, "acc_1", "cld_3", &got, NULL));
	assert_string_equal(got.breaker.state, "closed");
}

static void a_deleted_cloud_is_to_know_nothing(void **state)
{
	char clouds[4][RAND_ID_SIZE];
	struct store_welcome rows[4];
	size_t n = 4;

	welcome("cld_1", 0, true);
	must(store_cloud_delete(c.s, "acc_1", "cld_1", NOW, NULL));
	must(store_welcome_of(c.s, &b1, rows, &n, NULL));
	assert_int_equal(n, 0);
	assert_int_equal(note(3, clouds), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    T(a_device_is_wanted_by_itself_or_with_its_batch),
	    T(the_last_word_on_a_batch_counts),
	    T(a_change_is_noted_where_the_device_is_known),
	    T(a_change_while_it_is_sent_is_kept),
	    T(what_nobody_claims_is_a_stranger),
	    T(a_breaker_and_settings_are_kept),
	    T(a_deleted_cloud_is_to_know_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
