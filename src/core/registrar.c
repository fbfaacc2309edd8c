/* Decides on requests for ownership vouchers.
 * Must not tell a device whose it is but by a voucher. */
#include "core/registrar.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "core/ca.h"
#include "core/timeline.h"
#include "core/tx.h"
#include "pki/voucher.h"
#include "store/store_nonce.h"

#define DERS_MAX (CA_CHAIN_MAX * CERT_DER_MAX)
#define DAY_S 86400

static enum rc refuse(const char *slug, const char *why, struct err *e)
{
	enum rc rc =
	    err_set(e, RC_INVALID, slug, "The voucher request %s.", why);

	if (e)
		e->ref = "RFC 8995 5.2";
	return rc;
}

static enum rc again(enum rc rc, unsigned int retry_s, struct err *e)
{
	if (e)
		e->retry_after_s = retry_s;
	return rc;
}

/* Signed with the very certificate of the connection, about itself, now. */
static enum rc read_request(const struct registrar_request *r,
    struct voucher_request *v, struct err *e)
{
	const struct device *d = &r->who->device;
	struct buf json, signer;
	enum rc rc;

	buf_init(&json, CMS_WRAP_MAX);
	buf_init(&signer, CERT_DER_MAX);
	rc = cms_wrap_verify(r->cms, CMS_WRAP_VOUCHER, &json, &signer, e);
	if (rc == RC_OK && !span_eq(buf_span(&signer), buf_span(&d->der)))
		rc = refuse("voucher-signer",
		    "is not signed by the device that sends it", e);
	if (rc == RC_OK)
		rc = voucher_request_parse(v, buf_span(&json), e);
	if (rc == RC_OK && strcmp(v->serial_number, d->chip_id) != 0)
		rc = refuse("voucher-serial-differs",
		    "is about another device than the one that sends it", e);
	if (rc == RC_OK && v->created_on != 0 &&
	    (v->created_on < r->now_s - REGISTRAR_CLOCK_S ||
		v->created_on > r->now_s + REGISTRAR_CLOCK_S))
		rc = refuse("voucher-stale",
		    "is of another day; leave created-on out without a clock",
		    e);
	buf_clear(&json);
	buf_clear(&signer);
	return rc;
}

static enum rc tell(struct core *c, const struct registrar_request *r,
    const char *detail, struct err *e)
{
	const struct timeline_event t = {r->who->device.seq,
	    r->who->device.account_id, "voucher-asked", detail};
	enum rc rc = timeline_report(c, &t, r->now_s, e);

	return rc == RC_LIMIT ? RC_OK : rc;
}

/* Whom the device shall trust: the root of the account's own domain, by which
 * its EST server is known, whoever issues for the product. */
static enum rc find_domain(struct core *c, const struct registrar_request *r,
    struct buf *root, struct err *e)
{
	const struct device *d = &r->who->device;
	struct buf ders;
	enum rc rc = RC_NOT_FOUND;

	buf_init(&ders, DERS_MAX);
	if (d->product_id[0] != '\0' && r->est_domain[0] != '\0')
		rc = enrolment_cas(c, r->who, NULL, &ders, e);
	buf_clear(&ders);
	if (rc == RC_OK)
		rc = ca_domain_root(c, d->account_id, r->now_s, root, e);
	if (rc == RC_OK)
		return RC_OK;
	if (rc != RC_NOT_FOUND && rc != RC_DENIED && rc != RC_CONFLICT)
		return rc;
	rc = tell(c, r,
	    "Its product has no certificate authority yet: no voucher.", e);
	if (rc != RC_OK)
		return rc;
	return again(err_set(e, RC_AGAIN, "no-domain",
			 "The device's owner has no certificate authority "
			 "for its product yet."),
	    REGISTRAR_RETRY_DOMAIN_S, e);
}

/* Each nonce once, and not too many. */
static enum rc use_nonce(struct core *c, const struct registrar_request *r,
    const struct voucher_request *v, struct err *e)
{
	const struct device *d = &r->who->device;
	struct tx tx = TX_NONE;
	uint64_t used = 0;
	enum rc rc = tx_begin(c, &tx, e);

	if (rc == RC_OK)
		rc = store_nonce_recent(c->store, d->seq, r->now_s - DAY_S,
		    &used, e);
	if (rc == RC_OK && used >= REGISTRAR_VOUCHERS_A_DAY)
		rc = again(err_set(e, RC_LIMIT, "too-many-vouchers",
			       "The device has had %d vouchers within a day.",
			       REGISTRAR_VOUCHERS_A_DAY),
		    DAY_S / REGISTRAR_VOUCHERS_A_DAY, e);
	if (rc == RC_OK)
		rc = store_nonce_add(c->store, d->seq,
		    span_of(v->nonce, v->nonce_n), r->now_s, e);
	if (rc == RC_CONFLICT)
		rc = err_set(e, RC_DENIED, "voucher-replayed",
		    "This voucher request was answered before.");
	if (rc == RC_OK)
		rc = store_nonce_sweep(c->store,
		    r->now_s - REGISTRAR_NONCE_KEEP_S, e);
	if (rc == RC_OK)
		rc = timeline_add(c,
		    &(const struct timeline_event){d->seq, d->account_id,
			"voucher-issued", r->est_domain},
		    r->now_s, e);
	return tx_end(c, &tx, rc, e);
}

static enum rc sign(struct core *c, const struct registrar_request *r,
    const struct voucher_request *v, struct span root, struct buf *out,
    struct err *e)
{
	struct voucher voucher = {.serial_number = v->serial_number,
	    .nonce = span_of(v->nonce, v->nonce_n),
	    .created_on = r->now_s,
	    .pinned_domain_cert = root,
	    .est_domain = r->est_domain};
	struct cert birth;
	enum rc rc = cert_parse(&birth, buf_span(&r->who->device.der), e);

	if (rc != RC_OK)
		return rc;
	if (!c->signer)
		return err_set(e, RC_BUG, "no-signer", "There is no signer.");
	voucher.idevid_issuer = birth.aki;
	return signer_voucher(c->signer, &voucher, out, e);
}

static enum rc owner_of(struct core *c, const struct device *d,
    struct store_account *out, struct err *e)
{
	enum rc rc = RC_NOT_FOUND;

	if (d->account_id[0] != '\0')
		rc = store_account_get(c->store, d->account_id, out, e);
	if (rc != RC_NOT_FOUND)
		return rc;
	return again(err_set(e, RC_UNAUTHENTICATED, "device-unowned",
			 "The device is known, but nobody has bound it yet."),
	    REGISTRAR_RETRY_OWNER_S, e);
}

static enum rc decide(struct core *c, const struct registrar_request *r,
    struct buf *voucher, char elsewhere[STORE_ACCOUNT_URL_SIZE], struct err *e)
{
	struct voucher_request v;
	struct store_account account;
	struct buf root;
	enum rc rc;

	rc = read_request(r, &v, e);
	if (rc == RC_OK)
		rc = owner_of(c, &r->who->device, &account, e);
	if (rc != RC_OK)
		return rc;
	if (account.registrar_url[0] != '\0') {
		(void)snprintf(elsewhere, STORE_ACCOUNT_URL_SIZE, "%s",
		    account.registrar_url);
		return tell(c, r, account.registrar_url, e);
	}
	buf_init(&root, CERT_DER_MAX);
	rc = find_domain(c, r, &root, e);
	if (rc == RC_OK)
		rc = use_nonce(c, r, &v, e);
	if (rc == RC_OK)
		rc = sign(c, r, &v, buf_span(&root), voucher, e);
	buf_clear(&root);
	return rc;
}

enum rc registrar_voucher(struct core *c, const struct registrar_request *r,
    struct buf *voucher, char elsewhere[STORE_ACCOUNT_URL_SIZE], struct err *e)
{
	struct err own = {0}, ignored = {0};
	enum rc rc;

	elsewhere[0] = '\0';
	rc = decide(c, r, voucher, elsewhere, &own);
	/* Its owner should know of a fault, or of an attack. */
	if ((rc == RC_INVALID || rc == RC_DENIED) &&
	    r->who->device.account_id[0] != '\0' &&
	    tell(c, r, own.text, &ignored) != RC_OK)
		log_err(LOG_ERROR, "a refusal could not be recorded", &ignored);
	if (rc != RC_OK && e)
		*e = own;
	return rc;
}

enum rc registrar_status(struct core *c, const struct enrolment_who *who,
    const char *event, struct span json, int64_t now_s, struct err *e)
{
	/* The timeline cuts it. */
	char detail[sizeof(((struct voucher_status *)0)->reason) +
	    sizeof(((struct voucher_status *)0)->context) + 16];
	const struct timeline_event t = {who->device.seq,
	    who->device.account_id, event, detail};
	struct voucher_status s;
	enum rc rc = voucher_status_parse(&s, json, e);

	if (rc != RC_OK || who->device.account_id[0] == '\0')
		return rc;
	(void)snprintf(detail, sizeof(detail), "%s%s%s%s%s",
	    s.ok ? "accepted" : "refused", s.reason[0] ? ": " : "", s.reason,
	    s.context[0] ? " " : "", s.context);
	return timeline_report(c, &t, now_s, e);
}
