/* Signing in at a provider of OpenID Connect: the way of a browser to it and
 * back, and which user comes of it.  The courier asks the provider; here is
 * what a worker does before and after. */
#ifndef BIRTHMARK_CORE_SSO_H
#define BIRTHMARK_CORE_SSO_H

#include "core/session.h"
#include "core/token.h"
#include "store/store_sso.h"

#define SSO_PREFIX "bml_"
#define SSO_LOGIN_S 600
#define SSO_LOGINS_MAX 10000 /* on their way at a time */

/* Of core; NULL there: nobody signs in so. */
struct sso_conf {
	const char *issuer, *client_id;
	const char *name; /* what people call it */
};

/* Why a login failed, as the courier writes it down. */
#define SSO_REFUSED "sso-refused"
#define SSO_EXPIRED "sso-expired"
#define SSO_UNVERIFIED "sso-email-unverified"
#define SSO_UNAVAILABLE "sso-unavailable"

/* The path at the service to which the provider sends the browser back. */
#define SSO_CALLBACK "/sso/callback"

/* A path of this service and nothing else, without a fragment. */
bool sso_is_path(struct span next);

/* Begins a login: the cookie's value (wipe after use), and the provider's
 * address with all its parameters appended to url.  RC_LIMIT "sso-busy",
 * RC_AGAIN "sso-unavailable" when the provider was never reached,
 * RC_NOT_FOUND "sso-off". */
MUST_CHECK enum rc sso_begin(struct core *c, const struct core_actor *from,
    const char *next, char cookie[TOKEN_SIZE], struct buf *url, struct err *e);

/* What the provider has sent the browser back with; NULL where absent. */
struct sso_answer {
	struct span cookie;
	const char *state, *code, *issuer, *error;
};

/* Keeps the code for the courier, once.  RC_UNAUTHENTICATED with "sso-state",
 * "sso-expired", "sso-denied" or "sso-refused". */
MUST_CHECK enum rc sso_return(struct core *c, const struct core_actor *from,
    const struct sso_answer *a, char next[STORE_SSO_NEXT_SIZE], struct err *e);

struct sso_wish {
	struct span cookie;
	const char *invitation; /* token, or NULL */
};

struct sso_outcome {
	bool waits; /* the provider has not answered yet; else: */
	struct session_new session;
};

/* The session, once: what is answered finally ends the login, unless it is
 * RC_AGAIN or RC_ENV.  RC_UNAUTHENTICATED with one of the reasons above;
 * RC_DENIED "sso-not-invited" when nobody here has that address,
 * "sso-other-identity" when its user is somebody else there; what
 * invite_accept_proven says. */
MUST_CHECK enum rc sso_finish(struct core *c, const struct core_actor *from,
    const struct sso_wish *w, struct sso_outcome *out, struct err *e);

#endif
