/* SQL for accounts.
 * Must not judge who may change them. */
#include <string.h>

#include "store/db.h"
#include "store/store_account.h"

enum rc store_account_add(struct store *s, const struct store_account *a,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO account(id, name, default_cloud, default_product, "
	    "auto_provision, created_at, registrar_url) "
	    "VALUES ($1, $2, $3, $4, $5, $6, $7)",
	    DB_T(a->id), DB_T(a->name), DB_TN(a->default_cloud),
	    DB_TN(a->default_product), DB_I(a->auto_provision),
	    DB_I(a->created_at), DB_T(a->registrar_url));
}

static void account_cols(struct stmt *st, struct store_account *a)
{
	memset(a, 0, sizeof(*a));
	db_col_str(st, 0, a->id, sizeof(a->id));
	db_col_str(st, 1, a->name, sizeof(a->name));
	db_col_str(st, 2, a->default_cloud, sizeof(a->default_cloud));
	db_col_str(st, 3, a->default_product, sizeof(a->default_product));
	a->auto_provision = db_col_int(st, 4) != 0;
	a->created_at = db_col_int(st, 5);
	db_col_str(st, 6, a->registrar_url, sizeof(a->registrar_url));
}

enum rc store_account_get(struct store *s, const char *id,
    struct store_account *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT id, name, default_cloud, default_product, auto_provision, "
	    "created_at, registrar_url FROM account WHERE id = $1",
	    DB_T(id));

	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		account_cols(st, out);
	db_done(st);
	return rc;
}

enum rc store_account_put(struct store *s, const struct store_account *a,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "UPDATE account SET name = $2, default_cloud = $3, "
	    "default_product = $4, auto_provision = $5, registrar_url = $6 "
	    "WHERE id = $1",
	    DB_T(a->id), DB_T(a->name), DB_TN(a->default_cloud),
	    DB_TN(a->default_product), DB_I(a->auto_provision),
	    DB_T(a->registrar_url));
}

enum rc store_account_each(struct store *s, const struct store_list *list,
    store_account_row *row, void *arg, struct err *e)
{
	struct store_account a;
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT a.id, a.name, a.default_cloud, a.default_product, "
	    "a.auto_provision, a.created_at, a.registrar_url, m.role "
	    "FROM membership m "
	    "JOIN account a ON a.id = m.scope_id "
	    "WHERE m.scope = 'account' AND m.user_id = $1 AND a.id > $2 "
	    "ORDER BY a.id LIMIT $3",
	    DB_T(list->user), DB_T(list->cursor), DB_I(list->limit));

	if (rc != RC_OK)
		return rc;
	while ((rc = db_step(st, e)) == RC_OK) {
		account_cols(st, &a);
		db_col_str(st, 7, a.role, sizeof(a.role));
		row(arg, &a);
	}
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc account_has(struct store *s, const char *sql, const char *id,
    const char *part, bool *out, struct err *e)
{
	const struct db_val vals[] = {DB_T(id), DB_T(part)};
	struct stmt *st = NULL;
	enum rc rc = db_query(store_db(s), sql, vals, 2, &st, e);

	if (rc == RC_OK)
		rc = db_step(st, e);
	*out = rc == RC_OK;
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_account_has_cloud(struct store *s, const char *id,
    const char *cloud, bool *out, struct err *e)
{
	return account_has(s,
	    "SELECT 1 FROM cloud WHERE account_id = $1 AND id = $2 "
	    "AND deleted_at IS NULL",
	    id, cloud, out, e);
}

enum rc store_account_has_product(struct store *s, const char *id,
    const char *product, bool *out, struct err *e)
{
	return account_has(s,
	    "SELECT 1 FROM product WHERE account_id = $1 AND id = $2", id,
	    product, out, e);
}
