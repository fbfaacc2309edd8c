/* Passkeys of users (WebAuthn): adding, removing, signing in with one, which
 * needs neither e-mail nor password.  Challenges work once, for five minutes,
 * and are kept as SHA-256 only. */
#ifndef BIRTHMARK_CORE_PASSKEY_H
#define BIRTHMARK_CORE_PASSKEY_H

#include "core/session.h"
#include "pki/webauthn.h"
#include "store/store_passkey.h"

#define PASSKEY_USER_MAX 20 /* of one user */
#define PASSKEY_NAME_MAX 100
#define PASSKEY_CHALLENGE_S 300

/* What the authenticator is to be asked with. */
struct passkey_offer {
	struct webauthn_site site;
	uint8_t challenge[WEBAUTHN_CHALLENGE];
	uint8_t handle[STORE_PASSKEY_HANDLE]; /* of the user, to add one */
};

/* To add one, after the actor's password (user_prove).  RC_CONFLICT
 * "passkeys-full", "passkeys-need-a-name". */
MUST_CHECK enum rc passkey_begin(struct core *c, const struct core_actor *a,
    struct span password, struct passkey_offer *out, struct err *e);

struct passkey_made {
	const char *name;
	struct span client; /* clientDataJSON */
	struct span object; /* attestationObject */
};
/* RC_INVALID as webauthn.h, and "passkey-challenge" for one that was not given
 * out, is used or has expired; RC_CONFLICT "passkey-known". */
MUST_CHECK enum rc passkey_add(struct core *c, const struct core_actor *a,
    const struct passkey_made *made, struct store_passkey *out, struct err *e);
/* The actor's own. */
MUST_CHECK enum rc passkey_each(struct core *c, const struct core_actor *a,
    const struct core_page *page, store_passkey_row *row, void *arg,
    struct err *e);
MUST_CHECK enum rc passkey_remove(struct core *c, const struct core_actor *a,
    const char *id, struct err *e);

/* To sign in.  RC_LIMIT "login-locked" for a peer with many open ones. */
MUST_CHECK enum rc passkey_login_begin(struct core *c,
    const struct core_actor *from, struct passkey_offer *out, struct err *e);
struct passkey_answer {
	struct span id;	    /* of the credential */
	struct span handle; /* userHandle */
	struct webauthn_answer answer;
};
/* RC_UNAUTHENTICATED "passkey-refused", or "passkey-cloned" when its counter
 * says that there is a copy. */
MUST_CHECK enum rc passkey_login(struct core *c, const struct core_actor *from,
    const struct passkey_answer *answer, struct session_new *out,
    struct err *e);

#endif
