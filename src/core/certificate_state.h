/* The one way in which a certificate's state changes.
 * Internal to core; must not judge whether it may. */
#ifndef BIRTHMARK_CORE_CERTIFICATE_STATE_H
#define BIRTHMARK_CORE_CERTIFICATE_STATE_H

#include "core/certificate.h"

struct certificate_state_to {
	const char *state; /* "valid", "held", "revoked" */
	int reason;	   /* CRLReason */
	int64_t now_s;
	bool barred; /* with its device */
};
/* State, its authority's lists, the device's timeline and the gates, in the
 * caller's transaction.  cert is changed as well. */
MUST_CHECK enum rc certificate_state_set(struct core *c,
    struct store_certificate *cert, const struct certificate_state_to *to,
    struct err *e);

#endif
