/* Detached CMS signatures (RFC 5652) over a file of any size, flat in memory:
 * `openssl cms -verify -binary -content FILE` checks them. */
#ifndef BIRTHMARK_PKI_CMS_H
#define BIRTHMARK_PKI_CMS_H

#include "pki/chain.h"

#define CMS_MAX (64 * 1024)

/* Signs the file's SHA-256 with the signer's key; signed attributes, the
 * signer's certificate and its issuing CA inside.  DER appended. */
MUST_CHECK enum rc cms_sign(const char *path, struct key *k,
    struct span signer_cert, struct span ca_cert, struct buf *out,
    struct err *e);
/* Verifies over the file and that the one signer's certificate chains to a CA
 * of ch and is no chip's.  The signer's fingerprint goes to signer_fp. */
MUST_CHECK enum rc cms_verify(const char *path, struct span cms,
    struct chain *ch, int64_t now_s, uint8_t signer_fp[DIGEST_SHA256],
    struct err *e);
/* Only whether the signature fits the file, trusting nobody; an empty path
 * checks only the form.  Appends the one signer's certificate (DER). */
MUST_CHECK enum rc cms_check(const char *path, struct span cms,
    struct buf *signer_der, struct err *e);

#endif
