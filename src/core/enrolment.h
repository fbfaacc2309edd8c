/* Operational certificates: who a device is that asks, and what it gets.  Only
 * for a device that is an account's and not revoked, held or quarantined; the
 * subject is the profile's whatever the request asks for.
 * No HTTP words, no SQL. */
#ifndef BIRTHMARK_CORE_ENROLMENT_H
#define BIRTHMARK_CORE_ENROLMENT_H

#include "core/device.h"
#include "pki/profile.h"

struct enrolment_who {
	struct device device;		/* enrolment_who_clear */
	bool by_birth;			/* else by an operational certificate */
	char certificate[RAND_ID_SIZE]; /* "crt_...", of that one */
	uint8_t spki_sha256[DIGEST_SHA256]; /* of the key it has shown */
};
void enrolment_who_init(struct enrolment_who *w);
void enrolment_who_clear(struct enrolment_who *w);

/* Who has shown this certificate in TLS or in a signature that was checked.
 * RC_NOT_FOUND "device-unknown"; RC_DENIED "device-revoked", "device-scrapped",
 * "device-quarantined", "certificate-revoked", "certificate-expired".  A device
 * that nobody owns is RC_OK with account_id "".  Not inside a transaction. */
MUST_CHECK enum rc enrolment_identify(struct core *c, struct span der,
    int64_t now_s, struct enrolment_who *out, struct err *e);

/* RC_DENIED "device-revoked", "device-scrapped", "device-quarantined". */
MUST_CHECK enum rc enrolment_may(struct core *c, const struct device *d,
    struct err *e);

/* What templates of a profile are filled with, borrowed from d. */
struct enrolment_names {
	struct profile_device device;
	char account[129];
};
MUST_CHECK enum rc enrolment_describe(struct core *c, const struct device *d,
    struct enrolment_names *out, struct err *e);

enum enrolment_kind { ENROLMENT_FIRST, ENROLMENT_AGAIN };
struct enrolment_request {
	enum enrolment_kind kind;
	struct span csr;   /* DER */
	const char *label; /* product's id or EST label, or NULL */
};
/* The certificate is stored before it is given: DER appended.  Asked again
 * with the same key it is the same certificate, while that is valid.  RC_DENIED
 * "device-unbound", "no-profile", "label-denied"; RC_INVALID "bad-csr",
 * "key-denied"; RC_AGAIN with e->retry_after_s while another CA issues it. */
MUST_CHECK enum rc enrolment_issue(struct core *c,
    const struct enrolment_who *who, const struct enrolment_request *r,
    int64_t now_s, struct buf *der, struct err *e);

/* The CA certificates that a device of this label trusts: issuing CA first,
 * then up to its root, DER after DER; last the root of the account's domain if
 * that is another one.  Of the label's product when given, else of who's
 * product; who may be NULL when a label is given. */
MUST_CHECK enum rc enrolment_cas(struct core *c,
    const struct enrolment_who *who, const char *label, struct buf *ders,
    struct err *e);
/* The type of the key to make for who.  RC_DENIED "keygen-denied": the profile
 * wants devices to make their keys, or takes RSA alone; or another CA issues.
 */
MUST_CHECK enum rc enrolment_may_keygen(struct core *c,
    const struct enrolment_who *who, enum key_type *type, struct err *e);
/* CsrAttrs for who, DER appended. */
MUST_CHECK enum rc enrolment_csrattrs(struct core *c,
    const struct enrolment_who *who, const char *label, struct buf *der,
    struct err *e);

#endif
