/* What libbirthmark asks of its platform, on OpenSSL and the state directory.
 */
#ifndef BIRTHMARK_DEVICE_AGENT_PLATFORM_H
#define BIRTHMARK_DEVICE_AGENT_PLATFORM_H

#include "device/agent_keys.h"

struct agent_platform {
	struct bm_platform calls; /* whose ctx is this struct */
	struct agent_keys *keys;
	const struct agent_store *store;
	struct err fault; /* of the last call that failed */
};

/* Borrows both; p must not move. */
void agent_platform_init(struct agent_platform *p, struct agent_keys *keys,
    const struct agent_store *state);
/* Appends what a slot holds. */
MUST_CHECK enum rc agent_platform_slot(const struct agent_store *store,
    enum bm_slot slot, struct buf *out, struct err *e);

#endif
