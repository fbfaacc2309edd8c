/* Reads what an interop receiver answers; the peer is not trusted.
 * Must not take anything for a success but the word itself. */
#include "cloud/cloud_kind_answer.h"

#include <jansson.h>
#include <string.h>

static enum rc garbage(struct err *e, const char *why)
{
	return err_set(e, RC_INVALID, "cloud-answer",
	    "The cloud's answer makes no sense: %s.", why);
}

static json_t *load(struct span body)
{
	if (body.n == 0 || body.n > CLOUD_KIND_ANSWER_MAX)
		return NULL;
	return json_loadb((const char *)body.p, body.n, JSON_REJECT_DUPLICATES,
	    NULL);
}

/* Cuts between characters; jansson has checked the UTF-8. */
static void clean(const char *s, char *out, size_t cap)
{
	size_t i, n = strlen(s);

	if (n > cap - 1) {
		n = cap - 1;
		while (n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80)
			n--;
	}
	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		out[i] = c < 0x20 || c == 0x7f ? ' ' : s[i];
	}
	out[n] = '\0';
}

static size_t find_device(const struct cloud_kind_device *devices, size_t n,
    const char *ref)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(devices[i].ref, ref) == 0)
			return i;
	return n;
}

static enum rc read_status(json_t *item, struct cloud_kind_outcome *out,
    struct err *e)
{
	const char *status = json_string_value(json_object_get(item, "status"));
	json_t *message = json_object_get(item, "message");

	if (!status)
		return garbage(e, "an item has no status");
	out->ok = strcmp(status, "SUCCESS") == 0;
	out->message[0] = '\0';
	if (out->ok)
		return RC_OK;
	if (strcmp(status, "ERROR") != 0)
		return garbage(e, "a status is neither SUCCESS nor ERROR");
	if (message && !json_is_string(message) && !json_is_null(message))
		return garbage(e, "a message is not a string");
	clean(json_is_string(message) ? json_string_value(message)
				      : "The cloud gave no reason.",
	    out->message, sizeof(out->message));
	return RC_OK;
}

static enum rc read_item(json_t *item, const struct cloud_kind_device *devices,
    size_t n, bool *seen, struct cloud_kind_outcome *out, struct err *e)
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

enum rc cloud_kind_answer_provision(struct span body,
    const struct cloud_kind_device *devices, size_t n,
    struct cloud_kind_outcome *out, struct err *e)
{
	bool seen[CLOUD_KIND_DEVICES_MAX] = {false};
	json_t *root = load(body);
	size_t i;
	enum rc rc = RC_OK;

	if (n > CLOUD_KIND_DEVICES_MAX)
		rc = err_set(e, RC_BUG, "too-many-devices",
		    "More devices were sent than one call may carry.");
	else if (!root)
		rc = garbage(e, "it is not JSON");
	else if (!json_is_array(root))
		rc = garbage(e, "it is not an array");
	else if (json_array_size(root) != n)
		rc = garbage(e,
		    "it has another number of items than "
		    "certificates were sent");
	for (i = 0; rc == RC_OK && i < n; i++)
		rc = read_item(json_array_get(root, i), devices, n, seen, out,
		    e);
	json_decref(root);
	return rc;
}

enum rc cloud_kind_answer_info(struct span body, struct err *e)
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

void cloud_kind_answer_error(struct span body, char *out, size_t cap)
{
	json_t *root = load(body);
	const char *text = json_string_value(json_object_get(root, "error"));

	clean(text ? text : "", out, cap);
	json_decref(root);
}
