/* Brings one database file to the schema of this release.
 * Must not know what the schema holds. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/db.h"
#include "store/store_migrate.h"

#define APPLICATION_ID 0x424d524b /* "BMRK" in the file's header */
#define WAL_WAIT_MS 5000

static enum rc pragma_int(struct db *d, const char *sql, int64_t *out,
    struct err *e)
{
	struct stmt *s;
	enum rc rc = db_query(d, sql, NULL, 0, &s, e);

	if (rc != RC_OK)
		return rc;
	rc = db_step(s, e);
	if (rc == RC_OK)
		*out = db_col_int(s, 0);
	db_done(s);
	return rc;
}

/* SQLite does not wait by itself when two change the journal at once. */
static enum rc use_wal(struct db *d, struct err *e)
{
	int64_t end = clock_mono_ms() + WAL_WAIT_MS;
	enum rc rc;

	for (;;) {
		rc = db_script(d, "PRAGMA journal_mode = WAL;", e);
		if (rc != RC_AGAIN || clock_mono_ms() > end)
			return rc;
		(void)usleep(5000);
	}
}

static enum rc check_version(struct db *d, const char *path, size_t n,
    int64_t *version, struct err *e)
{
	int64_t id = 0, tables = 0;
	enum rc rc;

	rc = pragma_int(d, "PRAGMA application_id", &id, e);
	if (rc == RC_OK)
		rc = pragma_int(d, "PRAGMA user_version", version, e);
	if (rc == RC_OK)
		rc = pragma_int(d, "SELECT count(*) FROM sqlite_schema",
		    &tables, e);
	if (rc != RC_OK)
		return rc;
	if (id != APPLICATION_ID && (id != 0 || *version != 0 || tables != 0))
		return err_set(e, RC_ENV, "store-foreign",
		    "%s is a database of another program.", path);
	if (*version < 0 || (uint64_t)*version > n)
		return err_set(e, RC_ENV, "store-newer",
		    "%s was written by a newer release (schema %lld, this "
		    "release knows %zu); install that release.",
		    path, (long long)*version, n);
	return RC_OK;
}

static enum rc run_missing(struct db *d, const char *path,
    const struct store_migration *list, size_t n, struct err *e)
{
	char sql[96];
	int64_t version = 0;
	enum rc rc;
	size_t i;

	/* Again, under the lock: another process may have been faster. */
	rc = check_version(d, path, n, &version, e);
	if (rc != RC_OK)
		return rc;
	for (i = (size_t)version; i < n; i++) {
		rc = db_script(d, list[i].sql, e);
		if (rc != RC_OK) {
			if (e && e->rc == RC_BUG)
				return err_set(e, RC_BUG, "store-migration",
				    "The migration %s failed on %s.",
				    list[i].name, path);
			return rc;
		}
	}
	(void)snprintf(sql, sizeof(sql),
	    "PRAGMA application_id = %d; PRAGMA user_version = %zu;",
	    APPLICATION_ID, n);
	return db_script(d, sql, e);
}

/* A migration may rebuild a table that others refer to, so they are compared
 * at the end instead of at each step. */
static enum rc check_references(struct db *d, const char *path, struct err *e)
{
	struct stmt *s;
	enum rc rc = db_query(d, "PRAGMA foreign_key_check", NULL, 0, &s, e);

	if (rc != RC_OK)
		return rc;
	rc = db_step(s, e);
	db_done(s);
	if (rc == RC_OK)
		return err_set(e, RC_ENV, "store-references",
		    "%s holds rows that refer to rows that are not there; "
		    "restore a backup.",
		    path);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc run_locked(struct db *d, const char *path,
    const struct store_migration *list, size_t n, struct err *e)
{
	enum rc rc = use_wal(d, e);

	if (rc == RC_OK)
		rc = db_script(d, "PRAGMA foreign_keys = OFF", e);
	if (rc == RC_OK)
		rc = db_script(d, "BEGIN EXCLUSIVE", e);
	if (rc != RC_OK)
		return rc;
	rc = run_missing(d, path, list, n, e);
	if (rc == RC_OK)
		rc = check_references(d, path, e);
	if (rc == RC_OK)
		rc = db_script(d, "COMMIT", e);
	if (rc != RC_OK && db_in_tx(d) &&
	    db_script(d, "ROLLBACK", NULL) != RC_OK)
		rc = RC_ENV;
	return rc;
}

/* With the mode of a secret: SQLite itself would take the umask's. */
static enum rc make_file(const char *path, struct err *e)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return err_sys(e, errno == ENOSPC ? "disk-full" : "store-io",
		    "Cannot make the database %s", path);
	(void)close(fd);
	return RC_OK;
}

enum rc store_migrate(const char *path, const struct store_migration *list,
    size_t n, bool create, struct err *e)
{
	struct db *d = NULL;
	int64_t version = 0;
	enum rc rc;

	if (!create && !file_exists(path))
		return err_set(e, RC_NOT_FOUND, "store-absent",
		    "There is no database %s; make it with birthmark init.",
		    path);
	rc = create ? make_file(path, e) : RC_OK;
	if (rc == RC_OK)
		rc = db_open(&d, path, DB_WRITE, e);
	if (rc == RC_OK)
		rc = check_version(d, path, n, &version, e);
	if (rc != RC_OK)
		goto out;
	/* Version 0 also to change the journal when there is no schema. */
	if ((size_t)version == n && (version > 0 || !create))
		goto out;
	if (create)
		rc = run_locked(d, path, list, n, e);
	else
		rc = err_set(e, RC_ENV, "store-older",
		    "%s was written by an older release; start the service "
		    "once, which upgrades it.",
		    path);
out:
	db_close(d);
	return rc;
}
