/* Finds the route of a request in the table of the device side.
 * Must not judge who asks. */
#ifndef BIRTHMARK_ENROL_ENROL_MATCH_H
#define BIRTHMARK_ENROL_ENROL_MATCH_H

#include "enrol/enrol.h"

/* RC_NOT_FOUND for an unknown path of this port, RC_INVALID
 * "method-not-allowed" for a known one.  HEAD finds the route of GET. */
MUST_CHECK enum rc enrol_match(const struct http_request *req,
    enum enrol_port port, const struct enrol_route **route,
    struct span param[ENROL_PARAMS_MAX], struct err *e);
/* Adds the Allow of the request's path. */
void enrol_match_allow(const struct http_request *req, enum enrol_port port,
    struct http_response *resp);

#endif
