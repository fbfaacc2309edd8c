/* The one place where a request is authenticated and authorised.
 * Denies whatever it does not know. */
#ifndef BIRTHMARK_API_API_AUTH_H
#define BIRTHMARK_API_API_AUTH_H

#include "api/api.h"

/* What a request proves itself with: its bearer token, else the session of its
 * cookie; empty when there is neither. */
struct span api_auth_credential(const struct http_request *req);
/* Fills call->actor for call->route and call->param, or tells why not:
 * RC_UNAUTHENTICATED, RC_NOT_FOUND (no part in that account or vendor, which
 * looks the same as if it did not exist) or RC_DENIED. */
MUST_CHECK enum rc api_auth(struct api_call *call, struct err *e);

#endif
