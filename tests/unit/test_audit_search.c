/* Searching the audit log: each filter alone and with others finds what a walk
 * over all finds; and the chain in steps.
 * Must not trust the statements that it tests. */
#include <string.h>

#include "core/audit.h"
#include "store/db.h"
#include "tests/unit/identity_case.h"

#define ENTRIES 200
#define T0 1790000000

static struct identity_case c;
static struct store_audit all[ENTRIES];
static size_t all_n;

static bool keep(void *arg, const struct store_audit *a)
{
	all[all_n++] = *a;
	return all_n < ENTRIES;
}

static int setup(void **state)
{
	static const char *const actions[] = {"bind", "login", "access"};
	static const char *const scopes[] = {"acc_1", "acc_2", ""};
	static const char *const names[] = {"jo@example.com", "=cmd", "usr_x"};
	size_t i;

	identity_case_open(&c);
	all_n = 0;
	for (i = 0; i < ENTRIES; i++) {
		struct core_actor a = {.from = "192.0.2.1"};
		char target[16];
		const struct audit_entry entry = {.action = actions[i % 3],
		    .scope_id = scopes[i / 3 % 3],
		    .target = target,
		    .outcome = i % 7 == 0 ? RC_DENIED : RC_OK};

		/* The clock is set back twice, by minutes. */
		a.now_s = T0 + (int64_t)i * 60 - (i > 80 ? 600 : 0) -
		    (i > 120 ? 1200 : 0);
		(void)snprintf(a.id, sizeof(a.id), "usr_%zu", i % 4);
		(void)snprintf(a.name, sizeof(a.name), "%s", names[i % 3]);
		(void)snprintf(target, sizeof(target), "B-%zu", i % 5);
		if (audit_add(&c.core, &a, &entry, NULL) != RC_OK)
			return -1;
	}
	return store_audit_walk(c.core.store, 0, ENTRIES, keep, NULL, NULL) ==
		RC_OK
	    ? 0
	    : -1;
}

static int teardown(void **state)
{
	identity_case_close(&c);
	return 0;
}

static bool has(const char *wanted, const char *is)
{
	return !wanted || !wanted[0] || strcmp(wanted, is) == 0;
}

static bool matches(const struct store_audit_list *q,
    const struct store_audit *a)
{
	const bool ok = strcmp(a->outcome, "ok") == 0;

	return (!q->scope_id || strcmp(q->scope_id, a->scope_id) == 0) &&
	    a->seq > q->above && (!q->before || a->seq < q->before) &&
	    a->at >= q->from_s && (!q->to_s || a->at < q->to_s) &&
	    has(q->action, a->action) && has(q->actor, a->actor) &&
	    has(q->actor_name, a->actor_name) && has(q->target, a->target) &&
	    (q->outcome == STORE_AUDIT_ANY ||
		(q->outcome == STORE_AUDIT_DONE) == ok);
}

struct found {
	uint64_t seq[ENTRIES];
	size_t n;
};

static bool note(void *arg, const struct store_audit *a)
{
	struct found *f = arg;

	f->seq[f->n++] = a->seq;
	return true;
}

static void finds_what_a_walk_finds(const struct store_audit_list *q)
{
	struct found f = {.n = 0};
	size_t i, n = 0;

	assert_int_equal(audit_each(&c.core, q, note, &f, NULL), RC_OK);
	for (i = 0; i < ENTRIES && n < q->limit; i++) {
		const struct store_audit *a =
		    &all[q->oldest_first ? i : ENTRIES - 1 - i];

		if (!matches(q, a))
			continue;
		assert_true(n < f.n);
		assert_int_equal(f.seq[n++], a->seq);
	}
	assert_int_equal(f.n, n);
}

/* Every combination of filters, in both orders, of one scope and of all. */
static void every_filter_finds_what_a_walk_finds(void **state)
{
	unsigned int bits;

	for (bits = 0; bits < 1u << 10; bits++) {
		const struct store_audit_list q = {.scope_id = bits & 1
			? "acc_1"
			: NULL,
		    .action = bits & 2 ? "login" : "",
		    .actor = bits & 4 ? "usr_1" : NULL,
		    .actor_name = bits & 8 ? "=cmd" : "",
		    .target = bits & 16 ? "B-2" : NULL,
		    .outcome =
			bits & 32 ? STORE_AUDIT_REFUSED : STORE_AUDIT_ANY,
		    .from_s = bits & 64 ? T0 + 70 * 60 : 0,
		    .to_s = bits & 128 ? T0 + 100 * 60 : 0,
		    .before = bits & 256 ? 150 : 0,
		    .oldest_first = (bits & 512) != 0,
		    .limit = 60};

		finds_what_a_walk_finds(&q);
	}
}

static void what_was_done_and_pages_are_found(void **state)
{
	const struct store_audit_list queries[] = {
	    {.outcome = STORE_AUDIT_DONE, .limit = 200},
	    {.outcome = STORE_AUDIT_DONE, .scope_id = "acc_2", .limit = 3},
	    {.above = 190, .oldest_first = true, .limit = 200},
	    {.above = 100, .before = 102, .limit = 200},
	    {.scope_id = "acc_none", .limit = 200},
	    {.from_s = T0 + 100000000, .limit = 200},
	    {.to_s = T0 - 100000000, .limit = 200},
	    {.scope_id = "", .limit = 200},
	};
	size_t i;

	for (i = 0; i < COUNT(queries); i++)
		finds_what_a_walk_finds(&queries[i]);
}

static void the_chain_is_walked_in_steps(void **state)
{
	struct audit_walk *w = NULL;
	uint8_t head[32], whole[32];
	uint64_t n = 0, count = 0;
	struct err e = {0};
	int steps = 0;
	enum rc rc;

	assert_int_equal(audit_verify(&c.core, &n, whole, NULL), RC_OK);
	assert_int_equal(audit_walk_new(&w, &c.core, NULL), RC_OK);
	while ((rc = audit_walk_step(w, 50, &e)) == RC_OK)
		steps++;
	assert_int_equal(rc, RC_NOT_FOUND);
	assert_int_equal(steps, ENTRIES / 50);
	audit_walk_head(w, &count, head);
	assert_int_equal(count, n);
	assert_memory_equal(head, whole, 32);
	audit_walk_free(w);
	assert_int_equal(db_exec(store_db(c.core.store),
			     "UPDATE audit SET target = 'x' WHERE seq = 120",
			     NULL, 0, NULL, NULL),
	    RC_OK);
	assert_int_equal(audit_walk_new(&w, &c.core, NULL), RC_OK);
	while ((rc = audit_walk_step(w, 50, &e)) == RC_OK)
		;
	assert_int_equal(rc, RC_INVALID);
	assert_int_equal(e.line, 120);
	audit_walk_free(w);
}

static void a_scope_waits_before_it_verifies_again(void **state)
{
	struct core_actor a = {.scope_id = "acc_1", .now_s = T0},
			  b = {.scope_id = "acc_2", .now_s = T0};
	struct err e = {0};

	assert_int_equal(audit_verify_limit(&c.core, &a, &e), RC_OK);
	a.now_s += 3;
	assert_int_equal(audit_verify_limit(&c.core, &a, &e), RC_LIMIT);
	assert_int_equal(e.retry_after_s, AUDIT_VERIFY_EVERY_S - 3);
	assert_int_equal(audit_verify_limit(&c.core, &b, &e), RC_OK);
	a.now_s += AUDIT_VERIFY_EVERY_S;
	assert_int_equal(audit_verify_limit(&c.core, &a, &e), RC_OK);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    CASE(every_filter_finds_what_a_walk_finds),
	    CASE(what_was_done_and_pages_are_found),
	    CASE(the_chain_is_walked_in_steps),
	    CASE(a_scope_waits_before_it_verifies_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
