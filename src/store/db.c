/* SQLite behind db.h: one connection, its statements kept prepared.
 * Must not know any table. */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/rand.h"
#include "store/db.h"

#define CACHE_SLOTS 512 /* power of two; more than there are statements */
#define PARAMS_MAX 40
#define BUSY_MAX_MS 5000
#define URI_MAX 4096

struct stmt {
	struct db *d;
	sqlite3_stmt *s;
	const char *sql;
	bool used;		 /* between query and done */
	bool cached;		 /* false: ends with db_done */
	size_t params;		 /* highest $N */
	uint8_t map[PARAMS_MAX]; /* SQLite's index - 1 -> N - 1 */
};

struct db {
	sqlite3 *h;
	int64_t busy_since_ms;
	struct stmt *cache[CACHE_SLOTS];
};

struct db_val db_text(const char *s)
{
	return s ? DB_TS(span_str(s)) : DB_N;
}

void db_like(const char *q, char out[DB_LIKE_SIZE])
{
	size_t n = 0;

	out[0] = '\0';
	if (!q || q[0] == '\0')
		return;
	out[n++] = '%';
	for (; *q != '\0' && n + 4 < DB_LIKE_SIZE; q++) {
		if (*q == '%' || *q == '_' || *q == '\\')
			out[n++] = '\\';
		out[n++] = *q;
	}
	out[n++] = '%';
	out[n] = '\0';
}

struct db_val db_text_or_null(const char *s)
{
	return db_text(s && s[0] ? s : NULL);
}

struct fault {
	int code; /* primary or extended result code of SQLite */
	enum rc rc;
	const char *slug;
	const char *text;
};

static const struct fault faults[] = {
    {SQLITE_CONSTRAINT_UNIQUE, RC_CONFLICT, "unique", "It exists already"},
    {SQLITE_CONSTRAINT_PRIMARYKEY, RC_CONFLICT, "unique", "It exists already"},
    {SQLITE_CONSTRAINT_ROWID, RC_CONFLICT, "unique", "It exists already"},
    {SQLITE_CONSTRAINT_FOREIGNKEY, RC_CONFLICT, "foreign-key",
	"Something else in the database depends on it or is missing"},
    {SQLITE_CONSTRAINT_TRIGGER, RC_CONFLICT, "store-refused",
	"The database refuses this change"},
    {SQLITE_CONSTRAINT, RC_BUG, "store-constraint",
	"The value breaks a rule of the schema"},
    {SQLITE_FULL, RC_ENV, "disk-full",
	"There is no room left for the database; free some disk space"},
    {SQLITE_IOERR, RC_ENV, "store-io", "The database's disk failed"},
    {SQLITE_CANTOPEN, RC_ENV, "store-io", "The database cannot be opened"},
    {SQLITE_PERM, RC_ENV, "store-io", "The database may not be opened"},
    {SQLITE_READONLY, RC_ENV, "store-readonly",
	"The database may not be written"},
    {SQLITE_CORRUPT, RC_ENV, "store-corrupt",
	"The database is damaged; restore it from a backup"},
    {SQLITE_NOTADB, RC_ENV, "store-foreign", "The file is not a database"},
    {SQLITE_NOMEM, RC_ENV, "memory", "Out of memory"},
    {SQLITE_TOOBIG, RC_TOO_LARGE, "too-large",
	"The value is too large for the database"},
    {SQLITE_BUSY, RC_AGAIN, "busy",
	"The database is busy with another writer; try again"},
    {SQLITE_LOCKED, RC_AGAIN, "busy",
	"The database is busy with another writer; try again"},
};

static const struct fault *fault_find(int code)
{
	size_t i;

	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (faults[i].code == code)
			return &faults[i];
	return NULL;
}

static enum rc db_fault(struct db *d, int code, struct err *e)
{
	const struct fault *f = fault_find(code);
	const char *what = d ? sqlite3_errmsg(d->h) : sqlite3_errstr(code);

	if (!f)
		f = fault_find(code & 0xff);
	if (!f)
		return err_set(e, RC_BUG, "store-sql",
		    "The database did not take a statement: %s.", what);
	return err_set(e, f->rc, f->slug, "%s (%s).", f->text, what);
}

/* Shorter and less regular pauses than SQLite's own: a bind waits behind
 * another one for well under a millisecond. */
static int on_busy(void *arg, int count)
{
	struct db *d = arg;
	int64_t now = clock_mono_ms();
	uint64_t most_us = count < 8 ? 400 : count < 32 ? 2000 : 10000;

	if (count == 0)
		d->busy_since_ms = now;
	if (now - d->busy_since_ms >= BUSY_MAX_MS)
		return 0;
	(void)usleep((useconds_t)(most_us / 4 + rand_below(most_us)));
	return 1;
}

static enum rc make_uri(const char *path, enum db_access access,
    struct buf *uri, struct err *e)
{
	struct span rest = span_str(path), part;
	bool more;

	buf_add_str(uri, "file:");
	do {
		more = span_cut(&rest, '/', &part);
		enc_percent(uri, part);
		if (more)
			buf_add_u8(uri, '/');
	} while (more);
	buf_add_str(uri, access == DB_WRITE ? "?mode=rw" : "?mode=ro");
	if (!buf_cstr(uri))
		return err_set(e, RC_INVALID, "path-too-long",
		    "The path of the database is too long.");
	return RC_OK;
}

static const char setup_sql[] = "PRAGMA foreign_keys = ON;"
				"PRAGMA trusted_schema = OFF;"
				"PRAGMA cell_size_check = ON;"
				"PRAGMA temp_store = MEMORY;"
				"PRAGMA main.synchronous = FULL;";

enum rc db_open(struct db **out, const char *path, enum db_access access,
    struct err *e)
{
	struct db *d = calloc(1, sizeof(*d));
	struct buf uri;
	enum rc rc;
	int r;

	*out = NULL;
	buf_init(&uri, URI_MAX);
	if (!d)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	rc = make_uri(path, access, &uri, e);
	if (rc != RC_OK)
		goto out;
	r = sqlite3_open_v2(buf_cstr(&uri), &d->h,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX |
		SQLITE_OPEN_EXRESCODE,
	    NULL);
	if (r != SQLITE_OK) {
		rc = db_fault(d->h ? d : NULL, r, e);
		goto out;
	}
	(void)sqlite3_busy_handler(d->h, on_busy, d);
	(void)sqlite3_db_config(d->h, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(d->h, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	(void)sqlite3_db_config(d->h, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	rc = db_script(d, setup_sql, e);
out:
	buf_clear(&uri);
	if (rc == RC_OK)
		*out = d;
	else
		db_close(d);
	return rc;
}

enum rc db_attach(struct db *d, const char *path, enum db_access access,
    struct err *e)
{
	struct buf uri;
	enum rc rc;

	buf_init(&uri, URI_MAX);
	rc = make_uri(path, access, &uri, e);
	if (rc == RC_OK)
		rc = db_run(d, e, "ATTACH $1 AS dev", DB_TS(buf_span(&uri)));
	if (rc == RC_OK)
		rc = db_script(d, "PRAGMA dev.synchronous = FULL;", e);
	buf_clear(&uri);
	return rc;
}

static void stmt_free(struct stmt *s)
{
	if (!s)
		return;
	(void)sqlite3_finalize(s->s);
	free(s);
}

void db_close(struct db *d)
{
	size_t i;

	if (!d)
		return;
	for (i = 0; i < CACHE_SLOTS; i++)
		stmt_free(d->cache[i]);
	(void)sqlite3_close_v2(d->h);
	free(d);
}

enum rc db_script(struct db *d, const char *sql, struct err *e)
{
	int r = sqlite3_exec(d->h, sql, NULL, NULL, NULL);

	return r == SQLITE_OK ? RC_OK : db_fault(d, r, e);
}

bool db_in_tx(const struct db *d)
{
	return sqlite3_get_autocommit(d->h) == 0;
}

enum rc db_marker(struct db *d, uint64_t *out, struct err *e)
{
	struct stmt *s = NULL;
	enum rc rc = db_query(d, "PRAGMA main.data_version", NULL, 0, &s, e);

	*out = 0;
	if (rc == RC_OK)
		rc = db_step(s, e);
	/* The pragma does not count what this connection did itself. */
	if (rc == RC_OK)
		*out = ((uint64_t)db_col_int(s, 0) << 40) ^
		    (uint64_t)sqlite3_total_changes64(d->h);
	db_done(s);
	return rc;
}

/* SQLite numbers $N by first appearance, not by N. */
static bool map_params(struct stmt *s)
{
	int i, n = sqlite3_bind_parameter_count(s->s);

	if (n > PARAMS_MAX)
		return false;
	for (i = 1; i <= n; i++) {
		const char *name = sqlite3_bind_parameter_name(s->s, i);
		uint64_t number;

		if (!name || name[0] != '$' ||
		    !span_u64(span_str(name + 1), PARAMS_MAX, &number) ||
		    number == 0)
			return false;
		s->map[i - 1] = (uint8_t)(number - 1);
		if (number > s->params)
			s->params = (size_t)number;
	}
	return true;
}

static enum rc stmt_new(struct stmt **out, struct db *d, const char *sql,
    struct err *e)
{
	struct stmt *s = calloc(1, sizeof(*s));
	int r;

	*out = NULL;
	if (!s)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	s->d = d;
	s->sql = sql;
	r = sqlite3_prepare_v3(d->h, sql, -1, SQLITE_PREPARE_PERSISTENT, &s->s,
	    NULL);
	if (r != SQLITE_OK) {
		stmt_free(s);
		return db_fault(d, r, e);
	}
	if (!map_params(s)) {
		stmt_free(s);
		return err_set(e, RC_BUG, "store-sql",
		    "A statement has parameters other than $1 to $%d.",
		    PARAMS_MAX);
	}
	*out = s;
	return RC_OK;
}

/* The slot of this SQL, or the first free one; NULL when all are taken. */
static struct stmt **slot_find(struct db *d, const char *sql)
{
	uintptr_t at = (uintptr_t)sql;
	size_t i, h = (size_t)((at ^ (at >> 9)) * 0x9e3779b97f4a7c15u >> 40);

	for (i = 0; i < CACHE_SLOTS; i++) {
		struct stmt **slot = &d->cache[(h + i) & (CACHE_SLOTS - 1)];

		if (!*slot || (*slot)->sql == sql)
			return slot;
	}
	return NULL;
}

/* A text that is not a literal may have given its address to another one. */
static bool is_stale(const struct stmt *s, const char *sql)
{
	return !s->used && strcmp(sqlite3_sql(s->s), sql) != 0;
}

static enum rc stmt_get(struct stmt **out, struct db *d, const char *sql,
    struct err *e)
{
	struct stmt **slot = slot_find(d, sql), *fresh = NULL;
	enum rc rc;

	if (slot && *slot && !(*slot)->used && !is_stale(*slot, sql)) {
		*out = *slot;
		(*out)->used = true;
		return RC_OK;
	}
	rc = stmt_new(&fresh, d, sql, e);
	if (rc != RC_OK)
		return rc;
	if (!fresh)
		return err_set(e, RC_BUG, "store-sql",
		    "An empty statement cannot be run.");
	if (slot && *slot && is_stale(*slot, sql)) {
		stmt_free(*slot);
		*slot = NULL;
	}
	fresh->cached = slot && !*slot;
	if (fresh->cached)
		*slot = fresh;
	fresh->used = true;
	*out = fresh;
	return RC_OK;
}

static int bind_one(sqlite3_stmt *s, int at, const struct db_val *v,
    sqlite3_destructor_type keep)
{
	const void *p = v->s.p ? (const void *)v->s.p : "";

	switch (v->kind) {
	case DB_INT:
		return sqlite3_bind_int64(s, at, v->i);
	case DB_TEXT:
		return sqlite3_bind_text64(s, at, p, v->s.n, keep, SQLITE_UTF8);
	case DB_BLOB:
		return sqlite3_bind_blob64(s, at, p, v->s.n, keep);
	case DB_NULL:
		break;
	}
	return sqlite3_bind_null(s, at);
}

static enum rc stmt_bind(struct stmt *s, const struct db_val *vals, size_t n,
    sqlite3_destructor_type keep, struct err *e)
{
	int i, r, count = sqlite3_bind_parameter_count(s->s);

	if (n != s->params)
		return err_set(e, RC_BUG, "store-sql",
		    "A statement with %zu parameters was given %zu values.",
		    s->params, n);
	if (n == 0)
		return RC_OK;
	for (i = 1; i <= count; i++) {
		r = bind_one(s->s, i, &vals[s->map[i - 1]], keep);
		if (r != SQLITE_OK)
			return db_fault(s->d, r, e);
	}
	return RC_OK;
}

static enum rc stmt_open(struct stmt **out, struct db *d, const char *sql,
    struct err *e)
{
	*out = NULL;
	return stmt_get(out, d, sql, e);
}

enum rc db_exec(struct db *d, const char *sql, const struct db_val *vals,
    size_t n, int64_t *changes, struct err *e)
{
	struct stmt *s;
	enum rc rc = stmt_open(&s, d, sql, e);
	int r;

	if (rc != RC_OK)
		return rc;
	rc = stmt_bind(s, vals, n, SQLITE_STATIC, e);
	if (rc != RC_OK)
		goto out;
	while ((r = sqlite3_step(s->s)) == SQLITE_ROW)
		;
	if (r != SQLITE_DONE) {
		rc = db_fault(d, r, e);
		goto out;
	}
	if (changes)
		*changes =
		    sqlite3_stmt_readonly(s->s) ? 0 : sqlite3_changes64(d->h);
out:
	db_done(s);
	return rc;
}

enum rc db_query(struct db *d, const char *sql, const struct db_val *vals,
    size_t n, struct stmt **out, struct err *e)
{
	enum rc rc = stmt_open(out, d, sql, e);

	if (rc != RC_OK)
		return rc;
	rc = stmt_bind(*out, vals, n, SQLITE_TRANSIENT, e);
	if (rc != RC_OK) {
		db_done(*out);
		*out = NULL;
	}
	return rc;
}

enum rc db_step(struct stmt *s, struct err *e)
{
	int r = sqlite3_step(s->s);

	if (r == SQLITE_ROW)
		return RC_OK;
	return r == SQLITE_DONE ? RC_NOT_FOUND : db_fault(s->d, r, e);
}

void db_done(struct stmt *s)
{
	if (!s)
		return;
	if (!s->cached) {
		stmt_free(s);
		return;
	}
	(void)sqlite3_reset(s->s);
	(void)sqlite3_clear_bindings(s->s);
	s->used = false;
}

int64_t db_col_int(struct stmt *s, int col)
{
	return sqlite3_column_int64(s->s, col);
}

struct span db_col_blob(struct stmt *s, int col)
{
	const void *p = sqlite3_column_blob(s->s, col);

	return span_of(p, (size_t)sqlite3_column_bytes(s->s, col));
}

bool db_col_null(struct stmt *s, int col)
{
	return sqlite3_column_type(s->s, col) == SQLITE_NULL;
}

void db_col_str(struct stmt *s, int col, char *out, size_t cap)
{
	struct span v = db_col_blob(s, col);
	size_t n = v.n < cap ? v.n : cap - 1;

	if (n > 0)
		memcpy(out, v.p, n);
	out[n] = '\0';
}
