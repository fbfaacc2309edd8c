/* ID tokens (OpenID Connect Core 1.0, 3.1.3.7): who somebody is at a provider,
 * signed by it for one client and one login. */
#ifndef BIRTHMARK_PKI_ID_TOKEN_H
#define BIRTHMARK_PKI_ID_TOKEN_H

#include "base/buf.h"

#define ID_TOKEN_SUB_SIZE 256
#define ID_TOKEN_EMAIL_SIZE 256
#define ID_TOKEN_NAME_SIZE 101

struct id_token {
	char sub[ID_TOKEN_SUB_SIZE];
	char email[ID_TOKEN_EMAIL_SIZE]; /* "" when it does not tell */
	bool email_verified;
	char name[ID_TOKEN_NAME_SIZE]; /* cut; "" when it does not tell */
};

/* What the token has to be for. */
struct id_token_want {
	const char *issuer;
	const char *client_id;
	const char *nonce;
	int64_t now_s;
};

/* Judges signature (by a key of jwks, a JWK set), issuer, audience, times and
 * nonce.  RC_NOT_FOUND "jws-key-unknown" when jwks lacks the key: it may be
 * new.  RC_INVALID with "id-token-..." or "jws-..." for anything else. */
MUST_CHECK enum rc id_token_check(struct span jws, struct span jwks,
    const struct id_token_want *w, struct id_token *out, struct err *e);
/* Fills in e-mail and name from the answer of a UserInfo endpoint (5.3.2),
 * which has to be about the same sub. */
MUST_CHECK enum rc id_token_userinfo(struct span json, struct id_token *t,
    struct err *e);

#endif
