/* Reads what Azure answers; the peer is not trusted.
 * Must not take anything for a success. */
#include "cloud/azure_answer.h"

#include <string.h>

#define WAIT_QUOTA_S 900 /* of a day's quota: nobody says when it is over */

json_t *azure_answer_json(const struct connector_answer *a)
{
	if (a->body.n == 0 || a->body.n > AZURE_ANSWER_MAX)
		return NULL;
	return json_loadb((const char *)a->body.p, a->body.n,
	    JSON_REJECT_DUPLICATES, NULL);
}

enum rc azure_answer_garbage(struct err *e, const char *why)
{
	return err_set(e, RC_INVALID, "cloud-answer",
	    "The cloud's answer makes no sense: %s.", why);
}

void azure_answer_text(const struct connector_answer *a,
    char out[CONNECTOR_TEXT_SIZE])
{
	/* Of the hub, of DPS, of Entra ID. */
	static const char *const names[] = {"Message", "message",
	    "error_description", "ExceptionMessage", "error"};
	json_t *root = azure_answer_json(a);
	const char *text = NULL;
	size_t i;

	for (i = 0; !text && i < sizeof(names) / sizeof(names[0]); i++)
		text = json_string_value(json_object_get(root, names[i]));
	connector_clean(span_str(text), out);
	json_decref(root);
}

enum rc azure_answer_wait(const struct connector_answer *a, enum rc rc,
    const char *who, struct err *e)
{
	char text[CONNECTOR_TEXT_SIZE];

	azure_answer_text(a, text);
	if (rc == RC_LIMIT)
		(void)err_set(e, rc, "cloud-throttles",
		    "%s asks to wait (status %d)%s%s", who, a->status,
		    text[0] ? ": " : ".", text);
	else
		(void)err_set(e, rc, "cloud-status",
		    "%s answered with status %d%s%s", who, a->status,
		    text[0] ? ": " : ".", text);
	if (e)
		e->retry_after_s = connector_retry_after_s(a);
	return rc;
}

/* Also said of quotas that are used up. */
static enum rc forbidden(const char *who, const char *text, struct err *e)
{
	enum rc rc;

	if (!strstr(text, "Quota") && !strstr(text, "TooMany") &&
	    !strstr(text, "MaximumQueue") && !strstr(text, "Limit"))
		return err_set(e, RC_DENIED, "cloud-right-missing",
		    "%s refuses this to the credentials%s%s", who,
		    text[0] ? ": " : ".", text);
	rc = err_set(e, RC_LIMIT, "cloud-quota",
	    "A quota of the cloud is used up (status 403): %s", text);
	if (e)
		e->retry_after_s = WAIT_QUOTA_S;
	return rc;
}

bool azure_answer_lacks_right(const struct connector_answer *a)
{
	char text[CONNECTOR_TEXT_SIZE];

	if (a->status != 401)
		return a->status == 403;
	azure_answer_text(a, text);
	return strstr(text, "is not authorized for") ||
	    strstr(text, "no assigned permissions");
}

enum rc azure_answer_fault(const struct connector_answer *a, const char *who,
    struct err *e)
{
	char text[CONNECTOR_TEXT_SIZE];

	azure_answer_text(a, text);
	if (azure_answer_lacks_right(a))
		return forbidden(who, text, e);
	if (a->status == 401)
		return err_set(e, RC_UNAUTHENTICATED,
		    "cloud-credentials-refused",
		    "%s refused the credentials (status 401)%s%s", who,
		    text[0] ? ": " : ".", text);
	if (a->status == 429)
		return azure_answer_wait(a, RC_LIMIT, who, e);
	if (a->status == 400 || a->status == 413)
		return err_set(e, RC_TOO_LARGE, "cloud-refused-request",
		    "%s refused the request with status %d%s%s", who, a->status,
		    text[0] ? ": " : ".", text);
	if (a->status == 404 || a->status == 408 || a->status >= 500)
		return azure_answer_wait(a, RC_AGAIN, who, e);
	return azure_answer_wait(a, RC_INVALID, who, e);
}

static enum azure_answer_code by_number(json_int_t code)
{
	/* 409001, and of some answers 409. */
	switch (code >= 1000 ? code / 1000 : code) {
	case 404:
		return AZURE_ANSWER_GONE;
	case 409:
		return AZURE_ANSWER_EXISTS;
	case 412:
		return AZURE_ANSWER_OTHER_ETAG;
	case 429:
		return AZURE_ANSWER_THROTTLED;
	case 408:
	case 500:
	case 502:
	case 503:
	case 504:
		return AZURE_ANSWER_BROKEN;
	default:
		return AZURE_ANSWER_WRONG;
	}
}

static enum azure_answer_code by_name(const char *name)
{
	static const struct {
		const char *name;
		enum azure_answer_code code;
	} names[] = {
	    {"DeviceAlreadyExists", AZURE_ANSWER_EXISTS},
	    {"EnrollmentConflict", AZURE_ANSWER_EXISTS},
	    {"GenericConflict", AZURE_ANSWER_EXISTS},
	    {"DeviceNotFound", AZURE_ANSWER_GONE},
	    {"EnrollmentNotFound", AZURE_ANSWER_GONE},
	    {"GenericNotFound", AZURE_ANSWER_GONE},
	    {"EtagDoesNotMatch", AZURE_ANSWER_OTHER_ETAG},
	    {"PreconditionFailed", AZURE_ANSWER_OTHER_ETAG},
	    {"GenericPreconditionFailed", AZURE_ANSWER_OTHER_ETAG},
	    {"ThrottlingException", AZURE_ANSWER_THROTTLED},
	    {"GenericTooManyRequests", AZURE_ANSWER_THROTTLED},
	    {"ThrottleBacklogLimitExceeded", AZURE_ANSWER_THROTTLED},
	    {"ServerError", AZURE_ANSWER_BROKEN},
	    {"GenericServerError", AZURE_ANSWER_BROKEN},
	    {"ServiceUnavailable", AZURE_ANSWER_BROKEN},
	    {"GenericServiceUnavailable", AZURE_ANSWER_BROKEN},
	    {"ServerBusy", AZURE_ANSWER_BROKEN},
	    {"GenericTimeout", AZURE_ANSWER_BROKEN},
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i].name, name) == 0)
			return names[i].code;
	return AZURE_ANSWER_WRONG;
}

enum azure_answer_code azure_answer_code(const json_t *error_code)
{
	if (json_is_integer(error_code))
		return by_number(json_integer_value(error_code));
	if (json_is_string(error_code))
		return by_name(json_string_value(error_code));
	return AZURE_ANSWER_WRONG;
}
