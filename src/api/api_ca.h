/* Handlers of accounts' certificate authorities and profiles, see
 * docs/openapi.yaml.  Must not judge a certificate. */
#ifndef BIRTHMARK_API_API_CA_H
#define BIRTHMARK_API_API_CA_H

#include "api/api.h"
#include "base/json.h"

/* DER after DER as one text in PEM form. */
void api_ca_put_pem(struct json *w, const char *key, struct span ders);

MUST_CHECK enum rc api_ca_list(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_ca_create(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_ca_get(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_ca_retire(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_ca_csr(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_ca_import(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_ca_profile_get(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_ca_profile_put(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_ca_profile_delete(struct api_call *call, struct err *e);

#endif
