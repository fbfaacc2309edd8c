/* The devices a receiver has taken: one line of JSON each in a file that only
 * grows, and their ids in memory. */
#ifndef BIRTHMARK_CMD_RECEIVER_STORE_H
#define BIRTHMARK_CMD_RECEIVER_STORE_H

#include "pki/cert.h"

struct receiver_store;

/* dir/devices.jsonl; a last line cut short by a crash is dropped. */
MUST_CHECK enum rc receiver_store_open(struct receiver_store **out,
    const char *dir, struct err *e);
void receiver_store_close(struct receiver_store *s);
/* Notes a device for the next commit.  RC_OK also when this very device is
 * there already; RC_CONFLICT when its id has another key. */
MUST_CHECK enum rc receiver_store_put(struct receiver_store *s,
    const struct cert *c, int64_t now_s, struct err *e);
/* What was put is on the disk; on failure none of it counts. */
MUST_CHECK enum rc receiver_store_commit(struct receiver_store *s,
    struct err *e);
uint64_t receiver_store_count(const struct receiver_store *s);

#endif
