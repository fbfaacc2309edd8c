/* Users, their passwords and their roles.
 * Must not let an account or a vendor lose its last administrator. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "core/audit.h"
#include "core/limit.h"
#include "core/password.h"
#include "core/tx.h"
#include "core/user.h"
#include "store/store_factor.h"
#include "store/store_reset.h"
#include "store/store_session.h"
#include "store/store_user.h"

static const struct limit_rule password_rule = {
    .name = "password-change",
    .free = 5,
    .first_s = 5,
    .max_s = 900,
    .forget_s = 3600,
    .slug = "login-locked",
};

/* Something, an @, a domain; no spaces or control characters. */
enum rc user_email(const char *text, char out[USER_EMAIL_MAX + 1],
    struct err *e)
{
	size_t n = text ? strlen(text) : 0, at = 0, ats = 0, i;
	unsigned char ch;

	out[0] = '\0';
	for (i = 0; i < n; i++) {
		ch = (unsigned char)text[i];
		if (ch == '@') {
			at = i;
			ats++;
		} else if (ch <= 0x20 || ch >= 0x7f || strchr("<>\"\\,;", ch)) {
			ats = 2;
		}
	}
	if (n > USER_EMAIL_MAX || ats != 1 || at == 0 || at + 1 >= n)
		return err_set(e, RC_INVALID, "bad-email",
		    "This is not an e-mail address.");
	for (i = 0; i < n; i++)
		out[i] = (char)tolower((unsigned char)text[i]);
	out[n] = '\0';
	return RC_OK;
}

enum rc user_get(struct core *c, const char *id, struct user *out,
    struct err *e)
{
	struct store_user u;
	enum rc rc = store_user_by_id(c->store, id, &u, e);

	memset(out, 0, sizeof(*out));
	if (rc == RC_NOT_FOUND)
		return err_set(e, rc, "not-found", "There is no such user.");
	if (rc == RC_OK) {
		(void)span_copy_str(span_str(u.id), out->id, sizeof(out->id));
		(void)span_copy_str(span_str(u.email), out->email,
		    sizeof(out->email));
		(void)span_copy_str(span_str(u.name), out->name,
		    sizeof(out->name));
	}
	explicit_bzero(&u, sizeof(u));
	return rc;
}

enum rc user_role(struct core *c, const char *user, enum core_scope scope,
    const char *id, enum core_role *out, struct err *e)
{
	char role[32];
	enum rc rc;

	*out = CORE_ROLE_NONE;
	rc = store_member_role(c->store, user, core_scope_name(scope), id, role,
	    e);
	if (rc == RC_NOT_FOUND)
		return RC_OK;
	if (rc == RC_OK)
		*out = core_role_of(span_str(role));
	return rc;
}

enum rc user_factors(struct core *c, const char *user, struct user_factors *out,
    struct err *e)
{
	struct store_factor_count n;
	struct store_user u;
	enum rc rc = store_user_by_id(c->store, user, &u, e);

	memset(out, 0, sizeof(*out));
	if (rc == RC_NOT_FOUND)
		return err_set(e, rc, "not-found", "There is no such user.");
	if (rc == RC_OK)
		rc = store_factor_count(c->store, user, &n, e);
	if (rc == RC_OK) {
		out->has_password = u.password[0] != '\0';
		out->totp = n.totp;
		out->passkeys = n.passkeys;
		out->recovery_codes = n.recovery_codes;
	}
	explicit_bzero(&u, sizeof(u));
	return rc;
}

static enum rc user_refuse_password(struct core *c, const struct core_actor *a,
    const char *action, struct err *e)
{
	enum rc rc;

	rc = limit_hit(c, &password_rule, a->id, a->now_s, NULL, e);
	if (rc != RC_OK)
		return rc;
	rc = err_set(e, RC_DENIED, "password-wrong",
	    "The password is not right.");
	audit_refused(c, a, action, a->name, e);
	return rc;
}

enum rc user_prove(struct core *c, const struct core_actor *a,
    struct span password, const char *action, struct err *e)
{
	struct store_user u = {0};
	enum rc rc;

	rc = limit_check(c, &password_rule, a->id, a->now_s, e);
	if (rc == RC_OK)
		rc = store_user_by_id(c->store, a->id, &u, e);
	if (rc == RC_OK && !u.password[0])
		rc = err_set(e, RC_CONFLICT, "no-password",
		    "You have no password here; you sign in at your "
		    "provider.");
	else if (rc == RC_OK && !password_verify(u.password, password))
		rc = user_refuse_password(c, a, action, e);
	else if (rc == RC_OK)
		rc = limit_clear(c, &password_rule, a->id, e);
	explicit_bzero(&u, sizeof(u));
	return rc;
}

enum rc user_rename(struct core *c, const struct core_actor *a,
    const char *name, struct err *e)
{
	const struct audit_entry entry = {.action = "user-rename",
	    .target = a->name};
	struct tx tx = TX_NONE;
	const char *p;
	enum rc rc;

	for (p = name; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			break;
	if (*p || !name[0] || strlen(name) > USER_NAME_MAX)
		return err_set(e, RC_INVALID, "bad-name",
		    "A name has 1 to %d bytes without control characters.",
		    USER_NAME_MAX);
	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_user_set_name(c->store, a->id, name, e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	return tx_end(c, &tx, rc, e);
}

enum rc user_set_password(struct core *c, const struct core_actor *a,
    struct span old, struct span password, struct err *e)
{
	const struct audit_entry entry = {.action = "password-change",
	    .target = a->name};
	struct tx tx = TX_NONE;
	char hash[PASSWORD_SIZE] = "";
	enum rc rc;

	rc = user_prove(c, a, old, "password-change", e);
	if (rc == RC_OK)
		rc = password_check(password, a->name, e);
	if (rc == RC_OK)
		rc = password_hash(password, hash, e);
	if (rc == RC_OK)
		rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_user_set_password(c->store, a->id, hash, e);
	if (rc == RC_OK)
		rc = store_session_end_others(c->store, a->id, a->session, e);
	/* Whoever had the old one may have made some. */
	if (rc == RC_OK)
		rc = store_reset_drop(c->store, a->id, e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	rc = tx_end(c, &tx, rc, e);
	explicit_bzero(hash, sizeof(hash));
	return rc;
}

enum rc user_memberships(struct core *c, const char *user,
    store_member_row *row, void *arg, struct err *e)
{
	return store_member_of(c->store, user, row, arg, e);
}

enum rc user_members(struct core *c, const struct core_actor *a,
    const struct core_page *page, store_member_row *row, void *arg,
    struct err *e)
{
	const struct store_list list = {
	    .scope = core_scope_name(a->scope),
	    .scope_id = a->scope_id,
	    .cursor = page->cursor,
	    .limit = page->limit,
	};

	return store_member_each(c->store, &list, row, arg, e);
}

static const char *admin_of(enum core_scope scope)
{
	return core_role_name(scope == CORE_SCOPE_VENDOR
		? CORE_VENDOR_ADMINISTRATOR
		: CORE_ADMINISTRATOR);
}

/* Inside a transaction: m is a member, and there is an administrator besides
 * if he is one and will be none. */
static enum rc user_may_change(struct core *c, const struct core_actor *a,
    const struct store_member *m, struct err *e)
{
	char role[32];
	uint64_t n;
	enum rc rc;

	rc = store_member_role(c->store, m->user, m->scope, m->scope_id, role,
	    e);
	if (rc == RC_NOT_FOUND)
		return err_set(e, rc, "not-found", "There is no such member.");
	if (rc != RC_OK || strcmp(role, admin_of(a->scope)) != 0 ||
	    strcmp(m->role, role) == 0)
		return rc;
	rc = store_member_count(c->store, m->scope, m->scope_id, role, &n, e);
	if (rc == RC_OK && n <= 1)
		rc = err_set(e, RC_CONFLICT, "last-administrator",
		    "This is the last administrator; make another one first.");
	return rc;
}

static void user_member(const struct core_actor *a, const char *user,
    struct store_member *m)
{
	memset(m, 0, sizeof(*m));
	(void)span_copy_str(span_str(user), m->user, sizeof(m->user));
	(void)span_copy_str(span_str(core_scope_name(a->scope)), m->scope,
	    sizeof(m->scope));
	(void)span_copy_str(span_str(a->scope_id), m->scope_id,
	    sizeof(m->scope_id));
	m->since = a->now_s;
}

/* Changes or (role CORE_ROLE_NONE) removes a member. */
static enum rc user_change(struct core *c, const struct core_actor *a,
    const char *user, enum core_role role, struct err *e)
{
	const bool remove = role == CORE_ROLE_NONE;
	const char *name = core_role_name(role);
	const struct audit_entry entry = {
	    .action = remove ? "member-remove" : "member-role",
	    .scope_id = a->scope_id,
	    .target = user,
	    .detail = remove ? NULL : name,
	};
	struct store_member m;
	struct tx tx = TX_NONE;
	enum rc rc;

	user_member(a, user, &m);
	(void)span_copy_str(span_str(name), m.role, sizeof(m.role));
	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = user_may_change(c, a, &m, e);
	if (rc == RC_OK && remove)
		rc = store_member_remove(c->store, &m, e);
	else if (rc == RC_OK)
		rc = store_member_put(c->store, &m, e);
	/* A link says what was allowed before. */
	if (rc == RC_OK)
		rc = store_reset_drop(c->store, user, e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	rc = tx_end(c, &tx, rc, e);
	if (rc == RC_CONFLICT && e)
		audit_refused(c, a, entry.action, user, e);
	return rc;
}

enum rc user_set_role(struct core *c, const struct core_actor *a,
    const char *user, enum core_role role, struct err *e)
{
	if (role == CORE_ROLE_NONE || role == CORE_GATE ||
	    !((unsigned int)role & core_scope_roles(a->scope)))
		return err_set(e, RC_INVALID, "bad-role",
		    "There is no such role for users here.");
	return user_change(c, a, user, role, e);
}

enum rc user_remove(struct core *c, const struct core_actor *a,
    const char *user, struct err *e)
{
	return user_change(c, a, user, CORE_ROLE_NONE, e);
}

enum rc user_bootstrap(struct core *c, const char *email, struct span password,
    struct err *e)
{
	struct core_actor a = {.name = "bootstrap", .from = "local"};
	const struct audit_entry entry = {.action = "bootstrap",
	    .target = email,
	    .detail = "service"};
	struct store_member m = {.scope = "service", .role = "service"};
	struct store_user u = {0};
	struct tx tx = TX_NONE;
	enum rc rc;

	a.now_s = u.created_at = m.since = clock_now_s();
	rand_id(u.id, sizeof(u.id), "usr");
	(void)span_copy_str(span_str(u.id), m.user, sizeof(m.user));
	rc = user_email(email, u.email, e);
	if (rc == RC_OK)
		rc = password_check(password, u.email, e);
	if (rc == RC_OK)
		rc = password_hash(password, u.password, e);
	if (rc == RC_OK)
		rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_user_add(c->store, &u, e);
	if (rc == RC_CONFLICT)
		rc = err_set(e, RC_CONFLICT, "user-exists",
		    "There is a user with this e-mail address already.");
	if (rc == RC_OK)
		rc = store_member_put(c->store, &m, e);
	if (rc == RC_OK)
		rc = audit_add(c, &a, &entry, e);
	rc = tx_end(c, &tx, rc, e);
	explicit_bzero(&u, sizeof(u));
	return rc;
}
