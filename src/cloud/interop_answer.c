/* Reads what an interop receiver answers; the peer is not trusted.
 * Must not take anything for a success but the word itself. */
#include "cloud/interop_answer.h"

#include <string.h>

static enum rc garbage(struct err *e, const char *why)
{
	return err_set(e, RC_INVALID, "cloud-answer",
	    "The cloud's answer makes no sense: %s.", why);
}

static json_t *load(struct span body)
{
	if (body.n == 0 || body.n > INTEROP_ANSWER_MAX)
		return NULL;
	return json_loadb((const char *)body.p, body.n, JSON_REJECT_DUPLICATES,
	    NULL);
}

static bool was_sent(const struct connector_device *d)
{
	return d->want == CONNECTOR_ADMIT;
}

static size_t find_device(const struct connector_device *devices, size_t n,
    const char *ref)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (was_sent(&devices[i]) && strcmp(devices[i].ref, ref) == 0)
			return i;
	return n;
}

/* The protocol does not tell what was new from what was there. */
static enum rc read_status(json_t *item, struct connector_outcome *out,
    struct err *e)
{
	const char *status = json_string_value(json_object_get(item, "status"));
	json_t *message = json_object_get(item, "message");

	if (!status)
		return garbage(e, "an item has no status");
	out->message[0] = '\0';
	out->result = CONNECTOR_CREATED;
	if (strcmp(status, "SUCCESS") == 0)
		return RC_OK;
	out->result = CONNECTOR_REFUSED;
	if (strcmp(status, "ERROR") != 0)
		return garbage(e, "a status is neither SUCCESS nor ERROR");
	if (message && !json_is_string(message) && !json_is_null(message))
		return garbage(e, "a message is not a string");
	connector_clean(span_str(json_is_string(message)
				? json_string_value(message)
				: "The cloud gave no reason."),
	    out->message);
	return RC_OK;
}

static enum rc read_item(json_t *item, const struct connector_device *devices,
    size_t n, bool *seen, struct connector_outcome *out, struct err *e)
{
	const char *ref = json_string_value(json_object_get(item, "ref"));
	size_t i;

	if (!ref)
		return garbage(e, "an item has no ref");
	i = find_device(devices, n, ref);
	if (i == n)
		return garbage(e, "a ref was never sent");
	if (seen[i])
		return garbage(e, "a ref stands there twice");
	seen[i] = true;
	return read_status(item, &out[i], e);
}

enum rc interop_answer_provision(struct span body,
    const struct connector_device *devices, size_t n,
    struct connector_outcome *out, struct err *e)
{
	bool seen[INTEROP_ANSWER_DEVICES_MAX] = {false};
	json_t *root = load(body);
	size_t i, sent = 0;
	enum rc rc = RC_OK;

	for (i = 0; i < n; i++)
		sent += was_sent(&devices[i]);
	if (n > INTEROP_ANSWER_DEVICES_MAX)
		rc = err_set(e, RC_BUG, "too-many-devices",
		    "More devices were sent than one call may carry.");
	else if (!root)
		rc = garbage(e, "it is not JSON");
	else if (!json_is_array(root))
		rc = garbage(e, "it is not an array");
	else if (json_array_size(root) != sent)
		rc = garbage(e,
		    "it has another number of items than "
		    "certificates were sent");
	for (i = 0; rc == RC_OK && i < sent; i++)
		rc = read_item(json_array_get(root, i), devices, n, seen, out,
		    e);
	json_decref(root);
	return rc;
}

enum rc interop_answer_info(struct span body, struct err *e)
{
	json_t *root = load(body);
	const char *action = json_string_value(json_object_get(root, "action"));
	json_t *version = json_object_get(root, "compatibilityVersion");
	enum rc rc = RC_OK;

	if (!root)
		rc = garbage(e, "it is not JSON");
	else if (!action || strcmp(action, "info") != 0)
		rc = garbage(e, "it does not answer the action \"info\"");
	else if (!json_is_integer(version))
		rc = garbage(e, "it has no compatibilityVersion");
	else if (json_integer_value(version) != 1)
		rc = err_set(e, RC_INVALID, "cloud-version",
		    "The cloud speaks version %lld of the protocol; this "
		    "service speaks 1.",
		    (long long)json_integer_value(version));
	json_decref(root);
	return rc;
}

void interop_answer_error(struct span body, char out[CONNECTOR_TEXT_SIZE])
{
	json_t *root = load(body);
	const char *text = json_string_value(json_object_get(root, "error"));

	connector_clean(span_str(text), out);
	json_decref(root);
}
