/* A software chip: the PEM file that the fab wrote, with a private key, its
 * birth certificate and the issuing chain.  Hardware comes behind the same
 * interface. */
#ifndef BIRTHMARK_DEVICE_CHIP_H
#define BIRTHMARK_DEVICE_CHIP_H

#include "pki/cert.h"

struct chip {
	char *path;
	struct buf der; /* of the birth certificate */
	struct cert cert;
	char id[CERT_ID_MAX + 1];
	enum key_type key_type;
	size_t chain_n; /* certificates behind the first */
};

/* Refuses a file whose key and certificate do not belong together. */
MUST_CHECK enum rc chip_open(struct chip *c, const char *path, struct err *e);
void chip_close(struct chip *c);

#endif
