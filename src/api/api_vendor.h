/* Handlers of the routes about vendors and their CAs. */
#ifndef BIRTHMARK_API_API_VENDOR_H
#define BIRTHMARK_API_API_VENDOR_H

#include "api/api.h"

MUST_CHECK enum rc api_vendor_create(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_vendor_list(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_vendor_get(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_vendor_cas(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_vendor_ca_add(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_vendor_csr(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_vendor_responder(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_vendor_crl(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_vendor_ca_retire(struct api_call *call, struct err *e);

#endif
