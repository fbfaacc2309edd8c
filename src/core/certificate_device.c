/* Devices kept out by their account, for a time or for good, and birth
 * certificates revoked by their vendor.  Must not revoke what somebody else has
 * revoked, nor undo it. */
#include <stdio.h>
#include <string.h>

#include "core/audit.h"
#include "core/certificate_state.h"
#include "core/enrolment.h"
#include "core/feed.h"
#include "core/timeline.h"
#include "core/tx.h"

#define PAGE 16
#define NOTE_MAX 200

static enum rc tell_gates(struct core *c, const struct device *d, int64_t now_s,
    struct err *e)
{
	return feed_tell(c,
	    &(const struct feed_device){d->account_id, d->bid, d->seq}, now_s,
	    e);
}

struct move {
	const char *account; /* NULL: of owners it had as well */
	const char *from;
	bool barred; /* only those on hold with their device */
	struct certificate_state_to to;
};

/* One page of them; *before: where the next begins, 0 at the end. */
static enum rc move_some(struct core *c, const struct device *d,
    const struct move *m, int64_t *before, struct err *e)
{
	const struct store_certificate_list l = {.account = m->account,
	    .state = m->from,
	    .seq = d->seq,
	    .before = *before,
	    .now_s = m->to.now_s};
	struct store_certificate all[PAGE];
	size_t i, n = PAGE;
	enum rc rc;

	for (i = 0; i < PAGE; i++)
		store_certificate_init(&all[i]);
	rc = store_certificate_list(c->store, &l, all, &n, e);
	for (i = 0; rc == RC_OK && i < n; i++)
		if (!m->barred || all[i].barred)
			rc = certificate_state_set(c, &all[i], &m->to, e);
	*before = n == PAGE ? all[n - 1].n : 0;
	for (i = 0; i < PAGE; i++)
		store_certificate_clear(&all[i]);
	return rc;
}

static enum rc move_all(struct core *c, const struct device *d,
    const struct move *m, struct err *e)
{
	int64_t before = 0;
	enum rc rc = RC_OK;

	do
		rc = move_some(c, d, m, &before, e);
	while (rc == RC_OK && before > 0);
	return rc;
}

static enum rc hold_all(struct core *c, const struct device *d,
    const char *account, int64_t now_s, struct err *e)
{
	const struct move m = {account, "valid", false,
	    {"held", CRL_HOLD, now_s, true}};

	return move_all(c, d, &m, e);
}

static enum rc revoke_all(struct core *c, const struct device *d,
    const char *account, int reason, int64_t now_s, struct err *e)
{
	struct move m = {account, "valid", false,
	    {"revoked", reason, now_s, false}};
	enum rc rc = move_all(c, d, &m, e);

	m.from = "held";
	return rc == RC_OK ? move_all(c, d, &m, e) : rc;
}

/* What came off: unless something else keeps the device out, it is let in, with
 * what was put on hold when it was not. */
static enum rc let_in(struct core *c, const struct device *d, int64_t now_s,
    struct err *e)
{
	const struct move m = {NULL, "held", true, {"valid", 0, now_s, false}};
	enum rc rc = enrolment_may(c, d, e);

	if (rc == RC_OK)
		rc = move_all(c, d, &m, e);
	return rc == RC_OK || rc == RC_DENIED ? tell_gates(c, d, now_s, e) : rc;
}

/* Its quarantine would bar it from an owner who cannot release it. */
static enum rc still_own(struct core *c, const struct core_actor *a,
    const struct device *d, struct device *now, struct err *e)
{
	enum rc rc = device_get(c, d->seq, now, e);

	if (rc == RC_OK && strcmp(now->account_id, a->scope_id) != 0)
		rc = err_set(e, RC_NOT_FOUND, "not-found",
		    "There is no such device.");
	return rc;
}

/* RC_CONFLICT where it cannot be changed any more. */
static enum rc not_scrapped(struct core *c, const struct device *d,
    struct err *e)
{
	struct store_certificate_bar bar;
	enum rc rc = store_certificate_bars(c->store, d->seq, &bar, e);

	return rc == RC_OK && bar.scrapped
	    ? err_set(e, RC_CONFLICT, "device-scrapped",
		  "The device is scrapped, which is not undone.")
	    : rc;
}

/* How a device is kept out. */
struct keep_out {
	bool scrap;
	const char *action, *event, *note;
};

static enum rc put_out(struct core *c, const struct core_actor *a,
    const struct device *d, const struct keep_out *how, struct err *e)
{
	const struct store_certificate_quarantine q = {.seq = d->seq,
	    .account = a->scope_id,
	    .note = how->note,
	    .by_name = a->name,
	    .at = a->now_s,
	    .scrapped = how->scrap};
	enum rc rc = not_scrapped(c, d, e);

	if (rc != RC_OK)
		return rc;
	rc = store_certificate_quarantine(c->store, &q, e);
	if (rc == RC_CONFLICT)
		return err_set(e, rc, "device-quarantined",
		    "The device is in quarantine already.");
	if (rc == RC_OK)
		rc = tell_gates(c, d, a->now_s, e);
	if (rc == RC_OK)
		rc = how->scrap
		    ? revoke_all(c, d, a->scope_id, CRL_CESSATION, a->now_s, e)
		    : hold_all(c, d, a->scope_id, a->now_s, e);
	if (rc == RC_OK)
		rc = timeline_add(c,
		    &(const struct timeline_event){d->seq, a->scope_id,
			how->event, how->note},
		    a->now_s, e);
	return rc;
}

static enum rc keep_out(struct core *c, const struct core_actor *a,
    const struct device *d, const struct keep_out *how, struct err *e)
{
	struct audit_entry entry = {.action = how->action,
	    .scope_id = a->scope_id,
	    .target = d->chip_id,
	    .detail = how->note};
	struct tx tx = TX_NONE;
	struct device now;
	enum rc rc;

	if (strlen(how->note) > NOTE_MAX)
		return err_set(e, RC_INVALID, "bad-note",
		    "The note is at most %d bytes.", NOTE_MAX);
	device_init(&now);
	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = still_own(c, a, d, &now, e);
	if (rc == RC_OK)
		rc = put_out(c, a, &now, how, e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	device_clear(&now);
	return tx_end(c, &tx, rc, e);
}

enum rc certificate_device_quarantine(struct core *c,
    const struct core_actor *a, const struct device *d, const char *note,
    struct err *e)
{
	return keep_out(c, a, d,
	    &(const struct keep_out){false, "device-quarantine", "quarantined",
		note},
	    e);
}

enum rc certificate_device_scrap(struct core *c, const struct core_actor *a,
    const struct device *d, const char *note, struct err *e)
{
	return keep_out(c, a, d,
	    &(const struct keep_out){true, "device-scrap", "scrapped", note},
	    e);
}

enum rc certificate_device_release(struct core *c, const struct core_actor *a,
    const struct device *d, struct err *e)
{
	struct audit_entry entry = {.action = "device-release",
	    .scope_id = a->scope_id,
	    .target = d->chip_id};
	struct tx tx = TX_NONE;
	struct device now;
	enum rc rc = tx_begin(c, &tx, e);

	device_init(&now);
	if (rc == RC_OK)
		rc = device_get(c, d->seq, &now, e);
	if (rc == RC_OK)
		rc = not_scrapped(c, &now, e);
	if (rc == RC_OK)
		rc =
		    store_certificate_release(c->store, d->seq, a->scope_id, e);
	if (rc == RC_NOT_FOUND)
		rc = err_set(e, RC_CONFLICT, "device-not-quarantined",
		    "The device is not in quarantine.");
	if (rc == RC_OK)
		rc = let_in(c, &now, a->now_s, e);
	if (rc == RC_OK)
		rc = timeline_add(c,
		    &(const struct timeline_event){d->seq, a->scope_id,
			"released", NULL},
		    a->now_s, e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	device_clear(&now);
	return tx_end(c, &tx, rc, e);
}

enum rc certificate_device_on_unbind(struct core *c, const struct core_actor *a,
    const char *bid, struct err *e)
{
	bool used = false;
	enum rc rc = store_certificate_used(c->store, a->scope_id, bid,
	    a->now_s, &used, e);

	if (rc == RC_OK && used)
		return err_set(e, RC_CONFLICT, "batch-enrolled",
		    "Devices of this batch have certificates of this account, "
		    "so it cannot be unbound; revoke them first.");
	return rc == RC_OK
	    ? store_certificate_forget(c->store, a->scope_id, bid, e)
	    : rc;
}

/* The device's own certificates cannot be trusted more than its birth. */
static enum rc spread(struct core *c, const struct device *d, bool hold,
    int64_t now_s, struct err *e)
{
	enum rc rc = tell_gates(c, d, now_s, e);

	if (rc != RC_OK)
		return rc;
	return hold ? hold_all(c, d, NULL, now_s, e)
		    : revoke_all(c, d, NULL, CRL_PRIVILEGE_WITHDRAWN, now_s, e);
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
	struct device now;
	enum rc rc = tx_begin(c, &tx, e);

	device_init(&now);
	if (rc == RC_OK)
		rc = device_get(c, d->seq, &now, e);
	if (rc == RC_OK)
		rc = store_certificate_bars(c->store, d->seq, &bar, e);
	if (rc == RC_OK &&
	    (strcmp(bar.birth, "revoked") == 0 ||
		(bar.birth[0] && reason == CRL_HOLD)))
		rc = err_set(e, RC_CONFLICT, "birth-revoked",
		    "The birth certificate is revoked already.");
	if (rc == RC_OK)
		rc = put_birth(c, a, &now, reason, e);
	if (rc == RC_OK)
		rc = spread(c, &now, reason == CRL_HOLD, a->now_s, e);
	if (rc == RC_OK && now.account_id[0])
		rc = timeline_add(c,
		    &(const struct timeline_event){d->seq, now.account_id,
			"birth-revoked", crl_reason_name(reason)},
		    a->now_s, e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	device_clear(&now);
	return tx_end(c, &tx, rc, e);
}

enum rc certificate_device_birth_reactivate(struct core *c,
    const struct core_actor *a, const struct device *d, struct err *e)
{
	struct audit_entry entry = {.action = "birth-reactivate",
	    .scope_id = a->scope_id,
	    .target = d->chip_id};
	struct store_certificate_birth b;
	struct tx tx = TX_NONE;
	struct device now;
	enum rc rc = tx_begin(c, &tx, e);

	device_init(&now);
	if (rc == RC_OK)
		rc = device_get(c, d->seq, &now, e);
	if (rc == RC_OK)
		rc = store_certificate_birth_find(c->store, d->seq, &b, e);
	if (rc == RC_NOT_FOUND || (rc == RC_OK && strcmp(b.state, "held") != 0))
		rc = err_set(e, RC_CONFLICT, "birth-not-held",
		    "Only a birth certificate on hold can be reactivated.");
	if (rc == RC_OK)
		rc = store_certificate_birth_delete(c->store, d->seq, e);
	if (rc == RC_OK)
		rc = let_in(c, &now, a->now_s, e);
	if (rc == RC_OK && now.account_id[0])
		rc = timeline_add(c,
		    &(const struct timeline_event){d->seq, now.account_id,
			"birth-reactivated", NULL},
		    a->now_s, e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	device_clear(&now);
	return tx_end(c, &tx, rc, e);
}
