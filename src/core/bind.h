/* Binding: a batch becomes an account's.  First bind wins, once, under any
 * race; its cost does not depend on the size of the batch; nothing tells about
 * other accounts, nor which Batch IDs exist.
 * No HTTP words, no SQL. */
#ifndef BIRTHMARK_CORE_BIND_H
#define BIRTHMARK_CORE_BIND_H

#include "core/core.h"
#include "pki/label.h"
#include "store/store_bind.h"

struct bind_request {
	struct span label;	/* whatever was scanned, or empty and then: */
	struct span bid, code;	/* as typed; code may be empty */
	const char *product_id; /* NULL: the account's default */
	const char *cloud_id;	/* NULL: the account's default */
	uint64_t hold_s;	/* before automatic provisioning starts */
};

/* Binds to the actor's account.  *already: it was bound to it before.
 * RC_DENIED "claim-refused" (wrong code, or no such batch) or
 * "claim-code-needed"; RC_CONFLICT "batch-bound-elsewhere" only to who showed
 * the right code or for an open batch; RC_LIMIT "claim-code-locked". */
MUST_CHECK enum rc bind_batch(struct core *c, const struct core_actor *a,
    const struct bind_request *r, struct store_bind *out, bool *already,
    struct err *e);
#define BIND_HOLD_MAX_S 300
#define BIND_UNDO_OPERATOR_S 900
/* RC_CONFLICT "batch-provisioned" when a cloud may know its devices that cannot
 * be told to forget them,
 * "batch-enrolled" while they have certificates of the account.  An operator
 * undoes what it bound itself, within BIND_UNDO_OPERATOR_S: else
 * RC_DENIED "unbind-too-late". */
MUST_CHECK enum rc bind_undo(struct core *c, const struct core_actor *a,
    const char *bid, struct err *e);

#endif
