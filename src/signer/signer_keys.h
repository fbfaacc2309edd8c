/* Names of the signer's key files in its directory.  Internal to signer.
 * Must not name anything else. */
#ifndef BIRTHMARK_SIGNER_SIGNER_KEYS_H
#define BIRTHMARK_SIGNER_SIGNER_KEYS_H

#define SIGNER_KEYS_INTEROP "interop.pem"
#define SIGNER_KEYS_IDENTITY "identity.pem"
#define SIGNER_KEYS_FEED "feed.pem"
#define SIGNER_KEYS_MANIFEST "manifest.pem"
#define SIGNER_KEYS_MANIFEST_CERT "manifest-cert.pem"
#define SIGNER_KEYS_OCSP "ocsp.pem"
#define SIGNER_KEYS_VOUCHER "voucher.pem"
#define SIGNER_KEYS_VOUCHER_CERT "voucher-cert.pem"
#define SIGNER_KEYS_CLAIM "claim.pem"
#define SIGNER_KEYS_CA_DIR "ca" /* keys of accounts' CAs */
#define SIGNER_KEYS_HSM_CONF "hsm.conf"

#endif
