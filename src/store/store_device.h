/* The devices of all reels: packed certificates and their two indexes.
 * Knows nothing of what a certificate is; core/device.h is the interface. */
#ifndef BIRTHMARK_STORE_STORE_DEVICE_H
#define BIRTHMARK_STORE_STORE_DEVICE_H

#include "store/store.h"

#define STORE_DEVICE_INDEX_BITS 28
#define STORE_DEVICE_FP 16 /* bytes of a fingerprint that are kept */

struct store_device_row {
	int64_t seq;
	uint8_t fp[STORE_DEVICE_FP];
	int64_t key[2]; /* hashes of its ids; equal: stored once */
	struct span cert;
};

/* On a connection of store_open_bulk: all rows, in one transaction, or none.
 * rows must be in the order of seq; they stay the caller's.
 * RC_CONFLICT (slug "unique") when a fingerprint is there already. */
MUST_CHECK enum rc store_device_insert(struct store *bulk,
    const struct store_device_row *rows, size_t n, struct err *e);
/* The same rows away again (cert is not needed). */
MUST_CHECK enum rc store_device_delete(struct store *bulk,
    const struct store_device_row *rows, size_t n, struct err *e);
/* RC_NOT_FOUND leaves e untouched, here and below. */
MUST_CHECK enum rc store_device_find_fp(struct store *s,
    const uint8_t fp[STORE_DEVICE_FP], int64_t *seq, struct err *e);
/* All with this hash after seq `after`, in order.  *n: the room in seqs, then
 * how many. */
MUST_CHECK enum rc store_device_find_key(struct store *s, int64_t key,
    int64_t after, int64_t *seqs, size_t *n, struct err *e);
MUST_CHECK enum rc store_device_get(struct store *s, int64_t seq,
    struct buf *cert, struct err *e);

/* A run of certificates, from seq `from` to `to` inclusive. */
struct store_device_page {
	struct buf bytes; /* all certs; initialised by the caller */
	int64_t *seqs;	  /* cap of them */
	size_t *ends;	  /* cert i is bytes[ends[i-1]..ends[i]] */
	size_t cap, n;
};
MUST_CHECK enum rc store_device_range(struct store *s, int64_t from, int64_t to,
    struct store_device_page *page, struct err *e);

#endif
