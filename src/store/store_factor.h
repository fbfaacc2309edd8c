/* One-time codes and recovery codes of users.
 * Must never see a secret or a code itself. */
#ifndef BIRTHMARK_STORE_STORE_FACTOR_H
#define BIRTHMARK_STORE_STORE_FACTOR_H

#include "store/store.h"

struct store_factor_totp {
	uint8_t nonce[32];
	int64_t created_at, confirmed_at; /* 0: not confirmed */
	int64_t last_step;
};

/* RC_NOT_FOUND (e untouched) when there is none. */
MUST_CHECK enum rc store_factor_totp(struct store *s, const char *user,
    struct store_factor_totp *out, struct err *e);
/* Replaces one that is not confirmed; *n 0 where one is. */
MUST_CHECK enum rc store_factor_totp_put(struct store *s, const char *user,
    const struct store_factor_totp *t, int64_t *n, struct err *e);
/* *n: 1 if it was not confirmed until now. */
MUST_CHECK enum rc store_factor_totp_confirm(struct store *s, const char *user,
    int64_t now_s, int64_t step, int64_t *n, struct err *e);
/* *n: 1 if no code of this step or a later one was used. */
MUST_CHECK enum rc store_factor_totp_step(struct store *s, const char *user,
    int64_t step, int64_t *n, struct err *e);
/* *n: 1 if there was a confirmed one. */
MUST_CHECK enum rc store_factor_totp_remove(struct store *s, const char *user,
    int64_t *n, struct err *e);

MUST_CHECK enum rc store_factor_code_add(struct store *s, const char *user,
    const uint8_t hash[32], struct err *e);
/* *n: 1 if there was one, which is gone then. */
MUST_CHECK enum rc store_factor_code_use(struct store *s, const char *user,
    const uint8_t hash[32], int64_t *n, struct err *e);
MUST_CHECK enum rc store_factor_codes_remove(struct store *s, const char *user,
    struct err *e);

struct store_factor_count {
	bool totp; /* confirmed */
	uint64_t passkeys, recovery_codes;
};
MUST_CHECK enum rc store_factor_count(struct store *s, const char *user,
    struct store_factor_count *out, struct err *e);

#endif
