/* CAs of others that issue for accounts, and the requests to them.
 * Stores; judges nothing. */
#ifndef BIRTHMARK_STORE_STORE_UPSTREAM_H
#define BIRTHMARK_STORE_STORE_UPSTREAM_H

#include "base/rand.h"
#include "store/store.h"

#define STORE_UPSTREAM_URL_SIZE 513
#define STORE_UPSTREAM_NAME_SIZE 129
#define STORE_UPSTREAM_ERROR_SIZE 301
#define STORE_UPSTREAM_SEALED_MAX (20 * 1024)
#define STORE_UPSTREAM_PEM_MAX (64 * 1024)
#define STORE_UPSTREAM_DER_MAX (16 * 1024) /* of a request, a certificate */

struct store_upstream {
	char ca_id[RAND_ID_SIZE];
	char protocol[4]; /* "est", "cmp" */
	char url[STORE_UPSTREAM_URL_SIZE];
	char username[STORE_UPSTREAM_NAME_SIZE];
	struct buf tls_ca; /* PEM, may be empty; owned, store_upstream_clear */
	struct buf sealed; /* likewise */
};
void store_upstream_init(struct store_upstream *u);
void store_upstream_clear(struct store_upstream *u);
MUST_CHECK enum rc store_upstream_add(struct store *s,
    const struct store_upstream *u, struct err *e);
/* RC_NOT_FOUND leaves e untouched, here and below. */
MUST_CHECK enum rc store_upstream_get(struct store *s, const char *ca,
    struct store_upstream *out, struct err *e);

struct store_upstream_request {
	int64_t n;
	char id[RAND_ID_SIZE]; /* "urq_..." */
	char account_id[RAND_ID_SIZE], ca_id[RAND_ID_SIZE];
	int64_t seq; /* of the device */
	uint8_t spki_sha256[32];
	char state[8]; /* "waiting", "issued", "refused" */
	uint32_t tries;
	int64_t next_ms; /* 0: the courier has nothing to do */
	char error[STORE_UPSTREAM_ERROR_SIZE]; /* of the last try, or "" */
	int64_t created_at, state_at;
	struct buf csr, der; /* owned; store_upstream_request_clear */
};
void store_upstream_request_init(struct store_upstream_request *r);
void store_upstream_request_clear(struct store_upstream_request *r);

/* As new and waiting, in place of one for the same CA, device and key. */
MUST_CHECK enum rc store_upstream_request_put(struct store *s,
    const struct store_upstream_request *r, struct err *e);
/* The one for the same CA, device and key as like. */
MUST_CHECK enum rc store_upstream_request_find(struct store *s,
    const struct store_upstream_request *like,
    struct store_upstream_request *out, struct err *e);
/* State, tries, next_ms, error and der, if it is still waiting; RC_CONFLICT
 * when it is not. */
MUST_CHECK enum rc store_upstream_request_save(struct store *s,
    const struct store_upstream_request *r, int64_t now_s, struct err *e);
/* One that is due, which is due again only at again_ms: a courier that dies
 * leaves it to the next.  untried: only what was never tried. */
struct store_upstream_due {
	int64_t now_ms, again_ms;
	bool untried;
};
MUST_CHECK enum rc store_upstream_request_take(struct store *s,
    const struct store_upstream_due *due, struct store_upstream_request *out,
    struct err *e);
/* All that wait are due now: who has taken some is gone. */
MUST_CHECK enum rc store_upstream_request_hurry(struct store *s, int64_t now_ms,
    struct err *e);
/* Newest first, before that n (0: from the newest).  *n: the room in out (each
 * initialised), then how many. */
MUST_CHECK enum rc store_upstream_request_list(struct store *s, const char *ca,
    int64_t before, struct store_upstream_request *out, size_t *n,
    struct err *e);

#endif
