/* One step of a job: the next devices of its batch to its cloud, and what came
 * of it into the store, in one transaction. */
#ifndef BIRTHMARK_COURIER_CHUNK_H
#define BIRTHMARK_COURIER_CHUNK_H

#include "cloud/cloud_kind.h"
#include "courier/link.h"

/* What a thread has for its own. */
struct chunk_tools {
	struct core core;
	struct key *key; /* opens credentials */
	struct link_set *links;
	struct bearer *bearer; /* shared */
};

/* Works on a job that is leased under this name, and gives the lease back.
 * A fault of the cloud is recorded, not returned: what is returned is a fault
 * of ours, by which the job is unchanged. */
MUST_CHECK enum rc chunk_run(struct chunk_tools *t, struct store_job *j,
    const char *lease, struct err *e);

#endif
