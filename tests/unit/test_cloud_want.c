/* What a product cloud is to know of a device: who is welcome, who is kept out
 * and how, and by which certificates.  Whatever the walk says of a device, the
 * question for it alone says too.
 * Must not use a fixed date or a stored key. */
#include "core/cloud_want.h"
#include "store/db.h"
#include "store/store_welcome.h"
#include "tests/unit/check.h"
#include "tests/unit/publish_case.h"

#define BID "VIR-WANT"
#define CHIPS 5
#define CLOUD "cld_1"

struct want_case {
	struct publish_case pc;
	const char *account;
	int64_t seq[CHIPS];
	uint8_t birth[CHIPS][DIGEST_SHA256];
	struct buf der; /* of the first chip */
};

__attribute__((format(printf, 2, 3))) static void sqlf(struct want_case *f,
    const char *form, ...)
{
	char text[4096];
	struct err e = {0};
	va_list ap;

	va_start(ap, form);
	(void)vsnprintf(text, sizeof(text), form, ap);
	va_end(ap);
	if (db_script(store_db(f->pc.core.store), text, &e) != RC_OK)
		fail_msg("%s: %s", text, e.text);
}

static void read_chips(struct want_case *f)
{
	struct publish_case *pc = &f->pc;
	struct device_query q = {.bid = BID};
	struct device found[CHIPS];
	size_t i, n = CHIPS;

	PUBLISH_OK(device_search(&pc->core, &pc->oem, &q, found, &n, &pc->e));
	assert_int_equal(n, CHIPS);
	for (i = 0; i < n; i++) {
		f->seq[i] = found[i].seq;
		memcpy(f->birth[i], found[i].fp, sizeof(f->birth[i]));
		if (i == 0)
			buf_add_span(&f->der, buf_span(&found[i].der));
		device_clear(&found[i]);
	}
}

static int setup(void **state)
{
	struct want_case *f = calloc(1, sizeof(*f));
	struct publish_case *pc;
	struct bind_request r = {.bid = SPAN_LIT(BID)};
	struct store_bind b;
	bool already;

	assert_non_null(f);
	pc = &f->pc;
	buf_init(&f->der, CERT_DER_MAX);
	publish_case_open(pc);
	publish_case_reel(pc, BID, "want-1", true, CHIPS - 2);
	publish_case_reel(pc, BID, "want-2", true, 2);
	PUBLISH_OK(bind_batch(&pc->core, &pc->oem, &r, &b, &already, &pc->e));
	read_chips(f);
	f->account = pc->oem.scope_id;
	sqlf(f,
	    "INSERT INTO cloud (id, account_id, name, type, form, url, "
	    "audience, username, chunk, created_at) VALUES ('" CLOUD
	    "', '%s', 'c', 'webhook', '', '', '', '', 0, 1);"
	    "INSERT INTO account (id, name, created_at) VALUES ('acc_else', "
	    "'Else', 1);"
	    "INSERT INTO product (id, account_id, name, created_at) VALUES "
	    "('prd_1', '%s', 'Oven', 1), ('prd_2', 'acc_else', 'Lamp', 1);"
	    "UPDATE binding SET product_id = 'prd_1';"
	    "INSERT INTO ca (id, account_id, name, kind, hsm_name, key_type, "
	    "spki, common_name, org, chain, created_at) VALUES ('ca_1', "
	    "'%s', 'CA', 'root', '', 'p256', x'00', 'CA', 'O', x'', 1)",
	    f->account, f->account, f->account);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct want_case *f = *state;

	buf_clear(&f->der);
	publish_case_close(&f->pc);
	free(f);
	return 0;
}

static void welcome(struct want_case *f, int64_t seq, bool admit)
{
	struct store_welcome w = {.cloud = CLOUD,
	    .bid = BID,
	    .seq = seq,
	    .admit = admit,
	    .since = 1};

	(void)snprintf(w.account, sizeof(w.account), "%s", f->account);
	assert_int_equal(store_welcome_put(f->pc.core.store, &w, NULL), RC_OK);
}

static void claim(struct want_case *f, int chip, const char *account,
    const char *product)
{
	sqlf(f,
	    "INSERT OR IGNORE INTO claim_voucher (id, account_id, product_id, "
	    "name, max_devices, expires_at, created_at, created_by) VALUES "
	    "('cvo_%s', '%s', '%s', 'v', 9, 9, 1, 'u');"
	    "INSERT INTO device_claim (seq, account_id, product_id, "
	    "voucher_id, bid, claimed_at) VALUES (%lld, '%s', '%s', "
	    "'cvo_%s', '" BID "', 1)",
	    product, account, product, (long long)f->seq[chip], account,
	    product, product);
}

static void quarantine(struct want_case *f, int chip)
{
	sqlf(f,
	    "INSERT INTO quarantine (seq, account_id, note, at, by_name) "
	    "VALUES (%lld, '%s', '', 1, 'a')",
	    (long long)f->seq[chip], f->account);
}

static void bar_birth(struct want_case *f, int chip, const char *state)
{
	sqlf(f,
	    "INSERT INTO birth_revocation (seq, vendor_id, fp, chip_id, "
	    "serial, state, reason, at, by_name) VALUES (%lld, '%s', x'00', "
	    "'c', x'01', '%s', 6, 1, 'v')",
	    (long long)f->seq[chip], f->pc.vendor.scope_id, state);
}

/* The n-th operational certificate of a chip; what it holds does not matter. */
static void issue(struct want_case *f, int chip, int n, const char *state,
    int64_t not_after)
{
	sqlf(f,
	    "INSERT INTO certificate (id, account_id, ca_id, kind, seq, fp, "
	    "serial, spki_sha256, der, not_before, not_after, state, "
	    "issued_at) VALUES ('crt_%d_%d', '%s', 'ca_1', 'device', %lld, "
	    "x'%02x%062x', x'%02x%02x', x'00', x'3000', 0, %lld, '%s', 1)",
	    chip, n, f->account, (long long)f->seq[chip], 0xa0 + chip, n + 1,
	    chip, n, (long long)not_after, state);
}

/* 'A', 'S', 'R' of each chip by the walk, '.' for one it leaves out. */
static const char *walked(struct want_case *f, bool all, struct cloud_want *of,
    int chip)
{
	static const char letters[] = {[CLOUD_WANT_ADMIT] = 'A',
	    [CLOUD_WANT_SUSPEND] = 'S',
	    [CLOUD_WANT_REMOVE] = 'R'};
	static char out[CHIPS + 1];
	const struct cloud_want_of what = {f->account, CLOUD, BID};
	struct cloud_want_walk *walk = NULL;
	struct cloud_want w, alone;
	struct err e = {0};
	enum rc rc;
	size_t i;

	memset(out, '.', CHIPS);
	cloud_want_init(&w);
	cloud_want_init(&alone);
	rc = cloud_want_walk_new(&walk, &f->pc.core, &what, 0, all, &e);
	while (
	    rc == RC_OK && (rc = cloud_want_walk_next(walk, &w, &e)) == RC_OK) {
		for (i = 0; i < CHIPS && f->seq[i] != w.seq; i++)
			;
		assert_true(i < CHIPS);
		out[i] = letters[w.state];
		assert_memory_equal(w.certs[0].fp, f->birth[i], DIGEST_SHA256);
		rc = cloud_want_get(&f->pc.core, &what, w.seq, &alone, &e);
		assert_int_equal(rc, RC_OK);
		assert_int_equal(alone.state, w.state);
		assert_int_equal(alone.certs_n, w.certs_n);
		assert_string_equal(alone.product, w.product);
		if (of && (int)i == chip)
			rc = cloud_want_get(&f->pc.core, &what, w.seq, of, &e);
	}
	assert_int_equal(rc, RC_NOT_FOUND);
	cloud_want_walk_free(walk);
	cloud_want_clear(&w);
	cloud_want_clear(&alone);
	return out;
}

static void nobody_is_welcome_unasked(void **state)
{
	struct want_case *f = *state;

	assert_string_equal(walked(f, false, NULL, 0), "RRRRR");
	welcome(f, 0, false);
	assert_string_equal(walked(f, false, NULL, 0), "RRRRR");
}

static void a_welcome_batch_is_let_in_with_its_product(void **state)
{
	struct want_case *f = *state;
	struct cloud_want w;

	cloud_want_init(&w);
	welcome(f, 0, true);
	assert_string_equal(walked(f, false, &w, 0), "AAAAA");
	assert_string_equal(w.product, "Oven");
	assert_string_equal(w.bid, BID);
	assert_int_equal(w.certs_n, 1);
	assert_true(w.certs[0].valid);
	assert_int_equal(w.certs[0].n, f->der.n);
	assert_memory_equal(w.der.p + w.certs[0].at, f->der.p, f->der.n);
	cloud_want_clear(&w);
}

static void who_is_kept_out_is_suspended_or_gone(void **state)
{
	struct want_case *f = *state;

	welcome(f, 0, true);
	quarantine(f, 0);
	bar_birth(f, 1, "held");
	bar_birth(f, 2, "revoked");
	assert_string_equal(walked(f, false, NULL, 0), "SSRAA");
	quarantine(f, 2);
	assert_string_equal(walked(f, false, NULL, 0), "SSRAA");
	welcome(f, 0, false);
	assert_string_equal(walked(f, false, NULL, 0), "RRRRR");
}

static void what_others_have_claimed_is_theirs(void **state)
{
	struct want_case *f = *state;

	welcome(f, 0, true);
	claim(f, 1, "acc_else", "prd_2");
	claim(f, 2, f->account, "prd_1");
	assert_string_equal(walked(f, false, NULL, 0), "A.AAA");
	assert_string_equal(walked(f, true, NULL, 0), "ARAAA");
	/* Its own stays, by itself, when the batch goes. */
	welcome(f, 0, false);
	welcome(f, f->seq[2], true);
	assert_string_equal(walked(f, true, NULL, 0), "RRARR");
	/* By itself is worth nothing for what is another's. */
	welcome(f, f->seq[1], true);
	assert_string_equal(walked(f, true, NULL, 0), "RRARR");
}

static void a_batch_of_another_account_is_gone(void **state)
{
	struct want_case *f = *state;

	welcome(f, 0, true);
	sqlf(f,
	    "UPDATE binding SET account_id = 'acc_else', product_id = NULL");
	assert_string_equal(walked(f, true, NULL, 0), "RRRRR");
	sqlf(f, "DELETE FROM binding");
	assert_string_equal(walked(f, true, NULL, 0), "RRRRR");
}

static void its_own_certificates_come_valid_ones_first(void **state)
{
	struct want_case *f = *state;
	int64_t later = f->pc.now_s + 1000;
	struct cloud_want w;
	int i;

	cloud_want_init(&w);
	welcome(f, 0, true);
	issue(f, 3, 0, "valid", later);
	issue(f, 3, 1, "valid", f->pc.now_s - 1000);
	issue(f, 3, 2, "revoked", later);
	issue(f, 3, 3, "held", later);
	issue(f, 3, 4, "valid", later);
	assert_string_equal(walked(f, false, &w, 3), "AAAAA");
	assert_int_equal(w.certs_n, 6);
	assert_int_equal(w.certs[1].fp[31], 5);
	assert_true(w.certs[0].valid && w.certs[1].valid && w.certs[2].valid);
	assert_int_equal(w.certs[2].fp[31], 1);
	assert_false(w.certs[3].valid || w.certs[4].valid);
	assert_false(w.certs[5].valid);
	/* However many ceased to be: no valid one is left out, and of the
	 * others those come that ceased to be last. */
	for (i = 5; i < 40; i++)
		issue(f, 3, i, "revoked", later);
	sqlf(f, "UPDATE certificate SET state_at = %lld WHERE id = 'crt_3_2'",
	    (long long)f->pc.now_s);
	assert_string_equal(walked(f, false, &w, 3), "AAAAA");
	assert_int_equal(w.certs_n, CLOUD_WANT_CERTS_MAX);
	assert_memory_equal(w.certs[0].fp, f->birth[3], DIGEST_SHA256);
	assert_true(w.certs[1].valid && w.certs[2].valid);
	assert_int_equal(w.certs[1].fp[31], 5);
	assert_int_equal(w.certs[2].fp[31], 1);
	assert_int_equal(w.certs[3].fp[31], 3);
	assert_int_equal(w.certs[4].fp[31], 2);
	assert_int_equal(w.certs[5].fp[31], 40);
	cloud_want_clear(&w);
}

static void a_plan_assumes_what_would_be(void **state)
{
	struct want_case *f = *state;
	const struct cloud_want_of what = {f->account, CLOUD, BID};
	struct cloud_want_walk *walk = NULL;
	struct cloud_want w;
	struct err e = {0};

	cloud_want_init(&w);
	assert_int_equal(cloud_want_walk_new(&walk, &f->pc.core, &what, 0,
			     false, &e),
	    RC_OK);
	cloud_want_walk_assume(walk, true);
	assert_int_equal(cloud_want_walk_next(walk, &w, &e), RC_OK);
	assert_int_equal(w.state, CLOUD_WANT_ADMIT);
	cloud_want_walk_assume(walk, false);
	assert_int_equal(cloud_want_walk_next(walk, &w, &e), RC_OK);
	assert_int_equal(w.state, CLOUD_WANT_REMOVE);
	cloud_want_walk_free(walk);
	cloud_want_clear(&w);
}

/* A batch is sent for hours: what becomes of a device meanwhile is noticed. */
static void changes_while_it_walks_are_noticed(void **state)
{
	struct want_case *f = *state;
	const struct cloud_want_of what = {f->account, CLOUD, "VIR-MANY"};
	struct bind_request r = {.bid = SPAN_LIT("VIR-MANY")};
	struct cloud_want_walk *walk = NULL;
	struct publish_case *pc = &f->pc;
	struct store_bind b;
	struct cloud_want w;
	struct err e = {0};
	int64_t first = 0, n = 0, held = 0;
	bool already;
	enum rc rc;

	publish_case_reel(pc, "VIR-MANY", "many", true, 300);
	PUBLISH_OK(bind_batch(&pc->core, &pc->oem, &r, &b, &already, &pc->e));
	sqlf(f,
	    "INSERT INTO cloud_welcome (cloud_id, bid, seq, account_id, "
	    "wanted, since) VALUES ('" CLOUD "', 'VIR-MANY', 0, '%s', "
	    "'admit', 1)",
	    f->account);
	cloud_want_init(&w);
	assert_int_equal(cloud_want_walk_new(&walk, &pc->core, &what, 0, false,
			     &e),
	    RC_OK);
	while ((rc = cloud_want_walk_next(walk, &w, &e)) == RC_OK) {
		if (n++ == 0) {
			first = w.seq;
			f->seq[0] = first + 150;
			f->seq[1] = first + 290;
			quarantine(f, 0);
			claim(f, 1, "acc_else", "prd_2");
			sqlf(f, "UPDATE device_claim SET bid = 'VIR-MANY'");
		}
		assert_int_not_equal(w.seq, first + 290);
		if (w.state == CLOUD_WANT_SUSPEND) {
			assert_int_equal(w.seq, first + 150);
			held++;
		}
	}
	assert_int_equal(rc, RC_NOT_FOUND);
	assert_int_equal(n, 299);
	assert_int_equal(held, 1);
	cloud_want_walk_free(walk);
	cloud_want_clear(&w);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    CASE(nobody_is_welcome_unasked),
	    CASE(a_welcome_batch_is_let_in_with_its_product),
	    CASE(who_is_kept_out_is_suspended_or_gone),
	    CASE(what_others_have_claimed_is_theirs),
	    CASE(a_batch_of_another_account_is_gone),
	    CASE(its_own_certificates_come_valid_ones_first),
	    CASE(a_plan_assumes_what_would_be),
	    CASE(changes_while_it_walks_are_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
