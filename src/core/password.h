/* Passwords: what is accepted, and their argon2id form (RFC 9106).
 * Must not be used for random tokens, which need no slow hash. */
#ifndef BIRTHMARK_CORE_PASSWORD_H
#define BIRTHMARK_CORE_PASSWORD_H

#include "base/err.h"
#include "base/span.h"

#define PASSWORD_MIN 10
#define PASSWORD_MAX 128  /* bytes */
#define PASSWORD_SIZE 160 /* of the encoded form, with NUL */

/* Refuses short and long ones; RC_INVALID "password-too-easy" what is short
 * without the e-mail name, repeats or counts only; "password-common" what a
 * list of common ones holds, also between digits and signs. */
MUST_CHECK enum rc password_check(struct span password, const char *email,
    struct err *e);
MUST_CHECK enum rc password_hash(struct span password, char out[PASSWORD_SIZE],
    struct err *e);
/* With encoded NULL, or empty as of users without a password, it costs the same
 * and is false. */
bool password_verify(const char *encoded, struct span password);
/* Made with other parameters than are used now. */
bool password_is_old(const char *encoded);

#endif
