/* The one way in which a certificate's state changes.
 * Must not judge whether it may. */
#include "core/certificate_state.h"

#include <stdio.h>
#include <string.h>

#include "core/enrolment.h"
#include "core/feed.h"
#include "core/timeline.h"

#define ALL_MAX 32

static enum rc tell_gates(struct core *c, const struct store_certificate *cert,
    int64_t now_s, struct err *e)
{
	struct feed_certificate f = {.account = cert->account_id,
	    .seq = cert->seq,
	    .fp = cert->fp,
	    .admit = strcmp(cert->state, "valid") == 0};
	struct device d;
	enum rc rc;

	device_init(&d);
	rc = device_get(c, cert->seq, &d, e);
	f.bid = d.bid;
	f.product = d.product;
	/* A device that is kept out stays out. */
	if (rc == RC_OK && f.admit)
		f.admit = enrolment_may(c, &d, NULL) == RC_OK;
	if (rc == RC_OK)
		rc = feed_certificate(c, &f, now_s, e);
	device_clear(&d);
	return rc;
}

enum rc certificate_state_set(struct core *c, struct store_certificate *cert,
    const struct certificate_state_to *to, struct err *e)
{
	const struct store_certificate_state stored = {to->state, to->reason,
	    to->now_s, to->barred};
	bool valid = strcmp(to->state, "valid") == 0;
	enum rc rc = store_certificate_set(c->store, cert, &stored, e);

	if (rc != RC_OK)
		return rc;
	(void)snprintf(cert->state, sizeof(cert->state), "%s", to->state);
	cert->reason = to->reason;
	cert->barred = to->barred;
	cert->state_at = to->now_s;
	if (cert->seq == 0)
		return RC_OK;
	rc = timeline_add(c,
	    &(const struct timeline_event){cert->seq, cert->account_id,
		valid ? "certificate-reactivated" : "certificate-revoked",
		valid ? NULL : crl_reason_name(to->reason)},
	    to->now_s, e);
	return rc == RC_OK ? tell_gates(c, cert, to->now_s, e) : rc;
}

enum rc certificate_state_tell_all(struct core *c, const struct device *d,
    bool admit, int64_t now_s, struct err *e)
{
	struct feed_certificate f = {.account = d->account_id,
	    .seq = d->seq,
	    .bid = d->bid,
	    .product = d->product,
	    .admit = admit};
	const struct store_certificate_list l = {.account = d->account_id,
	    .state = "valid",
	    .seq = d->seq,
	    .now_s = now_s};
	struct store_certificate all[ALL_MAX];
	size_t i, n = ALL_MAX;
	enum rc rc;

	if (!d->account_id[0])
		return RC_OK;
	for (i = 0; i < ALL_MAX; i++)
		store_certificate_init(&all[i]);
	rc = feed_certificate(c, &f, now_s, e);
	if (rc == RC_OK)
		rc = store_certificate_list(c->store, &l, all, &n, e);
	for (i = 0; rc == RC_OK && i < n; i++) {
		f.fp = all[i].fp;
		rc = feed_certificate(c, &f, now_s, e);
	}
	for (i = 0; i < ALL_MAX; i++)
		store_certificate_clear(&all[i]);
	return rc;
}
