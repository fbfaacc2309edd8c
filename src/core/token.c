/* Makes, finds and revokes API tokens.
 * Must not store one. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "core/audit.h"
#include "core/token.h"
#include "core/tx.h"
#include "pki/digest.h"

void token_make(const char *prefix, char out[TOKEN_SIZE])
{
	static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
	uint8_t bits[32];
	size_t i, n = strlen(prefix);

	rand_bytes(bits, sizeof(bits));
	memcpy(out, prefix, n);
	for (i = 0; i < sizeof(bits); i++)
		out[n + i] = digits[bits[i] & 31];
	out[n + i] = '\0';
	explicit_bzero(bits, sizeof(bits));
}

void token_hash(struct span token, uint8_t out[TOKEN_HASH])
{
	digest_sha256(token, out);
}

static enum rc token_wish_check(const struct core_actor *a,
    const struct token_wish *w, struct err *e)
{
	if (!w->name || !w->name[0] || strlen(w->name) > TOKEN_NAME_MAX)
		return err_set(e, RC_INVALID, "bad-name",
		    "The token needs a name of 1 to %d bytes.", TOKEN_NAME_MAX);
	if (!((unsigned int)w->role & core_scope_roles(a->scope)))
		return err_set(e, RC_INVALID, "bad-role",
		    "There is no such role here.");
	if (w->days < 1 || w->days > TOKEN_DAYS_MAX)
		return err_set(e, RC_INVALID, "bad-expiry",
		    "expires_in_days has to be from 1 to %d.", TOKEN_DAYS_MAX);
	return RC_OK;
}

enum rc token_create(struct core *c, const struct core_actor *a,
    const struct token_wish *w, struct token_new *out, struct err *e)
{
	struct store_token t = {.created_at = a->now_s};
	struct audit_entry entry = {.action = "token-create"};
	struct tx tx = TX_NONE;
	enum rc rc = token_wish_check(a, w, e);

	if (rc != RC_OK)
		return rc;
	memset(out, 0, sizeof(*out));
	rand_id(t.id, sizeof(t.id), "tok");
	token_make(TOKEN_PREFIX, out->token);
	token_hash(span_str(out->token), t.hash);
	t.expires_at = a->now_s + (int64_t)w->days * 86400;
	(void)span_copy_str(span_str(core_scope_name(a->scope)), t.scope,
	    sizeof(t.scope));
	(void)span_copy_str(span_str(a->scope_id), t.scope_id,
	    sizeof(t.scope_id));
	(void)span_copy_str(span_str(w->name), t.name, sizeof(t.name));
	(void)span_copy_str(span_str(core_role_name(w->role)), t.role,
	    sizeof(t.role));
	(void)span_copy_str(span_str(a->name), t.created_by,
	    sizeof(t.created_by));
	entry.scope_id = a->scope_id;
	entry.target = t.id;
	entry.detail = t.role;
	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_token_add(c->store, &t, e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	rc = tx_end(c, &tx, rc, e);
	if (rc != RC_OK) {
		explicit_bzero(out, sizeof(*out));
		return rc;
	}
	(void)span_copy_str(span_str(t.id), out->id, sizeof(out->id));
	out->expires_at = t.expires_at;
	return RC_OK;
}

enum rc token_each(struct core *c, const struct core_actor *a,
    const struct core_page *page, store_token_row *row, void *arg,
    struct err *e)
{
	const struct store_list list = {
	    .scope = core_scope_name(a->scope),
	    .scope_id = a->scope_id,
	    .cursor = page->cursor,
	    .limit = page->limit,
	};

	return store_token_each(c->store, &list, row, arg, e);
}

enum rc token_revoke(struct core *c, const struct core_actor *a, const char *id,
    struct err *e)
{
	const struct store_list list = {
	    .scope = core_scope_name(a->scope),
	    .scope_id = a->scope_id,
	    .now_s = a->now_s,
	};
	const struct audit_entry entry = {.action = "token-revoke",
	    .scope_id = a->scope_id,
	    .target = id};
	struct tx tx = TX_NONE;
	int64_t n = 0;
	enum rc rc;

	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_token_revoke(c->store, &list, id, &n, e);
	if (rc == RC_OK && n == 0)
		rc = err_set(e, RC_NOT_FOUND, "not-found",
		    "There is no such token that is not revoked already.");
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	return tx_end(c, &tx, rc, e);
}

static enum core_scope scope_of(const char *name)
{
	if (!strcmp(name, "account"))
		return CORE_SCOPE_ACCOUNT;
	if (!strcmp(name, "vendor"))
		return CORE_SCOPE_VENDOR;
	return CORE_SCOPE_NONE;
}

enum rc token_find(struct core *c, struct span token, struct core_actor *a,
    struct err *e)
{
	struct store_token t;
	uint8_t hash[TOKEN_HASH];
	struct err ignored;
	enum rc rc;

	token_hash(token, hash);
	rc = store_token_find(c->store, hash, &t, e);
	if (rc == RC_NOT_FOUND ||
	    (rc == RC_OK && (t.revoked_at || t.expires_at <= a->now_s)))
		return err_set(e, RC_UNAUTHENTICATED, "token-unknown",
		    "This API token is unknown, expired or revoked.");
	if (rc != RC_OK)
		return rc;
	/* To the minute is enough; a busy store must not end a request. */
	if (t.last_used_at + 60 <= a->now_s &&
	    store_token_used(c->store, t.id, a->now_s, &ignored) != RC_OK)
		log_err(LOG_WARN, "token not touched", &ignored);
	a->is_token = true;
	a->scope = scope_of(t.scope);
	a->role = core_role_of(span_str(t.role));
	(void)span_copy_str(span_str(t.id), a->id, sizeof(a->id));
	(void)span_copy_str(span_str(t.name), a->name, sizeof(a->name));
	(void)span_copy_str(span_str(t.scope_id), a->scope_id,
	    sizeof(a->scope_id));
	return RC_OK;
}
