/* Large lists of a worker: one copy of each, however many ask for it and
 * however slowly they take it. Must not decide which list is right. */
#ifndef BIRTHMARK_ENROL_CRL_KEPT_H
#define BIRTHMARK_ENROL_CRL_KEPT_H

#include "core/crl_list.h"
#include "enrol/cache_http.h"

#define CRL_KEPT_MIN (1u << 20) /* smaller ones are not worth it */
#define CRL_KEPT_MAX 8
#define CRL_KEPT_BYTES (64u << 20) /* of all that nobody is taking */
#define CRL_KEPT_NAME 80

struct crl_kept {
	char name[CRL_KEPT_NAME];
	uint64_t number;
	uint8_t tag[CACHE_HTTP_TAG];
	struct buf der;
	size_t users;
};

/* The last one put by this name, or NULL; it is the caller's until
 * crl_kept_leave, also if another takes its place meanwhile. */
struct crl_kept *crl_kept_find(const char *name);
/* Takes l->der; likewise the caller's.  NULL without memory: der is as it
 * was. */
struct crl_kept *crl_kept_put(const char *name, struct crl_list *l);
struct crl_kept *crl_kept_use(struct crl_kept *k); /* one user more */
void crl_kept_leave(struct crl_kept *k);	   /* one less; takes NULL */
void crl_kept_clear(void);			   /* forgets all */

#endif
