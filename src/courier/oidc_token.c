/* Asks the token and UserInfo endpoints.
 * Must not judge an ID token: pki/id_token.h does. */
#include "courier/oidc_token.h"

#include <jansson.h>
#include <string.h>
#include <strings.h>

#include "base/enc.h"

#define FORM_MAX 16384

void oidc_token_init(struct oidc_token_answer *a)
{
	buf_init(&a->id_token, OIDC_PROVIDER_ANSWER_MAX);
	buf_init(&a->access_token, OIDC_PROVIDER_ANSWER_MAX);
}

void oidc_token_clear(struct oidc_token_answer *a)
{
	if (!a)
		return;
	buf_clear_secret(&a->id_token);
	buf_clear_secret(&a->access_token);
}

static void put(struct buf *form, const char *name, const char *value)
{
	buf_addf(form, "%s%s=", form->n > 0 ? "&" : "", name);
	enc_percent(form, span_str(value));
}

/* The client authenticates as RFC 6749 2.3.1 says; basic stays empty when it
 * does so in the form. */
static void put_form(const struct oidc_token_request *q, struct buf *form,
    struct buf *basic)
{
	put(form, "grant_type", "authorization_code");
	put(form, "code", q->code);
	put(form, "redirect_uri", q->redirect_uri);
	put(form, "code_verifier", q->verifier);
	if (q->secret[0] && !q->provider->post_only) {
		enc_percent(basic, span_str(q->client_id));
		buf_add_u8(basic, ':');
		enc_percent(basic, span_str(q->secret));
		return;
	}
	put(form, "client_id", q->client_id);
	if (q->secret[0])
		put(form, "client_secret", q->secret);
}

/* An error's name, if it is one that may be logged. */
static const char *error_of(const json_t *o)
{
	const char *s = json_string_value(json_object_get(o, "error"));
	size_t n = s ? strlen(s) : 0;

	return n > 0 && n <= 40 && strspn(s, "abcdefghijklmnopqrstuvwxyz_") == n
	    ? s
	    : "no reason";
}

static enum rc refused(const struct oidc_token_request *q, int status,
    const json_t *o, struct err *e)
{
	const char *why = error_of(o);

	if (strcmp(why, "invalid_client") == 0 ||
	    strcmp(why, "unauthorized_client") == 0)
		return err_set(e, RC_DENIED, "sso-client",
		    "%.200s refuses the client itself (%s); check "
		    "sso_client_id and the file courier/sso-secret.",
		    q->provider->token, why);
	return err_set(e,
	    status >= 500 || status == 429 ? RC_AGAIN : RC_INVALID, "sso-code",
	    "%.200s answered with status %d (%s).", q->provider->token, status,
	    why);
}

static enum rc read_answer(const json_t *o, struct oidc_token_answer *a,
    struct err *e)
{
	const char *id = json_string_value(json_object_get(o, "id_token"));
	const char *access =
	    json_string_value(json_object_get(o, "access_token"));
	const char *type = json_string_value(json_object_get(o, "token_type"));

	if (!id || (type && strcasecmp(type, "Bearer") != 0))
		return err_set(e, RC_INVALID, "sso-answer",
		    "The provider's answer holds no ID token.");
	buf_reset(&a->id_token);
	buf_add_str(&a->id_token, id);
	buf_reset(&a->access_token);
	if (access)
		buf_add_str(&a->access_token, access);
	return buf_ok(&a->id_token) && buf_ok(&a->access_token)
	    ? RC_OK
	    : err_set(e, RC_ENV, "no-memory", "Not enough memory.");
}

enum rc oidc_token_ask(struct fetch *f, const struct oidc_token_request *q,
    struct oidc_token_answer *a, struct err *e)
{
	static const char *const headers[] = {"Accept: application/json", NULL};
	struct fetch_request r = FETCH_REQUEST;
	struct fetch_answer answer;
	struct buf form, basic;
	json_t *o = NULL;
	enum rc rc = RC_OK;

	fetch_answer_init(&answer);
	buf_init(&form, FORM_MAX);
	buf_init(&basic, FORM_MAX);
	put_form(q, &form, &basic);
	if (!buf_ok(&form) || !buf_cstr(&basic))
		rc = err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	r.method = "POST";
	r.url = q->provider->token;
	r.headers = headers;
	r.content_type = "application/x-www-form-urlencoded";
	r.body = buf_span(&form);
	r.basic = basic.n > 0 ? buf_cstr(&basic) : NULL;
	if (rc == RC_OK)
		rc = fetch_do(f, &r, &answer, e);
	if (rc == RC_OK)
		o = json_loadb((const char *)answer.body.p, answer.body.n,
		    JSON_REJECT_DUPLICATES, NULL);
	if (rc == RC_OK)
		rc = answer.status == 200 ? read_answer(o, a, e)
					  : refused(q, answer.status, o, e);
	json_decref(o);
	buf_clear_secret(&form);
	buf_clear_secret(&basic);
	fetch_answer_clear(&answer);
	return rc;
}

enum rc oidc_token_userinfo(struct fetch *f, const struct oidc_provider *p,
    struct oidc_token_answer *a, struct id_token *t, struct err *e)
{
	static const char *const headers[] = {"Accept: application/json", NULL};
	struct fetch_request r = FETCH_REQUEST;
	struct fetch_answer answer;
	enum rc rc;

	fetch_answer_init(&answer);
	r.method = "GET";
	r.url = p->userinfo;
	r.headers = headers;
	r.bearer = buf_cstr(&a->access_token);
	rc = fetch_do(f, &r, &answer, e);
	if (rc == RC_OK && answer.status != 200)
		rc = err_set(e, answer.status >= 500 ? RC_AGAIN : RC_INVALID,
		    "sso-userinfo", "%.200s answered with status %d.",
		    p->userinfo, answer.status);
	if (rc == RC_OK)
		rc = id_token_userinfo(buf_span(&answer.body), t, e);
	fetch_answer_clear(&answer);
	return rc;
}
