/* Vendors and the CA certificates registered for them.
 * Stores; judges nothing. */
#ifndef BIRTHMARK_STORE_STORE_VENDOR_H
#define BIRTHMARK_STORE_STORE_VENDOR_H

#include "base/rand.h"
#include "store/store.h"

#define STORE_VENDOR_NAME_SIZE 129
#define STORE_VENDOR_SLUG_SIZE 65

struct store_vendor {
	char id[RAND_ID_SIZE];
	char name[STORE_VENDOR_NAME_SIZE];
	char slug[STORE_VENDOR_SLUG_SIZE];
	int64_t created_at;
};

/* RC_CONFLICT when the slug is taken. */
MUST_CHECK enum rc store_vendor_add(struct store *s,
    const struct store_vendor *v, struct err *e);
/* RC_NOT_FOUND leaves e untouched, here and below. */
MUST_CHECK enum rc store_vendor_find(struct store *s, const char *id,
    struct store_vendor *out, struct err *e);
/* In the order of ids, after `after` ("" from the first). */
MUST_CHECK enum rc store_vendor_list(struct store *s, const char *after,
    struct store_vendor *out, size_t cap, size_t *n, struct err *e);

struct store_vendor_ca {
	uint8_t fp[32];
	char vendor_id[RAND_ID_SIZE];
	bool root; /* else issuing */
	char subject[256];
	int64_t not_after;
	int64_t added_at;
	int64_t retired_at; /* 0: in use */
};

/* RC_CONFLICT when it is registered already, by whomever. */
MUST_CHECK enum rc store_vendor_ca_add(struct store *s,
    const struct store_vendor_ca *ca, struct span der, struct err *e);
/* Whose is it?  Retired ones too. */
MUST_CHECK enum rc store_vendor_ca_find(struct store *s, const uint8_t fp[32],
    struct store_vendor_ca *out, struct err *e);
/* RC_NOT_FOUND when the vendor has no such CA in use. */
MUST_CHECK enum rc store_vendor_ca_retire(struct store *s,
    const char *vendor_id, const uint8_t fp[32], int64_t now_s, struct err *e);
/* A retired CA of this vendor back in use. */
MUST_CHECK enum rc store_vendor_ca_revive(struct store *s,
    const char *vendor_id, const uint8_t fp[32], int64_t now_s, struct err *e);
/* Those in use, roots first, in the order they were added. */
MUST_CHECK enum rc store_vendor_ca_list(struct store *s, const char *vendor_id,
    struct store_vendor_ca *out, size_t cap, size_t *n, struct err *e);
typedef void store_vendor_ca_row(void *arg, struct span der);
/* All of this vendor, retired ones too, the newest first; at most `most`. */
MUST_CHECK enum rc store_vendor_ca_each(struct store *s, const char *vendor_id,
    size_t most, store_vendor_ca_row *row, void *arg, struct err *e);
/* DER of one of them, appended. */
MUST_CHECK enum rc store_vendor_ca_der(struct store *s, const uint8_t fp[32],
    struct buf *out, struct err *e);

#endif
