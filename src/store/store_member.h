/* Who has which role in which account or vendor, or in the service (whose
 * scope_id is "").  Must not judge who may change it. */
#ifndef BIRTHMARK_STORE_STORE_MEMBER_H
#define BIRTHMARK_STORE_STORE_MEMBER_H

#include "base/rand.h"
#include "store/store.h"
#include "store/store_list.h"

struct store_member {
	char user[RAND_ID_SIZE];
	char email[256]; /* set by store_member_each */
	char name[104];	 /* of the user, or of the scope in store_member_of */
	char scope[16];
	char scope_id[RAND_ID_SIZE];
	char role[32];
	int64_t since;
};
typedef void store_member_row(void *arg, const struct store_member *m);

/* RC_NOT_FOUND (e untouched) when there is none. */
MUST_CHECK enum rc store_member_role(struct store *s, const char *user,
    const char *scope, const char *scope_id, char role[32], struct err *e);
/* Adds, or changes the role of one that is there. */
MUST_CHECK enum rc store_member_put(struct store *s,
    const struct store_member *m, struct err *e);
MUST_CHECK enum rc store_member_remove(struct store *s,
    const struct store_member *m, struct err *e);
MUST_CHECK enum rc store_member_count(struct store *s, const char *scope,
    const char *scope_id, const char *role, uint64_t *out, struct err *e);
/* Members of a scope, by user id. */
MUST_CHECK enum rc store_member_each(struct store *s,
    const struct store_list *list, store_member_row *row, void *arg,
    struct err *e);
/* All that a user is a member of, with the names of accounts and vendors. */
MUST_CHECK enum rc store_member_of(struct store *s, const char *user,
    store_member_row *row, void *arg, struct err *e);

#endif
