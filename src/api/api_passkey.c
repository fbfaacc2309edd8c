/* Reads and writes the JSON forms of WebAuthn (Level 3, section 5).
 * Must not decide anything: that is core's work. */
#include <string.h>

#include "api/api_list.h"
#include "api/api_passkey.h"
#include "api/api_session.h"
#include "base/enc.h"
#include "core/passkey.h"

#define OPTIONS_MAX (64 * 1024)

static void put_bytes(struct json *w, const char *key, struct span bytes)
{
	struct buf text;

	buf_init(&text, 2 * WEBAUTHN_ID_MAX);
	enc_base64url(&text, bytes);
	json_put_span(w, key, buf_span(&text));
	buf_clear(&text);
}

static void put_type(struct json *w)
{
	json_put_str(w, "type", "public-key");
}

static void put_algorithms(struct json *w)
{
	static const int algs[] = {WEBAUTHN_ES256, WEBAUTHN_EDDSA,
	    WEBAUTHN_RS256};
	size_t i;

	json_key(w, "pubKeyCredParams");
	json_arr(w);
	for (i = 0; i < sizeof(algs) / sizeof(algs[0]); i++) {
		json_obj(w);
		put_type(w);
		json_key(w, "alg");
		json_i64(w, algs[i]);
		json_end(w);
	}
	json_end(w);
}

static void put_challenge(struct json *w, const struct passkey_offer *o)
{
	put_bytes(w, "challenge", span_of(o->challenge, sizeof(o->challenge)));
	json_put_u64(w, "timeout", PASSKEY_CHALLENGE_S * 1000);
}

static void exclude_row(void *arg, const struct store_passkey *p)
{
	struct json *w = arg;

	json_obj(w);
	put_type(w);
	put_bytes(w, "id", span_of(p->credential, p->credential_n));
	json_end(w);
}

static enum rc put_excluded(struct api_call *call, struct json *w,
    struct err *e)
{
	const struct core_page all = {.cursor = "", .limit = PASSKEY_USER_MAX};
	enum rc rc;

	json_key(w, "excludeCredentials");
	json_arr(w);
	rc = passkey_each(call->core, &call->actor, &all, exclude_row, w, e);
	json_end(w);
	return rc;
}

static void put_user(struct json *w, const struct passkey_offer *o,
    const struct user *u)
{
	json_key(w, "rp");
	json_obj(w);
	json_put_str(w, "id", o->site.id);
	json_put_str(w, "name", "Birthmark");
	json_end(w);
	json_key(w, "user");
	json_obj(w);
	put_bytes(w, "id", span_of(o->handle, sizeof(o->handle)));
	json_put_str(w, "name", u->email);
	json_put_str(w, "displayName", u->name);
	json_end(w);
	json_key(w, "authenticatorSelection");
	json_obj(w);
	json_put_str(w, "residentKey", "required");
	json_put_bool(w, "requireResidentKey", true);
	json_put_str(w, "userVerification", "required");
	json_end(w);
	json_put_str(w, "attestation", "none");
}

enum rc api_passkey_options(struct api_call *call, struct err *e)
{
	static const char *const fields[] = {"password", NULL};
	struct passkey_offer o;
	const char *password;
	struct user u;
	struct json w;
	struct buf out;
	enum rc rc;

	rc = api_fields_only(call, fields, e);
	if (rc == RC_OK)
		rc = api_field_str(call, "password", 1024, &password, e);
	if (rc == RC_OK)
		rc = passkey_begin(call->core, &call->actor, span_str(password),
		    &o, e);
	if (rc == RC_OK)
		rc = user_get(call->core, call->actor.id, &u, e);
	if (rc != RC_OK)
		return rc;
	buf_init(&out, OPTIONS_MAX);
	json_init(&w, &out);
	json_obj(&w);
	put_user(&w, &o, &u);
	put_challenge(&w, &o);
	put_algorithms(&w);
	rc = put_excluded(call, &w, e);
	json_end(&w);
	if (rc == RC_OK)
		api_json(call, 200, &out);
	buf_clear(&out);
	return rc;
}

/* A member of base64url; empty when it is not there. */
static bool get_bytes(json_t *o, const char *key, struct buf *out)
{
	json_t *v = json_object_get(o, key);

	return !v || json_is_null(v) ||
	    (json_is_string(v) &&
		enc_unbase64url(out,
		    span_of(json_string_value(v), json_string_length(v))));
}

/* What a browser gives back: RegistrationResponseJSON or
 * AuthenticationResponseJSON, decoded. */
struct credential {
	struct buf id, client, object, auth, signature, handle;
};

static void credential_init(struct credential *c)
{
	buf_init(&c->id, WEBAUTHN_ID_MAX);
	buf_init(&c->client, WEBAUTHN_CLIENT_MAX);
	buf_init(&c->object, WEBAUTHN_OBJECT_MAX);
	buf_init(&c->auth, WEBAUTHN_OBJECT_MAX);
	buf_init(&c->signature, WEBAUTHN_SIGNATURE_MAX);
	buf_init(&c->handle, STORE_PASSKEY_HANDLE);
}

static void credential_clear(struct credential *c)
{
	buf_clear(&c->id);
	buf_clear(&c->client);
	buf_clear(&c->object);
	buf_clear(&c->auth);
	buf_clear(&c->signature);
	buf_clear(&c->handle);
}

static enum rc credential_read(struct api_call *call, struct credential *c,
    struct err *e)
{
	json_t *o = json_object_get(call->body, "credential");
	json_t *response = json_object_get(o, "response");
	const char *type = json_string_value(json_object_get(o, "type"));

	if (json_is_object(response) && type && !strcmp(type, "public-key") &&
	    get_bytes(o, "rawId", &c->id) &&
	    get_bytes(response, "clientDataJSON", &c->client) &&
	    get_bytes(response, "attestationObject", &c->object) &&
	    get_bytes(response, "authenticatorData", &c->auth) &&
	    get_bytes(response, "signature", &c->signature) &&
	    get_bytes(response, "userHandle", &c->handle))
		return RC_OK;
	return err_set(e, RC_INVALID, "field-type",
	    "The field \"credential\" has to be what the browser gave, as its "
	    "toJSON() writes it.");
}

static void put_passkey(struct json *w, const struct store_passkey *p)
{
	json_obj(w);
	json_put_str(w, "id", p->id);
	json_put_str(w, "name", p->name);
	json_put_time(w, "created_at", p->created_at);
	json_put_time(w, "last_used_at", p->last_used_at);
	json_end(w);
}

static void passkey_made(struct api_call *call, const struct store_passkey *p)
{
	struct json w;
	struct buf out;

	buf_init(&out, 4096);
	json_init(&w, &out);
	put_passkey(&w, p);
	api_json(call, 201, &out);
	buf_clear(&out);
}

enum rc api_passkey_add(struct api_call *call, struct err *e)
{
	static const char *const fields[] = {"name", "credential", NULL};
	struct passkey_made made = {0};
	struct store_passkey p;
	struct credential c;
	enum rc rc;

	credential_init(&c);
	rc = api_fields_only(call, fields, e);
	if (rc == RC_OK)
		rc = api_field_str(call, "name", PASSKEY_NAME_MAX, &made.name,
		    e);
	if (rc == RC_OK)
		rc = credential_read(call, &c, e);
	made.client = buf_span(&c.client);
	made.object = buf_span(&c.object);
	if (rc == RC_OK)
		rc = passkey_add(call->core, &call->actor, &made, &p, e);
	if (rc == RC_OK)
		passkey_made(call, &p);
	credential_clear(&c);
	return rc;
}

static void passkey_row(void *arg, const struct store_passkey *p)
{
	struct api_list *l = arg;

	if (api_list_row(l, p->id))
		put_passkey(&l->json, p);
}

enum rc api_passkey_list(struct api_call *call, struct err *e)
{
	struct api_list l;
	enum rc rc = api_list_begin(&l, call, e);

	if (rc != RC_OK)
		return rc;
	rc =
	    passkey_each(call->core, &call->actor, &l.page, passkey_row, &l, e);
	return api_list_end(&l, rc, e);
}

enum rc api_passkey_remove(struct api_call *call, struct err *e)
{
	char id[RAND_ID_SIZE];

	if (!api_param(call, 0, id, sizeof(id)))
		return err_set(e, RC_NOT_FOUND, "not-found",
		    "You have no such passkey.");
	call->resp->status = 204;
	return passkey_remove(call->core, &call->actor, id, e);
}

enum rc api_passkey_login_options(struct api_call *call, struct err *e)
{
	struct passkey_offer o;
	struct json w;
	struct buf out;
	enum rc rc = passkey_login_begin(call->core, &call->actor, &o, e);

	if (rc != RC_OK)
		return rc;
	buf_init(&out, OPTIONS_MAX);
	json_init(&w, &out);
	json_obj(&w);
	put_challenge(&w, &o);
	json_put_str(&w, "rpId", o.site.id);
	json_key(&w, "allowCredentials");
	json_arr(&w);
	json_end(&w);
	json_put_str(&w, "userVerification", "required");
	json_end(&w);
	api_json(call, 200, &out);
	buf_clear(&out);
	return RC_OK;
}

enum rc api_passkey_login(struct api_call *call, struct err *e)
{
	static const char *const fields[] = {"credential", "cookie", NULL};
	struct passkey_answer a;
	struct session_new s;
	struct credential c;
	bool cookie = false;
	enum rc rc;

	credential_init(&c);
	rc = api_fields_only(call, fields, e);
	if (rc == RC_OK)
		rc = api_field_bool_opt(call, "cookie", false, &cookie, e);
	if (rc == RC_OK)
		rc = credential_read(call, &c, e);
	a.id = buf_span(&c.id);
	a.handle = buf_span(&c.handle);
	a.answer.client = buf_span(&c.client);
	a.answer.auth = buf_span(&c.auth);
	a.answer.signature = buf_span(&c.signature);
	if (rc == RC_OK)
		rc = passkey_login(call->core, &call->actor, &a, &s, e);
	if (rc == RC_OK)
		rc = api_session_answer(call, &s, cookie, e);
	credential_clear(&c);
	return rc;
}
