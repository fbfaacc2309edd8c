/* Whole conversations with Azure's services from the answers in a text: a line
 * "hub sync", then answers, each "---", a line with its status, a line with
 * its continuation, and a body.
 * No answer may crash the courier, nor end a conversation without a verdict.
 * Must not use a network. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/connector.h"
#include "pki/issue.h"
#include "tests/fuzz/fuzz.h"

#define DEVICES 3

static struct connector_device devices[DEVICES];

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

/* Certificates with names that can be registration ids. */
static void make_certificates(struct buf ders[DEVICES])
{
	struct issue_ca ca = {.org = "A",
	    .common_name = "A",
	    .not_before = 1,
	    .not_after = CERT_NEVER};
	struct issue_leaf leaf = {.org = "A",
	    .not_before = 1,
	    .not_after = CERT_NEVER};
	struct key *key;
	struct buf issuer;
	char name[8];
	size_t i;

	buf_init(&issuer, CERT_DER_MAX);
	if (key_generate(&key, KEY_P256, NULL) != RC_OK ||
	    issue_ca(&ca, key_spki(key), SPAN_NONE, key, &issuer, NULL) !=
		RC_OK)
		abort();
	for (i = 0; i < DEVICES; i++) {
		buf_init(&ders[i], CERT_DER_MAX);
		(void)snprintf(name, sizeof(name), "D%zu", i);
		leaf.common_name = name;
		if (issue_leaf(&leaf, key_spki(key), buf_span(&issuer), key,
			&ders[i], NULL) != RC_OK)
			abort();
	}
	buf_clear(&issuer);
	key_free(key);
}

static void make_devices(void)
{
	static struct buf ders[DEVICES];
	size_t i;

	if (devices[0].certs_n > 0)
		return;
	make_certificates(ders);

	for (i = 0; i < DEVICES; i++) {
		struct connector_device *d = &devices[i];

		(void)snprintf(d->chip_id, sizeof(d->chip_id), "D%zu", i);
		d->want = (enum connector_want)i;
		d->certs_n = 2;
		d->certs[0].der = d->certs[1].der = buf_span(&ders[i]);
		memset(d->certs[0].fp, (int)(16 * i + 1), 32);
		memset(d->certs[1].fp, (int)(16 * i + 2), 32);
		d->certs[0].valid = d->certs[1].valid = true;
	}
}

/* The next "---" answer; false at the end. */
static bool cut_answer(struct span *rest, struct connector_answer *a,
    char headers[256])
{
	struct span all, line, value;
	const uint8_t *end;
	uint64_t status;

	if (rest->n == 0)
		return false;
	end = memmem(rest->p, rest->n, "---\n", 4);
	all = span_sub(*rest, 0, end ? (size_t)(end - rest->p) : rest->n);
	*rest =
	    end ? span_sub(*rest, all.n + 4, rest->n - all.n - 4) : SPAN_NONE;
	(void)span_cut(&all, '\n', &line);
	a->status = span_u64(line, 599, &status) ? (int)status : 200;
	(void)span_cut(&all, '\n', &value);
	a->body = all;
	(void)snprintf(headers, 256, "x-ms-continuation: %.*s\r\n",
	    value.n < 200 ? (int)value.n : 200,
	    value.n > 0 ? (const char *)value.p : "");
	a->headers = span_str(headers);
	return true;
}

static void judge(const struct connector_talk *t)
{
	size_t i;

	for (i = 0; i < t->n; i++) {
		const struct connector_outcome *o = &t->out[i];

		if (strlen(o->message) >= sizeof(o->message))
			abort();
		if (t->over && o->result == CONNECTOR_NONE)
			abort();
		if (o->result == CONNECTOR_REMOVED &&
		    t->devices[i].want != CONNECTOR_REMOVE)
			abort();
		if ((o->result == CONNECTOR_CONFLICT ||
			o->result == CONNECTOR_REFUSED) &&
		    o->message[0] == '\0')
			abort();
	}
}

static void converse(const struct connector *c, struct connector_talk *t,
    struct span rest)
{
	struct connector_request q = {0};
	struct connector_answer a = {0};
	struct buf checks;
	struct json w;
	struct err e;
	char headers[256];

	buf_init(&checks, 1 << 16);
	json_init(&w, &checks);
	json_obj(&w);
	t->checks = &w;
	buf_init(&q.url, 1 << 12);
	buf_init(&q.body, 1 << 18);
	buf_init(&q.headers, 1 << 15);
	while (!t->over) {
		buf_reset(&q.url);
		buf_reset(&q.body);
		buf_reset(&q.headers);
		if (c->ask(t, &q, &e) != RC_OK || t->over ||
		    !cut_answer(&rest, &a, headers))
			break;
		if (c->take(t, &a, &e) != RC_OK && e.text[0] == '\0')
			abort();
		judge(t);
	}
	buf_clear(&q.url);
	buf_clear(&q.body);
	buf_clear(&q.headers);
	buf_clear(&checks);
	buf_clear(&t->note);
	buf_clear(&t->session);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const verbs[] = {"login", "sync", "list", "test"};
	struct connector_outcome out[DEVICES] = {{0}};
	struct connector_way way = {.session = "s", .token = token};
	struct connector_talk t = {.way = &way,
	    .now_s = 1700000000,
	    .devices = devices,
	    .n = DEVICES,
	    .out = out,
	    .item = item};
	struct span rest = span_of(data, size), line, word;
	const struct connector *c;
	size_t i;

	if (!span_cut(&rest, '\n', &line) || !span_cut(&line, ' ', &word))
		return 0;
	c = connector_find(
	    span_eq_str(word, "hub") ? "azure-hub" : "azure-dps");
	if (!c)
		abort();
	for (i = 0; i < 4; i++)
		if (span_eq_str(line, verbs[i]))
			t.verb = (enum connector_verb)i;
	make_devices();
	if (t.verb != CONNECTOR_SYNC)
		t.n = 0;
	way.settings = json_pack("{ssssssss}", "host", "h.test", "tenant_id",
	    "t", "client_id", "c", "federated", "yes");
	way.credentials = json_object();
	converse(c, &t, rest);
	json_decref(way.settings);
	json_decref(way.credentials);
	return 0;
}
