/* Certificate authorities of accounts, and the profiles by which they issue.
 * The signer holds their keys.
 * No HTTP words, no SQL. */
#ifndef BIRTHMARK_CORE_CA_H
#define BIRTHMARK_CORE_CA_H

#include "core/core.h"
#include "core/upstream_spec.h"
#include "pki/profile.h"

#define CA_MAX 100 /* of an account, retired ones too: all are trusted */
#define CA_CHAIN_MAX 8
#define CA_URL_SIZE 320

struct ca_request {
	const char *name;
	const char *kind;	/* "root", "issuing", "upstream" */
	const char *parent_id;	/* of an issuing one; NULL: signed elsewhere */
	const char *hsm_name;	/* NULL: the key is in a file */
	enum key_type key_type; /* KEY_P256, KEY_P384 */
	const char *common_name, *org; /* NULL: the name, none */
	int64_t lifetime_s;	       /* 0: 20 years a root, 10 others */
	const struct upstream_spec *upstream; /* of kind "upstream" alone */
};
/* out is initialised by the caller, here and below.  RC_CONFLICT "ca-exists",
 * "hsm-key-taken", RC_INVALID "bad-ca-parent", RC_NOT_FOUND
 * "hsm-key-unknown". */
MUST_CHECK enum rc ca_create(struct core *c, const struct core_actor *a,
    const struct ca_request *r, struct store_ca *out, struct err *e);
/* now_s 0: its certificates are not counted. */
MUST_CHECK enum rc ca_find(struct core *c, const char *account, const char *id,
    int64_t now_s, struct store_ca *out, struct err *e);
/* The request of one that waits to be signed elsewhere, DER. */
MUST_CHECK enum rc ca_csr(struct core *c, const struct core_actor *a,
    const char *id, struct buf *der, struct err *e);
/* Its certificate (PEM or DER) and those above it, the root last (PEM, may be
 * empty).  RC_INVALID "bad-ca-certificate" when it is not for its key, no CA's,
 * or not signed by the next. */
struct ca_import {
	const char *id;
	struct span certificate, chain;
};
MUST_CHECK enum rc ca_import(struct core *c, const struct core_actor *a,
    const struct ca_import *r, struct store_ca *out, struct err *e);
/* RC_CONFLICT "ca-in-use" while a profile or an authority below needs it. */
MUST_CHECK enum rc ca_retire(struct core *c, const struct core_actor *a,
    const char *id, struct err *e);
/* The authority that answers for the account's servers: the first issuing one
 * below the root that was made first and is not retired, else that root;
 * without a root, the first issuing one. */
MUST_CHECK enum rc ca_find_server(struct core *c, const char *account,
    int64_t now_s, struct store_ca *out, struct err *e);
/* The root of that one, which vouches for the account's domain: DER appended.
 * RC_NOT_FOUND when the account has no authority of its own. */
MUST_CHECK enum rc ca_domain_root(struct core *c, const char *account,
    int64_t now_s, struct buf *der, struct err *e);
/* It and those above it up to the root, DER after DER. */
MUST_CHECK enum rc ca_chain(struct core *c, const struct store_ca *ca,
    struct buf *ders, struct err *e);
/* Whether it issues now; RC_DENIED "ca-waiting", "ca-retired". */
MUST_CHECK enum rc ca_may_issue(const struct store_ca *ca, int64_t now_s,
    struct err *e);

/* Where its lists, its certificate and its responder are; each "" where the
 * service has no status port. */
struct ca_urls {
	char crl[CA_URL_SIZE], delta[CA_URL_SIZE], aia[CA_URL_SIZE];
	char ocsp[CA_URL_SIZE];
};
void ca_urls(const struct core *c, const char *id, struct ca_urls *out);

/* The profile of a product: text is JSON (see pki/profile.h). */
MUST_CHECK enum rc ca_profile_put(struct core *c, const struct core_actor *a,
    const struct store_ca_profile *p, struct err *e);
/* RC_NOT_FOUND "no-profile". */
MUST_CHECK enum rc ca_profile_find(struct core *c, const char *account,
    const char *product, struct store_ca_profile *out, struct err *e);
MUST_CHECK enum rc ca_profile_delete(struct core *c, const struct core_actor *a,
    const char *product, struct err *e);

#endif
