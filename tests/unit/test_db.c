/* The database connection: parameters, rows, faults, and migrations of one
 * file.  Must not use the tables of the service. */
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "store/db.h"
#include "store/store_migrate.h"
#include "tests/unit/store_case.h"

static const struct store_migration first[] = {
    {1, "0001_first.sql",
	"CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
	" body BLOB, n INTEGER) STRICT;"},
};
static const struct store_migration both[] = {
    {1, "0001_first.sql", "CREATE TABLE thing (id INTEGER) STRICT;"},
    {2, "0002_second.sql",
	"CREATE TABLE part (id INTEGER PRIMARY KEY,"
	" thing INTEGER NOT NULL REFERENCES thing(id)) STRICT;"
	"INSERT INTO thing (id, name) VALUES (7, 'by migration');"},
};
static const struct store_migration broken[] = {
    {1, "0001_first.sql", "CREATE TABLE thing (id INTEGER) STRICT;"},
    {2, "0002_broken.sql", "CREATE TABLE half (id INTEGER); NONSENSE;"},
};

static struct store_case place;
static char path[300];
static struct db *d;

static int setup(void **state)
{
	store_case_place(&place);
	(void)snprintf(path, sizeof(path), "%s/a %%23?.db", place.dir);
	assert_int_equal(store_migrate(path, first, 1, true, NULL), RC_OK);
	assert_int_equal(db_open(&d, path, DB_WRITE, NULL), RC_OK);
	return 0;
}

static int teardown(void **state)
{
	db_close(d);
	d = NULL;
	store_case_close(&place);
	return 0;
}

static int64_t ask_int(struct db *from, const char *sql)
{
	struct stmt *s;
	int64_t v;

	assert_int_equal(db_query(from, sql, NULL, 0, &s, NULL), RC_OK);
	assert_int_equal(db_step(s, NULL), RC_OK);
	v = db_col_int(s, 0);
	db_done(s);
	return v;
}

static void parameters_are_bound_by_number_not_by_appearance(void **state)
{
	struct stmt *s;
	char name[16];

	assert_int_equal(db_run(d, NULL,
			     "INSERT INTO thing (name, id, n) "
			     "VALUES ($2, $1, $3)",
			     DB_I(5), DB_T("five"), DB_I(55)),
	    RC_OK);
	assert_int_equal(db_ask(d, &s, NULL,
			     "SELECT name, n FROM thing "
			     "WHERE n = $2 AND id = $1 AND $2 > $1",
			     DB_I(5), DB_I(55)),
	    RC_OK);
	assert_int_equal(db_step(s, NULL), RC_OK);
	db_col_str(s, 0, name, sizeof(name));
	assert_string_equal(name, "five");
	assert_int_equal(db_col_int(s, 1), 55);
	assert_int_equal(db_step(s, NULL), RC_NOT_FOUND);
	db_done(s);
}

static void values_come_back_as_they_went_in(void **state)
{
	static const uint8_t odd[] = {0, 1, 0xff, 0};
	struct stmt *s;
	char cut[4];

	assert_int_equal(db_run(d, NULL,
			     "INSERT INTO thing (id, name, body) VALUES "
			     "(1, $1, $2), (2, $3, $4), (3, $5, $6)",
			     DB_T("a'b"), DB_B(odd, sizeof(odd)), DB_T(""),
			     DB_B(NULL, 0), DB_T("third"), DB_N),
	    RC_OK);
	assert_int_equal(db_query(d, "SELECT name, body FROM thing ORDER BY id",
			     NULL, 0, &s, NULL),
	    RC_OK);
	assert_int_equal(db_step(s, NULL), RC_OK);
	assert_true(span_eq_str(db_col_blob(s, 0), "a'b"));
	assert_true(span_eq(db_col_blob(s, 1), span_of(odd, sizeof(odd))));
	assert_int_equal(db_step(s, NULL), RC_OK);
	assert_int_equal(db_col_blob(s, 0).n, 0);
	assert_false(db_col_null(s, 1));
	assert_int_equal(db_col_blob(s, 1).n, 0);
	assert_int_equal(db_step(s, NULL), RC_OK);
	db_col_str(s, 0, cut, sizeof(cut));
	assert_string_equal(cut, "thi");
	assert_true(db_col_null(s, 1));
	db_done(s);
}

static void a_statement_in_use_may_be_asked_again(void **state)
{
	static const char sql[] = "SELECT id FROM thing WHERE id >= $1 "
				  "ORDER BY id";
	struct stmt *a, *b;

	assert_int_equal(
	    db_run(d, NULL,
		"INSERT INTO thing (id, name) VALUES ($1, 'x'), ($2, 'y')",
		DB_I(1), DB_I(2)),
	    RC_OK);
	assert_int_equal(db_ask(d, &a, NULL, sql, DB_I(1)), RC_OK);
	assert_int_equal(db_step(a, NULL), RC_OK);
	assert_int_equal(db_ask(d, &b, NULL, sql, DB_I(2)), RC_OK);
	assert_int_equal(db_step(b, NULL), RC_OK);
	assert_int_equal(db_col_int(b, 0), 2);
	db_done(b);
	assert_int_equal(db_step(a, NULL), RC_OK);
	assert_int_equal(db_col_int(a, 0), 2);
	db_done(a);
}

static void another_text_at_the_same_address_is_prepared_anew(void **state)
{
	char sql[64];

	(void)snprintf(sql, sizeof(sql), "SELECT 1");
	assert_int_equal(ask_int(d, sql), 1);
	(void)snprintf(sql, sizeof(sql), "SELECT 2");
	assert_int_equal(ask_int(d, sql), 2);
}

static void more_statements_than_the_cache_holds_still_work(void **state)
{
	static char sql[700][24];
	int i, round;

	for (i = 0; i < 700; i++)
		(void)snprintf(sql[i], sizeof(sql[i]), "SELECT %d", i);
	for (round = 0; round < 2; round++)
		for (i = 0; i < 700; i++)
			assert_int_equal(ask_int(d, sql[i]), i);
}

static void changes_are_counted(void **state)
{
	int64_t n = -1;

	assert_int_equal(db_run(d, NULL,
			     "INSERT INTO thing (id, name) VALUES "
			     "($1, 'x'), ($2, 'y')",
			     DB_I(1), DB_I(2)),
	    RC_OK);
	assert_int_equal(db_run_n(d, &n, NULL,
			     "UPDATE thing SET n = $1 WHERE id > 0", DB_I(9)),
	    RC_OK);
	assert_int_equal(n, 2);
	assert_int_equal(db_run_n(d, &n, NULL,
			     "DELETE FROM thing WHERE id = $1", DB_I(77)),
	    RC_OK);
	assert_int_equal(n, 0);
}

static void faults_have_their_class(void **state)
{
	static const struct {
		const char *sql;
		enum rc rc;
		const char *slug;
	} cases[] = {
	    {"INSERT INTO thing (id, name) VALUES (1, 'b')", RC_CONFLICT,
		"unique"},
	    {"INSERT INTO thing (id, name) VALUES (2, 'a')", RC_CONFLICT,
		"unique"},
	    {"INSERT INTO part (id, thing) VALUES (1, 99)", RC_CONFLICT,
		"foreign-key"},
	    {"INSERT INTO thing (id) VALUES (3)", RC_BUG, "store-constraint"},
	    {"INSERT INTO thing (id, name, n) VALUES (4, 'd', 'text')", RC_BUG,
		"store-constraint"},
	    {"SELECT \"no such column\" FROM thing", RC_BUG, "store-sql"},
	    {"SELECT * FROM nowhere", RC_BUG, "store-sql"},
	    {"SELECT $1", RC_BUG, "store-sql"},
	    {"SELECT ?", RC_BUG, "store-sql"},
	};
	struct err e;
	size_t i;

	assert_int_equal(store_migrate(path, both, 2, true, NULL), RC_OK);
	assert_int_equal(db_exec(d,
			     "INSERT INTO thing (id, name) VALUES (1, 'a')",
			     NULL, 0, NULL, NULL),
	    RC_OK);
	for (i = 0; i < COUNT(cases); i++) {
		memset(&e, 0, sizeof(e));
		assert_int_equal(db_exec(d, cases[i].sql, NULL, 0, NULL, &e),
		    cases[i].rc);
		assert_string_equal(e.slug, cases[i].slug);
	}
}

static void a_full_disk_is_told_and_loses_nothing_committed(void **state)
{
	struct err e = {0};
	static uint8_t body[300000];

	assert_int_equal(db_run(d, NULL,
			     "INSERT INTO thing (id, name) VALUES ($1, 'kept')",
			     DB_I(1)),
	    RC_OK);
	assert_int_equal(db_script(d, "PRAGMA max_page_count = 20", NULL),
	    RC_OK);
	assert_int_equal(db_run(d, &e,
			     "INSERT INTO thing (id, name, body) "
			     "VALUES (2, 'big', $1)",
			     DB_B(body, sizeof(body))),
	    RC_ENV);
	assert_string_equal(e.slug, "disk-full");
	assert_int_equal(ask_int(d, "SELECT count(*) FROM thing"), 1);
	assert_int_equal(db_script(d, "PRAGMA max_page_count = 100000", NULL),
	    RC_OK);
	assert_int_equal(db_run(d, NULL,
			     "INSERT INTO thing (id, name, body) "
			     "VALUES (2, 'big', $1)",
			     DB_B(body, sizeof(body))),
	    RC_OK);
}

static void an_old_file_is_brought_up_once(void **state)
{
	struct err e = {0};

	assert_int_equal(store_migrate(path, both, 2, false, &e), RC_ENV);
	assert_string_equal(e.slug, "store-older");
	assert_int_equal(store_migrate(path, both, 2, true, NULL), RC_OK);
	assert_int_equal(store_migrate(path, both, 2, true, NULL), RC_OK);
	assert_int_equal(store_migrate(path, both, 2, false, NULL), RC_OK);
	assert_int_equal(ask_int(d, "SELECT id FROM thing"), 7);
	assert_int_equal(ask_int(d, "PRAGMA user_version"), 2);
}

static void a_newer_file_is_refused(void **state)
{
	struct err e = {0};

	assert_int_equal(store_migrate(path, both, 2, true, NULL), RC_OK);
	assert_int_equal(store_migrate(path, first, 1, true, &e), RC_ENV);
	assert_string_equal(e.slug, "store-newer");
}

static void a_migration_that_fails_leaves_the_old_version(void **state)
{
	struct err e = {0};

	assert_int_equal(store_migrate(path, broken, 2, true, &e), RC_BUG);
	assert_string_equal(e.slug, "store-migration");
	assert_int_equal(ask_int(d, "PRAGMA user_version"), 1);
	assert_int_equal(ask_int(d,
			     "SELECT count(*) FROM sqlite_schema "
			     "WHERE name = 'half'"),
	    0);
}

static void a_file_of_another_program_is_left_alone(void **state)
{
	struct err e = {0};
	struct db *other;
	char at[300];

	(void)snprintf(at, sizeof(at), "%s/other.db", place.dir);
	assert_int_equal(file_write(at, SPAN_NONE, 0600, NULL), RC_OK);
	assert_int_equal(db_open(&other, at, DB_WRITE, NULL), RC_OK);
	assert_int_equal(db_script(other, "CREATE TABLE theirs (id INTEGER)",
			     NULL),
	    RC_OK);
	db_close(other);
	assert_int_equal(store_migrate(at, first, 1, true, &e), RC_ENV);
	assert_string_equal(e.slug, "store-foreign");

	assert_int_equal(file_write(at,
			     SPAN_LIT("not a database at all, but a text that "
				      "is long enough to be looked at as one "
				      "and more than a hundred bytes of it"),
			     0600, NULL),
	    RC_OK);
	assert_int_equal(store_migrate(at, first, 1, true, &e), RC_ENV);
	assert_string_equal(e.slug, "store-foreign");
}

static void a_read_connection_cannot_write(void **state)
{
	struct err e = {0};
	struct db *r;

	assert_int_equal(db_open(&r, path, DB_READ, NULL), RC_OK);
	assert_int_equal(db_run(r, &e, "DELETE FROM thing WHERE id = $1",
			     DB_I(1)),
	    RC_ENV);
	assert_string_equal(e.slug, "store-readonly");
	db_close(r);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    CASE(parameters_are_bound_by_number_not_by_appearance),
	    CASE(values_come_back_as_they_went_in),
	    CASE(a_statement_in_use_may_be_asked_again),
	    CASE(another_text_at_the_same_address_is_prepared_anew),
	    CASE(more_statements_than_the_cache_holds_still_work),
	    CASE(changes_are_counted),
	    CASE(faults_have_their_class),
	    CASE(a_full_disk_is_told_and_loses_nothing_committed),
	    CASE(an_old_file_is_brought_up_once),
	    CASE(a_newer_file_is_refused),
	    CASE(a_migration_that_fails_leaves_the_old_version),
	    CASE(a_file_of_another_program_is_left_alone),
	    CASE(a_read_connection_cannot_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
