/* Handlers of the routes about bindings. */
#ifndef BIRTHMARK_API_API_BIND_H
#define BIRTHMARK_API_API_BIND_H

#include "api/api.h"

MUST_CHECK enum rc api_bind_create(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_bind_remove(struct api_call *call, struct err *e);

#endif
