/* The gate's way to its service: address, account, cloud, token.
 * Knows nothing of what is said there. */
#ifndef BIRTHMARK_GATE_GATE_LINK_H
#define BIRTHMARK_GATE_GATE_LINK_H

#include "net/fetch.h"

struct gate_link; /* one thread */

struct gate_link_options {
	const char *service;	     /* https://host:port */
	const char *account, *cloud; /* ids */
	const char *token_file;	     /* read anew for each request */
	const char *ca_file;	     /* PEM; NULL: the system's */
	size_t answer_max;	     /* bytes */
};

MUST_CHECK enum rc gate_link_new(struct gate_link **out,
    const struct gate_link_options *o, struct err *e);
void gate_link_free(struct gate_link *l);

/* Asks for the service's own address and path. */
MUST_CHECK enum rc gate_link_public(struct gate_link *l, const char *path,
    struct fetch_answer *a, struct err *e);
/* With the token, for this path below the cloud; a body is JSON and makes it a
 * POST.  RC_OK for any complete answer; gate_link_judge says what it means. */
MUST_CHECK enum rc gate_link_call(struct gate_link *l, const char *path,
    struct span body, struct fetch_answer *a, struct err *e);
/* RC_OK for 200 and 204. */
MUST_CHECK enum rc gate_link_judge(const struct gate_link *l,
    const struct fetch_answer *a, struct err *e);

#endif
