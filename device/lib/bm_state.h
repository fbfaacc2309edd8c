/* What the library keeps in BM_SLOT_STATE.
 * Must not write another slot. */
#ifndef BIRTHMARK_BM_STATE_H
#define BIRTHMARK_BM_STATE_H

#include "device/lib/bm_mem.h"

/* An empty or unreadable slot is BM_NEW: the device begins again, which does no
 * harm.  False when the platform cannot load. */
bool bm_state_load(struct bm_saved *s, const struct bm_platform *p);
bool bm_state_store(const struct bm_saved *s, const struct bm_platform *p);

#endif
