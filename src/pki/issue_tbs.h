/* The frame of what a CA issues: TBSCertificate, signature, issuer.
 * Must not be included outside of pki. */
#ifndef BIRTHMARK_PKI_ISSUE_TBS_H
#define BIRTHMARK_PKI_ISSUE_TBS_H

#include "pki/cert.h"

#define ISSUE_TBS_SIG_MAX 1024

/* What stands in a TBSCertificate, most of it already in DER. */
struct issue_tbs {
	struct span serial; /* big-endian */
	struct span sig_alg;
	struct span issuer;
	int64_t not_before, not_after;
	struct span subject;
	struct span spki;
	const struct buf *extensions; /* Extension elements */
};

/* Appends; a failure shows in buf_ok(out). */
void issue_tbs_put(struct buf *out, const struct issue_tbs *t);
/* Signs tbs and appends the whole; sig is scratch. */
MUST_CHECK enum rc issue_tbs_sign(struct buf *out, struct span tbs,
    struct key *k, struct buf *sig, struct err *e);
/* The issuer's certificate: a CA's, of this very key. */
MUST_CHECK enum rc issue_tbs_issuer(struct span cert_der, const struct key *k,
    struct cert *c, struct err *e);
/* Of what could not be written down. */
enum rc issue_tbs_fault(struct err *e);

#endif
