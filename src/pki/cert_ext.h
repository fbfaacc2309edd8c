/* The extensions of a certificate (RFC 5280 4.2, IEEE 802.1AR 8).
 * Must not be included outside of pki. */
#ifndef BIRTHMARK_PKI_CERT_EXT_H
#define BIRTHMARK_PKI_CERT_EXT_H

#include "pki/cert.h"

#define CERT_EXT_MAX 32 /* extensions in one certificate */

/* Reads c->extensions into c's other fields. */
MUST_CHECK enum rc cert_ext_read(struct cert *c, struct err *e);

#endif
