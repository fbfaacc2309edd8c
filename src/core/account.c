/* Makes and changes accounts.
 * Must not take a cloud or product of another account for a default. */
#include <ctype.h>
#include <string.h>

#include "core/account.h"
#include "core/audit.h"
#include "core/tx.h"
#include "store/store_member.h"

static enum rc account_name(const char *name, struct store_account *x,
    struct err *e)
{
	const char *p;

	for (p = name; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			break;
	if (*p || !name[0] || strlen(name) > ACCOUNT_NAME_MAX)
		return err_set(e, RC_INVALID, "bad-name",
		    "The account needs a name of 1 to %d bytes without control "
		    "characters.",
		    ACCOUNT_NAME_MAX);
	(void)span_copy_str(span_str(name), x->name, sizeof(x->name));
	return RC_OK;
}

enum rc account_create(struct core *c, const struct core_actor *a,
    const char *name, struct store_account *out, struct err *e)
{
	struct store_member m = {.scope = "account",
	    .role = "administrator",
	    .since = a->now_s};
	struct audit_entry entry = {.action = "account-create"};
	struct tx tx = TX_NONE;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = account_name(name, out, e);
	if (rc != RC_OK)
		return rc;
	rand_id(out->id, sizeof(out->id), "acc");
	out->created_at = a->now_s;
	(void)span_copy_str(span_str(m.role), out->role, sizeof(out->role));
	(void)span_copy_str(span_str(a->id), m.user, sizeof(m.user));
	(void)span_copy_str(span_str(out->id), m.scope_id, sizeof(m.scope_id));
	entry.scope_id = entry.target = out->id;
	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_account_add(c->store, out, e);
	if (rc == RC_OK)
		rc = store_member_put(c->store, &m, e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	return tx_end(c, &tx, rc, e);
}

enum rc account_get(struct core *c, const char *id, struct store_account *out,
    struct err *e)
{
	enum rc rc = store_account_get(c->store, id, out, e);

	if (rc == RC_NOT_FOUND)
		return err_set(e, rc, "not-found",
		    "There is nothing here that you may see.");
	return rc;
}

enum rc account_each(struct core *c, const struct core_actor *a,
    const struct core_page *page, store_account_row *row, void *arg,
    struct err *e)
{
	const struct store_list list = {
	    .user = a->id,
	    .cursor = page->cursor,
	    .limit = page->limit,
	};

	return store_account_each(c->store, &list, row, arg, e);
}

static enum rc account_set_default(struct core *c, const char *account,
    const char *wish, char have[RAND_ID_SIZE],
    enum rc (
	*has)(struct store *, const char *, const char *, bool *, struct err *),
    struct err *e)
{
	bool own = false;
	enum rc rc;

	if (!wish)
		return RC_OK;
	if (wish[0]) {
		rc = has(c->store, account, wish, &own, e);
		if (rc != RC_OK)
			return rc;
		if (!own || !span_copy_str(span_str(wish), have, RAND_ID_SIZE))
			return err_set(e, RC_INVALID, "default-unknown",
			    "The account has no such cloud or product.");
		return RC_OK;
	}
	have[0] = '\0';
	return RC_OK;
}

/* Where devices are sent, as it stands: no path, no user, no query. */
static enum rc account_registrar(const char *url, struct store_account *x,
    struct err *e)
{
	struct span rest = span_str(url);
	size_t i;
	bool ok = rest.n == 0;

	if (span_starts(rest, SPAN_LIT("https://"))) {
		rest = span_sub(rest, 8, rest.n - 8);
		ok = rest.n > 0;
		for (i = 0; ok && i < rest.n; i++)
			ok = isalnum(rest.p[i]) ||
			    strchr(".-:[]", rest.p[i]) != NULL;
	}
	if (!ok ||
	    !span_copy_str(span_str(url), x->registrar_url,
		sizeof(x->registrar_url)))
		return err_set(e, RC_INVALID, "bad-registrar",
		    "registrar_url has to be https://HOST or "
		    "https://HOST:PORT, of at most %zu characters.",
		    sizeof(x->registrar_url) - 1);
	return RC_OK;
}

static enum rc account_apply(struct core *c, const struct account_change *ch,
    struct store_account *x, struct err *e)
{
	enum rc rc = RC_OK;

	if (ch->name)
		rc = account_name(ch->name, x, e);
	if (rc == RC_OK)
		rc = account_set_default(c, x->id, ch->default_cloud,
		    x->default_cloud, store_account_has_cloud, e);
	if (rc == RC_OK)
		rc = account_set_default(c, x->id, ch->default_product,
		    x->default_product, store_account_has_product, e);
	if (rc == RC_OK && ch->registrar_url)
		rc = account_registrar(ch->registrar_url, x, e);
	if (ch->set_auto)
		x->auto_provision = ch->auto_provision;
	return rc;
}

enum rc account_update(struct core *c, const struct core_actor *a,
    const struct account_change *change, struct store_account *out,
    struct err *e)
{
	const struct audit_entry entry = {.action = "account-update",
	    .scope_id = a->scope_id,
	    .target = a->scope_id};
	struct tx tx = TX_NONE;
	enum rc rc;

	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = account_get(c, a->scope_id, out, e);
	if (rc == RC_OK)
		rc = account_apply(c, change, out, e);
	if (rc == RC_OK)
		rc = store_account_put(c->store, out, e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	return tx_end(c, &tx, rc, e);
}
