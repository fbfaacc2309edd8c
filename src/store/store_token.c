/* SQL for API tokens.
 * Must never see a token itself. */
#include <string.h>

#include "store/db.h"
#include "store/store_token.h"

enum rc store_token_add(struct store *s, const struct store_token *t,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO api_token(id, hash, scope, scope_id, name, role, "
	    "created_by, created_at, expires_at) "
	    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
	    DB_T(t->id), DB_B(t->hash, 32), DB_T(t->scope), DB_T(t->scope_id),
	    DB_T(t->name), DB_T(t->role), DB_T(t->created_by),
	    DB_I(t->created_at), DB_I(t->expires_at));
}

#define TOKEN_COLUMNS                                                      \
	"SELECT id, scope, scope_id, name, role, created_by, created_at, " \
	"expires_at, last_used_at, revoked_at FROM api_token "

static void token_cols(struct stmt *st, struct store_token *t)
{
	memset(t, 0, sizeof(*t));
	db_col_str(st, 0, t->id, sizeof(t->id));
	db_col_str(st, 1, t->scope, sizeof(t->scope));
	db_col_str(st, 2, t->scope_id, sizeof(t->scope_id));
	db_col_str(st, 3, t->name, sizeof(t->name));
	db_col_str(st, 4, t->role, sizeof(t->role));
	db_col_str(st, 5, t->created_by, sizeof(t->created_by));
	t->created_at = db_col_int(st, 6);
	t->expires_at = db_col_int(st, 7);
	t->last_used_at = db_col_int(st, 8);
	t->revoked_at = db_col_int(st, 9);
}

enum rc store_token_find(struct store *s, const uint8_t hash[32],
    struct store_token *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    TOKEN_COLUMNS "WHERE hash = $1", DB_B(hash, 32));

	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		token_cols(st, out);
	db_done(st);
	return rc;
}

enum rc store_token_used(struct store *s, const char *id, int64_t now_s,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "UPDATE api_token SET last_used_at = $2 WHERE id = $1", DB_T(id),
	    DB_I(now_s));
}

enum rc store_token_each(struct store *s, const struct store_list *list,
    store_token_row *row, void *arg, struct err *e)
{
	struct store_token t;
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    TOKEN_COLUMNS "WHERE scope = $1 AND scope_id = $2 AND id > $3 "
			  "ORDER BY id LIMIT $4",
	    DB_T(list->scope), DB_T(list->scope_id), DB_T(list->cursor),
	    DB_I(list->limit));

	if (rc != RC_OK)
		return rc;
	while ((rc = db_step(st, e)) == RC_OK) {
		token_cols(st, &t);
		row(arg, &t);
	}
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_token_revoke(struct store *s, const struct store_list *list,
    const char *id, int64_t *n, struct err *e)
{
	return db_run_n(store_db(s), n, e,
	    "UPDATE api_token SET revoked_at = $4 WHERE scope = $1 "
	    "AND scope_id = $2 AND id = $3 AND revoked_at = 0",
	    DB_T(list->scope), DB_T(list->scope_id), DB_T(id),
	    DB_I(list->now_s));
}
