/* The one way in which a certificate's state changes.
 * Must not judge whether it may. */
#include "core/certificate_state.h"

#include <stdio.h>
#include <string.h>

#include "core/device.h"
#include "core/feed.h"
#include "core/timeline.h"

static enum rc tell_gates(struct core *c, const struct store_certificate *cert,
    int64_t now_s, struct err *e)
{
	struct device d;
	enum rc rc;

	device_init(&d);
	rc = device_get(c, cert->seq, &d, e);
	if (rc == RC_OK)
		rc = feed_tell(c,
		    &(const struct feed_device){cert->account_id, d.bid,
			cert->seq},
		    now_s, e);
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
