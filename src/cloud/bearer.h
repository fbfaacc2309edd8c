/* What the signer makes for product clouds: bearer tokens, kept until shortly
 * before they expire, and signatures of events; shared by threads, as the one
 * connection to the signer is. */
#ifndef BIRTHMARK_CLOUD_BEARER_H
#define BIRTHMARK_CLOUD_BEARER_H

#include "cloud/connector.h"
#include "signer/signer.h"

#define BEARER_TTL_S 600
#define BEARER_RENEW_S 120 /* before its end */

struct bearer;

/* Borrows both. */
MUST_CHECK enum rc bearer_new(struct bearer **out, struct signer *signer,
    const char *issuer, struct err *e);
void bearer_free(struct bearer *b);
/* Appends a token of this account that is valid for this audience. */
MUST_CHECK enum rc bearer_get(struct bearer *b, const char *account,
    const char *audience, struct buf *jwt, struct err *e);
/* The same as an OpenID issuer of the account's own, for clouds that take
 * identities of others (RFC 7523, AWS web identity): iss is
 * PUBLIC_URL/.well-known/birthmark/accounts/ACCOUNT, where its configuration
 * and keys are, and sub the account. */
MUST_CHECK enum rc bearer_identity(struct bearer *b, const char *account,
    const char *audience, struct buf *jwt, struct err *e);
/* It was refused: the next one is a new one. */
void bearer_drop(struct bearer *b, const char *account, const char *audience);
/* Appends a detached JWS over an event, by this account's key. */
MUST_CHECK enum rc bearer_sign(struct bearer *b, const char *account,
    const struct connector_event *event, struct buf *jws, struct err *e);

#endif
