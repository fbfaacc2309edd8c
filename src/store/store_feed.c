/* The events of gates' feeds as stored.
 * Must not know devices. */
#include <string.h>

#include "store/db.h"
#include "store/store_feed.h"
#include "store/store_job.h"

enum rc store_feed_last(struct store *s, const char *cloud, uint64_t *n,
    struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT coalesce(max(n), 0) FROM feed_event WHERE cloud_id = $1",
	    DB_T(cloud));

	if (rc == RC_OK)
		rc = db_step(q, e);
	if (rc == RC_OK)
		*n = (uint64_t)db_col_int(q, 0);
	db_done(q);
	return rc;
}

enum rc store_feed_add(struct store *s, const char *cloud,
    struct store_feed_event *ev, int64_t now_s, struct err *e)
{
	uint64_t last = 0;
	enum rc rc;

	if (!store_in_tx(s))
		return err_set(e, RC_BUG, "no-transaction",
		    "A feed event needs a transaction.");
	rc = store_feed_last(s, cloud, &last, e);
	if (rc != RC_OK)
		return rc;
	ev->n = last + 1;
	return db_run(store_db(s), e,
	    "INSERT INTO feed_event (cloud_id, n, op, bid, product, "
	    "created_at) VALUES ($1, $2, $3, $4, $5, $6)",
	    DB_T(cloud), DB_I(ev->n), DB_T(ev->op), DB_T(ev->bid),
	    DB_T(ev->product), DB_I(now_s));
}

enum rc store_feed_get(struct store *s, const char *cloud, uint64_t n,
    struct store_feed_event *out, struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT n, op, bid, product FROM feed_event "
	    "WHERE cloud_id = $1 AND n >= $2 ORDER BY n LIMIT 1",
	    DB_T(cloud), DB_I(n));

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK)
		rc = db_step(q, e);
	if (rc == RC_OK) {
		out->n = (uint64_t)db_col_int(q, 0);
		db_col_str(q, 1, out->op, sizeof(out->op));
		db_col_str(q, 2, out->bid, sizeof(out->bid));
		db_col_str(q, 3, out->product, sizeof(out->product));
	}
	db_done(q);
	return rc;
}

enum rc store_feed_ack(struct store *s, const char *cloud, uint64_t n,
    int64_t now_s, struct err *e)
{
	enum rc rc = db_run(store_db(s), e,
	    "UPDATE cloud SET feed_acked = CASE WHEN feed_acked < $2 "
	    "THEN $2 ELSE feed_acked END, feed_seen_at = $3 WHERE id = $1",
	    DB_T(cloud), DB_I(n), DB_I(now_s));

	return rc == RC_OK ? store_job_fed(s, cloud, n, now_s, e) : rc;
}

enum rc store_feed_knows(struct store *s, const char *cloud, const char *bid,
    bool *knows, struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT 1 FROM feed_event WHERE bid = $1 AND cloud_id = $2 "
	    "AND op = 'admit' LIMIT 1",
	    DB_T(bid), DB_T(cloud));

	if (rc == RC_OK)
		rc = db_step(q, e);
	*knows = rc == RC_OK;
	db_done(q);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_feed_admitted(struct store *s, const char *bid,
    char out[][RAND_ID_SIZE], size_t cap, size_t *n, struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT f.cloud_id FROM feed_event f "
	    "JOIN cloud c ON c.id = f.cloud_id AND c.deleted_at IS NULL "
	    "WHERE f.bid = $1 AND f.op = 'admit' AND f.n = (SELECT max(g.n) "
	    "FROM feed_event g WHERE g.bid = f.bid "
	    "AND g.cloud_id = f.cloud_id) ORDER BY f.cloud_id LIMIT $2",
	    DB_T(bid), DB_I(cap));

	*n = 0;
	while (rc == RC_OK && *n < cap && (rc = db_step(q, e)) == RC_OK)
		db_col_str(q, 0, out[(*n)++], RAND_ID_SIZE);
	db_done(q);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}
