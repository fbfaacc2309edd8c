/* Bindings: which account a batch belongs to, now and before.
 * Stores; judges nothing. */
#ifndef BIRTHMARK_STORE_STORE_BIND_H
#define BIRTHMARK_STORE_STORE_BIND_H

#include "base/rand.h"
#include "store/store.h"

struct store_bind {
	char bid[65];
	char account_id[RAND_ID_SIZE];
	char product_id[RAND_ID_SIZE]; /* "": none */
	char cloud_id[RAND_ID_SIZE];   /* "": none */
	int64_t bound_at;
	char by_id[RAND_ID_SIZE];
	char by_name[256];
	char by_from[64];
	/* Kept by the store; not looked at when it is added or changed. */
	uint64_t devices, provisioned, failed, seen;
	char state[16]; /* "bound", "provisioning", "provisioned", "failed" */
};

/* RC_CONFLICT when the batch is bound. */
MUST_CHECK enum rc store_bind_add(struct store *s, const struct store_bind *b,
    struct err *e);
/* RC_NOT_FOUND leaves e untouched, here and below. */
MUST_CHECK enum rc store_bind_find(struct store *s, const char *bid,
    struct store_bind *out, struct err *e);
/* Product and cloud as they stand in b. */
MUST_CHECK enum rc store_bind_change(struct store *s,
    const struct store_bind *b, struct err *e);
/* Moves it to the past. */
MUST_CHECK enum rc store_bind_end(struct store *s, const char *bid,
    const char *by_id, const char *by_name, int64_t now_s, struct err *e);

/* After a job of this batch changed: counts anew how far it is, over all its
 * clouds (the sums of the last job of each).  Nothing for one not bound. */
MUST_CHECK enum rc store_bind_progress(struct store *s, const char *bid,
    struct err *e);

/* What the list of an account's batches shows. */
struct store_bind_row {
	struct store_bind bind;
	char vendor_name[129];
	char product_name[129];
	char cloud_name[129];
};

enum store_bind_sort {
	STORE_BIND_BOUND_AT,
	STORE_BIND_BATCH,
	STORE_BIND_DEVICES,
	STORE_BIND_PROVISIONED,
	STORE_BIND_SEEN
};

/* NULL or "" of a filter: any. */
struct store_bind_filter {
	const char *account_id;
	const char *by_id; /* only what this one bound */
	const char *bid;   /* exactly this one */
	const char *q;	   /* part of the BID or of the product's name */
	const char *product_id, *cloud_id, *state;
	enum store_bind_sort sort;
	bool ascending;
	/* Cursor: what it was sorted by (but for the BID itself) and the BID
	 * of the last one had; NULL from the start. */
	int64_t after_value;
	const char *after_bid;
};
/* Published reels of all batches of an account (those of one batch when bid
 * is not ""; of one product when product_id is not ""), in the order of ids,
 * after that id.  *n: the room in ids, then how many. */
MUST_CHECK enum rc store_bind_reels(struct store *s,
    const struct store_bind_filter *f, int64_t after, int64_t *ids, size_t *n,
    struct err *e);

#endif
