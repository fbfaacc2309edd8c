/* What a user signs in with beside the password: one-time codes (RFC 6238) of
 * an app, and recovery codes that work once each.  The secret is never stored:
 * the signer derives it from a random nonce. */
#ifndef BIRTHMARK_CORE_FACTOR_H
#define BIRTHMARK_CORE_FACTOR_H

#include "core/core.h"

#define FACTOR_CODES 10
#define FACTOR_CODE_SIZE 20   /* "xxxx-xxxx-xxxx-xxxx" with NUL: 80 bits */
#define FACTOR_SECRET_SIZE 33 /* base32 with NUL */
#define FACTOR_URI_SIZE 1024

enum factor_kind { FACTOR_NONE, FACTOR_TOTP, FACTOR_RECOVERY };
/* As the method of a session: "password", "totp", "recovery". */
const char *factor_name(enum factor_kind kind);

/* After the right password.  FACTOR_NONE for who needs no code; code (may be
 * NULL) is used up when it is right.  RC_UNAUTHENTICATED
 * "second-factor-needed" without one, "code-wrong" with a wrong one, which the
 * caller counts. */
MUST_CHECK enum rc factor_check(struct core *c, const char *user,
    const char *code, int64_t now_s, enum factor_kind *kind, struct err *e);

struct factor_secret { /* wipe after use */
	char secret[FACTOR_SECRET_SIZE];
	char uri[FACTOR_URI_SIZE];
};
struct factor_codes { /* wipe after use */
	char code[FACTOR_CODES][FACTOR_CODE_SIZE];
};

/* Each of the actor's own, after his password (RC_DENIED "password-wrong").
 * RC_CONFLICT "totp-on" while it is on. */
MUST_CHECK enum rc factor_begin(struct core *c, const struct core_actor *a,
    struct span password, struct factor_secret *out, struct err *e);
/* Within FACTOR_BEGUN_S of begin.  RC_DENIED "code-wrong", counted;
 * RC_CONFLICT "totp-not-begun", "totp-on". */
#define FACTOR_BEGUN_S 3600
MUST_CHECK enum rc factor_confirm(struct core *c, const struct core_actor *a,
    const char *code, struct factor_codes *out, struct err *e);
/* RC_CONFLICT "totp-off" where there is nothing to remove or renew. */
MUST_CHECK enum rc factor_remove(struct core *c, const struct core_actor *a,
    struct span password, struct err *e);
MUST_CHECK enum rc factor_renew(struct core *c, const struct core_actor *a,
    struct span password, struct factor_codes *out, struct err *e);
/* Codes and passkeys of a user, as part of the caller's transaction. */
MUST_CHECK enum rc factor_drop(struct core *c, const char *user, struct err *e);

#endif
