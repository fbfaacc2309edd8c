/* Certificates that accounts' authorities issued: read, revoked, taken off
 * hold; devices kept out and let in again.  Each change is one transaction with
 * its record, and reaches lists, OCSP and gates from there.
 * No HTTP words, no SQL. */
#ifndef BIRTHMARK_CORE_CERTIFICATE_H
#define BIRTHMARK_CORE_CERTIFICATE_H

#include "core/device.h"
#include "store/store_certificate.h"

/* Reads what is stored beside the DER out of it: fingerprint, serial number,
 * key, validity. */
MUST_CHECK enum rc certificate_describe(struct store_certificate *c,
    struct err *e);
/* Revokes the oldest valid ones of like's device and account as superseded, so
 * that at most `keep` are left.  In the caller's transaction. */
MUST_CHECK enum rc certificate_make_room(struct core *c,
    const struct store_certificate *like, size_t keep, int64_t now_s,
    struct err *e);

/* out is initialised by the caller.  RC_NOT_FOUND "not-found". */
MUST_CHECK enum rc certificate_find(struct core *c, const char *account,
    const char *id, struct store_certificate *out, struct err *e);
/* reason: a CRLReason; CRL_HOLD can be taken back.  Revoking again with the
 * same reason changes nothing; one on hold can be revoked.  RC_CONFLICT
 * "certificate-revoked". */
MUST_CHECK enum rc certificate_revoke(struct core *c,
    const struct core_actor *a, const char *id, int reason,
    struct store_certificate *out, struct err *e);
/* RC_CONFLICT "certificate-not-held", "device-barred". */
MUST_CHECK enum rc certificate_reactivate(struct core *c,
    const struct core_actor *a, const char *id, struct store_certificate *out,
    struct err *e);
/* The device itself asks (CMP rr): only its own. */
MUST_CHECK enum rc certificate_revoke_own(struct core *c,
    const struct device *d, struct span serial, int reason, int64_t now_s,
    struct err *e);

/* RC_CONFLICT "device-quarantined", "device-scrapped". */
MUST_CHECK enum rc certificate_device_quarantine(struct core *c,
    const struct core_actor *a, const struct device *d, const char *note,
    struct err *e);
/* The end of its life, not undone: kept out for every owner to come, its
 * certificates of this account revoked.  RC_CONFLICT "device-scrapped". */
MUST_CHECK enum rc certificate_device_scrap(struct core *c,
    const struct core_actor *a, const struct device *d, const char *note,
    struct err *e);
/* RC_CONFLICT "device-not-quarantined", "device-scrapped". */
MUST_CHECK enum rc certificate_device_release(struct core *c,
    const struct core_actor *a, const struct device *d, struct err *e);

/* An account gives a batch back: RC_CONFLICT "batch-enrolled" when its devices
 * have certificates of the account.  In the caller's transaction. */
MUST_CHECK enum rc certificate_device_on_unbind(struct core *c,
    const struct core_actor *a, const char *bid, struct err *e);

/* A vendor revokes the birth certificate of one of its devices, or takes it off
 * hold: RC_CONFLICT "birth-revoked", "birth-not-held". */
MUST_CHECK enum rc certificate_device_birth_revoke(struct core *c,
    const struct core_actor *a, const struct device *d, int reason,
    struct err *e);
MUST_CHECK enum rc certificate_device_birth_reactivate(struct core *c,
    const struct core_actor *a, const struct device *d, struct err *e);

#endif
