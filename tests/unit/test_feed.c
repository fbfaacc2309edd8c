/* The feed of gates: whatever happened in whatever order, and whenever a gate
 * has asked, it ends with what holds.
 * Must not use a fixed date or a stored key. */
#include <jansson.h>

#include "core/feed.h"
#include "core/product.h"
#include "store/db.h"
#include "store/store_feed.h"
#include "tests/unit/check.h"
#include "tests/unit/publish_case.h"
#include "tests/unit/signer_case.h"

#define BID "VIR-FEED"
#define CHIPS 5
#define CERTS 3	 /* operational ones of each */
#define STEPS 60 /* of a random history */
#define ENTRIES_MAX 64

/* What a gate knows. */
struct gate {
	char cursor[FEED_CURSOR_SIZE];
	struct {
		char fp[65];
		char product[65];
		bool admit;
	} entry[ENTRIES_MAX];
	size_t n, pages;
};

struct feed_case {
	struct publish_case pc;
	struct signer_case signer;
	struct core_actor gate; /* who reads */
	int64_t seq[CHIPS];
	char birth[CHIPS][65];
	/* What holds. */
	bool batch, barred[CHIPS], quarantined[CHIPS];
	enum { NONE, VALID, HELD, REVOKED } cert[CHIPS][CERTS];
};

static void sql(struct feed_case *f, const char *text)
{
	struct err e = {0};

	if (db_script(store_db(f->pc.core.store), text, &e) != RC_OK)
		fail_msg("%s: %s", text, e.text);
}

__attribute__((format(printf, 2, 3))) static void sqlf(struct feed_case *f,
    const char *form, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, form);
	(void)vsnprintf(text, sizeof(text), form, ap);
	va_end(ap);
	sql(f, text);
}

static void cert_fp(int chip, int cert, char out[65])
{
	memset(out, '0' + cert, 64);
	out[64] = '\0';
	out[0] = (char)('a' + chip);
}

static void add_cloud(struct feed_case *f, const char *id, const char *account)
{
	sqlf(f,
	    "INSERT INTO cloud (id, account_id, name, type, form, url, "
	    "audience, username, chunk, created_at) VALUES ('%s', '%s', '%s', "
	    "'gate', '', '', '', '', 0, 1)",
	    id, account, id);
}

static void read_chips(struct feed_case *f)
{
	struct publish_case *pc = &f->pc;
	struct device_query q = {.bid = BID};
	struct device found[CHIPS];
	size_t i, n = CHIPS;

	PUBLISH_OK(device_search(&pc->core, &pc->oem, &q, found, &n, &pc->e));
	assert_int_equal(n, CHIPS);
	for (i = 0; i < n; i++) {
		f->seq[i] = found[i].seq;
		enc_hex_str(f->birth[i],
		    span_of(found[i].fp, sizeof(found[i].fp)));
		device_clear(&found[i]);
	}
}

static int setup(void **state)
{
	struct feed_case *f = calloc(1, sizeof(*f));
	struct publish_case *pc;
	struct bind_request r = {.bid = SPAN_LIT(BID)};
	struct store_bind b;
	bool already;

	assert_non_null(f);
	pc = &f->pc;
	publish_case_open(pc);
	signer_case_open(&f->signer);
	pc->core.signer = f->signer.signer;
	publish_case_reel(pc, BID, "feed-1", true, CHIPS - 2);
	publish_case_reel(pc, BID, "feed-2", true, 2);
	PUBLISH_OK(bind_batch(&pc->core, &pc->oem, &r, &b, &already, &pc->e));
	read_chips(f);
	add_cloud(f, "cld_1", pc->oem.scope_id);
	sqlf(f,
	    "INSERT INTO product (id, account_id, name, created_at) VALUES "
	    "('prd_1', '%s', 'Oven', 1);"
	    "INSERT INTO ca (id, account_id, name, kind, hsm_name, key_type, "
	    "spki, common_name, org, chain, created_at) VALUES ('ca_1', "
	    "'%s', 'CA', 'root', '', 'p256', x'00', 'CA', 'O', x'', 1)",
	    pc->oem.scope_id, pc->oem.scope_id);
	f->gate = pc->oem;
	f->gate.role = CORE_GATE;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct feed_case *f = *state;

	signer_case_close(&f->signer);
	publish_case_close(&f->pc);
	free(f);
	return 0;
}

static void take(struct gate *g, const json_t *entry)
{
	const char *fp = json_string_value(json_object_get(entry, "fp"));
	const char *op = json_string_value(json_object_get(entry, "op"));
	size_t i;

	for (i = 0; i < g->n; i++)
		if (strcmp(g->entry[i].fp, fp) == 0)
			break;
	assert_true(i < ENTRIES_MAX);
	if (i == g->n)
		g->n++;
	(void)snprintf(g->entry[i].fp, sizeof(g->entry[i].fp), "%s", fp);
	(void)snprintf(g->entry[i].product, sizeof(g->entry[i].product), "%s",
	    json_string_value(json_object_get(entry, "product")));
	g->entry[i].admit = strcmp(op, "admit") == 0;
}

/* One page of at most limit entries; true when there is more. */
static bool fetch(struct feed_case *f, struct gate *g, const char *cloud,
    size_t limit)
{
	struct core_page asked = {.cursor = g->cursor, .limit = limit};
	struct feed_page page = {0};
	struct err e = {0};
	json_t *list, *entry;
	size_t i;

	buf_init(&page.entries, 65536);
	buf_init(&page.head, 8192);
	if (feed_read(&f->pc.core, &f->gate, cloud, &asked, &page, &e) != RC_OK)
		fail_msg("%s", e.text);
	list =
	    json_loadb((const char *)page.entries.p, page.entries.n, 0, NULL);
	assert_non_null(list);
	assert_true(json_array_size(list) <= limit);
	json_array_foreach(list, i, entry) take(g, entry);
	json_decref(list);
	/* It never stands still while there is more. */
	if (page.more)
		assert_string_not_equal(g->cursor, page.next);
	memcpy(g->cursor, page.next, sizeof(g->cursor));
	g->pages++;
	buf_clear(&page.entries);
	buf_clear(&page.head);
	return page.more;
}

static void follow(struct feed_case *f, struct gate *g, size_t limit)
{
	while (fetch(f, g, "cld_1", limit))
		assert_true(g->pages < 10000);
}

static bool admits(const struct gate *g, const char *fp)
{
	size_t i;

	for (i = 0; i < g->n; i++)
		if (strcmp(g->entry[i].fp, fp) == 0)
			return g->entry[i].admit;
	return false;
}

static void begin(struct feed_case *f)
{
	assert_int_equal(store_begin(f->pc.core.store, NULL), RC_OK);
}

static void commit(struct feed_case *f)
{
	assert_int_equal(store_commit(f->pc.core.store, NULL), RC_OK);
}

static void tell(struct feed_case *f, const char *account, int chip)
{
	const struct feed_device d = {account, BID, f->seq[chip]};
	struct err e = {0};

	if (feed_tell(&f->pc.core, &d, f->pc.now_s, &e) != RC_OK)
		fail_msg("%s", e.text);
}

static void say_batch(struct feed_case *f, const char *cloud, const char *op)
{
	struct store_feed_event ev = {.bid = BID, .product = "Dishwasher"};

	(void)snprintf(ev.op, sizeof(ev.op), "%s", op);
	begin(f);
	assert_int_equal(store_feed_add(f->pc.core.store, cloud, &ev,
			     f->pc.now_s, NULL),
	    RC_OK);
	commit(f);
	f->batch = strcmp(op, "admit") == 0;
}

static void put_cert(struct feed_case *f, int chip, int cert, int state)
{
	static const char *const words[] = {"", "valid", "held", "revoked"};
	char fp[65];

	cert_fp(chip, cert, fp);
	begin(f);
	sqlf(f,
	    "INSERT INTO certificate (id, account_id, ca_id, kind, seq, fp, "
	    "serial, spki_sha256, der, not_before, not_after, state, "
	    "issued_at) VALUES ('crt_%d_%d', '%s', 'ca_1', 'device', %lld, "
	    "x'%s', x'%02x%02x', x'', x'', 0, %lld, '%s', 1) "
	    "ON CONFLICT (fp) DO UPDATE SET state = excluded.state",
	    chip, cert, f->pc.oem.scope_id, (long long)f->seq[chip], fp, chip,
	    cert, (long long)f->pc.now_s + 1000, words[state]);
	tell(f, f->pc.oem.scope_id, chip);
	commit(f);
	f->cert[chip][cert] = (unsigned int)state;
}

static void bar(struct feed_case *f, int chip, bool out)
{
	begin(f);
	if (out)
		sqlf(f,
		    "INSERT OR IGNORE INTO birth_revocation (seq, vendor_id, "
		    "fp, chip_id, serial, state, reason, at, by_name) VALUES "
		    "(%lld, '%s', x'00', 'c', x'01', 'held', 6, 1, 'v')",
		    (long long)f->seq[chip], f->pc.vendor.scope_id);
	else
		sqlf(f, "DELETE FROM birth_revocation WHERE seq = %lld",
		    (long long)f->seq[chip]);
	tell(f, f->pc.oem.scope_id, chip);
	commit(f);
	f->barred[chip] = out;
}

static void quarantine(struct feed_case *f, int chip, bool out)
{
	begin(f);
	if (out)
		sqlf(f,
		    "INSERT OR IGNORE INTO quarantine (seq, account_id, note, "
		    "at, by_name) VALUES (%lld, '%s', '', 1, 'a')",
		    (long long)f->seq[chip], f->pc.oem.scope_id);
	else
		sqlf(f, "DELETE FROM quarantine WHERE seq = %lld",
		    (long long)f->seq[chip]);
	tell(f, f->pc.oem.scope_id, chip);
	commit(f);
	f->quarantined[chip] = out;
}

static void claim(struct feed_case *f, int chip, const char *account)
{
	sqlf(f,
	    "INSERT OR IGNORE INTO claim_voucher (id, account_id, product_id, "
	    "name, max_devices, expires_at, created_at, created_by) VALUES "
	    "('cvo_1', '%s', 'prd_1', 'v', 9, 9, 1, 'u');"
	    "INSERT INTO device_claim (seq, account_id, product_id, "
	    "voucher_id, bid, claimed_at) VALUES (%lld, '%s', 'prd_1', "
	    "'cvo_1', '" BID "', 1)",
	    account, (long long)f->seq[chip], account);
}

/* What holds is what g has. */
static void agrees(struct feed_case *f, const struct gate *g)
{
	char fp[65];
	int i, j;

	for (i = 0; i < CHIPS; i++) {
		bool in = f->batch && !f->barred[i] && !f->quarantined[i];

		assert_int_equal(admits(g, f->birth[i]), in);
		for (j = 0; j < CERTS; j++) {
			cert_fp(i, j, fp);
			assert_int_equal(admits(g, fp),
			    in && f->cert[i][j] == VALID);
		}
	}
}

static void random_step(struct feed_case *f)
{
	int chip = (int)rand_below(CHIPS), cert = (int)rand_below(CERTS);

	switch (rand_below(6)) {
	case 0:
		say_batch(f, "cld_1", rand_below(4) ? "admit" : "remove");
		break;
	case 1:
		bar(f, chip, !f->barred[chip]);
		break;
	case 2:
		quarantine(f, chip, !f->quarantined[chip]);
		break;
	default:
		if (f->cert[chip][cert] != REVOKED)
			put_cert(f, chip, cert, 1 + (int)rand_below(3));
		break;
	}
}

static void any_history_ends_with_what_holds(void **state)
{
	struct feed_case *f = *state;
	struct gate early = {0}, late = {0};
	int i;

	say_batch(f, "cld_1", "admit");
	for (i = 0; i < STEPS; i++) {
		random_step(f);
		/* Pages of any size, and a history that moves under them. */
		if (rand_below(2))
			(void)fetch(f, &early, "cld_1", 1 + rand_below(4));
	}
	follow(f, &early, 3);
	agrees(f, &early);
	follow(f, &late, 1 + rand_below(20));
	agrees(f, &late);
	say_batch(f, "cld_1", "admit");
	follow(f, &early, 1);
	agrees(f, &early);
}

static void a_revocation_is_the_next_page(void **state)
{
	struct feed_case *f = *state;
	struct gate g = {0};
	size_t pages;

	say_batch(f, "cld_1", "admit");
	put_cert(f, 1, 0, VALID);
	follow(f, &g, 100);
	agrees(f, &g);
	put_cert(f, 1, 0, REVOKED);
	pages = g.pages;
	assert_false(fetch(f, &g, "cld_1", 100));
	assert_int_equal(g.pages, pages + 1);
	agrees(f, &g);
	quarantine(f, 1, true);
	assert_false(fetch(f, &g, "cld_1", 100));
	agrees(f, &g);
	quarantine(f, 1, false);
	assert_false(fetch(f, &g, "cld_1", 100));
	agrees(f, &g);
}

static uint64_t events(struct feed_case *f, const char *cloud)
{
	struct store_feed_event ev = {0};
	uint64_t n = 0;

	while (store_feed_get(f->pc.core.store, cloud, ev.n + 1, &ev, NULL) ==
	    RC_OK)
		n++;
	return n;
}

static void a_device_has_one_event_however_often_it_changes(void **state)
{
	struct feed_case *f = *state;
	struct gate g = {0};
	int i;

	say_batch(f, "cld_1", "admit");
	for (i = 0; i < 20; i++) {
		put_cert(f, 2, i % CERTS, VALID);
		if (i == 10)
			follow(f, &g, 2);
	}
	assert_int_equal(events(f, "cld_1"), 2);
	follow(f, &g, 2);
	agrees(f, &g);
}

static void only_feeds_that_know_the_device_are_told(void **state)
{
	struct feed_case *f = *state;
	struct core_actor other = publish_case_account(&f->pc, "other");

	add_cloud(f, "cld_2", f->pc.oem.scope_id);
	add_cloud(f, "cld_3", other.scope_id);
	say_batch(f, "cld_1", "admit");
	say_batch(f, "cld_3", "admit");
	begin(f);
	tell(f, f->pc.oem.scope_id, 0);
	tell(f, "", 0);
	commit(f);
	assert_int_equal(events(f, "cld_1"), 2);
	assert_int_equal(events(f, "cld_2"), 0);
	assert_int_equal(events(f, "cld_3"), 1);
	say_batch(f, "cld_1", "remove");
	begin(f);
	tell(f, f->pc.oem.scope_id, 1);
	commit(f);
	assert_int_equal(events(f, "cld_1"), 3);
}

static void a_device_that_another_has_claimed_is_left_out(void **state)
{
	struct feed_case *f = *state;
	struct core_actor other = publish_case_account(&f->pc, "other");
	struct gate g = {0};
	int i;

	claim(f, 0, other.scope_id);
	claim(f, CHIPS - 1, other.scope_id);
	say_batch(f, "cld_1", "admit");
	follow(f, &g, 2);
	for (i = 0; i < CHIPS; i++)
		assert_int_equal(admits(&g, f->birth[i]),
		    i > 0 && i < CHIPS - 1);
	assert_int_equal(g.n, CHIPS - 2);
}

static void a_claimed_device_is_told_by_itself(void **state)
{
	struct feed_case *f = *state;
	struct publish_case *pc = &f->pc;
	struct store_feed_event ev = {.op = "admit", .bid = BID};
	struct gate g = {0};

	PUBLISH_OK(bind_undo(&pc->core, &pc->oem, BID, &pc->e));
	claim(f, 3, pc->oem.scope_id);
	ev.seq = f->seq[3];
	begin(f);
	PUBLISH_OK(store_feed_add(pc->core.store, "cld_1", &ev, 1, &pc->e));
	commit(f);
	follow(f, &g, 5);
	assert_int_equal(g.n, 1);
	assert_true(admits(&g, f->birth[3]));
	assert_string_equal(g.entry[0].product, "Oven");
	quarantine(f, 3, true);
	follow(f, &g, 5);
	assert_false(admits(&g, f->birth[3]));
	quarantine(f, 3, false);
	follow(f, &g, 5);
	assert_true(admits(&g, f->birth[3]));
}

/* Told of it was the account that had it first. */
static void what_another_makes_of_a_device_is_not_told(void **state)
{
	struct feed_case *f = *state;
	struct publish_case *pc = &f->pc;
	struct core_actor other = publish_case_account(pc, "other");
	struct store_feed_event ev = {.op = "admit", .bid = BID};
	struct bind_request r = {.bid = SPAN_LIT(BID)};
	struct store_product p;
	struct store_bind b;
	struct gate g = {0};
	bool already;

	ev.seq = f->seq[2];
	begin(f);
	PUBLISH_OK(store_feed_add(pc->core.store, "cld_1", &ev, 1, &pc->e));
	commit(f);
	PUBLISH_OK(bind_undo(&pc->core, &pc->oem, BID, &pc->e));
	PUBLISH_OK(product_add(&pc->core, &other, "Secret", &p, &pc->e));
	r.product_id = p.id;
	PUBLISH_OK(bind_batch(&pc->core, &other, &r, &b, &already, &pc->e));
	follow(f, &g, 5);
	assert_int_equal(g.n, 1);
	assert_false(g.entry[0].admit);
	assert_string_equal(g.entry[0].product, "");
}

static void a_cursor_that_was_never_given_is_refused(void **state)
{
	static const struct {
		const char *cursor;
		enum rc rc;
	} cases[] = {{"x", RC_INVALID}, {"1", RC_INVALID}, {"0.0", RC_INVALID},
	    {"1.2.x", RC_INVALID}, {"1.2.3.4", RC_INVALID}, {"1..", RC_INVALID},
	    {"1.0.", RC_INVALID}, {"9.0", RC_CONFLICT}, {"2.1", RC_CONFLICT},
	    {"2.0.1", RC_CONFLICT}};
	struct feed_case *f = *state;
	size_t i;

	say_batch(f, "cld_1", "admit");
	for (i = 0; i < COUNT(cases); i++) {
		struct core_page asked = {.cursor = cases[i].cursor,
		    .limit = 1};
		struct feed_page page = {0};

		buf_init(&page.entries, 65536);
		buf_init(&page.head, 8192);
		assert_int_equal(feed_read(&f->pc.core, &f->gate, "cld_1",
				     &asked, &page, NULL),
		    cases[i].rc);
		buf_clear(&page.entries);
		buf_clear(&page.head);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(any_history_ends_with_what_holds,
		setup, teardown),
	    cmocka_unit_test_setup_teardown(a_revocation_is_the_next_page,
		setup, teardown),
	    cmocka_unit_test_setup_teardown(
		a_device_has_one_event_however_often_it_changes, setup,
		teardown),
	    cmocka_unit_test_setup_teardown(
		only_feeds_that_know_the_device_are_told, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		a_device_that_another_has_claimed_is_left_out, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		what_another_makes_of_a_device_is_not_told, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_claimed_device_is_told_by_itself,
		setup, teardown),
	    cmocka_unit_test_setup_teardown(
		a_cursor_that_was_never_given_is_refused, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
