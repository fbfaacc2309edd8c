/* The messages about accounts' certificate authorities, the state of their
 * certificates, and vouchers: a part of ipc.h.  Internal to signer; must not
 * sign. */
#ifndef BIRTHMARK_SIGNER_IPC_CA_H
#define BIRTHMARK_SIGNER_IPC_CA_H

#include "base/buf.h"

#define IPC_CA_SINGLES_MAX 8

/* Each message has some of these; what it has not is empty. */
struct ipc_ca {
	struct span account, ca, subject; /* ids */
	struct span hsm, common_name, org;
	struct span issuer_cert, spki, csr, birth;
	struct span product, product_id, account_name, profile;
	struct span names; /* each with '\n' behind it */
	struct span crl_url, aia_url, ocsp_url;
	uint8_t key_type, kind;
	uint64_t not_before, not_after; /* thisUpdate and nextUpdate of a list,
					   producedAt, createdOn */
	uint64_t number, base;		/* of a revocation list */
	uint32_t count;			/* of its entries, in the file passed */
	struct span singles, nonce;	/* of OCSP, of a voucher */
	struct span serial, idevid_issuer, pinned, est_domain, configuration;
	struct span id, jws; /* of a claim voucher */
};

struct ipc_ca_single {
	struct span id; /* CertID */
	uint8_t state, reason;
	uint64_t revoked_at, this_update, next_update;
};
void ipc_ca_single_build(struct buf *out, const struct ipc_ca_single *s);
MUST_CHECK bool ipc_ca_single_take(struct span *in, struct ipc_ca_single *s);

/* Whether type (enum ipc_type) is one of these. */
bool ipc_ca_has(uint8_t type);
void ipc_ca_build(struct buf *out, uint8_t type, const struct ipc_ca *c);
/* False unless in is exactly one; all fields but its own stay empty. */
MUST_CHECK bool ipc_ca_parse(uint8_t type, struct span in, struct ipc_ca *c);
/* NULL, or what is over its limits, for people. */
const char *ipc_ca_fault(uint8_t type, const struct ipc_ca *c);

#endif
