/* Handlers of the routes about devices. */
#ifndef BIRTHMARK_API_API_DEVICE_H
#define BIRTHMARK_API_API_DEVICE_H

#include "api/api.h"

MUST_CHECK enum rc api_device_list(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_device_get(struct api_call *call, struct err *e);

#endif
