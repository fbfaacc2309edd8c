/* A CMP message (RFC 4210 5.1) as far as a registration authority judges it
 * itself: who has protected it, and what is inside.  Borrowed from its DER.
 * Must not decide what is answered. */
#ifndef BIRTHMARK_PKI_CMP_MESSAGE_H
#define BIRTHMARK_PKI_CMP_MESSAGE_H

#include "pki/cert.h"

#define CMP_MESSAGE_MAX (64 * 1024)

/* PKIBody's choices that are taken. */
enum cmp_message_kind {
	CMP_MESSAGE_IR = 0,
	CMP_MESSAGE_CR = 2,
	CMP_MESSAGE_P10CR = 4,
	CMP_MESSAGE_KUR = 7,
	CMP_MESSAGE_RR = 11,
	CMP_MESSAGE_GENM = 21,
	CMP_MESSAGE_CERTCONF = 24,
	CMP_MESSAGE_POLLREQ = 25
};

struct cmp_message {
	struct span der;
	enum cmp_message_kind kind;
	struct span sender;	 /* GeneralName, whole */
	int64_t time_s;		 /* messageTime; 0: none */
	struct span transaction; /* transactionID */
	struct span nonce;	 /* senderNonce, may be empty */
	struct span signer;	 /* first of extraCerts (RFC 9483 3.3), DER */
	struct span request;	 /* PKCS#10 or CertReqMsg, of those that ask */
	struct span cert_hash;	 /* of CERTCONF: of the certificate */
	bool accepted;		 /* of CERTCONF: the device has taken it */
	struct span poll_id;	 /* of POLLREQ: certReqId, INTEGER content */
	struct span sig_alg, header, body, signature;
};

/* der must be exactly one message with a signature as its protection and its
 * signer's certificate inside.  RC_INVALID "cmp-broken"; RC_DENIED
 * "cmp-protection" for another protection or none. */
MUST_CHECK enum rc cmp_message_parse(struct cmp_message *m, struct span der,
    struct err *e);
/* The protection is by the key of the signer's certificate.  RC_DENIED. */
MUST_CHECK enum rc cmp_message_check(const struct cmp_message *m,
    struct err *e);

#endif
