/* Transactions that nest by joining: an operation of core begins and commits
 * its own, and when one is open already (the frame opens one for a request
 * with an Idempotency-Key) it becomes part of that one.
 * Must not hold one open over a slow call (network, password hash). */
#ifndef BIRTHMARK_CORE_TX_H
#define BIRTHMARK_CORE_TX_H

#include "core/core.h"

struct tx {
	bool owner; /* this one began it, so this one commits it */
	bool open;
};

#define TX_NONE ((struct tx){false, false})

/* Use:	struct tx tx = TX_NONE;
 *	rc = tx_begin(c, &tx, e); if (rc != RC_OK) goto out;
 *	...
 *	out:	return tx_end(c, &tx, rc, e); */
MUST_CHECK enum rc tx_begin(struct core *c, struct tx *tx, struct err *e);
/* Undoes everything, the outer one's part too (whose commit then fails), so
 * that what is recorded after it (audit_refused, limit_hit) stands on its own.
 * No-op when tx was never begun or is committed. */
void tx_rollback(struct core *c, struct tx *tx);
/* Commits when rc is RC_OK, which for one that joined leaves it to the outer
 * one; rolls back when rc is not, or when the commit fails. */
MUST_CHECK enum rc tx_end(struct core *c, struct tx *tx, enum rc rc,
    struct err *e);

#endif
