/* What requests say of authorities of others, and the list of what was asked
 * of them, see docs/openapi.yaml.  Must not answer a credential. */
#ifndef BIRTHMARK_API_API_UPSTREAM_H
#define BIRTHMARK_API_API_UPSTREAM_H

#include "api/api.h"
#include "base/json.h"
#include "core/upstream_spec.h"

/* The field "upstream" of the body; *given is false without it.  out borrows
 * from the body. */
MUST_CHECK enum rc api_upstream_read(struct api_call *call,
    struct upstream_spec *out, bool *given, struct err *e);
/* The member "upstream" of an authority. */
MUST_CHECK enum rc api_upstream_write(struct api_call *call, struct json *w,
    const struct store_ca *ca, struct err *e);
MUST_CHECK enum rc api_upstream_requests(struct api_call *call, struct err *e);

#endif
