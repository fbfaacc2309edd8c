/* API tokens, found by their hash.
 * Must never see a token itself. */
#ifndef BIRTHMARK_STORE_STORE_TOKEN_H
#define BIRTHMARK_STORE_STORE_TOKEN_H

#include "base/rand.h"
#include "store/store.h"
#include "store/store_list.h"

struct store_token {
	char id[RAND_ID_SIZE];
	uint8_t hash[32]; /* for adding only */
	char scope[16];
	char scope_id[RAND_ID_SIZE];
	char name[104];
	char role[32];
	char created_by[256];
	int64_t created_at, expires_at, last_used_at, revoked_at;
};
typedef void store_token_row(void *arg, const struct store_token *t);

MUST_CHECK enum rc store_token_add(struct store *s, const struct store_token *t,
    struct err *e);
/* RC_NOT_FOUND (e untouched) when there is none. */
MUST_CHECK enum rc store_token_find(struct store *s, const uint8_t hash[32],
    struct store_token *out, struct err *e);
MUST_CHECK enum rc store_token_used(struct store *s, const char *id,
    int64_t now_s, struct err *e);
MUST_CHECK enum rc store_token_each(struct store *s,
    const struct store_list *list, store_token_row *row, void *arg,
    struct err *e);
/* list: scope, scope_id, now_s.  *n: how many (0 or 1) were not yet. */
MUST_CHECK enum rc store_token_revoke(struct store *s,
    const struct store_list *list, const char *id, int64_t *n, struct err *e);

#endif
