/* The events of gates' feeds as stored: one row for a whole batch.
 * Must not know devices. */
#ifndef BIRTHMARK_STORE_STORE_FEED_H
#define BIRTHMARK_STORE_STORE_FEED_H

#include "base/rand.h"
#include "store/store.h"

struct store_feed_event {
	uint64_t n; /* 1, 2, ... in each cloud */
	char op[8]; /* "admit", "remove" */
	char bid[65];
	char product[257];
};

/* Appends inside the caller's transaction; sets ev->n. */
MUST_CHECK enum rc store_feed_add(struct store *s, const char *cloud,
    struct store_feed_event *ev, int64_t now_s, struct err *e);
/* The first event from n on; RC_NOT_FOUND at the end. */
MUST_CHECK enum rc store_feed_get(struct store *s, const char *cloud,
    uint64_t n, struct store_feed_event *out, struct err *e);
/* Number of the last event, 0 for none. */
MUST_CHECK enum rc store_feed_last(struct store *s, const char *cloud,
    uint64_t *n, struct err *e);
/* Events before n have reached a gate: remembers it, and the jobs that waited
 * for them are done. */
MUST_CHECK enum rc store_feed_ack(struct store *s, const char *cloud,
    uint64_t n, int64_t now_s, struct err *e);
/* The feed of this cloud ever admitted this batch. */
MUST_CHECK enum rc store_feed_knows(struct store *s, const char *cloud,
    const char *bid, bool *knows, struct err *e);
/* The gate clouds whose last word on this batch is "admit". */
MUST_CHECK enum rc store_feed_admitted(struct store *s, const char *bid,
    char out[][RAND_ID_SIZE], size_t cap, size_t *n, struct err *e);

#endif
