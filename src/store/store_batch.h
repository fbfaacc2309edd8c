/* Batches: what one label stands for.
 * Stores; judges nothing. */
#ifndef BIRTHMARK_STORE_STORE_BATCH_H
#define BIRTHMARK_STORE_STORE_BATCH_H

#include "base/rand.h"
#include "store/store.h"

#define STORE_BATCH_BID_SIZE 65 /* LABEL_BID_MAX and NUL */

struct store_batch {
	char bid[STORE_BATCH_BID_SIZE];
	char vendor_id[RAND_ID_SIZE];
	char vendor_name[129];
	bool open;
	bool has_claim;
	uint8_t claim_hash[32];
	uint64_t devices;
	uint64_t reels;
	bool bound;
	int64_t created_at;
	int64_t published_at; /* of the latest reel */
};

/* RC_NOT_FOUND leaves e untouched. */
MUST_CHECK enum rc store_batch_find(struct store *s, const char *bid,
    struct store_batch *out, struct err *e);
/* Makes the batch, or adds these devices to it. */
MUST_CHECK enum rc store_batch_grow(struct store *s,
    const struct store_batch *b, uint64_t devices, struct err *e);
enum store_batch_state {
	STORE_BATCH_ANY,
	STORE_BATCH_BOUND,
	STORE_BATCH_UNBOUND,
	STORE_BATCH_OPEN /* the BID alone binds, bound already or not */
};
struct store_batch_filter {
	const char *vendor_id;
	const char *q; /* part of the BID; NULL or "": any */
	enum store_batch_state state;
	const char *after; /* that BID; NULL or "" from the start */
};
/* In the order of BIDs.  *n: the room in out, then how many. */
MUST_CHECK enum rc store_batch_list(struct store *s,
    const struct store_batch_filter *f, struct store_batch *out, size_t *n,
    struct err *e);

#endif
