/* Certificates (RFC 5280) read by walking the DER once: every field is a span
 * into the certificate.
 * Must not decide whom to trust. */
#ifndef BIRTHMARK_BM_CERT_H
#define BIRTHMARK_BM_CERT_H

#include "device/lib/bm_mem.h"

/* keyUsage as RFC 5280 numbers its bits */
#define BM_CERT_DIGITAL_SIGNATURE 0x01
#define BM_CERT_SIGN 0x20

struct bm_cert {
	struct bm_span der, tbs, serial, issuer, subject;
	struct bm_span spki; /* whole */
	struct bm_span point, signature;
	struct bm_span san;	    /* content of GeneralNames */
	struct bm_span aki, key_id; /* AuthorityKeyIdentifier, and its key's */
	struct bm_span ocsp;	    /* the responder's URL */
	int64_t not_before, not_after;
	enum bm_curve curve;
	enum bm_hash hash; /* of its signature */
	uint8_t usage;	   /* 0xff when nothing is said */
	int8_t path_len;   /* -1: any */
	bool is_ca, has_eku, eku_peer, eku_ocsp, unknown_critical;
};

/* der must be exactly one certificate of the algorithms that we know. */
bool bm_cert_parse(struct bm_cert *c, struct bm_span der);
/* The next one of several that stand one after the other; those that we
 * cannot read are passed over. */
bool bm_cert_next(struct bm_span *list, struct bm_cert *c);
/* Its serial number as the service knows the chip: subject serialNumber of 1
 * to BM_SERIAL_MAX printable characters, else hardwareModuleName's in hex, else
 * the certificate's in hex.  out has BM_SERIAL_MAX + 1 bytes. */
bool bm_cert_chip(const struct bm_cert *c, char *out);
/* The product of SAN urn:birthmark:product:ID; n == 0: none. */
struct bm_span bm_cert_product(const struct bm_cert *c);
/* Whether t_s is in its time, with some minutes of tolerance at its start;
 * without a clock t_s is only a lower bound. */
bool bm_cert_is_valid(const struct bm_cert *c, int64_t t_s, bool clock);
/* By names and form only. */
bool bm_cert_may_issue(const struct bm_cert *ca, const struct bm_cert *below,
    unsigned int cas_between);
/* Whether ca's key has signed these bytes. */
bool bm_cert_verify(const struct bm_platform *p, const struct bm_cert *ca,
    struct bm_span bytes, enum bm_hash hash, struct bm_span signature);

/* AlgorithmIdentifier of an ECDSA signature, content. */
bool bm_cert_sig_alg(struct bm_span content, enum bm_hash *hash);
extern const uint8_t bm_cert_ecdsa_sha256[12]; /* AlgorithmIdentifier, whole */
extern const uint8_t bm_cert_p256[21];	       /* of a key on P-256 */

#endif
