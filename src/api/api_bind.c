/* Reads and answers what is about bindings.
 * Must not say more than core/bind.c decided to tell. */
#include "api/api_bind.h"

#include <stdlib.h>

#include "api/api_batch.h"
#include "core/batch.h"
#include "core/bind.h"

#define ANSWER_MAX 8192

static enum rc read_request(struct api_call *call, struct bind_request *r,
    struct err *e)
{
	static const char *const fields[] = {"label", "batch", "claim_code",
	    "product", "cloud", "hold_s", NULL};
	const char *label = NULL, *bid = NULL, *code = NULL;
	enum rc rc;

	rc = api_fields_only(call, fields, e);
	if (rc == RC_OK)
		rc =
		    api_field_str_opt(call, "label", LABEL_TEXT_MAX, &label, e);
	if (rc == RC_OK)
		rc = api_field_str_opt(call, "batch", LABEL_BID_MAX, &bid, e);
	if (rc == RC_OK)
		rc = api_field_str_opt(call, "claim_code", 64, &code, e);
	if (rc == RC_OK)
		rc = api_field_str_opt(call, "product", RAND_ID_SIZE - 1,
		    &r->product_id, e);
	if (rc == RC_OK)
		rc = api_field_str_opt(call, "cloud", RAND_ID_SIZE - 1,
		    &r->cloud_id, e);
	if (rc == RC_OK)
		rc = api_field_u64_opt(call, "hold_s", BIND_HOLD_MAX_S, 0,
		    &r->hold_s, e);
	r->label = span_str(label);
	r->bid = span_str(bid);
	r->code = span_str(code);
	return rc;
}

static enum rc answer(struct api_call *call, const char *bid, bool already,
    struct err *e)
{
	struct core_actor seer = call->actor;
	struct batch_row *row = calloc(1, sizeof(*row));
	struct json w;
	struct buf out;
	enum rc rc;

	/* Who shows the label of a batch that a colleague bound may see that
	 * it is bound. */
	seer.role = CORE_ADMINISTRATOR;
	buf_init(&out, ANSWER_MAX);
	json_init(&w, &out);
	rc = row ? batch_of_account(call->core, &seer, bid, row, e)
		 : err_set(e, RC_ENV, "memory", "Out of memory.");
	if (rc == RC_OK) {
		json_obj(&w);
		api_batch_write(&w, row, call->actor.role);
		json_put_bool(&w, "already", already);
		json_end(&w);
		api_json(call, already ? 200 : 201, &out);
	}
	buf_clear(&out);
	free(row);
	return rc;
}

enum rc api_bind_create(struct api_call *call, struct err *e)
{
	struct bind_request r = {0};
	struct store_bind b;
	bool already = false;
	enum rc rc;

	rc = read_request(call, &r, e);
	if (rc == RC_OK)
		rc = bind_batch(call->core, &call->actor, &r, &b, &already, e);
	return rc == RC_OK ? answer(call, b.bid, already, e) : rc;
}

enum rc api_bind_remove(struct api_call *call, struct err *e)
{
	char bid[LABEL_BID_MAX + 1];
	enum rc rc;

	if (!api_param(call, 1, bid, sizeof(bid)))
		return err_set(e, RC_NOT_FOUND, "not-found",
		    "There is no such batch here.");
	rc = bind_undo(call->core, &call->actor, bid, e);
	if (rc == RC_OK)
		call->resp->status = 204;
	return rc;
}
