/* The checks of an ID token, one after another.
 * Must not take a claim from a token whose signature it has not verified. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "pki/id_token.h"
#include "pki/jose.h"

#define LEEWAY_S 120 /* between the provider's clock and ours */
#define AGE_MAX_S 600
#define AUDIENCES_MAX 16

static enum rc refuse(struct err *e, const char *slug, const char *why)
{
	return err_set(e, RC_INVALID, slug, "The ID token %s.", why);
}

static bool is_text(const json_t *v, const char *text)
{
	return json_is_string(v) &&
	    span_eq_str(span_of(json_string_value(v), json_string_length(v)),
		text);
}

/* Seconds since 1970; NumericDate may have a fraction (RFC 7519 2). */
static bool read_time(const json_t *o, const char *name, int64_t *out)
{
	const json_t *v = json_object_get(o, name);
	double t;

	if (!json_is_number(v))
		return false;
	t = json_number_value(v);
	if (!isfinite(t) || t < 0 || t > 1e11)
		return false;
	*out = (int64_t)t;
	return true;
}

/* A string without control characters; false (and "") when it is none, or too
 * long unless it may be cut, which happens between characters of UTF-8. */
static bool read_text(const json_t *o, const char *name, char *out, size_t cap,
    bool cut)
{
	const json_t *v = json_object_get(o, name);
	size_t i, n = json_is_string(v) ? json_string_length(v) : 0;
	const char *s = json_string_value(v);

	out[0] = '\0';
	if (n == 0 || (n >= cap && !cut))
		return false;
	for (i = 0; i < n; i++)
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
			return false;
	if (n >= cap) {
		n = cap - 1;
		while (n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80)
			n--;
	}
	return span_copy_str(span_of(s, n), out, cap);
}

static enum rc check_audience(const json_t *o, const char *client,
    struct err *e)
{
	const json_t *aud = json_object_get(o, "aud");
	const json_t *azp = json_object_get(o, "azp");
	size_t i, n = json_array_size(aud);
	bool found = is_text(aud, client);

	if (n > AUDIENCES_MAX)
		return refuse(e, "id-token-aud", "has too many audiences");
	for (i = 0; i < n; i++)
		found |= is_text(json_array_get(aud, i), client);
	if (!found)
		return refuse(e, "id-token-aud", "is for another client");
	if (azp ? !is_text(azp, client) : n > 1)
		return refuse(e, "id-token-azp",
		    "was given out to another client");
	return RC_OK;
}

static enum rc check_times(const json_t *o, int64_t now, struct err *e)
{
	int64_t exp = 0, iat = 0, nbf = 0;

	if (!read_time(o, "exp", &exp) || !read_time(o, "iat", &iat) ||
	    (json_object_get(o, "nbf") && !read_time(o, "nbf", &nbf)))
		return refuse(e, "id-token-time",
		    "does not say when it is good");
	if (exp + LEEWAY_S <= now)
		return refuse(e, "id-token-expired", "has expired");
	if (iat > now + LEEWAY_S ||
	    (json_object_get(o, "nbf") && nbf > now + LEEWAY_S))
		return refuse(e, "id-token-future",
		    "is of the future; check the clocks");
	if (iat + AGE_MAX_S < now)
		return refuse(e, "id-token-old", "was made too long ago");
	return RC_OK;
}

static void read_person(const json_t *o, struct id_token *out)
{
	(void)read_text(o, "email", out->email, sizeof(out->email), false);
	out->email_verified =
	    out->email[0] && json_is_true(json_object_get(o, "email_verified"));
	if (!out->name[0])
		(void)read_text(o, "name", out->name, sizeof(out->name), true);
}

static enum rc check_claims(const json_t *o, const struct id_token_want *w,
    struct id_token *out, struct err *e)
{
	const json_t *nonce = json_object_get(o, "nonce");
	enum rc rc;

	if (!is_text(json_object_get(o, "iss"), w->issuer))
		return refuse(e, "id-token-iss", "is of another issuer");
	rc = check_audience(o, w->client_id, e);
	if (rc == RC_OK)
		rc = check_times(o, w->now_s, e);
	if (rc != RC_OK)
		return rc;
	if (!json_is_string(nonce) ||
	    !span_eq_secret(span_of(json_string_value(nonce),
				json_string_length(nonce)),
		span_str(w->nonce)))
		return refuse(e, "id-token-nonce", "is for another login");
	if (!read_text(o, "sub", out->sub, sizeof(out->sub), false))
		return refuse(e, "id-token-sub", "names nobody");
	read_person(o, out);
	return RC_OK;
}

static json_t *load(struct span text)
{
	json_t *o = NULL;

	if (text.n > 0 && text.n <= JOSE_MAX)
		o = json_loadb((const char *)text.p, text.n,
		    JSON_REJECT_DUPLICATES, NULL);
	if (o && !json_is_object(o)) {
		json_decref(o);
		o = NULL;
	}
	return o;
}

enum rc id_token_check(struct span jws, struct span jwks,
    const struct id_token_want *w, struct id_token *out, struct err *e)
{
	struct buf payload;
	json_t *o = NULL;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	buf_init(&payload, JOSE_MAX);
	rc = jose_verify_set(jws, jwks, &payload, e);
	if (rc != RC_OK)
		goto out;
	o = load(buf_span(&payload));
	rc = o ? check_claims(o, w, out, e)
	       : refuse(e, "id-token-form", "is not a JSON object");
out:
	if (rc != RC_OK)
		memset(out, 0, sizeof(*out));
	json_decref(o);
	buf_clear(&payload);
	return rc;
}

enum rc id_token_userinfo(struct span json, struct id_token *t, struct err *e)
{
	json_t *o = load(json);
	enum rc rc = RC_OK;

	if (!o)
		rc = err_set(e, RC_INVALID, "userinfo-form",
		    "The provider's UserInfo is not a JSON object.");
	else if (!is_text(json_object_get(o, "sub"), t->sub))
		rc = err_set(e, RC_INVALID, "userinfo-sub",
		    "The provider's UserInfo is about somebody else.");
	else
		read_person(o, t);
	json_decref(o);
	return rc;
}
