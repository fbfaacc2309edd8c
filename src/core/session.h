/* Sessions of users: logging in with a password, the token that stands for it,
 * and their end.  Tokens are kept as SHA-256 only. */
#ifndef BIRTHMARK_CORE_SESSION_H
#define BIRTHMARK_CORE_SESSION_H

#include "core/core.h"
#include "core/user.h"
#include "store/store_session.h"

#define SESSION_PREFIX "bms_"
#define SESSION_TOKEN_SIZE 40 /* prefix, 32 characters, NUL */
#define SESSION_MAX_S (7 * 24 * 3600)
#define SESSION_IDLE_S (8 * 3600)
#define SESSION_USER_MAX 50 /* of one user */

struct session_new {
	char token[SESSION_TOKEN_SIZE]; /* wipe after use */
	int64_t expires_at;
	struct user user;
};

struct session_wish {
	const char *email;
	struct span password;
	const char *code; /* one-time or recovery code, or NULL */
};

/* from: only from and now_s of it are used.  Answers and costs the same for
 * an unknown e-mail as for a wrong password (RC_UNAUTHENTICATED
 * "login-refused").  With the right one, RC_UNAUTHENTICATED
 * "second-factor-needed" where a code is needed and "code-wrong".  RC_LIMIT
 * "login-locked" after many.  Beyond SESSION_USER_MAX it ends the user's
 * session that was unused longest. */
MUST_CHECK enum rc session_login(struct core *c, const struct core_actor *from,
    const struct session_wish *w, struct session_new *out, struct err *e);
/* For a user who has been authenticated otherwise: method is "passkey" or
 * "sso". */
MUST_CHECK enum rc session_open(struct core *c, const struct core_actor *from,
    const char *user, const char *method, struct session_new *out,
    struct err *e);
/* Fills id, name, session of a (keeps from and now_s). */
MUST_CHECK enum rc session_find(struct core *c, struct span token,
    struct core_actor *a, struct err *e);

/* The actor's own, without the hashes. */
MUST_CHECK enum rc session_each(struct core *c, const struct core_actor *a,
    const struct core_page *page, store_session_row *row, void *arg,
    struct err *e);
/* id: of one of the actor's own, or "current". */
MUST_CHECK enum rc session_end(struct core *c, const struct core_actor *a,
    const char *id, struct err *e);
/* All of the actor's own. */
MUST_CHECK enum rc session_end_all(struct core *c, const struct core_actor *a,
    struct err *e);

#endif
