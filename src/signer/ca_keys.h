/* The keys of accounts' certificate authorities: made, kept with a record of
 * whose they are, and opened when they are used.  Internal to signer; must not
 * sign, and gives a key to no other account than its own. */
#ifndef BIRTHMARK_SIGNER_CA_KEYS_H
#define BIRTHMARK_SIGNER_CA_KEYS_H

#include "pki/key.h"
#include "signer/hsm_conf.h"

#define CA_KEYS_OPEN 64

struct ca_keys {
	char dir[4096]; /* of the keys in files */
	struct hsm_conf *hsm;
	struct key *hsm_keys[HSM_CONF_KEYS_MAX]; /* NULL: not opened yet */
	struct ca_keys_entry {
		char ca[RAND_ID_SIZE], account[RAND_ID_SIZE];
		struct key *key;
		bool borrowed; /* one of hsm_keys */
		uint64_t used;
	} entries[CA_KEYS_OPEN];
	uint64_t clock;
};

/* k is all zero.  dir is the signer's; the HSM's keys are opened, and one that
 * does not open is tried again when it is asked for. */
MUST_CHECK enum rc ca_keys_open(struct ca_keys *k, const char *dir,
    struct err *e);
void ca_keys_clear(struct ca_keys *k);

struct ca_keys_new {
	struct span account, ca; /* checked ids */
	enum key_type type;
	struct span hsm; /* name in hsm.conf, or empty: a file */
};
/* Made and on the disk, or the same as before: RC_CONFLICT when it is another
 * one, RC_NOT_FOUND when the account has no such name in the HSM.  The key is
 * borrowed until the next call. */
MUST_CHECK enum rc ca_keys_make(struct ca_keys *k, const struct ca_keys_new *n,
    struct key **out, struct err *e);
/* RC_NOT_FOUND also when it is another account's. */
MUST_CHECK enum rc ca_keys_get(struct ca_keys *k, struct span account,
    struct span ca, struct key **out, struct err *e);

#endif
