/* One-time links with which a user sets a new password, found by the hash of
 * their token.  Must never see a token itself. */
#ifndef BIRTHMARK_STORE_STORE_RESET_H
#define BIRTHMARK_STORE_STORE_RESET_H

#include "base/rand.h"
#include "store/store.h"

struct store_reset {
	uint8_t hash[32];
	char user[RAND_ID_SIZE];
	char email[256]; /* of the user, when found */
	bool remove_factors;
	char created_by[256]; /* this and the times when put, not found */
	int64_t created_at, expires_at;
};

/* Takes the place of all others of the user. */
MUST_CHECK enum rc store_reset_put(struct store *s, const struct store_reset *r,
    struct err *e);
/* An unused one that has not expired; RC_NOT_FOUND (e untouched). */
MUST_CHECK enum rc store_reset_find(struct store *s, const uint8_t hash[32],
    int64_t now_s, struct store_reset *out, struct err *e);
/* *n: 1 if it was unused until now. */
MUST_CHECK enum rc store_reset_use(struct store *s, const uint8_t hash[32],
    int64_t now_s, int64_t *n, struct err *e);

/* Those for the user, and those that he made. */
MUST_CHECK enum rc store_reset_drop(struct store *s, const char *user,
    struct err *e);

struct store_reset_reach {
	const char *by;		      /* user, or "" for a token */
	const char *scope, *scope_id; /* where by acts */
	const char *roles[3];	      /* that may reset, where by has them */
};
/* How many of a user's memberships are neither there nor in a scope where by
 * has one of the roles. */
MUST_CHECK enum rc store_reset_elsewhere(struct store *s, const char *user,
    const struct store_reset_reach *r, uint64_t *out, struct err *e);

#endif
