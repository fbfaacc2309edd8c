/* What is known of certificates by issuer and serial number: of accounts' CAs,
 * of vendors' CAs, and what vendors let the service say.
 * Stores; judges nothing. */
#ifndef BIRTHMARK_STORE_STORE_STATUS_H
#define BIRTHMARK_STORE_STORE_STATUS_H

#include "base/rand.h"
#include "store/store.h"

struct store_status_ca {
	char id[RAND_ID_SIZE];
	char account_id[RAND_ID_SIZE];
	bool upstream;
	int64_t changes; /* of what its lists say */
};

/* An account's CA that has a certificate; its DER is appended.  key_hash: 20
 * or 32 bytes; the first one after id `after` ("" from the first).
 * RC_NOT_FOUND leaves e untouched, here and below. */
MUST_CHECK enum rc store_status_ca_by_key(struct store *s, struct span key_hash,
    const char *after, struct store_status_ca *out, struct buf *der,
    struct err *e);
MUST_CHECK enum rc store_status_ca_find(struct store *s, const char *id,
    struct store_status_ca *out, struct buf *der, struct err *e);
typedef void store_status_row(void *arg, struct span der);
/* This CA's own certificate and those of the CAs right below it. */
MUST_CHECK enum rc store_status_ca_below(struct store *s, const char *id,
    store_status_row *row, void *arg, struct err *e);

struct store_status_state {
	bool held, revoked; /* neither: valid */
	int reason;
	int64_t at;
};
MUST_CHECK enum rc store_status_certificate(struct store *s, const char *ca,
    struct span serial, struct store_status_state *out, struct err *e);
/* Of a birth certificate; RC_NOT_FOUND when its vendor said nothing. */
MUST_CHECK enum rc store_status_birth(struct store *s, int64_t seq,
    struct store_status_state *out, struct err *e);

typedef void store_status_vendor_row(void *arg, const uint8_t fp[32],
    const char *vendor_id, struct span der);
/* All CAs of all vendors, retired ones too; at most `most`. */
MUST_CHECK enum rc store_status_vendor_cas(struct store *s, size_t most,
    store_status_vendor_row *row, void *arg, struct err *e);

/* What a vendor lets the service say of one of its CAs. */
struct store_status_vendor {
	char vendor_id[RAND_ID_SIZE];
	int64_t responder_not_after; /* 0: none was given */
	uint64_t crl_number;
	int64_t crl_next_update; /* 0: none was given */
};
/* responder and crl get the DER of each, or nothing; both may be NULL. */
MUST_CHECK enum rc store_status_vendor_find(struct store *s,
    const uint8_t ca_fp[32], struct store_status_vendor *out,
    struct buf *responder, struct buf *crl, struct err *e);
MUST_CHECK enum rc store_status_put_responder(struct store *s,
    const uint8_t ca_fp[32], const char *vendor_id, struct span der,
    int64_t not_after, struct err *e);
/* RC_CONFLICT, e untouched, when the list there has this number or a higher
 * one. */
MUST_CHECK enum rc store_status_put_crl(struct store *s,
    const uint8_t ca_fp[32], const struct store_status_vendor *v,
    struct span der, struct err *e);

#endif
