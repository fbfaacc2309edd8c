/* Turning a code into who somebody is: the token request (OpenID Connect Core
 * 3.1.3) with PKCE, and UserInfo where the ID token tells no address.
 * Must not log or keep a code, a token or the client's secret. */
#ifndef BIRTHMARK_COURIER_OIDC_TOKEN_H
#define BIRTHMARK_COURIER_OIDC_TOKEN_H

#include "courier/oidc_provider.h"
#include "pki/id_token.h"

struct oidc_token_request {
	const struct oidc_provider *provider;
	const char *client_id;
	const char *secret; /* "" for a public client */
	const char *redirect_uri;
	const char *code, *verifier;
};

struct oidc_token_answer {
	struct buf id_token;
	struct buf access_token; /* empty where there is none */
};

void oidc_token_init(struct oidc_token_answer *a);
void oidc_token_clear(struct oidc_token_answer *a);
/* RC_INVALID when the provider refuses the code or answers garbage, RC_AGAIN
 * or RC_DENIED when it is away, or refuses the client itself. */
MUST_CHECK enum rc oidc_token_ask(struct fetch *f,
    const struct oidc_token_request *q, struct oidc_token_answer *a,
    struct err *e);
/* Completes t by the UserInfo endpoint. */
MUST_CHECK enum rc oidc_token_userinfo(struct fetch *f,
    const struct oidc_provider *p, struct oidc_token_answer *a,
    struct id_token *t, struct err *e);

#endif
