/* Handlers of the routes about uploads. */
#ifndef BIRTHMARK_API_API_UPLOAD_H
#define BIRTHMARK_API_API_UPLOAD_H

#include "api/api.h"
#include "base/json.h"
#include "core/upload.h"

MUST_CHECK enum rc api_upload_create(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_upload_list(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_upload_get(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_upload_sign(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_upload_publish(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_upload_cancel(struct api_call *call, struct err *e);
/* One upload, as every answer tells it. */
void api_upload_write(struct json *w, const struct store_upload *u);
/* Streams a body to the upload's spool. */
MUST_CHECK enum rc api_upload_open(struct api_call *call,
    struct http_request *req, struct err *e);

#endif
