/* Reads and answers what is about claim vouchers and talk rules.
 * Must not show a token but once, when it is made. */
#include "api/api_claim.h"

#include <stdlib.h>
#include <string.h>

#include "api/api_list.h"
#include "core/claim.h"
#include "core/product.h"
#include "core/talk.h"

#define ANSWER_MAX (32 * 1024)

/* The claim voucher's members, the object left open. */
static enum rc claim_write(struct api_call *call, struct json *w,
    const struct store_claim *v, struct err *e)
{
	char bids[CLAIM_BATCHES_MAX][STORE_CLAIM_BID_SIZE];
	size_t i, n = 0;
	enum rc rc = claim_batches(call->core, v->id, bids, &n, e);

	json_obj(w);
	json_put_str(w, "id", v->id);
	json_put_str(w, "name", v->name);
	json_put_str(w, "product", v->product_id);
	json_put_str_or_null(w, "cloud", v->cloud_id);
	json_key(w, "batches");
	json_arr(w);
	for (i = 0; i < n; i++)
		json_str(w, bids[i]);
	json_end(w);
	json_put_u64(w, "max_devices", v->max_devices);
	json_put_u64(w, "bound", v->bound);
	json_put_u64(w, "provisioned", v->provisioned);
	json_put_u64(w, "active", v->active);
	json_put_str(w, "state", claim_state(v, call->actor.now_s));
	json_put_time(w, "expires_at", v->expires_at);
	json_put_time(w, "created_at", v->created_at);
	json_put_str(w, "created_by", v->created_by);
	return rc;
}

enum rc api_claim_list(struct api_call *call, struct err *e)
{
	struct store_claim *rows;
	struct api_list l;
	size_t i, n;
	enum rc rc;

	rc = api_list_begin(&l, call, e);
	if (rc != RC_OK)
		return rc;
	n = l.limit + 1;
	rows = calloc(n, sizeof(*rows));
	rc = rows ? claim_list(call->core, &call->actor, l.cursor, rows, &n, e)
		  : err_set(e, RC_ENV, "memory", "Out of memory.");
	for (i = 0; rc == RC_OK && i < n && api_list_row(&l, rows[i].id); i++) {
		rc = claim_write(call, &l.json, &rows[i], e);
		json_end(&l.json);
	}
	free(rows);
	return api_list_end(&l, rc, e);
}

/* A list of texts, of which there may be none. */
static enum rc read_texts(struct api_call *call, const char *name, size_t max,
    const char **out, size_t *n, struct err *e)
{
	json_t *list = json_object_get(call->body, name), *v;
	size_t i;

	*n = 0;
	if (!list || json_is_null(list))
		return RC_OK;
	if (!json_is_array(list) || json_array_size(list) > max)
		return err_set(e, RC_INVALID, "field-type",
		    "The field \"%s\" has to be a list of at most %zu texts.",
		    name, max);
	json_array_foreach(list, i, v)
	{
		if (!json_is_string(v) ||
		    strlen(json_string_value(v)) != json_string_length(v))
			return err_set(e, RC_INVALID, "field-type",
			    "The field \"%s\" holds something that is no text.",
			    name);
		out[(*n)++] = json_string_value(v);
	}
	return RC_OK;
}

static enum rc read_wish(struct api_call *call, struct claim_wish *w,
    const char **bids, struct err *e)
{
	static const char *const fields[] = {"name", "product", "cloud",
	    "max_devices", "expires_in_days", "batches", NULL};
	enum rc rc;

	rc = api_fields_only(call, fields, e);
	if (rc == RC_OK)
		rc = api_field_str(call, "name", CLAIM_NAME_MAX, &w->name, e);
	if (rc == RC_OK)
		rc = api_field_str(call, "product", RAND_ID_SIZE - 1,
		    &w->product, e);
	if (rc == RC_OK)
		rc = api_field_str_opt(call, "cloud", RAND_ID_SIZE - 1,
		    &w->cloud, e);
	/* null means none, which is not the same as left out. */
	if (rc == RC_OK && json_is_null(json_object_get(call->body, "cloud")))
		w->cloud = "";
	if (rc == RC_OK)
		rc = api_field_u64_opt(call, "max_devices", CLAIM_DEVICES_MAX,
		    0, &w->max_devices, e);
	if (rc == RC_OK)
		rc = api_field_u64_opt(call, "expires_in_days", CLAIM_DAYS_MAX,
		    0, &w->days, e);
	if (rc == RC_OK)
		rc = read_texts(call, "batches", CLAIM_BATCHES_MAX, bids,
		    &w->batches_n, e);
	w->batches = bids;
	return rc;
}

static void answer(struct api_call *call, int status, struct json *w,
    struct buf *out, const char *token)
{
	if (token)
		json_put_str(w, "token", token);
	json_end(w);
	api_json(call, status, out);
}

enum rc api_claim_create(struct api_call *call, struct err *e)
{
	const char *bids[CLAIM_BATCHES_MAX];
	struct claim_wish wish = {0};
	struct store_claim v;
	struct buf token, out;
	struct json w;
	enum rc rc = read_wish(call, &wish, bids, e);

	buf_init(&token, CLAIM_TOKEN_MAX);
	buf_init(&out, ANSWER_MAX);
	json_init(&w, &out);
	if (rc == RC_OK)
		rc = claim_create(call->core, &call->actor, &wish, &v, &token,
		    e);
	if (rc == RC_OK)
		rc = claim_write(call, &w, &v, e);
	if (rc == RC_OK)
		answer(call, 201, &w, &out, buf_cstr(&token));
	buf_clear_secret(&token);
	buf_clear_secret(&out);
	return rc;
}

static enum rc voucher_id(struct api_call *call, char id[RAND_ID_SIZE],
    struct err *e)
{
	if (api_param(call, 1, id, RAND_ID_SIZE))
		return RC_OK;
	return err_set(e, RC_NOT_FOUND, "not-found",
	    "There is no such claim voucher.");
}

enum rc api_claim_get(struct api_call *call, struct err *e)
{
	struct store_claim v;
	char id[RAND_ID_SIZE];
	struct json w;
	struct buf out;
	enum rc rc = voucher_id(call, id, e);

	buf_init(&out, ANSWER_MAX);
	json_init(&w, &out);
	if (rc == RC_OK)
		rc = claim_get(call->core, &call->actor, id, &v, e);
	if (rc == RC_OK)
		rc = claim_write(call, &w, &v, e);
	if (rc == RC_OK)
		answer(call, 200, &w, &out, NULL);
	buf_clear(&out);
	return rc;
}

enum rc api_claim_revoke(struct api_call *call, struct err *e)
{
	char id[RAND_ID_SIZE];
	enum rc rc = voucher_id(call, id, e);

	if (rc == RC_OK)
		rc = claim_revoke(call->core, &call->actor, id, e);
	if (rc == RC_OK)
		call->resp->status = 204;
	return rc;
}

static enum rc product_id(struct api_call *call, char id[RAND_ID_SIZE],
    struct err *e)
{
	struct store_product p;

	if (!api_param(call, 1, id, RAND_ID_SIZE))
		return err_set(e, RC_NOT_FOUND, "not-found",
		    "There is no such product.");
	return product_find(call->core, call->actor.scope_id, id, &p, e);
}

enum rc api_claim_talk(struct api_call *call, struct err *e)
{
	char id[RAND_ID_SIZE], peers[TALK_MAX][RAND_ID_SIZE];
	size_t i, n = 0;
	struct json w;
	struct buf out;
	enum rc rc = product_id(call, id, e);

	if (rc == RC_OK)
		rc = talk_get(call->core, call->actor.scope_id, id, peers, &n,
		    e);
	if (rc != RC_OK)
		return rc;
	buf_init(&out, ANSWER_MAX);
	json_init(&w, &out);
	json_obj(&w);
	json_key(&w, "products");
	json_arr(&w);
	for (i = 0; i < n; i++)
		json_str(&w, peers[i]);
	json_end(&w);
	answer(call, 200, &w, &out, NULL);
	buf_clear(&out);
	return RC_OK;
}

enum rc api_claim_talk_set(struct api_call *call, struct err *e)
{
	static const char *const fields[] = {"products", NULL};
	const char *peers[TALK_MAX];
	char id[RAND_ID_SIZE];
	size_t n = 0;
	enum rc rc = product_id(call, id, e);

	if (rc == RC_OK)
		rc = api_fields_only(call, fields, e);
	if (rc == RC_OK &&
	    !json_is_array(json_object_get(call->body, "products")))
		rc = err_set(e, RC_INVALID, "field-missing",
		    "The field \"products\" is needed: a list of ids.");
	if (rc == RC_OK)
		rc = read_texts(call, "products", TALK_MAX, peers, &n, e);
	if (rc == RC_OK)
		rc = talk_set(call->core, &call->actor, id, peers, n, e);
	return rc == RC_OK ? api_claim_talk(call, e) : rc;
}

enum rc api_claim_signer(struct api_call *call, struct err *e)
{
	enum rc rc =
	    signer_voucher_pem(call->core->signer, &call->resp->body, e);

	if (rc == RC_OK) {
		call->resp->status = 200;
		call->resp->content_type = "application/x-pem-file";
	}
	return rc;
}
