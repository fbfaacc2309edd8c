/* SQL for the answers of idempotency keys.
 * Must not see them in clear. */
#include <string.h>

#include "store/db.h"
#include "store/store_idem.h"

static bool idem_blob(struct stmt *st, int col, uint8_t *out, size_t n)
{
	struct span b = db_col_blob(st, col);

	if (b.n != n)
		return false;
	memcpy(out, b.p, n);
	return true;
}

enum rc store_idem_get(struct store *s, struct store_idem *i, int64_t oldest_s,
    struct buf *answer, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT request, status, nonce, tag, answer, created_at "
	    "FROM idempotency WHERE key = $1 AND created_at > $2",
	    DB_B(i->key, 32), DB_I(oldest_s));

	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK &&
	    (!idem_blob(st, 0, i->request, 32) ||
		!idem_blob(st, 2, i->nonce, 16) ||
		!idem_blob(st, 3, i->tag, 32)))
		rc = err_set(e, RC_ENV, "store-damaged",
		    "A stored idempotency key is damaged.");
	if (rc == RC_OK) {
		i->status = (int)db_col_int(st, 1);
		buf_add_span(answer, db_col_blob(st, 4));
		i->created_at = db_col_int(st, 5);
	}
	db_done(st);
	return rc;
}

enum rc store_idem_put(struct store *s, const struct store_idem *i,
    int64_t oldest_s, struct span answer, struct err *e)
{
	static const uint8_t nothing[1];
	enum rc rc;

	/* An empty span has no address, and would be bound as NULL. */
	if (answer.n == 0)
		answer = span_of(nothing, 0);
	rc = db_run(store_db(s), e,
	    "DELETE FROM idempotency WHERE created_at <= $1", DB_I(oldest_s));
	if (rc != RC_OK)
		return rc;
	return db_run(store_db(s), e,
	    "INSERT INTO idempotency(key, request, status, nonce, tag, answer, "
	    "created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
	    DB_B(i->key, 32), DB_B(i->request, 32), DB_I(i->status),
	    DB_B(i->nonce, 16), DB_B(i->tag, 32), DB_BS(answer),
	    DB_I(i->created_at));
}
