/* Each account's interop key, derived from the one master when it is asked for
 * and kept for a while.  Internal to signer; must not sign. */
#ifndef BIRTHMARK_SIGNER_SIGNER_ACCOUNT_H
#define BIRTHMARK_SIGNER_SIGNER_ACCOUNT_H

#include "base/rand.h"
#include "pki/key.h"

#define SIGNER_ACCOUNT_KEYS 64

/* All zero is empty. */
struct signer_account {
	struct signer_account_entry {
		char id[RAND_ID_SIZE];
		struct key *key;
		uint64_t used;
	} entries[SIGNER_ACCOUNT_KEYS];
	uint64_t clock;
};

/* The key of this account (a checked id), borrowed until the next call. */
MUST_CHECK enum rc signer_account_key(struct signer_account *a,
    struct key *master, struct span id, struct key **out, struct err *e);
void signer_account_clear(struct signer_account *a);

#endif
