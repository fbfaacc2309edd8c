/* How to reach a CA of others: judged, and what is secret sealed for the
 * courier.  Must not call it. */
#ifndef BIRTHMARK_CORE_UPSTREAM_SPEC_H
#define BIRTHMARK_CORE_UPSTREAM_SPEC_H

#include "core/core.h"
#include "store/store_ca.h"
#include "store/store_upstream.h"

/* How to reach it; NULL or "": not given. */
struct upstream_spec {
	const char *protocol; /* "est", "cmp" */
	const char *url;
	/* EST: one of the two; CMP: the first */
	const char *username, *password; /* CMP: reference and secret */
	const char *certificate, *key;	 /* PEM; for TLS */
	const char *ca_certificates;	 /* PEM; who issues, then above it */
	const char *tls_ca_certificates; /* PEM; NULL: the same */
};
/* Judges spec and fills ca (certificate, chain, key, names, expiry) and out,
 * with what is secret sealed for the courier.  ca has its id.  RC_INVALID
 * "bad-upstream". */
MUST_CHECK enum rc upstream_spec_take(struct core *c,
    const struct upstream_spec *spec, int64_t now_s, struct store_ca *ca,
    struct store_upstream *out, struct err *e);

#endif
