/* The connector of type "interop": version 1 of the protocol that the
 * published receivers for AWS, Azure and others speak.
 * Must not trust an answer, and must not keep a credential. */
#include <stdio.h>
#include <string.h>

#include "base/enc.h"
#include "cloud/interop_answer.h"

/* Under the 10 MB of an API gateway. */
#define BODY_MAX (8u << 20)
#define CERT_TEXT_MAX (32 * 1024)
#define JWT_MAX 4096

enum { STEP_INFO, STEP_AUTH, STEP_END }; /* of a test */

static bool has_text(const char *s)
{
	return s && s[0] != '\0';
}

static enum rc check(json_t *settings, json_t *credentials, struct err *e)
{
	const char *url = connector_str(settings, "url");
	bool token = has_text(connector_str(settings, "audience"));

	if (!url || !span_starts(span_str(url), SPAN_LIT("https://")))
		return err_set(e, RC_INVALID, "cloud-url",
		    "The address of a receiver begins with https://.");
	if (!token && credentials &&
	    !has_text(connector_str(credentials, "password")))
		return err_set(e, RC_INVALID, "cloud-credentials-missing",
		    "A receiver needs an audience for its tokens, or a user "
		    "and a password.");
	return RC_OK;
}

static void quota_key(const struct connector_way *way, char out[128])
{
	(void)snprintf(out, 128, "interop/%.119s",
	    connector_str(way->settings, "url"));
}

static enum rc put_token(const struct connector_way *way, const char *audience,
    struct buf *headers, struct err *e)
{
	struct buf jwt;
	enum rc rc;

	buf_init(&jwt, JWT_MAX);
	rc = way->token(way->ctx, audience, &jwt, e);
	if (rc == RC_OK) {
		buf_add_str(headers, "Authorization: Bearer ");
		buf_add_span(headers, buf_span(&jwt));
		buf_add_str(headers, "\n");
	}
	buf_clear_secret(&jwt);
	return rc;
}

static enum rc put_basic(const struct connector_way *way, struct buf *headers,
    struct err *e)
{
	const char *user = connector_str(way->credentials, "username");
	const char *password = connector_str(way->credentials, "password");
	struct buf plain;

	if (!has_text(password))
		return err_set(e, RC_UNAUTHENTICATED,
		    "cloud-credentials-missing",
		    "The cloud has no credentials; set its password.");
	buf_init(&plain, 1024);
	buf_addf(&plain, "%s:%s", user ? user : "", password);
	buf_add_str(headers, "Authorization: Basic ");
	enc_base64(headers, buf_span(&plain));
	buf_add_str(headers, "\n");
	if (!buf_ok(&plain))
		headers->bad = true;
	buf_clear_secret(&plain);
	return RC_OK;
}

/* The protocol wants base64 of the PEM text, not of the DER. */
static void put_cert(struct json *w, const struct connector_device *d)
{
	struct buf pem, text;

	buf_init(&pem, CERT_TEXT_MAX);
	buf_init(&text, CERT_TEXT_MAX);
	enc_pem(&pem, "CERTIFICATE", d->certs[0].der);
	enc_base64(&text, buf_span(&pem));
	json_obj(w);
	json_put_str(w, "ref", d->ref);
	json_put_span(w, "cert", buf_span(&text));
	json_end(w);
	if (!buf_ok(&pem) || !buf_ok(&text))
		w->out->bad = true;
	buf_clear(&pem);
	buf_clear(&text);
}

static enum rc build(const struct connector_talk *t, struct buf *body,
    struct err *e)
{
	struct json w;
	size_t i;

	json_init(&w, body);
	json_obj(&w);
	json_put_str(&w, "action", "provision");
	json_key(&w, "certs");
	json_arr(&w);
	for (i = 0; i < t->n && buf_ok(body); i++)
		if (t->devices[i].want == CONNECTOR_ADMIT)
			put_cert(&w, &t->devices[i]);
	json_end(&w);
	json_end(&w);
	if (!buf_ok(body) || body->n > BODY_MAX)
		return err_set(e, RC_TOO_LARGE, "cloud-request-too-large",
		    "The certificates do not fit into one request.");
	return RC_OK;
}

/* The protocol can admit, and no more. */
static size_t leave_others(struct connector_talk *t)
{
	size_t i, n = 0;

	for (i = 0; i < t->n; i++) {
		if (t->devices[i].want == CONNECTOR_ADMIT) {
			n++;
			continue;
		}
		t->out[i].result = CONNECTOR_REFUSED;
		connector_clean(SPAN_LIT("This device may not in now, and the "
					 "interop protocol cannot tell that: "
					 "it was not sent."),
		    t->out[i].message);
	}
	return n;
}

static enum rc ask_sync(struct connector_talk *t, struct connector_request *q,
    struct err *e)
{
	t->over = leave_others(t) == 0;
	if (t->over)
		return RC_OK;
	buf_addf(&q->url, "%s/interop", connector_str(t->way->settings, "url"));
	q->method = "POST";
	q->content_type = "application/json";
	return build(t, &q->body, e);
}

static enum rc ask_test(struct connector_talk *t, struct connector_request *q)
{
	const char *url = connector_str(t->way->settings, "url");

	t->over = t->step >= STEP_END;
	if (t->over)
		return RC_OK;
	t->check = t->step == STEP_INFO ? "info" : "auth";
	if (t->step == STEP_AUTH) {
		q->method = "GET";
		buf_addf(&q->url, "%s/auth", url);
		return RC_OK;
	}
	q->method = "POST";
	q->content_type = "application/json";
	buf_addf(&q->url, "%s/interop", url);
	buf_add_str(&q->body, "{\"action\":\"info\"}");
	return RC_OK;
}

static enum rc ask(struct connector_talk *t, struct connector_request *q,
    struct err *e)
{
	const char *audience = connector_str(t->way->settings, "audience");
	enum rc rc =
	    t->verb == CONNECTOR_TEST ? ask_test(t, q) : ask_sync(t, q, e);

	if (rc != RC_OK || t->over)
		return rc;
	rc = has_text(audience) ? put_token(t->way, audience, &q->headers, e)
				: put_basic(t->way, &q->headers, e);
	if (rc == RC_OK && (!buf_ok(&q->headers) || !buf_ok(&q->url)))
		rc = err_set(e, RC_ENV, "no-memory", "Out of memory.");
	return rc;
}

static enum rc judge(const struct connector_answer *a, struct err *e)
{
	char text[CONNECTOR_TEXT_SIZE];
	enum rc rc = RC_AGAIN;

	if (a->status == 200)
		return RC_OK;
	if (a->status == 401 || a->status == 403)
		return err_set(e, RC_UNAUTHENTICATED,
		    "cloud-credentials-refused",
		    "credentials refused: the cloud answered with status %d; "
		    "check its key, audience or password.",
		    a->status);
	interop_answer_error(a->body, text);
	if (a->status == 429)
		rc = err_set(e, RC_LIMIT, "cloud-throttles",
		    "The cloud asks to wait (status 429).");
	else if (a->status == 400 || a->status == 413 || a->status == 422)
		rc = err_set(e, RC_TOO_LARGE, "cloud-refused-request",
		    "The cloud refused the request with status %d%s%s",
		    a->status, text[0] ? ": " : ".", text);
	else
		rc = err_set(e, RC_AGAIN, "cloud-status",
		    "The cloud answered with status %d%s%s", a->status,
		    text[0] ? ": " : ".", text);
	if (e)
		e->retry_after_s = connector_retry_after_s(a);
	return rc;
}

static void put_well(struct connector_talk *t, const char *detail)
{
	json_key(t->checks, t->check);
	json_obj(t->checks);
	json_put_bool(t->checks, "ok", true);
	json_put_str(t->checks, "detail", detail);
	json_end(t->checks);
}

static enum rc take(struct connector_talk *t, const struct connector_answer *a,
    struct err *e)
{
	enum rc rc = judge(a, e);

	if (rc != RC_OK)
		return rc;
	if (t->verb == CONNECTOR_SYNC) {
		rc = interop_answer_provision(a->body, t->devices, t->n, t->out,
		    e);
		t->over = rc == RC_OK;
		return rc;
	}
	if (t->step == STEP_INFO)
		rc = interop_answer_info(a->body, e);
	if (rc != RC_OK)
		return rc;
	put_well(t,
	    t->step == STEP_INFO ? "The cloud speaks version 1."
				 : "The cloud accepts the credentials.");
	t->step++;
	t->over = t->step == STEP_END;
	return RC_OK;
}

static const struct cloud_field fields[] = {
    {.name = "url",
	.what = "Address of the receiver, without /interop",
	.required = true,
	.destination = true,
	.max = 512,
	.example =
	    "https://a1b2c3.execute-api.eu-central-1.amazonaws.com/prod"},
    {.name = "audience",
	.what = "What its tokens are for: AWS account or Azure subscription",
	.max = 200,
	.example = "123456789012"},
    {.name = "username",
	.what = "User, where the receiver takes no tokens",
	.secret = true,
	.max = 200,
	.example = ""},
    {.name = "password",
	.what = "Password of that user",
	.secret = true,
	.max = 500,
	.example = ""},
    {.name = NULL},
};
static const struct cloud_op ops[] = {
    {"post", 600, "requests to the receiver"},
    {NULL, 0, NULL},
};

const struct connector interop_connector = {
    .rules = {.type = "interop",
	.title = "Interop receiver",
	.group = INTEROP_ANSWER_DEVICES_MAX,
	/* Receivers take certificates one after another. */
	.at_once = 1,
	.fields = fields,
	.ops = ops,
	.check = check},
    .quota_key = quota_key,
    .ask = ask,
    .take = take,
};
