/* A conversation with AWS from canned answers: one device, and what was asked
 * last.  Must not use a network. */
#ifndef BIRTHMARK_TESTS_AWS_CASE_H
#define BIRTHMARK_TESTS_AWS_CASE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "cloud/connector.h"
#include "tests/unit/check.h"

#define AWS_CASE_NOW 1763848140 /* 2025-11-22T21:49:00Z */
#define AWS_CASE_ID0 \
	"1111111111111111111111111111111111111111111111111111111111111111"
#define AWS_CASE_ID1 \
	"2222222222222222222222222222222222222222222222222222222222222222"
#define AWS_CASE_REF AWS_CASE_ID0
#define AWS_CASE_HOST "https://iot.eu-central-1.amazonaws.com"
#define AWS_CASE_DER "0\003\001\001\377"
#define AWS_CASE_PEM                                         \
	"-----BEGIN CERTIFICATE-----\\nMAMBAf8=\\n-----END " \
	"CERTIFICATE-----\\n"

struct aws_case {
	struct connector_way way;
	struct connector_talk t;
	struct connector_device d;
	struct connector_outcome out;
	struct connector_request q;
	struct buf listed, checks;
	struct json w;
	struct err e;
	char name[65]; /* of the error that the answer names; "" for none */
};

static inline enum rc aws_case_token(void *ctx, const char *audience,
    struct buf *jwt, struct err *e)
{
	(void)ctx;
	(void)e;
	buf_addf(jwt, "jwt.for.%s", audience);
	return RC_OK;
}

static inline enum rc aws_case_item(void *ctx,
    const struct connector_item *item, struct err *e)
{
	struct aws_case *k = ctx;

	(void)e;
	buf_addf(&k->listed, "%s=%s\n", item->key, item->value);
	return RC_OK;
}

static inline void aws_case_open(struct aws_case *k, enum connector_verb verb)
{
	memset(k, 0, sizeof(*k));
	k->way.cloud_id = "cld_1";
	k->way.settings = json_pack("{ss,ss,ss}", "region", "eu-central-1",
	    "account_id", "123456789012", "policy", "devices");
	k->way.credentials = json_pack("{ss,ss}", "access_key_id",
	    "AKIDEXAMPLE", "secret_access_key", "wJalrXUtnFEMI/K7MDENG");
	k->way.session = "{}";
	k->way.token = aws_case_token;
	k->t.way = &k->way;
	k->t.verb = verb;
	k->t.now_s = AWS_CASE_NOW;
	k->t.devices = &k->d;
	k->t.n = 1;
	k->t.out = &k->out;
	k->t.item = aws_case_item;
	k->t.ctx = k;
	buf_init(&k->t.note, 65536);
	buf_init(&k->t.session, 16384);
	buf_init(&k->listed, 65536);
	buf_init(&k->checks, 65536);
	json_init(&k->w, &k->checks);
	json_obj(&k->w);
	k->t.checks = &k->w;
	(void)snprintf(k->d.chip_id, sizeof(k->d.chip_id), "chip:1");
	(void)snprintf(k->d.ref, sizeof(k->d.ref), AWS_CASE_REF);
	(void)snprintf(k->d.bid, sizeof(k->d.bid), "BID1");
	(void)snprintf(k->d.product, sizeof(k->d.product), "Dish washer");
	k->d.certs_n = 1;
	memset(k->d.certs[0].fp, 0x11, 32);
	memset(k->d.certs[1].fp, 0x22, 32);
	k->d.certs[0].der = k->d.certs[1].der = SPAN_LIT(AWS_CASE_DER);
	k->d.certs[0].valid = k->d.certs[1].valid = true;
	buf_init(&k->q.url, 8192);
	buf_init(&k->q.body, 1 << 20);
	buf_init(&k->q.headers, 65536);
}

static inline void aws_case_close(struct aws_case *k)
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

static inline void aws_case_set(struct aws_case *k, const char *name,
    const char *value)
{
	json_object_set_new(k->way.settings, name, json_string(value));
}

/* The next request: its method and path with query, and a part of its body. */
static inline void aws_case_asks(struct aws_case *k, const char *line,
    const char *body)
{
	char is[8300];
	const char *url;
	size_t host = strlen(AWS_CASE_HOST);
	enum rc rc;

	buf_reset(&k->q.url);
	buf_reset(&k->q.body);
	buf_reset(&k->q.headers);
	rc = aws_connector.ask(&k->t, &k->q, &k->e);
	if (rc != RC_OK)
		fail_msg("ask: %s", k->e.text);
	if (k->t.over)
		fail_msg("over instead of %s", line);
	url = buf_cstr(&k->q.url);
	if (strncasecmp(url, AWS_CASE_HOST, host) == 0)
		url += host;
	(void)snprintf(is, sizeof(is), "%s %s", k->q.method, url);
	assert_string_equal(is, line);
	if (body && !strstr(buf_cstr(&k->q.body), body))
		fail_msg("%s is not in %s", body, buf_cstr(&k->q.body));
}

/* The answer: name is the error's, or NULL. */
static inline enum rc aws_case_take(struct aws_case *k, int status,
    const char *name, const char *body)
{
	char headers[200] = "";
	struct connector_answer a = {.status = status, .body = span_str(body)};

	if (name)
		(void)snprintf(headers, sizeof(headers),
		    "date: x\r\nx-amzn-errortype: %s:http://x/\r\n", name);
	a.headers = span_str(headers);
	memset(&k->e, 0, sizeof(k->e));
	return aws_connector.take(&k->t, &a, &k->e);
}

static inline void aws_case_gets(struct aws_case *k, int status,
    const char *name, const char *body)
{
	enum rc rc = aws_case_take(k, status, name, body);

	if (rc != RC_OK)
		fail_msg("take: %s", k->e.text);
}

#endif
