/* Certificate revocation lists (RFC 5280 section 5), full and delta.
 * Must not keep a list: the caller gives it. */
#ifndef BIRTHMARK_PKI_CRL_H
#define BIRTHMARK_PKI_CRL_H

#include "pki/cert.h"

/* CRLReason (RFC 5280 5.3.1). */
enum crl_reason {
	CRL_UNSPECIFIED = 0,
	CRL_KEY_COMPROMISE = 1,
	CRL_CA_COMPROMISE = 2,
	CRL_AFFILIATION_CHANGED = 3,
	CRL_SUPERSEDED = 4,
	CRL_CESSATION = 5,
	CRL_HOLD = 6,
	CRL_REMOVE = 8, /* in a delta only: taken off hold */
	CRL_PRIVILEGE_WITHDRAWN = 9,
	CRL_REASON_NONE = -1
};
const char *crl_reason_name(int reason); /* "keyCompromise", ... */
/* Of those that a certificate can be revoked for: CRL_REASON_NONE if none. */
int crl_reason_of(struct span name);

struct crl_entry {
	uint8_t serial[20];
	uint8_t serial_n;
	uint8_t reason;
	int64_t at;
};

struct crl {
	struct span issuer_cert;
	uint64_t number;
	uint64_t base; /* of a delta: the number it starts from; 0: full */
	int64_t this_update, next_update;
	const struct crl_entry *entries;
	size_t n;
	const char *delta_url; /* freshestCRL of a full one, or NULL */
};

/* The same fields always give the same bytes, so that who asks for a signature
 * and who makes it need not send the list back. */
MUST_CHECK enum rc crl_tbs(const struct crl *c, enum key_sig sig,
    struct buf *tbs, struct err *e);
/* The list of its two halves: DER appended. */
void crl_join(struct span tbs, enum key_sig sig, struct span signature,
    struct buf *der);

/* What a relying party reads: borrowed from der. */
struct crl_view {
	struct span tbs, issuer, aki, revoked, signature;
	enum key_sig sig;
	uint64_t number, base;
	int64_t this_update, next_update;
};
#define CRL_MAX (64u << 20)
MUST_CHECK enum rc crl_parse(struct crl_view *v, struct span der,
    struct err *e);
/* The next entry from v->revoked; false at the end. */
bool crl_next(struct span *revoked, struct crl_entry *out);

#endif
