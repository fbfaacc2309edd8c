/* Idempotency keys: the answer to a write is kept for a day, in the same
 * transaction as its effect, and given again when the write is repeated.
 * An answer may hold a secret that is shown once (a token), so it is stored
 * encrypted under the caller's own credential, which the store has not. */
#ifndef BIRTHMARK_CORE_IDEM_H
#define BIRTHMARK_CORE_IDEM_H

#include "base/buf.h"
#include "core/tx.h"

#define IDEM_KEY_MAX 128
#define IDEM_KEEP_S (24 * 3600)

struct idem {
	struct tx tx;
	uint8_t key[32];     /* hash of actor, path and key */
	uint8_t request[32]; /* hash of what was asked */
	uint8_t secret[32];  /* of the credential; encrypts the answer */
};

struct idem_request {
	const struct core_actor *actor;
	struct span credential; /* bearer token */
	struct span key;	/* Idempotency-Key */
	struct span method, path, query, body;
};

/* Opens a transaction.  *status is 0: go on, and end with idem_end or
 * idem_abort.  Else the write was done before: status and answer are what was
 * said then, and nothing is open. */
MUST_CHECK enum rc idem_begin(struct idem *i, struct core *c,
    const struct idem_request *r, int *status, struct buf *answer,
    struct err *e);
/* Stores the answer and commits, together with the effect. */
MUST_CHECK enum rc idem_end(struct idem *i, struct core *c, int64_t now_s,
    int status, struct span answer, struct err *e);
/* Commits the effect alone: for what remembers its keys itself, because the
 * answer to a repeat tells how it stands then. */
MUST_CHECK enum rc idem_end_plain(struct idem *i, struct core *c,
    struct err *e);
void idem_abort(struct idem *i, struct core *c);

#endif
