/* The audit log's chain: any change of any field is found.
 * Must not use the log's own code to judge it. */
#include <string.h>

#include "core/audit.h"
#include "core/tx.h"
#include "store/db.h"
#include "tests/unit/identity_case.h"

static struct identity_case c;
static struct core_actor admin;

#define ENTRIES 5

static int setup(void **state)
{
	const struct audit_entry entry = {.action = "bind",
	    .scope_id = "acc_1",
	    .target = "B-1",
	    .outcome = RC_DENIED,
	    .reason = "claim-refused",
	    .detail = "a detail"};
	int i;

	identity_case_open(&c);
	admin = identity_case_user(&c, "jo@example.com");
	for (i = 0; i < ENTRIES; i++)
		assert_int_equal(audit_add(&c.core, &admin, &entry, NULL),
		    RC_OK);
	return 0;
}

static int teardown(void **state)
{
	identity_case_close(&c);
	return 0;
}

static enum rc verify(uint64_t *count, struct err *e)
{
	uint8_t head[32];

	return audit_verify(&c.core, count, head, e);
}

static void run(const char *sql)
{
	struct err e = {0};

	if (db_exec(store_db(c.core.store), sql, NULL, 0, NULL, &e) != RC_OK)
		fail_msg("%s: %s", sql, e.text);
}

static void an_untouched_log_is_whole(void **state)
{
	uint64_t n = 0;

	assert_int_equal(verify(&n, NULL), RC_OK);
	assert_int_equal(n, ENTRIES);
}

static void each_changed_field_is_found(void **state)
{
	static const char *const changes[] = {
	    "UPDATE audit SET at = at + 1 WHERE seq = 3",
	    "UPDATE audit SET actor = 'usr_x' WHERE seq = 3",
	    "UPDATE audit SET actor_name = 'x' WHERE seq = 3",
	    "UPDATE audit SET scope_id = 'acc_2' WHERE seq = 3",
	    "UPDATE audit SET action = 'unbind' WHERE seq = 3",
	    "UPDATE audit SET target = 'B-2' WHERE seq = 3",
	    "UPDATE audit SET outcome = 'ok' WHERE seq = 3",
	    "UPDATE audit SET reason = '' WHERE seq = 3",
	    "UPDATE audit SET detail = 'a detail ' WHERE seq = 3",
	    "UPDATE audit SET from_addr = '::1' WHERE seq = 3",
	    "UPDATE audit SET prev = zeroblob(32) WHERE seq = 3",
	    "UPDATE audit SET hash = zeroblob(32) WHERE seq = 3",
	    /* bytes moved from one field into the next */
	    "UPDATE audit SET reason = 'claim-refuse', detail = 'da detail' "
	    "WHERE seq = 3",
	    "UPDATE audit SET detail = detail || char(0) || 'more' "
	    "WHERE seq = 3",
	};
	uint64_t n;
	struct err e;
	size_t i;

	for (i = 0; i < COUNT(changes); i++) {
		assert_int_equal(store_begin(c.core.store, NULL), RC_OK);
		run(changes[i]);
		if (verify(&n, &e) != RC_INVALID)
			fail_msg("not found: %s", changes[i]);
		assert_string_equal(e.slug, "audit-broken");
		assert_int_equal(e.line, 3);
		store_rollback(c.core.store);
	}
	assert_int_equal(verify(&n, NULL), RC_OK);
}

static void a_missing_or_moved_entry_is_found(void **state)
{
	static const char *const changes[] = {
	    "DELETE FROM audit WHERE seq = 1",
	    "DELETE FROM audit WHERE seq = 3",
	    "UPDATE audit SET seq = 99 WHERE seq = 3",
	    "UPDATE audit SET seq = 0 WHERE seq = 1",
	};
	uint64_t n;
	size_t i;

	for (i = 0; i < COUNT(changes); i++) {
		assert_int_equal(store_begin(c.core.store, NULL), RC_OK);
		run(changes[i]);
		if (verify(&n, NULL) != RC_INVALID)
			fail_msg("not found: %s", changes[i]);
		store_rollback(c.core.store);
	}
}

static void a_cut_log_has_another_head(void **state)
{
	uint8_t before[32], after[32];
	uint64_t n;

	assert_int_equal(audit_verify(&c.core, &n, before, NULL), RC_OK);
	run("DELETE FROM audit WHERE seq = 5");
	assert_int_equal(audit_verify(&c.core, &n, after, NULL), RC_OK);
	assert_int_equal(n, ENTRIES - 1);
	assert_memory_not_equal(before, after, 32);
}

static void an_entry_goes_with_its_transaction(void **state)
{
	const struct audit_entry entry = {.action = "bind"};
	struct tx tx = TX_NONE;
	uint64_t n;

	assert_int_equal(tx_begin(&c.core, &tx, NULL), RC_OK);
	assert_int_equal(audit_add(&c.core, &admin, &entry, NULL), RC_OK);
	tx_rollback(&c.core, &tx);
	assert_int_equal(verify(&n, NULL), RC_OK);
	assert_int_equal(n, ENTRIES);
}

static void a_refusal_stays_when_the_work_is_undone(void **state)
{
	const struct err why = {.rc = RC_DENIED, .slug = "claim-refused"};
	struct tx tx = TX_NONE;
	uint64_t n;

	assert_int_equal(tx_begin(&c.core, &tx, NULL), RC_OK);
	run("UPDATE usr SET name = 'changed'");
	audit_refused(&c.core, &admin, "bind", "B-1", &why);
	assert_int_equal(tx_end(&c.core, &tx, RC_OK, NULL), RC_BUG);
	assert_int_equal(verify(&n, NULL), RC_OK);
	assert_int_equal(n, ENTRIES + 1);
}

static void long_and_odd_text_keeps_the_chain(void **state)
{
	char text[2000];
	struct audit_entry entry = {.action = text,
	    .target = text,
	    .detail = text,
	    .reason = text,
	    .scope_id = text};
	uint64_t n;

	memset(text, 'x', sizeof(text));
	text[1] = '\n';
	text[2] = (char)0xff;
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(audit_add(&c.core, &admin, &entry, NULL), RC_OK);
	assert_int_equal(verify(&n, NULL), RC_OK);
	assert_int_equal(n, ENTRIES + 1);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(an_untouched_log_is_whole),
	    CASE(each_changed_field_is_found),
	    CASE(a_missing_or_moved_entry_is_found),
	    CASE(a_cut_log_has_another_head),
	    CASE(an_entry_goes_with_its_transaction),
	    CASE(a_refusal_stays_when_the_work_is_undone),
	    CASE(long_and_odd_text_keeps_the_chain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
