/* Handlers of certificates that accounts' authorities issued, of quarantine,
 * and of vendors' revocations, see docs/openapi.yaml.
 * Must not judge a certificate. */
#ifndef BIRTHMARK_API_API_CERTIFICATE_H
#define BIRTHMARK_API_API_CERTIFICATE_H

#include "api/api.h"

MUST_CHECK enum rc api_certificate_list(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_certificate_get(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_certificate_revoke(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_certificate_reactivate(struct api_call *call,
    struct err *e);
MUST_CHECK enum rc api_certificate_server(struct api_call *call, struct err *e);

MUST_CHECK enum rc api_certificate_quarantine(struct api_call *call,
    struct err *e);
MUST_CHECK enum rc api_certificate_scrap(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_certificate_release(struct api_call *call,
    struct err *e);

MUST_CHECK enum rc api_certificate_birth_revoke(struct api_call *call,
    struct err *e);
MUST_CHECK enum rc api_certificate_birth_reactivate(struct api_call *call,
    struct err *e);
MUST_CHECK enum rc api_certificate_birth_list(struct api_call *call,
    struct err *e);

#endif
