/* Uploads of manifests and how far each has come.
 * Stores; judges nothing.  The bytes are in a spool file, not here. */
#ifndef BIRTHMARK_STORE_STORE_UPLOAD_H
#define BIRTHMARK_STORE_STORE_UPLOAD_H

#include "base/rand.h"
#include "store/store_change.h"

#define STORE_UPLOAD_IDEM_SIZE 129

struct store_upload {
	char id[RAND_ID_SIZE];
	char vendor_id[RAND_ID_SIZE];
	char idem[STORE_UPLOAD_IDEM_SIZE]; /* "": none */
	char bid[65];
	char reel[65];
	char form[16];
	uint64_t size;
	uint64_t received; /* bytes that are on the disk */
	bool has_sha256;
	uint8_t sha256[32];
	bool open;
	bool has_claim;
	uint8_t claim_hash[32];
	bool has_signature;
	char state[16];
	uint64_t checked;    /* certificates */
	uint64_t bytes_done; /* of them, in the file */
	uint64_t devices;
	char error_code[64]; /* "": none */
	char error_detail[512];
	uint64_t error_line;
	char error_certificate[80];
	char by_id[RAND_ID_SIZE]; /* who asked for it last */
	char by_name[256];
	char by_from[64];
	int64_t created_at, updated_at, finished_at;
};

/* RC_CONFLICT when the vendor used idem before. */
MUST_CHECK enum rc store_upload_add(struct store *s,
    const struct store_upload *u, struct err *e);
/* RC_NOT_FOUND leaves e untouched, here and below. */
MUST_CHECK enum rc store_upload_find(struct store *s, const char *id,
    struct store_upload *out, struct err *e);
MUST_CHECK enum rc store_upload_find_idem(struct store *s,
    const char *vendor_id, const char *idem, struct store_upload *out,
    struct err *e);
/* Newest first, before that id's time ("" from the newest).  *n: the room in
 * out, then how many. */
MUST_CHECK enum rc store_upload_list(struct store *s, const char *vendor_id,
    const char *after, struct store_upload *out, size_t *n, struct err *e);
/* The vendor's unfinished ones, in the order of ids, after that one ("" from
 * the start).  *n as above. */
MUST_CHECK enum rc store_upload_open(struct store *s, const char *vendor_id,
    const char *after, struct store_upload *out, size_t *n, struct err *e);
/* Those that changed after *at, in the order of their changes; moves it to the
 * last one given.  *n as above. */
MUST_CHECK enum rc store_upload_changed(struct store *s, const char *vendor_id,
    struct store_change *at, struct store_upload *out, size_t *n,
    struct err *e);
/* The oldest ones in this state, at most cap. */
MUST_CHECK enum rc store_upload_list_state(struct store *s, const char *state,
    struct store_upload *out, size_t cap, size_t *n, struct err *e);
/* How many of a vendor are unfinished, and the sum of their sizes. */
MUST_CHECK enum rc store_upload_open_sum(struct store *s, const char *vendor_id,
    uint64_t *count, uint64_t *bytes, struct err *e);
/* RC_CONFLICT when it is not receiving. */
MUST_CHECK enum rc store_upload_received(struct store *s, const char *id,
    uint64_t received, int64_t now_s, struct err *e);
MUST_CHECK enum rc store_upload_sign(struct store *s, const char *id,
    struct span signature, int64_t now_s, struct err *e);
/* The signature, appended. */
MUST_CHECK enum rc store_upload_signature(struct store *s, const char *id,
    struct buf *out, struct err *e);
/* From one state to another; by u: who, when, error, counts and finished_at
 * are written as they stand in u.  A rejected or cancelled one gives its idem
 * back.  RC_CONFLICT when it is not in state `from`. */
MUST_CHECK enum rc store_upload_move(struct store *s,
    const struct store_upload *u, const char *from, const char *to,
    struct err *e);
/* RC_CONFLICT when it is not verifying any more. */
MUST_CHECK enum rc store_upload_progress(struct store *s, const char *id,
    uint64_t checked, uint64_t bytes_done, int64_t now_s, struct err *e);

#endif
