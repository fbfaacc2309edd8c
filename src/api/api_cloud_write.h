/* Product clouds, their kinds and their circuit breakers, as answers tell them.
 */
#ifndef BIRTHMARK_API_API_CLOUD_WRITE_H
#define BIRTHMARK_API_API_CLOUD_WRITE_H

#include "api/api.h"
#include "base/json.h"
#include "store/store_cloud.h"

MUST_CHECK enum rc api_cloud_write(struct json *w, struct core *c,
    const struct store_cloud *r, struct err *e);
/* Its value only. */
void api_cloud_write_breaker(struct json *w,
    const struct store_cloud_breaker *b);
/* GET /cloud-kinds */
MUST_CHECK enum rc api_cloud_write_kinds(struct api_call *call, struct err *e);

#endif
