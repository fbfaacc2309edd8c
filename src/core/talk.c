/* Who may talk to whom.
 * Must not let devices of two accounts. */
#include "core/talk.h"

#include <stdio.h>

#include "core/audit.h"
#include "core/batch.h"
#include "core/product.h"
#include "core/tx.h"

enum rc talk_get(struct core *c, const char *account, const char *product,
    char out[TALK_MAX][RAND_ID_SIZE], size_t *n, struct err *e)
{
	*n = TALK_MAX;
	return store_talk_list(c->store, account, product, out, n, e);
}

/* A rule counts on both sides, so the other one may have enough of them. */
static enum rc add(struct core *c, const char *account, const char *product,
    const char *peer, struct err *e)
{
	char had[TALK_MAX][RAND_ID_SIZE];
	size_t n = 0;
	enum rc rc = batch_check_refs(c, account, peer, NULL, e);

	if (rc == RC_OK)
		rc = talk_get(c, account, peer, had, &n, e);
	if (rc == RC_OK && n == TALK_MAX)
		return err_set(e, RC_INVALID, "too-many",
		    "A product talks to at most %d others.", TALK_MAX);
	return rc == RC_OK ? store_talk_add(c->store, account, product, peer, e)
			   : rc;
}

enum rc talk_set(struct core *c, const struct core_actor *a,
    const char *product, const char *const *peers, size_t n, struct err *e)
{
	char count[32];
	const struct audit_entry entry = {.action = "talk-change",
	    .scope_id = a->scope_id,
	    .target = product,
	    .detail = count};
	struct store_product p;
	struct tx tx = TX_NONE;
	size_t i;
	enum rc rc;

	if (n > TALK_MAX)
		return err_set(e, RC_INVALID, "too-many",
		    "A product talks to at most %d others.", TALK_MAX);
	(void)snprintf(count, sizeof(count), "%zu products", n);
	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = product_find(c, a->scope_id, product, &p, e);
	if (rc == RC_OK)
		rc = store_talk_clear(c->store, a->scope_id, product, e);
	for (i = 0; rc == RC_OK && i < n; i++)
		rc = add(c, a->scope_id, product, peers[i], e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	return tx_end(c, &tx, rc, e);
}
