/* CMP requests that another CA has not decided, for when their devices poll
 * (RFC 9483 4.4): one for each device, of this worker, in memory.
 * Must not hold more than a few, nor for long. */
#ifndef BIRTHMARK_ENROL_CMP_WAIT_H
#define BIRTHMARK_ENROL_CMP_WAIT_H

#include "pki/cmp_message.h"

#define CMP_WAIT_SLOTS 64
#define CMP_WAIT_BYTES (16 * 1024)
#define CMP_WAIT_S 3600

/* All zero at first. */
struct cmp_wait {
	struct cmp_wait_slot {
		int64_t seq, until;
		struct buf der;
	} slots[CMP_WAIT_SLOTS];
};
void cmp_wait_clear(struct cmp_wait *w);
/* Keeps a message that was checked, instead of an earlier one of the device. */
void cmp_wait_put(struct cmp_wait *w, int64_t seq, const struct cmp_message *m,
    int64_t now_s);
/* What began poll's transaction, by the same signer: borrowed.  False when it
 * is not here: another worker's, or forgotten. */
bool cmp_wait_find(const struct cmp_wait *w, int64_t seq,
    const struct cmp_message *poll, int64_t now_s, struct cmp_message *out);
/* It is decided. */
void cmp_wait_drop(struct cmp_wait *w, int64_t seq);

#endif
