/* Names of the signer's key files in its directory.  Internal to signer.
 * Must not name anything else. */
#ifndef BIRTHMARK_SIGNER_SIGNER_KEYS_H
#define BIRTHMARK_SIGNER_SIGNER_KEYS_H

#define SIGNER_KEYS_INTEROP "interop.pem"
#define SIGNER_KEYS_FEED "feed.pem"
#define SIGNER_KEYS_MANIFEST "manifest.pem"
#define SIGNER_KEYS_MANIFEST_CERT "manifest-cert.pem"

#endif
