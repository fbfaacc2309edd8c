/* `birthmark fab init`: the vendor's root CA, issuing CA and manifest signer.
 * Must not replace a fab that is there. */
#ifndef BIRTHMARK_CMD_FAB_INIT_H
#define BIRTHMARK_CMD_FAB_INIT_H

#include "pki/key.h"

struct fab_init {
	const char *dir, *vendor;
	enum key_type key; /* of all keys that are made */
	/* pkcs11: URIs of keys that exist in a token, or NULL */
	const char *root_uri, *issuing_uri, *signer_uri;
	/* {fingerprint} is the issuing CA's; NULL: defaults */
	const char *crl_url, *aia_url, *ocsp_url;
	const char *host; /* of labels; NULL: default */
};
/* RC_CONFLICT when the directory has a fab already. */
MUST_CHECK enum rc fab_init_make(const struct fab_init *o, struct err *e);
int fab_init_main(int argc, char **argv);

#endif
