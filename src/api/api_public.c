/* Health, metrics, public keys and the OpenAPI document.
 * Must not tell anything about an account, a vendor or a batch. */
#include <stdio.h>
#include <string.h>

#include "api/api_openapi.h"
#include "api/api_public.h"
#include "base/json.h"
#include "base/metric.h"
#include "base/rand.h"
#include "store/store_count.h"

#define IDENTITY_JWKS_PATH "/.well-known/birthmark/identity-jwks.json"

static const char jwks_type[] = "application/jwk-set+json";

static void public_text(struct api_call *call, const char *type,
    const char *text)
{
	call->resp->status = 200;
	call->resp->content_type = type;
	buf_add_str(&call->resp->body, text);
}

enum rc api_public_health(struct api_call *call, struct err *e)
{
	enum rc rc = store_count_alive(call->core->store, e);

	if (rc != RC_OK)
		return err_set(e, RC_AGAIN, "store-unavailable",
		    "The database does not answer.");
	public_text(call, "application/json", "{\"status\":\"ok\"}");
	return RC_OK;
}

static bool peer_is_local(const char *peer)
{
	struct span p = span_str(peer);

	return span_starts(p, SPAN_LIT("127.")) || span_eq_str(p, "::1") ||
	    span_starts(p, SPAN_LIT("::ffff:127."));
}

static void gauge(void *arg, const char *name, const char *help, uint64_t value)
{
	buf_addf(arg, "# HELP %s %s\n# TYPE %s gauge\n%s %llu\n", name, help,
	    name, name, (unsigned long long)value);
}

enum rc api_public_metrics(struct api_call *call, struct err *e)
{
	struct buf *out = &call->resp->body;
	enum rc rc;

	if (!peer_is_local(call->req->peer))
		return err_set(e, RC_NOT_FOUND, "not-found",
		    "There is nothing here that you may see.");
	public_text(call, "text/plain; version=0.0.4; charset=utf-8", "");
	metric_text(out);
	rc = store_count_gauges(call->core->store, gauge, out, e);
	return rc;
}

static enum rc public_away(struct err *e)
{
	return err_set(e, RC_AGAIN, "signer-unavailable",
	    "The signer is not running; try again later.");
}

/* Of every id of the form, so that it does not tell which accounts there
 * are. */
static enum rc public_account(struct api_call *call, const char *type,
    enum rc (*get)(struct signer *, const char *, struct buf *, struct err *),
    struct err *e)
{
	char id[RAND_ID_SIZE];

	if (!rand_is_id(call->param[0], "acc") ||
	    !api_param(call, 0, id, sizeof(id)))
		return err_set(e, RC_NOT_FOUND, "not-found",
		    "There is nothing here that you may see.");
	if (!call->core->signer)
		return public_away(e);
	public_text(call, type, "");
	return get(call->core->signer, id, &call->resp->body, e);
}

enum rc api_public_jwks(struct api_call *call, struct err *e)
{
	if (!call->core->signer)
		return public_away(e);
	public_text(call, jwks_type, "");
	return signer_jwks(call->core->signer, &call->resp->body, e);
}

enum rc api_public_identity_jwks(struct api_call *call, struct err *e)
{
	if (!call->core->signer)
		return public_away(e);
	public_text(call, jwks_type, "");
	return signer_identity_jwks(call->core->signer, &call->resp->body, e);
}

enum rc api_public_account_jwks(struct api_call *call, struct err *e)
{
	return public_account(call, jwks_type, signer_interop_jwks, e);
}

static void put_url(struct json *w, const char *key, const char *base,
    const char *path, const char *account)
{
	char url[512];

	(void)snprintf(url, sizeof(url), "%s%s%s", base, path, account);
	json_put_str(w, key, url);
}

static void put_list(struct json *w, const char *key, const char *only)
{
	json_key(w, key);
	json_arr(w);
	json_str(w, only);
	json_end(w);
}

/* What OpenID Connect Discovery 1.0 asks of an issuer of identities. */
enum rc api_public_account_openid(struct api_call *call, struct err *e)
{
	const char *url = call->core->public_url;
	char id[RAND_ID_SIZE];
	struct json w;

	if (!rand_is_id(call->param[0], "acc") ||
	    !api_param(call, 0, id, sizeof(id)))
		return err_set(e, RC_NOT_FOUND, "not-found",
		    "There is nothing here that you may see.");
	public_text(call, "application/json", "");
	json_init(&w, &call->resp->body);
	json_obj(&w);
	put_url(&w, "issuer", url, SIGNER_ACCOUNT_PATH, id);
	put_url(&w, "jwks_uri", url, IDENTITY_JWKS_PATH, "");
	put_list(&w, "response_types_supported", "id_token");
	put_list(&w, "subject_types_supported", "public");
	put_list(&w, "id_token_signing_alg_values_supported", "RS256");
	put_list(&w, "claims_supported", "sub");
	json_end(&w);
	return RC_OK;
}

enum rc api_public_account_pem(struct api_call *call, struct err *e)
{
	return public_account(call, "application/x-pem-file",
	    signer_interop_pem, e);
}

enum rc api_public_openapi(struct api_call *call, struct err *e)
{
	public_text(call, "application/yaml; charset=utf-8", api_openapi);
	return RC_OK;
}
