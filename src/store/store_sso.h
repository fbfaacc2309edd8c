/* Signing in at a provider of OpenID Connect: what is known of the provider,
 * logins on their way, and whose identities are whose.
 * Must not judge any of them. */
#ifndef BIRTHMARK_STORE_STORE_SSO_H
#define BIRTHMARK_STORE_STORE_SSO_H

#include "base/rand.h"
#include "store/store.h"

#define STORE_SSO_URL_SIZE 1024
#define STORE_SSO_SUB_SIZE 256 /* OpenID Connect Core 2: 255 ASCII */
#define STORE_SSO_CODE_SIZE 2048
#define STORE_SSO_VERIFIER_SIZE 44
#define STORE_SSO_NEXT_SIZE 512

enum store_sso_step {
	STORE_SSO_SENT,
	STORE_SSO_CODE,
	STORE_SSO_ASKED,
	STORE_SSO_KNOWN,
	STORE_SSO_FAILED
};

struct store_sso_login {
	uint8_t cookie[32]; /* SHA-256 */
	enum store_sso_step step;
	char nonce[STORE_SSO_VERIFIER_SIZE];
	char verifier[STORE_SSO_VERIFIER_SIZE]; /* wipe after use */
	char next[STORE_SSO_NEXT_SIZE];
	char peer[64];
	char code[STORE_SSO_CODE_SIZE]; /* wipe after use */
	char issuer[STORE_SSO_URL_SIZE];
	char sub[STORE_SSO_SUB_SIZE];
	char email[256];
	char name[104];
	char fault[48];
	int64_t expires_at;
};

struct store_sso_provider {
	char issuer[STORE_SSO_URL_SIZE];
	char authorization_endpoint[STORE_SSO_URL_SIZE];
	int64_t read_at;
};

/* The only one from now on. */
MUST_CHECK enum rc store_sso_provider_put(struct store *s,
    const struct store_sso_provider *p, struct err *e);
/* RC_NOT_FOUND (e untouched) when it was never read. */
MUST_CHECK enum rc store_sso_provider_get(struct store *s, const char *issuer,
    struct store_sso_provider *out, struct err *e);

/* Adds one that is sent, and removes what has expired and what is older than
 * the newest `keep`. */
MUST_CHECK enum rc store_sso_login_add(struct store *s,
    const struct store_sso_login *l, int64_t now_s, int64_t keep,
    struct err *e);
/* One that has not expired; RC_NOT_FOUND (e untouched). */
MUST_CHECK enum rc store_sso_login_find(struct store *s,
    const uint8_t cookie[32], int64_t now_s, struct store_sso_login *out,
    struct err *e);
/* Sent -> code; *n is 0 when it was not just sent. */
MUST_CHECK enum rc store_sso_login_code(struct store *s,
    const uint8_t cookie[32], const char *code, int64_t *n, struct err *e);
/* Any with a code becomes asked, and its code is gone from the store;
 * RC_NOT_FOUND (e untouched) when there is none.  In a transaction. */
MUST_CHECK enum rc store_sso_login_take(struct store *s, int64_t now_s,
    struct store_sso_login *out, struct err *e);
bool store_sso_login_waits(struct store *s); /* one with a code is there */
/* Asked -> known or failed, as l->step says, with what is in l. */
MUST_CHECK enum rc store_sso_login_told(struct store *s,
    const struct store_sso_login *l, struct err *e);
/* All that were asked fail: who asked is gone. */
MUST_CHECK enum rc store_sso_login_drop(struct store *s, const char *fault,
    struct err *e);
/* *n: how many (0 or 1) there were. */
MUST_CHECK enum rc store_sso_login_end(struct store *s,
    const uint8_t cookie[32], int64_t *n, struct err *e);

/* The user who is this there; RC_NOT_FOUND (e untouched). */
MUST_CHECK enum rc store_sso_identity_user(struct store *s, const char *issuer,
    const char *sub, char user[RAND_ID_SIZE], struct err *e);
/* RC_CONFLICT when either has another one there. */
MUST_CHECK enum rc store_sso_identity_add(struct store *s, const char *issuer,
    const char *sub, const char *user, int64_t now_s, struct err *e);
/* All of a user. */
MUST_CHECK enum rc store_sso_identity_remove(struct store *s, const char *user,
    struct err *e);

#endif
