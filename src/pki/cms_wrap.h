/* CMS signatures with their content inside (RFC 5652), and certs-only
 * messages.  For vouchers (RFC 8366) and EST's answers (RFC 7030).
 * Must not decide whom to trust: the signer's certificate is handed out. */
#ifndef BIRTHMARK_PKI_CMS_WRAP_H
#define BIRTHMARK_PKI_CMS_WRAP_H

#include "pki/cert.h"

#define CMS_WRAP_MAX (64 * 1024)
#define CMS_WRAP_CERTS_MAX 8

/* id-ct-animaJSONVoucher (RFC 8366 section 8.2) */
#define CMS_WRAP_VOUCHER "1.2.840.113549.1.9.16.1.40"

struct cms_wrap {
	const char *type; /* dotted OID of the content */
	struct span content;
	struct span cert; /* the signer's, DER */
	const struct span *chain;
	size_t chain_n;
};
/* DER appended; signed attributes content-type, message-digest and
 * signing-time. */
MUST_CHECK enum rc cms_wrap_sign(const struct cms_wrap *w, struct key *k,
    int64_t now_s, struct buf *out, struct err *e);

/* Exactly one signer, whose certificate is inside; content of exactly this
 * type; strict DER.  The signature fits: content and cert are appended. */
MUST_CHECK enum rc cms_wrap_verify(struct span der, const char *type,
    struct buf *content, struct buf *cert, struct err *e);

/* A certs-only message (RFC 5652 5, RFC 7030 4.1.3): DER appended. */
MUST_CHECK enum rc cms_wrap_certs(const struct span *certs, size_t n,
    struct buf *out, struct err *e);

#endif
