/* SQL for memberships.
 * Must not judge who may change them. */
#include <string.h>

#include "store/db.h"
#include "store/store_member.h"

enum rc store_member_role(struct store *s, const char *user, const char *scope,
    const char *scope_id, char role[32], struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT role FROM membership "
	    "WHERE user_id = $1 AND scope = $2 AND scope_id = $3",
	    DB_T(user), DB_T(scope), DB_T(scope_id));

	role[0] = '\0';
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		db_col_str(st, 0, role, 32);
	db_done(st);
	return rc;
}

enum rc store_member_put(struct store *s, const struct store_member *m,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO membership(user_id, scope, scope_id, role, since) "
	    "VALUES ($1, $2, $3, $4, $5) "
	    "ON CONFLICT(user_id, scope, scope_id) "
	    "DO UPDATE SET role = excluded.role",
	    DB_T(m->user), DB_T(m->scope), DB_T(m->scope_id), DB_T(m->role),
	    DB_I(m->since));
}

enum rc store_member_remove(struct store *s, const struct store_member *m,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "DELETE FROM membership "
	    "WHERE user_id = $1 AND scope = $2 AND scope_id = $3",
	    DB_T(m->user), DB_T(m->scope), DB_T(m->scope_id));
}

enum rc store_member_count(struct store *s, const char *scope,
    const char *scope_id, const char *role, uint64_t *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT count(*) FROM membership "
	    "WHERE scope = $1 AND scope_id = $2 AND role = $3",
	    DB_T(scope), DB_T(scope_id), DB_T(role));

	*out = 0;
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		*out = (uint64_t)db_col_int(st, 0);
	db_done(st);
	return rc;
}

/* Calls row for each; the end of the rows is success. */
static enum rc member_rows(struct stmt *st, store_member_row *row, void *arg,
    struct err *e)
{
	struct store_member m;
	enum rc rc;

	while ((rc = db_step(st, e)) == RC_OK) {
		memset(&m, 0, sizeof(m));
		db_col_str(st, 0, m.user, sizeof(m.user));
		db_col_str(st, 1, m.email, sizeof(m.email));
		db_col_str(st, 2, m.name, sizeof(m.name));
		db_col_str(st, 3, m.scope, sizeof(m.scope));
		db_col_str(st, 4, m.scope_id, sizeof(m.scope_id));
		db_col_str(st, 5, m.role, sizeof(m.role));
		m.since = db_col_int(st, 6);
		row(arg, &m);
	}
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_member_each(struct store *s, const struct store_list *list,
    store_member_row *row, void *arg, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT m.user_id, u.email, u.name, m.scope, m.scope_id, m.role, "
	    "m.since FROM membership m JOIN usr u ON u.id = m.user_id "
	    "WHERE m.scope = $1 AND m.scope_id = $2 AND m.user_id > $3 "
	    "ORDER BY m.user_id LIMIT $4",
	    DB_T(list->scope), DB_T(list->scope_id), DB_T(list->cursor),
	    DB_I(list->limit));

	return rc == RC_OK ? member_rows(st, row, arg, e) : rc;
}

enum rc store_member_of(struct store *s, const char *user,
    store_member_row *row, void *arg, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT m.user_id, '', coalesce(a.name, v.name, ''), m.scope, "
	    "m.scope_id, m.role, m.since FROM membership m "
	    "LEFT JOIN account a ON m.scope = 'account' AND a.id = m.scope_id "
	    "LEFT JOIN vendor v ON m.scope = 'vendor' AND v.id = m.scope_id "
	    "WHERE m.user_id = $1 ORDER BY m.scope, m.scope_id LIMIT 1000",
	    DB_T(user));

	return rc == RC_OK ? member_rows(st, row, arg, e) : rc;
}
