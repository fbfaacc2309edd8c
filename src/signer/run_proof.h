/* What the signer says in the service's own name: the state of certificates,
 * who owns a device, which product a claim voucher is for.  Internal to signer;
 * must not sign anything but what it has built from checked fields. */
#ifndef BIRTHMARK_SIGNER_RUN_PROOF_H
#define BIRTHMARK_SIGNER_RUN_PROOF_H

#include "pki/key.h"
#include "signer/ipc_ca.h"

#define RUN_PROOF_STATE_MAX_S (8 * 86400) /* of an OCSP answer */

struct run_proof {
	struct key *ocsp, *voucher, *claim;
	struct key_pub *claim_pub;
	struct buf voucher_cert; /* DER */
};

/* p is all zero. */
MUST_CHECK enum rc run_proof_open(struct run_proof *p, const char *dir,
    struct err *e);
void run_proof_clear(struct run_proof *p);

/* Each does one checked request; the result is appended. */
MUST_CHECK enum rc run_proof_ocsp(struct run_proof *p, const struct ipc_ca *r,
    struct buf *out, struct err *e);
MUST_CHECK enum rc run_proof_ocsp_csr(struct run_proof *p, struct buf *out,
    struct err *e);
MUST_CHECK enum rc run_proof_voucher(struct run_proof *p,
    const struct ipc_ca *r, struct buf *out, struct err *e);
MUST_CHECK enum rc run_proof_claim(struct run_proof *p, const struct ipc_ca *r,
    struct buf *out, struct err *e);
MUST_CHECK enum rc run_proof_claim_check(struct run_proof *p,
    const struct ipc_ca *r, struct buf *out, struct err *e);

#endif
