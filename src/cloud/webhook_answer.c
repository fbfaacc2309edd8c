/* The words of a webhook's receiver: outcomes of devices, and statuses.
 * Must not take for done what does not say so. */
#include "cloud/webhook_answer.h"

#include <string.h>

static enum rc garbage(struct err *e, const char *why)
{
	return err_set(e, RC_INVALID, "cloud-answer",
	    "The receiver's answer makes no sense: %s.  It is to be empty, or "
	    "JSON with \"devices\".",
	    why);
}

static json_t *load(struct span body)
{
	if (body.n == 0 || body.n > WEBHOOK_ANSWER_MAX)
		return NULL;
	return json_loadb((const char *)body.p, body.n, JSON_REJECT_DUPLICATES,
	    NULL);
}

/* What "done as asked" is of this one. */
static enum connector_result done_of(const struct connector_device *d)
{
	switch (d->want) {
	case CONNECTOR_ADMIT:
		return CONNECTOR_CREATED;
	case CONNECTOR_SUSPEND:
		return CONNECTOR_CHANGED;
	case CONNECTOR_REMOVE:
		break;
	}
	return CONNECTOR_REMOVED;
}

enum {
	ADMIT = 1 << CONNECTOR_ADMIT,
	SUSPEND = 1 << CONNECTOR_SUSPEND,
	REMOVE = 1 << CONNECTOR_REMOVE
};

static const struct {
	const char *word;
	enum connector_result result;
	unsigned int to; /* what it can be the answer to */
} results[] = {
    {"created", CONNECTOR_CREATED, ADMIT | SUSPEND},
    {"same", CONNECTOR_SAME, ADMIT | SUSPEND | REMOVE},
    {"changed", CONNECTOR_CHANGED, ADMIT | SUSPEND},
    {"removed", CONNECTOR_REMOVED, SUSPEND | REMOVE},
    {"conflict", CONNECTOR_CONFLICT, ADMIT | SUSPEND | REMOVE},
    {"refused", CONNECTOR_REFUSED, ADMIT | SUSPEND | REMOVE},
};

static enum rc read_message(json_t *item, struct connector_outcome *out,
    struct err *e)
{
	json_t *message = json_object_get(item, "message");

	if (message && !json_is_string(message) && !json_is_null(message))
		return garbage(e, "a message is not a string");
	out->message[0] = '\0';
	if (out->result != CONNECTOR_CONFLICT &&
	    out->result != CONNECTOR_REFUSED)
		return RC_OK;
	connector_clean(span_str(json_is_string(message)
				? json_string_value(message)
				: "The receiver gave no reason."),
	    out->message);
	return RC_OK;
}

static enum rc read_result(json_t *item, const struct connector_device *d,
    struct connector_outcome *out, struct err *e)
{
	const char *word = json_string_value(json_object_get(item, "result"));
	size_t i, n = sizeof(results) / sizeof(results[0]);

	for (i = 0; word && i < n && strcmp(results[i].word, word) != 0;)
		i++;
	if (!word || i == n)
		return garbage(e, "a result is none of its words");
	if (!(results[i].to & (1u << d->want)))
		return garbage(e,
		    "a result is the opposite of what was asked for");
	out->result = results[i].result;
	return read_message(item, out, e);
}

static bool is_named(json_t *item, const struct connector_device *d)
{
	const char *fp =
	    json_string_value(json_object_get(item, "fingerprint"));
	const char *id = json_string_value(json_object_get(item, "device"));

	return (fp || id) && (!fp || strcmp(fp, d->ref) == 0) &&
	    (!id || strcmp(id, d->chip_id) == 0);
}

static enum rc read_item(json_t *item, const struct connector_device *devices,
    size_t n, bool *seen, struct connector_outcome *out, struct err *e)
{
	size_t i, at = n;

	for (i = 0; i < n; i++) {
		if (!is_named(item, &devices[i]))
			continue;
		if (at < n)
			return garbage(e,
			    "two devices have this name; its fingerprint says "
			    "which is meant");
		at = i;
	}
	if (at == n)
		return garbage(e, "a device was never sent");
	if (seen[at])
		return garbage(e, "a device stands there twice");
	seen[at] = true;
	return read_result(item, &devices[at], &out[at], e);
}

static void all_done(const struct connector_device *devices, size_t n,
    struct connector_outcome *out)
{
	size_t i;

	for (i = 0; i < n; i++)
		out[i] =
		    (struct connector_outcome){.result = done_of(&devices[i])};
}

enum rc webhook_answer_devices(struct span body,
    const struct connector_device *devices, size_t n,
    struct connector_outcome *out, struct err *e)
{
	bool seen[WEBHOOK_ANSWER_DEVICES_MAX] = {false};
	json_t *root, *list;
	enum rc rc = RC_OK;
	size_t i;

	if (n > WEBHOOK_ANSWER_DEVICES_MAX)
		return err_set(e, RC_BUG, "too-many-devices",
		    "More devices were sent than one event may carry.");
	all_done(devices, n, out);
	if (span_trim(body).n == 0)
		return RC_OK;
	root = load(body);
	list = json_object_get(root, "devices");
	if (!root)
		rc = garbage(e, "it is not JSON");
	else if (!json_is_array(list))
		rc = garbage(e, "it has no list of devices");
	else if (json_array_size(list) > n)
		rc = garbage(e, "it has more devices than were sent");
	for (i = 0; rc == RC_OK && i < json_array_size(list); i++)
		rc = read_item(json_array_get(list, i), devices, n, seen, out,
		    e);
	json_decref(root);
	return rc;
}

/* ": " and what it said, in one of the forms that are about. */
static void words(const struct connector_answer *a,
    char out[CONNECTOR_TEXT_SIZE])
{
	static const char *const names[] = {"message", "detail", "error",
	    "title"};
	json_t *root = load(a->body);
	const char *text = NULL;
	size_t i;

	for (i = 0; !text && i < sizeof(names) / sizeof(names[0]); i++)
		text = json_string_value(json_object_get(root, names[i]));
	connector_clean(span_str(text), out);
	json_decref(root);
}

static enum rc class_of(const struct connector_answer *a, const char **slug)
{
	switch (a->status) {
	case 401:
		*slug = "cloud-credentials-refused";
		return RC_UNAUTHENTICATED;
	case 403:
		*slug = "cloud-denied";
		return RC_DENIED;
	case 410:
		*slug = "cloud-gone";
		return RC_DENIED;
	case 409:
		*slug = "cloud-conflict";
		return RC_CONFLICT;
	case 400:
	case 413:
	case 422:
		*slug = "cloud-refused-request";
		return RC_TOO_LARGE;
	case 429:
		*slug = "cloud-throttles";
		return RC_LIMIT;
	default:
		*slug = "cloud-status";
		break;
	}
	if (a->status == 503 && connector_retry_after_s(a) > 0)
		return RC_LIMIT;
	return a->status == 408 || a->status == 425 || a->status >= 500
	    ? RC_AGAIN
	    : RC_INVALID;
}

static const char *advice(int status)
{
	if (status >= 300 && status < 400)
		return "; redirects are not followed: set the address itself";
	if (status == 401)
		return "; check its bearer token, and that it takes this "
		       "account's key";
	if (status == 404 || status == 405)
		return "; check the address";
	if (status == 410)
		return ": it says that it is gone for good; set the address "
		       "anew or delete the cloud";
	return "";
}

enum rc webhook_answer_status(const struct connector_answer *a, struct err *e)
{
	char text[CONNECTOR_TEXT_SIZE];
	const char *slug;
	enum rc rc;

	if (a->status >= 200 && a->status < 300)
		return RC_OK;
	rc = class_of(a, &slug);
	words(a, text);
	rc =
	    err_set(e, rc, slug, "The receiver answered with status %d%s%s%s%s",
		a->status, advice(a->status), text[0] ? ": \"" : ".", text,
		text[0] ? "\"" : "");
	if (e)
		e->retry_after_s = connector_retry_after_s(a);
	return rc;
}
