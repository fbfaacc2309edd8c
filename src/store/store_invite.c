/* SQL for invitations.
 * Must never see a token itself. */
#include <string.h>

#include "store/db.h"
#include "store/store_invite.h"

enum rc store_invite_add(struct store *s, const struct store_invite *i,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO invitation(id, hash, scope, scope_id, email, role, "
	    "created_by, created_at, expires_at) "
	    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
	    DB_T(i->id), DB_B(i->hash, 32), DB_T(i->scope), DB_T(i->scope_id),
	    DB_T(i->email), DB_T(i->role), DB_T(i->created_by),
	    DB_I(i->created_at), DB_I(i->expires_at));
}

#define INVITE_COLUMNS                                                      \
	"SELECT id, scope, scope_id, email, role, created_by, created_at, " \
	"expires_at FROM invitation "

static void invite_cols(struct stmt *st, struct store_invite *i)
{
	memset(i, 0, sizeof(*i));
	db_col_str(st, 0, i->id, sizeof(i->id));
	db_col_str(st, 1, i->scope, sizeof(i->scope));
	db_col_str(st, 2, i->scope_id, sizeof(i->scope_id));
	db_col_str(st, 3, i->email, sizeof(i->email));
	db_col_str(st, 4, i->role, sizeof(i->role));
	db_col_str(st, 5, i->created_by, sizeof(i->created_by));
	i->created_at = db_col_int(st, 6);
	i->expires_at = db_col_int(st, 7);
}

enum rc store_invite_find(struct store *s, const uint8_t hash[32],
    int64_t now_s, struct store_invite *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    INVITE_COLUMNS
	    "WHERE hash = $1 AND used_at = 0 AND expires_at > $2",
	    DB_B(hash, 32), DB_I(now_s));

	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		invite_cols(st, out);
	db_done(st);
	return rc;
}

enum rc store_invite_use(struct store *s, const char *id, int64_t now_s,
    int64_t *n, struct err *e)
{
	return db_run_n(store_db(s), n, e,
	    "UPDATE invitation SET used_at = $2 WHERE id = $1 AND used_at = 0",
	    DB_T(id), DB_I(now_s));
}

enum rc store_invite_each(struct store *s, const struct store_list *list,
    store_invite_row *row, void *arg, struct err *e)
{
	struct store_invite i;
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    INVITE_COLUMNS
	    "WHERE scope = $1 AND scope_id = $2 AND id > $3 AND used_at = 0 "
	    "AND expires_at > $4 ORDER BY id LIMIT $5",
	    DB_T(list->scope), DB_T(list->scope_id), DB_T(list->cursor),
	    DB_I(list->now_s), DB_I(list->limit));

	if (rc != RC_OK)
		return rc;
	while ((rc = db_step(st, e)) == RC_OK) {
		invite_cols(st, &i);
		row(arg, &i);
	}
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_invite_remove(struct store *s, const struct store_list *list,
    const char *id, int64_t *n, struct err *e)
{
	return db_run_n(store_db(s), n, e,
	    "DELETE FROM invitation "
	    "WHERE scope = $1 AND scope_id = $2 AND id = $3 AND used_at = 0",
	    DB_T(list->scope), DB_T(list->scope_id), DB_T(id));
}

enum rc store_invite_scope_exists(struct store *s, const char *scope,
    const char *scope_id, bool *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT 1 FROM account WHERE $1 = 'account' AND id = $2 "
	    "UNION ALL SELECT 1 FROM vendor WHERE $1 = 'vendor' AND id = $2",
	    DB_T(scope), DB_T(scope_id));

	if (rc == RC_OK)
		rc = db_step(st, e);
	*out = rc == RC_OK;
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_invite_scope_name(struct store *s, const char *scope,
    const char *scope_id, char name[104], struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT name FROM account WHERE $1 = 'account' AND id = $2 "
	    "UNION ALL SELECT name FROM vendor WHERE $1 = 'vendor' AND id = $2",
	    DB_T(scope), DB_T(scope_id));

	name[0] = '\0';
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		db_col_str(st, 0, name, 104);
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}
