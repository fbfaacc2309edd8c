/* A request in CRMF (RFC 4211) with a signature as proof of possession: what
 * CMP carries.  Read into the same struct as a PKCS#10 request.
 * Must not grant what a request asks for. */
#ifndef BIRTHMARK_PKI_CRMF_H
#define BIRTHMARK_PKI_CRMF_H

#include "pki/csr.h"

/* True if der looks like a CertReqMsg rather than PKCS#10. */
bool crmf_is(struct span der);
/* der must be exactly one CertReqMsg whose template names subject and public
 * key, with a POPOSigningKey over the CertRequest (RFC 4211 4.1, case 3): then
 * csr_check checks it.  c borrows from der. */
MUST_CHECK enum rc crmf_parse(struct csr *c, struct span der, struct err *e);

#endif
