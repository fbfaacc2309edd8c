/* Following what changes: whether anything did, and the number of the last
 * change of a job, a binding or an upload.
 * Must not tell what changed: that is with the tables themselves. */
#ifndef BIRTHMARK_STORE_STORE_CHANGE_H
#define BIRTHMARK_STORE_STORE_CHANGE_H

#include "store/store.h"

/* Where somebody is who follows a table: the last change he saw, and which of
 * the rows that changed with it. */
struct store_change {
	uint64_t changed;
	uint64_t n;  /* of a job */
	char id[65]; /* of an upload; of a binding the BID */
};

/* Another number whenever anything in the database changed, in whichever
 * process; costs next to nothing. */
MUST_CHECK enum rc store_change_marker(struct store *s, uint64_t *out,
    struct err *e);
/* The last one there was. */
MUST_CHECK enum rc store_change_last(struct store *s, uint64_t *out,
    struct err *e);
/* Moves to after all that changed up to this number. */
void store_change_pass(struct store_change *at, uint64_t changed);

#endif
