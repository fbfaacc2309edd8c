/* Reads what a device sends on its first boot, and answers.
 * Must not decide whose a device is: core does. */
#include "enrol/brski.h"

#include <jansson.h>
#include <string.h>

#include "base/json.h"
#include "core/claim.h"
#include "core/registrar.h"
#include "core/talk.h"
#include "enrol/est_name.h"

#define VOUCHER_TYPE "application/voucher-cms+json"
#define JSON_TYPE "application/json"
#define RETRY_S 30 /* after overload */
#define REQUEST_PATH "/.well-known/brski/requestvoucher"

static enum rc check_type(const struct enrol_call *call, const char *want,
    struct err *e)
{
	if (http_is_type(call->req, want))
		return RC_OK;
	return err_set(e, RC_INVALID, "media-type", "Send it as %s.", want);
}

enum rc brski_requestvoucher(struct enrol_call *call, struct err *e)
{
	char url[EST_NAME_URL_SIZE], host[EST_NAME_URL_SIZE];
	char elsewhere[STORE_ACCOUNT_URL_SIZE];
	const struct registrar_request r = {.who = &call->who,
	    .cms = call->req->body,
	    .est_domain = url,
	    .now_s = call->now_s};
	enum rc rc = check_type(call, VOUCHER_TYPE, e);

	if (rc != RC_OK)
		return rc;
	est_name_url(call->core, call->who.device.account_id, url, host);
	rc = registrar_voucher(call->core, &r, &call->resp->body, elsewhere, e);
	if (rc == RC_AGAIN && e->retry_after_s == 0)
		e->retry_after_s = RETRY_S;
	if (rc != RC_OK)
		return rc;
	if (elsewhere[0] != '\0') {
		call->resp->status = 307;
		http_add_header(call->resp, "Location", "%s%s", elsewhere,
		    REQUEST_PATH);
		return RC_OK;
	}
	call->resp->status = 200;
	call->resp->content_type = VOUCHER_TYPE;
	return RC_OK;
}

static enum rc status(struct enrol_call *call, const char *event, struct err *e)
{
	enum rc rc = check_type(call, JSON_TYPE, e);

	if (rc == RC_OK)
		rc = registrar_status(call->core, &call->who, event,
		    call->req->body, call->now_s, e);
	if (rc == RC_OK)
		call->resp->status = 200;
	return rc;
}

enum rc brski_voucher_status(struct enrol_call *call, struct err *e)
{
	return status(call, "voucher-status", e);
}

enum rc brski_enrollstatus(struct enrol_call *call, struct err *e)
{
	return status(call, "enroll-status", e);
}

static enum rc read_token(const struct enrol_call *call, json_t *o,
    struct span *token, struct err *e)
{
	const json_t *v = json_object_get(o, "voucher");

	if (json_object_size(o) != 1 || !json_is_string(v) ||
	    json_string_length(v) == 0 ||
	    json_string_length(v) > CLAIM_TOKEN_MAX)
		return err_set(e, RC_INVALID, "claim-form",
		    "Send {\"voucher\":\"...\"} with the claim voucher's "
		    "token.");
	*token = span_of(json_string_value(v), json_string_length(v));
	return RC_OK;
}

static void answer_claim(struct enrol_call *call, const struct claim_result *x)
{
	struct json w;

	call->resp->status = 200;
	call->resp->content_type = JSON_TYPE;
	json_init(&w, &call->resp->body);
	json_obj(&w);
	json_put_str(&w, "state", "bound");
	json_put_str_or_null(&w, "product", x->product);
	json_put_str(&w, "voucher", x->voucher);
	json_end(&w);
}

enum rc brski_claim(struct enrol_call *call, struct err *e)
{
	struct claim_request r = {.device = &call->who.device,
	    .from = call->req->peer,
	    .now_s = call->now_s};
	struct claim_result x;
	json_t *o = NULL;
	enum rc rc = check_type(call, JSON_TYPE, e);

	if (rc != RC_OK)
		return rc;
	o = json_loadb((const char *)call->req->body.p, call->req->body.n,
	    JSON_REJECT_DUPLICATES, NULL);
	rc = read_token(call, o, &r.token, e);
	if (rc == RC_OK)
		rc = claim_device(call->core, &r, &x, e);
	if (rc == RC_OK) {
		/* It was nobody's when it was asked who it is. */
		if (sighting_note(enrol_seen(call->enrol), r.device->seq,
			call->now_s))
			sighting_flush(call->core, enrol_seen(call->enrol),
			    call->now_s);
		answer_claim(call, &x);
	}
	json_decref(o);
	return rc;
}

enum rc brski_peers(struct enrol_call *call, struct err *e)
{
	const struct device *d = &call->who.device;
	char peers[TALK_MAX][RAND_ID_SIZE];
	size_t i, n = 0;
	struct json w;
	enum rc rc =
	    talk_get(call->core, d->account_id, d->product_id, peers, &n, e);

	if (rc != RC_OK)
		return rc;
	call->resp->status = 200;
	call->resp->content_type = JSON_TYPE;
	json_init(&w, &call->resp->body);
	json_obj(&w);
	json_put_str_or_null(&w, "product", d->product_id);
	json_key(&w, "talk_to");
	json_arr(&w);
	for (i = 0; i < n; i++)
		json_str(&w, peers[i]);
	json_end(&w);
	json_end(&w);
	return RC_OK;
}
