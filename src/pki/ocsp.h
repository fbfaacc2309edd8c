/* OCSP (RFC 6960, RFC 5019): requests read, responses built.
 * Must not know where a certificate's state is kept. */
#ifndef BIRTHMARK_PKI_OCSP_H
#define BIRTHMARK_PKI_OCSP_H

#include "pki/cert.h"

#define OCSP_REQUEST_MAX 4096
#define OCSP_CERTS_MAX 8
#define OCSP_NONCE_MAX 32 /* RFC 8954 */

enum ocsp_hash { OCSP_SHA1, OCSP_SHA256 };

struct ocsp_id {
	enum ocsp_hash hash;
	struct span name_hash, key_hash; /* of the issuer */
	struct span serial;		 /* INTEGER content, no padding 0 */
	struct span der;		 /* CertID, whole, as asked */
};

struct ocsp_request {
	struct ocsp_id ids[OCSP_CERTS_MAX];
	size_t n; /* at least 1 */
	struct span nonce;
};
/* Strict DER; RC_INVALID is answered with malformedRequest, RC_NOT_FOUND (a
 * hash that is none of ours) with unauthorized, RC_TOO_LARGE for
 * too many certificates. */
MUST_CHECK enum rc ocsp_request_parse(struct ocsp_request *r, struct span der,
    struct err *e);

enum ocsp_state { OCSP_GOOD, OCSP_REVOKED, OCSP_UNKNOWN };

struct ocsp_single {
	struct span id; /* CertID, whole */
	enum ocsp_state state;
	int reason; /* CRLReason of OCSP_REVOKED */
	int64_t revoked_at;
	int64_t this_update, next_update;
};

/* A BasicOCSPResponse inside an OCSPResponse (successful), signed by the
 * responder's key, with its certificate inside, responderID byKey.  DER
 * appended. */
struct ocsp_response {
	const struct ocsp_single *singles;
	size_t n;
	struct span nonce; /* empty: none */
	int64_t produced_at;
	struct span responder_cert;
};
MUST_CHECK enum rc ocsp_response_build(const struct ocsp_response *r,
    struct key *responder, struct buf *out, struct err *e);

enum ocsp_status {
	OCSP_MALFORMED = 1,
	OCSP_INTERNAL = 2,
	OCSP_TRY_LATER = 3,
	OCSP_UNAUTHORIZED = 6
};
/* A response that is none: DER appended. */
void ocsp_refusal(enum ocsp_status status, struct buf *out);
/* Whether its issuer delegates OCSP to it: an EKU with OCSPSigning
 * (RFC 6960 4.2.2.2); whose it is, is not looked at. */
bool ocsp_may_respond(const struct cert *c);
/* The CertID of a certificate, for asking and for presigning. */
MUST_CHECK enum rc ocsp_id_build(enum ocsp_hash hash, const struct cert *issuer,
    struct span serial, struct buf *out, struct err *e);
/* The hashes of an issuer that CertIDs carry: 20 or 32 bytes each. */
void ocsp_issuer_hash(enum ocsp_hash hash, const struct cert *issuer,
    uint8_t name_hash[32], uint8_t key_hash[32]);

#endif
