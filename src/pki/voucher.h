/* Ownership vouchers and requests for them (RFC 8366, RFC 8995 section 3,
 * BRSKI-Cloud), the JSON inside their CMS.
 * Must not check a signature. */
#ifndef BIRTHMARK_PKI_VOUCHER_H
#define BIRTHMARK_PKI_VOUCHER_H

#include "base/buf.h"

#define VOUCHER_JSON_MAX (16 * 1024)
#define VOUCHER_NONCE_MIN 8 /* bytes, RFC 8366 5.3 */
#define VOUCHER_NONCE_MAX 32
#define VOUCHER_SERIAL_MAX 64

/* {"ietf-voucher-request:voucher":{...}} */
struct voucher_request {
	char serial_number[VOUCHER_SERIAL_MAX + 1];
	uint8_t nonce[VOUCHER_NONCE_MAX];
	size_t nonce_n;	    /* at least VOUCHER_NONCE_MIN */
	int64_t created_on; /* 0: the device has no clock */
};
MUST_CHECK enum rc voucher_request_parse(struct voucher_request *r,
    struct span json, struct err *e);
void voucher_request_build(const struct voucher_request *r, struct buf *json);

/* {"ietf-voucher:voucher":{...}} */
struct voucher {
	const char *serial_number;
	struct span nonce;
	int64_t created_on;
	struct span idevid_issuer; /* AuthorityKeyIdentifier content, or none */
	struct span pinned_domain_cert; /* DER */
	const char *est_domain;		/* "https://host:8444" */
	const char *configuration; /* additional-configuration-url, or NULL */
};
/* assertion is "verified": the registrar found the owner by the binding. */
void voucher_build(const struct voucher *v, struct buf *json);

/* What a device reports (RFC 8995 5.7, 5.9.4). */
struct voucher_status {
	bool ok;	    /* "status" */
	char reason[257];   /* for people; control characters replaced */
	char context[1025]; /* "reason-context" as JSON text, or "" */
};
MUST_CHECK enum rc voucher_status_parse(struct voucher_status *s,
    struct span json, struct err *e);

#endif
