/* The interop protocol, version 1, as its receiver.
 * Must not take a device before the caller has proved who it is. */
#include <jansson.h>
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/json.h"
#include "base/log.h"
#include "cmd/receiver_http.h"
#include "pki/jose.h"

#define CLOCK_SKEW_S 60
#define REF_MAX 1024
#define CERT_TEXT_MAX (64u * 1024)

static void start_json(struct http_response *resp, int status, struct json *w)
{
	resp->status = status;
	resp->content_type = "application/json";
	json_init(w, &resp->body);
}

static void answer_error(struct http_response *resp, int status,
    const char *why)
{
	struct json w;

	start_json(resp, status, &w);
	json_obj(&w);
	json_put_str(&w, "error", why);
	json_end(&w);
}

/* aud may be one string or a list of them (RFC 7519 4.1.3). */
static bool aud_ok(const json_t *aud, const char *want)
{
	const json_t *item;
	size_t i;

	if (json_is_string(aud))
		return strcmp(json_string_value(aud), want) == 0;
	json_array_foreach(aud, i, item)
	{
		if (json_is_string(item) &&
		    strcmp(json_string_value(item), want) == 0)
			return true;
	}
	return false;
}

static const char *claims_fault(const json_t *claims, const char *audience,
    int64_t now_s)
{
	const json_t *exp = json_object_get(claims, "exp");
	const json_t *nbf = json_object_get(claims, "nbf");

	if (!json_is_integer(exp))
		return "the token has no exp";
	if (json_integer_value(exp) <= now_s)
		return "the token has expired";
	if (nbf &&
	    (!json_is_integer(nbf) ||
		json_integer_value(nbf) > now_s + CLOCK_SKEW_S))
		return "the token is not valid yet";
	if (!aud_ok(json_object_get(claims, "aud"), audience))
		return "the token is for another audience";
	return NULL;
}

static const char *bearer_fault(struct receiver_http *r, struct span token,
    int64_t now_s)
{
	const char *fault;
	struct buf payload;
	json_t *claims;

	buf_init(&payload, JOSE_MAX);
	if (jose_verify(token, r->jwt_key, NULL, &payload, NULL) != RC_OK) {
		buf_clear(&payload);
		return "the token's signature is wrong";
	}
	claims = json_loadb((const char *)payload.p, payload.n,
	    JSON_REJECT_DUPLICATES, NULL);
	fault = claims_fault(claims, r->audience, now_s);
	json_decref(claims);
	buf_clear(&payload);
	return fault;
}

/* NULL when the caller is the service. */
static const char *auth_fault(struct receiver_http *r,
    const struct http_request *req, int64_t now_s)
{
	const struct span *h = http_find(req, "Authorization");
	struct span rest, scheme;

	if (!h)
		return "there is no Authorization";
	rest = *h;
	if (!span_cut(&rest, ' ', &scheme))
		return "the Authorization is malformed";
	if (r->basic)
		return span_eq_str(scheme, "Basic") &&
			span_eq_secret(rest, span_str(r->basic_b64))
		    ? NULL
		    : "user or password is wrong";
	if (!span_eq_str(scheme, "Bearer"))
		return "the Authorization is not a Bearer token";
	return bearer_fault(r, rest, now_s);
}

static const char *judge_cert(struct receiver_http *r, struct span der,
    int64_t now_s)
{
	struct err e = {0};
	struct cert c;

	if (cert_parse(&c, der, NULL) != RC_OK)
		return "cannot decode certificate";
	if (now_s < c.not_before || now_s > c.not_after)
		return "notBefore or notAfter out of range";
	if (r->chain && chain_check(r->chain, &c, now_s, NULL) != RC_OK)
		return "the certificate is not of a known CA";
	switch (receiver_store_put(r->store, &c, now_s, &e)) {
	case RC_OK:
		return NULL;
	case RC_CONFLICT:
		return "this id exists already with another key";
	default:
		return "failed creating and registering thing";
	}
}

static const char *take_cert(struct receiver_http *r, const json_t *cert,
    int64_t now_s)
{
	const char *why = "cannot decode certificate";
	struct buf pem, der;
	struct span rest;

	buf_init(&pem, CERT_TEXT_MAX);
	buf_init(&der, CERT_DER_MAX);
	if (enc_unbase64(&pem, span_str(json_string_value(cert)), false)) {
		rest = buf_span(&pem);
		if (enc_unpem(&der, "CERTIFICATE", &rest))
			why = judge_cert(r, buf_span(&der), now_s);
	}
	buf_clear(&pem);
	buf_clear(&der);
	return why;
}

static bool certs_ok(const json_t *certs)
{
	const json_t *item, *ref;
	size_t i;

	if (!json_is_array(certs) || json_array_size(certs) == 0 ||
	    json_array_size(certs) > RECEIVER_HTTP_CERTS_MAX)
		return false;
	json_array_foreach(certs, i, item)
	{
		ref = json_object_get(item, "ref");
		if (!json_is_string(ref) || json_string_length(ref) > REF_MAX ||
		    !json_is_string(json_object_get(item, "cert")) ||
		    json_object_size(item) != 2)
			return false;
	}
	return true;
}

static void put_outcome(struct json *w, struct receiver_http *r,
    const json_t *item, const char *why)
{
	json_obj(w);
	json_put_str(w, "ref", json_string_value(json_object_get(item, "ref")));
	json_put_str(w, "status", why ? "ERROR" : "SUCCESS");
	if (why) {
		json_put_str(w, "message", why);
	} else {
		json_put_str(w, "endpoint", r->endpoint);
		json_put_str(w, "topic", "devices/+/telemetry");
		json_put_str(w, "policyApplied", "birthmark-device");
	}
	json_end(w);
}

static void provision(struct receiver_http *r, const json_t *certs,
    struct http_response *resp)
{
	size_t i, n = json_array_size(certs), taken = 0;
	const char *why[RECEIVER_HTTP_CERTS_MAX];
	int64_t now = clock_now_s();
	struct err e = {0};
	struct json w;

	for (i = 0; i < n; i++) {
		const json_t *item = json_array_get(certs, i);

		why[i] = take_cert(r, json_object_get(item, "cert"), now);
		taken += !why[i];
	}
	if (receiver_store_commit(r->store, &e) != RC_OK) {
		log_err(LOG_ERROR, "devices could not be stored", &e);
		answer_error(resp, 500, "the devices could not be stored");
		return;
	}
	start_json(resp, 200, &w);
	json_arr(&w);
	for (i = 0; i < n; i++)
		put_outcome(&w, r, json_array_get(certs, i), why[i]);
	json_end(&w);
	log_info("%zu of %zu devices taken, %llu in all", taken, n,
	    (unsigned long long)receiver_store_count(r->store));
}

static void answer_info(struct http_response *resp)
{
	struct json w;

	start_json(resp, 200, &w);
	json_obj(&w);
	json_put_str(&w, "action", "info");
	json_put_u64(&w, "compatibilityVersion", 1);
	json_end(&w);
}

static void answer_action(struct receiver_http *r, const json_t *root,
    struct http_response *resp)
{
	const char *action = json_string_value(json_object_get(root, "action"));
	const json_t *certs = json_object_get(root, "certs");
	struct json w;

	if (!action) {
		answer_error(resp, 400, "there is no action");
	} else if (strcmp(action, "provision") == 0) {
		if (json_object_size(root) != 2 || !certs_ok(certs))
			answer_error(resp, 400,
			    "certs must be a list of {ref, cert}");
		else
			provision(r, certs, resp);
	} else if (json_object_size(root) != 1) {
		answer_error(resp, 400, "only provision has more than action");
	} else if (strcmp(action, "info") == 0) {
		answer_info(resp);
	} else if (strcmp(action, "status") == 0 ||
	    strcmp(action, "message") == 0) {
		start_json(resp, 200, &w);
		json_str(&w, "Not yet implemented.");
	} else {
		answer_error(resp, 400, "the action is not known");
	}
}

static bool ends_with(struct span s, const char *tail)
{
	size_t n = strlen(tail);

	return s.n >= n && span_eq_str(span_sub(s, s.n - n, n), tail);
}

/* The base may have a path, as a stage of an API gateway has. */
static bool on_head(void *ctx, struct http_request *req,
    struct http_response *resp)
{
	struct receiver_http *r = ctx;
	bool interop = ends_with(req->path, "/interop");
	const char *fault;

	if (!interop && !ends_with(req->path, "/auth")) {
		answer_error(resp, 404, "there is only /interop and /auth");
		return false;
	}
	if (req->method != (interop ? HTTP_POST : HTTP_GET)) {
		http_add_header(resp, "Allow", interop ? "POST" : "GET");
		answer_error(resp, 405, "the method is not allowed");
		return false;
	}
	fault = auth_fault(r, req, clock_now_s());
	if (fault) {
		http_add_header(resp, "WWW-Authenticate", "%s",
		    r->basic ? "Basic realm=\"receiver\"" : "Bearer");
		answer_error(resp, 401, fault);
		return false;
	}
	req->body_max = interop ? RECEIVER_HTTP_BODY_MAX : 0;
	return true;
}

static void on_request(void *ctx, struct http_request *req,
    struct http_response *resp)
{
	struct json w;
	json_t *root;

	if (ends_with(req->path, "/auth")) {
		start_json(resp, 200, &w);
		json_obj(&w);
		json_put_str(&w, "auth", "ok");
		json_end(&w);
		return;
	}
	root = json_loadb((const char *)req->body.p, req->body.n,
	    JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(root))
		answer_action(ctx, root, resp);
	else
		answer_error(resp, 400, "the body is not a JSON object");
	json_decref(root);
}

static void on_done(void *ctx, struct http_request *req,
    const struct http_response *resp)
{
}

static void on_fault(void *ctx, int status, const char *why,
    struct http_response *resp)
{
	answer_error(resp, status, why);
}

void receiver_http_app(struct receiver_http *r, struct http_app *app)
{
	app->ctx = r;
	app->head = on_head;
	app->handle = on_request;
	app->done = on_done;
	app->fault = on_fault;
}
