/* OCSP over HTTP (RFC 6960 appendix A, RFC 5019): requests by POST and GET.
 * Must not judge a certificate. */
#ifndef BIRTHMARK_ENROL_OCSP_HTTP_H
#define BIRTHMARK_ENROL_OCSP_HTTP_H

#include "enrol/enrol.h"

MUST_CHECK enum rc ocsp_http_post(struct enrol_call *call, struct err *e);
/* /ocsp/{rest}: the request in base64, percent-encoded. */
MUST_CHECK enum rc ocsp_http_get(struct enrol_call *call, struct err *e);

#endif
