/* CAs of others, in front of which this service is the registration authority:
 * it judges who may have a certificate, they issue it.  The courier asks them;
 * a device asks again until it is there.
 * No HTTP words, no SQL. */
#ifndef BIRTHMARK_CORE_UPSTREAM_H
#define BIRTHMARK_CORE_UPSTREAM_H

#include "core/enrolment.h"
#include "store/store_upstream.h"

#define UPSTREAM_RETRY_S 2     /* while the CA is asked */
#define UPSTREAM_REFUSED_S 300 /* so long a refusal stands */

struct upstream_ask {
	const struct device *device;
	const char *ca_id, *ca_name;
	const struct profile *profile;
	const struct profile_device *names;
	struct span csr;
};
/* The certificate, DER appended, once for each time it was issued: the caller
 * records it.  Else RC_AGAIN with e->retry_after_s; RC_DENIED
 * "upstream-refused" with the CA's words; RC_INVALID "csr-subject".  Commits
 * by itself: not inside a transaction. */
MUST_CHECK enum rc upstream_issue(struct core *c,
    const struct upstream_ask *ask, int64_t now_s, struct buf *der,
    struct err *e);

/* The requests to a CA of the account, newest first. */
struct upstream_list {
	const char *account, *ca;
	int64_t before; /* n; 0: from the newest */
};
/* *n: the room in out (each initialised), then how many. */
MUST_CHECK enum rc upstream_requests(struct core *c,
    const struct upstream_list *l, struct store_upstream_request *out,
    size_t *n, struct err *e);

#endif
