/* Revocation lists of accounts' CAs as they were last signed, and what the next
 * one is made of.  Stores; signs nothing. */
#ifndef BIRTHMARK_STORE_STORE_CRL_H
#define BIRTHMARK_STORE_STORE_CRL_H

#include "base/rand.h"
#include "store/store.h"

/* A delta counts from `base`, a full list that was signed at base_at; when
 * every list before `next_base` has run out, that one takes its place.  Kept
 * with the full list. */
struct store_crl {
	uint64_t number;
	int64_t changes; /* of the CA, when it was made */
	int64_t this_update, next_update;
	uint64_t base, next_base;
	int64_t base_at, next_base_at;
	uint64_t bytes; /* of der; not looked at when it is put */
};

/* der may be NULL, else it is appended to.  RC_NOT_FOUND leaves e untouched. */
MUST_CHECK enum rc store_crl_find(struct store *s, const char *ca, bool delta,
    struct store_crl *out, struct buf *der, struct err *e);
/* Unless a list of a higher number is there. */
MUST_CHECK enum rc store_crl_put(struct store *s, const char *ca, bool delta,
    const struct store_crl *crl, struct span der, struct err *e);
/* Takes the next number, in the caller's transaction. */
MUST_CHECK enum rc store_crl_number(struct store *s, const char *ca,
    uint64_t *number, struct err *e);

/* False from row: enough. */
typedef bool store_crl_row(void *arg, struct span serial, int reason,
    int64_t at);
struct store_crl_span {
	const char *ca;
	int64_t since;	 /* of the decision */
	int64_t expired; /* what had expired before is left out */
};
/* What a list holds: certificates that are revoked or held, in the order of
 * their serial numbers. */
MUST_CHECK enum rc store_crl_revoked(struct store *s,
    const struct store_crl_span *q, store_crl_row *row, void *arg,
    struct err *e);
/* What came off hold and is valid; reason is 0. */
MUST_CHECK enum rc store_crl_unheld(struct store *s,
    const struct store_crl_span *q, store_crl_row *row, void *arg,
    struct err *e);

#endif
