/* Conversations with one cloud.
 * Must not know what is said: that is the connector's. */
#include "courier/converse.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/rand.h"

#define URL_MAX 4096
#define BODY_MAX (8u << 20)
#define HEADERS_MAX (32u << 10)
#define NOTE_MAX (4u << 20)
#define SESSION_MAX (16u << 10)
#define BACKOFF_MS 250
#define MASK_MIN 8	 /* bytes of a secret that is not shown */
#define WAIT_MAX_MS 5000 /* for a cloud that asks to, in between */

void converse_quotas(struct converse *c, const char *json)
{
	json_t *o = json_loads(json, 0, NULL);
	const struct cloud_op *ops = c->kind->rules.ops;
	size_t i;

	for (i = 0; ops && ops[i].name && i < CLOUD_RULES_OPS_MAX; i++) {
		json_int_t v =
		    json_integer_value(json_object_get(o, ops[i].name));

		c->quotas[i] =
		    v > 0 && v < UINT32_MAX ? (uint32_t)v : ops[i].per_minute;
	}
	json_decref(o);
}

void converse_talk_init(struct connector_talk *t, const struct converse *c,
    enum connector_verb verb)
{
	memset(t, 0, sizeof(*t));
	t->way = &c->way;
	t->verb = verb;
	buf_init(&t->note, NOTE_MAX);
	buf_init(&t->session, SESSION_MAX);
}

void converse_talk_clear(struct connector_talk *t)
{
	buf_clear_secret(&t->note);
	buf_clear_secret(&t->session);
}

void converse_request_init(struct converse_request *q)
{
	memset(q, 0, sizeof(*q));
	buf_init(&q->asked.url, URL_MAX);
	buf_init(&q->asked.body, BODY_MAX);
	buf_init(&q->asked.headers, HEADERS_MAX);
	q->sent = FETCH_REQUEST;
}

void converse_request_clear(struct converse_request *q)
{
	buf_clear_secret(&q->asked.url);
	buf_clear_secret(&q->asked.body);
	buf_clear_secret(&q->asked.headers);
}

/* Lines of the connector to strings, in place. */
static bool cut_headers(struct converse_request *q)
{
	struct buf *h = &q->asked.headers;
	size_t i, n = 0, start = 0;

	for (i = 0; i < h->n; i++) {
		if (h->p[i] != '\n')
			continue;
		if (n == CONVERSE_HEADERS_MAX)
			return false;
		h->p[i] = '\0';
		q->headers[n++] = (const char *)h->p + start;
		start = i + 1;
	}
	q->headers[n] = NULL;
	return start == h->n;
}

enum rc converse_ask(struct connector_talk *t, const struct converse *c,
    struct converse_request *q, struct err *e)
{
	struct connector_request *a = &q->asked;
	enum rc rc;

	buf_reset(&a->url);
	buf_reset(&a->body);
	buf_reset(&a->headers);
	a->method = NULL;
	a->content_type = NULL;
	t->now_s = clock_now_s();
	rc = c->kind->ask(t, a, e);
	if (rc != RC_OK || t->over)
		return rc;
	if (!a->method || !buf_ok(&a->url) || !buf_ok(&a->body) ||
	    !buf_ok(&a->headers) || !buf_cstr(&a->url) || !cut_headers(q))
		return err_set(e, RC_TOO_LARGE, "cloud-request-too-large",
		    "The request is larger than a cloud would take.");
	q->sent = FETCH_REQUEST;
	q->sent.method = a->method;
	q->sent.url = buf_cstr(&a->url);
	q->sent.content_type = a->content_type;
	q->sent.headers = q->headers;
	q->sent.body = buf_span(&a->body);
	return RC_OK;
}

static void op_key(const struct converse *c, unsigned int op,
    char key[CONVERSE_KEY_SIZE + 64])
{
	(void)snprintf(key, CONVERSE_KEY_SIZE + 64, "%s/%.60s", c->key,
	    c->kind->rules.ops[op].name);
}

int64_t converse_wait(const struct converse *c, unsigned int op)
{
	char key[CONVERSE_KEY_SIZE + 64];
	const struct pacer_ask a = {.key = key,
	    .per_minute = c->quotas[op],
	    .who = c->who,
	    .now_ms = clock_mono_ms()};

	op_key(c, op, key);
	return pacer_take(c->pacer, &a);
}

int64_t converse_held(const struct converse *c, unsigned int op)
{
	char key[CONVERSE_KEY_SIZE + 64];

	op_key(c, op, key);
	return pacer_held(c->pacer, key, clock_mono_ms());
}

void converse_hold(const struct converse *c, unsigned int op, int64_t ms)
{
	char key[CONVERSE_KEY_SIZE + 64];

	op_key(c, op, key);
	pacer_hold(c->pacer, key, clock_mono_ms() + ms);
}

static void mask_one(const char *secret, char *text)
{
	size_t n = secret ? strlen(secret) : 0;
	char *p = text;

	while (n >= MASK_MIN && (p = strstr(p, secret)) != NULL)
		memset(p, '*', n);
}

/* A cloud's words are shown, and may be our own: what it was sent. */
static void mask(const struct connector_way *way, char *text)
{
	json_t *session, *v;
	const char *k;

	if (text[0] == '\0')
		return;
	session = json_loads(way->session ? way->session : "", 0, NULL);
	json_object_foreach(way->credentials, k, v)
	    mask_one(json_string_value(v), text);
	json_object_foreach(session, k, v) mask_one(json_string_value(v), text);
	mask_one(way->session, text);
	json_decref(session);
}

enum rc converse_take(struct connector_talk *t, const struct converse *c,
    const struct fetch_answer *a, enum rc sent, struct err *e)
{
	const struct connector_answer answer = {.status = a->status,
	    .body = buf_span(&a->body),
	    .headers = buf_span(&a->headers),
	    .date_s = a->date_s};
	enum rc rc = sent;
	size_t i;

	if (rc == RC_OK)
		rc = c->kind->take(t, &answer, e);
	if (rc != RC_OK && e)
		mask(&c->way, e->text);
	for (i = 0; t->out && i < t->n; i++)
		mask(&c->way, t->out[i].message);
	if (rc != RC_OK && e && e->retry_after_s == 0 &&
	    (rc == RC_LIMIT || rc == RC_AGAIN))
		e->retry_after_s = (unsigned int)a->retry_after_s;
	return rc;
}

enum rc converse_beat(const struct converse *c, int64_t wait_ms, struct err *e)
{
	if (stopper_wait(c->stopper, wait_ms))
		return err_set(e, RC_AGAIN, "stopped",
		    "The service is stopping.");
	return c->beat ? c->beat(c->beat_ctx, e) : RC_OK;
}

/* A long time that the cloud asked to wait is not spent here. */
static enum rc check_held(const struct converse *c, unsigned int op,
    struct err *e)
{
	int64_t held = converse_held(c, op);
	enum rc rc;

	if (held <= WAIT_MAX_MS)
		return RC_OK;
	rc = err_set(e, RC_LIMIT, "cloud-waits", "The cloud asked to wait.");
	if (e)
		e->retry_after_s = (unsigned int)(held / 1000 + 1);
	return rc;
}

enum rc converse_once(struct connector_talk *t, const struct converse *c,
    struct err *e)
{
	struct converse_request q;
	struct fetch_answer a;
	int64_t wait = 0;
	enum rc rc, sent;

	converse_request_init(&q);
	fetch_answer_init(&a);
	/* What waited is written anew: a signature holds for minutes only. */
	do {
		rc = converse_beat(c, wait, e);
		if (rc == RC_OK)
			rc = converse_ask(t, c, &q, e);
		wait = 0;
		if (rc == RC_OK && !t->over)
			wait = converse_wait(c, q.asked.op);
		if (wait > WAIT_MAX_MS)
			rc = check_held(c, q.asked.op, e);
	} while (rc == RC_OK && wait > 0);
	if (rc == RC_OK && !t->over) {
		sent = fetch_do(c->fetch, &q.sent, &a, e);
		rc = converse_take(t, c, &a, sent, e);
		if (rc == RC_LIMIT && e)
			converse_hold(c, q.asked.op,
			    (int64_t)e->retry_after_s * 1000);
	}
	fetch_answer_clear(&a);
	converse_request_clear(&q);
	return rc;
}

/* Milliseconds before the next try; -1: there is none. */
static int64_t pause_ms(enum rc rc, unsigned int tries, const struct err *e)
{
	int64_t after = (int64_t)e->retry_after_s * 1000;
	int64_t bound = (int64_t)BACKOFF_MS << tries;

	if ((rc != RC_AGAIN && rc != RC_LIMIT && rc != RC_INVALID) ||
	    tries >= CONVERSE_TRIES_MAX || after > WAIT_MAX_MS)
		return -1;
	return after > 0 ? after : 20 + (int64_t)rand_below((uint64_t)bound);
}

enum rc converse_run(struct connector_talk *t, const struct converse *c,
    struct err *e)
{
	struct err why = {0};
	unsigned int tries = 0;
	enum rc rc = RC_OK;

	while (!t->over) {
		int64_t pause;

		memset(&why, 0, sizeof(why));
		rc = converse_once(t, c, &why);
		tries = rc == RC_OK ? 0 : tries + 1;
		if (rc == RC_OK)
			continue;
		pause = pause_ms(rc, tries, &why);
		if (pause < 0 || stopper_wait(c->stopper, pause))
			break;
	}
	if (rc != RC_OK && e)
		*e = why;
	return rc;
}
