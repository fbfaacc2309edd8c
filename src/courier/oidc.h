/* The courier's part of signing in at a provider of OpenID Connect: it keeps
 * what the provider publishes, and turns the codes that workers leave in the
 * store into who came.  Must not decide which user that is. */
#ifndef BIRTHMARK_COURIER_OIDC_H
#define BIRTHMARK_COURIER_OIDC_H

#include "base/buf.h"

struct oidc_options {
	const char *issuer, *client_id;
	const char *public_url;
	const char *data;	 /* the store */
	const char *secret_file; /* the client's; may be missing */
	struct span ca;		 /* PEM; empty: the system's */
	bool allow_private;	 /* private and local addresses */
	bool trust_email;	 /* also addresses it has not verified */
};

struct oidc; /* some threads */

/* Starts them; everything in o is borrowed until the end. */
MUST_CHECK enum rc oidc_start(struct oidc **out, const struct oidc_options *o,
    struct err *e);
/* They are to end. */
void oidc_stop(struct oidc *o);
/* Waits for them, up to ms; false when one still waits for the provider.
 * Frees o when true. */
bool oidc_join(struct oidc *o, unsigned int ms);

#endif
