/* One request after the other on one handle, which keeps connections.
 * Must not know how a request is made: that is fetch_exchange.c. */
#include "net/fetch.h"

#include <stdlib.h>
#include <string.h>

#include "net/fetch_exchange.h"

struct fetch {
	CURL *curl;
	struct fetch_options o;
};

enum rc fetch_new(struct fetch **out, const struct fetch_options *o,
    struct err *e)
{
	struct fetch *f = calloc(1, sizeof(*f));

	*out = NULL;
	if (!f || !fetch_exchange_init()) {
		free(f);
		return err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	}
	f->o = *o;
	fetch_exchange_defaults(&f->o);
	f->curl = fetch_exchange_handle(&f->o);
	if (!f->curl) {
		fetch_free(f);
		return err_set(e, RC_ENV, "fetch-setup",
		    "libcurl does not take the TLS options.");
	}
	*out = f;
	return RC_OK;
}

void fetch_free(struct fetch *f)
{
	if (!f)
		return;
	curl_easy_cleanup(f->curl);
	free(f);
}

void fetch_answer_init(struct fetch_answer *a)
{
	memset(a, 0, sizeof(*a));
	buf_init(&a->body, 0);
	buf_init(&a->headers, 64u << 10);
}

void fetch_answer_clear(struct fetch_answer *a)
{
	if (!a)
		return;
	buf_clear_secret(&a->body);
	buf_clear_secret(&a->headers);
	fetch_answer_init(a);
}

enum rc fetch_do(struct fetch *f, const struct fetch_request *r,
    struct fetch_answer *a, struct err *e)
{
	struct fetch_exchange x = {.curl = f->curl, .o = &f->o, .r = r, .a = a};
	enum rc rc = fetch_exchange_start(&x, e);

	if (rc == RC_OK)
		rc = fetch_exchange_end(&x, curl_easy_perform(f->curl), e);
	fetch_exchange_clear(&x);
	return rc;
}
