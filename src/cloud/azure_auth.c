/* Shared access signatures and tokens of Entra ID.
 * Must not log, and must not keep a secret longer than a request. */
#include "cloud/azure_auth.h"

#include <stdio.h>
#include <string.h>

#include "base/enc.h"
#include "cloud/azure_answer.h"
#include "pki/digest.h"

#define ENTRA "https://login.microsoftonline.com"
#define SAS_S 3600
#define EARLY_S 300 /* a session ends before what it holds does */
#define TOKEN_MAX 16384
#define SESSION_MAX (TOKEN_MAX + 64)

static bool is_plain(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9');
}

/* One or more of letters, digits and the others. */
static bool is_made_of(const char *s, const char *others)
{
	size_t i;

	for (i = 0; s[i] != '\0'; i++)
		if (!is_plain(s[i]) && !strchr(others, s[i]))
			return false;
	return i > 0;
}

static bool is_host(const char *s)
{
	const char *port = strchr(s, ':');
	size_t n = port ? (size_t)(port - s) : strlen(s);
	uint64_t v;

	if (n == 0 || strlen(s) >= AZURE_AUTH_HOST_SIZE || s[0] == '.' ||
	    s[0] == '-')
		return false;
	if (port && (!span_u64(span_str(port + 1), 65535, &v) || v == 0))
		return false;
	return is_made_of(s, ".-:");
}

static enum rc bad_string(struct err *e, const char *why)
{
	return err_set(e, RC_INVALID, "cloud-connection-string",
	    "The connection string %s; it is \"HostName=...;"
	    "SharedAccessKeyName=...;SharedAccessKey=...\", as the Azure "
	    "portal gives it.",
	    why);
}

static enum rc read_key(struct span text, struct azure_auth_parsed *out,
    struct err *e)
{
	struct buf key;
	enum rc rc = RC_OK;

	buf_init(&key, AZURE_AUTH_KEY_MAX);
	if (!enc_unbase64(&key, text, false) || key.n == 0)
		rc = bad_string(e, "has a key that is no base64");
	else {
		memcpy(out->key, key.p, key.n);
		out->key_n = key.n;
	}
	buf_clear_secret(&key);
	return rc;
}

static enum rc read_part(struct span name, struct span value,
    struct azure_auth_parsed *out, struct err *e)
{
	if (span_eq_str(name, "HostName") && out->host[0] == '\0') {
		if (!span_copy_str(value, out->host, sizeof(out->host)) ||
		    !is_host(out->host))
			return bad_string(e, "names no host");
		return RC_OK;
	}
	if (span_eq_str(name, "SharedAccessKeyName") &&
	    out->key_name[0] == '\0') {
		if (!span_copy_str(value, out->key_name,
			sizeof(out->key_name)) ||
		    !is_made_of(out->key_name, "-._ !#$%'()*+,/:=?@~"))
			return bad_string(e, "names no key");
		return RC_OK;
	}
	if (span_eq_str(name, "SharedAccessKey") && out->key_n == 0)
		return read_key(value, out, e);
	if (span_eq_str(name, "DeviceId"))
		return bad_string(e, "is of a device, not of the service");
	return bad_string(e, "has a part that does not belong there");
}

enum rc azure_auth_parse(struct span text, struct azure_auth_parsed *out,
    struct err *e)
{
	struct span rest = span_trim(text), part, name;
	enum rc rc = RC_OK;

	memset(out, 0, sizeof(*out));
	while (rc == RC_OK && rest.n > 0) {
		(void)span_cut(&rest, ';', &part);
		if (!span_cut(&part, '=', &name))
			rc = bad_string(e, "has a part without \"=\"");
		else
			rc = read_part(name, part, out, e);
	}
	if (rc == RC_OK &&
	    (out->host[0] == '\0' || out->key_name[0] == '\0' ||
		out->key_n == 0))
		rc = bad_string(e, "is not whole");
	if (rc != RC_OK)
		azure_auth_wipe(out);
	return rc;
}

void azure_auth_wipe(struct azure_auth_parsed *p)
{
	explicit_bzero(p, sizeof(*p));
}

void azure_auth_sas(const struct azure_auth_parsed *p, int64_t until_s,
    struct buf *out)
{
	uint8_t mac[DIGEST_SHA256];
	struct buf sr, text;

	buf_init(&sr, 3 * AZURE_AUTH_HOST_SIZE);
	buf_init(&text, 4 * AZURE_AUTH_HOST_SIZE);
	enc_percent(&sr, span_str(p->host));
	buf_add_span(&text, buf_span(&sr));
	buf_addf(&text, "\n%lld", (long long)until_s);
	digest_hmac_sha256(span_of(p->key, p->key_n), buf_span(&text), mac);
	buf_add_str(out, "SharedAccessSignature sr=");
	buf_add_span(out, buf_span(&sr));
	buf_add_str(out, "&sig=");
	buf_reset(&text);
	enc_base64(&text, span_of(mac, sizeof(mac)));
	enc_percent(out, buf_span(&text));
	buf_addf(out, "&se=%lld&skn=", (long long)until_s);
	enc_percent(out, span_str(p->key_name));
	buf_clear(&sr);
	buf_clear_secret(&text);
	explicit_bzero(mac, sizeof(mac));
}

/* --- what users set --- */

static const char *setting(json_t *object, const char *name)
{
	const char *s = connector_str(object, name);

	return s && s[0] != '\0' ? s : NULL;
}

static bool is_federated(json_t *settings)
{
	const char *s = setting(settings, "federated");

	return s && strcmp(s, "yes") == 0;
}

static enum rc bad_setting(struct err *e, const char *why)
{
	return err_set(e, RC_INVALID, "cloud-settings", "%s", why);
}

static enum rc check_settings(json_t *s, struct err *e)
{
	const char *host = setting(s, "host");
	const char *tenant = setting(s, "tenant_id");
	const char *client = setting(s, "client_id");
	const char *login = setting(s, "login_endpoint");
	const char *federated = setting(s, "federated");

	if (host && !is_host(host))
		return bad_setting(e,
		    "The setting host is a name such as "
		    "\"NAME.azure-devices.net\", without https://.");
	if (!tenant != !client)
		return bad_setting(e,
		    "The settings tenant_id and client_id go together.");
	if (tenant && (!is_made_of(tenant, "-.") || strstr(tenant, "..")))
		return bad_setting(e,
		    "The setting tenant_id is the id or the domain of the "
		    "directory.");
	if (client && !is_made_of(client, "-"))
		return bad_setting(e,
		    "The setting client_id is the id of the application.");
	if (federated && strcmp(federated, "yes") != 0 &&
	    strcmp(federated, "no") != 0)
		return bad_setting(e,
		    "The setting federated is \"yes\" or \"no\".");
	if (federated && strcmp(federated, "yes") == 0 && !tenant)
		return bad_setting(e,
		    "A federated application needs tenant_id and client_id.");
	if (login &&
	    (!span_starts(span_str(login), SPAN_LIT("https://")) ||
		!is_host(login + strlen("https://"))))
		return bad_setting(e,
		    "The setting login_endpoint is https://HOST without a "
		    "path.");
	return RC_OK;
}

static enum rc check_string(json_t *settings, const char *text, struct err *e)
{
	const char *host = setting(settings, "host");
	struct azure_auth_parsed p;
	enum rc rc;

	if (setting(settings, "tenant_id"))
		return bad_setting(e,
		    "Either a connection string or an application "
		    "(tenant_id, client_id) is given, not both.");
	rc = azure_auth_parse(span_str(text), &p, e);
	if (rc != RC_OK)
		return rc;
	if (host && strcasecmp(host, p.host) != 0)
		rc = err_set(e, RC_INVALID, "cloud-other-host",
		    "The connection string is of %s, and this cloud is %s.",
		    p.host, host);
	else if (!host &&
	    json_object_set_new(settings, "host", json_string(p.host)) != 0)
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	azure_auth_wipe(&p);
	return rc;
}

enum rc azure_auth_check(json_t *settings, json_t *credentials, struct err *e)
{
	const char *text = setting(credentials, "connection_string");
	const char *secret = setting(credentials, "client_secret");
	enum rc rc = check_settings(settings, e);

	if (rc != RC_OK)
		return rc;
	if (text && secret)
		return bad_setting(e,
		    "Either connection_string or client_secret is given, not "
		    "both.");
	if (text)
		return check_string(settings, text, e);
	if (!setting(settings, "host"))
		return bad_setting(e,
		    "Without a connection string the setting host is needed.");
	if (is_federated(settings))
		return secret ? bad_setting(e,
				    "A federated application has no "
				    "client_secret.")
			      : RC_OK;
	if (!credentials)
		return RC_OK;
	if (!secret || !setting(settings, "tenant_id"))
		return bad_setting(e,
		    "The cloud needs a connection_string, or tenant_id and "
		    "client_id with a client_secret, or federated \"yes\".");
	return RC_OK;
}

enum rc azure_auth_host(const struct connector_way *way,
    char out[AZURE_AUTH_HOST_SIZE], struct err *e)
{
	const char *host = setting(way->settings, "host");

	if (!host || !is_host(host) ||
	    !span_copy_str(span_str(host), out, AZURE_AUTH_HOST_SIZE))
		return err_set(e, RC_INVALID, "cloud-settings",
		    "The cloud has no host.");
	return RC_OK;
}

/* --- sessions --- */

static enum rc login_sas(struct connector_talk *t, const char *text,
    struct err *e)
{
	struct azure_auth_parsed p;
	char host[AZURE_AUTH_HOST_SIZE];
	enum rc rc = azure_auth_host(t->way, host, e);

	if (rc == RC_OK)
		rc = azure_auth_parse(span_str(text), &p, e);
	if (rc != RC_OK)
		return rc;
	/* Nothing is signed for a host that requests do not go to. */
	if (strcasecmp(p.host, host) != 0)
		rc = err_set(e, RC_UNAUTHENTICATED, "cloud-other-host",
		    "The connection string is of %s, and this cloud is %s.",
		    p.host, host);
	else
		azure_auth_sas(&p, t->now_s + SAS_S, &t->session);
	azure_auth_wipe(&p);
	if (rc == RC_OK && !buf_ok(&t->session))
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	if (rc == RC_OK) {
		t->session_ends_s = t->now_s + SAS_S - EARLY_S;
		t->over = true;
	}
	return rc;
}

static void form(struct buf *body, const char *name, struct span value)
{
	if (body->n > 0)
		buf_add_u8(body, '&');
	buf_add_str(body, name);
	buf_add_u8(body, '=');
	enc_percent(body, value);
}

/* The proof that we are the application: RFC 7523 or its secret. */
static enum rc form_proof(struct connector_talk *t, struct buf *body,
    struct err *e)
{
	const char *secret = setting(t->way->credentials, "client_secret");
	struct buf jwt;
	enum rc rc;

	if (!is_federated(t->way->settings)) {
		if (!secret)
			return err_set(e, RC_UNAUTHENTICATED,
			    "cloud-credentials-missing",
			    "The cloud has no credentials; give it a "
			    "connection string or a client secret.");
		form(body, "client_secret", span_str(secret));
		return RC_OK;
	}
	buf_init(&jwt, TOKEN_MAX);
	rc = t->way->token(t->way->ctx, "api://AzureADTokenExchange", &jwt, e);
	if (rc == RC_OK) {
		form(body, "client_assertion_type",
		    SPAN_LIT("urn:ietf:params:oauth:client-assertion-type:"
			     "jwt-bearer"));
		form(body, "client_assertion", buf_span(&jwt));
	}
	buf_clear_secret(&jwt);
	return rc;
}

enum rc azure_auth_ask(struct connector_talk *t, const char *scope,
    struct connector_request *q, struct err *e)
{
	json_t *s = t->way->settings;
	const char *text = setting(t->way->credentials, "connection_string");
	const char *tenant = setting(s, "tenant_id");
	const char *client = setting(s, "client_id");
	const char *login = setting(s, "login_endpoint");

	if (t->session.max == 0)
		buf_init(&t->session, SESSION_MAX);
	buf_reset(&t->session);
	if (text)
		return login_sas(t, text, e);
	if (!tenant || !client)
		return err_set(e, RC_UNAUTHENTICATED,
		    "cloud-credentials-missing",
		    "The cloud has no credentials; give it a connection "
		    "string.");
	q->method = "POST";
	q->content_type = "application/x-www-form-urlencoded";
	buf_add_str(&q->url, login ? login : ENTRA);
	buf_add_str(&q->url, "/");
	enc_percent(&q->url, span_str(tenant));
	buf_add_str(&q->url, "/oauth2/v2.0/token");
	form(&q->body, "grant_type", SPAN_LIT("client_credentials"));
	form(&q->body, "client_id", span_str(client));
	form(&q->body, "scope", span_str(scope));
	return form_proof(t, &q->body, e);
}

/* Only what may stand in a header (RFC 6750 2.1). */
static bool is_token(const char *s)
{
	return s && strlen(s) <= TOKEN_MAX && is_made_of(s, "-._~+/=");
}

static enum rc login_refused(const struct connector_answer *a, struct err *e)
{
	char text[CONNECTOR_TEXT_SIZE];

	if (a->status != 400 && a->status != 401 && a->status != 403)
		return azure_answer_fault(a, "Entra ID", e);
	azure_answer_text(a, text);
	return err_set(e, RC_UNAUTHENTICATED, "cloud-credentials-refused",
	    "Entra ID refused the application (status %d)%s%s", a->status,
	    text[0] ? ": " : ".", text);
}

enum rc azure_auth_take(struct connector_talk *t,
    const struct connector_answer *a, struct err *e)
{
	json_t *root, *ends;
	const char *token, *type;
	enum rc rc = RC_OK;

	if (a->status != 200)
		return login_refused(a, e);
	root = azure_answer_json(a);
	token = json_string_value(json_object_get(root, "access_token"));
	type = json_string_value(json_object_get(root, "token_type"));
	ends = json_object_get(root, "expires_in");
	if (!is_token(token) || !type || strcasecmp(type, "Bearer") != 0)
		rc = azure_answer_garbage(e, "it is no token");
	else if (!json_is_integer(ends) || json_integer_value(ends) <= 0 ||
	    json_integer_value(ends) > 7 * 86400)
		rc = azure_answer_garbage(e, "the token has no end");
	if (rc == RC_OK) {
		int64_t s = json_integer_value(ends);

		buf_reset(&t->session);
		buf_add_str(&t->session, "Bearer ");
		buf_add_str(&t->session, token);
		t->session_ends_s =
		    t->now_s + (s > 2 * EARLY_S ? s - EARLY_S : s / 2);
		t->over = true;
		if (!buf_ok(&t->session))
			rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	}
	json_decref(root);
	return rc;
}

enum rc azure_auth_begin(const struct connector_talk *t,
    struct connector_request *q, const char *method, const char *path,
    struct err *e)
{
	char host[AZURE_AUTH_HOST_SIZE];
	enum rc rc = azure_auth_host(t->way, host, e);

	if (rc != RC_OK)
		return rc;
	if (!t->way->session || t->way->session[0] == '\0')
		return err_set(e, RC_UNAUTHENTICATED, "cloud-no-session",
		    "There is no session with this cloud.");
	q->method = method;
	buf_addf(&q->url, "https://%s%s", host, path);
	buf_addf(&q->headers, "Authorization: %s\n", t->way->session);
	buf_add_str(&q->headers, "Accept: application/json\n");
	return RC_OK;
}
