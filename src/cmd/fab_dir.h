/* The vendor's directory: fab.json, CAs, manifest signer, batches.
 * Must not make chips. */
#ifndef BIRTHMARK_CMD_FAB_DIR_H
#define BIRTHMARK_CMD_FAB_DIR_H

#include "pki/key.h"

#define FAB_DIR_PATH 4096
#define FAB_DIR_DEFAULT "fab"
#define FAB_DIR_NAME_MAX 48 /* of a vendor; with " Manifest Signer" a CN */

struct fab_dir {
	char dir[FAB_DIR_PATH];
	char vendor[FAB_DIR_NAME_MAX + 1];
	char issuing_key[FAB_DIR_PATH]; /* path or pkcs11: URI */
	char signer_key[FAB_DIR_PATH];
	char crl_url[512], aia_url[512];
	char ocsp_url[512]; /* "": none */
	char hw_type_oid[128];
	char host[256];			  /* of labels */
	struct buf root, issuing, signer; /* certificates, DER */
};

/* What fab.json is made of; keys as they were given or their file names. */
struct fab_dir_facts {
	const char *vendor, *root_key, *issuing_key, *signer_key;
	const char *crl_url, *aia_url, *ocsp_url, *hw_type_oid, *host;
};
MUST_CHECK enum rc fab_dir_store(const char *dir, const struct fab_dir_facts *f,
    struct err *e);

MUST_CHECK enum rc fab_dir_open(struct fab_dir *d, const char *dir,
    struct err *e);
void fab_dir_clear(struct fab_dir *d);
/* Vendors, reels: printable, no control characters, no leading blank. */
bool fab_dir_is_name(const char *s);
/* Reels and batches become file names. */
bool fab_dir_is_id(const char *s);

/* The claim code of a batch: made once, then the same for all its reels. */
MUST_CHECK enum rc fab_dir_claim(const struct fab_dir *d, const char *bid,
    bool open, uint8_t code[16], struct err *e);

#endif
