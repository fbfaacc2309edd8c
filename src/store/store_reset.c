/* SQL for one-time links that reset a password.
 * Must never see a token itself. */
#include <string.h>

#include "store/db.h"
#include "store/store_reset.h"

enum rc store_reset_put(struct store *s, const struct store_reset *r,
    struct err *e)
{
	enum rc rc = db_run(store_db(s), e,
	    "DELETE FROM reset WHERE user_id = $1", DB_T(r->user));

	if (rc != RC_OK)
		return rc;
	return db_run(store_db(s), e,
	    "INSERT INTO reset(hash, user_id, remove_factors, created_by, "
	    "created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
	    DB_B(r->hash, 32), DB_T(r->user), DB_I(r->remove_factors),
	    DB_T(r->created_by), DB_I(r->created_at), DB_I(r->expires_at));
}

enum rc store_reset_find(struct store *s, const uint8_t hash[32], int64_t now_s,
    struct store_reset *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT r.user_id, u.email, r.remove_factors FROM reset r "
	    "JOIN usr u ON u.id = r.user_id "
	    "WHERE r.hash = $1 AND r.used_at = 0 AND r.expires_at > $2",
	    DB_B(hash, 32), DB_I(now_s));

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK) {
		db_col_str(st, 0, out->user, sizeof(out->user));
		db_col_str(st, 1, out->email, sizeof(out->email));
		out->remove_factors = db_col_int(st, 2) != 0;
	}
	db_done(st);
	return rc;
}

enum rc store_reset_use(struct store *s, const uint8_t hash[32], int64_t now_s,
    int64_t *n, struct err *e)
{
	return db_run_n(store_db(s), n, e,
	    "UPDATE reset SET used_at = $2 WHERE hash = $1 AND used_at = 0 "
	    "AND expires_at > $2",
	    DB_B(hash, 32), DB_I(now_s));
}

enum rc store_reset_drop(struct store *s, const char *user, struct err *e)
{
	return db_run(store_db(s), e,
	    "DELETE FROM reset WHERE user_id = $1 OR created_by = "
	    "(SELECT email FROM usr WHERE id = $1)",
	    DB_T(user));
}

enum rc store_reset_elsewhere(struct store *s, const char *user,
    const struct store_reset_reach *r, uint64_t *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT count(*) FROM membership t WHERE t.user_id = $1 "
	    "AND NOT (t.scope = $2 AND t.scope_id = $3) AND NOT EXISTS "
	    "(SELECT 1 FROM membership b WHERE b.user_id = $4 "
	    "AND b.scope = t.scope AND b.scope_id = t.scope_id "
	    "AND b.role IN ($5, $6, $7))",
	    DB_T(user), DB_T(r->scope), DB_T(r->scope_id), DB_T(r->by),
	    DB_T(r->roles[0]), DB_T(r->roles[1]), DB_T(r->roles[2]));

	*out = 0;
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		*out = (uint64_t)db_col_int(st, 0);
	db_done(st);
	return rc;
}
