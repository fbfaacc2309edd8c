/* Publishing: what is taken, what is refused and why, and that a kill loses
 * nothing. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/batch.h"
#include "pki/jose.h"
#include "store/store_device.h"
#include "tests/unit/publish_case.h"

#define BID "TESTBATCH-1"

static uint64_t published(struct publish_case *pc, const char *bid)
{
	struct device_cert d;
	struct device_walk *w;
	uint64_t n = 0;

	PUBLISH_OK(device_walk_new(&w, &pc->core, bid, 0, &pc->e));
	while (device_walk_next(w, &d, &pc->e) == RC_OK)
		n++;
	device_walk_free(w);
	return n;
}

/* Nothing of a refused reel stays: no batch, no row, no spool file. */
static void nothing_left(struct publish_case *pc, const struct store_upload *u)
{
	char path[UPLOAD_PATH_SIZE];
	struct store_batch b;
	struct store_reel r;

	assert_string_equal(u->state, "rejected");
	assert_int_equal(store_batch_find(pc->core.store, u->bid, &b, NULL),
	    RC_NOT_FOUND);
	assert_int_equal(store_reel_find_name(pc->core.store, u->vendor_id,
			     u->reel, &r, NULL),
	    RC_NOT_FOUND);
	PUBLISH_OK(upload_path(&pc->core, u->id, path, &pc->e));
	assert_false(file_exists(path));
}

static void publishes_every_form(void **state)
{
	static const char *const bids[] = {"F-CSV", "F-JSONL", "F-MC"};
	struct publish_case pc_, *pc = &pc_;
	struct publish_reel r;
	struct store_upload u;
	struct store_batch b;
	int form;

	(void)state;
	publish_case_open(pc);
	for (form = MANIFEST_CSV; form <= MANIFEST_MICROCHIP; form++) {
		publish_reel_make(pc, &r, (enum manifest_form)form, bids[form],
		    bids[form], 25);
		if (publish_reel_publish(pc, &r, &u) != RC_OK)
			fail_msg("%s: %s line %lu", bids[form], pc->e.text,
			    pc->e.line);
		assert_string_equal(u.state, "published");
		assert_int_equal(u.devices, 25);
		assert_int_equal(published(pc, bids[form]), 25);
		PUBLISH_OK(
		    store_batch_find(pc->core.store, bids[form], &b, &pc->e));
		assert_int_equal(b.devices, 25);
		assert_false(b.bound);
		publish_reel_clear(&r);
	}
	publish_case_close(pc);
}

static void publishes_one_chip(void **state)
{
	struct publish_case pc_, *pc = &pc_;

	(void)state;
	publish_case_open(pc);
	publish_case_reel(pc, BID, "R1", false, 1);
	assert_int_equal(published(pc, BID), 1);
	publish_case_close(pc);
}

static void batch_grows_by_reels(void **state)
{
	struct publish_case pc_, *pc = &pc_;

	(void)state;
	publish_case_open(pc);
	publish_case_reel(pc, BID, "R1", false, 3);
	publish_case_reel(pc, BID, "R2", false, 4);
	assert_int_equal(published(pc, BID), 7);
	publish_case_close(pc);
}

/* What is done to a reel of three between making and publishing it. */
enum harm {
	TAMPERED,
	TRUNCATED,
	RESIGNED,
	UNSIGNED,
	TWICE_IN_FILE,
	FOREIGN_CA,
	SELF_SIGNED,
	EXPIRED,
	NOT_YET_VALID,
	WRONG_GROUP,
	WRONG_ID,
	A_CA,
	EMPTY
};

static void add_leaf(struct publish_case *pc, struct publish_reel *r,
    int64_t from, int64_t to, bool self)
{
	struct issue_leaf leaf = {.org = "Test Chips",
	    .common_name = "TC-1",
	    .not_before = pc->now_s + from,
	    .not_after = pc->now_s + to};
	struct buf der;

	buf_init(&der, CERT_DER_MAX);
	PUBLISH_OK(issue_leaf(&leaf, key_spki(pc->ca.chip_key),
	    self ? SPAN_NONE : buf_span(&pc->ca.cert),
	    self ? pc->ca.chip_key : pc->ca.key, &der, &pc->e));
	publish_reel_add(pc, r, buf_span(&der), NULL);
	buf_clear(&der);
}

static void harm_entry(struct publish_case *pc, struct publish_reel *r,
    enum harm harm, struct span first)
{
	const int day = PUBLISH_CASE_DAY;
	struct publish_ca foreign;
	struct buf der;

	buf_init(&der, CERT_DER_MAX);
	switch (harm) {
	case TWICE_IN_FILE:
		publish_reel_add(pc, r, first, NULL);
		break;
	case FOREIGN_CA:
		publish_ca_make(pc, &foreign, "Test Chips");
		publish_case_chip(pc, &foreign, &der);
		publish_reel_add(pc, r, buf_span(&der), NULL);
		publish_ca_clear(&foreign);
		break;
	case SELF_SIGNED:
		add_leaf(pc, r, -day, day, true);
		break;
	case EXPIRED:
		add_leaf(pc, r, -2 * day, -day, false);
		break;
	case NOT_YET_VALID:
		add_leaf(pc, r, day, 2 * day, false);
		break;
	case WRONG_GROUP:
		publish_case_chip(pc, &pc->ca, &der);
		r->bid = "OTHER";
		publish_reel_add(pc, r, buf_span(&der), NULL);
		r->bid = BID;
		break;
	case WRONG_ID:
		publish_case_chip(pc, &pc->ca, &der);
		publish_reel_add(pc, r, buf_span(&der), "4711");
		break;
	case A_CA:
		publish_reel_add(pc, r, buf_span(&pc->ca.cert), NULL);
		break;
	default:
		publish_case_chip(pc, &pc->ca, &der);
		publish_reel_add(pc, r, buf_span(&der), NULL);
		break;
	}
	buf_clear(&der);
}

static void harm_whole(struct publish_case *pc, struct publish_reel *r,
    enum harm harm)
{
	struct publish_ca foreign;

	switch (harm) {
	case TAMPERED:
		/* The first character of a device_id, a digit always. */
		r->manifest.p[strlen("device_id,group_id,certificate\n")] ^= 1;
		break;
	case TRUNCATED:
		r->manifest.n -= r->manifest.n / 3;
		break;
	case RESIGNED:
		publish_ca_make(pc, &foreign, "Test Chips");
		publish_reel_sign(pc, r, &foreign);
		publish_ca_clear(&foreign);
		break;
	case UNSIGNED:
		buf_reset(&r->signature);
		buf_add_str(&r->signature, "no signature at all");
		break;
	default:
		break;
	}
}

static void make_harmed(struct publish_case *pc, struct publish_reel *r,
    enum harm harm)
{
	struct buf a, b;

	buf_init(&a, CERT_DER_MAX);
	buf_init(&b, CERT_DER_MAX);
	publish_reel_begin(pc, r, MANIFEST_JSONL, BID, "R1");
	if (harm == TAMPERED) {
		publish_reel_clear(r);
		publish_reel_begin(pc, r, MANIFEST_CSV, BID, "R1");
	}
	if (harm != EMPTY) {
		publish_case_chip(pc, &pc->ca, &a);
		publish_case_chip(pc, &pc->ca, &b);
		publish_reel_add(pc, r, buf_span(&a), NULL);
		publish_reel_add(pc, r, buf_span(&b), NULL);
		harm_entry(pc, r, harm, buf_span(&a));
	} else {
		buf_add_str(&r->manifest, "\n");
	}
	publish_reel_end(pc, r);
	harm_whole(pc, r, harm);
	buf_clear(&a);
	buf_clear(&b);
}

static void refuses_what_is_wrong(void **state)
{
	static const struct {
		enum harm harm;
		const char *code; /* NULL: any, of the signature */
		unsigned long line;
	} cases[] = {
	    {TAMPERED, NULL, 0},
	    {TRUNCATED, NULL, 0},
	    {RESIGNED, NULL, 0},
	    {UNSIGNED, NULL, 0},
	    {TWICE_IN_FILE, "certificate-twice", 3},
	    {FOREIGN_CA, NULL, 3},
	    {SELF_SIGNED, "cert-issuer-unknown", 3},
	    {EXPIRED, "cert-expired", 3},
	    {NOT_YET_VALID, "cert-not-yet-valid", 3},
	    {WRONG_GROUP, "group-id-wrong", 3},
	    {WRONG_ID, "device-id-wrong", 3},
	    {A_CA, NULL, 3},
	    {EMPTY, NULL, 0},
	};
	struct publish_case pc_, *pc = &pc_;
	struct publish_reel r;
	struct store_upload u;
	size_t i;

	(void)state;
	publish_case_open(pc);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		make_harmed(pc, &r, cases[i].harm);
		if (publish_reel_publish(pc, &r, &u) == RC_OK)
			fail_msg("case %zu was published", i);
		if (cases[i].code)
			assert_string_equal(u.error_code, cases[i].code);
		if (cases[i].line != u.error_line)
			fail_msg("case %zu: line %llu: %s", i,
			    (unsigned long long)u.error_line, u.error_detail);
		if (cases[i].line)
			assert_true(u.error_certificate[0] != '\0');
		assert_true(u.error_detail[0] != '\0');
		nothing_left(pc, &u);
		publish_reel_clear(&r);
	}
	/* And after all of them the right one is taken under that name. */
	publish_case_reel(pc, BID, "R1", false, 3);
	publish_case_close(pc);
}

static void refuses_what_is_in_the_service(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	struct publish_reel r, again;
	struct store_upload u;
	struct buf der;

	(void)state;
	publish_case_open(pc);
	buf_init(&der, CERT_DER_MAX);
	publish_case_chip(pc, &pc->ca, &der);
	publish_reel_begin(pc, &r, MANIFEST_CSV, BID, "R1");
	publish_reel_add(pc, &r, buf_span(&der), NULL);
	publish_reel_end(pc, &r);
	assert_int_equal(publish_reel_publish(pc, &r, &u), RC_OK);
	publish_reel_clear(&r);

	publish_reel_begin(pc, &again, MANIFEST_JSONL, "OTHER", "R2");
	publish_reel_add(pc, &again, buf_span(&der), NULL);
	publish_reel_end(pc, &again);
	assert_int_equal(publish_reel_publish(pc, &again, &u), RC_CONFLICT);
	assert_string_equal(u.error_code, "certificate-known");
	assert_int_equal(u.error_line, 1);
	nothing_left(pc, &u);
	publish_reel_clear(&again);
	/* The first one is untouched. */
	assert_int_equal(published(pc, BID), 1);
	buf_clear(&der);
	publish_case_close(pc);
}

static void refuses_chip_as_log_signer(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	struct publish_reel r;
	struct store_upload u;
	struct buf der;

	(void)state;
	publish_case_open(pc);
	publish_reel_make(pc, &r, MANIFEST_MICROCHIP, BID, "R1", 2);
	buf_init(&der, CERT_DER_MAX);
	publish_case_chip(pc, &pc->ca, &der);
	buf_reset(&r.signature);
	enc_pem(&r.signature, "CERTIFICATE", buf_span(&der));
	assert_int_equal(publish_reel_publish(pc, &r, &u), RC_INVALID);
	assert_string_equal(u.error_code, "signer-is-chip");
	nothing_left(pc, &u);
	buf_clear(&der);
	publish_reel_clear(&r);
	publish_case_close(pc);
}

static void refuses_microchip_entry_changed(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	struct publish_reel r;
	struct store_upload u;
	char *at;

	(void)state;
	publish_case_open(pc);
	publish_reel_make(pc, &r, MANIFEST_MICROCHIP, BID, "R1", 3);
	at = memmem(r.manifest.p, r.manifest.n, "\"signature\":\"", 13);
	assert_non_null(at);
	at[15] = at[15] == 'A' ? 'B' : 'A';
	assert_int_equal(publish_reel_publish(pc, &r, &u), RC_INVALID);
	nothing_left(pc, &u);
	publish_reel_clear(&r);
	publish_case_close(pc);
}

static void retired_ca_publishes_no_more(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	struct publish_reel r;
	struct store_upload u;
	uint8_t fp[32];

	(void)state;
	publish_case_open(pc);
	publish_reel_make(pc, &r, MANIFEST_CSV, BID, "R1", 2);
	cert_fingerprint(buf_span(&pc->ca.cert), fp);
	PUBLISH_OK(vendor_ca_retire(&pc->core, &pc->vendor, pc->vendor.scope_id,
	    fp, &pc->e));
	assert_int_equal(publish_reel_publish(pc, &r, &u), RC_INVALID);
	assert_string_equal(u.error_code, "vendor-without-ca");
	publish_reel_clear(&r);
	publish_case_close(pc);
}

static void other_vendors_ca_does_not_count(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	struct publish_ca other;
	struct publish_reel r;
	struct store_upload u;

	(void)state;
	publish_case_open(pc);
	publish_ca_make(pc, &other, "Other Chips");
	pc->vendor = publish_case_vendor(pc, "other-chips", &other);
	publish_reel_make(pc, &r, MANIFEST_CSV, BID, "R1", 2);
	assert_int_not_equal(publish_reel_publish(pc, &r, &u), RC_OK);
	nothing_left(pc, &u);
	publish_reel_clear(&r);
	publish_ca_clear(&other);
	publish_case_close(pc);
}

/* Everything that is staged or published for one certificate each. */
static uint64_t rows(struct publish_case *pc, int64_t reel_id)
{
	int64_t seqs[64];
	size_t ends[64];
	struct store_device_page p = {.seqs = seqs, .ends = ends, .cap = 64};
	int64_t from = DEVICE_FIRST(reel_id);
	uint64_t n = 0;

	buf_init(&p.bytes, 1u << 20);
	do {
		PUBLISH_OK(store_device_range(pc->core.store, from,
		    DEVICE_LAST(reel_id), &p, &pc->e));
		n += p.n;
		if (p.n > 0)
			from = seqs[p.n - 1] + 1;
	} while (p.n > 0);
	buf_clear(&p.bytes);
	return n;
}

static void child_publishes(const char *dir)
{
	struct core core = {.dir = dir};
	struct err e = {0};

	if (store_open(&core.store, dir, false, &e) == RC_OK &&
	    publish_next(&core, 1, NULL, &e) == RC_OK)
		_exit(0);
	_exit(1);
}

static void survives_kill(void **state)
{
	const unsigned int count = 45000; /* more than a block */
	struct publish_case pc_, *pc = &pc_;
	struct publish_reel r;
	struct store_upload u;
	struct store_reel reel;
	int status, tries;
	pid_t pid;

	(void)state;
	publish_case_open(pc);
	publish_reel_make(pc, &r, MANIFEST_CSV, BID, "R1", count);
	publish_reel_queue(pc, &r, &u);
	for (tries = 0; tries < 2; tries++) {
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0)
			child_publishes(pc->store.dir);
		/* Before the first block is in, and in the middle. */
		do
			(void)usleep(5000);
		while (store_reel_find_upload(pc->core.store, u.id, &reel,
			   NULL) != RC_OK ||
		    (tries > 0 && rows(pc, reel.id) == 0 &&
			waitpid(pid, &status, WNOHANG) == 0));
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, &status, 0);
		PUBLISH_OK(
		    upload_find(&pc->core, &pc->vendor, u.id, &u, &pc->e));
		assert_string_equal(u.state, "verifying");
		assert_int_equal(published(pc, BID), 0);
	}
	PUBLISH_OK(publish_next(&pc->core, 2, NULL, &pc->e));
	PUBLISH_OK(upload_find(&pc->core, &pc->vendor, u.id, &u, &pc->e));
	assert_string_equal(u.state, "published");
	assert_int_equal(u.devices, count);
	assert_int_equal(published(pc, BID), count);
	publish_reel_clear(&r);
	publish_case_close(pc);
}

static void stops_and_resumes(void **state)
{
	const volatile bool stop = true;
	struct publish_case pc_, *pc = &pc_;
	struct publish_reel r;
	struct store_upload u;

	(void)state;
	publish_case_open(pc);
	publish_reel_make(pc, &r, MANIFEST_CSV, BID, "R1", 100);
	publish_reel_queue(pc, &r, &u);
	assert_int_equal(publish_next(&pc->core, 2, &stop, &pc->e), RC_AGAIN);
	PUBLISH_OK(publish_next(&pc->core, 2, NULL, &pc->e));
	assert_int_equal(published(pc, BID), 100);
	assert_int_equal(publish_next(&pc->core, 2, NULL, &pc->e),
	    RC_NOT_FOUND);
	publish_reel_clear(&r);
	publish_case_close(pc);
}

/* A reel of which the publisher had begun when its upload was cancelled. */
static int64_t abandon(struct publish_case *pc, const char *name, bool damage)
{
	const volatile bool stop = true;
	struct publish_reel r;
	struct store_upload u;
	struct store_reel reel;

	publish_reel_make(pc, &r, MANIFEST_CSV, name, name, 3);
	publish_reel_queue(pc, &r, &u);
	assert_int_equal(publish_next(&pc->core, 1, &stop, &pc->e), RC_AGAIN);
	PUBLISH_OK(store_reel_find_upload(pc->core.store, u.id, &reel, &pc->e));
	if (damage)
		PUBLISH_OK(store_reel_template_set(pc->core.store, reel.id,
		    SPAN_LIT("damaged"), &pc->e));
	PUBLISH_OK(upload_cancel(&pc->core, &pc->vendor, u.id, &pc->e));
	publish_reel_clear(&r);
	return reel.id;
}

static void tidies_around_what_is_damaged(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	struct store_reel reel;
	int64_t bad, good, told = 0;

	(void)state;
	publish_case_open(pc);
	bad = abandon(pc, "BAD", true);
	good = abandon(pc, "GOOD", false);
	publish_tidy(&pc->core, pc->now_s, &told);
	assert_int_equal(told, bad);
	PUBLISH_OK(store_reel_find(pc->core.store, bad, &reel, &pc->e));
	assert_int_equal(store_reel_find(pc->core.store, good, &reel, NULL),
	    RC_NOT_FOUND);
	publish_case_reel(pc, BID, "R1", false, 2);
	publish_case_reel(pc, "GOOD", "GOOD", false, 2);
	publish_case_close(pc);
}

static void damage_while_verifying_holds_up_nobody(void **state)
{
	const volatile bool stop = true;
	struct publish_case pc_, *pc = &pc_;
	struct publish_reel r;
	struct store_upload u;
	struct store_reel reel;

	(void)state;
	publish_case_open(pc);
	publish_reel_make(pc, &r, MANIFEST_CSV, "BAD", "BAD", 3);
	publish_reel_queue(pc, &r, &u);
	assert_int_equal(publish_next(&pc->core, 1, &stop, &pc->e), RC_AGAIN);
	PUBLISH_OK(store_reel_find_upload(pc->core.store, u.id, &reel, &pc->e));
	PUBLISH_OK(store_reel_template_set(pc->core.store, reel.id,
	    SPAN_LIT("damaged"), &pc->e));
	assert_int_equal(publish_next(&pc->core, 1, NULL, &pc->e), RC_INVALID);
	PUBLISH_OK(upload_find(&pc->core, &pc->vendor, u.id, &u, &pc->e));
	assert_string_equal(u.state, "rejected");
	publish_case_reel(pc, BID, "R1", false, 2);
	publish_reel_clear(&r);
	publish_case_close(pc);
}

static void worker_publishes(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	struct publish_worker *w = NULL;
	struct publish_reel r;
	struct store_upload u;
	int i;

	(void)state;
	publish_case_open(pc);
	PUBLISH_OK(publish_worker_start(&w, pc->store.dir, 1, &pc->e));
	publish_reel_make(pc, &r, MANIFEST_JSONL, BID, "R1", 50);
	publish_reel_queue(pc, &r, &u);
	for (i = 0; i < 500 && strcmp(u.state, "published") != 0; i++) {
		(void)usleep(10000);
		PUBLISH_OK(
		    upload_find(&pc->core, &pc->vendor, u.id, &u, &pc->e));
	}
	assert_string_equal(u.state, "published");
	publish_worker_stop(w);
	publish_reel_clear(&r);
	publish_case_close(pc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(publishes_every_form),
	    cmocka_unit_test(publishes_one_chip),
	    cmocka_unit_test(batch_grows_by_reels),
	    cmocka_unit_test(refuses_what_is_wrong),
	    cmocka_unit_test(refuses_what_is_in_the_service),
	    cmocka_unit_test(refuses_chip_as_log_signer),
	    cmocka_unit_test(refuses_microchip_entry_changed),
	    cmocka_unit_test(retired_ca_publishes_no_more),
	    cmocka_unit_test(other_vendors_ca_does_not_count),
	    cmocka_unit_test(survives_kill),
	    cmocka_unit_test(stops_and_resumes),
	    cmocka_unit_test(tidies_around_what_is_damaged),
	    cmocka_unit_test(damage_while_verifying_holds_up_nobody),
	    cmocka_unit_test(worker_publishes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
