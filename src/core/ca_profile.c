/* The profiles by which an account's authorities issue to its products.
 * Must not issue. */
#include <stdio.h>
#include <string.h>

#include "core/audit.h"
#include "core/ca.h"
#include "core/product.h"
#include "core/tx.h"

static enum rc check_ca(struct core *c, const struct core_actor *a,
    const char *id, struct err *e)
{
	struct store_ca ca;
	enum rc rc;

	store_ca_init(&ca);
	rc = store_ca_find(c->store, a->scope_id, id, a->now_s, &ca, e);
	if (rc == RC_NOT_FOUND || (rc == RC_OK && strcmp(ca.kind, "root") == 0))
		rc = err_set(e, RC_INVALID, "bad-ca",
		    "A profile names an issuing authority of this account.");
	else if (rc == RC_OK && ca.retired_at)
		rc = err_set(e, RC_INVALID, "ca-retired",
		    "The authority %s is retired.", ca.name);
	store_ca_clear(&ca);
	return rc;
}

enum rc ca_profile_put(struct core *c, const struct core_actor *a,
    const struct store_ca_profile *p, struct err *e)
{
	struct audit_entry entry = {.action = "profile-change",
	    .scope_id = a->scope_id,
	    .target = p->product_id};
	struct store_product product;
	struct profile parsed;
	struct tx tx = TX_NONE;
	enum rc rc = profile_parse(&parsed, buf_span(&p->text), e);

	if (rc != RC_OK)
		return rc;
	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = product_find(c, a->scope_id, p->product_id, &product, e);
	if (rc == RC_OK)
		rc = check_ca(c, a, p->ca_id, e);
	if (rc == RC_OK)
		rc = store_ca_profile_put(c->store, p, e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	return tx_end(c, &tx, rc, e);
}

enum rc ca_profile_find(struct core *c, const char *account,
    const char *product, struct store_ca_profile *out, struct err *e)
{
	enum rc rc = store_ca_profile_find(c->store, account, product, out, e);

	if (rc == RC_NOT_FOUND)
		rc = err_set(e, rc, "no-profile",
		    "Devices of this product get no certificates: it has no "
		    "profile.");
	return rc;
}

enum rc ca_profile_delete(struct core *c, const struct core_actor *a,
    const char *product, struct err *e)
{
	struct audit_entry entry = {.action = "profile-delete",
	    .scope_id = a->scope_id,
	    .target = product};
	struct tx tx = TX_NONE;
	enum rc rc = tx_begin(c, &tx, e);

	if (rc == RC_OK)
		rc = store_ca_profile_delete(c->store, a->scope_id, product, e);
	if (rc == RC_NOT_FOUND)
		rc = err_set(e, rc, "no-profile", "It has no profile.");
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	return tx_end(c, &tx, rc, e);
}
