/* The connector of type "interop": version 1 of the protocol that the
 * published receivers for AWS, Azure and others speak.
 * Must not trust an answer, and must not keep a credential. */
#include <stdio.h>
#include <string.h>

#include "base/enc.h"
#include "base/json.h"
#include "cloud/cloud_kind_answer.h"

/* Under the 10 MB of an API gateway. */
#define BODY_MAX (8u << 20)
#define CERT_TEXT_MAX (32 * 1024)
#define JWT_MAX 4096

static const char content_type[] = "application/json";

static enum rc say_refused(struct cloud_kind_call *call, int status,
    struct err *e)
{
	if (call->cloud->audience[0] != '\0')
		bearer_drop(call->bearer, call->cloud->account,
		    call->cloud->audience);
	return err_set(e, RC_UNAUTHENTICATED, "cloud-credentials-refused",
	    "credentials refused: the cloud answered with status %d; check "
	    "its key, audience or password.",
	    status);
}

static enum rc judge(struct cloud_kind_call *call, const struct fetch_answer *a,
    struct err *e)
{
	char text[200];
	enum rc rc = RC_AGAIN;

	if (a->status == 200)
		return RC_OK;
	if (a->status == 401 || a->status == 403)
		return say_refused(call, a->status, e);
	cloud_kind_answer_error(buf_span(&a->body), text, sizeof(text));
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
		e->retry_after_s = a->retry_after_s > UINT32_MAX
		    ? UINT32_MAX
		    : (unsigned int)a->retry_after_s;
	return rc;
}

/* One call; a holds the answer's body when the status is 200. */
static enum rc talk(struct cloud_kind_call *call, const char *path,
    struct span body, struct fetch_answer *a, struct err *e)
{
	struct fetch_request r = FETCH_REQUEST;
	char url[STORE_CLOUD_URL_SIZE + 16];
	struct buf jwt;
	enum rc rc = RC_OK;

	buf_init(&jwt, JWT_MAX);
	(void)snprintf(url, sizeof(url), "%s/%s", call->cloud->url, path);
	r.method = body.n > 0 ? "POST" : "GET";
	r.content_type = body.n > 0 ? content_type : NULL;
	r.url = url;
	r.body = body;
	if (call->cloud->audience[0] != '\0') {
		rc = bearer_get(call->bearer, call->cloud->account,
		    call->cloud->audience, &jwt, e);
		r.bearer = buf_cstr(&jwt);
	} else {
		r.basic = call->basic;
		if (!r.basic)
			rc = err_set(e, RC_UNAUTHENTICATED,
			    "cloud-credentials-missing",
			    "The cloud has no credentials; set its password.");
	}
	if (rc == RC_OK)
		rc = fetch_do(call->fetch, &r, a, e);
	if (rc == RC_OK)
		rc = judge(call, a, e);
	buf_clear_secret(&jwt);
	return rc;
}

/* The protocol wants base64 of the PEM text, not of the DER. */
static enum rc build(const struct cloud_kind_device *devices, size_t n,
    struct buf *body, struct err *e)
{
	struct buf pem, text;
	struct json w;
	size_t i;

	buf_init(&pem, CERT_TEXT_MAX);
	buf_init(&text, CERT_TEXT_MAX);
	json_init(&w, body);
	json_obj(&w);
	json_put_str(&w, "action", "provision");
	json_key(&w, "certs");
	json_arr(&w);
	for (i = 0; i < n; i++) {
		buf_reset(&pem);
		buf_reset(&text);
		enc_pem(&pem, "CERTIFICATE", devices[i].der);
		enc_base64(&text, buf_span(&pem));
		if (!buf_ok(&pem) || !buf_ok(&text))
			break;
		json_obj(&w);
		json_put_str(&w, "ref", devices[i].ref);
		json_put_span(&w, "cert", buf_span(&text));
		json_end(&w);
	}
	json_end(&w);
	json_end(&w);
	buf_clear(&pem);
	buf_clear(&text);
	if (i < n || !buf_ok(body))
		return err_set(e, RC_TOO_LARGE, "cloud-request-too-large",
		    "The certificates do not fit into one request.");
	return RC_OK;
}

static enum rc interop_provision(struct cloud_kind_call *call,
    const struct cloud_kind_device *devices, size_t n,
    struct cloud_kind_outcome *out, struct err *e)
{
	struct fetch_answer a;
	struct buf body;
	enum rc rc;

	fetch_answer_init(&a);
	buf_init(&body, BODY_MAX);
	rc = build(devices, n, &body, e);
	if (rc == RC_OK)
		rc = talk(call, "interop", buf_span(&body), &a, e);
	if (rc == RC_OK)
		rc = cloud_kind_answer_provision(buf_span(&a.body), devices, n,
		    out, e);
	buf_clear(&body);
	fetch_answer_clear(&a);
	return rc;
}

static void put_check(struct json *w, const char *key, enum rc rc,
    const char *good, const struct err *e)
{
	char detail[301];

	(void)snprintf(detail, sizeof(detail), "%.300s",
	    rc == RC_OK ? good : e->text);
	json_key(w, key);
	json_obj(w);
	json_put_bool(w, "ok", rc == RC_OK);
	json_put_str(w, "detail", detail);
	json_end(w);
}

static enum rc interop_test(struct cloud_kind_call *call, struct buf *out,
    struct err *e)
{
	static const char info[] = "{\"action\":\"info\"}";
	struct err bad_info = {0}, bad_auth = {0};
	struct fetch_answer a;
	enum rc rc, rc_auth;
	struct json w;

	json_init(&w, out);
	json_obj(&w);
	fetch_answer_init(&a);
	rc = talk(call, "interop", SPAN_LIT(info), &a, &bad_info);
	if (rc == RC_OK)
		rc = cloud_kind_answer_info(buf_span(&a.body), &bad_info);
	fetch_answer_clear(&a);
	put_check(&w, "info", rc, "The cloud speaks version 1.", &bad_info);
	fetch_answer_init(&a);
	rc_auth = talk(call, "auth", SPAN_NONE, &a, &bad_auth);
	fetch_answer_clear(&a);
	put_check(&w, "auth", rc_auth, "The cloud accepts the credentials.",
	    &bad_auth);
	json_end(&w);
	if (e && (rc != RC_OK || rc_auth != RC_OK))
		*e = rc != RC_OK ? bad_info : bad_auth;
	return rc != RC_OK ? rc : rc_auth;
}

const struct cloud_kind cloud_kind_interop = {
    .type = "interop",
    .provision = interop_provision,
    .test = interop_test,
};
