/* What the signer does for accounts' certificate authorities.  Internal to
 * signer; must not sign what the limits of the request's kind do not allow. */
#ifndef BIRTHMARK_SIGNER_RUN_CA_H
#define BIRTHMARK_SIGNER_RUN_CA_H

#include "signer/ca_keys.h"
#include "signer/ipc_ca.h"

#define RUN_CA_ROLE_MAX_S (7 * 86400)
#define RUN_CA_SERVER_MAX_S (398 * 86400)
#define RUN_CA_CA_MAX_S (40LL * 366 * 86400)
#define RUN_CA_LIST_MAX_S (100 * 86400)

/* Each does one checked request; the result is appended. */
MUST_CHECK enum rc run_ca_key(struct ca_keys *k, const struct ipc_ca *r,
    struct buf *out, struct err *e);
MUST_CHECK enum rc run_ca_csr(struct ca_keys *k, const struct ipc_ca *r,
    struct buf *out, struct err *e);
MUST_CHECK enum rc run_ca_cert(struct ca_keys *k, const struct ipc_ca *r,
    struct buf *out, struct err *e);
/* own: the responder's key, for a request without one. */
MUST_CHECK enum rc run_ca_end(struct ca_keys *k, const struct key *own,
    const struct ipc_ca *r, struct buf *out, struct err *e);
/* fd: the entries, or -1; stays the caller's. */
MUST_CHECK enum rc run_ca_crl(struct ca_keys *k, const struct ipc_ca *r, int fd,
    struct buf *out, struct err *e);

#endif
