/* Opening a store and its transactions, with two connections: what any engine
 * must hold.  Must not use SQL of one engine alone. */
#include <string.h>
#include <sys/wait.h>

#include "store/db.h"
#include "tests/unit/store_case.h"

static struct store_case c;
static struct store *other;

static int setup(void **state)
{
	store_case_open(&c);
	other = store_case_again(&c);
	if (db_script(store_db(c.s),
		"CREATE TABLE tried (id INTEGER PRIMARY KEY, v INTEGER)",
		NULL) != RC_OK)
		return -1;
	return 0;
}

static int teardown(void **state)
{
	store_close(other);
	store_case_close(&c);
	return 0;
}

static enum rc put(struct store *s, int64_t id, struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO tried (id, v) VALUES ($1, $1)", DB_I(id));
}

static int64_t count(struct store *s)
{
	struct stmt *q;
	int64_t n;

	assert_int_equal(db_query(store_db(s), "SELECT count(*) FROM tried",
			     NULL, 0, &q, NULL),
	    RC_OK);
	assert_int_equal(db_step(q, NULL), RC_OK);
	n = db_col_int(q, 0);
	db_done(q);
	return n;
}

static void what_is_committed_is_seen_by_the_other(void **state)
{
	assert_int_equal(store_begin(c.s, NULL), RC_OK);
	assert_true(store_in_tx(c.s));
	assert_int_equal(put(c.s, 1, NULL), RC_OK);
	assert_int_equal(count(other), 0);
	assert_int_equal(store_commit(c.s, NULL), RC_OK);
	assert_false(store_in_tx(c.s));
	assert_int_equal(count(other), 1);
}

static void a_rollback_leaves_nothing(void **state)
{
	store_rollback(c.s);
	assert_int_equal(store_begin(c.s, NULL), RC_OK);
	assert_int_equal(put(c.s, 1, NULL), RC_OK);
	store_rollback(c.s);
	store_rollback(c.s);
	assert_false(store_in_tx(c.s));
	assert_int_equal(count(c.s), 0);
	assert_int_equal(put(other, 1, NULL), RC_OK);
}

static void closing_inside_a_transaction_rolls_back(void **state)
{
	struct store *third = store_case_again(&c);

	assert_int_equal(store_begin(third, NULL), RC_OK);
	assert_int_equal(put(third, 1, NULL), RC_OK);
	store_close(third);
	assert_int_equal(count(c.s), 0);
	assert_int_equal(store_begin(c.s, NULL), RC_OK);
	store_rollback(c.s);
}

static void a_broken_unique_key_keeps_the_transaction(void **state)
{
	struct err e = {0};

	assert_int_equal(store_begin(c.s, NULL), RC_OK);
	assert_int_equal(put(c.s, 1, NULL), RC_OK);
	assert_int_equal(put(c.s, 1, &e), RC_CONFLICT);
	assert_string_equal(e.slug, "unique");
	assert_int_equal(put(c.s, 2, NULL), RC_OK);
	assert_int_equal(store_commit(c.s, NULL), RC_OK);
	assert_int_equal(count(other), 2);
}

static void transactions_do_not_nest(void **state)
{
	struct err e = {0};

	assert_int_equal(store_commit(c.s, &e), RC_BUG);
	assert_int_equal(store_begin(c.s, NULL), RC_OK);
	assert_int_equal(store_begin(c.s, &e), RC_BUG);
	assert_string_equal(e.slug, "store-nested");
	assert_int_equal(store_begin_read(c.s, &e), RC_BUG);
	store_rollback(c.s);
	assert_int_equal(store_begin_read(c.s, NULL), RC_OK);
	assert_false(store_in_tx(c.s));
	assert_int_equal(store_commit(c.s, &e), RC_BUG);
	store_rollback(c.s);
}

static void a_read_transaction_sees_one_moment(void **state)
{
	assert_int_equal(store_begin_read(other, NULL), RC_OK);
	assert_int_equal(count(other), 0);
	assert_int_equal(put(c.s, 1, NULL), RC_OK);
	assert_int_equal(count(other), 0);
	store_rollback(other);
	assert_int_equal(count(other), 1);
}

static void a_second_writer_gives_up_after_its_wait(void **state)
{
	struct err e = {0};

	assert_int_equal(store_begin(c.s, NULL), RC_OK);
	assert_int_equal(store_begin(other, &e), RC_AGAIN);
	assert_string_equal(e.slug, "busy");
	store_rollback(c.s);
	assert_int_equal(store_begin(other, NULL), RC_OK);
	store_rollback(other);
}

static void bulk_writing_does_not_hold_the_decisions(void **state)
{
	struct store *bulk;
	struct err e = {0};

	assert_int_equal(store_open_bulk(&bulk, c.where, NULL), RC_OK);
	assert_int_equal(store_begin(bulk, NULL), RC_OK);
	assert_int_equal(db_script(store_db(bulk),
			     "CREATE TABLE dev.much (id INTEGER)", NULL),
	    RC_OK);
	assert_int_equal(store_begin(c.s, NULL), RC_OK);
	assert_int_equal(put(c.s, 1, NULL), RC_OK);
	assert_int_equal(store_commit(c.s, NULL), RC_OK);
	assert_int_equal(put(bulk, 2, &e), RC_ENV);
	assert_string_equal(e.slug, "store-readonly");
	assert_int_equal(store_commit(bulk, NULL), RC_OK);
	assert_int_equal(count(bulk), 1);
	assert_int_equal(db_script(store_db(c.s),
			     "INSERT INTO dev.much (id) VALUES (1)", NULL),
	    RC_ENV);
	store_close(bulk);
}

static void an_absent_store_is_not_made_by_looking(void **state)
{
	char where[300];
	struct store *s;
	struct err e = {0};

	(void)snprintf(where, sizeof(where), "%s/none", c.dir);
	assert_int_equal(store_open(&s, where, false, &e), RC_NOT_FOUND);
	assert_null(s);
	assert_int_equal(access(where, F_OK), -1);
	assert_int_equal(store_open(&s, "oracle://host/db", true, &e),
	    RC_INVALID);
	assert_int_equal(store_open(&s, "sqlite:", true, &e), RC_INVALID);
}

static void many_processes_may_start_at_once(void **state)
{
	struct store_case fresh;
	int i, status, failed = 0;
	pid_t pids[8];

	store_case_place(&fresh);
	for (i = 0; i < 8; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] == 0) {
			struct store *s;
			enum rc rc = store_open(&s, fresh.where, true, NULL);

			store_close(s);
			_exit(rc == RC_OK ? 0 : 1);
		}
	}
	for (i = 0; i < 8; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		failed += status != 0;
	}
	assert_int_equal(failed, 0);
	store_case_close(&fresh);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    CASE(what_is_committed_is_seen_by_the_other),
	    CASE(a_rollback_leaves_nothing),
	    CASE(closing_inside_a_transaction_rolls_back),
	    CASE(a_broken_unique_key_keeps_the_transaction),
	    CASE(transactions_do_not_nest),
	    CASE(a_read_transaction_sees_one_moment),
	    CASE(a_second_writer_gives_up_after_its_wait),
	    CASE(bulk_writing_does_not_hold_the_decisions),
	    CASE(an_absent_store_is_not_made_by_looking),
	    CASE(many_processes_may_start_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
