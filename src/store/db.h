/* One database connection behind one small interface: SQLite now, another
 * engine may follow, so SQL here uses $1.. parameters and only what both
 * speak.  For files of store/ only: above it, use the named operations. */
#ifndef BIRTHMARK_STORE_DB_H
#define BIRTHMARK_STORE_DB_H

#include "base/buf.h"

struct db;   /* one thread at a time */
struct stmt; /* a prepared statement, cached by the address of its SQL */

enum db_kind { DB_NULL, DB_INT, DB_TEXT, DB_BLOB };

/* A bound value; the bytes are borrowed until the call returns. */
struct db_val {
	enum db_kind kind;
	int64_t i;
	struct span s;
};

#define DB_I(v) ((struct db_val){DB_INT, (int64_t)(v), {0, 0}})
#define DB_T(str) db_text(str)		/* NULL binds NULL */
#define DB_TN(str) db_text_or_null(str) /* "" binds NULL too */
#define DB_TS(span) ((struct db_val){DB_TEXT, 0, (span)})
#define DB_B(ptr, len) ((struct db_val){DB_BLOB, 0, {(ptr), (len)}})
#define DB_BS(span) ((struct db_val){DB_BLOB, 0, (span)})
#define DB_N ((struct db_val){DB_NULL, 0, {0, 0}})
struct db_val db_text(const char *s);
#define DB_LIKE_SIZE 300
/* A pattern for LIKE ... ESCAPE '\\' that finds q anywhere, with the wildcards
 * of the user's text made plain; "" for an empty q or NULL. */
void db_like(const char *q, char out[DB_LIKE_SIZE]);
struct db_val db_text_or_null(const char *s);

/* Runs a statement without rows.  changes may be NULL.  RC_CONFLICT (slug
 * "unique") on a broken UNIQUE or PRIMARY KEY, RC_ENV "disk-full" when there
 * is no room, RC_AGAIN "busy" when another writer holds on too long. */
MUST_CHECK enum rc db_exec(struct db *d, const char *sql,
    const struct db_val *vals, size_t n, int64_t *changes, struct err *e);
/* db_exec with the values in place:
 *	db_run(d, e, "DELETE FROM x WHERE id = $1", DB_T(id)) */
#define db_run(d, e, sql, ...)                                    \
	db_exec((d), (sql), (const struct db_val[]){__VA_ARGS__}, \
	    sizeof((const struct db_val[]){__VA_ARGS__}) /        \
		sizeof(struct db_val),                            \
	    NULL, (e))
#define db_run_n(d, changes, e, sql, ...)                         \
	db_exec((d), (sql), (const struct db_val[]){__VA_ARGS__}, \
	    sizeof((const struct db_val[]){__VA_ARGS__}) /        \
		sizeof(struct db_val),                            \
	    (changes), (e))

/* Starts a query; step gives RC_OK for a row, RC_NOT_FOUND (e untouched) at
 * the end.  Always db_done it. */
MUST_CHECK enum rc db_query(struct db *d, const char *sql,
    const struct db_val *vals, size_t n, struct stmt **out, struct err *e);
#define db_ask(d, out, e, sql, ...)                                \
	db_query((d), (sql), (const struct db_val[]){__VA_ARGS__}, \
	    sizeof((const struct db_val[]){__VA_ARGS__}) /         \
		sizeof(struct db_val),                             \
	    (out), (e))
MUST_CHECK enum rc db_step(struct stmt *s, struct err *e);
void db_done(struct stmt *s); /* NULL is fine */
/* Columns of the row, from 0; spans live until the next step or done. */
int64_t db_col_int(struct stmt *s, int col);
struct span db_col_blob(struct stmt *s, int col); /* text too */
bool db_col_null(struct stmt *s, int col);
/* Text into a char array, cut if too long. */
void db_col_str(struct stmt *s, int col, char *out, size_t cap);

/* For store.c and store_migrate.c only. */
enum db_access { DB_READ, DB_WRITE };
/* Opens one existing file.  DB_READ refuses writes to it, not to what is
 * attached. */
MUST_CHECK enum rc db_open(struct db **out, const char *path,
    enum db_access access, struct err *e);
/* A second file under the name `dev`. */
MUST_CHECK enum rc db_attach(struct db *d, const char *path,
    enum db_access access, struct err *e);
void db_close(struct db *d);
/* Runs several statements without parameters; rows are dropped. */
MUST_CHECK enum rc db_script(struct db *d, const char *sql, struct err *e);
bool db_in_tx(const struct db *d);
/* Another number whenever this file was changed, by whichever connection or
 * process; costs no query.  What is open here counts already. */
MUST_CHECK enum rc db_marker(struct db *d, uint64_t *out, struct err *e);

#endif
