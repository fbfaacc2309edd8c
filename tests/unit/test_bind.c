/* Binding: who may, who comes first, and what nobody learns. */
#include <pthread.h>

#include "core/batch.h"
#include "core/product.h"
#include "store/store_audit.h"
#include "tests/unit/publish_case.h"

#define BID "BINDBATCH-1"

static enum rc bind_bid(struct publish_case *pc, const struct core_actor *a,
    const char *bid, const uint8_t *code, bool *already)
{
	char text[LABEL_CODE_SIZE] = "";
	struct bind_request r = {.bid = span_str(bid)};
	struct store_bind b;

	if (code)
		label_code_text(code, text);
	r.code = span_str(text);
	memset(&pc->e, 0, sizeof(pc->e));
	return bind_batch(&pc->core, a, &r, &b, already, &pc->e);
}

static enum rc bind_label(struct publish_case *pc, const struct core_actor *a,
    const char *text, struct store_bind *b)
{
	struct bind_request r = {.label = span_str(text)};
	bool already;

	memset(&pc->e, 0, sizeof(pc->e));
	return bind_batch(&pc->core, a, &r, b, &already, &pc->e);
}

static void open_one(struct publish_case *pc)
{
	publish_case_open(pc);
	publish_case_reel(pc, BID, "R1", false, 2);
}

static void bind_takes_label_or_code(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	char url[200], code[LABEL_CODE_SIZE], print[LABEL_PRINT_SIZE];
	struct store_bind b;
	bool already = true;

	(void)state;
	open_one(pc);
	publish_case_reel(pc, "B2", "R2", false, 1);
	publish_case_reel(pc, "B3", "R3", false, 1);
	label_code_text(pc->code, code);
	(void)snprintf(url, sizeof(url), "https://birthmark.test/b/%s#%s", BID,
	    code);
	PUBLISH_OK(bind_label(pc, &pc->oem, url, &b));
	assert_string_equal(b.bid, BID);
	assert_string_equal(b.account_id, pc->oem.scope_id);
	label_code_print(pc->code, print);
	(void)snprintf(url, sizeof(url), "B2 %s", print);
	PUBLISH_OK(bind_label(pc, &pc->oem, url, &b));
	PUBLISH_OK(bind_bid(pc, &pc->oem, "B3", pc->code, &already));
	assert_false(already);
	publish_case_close(pc);
}

static void bind_refuses_second_account(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	struct core_actor other;
	bool already = false;

	(void)state;
	open_one(pc);
	other = publish_case_account(pc, "rival");
	PUBLISH_OK(bind_bid(pc, &pc->oem, BID, pc->code, &already));
	assert_int_equal(bind_bid(pc, &other, BID, pc->code, &already),
	    RC_CONFLICT);
	assert_string_equal(pc->e.slug, "batch-bound-elsewhere");
	assert_null(strstr(pc->e.text, "appliances"));
	assert_null(strstr(pc->e.text, pc->oem.scope_id));
	/* Its own owner is told so. */
	PUBLISH_OK(bind_bid(pc, &pc->oem, BID, pc->code, &already));
	assert_true(already);
	publish_case_close(pc);
}

/* Unbound, unknown, bound: to the letter the same answer. */
static void bind_tells_nothing_of_batches(void **state)
{
	static const char *const bids[] = {BID, "NO-SUCH-BATCH", "BOUND"};
	static const char *const slugs[] = {"claim-code-needed",
	    "claim-refused"};
	struct publish_case pc_, *pc = &pc_;
	uint8_t wrong[LABEL_CODE_BYTES] = {1};
	struct core_actor other;
	struct err first = {0};
	size_t i, coded;
	bool already;

	(void)state;
	open_one(pc);
	other = publish_case_account(pc, "rival");
	publish_case_reel(pc, "BOUND", "R2", false, 1);
	PUBLISH_OK(bind_bid(pc, &other, "BOUND", pc->code, &already));
	for (coded = 0; coded < 2; coded++)
		for (i = 0; i < COUNT(bids); i++) {
			assert_int_equal(bind_bid(pc, &pc->oem, bids[i],
					     coded ? wrong : NULL, &already),
			    RC_DENIED);
			assert_string_equal(pc->e.slug, slugs[coded]);
			if (i == 0)
				first = pc->e;
			assert_string_equal(pc->e.text, first.text);
		}
	publish_case_close(pc);
}

static void bind_takes_bare_bid_only_if_open(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	struct store_bind b;
	bool already;

	(void)state;
	open_one(pc);
	publish_case_reel(pc, "D001", "D001", true, 2);
	assert_int_equal(bind_bid(pc, &pc->oem, BID, NULL, &already),
	    RC_DENIED);
	PUBLISH_OK(bind_label(pc, &pc->oem,
	    "https://birthmark.test/cloud-id?groupId=D001", &b));
	assert_string_equal(b.bid, "D001");
	publish_case_close(pc);
}

static bool see(void *arg, const struct store_audit *a)
{
	bool *found = arg;

	(void)a;
	*found = true;
	return false;
}

static bool has_alarm(struct publish_case *pc)
{
	struct store_audit_list q = {.scope_id = pc->oem.scope_id,
	    .action = "claim-alarm",
	    .limit = 1};
	bool found = false;

	PUBLISH_OK(store_audit_each(pc->core.store, &q, see, &found, &pc->e));
	return found;
}

static void bind_slows_guessing(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	uint8_t wrong[LABEL_CODE_BYTES] = {2};
	struct core_actor later;
	enum rc rc = RC_DENIED;
	bool already;
	int tries;

	(void)state;
	open_one(pc);
	for (tries = 0; rc == RC_DENIED && tries < 100; tries++)
		rc = bind_bid(pc, &pc->oem, BID, wrong, &already);
	assert_int_equal(rc, RC_LIMIT);
	assert_string_equal(pc->e.slug, "claim-code-locked");
	assert_true(pc->e.retry_after_s > 0);
	assert_in_range(tries, 5, 20);
	assert_true(has_alarm(pc));
	/* Even the right one has to wait, as the guesser is not known. */
	assert_int_equal(bind_bid(pc, &pc->oem, BID, pc->code, &already),
	    RC_LIMIT);
	/* Another account is not kept out. */
	later = publish_case_account(pc, "honest");
	(void)snprintf(later.from, sizeof(later.from), "192.0.2.77");
	PUBLISH_OK(bind_bid(pc, &later, BID, pc->code, &already));
	publish_case_close(pc);
}

static void bind_refuses_refs_of_others(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	struct store_product p;
	struct core_actor other;
	struct bind_request r = {.bid = SPAN_LIT(BID)};
	char code[LABEL_CODE_SIZE];
	struct store_bind b;
	bool already;

	(void)state;
	open_one(pc);
	other = publish_case_account(pc, "rival");
	PUBLISH_OK(product_add(&pc->core, &other, "Toaster", &p, &pc->e));
	label_code_text(pc->code, code);
	r.code = span_str(code);
	r.product_id = p.id;
	assert_int_equal(bind_batch(&pc->core, &pc->oem, &r, &b, &already,
			     &pc->e),
	    RC_INVALID);
	assert_string_equal(pc->e.slug, "product-unknown");
	r.product_id = NULL;
	r.cloud_id = "cld_nosuchcloud0000";
	assert_int_equal(bind_batch(&pc->core, &pc->oem, &r, &b, &already,
			     &pc->e),
	    RC_INVALID);
	assert_string_equal(pc->e.slug, "cloud-unknown");
	publish_case_close(pc);
}

static void unbind_frees_the_batch(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	struct core_actor other;
	bool already;

	(void)state;
	open_one(pc);
	other = publish_case_account(pc, "rival");
	PUBLISH_OK(bind_bid(pc, &pc->oem, BID, pc->code, &already));
	assert_int_equal(bind_undo(&pc->core, &other, BID, &pc->e),
	    RC_NOT_FOUND);
	PUBLISH_OK(bind_undo(&pc->core, &pc->oem, BID, &pc->e));
	PUBLISH_OK(bind_bid(pc, &other, BID, pc->code, &already));
	assert_false(already);
	publish_case_close(pc);
}

static void bound_batch_takes_no_reel(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	struct upload_request q;
	struct publish_reel r;
	struct store_upload u;
	bool already;

	(void)state;
	open_one(pc);
	publish_reel_make(pc, &r, MANIFEST_CSV, BID, "R2", 1);
	publish_reel_queue(pc, &r, &u);
	PUBLISH_OK(bind_bid(pc, &pc->oem, BID, pc->code, &already));
	/* Bound between the upload and its end. */
	assert_int_equal(publish_next(&pc->core, 1, NULL, &pc->e), RC_CONFLICT);
	assert_string_equal(pc->e.slug, "batch-already-bound");
	q = publish_reel_request(pc, &r);
	assert_int_equal(upload_create(&pc->core, &pc->vendor, &q, &u, &already,
			     &pc->e),
	    RC_CONFLICT);
	assert_string_equal(pc->e.slug, "batch-already-bound");
	publish_reel_clear(&r);
	publish_case_close(pc);
}

static void operator_sees_only_its_own(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	struct core_actor op;
	struct store_bind_filter q = {.state = ""};
	struct batch_row rows[4];
	size_t n = 4;
	bool already;

	(void)state;
	open_one(pc);
	publish_case_reel(pc, "B2", "R2", false, 1);
	op = pc->oem;
	op.role = CORE_OPERATOR;
	(void)snprintf(op.id, sizeof(op.id), "usr_operator");
	PUBLISH_OK(bind_bid(pc, &pc->oem, BID, pc->code, &already));
	PUBLISH_OK(bind_bid(pc, &op, "B2", pc->code, &already));
	PUBLISH_OK(batch_list(&pc->core, &op, &q, rows, &n, &pc->e));
	assert_int_equal(n, 1);
	assert_string_equal(rows[0].row.bind.bid, "B2");
	assert_int_equal(batch_of_account(&pc->core, &op, BID, rows, &pc->e),
	    RC_NOT_FOUND);
	/* The others' by its bare Batch ID neither, unlike its own. */
	assert_int_equal(bind_bid(pc, &op, BID, NULL, &already), RC_DENIED);
	PUBLISH_OK(bind_bid(pc, &op, "B2", NULL, &already));
	assert_true(already);
	n = 4;
	PUBLISH_OK(batch_list(&pc->core, &pc->oem, &q, rows, &n, &pc->e));
	assert_int_equal(n, 2);
	publish_case_close(pc);
}

struct racer {
	pthread_t thread;
	struct publish_case *pc;
	struct core_actor actor;
	pthread_barrier_t *start;
	enum rc rc;
	struct err e;
};

static void *race(void *arg)
{
	struct racer *r = arg;
	struct core core = r->pc->core;
	struct bind_request q = {.bid = SPAN_LIT(BID)};
	char code[LABEL_CODE_SIZE];
	struct store_bind b;
	bool already;

	core.store = store_case_again(&r->pc->store);
	label_code_text(r->pc->code, code);
	q.code = span_str(code);
	(void)pthread_barrier_wait(r->start);
	r->rc = bind_batch(&core, &r->actor, &q, &b, &already, &r->e);
	store_close(core.store);
	return NULL;
}

static void race_has_one_winner(void **state)
{
	enum { RACERS = 24 };
	struct publish_case pc_, *pc = &pc_;
	struct racer racers[RACERS];
	pthread_barrier_t start;
	unsigned int i, won = 0, lost = 0;
	char name[32];

	(void)state;
	open_one(pc);
	assert_int_equal(pthread_barrier_init(&start, NULL, RACERS), 0);
	memset(racers, 0, sizeof(racers));
	for (i = 0; i < RACERS; i++) {
		(void)snprintf(name, sizeof(name), "racer-%u", i);
		racers[i].pc = pc;
		racers[i].start = &start;
		racers[i].actor = publish_case_account(pc, name);
	}
	for (i = 0; i < RACERS; i++)
		assert_int_equal(pthread_create(&racers[i].thread, NULL, race,
				     &racers[i]),
		    0);
	for (i = 0; i < RACERS; i++) {
		(void)pthread_join(racers[i].thread, NULL);
		won += racers[i].rc == RC_OK;
		lost += racers[i].rc == RC_CONFLICT;
	}
	assert_int_equal(won, 1);
	assert_int_equal(lost, RACERS - 1);
	(void)pthread_barrier_destroy(&start);
	publish_case_close(pc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bind_takes_label_or_code),
	    cmocka_unit_test(bind_refuses_second_account),
	    cmocka_unit_test(bind_tells_nothing_of_batches),
	    cmocka_unit_test(bind_takes_bare_bid_only_if_open),
	    cmocka_unit_test(bind_slows_guessing),
	    cmocka_unit_test(bind_refuses_refs_of_others),
	    cmocka_unit_test(unbind_frees_the_batch),
	    cmocka_unit_test(bound_batch_takes_no_reel),
	    cmocka_unit_test(operator_sees_only_its_own),
	    cmocka_unit_test(race_has_one_winner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
