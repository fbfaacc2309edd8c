/* Users: id, e-mail (lower case), name and password hash.
 * Must not judge them. */
#ifndef BIRTHMARK_STORE_STORE_USER_H
#define BIRTHMARK_STORE_STORE_USER_H

#include "base/rand.h"
#include "store/store.h"

struct store_user {
	char id[RAND_ID_SIZE];
	char email[256];
	char name[104];
	char password[160]; /* argon2 encoded; wipe after use */
	int64_t created_at;
};

/* RC_CONFLICT when the e-mail is taken. */
MUST_CHECK enum rc store_user_add(struct store *s, const struct store_user *u,
    struct err *e);
/* RC_NOT_FOUND without filling e. */
MUST_CHECK enum rc store_user_by_id(struct store *s, const char *id,
    struct store_user *out, struct err *e);
MUST_CHECK enum rc store_user_by_email(struct store *s, const char *email,
    struct store_user *out, struct err *e);
MUST_CHECK enum rc store_user_set_name(struct store *s, const char *id,
    const char *name, struct err *e);
MUST_CHECK enum rc store_user_set_password(struct store *s, const char *id,
    const char *password, struct err *e);

#endif
