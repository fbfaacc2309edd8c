/* Named operations on vendors, reels, batches, bindings and devices: what any
 * engine must hold.  Must not use SQL. */
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "store/store_account.h"
#include "store/store_batch.h"
#include "store/store_bind.h"
#include "store/store_device.h"
#include "store/store_product.h"
#include "store/store_reel.h"
#include "store/store_vendor.h"
#include "tests/unit/store_case.h"

#define NOW 1790000000

/* Lists are asked for with the room there is. */
static size_t *room(size_t *n)
{
	*n = 4;
	return n;
}

static struct store_case c;

static struct store_vendor vendor(const char *id)
{
	struct store_vendor v = {.created_at = NOW};

	(void)snprintf(v.id, sizeof(v.id), "%s", id);
	(void)snprintf(v.name, sizeof(v.name), "Vendor %s", id);
	(void)snprintf(v.slug, sizeof(v.slug), "slug-%s", id);
	return v;
}

static struct store_account account(const char *id)
{
	struct store_account a = {.created_at = NOW};

	(void)snprintf(a.id, sizeof(a.id), "%s", id);
	(void)snprintf(a.name, sizeof(a.name), "Account %s", id);
	return a;
}

static int setup(void **state)
{
	const struct store_vendor v = vendor("ven_1");
	const struct store_account a = account("acc_1"), b = account("acc_2");

	store_case_open(&c);
	return store_vendor_add(c.s, &v, NULL) == RC_OK &&
		store_account_add(c.s, &a, NULL) == RC_OK &&
		store_account_add(c.s, &b, NULL) == RC_OK
	    ? 0
	    : -1;
}

static int teardown(void **state)
{
	store_case_close(&c);
	return 0;
}

static void grow_batch(const char *bid, uint64_t devices)
{
	struct store_batch b = {.vendor_id = "ven_1",
	    .open = true,
	    .published_at = NOW};

	(void)snprintf(b.bid, sizeof(b.bid), "%s", bid);
	b.created_at = NOW;
	assert_int_equal(store_batch_grow(c.s, &b, devices, NULL), RC_OK);
}

static struct store_bind binding(const char *bid, const char *acc)
{
	struct store_bind b = {.bound_at = NOW,
	    .by_id = "usr_1",
	    .by_name = "Ann",
	    .by_from = "127.0.0.1"};

	(void)snprintf(b.bid, sizeof(b.bid), "%s", bid);
	(void)snprintf(b.account_id, sizeof(b.account_id), "%s", acc);
	return b;
}

static void a_slug_is_taken_once(void **state)
{
	struct store_vendor v = vendor("ven_2"), found;

	(void)snprintf(v.slug, sizeof(v.slug), "slug-ven_1");
	assert_int_equal(store_vendor_add(c.s, &v, NULL), RC_CONFLICT);
	assert_int_equal(store_vendor_find(c.s, "ven_2", &found, NULL),
	    RC_NOT_FOUND);
	assert_int_equal(store_vendor_find(c.s, "ven_1", &found, NULL), RC_OK);
	assert_string_equal(found.name, "Vendor ven_1");
	assert_int_equal(found.created_at, NOW);
}

static void a_ca_stays_with_its_vendor(void **state)
{
	const struct store_vendor other = vendor("ven_2");
	struct store_vendor_ca ca = {.vendor_id = "ven_1",
				   .subject = "CN=root",
				   .root = true,
				   .not_after = NOW,
				   .added_at = NOW},
			       found[4];
	size_t n = 0;

	memset(ca.fp, 7, sizeof(ca.fp));
	assert_int_equal(store_vendor_add(c.s, &other, NULL), RC_OK);
	assert_int_equal(store_vendor_ca_add(c.s, &ca, SPAN_LIT("der"), NULL),
	    RC_OK);
	assert_int_equal(store_vendor_ca_retire(c.s, "ven_2", ca.fp, NOW, NULL),
	    RC_NOT_FOUND);
	assert_int_equal(store_vendor_ca_retire(c.s, "ven_1", ca.fp, NOW, NULL),
	    RC_OK);
	assert_int_equal(store_vendor_ca_list(c.s, "ven_1", found, 4, &n, NULL),
	    RC_OK);
	assert_int_equal(n, 0);
	(void)snprintf(ca.vendor_id, sizeof(ca.vendor_id), "ven_2");
	assert_int_equal(store_vendor_ca_add(c.s, &ca, SPAN_LIT("der"), NULL),
	    RC_CONFLICT);
	assert_int_equal(store_vendor_ca_find(c.s, ca.fp, &found[0], NULL),
	    RC_OK);
	assert_string_equal(found[0].vendor_id, "ven_1");
	assert_true(found[0].retired_at != 0);
}

static void a_reel_is_published_once(void **state)
{
	struct store_reel r = {.vendor_id = "ven_1",
			      .bid = "B1",
			      .name = "R1",
			      .form = "csv",
			      .upload_id = "upl_1"},
			  again = r, list[4];
	size_t n = 0;

	assert_int_equal(store_reel_add(c.s, &r, NULL), RC_OK);
	assert_true(r.id > 0);
	assert_int_equal(store_reel_add(c.s, &again, NULL), RC_CONFLICT);
	assert_int_equal(store_reel_list(c.s, "B1", 0, list, room(&n), NULL),
	    RC_OK);
	assert_int_equal(n, 0);
	r.devices = 3;
	r.published_at = NOW;
	assert_int_equal(store_reel_publish(c.s, &r, NULL), RC_OK);
	assert_int_equal(store_reel_publish(c.s, &r, NULL), RC_CONFLICT);
	assert_int_equal(store_reel_list(c.s, "B1", 0, list, room(&n), NULL),
	    RC_OK);
	assert_int_equal(n, 1);
	assert_int_equal(list[0].devices, 3);
	assert_int_equal(store_reel_list(c.s, "B1", r.id, list, room(&n), NULL),
	    RC_OK);
	assert_int_equal(n, 0);
}

static void a_batch_grows_with_its_reels(void **state)
{
	struct store_batch b;

	assert_int_equal(store_batch_find(c.s, "B1", &b, NULL), RC_NOT_FOUND);
	grow_batch("B1", 5);
	grow_batch("B1", 7);
	assert_int_equal(store_batch_find(c.s, "B1", &b, NULL), RC_OK);
	assert_int_equal(b.devices, 12);
	assert_false(b.bound);
	assert_true(b.open);
}

static void a_second_account_cannot_bind(void **state)
{
	struct store_bind b = binding("B1", "acc_1"), found;
	struct err e = {0};

	grow_batch("B1", 5);
	assert_int_equal(store_bind_add(c.s, &b, NULL), RC_OK);
	b = binding("B1", "acc_2");
	assert_int_equal(store_bind_add(c.s, &b, &e), RC_CONFLICT);
	assert_int_equal(store_bind_find(c.s, "B1", &found, NULL), RC_OK);
	assert_string_equal(found.account_id, "acc_1");
	assert_int_equal(store_bind_end(c.s, "B1", "usr_1", "Ann", NOW, NULL),
	    RC_OK);
	assert_int_equal(store_bind_find(c.s, "B1", &found, NULL),
	    RC_NOT_FOUND);
	assert_int_equal(store_bind_add(c.s, &b, NULL), RC_OK);
	assert_int_equal(store_bind_find(c.s, "B1", &found, NULL), RC_OK);
	assert_string_equal(found.account_id, "acc_2");
}

/* Exit status: 0 won, 1 lost, 2 anything else. */
static int race_one(int number)
{
	struct store *s = store_case_again(&c);
	struct store_bind b = binding("B1", number % 2 ? "acc_1" : "acc_2");
	enum rc rc = store_begin(s, NULL);

	if (rc == RC_OK)
		rc = store_bind_add(s, &b, NULL);
	if (rc == RC_OK)
		rc = store_commit(s, NULL);
	store_close(s);
	return rc == RC_OK ? 0 : rc == RC_CONFLICT ? 1 : 2;
}

static void of_twenty_binders_at_once_one_wins(void **state)
{
	int i, status, won = 0, lost = 0;
	pid_t pids[20];

	grow_batch("B1", 5);
	for (i = 0; i < 20; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] == 0)
			_exit(race_one(i));
	}
	for (i = 0; i < 20; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		won += WIFEXITED(status) && WEXITSTATUS(status) == 0;
		lost += WIFEXITED(status) && WEXITSTATUS(status) == 1;
	}
	assert_int_equal(won, 1);
	assert_int_equal(lost, 19);
}

static void a_product_in_use_stays(void **state)
{
	struct store_product p = {.id = "prd_1",
	    .account_id = "acc_1",
	    .name = "DW-9"};
	struct store_bind b = binding("B1", "acc_1");

	grow_batch("B1", 5);
	assert_int_equal(store_product_add(c.s, &p, NULL), RC_OK);
	(void)snprintf(p.id, sizeof(p.id), "prd_2");
	assert_int_equal(store_product_add(c.s, &p, NULL), RC_CONFLICT);
	assert_int_equal(store_product_find(c.s, "acc_2", "prd_1", &p, NULL),
	    RC_NOT_FOUND);
	(void)snprintf(b.product_id, sizeof(b.product_id), "prd_1");
	assert_int_equal(store_bind_add(c.s, &b, NULL), RC_OK);
	assert_int_equal(store_product_delete(c.s, "acc_1", "prd_1", NULL),
	    RC_CONFLICT);
	b.product_id[0] = '\0';
	assert_int_equal(store_bind_change(c.s, &b, NULL), RC_OK);
	assert_int_equal(store_product_delete(c.s, "acc_2", "prd_1", NULL),
	    RC_NOT_FOUND);
	assert_int_equal(store_product_delete(c.s, "acc_1", "prd_1", NULL),
	    RC_OK);
}

static void make_rows(struct store_device_row *rows, size_t n, int64_t reel,
    uint8_t salt)
{
	size_t i;

	memset(rows, 0, n * sizeof(*rows));
	for (i = 0; i < n; i++) {
		rows[i].seq = (reel << STORE_DEVICE_INDEX_BITS) + (int64_t)i;
		rows[i].fp[0] = (uint8_t)(i * 37);
		rows[i].fp[1] = (uint8_t)i;
		rows[i].fp[2] = salt;
		rows[i].key[0] = (int64_t)(i / 2);
		rows[i].key[1] = (int64_t)(i / 2);
		rows[i].cert = SPAN_LIT("certificate");
	}
}

static void devices_come_all_or_none(void **state)
{
	struct store_device_row rows[50];
	struct store *bulk;
	struct buf cert;
	int64_t seq, seqs[4];
	size_t n = 0;

	assert_int_equal(store_open_bulk(&bulk, c.where, NULL), RC_OK);
	make_rows(rows, 50, 1, 1);
	assert_int_equal(store_device_insert(bulk, rows, 50, NULL), RC_OK);
	assert_int_equal(store_device_find_fp(c.s, rows[9].fp, &seq, NULL),
	    RC_OK);
	assert_int_equal(seq, rows[9].seq);
	assert_int_equal(store_device_find_key(c.s, 4, 0, seqs, room(&n), NULL),
	    RC_OK);
	assert_int_equal(n, 2);
	assert_int_equal(seqs[1], rows[9].seq);
	buf_init(&cert, 100);
	assert_int_equal(store_device_get(c.s, seq, &cert, NULL), RC_OK);
	assert_true(span_eq_str(buf_span(&cert), "certificate"));
	buf_clear(&cert);

	/* One of these has a fingerprint that is there already. */
	make_rows(rows, 50, 2, 2);
	rows[49].fp[2] = 1;
	assert_int_equal(store_device_insert(bulk, rows, 50, NULL),
	    RC_CONFLICT);
	assert_int_equal(store_device_find_fp(c.s, rows[0].fp, &seq, NULL),
	    RC_NOT_FOUND);

	make_rows(rows, 50, 1, 1);
	assert_int_equal(store_device_delete(bulk, rows, 50, NULL), RC_OK);
	assert_int_equal(store_device_find_fp(c.s, rows[9].fp, &seq, NULL),
	    RC_NOT_FOUND);
	assert_int_equal(store_device_find_key(c.s, 4, 0, seqs, room(&n), NULL),
	    RC_OK);
	assert_int_equal(n, 0);
	store_close(bulk);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    CASE(a_slug_is_taken_once),
	    CASE(a_ca_stays_with_its_vendor),
	    CASE(a_reel_is_published_once),
	    CASE(a_batch_grows_with_its_reels),
	    CASE(a_second_account_cannot_bind),
	    CASE(of_twenty_binders_at_once_one_wins),
	    CASE(a_product_in_use_stays),
	    CASE(devices_come_all_or_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
