/* The events of gates' feeds as stored.
 * Must not know certificates. */
#include <string.h>

#include "store/db.h"
#include "store/store_feed.h"

/* A batch has few words, a cloud has many events: keeps the latter's index
 * from being taken. */
#define OF_CLOUD "cloud_id || ''"

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
	if (ev->seq > 0)
		rc = db_run(store_db(s), e,
		    "DELETE FROM feed_event WHERE bid = $1 AND seq = $2 "
		    "AND cloud_id = $3",
		    DB_T(ev->bid), DB_I(ev->seq), DB_T(cloud));
	if (rc != RC_OK)
		return rc;
	return db_run(store_db(s), e,
	    "INSERT INTO feed_event (cloud_id, n, op, bid, product, "
	    "created_at, seq) VALUES ($1, $2, $3, $4, $5, $6, $7)",
	    DB_T(cloud), DB_I(ev->n), DB_T(ev->op), DB_T(ev->bid),
	    DB_T(ev->product), DB_I(now_s), DB_I(ev->seq));
}

enum rc store_feed_tell(struct store *s, const char *account,
    const struct store_feed_event *ev, int64_t now_s, struct err *e)
{
	enum rc rc;

	if (!store_in_tx(s))
		return err_set(e, RC_BUG, "no-transaction",
		    "A feed event needs a transaction.");
	rc = db_run(store_db(s), e,
	    "INSERT INTO feed_event (cloud_id, n, op, bid, product, "
	    "created_at, seq) SELECT c.id, (SELECT coalesce(max(f.n), 0) + 1 "
	    "FROM feed_event f WHERE f.cloud_id = c.id), $2, $3, '', $5, $4 "
	    "FROM cloud c WHERE c.account_id = $1 AND c.type = 'gate' "
	    "AND c.deleted_at IS NULL AND (EXISTS (SELECT 1 FROM feed_event g "
	    "WHERE g.bid = $3 AND g.seq = $4 AND g.cloud_id = c.id) OR "
	    "(SELECT h.op FROM feed_event h WHERE h.bid = $3 AND h.seq = 0 "
	    "AND h." OF_CLOUD " = c.id ORDER BY h.n DESC LIMIT 1) = 'admit')",
	    DB_T(account), DB_T(ev->op), DB_T(ev->bid), DB_I(ev->seq),
	    DB_I(now_s));
	if (rc != RC_OK)
		return rc;
	return db_run(store_db(s), e,
	    "DELETE FROM feed_event WHERE bid = $1 AND seq = $2 AND n < "
	    "(SELECT max(g.n) FROM feed_event g WHERE g.bid = $1 "
	    "AND g.seq = $2 AND g.cloud_id = feed_event.cloud_id)",
	    DB_T(ev->bid), DB_I(ev->seq));
}

enum rc store_feed_get(struct store *s, const char *cloud, uint64_t n,
    struct store_feed_event *out, struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT n, op, bid, product, seq FROM feed_event "
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
		out->seq = db_col_int(q, 4);
	}
	db_done(q);
	return rc;
}

enum rc store_feed_ack(struct store *s, const char *cloud, uint64_t n,
    int64_t now_s, struct err *e)
{
	return db_run(store_db(s), e,
	    "UPDATE cloud SET feed_acked = CASE WHEN feed_acked < $2 "
	    "THEN $2 ELSE feed_acked END, feed_seen_at = $3 WHERE id = $1",
	    DB_T(cloud), DB_I(n), DB_I(now_s));
}

enum rc store_feed_knows(struct store *s, const char *cloud, const char *bid,
    bool *knows, struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT 1 FROM feed_event WHERE bid = $1 AND seq = 0 "
	    "AND cloud_id = $2 AND op = 'admit' LIMIT 1",
	    DB_T(bid), DB_T(cloud));

	if (rc == RC_OK)
		rc = db_step(q, e);
	*knows = rc == RC_OK;
	db_done(q);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_feed_admits(struct store *s, const char *cloud, const char *bid,
    bool *admits, struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT op = 'admit' FROM feed_event WHERE bid = $1 AND seq = 0 "
	    "AND " OF_CLOUD " = $2 ORDER BY n DESC LIMIT 1",
	    DB_T(bid), DB_T(cloud));

	if (rc == RC_OK)
		rc = db_step(q, e);
	*admits = rc == RC_OK && db_col_int(q, 0) != 0;
	db_done(q);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_feed_told(struct store *s, const char *cloud, const char *bid,
    int64_t seq, bool *told, struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT 1 FROM feed_event WHERE bid = $1 AND seq = $2 "
	    "AND cloud_id = $3 LIMIT 1",
	    DB_T(bid), DB_I(seq), DB_T(cloud));

	if (rc == RC_OK)
		rc = db_step(q, e);
	*told = rc == RC_OK;
	db_done(q);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}
