/* SQL for attempts.
 * Must not know what was tried. */
#include <string.h>

#include "store/db.h"
#include "store/store_attempt.h"

enum rc store_attempt_get(struct store *s, const uint8_t key[32],
    struct store_attempt *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT count, last_at, locked_until, forget_at FROM attempt "
	    "WHERE key = $1",
	    DB_B(key, 32));

	memset(out, 0, sizeof(*out));
	memcpy(out->key, key, 32);
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK) {
		out->count = (uint32_t)db_col_int(st, 0);
		out->last_at = db_col_int(st, 1);
		out->locked_until = db_col_int(st, 2);
		out->forget_at = db_col_int(st, 3);
	}
	db_done(st);
	return rc;
}

enum rc store_attempt_put(struct store *s, const struct store_attempt *a,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO attempt(key, count, last_at, locked_until, forget_at) "
	    "VALUES ($1, $2, $3, $4, $5) ON CONFLICT(key) DO UPDATE SET "
	    "count = excluded.count, last_at = excluded.last_at, "
	    "locked_until = excluded.locked_until, "
	    "forget_at = excluded.forget_at",
	    DB_B(a->key, 32), DB_I(a->count), DB_I(a->last_at),
	    DB_I(a->locked_until), DB_I(a->forget_at));
}

enum rc store_attempt_clear(struct store *s, const uint8_t key[32],
    struct err *e)
{
	return db_run(store_db(s), e, "DELETE FROM attempt WHERE key = $1",
	    DB_B(key, 32));
}

enum rc store_attempt_sweep(struct store *s, int64_t now_s, struct err *e)
{
	return db_run(store_db(s), e,
	    "DELETE FROM attempt WHERE forget_at <= $1", DB_I(now_s));
}
