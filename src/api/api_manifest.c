/* Streams the manifest of a bound batch.
 * Must not hold it in memory. */
#include "api/api_manifest.h"

#include <string.h>

#include "core/export.h"

static enum rc source_read(void *state, struct buf *out, struct err *e)
{
	return export_read(state, out, e);
}

static void source_free(void *state)
{
	export_free(state);
}

static const struct http_source source = {source_read, source_free};

static enum rc read_query(struct api_call *call, struct export_request *r,
    struct err *e)
{
	char text[16];

	r->form = MANIFEST_CSV;
	if (http_query(call->req, "form", text, sizeof(text)))
		r->form = manifest_form_of(span_str(text));
	if (r->form == MANIFEST_UNKNOWN)
		return err_set(e, RC_INVALID, "bad-form",
		    "The form is one of csv, jsonl and microchip.");
	if (!http_query(call->req, "zip", text, sizeof(text)))
		return RC_OK;
	r->zip = strcmp(text, "1") == 0;
	if (!r->zip && strcmp(text, "0") != 0)
		return err_set(e, RC_INVALID, "bad-zip", "zip is 0 or 1.");
	return RC_OK;
}

enum rc api_manifest_get(struct api_call *call, struct err *e)
{
	struct export_request r = {0};
	struct export *x = NULL;
	char bid[65], name[128];
	enum rc rc;

	if (!api_param(call, 1, bid, sizeof(bid)))
		return err_set(e, RC_NOT_FOUND, "not-found",
		    "There is no such batch here.");
	r.bid = bid;
	rc = read_query(call, &r, e);
	if (rc == RC_OK)
		rc = export_new(&x, call->core, &call->actor, &r, e);
	if (rc != RC_OK)
		return rc;
	export_name(bid, r.form, r.zip, name, sizeof(name));
	call->resp->status = 200;
	call->resp->content_type =
	    r.zip ? "application/zip" : manifest_form_media(r.form);
	http_add_header(call->resp, "Content-Disposition",
	    "attachment; filename=\"%s\"", name);
	call->resp->source = &source;
	call->resp->source_state = x;
	return RC_OK;
}

enum rc api_manifest_signer(struct api_call *call, struct err *e)
{
	enum rc rc;

	rc = signer_entry_pem(call->core->signer, &call->resp->body, e);
	if (rc == RC_OK) {
		call->resp->status = 200;
		call->resp->content_type = "application/x-pem-file";
	}
	return rc;
}
