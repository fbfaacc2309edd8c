/* Revocation lists and CA certificates, as certificates point to them
 * (RFC 5280 4.2.1.13, 4.2.2.1).
 * Must not make a list. */
#ifndef BIRTHMARK_ENROL_CRL_HTTP_H
#define BIRTHMARK_ENROL_CRL_HTTP_H

#include "enrol/enrol.h"

MUST_CHECK enum rc crl_http_list(struct enrol_call *call, struct err *e);
MUST_CHECK enum rc crl_http_vendor_list(struct enrol_call *call, struct err *e);
MUST_CHECK enum rc crl_http_ca(struct enrol_call *call, struct err *e);
MUST_CHECK enum rc crl_http_vendor_ca(struct enrol_call *call, struct err *e);

#endif
