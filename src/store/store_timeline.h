/* What happened to devices in the field, as stored.
 * Must not decide what is worth telling. */
#ifndef BIRTHMARK_STORE_STORE_TIMELINE_H
#define BIRTHMARK_STORE_STORE_TIMELINE_H

#include "base/rand.h"
#include "store/store.h"

#define STORE_TIMELINE_DETAIL_SIZE 257

struct store_timeline_event {
	int64_t seq, at;
	char account_id[RAND_ID_SIZE];
	char event[32];
	char detail[STORE_TIMELINE_DETAIL_SIZE];
};

/* Appends, and lets go of all but the newest `keep` of this device. */
MUST_CHECK enum rc store_timeline_add(struct store *s,
    const struct store_timeline_event *ev, uint64_t keep, struct err *e);
/* Of a device while it was this account's, oldest first.  *n: the room in out,
 * then how many. */
MUST_CHECK enum rc store_timeline_list(struct store *s, int64_t seq,
    const char *account, struct store_timeline_event *out, size_t *n,
    struct err *e);

#endif
