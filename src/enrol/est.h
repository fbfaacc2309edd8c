/* EST (RFC 7030, RFC 8951, RFC 9908): words of HTTP to calls of core.
 * A label, where there is one, is the id of the device's product.
 * Must not decide who may have a certificate: core does. */
#ifndef BIRTHMARK_ENROL_EST_H
#define BIRTHMARK_ENROL_EST_H

#include "enrol/enrol.h"

#define EST_BODY_MAX (32 * 1024)

/* CA certificates: of the label's product, of the device's that asks, or of
 * the account whose name TLS was asked for. */
MUST_CHECK enum rc est_cacerts(struct enrol_call *call, struct err *e);
MUST_CHECK enum rc est_simpleenroll(struct enrol_call *call, struct err *e);
/* Subject and alternative names of the request have to be those of the
 * certificate that asks (RFC 7030 4.2.2). */
MUST_CHECK enum rc est_simplereenroll(struct enrol_call *call, struct err *e);
MUST_CHECK enum rc est_csrattrs(struct enrol_call *call, struct err *e);
/* The key is made here, given once, and kept nowhere (RFC 7030 4.4). */
MUST_CHECK enum rc est_serverkeygen(struct enrol_call *call, struct err *e);

#endif
