/* Authenticates bearer token or cookie and holds the role against the route.
 * Must not look at the body, and must not let a route through by default. */
#include <string.h>
#include <strings.h>

#include "api/api_auth.h"
#include "api/api_cookie.h"
#include "core/session.h"
#include "core/token.h"
#include "core/user.h"

static struct span auth_bearer(const struct http_request *req)
{
	const struct span *h = http_find(req, "authorization");
	struct span s;

	if (!h || h->n < 8 ||
	    strncasecmp((const char *)h->p, "Bearer ", 7) != 0)
		return SPAN_NONE;
	s = span_sub(*h, 7, h->n - 7);
	while (s.n && s.p[0] == ' ')
		s = span_sub(s, 1, s.n - 1);
	return s;
}

static struct span auth_cookie(const struct http_request *req)
{
	if (http_find(req, "authorization"))
		return SPAN_NONE;
	return api_cookie_find(req, API_COOKIE_SESSION);
}

struct span api_auth_credential(const struct http_request *req)
{
	const struct span cookie = auth_cookie(req);

	return cookie.n ? cookie : auth_bearer(req);
}

static enum rc auth_denied(const struct api_call *call, struct err *e)
{
	return err_set(e, RC_DENIED, "role-denied",
	    "Your role may not do this; ask an administrator.");
}

static enum rc auth_nothing(struct err *e)
{
	return err_set(e, RC_NOT_FOUND, "not-found",
	    "There is nothing here that you may see.");
}

/* A browser sends the cookie whoever wrote the page: only our own pages know
 * the token that belongs to it. */
static enum rc auth_browser(struct api_call *call, struct span cookie,
    struct err *e)
{
	const enum http_method m = call->req->method;
	enum rc rc = session_find(call->core, cookie, &call->actor, e);

	if (rc != RC_OK)
		return rc;
	call->cookie = cookie;
	if (m == HTTP_GET || m == HTTP_HEAD ||
	    api_cookie_is_own(call->req, cookie))
		return RC_OK;
	return err_set(e, RC_DENIED, "csrf-token-needed",
	    "Send the header Birthmark-CSRF with the csrf of /api/v1/me.");
}

/* Browsers connect streams of events again by themselves, whether or not
 * somebody is there. */
static bool auth_watches(const struct http_request *req)
{
	const struct span *h = http_find(req, "accept");

	return h && span_eq_str(*h, "text/event-stream");
}

/* Who it is, without regard to the route. */
static enum rc auth_who(struct api_call *call, struct err *e)
{
	struct core_actor *a = &call->actor;
	struct span token = auth_bearer(call->req);
	struct span cookie = auth_cookie(call->req);

	a->watches = a->watches || auth_watches(call->req);
	if (span_starts(cookie, SPAN_LIT(SESSION_PREFIX)))
		return auth_browser(call, cookie, e);
	if (span_starts(token, SPAN_LIT(SESSION_PREFIX)))
		return session_find(call->core, token, a, e);
	if (span_starts(token, SPAN_LIT(TOKEN_PREFIX)))
		return token_find(call->core, token, a, e);
	return err_set(e, RC_UNAUTHENTICATED, "login-needed",
	    "Log in, or send an API token as Authorization: Bearer TOKEN.");
}

/* The value of the path parameter that names the scope. */
static bool auth_scope_id(const struct api_call *call, const char *name,
    char *out, size_t cap)
{
	const char *p = call->route->path;
	size_t n = strlen(name);
	int i = 0;

	for (; (p = strchr(p, '{')); p++, i++)
		if (span_eq_str(span_of(p, n), name))
			return api_param(call, i, out, cap);
	return false;
}

/* A user's role where the route leads; a token has its own already. */
static enum rc auth_role(struct api_call *call, enum core_scope scope,
    const char *id, enum core_role *role, struct err *e)
{
	struct core_actor *a = &call->actor;

	*role = CORE_ROLE_NONE;
	if (!a->is_token)
		return user_role(call->core, a->id, scope, id, role, e);
	if (a->scope == scope && span_eq_str(span_str(a->scope_id), id))
		*role = a->role;
	return RC_OK;
}

static enum rc auth_scoped(struct api_call *call, enum core_scope scope,
    const char *param, struct err *e)
{
	const unsigned int roles = call->route->roles;
	struct core_actor *a = &call->actor;
	char id[RAND_ID_SIZE] = "";
	enum core_role role, service = CORE_ROLE_NONE;
	enum rc rc;

	if (param && !auth_scope_id(call, param, id, sizeof(id)))
		return auth_nothing(e);
	rc = auth_role(call, scope, id, &role, e);
	if (rc == RC_OK && role == CORE_ROLE_NONE && (roles & CORE_SERVICE))
		rc = auth_role(call, CORE_SCOPE_SERVICE, "", &service, e);
	if (rc != RC_OK)
		return rc;
	if (role == CORE_ROLE_NONE)
		role = service;
	if (role == CORE_ROLE_NONE && scope != CORE_SCOPE_SERVICE)
		return auth_nothing(e);
	if (!((unsigned int)role & roles))
		return auth_denied(call, e);
	a->scope = scope;
	a->role = role;
	(void)span_copy_str(span_str(id), a->scope_id, sizeof(a->scope_id));
	return RC_OK;
}

enum rc api_auth(struct api_call *call, struct err *e)
{
	enum rc rc;

	if (call->route->scope == API_PUBLIC)
		return RC_OK;
	rc = auth_who(call, e);
	if (rc != RC_OK)
		return rc;
	switch (call->route->scope) {
	case API_USER:
		if (call->actor.is_token)
			return err_set(e, RC_DENIED, "session-needed",
			    "This is for users who are logged in, not for "
			    "API tokens.");
		return RC_OK;
	case API_ACCOUNT:
		return auth_scoped(call, CORE_SCOPE_ACCOUNT, "{account}", e);
	case API_VENDOR:
		return auth_scoped(call, CORE_SCOPE_VENDOR, "{vendor}", e);
	case API_SERVICE:
		return auth_scoped(call, CORE_SCOPE_SERVICE, NULL, e);
	case API_PUBLIC:
		break;
	}
	return auth_denied(call, e);
}
