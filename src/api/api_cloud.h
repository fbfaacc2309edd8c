/* Handlers of product clouds. */
#ifndef BIRTHMARK_API_API_CLOUD_H
#define BIRTHMARK_API_API_CLOUD_H

#include "api/api.h"

MUST_CHECK enum rc api_cloud_list(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_cloud_create(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_cloud_get(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_cloud_update(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_cloud_delete(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_cloud_test(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_cloud_audit(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_cloud_resume(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_cloud_feed(struct api_call *call, struct err *e);

#endif
