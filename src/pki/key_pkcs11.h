/* Private keys in PKCS#11 tokens.
 * Must not be included outside of pki. */
#ifndef BIRTHMARK_PKI_KEY_PKCS11_H
#define BIRTHMARK_PKI_KEY_PKCS11_H

#include "base/buf.h"

/* The private key at a pkcs11: URI (RFC 7512), as an EVP_PKEY * of the caller.
 * The module is the URI's module-path, else PKCS11_MODULE_PATH in the
 * environment, else what p11-kit offers; the PIN is the URI's pin-value, or
 * in the file of its pin-source. */
MUST_CHECK enum rc key_pkcs11_load(const char *uri, void **evp, struct err *e);
/* The certificate (DER, appended) of the same label or id. */
MUST_CHECK enum rc key_pkcs11_cert(const char *uri, struct buf *der,
    struct err *e);

#endif
