/* What a provider of OpenID Connect publishes of itself (Discovery 1.0): its
 * addresses and keys.  Must not be asked of anybody but the issuer. */
#ifndef BIRTHMARK_COURIER_OIDC_PROVIDER_H
#define BIRTHMARK_COURIER_OIDC_PROVIDER_H

#include "net/fetch.h"
#include "store/store_sso.h"

#define OIDC_PROVIDER_ANSWER_MAX (64 * 1024) /* of anything it says */

struct oidc_provider {
	char authorization[STORE_SSO_URL_SIZE];
	char token[STORE_SSO_URL_SIZE];
	char userinfo[STORE_SSO_URL_SIZE]; /* "" where there is none */
	char jwks_uri[STORE_SSO_URL_SIZE];
	bool post_only; /* the secret goes in the body, not in a header */
	struct buf jwks;
};

void oidc_provider_init(struct oidc_provider *p);
void oidc_provider_clear(struct oidc_provider *p);
/* Metadata and keys; p is unchanged unless RC_OK.  The metadata has to be of
 * exactly this issuer. */
MUST_CHECK enum rc oidc_provider_read(struct oidc_provider *p, struct fetch *f,
    const char *issuer, struct err *e);
/* The keys alone, into jwks. */
MUST_CHECK enum rc oidc_provider_keys(struct fetch *f, const char *jwks_uri,
    struct buf *jwks, struct err *e);
/* Judges the text of metadata and fills the addresses of p. */
MUST_CHECK enum rc oidc_provider_parse(struct oidc_provider *p,
    struct span json, const char *issuer, struct err *e);
/* to becomes a copy of from. */
MUST_CHECK enum rc oidc_provider_copy(struct oidc_provider *to,
    const struct oidc_provider *from, struct err *e);

#endif
