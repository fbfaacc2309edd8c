/* Sessions, found by the hash of their token.
 * Must never see a token itself. */
#ifndef BIRTHMARK_STORE_STORE_SESSION_H
#define BIRTHMARK_STORE_STORE_SESSION_H

#include "base/rand.h"
#include "store/store.h"
#include "store/store_list.h"

struct store_session {
	char id[RAND_ID_SIZE];
	uint8_t hash[32]; /* for adding only */
	char user[RAND_ID_SIZE];
	char email[256]; /* of the user, when found by hash */
	int64_t created_at, last_seen_at, expires_at;
	char from[64];
	char method[12]; /* "password", "totp", ... */
	char agent[201]; /* User-Agent, cut */
};
typedef void store_session_row(void *arg, const struct store_session *x);

MUST_CHECK enum rc store_session_add(struct store *s,
    const struct store_session *x, struct err *e);
/* RC_NOT_FOUND (e untouched) when there is none. */
MUST_CHECK enum rc store_session_find(struct store *s, const uint8_t hash[32],
    struct store_session *out, struct err *e);
MUST_CHECK enum rc store_session_seen(struct store *s, const char *id,
    int64_t now_s, struct err *e);
/* list: user, cursor, limit, now_s (expired ones are left out). */
MUST_CHECK enum rc store_session_each(struct store *s,
    const struct store_list *list, store_session_row *row, void *arg,
    struct err *e);
/* *n: how many (0 or 1) there were. */
MUST_CHECK enum rc store_session_end(struct store *s, const char *user,
    const char *id, int64_t *n, struct err *e);
/* All of a user but one. */
MUST_CHECK enum rc store_session_end_others(struct store *s, const char *user,
    const char *keep, struct err *e);
/* Removes a user's but the `keep` used last. */
MUST_CHECK enum rc store_session_trim(struct store *s, const char *user,
    int64_t keep, struct err *e);
/* Removes expired ones, of all users. */
MUST_CHECK enum rc store_session_sweep(struct store *s, int64_t now_s,
    struct err *e);

#endif
