/* Reads and answers what is about members and invitations.
 * Must not decide anything: that is core's work. */
#include <string.h>

#include "api/api_list.h"
#include "api/api_member.h"
#include "api/api_session.h"
#include "core/invite.h"

static void member_row(void *arg, const struct store_member *m)
{
	struct api_list *l = arg;
	struct json *w = &l->json;

	if (!api_list_row(l, m->user))
		return;
	json_obj(w);
	json_put_str(w, "user", m->user);
	json_put_str(w, "email", m->email);
	json_put_str(w, "name", m->name);
	json_put_str(w, "role", m->role);
	json_put_time(w, "since", m->since);
	json_end(w);
}

enum rc api_member_list(struct api_call *call, struct err *e)
{
	struct api_list l;
	enum rc rc = api_list_begin(&l, call, e);

	if (rc != RC_OK)
		return rc;
	rc = user_members(call->core, &call->actor, &l.page, member_row, &l, e);
	return api_list_end(&l, rc, e);
}

/* The second path parameter: the first is the account or vendor. */
static enum rc member_param(struct api_call *call, char id[RAND_ID_SIZE],
    struct err *e)
{
	if (api_param(call, 1, id, RAND_ID_SIZE))
		return RC_OK;
	return err_set(e, RC_NOT_FOUND, "not-found", "There is no such id.");
}

static enum rc member_role(struct api_call *call, enum core_role *role,
    struct err *e)
{
	const char *name;
	enum rc rc = api_field_str(call, "role", 32, &name, e);

	if (rc == RC_OK)
		*role = core_role_of(span_str(name));
	return rc;
}

enum rc api_member_update(struct api_call *call, struct err *e)
{
	static const char *const fields[] = {"role", NULL};
	char id[RAND_ID_SIZE];
	enum core_role role;
	enum rc rc;

	rc = member_param(call, id, e);
	if (rc == RC_OK)
		rc = api_fields_only(call, fields, e);
	if (rc == RC_OK)
		rc = member_role(call, &role, e);
	if (rc != RC_OK)
		return rc;
	call->resp->status = 204;
	return user_set_role(call->core, &call->actor, id, role, e);
}

enum rc api_member_remove(struct api_call *call, struct err *e)
{
	char id[RAND_ID_SIZE];
	enum rc rc = member_param(call, id, e);

	if (rc != RC_OK)
		return rc;
	call->resp->status = 204;
	return user_remove(call->core, &call->actor, id, e);
}

static enum rc member_invited(struct api_call *call,
    const struct invite_wish *w, struct err *e)
{
	struct invite_new n;
	struct json j;
	struct buf out;
	enum rc rc = invite_create(call->core, &call->actor, w, &n, e);

	if (rc != RC_OK)
		return rc;
	buf_init(&out, 4096);
	json_init(&j, &out);
	json_obj(&j);
	json_put_str(&j, "id", n.id);
	json_put_str(&j, "token", n.token);
	json_put_time(&j, "expires_at", n.expires_at);
	json_end(&j);
	api_json(call, 201, &out);
	buf_clear_secret(&out);
	explicit_bzero(&n, sizeof(n));
	return RC_OK;
}

enum rc api_member_invite(struct api_call *call, struct err *e)
{
	static const char *const fields[] = {"email", "role", NULL};
	struct invite_wish w = {.scope = call->actor.scope,
	    .scope_id = call->actor.scope_id};
	enum rc rc;

	rc = api_fields_only(call, fields, e);
	if (rc == RC_OK)
		rc = api_field_str(call, "email", USER_EMAIL_MAX, &w.email, e);
	if (rc == RC_OK)
		rc = member_role(call, &w.role, e);
	return rc == RC_OK ? member_invited(call, &w, e) : rc;
}

enum rc api_member_invite_service(struct api_call *call, struct err *e)
{
	static const char *const fields[] = {"email", "scope", "id", "role",
	    NULL};
	struct invite_wish w = {0};
	const char *scope, *id;
	enum rc rc;

	rc = api_fields_only(call, fields, e);
	if (rc == RC_OK)
		rc = api_field_str(call, "email", USER_EMAIL_MAX, &w.email, e);
	if (rc == RC_OK)
		rc = api_field_str(call, "scope", 16, &scope, e);
	if (rc == RC_OK)
		rc = api_field_str_opt(call, "id", RAND_ID_SIZE - 1, &id, e);
	if (rc == RC_OK)
		rc = member_role(call, &w.role, e);
	if (rc != RC_OK)
		return rc;
	if (!strcmp(scope, "account"))
		w.scope = CORE_SCOPE_ACCOUNT;
	else if (!strcmp(scope, "vendor"))
		w.scope = CORE_SCOPE_VENDOR;
	else if (!strcmp(scope, "service"))
		w.scope = CORE_SCOPE_SERVICE;
	if (w.scope == CORE_SCOPE_NONE ||
	    (w.scope == CORE_SCOPE_SERVICE) != !id)
		return err_set(e, RC_INVALID, "bad-scope",
		    "scope has to be account or vendor, each with its id, or "
		    "service without one.");
	w.scope_id = id ? id : "";
	return member_invited(call, &w, e);
}

static void invite_row(void *arg, const struct store_invite *i)
{
	struct api_list *l = arg;
	struct json *w = &l->json;

	if (!api_list_row(l, i->id))
		return;
	json_obj(w);
	json_put_str(w, "id", i->id);
	json_put_str(w, "email", i->email);
	json_put_str(w, "role", i->role);
	json_put_str(w, "created_by", i->created_by);
	json_put_time(w, "created_at", i->created_at);
	json_put_time(w, "expires_at", i->expires_at);
	json_end(w);
}

enum rc api_member_invitations(struct api_call *call, struct err *e)
{
	struct api_list l;
	enum rc rc = api_list_begin(&l, call, e);

	if (rc != RC_OK)
		return rc;
	rc = invite_each(call->core, &call->actor, &l.page, invite_row, &l, e);
	return api_list_end(&l, rc, e);
}

enum rc api_member_uninvite(struct api_call *call, struct err *e)
{
	char id[RAND_ID_SIZE];
	enum rc rc = member_param(call, id, e);

	if (rc != RC_OK)
		return rc;
	call->resp->status = 204;
	return invite_remove(call->core, &call->actor, id, e);
}

static enum rc accept_read(struct api_call *call, struct invite_answer *a,
    struct err *e)
{
	static const char *const fields[] = {"token", "password", "name", NULL};
	const char *password = NULL;
	enum rc rc;

	rc = api_fields_only(call, fields, e);
	if (rc == RC_OK)
		rc = api_field_str(call, "token", INVITE_TOKEN_SIZE - 1,
		    &a->token, e);
	if (rc == RC_OK)
		rc = api_field_str_opt(call, "password", 1024, &password, e);
	if (rc == RC_OK)
		rc =
		    api_field_str_opt(call, "name", USER_NAME_MAX, &a->name, e);
	a->password = span_str(password);
	return rc;
}

enum rc api_member_accept(struct api_call *call, struct err *e)
{
	struct invite_answer a = {0};
	struct invite_accepted got;
	struct json w;
	struct buf out;
	enum rc rc = accept_read(call, &a, e);

	if (rc == RC_OK)
		rc = invite_accept(call->core, &call->actor, &a, &got, e);
	if (rc != RC_OK)
		return rc;
	buf_init(&out, 4096);
	json_init(&w, &out);
	json_obj(&w);
	api_session_user(&w, &got.user);
	json_put_str(&w, "scope", got.scope);
	json_put_str_or_null(&w, "scope_id", got.scope_id);
	json_put_str(&w, "role", got.role);
	json_end(&w);
	api_json(call, 200, &out);
	buf_clear(&out);
	return RC_OK;
}
