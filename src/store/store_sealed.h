/* Everything in the store that is sealed for the courier, one by one.
 * Must not open any of it. */
#ifndef BIRTHMARK_STORE_STORE_SEALED_H
#define BIRTHMARK_STORE_STORE_SEALED_H

#include "base/rand.h"
#include "store/store.h"

enum store_sealed_kind {
	STORE_SEALED_CLOUD,    /* credentials of product clouds */
	STORE_SEALED_UPSTREAM, /* of other CAs */
};

struct store_sealed {
	enum store_sealed_kind kind;
	char id[RAND_ID_SIZE]; /* of the cloud or the CA: the box's context */
	struct buf box;	       /* initialised and cleared by the caller */
};

/* The one behind x->id, in the order of ids ("" for the first); RC_NOT_FOUND
 * at the end, e untouched. */
MUST_CHECK enum rc store_sealed_next(struct store *s, struct store_sealed *x,
    struct err *e);
/* In place of what x holds; nothing when it has changed since. */
MUST_CHECK enum rc store_sealed_replace(struct store *s,
    const struct store_sealed *x, struct span box, struct err *e);

#endif
