/* Handlers of the routes about batches. */
#ifndef BIRTHMARK_API_API_BATCH_H
#define BIRTHMARK_API_API_BATCH_H

#include "api/api.h"
#include "base/json.h"
#include "core/batch.h"

MUST_CHECK enum rc api_batch_vendor_list(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_batch_vendor_get(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_batch_list(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_batch_get(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_batch_update(struct api_call *call, struct err *e);
/* The fields of an account's batch, into an object that is open.  An operator
 * (role) reads no clouds: it is null for one. */
void api_batch_write(struct json *w, const struct batch_row *r,
    enum core_role role);

#endif
