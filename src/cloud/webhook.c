/* The connector of type "webhook": what devices are to be, in signed events to
 * any https address (docs/webhook.md).
 * Must not trust an answer, and must not keep a credential. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "cloud/webhook_answer.h"

#define BODY_MAX (1u << 20) /* that the signer takes */
#define CERT_TEXT_MAX (32 * 1024)
#define URL_MAX 500
#define BEARER_MAX 2000
#define JWS_MAX 4096

/* Of the conversation, not of the request: whoever gets an event twice is to
 * see that it is the same. */
struct event {
	char id[RAND_ID_SIZE];
	int64_t time_s;
};

static bool is_visible(const char *s, const char *without)
{
	for (; *s; s++)
		if (*s <= ' ' || *s >= 0x7f || strchr(without, *s))
			return false;
	return true;
}

static bool is_receiver(const char *url)
{
	struct span rest = span_str(url), host;

	if (!span_starts(rest, SPAN_LIT("https://")) ||
	    !is_visible(url, "\"\\#"))
		return false;
	rest = span_sub(rest, 8, rest.n);
	(void)span_cut(&rest, '/', &host);
	rest = host;
	(void)span_cut(&rest, '?', &host);
	return host.n > 0 && host.p[0] != ':' &&
	    memchr(host.p, '@', host.n) == NULL;
}

static enum rc check(json_t *settings, json_t *credentials, struct err *e)
{
	const char *url = connector_str(settings, "url");
	const char *bearer = connector_str(credentials, "bearer");

	if (!url || !is_receiver(url))
		return err_set(e, RC_INVALID, "cloud-url",
		    "The address of a receiver is a whole https:// URL without "
		    "user, password and fragment.");
	if (bearer && !is_visible(bearer, ""))
		return err_set(e, RC_INVALID, "cloud-bearer",
		    "A bearer token has neither spaces nor characters outside "
		    "ASCII.");
	return RC_OK;
}

static void quota_key(const struct connector_way *way, char out[128])
{
	(void)snprintf(out, 128, "webhook/%.119s",
	    connector_str(way->settings, "url"));
}

static enum rc remember(struct connector_talk *t, struct event *ev,
    struct err *e)
{
	if (t->note.n == 0) {
		memset(ev, 0, sizeof(*ev));
		rand_id(ev->id, sizeof(ev->id), "evt");
		ev->time_s = t->now_s;
		buf_clear(&t->note);
		buf_init(&t->note, sizeof(*ev));
		buf_add(&t->note, ev, sizeof(*ev));
	}
	if (!buf_ok(&t->note) || t->note.n != sizeof(*ev))
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	memcpy(ev, t->note.p, sizeof(*ev));
	return RC_OK;
}

/* Who looks at this alone lets nobody in that may not. */
static void put_cert(struct json *w, const struct connector_cert *c, bool admit)
{
	struct buf pem;

	buf_init(&pem, CERT_TEXT_MAX);
	enc_pem(&pem, "CERTIFICATE", c->der);
	json_obj(w);
	json_put_hex(w, "fingerprint", span_of(c->fp, sizeof(c->fp)));
	json_put_span(w, "pem", buf_span(&pem));
	json_put_bool(w, "valid", admit && c->valid);
	json_end(w);
	if (!buf_ok(&pem))
		w->out->bad = true;
	buf_clear(&pem);
}

static const char *op_of(const struct connector_device *d)
{
	switch (d->want) {
	case CONNECTOR_ADMIT:
		return "admit";
	case CONNECTOR_SUSPEND:
		return "suspend";
	case CONNECTOR_REMOVE:
		break;
	}
	return "remove";
}

static void put_device(struct json *w, const struct connector_device *d)
{
	size_t i;

	json_obj(w);
	json_put_str(w, "op", op_of(d));
	json_put_str(w, "device", d->chip_id);
	json_put_str(w, "fingerprint", d->ref);
	json_put_str(w, "batch", d->bid);
	json_put_str_or_null(w, "product", d->product);
	json_key(w, "certificates");
	json_arr(w);
	for (i = 0; i < d->certs_n; i++)
		put_cert(w, &d->certs[i], d->want == CONNECTOR_ADMIT);
	json_end(w);
	json_end(w);
}

/* It begins as the signer demands (signer/signer.h). */
static enum rc build(const struct connector_talk *t, const struct event *ev,
    struct buf *body, struct err *e)
{
	bool ping = t->verb == CONNECTOR_TEST;
	struct json w;
	size_t i;

	json_init(&w, body);
	json_obj(&w);
	json_put_str(&w, "id", ev->id);
	json_put_str(&w, "account", t->way->account);
	json_put_str(&w, "cloud", t->way->cloud_id);
	json_put_str(&w, "type", ping ? "ping" : "devices");
	json_put_time(&w, "time", ev->time_s);
	json_key(&w, "devices");
	json_arr(&w);
	for (i = 0; !ping && i < t->n && buf_ok(body); i++)
		put_device(&w, &t->devices[i]);
	json_end(&w);
	json_end(&w);
	if (!buf_ok(body) || body->n > BODY_MAX)
		return err_set(e, RC_TOO_LARGE, "cloud-request-too-large",
		    "The devices do not fit into one event of %u bytes.",
		    BODY_MAX);
	return RC_OK;
}

static enum rc put_headers(const struct connector_way *way,
    const struct connector_event *event, struct buf *headers, struct err *e)
{
	const char *bearer = connector_str(way->credentials, "bearer");
	struct buf jws;
	enum rc rc;

	buf_init(&jws, JWS_MAX);
	rc = way->sign(way->ctx, event, &jws, e);
	buf_add_str(headers, "Birthmark-Signature: ");
	buf_add_span(headers, buf_span(&jws));
	buf_add_str(headers, "\n");
	if (bearer && bearer[0] != '\0')
		buf_addf(headers, "Authorization: Bearer %s\n", bearer);
	if (rc == RC_OK && (!buf_ok(&jws) || !buf_ok(headers)))
		rc = err_set(e, RC_ENV, "no-memory", "Out of memory.");
	buf_clear(&jws);
	return rc;
}

static enum rc ask(struct connector_talk *t, struct connector_request *q,
    struct err *e)
{
	const char *url = connector_str(t->way->settings, "url");
	struct connector_event event = {.audience = url};
	struct event ev;
	enum rc rc;

	t->over = t->step > 0;
	if (t->over)
		return RC_OK;
	rc = remember(t, &ev, e);
	if (rc == RC_OK)
		rc = build(t, &ev, &q->body, e);
	if (rc != RC_OK)
		return rc;
	t->check = "ping";
	q->method = "POST";
	q->content_type = "application/json";
	buf_add_str(&q->url, url);
	event.id = ev.id;
	event.body = buf_span(&q->body);
	return put_headers(t->way, &event, &q->headers, e);
}

/* Of the only device that was sent: it is the one that is meant. */
static void blame(struct connector_talk *t, const struct err *why)
{
	t->out[0].result = CONNECTOR_CONFLICT;
	connector_clean(span_str(why->text), t->out[0].message);
	t->over = true;
}

static enum rc take(struct connector_talk *t, const struct connector_answer *a,
    struct err *e)
{
	struct err why = {0};
	enum rc rc = webhook_answer_status(a, &why);

	if (rc == RC_CONFLICT && t->verb == CONNECTOR_SYNC && t->n == 1) {
		blame(t, &why);
		return RC_OK;
	}
	/* One of them is meant, but which? */
	if (rc == RC_CONFLICT)
		rc = why.rc = RC_TOO_LARGE;
	if (rc == RC_OK)
		rc = webhook_answer_devices(a->body, t->devices,
		    t->verb == CONNECTOR_SYNC ? t->n : 0, t->out, &why);
	if (rc != RC_OK) {
		if (e)
			*e = why;
		return rc;
	}
	t->over = true;
	if (t->verb != CONNECTOR_TEST)
		return RC_OK;
	json_key(t->checks, "ping");
	json_obj(t->checks);
	json_put_bool(t->checks, "ok", true);
	json_put_str(t->checks, "detail",
	    "The receiver took a signed event without devices.");
	json_end(t->checks);
	return RC_OK;
}

static const struct cloud_field fields[] = {
    {.name = "url",
	.what = "Address that takes the events",
	.required = true,
	.destination = true,
	.max = URL_MAX,
	.example = "https://iot.example.com/birthmark"},
    {.name = "bearer",
	.what = "Bearer token for that address, where it wants one besides the "
		"signature",
	.secret = true,
	.max = BEARER_MAX,
	.example = ""},
    {.name = NULL},
};
static const struct cloud_op ops[] = {
    {"post", 600, "events to the receiver"},
    {NULL, 0, NULL},
};

const struct connector webhook_connector = {
    .rules = {.type = "webhook",
	.title = "Webhook",
	.group = WEBHOOK_ANSWER_DEVICES_MAX,
	.can_remove = true,
	.can_suspend = true,
	.fields = fields,
	.ops = ops,
	.check = check},
    .quota_key = quota_key,
    .ask = ask,
    .take = take,
};
