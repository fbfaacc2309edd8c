/* Product clouds of an account: where its devices will connect.
 * Credentials go in and never out: they are sealed for the courier, which
 * alone can open them. */
#ifndef BIRTHMARK_CORE_CLOUD_H
#define BIRTHMARK_CORE_CLOUD_H

#include <jansson.h>

#include "core/core.h"
#include "store/store_cloud.h"

#define CLOUD_CHUNK_DEFAULT 50
#define CLOUD_CHUNK_MAX 500

/* What a cloud is made of or changed to; NULL and 0: not given. */
struct cloud_spec {
	const char *name;
	const char *type; /* of a kind: cloud_rules.h */
	/* Only of kinds other than "interop" and "gate": JSON objects of
	 * strings by their fields. */
	json_t *settings, *credentials;
	json_t *quotas;	  /* of calls a minute; null: the default */
	const char *form; /* "aws", "azure", "other"; here and below only of
			   * "interop" */
	const char *url;  /* base; for aws instead of the next three */
	const char *gateway_id, *region, *stage;
	const char *audience; /* AWS account id, Azure subscription id */
	const char *username, *password;
	const char *ca_pem; /* certificates of a private CA; "": none */
	uint64_t chunk;
};

MUST_CHECK enum rc cloud_create(struct core *c, const struct core_actor *a,
    const struct cloud_spec *s, struct store_cloud *out, struct err *e);
/* RC_NOT_FOUND when it is not of this account or deleted. */
MUST_CHECK enum rc cloud_get(struct core *c, const char *account,
    const char *id, struct store_cloud *out, struct err *e);
MUST_CHECK enum rc cloud_exists_in(struct core *c, const char *account,
    const char *id, bool *exists, struct err *e);
/* In the order they were made, after the id given ("" for the start).  *n is
 * the room in out, then how many there are. */
MUST_CHECK enum rc cloud_list(struct core *c, const char *account,
    const char *after, struct store_cloud *out, size_t *n, struct err *e);
/* Only name, settings, credentials, quotas, username, password, ca_pem and
 * chunk can be changed; settings and quotas merge by name. */
MUST_CHECK enum rc cloud_update(struct core *c, const struct core_actor *a,
    const char *id, const struct cloud_spec *s, struct store_cloud *out,
    struct err *e);
/* RC_CONFLICT while a job works on it, and while batches are in it that can be
 * removed, unless forced: then they stay there.  Takes it out of the account's
 * default and of bindings, and forgets its credentials. */
MUST_CHECK enum rc cloud_delete(struct core *c, const struct core_actor *a,
    const char *id, bool force, struct err *e);
/* Closes its circuit breaker: what waits for it is tried at once. */
MUST_CHECK enum rc cloud_resume(struct core *c, const struct core_actor *a,
    const char *id, struct store_cloud *out, struct err *e);

#endif
