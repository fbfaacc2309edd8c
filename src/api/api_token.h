/* Handlers of the API tokens of an account or vendor.
 * Must not decide anything: that is core's work. */
#ifndef BIRTHMARK_API_API_TOKEN_H
#define BIRTHMARK_API_API_TOKEN_H

#include "api/api.h"

enum rc api_token_list(struct api_call *call, struct err *e);
enum rc api_token_create(struct api_call *call, struct err *e);
enum rc api_token_revoke(struct api_call *call, struct err *e);

#endif
