/* Transactions that join an open one.
 * Must not know what is done in them. */
#include "core/tx.h"

enum rc tx_begin(struct core *c, struct tx *tx, struct err *e)
{
	enum rc rc = RC_OK;

	tx->owner = !store_in_tx(c->store);
	if (tx->owner)
		rc = store_begin(c->store, e);
	tx->open = rc == RC_OK;
	return rc;
}

static enum rc commit(struct core *c, struct tx *tx, struct err *e)
{
	enum rc rc = RC_OK;

	if (!tx->open || !store_in_tx(c->store))
		return err_set(e, RC_BUG, "no-transaction",
		    "The transaction was undone before its end.");
	if (tx->owner)
		rc = store_commit(c->store, e);
	if (rc == RC_OK)
		tx->open = false;
	return rc;
}

void tx_rollback(struct core *c, struct tx *tx)
{
	if (tx->open)
		store_rollback(c->store);
	tx->open = false;
}

enum rc tx_end(struct core *c, struct tx *tx, enum rc rc, struct err *e)
{
	if (rc == RC_OK)
		rc = commit(c, tx, e);
	if (rc != RC_OK)
		tx_rollback(c, tx);
	return rc;
}
