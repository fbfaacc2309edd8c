/* Opening the database and its transactions.
 * Must not hold any named operation: those are in store_*.c. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "store/db.h"
#include "store/store.h"
#include "store/store_migrate.h"

enum tx { TX_NONE, TX_READ, TX_WRITE };

struct store {
	struct db *d;
	enum tx tx;
};

struct paths {
	char main[PATH_MAX];
	char dev[PATH_MAX];
};

static enum rc find_paths(struct paths *p, const char *where, bool create,
    struct err *e)
{
	static const char scheme[] = "sqlite:";
	const char *dir = where, *colon = strchr(where, ':');
	enum rc rc;

	if (span_starts(span_str(where), SPAN_LIT(scheme)))
		dir = where + sizeof(scheme) - 1;
	else if (colon && !memchr(where, '/', (size_t)(colon - where)))
		return err_set(e, RC_INVALID, "store-unknown",
		    "This kind of database is not known: give a directory or "
		    "sqlite:DIRECTORY.");
	if (dir[0] == '\0')
		return err_set(e, RC_INVALID, "store-unknown",
		    "The directory of the database is missing.");
	if (create) {
		rc = file_mkdir(dir, 0700, e);
		if (rc != RC_OK)
			return rc;
	}
	rc = file_join(p->main, sizeof(p->main), dir, "birthmark.db", e);
	if (rc == RC_OK)
		rc = file_join(p->dev, sizeof(p->dev), dir, "devices.db", e);
	return rc;
}

static enum rc migrate_both(const struct paths *p, bool create, struct err *e)
{
	enum rc rc = store_migrate(p->main, store_migrations,
	    store_migrations_count, create, e);

	if (rc == RC_OK)
		rc = store_migrate(p->dev, store_dev_migrations,
		    store_dev_migrations_count, create, e);
	return rc;
}

/* Which of the two files may be written decides which lock BEGIN IMMEDIATE
 * takes: SQLite takes it on every file that is not read-only. */
static enum rc connect_both(struct store **out, const struct paths *p,
    bool bulk, struct err *e)
{
	struct store *s = calloc(1, sizeof(*s));
	enum rc rc;

	if (!s)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	rc = db_open(&s->d, p->main, bulk ? DB_READ : DB_WRITE, e);
	if (rc == RC_OK)
		rc = db_attach(s->d, p->dev, bulk ? DB_WRITE : DB_READ, e);
	if (rc == RC_OK)
		rc = db_script(s->d,
		    bulk ? "PRAGMA dev.cache_size = -8192;"
			   "PRAGMA wal_autocheckpoint = 8192;"
			   "PRAGMA dev.journal_size_limit = 67108864;"
			 : "PRAGMA main.cache_size = -8192;"
			   "PRAGMA dev.cache_size = -4096;"
			   "PRAGMA main.journal_size_limit = 16777216;",
		    e);
	if (rc == RC_OK)
		*out = s;
	else
		store_close(s);
	return rc;
}

static enum rc open_as(struct store **out, const char *where, bool create,
    bool bulk, struct err *e)
{
	struct paths *p = calloc(1, sizeof(*p));
	enum rc rc;

	*out = NULL;
	if (!p)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	rc = find_paths(p, where, create, e);
	if (rc == RC_OK)
		rc = migrate_both(p, create, e);
	if (rc == RC_OK)
		rc = connect_both(out, p, bulk, e);
	free(p);
	return rc;
}

enum rc store_open(struct store **out, const char *where, bool create,
    struct err *e)
{
	return open_as(out, where, create, false, e);
}

enum rc store_open_bulk(struct store **out, const char *where, struct err *e)
{
	return open_as(out, where, false, true, e);
}

void store_close(struct store *s)
{
	if (!s)
		return;
	store_rollback(s);
	db_close(s->d);
	free(s);
}

struct db *store_db(struct store *s)
{
	return s->d;
}

static enum rc begin_as(struct store *s, enum tx tx, const char *sql,
    struct err *e)
{
	enum rc rc;

	if (s->tx != TX_NONE)
		return err_set(e, RC_BUG, "store-nested",
		    "A transaction was begun inside another one.");
	rc = db_exec(s->d, sql, NULL, 0, NULL, e);
	if (rc == RC_OK)
		s->tx = tx;
	return rc;
}

enum rc store_begin(struct store *s, struct err *e)
{
	return begin_as(s, TX_WRITE, "BEGIN IMMEDIATE", e);
}

enum rc store_begin_read(struct store *s, struct err *e)
{
	return begin_as(s, TX_READ, "BEGIN", e);
}

enum rc store_commit(struct store *s, struct err *e)
{
	enum rc rc;

	if (s->tx != TX_WRITE)
		return err_set(e, RC_BUG, "store-no-transaction",
		    "There is no transaction to commit.");
	/* A full disk may have ended it already, without a COMMIT. */
	if (!db_in_tx(s->d)) {
		s->tx = TX_NONE;
		return err_set(e, RC_ENV, "store-lost",
		    "The database gave the transaction up; nothing of it "
		    "was kept.");
	}
	rc = db_exec(s->d, "COMMIT", NULL, 0, NULL, e);
	if (rc == RC_OK)
		s->tx = TX_NONE;
	else
		store_rollback(s);
	return rc;
}

void store_rollback(struct store *s)
{
	if (!s || s->tx == TX_NONE)
		return;
	s->tx = TX_NONE;
	if (db_in_tx(s->d) &&
	    db_exec(s->d, "ROLLBACK", NULL, 0, NULL, NULL) != RC_OK)
		return; /* closing the connection ends it then */
}

bool store_in_tx(const struct store *s)
{
	return s->tx == TX_WRITE;
}
