/* A device's chip: a key that signs, its birth certificate and the issuing
 * chain, wherever the key is: in a PEM file that the fab wrote (a software
 * chip), in a PKCS#11 token, in a TPM 2.0. */
#ifndef BIRTHMARK_DEVICE_CHIP_H
#define BIRTHMARK_DEVICE_CHIP_H

#include "device/chip_tpm.h"
#include "pki/cert.h"

struct chip_place {
	/* A file, "pkcs11:..." (RFC 7512), or "tpm2:HANDLE" with, for another
	 * TPM than /dev/tpmrm0, ",tcti=..." behind it. */
	const char *where;
	/* File with PEM certificates, the chip's found by its key: a reel's
	 * manifest in CSV is one.  NULL: the certificate is with the key. */
	const char *certificate;
};

struct chip {
	char *where;
	struct key *key;
	struct chip_tpm *tpm; /* NULL when the key is elsewhere */
	struct buf der;	      /* of the birth certificate */
	struct cert cert;
	char id[CERT_ID_MAX + 1];
	enum key_type key_type;
	struct buf chain; /* DER, one after the other, issuer first */
	size_t chain_n;
};

/* Refuses a chip whose key and certificate do not belong together. */
MUST_CHECK enum rc chip_open(struct chip *c, const struct chip_place *p,
    struct err *e);
void chip_close(struct chip *c);

/* The key alone, of a chip that has no certificate yet; of a TPM made when it
 * is not there and make is set. */
MUST_CHECK enum rc chip_open_key(struct chip *c, const char *where, bool make,
    struct err *e);

#endif
