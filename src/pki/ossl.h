/* What libcrypto says went wrong, as one error of ours.
 * Must not be included outside of pki. */
#ifndef BIRTHMARK_PKI_OSSL_H
#define BIRTHMARK_PKI_OSSL_H

#include "base/err.h"

/* Fills e with `what` (a sentence without its full stop) and libcrypto's last
 * reason in brackets, empties libcrypto's queue, returns rc. */
enum rc ossl_fault(struct err *e, enum rc rc, const char *slug,
    const char *what);

#endif
