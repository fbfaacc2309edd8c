/* X.509 certificates (RFC 5280) read by walking the DER once: every field is
 * a span into the certificate.  Judges form, not trust: that is chain.h. */
#ifndef BIRTHMARK_PKI_CERT_H
#define BIRTHMARK_PKI_CERT_H

#include "pki/digest.h"
#include "pki/key.h"

#define CERT_DER_MAX 8192    /* bytes of one certificate */
#define CERT_NEVER INT64_MAX /* notAfter 99991231235959Z */
#define CERT_ID_MAX 64	     /* characters of a chip id, without NUL */

/* keyUsage bits, as RFC 5280 numbers them */
#define CERT_KU_DIGITAL_SIGNATURE 0x0001
#define CERT_KU_KEY_CERT_SIGN 0x0020
#define CERT_KU_CRL_SIGN 0x0040

struct cert {
	struct span der;
	struct span tbs;     /* whole TBSCertificate, what is signed */
	struct span serial;  /* INTEGER content, big-endian, no padding 0 */
	struct span sig_alg; /* AlgorithmIdentifier inside tbs, whole */
	struct span issuer;  /* Name, whole */
	int64_t not_before;
	int64_t not_after;	/* CERT_NEVER for no expiry */
	struct span subject;	/* Name, whole */
	struct span spki;	/* SubjectPublicKeyInfo, whole */
	struct span extensions; /* content of the SEQUENCE, may be empty */
	struct span ski, aki;	/* key identifiers, empty when absent */
	struct span san;	/* content of GeneralNames, may be empty */
	struct span signature;	/* bits */
	enum key_sig sig;
	bool is_ca;
	bool has_key_usage;
	unsigned int key_usage;
	int path_len;	       /* -1 for none */
	bool unknown_critical; /* a critical extension that we do not know */
};

/* der must be exactly one certificate.  c borrows from der. */
MUST_CHECK enum rc cert_parse(struct cert *c, struct span der, struct err *e);
/* DER, or the first PEM block of text; the DER is appended to out. */
MUST_CHECK enum rc cert_read(struct buf *out, struct span file, struct err *e);
/* The next one of a row, DER after DER; false at its end, or when it is no row
 * (then *ders is not empty). */
MUST_CHECK bool cert_next(struct span *ders, struct span *one);
/* By names and key identifiers, which choose among CAs of one name (RFC 5280
 * 4.1.2.4, 4.2.1.1); no signature is looked at. */
bool cert_may_issue(const struct cert *ca, const struct cert *below);
void cert_fingerprint(struct span der, uint8_t out[DIGEST_SHA256]);
/* First value of a subject attribute by dotted OID, as raw content bytes;
 * empty when absent.  "2.5.4.3" CN, "2.5.4.5" serialNumber. */
struct span cert_subject_attr(const struct cert *c, const char *oid);
/* hwSerialNum of a hardwareModuleName in SAN (RFC 4108), or empty. */
struct span cert_hw_serial(const struct cert *c);
/* Lower-case hex of the serial number. */
void cert_serial_text(const struct cert *c, char out[2 * 20 + 1]);
/* What identifies the chip: subject serialNumber if it is 1 to CERT_ID_MAX
 * printable ASCII characters, else hardwareModuleName's serial in hex, else
 * the certificate's serial number in hex (as OPTIGA Trust M chips need). */
void cert_chip_id(const struct cert *c, char out[CERT_ID_MAX + 1]);
/* Whether the content of a Name is well-formed; it may be empty. */
bool cert_is_name(struct span content);
/* One line for people, RFC 4514 order reversed to C, O, CN; odd bytes
 * escaped. */
void cert_name_text(struct span name, struct buf *out);

#endif
