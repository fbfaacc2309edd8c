/* Bearer tokens for product clouds, made by the signer and kept until shortly
 * before they expire; shared by threads, as the one connection to the signer
 * is. */
#ifndef BIRTHMARK_CLOUD_BEARER_H
#define BIRTHMARK_CLOUD_BEARER_H

#include "base/buf.h"
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
/* It was refused: the next one is a new one. */
void bearer_drop(struct bearer *b, const char *account, const char *audience);

#endif
