/* Handlers of accounts.
 * Must not decide anything: that is core's work. */
#ifndef BIRTHMARK_API_API_ACCOUNT_H
#define BIRTHMARK_API_API_ACCOUNT_H

#include "api/api.h"

enum rc api_account_create(struct api_call *call, struct err *e);
enum rc api_account_list(struct api_call *call, struct err *e);
enum rc api_account_get(struct api_call *call, struct err *e);
enum rc api_account_update(struct api_call *call, struct err *e);

#endif
