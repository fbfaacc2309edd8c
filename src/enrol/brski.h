/* BRSKI-Cloud's registrar (RFC 8995, RFC 8366), and what goes with first boot:
 * claim vouchers, and whom a device may talk to.  Words of HTTP to calls of
 * core.  Must not decide whose a device is. */
#ifndef BIRTHMARK_ENROL_BRSKI_H
#define BIRTHMARK_ENROL_BRSKI_H

#include "enrol/enrol.h"

#define BRSKI_REQUEST_MAX (64 * 1024)
#define BRSKI_STATUS_MAX (16 * 1024)
#define BRSKI_CLAIM_MAX (4 * 1024)

MUST_CHECK enum rc brski_requestvoucher(struct enrol_call *call, struct err *e);
MUST_CHECK enum rc brski_voucher_status(struct enrol_call *call, struct err *e);
MUST_CHECK enum rc brski_enrollstatus(struct enrol_call *call, struct err *e);
/* POST {"voucher":"<JWS>"}: the device becomes its account's. */
MUST_CHECK enum rc brski_claim(struct enrol_call *call, struct err *e);
MUST_CHECK enum rc brski_peers(struct enrol_call *call, struct err *e);

#endif
