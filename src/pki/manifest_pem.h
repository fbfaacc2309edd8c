/* The one PEM certificate inside a field of a manifest, decoded fast: a
 * manifest has a million of them.  Must not judge the certificate. */
#ifndef BIRTHMARK_PKI_MANIFEST_PEM_H
#define BIRTHMARK_PKI_MANIFEST_PEM_H

#include "base/buf.h"

/* text is exactly one CERTIFICATE block, white space around it allowed; its
 * line ends are LF, CR LF, or these written as \n and \r.  The DER is appended
 * to der.  False, with der as before, when it is anything else. */
MUST_CHECK bool manifest_pem_decode(struct buf *der, struct span text);

#endif
