/* A conversation with Azure from canned answers: devices, a session, and what
 * was asked last.
 * Must not use a network. */
#ifndef BIRTHMARK_TESTS_AZURE_CASE_H
#define BIRTHMARK_TESTS_AZURE_CASE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "cloud/connector.h"
#include "tests/unit/check.h"

#define AZURE_CASE_N 4

struct azure_case {
	const struct connector *c;
	struct connector_way way;
	struct connector_talk t;
	struct connector_device devices[AZURE_CASE_N];
	struct connector_outcome out[AZURE_CASE_N];
	struct connector_request q;
	struct buf listed, checks;
	struct json w;
	char thumb[AZURE_CASE_N][CONNECTOR_CERTS_MAX][65];
	struct err e;
};

static inline enum rc azure_case_token(void *ctx, const char *audience,
    struct buf *jwt, struct err *e)
{
	(void)ctx;
	(void)e;
	buf_addf(jwt, "jwt.for.%s", audience + strlen("api://"));
	return RC_OK;
}

static inline enum rc azure_case_item(void *ctx,
    const struct connector_item *item, struct err *e)
{
	struct azure_case *k = ctx;

	(void)e;
	buf_addf(&k->listed, "%s=%s\n", item->key, item->value);
	return RC_OK;
}

/* Devices D0, D1 ... with n certificates each, of bytes that nobody else has;
 * the first is the birth certificate. */
static inline void azure_case_open(struct azure_case *k, const char *type,
    size_t n, size_t certs_n)
{
	size_t i, j;

	memset(k, 0, sizeof(*k));
	k->c = connector_find(type);
	assert_non_null(k->c);
	k->way.settings = json_pack("{ss}", "host", "hub.test");
	k->way.credentials = json_object();
	k->way.session = "SharedAccessSignature of a test";
	k->way.token = azure_case_token;
	k->t.way = &k->way;
	k->t.verb = CONNECTOR_SYNC;
	k->t.now_s = 1700000000;
	k->t.devices = k->devices;
	k->t.out = k->out;
	k->t.n = n;
	k->t.item = azure_case_item;
	k->t.ctx = k;
	buf_init(&k->listed, 65536);
	buf_init(&k->checks, 65536);
	json_init(&k->w, &k->checks);
	json_obj(&k->w);
	k->t.checks = &k->w;
	for (i = 0; i < n; i++) {
		struct connector_device *d = &k->devices[i];

		(void)snprintf(d->chip_id, sizeof(d->chip_id), "D%zu", i);
		(void)snprintf(d->bid, sizeof(d->bid), "BID1");
		(void)snprintf(d->product, sizeof(d->product), "Dishwasher");
		d->certs_n = certs_n;
		for (j = 0; j < certs_n; j++) {
			memset(d->certs[j].fp, (int)(16 * i + j + 1), 32);
			memset(d->certs[j].sha1, (int)(16 * i + j + 1), 20);
			d->certs[j].valid = true;
			enc_hex_str(k->thumb[i][j],
			    span_of(d->certs[j].fp, 32));
		}
	}
	buf_init(&k->q.url, 4096);
	buf_init(&k->q.body, 1 << 20);
	buf_init(&k->q.headers, 65536);
}

static inline void azure_case_close(struct azure_case *k)
{
	json_decref(k->way.settings);
	json_decref(k->way.credentials);
	buf_clear(&k->listed);
	buf_clear(&k->checks);
	buf_clear(&k->q.url);
	buf_clear(&k->q.body);
	buf_clear(&k->q.headers);
	buf_clear(&k->t.session);
	buf_clear(&k->t.note);
}

static inline void azure_case_set(struct azure_case *k, const char *name,
    const char *value)
{
	json_object_set_new(k->way.settings, name, json_string(value));
}

/* The next request begins with this method and address, and holds body. */
static inline void azure_case_asks(struct azure_case *k, const char *line,
    const char *body)
{
	char is[4200];
	enum rc rc;

	buf_reset(&k->q.url);
	buf_reset(&k->q.body);
	buf_reset(&k->q.headers);
	k->q.method = k->q.content_type = NULL;
	rc = k->c->ask(&k->t, &k->q, &k->e);
	if (rc != RC_OK)
		fail_msg("ask: %s", k->e.text);
	assert_true(
	    buf_ok(&k->q.url) && buf_ok(&k->q.body) && buf_ok(&k->q.headers));
	if (!line) {
		assert_true(k->t.over);
		assert_null(k->q.method);
		return;
	}
	assert_false(k->t.over);
	assert_non_null(k->q.method);
	(void)snprintf(is, sizeof(is), "%s %s", k->q.method,
	    buf_cstr(&k->q.url));
	if (!strstr(is, line))
		fail_msg("asked %s, not %s", is, line);
	if (body && !strstr(buf_cstr(&k->q.body), body))
		fail_msg("sent %s, without %s", buf_cstr(&k->q.body), body);
}

static inline enum rc azure_case_take(struct azure_case *k, int status,
    const char *body, const char *headers)
{
	struct connector_answer a = {.status = status,
	    .body = span_str(body),
	    .headers = span_str(headers)};

	memset(&k->e, 0, sizeof(k->e));
	return k->c->take(&k->t, &a, &k->e);
}

static inline void azure_case_answers(struct azure_case *k, int status,
    const char *body)
{
	if (azure_case_take(k, status, body, "") != RC_OK)
		fail_msg("take: %s: %s", k->e.slug, k->e.text);
}

static inline void azure_case_ends(struct azure_case *k, size_t i,
    enum connector_result result)
{
	if (k->out[i].result != result)
		fail_msg("device %zu: %d (%s), not %d", i, k->out[i].result,
		    k->out[i].message, result);
}

#endif
