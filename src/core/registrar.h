/* The cloud registrar (RFC 8995, BRSKI-Cloud): whose a device is that asks for
 * an ownership voucher, and what it is told.
 * No HTTP words, no SQL. */
#ifndef BIRTHMARK_CORE_REGISTRAR_H
#define BIRTHMARK_CORE_REGISTRAR_H

#include "core/enrolment.h"
#include "pki/cms_wrap.h"
#include "store/store_account.h"

/* Devices have bad clocks: a request's created-on, where it has one, may be
 * this much off.  The nonce is what tells a new one from an old one. */
#define REGISTRAR_CLOCK_S (2 * 86400)
/* So long a nonce is remembered, and so many vouchers a device gets a day. */
#define REGISTRAR_NONCE_KEEP_S (90 * 86400)
#define REGISTRAR_VOUCHERS_A_DAY 100
#define REGISTRAR_RETRY_OWNER_S 120
#define REGISTRAR_RETRY_DOMAIN_S 300

struct registrar_request {
	const struct enrolment_who *who; /* by its birth certificate */
	struct span cms;		 /* a CMS_WRAP_VOUCHER, signed by it */
	const char *est_domain; /* "https://...", of the device's account */
	int64_t now_s;
};
/* RC_OK: the voucher (CMS, DER) is appended, or the account has a registrar of
 * its own, whose address is in elsewhere.  The nonce is used up, durably,
 * before the voucher is made.
 * RC_INVALID: what RFC 8366 and 8995 do not allow, or signed by another key
 * ("voucher-signer"), for another device ("voucher-serial-differs"), from
 * another day ("voucher-stale").  RC_DENIED "voucher-replayed".
 * RC_UNAUTHENTICATED "device-unowned", RC_AGAIN "no-domain", RC_LIMIT
 * "too-many-vouchers", with retry_after_s. */
MUST_CHECK enum rc registrar_voucher(struct core *c,
    const struct registrar_request *r, struct buf *voucher,
    char elsewhere[STORE_ACCOUNT_URL_SIZE], struct err *e);

/* What a device made of it (RFC 8995 5.7, 5.9.4): "voucher-status" or
 * "enroll-status" for its timeline; nothing for a device that nobody owns.
 * RC_INVALID; RC_LIMIT as timeline_report. */
MUST_CHECK enum rc registrar_status(struct core *c,
    const struct enrolment_who *who, const char *event, struct span json,
    int64_t now_s, struct err *e);

#endif
