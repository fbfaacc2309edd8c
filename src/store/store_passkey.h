/* Passkeys of users, what an authenticator knows users by, and the challenges
 * that were given out.  Must never see a challenge itself. */
#ifndef BIRTHMARK_STORE_STORE_PASSKEY_H
#define BIRTHMARK_STORE_STORE_PASSKEY_H

#include "base/rand.h"
#include "store/store.h"
#include "store/store_list.h"

#define STORE_PASSKEY_CREDENTIAL 1023
#define STORE_PASSKEY_KEY 300
#define STORE_PASSKEY_HANDLE 32

struct store_passkey {
	char id[RAND_ID_SIZE];
	char user[RAND_ID_SIZE];
	uint8_t credential[STORE_PASSKEY_CREDENTIAL];
	size_t credential_n;
	int alg; /* of COSE */
	uint8_t key[STORE_PASSKEY_KEY];
	size_t key_n;
	uint32_t sign_count;
	char name[104];
	int64_t created_at, last_used_at;
};
typedef void store_passkey_row(void *arg, const struct store_passkey *p);

/* RC_CONFLICT when the credential is known. */
MUST_CHECK enum rc store_passkey_add(struct store *s,
    const struct store_passkey *p, struct err *e);
/* RC_NOT_FOUND (e untouched) when there is none. */
MUST_CHECK enum rc store_passkey_find(struct store *s, struct span credential,
    struct store_passkey *out, struct err *e);
/* list: user, cursor, limit. */
MUST_CHECK enum rc store_passkey_each(struct store *s,
    const struct store_list *list, store_passkey_row *row, void *arg,
    struct err *e);
MUST_CHECK enum rc store_passkey_used(struct store *s, const char *id,
    uint32_t sign_count, int64_t now_s, struct err *e);
MUST_CHECK enum rc store_passkey_remove(struct store *s, const char *user,
    const char *id, int64_t *n, struct err *e);
MUST_CHECK enum rc store_passkey_remove_all(struct store *s, const char *user,
    struct err *e);

/* The user's handle, which is `fresh` where there was none. */
MUST_CHECK enum rc store_passkey_handle(struct store *s, const char *user,
    const uint8_t fresh[STORE_PASSKEY_HANDLE],
    uint8_t out[STORE_PASSKEY_HANDLE], struct err *e);

struct store_passkey_challenge {
	uint8_t hash[32];
	const char *user; /* "" where nobody is known */
	const char *peer;
	int64_t expires_at;
};
/* Removes those that have expired, too. */
MUST_CHECK enum rc store_passkey_challenge_add(struct store *s,
    const struct store_passkey_challenge *c, int64_t now_s, struct err *e);
MUST_CHECK enum rc store_passkey_challenge_count(struct store *s,
    const char *peer, int64_t now_s, uint64_t *out, struct err *e);
/* *n: 1 if there was one of this user, which is gone then. */
MUST_CHECK enum rc store_passkey_challenge_use(struct store *s,
    const struct store_passkey_challenge *c, int64_t now_s, int64_t *n,
    struct err *e);

#endif
