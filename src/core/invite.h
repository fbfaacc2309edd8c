/* Invitations: a token for one e-mail address, good once, that gives a role.
 * Tokens are kept as SHA-256 only. */
#ifndef BIRTHMARK_CORE_INVITE_H
#define BIRTHMARK_CORE_INVITE_H

#include "core/core.h"
#include "core/user.h"
#include "store/store_invite.h"

#define INVITE_PREFIX "bmi_"
#define INVITE_TOKEN_SIZE 40
#define INVITE_DAYS 7

struct invite_wish {
	enum core_scope scope;
	const char *scope_id; /* "" for the service */
	const char *email;
	enum core_role role;
};

struct invite_new {
	char id[RAND_ID_SIZE];
	char token[INVITE_TOKEN_SIZE]; /* shown once; wipe after use */
	int64_t expires_at;
};

/* The caller is authorised for the scope.  One who acts for the service may
 * invite into an account only where he is administrator himself. */
MUST_CHECK enum rc invite_create(struct core *c, const struct core_actor *a,
    const struct invite_wish *w, struct invite_new *out, struct err *e);
/* Open ones of the actor's account or vendor. */
MUST_CHECK enum rc invite_each(struct core *c, const struct core_actor *a,
    const struct core_page *page, store_invite_row *row, void *arg,
    struct err *e);
MUST_CHECK enum rc invite_remove(struct core *c, const struct core_actor *a,
    const char *id, struct err *e);

/* What an invitation is for, for whoever holds it. */
struct invite_preview {
	char email[USER_EMAIL_MAX + 1];
	char scope[16];
	char name[104]; /* of the account or vendor, "" for the service */
	char role[32];
	bool known; /* there is a user already, whose password is needed */
};
/* RC_NOT_FOUND "invitation-unknown", counted for the peer. */
MUST_CHECK enum rc invite_preview(struct core *c, const struct core_actor *from,
    const char *token, struct invite_preview *out, struct err *e);

struct invite_answer {
	const char *token;
	struct span password; /* of the user, or the new user's */
	const char *name;     /* of a new user, or NULL */
};

struct invite_accepted {
	struct user user;
	char scope[16];
	char scope_id[RAND_ID_SIZE];
	char role[32];
};

/* Makes the user if the e-mail is new; else the password has to be his.
 * RC_NOT_FOUND "invitation-unknown" for unknown, used and expired ones. */
MUST_CHECK enum rc invite_accept(struct core *c, const struct core_actor *from,
    const struct invite_answer *answer, struct invite_accepted *out,
    struct err *e);

/* What a provider of single sign-on has proven. */
struct invite_proof {
	const char *token;
	const char *email; /* as user_email gives it */
	const char *name;  /* of a new user, or "" */
	const char *user;  /* who that is here, "" nobody yet */
};

/* As invite_accept, without a password: a new user gets none.  One who has a
 * role there keeps it, and the invitation stays.  Joins the caller's
 * transaction.  RC_DENIED "invitation-other-address". */
MUST_CHECK enum rc invite_accept_proven(struct core *c,
    const struct core_actor *from, const struct invite_proof *p,
    struct invite_accepted *out, struct err *e);

#endif
