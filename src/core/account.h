/* Accounts: a product company's own space, with its defaults.
 * Must not be shown to who has no role in it. */
#ifndef BIRTHMARK_CORE_ACCOUNT_H
#define BIRTHMARK_CORE_ACCOUNT_H

#include "core/core.h"
#include "store/store_account.h"

#define ACCOUNT_NAME_MAX 100

/* The actor, a user, becomes its administrator. */
MUST_CHECK enum rc account_create(struct core *c, const struct core_actor *a,
    const char *name, struct store_account *out, struct err *e);
MUST_CHECK enum rc account_get(struct core *c, const char *id,
    struct store_account *out, struct err *e);
/* Those in which the actor, a user, has a role. */
MUST_CHECK enum rc account_each(struct core *c, const struct core_actor *a,
    const struct core_page *page, store_account_row *row, void *arg,
    struct err *e);

/* NULL: as it is.  "": none. */
struct account_change {
	const char *name, *default_cloud, *default_product;
	const char *registrar_url; /* https://HOST[:PORT] */
	bool set_auto, auto_provision;
};
/* Of the actor's account.  RC_INVALID when a cloud or product is not its, or
 * "bad-registrar". */
MUST_CHECK enum rc account_update(struct core *c, const struct core_actor *a,
    const struct account_change *change, struct store_account *out,
    struct err *e);

#endif
