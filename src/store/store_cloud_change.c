/* Devices that changed since their cloud heard of them, as stored.
 * Must not know what changed. */
#include "store/store_cloud_change.h"

#include "store/db.h"

/* The clouds that were told of the batch or of the device by itself. */
#define TOLD                                                              \
	"FROM cloud_welcome w JOIN cloud c ON c.id = w.cloud_id "         \
	"AND c.deleted_at IS NULL AND c.type <> 'gate' WHERE w.bid = $1 " \
	"AND w.seq IN (0, $2) AND w.account_id = $3 "

enum rc store_cloud_change_told(struct store *s,
    const struct store_cloud_change_of *of, struct store_cloud_change_told *out,
    size_t *n, struct err *e)
{
	size_t cap = *n;
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT DISTINCT w.cloud_id, c.type " TOLD "ORDER BY 1 LIMIT $4",
	    DB_T(of->bid), DB_I(of->seq), DB_T(of->account), DB_I(cap));

	*n = 0;
	while (rc == RC_OK && *n < cap && (rc = db_step(q, e)) == RC_OK) {
		db_col_str(q, 0, out[*n].cloud, sizeof(out[*n].cloud));
		db_col_str(q, 1, out[*n].type, sizeof(out[*n].type));
		(*n)++;
	}
	db_done(q);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_cloud_change_add(struct store *s, const char *cloud,
    const char *bid, int64_t seq, int64_t now_s, struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT OR REPLACE INTO cloud_change (cloud_id, bid, seq, at) "
	    "VALUES ($1, $2, $3, $4)",
	    DB_T(cloud), DB_T(bid), DB_I(seq), DB_I(now_s));
}

enum rc store_cloud_change_has(struct store *s, const char *cloud,
    const char *bid, int64_t seq, bool *has, struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT 1 FROM cloud_change WHERE cloud_id = $1 AND bid = $2 "
	    "AND seq = $3",
	    DB_T(cloud), DB_T(bid), DB_I(seq));

	if (rc == RC_OK)
		rc = db_step(q, e);
	*has = rc == RC_OK;
	db_done(q);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_cloud_change_list(struct store *s,
    const struct store_cloud_change_page *page, struct store_cloud_change *out,
    size_t *n_rows, struct err *e)
{
	size_t cap = *n_rows;
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT n, seq FROM cloud_change WHERE cloud_id = $1 AND bid = $2 "
	    "AND n > $3 ORDER BY n LIMIT $4",
	    DB_T(page->cloud), DB_T(page->bid), DB_I(page->after), DB_I(cap));

	*n_rows = 0;
	while (rc == RC_OK && *n_rows < cap && (rc = db_step(q, e)) == RC_OK) {
		out[*n_rows].n = (uint64_t)db_col_int(q, 0);
		out[(*n_rows)++].seq = db_col_int(q, 1);
	}
	db_done(q);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_cloud_change_done(struct store *s, uint64_t n, struct err *e)
{
	return db_run(store_db(s), e, "DELETE FROM cloud_change WHERE n = $1",
	    DB_I(n));
}

enum rc store_cloud_change_count(struct store *s, const char *cloud,
    const char *bid, uint64_t *n, struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT count(*) FROM cloud_change WHERE cloud_id = $1 "
	    "AND bid = $2",
	    DB_T(cloud), DB_T(bid));

	*n = 0;
	if (rc == RC_OK)
		rc = db_step(q, e);
	if (rc == RC_OK)
		*n = (uint64_t)db_col_int(q, 0);
	db_done(q);
	return rc;
}
