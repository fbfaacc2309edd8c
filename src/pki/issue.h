/* Issues certificates: CA certificates once, birth certificates by patching a
 * template of the reel, so that signing is nearly all the work.
 * IEEE 802.1AR-2018 section 8; RFC 5280; RFC 4108 for hardwareModuleName. */
#ifndef BIRTHMARK_PKI_ISSUE_H
#define BIRTHMARK_PKI_ISSUE_H

#include "pki/cert.h"

struct issue_ca {
	const char *org;	 /* O */
	const char *common_name; /* CN */
	int64_t not_before, not_after;
	int path_len;	     /* 0 for an issuing CA, 1 for a root */
	const char *crl_url; /* may be NULL */
	const char *aia_url; /* may be NULL */
};

/* A CA certificate for subject's key, signed by issuer_key; self-signed when
 * issuer_cert is empty.  DER appended to out. */
MUST_CHECK enum rc issue_ca(const struct issue_ca *p, struct span spki,
    struct span issuer_cert, struct key *issuer_key, struct buf *out,
    struct err *e);

struct issue_leaf {
	const char *org;
	const char *common_name;
	int64_t not_before, not_after;
	bool server;		  /* EKU serverAuth, else clientAuth */
	const char *const *names; /* SAN: DNS names and IP addresses; NULL end
				   */
};

/* A TLS server or client certificate for infrastructure (console, broker of
 * the kit, manifest signer when names is empty and server false); self-signed
 * when issuer_cert is empty. */
MUST_CHECK enum rc issue_leaf(const struct issue_leaf *p, struct span spki,
    struct span issuer_cert, struct key *issuer_key, struct buf *out,
    struct err *e);

/* What all birth certificates of a reel share. */
struct issue_birth {
	struct span issuer_cert;
	struct key *issuer_key;	 /* borrowed */
	enum key_type key_type;	 /* of the chips */
	const char *org;	 /* O of the subject: the vendor */
	const char *model;	 /* CN is "MODEL CHIPID", or
				  * "MODEL-CHIPID" without spaces */
	const char *hw_type_oid; /* hardwareModuleName hwType */
	const char *crl_url, *aia_url, *ocsp_url; /* NULL: none */
	int64_t not_before; /* notAfter is 99991231235959Z */
};

/* Makes birth certificates for one reel; one thread each. */
struct issue;
MUST_CHECK enum rc issue_new(struct issue **out, const struct issue_birth *p,
    struct err *e);
void issue_free(struct issue *i);

#define ISSUE_SERIAL_SIZE 16 /* bytes; the first is 0x01..0x7f */
/* One certificate for this public key and serial.  The chip id is the serial
 * in lower-case hex: subject serialNumber, hwSerialNum and serial number
 * agree.  DER appended to out. */
MUST_CHECK enum rc issue_birth(struct issue *i, struct span spki,
    const uint8_t serial[ISSUE_SERIAL_SIZE], struct buf *out, struct err *e);

#endif
