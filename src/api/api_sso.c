/* The browser's way to the provider and back, and the session after it.  Faults
 * go to the console's page as a slug, because a person waits there.
 * Must not repeat what the provider or the address says. */
#include <stdio.h>
#include <string.h>

#include "api/api_cookie.h"
#include "api/api_session.h"
#include "api/api_sso.h"
#include "base/enc.h"
#include "core/sso.h"

#define COOKIE "__Host-birthmark-sso"
#define PAGE "/console/sso"
#define WAYS_MAX 1024
#define URL_MAX 8192
#define CODE_MAX (STORE_SSO_CODE_SIZE + 1)

enum rc api_sso_ways(struct api_call *call, struct err *e)
{
	const struct sso_conf *sso = call->core->sso;
	struct json w;
	struct buf out;

	buf_init(&out, WAYS_MAX);
	json_init(&w, &out);
	json_obj(&w);
	json_key(&w, "sso");
	if (sso) {
		json_obj(&w);
		json_put_str(&w, "name", sso->name);
		json_end(&w);
	} else {
		json_nil(&w);
	}
	json_end(&w);
	api_json(call, 200, &out);
	buf_clear(&out);
	return RC_OK;
}

static void go(struct api_call *call, const char *url)
{
	call->resp->status = 303;
	http_add_header(call->resp, "Location", "%s", url);
}

/* Faults of ours stay faults; a person is told the others on the page. */
static enum rc go_fault(struct api_call *call, enum rc rc, const struct err *e)
{
	char url[128];

	if (rc == RC_BUG || rc == RC_ENV || rc == RC_NOT_FOUND)
		return rc;
	(void)snprintf(url, sizeof(url), PAGE "?error=%s",
	    e->slug ? e->slug : SSO_REFUSED);
	go(call, url);
	return RC_OK;
}

static void put_cookie(struct api_call *call, const char *value, int max_age)
{
	http_add_header(call->resp, "Set-Cookie",
	    COOKIE "=%s; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=%d",
	    value, max_age);
}

enum rc api_sso_start(struct api_call *call, struct err *e)
{
	char next[STORE_SSO_NEXT_SIZE], cookie[TOKEN_SIZE];
	struct buf url;
	enum rc rc;

	if (!http_query(call->req, "next", next, sizeof(next)))
		next[0] = '\0';
	buf_init(&url, URL_MAX);
	rc = sso_begin(call->core, &call->actor, next, cookie, &url, e);
	if (rc == RC_OK) {
		put_cookie(call, cookie, SSO_LOGIN_S);
		go(call, buf_cstr(&url));
	} else {
		rc = go_fault(call, rc, e);
	}
	explicit_bzero(cookie, sizeof(cookie));
	buf_clear(&url);
	return rc;
}

/* The value, or NULL. */
static const char *query(struct api_call *call, const char *name, char *out,
    size_t cap)
{
	return http_query(call->req, name, out, cap) ? out : NULL;
}

static void go_page(struct api_call *call, const char *next)
{
	struct buf url;

	buf_init(&url, URL_MAX);
	buf_add_str(&url, PAGE);
	if (next[0]) {
		buf_add_str(&url, "?next=");
		enc_percent(&url, span_str(next));
	}
	go(call, buf_ok(&url) ? buf_cstr(&url) : PAGE);
	buf_clear(&url);
}

enum rc api_sso_callback(struct api_call *call, struct err *e)
{
	char state[64], issuer[STORE_SSO_URL_SIZE], error[64], code[CODE_MAX];
	char next[STORE_SSO_NEXT_SIZE];
	const struct sso_answer a = {
	    .cookie = api_cookie_find(call->req, COOKIE),
	    .state = query(call, "state", state, sizeof(state)),
	    .code = query(call, "code", code, sizeof(code)),
	    .issuer = query(call, "iss", issuer, sizeof(issuer)),
	    .error = query(call, "error", error, sizeof(error)),
	};
	enum rc rc;

	rc = sso_return(call->core, &call->actor, &a, next, e);
	if (rc == RC_OK)
		go_page(call, next);
	else
		rc = go_fault(call, rc, e);
	explicit_bzero(code, sizeof(code));
	return rc;
}

enum rc api_sso_login(struct api_call *call, struct err *e)
{
	static const char *const fields[] = {"cookie", "invitation", NULL};
	struct sso_wish w = {.cookie = api_cookie_find(call->req, COOKIE)};
	struct sso_outcome out;
	bool cookie;
	enum rc rc;

	rc = api_fields_only(call, fields, e);
	if (rc == RC_OK)
		rc = api_field_bool_opt(call, "cookie", false, &cookie, e);
	if (rc == RC_OK)
		rc = api_field_str_opt(call, "invitation", 128, &w.invitation,
		    e);
	if (rc == RC_OK)
		rc = sso_finish(call->core, &call->actor, &w, &out, e);
	if (rc != RC_OK)
		return rc;
	if (out.waits) {
		call->resp->status = 202;
		return RC_OK;
	}
	rc = api_session_answer(call, &out.session, cookie, e);
	if (rc == RC_OK)
		put_cookie(call, "", 0);
	explicit_bzero(&out, sizeof(out));
	return rc;
}
