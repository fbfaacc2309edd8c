/* The devices of one chunk, read from the store.
 * Must not write. */
#ifndef BIRTHMARK_COURIER_CHUNK_LOAD_H
#define BIRTHMARK_COURIER_CHUNK_LOAD_H

#include "cloud/cloud_kind.h"

struct chunk_load {
	struct cloud_kind_device devices[CLOUD_KIND_DEVICES_MAX];
	size_t n;
	bool end;	/* there are none behind these */
	struct buf der; /* theirs */
};

MUST_CHECK enum rc chunk_load_new(struct chunk_load **out, struct err *e);
void chunk_load_free(struct chunk_load *l);
/* The next j->chunk devices behind j's cursor: of the batch, or of the job's
 * exceptions; or the one device that j is for. */
MUST_CHECK enum rc chunk_load_read(struct chunk_load *l, struct core *c,
    const struct store_job *j, struct err *e);

#endif
