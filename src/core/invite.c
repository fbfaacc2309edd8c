/* Makes and accepts invitations.
 * Must not give a role to any address but the invited one. */
#include <stdio.h>
#include <string.h>

#include "core/audit.h"
#include "core/invite.h"
#include "core/limit.h"
#include "core/password.h"
#include "core/token.h"
#include "core/tx.h"
#include "store/store_reset.h"
#include "store/store_user.h"

static const struct limit_rule invite_rule = {
    .name = "invitation",
    .free = 5,
    .first_s = 5,
    .max_s = 900,
    .forget_s = 3600,
    .slug = "invitation-locked",
};

/* Over all invitations of one address: who may invite could try its password
 * with one after another. */
static const struct limit_rule email_rule = {
    .name = "invitation-email",
    .free = 10,
    .first_s = 5,
    .max_s = 60,
    .forget_s = 3600,
    .slug = "invitation-locked",
};

static const struct limit_rule peer_rule = {
    .name = "invitation-peer",
    .free = 10,
    .first_s = 5,
    .max_s = 900,
    .forget_s = 3600,
    .slug = "invitation-locked",
};

static enum rc invite_check(struct core *c, const struct core_actor *a,
    const struct invite_wish *w, struct err *e)
{
	enum core_role own = CORE_ROLE_NONE;
	bool exists = false;
	enum rc rc;

	if (w->role == CORE_ROLE_NONE || w->role == CORE_GATE ||
	    !((unsigned int)w->role & core_scope_roles(w->scope)))
		return err_set(e, RC_INVALID, "bad-role",
		    "There is no such role for users here.");
	if (w->scope == CORE_SCOPE_SERVICE)
		return RC_OK;
	rc = store_invite_scope_exists(c->store, core_scope_name(w->scope),
	    w->scope_id, &exists, e);
	if (rc == RC_OK && exists && w->scope == CORE_SCOPE_ACCOUNT &&
	    a->scope == CORE_SCOPE_SERVICE) {
		rc = user_role(c, a->id, w->scope, w->scope_id, &own, e);
		exists = own == CORE_ADMINISTRATOR;
	}
	if (rc == RC_OK && !exists)
		rc = err_set(e, RC_NOT_FOUND, "not-found",
		    "There is no such account or vendor that you administer.");
	return rc;
}

enum rc invite_create(struct core *c, const struct core_actor *a,
    const struct invite_wish *w, struct invite_new *out, struct err *e)
{
	struct store_invite i = {.created_at = a->now_s,
	    .expires_at = a->now_s + INVITE_DAYS * 86400};
	struct audit_entry entry = {.action = "invite"};
	struct tx tx = TX_NONE;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = user_email(w->email, i.email, e);
	if (rc == RC_OK)
		rc = invite_check(c, a, w, e);
	if (rc != RC_OK)
		return rc;
	rand_id(i.id, sizeof(i.id), "inv");
	token_make(INVITE_PREFIX, out->token);
	token_hash(span_str(out->token), i.hash);
	(void)span_copy_str(span_str(core_scope_name(w->scope)), i.scope,
	    sizeof(i.scope));
	(void)span_copy_str(span_str(w->scope_id), i.scope_id,
	    sizeof(i.scope_id));
	(void)span_copy_str(span_str(core_role_name(w->role)), i.role,
	    sizeof(i.role));
	(void)span_copy_str(span_str(a->name), i.created_by,
	    sizeof(i.created_by));
	entry.scope_id = i.scope_id;
	entry.target = i.email;
	entry.detail = i.role;
	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_invite_add(c->store, &i, e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	rc = tx_end(c, &tx, rc, e);
	if (rc != RC_OK) {
		explicit_bzero(out, sizeof(*out));
		return rc;
	}
	(void)span_copy_str(span_str(i.id), out->id, sizeof(out->id));
	out->expires_at = i.expires_at;
	return RC_OK;
}

enum rc invite_each(struct core *c, const struct core_actor *a,
    const struct core_page *page, store_invite_row *row, void *arg,
    struct err *e)
{
	const struct store_list list = {
	    .scope = core_scope_name(a->scope),
	    .scope_id = a->scope_id,
	    .cursor = page->cursor,
	    .limit = page->limit,
	    .now_s = a->now_s,
	};

	return store_invite_each(c->store, &list, row, arg, e);
}

enum rc invite_remove(struct core *c, const struct core_actor *a,
    const char *id, struct err *e)
{
	const struct store_list list = {
	    .scope = core_scope_name(a->scope),
	    .scope_id = a->scope_id,
	};
	const struct audit_entry entry = {.action = "invite-remove",
	    .scope_id = a->scope_id,
	    .target = id};
	struct tx tx = TX_NONE;
	int64_t n = 0;
	enum rc rc;

	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_invite_remove(c->store, &list, id, &n, e);
	if (rc == RC_OK && n == 0)
		rc = err_set(e, RC_NOT_FOUND, "not-found",
		    "There is no such open invitation.");
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	return tx_end(c, &tx, rc, e);
}

static enum rc invite_unknown(struct err *e)
{
	return err_set(e, RC_NOT_FOUND, "invitation-unknown",
	    "This invitation is unknown, used or expired; ask for a new one.");
}

/* Of a new user. */
static void invite_name(const struct store_invite *i, const char *name,
    struct store_user *u)
{
	rand_id(u->id, sizeof(u->id), "usr");
	(void)span_copy_str(span_str(i->email), u->email, sizeof(u->email));
	if (!span_copy_str(span_str(name), u->name, sizeof(u->name)) ||
	    !u->name[0])
		(void)snprintf(u->name, sizeof(u->name), "%.*s",
		    (int)strcspn(i->email, "@"), i->email);
}

static enum rc preview_find(struct core *c, const struct core_actor *from,
    const char *token, struct store_invite *i, struct err *e)
{
	char peer[LIMIT_PEER_MAX];
	uint8_t hash[TOKEN_HASH];
	enum rc rc;

	limit_peer(from->from, peer);
	rc = limit_check(c, &peer_rule, peer, from->now_s, e);
	if (rc != RC_OK)
		return rc;
	token_hash(span_str(token), hash);
	rc = store_invite_find(c->store, hash, from->now_s, i, e);
	if (rc != RC_NOT_FOUND)
		return rc;
	rc = limit_hit(c, &peer_rule, peer, from->now_s, NULL, e);
	return rc == RC_OK ? invite_unknown(e) : rc;
}

enum rc invite_preview(struct core *c, const struct core_actor *from,
    const char *token, struct invite_preview *out, struct err *e)
{
	struct store_invite i;
	struct store_user u;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = preview_find(c, from, token, &i, e);
	if (rc == RC_OK)
		rc = store_invite_scope_name(c->store, i.scope, i.scope_id,
		    out->name, e);
	if (rc != RC_OK)
		return rc;
	(void)span_copy_str(span_str(i.email), out->email, sizeof(out->email));
	(void)span_copy_str(span_str(i.scope), out->scope, sizeof(out->scope));
	(void)span_copy_str(span_str(i.role), out->role, sizeof(out->role));
	rc = store_user_by_email(c->store, i.email, &u, e);
	out->known = rc == RC_OK;
	explicit_bzero(&u, sizeof(u));
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* A user that is there, with the right password, or a new one (is_new). */
static enum rc invite_user(struct core *c, const struct store_invite *i,
    const struct invite_answer *answer, struct store_user *u, bool *is_new,
    struct err *e)
{
	enum rc rc = store_user_by_email(c->store, i->email, u, e);

	*is_new = rc == RC_NOT_FOUND;
	if (rc == RC_OK && !password_verify(u->password, answer->password))
		return err_set(e, RC_UNAUTHENTICATED, "password-wrong",
		    "You have a user already; give its password.");
	if (rc != RC_NOT_FOUND)
		return rc;
	rc = password_check(answer->password, i->email, e);
	if (rc == RC_OK)
		rc = password_hash(answer->password, u->password, e);
	if (rc != RC_OK)
		return rc;
	invite_name(i, answer->name, u);
	return RC_OK;
}

/* In one transaction: used once, user, role, record. */
static enum rc invite_store(struct core *c, const struct core_actor *who,
    const struct store_invite *i, const struct store_user *u, bool is_new,
    struct err *e)
{
	const struct audit_entry entry = {.action = "invite-accept",
	    .scope_id = i->scope_id,
	    .target = i->id,
	    .detail = i->role};
	struct store_member m = {.since = who->now_s};
	struct tx tx = TX_NONE;
	char role[32];
	int64_t n = 0;
	enum rc rc;

	(void)span_copy_str(span_str(u->id), m.user, sizeof(m.user));
	(void)span_copy_str(span_str(i->scope), m.scope, sizeof(m.scope));
	(void)span_copy_str(span_str(i->scope_id), m.scope_id,
	    sizeof(m.scope_id));
	(void)span_copy_str(span_str(i->role), m.role, sizeof(m.role));
	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_invite_use(c->store, i->id, who->now_s, &n, e);
	if (rc == RC_OK && n != 1)
		rc = invite_unknown(e);
	if (rc == RC_OK && is_new)
		rc = store_user_add(c->store, u, e);
	if (rc == RC_OK)
		rc = store_member_role(c->store, m.user, m.scope, m.scope_id,
		    role, e);
	if (rc == RC_OK)
		rc = err_set(e, RC_CONFLICT, "already-member",
		    "You have a role there already; an administrator can "
		    "change it.");
	else if (rc == RC_NOT_FOUND && n == 1)
		rc = store_member_put(c->store, &m, e);
	/* Who made a link may not administer him any more. */
	if (rc == RC_OK)
		rc = store_reset_drop(c->store, m.user, e);
	if (rc == RC_OK)
		rc = audit_add(c, who, &entry, e);
	return tx_end(c, &tx, rc, e);
}

static enum rc invite_limits(struct core *c, const struct store_invite *i,
    int64_t now_s, struct err *e)
{
	enum rc rc = limit_check(c, &invite_rule, i->id, now_s, e);

	return rc == RC_OK ? limit_check(c, &email_rule, i->email, now_s, e)
			   : rc;
}

/* A wrong password counts, and is recorded. */
static enum rc invite_refuse(struct core *c, const struct core_actor *from,
    const struct store_invite *i, struct err *e)
{
	struct err fault = {0};
	enum rc rc;

	rc = limit_hit(c, &invite_rule, i->id, from->now_s, NULL, &fault);
	if (rc == RC_OK)
		rc = limit_hit(c, &email_rule, i->email, from->now_s, NULL,
		    &fault);
	if (rc != RC_OK) {
		if (e)
			*e = fault;
		return rc;
	}
	audit_refused(c, from, "invite-accept", i->id, e);
	return RC_UNAUTHENTICATED;
}

static void invite_fill(const struct store_invite *i,
    const struct store_user *u, struct invite_accepted *out)
{
	(void)span_copy_str(span_str(u->id), out->user.id,
	    sizeof(out->user.id));
	(void)span_copy_str(span_str(u->email), out->user.email,
	    sizeof(out->user.email));
	(void)span_copy_str(span_str(u->name), out->user.name,
	    sizeof(out->user.name));
	(void)span_copy_str(span_str(i->scope), out->scope, sizeof(out->scope));
	(void)span_copy_str(span_str(i->scope_id), out->scope_id,
	    sizeof(out->scope_id));
	(void)span_copy_str(span_str(i->role), out->role, sizeof(out->role));
}

enum rc invite_accept(struct core *c, const struct core_actor *from,
    const struct invite_answer *answer, struct invite_accepted *out,
    struct err *e)
{
	struct core_actor who = *from;
	struct store_invite i;
	struct store_user u = {.created_at = from->now_s};
	uint8_t hash[TOKEN_HASH];
	bool is_new = false;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	token_hash(span_str(answer->token), hash);
	rc = store_invite_find(c->store, hash, from->now_s, &i, e);
	if (rc == RC_NOT_FOUND)
		return invite_unknown(e);
	if (rc == RC_OK)
		rc = invite_limits(c, &i, from->now_s, e);
	if (rc == RC_OK)
		rc = invite_user(c, &i, answer, &u, &is_new, e);
	if (rc == RC_OK) {
		(void)span_copy_str(span_str(u.id), who.id, sizeof(who.id));
		(void)span_copy_str(span_str(u.email), who.name,
		    sizeof(who.name));
		rc = invite_store(c, &who, &i, &u, is_new, e);
	} else if (rc == RC_UNAUTHENTICATED) {
		rc = invite_refuse(c, from, &i, e);
	}
	if (rc == RC_OK)
		invite_fill(&i, &u, out);
	explicit_bzero(&u, sizeof(u));
	return rc;
}

enum rc invite_accept_proven(struct core *c, const struct core_actor *from,
    const struct invite_proof *p, struct invite_accepted *out, struct err *e)
{
	const bool is_new = !p->user[0];
	struct core_actor who = *from;
	struct store_user u = {.created_at = from->now_s};
	struct store_invite i;
	uint8_t hash[TOKEN_HASH];
	char role[32];
	enum rc rc;

	memset(out, 0, sizeof(*out));
	token_hash(span_str(p->token), hash);
	rc = store_invite_find(c->store, hash, from->now_s, &i, e);
	if (rc == RC_NOT_FOUND)
		return invite_unknown(e);
	if (rc == RC_OK && strcmp(i.email, p->email) != 0)
		rc = err_set(e, RC_DENIED, "invitation-other-address",
		    "The invitation is for another e-mail address than you "
		    "have signed in with.");
	if (rc != RC_OK)
		return rc;
	if (is_new)
		invite_name(&i, p->name, &u);
	else
		rc = store_user_by_id(c->store, p->user, &u, e);
	(void)span_copy_str(span_str(u.id), who.id, sizeof(who.id));
	(void)span_copy_str(span_str(u.email), who.name, sizeof(who.name));
	if (rc == RC_OK)
		rc = store_member_role(c->store, u.id, i.scope, i.scope_id,
		    role, e);
	if (rc == RC_NOT_FOUND)
		rc = invite_store(c, &who, &i, &u, is_new, e);
	if (rc == RC_OK)
		invite_fill(&i, &u, out);
	explicit_bzero(&u, sizeof(u));
	return rc;
}
