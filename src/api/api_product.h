/* Handlers of the routes about products. */
#ifndef BIRTHMARK_API_API_PRODUCT_H
#define BIRTHMARK_API_API_PRODUCT_H

#include "api/api.h"

MUST_CHECK enum rc api_product_list(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_product_create(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_product_get(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_product_update(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_product_delete(struct api_call *call, struct err *e);

#endif
