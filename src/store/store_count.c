/* Counts rows.
 * Must not be dear: it runs at each scrape of the metrics. */
#include "store/store_count.h"
#include "store/db.h"

static enum rc count(struct store *s, const char *sql, uint64_t *out,
    struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_query(store_db(s), sql, NULL, 0, &st, e);

	*out = 0;
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK && db_col_int(st, 0) > 0)
		*out = (uint64_t)db_col_int(st, 0);
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_count_alive(struct store *s, struct err *e)
{
	uint64_t n;

	return count(s, "SELECT count(*) FROM (SELECT 1 FROM usr LIMIT 1)", &n,
	    e);
}

enum rc store_count_gauges(struct store *s,
    void (
	*gauge)(void *arg, const char *name, const char *help, uint64_t value),
    void *arg, struct err *e)
{
	static const struct {
		const char *name, *help, *sql;
	} counts[] = {
	    {"birthmark_accounts", "Accounts.", "SELECT count(*) FROM account"},
	    {"birthmark_batches", "Batches published.",
		"SELECT count(*) FROM batch"},
	    {"birthmark_batches_bound", "Batches bound.",
		"SELECT count(*) FROM binding"},
	    {"birthmark_devices", "Devices published.",
		"SELECT coalesce(sum(devices), 0) FROM reel "
		"WHERE state = 'published'"},
	    {"birthmark_jobs_open", "Jobs that are not finished.",
		"SELECT count(*) FROM job WHERE finished_at = 0"},
	};
	uint64_t n;
	size_t i;
	enum rc rc = RC_OK;

	for (i = 0; rc == RC_OK && i < sizeof(counts) / sizeof(counts[0]);
	     i++) {
		rc = count(s, counts[i].sql, &n, e);
		if (rc == RC_OK)
			gauge(arg, counts[i].name, counts[i].help, n);
	}
	return rc;
}
