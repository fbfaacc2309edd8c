/* Who a device is that asks, and what it may know before it enrols.
 * Must not issue. */
#include "core/enrolment.h"

#include <string.h>

#include "core/ca.h"
#include "core/certificate.h"
#include "store/store_account.h"
#include "store/store_certificate.h"

void enrolment_who_init(struct enrolment_who *w)
{
	memset(w, 0, sizeof(*w));
	device_init(&w->device);
}

void enrolment_who_clear(struct enrolment_who *w)
{
	if (w)
		device_clear(&w->device);
}

enum rc enrolment_may(struct core *c, const struct device *d, struct err *e)
{
	struct store_certificate_bar bar;
	enum rc rc = store_certificate_bars(c->store, d->seq, &bar, e);

	if (rc != RC_OK)
		return rc;
	if (bar.birth[0])
		return err_set(e, RC_DENIED, "device-revoked",
		    "The maker of the chip has revoked its birth "
		    "certificate.");
	if (bar.scrapped)
		return err_set(e, RC_DENIED, "device-scrapped",
		    "The owner has scrapped this device.");
	if (bar.quarantined)
		return err_set(e, RC_DENIED, "device-quarantined",
		    "The owner keeps this device in quarantine.");
	return RC_OK;
}

static enum rc judge_operational(const struct store_certificate *cert,
    const struct device *d, int64_t now_s, struct err *e)
{
	if (strcmp(cert->kind, "device") != 0)
		return err_set(e, RC_NOT_FOUND, "device-unknown",
		    "This is no device's certificate.");
	if (strcmp(cert->account_id, d->account_id) != 0)
		return err_set(e, RC_DENIED, "certificate-revoked",
		    "The certificate is of an owner that the device has no "
		    "more.");
	if (strcmp(cert->state, "valid") != 0)
		return err_set(e, RC_DENIED, "certificate-revoked",
		    "The certificate is revoked or on hold.");
	if (cert->not_after <= now_s)
		return err_set(e, RC_DENIED, "certificate-expired",
		    "The certificate has expired; enrol with the birth "
		    "certificate.");
	return RC_OK;
}

/* By an operational certificate.  RC_NOT_FOUND leaves e as it was. */
static enum rc identify_operational(struct core *c, struct span der,
    int64_t now_s, struct enrolment_who *out, struct err *e)
{
	struct store_certificate cert;
	uint8_t fp[DIGEST_SHA256];
	enum rc rc;

	cert_fingerprint(der, fp);
	store_certificate_init(&cert);
	rc = store_certificate_find_fp(c->store, fp, &cert, e);
	if (rc != RC_OK)
		goto out;
	rc = cert.seq > 0 ? device_get(c, cert.seq, &out->device, e)
			  : err_set(e, RC_NOT_FOUND, "device-unknown",
				"This is no device's certificate.");
	if (rc == RC_OK)
		rc = judge_operational(&cert, &out->device, now_s, e);
	memcpy(out->certificate, cert.id, sizeof(out->certificate));
	memcpy(out->spki_sha256, cert.spki_sha256, sizeof(out->spki_sha256));
out:
	store_certificate_clear(&cert);
	return rc;
}

static enum rc identify(struct core *c, struct span der, int64_t now_s,
    struct enrolment_who *out, struct err *e)
{
	struct cert cert;
	enum rc rc = device_find_by_cert(c, der, &out->device, e);

	out->by_birth = rc == RC_OK;
	if (out->by_birth) {
		rc = cert_parse(&cert, der, e);
		if (rc == RC_OK)
			digest_sha256(cert.spki, out->spki_sha256);
	} else if (rc == RC_NOT_FOUND) {
		rc = identify_operational(c, der, now_s, out, e);
	}
	return rc == RC_OK ? enrolment_may(c, &out->device, e) : rc;
}

/* One read of the database for all its questions. */
enum rc enrolment_identify(struct core *c, struct span der, int64_t now_s,
    struct enrolment_who *out, struct err *e)
{
	enum rc rc = store_begin_read(c->store, e);

	if (rc == RC_OK)
		rc = identify(c, der, now_s, out, e);
	store_rollback(c->store);
	return rc;
}

static enum rc find_profile(struct core *c, const struct enrolment_who *who,
    const char *label, struct store_ca_profile *p, struct err *e)
{
	if (!who)
		return ca_profile_find(c, NULL, label, p, e);
	if (label && strcmp(label, who->device.product_id) != 0)
		return err_set(e, RC_DENIED, "label-denied",
		    "The device is not of this product.");
	return ca_profile_find(c, who->device.account_id,
	    who->device.product_id, p, e);
}

/* By it the device knows the account's own servers, whoever issues for its
 * product. */
static enum rc add_domain(struct core *c, const char *account, struct buf *ders,
    struct err *e)
{
	struct span rest = buf_span(ders), one;
	struct buf root;
	bool there = false;
	enum rc rc;

	buf_init(&root, CERT_DER_MAX);
	rc = ca_domain_root(c, account, 0, &root, e);
	while (rc == RC_OK && !there && cert_next(&rest, &one))
		there = span_eq(one, buf_span(&root));
	if (rc == RC_OK && !there)
		buf_add_span(ders, buf_span(&root));
	if (rc == RC_OK && !buf_ok(ders))
		rc = err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	buf_clear(&root);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc enrolment_cas(struct core *c, const struct enrolment_who *who,
    const char *label, struct buf *ders, struct err *e)
{
	struct store_ca_profile p;
	struct store_ca ca;
	enum rc rc;

	buf_init(&p.text, PROFILE_TEXT_MAX);
	store_ca_init(&ca);
	rc = find_profile(c, who, label, &p, e);
	if (rc == RC_OK)
		rc = ca_find(c, p.account_id, p.ca_id, 0, &ca, e);
	if (rc == RC_OK && ca.der.n == 0 && ca.chain.n == 0)
		rc = ca_may_issue(&ca, 0, e);
	if (rc == RC_OK)
		rc = ca_chain(c, &ca, ders, e);
	if (rc == RC_OK)
		rc = add_domain(c, p.account_id, ders, e);
	store_ca_clear(&ca);
	buf_clear(&p.text);
	return rc;
}

enum rc enrolment_describe(struct core *c, const struct device *d,
    struct enrolment_names *n, struct err *e)
{
	struct store_account account;
	enum rc rc = store_account_get(c->store, d->account_id, &account, e);

	if (rc != RC_OK)
		return rc == RC_NOT_FOUND
		    ? err_set(e, RC_BUG, "no-account",
			  "A device belongs to an account that is not there.")
		    : rc;
	(void)span_copy_str(span_str(account.name), n->account,
	    sizeof(n->account));
	n->device = (struct profile_device){.device = d->chip_id,
	    .serial = d->serial,
	    .product = d->product,
	    .product_id = d->product_id,
	    .account = n->account,
	    .account_id = d->account_id};
	return RC_OK;
}

enum rc enrolment_may_keygen(struct core *c, const struct enrolment_who *who,
    enum key_type *type, struct err *e)
{
	struct store_ca_profile p;
	struct profile profile = {0};
	struct store_ca ca;
	enum rc rc;

	buf_init(&p.text, PROFILE_TEXT_MAX);
	store_ca_init(&ca);
	*type = KEY_P256;
	rc = find_profile(c, who, NULL, &p, e);
	if (rc == RC_OK)
		rc = profile_parse(&profile, buf_span(&p.text), e);
	if (rc == RC_OK)
		rc = ca_find(c, p.account_id, p.ca_id, 0, &ca, e);
	if (rc == RC_OK && !profile.server_keygen)
		rc = err_set(e, RC_DENIED, "keygen-denied",
		    "Devices of this product make their keys themselves.");
	/* It may answer later, and by then the key is forgotten. */
	if (rc == RC_OK && strcmp(ca.kind, "upstream") == 0)
		rc = err_set(e, RC_DENIED, "keygen-denied",
		    "Another authority issues for this product: its devices "
		    "make their keys themselves.");
	if (rc == RC_OK && !(profile.key_types & (1u << KEY_P256)))
		*type = KEY_P384;
	/* An RSA key takes as long to make as hundreds of requests. */
	if (rc == RC_OK && !(profile.key_types & (1u << *type)))
		rc = err_set(e, RC_DENIED, "keygen-denied",
		    "Keys are made here for P-256 and P-384 alone, which the "
		    "profile of this product does not take.");
	store_ca_clear(&ca);
	buf_clear(&p.text);
	return rc;
}

enum rc enrolment_csrattrs(struct core *c, const struct enrolment_who *who,
    const char *label, struct buf *der, struct err *e)
{
	struct enrolment_names names;
	struct store_ca_profile p;
	struct profile profile = {0};
	enum rc rc;

	buf_init(&p.text, PROFILE_TEXT_MAX);
	rc = find_profile(c, who, label, &p, e);
	if (rc == RC_OK)
		rc = profile_parse(&profile, buf_span(&p.text), e);
	if (rc == RC_OK)
		rc = enrolment_describe(c, &who->device, &names, e);
	if (rc == RC_OK)
		rc = profile_csrattrs(&profile, &names.device, der, e);
	buf_clear(&p.text);
	return rc;
}
