/* Reads and answers what is about API tokens.
 * Must not show a token but once, when it is made. */
#include <string.h>

#include "api/api_list.h"
#include "api/api_token.h"
#include "core/token.h"

#define TOKEN_DAYS_DEFAULT 90

static void token_row(void *arg, const struct store_token *t)
{
	struct api_list *l = arg;
	struct json *w = &l->json;

	if (!api_list_row(l, t->id))
		return;
	json_obj(w);
	json_put_str(w, "id", t->id);
	json_put_str(w, "name", t->name);
	json_put_str(w, "role", t->role);
	json_put_str(w, "created_by", t->created_by);
	json_put_time(w, "created_at", t->created_at);
	json_put_time(w, "expires_at", t->expires_at);
	json_put_time(w, "last_used_at", t->last_used_at);
	json_put_time(w, "revoked_at", t->revoked_at);
	json_end(w);
}

enum rc api_token_list(struct api_call *call, struct err *e)
{
	struct api_list l;
	enum rc rc = api_list_begin(&l, call, e);

	if (rc != RC_OK)
		return rc;
	rc = token_each(call->core, &call->actor, &l.page, token_row, &l, e);
	return api_list_end(&l, rc, e);
}

static enum rc token_read(struct api_call *call, struct token_wish *w,
    struct err *e)
{
	static const char *const fields[] = {"name", "role", "expires_in_days",
	    NULL};
	const char *role;
	uint64_t days;
	enum rc rc;

	rc = api_fields_only(call, fields, e);
	if (rc == RC_OK)
		rc = api_field_str(call, "name", TOKEN_NAME_MAX, &w->name, e);
	if (rc == RC_OK)
		rc = api_field_str(call, "role", 32, &role, e);
	if (rc == RC_OK)
		rc = api_field_u64_opt(call, "expires_in_days", TOKEN_DAYS_MAX,
		    TOKEN_DAYS_DEFAULT, &days, e);
	if (rc == RC_OK) {
		w->role = core_role_of(span_str(role));
		w->days = (unsigned int)days;
	}
	return rc;
}

enum rc api_token_create(struct api_call *call, struct err *e)
{
	struct token_wish wish = {0};
	struct token_new n;
	struct json w;
	struct buf out;
	enum rc rc = token_read(call, &wish, e);

	if (rc == RC_OK)
		rc = token_create(call->core, &call->actor, &wish, &n, e);
	if (rc != RC_OK)
		return rc;
	buf_init(&out, 4096);
	json_init(&w, &out);
	json_obj(&w);
	json_put_str(&w, "id", n.id);
	json_put_str(&w, "token", n.token);
	json_put_str(&w, "name", wish.name);
	json_put_str(&w, "role", core_role_name(wish.role));
	json_put_time(&w, "expires_at", n.expires_at);
	json_end(&w);
	api_json(call, 201, &out);
	buf_clear_secret(&out);
	explicit_bzero(&n, sizeof(n));
	return RC_OK;
}

enum rc api_token_revoke(struct api_call *call, struct err *e)
{
	char id[RAND_ID_SIZE];

	if (!api_param(call, 1, id, sizeof(id)))
		return err_set(e, RC_NOT_FOUND, "not-found",
		    "There is no such token.");
	call->resp->status = 204;
	return token_revoke(call->core, &call->actor, id, e);
}
