/* What each cloud is to know: batches, and devices by themselves.
 * Must not know certificates or jobs. */
#ifndef BIRTHMARK_STORE_STORE_WELCOME_H
#define BIRTHMARK_STORE_STORE_WELCOME_H

#include "base/rand.h"
#include "store/store.h"

struct store_welcome {
	char cloud[RAND_ID_SIZE];
	char bid[65];
	int64_t seq; /* of one device; 0: the whole batch */
	char account[RAND_ID_SIZE];
	bool admit; /* false: it is to be gone from there */
	int64_t since;
};

/* Adds the row, or changes what is wanted. */
MUST_CHECK enum rc store_welcome_put(struct store *s,
    const struct store_welcome *row, struct err *e);
/* RC_NOT_FOUND leaves e untouched. */
MUST_CHECK enum rc store_welcome_get(struct store *s, const char *cloud,
    const char *bid, int64_t seq, struct store_welcome *out, struct err *e);
MUST_CHECK enum rc store_welcome_delete(struct store *s, const char *cloud,
    const char *bid, int64_t seq, struct err *e);
struct store_welcome_of {
	const char *bid;
	int64_t seq;	     /* 0: the batch as a whole */
	const char *account; /* NULL: of all */
};
/* The clouds of a batch as a whole, or of one device by itself.  *n: the room
 * in out, then how many. */
MUST_CHECK enum rc store_welcome_of(struct store *s,
    const struct store_welcome_of *of, struct store_welcome *out, size_t *n,
    struct err *e);
/* The batches (and single devices) of a cloud, after that one's bid and seq;
 * NULL: from the start.  *n: the room in out, then how many. */
MUST_CHECK enum rc store_welcome_in(struct store *s, const char *cloud,
    const struct store_welcome *after, struct store_welcome *out, size_t *n,
    struct err *e);
/* Whether the device at seq of this batch is welcome in this cloud, with its
 * batch and by itself. */
struct store_welcome_wants {
	bool batch, single;
};
MUST_CHECK enum rc store_welcome_wants(struct store *s, const char *cloud,
    const char *bid, int64_t seq, struct store_welcome_wants *out,
    struct err *e);

#endif
