/* Handlers of signing in at a provider of OpenID Connect.
 * Must not repeat what the provider or the address says. */
#ifndef BIRTHMARK_API_API_SSO_H
#define BIRTHMARK_API_API_SSO_H

#include "api/api.h"

enum rc api_sso_ways(struct api_call *call, struct err *e);
enum rc api_sso_start(struct api_call *call, struct err *e);
enum rc api_sso_callback(struct api_call *call, struct err *e);
enum rc api_sso_login(struct api_call *call, struct err *e);

#endif
