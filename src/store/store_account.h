/* Accounts and their defaults.
 * Must not judge who may change them. */
#ifndef BIRTHMARK_STORE_STORE_ACCOUNT_H
#define BIRTHMARK_STORE_STORE_ACCOUNT_H

#include "base/rand.h"
#include "store/store.h"
#include "store/store_list.h"

#define STORE_ACCOUNT_URL_SIZE 201

struct store_account {
	char id[RAND_ID_SIZE];
	char name[104];
	char default_cloud[RAND_ID_SIZE];   /* "" for none */
	char default_product[RAND_ID_SIZE]; /* "" for none */
	bool auto_provision;
	char registrar_url[STORE_ACCOUNT_URL_SIZE]; /* "": this service */
	int64_t created_at;
	char role[32]; /* of the user, in store_account_each */
};
typedef void store_account_row(void *arg, const struct store_account *a);

MUST_CHECK enum rc store_account_add(struct store *s,
    const struct store_account *a, struct err *e);
/* RC_NOT_FOUND (e untouched) when there is none. */
MUST_CHECK enum rc store_account_get(struct store *s, const char *id,
    struct store_account *out, struct err *e);
MUST_CHECK enum rc store_account_put(struct store *s,
    const struct store_account *a, struct err *e);
/* list: user, cursor, limit. */
MUST_CHECK enum rc store_account_each(struct store *s,
    const struct store_list *list, store_account_row *row, void *arg,
    struct err *e);
/* The account has this product cloud or product. */
MUST_CHECK enum rc store_account_has_cloud(struct store *s, const char *id,
    const char *cloud, bool *out, struct err *e);
MUST_CHECK enum rc store_account_has_product(struct store *s, const char *id,
    const char *product, bool *out, struct err *e);

#endif
