/* Devices kept out by their account, and birth certificates revoked by their
 * vendor.  Must not revoke what somebody else has revoked, nor undo it. */
#include <stdio.h>
#include <string.h>

#include "core/audit.h"
#include "core/certificate_state.h"
#include "core/enrolment.h"
#include "core/timeline.h"
#include "core/tx.h"

#define ALL_MAX 32
#define NOTE_MAX 200

/* Each certificate of the device in state `from` goes to `to`; at: only those
 * in that state since then (0: whenever). */
static enum rc move_all(struct core *c, const struct device *d,
    const char *from, int64_t at, const struct certificate_state_to *to,
    struct err *e)
{
	const struct store_certificate_list l = {.account = d->account_id,
	    .state = from,
	    .seq = d->seq,
	    .now_s = to->now_s};
	struct store_certificate all[ALL_MAX];
	size_t i, n = ALL_MAX;
	enum rc rc = RC_OK;

	if (!d->account_id[0])
		return RC_OK;
	for (i = 0; i < ALL_MAX; i++)
		store_certificate_init(&all[i]);
	rc = store_certificate_list(c->store, &l, all, &n, e);
	for (i = 0; rc == RC_OK && i < n; i++)
		if (at == 0 || all[i].state_at == at)
			rc = certificate_state_set(c, &all[i], to, e);
	for (i = 0; i < ALL_MAX; i++)
		store_certificate_clear(&all[i]);
	return rc;
}

enum rc certificate_device_quarantine(struct core *c,
    const struct core_actor *a, const struct device *d, const char *note,
    struct err *e)
{
	const struct store_certificate_quarantine q = {.seq = d->seq,
	    .account = a->scope_id,
	    .note = note,
	    .by_name = a->name,
	    .at = a->now_s};
	const struct certificate_state_to to = {"held", CRL_HOLD, a->now_s};
	struct audit_entry entry = {.action = "device-quarantine",
	    .scope_id = a->scope_id,
	    .target = d->chip_id,
	    .detail = note};
	struct tx tx = TX_NONE;
	enum rc rc;

	if (strlen(note) > NOTE_MAX)
		return err_set(e, RC_INVALID, "bad-note",
		    "The note is at most %d bytes.", NOTE_MAX);
	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_certificate_quarantine(c->store, &q, e);
	if (rc == RC_CONFLICT)
		rc = err_set(e, rc, "device-quarantined",
		    "The device is in quarantine already.");
	if (rc == RC_OK)
		rc = certificate_state_tell_all(c, d, false, a->now_s, e);
	if (rc == RC_OK)
		rc = move_all(c, d, "valid", 0, &to, e);
	if (rc == RC_OK)
		rc = timeline_add(c,
		    &(const struct timeline_event){d->seq, a->scope_id,
			"quarantined", note},
		    a->now_s, e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	return tx_end(c, &tx, rc, e);
}

enum rc certificate_device_release(struct core *c, const struct core_actor *a,
    const struct device *d, struct err *e)
{
	const struct certificate_state_to to = {"valid", 0, a->now_s};
	struct audit_entry entry = {.action = "device-release",
	    .scope_id = a->scope_id,
	    .target = d->chip_id};
	struct tx tx = TX_NONE;
	int64_t since = 0;
	enum rc rc = tx_begin(c, &tx, e);

	if (rc == RC_OK)
		rc = store_certificate_release(c->store, d->seq, a->scope_id,
		    &since, e);
	if (rc == RC_NOT_FOUND)
		rc = err_set(e, RC_CONFLICT, "device-not-quarantined",
		    "The device is not in quarantine.");
	/* Only what quarantine put on hold comes back. */
	if (rc == RC_OK)
		rc = move_all(c, d, "held", since, &to, e);
	if (rc == RC_OK)
		rc = certificate_state_tell_all(c, d,
		    enrolment_may(c, d, NULL) == RC_OK, a->now_s, e);
	if (rc == RC_OK)
		rc = timeline_add(c,
		    &(const struct timeline_event){d->seq, a->scope_id,
			"released", NULL},
		    a->now_s, e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	return tx_end(c, &tx, rc, e);
}

/* The device's own certificates cannot be trusted more than its birth. */
static enum rc spread(struct core *c, const struct device *d, bool hold,
    int64_t now_s, struct err *e)
{
	const struct certificate_state_to gone = {"revoked",
	    CRL_PRIVILEGE_WITHDRAWN, now_s};
	const struct certificate_state_to held = {"held", CRL_HOLD, now_s};
	enum rc rc = certificate_state_tell_all(c, d, false, now_s, e);

	if (rc == RC_OK)
		rc = move_all(c, d, "valid", 0, hold ? &held : &gone, e);
	if (rc == RC_OK && !hold)
		rc = move_all(c, d, "held", 0, &gone, e);
	return rc;
}

static enum rc put_birth(struct core *c, const struct core_actor *a,
    const struct device *d, int reason, struct err *e)
{
	struct store_certificate_birth b = {.seq = d->seq,
	    .reason = reason,
	    .at = a->now_s};
	struct cert cert;
	enum rc rc = cert_parse(&cert, buf_span(&d->der), e);

	if (rc != RC_OK)
		return rc;
	memcpy(b.vendor_id, d->vendor_id, sizeof(b.vendor_id));
	memcpy(b.fp, d->fp, sizeof(b.fp));
	memcpy(b.chip_id, d->chip_id, sizeof(b.chip_id));
	b.serial_n = cert.serial.n;
	if (b.serial_n > sizeof(b.serial))
		return err_set(e, RC_INVALID, "bad-serial",
		    "The certificate's serial number is too long.");
	memcpy(b.serial, cert.serial.p, b.serial_n);
	(void)snprintf(b.state, sizeof(b.state), "%s",
	    reason == CRL_HOLD ? "held" : "revoked");
	(void)snprintf(b.by_name, sizeof(b.by_name), "%s", a->name);
	return store_certificate_birth_put(c->store, &b, e);
}

enum rc certificate_device_birth_revoke(struct core *c,
    const struct core_actor *a, const struct device *d, int reason,
    struct err *e)
{
	struct audit_entry entry = {.action = "birth-revoke",
	    .scope_id = a->scope_id,
	    .target = d->chip_id,
	    .detail = crl_reason_name(reason)};
	struct store_certificate_bar bar;
	struct tx tx = TX_NONE;
	enum rc rc = tx_begin(c, &tx, e);

	if (rc == RC_OK)
		rc = store_certificate_bars(c->store, d->seq, &bar, e);
	if (rc == RC_OK &&
	    (strcmp(bar.birth, "revoked") == 0 ||
		(bar.birth[0] && reason == CRL_HOLD)))
		rc = err_set(e, RC_CONFLICT, "birth-revoked",
		    "The birth certificate is revoked already.");
	if (rc == RC_OK)
		rc = put_birth(c, a, d, reason, e);
	if (rc == RC_OK)
		rc = spread(c, d, reason == CRL_HOLD, a->now_s, e);
	if (rc == RC_OK && d->account_id[0])
		rc = timeline_add(c,
		    &(const struct timeline_event){d->seq, d->account_id,
			"birth-revoked", crl_reason_name(reason)},
		    a->now_s, e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	return tx_end(c, &tx, rc, e);
}

enum rc certificate_device_birth_reactivate(struct core *c,
    const struct core_actor *a, const struct device *d, struct err *e)
{
	const struct certificate_state_to to = {"valid", 0, a->now_s};
	struct audit_entry entry = {.action = "birth-reactivate",
	    .scope_id = a->scope_id,
	    .target = d->chip_id};
	struct store_certificate_birth b;
	struct tx tx = TX_NONE;
	enum rc rc = tx_begin(c, &tx, e);

	if (rc == RC_OK)
		rc = store_certificate_birth_find(c->store, d->seq, &b, e);
	if (rc == RC_NOT_FOUND || (rc == RC_OK && strcmp(b.state, "held") != 0))
		rc = err_set(e, RC_CONFLICT, "birth-not-held",
		    "Only a birth certificate on hold can be reactivated.");
	if (rc == RC_OK)
		rc = store_certificate_birth_delete(c->store, d->seq, e);
	if (rc == RC_OK)
		rc = move_all(c, d, "held", b.at, &to, e);
	if (rc == RC_OK)
		rc = certificate_state_tell_all(c, d,
		    enrolment_may(c, d, NULL) == RC_OK, a->now_s, e);
	if (rc == RC_OK && d->account_id[0])
		rc = timeline_add(c,
		    &(const struct timeline_event){d->seq, d->account_id,
			"birth-reactivated", NULL},
		    a->now_s, e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	return tx_end(c, &tx, rc, e);
}
