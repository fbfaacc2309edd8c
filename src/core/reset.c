/* Makes and accepts links that reset a password.
 * Must not give a user of other scopes into an administrator's hands. */
#include <string.h>

#include "core/audit.h"
#include "core/factor.h"
#include "core/limit.h"
#include "core/password.h"
#include "core/reset.h"
#include "core/token.h"
#include "core/tx.h"
#include "store/store_reset.h"
#include "store/store_session.h"
#include "store/store_sso.h"
#include "store/store_user.h"

#define SCOPES_MAX 1000

static const struct limit_rule peer_rule = {
    .name = "reset-peer",
    .free = 10,
    .first_s = 5,
    .max_s = 900,
    .forget_s = 3600,
    .slug = "reset-locked",
};

/* Where the user has a role: ids of RAND_ID_SIZE bytes each. */
static void scope_row(void *arg, const struct store_member *m)
{
	buf_add(arg, m->scope_id, sizeof(m->scope_id));
}

/* Everybody who administers the user hears of it. */
static enum rc reset_record(struct core *c, const struct core_actor *a,
    const struct store_reset *r, struct err *e)
{
	struct audit_entry entry = {.action = "reset",
	    .target = r->email,
	    .detail = r->remove_factors ? "remove-factors" : NULL};
	struct buf scopes;
	size_t at;
	enum rc rc;

	buf_init(&scopes, SCOPES_MAX * RAND_ID_SIZE);
	rc = store_member_of(c->store, r->user, scope_row, &scopes, e);
	if (rc == RC_OK && scopes.n == 0)
		rc = audit_add(c, a, &entry, e);
	for (at = 0; rc == RC_OK && at < scopes.n; at += RAND_ID_SIZE) {
		entry.scope_id = (const char *)scopes.p + at;
		rc = audit_add(c, a, &entry, e);
	}
	buf_clear(&scopes);
	return rc;
}

static enum rc reset_store(struct core *c, const struct core_actor *a,
    const struct store_user *u, bool remove_factors, struct reset_new *out,
    struct err *e)
{
	struct store_reset r = {.remove_factors = remove_factors,
	    .created_at = a->now_s,
	    .expires_at = a->now_s + RESET_TTL_S};
	enum rc rc;

	token_make(RESET_PREFIX, out->token);
	token_hash(span_str(out->token), r.hash);
	out->expires_at = r.expires_at;
	(void)span_copy_str(span_str(u->id), r.user, sizeof(r.user));
	(void)span_copy_str(span_str(u->email), r.email, sizeof(r.email));
	(void)span_copy_str(span_str(a->name), r.created_by,
	    sizeof(r.created_by));
	rc = store_reset_put(c->store, &r, e);
	if (rc == RC_OK)
		rc = reset_record(c, a, &r, e);
	return rc;
}

static enum rc reset_unknown(struct err *e)
{
	return err_set(e, RC_NOT_FOUND, "not-found", "There is no such user.");
}

/* Inside a transaction. */
static enum rc reset_may(struct core *c, const struct core_actor *a,
    const char *user, struct err *e)
{
	const struct store_reset_reach reach = {.by = a->id,
	    .scope = core_scope_name(a->scope),
	    .scope_id = a->scope_id,
	    .roles = {core_role_name(CORE_ADMINISTRATOR),
		core_role_name(CORE_VENDOR_ADMINISTRATOR),
		core_role_name(CORE_SERVICE)}};
	enum core_role role;
	uint64_t n = 0;
	enum rc rc;

	rc = user_role(c, user, a->scope, a->scope_id, &role, e);
	if (rc == RC_OK && role == CORE_ROLE_NONE)
		return reset_unknown(e);
	if (rc == RC_OK)
		rc = store_reset_elsewhere(c->store, user, &reach, &n, e);
	if (rc == RC_OK && n > 0)
		rc = err_set(e, RC_DENIED, "member-elsewhere",
		    "This member has roles elsewhere, where you are no "
		    "administrator; ask the operators of the service.");
	return rc;
}

/* A stolen session must not be enough for a new password. */
static enum rc reset_not_self(const struct core_actor *a, const char *user,
    struct err *e)
{
	if (strcmp(a->id, user) != 0)
		return RC_OK;
	return err_set(e, RC_DENIED, "reset-self",
	    "Change your own password with the old one, or ask another "
	    "administrator.");
}

enum rc reset_member(struct core *c, const struct core_actor *a,
    const char *user, bool remove_factors, struct reset_new *out, struct err *e)
{
	struct store_user u = {0};
	struct tx tx = TX_NONE;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = reset_may(c, a, user, e);
	if (rc == RC_OK)
		rc = reset_not_self(a, user, e);
	if (rc == RC_OK)
		rc = store_user_by_id(c->store, user, &u, e);
	if (rc == RC_OK)
		rc = reset_store(c, a, &u, remove_factors, out, e);
	rc = tx_end(c, &tx, rc, e);
	if (rc == RC_DENIED)
		audit_refused(c, a, "reset", user, e);
	explicit_bzero(&u, sizeof(u));
	if (rc != RC_OK)
		explicit_bzero(out, sizeof(*out));
	return rc;
}

enum rc reset_user(struct core *c, const struct core_actor *a,
    const char *email, bool remove_factors, struct reset_new *out,
    struct err *e)
{
	char address[USER_EMAIL_MAX + 1];
	struct store_user u = {0};
	struct tx tx = TX_NONE;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = user_email(email, address, e);
	if (rc == RC_OK)
		rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_user_by_email(c->store, address, &u, e);
	if (rc == RC_NOT_FOUND)
		rc = reset_unknown(e);
	if (rc == RC_OK)
		rc = reset_not_self(a, u.id, e);
	if (rc == RC_OK)
		rc = reset_store(c, a, &u, remove_factors, out, e);
	rc = tx_end(c, &tx, rc, e);
	if (rc == RC_DENIED)
		audit_refused(c, a, "reset", address, e);
	explicit_bzero(&u, sizeof(u));
	if (rc != RC_OK)
		explicit_bzero(out, sizeof(*out));
	return rc;
}

static enum rc link_invalid(struct err *e)
{
	return err_set(e, RC_NOT_FOUND, "link-invalid",
	    "This link is unknown, used or expired; ask for a new one.");
}

static enum rc link_find(struct core *c, const struct core_actor *from,
    const char *token, struct store_reset *r, struct err *e)
{
	char peer[LIMIT_PEER_MAX];
	uint8_t hash[TOKEN_HASH];
	enum rc rc;

	limit_peer(from->from, peer);
	rc = limit_check(c, &peer_rule, peer, from->now_s, e);
	if (rc != RC_OK)
		return rc;
	token_hash(span_str(token), hash);
	rc = store_reset_find(c->store, hash, from->now_s, r, e);
	memcpy(r->hash, hash, sizeof(hash));
	if (rc != RC_NOT_FOUND)
		return rc;
	rc = limit_hit(c, &peer_rule, peer, from->now_s, NULL, e);
	return rc == RC_OK ? link_invalid(e) : rc;
}

enum rc reset_preview(struct core *c, const struct core_actor *from,
    const char *token, char email[USER_EMAIL_MAX + 1], struct err *e)
{
	struct store_reset r;
	enum rc rc = link_find(c, from, token, &r, e);

	email[0] = '\0';
	if (rc == RC_OK)
		(void)span_copy_str(span_str(r.email), email,
		    USER_EMAIL_MAX + 1);
	return rc;
}

/* In one transaction: used once, the password, what goes with it. */
static enum rc accept_store(struct core *c, const struct core_actor *who,
    const struct store_reset *r, const char *hash, struct err *e)
{
	const struct audit_entry entry = {.action = "reset-accept",
	    .target = r->email,
	    .detail = r->remove_factors ? "remove-factors" : NULL};
	struct tx tx = TX_NONE;
	int64_t n = 0;
	enum rc rc;

	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_reset_use(c->store, r->hash, who->now_s, &n, e);
	if (rc == RC_OK && n != 1)
		rc = link_invalid(e);
	if (rc == RC_OK)
		rc = store_user_set_password(c->store, r->user, hash, e);
	if (rc == RC_OK && r->remove_factors)
		rc = factor_drop(c, r->user, e);
	if (rc == RC_OK && r->remove_factors)
		rc = store_sso_identity_remove(c->store, r->user, e);
	if (rc == RC_OK)
		rc = store_session_end_others(c->store, r->user, "", e);
	/* Whoever had the old one may have made some. */
	if (rc == RC_OK)
		rc = store_reset_drop(c->store, r->user, e);
	if (rc == RC_OK)
		rc = audit_add(c, who, &entry, e);
	return tx_end(c, &tx, rc, e);
}

enum rc reset_accept(struct core *c, const struct core_actor *from,
    const char *token, struct span password, struct err *e)
{
	struct core_actor who = *from;
	char hash[PASSWORD_SIZE] = "";
	struct store_reset r;
	enum rc rc;

	rc = link_find(c, from, token, &r, e);
	if (rc == RC_OK)
		rc = password_check(password, r.email, e);
	if (rc == RC_OK)
		rc = password_hash(password, hash, e);
	if (rc == RC_OK) {
		(void)span_copy_str(span_str(r.user), who.id, sizeof(who.id));
		(void)span_copy_str(span_str(r.email), who.name,
		    sizeof(who.name));
		rc = accept_store(c, &who, &r, hash, e);
	}
	explicit_bzero(hash, sizeof(hash));
	return rc;
}
