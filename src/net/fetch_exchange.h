/* One request on one handle of libcurl: how it is set up, limited and judged.
 * For fetch.c and fetch_many.c only. */
#ifndef BIRTHMARK_NET_FETCH_EXCHANGE_H
#define BIRTHMARK_NET_FETCH_EXCHANGE_H

#include <curl/curl.h>
#include <sys/types.h>

#include "net/fetch.h"

/* Set by the caller: the first four, borrowed. */
struct fetch_exchange {
	CURL *curl;
	const struct fetch_options *o;
	const struct fetch_request *r;
	struct fetch_answer *a;
	struct curl_slist *headers;
	size_t sent; /* of r->body */
	uint64_t sent_fd, got;
	size_t head; /* bytes of all headers */
	off_t start; /* of body_fd */
	bool too_large, local_fault;
	bool refused; /* the policy refused an address */
	char errors[CURL_ERROR_SIZE];
};

/* Once for the program; false when libcurl cannot be used. */
bool fetch_exchange_init(void);
void fetch_exchange_defaults(struct fetch_options *o);
/* A handle with the options that are the same for all requests; NULL when
 * libcurl does not take them. */
CURL *fetch_exchange_handle(const struct fetch_options *o);
/* Makes the handle ready to perform. */
MUST_CHECK enum rc fetch_exchange_start(struct fetch_exchange *x,
    struct err *e);
/* What came of it. */
MUST_CHECK enum rc fetch_exchange_end(struct fetch_exchange *x, CURLcode code,
    struct err *e);
/* Takes the request out of the handle. */
void fetch_exchange_clear(struct fetch_exchange *x);

#endif
