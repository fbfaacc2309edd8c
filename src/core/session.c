/* Logs users in and out, and finds who a session token stands for.
 * Must not tell whether an e-mail address is known. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/metric.h"
#include "core/audit.h"
#include "core/factor.h"
#include "core/limit.h"
#include "core/password.h"
#include "core/session.h"
#include "core/token.h"
#include "core/tx.h"
#include "store/store_user.h"

/* One peer trying one address is slowed hard; one address tried from anywhere
 * only by seconds, and not for a peer that logged in before, so that nobody
 * can lock another out. */
static const struct limit_rule pair_rule = {
    .name = "login-pair",
    .free = 5,
    .first_s = 5,
    .max_s = 900,
    .forget_s = 3600,
    .slug = "login-locked",
};
static const struct limit_rule peer_rule = {
    .name = "login-peer",
    .free = 100,
    .first_s = 2,
    .max_s = 60,
    .forget_s = 900,
    .slug = "login-locked",
};
static const struct limit_rule email_rule = {
    .name = "login-email",
    .free = 30,
    .first_s = 1,
    .max_s = 4,
    .forget_s = 900,
    .slug = "login-locked",
};
/* Only who has the password gets so far, so that this locks nobody out whose
 * password is his own; nor a peer that logged in before. */
static const struct limit_rule code_rule = {
    .name = "login-code",
    .free = 10,
    .first_s = 30,
    .max_s = 900,
    .forget_s = 3600,
    .slug = "login-locked",
};
/* The right password, but no code yet: no wrong attempt, but not for free. */
static const struct limit_rule step_rule = {
    .name = "login-step",
    .free = 30,
    .first_s = 5,
    .max_s = 60,
    .forget_s = 900,
    .slug = "login-locked",
};
static const struct limit_rule known_rule = {
    .name = "login-known",
    .free = UINT32_MAX,
    .forget_s = 30 * 24 * 3600,
};

struct login_keys {
	char email[USER_EMAIL_MAX + 1];
	char pair[LIMIT_KEY_MAX];
	char peer[LIMIT_PEER_MAX];
	const char *code; /* or NULL */
};

static enum rc login_limits(struct core *c, const struct login_keys *k,
    int64_t now_s, struct err *e)
{
	unsigned int known = 0;
	enum rc rc;

	rc = limit_check(c, &pair_rule, k->pair, now_s, e);
	if (rc == RC_OK)
		rc = limit_check(c, &peer_rule, k->peer, now_s, e);
	if (rc == RC_OK)
		rc = limit_check(c, &step_rule, k->pair, now_s, e);
	if (rc == RC_OK)
		rc = limit_count(c, &known_rule, k->pair, now_s, &known, e);
	if (rc == RC_OK && !known)
		rc = limit_check(c, &email_rule, k->email, now_s, e);
	if (rc == RC_OK && !known)
		rc = limit_check(c, &code_rule, k->email, now_s, e);
	return rc;
}

/* Counts a wrong password, or a wrong code (with rule code_rule). */
static enum rc login_count(struct core *c, const struct core_actor *from,
    const struct login_keys *k, const struct limit_rule *rule, struct err *e)
{
	enum rc rc;

	metric_add(METRIC_LOGINS_REFUSED, 1);
	rc = limit_hit(c, &pair_rule, k->pair, from->now_s, NULL, e);
	if (rc == RC_OK)
		rc = limit_hit(c, &peer_rule, k->peer, from->now_s, NULL, e);
	if (rc == RC_OK)
		rc = limit_hit(c, rule, k->email, from->now_s, NULL, e);
	return rc;
}

static enum rc login_refuse(struct core *c, const struct core_actor *from,
    const struct login_keys *k, struct err *e)
{
	enum rc rc = login_count(c, from, k, &email_rule, e);

	if (rc != RC_OK)
		return rc;
	rc = err_set(e, RC_UNAUTHENTICATED, "login-refused",
	    "E-mail address and password do not match.");
	audit_refused(c, from, "login", k->email, e);
	return rc;
}

/* The password was right. */
static enum rc login_factor(struct core *c, const struct core_actor *from,
    const struct login_keys *k, const char *user, enum factor_kind *kind,
    struct err *e)
{
	struct err fault = {0};
	bool given = k->code && k->code[0];
	enum rc rc;

	rc = factor_check(c, user, k->code, from->now_s, kind, e);
	if (rc != RC_UNAUTHENTICATED)
		return rc;
	if (!given)
		rc = limit_hit(c, &step_rule, k->pair, from->now_s, NULL,
		    &fault);
	else
		rc = login_count(c, from, k, &code_rule, &fault);
	if (rc != RC_OK) {
		if (e)
			*e = fault;
		return rc;
	}
	if (given)
		audit_refused(c, from, "login", k->email, e);
	return RC_UNAUTHENTICATED;
}

/* The session, its record, and a password hash of today's strength. */
static enum rc login_store(struct core *c, const struct core_actor *from,
    const struct store_session *x, const char *rehash, struct err *e)
{
	struct core_actor who = *from;
	const struct audit_entry entry = {.action = "login",
	    .target = x->email,
	    .detail = x->method};
	struct tx tx = TX_NONE;
	enum rc rc;

	(void)span_copy_str(span_str(x->user), who.id, sizeof(who.id));
	(void)span_copy_str(span_str(x->email), who.name, sizeof(who.name));
	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_session_sweep(c->store, from->now_s, e);
	if (rc == RC_OK)
		rc = store_session_trim(c->store, x->user, SESSION_USER_MAX - 1,
		    e);
	if (rc == RC_OK)
		rc = store_session_add(c->store, x, e);
	if (rc == RC_OK && rehash[0])
		rc = store_user_set_password(c->store, x->user, rehash, e);
	if (rc == RC_OK)
		rc = audit_add(c, &who, &entry, e);
	return tx_end(c, &tx, rc, e);
}

struct login_proof {
	const char *method;
	struct span password; /* empty when it was none that was checked */
};

static enum rc login_open(struct core *c, const struct core_actor *from,
    const struct store_user *u, const struct login_proof *p,
    struct session_new *out, struct err *e)
{
	struct store_session x = {.created_at = from->now_s,
	    .expires_at = from->now_s + SESSION_MAX_S};
	char rehash[PASSWORD_SIZE] = "";
	enum rc rc = RC_OK;

	rand_id(x.id, sizeof(x.id), "ses");
	token_make(SESSION_PREFIX, out->token);
	token_hash(span_str(out->token), x.hash);
	(void)span_copy_str(span_str(u->id), x.user, sizeof(x.user));
	(void)span_copy_str(span_str(u->email), x.email, sizeof(x.email));
	(void)span_copy_str(span_str(from->from), x.from, sizeof(x.from));
	(void)span_copy_str(span_str(p->method), x.method, sizeof(x.method));
	(void)span_copy_str(span_str(from->agent), x.agent, sizeof(x.agent));
	if (p->password.n > 0 && password_is_old(u->password))
		rc = password_hash(p->password, rehash, e);
	if (rc == RC_OK)
		rc = login_store(c, from, &x, rehash, e);
	if (rc == RC_OK) {
		out->expires_at = x.expires_at;
		rc = user_get(c, u->id, &out->user, e);
	}
	if (rc == RC_OK)
		metric_add(METRIC_LOGINS, 1);
	explicit_bzero(rehash, sizeof(rehash));
	return rc;
}

enum rc session_open(struct core *c, const struct core_actor *from,
    const char *user, const char *method, struct session_new *out,
    struct err *e)
{
	const struct login_proof proof = {.method = method};
	struct store_user u = {0};
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = store_user_by_id(c->store, user, &u, e);
	if (rc == RC_NOT_FOUND)
		return err_set(e, rc, "not-found", "There is no such user.");
	if (rc == RC_OK)
		rc = login_open(c, from, &u, &proof, out, e);
	explicit_bzero(&u, sizeof(u));
	if (rc != RC_OK)
		explicit_bzero(out, sizeof(*out));
	return rc;
}

static void login_name_keys(const struct core_actor *from, const char *email,
    struct login_keys *k)
{
	limit_peer(from->from, k->peer);
	if (user_email(email, k->email, NULL) != RC_OK)
		(void)snprintf(k->email, sizeof(k->email), "?");
	(void)snprintf(k->pair, sizeof(k->pair), "%s %s", k->email, k->peer);
}

/* The right attempts are over: what was counted is forgotten, and the peer is
 * known from now on. */
static enum rc login_done(struct core *c, const struct core_actor *from,
    const struct login_keys *k, struct err *e)
{
	enum rc rc = limit_clear(c, &pair_rule, k->pair, e);

	if (rc == RC_OK)
		rc = limit_clear(c, &step_rule, k->pair, e);
	if (rc == RC_OK)
		rc = limit_hit(c, &known_rule, k->pair, from->now_s, NULL, e);
	return rc;
}

enum rc session_login(struct core *c, const struct core_actor *from,
    const struct session_wish *w, struct session_new *out, struct err *e)
{
	struct login_proof proof = {.password = w->password};
	enum factor_kind kind = FACTOR_NONE;
	struct store_user u = {0};
	struct login_keys k = {.code = w->code};
	bool known;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	login_name_keys(from, w->email, &k);
	rc = login_limits(c, &k, from->now_s, e);
	if (rc != RC_OK)
		return rc;
	rc = store_user_by_email(c->store, k.email, &u, e);
	known = rc == RC_OK && u.password[0];
	if (rc == RC_NOT_FOUND || rc == RC_OK)
		rc = password_verify(known ? u.password : NULL, w->password)
		    ? login_factor(c, from, &k, u.id, &kind, e)
		    : login_refuse(c, from, &k, e);
	proof.method = factor_name(kind);
	if (rc == RC_OK)
		rc = login_open(c, from, &u, &proof, out, e);
	if (rc == RC_OK)
		rc = login_done(c, from, &k, e);
	explicit_bzero(&u, sizeof(u));
	if (rc != RC_OK)
		explicit_bzero(out, sizeof(*out));
	return rc;
}

static enum rc session_unknown(struct err *e)
{
	return err_set(e, RC_UNAUTHENTICATED, "session-unknown",
	    "This session has ended; log in again.");
}

enum rc session_find(struct core *c, struct span token, struct core_actor *a,
    struct err *e)
{
	struct store_session x;
	uint8_t hash[TOKEN_HASH];
	struct err ignored;
	enum rc rc;

	token_hash(token, hash);
	rc = store_session_find(c->store, hash, &x, e);
	if (rc == RC_NOT_FOUND)
		return session_unknown(e);
	if (rc != RC_OK)
		return rc;
	if (x.expires_at <= a->now_s ||
	    x.last_seen_at + SESSION_IDLE_S <= a->now_s)
		return session_unknown(e);
	/* To the minute is enough; a busy store must not end a request. */
	if (!a->watches && x.last_seen_at + 60 <= a->now_s &&
	    store_session_seen(c->store, x.id, a->now_s, &ignored) != RC_OK)
		log_err(LOG_WARN, "session not touched", &ignored);
	a->is_token = false;
	(void)span_copy_str(span_str(x.user), a->id, sizeof(a->id));
	(void)span_copy_str(span_str(x.email), a->name, sizeof(a->name));
	(void)span_copy_str(span_str(x.id), a->session, sizeof(a->session));
	return RC_OK;
}

enum rc session_each(struct core *c, const struct core_actor *a,
    const struct core_page *page, store_session_row *row, void *arg,
    struct err *e)
{
	const struct store_list list = {
	    .user = a->id,
	    .cursor = page->cursor,
	    .limit = page->limit,
	    .now_s = a->now_s,
	};

	return store_session_each(c->store, &list, row, arg, e);
}

enum rc session_end(struct core *c, const struct core_actor *a, const char *id,
    struct err *e)
{
	const char *which = strcmp(id, "current") ? id : a->session;
	const struct audit_entry entry = {.action = "logout", .target = which};
	struct tx tx = TX_NONE;
	int64_t n = 0;
	enum rc rc;

	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_session_end(c->store, a->id, which, &n, e);
	if (rc == RC_OK && n == 0)
		rc = err_set(e, RC_NOT_FOUND, "not-found",
		    "You have no such session.");
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	return tx_end(c, &tx, rc, e);
}

enum rc session_end_all(struct core *c, const struct core_actor *a,
    struct err *e)
{
	const struct audit_entry entry = {.action = "logout", .target = a->id};
	struct tx tx = TX_NONE;
	enum rc rc;

	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_session_end_others(c->store, a->id, "", e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	return tx_end(c, &tx, rc, e);
}
