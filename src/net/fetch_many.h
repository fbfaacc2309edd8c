/* Several outbound HTTP requests at once in one thread, over libcurl's multi
 * interface, with the same rules and limits as net/fetch.h: verified TLS, no
 * redirects, no addresses that are not allowed.  Keeps connections. */
#ifndef BIRTHMARK_NET_FETCH_MANY_H
#define BIRTHMARK_NET_FETCH_MANY_H

#include "net/fetch.h"

struct fetch_many;

MUST_CHECK enum rc fetch_many_new(struct fetch_many **out,
    const struct fetch_options *o, size_t at_once, struct err *e);
/* Ends what is in flight. */
void fetch_many_free(struct fetch_many *m);
/* Starts a request; all of r is copied.  a (initialised) is filled until done
 * gives tag.  RC_LIMIT when at_once are in flight. */
MUST_CHECK enum rc fetch_many_start(struct fetch_many *m,
    const struct fetch_request *r, struct fetch_answer *a, void *tag,
    struct err *e);
struct fetch_many_done {
	void *tag;
	enum rc rc; /* as of fetch_do */
	struct err err;
};
/* Waits up to wait_ms for the end of one; false when none ended. */
bool fetch_many_wait(struct fetch_many *m, int64_t wait_ms,
    struct fetch_many_done *done);

#endif
