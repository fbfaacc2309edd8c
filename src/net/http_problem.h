/* Faults as problem details (RFC 9457), for every interface of the service.
 * Must not log. */
#ifndef BIRTHMARK_NET_HTTP_PROBLEM_H
#define BIRTHMARK_NET_HTTP_PROBLEM_H

#include "net/http.h"

/* Fills resp with e, under the status of its class or slug. */
void http_problem(struct http_response *resp, const struct err *e);
/* The same under this status. */
void http_problem_write(struct http_response *resp, const struct err *e,
    int status);

#endif
