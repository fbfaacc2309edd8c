/* Nonces of voucher requests, in SQL.
 * Must not decide for how long they are kept. */
#include "store/store_nonce.h"

#include "store/db.h"

#define SWEEP_ROWS 64 /* a request pays for a few of those before it */

enum rc store_nonce_add(struct store *s, int64_t seq, struct span nonce,
    int64_t now_s, struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO voucher_issued (seq, nonce, at) VALUES ($1, $2, $3)",
	    DB_I(seq), DB_BS(nonce), DB_I(now_s));
}

enum rc store_nonce_recent(struct store *s, int64_t seq, int64_t since_s,
    uint64_t *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT count(*) FROM voucher_issued WHERE seq = $1 AND at >= $2",
	    DB_I(seq), DB_I(since_s));

	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		*out = (uint64_t)db_col_int(st, 0);
	db_done(st);
	return rc;
}

enum rc store_nonce_sweep(struct store *s, int64_t before_s, struct err *e)
{
	return db_run(store_db(s), e,
	    "DELETE FROM voucher_issued WHERE (seq, nonce) IN (SELECT seq,"
	    " nonce FROM voucher_issued WHERE at < $1 ORDER BY at LIMIT $2)",
	    DB_I(before_s), DB_I(SWEEP_ROWS));
}
