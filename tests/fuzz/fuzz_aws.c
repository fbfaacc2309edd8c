/* Whole conversations with AWS from the answers in a text: a line "sync admit"
 * (or suspend, remove; list, login, test), then answers, each "---", a line
 * with its status and the name of its error, and a body.
 * No answer may crash the courier, nor end a conversation without a verdict,
 * nor let a device count as welcome without all of its calls answered well.
 * Must not use a network. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/connector.h"
#include "tests/fuzz/fuzz.h"

#define ANSWERS_MAX 64

static enum rc token(void *ctx, const char *audience, struct buf *jwt,
    struct err *e)
{
	buf_add_str(jwt, "e.y.J");
	return RC_OK;
}

static enum rc item(void *ctx, const struct connector_item *i, struct err *e)
{
	if (!strchr(i->key, '/') || strlen(i->key) >= sizeof(i->key) ||
	    strlen(i->value) >= sizeof(i->value))
		abort();
	return RC_OK;
}

static void make_device(struct connector_device *d, struct span want)
{
	memset(d, 0, sizeof(*d));
	d->want = span_eq_str(want, "remove") ? CONNECTOR_REMOVE
	    : span_eq_str(want, "suspend")    ? CONNECTOR_SUSPEND
					      : CONNECTOR_ADMIT;
	(void)snprintf(d->chip_id, sizeof(d->chip_id), "c:1");
	memset(d->ref, '1', 64);
	(void)snprintf(d->bid, sizeof(d->bid), "B");
	d->certs_n = 2;
	memset(d->certs[0].fp, 0x11, 32);
	memset(d->certs[1].fp, 0x22, 32);
	d->certs[0].der = d->certs[1].der = SPAN_LIT("0\003\001\001\377");
	d->certs[0].valid = true;
}

/* The next answer; false at the end. */
static bool cut_answer(struct span *rest, struct connector_answer *a,
    char headers[256])
{
	struct span all, line, word;
	const uint8_t *end;
	uint64_t status;

	if (rest->n == 0)
		return false;
	end = memmem(rest->p, rest->n, "---\n", 4);
	all = span_sub(*rest, 0, end ? (size_t)(end - rest->p) : rest->n);
	*rest =
	    end ? span_sub(*rest, all.n + 4, rest->n - all.n - 4) : SPAN_NONE;
	(void)span_cut(&all, '\n', &line);
	(void)span_cut(&line, ' ', &word);
	a->status = span_u64(word, 599, &status) ? (int)status : 200;
	a->body = all;
	(void)snprintf(headers, 256, "x-amzn-errortype: %.*s\r\n",
	    line.n < 200 ? (int)line.n : 200,
	    line.n > 0 ? (const char *)line.p : "");
	a->headers = span_str(headers);
	return true;
}

/* good: answers of 200 by now. */
static void judge(const struct connector_talk *t, size_t good)
{
	const struct connector_outcome *o = t->out;

	if (t->verb != CONNECTOR_SYNC)
		return;
	if (strlen(o->message) >= sizeof(o->message) ||
	    (t->over && o->result == CONNECTOR_NONE))
		abort();
	if (o->result == CONNECTOR_REMOVED &&
	    t->devices[0].want != CONNECTOR_REMOVE)
		abort();
	if ((o->result == CONNECTOR_CONFLICT ||
		o->result == CONNECTOR_REFUSED) &&
	    o->message[0] == '\0')
		abort();
	if (t->over && t->devices[0].want == CONNECTOR_ADMIT && good < 4 &&
	    (o->result == CONNECTOR_CREATED || o->result == CONNECTOR_SAME ||
		o->result == CONNECTOR_CHANGED))
		abort();
}

static void converse(struct connector_talk *t, struct span rest)
{
	struct connector_request q = {0};
	struct connector_answer a = {0};
	char headers[256];
	size_t n, good = 0;
	struct err e;

	buf_init(&q.url, 1 << 14);
	buf_init(&q.body, 1 << 18);
	buf_init(&q.headers, 1 << 15);
	for (n = 0; !t->over && n < ANSWERS_MAX; n++) {
		buf_reset(&q.url);
		buf_reset(&q.body);
		buf_reset(&q.headers);
		memset(&e, 0, sizeof(e));
		if (aws_connector.ask(t, &q, &e) != RC_OK || t->over ||
		    !cut_answer(&rest, &a, headers))
			break;
		if (aws_connector.take(t, &a, &e) != RC_OK && e.text[0] == '\0')
			abort();
		good += a.status == 200;
		judge(t, good);
	}
	buf_clear(&q.url);
	buf_clear(&q.body);
	buf_clear(&q.headers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const verbs[] = {"login", "sync", "list", "test"};
	struct connector_outcome out = {0};
	struct connector_device d;
	struct connector_way way = {.cloud_id = "cld_1",
	    .session = "{}",
	    .token = token};
	struct connector_talk t = {.way = &way,
	    .now_s = 1700000000,
	    .devices = &d,
	    .n = 1,
	    .out = &out,
	    .item = item};
	struct span rest = span_of(data, size), line, word;
	struct buf checks;
	struct json w;
	size_t i;

	if (!span_cut(&rest, '\n', &line))
		return 0;
	(void)span_cut(&line, ' ', &word);
	for (i = 0; i < 4; i++)
		if (span_eq_str(word, verbs[i]))
			t.verb = (enum connector_verb)i;
	make_device(&d, line);
	buf_init(&checks, 1 << 16);
	json_init(&w, &checks);
	json_obj(&w);
	t.checks = &w;
	buf_init(&t.note, 1 << 16);
	buf_init(&t.session, 1 << 14);
	way.settings = json_pack("{ss,ss,ss,ss}", "region", "eu-central-1",
	    "account_id", "123456789012", "policy", "p", "role_arn",
	    "arn:aws:iam::123456789012:role/r");
	way.credentials = json_pack("{ss,ss}", "access_key_id", "A",
	    "secret_access_key", "s");
	converse(&t, rest);
	json_decref(way.settings);
	json_decref(way.credentials);
	buf_clear(&t.note);
	buf_clear(&t.session);
	buf_clear(&checks);
	return 0;
}
