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

/* What the list of an account's batches shows. */
struct store_bind_row {
	struct store_bind bind;
	char vendor_name[129];
	char product_name[129];
	char cloud_name[129];
	uint64_t devices;
};

/* NULL or "" of a filter: any. */
struct store_bind_filter {
	const char *account_id;
	const char *by_id; /* only what this one bound */
	const char *bid;   /* exactly this one */
	const char *q;	   /* part of the BID or of the product's name */
	const char *product_id, *cloud_id;
	int64_t before_at; /* cursor: bound before, 0 from the newest */
	const char *before_bid;
};
/* Newest first. */
MUST_CHECK enum rc store_bind_list(struct store *s,
    const struct store_bind_filter *f, struct store_bind_row *out, size_t cap,
    size_t *n, struct err *e);
/* Published reels of all batches of an account (those of one batch when bid
 * is not ""; of one product when product_id is not ""), in the order of ids,
 * after that id.  *n: the room in ids, then how many. */
MUST_CHECK enum rc store_bind_reels(struct store *s,
    const struct store_bind_filter *f, int64_t after, int64_t *ids, size_t *n,
    struct err *e);

#endif
