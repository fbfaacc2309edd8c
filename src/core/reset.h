/* Resets: a one-time link with which a user sets a new password.  Tokens are
 * kept as SHA-256 only. */
#ifndef BIRTHMARK_CORE_RESET_H
#define BIRTHMARK_CORE_RESET_H

#include "core/core.h"
#include "core/user.h"

#define RESET_PREFIX "bmr_"
#define RESET_TOKEN_SIZE 40
#define RESET_TTL_S (24 * 3600)

struct reset_new {
	char token[RESET_TOKEN_SIZE]; /* shown once; wipe after use */
	int64_t expires_at;
};

/* Of a member of the actor's account or vendor, whose administrator he is.
 * RC_DENIED "member-elsewhere" when the member has a role where the actor is
 * no administrator (the role of the service included), "reset-self" for the
 * actor himself.  The link takes the place of earlier ones. */
MUST_CHECK enum rc reset_member(struct core *c, const struct core_actor *a,
    const char *user, bool remove_factors, struct reset_new *out,
    struct err *e);
/* Of any user, by one with the role of the service. */
MUST_CHECK enum rc reset_user(struct core *c, const struct core_actor *a,
    const char *email, bool remove_factors, struct reset_new *out,
    struct err *e);

/* For whoever has the link: RC_NOT_FOUND "link-invalid" for an unknown, used,
 * expired or replaced one, counted for the peer. */
MUST_CHECK enum rc reset_preview(struct core *c, const struct core_actor *from,
    const char *token, char email[USER_EMAIL_MAX + 1], struct err *e);
/* Ends all the user's sessions. */
MUST_CHECK enum rc reset_accept(struct core *c, const struct core_actor *from,
    const char *token, struct span password, struct err *e);

#endif
