/* Reads and answers what is about products.
 * Must not judge them. */
#include "api/api_product.h"

#include <stdlib.h>

#include "api/api_list.h"
#include "core/product.h"

#define ANSWER_MAX 2048
#define NAME_MAX_BYTES 128

static void product_write(struct json *w, const struct store_product *p)
{
	json_obj(w);
	json_put_str(w, "id", p->id);
	json_put_str(w, "name", p->name);
	json_put_time(w, "created_at", p->created_at);
	json_end(w);
}

static void product_answer(struct api_call *call, int status,
    const struct store_product *p)
{
	struct json w;
	struct buf out;

	buf_init(&out, ANSWER_MAX);
	json_init(&w, &out);
	product_write(&w, p);
	api_json(call, status, &out);
	buf_clear(&out);
}

static enum rc product_id(struct api_call *call, char id[RAND_ID_SIZE],
    struct err *e)
{
	if (api_param(call, 1, id, RAND_ID_SIZE))
		return RC_OK;
	return err_set(e, RC_NOT_FOUND, "not-found",
	    "There is no such product.");
}

static enum rc product_name(struct api_call *call, const char **name,
    struct err *e)
{
	static const char *const fields[] = {"name", NULL};
	enum rc rc = api_fields_only(call, fields, e);

	return rc == RC_OK
	    ? api_field_str(call, "name", NAME_MAX_BYTES, name, e)
	    : rc;
}

enum rc api_product_list(struct api_call *call, struct err *e)
{
	struct store_product *rows;
	struct api_list l;
	size_t i, n;
	enum rc rc;

	rc = api_list_begin(&l, call, e);
	if (rc != RC_OK)
		return rc;
	n = l.limit + 1;
	rows = calloc(n, sizeof(*rows));
	rc = rows ? product_list(call->core, call->actor.scope_id, l.cursor,
			rows, &n, e)
		  : err_set(e, RC_ENV, "memory", "Out of memory.");
	for (i = 0; rc == RC_OK && i < n && api_list_row(&l, rows[i].id); i++)
		product_write(&l.json, &rows[i]);
	free(rows);
	return api_list_end(&l, rc, e);
}

enum rc api_product_create(struct api_call *call, struct err *e)
{
	struct store_product p;
	const char *name = NULL;
	enum rc rc;

	rc = product_name(call, &name, e);
	if (rc == RC_OK)
		rc = product_add(call->core, &call->actor, name, &p, e);
	if (rc == RC_OK)
		product_answer(call, 201, &p);
	return rc;
}

enum rc api_product_get(struct api_call *call, struct err *e)
{
	struct store_product p;
	char id[RAND_ID_SIZE];
	enum rc rc;

	rc = product_id(call, id, e);
	if (rc == RC_OK)
		rc = product_find(call->core, call->actor.scope_id, id, &p, e);
	if (rc == RC_OK)
		product_answer(call, 200, &p);
	return rc;
}

enum rc api_product_update(struct api_call *call, struct err *e)
{
	struct store_product p;
	char id[RAND_ID_SIZE];
	const char *name = NULL;
	enum rc rc;

	rc = product_id(call, id, e);
	if (rc == RC_OK)
		rc = product_name(call, &name, e);
	if (rc == RC_OK)
		rc = product_rename(call->core, &call->actor, id, name, &p, e);
	if (rc == RC_OK)
		product_answer(call, 200, &p);
	return rc;
}

enum rc api_product_delete(struct api_call *call, struct err *e)
{
	char id[RAND_ID_SIZE];
	enum rc rc;

	rc = product_id(call, id, e);
	if (rc == RC_OK)
		rc = product_delete(call->core, &call->actor, id, e);
	if (rc == RC_OK)
		call->resp->status = 204;
	return rc;
}
