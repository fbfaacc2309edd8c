/* Vendors and their registered CAs: who may vouch for which certificates.
 * No HTTP words, no SQL. */
#ifndef BIRTHMARK_CORE_VENDOR_H
#define BIRTHMARK_CORE_VENDOR_H

#include "core/core.h"
#include "pki/chain.h"
#include "store/store_vendor.h"

#define VENDOR_CA_MAX (CHAIN_CA_MAX / 2)

/* slug: 2 to 64 of a-z, 0-9 and '-'.  RC_CONFLICT "vendor-exists". */
MUST_CHECK enum rc vendor_add(struct core *c, const struct core_actor *a,
    const char *name, const char *slug, struct store_vendor *out,
    struct err *e);
MUST_CHECK enum rc vendor_find(struct core *c, const char *id,
    struct store_vendor *out, struct err *e);
/* In the order of ids, after `after`. */
MUST_CHECK enum rc vendor_list(struct core *c, const char *after,
    struct store_vendor *out, size_t cap, size_t *n, struct err *e);
/* The CAs in use. */
MUST_CHECK enum rc vendor_ca_list(struct core *c, const char *vendor_id,
    struct store_vendor_ca out[VENDOR_CA_MAX], size_t *n, struct err *e);
/* Registers a CA certificate (PEM or DER) for ca->vendor_id as root or not, as
 * the caller sets it; the rest of *ca is filled.  RC_CONFLICT "ca-registered"
 * when it belongs to a vendor already, RC_INVALID when it is not a CA in
 * force. */
MUST_CHECK enum rc vendor_ca_add(struct core *c, const struct core_actor *a,
    struct span certificate, struct store_vendor_ca *ca, struct err *e);
/* What it signed and what is published stays; new manifests by it are
 * refused. */
MUST_CHECK enum rc vendor_ca_retire(struct core *c, const struct core_actor *a,
    const char *vendor_id, const uint8_t fp[32], struct err *e);
/* All CAs of a vendor that are in use and not expired, roots first. */
struct vendor_cas {
	struct buf der;
	struct span list[VENDOR_CA_MAX];
	size_t n;
};
/* RC_INVALID "vendor-without-ca" when there are none.  Cleared by
 * vendor_cas_clear in any case. */
MUST_CHECK enum rc vendor_cas_load(struct core *c, const char *vendor_id,
    int64_t now_s, struct vendor_cas *out, struct err *e);
void vendor_cas_clear(struct vendor_cas *v);
/* A chain that trusts them all; the caller frees it. */
MUST_CHECK enum rc vendor_cas_chain(const struct vendor_cas *v, int64_t now_s,
    struct chain **out, struct err *e);

#endif
