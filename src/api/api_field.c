/* Reads the fields of a request's JSON body, with types and limits.
 * Must not know what a field means. */
#include <string.h>

#include "api/api.h"

/* The body as an object; a body of another media type is its own fault. */
static enum rc field_get(struct api_call *call, const char *name, json_t **out,
    struct err *e)
{
	*out = NULL;
	if (!call->body && call->req->body.n > 0)
		return err_set(e, RC_INVALID, "media-type",
		    "Send the body as application/json.");
	if (call->body)
		*out = json_object_get(call->body, name);
	if (json_is_null(*out))
		*out = NULL;
	return RC_OK;
}

enum rc api_field_str_opt(struct api_call *call, const char *name, size_t max,
    const char **out, struct err *e)
{
	json_t *v;
	enum rc rc = field_get(call, name, &v, e);

	*out = NULL;
	if (rc != RC_OK || !v)
		return rc;
	if (!json_is_string(v))
		return err_set(e, RC_INVALID, "field-type",
		    "The field \"%s\" has to be a string.", name);
	if (json_string_length(v) > max)
		return err_set(e, RC_INVALID, "field-too-long",
		    "The field \"%s\" is longer than %zu bytes.", name, max);
	if (strlen(json_string_value(v)) != json_string_length(v))
		return err_set(e, RC_INVALID, "field-type",
		    "The field \"%s\" holds a NUL character.", name);
	*out = json_string_value(v);
	return RC_OK;
}

enum rc api_field_str(struct api_call *call, const char *name, size_t max,
    const char **out, struct err *e)
{
	enum rc rc = api_field_str_opt(call, name, max, out, e);

	if (rc == RC_OK && (!*out || !**out))
		return err_set(e, RC_INVALID, "field-missing",
		    "The field \"%s\" is needed.", name);
	return rc;
}

enum rc api_field_u64_opt(struct api_call *call, const char *name, uint64_t max,
    uint64_t fallback, uint64_t *out, struct err *e)
{
	json_t *v;
	enum rc rc = field_get(call, name, &v, e);

	*out = fallback;
	if (rc != RC_OK || !v)
		return rc;
	if (!json_is_integer(v) || json_integer_value(v) < 0 ||
	    (uint64_t)json_integer_value(v) > max)
		return err_set(e, RC_INVALID, "field-type",
		    "The field \"%s\" has to be a whole number from 0 to %llu.",
		    name, (unsigned long long)max);
	*out = (uint64_t)json_integer_value(v);
	return RC_OK;
}

enum rc api_field_bool_opt(struct api_call *call, const char *name,
    bool fallback, bool *out, struct err *e)
{
	json_t *v;
	enum rc rc = field_get(call, name, &v, e);

	*out = fallback;
	if (rc != RC_OK || !v)
		return rc;
	if (!json_is_boolean(v))
		return err_set(e, RC_INVALID, "field-type",
		    "The field \"%s\" has to be true or false.", name);
	*out = json_is_true(v);
	return RC_OK;
}
