/* Reads which devices a gate has let in.
 * Must not answer which of them are known. */
#include "api/api_sighting.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "core/sighting.h"

static enum rc bad(struct err *e)
{
	return err_set(e, RC_INVALID, "bad-field",
	    "The field \"devices\" must be a list of at most %d objects, each "
	    "with the fields \"fp\" (64 hexadecimal digits) and \"at\" (a "
	    "time).",
	    SIGHTING_REPORT_MAX);
}

static bool read_one(json_t *item, struct sighting_report *out)
{
	json_t *fp = json_object_get(item, "fp");
	json_t *at = json_object_get(item, "at");
	size_t n = 0;

	return json_is_string(fp) && json_is_string(at) &&
	    json_object_size(item) == 2 &&
	    enc_unhex(span_str(json_string_value(fp)), out->fp, &n,
		sizeof(out->fp)) &&
	    n == sizeof(out->fp) &&
	    clock_parse(span_str(json_string_value(at)), &out->at_s);
}

enum rc api_sighting_report(struct api_call *call, struct err *e)
{
	static const char *const fields[] = {"devices", NULL};
	struct sighting_report *list = NULL;
	char cloud[RAND_ID_SIZE];
	json_t *devices;
	size_t i, n = 0;
	enum rc rc = api_fields_only(call, fields, e);

	if (rc == RC_OK && !api_param(call, 1, cloud, sizeof(cloud)))
		rc = err_set(e, RC_NOT_FOUND, "cloud-unknown",
		    "The account has no product cloud of this id.");
	if (rc != RC_OK)
		return rc;
	devices = json_object_get(call->body, "devices");
	n = json_array_size(devices);
	if (!json_is_array(devices) || n > SIGHTING_REPORT_MAX)
		return bad(e);
	list = calloc(n + 1, sizeof(*list));
	if (!list)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	for (i = 0; rc == RC_OK && i < n; i++)
		if (!read_one(json_array_get(devices, i), &list[i]))
			rc = bad(e);
	if (rc == RC_OK)
		rc = sighting_take(call->core, &call->actor, cloud, list, n, e);
	free(list);
	if (rc == RC_OK)
		call->resp->status = 204;
	return rc;
}
