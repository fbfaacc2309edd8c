/* Reads and answers logins, sessions, the user's own data.
 * Must not decide anything: that is core's work. */
#include <string.h>

#include "api/api_cookie.h"
#include "api/api_list.h"
#include "api/api_session.h"
#include "core/session.h"

#define SESSION_JSON_MAX (64 * 1024)

void api_session_user(struct json *w, const struct user *u)
{
	json_key(w, "user");
	json_obj(w);
	json_put_str(w, "id", u->id);
	json_put_str(w, "email", u->email);
	json_put_str(w, "name", u->name);
	json_end(w);
}

enum rc api_session_answer(struct api_call *call, struct session_new *s,
    bool cookie, struct err *e)
{
	char csrf[API_COOKIE_CSRF_SIZE];
	struct json w;
	struct buf out;

	buf_init(&out, SESSION_JSON_MAX);
	json_init(&w, &out);
	json_obj(&w);
	if (cookie) {
		api_cookie_csrf(span_str(s->token), csrf);
		json_put_str(&w, "csrf", csrf);
		api_cookie_put(call->resp, s->token);
	} else {
		json_put_str(&w, "token", s->token);
	}
	json_put_time(&w, "expires_at", s->expires_at);
	api_session_user(&w, &s->user);
	json_end(&w);
	api_json(call, 201, &out);
	buf_clear_secret(&out);
	explicit_bzero(s, sizeof(*s));
	return RC_OK;
}

enum rc api_session_create(struct api_call *call, struct err *e)
{
	static const char *const fields[] = {"email", "password", "code",
	    "cookie", NULL};
	struct session_wish wish = {0};
	const char *password;
	bool cookie = false;
	struct session_new s;
	enum rc rc;

	rc = api_fields_only(call, fields, e);
	if (rc == RC_OK)
		rc = api_field_str(call, "email", USER_EMAIL_MAX, &wish.email,
		    e);
	if (rc == RC_OK)
		rc = api_field_str(call, "password", 1024, &password, e);
	if (rc == RC_OK)
		rc = api_field_str_opt(call, "code", 32, &wish.code, e);
	if (rc == RC_OK)
		rc = api_field_bool_opt(call, "cookie", false, &cookie, e);
	if (rc != RC_OK)
		return rc;
	wish.password = span_str(password);
	rc = session_login(call->core, &call->actor, &wish, &s, e);
	return rc == RC_OK ? api_session_answer(call, &s, cookie, e) : rc;
}

struct session_rows {
	struct api_list list;
	const char *current;
};

static void session_row(void *arg, const struct store_session *s)
{
	struct session_rows *r = arg;
	struct json *w = &r->list.json;

	if (!api_list_row(&r->list, s->id))
		return;
	json_obj(w);
	json_put_str(w, "id", s->id);
	json_put_time(w, "created_at", s->created_at);
	json_put_time(w, "last_seen_at", s->last_seen_at);
	json_put_time(w, "expires_at", s->expires_at);
	json_put_str(w, "from", s->from);
	json_put_str(w, "agent", s->agent);
	json_put_str(w, "method", s->method);
	json_put_bool(w, "current", !strcmp(s->id, r->current));
	json_end(w);
}

enum rc api_session_list(struct api_call *call, struct err *e)
{
	struct session_rows r = {.current = call->actor.session};
	enum rc rc = api_list_begin(&r.list, call, e);

	if (rc != RC_OK)
		return rc;
	rc = session_each(call->core, &call->actor, &r.list.page, session_row,
	    &r, e);
	return api_list_end(&r.list, rc, e);
}

enum rc api_session_end(struct api_call *call, struct err *e)
{
	char id[RAND_ID_SIZE];
	enum rc rc;

	if (!api_param(call, 0, id, sizeof(id)))
		return err_set(e, RC_NOT_FOUND, "not-found",
		    "You have no such session.");
	call->resp->status = 204;
	rc = session_end(call->core, &call->actor, id, e);
	if (rc == RC_OK && call->cookie.n &&
	    (!strcmp(id, "current") || !strcmp(id, call->actor.session)))
		api_cookie_drop(call->resp);
	return rc;
}

enum rc api_session_end_all(struct api_call *call, struct err *e)
{
	enum rc rc = session_end_all(call->core, &call->actor, e);

	call->resp->status = 204;
	if (rc == RC_OK && call->cookie.n)
		api_cookie_drop(call->resp);
	return rc;
}

static void member_row(void *arg, const struct store_member *m)
{
	struct json *w = arg;

	json_obj(w);
	json_put_str(w, "scope", m->scope);
	json_put_str_or_null(w, "id", m->scope_id);
	json_put_str(w, "name", m->name);
	json_put_str(w, "role", m->role);
	json_end(w);
}

static void me_factors(struct json *w, const struct user_factors *f)
{
	json_put_bool(w, "has_password", f->has_password);
	json_put_bool(w, "totp", f->totp);
	json_put_u64(w, "passkeys", f->passkeys);
	json_put_u64(w, "recovery_codes", f->recovery_codes);
}

enum rc api_session_me(struct api_call *call, struct err *e)
{
	char csrf[API_COOKIE_CSRF_SIZE];
	struct user_factors f;
	struct user u;
	struct json w;
	struct buf out;
	enum rc rc = user_get(call->core, call->actor.id, &u, e);

	if (rc == RC_OK)
		rc = user_factors(call->core, u.id, &f, e);
	if (rc != RC_OK)
		return rc;
	api_cookie_csrf(call->cookie, csrf);
	buf_init(&out, SESSION_JSON_MAX * 8);
	json_init(&w, &out);
	json_obj(&w);
	api_session_user(&w, &u);
	json_put_str(&w, "csrf", call->cookie.n ? csrf : NULL);
	me_factors(&w, &f);
	json_key(&w, "memberships");
	json_arr(&w);
	rc = user_memberships(call->core, u.id, member_row, &w, e);
	json_end(&w);
	json_end(&w);
	if (rc == RC_OK)
		api_json(call, 200, &out);
	buf_clear(&out);
	return rc;
}

enum rc api_session_rename(struct api_call *call, struct err *e)
{
	static const char *const fields[] = {"name", NULL};
	const char *name;
	enum rc rc;

	rc = api_fields_only(call, fields, e);
	if (rc == RC_OK)
		rc = api_field_str(call, "name", USER_NAME_MAX, &name, e);
	if (rc == RC_OK)
		rc = user_rename(call->core, &call->actor, name, e);
	return rc == RC_OK ? api_session_me(call, e) : rc;
}

enum rc api_session_password(struct api_call *call, struct err *e)
{
	static const char *const fields[] = {"old", "new", NULL};
	const char *old, *password;
	enum rc rc;

	rc = api_fields_only(call, fields, e);
	if (rc == RC_OK)
		rc = api_field_str(call, "old", 1024, &old, e);
	if (rc == RC_OK)
		rc = api_field_str(call, "new", 1024, &password, e);
	if (rc != RC_OK)
		return rc;
	call->resp->status = 204;
	return user_set_password(call->core, &call->actor, span_str(old),
	    span_str(password), e);
}
