/* One request to a CA of others, by EST (RFC 7030) or CMP (RFC 9483).
 * Must not log or keep a credential. */
#ifndef BIRTHMARK_COURIER_RA_ASK_H
#define BIRTHMARK_COURIER_RA_ASK_H

#include "courier/keyring.h"
#include "store/store_upstream.h"

#define RA_ASK_TOTAL_MS 30000 /* of one HTTP request */
#define RA_ASK_WAIT_S 60      /* of a CMP transaction, with its polling */

struct ra_ask {
	struct store *store;
	struct keyring *keys; /* open credentials */
	bool allow_private;
};
/* The certificate, checked: DER appended.  RC_DENIED "upstream-refused" with
 * the CA's words when asking again is in vain; any other fault may pass. */
MUST_CHECK enum rc ra_ask(const struct ra_ask *a,
    const struct store_upstream_request *r, struct buf *der, struct err *e);

#endif
