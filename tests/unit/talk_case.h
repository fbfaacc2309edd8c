/* A conversation with a cloud that is not there: what a connector asks, and
 * answers as a test wants them.  Must not hold a test. */
#ifndef BIRTHMARK_TESTS_TALK_CASE_H
#define BIRTHMARK_TESTS_TALK_CASE_H

#include <stdio.h>
#include <string.h>

#include "base/enc.h"
#include "cloud/connector.h"
#include "tests/unit/check.h"

#define TALK_CASE_DEVICES 4

struct talk_case {
	const struct connector *connector;
	struct connector_way way;
	struct connector_talk talk;
	struct connector_request request;
	struct connector_device devices[TALK_CASE_DEVICES];
	struct connector_outcome out[TALK_CASE_DEVICES];
	struct buf checks;
	struct json checks_json;
	struct err e;
	/* Of the last token and of the last event. */
	char audience[600], event_id[64];
	struct buf event;
};

static inline enum rc talk_case_token(void *ctx, const char *audience,
    struct buf *jwt, struct err *e)
{
	struct talk_case *c = ctx;

	(void)e;
	(void)snprintf(c->audience, sizeof(c->audience), "%s", audience);
	buf_add_str(jwt, "TOKEN");
	return RC_OK;
}

static inline enum rc talk_case_sign(void *ctx,
    const struct connector_event *event, struct buf *jws, struct err *e)
{
	struct talk_case *c = ctx;

	(void)e;
	(void)snprintf(c->audience, sizeof(c->audience), "%s", event->audience);
	(void)snprintf(c->event_id, sizeof(c->event_id), "%s", event->id);
	buf_reset(&c->event);
	buf_add_span(&c->event, event->body);
	buf_add_str(jws, "HEAD..SIGNATURE");
	return RC_OK;
}

/* settings and credentials: JSON. */
static inline void talk_case_open(struct talk_case *c, const char *type,
    const char *settings, const char *credentials)
{
	memset(c, 0, sizeof(*c));
	c->connector = connector_find(type);
	assert_non_null(c->connector);
	c->way.cloud_id = "cld_0123456789abcdef";
	c->way.account = "acc_0123456789abcdef";
	c->way.settings = json_loads(settings, 0, NULL);
	c->way.credentials = json_loads(credentials, 0, NULL);
	assert_non_null(c->way.settings);
	assert_non_null(c->way.credentials);
	c->way.session = "";
	c->way.token = talk_case_token;
	c->way.sign = talk_case_sign;
	c->way.ctx = c;
	buf_init(&c->checks, 4096);
	buf_init(&c->event, 2u << 20);
	buf_init(&c->request.url, 1024);
	buf_init(&c->request.body, 16u << 20);
	buf_init(&c->request.headers, 16384);
}

static inline void talk_case_close(struct talk_case *c)
{
	json_decref(c->way.settings);
	json_decref(c->way.credentials);
	buf_clear(&c->checks);
	buf_clear(&c->event);
	buf_clear(&c->request.url);
	buf_clear(&c->request.body);
	buf_clear(&c->request.headers);
	buf_clear(&c->talk.note);
	buf_clear(&c->talk.session);
}

/* A device with a birth certificate of these bytes, which are none; its
 * fingerprint and its chip's id are those of i. */
static inline void talk_case_device(struct talk_case *c, size_t i,
    enum connector_want want)
{
	struct connector_device *d = &c->devices[i];

	memset(d, 0, sizeof(*d));
	d->seq = i + 1;
	d->want = want;
	(void)snprintf(d->ref, sizeof(d->ref), "%064zx", i + 10);
	(void)snprintf(d->chip_id, sizeof(d->chip_id), "chip-%zu", i);
	(void)snprintf(d->bid, sizeof(d->bid), "B1");
	d->certs_n = 1;
	d->certs[0].der = SPAN_LIT("not a certificate");
	d->certs[0].fp[31] = (uint8_t)(i + 10);
	d->certs[0].valid = want == CONNECTOR_ADMIT;
}

static inline void talk_case_begin(struct talk_case *c,
    enum connector_verb verb, size_t n)
{
	buf_clear(&c->talk.note);
	memset(&c->talk, 0, sizeof(c->talk));
	memset(c->out, 0, sizeof(c->out));
	c->talk.way = &c->way;
	c->talk.verb = verb;
	c->talk.now_s = 1790000000;
	c->talk.devices = c->devices;
	c->talk.n = n;
	c->talk.out = c->out;
	buf_reset(&c->checks);
	json_init(&c->checks_json, &c->checks);
	json_obj(&c->checks_json);
	c->talk.checks = &c->checks_json;
}

static inline enum rc talk_case_ask(struct talk_case *c)
{
	c->request.method = c->request.content_type = NULL;
	buf_reset(&c->request.url);
	buf_reset(&c->request.body);
	buf_reset(&c->request.headers);
	memset(&c->e, 0, sizeof(c->e));
	return c->connector->ask(&c->talk, &c->request, &c->e);
}

static inline enum rc talk_case_take(struct talk_case *c, int status,
    const char *headers, const char *body)
{
	struct connector_answer a = {.status = status,
	    .headers = span_str(headers),
	    .body = span_str(body)};

	memset(&c->e, 0, sizeof(c->e));
	return c->connector->take(&c->talk, &a, &c->e);
}

/* Asks, and has this answered. */
static inline enum rc talk_case_answer(struct talk_case *c, int status,
    const char *body)
{
	if (talk_case_ask(c) != RC_OK)
		fail_msg("%s", c->e.text);
	return talk_case_take(c, status, "", body);
}

static inline bool talk_case_has(struct buf *b, const char *text)
{
	return strstr(buf_cstr(b), text) != NULL;
}

#endif
