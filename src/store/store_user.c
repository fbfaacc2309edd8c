/* SQL for users.
 * Must not judge them. */
#include "store/store_user.h"
#include "store/db.h"

enum rc store_user_add(struct store *s, const struct store_user *u,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO usr(id, email, name, password, created_at) "
	    "VALUES ($1, $2, $3, $4, $5)",
	    DB_T(u->id), DB_T(u->email), DB_T(u->name), DB_T(u->password),
	    DB_I(u->created_at));
}

static enum rc user_row(struct stmt *st, struct store_user *out, struct err *e)
{
	enum rc rc = db_step(st, e);

	if (rc == RC_OK) {
		db_col_str(st, 0, out->id, sizeof(out->id));
		db_col_str(st, 1, out->email, sizeof(out->email));
		db_col_str(st, 2, out->name, sizeof(out->name));
		db_col_str(st, 3, out->password, sizeof(out->password));
		out->created_at = db_col_int(st, 4);
	}
	db_done(st);
	return rc;
}

#define USER_COLUMNS "SELECT id, email, name, password, created_at FROM usr "

enum rc store_user_by_id(struct store *s, const char *id,
    struct store_user *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc =
	    db_ask(store_db(s), &st, e, USER_COLUMNS "WHERE id = $1", DB_T(id));

	return rc == RC_OK ? user_row(st, out, e) : rc;
}

enum rc store_user_by_email(struct store *s, const char *email,
    struct store_user *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    USER_COLUMNS "WHERE email = $1", DB_T(email));

	return rc == RC_OK ? user_row(st, out, e) : rc;
}

enum rc store_user_set_name(struct store *s, const char *id, const char *name,
    struct err *e)
{
	return db_run(store_db(s), e, "UPDATE usr SET name = $2 WHERE id = $1",
	    DB_T(id), DB_T(name));
}

enum rc store_user_set_password(struct store *s, const char *id,
    const char *password, struct err *e)
{
	return db_run(store_db(s), e,
	    "UPDATE usr SET password = $2 WHERE id = $1", DB_T(id),
	    DB_T(password));
}
