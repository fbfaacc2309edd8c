/* The keys of a device: the birth key in its chip, and two operational ones
 * used in turns, in the TPM's wrapping where there is a TPM, else in files. */
#ifndef BIRTHMARK_DEVICE_AGENT_KEYS_H
#define BIRTHMARK_DEVICE_AGENT_KEYS_H

#include "device/agent_store.h"
#include "device/chip.h"
#include "device/lib/birthmark.h"

struct agent_keys {
	const struct chip *chip;
	const struct agent_store *store;
	struct key *own[2]; /* NULL: not loaded */
};

/* Borrows both. */
void agent_keys_init(struct agent_keys *k, const struct chip *chip,
    const struct agent_store *store);
void agent_keys_clear(struct agent_keys *k);
/* A new BM_KEY_A or BM_KEY_B in place of what was there. */
MUST_CHECK enum rc agent_keys_make(struct agent_keys *k, enum bm_key which,
    struct err *e);
/* Borrowed until it is made again; RC_NOT_FOUND when there is none. */
MUST_CHECK enum rc agent_keys_get(struct agent_keys *k, enum bm_key which,
    struct key **out, struct err *e);

#endif
