/* Products of an account.
 * Must not touch bindings. */
#include "core/product.h"

#include <stdio.h>
#include <string.h>

#include "core/audit.h"
#include "core/tx.h"

static enum rc check_name(const char *name, struct err *e)
{
	struct store_product p;
	size_t i, n = strlen(name);

	for (i = 0; i < n && (unsigned char)name[i] >= ' '; i++)
		;
	if (n == 0 || n >= sizeof(p.name) || i < n)
		return err_set(e, RC_INVALID, "bad-name",
		    "A product's name is 1 to %zu bytes without control "
		    "characters.",
		    sizeof(p.name) - 1);
	return RC_OK;
}

static enum rc exists(enum rc rc, const char *name, struct err *e)
{
	if (rc != RC_CONFLICT)
		return rc;
	return err_set(e, RC_CONFLICT, "product-exists",
	    "The account has a product named %s already.", name);
}

static enum rc missing(enum rc rc, struct err *e)
{
	if (rc != RC_NOT_FOUND)
		return rc;
	return err_set(e, rc, "not-found", "There is no such product.");
}

enum rc product_add(struct core *c, const struct core_actor *a,
    const char *name, struct store_product *out, struct err *e)
{
	struct audit_entry entry = {.action = "product-add",
	    .scope_id = a->scope_id,
	    .detail = name};
	struct tx tx = TX_NONE;
	enum rc rc;

	rc = check_name(name, e);
	if (rc == RC_OK)
		rc = tx_begin(c, &tx, e);
	if (rc != RC_OK)
		return rc;
	memset(out, 0, sizeof(*out));
	rand_id(out->id, sizeof(out->id), "prd");
	(void)snprintf(out->account_id, sizeof(out->account_id), "%s",
	    a->scope_id);
	(void)snprintf(out->name, sizeof(out->name), "%s", name);
	out->created_at = a->now_s;
	entry.target = out->id;
	rc = exists(store_product_add(c->store, out, e), name, e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	return tx_end(c, &tx, rc, e);
}

enum rc product_find(struct core *c, const char *account_id, const char *id,
    struct store_product *out, struct err *e)
{
	return missing(store_product_find(c->store, account_id, id, out, e), e);
}

enum rc product_rename(struct core *c, const struct core_actor *a,
    const char *id, const char *name, struct store_product *out, struct err *e)
{
	struct audit_entry entry = {.action = "product-change",
	    .scope_id = a->scope_id,
	    .target = id,
	    .detail = name};
	struct tx tx = TX_NONE;
	enum rc rc;

	rc = check_name(name, e);
	if (rc == RC_OK)
		rc = tx_begin(c, &tx, e);
	if (rc != RC_OK)
		return rc;
	rc = store_product_rename(c->store, a->scope_id, id, name, e);
	rc = missing(exists(rc, name, e), e);
	if (rc == RC_OK)
		rc = product_find(c, a->scope_id, id, out, e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	return tx_end(c, &tx, rc, e);
}

enum rc product_delete(struct core *c, const struct core_actor *a,
    const char *id, struct err *e)
{
	struct audit_entry entry = {.action = "product-delete",
	    .scope_id = a->scope_id,
	    .target = id};
	struct tx tx = TX_NONE;
	enum rc rc;

	rc = tx_begin(c, &tx, e);
	if (rc != RC_OK)
		return rc;
	rc = missing(store_product_delete(c->store, a->scope_id, id, e), e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	return tx_end(c, &tx, rc, e);
}

enum rc product_list(struct core *c, const char *account_id, const char *after,
    struct store_product *out, size_t *n, struct err *e)
{
	return store_product_list(c->store, account_id, after, out, n, e);
}
