/* The products of an account.
 * Stores; judges nothing. */
#ifndef BIRTHMARK_STORE_STORE_PRODUCT_H
#define BIRTHMARK_STORE_STORE_PRODUCT_H

#include "base/rand.h"
#include "store/store.h"

struct store_product {
	char id[RAND_ID_SIZE];
	char account_id[RAND_ID_SIZE];
	char name[129];
	int64_t created_at;
};

/* RC_CONFLICT when the account has one of that name. */
MUST_CHECK enum rc store_product_add(struct store *s,
    const struct store_product *p, struct err *e);
/* RC_NOT_FOUND leaves e untouched, here and below. */
MUST_CHECK enum rc store_product_find(struct store *s, const char *account_id,
    const char *id, struct store_product *out, struct err *e);
MUST_CHECK enum rc store_product_rename(struct store *s, const char *account_id,
    const char *id, const char *name, struct err *e);
/* RC_CONFLICT while a binding, a claim voucher or the account's default names
 * it. */
MUST_CHECK enum rc store_product_delete(struct store *s, const char *account_id,
    const char *id, struct err *e);
/* In the order of ids, after `after` ("" from the first).  *n: the room in
 * out, then how many. */
MUST_CHECK enum rc store_product_list(struct store *s, const char *account_id,
    const char *after, struct store_product *out, size_t *n, struct err *e);

#endif
