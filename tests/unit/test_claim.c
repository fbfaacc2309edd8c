/* Claim vouchers: who comes in by one, how many, and what it changes. */
#include <pthread.h>

#include "core/batch.h"
#include "core/cloud.h"
#include "core/job.h"
#include "core/talk.h"
#include "store/db.h"
#include "store/store_tally.h"
#include "tests/unit/field_case.h"

static struct field_case f;
static struct publish_case *const pc = &f.pub;
static struct claim_result got;

static int open_case(void **state)
{
	(void)state;
	field_case_open(&f);
	return 0;
}

static int close_case(void **state)
{
	(void)state;
	field_case_close(&f);
	return 0;
}

static enum rc show(size_t device, const struct buf *token)
{
	return field_case_show(&f, device, token, pc->now_s, &got);
}

static void make(const struct core_actor *a, const char *product, uint64_t max,
    const char *bid, struct store_claim *row, struct buf *token)
{
	struct field_claim v = {product, max, bid, {.id = ""}, {.p = NULL}};

	field_case_claim(&f, a, &v);
	*row = v.row;
	*token = v.token;
}

#define REFUSED(call, want, why)                      \
	do {                                          \
		assert_int_equal((call), want);       \
		assert_string_equal(pc->e.slug, why); \
	} while (0)

static int64_t number(const char *sql)
{
	struct stmt *q = NULL;
	int64_t n = -1;

	if (db_query(store_db(pc->core.store), sql, NULL, 0, &q, &pc->e) !=
		RC_OK ||
	    db_step(q, &pc->e) != RC_OK)
		fail_msg("%s: %s", sql, pc->e.text);
	n = db_col_int(q, 0);
	db_done(q);
	return n;
}

static void a_device_of_an_unbound_batch_comes_in(void **state)
{
	struct store_claim v;
	struct buf token;

	(void)state;
	make(&pc->oem, f.product.id, 10, NULL, &v, &token);
	assert_string_equal(claim_state(&v, pc->now_s), "active");
	PUBLISH_OK(show(0, &token));
	assert_false(got.already);
	assert_string_equal(got.voucher, v.id);
	assert_string_equal(got.product, "Oven");
	field_case_look(&f);
	assert_true(f.device[0].claimed);
	assert_string_equal(f.device[0].account_id, pc->oem.scope_id);
	assert_string_equal(f.device[0].product_id, f.product.id);
	assert_string_equal(f.device[0].bound_by, "Spring firmware");
	assert_string_equal(f.device[1].account_id, "");
	/* Again, and again when the voucher lets nobody in any more. */
	PUBLISH_OK(show(0, &token));
	assert_true(got.already);
	PUBLISH_OK(claim_revoke(&pc->core, &pc->oem, v.id, &pc->e));
	PUBLISH_OK(show(0, &token));
	assert_true(got.already);
	PUBLISH_OK(claim_get(&pc->core, &pc->oem, v.id, &v, &pc->e));
	assert_int_equal(v.bound, 1);
	assert_int_equal(number("SELECT devices FROM account_sum"), 1);
	buf_clear(&token);
}

static void a_token_that_is_not_ours_is_refused(void **state)
{
	struct store_claim v;
	struct buf token, other;
	size_t i;

	(void)state;
	make(&pc->oem, f.product.id, 10, NULL, &v, &token);
	buf_init(&other, CLAIM_TOKEN_MAX);
	buf_add_span(&other, buf_span(&token));
	/* The last character of a signature holds bits that say nothing. */
	other.p[other.n - 10] = other.p[other.n - 10] == 'A' ? 'B' : 'A';
	REFUSED(show(0, &other), RC_DENIED, "claim-refused");
	buf_reset(&other);
	buf_add_str(&other, "eyJhbGciOiJub25lIn0.e30.");
	REFUSED(show(0, &other), RC_DENIED, "claim-refused");
	buf_reset(&other);
	/* Signed by our signer, but for something else. */
	PUBLISH_OK(signer_feed(pc->core.signer,
	    &(const struct signer_feed){.account = pc->oem.scope_id,
		.cloud = "cld_0000000000000000",
		.from = "1.0",
		.to = "2.0",
		.count = 1},
	    &other, &pc->e));
	REFUSED(show(0, &other), RC_DENIED, "claim-refused");
	/* Of a row that is gone. */
	PUBLISH_OK(db_script(store_db(pc->core.store),
	    "DELETE FROM claim_voucher", &pc->e));
	REFUSED(show(0, &token), RC_DENIED, "claim-refused");
	REFUSED(show(0, &token), RC_DENIED, "claim-refused");
	for (i = 0; i < 2; i++)
		(void)show(0, &token);
	REFUSED(show(0, &token), RC_LIMIT, "claim-locked");
	assert_true(pc->e.retry_after_s > 0);
	/* Another device does not wait for it. */
	REFUSED(show(1, &token), RC_DENIED, "claim-refused");
	assert_int_equal(number("SELECT count(*) FROM device_claim"), 0);
	buf_clear(&token);
	buf_clear(&other);
}

static enum rc foreign_token(size_t device)
{
	struct signer *own = pc->core.signer;
	struct field_case *other = calloc(1, sizeof(*other));
	struct store_claim v;
	struct buf token;
	enum rc rc;

	/* Another service, with the same rows. */
	field_case_signers(other);
	pc->core.signer = other->signer[0];
	make(&pc->oem, f.product.id, 10, NULL, &v, &token);
	pc->core.signer = own;
	rc = show(device, &token);
	buf_clear(&token);
	for (size_t i = 0; i < FIELD_SIGNERS; i++)
		signer_free(other->signer[i]);
	(void)waitpid(other->pid, NULL, 0);
	dir_case_remove(other->keys);
	free(other);
	return rc;
}

static void a_token_of_another_service_is_refused(void **state)
{
	(void)state;
	REFUSED(foreign_token(0), RC_DENIED, "claim-refused");
}

static void expired_revoked_and_other_batches_are_refused(void **state)
{
	struct store_claim v, listed, right;
	struct buf token, listed_token, right_token;

	(void)state;
	make(&pc->oem, f.product.id, 10, NULL, &v, &token);
	make(&pc->oem, f.product.id, 10, "FIELD-2", &listed, &listed_token);
	make(&pc->oem, f.product.id, 10, FIELD_BID, &right, &right_token);
	REFUSED(field_case_show(&f, 5, &token, v.expires_at, &got), RC_DENIED,
	    "claim-expired");
	assert_string_equal(claim_state(&v, v.expires_at), "expired");
	PUBLISH_OK(claim_revoke(&pc->core, &pc->oem, v.id, &pc->e));
	PUBLISH_OK(claim_revoke(&pc->core, &pc->oem, v.id, &pc->e));
	REFUSED(show(0, &token), RC_DENIED, "claim-revoked");
	REFUSED(show(0, &listed_token), RC_DENIED, "claim-batch");
	PUBLISH_OK(show(0, &right_token));
	PUBLISH_OK(claim_get(&pc->core, &pc->oem, v.id, &v, &pc->e));
	assert_string_equal(claim_state(&v, pc->now_s), "revoked");
	assert_int_equal(number("SELECT count(*) FROM audit WHERE action ="
				" 'claim' AND outcome = 'denied'"),
	    3);
	buf_clear(&token);
	buf_clear(&listed_token);
	buf_clear(&right_token);
}

static void a_bound_device_is_not_taken_away(void **state)
{
	struct core_actor rival = publish_case_account(pc, "rival");
	struct store_claim v, own;
	struct store_product p;
	struct buf token, own_token;

	(void)state;
	PUBLISH_OK(product_add(&pc->core, &rival, "Fridge", &p, &pc->e));
	make(&rival, p.id, 10, NULL, &v, &token);
	make(&pc->oem, f.product.id, 10, NULL, &own, &own_token);
	/* Claimed by one, then by the other. */
	PUBLISH_OK(show(0, &own_token));
	REFUSED(show(0, &token), RC_CONFLICT, "device-bound-elsewhere");
	assert_null(strstr(pc->e.text, "appliances"));
	/* Bound by its batch. */
	field_case_bind(&f, &pc->oem, f.product.id);
	REFUSED(show(1, &token), RC_CONFLICT, "device-bound-elsewhere");
	PUBLISH_OK(show(1, &own_token));
	assert_true(got.already);
	assert_int_equal(number("SELECT count(*) FROM device_claim"), 1);
	PUBLISH_OK(claim_get(&pc->core, &rival, v.id, &v, &pc->e));
	assert_int_equal(v.bound, 0);
	buf_clear(&token);
	buf_clear(&own_token);
}

/* Who binds the batch afterwards gets the others. */
static void a_claimed_device_stays_when_its_batch_is_bound(void **state)
{
	struct core_actor rival = publish_case_account(pc, "rival");
	struct device_query q = {0};
	struct device list[FIELD_DEVICES + 1];
	struct store_claim v;
	struct store_bind b;
	struct buf token;
	size_t n = COUNT(list), i;

	(void)state;
	make(&pc->oem, f.product.id, 10, NULL, &v, &token);
	PUBLISH_OK(show(2, &token));
	PUBLISH_OK(show(4, &token));
	field_case_bind(&f, &rival, NULL);
	field_case_look(&f);
	assert_string_equal(f.device[2].account_id, pc->oem.scope_id);
	assert_string_equal(f.device[3].account_id, rival.scope_id);
	PUBLISH_OK(device_search(&pc->core, &rival, &q, list, &n, &pc->e));
	assert_int_equal(n, FIELD_DEVICES - 2);
	for (i = 0; i < n; i++) {
		assert_true(list[i].seq != f.device[2].seq);
		device_clear(&list[i]);
	}
	n = COUNT(list);
	PUBLISH_OK(device_search(&pc->core, &pc->oem, &q, list, &n, &pc->e));
	assert_int_equal(n, 2);
	for (i = 0; i < n; i++)
		device_clear(&list[i]);
	PUBLISH_OK(store_bind_find(pc->core.store, FIELD_BID, &b, &pc->e));
	assert_int_equal(b.devices, FIELD_DEVICES - 2);
	buf_clear(&token);
}

/* Two lists, one by batch and one by claim, read as one in pages. */
static void claimed_and_bound_devices_are_one_list(void **state)
{
	struct device_query q = {0};
	struct device page[2];
	struct store_claim v;
	struct buf token;
	size_t n = COUNT(page), i, total = 0;
	char fp[65];

	(void)state;
	make(&pc->oem, f.product.id, 10, NULL, &v, &token);
	PUBLISH_OK(show(0, &token));
	PUBLISH_OK(show(3, &token));
	publish_case_reel(pc, "FIELD-0", "R0", true, 3);
	PUBLISH_OK(bind_batch(&pc->core, &pc->oem,
	    &(const struct bind_request){.bid = SPAN_LIT("FIELD-0")},
	    &(struct store_bind){.bid = ""}, &(bool){false}, &pc->e));
	while (n == COUNT(page)) {
		PUBLISH_OK(
		    device_search(&pc->core, &pc->oem, &q, page, &n, &pc->e));
		total += n;
		for (i = 0; i < n; i++) {
			assert_true(page[i].seq > q.after);
			q.after = page[i].seq;
			device_clear(&page[i]);
		}
	}
	assert_int_equal(total, 5);
	q = (struct device_query){.product_id = f.product.id};
	n = 2;
	PUBLISH_OK(device_search(&pc->core, &pc->oem, &q, page, &n, &pc->e));
	assert_int_equal(n, 2);
	for (i = 0; i < n; i++)
		device_clear(&page[i]);
	enc_hex_str(fp, span_of(f.device[3].fp, 32));
	q = (struct device_query){.fingerprint = span_str(fp)};
	PUBLISH_OK(device_search(&pc->core, &pc->oem, &q, page, &n, &pc->e));
	assert_int_equal(n, 1);
	device_clear(&page[0]);
	buf_clear(&token);
}

struct racer {
	struct core core;
	struct claim_request r;
	pthread_barrier_t *start;
	pthread_t thread;
	enum rc rc;
	struct claim_result result;
	struct err e;
};

static void *race(void *arg)
{
	struct racer *x = arg;

	(void)pthread_barrier_wait(x->start);
	x->rc = claim_device(&x->core, &x->r, &x->result, &x->e);
	return NULL;
}

/* Each racer with a worker's own connections. */
static void run_race(struct racer *x, size_t n)
{
	pthread_barrier_t start;
	size_t i;

	assert_int_equal(pthread_barrier_init(&start, NULL, (unsigned int)n),
	    0);
	for (i = 0; i < n; i++) {
		x[i].core = pc->core;
		x[i].core.store = store_case_again(&pc->store);
		x[i].core.signer = f.signer[i];
		x[i].start = &start;
		x[i].r.now_s = pc->now_s;
		assert_int_equal(pthread_create(&x[i].thread, NULL, race,
				     &x[i]),
		    0);
	}
	for (i = 0; i < n; i++) {
		(void)pthread_join(x[i].thread, NULL);
		store_close(x[i].core.store);
	}
	(void)pthread_barrier_destroy(&start);
}

static void a_full_voucher_is_full_for_all_at_once(void **state)
{
	struct racer x[FIELD_DEVICES] = {0};
	struct store_claim v;
	struct buf token;
	size_t i, won = 0;

	(void)state;
	make(&pc->oem, f.product.id, 2, NULL, &v, &token);
	for (i = 0; i < FIELD_DEVICES; i++) {
		x[i].r.device = &f.device[i];
		x[i].r.token = buf_span(&token);
	}
	run_race(x, FIELD_DEVICES);
	for (i = 0; i < FIELD_DEVICES; i++) {
		won += x[i].rc == RC_OK;
		if (x[i].rc == RC_OK)
			continue;
		assert_int_equal(x[i].rc, RC_DENIED);
		assert_string_equal(x[i].e.slug, "claim-limit");
	}
	assert_int_equal(won, 2);
	assert_int_equal(number("SELECT count(*) FROM device_claim"), 2);
	PUBLISH_OK(claim_get(&pc->core, &pc->oem, v.id, &v, &pc->e));
	assert_int_equal(v.bound, 2);
	assert_string_equal(claim_state(&v, pc->now_s), "full");
	buf_clear(&token);
}

static void one_device_with_two_vouchers_has_one_owner(void **state)
{
	struct core_actor rival = publish_case_account(pc, "rival");
	struct racer x[FIELD_SIGNERS] = {0};
	struct store_claim v;
	struct store_product p;
	struct buf token[2];
	size_t i, won[2] = {0};

	(void)state;
	PUBLISH_OK(product_add(&pc->core, &rival, "Fridge", &p, &pc->e));
	make(&pc->oem, f.product.id, 2, NULL, &v, &token[0]);
	make(&rival, p.id, 2, NULL, &v, &token[1]);
	for (i = 0; i < FIELD_SIGNERS; i++) {
		x[i].r.device = &f.device[0];
		x[i].r.token = buf_span(&token[i % 2]);
	}
	run_race(x, FIELD_SIGNERS);
	for (i = 0; i < FIELD_SIGNERS; i++)
		won[i % 2] += x[i].rc == RC_OK;
	assert_int_equal(won[0] + won[1], FIELD_SIGNERS / 2);
	assert_true(won[0] == 0 || won[1] == 0);
	assert_int_equal(number("SELECT sum(bound) FROM claim_voucher"), 1);
	buf_clear(&token[0]);
	buf_clear(&token[1]);
}

static void a_voucher_is_made_within_limits(void **state)
{
	const char *bids[] = {"B1", ""};
	const struct claim_wish bad[] = {
	    {"", f.product.id, NULL, 1, 1, NULL, 0},
	    {"a\nb", f.product.id, NULL, 1, 1, NULL, 0},
	    {"n", f.product.id, NULL, 0, 1, NULL, 0},
	    {"n", f.product.id, NULL, CLAIM_DEVICES_MAX + 1, 1, NULL, 0},
	    {"n", f.product.id, NULL, 1, 0, NULL, 0},
	    {"n", f.product.id, NULL, 1, CLAIM_DAYS_MAX + 1, NULL, 0},
	    {"n", f.product.id, NULL, 1, 1, bids, 2},
	    {"n", "prd_0000000000000000", NULL, 1, 1, NULL, 0},
	    {"n", f.product.id, "cld_0000000000000000", 1, 1, NULL, 0},
	};
	struct core_actor rival = publish_case_account(pc, "rival");
	struct store_claim v, list[2];
	struct buf token;
	size_t i, n = COUNT(list);

	(void)state;
	buf_init(&token, CLAIM_TOKEN_MAX);
	for (i = 0; i < COUNT(bad); i++)
		assert_int_equal(claim_create(&pc->core, &pc->oem, &bad[i], &v,
				     &token, &pc->e),
		    RC_INVALID);
	assert_int_equal(number("SELECT count(*) FROM claim_voucher"), 0);
	buf_clear(&token);
	make(&pc->oem, f.product.id, 2, NULL, &v, &token);
	assert_int_equal(claim_get(&pc->core, &rival, v.id, &v, &pc->e),
	    RC_NOT_FOUND);
	assert_int_equal(claim_revoke(&pc->core, &rival, v.id, &pc->e),
	    RC_NOT_FOUND);
	PUBLISH_OK(claim_list(&pc->core, &rival, "", list, &n, &pc->e));
	assert_int_equal(n, 0);
	assert_int_equal(product_delete(&pc->core, &pc->oem, f.product.id,
			     &pc->e),
	    RC_CONFLICT);
	PUBLISH_OK(claim_revoke(&pc->core, &pc->oem, v.id, &pc->e));
	PUBLISH_OK(product_delete(&pc->core, &pc->oem, f.product.id, &pc->e));
	buf_clear(&token);
}

static void a_cloud_that_is_gone_is_no_cloud(void **state)
{
	const struct cloud_spec spec = {.name = "Own", .type = "gate"};
	struct claim_wish w = {"n", f.product.id, NULL, 5, 1, NULL, 0};
	struct store_cloud cloud;
	struct store_claim v;
	struct buf token;

	(void)state;
	PUBLISH_OK(cloud_create(&pc->core, &pc->oem, &spec, &cloud, &pc->e));
	w.cloud = cloud.id;
	buf_init(&token, CLAIM_TOKEN_MAX);
	PUBLISH_OK(claim_create(&pc->core, &pc->oem, &w, &v, &token, &pc->e));
	PUBLISH_OK(show(0, &token));
	assert_int_equal(number("SELECT count(*) FROM job"), 1);
	field_case_look(&f);
	assert_string_equal(f.device[0].cloud_id, cloud.id);
	PUBLISH_OK(db_script(store_db(pc->core.store),
	    "UPDATE job SET state = 'cancelled'", &pc->e));
	PUBLISH_OK(cloud_delete(&pc->core, &pc->oem, cloud.id, true, &pc->e));
	field_case_look(&f);
	assert_string_equal(f.device[0].cloud_id, "");
	PUBLISH_OK(claim_get(&pc->core, &pc->oem, v.id, &v, &pc->e));
	assert_string_equal(v.cloud_id, "");
	PUBLISH_OK(show(1, &token));
	assert_int_equal(number("SELECT count(*) FROM job"), 1);
	buf_clear(&token);
}

static void talk_rules_hold_for_both_sides_and_no_others(void **state)
{
	struct core_actor rival = publish_case_account(pc, "rival");
	char peers[TALK_MAX][RAND_ID_SIZE];
	struct store_product fan, foreign;
	const char *wish[2] = {f.product.id, NULL};
	size_t n;

	(void)state;
	PUBLISH_OK(product_add(&pc->core, &pc->oem, "Fan", &fan, &pc->e));
	PUBLISH_OK(product_add(&pc->core, &rival, "Fan", &foreign, &pc->e));
	PUBLISH_OK(talk_get(&pc->core, pc->oem.scope_id, f.product.id, peers,
	    &n, &pc->e));
	assert_int_equal(n, 0);
	wish[1] = fan.id;
	PUBLISH_OK(talk_set(&pc->core, &pc->oem, fan.id, wish, 2, &pc->e));
	PUBLISH_OK(talk_get(&pc->core, pc->oem.scope_id, f.product.id, peers,
	    &n, &pc->e));
	assert_int_equal(n, 1);
	assert_string_equal(peers[0], fan.id);
	wish[1] = foreign.id;
	assert_int_equal(talk_set(&pc->core, &pc->oem, fan.id, wish, 2, &pc->e),
	    RC_INVALID);
	assert_int_equal(talk_set(&pc->core, &pc->oem, foreign.id, wish, 1,
			     &pc->e),
	    RC_NOT_FOUND);
	PUBLISH_OK(
	    talk_get(&pc->core, pc->oem.scope_id, fan.id, peers, &n, &pc->e));
	assert_int_equal(n, 2);
	PUBLISH_OK(product_delete(&pc->core, &pc->oem, fan.id, &pc->e));
	PUBLISH_OK(talk_get(&pc->core, pc->oem.scope_id, f.product.id, peers,
	    &n, &pc->e));
	assert_int_equal(n, 0);
}

#define CASE(x) cmocka_unit_test_setup_teardown(x, open_case, close_case)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(a_device_of_an_unbound_batch_comes_in),
	    CASE(a_token_that_is_not_ours_is_refused),
	    CASE(a_token_of_another_service_is_refused),
	    CASE(expired_revoked_and_other_batches_are_refused),
	    CASE(a_bound_device_is_not_taken_away),
	    CASE(a_claimed_device_stays_when_its_batch_is_bound),
	    CASE(claimed_and_bound_devices_are_one_list),
	    CASE(a_full_voucher_is_full_for_all_at_once),
	    CASE(one_device_with_two_vouchers_has_one_owner),
	    CASE(a_voucher_is_made_within_limits),
	    CASE(a_cloud_that_is_gone_is_no_cloud),
	    CASE(talk_rules_hold_for_both_sides_and_no_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
