/* The events of gates' feeds as stored: one row for a whole batch, or for one
 * device whose certificates are to be looked at again.
 * Must not know certificates. */
#ifndef BIRTHMARK_STORE_STORE_FEED_H
#define BIRTHMARK_STORE_STORE_FEED_H

#include "base/rand.h"
#include "store/store.h"

struct store_feed_event {
	uint64_t n; /* 1, 2, ... in each cloud */
	char op[8]; /* "admit", "remove" */
	char bid[65];
	int64_t seq; /* of one device; 0: the whole batch */
	char product[257];
};

/* Appends inside the caller's transaction; sets ev->n.  An earlier one of the
 * same device goes. */
MUST_CHECK enum rc store_feed_add(struct store *s, const char *cloud,
    struct store_feed_event *ev, int64_t now_s, struct err *e);
/* The first event from n on; RC_NOT_FOUND at the end. */
MUST_CHECK enum rc store_feed_get(struct store *s, const char *cloud,
    uint64_t n, struct store_feed_event *out, struct err *e);
/* Number of the last event, 0 for none. */
MUST_CHECK enum rc store_feed_last(struct store *s, const char *cloud,
    uint64_t *n, struct err *e);
/* Events before n have reached a gate. */
MUST_CHECK enum rc store_feed_ack(struct store *s, const char *cloud,
    uint64_t n, int64_t now_s, struct err *e);
/* Appends ev, of one device, to the feeds of the account that admit its batch
 * or have an event of it already. */
MUST_CHECK enum rc store_feed_tell(struct store *s, const char *account,
    const struct store_feed_event *ev, int64_t now_s, struct err *e);
/* The feed of this cloud ever admitted this batch. */
MUST_CHECK enum rc store_feed_knows(struct store *s, const char *cloud,
    const char *bid, bool *knows, struct err *e);
/* The last word of this feed on the whole batch is "admit". */
MUST_CHECK enum rc store_feed_admits(struct store *s, const char *cloud,
    const char *bid, bool *admits, struct err *e);
/* This feed has an event of this very device. */
MUST_CHECK enum rc store_feed_told(struct store *s, const char *cloud,
    const char *bid, int64_t seq, bool *told, struct err *e);

#endif
