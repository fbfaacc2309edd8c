/* Reads and answers what is about resets and links.
 * Must not decide anything: that is core's work. */
#include <string.h>

#include "api/api_reset.h"
#include "base/json.h"
#include "core/invite.h"
#include "core/reset.h"

#define RESET_JSON_MAX 4096

static void reset_made(struct api_call *call, struct reset_new *n)
{
	struct json w;
	struct buf out;

	buf_init(&out, RESET_JSON_MAX);
	json_init(&w, &out);
	json_obj(&w);
	json_put_str(&w, "token", n->token);
	json_put_time(&w, "expires_at", n->expires_at);
	json_end(&w);
	api_json(call, 201, &out);
	buf_clear_secret(&out);
	explicit_bzero(n, sizeof(*n));
}

enum rc api_reset_member(struct api_call *call, struct err *e)
{
	static const char *const fields[] = {"remove_factors", NULL};
	char user[RAND_ID_SIZE];
	struct reset_new n;
	bool remove = false;
	enum rc rc;

	if (!api_param(call, 1, user, sizeof(user)))
		return err_set(e, RC_NOT_FOUND, "not-found",
		    "There is no such user.");
	rc = api_fields_only(call, fields, e);
	if (rc == RC_OK)
		rc = api_field_bool_opt(call, "remove_factors", false, &remove,
		    e);
	if (rc == RC_OK)
		rc =
		    reset_member(call->core, &call->actor, user, remove, &n, e);
	if (rc == RC_OK)
		reset_made(call, &n);
	return rc;
}

enum rc api_reset_user(struct api_call *call, struct err *e)
{
	static const char *const fields[] = {"email", "remove_factors", NULL};
	const char *email;
	struct reset_new n;
	bool remove = false;
	enum rc rc;

	rc = api_fields_only(call, fields, e);
	if (rc == RC_OK)
		rc = api_field_str(call, "email", USER_EMAIL_MAX, &email, e);
	if (rc == RC_OK)
		rc = api_field_bool_opt(call, "remove_factors", false, &remove,
		    e);
	if (rc == RC_OK)
		rc = reset_user(call->core, &call->actor, email, remove, &n, e);
	if (rc == RC_OK)
		reset_made(call, &n);
	return rc;
}

static enum rc link_token(struct api_call *call, const char **token,
    struct err *e)
{
	static const char *const fields[] = {"token", NULL};
	enum rc rc = api_fields_only(call, fields, e);

	return rc == RC_OK ? api_field_str(call, "token", 128, token, e) : rc;
}

enum rc api_reset_preview(struct api_call *call, struct err *e)
{
	char email[USER_EMAIL_MAX + 1];
	const char *token;
	struct json w;
	struct buf out;
	enum rc rc = link_token(call, &token, e);

	if (rc == RC_OK)
		rc = reset_preview(call->core, &call->actor, token, email, e);
	if (rc != RC_OK)
		return rc;
	buf_init(&out, RESET_JSON_MAX);
	json_init(&w, &out);
	json_obj(&w);
	json_put_str(&w, "email", email);
	json_end(&w);
	api_json(call, 200, &out);
	buf_clear(&out);
	return RC_OK;
}

enum rc api_reset_accept(struct api_call *call, struct err *e)
{
	static const char *const fields[] = {"token", "password", NULL};
	const char *token, *password;
	enum rc rc;

	rc = api_fields_only(call, fields, e);
	if (rc == RC_OK)
		rc = api_field_str(call, "token", 128, &token, e);
	if (rc == RC_OK)
		rc = api_field_str(call, "password", 1024, &password, e);
	if (rc != RC_OK)
		return rc;
	call->resp->status = 204;
	return reset_accept(call->core, &call->actor, token, span_str(password),
	    e);
}

enum rc api_reset_invitation(struct api_call *call, struct err *e)
{
	struct invite_preview p;
	const char *token;
	struct json w;
	struct buf out;
	enum rc rc = link_token(call, &token, e);

	if (rc == RC_OK)
		rc = invite_preview(call->core, &call->actor, token, &p, e);
	if (rc != RC_OK)
		return rc;
	buf_init(&out, RESET_JSON_MAX);
	json_init(&w, &out);
	json_obj(&w);
	json_put_str(&w, "email", p.email);
	json_put_str(&w, "scope", p.scope);
	json_put_str(&w, "name", p.name);
	json_put_str(&w, "role", p.role);
	json_put_bool(&w, "known", p.known);
	json_end(&w);
	api_json(call, 200, &out);
	buf_clear(&out);
	return RC_OK;
}
