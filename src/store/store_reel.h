/* Reels: one manifest's set of chips, and the one row that makes its devices
 * count.  Stores; judges nothing. */
#ifndef BIRTHMARK_STORE_STORE_REEL_H
#define BIRTHMARK_STORE_STORE_REEL_H

#include "base/rand.h"
#include "store/store.h"

struct store_reel {
	int64_t id;
	char vendor_id[RAND_ID_SIZE];
	char bid[65];
	char name[65];
	bool published;
	char form[16];
	char upload_id[RAND_ID_SIZE];
	uint64_t devices;
	uint8_t manifest_sha256[32];
	uint8_t signer_fp[32];
	int64_t published_at;
};

/* A new one in state staging; its id is set.  RC_CONFLICT when the vendor
 * has a reel of that name. */
MUST_CHECK enum rc store_reel_add(struct store *s, struct store_reel *r,
    struct err *e);
/* RC_NOT_FOUND leaves e untouched, here and below. */
MUST_CHECK enum rc store_reel_find(struct store *s, int64_t id,
    struct store_reel *out, struct err *e);
MUST_CHECK enum rc store_reel_find_name(struct store *s, const char *vendor_id,
    const char *name, struct store_reel *out, struct err *e);
MUST_CHECK enum rc store_reel_find_upload(struct store *s,
    const char *upload_id, struct store_reel *out, struct err *e);
MUST_CHECK enum rc store_reel_template_set(struct store *s, int64_t id,
    struct span stored, struct err *e);
/* Appended; nothing when there is none yet. */
MUST_CHECK enum rc store_reel_template(struct store *s, int64_t id,
    struct buf *out, struct err *e);
/* From staging to published, with devices, manifest_sha256, signer_fp and
 * published_at of r.  RC_CONFLICT when it is not staging. */
MUST_CHECK enum rc store_reel_publish(struct store *s,
    const struct store_reel *r, struct err *e);
/* Removes a staging one; its devices must be gone. */
MUST_CHECK enum rc store_reel_drop(struct store *s, int64_t id, struct err *e);
/* Published reels of a batch, in the order of ids, after that id.  *n: the
 * room in out, then how many. */
MUST_CHECK enum rc store_reel_list(struct store *s, const char *bid,
    int64_t after, struct store_reel *out, size_t *n, struct err *e);
/* The first staging reel after that id whose upload was rejected or
 * cancelled. */
MUST_CHECK enum rc store_reel_abandoned(struct store *s, int64_t after,
    struct store_reel *out, struct err *e);

#endif
