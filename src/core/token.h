/* API tokens: random bearer tokens of an account or a vendor, with one role
 * and an expiry; and how any random token is made and hashed. */
#ifndef BIRTHMARK_CORE_TOKEN_H
#define BIRTHMARK_CORE_TOKEN_H

#include "core/core.h"
#include "store/store_token.h"

#define TOKEN_PREFIX "bmt_"
#define TOKEN_SIZE 40 /* prefix, 32 characters, NUL */
#define TOKEN_DAYS_MAX 366
#define TOKEN_NAME_MAX 100
#define TOKEN_HASH 32

/* prefix and 160 random bits in base32; and what the store keeps of it. */
void token_make(const char *prefix, char out[TOKEN_SIZE]);
void token_hash(struct span token, uint8_t out[TOKEN_HASH]);

struct token_wish {
	const char *name;
	enum core_role role;
	unsigned int days; /* 1..TOKEN_DAYS_MAX */
};

struct token_new {
	char id[RAND_ID_SIZE];
	char token[TOKEN_SIZE]; /* shown once; wipe after use */
	int64_t expires_at;
};

/* All work in the scope of a (account or vendor).  role must be one of that
 * scope. */
MUST_CHECK enum rc token_create(struct core *c, const struct core_actor *a,
    const struct token_wish *w, struct token_new *out, struct err *e);
MUST_CHECK enum rc token_each(struct core *c, const struct core_actor *a,
    const struct core_page *page, store_token_row *row, void *arg,
    struct err *e);
MUST_CHECK enum rc token_revoke(struct core *c, const struct core_actor *a,
    const char *id, struct err *e);
/* Fills id, name, is_token, scope, scope_id and role of a; refuses unknown,
 * expired and revoked ones alike. */
MUST_CHECK enum rc token_find(struct core *c, struct span token,
    struct core_actor *a, struct err *e);

#endif
