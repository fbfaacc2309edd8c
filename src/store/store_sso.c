/* SQL for signing in at a provider of OpenID Connect.
 * Must not judge what the provider told. */
#include <string.h>

#include "store/db.h"
#include "store/store_sso.h"

enum rc store_sso_provider_put(struct store *s,
    const struct store_sso_provider *p, struct err *e)
{
	enum rc rc = db_run(store_db(s), e,
	    "DELETE FROM sso_provider WHERE issuer <> $1", DB_T(p->issuer));

	if (rc == RC_OK)
		rc = db_run(store_db(s), e,
		    "INSERT INTO sso_provider(issuer, authorization_endpoint, "
		    "read_at) VALUES ($1, $2, $3) ON CONFLICT(issuer) "
		    "DO UPDATE SET read_at = excluded.read_at, "
		    "authorization_endpoint = excluded.authorization_endpoint",
		    DB_T(p->issuer), DB_T(p->authorization_endpoint),
		    DB_I(p->read_at));
	return rc;
}

enum rc store_sso_provider_get(struct store *s, const char *issuer,
    struct store_sso_provider *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT issuer, authorization_endpoint, read_at FROM sso_provider "
	    "WHERE issuer = $1",
	    DB_T(issuer));

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK) {
		db_col_str(st, 0, out->issuer, sizeof(out->issuer));
		db_col_str(st, 1, out->authorization_endpoint,
		    sizeof(out->authorization_endpoint));
		out->read_at = db_col_int(st, 2);
	}
	db_done(st);
	return rc;
}

enum rc store_sso_login_add(struct store *s, const struct store_sso_login *l,
    int64_t now_s, int64_t keep, struct err *e)
{
	enum rc rc = db_run(store_db(s), e,
	    "DELETE FROM sso_login WHERE expires_at <= $1", DB_I(now_s));

	if (rc == RC_OK)
		rc = db_run(store_db(s), e,
		    "INSERT INTO sso_login(cookie, nonce, verifier, next, "
		    "peer, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
		    DB_B(l->cookie, 32), DB_T(l->nonce), DB_T(l->verifier),
		    DB_T(l->next), DB_T(l->peer), DB_I(l->expires_at));
	if (rc == RC_OK)
		rc = db_run(store_db(s), e,
		    "DELETE FROM sso_login WHERE cookie IN (SELECT cookie "
		    "FROM sso_login ORDER BY expires_at DESC, cookie "
		    "LIMIT 1000 OFFSET $1)",
		    DB_I(keep));
	return rc;
}

#define LOGIN_COLUMNS                                                      \
	"SELECT cookie, step, nonce, verifier, next, peer, code, issuer, " \
	"sub, email, name, fault, expires_at FROM sso_login "

static void login_cols(struct stmt *st, struct store_sso_login *l)
{
	struct span cookie = db_col_blob(st, 0);

	memset(l, 0, sizeof(*l));
	if (cookie.n == sizeof(l->cookie))
		memcpy(l->cookie, cookie.p, cookie.n);
	l->step = (enum store_sso_step)db_col_int(st, 1);
	db_col_str(st, 2, l->nonce, sizeof(l->nonce));
	db_col_str(st, 3, l->verifier, sizeof(l->verifier));
	db_col_str(st, 4, l->next, sizeof(l->next));
	db_col_str(st, 5, l->peer, sizeof(l->peer));
	db_col_str(st, 6, l->code, sizeof(l->code));
	db_col_str(st, 7, l->issuer, sizeof(l->issuer));
	db_col_str(st, 8, l->sub, sizeof(l->sub));
	db_col_str(st, 9, l->email, sizeof(l->email));
	db_col_str(st, 10, l->name, sizeof(l->name));
	db_col_str(st, 11, l->fault, sizeof(l->fault));
	l->expires_at = db_col_int(st, 12);
}

static enum rc login_row(struct stmt *st, struct store_sso_login *out,
    struct err *e)
{
	enum rc rc = db_step(st, e);

	if (rc == RC_OK)
		login_cols(st, out);
	db_done(st);
	return rc;
}

enum rc store_sso_login_find(struct store *s, const uint8_t cookie[32],
    int64_t now_s, struct store_sso_login *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    LOGIN_COLUMNS "WHERE cookie = $1 AND expires_at > $2",
	    DB_B(cookie, 32), DB_I(now_s));

	return rc == RC_OK ? login_row(st, out, e) : rc;
}

enum rc store_sso_login_code(struct store *s, const uint8_t cookie[32],
    const char *code, int64_t *n, struct err *e)
{
	return db_run_n(store_db(s), n, e,
	    "UPDATE sso_login SET step = $2, code = $3 "
	    "WHERE cookie = $1 AND step = $4",
	    DB_B(cookie, 32), DB_I(STORE_SSO_CODE), DB_T(code),
	    DB_I(STORE_SSO_SENT));
}

bool store_sso_login_waits(struct store *s)
{
	struct stmt *st = NULL;
	bool waits = db_ask(store_db(s), &st, NULL,
			 "SELECT 1 FROM sso_login WHERE step = $1 LIMIT 1",
			 DB_I(STORE_SSO_CODE)) == RC_OK &&
	    db_step(st, NULL) == RC_OK;

	db_done(st);
	return waits;
}

enum rc store_sso_login_take(struct store *s, int64_t now_s,
    struct store_sso_login *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    LOGIN_COLUMNS "WHERE step = $1 AND expires_at > $2 "
			  "ORDER BY expires_at LIMIT 1",
	    DB_I(STORE_SSO_CODE), DB_I(now_s));

	if (rc == RC_OK)
		rc = login_row(st, out, e);
	if (rc == RC_OK)
		rc = db_run(store_db(s), e,
		    "UPDATE sso_login SET step = $2, code = '' "
		    "WHERE cookie = $1",
		    DB_B(out->cookie, 32), DB_I(STORE_SSO_ASKED));
	return rc;
}

enum rc store_sso_login_told(struct store *s, const struct store_sso_login *l,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "UPDATE sso_login SET step = $2, issuer = $3, sub = $4, "
	    "email = $5, name = $6, fault = $7, verifier = '' "
	    "WHERE cookie = $1 AND step = $8",
	    DB_B(l->cookie, 32), DB_I(l->step), DB_T(l->issuer), DB_T(l->sub),
	    DB_T(l->email), DB_T(l->name), DB_T(l->fault),
	    DB_I(STORE_SSO_ASKED));
}

enum rc store_sso_login_drop(struct store *s, const char *fault, struct err *e)
{
	return db_run(store_db(s), e,
	    "UPDATE sso_login SET step = $1, fault = $2, verifier = '' "
	    "WHERE step = $3",
	    DB_I(STORE_SSO_FAILED), DB_T(fault), DB_I(STORE_SSO_ASKED));
}

enum rc store_sso_login_end(struct store *s, const uint8_t cookie[32],
    int64_t *n, struct err *e)
{
	return db_run_n(store_db(s), n, e,
	    "DELETE FROM sso_login WHERE cookie = $1", DB_B(cookie, 32));
}

enum rc store_sso_identity_user(struct store *s, const char *issuer,
    const char *sub, char user[RAND_ID_SIZE], struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT user_id FROM sso_identity WHERE issuer = $1 AND sub = $2",
	    DB_T(issuer), DB_T(sub));

	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		db_col_str(st, 0, user, RAND_ID_SIZE);
	db_done(st);
	return rc;
}

enum rc store_sso_identity_add(struct store *s, const char *issuer,
    const char *sub, const char *user, int64_t now_s, struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO sso_identity(issuer, sub, user_id, since) "
	    "VALUES ($1, $2, $3, $4)",
	    DB_T(issuer), DB_T(sub), DB_T(user), DB_I(now_s));
}

enum rc store_sso_identity_remove(struct store *s, const char *user,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "DELETE FROM sso_identity WHERE user_id = $1", DB_T(user));
}
