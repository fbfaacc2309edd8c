/* Revocation lists (RFC 5280 section 5): an account CA's are signed when they
 * are asked for and something was decided since (of a long one: a second later
 * for each MB), or half of their life is over; a vendor's are what the vendor
 * has signed. No HTTP words, no SQL. */
#ifndef BIRTHMARK_CORE_CRL_LIST_H
#define BIRTHMARK_CORE_CRL_LIST_H

#include "core/core.h"

#define CRL_LIST_FULL_S 86400 /* life of a full list: nextUpdate */
#define CRL_LIST_DELTA_S 3600
#define CRL_LIST_KEEP_S 172800 /* an expired certificate is listed so long */
#define CRL_LIST_MAX 1000000   /* entries */

struct crl_list {
	uint64_t known; /* number of one that the caller has; 0: none */
	uint64_t number;
	int64_t this_update, next_update;
	struct buf der; /* owned; crl_list_clear */
};
void crl_list_init(struct crl_list *l);
void crl_list_clear(struct crl_list *l);

/* der stays empty when the list is the one that is known.  RC_NOT_FOUND
 * "no-list" when there is no such CA, or its lists are another
 * service's. */
MUST_CHECK enum rc crl_list_get(struct core *c, const char *ca, bool delta,
    int64_t now_s, struct crl_list *out, struct err *e);
/* The list that the vendor of this CA has given; this_update is 0. */
MUST_CHECK enum rc crl_list_vendor(struct core *c,
    const uint8_t ca_fp[DIGEST_SHA256], struct crl_list *out, struct err *e);

/* Certificates of CAs as certificates point to them: DER appended.
 * RC_NOT_FOUND "no-ca". */
MUST_CHECK enum rc crl_list_ca(struct core *c, const char *ca, struct buf *der,
    struct err *e);
MUST_CHECK enum rc crl_list_vendor_ca(struct core *c,
    const uint8_t fp[DIGEST_SHA256], struct buf *der, struct err *e);

#endif
