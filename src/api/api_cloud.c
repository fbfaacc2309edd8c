/* Reads and answers what is about product clouds.
 * Must not show a credential. */
#include <stdlib.h>
#include <string.h>

#include "api/api_cloud.h"
#include "api/api_cloud_write.h"
#include "api/api_job.h"
#include "api/api_list.h"
#include "core/cloud.h"
#include "core/feed.h"

#define ANSWER_MAX 32768
#define TEXT_MAX 512
#define PEM_MAX (64 * 1024)
#define FEED_DEFAULT 500
#define FEED_BYTES (4 * 1024 * 1024)
#define HEAD_BYTES 8192

static enum rc cloud_answer(struct api_call *call, int status,
    const struct store_cloud *r, struct err *e)
{
	struct json w;
	struct buf out;
	enum rc rc = RC_OK;

	buf_init(&out, ANSWER_MAX);
	json_init(&w, &out);
	rc = api_cloud_write(&w, call->core, r, e);
	if (rc != RC_OK)
		goto out;
	if (buf_ok(&out))
		api_json(call, status, &out);
	else
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
out:
	buf_clear(&out);
	return rc;
}

static enum rc cloud_id(struct api_call *call, char id[RAND_ID_SIZE],
    struct err *e)
{
	if (api_param(call, 1, id, RAND_ID_SIZE))
		return RC_OK;
	return err_set(e, RC_NOT_FOUND, "cloud-unknown",
	    "There is no such product cloud in this account.");
}

/* A part of the body: the object of this name, checked for its fields. */
struct part {
	const char *form;
	const char *audience; /* the name it has in this form */
	const char *const fields[6];
};

static const struct part parts[] = {
    {"aws", "account_id",
	{"account_id", "gateway_id", "region", "stage", "url", NULL}},
    {"azure", "subscription_id", {"url", "subscription_id", NULL}},
    {"other", NULL, {"url", "username", "password", NULL}},
};

static bool is_listed(const char *const *names, const char *name)
{
	for (; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

static enum rc part_check(const struct part *p, json_t *object, struct err *e)
{
	const char *name;
	json_t *v;

	if (!json_is_object(object))
		return err_set(e, RC_INVALID, "field-type",
		    "The field \"%s\" has to be an object.", p->form);
	json_object_foreach(object, name, v)
	{
		if (!is_listed(p->fields, name))
			return err_set(e, RC_INVALID, "field-unknown",
			    "The field \"%s.%.100s\" is not known.", p->form,
			    name);
		if (!json_is_string(v) || json_string_length(v) > TEXT_MAX ||
		    strlen(json_string_value(v)) != json_string_length(v))
			return err_set(e, RC_INVALID, "field-type",
			    "The field \"%s.%s\" has to be a string of at most "
			    "%d bytes.",
			    p->form, name, TEXT_MAX);
	}
	return RC_OK;
}

static const char *part_get(json_t *object, const char *name)
{
	return name ? json_string_value(json_object_get(object, name)) : NULL;
}

static enum rc part_read(struct api_call *call, struct cloud_spec *s,
    struct err *e)
{
	enum rc rc = RC_OK;
	size_t i;

	for (i = 0; rc == RC_OK && i < sizeof(parts) / sizeof(parts[0]); i++) {
		const struct part *p = &parts[i];
		json_t *o = json_object_get(call->body, p->form);

		if (!o || json_is_null(o))
			continue;
		if (!s->form || strcmp(s->form, p->form) != 0)
			return err_set(e, RC_INVALID, "field-unknown",
			    "The field \"%s\" needs \"form\": \"%s\".", p->form,
			    p->form);
		rc = part_check(p, o, e);
		s->url = part_get(o, "url");
		s->audience = part_get(o, p->audience);
		s->gateway_id = part_get(o, "gateway_id");
		s->region = part_get(o, "region");
		s->stage = part_get(o, "stage");
		s->username = part_get(o, "username");
		s->password = part_get(o, "password");
	}
	return rc;
}

static enum rc common_read(struct api_call *call, struct cloud_spec *s,
    struct err *e)
{
	enum rc rc = api_field_str_opt(call, "name", TEXT_MAX, &s->name, e);

	if (rc == RC_OK)
		rc = api_field_str_opt(call, "ca_certificate", PEM_MAX,
		    &s->ca_pem, e);
	s->settings = json_object_get(call->body, "settings");
	s->credentials = json_object_get(call->body, "credentials");
	s->quotas = json_object_get(call->body, "quotas");
	if (rc == RC_OK)
		rc = api_field_u64_opt(call, "chunk", CLOUD_CHUNK_MAX, 0,
		    &s->chunk, e);
	return rc;
}

enum rc api_cloud_create(struct api_call *call, struct err *e)
{
	static const char *const fields[] = {"name", "type", "settings",
	    "credentials", "quotas", "form", "aws", "azure", "other",
	    "ca_certificate", "chunk", NULL};
	struct cloud_spec s = {0};
	struct store_cloud row;
	enum rc rc = api_fields_only(call, fields, e);

	if (rc == RC_OK)
		rc = common_read(call, &s, e);
	if (rc == RC_OK)
		rc = api_field_str(call, "type", 32, &s.type, e);
	if (rc == RC_OK)
		rc = api_field_str_opt(call, "form", 32, &s.form, e);
	if (rc == RC_OK)
		rc = part_read(call, &s, e);
	if (rc == RC_OK)
		rc = cloud_create(call->core, &call->actor, &s, &row, e);
	if (rc == RC_OK)
		rc = cloud_answer(call, 201, &row, e);
	return rc;
}

enum rc api_cloud_update(struct api_call *call, struct err *e)
{
	static const char *const fields[] = {"name", "settings", "credentials",
	    "quotas", "username", "password", "ca_certificate", "chunk", NULL};
	struct cloud_spec s = {0};
	struct store_cloud row;
	char id[RAND_ID_SIZE];
	enum rc rc = cloud_id(call, id, e);

	if (rc == RC_OK)
		rc = api_fields_only(call, fields, e);
	if (rc == RC_OK)
		rc = common_read(call, &s, e);
	if (rc == RC_OK)
		rc = api_field_str_opt(call, "username", TEXT_MAX, &s.username,
		    e);
	if (rc == RC_OK)
		rc = api_field_str_opt(call, "password", TEXT_MAX, &s.password,
		    e);
	if (rc == RC_OK)
		rc = cloud_update(call->core, &call->actor, id, &s, &row, e);
	if (rc == RC_OK)
		rc = cloud_answer(call, 200, &row, e);
	return rc;
}

enum rc api_cloud_get(struct api_call *call, struct err *e)
{
	struct store_cloud row;
	char id[RAND_ID_SIZE];
	enum rc rc = cloud_id(call, id, e);

	if (rc == RC_OK)
		rc = cloud_get(call->core, call->actor.scope_id, id, &row, e);
	if (rc == RC_OK)
		rc = cloud_answer(call, 200, &row, e);
	return rc;
}

enum rc api_cloud_delete(struct api_call *call, struct err *e)
{
	char id[RAND_ID_SIZE], yes[4];
	enum rc rc = cloud_id(call, id, e);
	bool force = http_query(call->req, "force", yes, sizeof(yes)) &&
	    strcmp(yes, "1") == 0;

	if (rc == RC_OK)
		rc = cloud_delete(call->core, &call->actor, id, force, e);
	call->resp->status = 204;
	return rc;
}

enum rc api_cloud_list(struct api_call *call, struct err *e)
{
	struct store_cloud *rows = NULL;
	struct api_list l;
	size_t i, n = 0;
	enum rc rc = api_list_begin(&l, call, e);

	if (rc != RC_OK)
		return rc;
	rows = calloc(l.page.limit, sizeof(*rows));
	if (!rows) {
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	} else {
		n = l.page.limit;
		rc = cloud_list(call->core, call->actor.scope_id, l.page.cursor,
		    rows, &n, e);
	}
	for (i = 0; rc == RC_OK && i < n; i++)
		if (api_list_row(&l, rows[i].id))
			rc = api_cloud_write(&l.json, call->core, &rows[i], e);
	free(rows);
	return api_list_end(&l, rc, e);
}

enum rc api_cloud_test(struct api_call *call, struct err *e)
{
	struct store_job j;
	char id[RAND_ID_SIZE];
	enum rc rc = cloud_id(call, id, e);

	if (rc == RC_OK)
		rc = job_test(call->core, &call->actor, id, &j, e);
	if (rc == RC_OK)
		rc = api_job_answer(call, 202, &j, e);
	return rc;
}

enum rc api_cloud_audit(struct api_call *call, struct err *e)
{
	struct store_job j;
	char id[RAND_ID_SIZE];
	enum rc rc = cloud_id(call, id, e);

	if (rc == RC_OK)
		rc = job_audit(call->core, &call->actor, id, &j, e);
	if (rc == RC_OK)
		rc = api_job_answer(call, 202, &j, e);
	return rc;
}

enum rc api_cloud_resume(struct api_call *call, struct err *e)
{
	struct store_cloud row;
	char id[RAND_ID_SIZE];
	enum rc rc = cloud_id(call, id, e);

	if (rc == RC_OK)
		rc = cloud_resume(call->core, &call->actor, id, &row, e);
	if (rc == RC_OK)
		rc = cloud_answer(call, 200, &row, e);
	return rc;
}

/* The entries stand in the answer byte for byte as they were hashed. */
static enum rc feed_answer(struct api_call *call, const struct feed_page *page,
    struct err *e)
{
	struct json w;
	struct buf out;
	enum rc rc = RC_OK;

	buf_init(&out, FEED_BYTES + HEAD_BYTES + 1024);
	json_init(&w, &out);
	json_obj(&w);
	json_put_span(&w, "head", buf_span(&page->head));
	json_key(&w, "entries");
	json_raw(&w, buf_span(&page->entries));
	json_put_str(&w, "next", page->next);
	json_put_bool(&w, "more", page->more);
	json_end(&w);
	if (buf_ok(&out))
		api_json(call, 200, &out);
	else
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	buf_clear(&out);
	return rc;
}

enum rc api_cloud_feed(struct api_call *call, struct err *e)
{
	struct feed_page page = {0};
	char id[RAND_ID_SIZE], cursor[API_CURSOR_SIZE];
	struct core_page asked = {.cursor = cursor};
	enum rc rc = cloud_id(call, id, e);

	buf_init(&page.entries, FEED_BYTES);
	buf_init(&page.head, HEAD_BYTES);
	if (rc == RC_OK)
		rc = api_page(call, FEED_PAGE_MAX, FEED_DEFAULT, &asked.limit,
		    cursor, e);
	if (rc == RC_OK)
		rc = feed_read(call->core, &call->actor, id, &asked, &page, e);
	if (rc == RC_OK)
		rc = feed_answer(call, &page, e);
	buf_clear(&page.entries);
	buf_clear(&page.head);
	return rc;
}
