/* Follows the service's feed into the table: page by page, from the cursor
 * that the table holds, waiting and trying again when the service is away. */
#ifndef BIRTHMARK_GATE_GATE_FOLLOW_H
#define BIRTHMARK_GATE_GATE_FOLLOW_H

#include "gate/gate_link.h"

struct gate_follow;

struct gate_follow_options {
	struct gate_link_options link; /* answer_max is set here */
	const char *dir;	       /* gate.table and feed-keys.json */
};

/* Opens the table for writing; does not call the service yet. */
MUST_CHECK enum rc gate_follow_new(struct gate_follow **out,
    const struct gate_follow_options *o, struct err *e);
void gate_follow_free(struct gate_follow *f);
const char *gate_follow_table(const struct gate_follow *f); /* its path */
/* Asks for page after page until gate_follow_stop; to run in a thread of its
 * own. */
void gate_follow_run(struct gate_follow *f);
/* From any thread or a signal handler. */
void gate_follow_stop(struct gate_follow *f);
/* When the table was last known to be current; 0: not since the start.  arg is
 * the gate_follow. */
int64_t gate_follow_synced_s(void *arg);

#endif
