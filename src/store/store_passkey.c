/* SQL for passkeys and their challenges.
 * Must never see a challenge itself. */
#include <string.h>

#include "store/db.h"
#include "store/store_passkey.h"

enum rc store_passkey_add(struct store *s, const struct store_passkey *p,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO passkey(id, user_id, credential, alg, public_key, "
	    "sign_count, name, created_at) "
	    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
	    DB_T(p->id), DB_T(p->user), DB_B(p->credential, p->credential_n),
	    DB_I(p->alg), DB_B(p->key, p->key_n), DB_I(p->sign_count),
	    DB_T(p->name), DB_I(p->created_at));
}

#define PASSKEY_COLUMNS                                     \
	"SELECT id, user_id, credential, alg, public_key, " \
	"sign_count, name, created_at, last_used_at FROM passkey "

static void passkey_bytes(struct stmt *st, int col, uint8_t *out, size_t cap,
    size_t *n)
{
	struct span b = db_col_blob(st, col);

	*n = b.n <= cap ? b.n : 0;
	if (*n > 0)
		memcpy(out, b.p, *n);
}

static void passkey_cols(struct stmt *st, struct store_passkey *p)
{
	memset(p, 0, sizeof(*p));
	db_col_str(st, 0, p->id, sizeof(p->id));
	db_col_str(st, 1, p->user, sizeof(p->user));
	passkey_bytes(st, 2, p->credential, sizeof(p->credential),
	    &p->credential_n);
	p->alg = (int)db_col_int(st, 3);
	passkey_bytes(st, 4, p->key, sizeof(p->key), &p->key_n);
	p->sign_count = (uint32_t)db_col_int(st, 5);
	db_col_str(st, 6, p->name, sizeof(p->name));
	p->created_at = db_col_int(st, 7);
	p->last_used_at = db_col_int(st, 8);
}

enum rc store_passkey_find(struct store *s, struct span credential,
    struct store_passkey *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    PASSKEY_COLUMNS "WHERE credential = $1", DB_BS(credential));

	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		passkey_cols(st, out);
	db_done(st);
	return rc;
}

enum rc store_passkey_each(struct store *s, const struct store_list *list,
    store_passkey_row *row, void *arg, struct err *e)
{
	struct store_passkey p;
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    PASSKEY_COLUMNS
	    "WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3",
	    DB_T(list->user), DB_T(list->cursor), DB_I(list->limit));

	if (rc != RC_OK)
		return rc;
	while ((rc = db_step(st, e)) == RC_OK) {
		passkey_cols(st, &p);
		row(arg, &p);
	}
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_passkey_used(struct store *s, const char *id, uint32_t sign_count,
    int64_t now_s, struct err *e)
{
	return db_run(store_db(s), e,
	    "UPDATE passkey SET sign_count = $2, last_used_at = $3 "
	    "WHERE id = $1",
	    DB_T(id), DB_I(sign_count), DB_I(now_s));
}

enum rc store_passkey_remove(struct store *s, const char *user, const char *id,
    int64_t *n, struct err *e)
{
	return db_run_n(store_db(s), n, e,
	    "DELETE FROM passkey WHERE user_id = $1 AND id = $2", DB_T(user),
	    DB_T(id));
}

enum rc store_passkey_remove_all(struct store *s, const char *user,
    struct err *e)
{
	return db_run(store_db(s), e, "DELETE FROM passkey WHERE user_id = $1",
	    DB_T(user));
}

enum rc store_passkey_handle(struct store *s, const char *user,
    const uint8_t fresh[STORE_PASSKEY_HANDLE],
    uint8_t out[STORE_PASSKEY_HANDLE], struct err *e)
{
	struct stmt *st = NULL;
	struct span b;
	enum rc rc = db_run(store_db(s), e,
	    "INSERT INTO passkey_user(user_id, handle) VALUES ($1, $2) "
	    "ON CONFLICT(user_id) DO NOTHING",
	    DB_T(user), DB_B(fresh, STORE_PASSKEY_HANDLE));

	if (rc == RC_OK)
		rc = db_ask(store_db(s), &st, e,
		    "SELECT handle FROM passkey_user WHERE user_id = $1",
		    DB_T(user));
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK) {
		b = db_col_blob(st, 0);
		if (b.n == STORE_PASSKEY_HANDLE)
			memcpy(out, b.p, b.n);
		else
			rc = err_set(e, RC_BUG, "store-passkey",
			    "A user's handle has a wrong size.");
	}
	db_done(st);
	return rc;
}

enum rc store_passkey_challenge_add(struct store *s,
    const struct store_passkey_challenge *c, int64_t now_s, struct err *e)
{
	enum rc rc = db_run(store_db(s), e,
	    "DELETE FROM challenge WHERE expires_at <= $1", DB_I(now_s));

	if (rc != RC_OK)
		return rc;
	return db_run(store_db(s), e,
	    "INSERT INTO challenge(hash, user_id, peer, expires_at) "
	    "VALUES ($1, $2, $3, $4)",
	    DB_B(c->hash, 32), DB_T(c->user), DB_T(c->peer),
	    DB_I(c->expires_at));
}

enum rc store_passkey_challenge_count(struct store *s, const char *peer,
    int64_t now_s, uint64_t *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT count(*) FROM challenge "
	    "WHERE peer = $1 AND expires_at > $2",
	    DB_T(peer), DB_I(now_s));

	*out = 0;
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		*out = (uint64_t)db_col_int(st, 0);
	db_done(st);
	return rc;
}

enum rc store_passkey_challenge_use(struct store *s,
    const struct store_passkey_challenge *c, int64_t now_s, int64_t *n,
    struct err *e)
{
	return db_run_n(store_db(s), n, e,
	    "DELETE FROM challenge "
	    "WHERE hash = $1 AND user_id = $2 AND expires_at > $3",
	    DB_B(c->hash, 32), DB_T(c->user), DB_I(now_s));
}
