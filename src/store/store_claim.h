/* Claim vouchers, and the devices that came by them.
 * Stores; judges nothing. */
#ifndef BIRTHMARK_STORE_STORE_CLAIM_H
#define BIRTHMARK_STORE_STORE_CLAIM_H

#include "base/rand.h"
#include "store/store.h"

#define STORE_CLAIM_BATCHES_MAX 100
#define STORE_CLAIM_BID_SIZE 65

struct store_claim {
	char id[RAND_ID_SIZE]; /* "cvo_..." */
	char account_id[RAND_ID_SIZE];
	char product_id[RAND_ID_SIZE];
	char cloud_id[RAND_ID_SIZE]; /* "": none */
	char name[104];
	uint64_t max_devices;
	/* Kept by the store; not looked at when it is added. */
	uint64_t bound, provisioned, active;
	int64_t expires_at, created_at, revoked_at; /* 0: not revoked */
	char created_by[256];
};

MUST_CHECK enum rc store_claim_add(struct store *s, const struct store_claim *v,
    struct err *e);
/* RC_NOT_FOUND leaves e untouched, here and below.  account NULL: whoever's. */
MUST_CHECK enum rc store_claim_find(struct store *s, const char *account,
    const char *id, struct store_claim *out, struct err *e);
/* The newest first, after that id ("" from the start).  *n: the room in out,
 * then how many. */
MUST_CHECK enum rc store_claim_list(struct store *s, const char *account,
    const char *after, struct store_claim *out, size_t *n, struct err *e);
/* Nothing changes for one that is revoked. */
MUST_CHECK enum rc store_claim_revoke(struct store *s, const char *id,
    int64_t now_s, struct err *e);
/* One device more; RC_LIMIT when that would be too many, e untouched. */
MUST_CHECK enum rc store_claim_count(struct store *s, const char *id,
    struct err *e);

/* A batch whose devices may; none: any batch. */
MUST_CHECK enum rc store_claim_batch_add(struct store *s, const char *id,
    const char *bid, struct err *e);
/* In order; at most STORE_CLAIM_BATCHES_MAX. */
MUST_CHECK enum rc store_claim_batches(struct store *s, const char *id,
    char out[][STORE_CLAIM_BID_SIZE], size_t *n, struct err *e);

struct store_claim_device {
	int64_t seq;
	char account_id[RAND_ID_SIZE];
	char product_id[RAND_ID_SIZE];
	char product[129]; /* its name, when found */
	char cloud_id[RAND_ID_SIZE];
	char voucher_id[RAND_ID_SIZE];
	char voucher[104]; /* its name, when found */
	char bid[STORE_CLAIM_BID_SIZE];
	int64_t claimed_at;
};
/* Counts it for the account too.  RC_CONFLICT when it is somebody's. */
MUST_CHECK enum rc store_claim_device_add(struct store *s,
    const struct store_claim_device *d, struct err *e);
MUST_CHECK enum rc store_claim_device_find(struct store *s, int64_t seq,
    struct store_claim_device *out, struct err *e);
struct store_claim_filter {
	const char *account_id;
	const char *bid, *product_id; /* NULL or "": any */
	int64_t after;
};
/* In the order of seq.  *n: the room in seqs, then how many. */
MUST_CHECK enum rc store_claim_device_list(struct store *s,
    const struct store_claim_filter *f, int64_t *seqs, size_t *n,
    struct err *e);

#endif
