/* Reads and answers what is about one-time codes.
 * Must not decide anything: that is core's work. */
#include <string.h>

#include "api/api_factor.h"
#include "base/json.h"
#include "core/factor.h"

#define FACTOR_JSON_MAX 8192

static enum rc factor_password(struct api_call *call, struct span *password,
    struct err *e)
{
	static const char *const fields[] = {"password", NULL};
	const char *text;
	enum rc rc = api_fields_only(call, fields, e);

	if (rc == RC_OK)
		rc = api_field_str(call, "password", 1024, &text, e);
	if (rc == RC_OK)
		*password = span_str(text);
	return rc;
}

enum rc api_factor_begin(struct api_call *call, struct err *e)
{
	struct factor_secret s;
	struct span password;
	struct json w;
	struct buf out;
	enum rc rc = factor_password(call, &password, e);

	if (rc == RC_OK)
		rc = factor_begin(call->core, &call->actor, password, &s, e);
	if (rc != RC_OK)
		return rc;
	buf_init(&out, FACTOR_JSON_MAX);
	json_init(&w, &out);
	json_obj(&w);
	json_put_str(&w, "secret", s.secret);
	json_put_str(&w, "uri", s.uri);
	json_end(&w);
	api_json(call, 200, &out);
	buf_clear_secret(&out);
	explicit_bzero(&s, sizeof(s));
	return RC_OK;
}

static void factor_codes(struct api_call *call, struct factor_codes *c)
{
	struct json w;
	struct buf out;
	int i;

	buf_init(&out, FACTOR_JSON_MAX);
	json_init(&w, &out);
	json_obj(&w);
	json_key(&w, "codes");
	json_arr(&w);
	for (i = 0; i < FACTOR_CODES; i++)
		json_str(&w, c->code[i]);
	json_end(&w);
	json_end(&w);
	api_json(call, 200, &out);
	buf_clear_secret(&out);
	explicit_bzero(c, sizeof(*c));
}

enum rc api_factor_confirm(struct api_call *call, struct err *e)
{
	static const char *const fields[] = {"code", NULL};
	struct factor_codes c;
	const char *code;
	enum rc rc;

	rc = api_fields_only(call, fields, e);
	if (rc == RC_OK)
		rc = api_field_str(call, "code", 32, &code, e);
	if (rc == RC_OK)
		rc = factor_confirm(call->core, &call->actor, code, &c, e);
	if (rc == RC_OK)
		factor_codes(call, &c);
	return rc;
}

enum rc api_factor_remove(struct api_call *call, struct err *e)
{
	struct span password;
	enum rc rc = factor_password(call, &password, e);

	if (rc != RC_OK)
		return rc;
	call->resp->status = 204;
	return factor_remove(call->core, &call->actor, password, e);
}

enum rc api_factor_renew(struct api_call *call, struct err *e)
{
	struct factor_codes c;
	struct span password;
	enum rc rc = factor_password(call, &password, e);

	if (rc == RC_OK)
		rc = factor_renew(call->core, &call->actor, password, &c, e);
	if (rc == RC_OK)
		factor_codes(call, &c);
	return rc;
}
