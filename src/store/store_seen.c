/* Which devices were seen, in SQL.
 * Must not write what would say nothing new. */
#include "store/store_seen.h"

#include <string.h>

#include "store/db.h"
#include "store/store_tally.h"

enum rc store_seen_get(struct store *s, int64_t seq, const struct store_bind *b,
    struct store_seen *out, struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT first_at, last_at FROM seen WHERE seq = $1 "
	    "AND first_at >= $2",
	    DB_I(seq), DB_I(b->bound_at));

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK)
		rc = db_step(q, e);
	if (rc == RC_OK) {
		out->first_at = db_col_int(q, 0);
		out->last_at = db_col_int(q, 1);
	}
	db_done(q);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc put_first(struct store *s, int64_t seq,
    const struct store_bind *b, int64_t at_s, struct err *e)
{
	const struct store_tally t = {.devices_first_seen = 1};
	const struct store_tally_sum d = {.seen = 1};
	enum rc rc = db_run(store_db(s), e,
	    "INSERT INTO seen (seq, first_at, last_at) VALUES ($1, $2, $2) "
	    "ON CONFLICT (seq) DO UPDATE SET first_at = $2, last_at = $2",
	    DB_I(seq), DB_I(at_s));

	if (rc == RC_OK)
		rc = db_run(store_db(s), e,
		    "UPDATE binding SET seen = seen + 1 WHERE bid = $1",
		    DB_T(b->bid));
	if (rc == RC_OK)
		rc = db_run(store_db(s), e,
		    "UPDATE claim_voucher SET active = active + 1 "
		    "WHERE id = (SELECT d.voucher_id FROM device_claim d "
		    "WHERE d.seq = $1 AND d.account_id = $2)",
		    DB_I(seq), DB_T(b->account_id));
	if (rc == RC_OK)
		rc = store_tally_sum_add(s, b->account_id, &d, e);
	if (rc == RC_OK)
		rc = store_tally_add(s, b->account_id, at_s, &t, e);
	return rc;
}

enum rc store_seen_put(struct store *s, int64_t seq, const struct store_bind *b,
    int64_t at_s, struct err *e)
{
	struct store_seen was;
	enum rc rc = store_seen_get(s, seq, b, &was, e);

	if (rc != RC_OK)
		return rc;
	if (was.first_at == 0)
		return put_first(s, seq, b, at_s, e);
	if (at_s >= was.first_at && at_s < was.last_at + STORE_SEEN_EVERY_S)
		return RC_OK;
	return db_run(store_db(s), e,
	    "UPDATE seen SET first_at = $2, last_at = $3 WHERE seq = $1",
	    DB_I(seq), DB_I(at_s < was.first_at ? at_s : was.first_at),
	    DB_I(at_s > was.last_at ? at_s : was.last_at));
}
