/* Devices that stand apart from their batch: claimed by themselves, kept out,
 * or with certificates of their own.  Most do not, and cost nothing.
 * Reads only. */
#ifndef BIRTHMARK_STORE_STORE_APART_H
#define BIRTHMARK_STORE_STORE_APART_H

#include "base/rand.h"
#include "store/store.h"

struct store_apart {
	bool barred; /* quarantined, or its birth certificate is revoked */
	/* Who has claimed it by itself; "": nobody. */
	char account[RAND_ID_SIZE];
	char product_id[RAND_ID_SIZE];
	char product[257]; /* its name */
	char cloud[RAND_ID_SIZE];
	char bid[65];
	int64_t claimed_at;
};
/* RC_OK for any device. */
MUST_CHECK enum rc store_apart_get(struct store *s, int64_t seq,
    struct store_apart *out, struct err *e);
/* The first device from this seq on that stands apart; INT64_MAX when there is
 * none. */
MUST_CHECK enum rc store_apart_next(struct store *s, int64_t from, int64_t *seq,
    struct err *e);
/* The first device of the batch from this seq on that another account than the
 * batch's has claimed; INT64_MAX when there is none. */
MUST_CHECK enum rc store_apart_foreign(struct store *s, const char *bid,
    int64_t from, int64_t *seq, struct err *e);

/* The operational certificates that an account has issued to a device, in the
 * order of n. */
struct store_apart_cert {
	int64_t n;
	uint8_t fp[32];
	bool valid; /* not held, not revoked */
};
struct store_apart_filter {
	int64_t seq;
	const char *account;
	int64_t after;	/* n of the last one had */
	int64_t from_s; /* not those that expired before */
};
/* *n: the room in out, then how many. */
MUST_CHECK enum rc store_apart_certs(struct store *s,
    const struct store_apart_filter *f, struct store_apart_cert *out, size_t *n,
    struct err *e);
/* Whose operational certificate this is; RC_NOT_FOUND leaves e untouched. */
MUST_CHECK enum rc store_apart_find_fp(struct store *s, const uint8_t fp[32],
    int64_t *seq, struct err *e);

#endif
