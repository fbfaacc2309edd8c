/* Reads and answers what is about vendors and their CAs.
 * Must not judge a certificate. */
#include "api/api_vendor.h"

#include <stdlib.h>

#include "api/api_list.h"
#include "base/enc.h"
#include "core/vendor_status.h"

#define ANSWER_MAX (64 * 1024)
#define PEM_MAX 16384

static void vendor_write(struct json *w, const struct store_vendor *v)
{
	json_obj(w);
	json_put_str(w, "id", v->id);
	json_put_str(w, "name", v->name);
	json_put_str(w, "slug", v->slug);
	json_put_time(w, "created_at", v->created_at);
	json_end(w);
}

static void ca_write(struct json *w, const struct store_vendor_ca *ca,
    const struct store_status_vendor *said)
{
	json_obj(w);
	json_put_hex(w, "fingerprint", span_of(ca->fp, sizeof(ca->fp)));
	json_put_str(w, "subject", ca->subject);
	json_put_str(w, "role", ca->root ? "root" : "issuing");
	json_put_time(w, "not_after",
	    ca->not_after == CERT_NEVER ? 0 : ca->not_after);
	json_put_time(w, "added_at", ca->added_at);
	json_put_time(w, "responder_not_after", said->responder_not_after);
	json_key(w, "crl_number");
	if (said->crl_next_update == 0)
		json_nil(w);
	else
		json_u64(w, said->crl_number);
	json_put_time(w, "crl_next_update",
	    said->crl_next_update == CERT_NEVER ? 0 : said->crl_next_update);
	json_end(w);
}

static void answer(struct api_call *call, int status,
    const struct store_vendor *v)
{
	struct json w;
	struct buf out;

	buf_init(&out, ANSWER_MAX);
	json_init(&w, &out);
	vendor_write(&w, v);
	api_json(call, status, &out);
	buf_clear(&out);
}

static enum rc answer_ca(struct api_call *call, int status,
    const struct store_vendor_ca *ca, struct err *e)
{
	struct store_status_vendor said;
	struct json w;
	struct buf out;
	enum rc rc = vendor_status_get(call->core, ca->fp, &said, e);

	if (rc != RC_OK)
		return rc;
	buf_init(&out, ANSWER_MAX);
	json_init(&w, &out);
	ca_write(&w, ca, &said);
	api_json(call, status, &out);
	buf_clear(&out);
	return RC_OK;
}

enum rc api_vendor_create(struct api_call *call, struct err *e)
{
	static const char *const fields[] = {"name", "slug", NULL};
	const char *name = NULL, *slug = NULL;
	struct store_vendor v;
	enum rc rc;

	rc = api_fields_only(call, fields, e);
	if (rc == RC_OK)
		rc = api_field_str(call, "name", STORE_VENDOR_NAME_SIZE - 1,
		    &name, e);
	if (rc == RC_OK)
		rc = api_field_str(call, "slug", STORE_VENDOR_SLUG_SIZE - 1,
		    &slug, e);
	if (rc == RC_OK)
		rc = vendor_add(call->core, &call->actor, name, slug, &v, e);
	if (rc == RC_OK)
		answer(call, 201, &v);
	return rc;
}

enum rc api_vendor_list(struct api_call *call, struct err *e)
{
	struct store_vendor *rows;
	struct api_list l;
	size_t i, n = 0;
	enum rc rc;

	rc = api_list_begin(&l, call, e);
	if (rc != RC_OK)
		return rc;
	rows = calloc(l.limit + 1, sizeof(*rows));
	rc = rows ? vendor_list(call->core, l.cursor, rows, l.limit + 1, &n, e)
		  : err_set(e, RC_ENV, "memory", "Out of memory.");
	for (i = 0; rc == RC_OK && i < n && api_list_row(&l, rows[i].id); i++)
		vendor_write(&l.json, &rows[i]);
	free(rows);
	return api_list_end(&l, rc, e);
}

/* In routes of the service the vendor is no scope of the actor. */
static enum rc vendor_id(struct api_call *call, char id[RAND_ID_SIZE],
    struct err *e)
{
	if (api_param(call, 0, id, RAND_ID_SIZE))
		return RC_OK;
	return err_set(e, RC_NOT_FOUND, "not-found",
	    "There is no such vendor.");
}

enum rc api_vendor_get(struct api_call *call, struct err *e)
{
	struct store_vendor v;
	enum rc rc = vendor_find(call->core, call->actor.scope_id, &v, e);

	if (rc == RC_OK)
		answer(call, 200, &v);
	return rc;
}

enum rc api_vendor_cas(struct api_call *call, struct err *e)
{
	struct store_vendor_ca *rows = calloc(VENDOR_CA_MAX, sizeof(*rows));
	struct store_status_vendor said;
	struct json w;
	struct buf out;
	size_t i, n = 0;
	enum rc rc;

	buf_init(&out, ANSWER_MAX);
	rc = rows
	    ? vendor_ca_list(call->core, call->actor.scope_id, rows, &n, e)
	    : err_set(e, RC_ENV, "memory", "Out of memory.");
	json_init(&w, &out);
	json_obj(&w);
	json_key(&w, "items");
	json_arr(&w);
	for (i = 0; rc == RC_OK && i < n; i++) {
		rc = vendor_status_get(call->core, rows[i].fp, &said, e);
		if (rc == RC_OK)
			ca_write(&w, &rows[i], &said);
	}
	json_end(&w);
	json_put_str(&w, "next", NULL);
	json_end(&w);
	if (rc == RC_OK)
		api_json(call, 200, &out);
	buf_clear(&out);
	free(rows);
	return rc;
}

static enum rc ca_role(struct api_call *call, bool *root, struct err *e)
{
	const char *role = NULL;
	enum rc rc = api_field_str(call, "role", 16, &role, e);

	if (rc != RC_OK)
		return rc;
	*root = span_eq_str(span_str(role), "root");
	if (*root || span_eq_str(span_str(role), "issuing"))
		return RC_OK;
	return err_set(e, RC_INVALID, "bad-role",
	    "The role of a CA is root or issuing.");
}

enum rc api_vendor_ca_add(struct api_call *call, struct err *e)
{
	static const char *const fields[] = {"certificate", "role", NULL};
	struct store_vendor_ca ca = {0};
	const char *pem = NULL;
	enum rc rc;

	rc = vendor_id(call, ca.vendor_id, e);
	if (rc == RC_OK)
		rc = api_fields_only(call, fields, e);
	if (rc == RC_OK)
		rc = api_field_str(call, "certificate", PEM_MAX, &pem, e);
	if (rc == RC_OK)
		rc = ca_role(call, &ca.root, e);
	if (rc == RC_OK)
		rc = vendor_ca_add(call->core, &call->actor, span_str(pem), &ca,
		    e);
	if (rc == RC_OK)
		rc = answer_ca(call, 201, &ca, e);
	return rc;
}

enum rc api_vendor_csr(struct api_call *call, struct err *e)
{
	enum rc rc = vendor_status_csr(call->core, &call->resp->body, e);

	if (rc == RC_OK) {
		call->resp->status = 200;
		call->resp->content_type = "application/x-pem-file";
	}
	return rc;
}

typedef enum rc put_fn(struct core *c, const struct core_actor *a,
    const uint8_t fp[32], struct span file, struct store_vendor_ca *ca,
    struct err *e);

static enum rc put_file(struct api_call *call, put_fn *put, struct err *e)
{
	uint8_t fp[DIGEST_SHA256];
	struct store_vendor_ca ca;
	size_t n = 0;
	enum rc rc;

	if (!enc_unhex(call->param[1], fp, &n, sizeof(fp)) || n != sizeof(fp))
		return err_set(e, RC_NOT_FOUND, "not-found",
		    "The vendor has no such CA.");
	rc = put(call->core, &call->actor, fp, call->req->body, &ca, e);
	return rc == RC_OK ? answer_ca(call, 200, &ca, e) : rc;
}

enum rc api_vendor_responder(struct api_call *call, struct err *e)
{
	return put_file(call, vendor_status_put_responder, e);
}

enum rc api_vendor_crl(struct api_call *call, struct err *e)
{
	return put_file(call, vendor_status_put_crl, e);
}

enum rc api_vendor_ca_retire(struct api_call *call, struct err *e)
{
	uint8_t fp[DIGEST_SHA256];
	char id[RAND_ID_SIZE];
	size_t n = 0;
	enum rc rc;

	rc = vendor_id(call, id, e);
	if (rc == RC_OK &&
	    (!enc_unhex(call->param[1], fp, &n, sizeof(fp)) || n != sizeof(fp)))
		rc = err_set(e, RC_NOT_FOUND, "not-found",
		    "The vendor has no such CA in use.");
	if (rc == RC_OK)
		rc = vendor_ca_retire(call->core, &call->actor, id, fp, e);
	if (rc == RC_OK)
		call->resp->status = 204;
	return rc;
}
