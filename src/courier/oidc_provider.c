/* Reads a provider's metadata and keys.
 * Must not follow it to another issuer. */
#include "courier/oidc_provider.h"

#include <jansson.h>
#include <string.h>

#define WELL_KNOWN "/.well-known/openid-configuration"

void oidc_provider_init(struct oidc_provider *p)
{
	memset(p, 0, sizeof(*p));
	buf_init(&p->jwks, OIDC_PROVIDER_ANSWER_MAX);
}

void oidc_provider_clear(struct oidc_provider *p)
{
	if (p)
		buf_clear(&p->jwks);
}

/* Plain http only where the issuer itself is of this machine. */
static bool is_address(const char *s, const char *issuer)
{
	size_t i;

	if (!span_starts(span_str(s), SPAN_LIT("https://")) &&
	    !(span_starts(span_str(s), SPAN_LIT("http://")) &&
		span_starts(span_str(issuer), SPAN_LIT("http://"))))
		return false;
	for (i = 0; s[i]; i++)
		if (s[i] <= 0x20 || s[i] >= 0x7f || strchr("\"<>\\#", s[i]))
			return false;
	return true;
}

static enum rc read_address(const json_t *o, const char *name,
    const char *issuer, char out[STORE_SSO_URL_SIZE], struct err *e)
{
	const json_t *v = json_object_get(o, name);

	if (!json_is_string(v) ||
	    !span_copy_str(span_of(json_string_value(v), json_string_length(v)),
		out, STORE_SSO_URL_SIZE) ||
	    !is_address(out, issuer))
		return err_set(e, RC_INVALID, "sso-metadata",
		    "The metadata of %.200s has no usable %s.", issuer, name);
	return RC_OK;
}

static bool lists(const json_t *list, const char *what)
{
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		const char *s = json_string_value(json_array_get(list, i));

		if (s && strcmp(s, what) == 0)
			return true;
	}
	return false;
}

static enum rc judge(const json_t *o, const char *issuer, struct err *e)
{
	const char *iss = json_string_value(json_object_get(o, "issuer"));
	const json_t *algs =
	    json_object_get(o, "id_token_signing_alg_values_supported");

	if (!iss || strcmp(iss, issuer) != 0)
		return err_set(e, RC_INVALID, "sso-metadata",
		    "The metadata that %.150s publishes is of the issuer "
		    "%.150s; sso_issuer has to be exactly what it calls "
		    "itself.",
		    issuer, iss ? iss : "(none)");
	if (algs && !lists(algs, "RS256") && !lists(algs, "ES256"))
		return err_set(e, RC_INVALID, "sso-metadata",
		    "%.200s signs neither with RS256 nor with ES256.", issuer);
	return RC_OK;
}

enum rc oidc_provider_parse(struct oidc_provider *p, struct span json,
    const char *issuer, struct err *e)
{
	const json_t *ways;
	json_t *o = json_loadb((const char *)json.p, json.n,
	    JSON_REJECT_DUPLICATES, NULL);
	enum rc rc;

	if (json_is_object(o))
		rc = judge(o, issuer, e);
	else
		rc = err_set(e, RC_INVALID, "sso-metadata",
		    "The metadata of %.200s is not a JSON object.", issuer);
	if (rc == RC_OK)
		rc = read_address(o, "authorization_endpoint", issuer,
		    p->authorization, e);
	if (rc == RC_OK)
		rc = read_address(o, "token_endpoint", issuer, p->token, e);
	if (rc == RC_OK)
		rc = read_address(o, "jwks_uri", issuer, p->jwks_uri, e);
	p->userinfo[0] = '\0';
	if (rc == RC_OK && json_object_get(o, "userinfo_endpoint"))
		rc = read_address(o, "userinfo_endpoint", issuer, p->userinfo,
		    e);
	ways = json_object_get(o, "token_endpoint_auth_methods_supported");
	p->post_only = ways && !lists(ways, "client_secret_basic") &&
	    lists(ways, "client_secret_post");
	json_decref(o);
	return rc;
}

static enum rc get(struct fetch *f, const char *url, struct fetch_answer *a,
    struct err *e)
{
	struct fetch_request r = FETCH_REQUEST;
	enum rc rc;

	r.method = "GET";
	r.url = url;
	rc = fetch_do(f, &r, a, e);
	if (rc == RC_OK && a->status != 200)
		rc = err_set(e, RC_AGAIN, "sso-provider",
		    "%.300s answered with status %d.", url, a->status);
	return rc;
}

enum rc oidc_provider_keys(struct fetch *f, const char *jwks_uri,
    struct buf *jwks, struct err *e)
{
	struct fetch_answer a;
	json_t *o = NULL;
	enum rc rc;

	fetch_answer_init(&a);
	rc = get(f, jwks_uri, &a, e);
	if (rc == RC_OK) {
		o = json_loadb((const char *)a.body.p, a.body.n,
		    JSON_REJECT_DUPLICATES, NULL);
		if (!json_is_array(json_object_get(o, "keys")))
			rc = err_set(e, RC_INVALID, "sso-keys",
			    "%.300s is not a JWK set.", jwks_uri);
	}
	if (rc == RC_OK) {
		buf_reset(jwks);
		buf_add_span(jwks, buf_span(&a.body));
		if (!buf_ok(jwks))
			rc = err_set(e, RC_ENV, "no-memory",
			    "Not enough memory.");
	}
	json_decref(o);
	fetch_answer_clear(&a);
	return rc;
}

enum rc oidc_provider_read(struct oidc_provider *p, struct fetch *f,
    const char *issuer, struct err *e)
{
	struct oidc_provider fresh;
	struct fetch_answer a;
	struct buf url;
	size_t n = strlen(issuer);
	enum rc rc = RC_OK;

	oidc_provider_init(&fresh);
	fetch_answer_init(&a);
	buf_init(&url, STORE_SSO_URL_SIZE + sizeof(WELL_KNOWN));
	if (n > 0 && issuer[n - 1] == '/')
		n--;
	buf_add(&url, issuer, n);
	buf_add_str(&url, WELL_KNOWN);
	if (!buf_cstr(&url))
		rc = err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	if (rc == RC_OK)
		rc = get(f, buf_cstr(&url), &a, e);
	if (rc == RC_OK)
		rc = oidc_provider_parse(&fresh, buf_span(&a.body), issuer, e);
	if (rc == RC_OK)
		rc = oidc_provider_keys(f, fresh.jwks_uri, &fresh.jwks, e);
	if (rc == RC_OK) {
		oidc_provider_clear(p);
		*p = fresh;
	} else {
		oidc_provider_clear(&fresh);
	}
	fetch_answer_clear(&a);
	buf_clear(&url);
	return rc;
}

enum rc oidc_provider_copy(struct oidc_provider *to,
    const struct oidc_provider *from, struct err *e)
{
	struct buf jwks = to->jwks;

	*to = *from;
	to->jwks = jwks;
	buf_reset(&to->jwks);
	buf_add_span(&to->jwks, buf_span(&from->jwks));
	return buf_ok(&to->jwks)
	    ? RC_OK
	    : err_set(e, RC_ENV, "no-memory", "Not enough memory.");
}
