/* Certificate requests (PKCS#10, RFC 2986) read by walking the DER once: every
 * field is a span into the request.  What it asks for is not judged here. */
#ifndef BIRTHMARK_PKI_CSR_H
#define BIRTHMARK_PKI_CSR_H

#include "pki/key.h"

#define CSR_MAX (16 * 1024) /* bytes of one request */
#define CSR_SPKI_MAX 1024

struct csr {
	struct span der;
	struct span info;	/* CertificationRequestInfo, what is signed */
	struct span subject;	/* Name, whole */
	struct span spki;	/* SubjectPublicKeyInfo, whole */
	struct span extensions; /* content of Extensions asked for, or empty */
	struct span challenge;	/* challengePassword's characters, or empty */
	enum key_type type;
	enum key_sig sig;
	struct span signature;
	uint8_t room[CSR_SPKI_MAX]; /* of spki, where der has another form */
};

/* der must be exactly one request with a key that we take: PKCS#10, or a
 * CertReqMsg (see crmf.h).  c borrows from der and is not to be copied. */
MUST_CHECK enum rc csr_parse(struct csr *c, struct span der, struct err *e);
/* Proof of possession: the request is signed by its own key. */
MUST_CHECK enum rc csr_check(const struct csr *c, struct err *e);
/* DER, PEM, or base64 with or without line ends (RFC 8951) -> DER appended. */
MUST_CHECK enum rc csr_read(struct buf *out, struct span file, struct err *e);
/* Builds and signs one: CN and O (NULL: none), DNS names and addresses for a
 * SAN (NULL-ended, or NULL).  DER appended. */
MUST_CHECK enum rc csr_build(struct key *k, const char *common_name,
    const char *org, const char *const *names, struct buf *out, struct err *e);

#endif
