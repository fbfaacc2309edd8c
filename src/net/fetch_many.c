/* Several requests at once over libcurl's multi interface.
 * Must not know how a request is made: that is fetch_exchange.c. */
#include "net/fetch_many.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "net/fetch_exchange.h"

#define HEADERS_MAX 24
#define TEXT_MAX (64u << 20)

/* A request in flight and its copy. */
struct flight {
	struct fetch_exchange x;
	struct fetch_request r;
	struct buf text; /* what r points to */
	const char *headers[HEADERS_MAX + 1];
	void *tag;
	bool used;
};

struct fetch_many {
	CURLM *multi;
	struct fetch_options o;
	size_t n;
	struct flight *flights;
};

enum rc fetch_many_new(struct fetch_many **out, const struct fetch_options *o,
    size_t at_once, struct err *e)
{
	struct fetch_many *m = calloc(1, sizeof(*m));

	*out = m;
	if (!m || !fetch_exchange_init())
		goto fault;
	m->o = *o;
	fetch_exchange_defaults(&m->o);
	m->n = at_once;
	m->flights = calloc(at_once, sizeof(*m->flights));
	m->multi = curl_multi_init();
	if (!m->flights || !m->multi ||
	    curl_multi_setopt(m->multi, CURLMOPT_MAXCONNECTS, (long)at_once) !=
		CURLM_OK)
		goto fault;
	return RC_OK;
fault:
	fetch_many_free(m);
	*out = NULL;
	return err_set(e, RC_ENV, "no-memory", "Not enough memory.");
}

static void land(struct fetch_many *m, struct flight *f)
{
	(void)curl_multi_remove_handle(m->multi, f->x.curl);
	fetch_exchange_clear(&f->x);
	buf_clear_secret(&f->text);
	f->used = false;
}

void fetch_many_free(struct fetch_many *m)
{
	size_t i;

	if (!m)
		return;
	for (i = 0; m->flights && i < m->n; i++) {
		if (m->flights[i].used)
			land(m, &m->flights[i]);
		curl_easy_cleanup(m->flights[i].x.curl);
	}
	curl_multi_cleanup(m->multi);
	free(m->flights);
	free(m);
}

/* A text of the request into the flight; NULL stays NULL.  Only offsets are
 * known until all are in, as the buffer may move. */
static size_t keep(struct flight *f, const char *s)
{
	size_t at = f->text.n;

	if (s)
		buf_add(&f->text, s, strlen(s) + 1);
	return at;
}

static const char *kept(const struct flight *f, const char *s, size_t at)
{
	return s ? (const char *)buf_span(&f->text).p + at : NULL;
}

static bool copy_request(struct flight *f, const struct fetch_request *r)
{
	size_t at[HEADERS_MAX], url, method, type, basic, bearer, body, i;

	buf_init(&f->text, TEXT_MAX);
	url = keep(f, r->url);
	method = keep(f, r->method);
	type = keep(f, r->content_type);
	basic = keep(f, r->basic);
	bearer = keep(f, r->bearer);
	for (i = 0; r->headers && r->headers[i]; i++) {
		if (i == HEADERS_MAX)
			return false;
		at[i] = keep(f, r->headers[i]);
	}
	f->headers[i] = NULL;
	body = f->text.n;
	buf_add_span(&f->text, r->body);
	if (!buf_ok(&f->text))
		return false;
	while (i-- > 0)
		f->headers[i] = kept(f, r->headers[i], at[i]);
	f->r = *r;
	f->r.url = kept(f, r->url, url);
	f->r.method = kept(f, r->method, method);
	f->r.content_type = kept(f, r->content_type, type);
	f->r.basic = kept(f, r->basic, basic);
	f->r.bearer = kept(f, r->bearer, bearer);
	f->r.headers = f->headers;
	f->r.body = span_sub(buf_span(&f->text), body, r->body.n);
	return true;
}

static struct flight *find_free(struct fetch_many *m)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		if (!m->flights[i].used)
			return &m->flights[i];
	return NULL;
}

enum rc fetch_many_start(struct fetch_many *m, const struct fetch_request *r,
    struct fetch_answer *a, void *tag, struct err *e)
{
	struct flight *f = find_free(m);
	CURL *curl;
	enum rc rc;

	if (!f)
		return err_set(e, RC_LIMIT, "fetch-busy",
		    "As many requests as allowed are on their way.");
	curl = f->x.curl ? f->x.curl : fetch_exchange_handle(&m->o);
	memset(&f->x, 0, sizeof(f->x));
	f->x.curl = curl;
	f->x.o = &m->o;
	f->x.r = &f->r;
	f->x.a = a;
	f->tag = tag;
	if (!curl || !copy_request(f, r)) {
		buf_clear_secret(&f->text);
		return err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	}
	f->used = true;
	rc = fetch_exchange_start(&f->x, e);
	if (rc == RC_OK &&
	    (curl_easy_setopt(curl, CURLOPT_PRIVATE, f) != CURLE_OK ||
		curl_multi_add_handle(m->multi, curl) != CURLM_OK))
		rc = err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	if (rc != RC_OK)
		land(m, f);
	return rc;
}

/* The next that ended, without waiting. */
static bool reap(struct fetch_many *m, struct fetch_many_done *done)
{
	struct flight *f = NULL;
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(m->multi, &left)) != NULL) {
		if (msg->msg != CURLMSG_DONE ||
		    curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &f) !=
			CURLE_OK)
			continue;
		memset(done, 0, sizeof(*done));
		done->tag = f->tag;
		done->rc =
		    fetch_exchange_end(&f->x, msg->data.result, &done->err);
		land(m, f);
		return true;
	}
	return false;
}

bool fetch_many_wait(struct fetch_many *m, int64_t wait_ms,
    struct fetch_many_done *done)
{
	int64_t end = clock_mono_ms() + wait_ms, left = wait_ms;
	int running, polled = 0;

	for (;;) {
		if (curl_multi_perform(m->multi, &running) != CURLM_OK)
			return false;
		if (reap(m, done))
			return true;
		if (left <= 0)
			return false;
		if (curl_multi_poll(m->multi, NULL, 0, (int)left, &polled) !=
		    CURLM_OK)
			return false;
		/* Nothing came of it. */
		left = polled == 0 ? 0 : end - clock_mono_ms();
	}
}
