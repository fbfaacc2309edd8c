/* Users: one person by e-mail address, with a password and a role in any
 * number of accounts, vendors, and the service itself. */
#ifndef BIRTHMARK_CORE_USER_H
#define BIRTHMARK_CORE_USER_H

#include "core/core.h"
#include "store/store_member.h"

#define USER_EMAIL_MAX 254
#define USER_NAME_MAX 100

struct user {
	char id[RAND_ID_SIZE];
	char email[USER_EMAIL_MAX + 1]; /* lower case */
	char name[USER_NAME_MAX + 1];
};

/* Looks like an e-mail address; the lower-case copy is what counts. */
MUST_CHECK enum rc user_email(const char *text, char out[USER_EMAIL_MAX + 1],
    struct err *e);
MUST_CHECK enum rc user_get(struct core *c, const char *id, struct user *out,
    struct err *e);
/* The user's role there, CORE_ROLE_NONE when there is none; id is "" for the
 * service. */
MUST_CHECK enum rc user_role(struct core *c, const char *user,
    enum core_scope scope, const char *id, enum core_role *out, struct err *e);
/* The actor's own name.  RC_INVALID "bad-name". */
MUST_CHECK enum rc user_rename(struct core *c, const struct core_actor *a,
    const char *name, struct err *e);
/* What a user can sign in with. */
struct user_factors {
	bool has_password; /* false for who signs in at a provider only */
	bool totp;
	uint64_t passkeys, recovery_codes;
};
MUST_CHECK enum rc user_factors(struct core *c, const char *user,
    struct user_factors *out, struct err *e);
/* The actor's own password, before what needs more than a session.  RC_DENIED
 * "password-wrong", counted and slowed as a login is, recorded as a refusal of
 * action; RC_CONFLICT "no-password" for who has none. */
MUST_CHECK enum rc user_prove(struct core *c, const struct core_actor *a,
    struct span password, const char *action, struct err *e);
/* Ends all sessions but the actor's.  RC_DENIED "password-wrong", counted and
 * slowed as a login is. */
MUST_CHECK enum rc user_set_password(struct core *c, const struct core_actor *a,
    struct span old, struct span password, struct err *e);

/* All the user's roles; scope_id is "" for the service. */
MUST_CHECK enum rc user_memberships(struct core *c, const char *user,
    store_member_row *row, void *arg, struct err *e);
/* Members of the actor's account or vendor. */
MUST_CHECK enum rc user_members(struct core *c, const struct core_actor *a,
    const struct core_page *page, store_member_row *row, void *arg,
    struct err *e);
/* RC_CONFLICT "last-administrator" when no administrator would be left. */
MUST_CHECK enum rc user_set_role(struct core *c, const struct core_actor *a,
    const char *user, enum core_role role, struct err *e);
MUST_CHECK enum rc user_remove(struct core *c, const struct core_actor *a,
    const char *user, struct err *e);

/* The first user, with the role of the service.  RC_CONFLICT "user-exists"
 * when the e-mail is taken. */
MUST_CHECK enum rc user_bootstrap(struct core *c, const char *email,
    struct span password, struct err *e);

#endif
