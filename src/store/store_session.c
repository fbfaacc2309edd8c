/* SQL for sessions.
 * Must never see a token itself. */
#include <string.h>

#include "store/db.h"
#include "store/store_session.h"

enum rc store_session_add(struct store *s, const struct store_session *x,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO session(id, hash, user_id, created_at, last_seen_at, "
	    "expires_at, from_addr, method, agent) "
	    "VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8)",
	    DB_T(x->id), DB_B(x->hash, 32), DB_T(x->user), DB_I(x->created_at),
	    DB_I(x->expires_at), DB_T(x->from), DB_T(x->method),
	    DB_T(x->agent));
}

static void session_cols(struct stmt *st, struct store_session *x)
{
	memset(x, 0, sizeof(*x));
	db_col_str(st, 0, x->id, sizeof(x->id));
	db_col_str(st, 1, x->user, sizeof(x->user));
	db_col_str(st, 2, x->email, sizeof(x->email));
	x->created_at = db_col_int(st, 3);
	x->last_seen_at = db_col_int(st, 4);
	x->expires_at = db_col_int(st, 5);
	db_col_str(st, 6, x->from, sizeof(x->from));
	db_col_str(st, 7, x->method, sizeof(x->method));
	db_col_str(st, 8, x->agent, sizeof(x->agent));
}

#define SESSION_COLUMNS                                                   \
	"SELECT s.id, s.user_id, u.email, s.created_at, s.last_seen_at, " \
	"s.expires_at, s.from_addr, s.method, s.agent FROM session s "    \
	"JOIN usr u ON u.id = s.user_id "

enum rc store_session_find(struct store *s, const uint8_t hash[32],
    struct store_session *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    SESSION_COLUMNS "WHERE s.hash = $1", DB_B(hash, 32));

	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		session_cols(st, out);
	db_done(st);
	return rc;
}

enum rc store_session_seen(struct store *s, const char *id, int64_t now_s,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "UPDATE session SET last_seen_at = $2 WHERE id = $1", DB_T(id),
	    DB_I(now_s));
}

enum rc store_session_each(struct store *s, const struct store_list *list,
    store_session_row *row, void *arg, struct err *e)
{
	struct store_session x;
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    SESSION_COLUMNS "WHERE s.user_id = $1 AND s.id > $2 "
			    "AND s.expires_at > $3 ORDER BY s.id LIMIT $4",
	    DB_T(list->user), DB_T(list->cursor), DB_I(list->now_s),
	    DB_I(list->limit));

	if (rc != RC_OK)
		return rc;
	while ((rc = db_step(st, e)) == RC_OK) {
		session_cols(st, &x);
		row(arg, &x);
	}
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_session_end(struct store *s, const char *user, const char *id,
    int64_t *n, struct err *e)
{
	return db_run_n(store_db(s), n, e,
	    "DELETE FROM session WHERE user_id = $1 AND id = $2", DB_T(user),
	    DB_T(id));
}

enum rc store_session_end_others(struct store *s, const char *user,
    const char *keep, struct err *e)
{
	return db_run(store_db(s), e,
	    "DELETE FROM session WHERE user_id = $1 AND id <> $2", DB_T(user),
	    DB_T(keep));
}

enum rc store_session_trim(struct store *s, const char *user, int64_t keep,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "DELETE FROM session WHERE user_id = $1 AND id NOT IN"
	    " (SELECT id FROM session WHERE user_id = $1"
	    " ORDER BY last_seen_at DESC, created_at DESC, id LIMIT $2)",
	    DB_T(user), DB_I(keep));
}

enum rc store_session_sweep(struct store *s, int64_t now_s, struct err *e)
{
	return db_run(store_db(s), e,
	    "DELETE FROM session WHERE expires_at <= $1", DB_I(now_s));
}
