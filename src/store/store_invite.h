/* Invitations, found by the hash of their token.
 * Must never see a token itself. */
#ifndef BIRTHMARK_STORE_STORE_INVITE_H
#define BIRTHMARK_STORE_STORE_INVITE_H

#include "base/rand.h"
#include "store/store.h"
#include "store/store_list.h"

struct store_invite {
	char id[RAND_ID_SIZE];
	uint8_t hash[32]; /* for adding only */
	char scope[16];
	char scope_id[RAND_ID_SIZE];
	char email[256];
	char role[32];
	char created_by[256];
	int64_t created_at, expires_at;
};
typedef void store_invite_row(void *arg, const struct store_invite *i);

MUST_CHECK enum rc store_invite_add(struct store *s,
    const struct store_invite *i, struct err *e);
/* An unused one that has not expired; RC_NOT_FOUND (e untouched). */
MUST_CHECK enum rc store_invite_find(struct store *s, const uint8_t hash[32],
    int64_t now_s, struct store_invite *out, struct err *e);
/* *n: 1 if it was unused until now. */
MUST_CHECK enum rc store_invite_use(struct store *s, const char *id,
    int64_t now_s, int64_t *n, struct err *e);
/* Open ones of a scope. */
MUST_CHECK enum rc store_invite_each(struct store *s,
    const struct store_list *list, store_invite_row *row, void *arg,
    struct err *e);
MUST_CHECK enum rc store_invite_remove(struct store *s,
    const struct store_list *list, const char *id, int64_t *n, struct err *e);
/* The name of the account or vendor; "" when there is none. */
MUST_CHECK enum rc store_invite_scope_name(struct store *s, const char *scope,
    const char *scope_id, char name[104], struct err *e);
/* There is an account or vendor of this id. */
MUST_CHECK enum rc store_invite_scope_exists(struct store *s, const char *scope,
    const char *scope_id, bool *out, struct err *e);

#endif
