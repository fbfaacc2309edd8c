/* End-entity certificates by an account's CA: devices by profile, servers,
 * and the service's own roles (OCSP responder, CMP registration authority).
 * Must not decide who may have one. */
#ifndef BIRTHMARK_PKI_ISSUE_END_H
#define BIRTHMARK_PKI_ISSUE_END_H

#include "pki/cert.h"
#include "pki/profile.h"

enum issue_end_kind {
	ISSUE_END_DEVICE, /* by profile and device */
	ISSUE_END_SERVER, /* serverAuth, names */
	ISSUE_END_OCSP,	  /* OCSPSigning, ocsp-nocheck (RFC 6960 4.2.2.2) */
	ISSUE_END_RA	  /* cmcRA (RFC 9483 1.6); signs CMP answers */
};

struct issue_end {
	enum issue_end_kind kind;
	const struct profile *profile;	     /* of DEVICE */
	const struct profile_device *device; /* of DEVICE */
	const char *common_name, *org;	     /* of the others */
	const char *const *names;	     /* of SERVER; NULL-ended */
	struct span spki;
	int64_t not_before, not_after; /* cut at the issuer's */
	const uint8_t *serial;	       /* ISSUE_END_SERIAL bytes, first 1..7f */
	const char *crl_url, *aia_url, *ocsp_url; /* NULL: none */
};
#define ISSUE_END_SERIAL 16

/* DER appended. */
MUST_CHECK enum rc issue_end(const struct issue_end *p, struct span issuer_cert,
    struct key *issuer_key, struct buf *out, struct err *e);

#endif
