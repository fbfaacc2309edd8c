/* Issues operational certificates: what the profile says, for the key of the
 * request, to a device that may have one; stored before it is given.
 * Must not judge who asks: enrolment_identify has. */
#include <stdio.h>
#include <string.h>

#include "core/ca.h"
#include "core/certificate.h"
#include "core/enrolment.h"
#include "core/feed.h"
#include "core/timeline.h"
#include "core/tx.h"
#include "core/upstream.h"
#include "pki/csr.h"
#include "pki/profile_name.h"

#define BACK_S 300   /* clocks of devices that are a little late */
#define REPEAT_S 600 /* the same request again is the same certificate */
#define VALID_MAX 8  /* certificates of one device at a time */
#define NAMES_MAX 4096

/* One enrolment on its way. */
struct issuing {
	struct core *c;
	const struct enrolment_who *who;
	const struct enrolment_request *r;
	int64_t now_s;
	struct store_ca_profile rule;
	struct profile profile;
	struct store_ca ca;
	struct store_certificate cert; /* the new one */
};

static enum rc check_request(struct issuing *i, struct err *e)
{
	struct csr csr;
	enum rc rc = csr_parse(&csr, i->r->csr, e);

	/* Its proof of possession is the signer's to check; what another CA
	 * signs is checked here. */
	if (rc == RC_OK && strcmp(i->ca.kind, "upstream") == 0)
		rc = csr_check(&csr, e);
	if (rc != RC_OK)
		return rc;
	if (!(i->profile.key_types & (1u << csr.type)))
		return err_set(e, RC_INVALID, "key-denied",
		    "The profile of this product takes no %s key.",
		    key_type_name(csr.type));
	digest_sha256(csr.spki, i->cert.spki_sha256);
	return RC_OK;
}

/* What the owner took from this key, the key does not get back by itself. */
static enum rc check_key(struct issuing *i, struct err *e)
{
	bool lost = false;
	enum rc rc =
	    store_certificate_key_lost(i->c->store, &i->cert, &lost, e);

	if (rc == RC_OK && lost)
		rc = err_set(e, RC_INVALID, "key-denied",
		    "A certificate for this key is on hold, or was revoked "
		    "because others may know the key: make a new key.");
	return rc;
}

static enum rc prepare(struct issuing *i, struct err *e)
{
	const struct device *d = &i->who->device;
	enum rc rc;

	if (!d->account_id[0])
		return err_set(e, RC_DENIED, "device-unbound",
		    "Nobody owns this device yet: its reel is not bound.");
	if (i->r->label && strcmp(i->r->label, d->product_id) != 0)
		return err_set(e, RC_DENIED, "label-denied",
		    "The device is not of this product.");
	rc = ca_profile_find(i->c, d->account_id, d->product_id, &i->rule, e);
	if (rc == RC_NOT_FOUND)
		rc = err_set(e, RC_DENIED, "no-profile",
		    "Devices of this product get no certificates: it has no "
		    "profile.");
	if (rc == RC_OK)
		rc = profile_parse(&i->profile, buf_span(&i->rule.text), e);
	if (rc == RC_OK)
		rc = ca_find(i->c, d->account_id, i->rule.ca_id, 0, &i->ca, e);
	if (rc == RC_OK)
		rc = ca_may_issue(&i->ca, i->now_s, e);
	if (rc == RC_OK)
		rc = check_request(i, e);
	i->cert.seq = d->seq;
	(void)snprintf(i->cert.account_id, sizeof(i->cert.account_id), "%s",
	    d->account_id);
	(void)snprintf(i->cert.ca_id, sizeof(i->cert.ca_id), "%s", i->ca.id);
	return rc == RC_OK ? check_key(i, e) : rc;
}

/* Another CA may give less than the profile says, and one that ends soon as
 * well: half of it counts at least. */
static int64_t renew_at(const struct issuing *i,
    const struct store_certificate *old)
{
	int64_t half = (old->not_after - old->not_before) / 2;
	int64_t before = i->profile.renew_before_s;

	return old->not_after - (before < half ? before : half);
}

/* A product, an account or a profile may be another than it was. */
static enum rc names_fit(struct issuing *i, const struct store_certificate *old,
    bool *fit, struct err *e)
{
	struct enrolment_names names;
	struct buf subject, san;
	struct cert cert;
	size_t n;
	enum rc rc = cert_parse(&cert, buf_span(&old->der), e);

	buf_init(&subject, NAMES_MAX);
	buf_init(&san, NAMES_MAX);
	if (rc == RC_OK)
		rc = enrolment_describe(i->c, &i->who->device, &names, e);
	if (rc == RC_OK)
		rc = profile_name_subject(i->profile.subject, &names.device,
		    &subject, e);
	for (n = 0; rc == RC_OK && n < i->profile.san_n; n++)
		rc =
		    profile_name_san(i->profile.san[n], &names.device, &san, e);
	*fit = rc == RC_OK && span_eq(cert.subject, buf_span(&subject)) &&
	    span_eq(cert.san, buf_span(&san));
	buf_clear(&subject);
	buf_clear(&san);
	return rc;
}

/* A device whose power went before it had stored the answer asks again. */
static bool repeats(struct issuing *i, struct buf *der, enum rc *rc,
    struct err *e)
{
	struct store_certificate old;
	bool same = false;

	store_certificate_init(&old);
	*rc = store_certificate_find_key(i->c->store, &i->cert, i->now_s, &old,
	    e);
	if (*rc == RC_OK &&
	    (i->r->kind == ENROLMENT_FIRST ||
		old.issued_at + REPEAT_S > i->now_s)) {
		/* One that is to be renewed now is no answer. */
		same = renew_at(i, &old) > i->now_s;
		/* What another CA puts in is its own affair. */
		if (same && strcmp(i->ca.kind, "upstream") != 0)
			*rc = names_fit(i, &old, &same, e);
		if (same)
			buf_add_span(der, buf_span(&old.der));
	} else if (*rc == RC_NOT_FOUND) {
		*rc = RC_OK;
	}
	store_certificate_clear(&old);
	return same;
}

/* Why the signer refused, where that is the request's fault. */
static enum rc name_fault(const struct issuing *i, enum rc rc, struct err *e)
{
	struct csr csr;

	if (rc == RC_INVALID && csr_parse(&csr, i->r->csr, NULL) == RC_OK &&
	    csr_check(&csr, NULL) != RC_OK)
		return csr_check(&csr, e);
	return rc;
}

static enum rc sign(struct issuing *i, struct err *e)
{
	const struct device *d = &i->who->device;
	struct signer_end want = {.ca = {d->account_id, i->ca.id},
	    .issuer_cert = buf_span(&i->ca.der),
	    .kind = ISSUE_END_DEVICE,
	    .csr = i->r->csr,
	    .birth = buf_span(&d->der),
	    .product = d->product,
	    .product_id = d->product_id,
	    .not_before = i->now_s - BACK_S,
	    .not_after = i->now_s + i->profile.lifetime_s};
	struct enrolment_names names;
	struct ca_urls urls;
	enum rc rc = enrolment_describe(i->c, d, &names, e);

	if (rc != RC_OK)
		return rc;
	ca_urls(i->c, i->ca.id, &urls);
	want.account_name = names.account;
	want.profile = buf_cstr(&i->rule.text);
	want.crl_url = urls.crl[0] ? urls.crl : NULL;
	want.aia_url = urls.aia[0] ? urls.aia : NULL;
	want.ocsp_url = urls.ocsp[0] ? urls.ocsp : NULL;
	rc = signer_end(i->c->signer, &want, &i->cert.der, e);
	return name_fault(i, rc, e);
}

/* The CA is another's; the courier asks it. */
static enum rc ask_upstream(struct issuing *i, struct err *e)
{
	const struct device *d = &i->who->device;
	struct enrolment_names names;
	const struct upstream_ask ask = {.device = d,
	    .ca_id = i->ca.id,
	    .ca_name = i->ca.name,
	    .profile = &i->profile,
	    .names = &names.device,
	    .csr = i->r->csr};
	enum rc rc = enrolment_describe(i->c, d, &names, e);

	if (rc != RC_OK)
		return rc;
	return upstream_issue(i->c, &ask, i->now_s, &i->cert.der, e);
}

static enum rc tell(struct issuing *i, struct err *e)
{
	const struct device *d = &i->who->device;
	const struct feed_device feed = {d->account_id, d->bid, d->seq};
	char detail[80];
	struct cert cert;
	char serial[2 * 20 + 1];
	enum rc rc = cert_parse(&cert, buf_span(&i->cert.der), e);

	if (rc != RC_OK)
		return rc;
	cert_serial_text(&cert, serial);
	(void)snprintf(detail, sizeof(detail), "%s", serial);
	rc = feed_tell(i->c, &feed, i->now_s, e);
	if (rc == RC_OK)
		rc = timeline_add(i->c,
		    &(const struct timeline_event){d->seq, d->account_id,
			i->r->kind == ENROLMENT_AGAIN ? "renewed" : "enrolled",
			detail},
		    i->now_s, e);
	return rc;
}

/* That by which the device came. */
static enum rc still_good(struct issuing *i, struct err *e)
{
	struct store_certificate cert;
	enum rc rc = RC_OK;

	store_certificate_init(&cert);
	if (!i->who->by_birth && i->who->certificate[0])
		rc = certificate_find(i->c, i->who->device.account_id,
		    i->who->certificate, &cert, e);
	if (rc == RC_OK && cert.id[0] && strcmp(cert.state, "valid") != 0)
		rc = err_set(e, RC_DENIED, "certificate-revoked",
		    "The certificate is revoked or on hold.");
	store_certificate_clear(&cert);
	return rc;
}

/* What was true before the signer was asked may not be any more. */
static enum rc still_may(struct issuing *i, struct err *e)
{
	struct enrolment_who now;
	struct store_ca ca;
	enum rc rc;

	enrolment_who_init(&now);
	rc = device_get(i->c, i->who->device.seq, &now.device, e);
	if (rc == RC_OK &&
	    strcmp(now.device.account_id, i->who->device.account_id) != 0)
		rc = err_set(e, RC_DENIED, "device-unbound",
		    "The device has another owner now.");
	if (rc == RC_OK)
		rc = enrolment_may(i->c, &now.device, e);
	if (rc == RC_OK)
		rc = still_good(i, e);
	if (rc == RC_OK)
		rc = check_key(i, e);
	store_ca_init(&ca);
	if (rc == RC_OK)
		rc = ca_find(i->c, i->ca.account_id, i->ca.id, 0, &ca, e);
	if (rc == RC_OK)
		rc = ca_may_issue(&ca, i->now_s, e);
	store_ca_clear(&ca);
	enrolment_who_clear(&now);
	return rc;
}

static enum rc keep(struct issuing *i, struct err *e)
{
	struct tx tx = TX_NONE;
	enum rc rc = certificate_describe(&i->cert, e);

	if (rc == RC_OK)
		rc = tx_begin(i->c, &tx, e);
	if (rc != RC_OK)
		return rc;
	rc = still_may(i, e);
	if (rc == RC_OK)
		rc = certificate_make_room(i->c, &i->cert, VALID_MAX - 1,
		    i->now_s, e);
	if (rc == RC_OK)
		rc = store_certificate_add(i->c->store, &i->cert, e);
	if (rc == RC_OK)
		rc = tell(i, e);
	return tx_end(i->c, &tx, rc, e);
}

enum rc enrolment_issue(struct core *c, const struct enrolment_who *who,
    const struct enrolment_request *r, int64_t now_s, struct buf *der,
    struct err *e)
{
	struct issuing i = {.c = c, .who = who, .r = r, .now_s = now_s};
	enum rc rc;

	buf_init(&i.rule.text, PROFILE_TEXT_MAX);
	store_ca_init(&i.ca);
	store_certificate_init(&i.cert);
	rc = prepare(&i, e);
	if (rc != RC_OK || repeats(&i, der, &rc, e) || rc != RC_OK)
		goto out;
	rand_id(i.cert.id, sizeof(i.cert.id), "crt");
	(void)snprintf(i.cert.kind, sizeof(i.cert.kind), "device");
	i.cert.issued_at = now_s;
	rc = strcmp(i.ca.kind, "upstream") == 0 ? ask_upstream(&i, e)
						: sign(&i, e);
	if (rc == RC_OK)
		rc = keep(&i, e);
	if (rc == RC_OK)
		buf_add_span(der, buf_span(&i.cert.der));
out:
	if (rc == RC_OK && !buf_ok(der))
		rc = err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	store_certificate_clear(&i.cert);
	store_ca_clear(&i.ca);
	buf_clear(&i.rule.text);
	return rc;
}
