/* Issued certificates: revoked for ever or on hold, and taken off it.
 * Must not change a state without its record and its word to gates. */
#include "core/certificate.h"

#include <stdio.h>
#include <string.h>

#include "core/audit.h"
#include "core/certificate_state.h"
#include "core/enrolment.h"
#include "core/tx.h"

#define ROOM_MAX 32

static enum rc missing(enum rc rc, struct err *e)
{
	if (rc != RC_NOT_FOUND)
		return rc;
	return err_set(e, rc, "not-found", "There is no such certificate.");
}

enum rc certificate_find(struct core *c, const char *account, const char *id,
    struct store_certificate *out, struct err *e)
{
	return missing(store_certificate_find(c->store, account, id, out, e),
	    e);
}

enum rc certificate_describe(struct store_certificate *c, struct err *e)
{
	struct cert cert;
	enum rc rc = cert_parse(&cert, buf_span(&c->der), e);

	if (rc != RC_OK)
		return rc;
	if (cert.serial.n > sizeof(c->serial))
		return err_set(e, RC_INVALID, "bad-serial",
		    "The certificate's serial number is longer than 20 bytes "
		    "(RFC 5280 4.1.2.2).");
	memcpy(c->serial, cert.serial.p, cert.serial.n);
	c->serial_n = cert.serial.n;
	cert_fingerprint(cert.der, c->fp);
	digest_sha256(cert.spki, c->spki_sha256);
	c->not_before = cert.not_before;
	c->not_after = cert.not_after;
	return RC_OK;
}

enum rc certificate_make_room(struct core *c,
    const struct store_certificate *like, size_t keep, int64_t now_s,
    struct err *e)
{
	const struct store_certificate_list l = {.account = like->account_id,
	    .state = "valid",
	    .seq = like->seq,
	    .now_s = now_s};
	const struct certificate_state_to to = {"revoked", CRL_SUPERSEDED,
	    now_s, false};
	struct store_certificate all[ROOM_MAX];
	size_t i, n = ROOM_MAX;
	enum rc rc;

	for (i = 0; i < ROOM_MAX; i++)
		store_certificate_init(&all[i]);
	rc = store_certificate_list(c->store, &l, all, &n, e);
	for (i = keep; rc == RC_OK && i < n; i++)
		rc = certificate_state_set(c, &all[i], &to, e);
	for (i = 0; i < ROOM_MAX; i++)
		store_certificate_clear(&all[i]);
	return rc;
}

static enum rc revoke(struct core *c, struct store_certificate *cert,
    int reason, int64_t now_s, struct err *e)
{
	struct certificate_state_to to = {"revoked", reason, now_s, false};

	if (reason == CRL_HOLD)
		to.state = "held";
	/* On hold with its device, it would come back with it. */
	if (strcmp(cert->state, to.state) == 0 && cert->reason == reason &&
	    !cert->barred)
		return RC_OK;
	if (strcmp(cert->state, "revoked") == 0)
		return err_set(e, RC_CONFLICT, "certificate-revoked",
		    "The certificate is revoked for ever: %s.",
		    crl_reason_name(cert->reason));
	return certificate_state_set(c, cert, &to, e);
}

static enum rc check_reason(int reason, struct err *e)
{
	if (reason >= 0 && reason <= CRL_PRIVILEGE_WITHDRAWN &&
	    reason != CRL_REMOVE && reason != 7)
		return RC_OK;
	return err_set(e, RC_INVALID, "bad-reason",
	    "The reason is none of RFC 5280 5.3.1.");
}

enum rc certificate_revoke(struct core *c, const struct core_actor *a,
    const char *id, int reason, struct store_certificate *out, struct err *e)
{
	struct audit_entry entry = {.action = "certificate-revoke",
	    .scope_id = a->scope_id,
	    .target = id,
	    .detail = crl_reason_name(reason)};
	struct tx tx = TX_NONE;
	enum rc rc = check_reason(reason, e);

	if (rc == RC_OK)
		rc = tx_begin(c, &tx, e);
	if (rc != RC_OK)
		return rc;
	rc = certificate_find(c, a->scope_id, id, out, e);
	if (rc == RC_OK)
		rc = revoke(c, out, reason, a->now_s, e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	return tx_end(c, &tx, rc, e);
}

static enum rc may_come_back(struct core *c,
    const struct store_certificate *cert, struct err *e)
{
	struct device d;
	enum rc rc = RC_OK;

	if (strcmp(cert->state, "held") != 0)
		return err_set(e, RC_CONFLICT, "certificate-not-held",
		    "Only a certificate on hold can be reactivated.");
	device_init(&d);
	if (cert->seq > 0) {
		rc = device_get(c, cert->seq, &d, e);
		if (rc == RC_OK)
			rc = enrolment_may(c, &d, e);
		if (rc == RC_DENIED)
			rc = err_set(e, RC_CONFLICT, "device-barred",
			    "The device is kept out, by quarantine or by its "
			    "vendor, and its certificates with it.");
	}
	device_clear(&d);
	return rc;
}

enum rc certificate_reactivate(struct core *c, const struct core_actor *a,
    const char *id, struct store_certificate *out, struct err *e)
{
	const struct certificate_state_to to = {"valid", 0, a->now_s, false};
	struct audit_entry entry = {.action = "certificate-reactivate",
	    .scope_id = a->scope_id,
	    .target = id};
	struct tx tx = TX_NONE;
	enum rc rc = tx_begin(c, &tx, e);

	if (rc != RC_OK)
		return rc;
	rc = certificate_find(c, a->scope_id, id, out, e);
	if (rc == RC_OK)
		rc = may_come_back(c, out, e);
	if (rc == RC_OK)
		rc = certificate_state_set(c, out, &to, e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	return tx_end(c, &tx, rc, e);
}

static enum rc find_own(struct core *c, const struct device *d,
    struct span serial, struct store_certificate *out, struct err *e)
{
	struct store_certificate like = {.seq = d->seq};

	if (serial.n == 0 || serial.n > sizeof(like.serial))
		return missing(RC_NOT_FOUND, e);
	memcpy(like.account_id, d->account_id, sizeof(like.account_id));
	memcpy(like.serial, serial.p, serial.n);
	like.serial_n = serial.n;
	return missing(store_certificate_find_serial(c->store, &like, out, e),
	    e);
}

enum rc certificate_revoke_own(struct core *c, const struct device *d,
    struct span serial, int reason, int64_t now_s, struct err *e)
{
	struct core_actor nobody = {.now_s = now_s};
	struct audit_entry entry = {.action = "certificate-revoke",
	    .scope_id = d->account_id,
	    .target = d->chip_id,
	    .detail = "asked by the device"};
	struct store_certificate cert;
	struct tx tx = TX_NONE;
	enum rc rc = check_reason(reason, e);

	if (rc != RC_OK)
		return rc;
	(void)snprintf(nobody.name, sizeof(nobody.name), "%s", d->chip_id);
	store_certificate_init(&cert);
	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = find_own(c, d, serial, &cert, e);
	if (rc == RC_OK)
		rc = revoke(c, &cert, reason, now_s, e);
	if (rc == RC_OK)
		rc = audit_add(c, &nobody, &entry, e);
	store_certificate_clear(&cert);
	return tx_end(c, &tx, rc, e);
}
