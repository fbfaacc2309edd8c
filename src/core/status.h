/* The state of a certificate, found as OCSP names it: by its issuer's hashes
 * and its serial number.  Issuers are the CAs of accounts and of vendors.
 * No HTTP words, no SQL. */
#ifndef BIRTHMARK_CORE_STATUS_H
#define BIRTHMARK_CORE_STATUS_H

#include "core/core.h"

#define STATUS_VENDOR_CAS_MAX 4096 /* of all vendors; more are not known */

/* The issuers there are, as one worker remembers them. */
struct status_book;
MUST_CHECK enum rc status_book_new(struct status_book **out, struct core *c,
    struct err *e);
void status_book_free(struct status_book *b);

struct status_issuer {
	bool vendor;		   /* else an account's */
	char owner[RAND_ID_SIZE];  /* "ven_..." or "acc_..." */
	char ca[RAND_ID_SIZE];	   /* of an account: "ca_..." */
	uint8_t fp[DIGEST_SHA256]; /* of its certificate */
	struct buf der;		   /* owned; status_issuer_clear */
};
void status_issuer_init(struct status_issuer *i);
void status_issuer_clear(struct status_issuer *i);

/* Who issued what id names.  RC_NOT_FOUND, e untouched, when nobody here has:
 * also for a CA whose certificates another service speaks for. */
MUST_CHECK enum rc status_issuer_find(struct status_book *b,
    const struct ocsp_id *id, struct status_issuer *out, struct err *e);

struct status_of {
	enum ocsp_state state;
	int reason; /* of OCSP_REVOKED, CRL_HOLD when it may come back */
	int64_t at;
};
/* OCSP_UNKNOWN for a serial number that the issuer gave to nothing here. */
MUST_CHECK enum rc status_find(struct status_book *b,
    const struct status_issuer *issuer, struct span serial,
    struct status_of *out, struct err *e);

#endif
