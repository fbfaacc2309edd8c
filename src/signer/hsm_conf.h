/* signer/hsm.conf: which account may have which key of an HSM.  Lines:
 *	ACCOUNT NAME pkcs11:URI
 *	allow PATH	what the HSM's module has to reach while it works
 * and # comments.  Must not open a key, nor log a line: it may hold a PIN. */
#ifndef BIRTHMARK_SIGNER_HSM_CONF_H
#define BIRTHMARK_SIGNER_HSM_CONF_H

#include "base/buf.h"
#include "base/rand.h"

#define HSM_CONF_KEYS_MAX 64
#define HSM_CONF_PATHS_MAX 16
#define HSM_CONF_NAME_SIZE 65
#define HSM_CONF_URI_SIZE 1024
#define HSM_CONF_PATH_SIZE 512

struct hsm_conf {
	struct hsm_conf_key {
		char account[RAND_ID_SIZE];
		char name[HSM_CONF_NAME_SIZE];
		char uri[HSM_CONF_URI_SIZE];
	} keys[HSM_CONF_KEYS_MAX];
	size_t keys_n;
	char paths[HSM_CONF_PATHS_MAX][HSM_CONF_PATH_SIZE];
	size_t paths_n;
};

/* The file in the signer's directory; none is an empty one. */
MUST_CHECK enum rc hsm_conf_read(struct hsm_conf *c, const char *dir,
    struct err *e);
/* Wipes it. */
void hsm_conf_clear(struct hsm_conf *c);

#endif
