/* What another CA has issued on our request: taken out of its answer, and
 * judged before it counts.  Must not trust a CA that was not configured. */
#ifndef BIRTHMARK_PKI_ISSUED_H
#define BIRTHMARK_PKI_ISSUED_H

#include "pki/cert.h"

#define ISSUED_ANSWER_MAX (128 * 1024)
#define ISSUED_CERTS_MAX 16

/* Takes the certificates out of a certs-only message (RFC 7030 4.1.3), in
 * base64 or DER: DER after DER, appended. */
MUST_CHECK enum rc issued_certs(struct span answer, struct buf *ders,
    struct err *e);

struct issued_want {
	struct span spki; /* the key that was asked for */
	struct span cas;  /* configured CAs, DER after DER */
	int64_t now_s;
};
/* Finds the certificate for the key among ders and checks that it is no CA's,
 * valid, and issued by one of the CAs, or by one among ders below them.
 * Appended to der.  RC_INVALID "upstream-answer" says what is wrong. */
MUST_CHECK enum rc issued_check(const struct issued_want *w, struct span ders,
    struct buf *der, struct err *e);

#endif
