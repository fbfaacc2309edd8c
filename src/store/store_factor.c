/* SQL for one-time codes and recovery codes.
 * Must never see a secret or a code itself. */
#include <string.h>

#include "store/db.h"
#include "store/store_factor.h"

enum rc store_factor_totp(struct store *s, const char *user,
    struct store_factor_totp *out, struct err *e)
{
	struct stmt *st = NULL;
	struct span nonce;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT nonce, created_at, confirmed_at, last_step FROM totp "
	    "WHERE user_id = $1",
	    DB_T(user));

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK) {
		nonce = db_col_blob(st, 0);
		if (nonce.n == sizeof(out->nonce))
			memcpy(out->nonce, nonce.p, nonce.n);
		out->created_at = db_col_int(st, 1);
		out->confirmed_at = db_col_int(st, 2);
		out->last_step = db_col_int(st, 3);
	}
	db_done(st);
	return rc;
}

enum rc store_factor_totp_put(struct store *s, const char *user,
    const struct store_factor_totp *t, int64_t *n, struct err *e)
{
	return db_run_n(store_db(s), n, e,
	    "INSERT INTO totp(user_id, nonce, created_at) VALUES ($1, $2, $3) "
	    "ON CONFLICT(user_id) DO UPDATE SET nonce = excluded.nonce, "
	    "created_at = excluded.created_at WHERE totp.confirmed_at = 0",
	    DB_T(user), DB_B(t->nonce, 32), DB_I(t->created_at));
}

enum rc store_factor_totp_confirm(struct store *s, const char *user,
    int64_t now_s, int64_t step, int64_t *n, struct err *e)
{
	return db_run_n(store_db(s), n, e,
	    "UPDATE totp SET confirmed_at = $2, last_step = $3 "
	    "WHERE user_id = $1 AND confirmed_at = 0",
	    DB_T(user), DB_I(now_s), DB_I(step));
}

enum rc store_factor_totp_step(struct store *s, const char *user, int64_t step,
    int64_t *n, struct err *e)
{
	return db_run_n(store_db(s), n, e,
	    "UPDATE totp SET last_step = $2 "
	    "WHERE user_id = $1 AND confirmed_at > 0 AND last_step < $2",
	    DB_T(user), DB_I(step));
}

enum rc store_factor_totp_remove(struct store *s, const char *user, int64_t *n,
    struct err *e)
{
	enum rc rc = db_run(store_db(s), e,
	    "DELETE FROM totp WHERE user_id = $1 AND confirmed_at = 0",
	    DB_T(user));

	if (rc != RC_OK)
		return rc;
	return db_run_n(store_db(s), n, e,
	    "DELETE FROM totp WHERE user_id = $1", DB_T(user));
}

enum rc store_factor_code_add(struct store *s, const char *user,
    const uint8_t hash[32], struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO recovery_code(hash, user_id) VALUES ($1, $2)",
	    DB_B(hash, 32), DB_T(user));
}

enum rc store_factor_code_use(struct store *s, const char *user,
    const uint8_t hash[32], int64_t *n, struct err *e)
{
	return db_run_n(store_db(s), n, e,
	    "DELETE FROM recovery_code WHERE hash = $1 AND user_id = $2",
	    DB_B(hash, 32), DB_T(user));
}

enum rc store_factor_codes_remove(struct store *s, const char *user,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "DELETE FROM recovery_code WHERE user_id = $1", DB_T(user));
}

enum rc store_factor_count(struct store *s, const char *user,
    struct store_factor_count *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT (SELECT count(*) FROM totp WHERE user_id = $1 AND "
	    "confirmed_at > 0), (SELECT count(*) FROM passkey WHERE "
	    "user_id = $1), (SELECT count(*) FROM recovery_code WHERE "
	    "user_id = $1)",
	    DB_T(user));

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK) {
		out->totp = db_col_int(st, 0) > 0;
		out->passkeys = (uint64_t)db_col_int(st, 1);
		out->recovery_codes = (uint64_t)db_col_int(st, 2);
	}
	db_done(st);
	return rc;
}
