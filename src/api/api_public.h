/* Handlers of what anyone may ask: health, metrics, keys, the API's own
 * description, and the page behind a label. */
#ifndef BIRTHMARK_API_API_PUBLIC_H
#define BIRTHMARK_API_API_PUBLIC_H

#include "api/api.h"

enum rc api_public_health(struct api_call *call, struct err *e);
enum rc api_public_metrics(struct api_call *call, struct err *e);
enum rc api_public_jwks(struct api_call *call, struct err *e);
enum rc api_public_identity_jwks(struct api_call *call, struct err *e);
enum rc api_public_account_jwks(struct api_call *call, struct err *e);
enum rc api_public_account_openid(struct api_call *call, struct err *e);
enum rc api_public_account_pem(struct api_call *call, struct err *e);
enum rc api_public_openapi(struct api_call *call, struct err *e);

#endif
