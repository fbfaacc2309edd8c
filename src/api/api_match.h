/* Finds the route of a request in the table.
 * Must not authorise anything. */
#ifndef BIRTHMARK_API_API_MATCH_H
#define BIRTHMARK_API_API_MATCH_H

#include "api/api.h"

/* RC_NOT_FOUND for an unknown path, RC_INVALID "method-not-allowed" for a
 * known one.  HEAD finds the route of GET. */
MUST_CHECK enum rc api_match(const struct http_request *req,
    const struct api_route **route, struct span param[API_PARAMS_MAX],
    struct err *e);
bool api_match_any(struct span path);
/* "GET, HEAD, POST, OPTIONS" of a path. */
void api_match_allow(struct span path, char *out, size_t cap);

#endif
