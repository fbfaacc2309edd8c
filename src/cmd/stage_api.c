/* The stage's people and their calls over REST.
 * Must do nothing that a user could not do with the same programs. */
#include "cmd/stage_api.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/rand.h"
#include "cmd/proc.h"

#define PASSWORD_BYTES 12
#define KEY_SIZE 96

/* "vendor.password" and the like: one user's entry in the state. */
static void key_of(char out[KEY_SIZE], const char *who, const char *what)
{
	(void)snprintf(out, KEY_SIZE, "%s.%s", who, what);
}

static const char *kept(const struct stage *s, const char *who,
    const char *what)
{
	char key[KEY_SIZE];

	key_of(key, who, what);
	return stage_get(s, key);
}

static enum rc keep(struct stage *s, const char *who, const char *what,
    const char *value, struct err *e)
{
	char key[KEY_SIZE];

	if (value == NULL)
		return err_set(e, RC_INVALID, "garbage",
		    "The service's answer lacks the %s's %s.", who, what);
	key_of(key, who, what);
	return stage_put(s, key, value, e);
}

static const char *text(json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static enum rc call(struct client *c, struct client_call *what, json_t **answer,
    struct err *e)
{
	json_t *got = NULL;
	enum rc rc = client_do(c, what, &got, NULL, e);

	json_decref(what->body);
	if (answer != NULL)
		*answer = got;
	else
		json_decref(got);
	return rc;
}

enum rc stage_api_call(struct client *c, const char *method, const char *path,
    json_t *body, json_t **answer, struct err *e)
{
	struct client_call what = {.method = method,
	    .path = path,
	    .body = body};

	return call(c, &what, answer, e);
}

enum rc stage_api_once(struct client *c, const char *path, json_t *body,
    const char *key, json_t **answer, struct err *e)
{
	struct client_call what = {.method = "POST",
	    .path = path,
	    .body = body,
	    .idempotency_key = key};

	return call(c, &what, answer, e);
}

static enum rc connect_as(struct stage *s, struct client *c, struct err *e)
{
	const char *url = stage_get(s, "url");
	char ca[STAGE_PATH];
	enum rc rc = stage_path(s, "service/tls/cert.pem", ca, e);

	memset(c, 0, sizeof(*c));
	if (rc == RC_OK &&
	    (!span_copy_str(span_str(url), c->url, CLIENT_TEXT) ||
		!span_copy_str(span_str(ca), c->ca, CLIENT_TEXT)))
		rc = err_set(e, RC_INVALID, "path",
		    "The folder's path is too long.");
	return rc;
}

enum rc stage_api_login(struct stage *s, const char *who, struct client *c,
    struct err *e)
{
	const char *email = kept(s, who, "email");
	const char *password = kept(s, who, "password");
	json_t *answer = NULL;
	enum rc rc = connect_as(s, c, e);

	if (rc == RC_OK && (email == NULL || password == NULL))
		rc = err_set(e, RC_BUG, "stage-user",
		    "The stage has no user \"%s\".", who);
	if (rc == RC_OK)
		rc = stage_api_call(c, "POST", "/api/v1/sessions",
		    json_pack("{s:s,s:s}", "email", email, "password",
			password),
		    &answer, e);
	if (rc == RC_OK &&
	    !span_copy_str(span_str(text(answer, "token")), c->token,
		CLIENT_TEXT))
		rc = err_set(e, RC_INVALID, "garbage",
		    "The service's answer holds no token.");
	json_decref(answer);
	return rc;
}

static enum rc new_password(struct stage *s, const char *who, struct err *e)
{
	uint8_t bytes[PASSWORD_BYTES];
	struct buf b;
	enum rc rc;

	if (kept(s, who, "password") != NULL)
		return RC_OK;
	buf_init(&b, 256);
	rand_bytes(bytes, sizeof(bytes));
	enc_base64url(&b, span_of(bytes, sizeof(bytes)));
	rc = keep(s, who, "password", buf_cstr(&b), e);
	buf_clear_secret(&b);
	return rc;
}

/* Uses up an invitation as a new user. */
static enum rc accept(struct stage *s, const char *who, const char *token,
    struct err *e)
{
	struct client c = {0};
	enum rc rc = new_password(s, who, e);

	if (rc == RC_OK)
		rc = connect_as(s, &c, e);
	if (rc == RC_OK)
		rc = stage_api_call(&c, "POST", "/api/v1/invitations/accept",
		    json_pack("{s:s,s:s,s:s}", "token", token, "password",
			kept(s, who, "password"), "name", who),
		    NULL, e);
	client_close(&c);
	return rc;
}

/* Invites by `as`, accepts, and keeps the address as the sign that it is
 * done. */
static enum rc join(struct stage *s, struct client *as, const char *path,
    json_t *body, const char *who, struct err *e)
{
	char email[KEY_SIZE];
	json_t *answer = NULL;
	enum rc rc;

	(void)snprintf(email, sizeof(email), "%s@kit.example", who);
	(void)json_object_set_new(body, "email", json_string(email));
	rc = stage_api_call(as, "POST", path, body, &answer, e);
	if (rc == RC_OK)
		rc = accept(s, who, text(answer, "token"), e);
	if (rc == RC_OK)
		rc = keep(s, who, "email", email, e);
	json_decref(answer);
	return rc;
}

static enum rc add_ca(struct stage *s, struct client *c, const char *vendor,
    const char *role, struct err *e)
{
	char name[64], file[STAGE_PATH], path[256];
	struct buf pem;
	enum rc rc;

	(void)snprintf(name, sizeof(name), "fab/%s.pem", role);
	(void)snprintf(path, sizeof(path), "/api/v1/vendors/%s/cas", vendor);
	buf_init(&pem, 64 * 1024);
	rc = stage_path(s, name, file, e);
	if (rc == RC_OK)
		rc = file_read(file, &pem, e);
	if (rc == RC_OK)
		rc = stage_api_once(c, path,
		    json_pack("{s:s,s:s}", "certificate", buf_cstr(&pem),
			"role", role),
		    role, NULL, e);
	buf_clear(&pem);
	return rc;
}

static enum rc bundle_cas(struct stage *s, struct err *e)
{
	static const char *const files[] = {"fab/root.pem", "fab/issuing.pem"};
	char path[STAGE_PATH];
	struct buf b;
	enum rc rc = RC_OK;
	size_t i;

	buf_init(&b, 256 * 1024);
	for (i = 0; rc == RC_OK && i < 2; i++) {
		rc = stage_path(s, files[i], path, e);
		if (rc == RC_OK)
			rc = file_read(path, &b, e);
	}
	if (rc == RC_OK)
		rc = stage_path(s, "devices-ca.pem", path, e);
	if (rc == RC_OK)
		rc = file_write(path, buf_span(&b), 0644, e);
	buf_clear(&b);
	return rc;
}

enum rc stage_api_fab(struct stage *s, const char *name, struct err *e)
{
	char dir[STAGE_PATH];
	const char *argv[] = {"fab", "init", "--vendor", name, "--dir", dir,
	    NULL};
	enum rc rc;

	if (stage_get(s, "fab") != NULL)
		return RC_OK;
	rc = stage_path(s, "fab", dir, e);
	if (rc == RC_OK)
		rc = stage_run(s, argv, NULL, e);
	if (rc == RC_OK)
		rc = bundle_cas(s, e);
	return rc == RC_OK ? stage_put(s, "fab", name, e) : rc;
}

enum rc stage_api_interop_key(struct stage *s, struct err *e)
{
	struct fetch_options o = {.allow_private = true,
	    .connect_ms = 5000,
	    .total_ms = 10000,
	    .answer_max = 64 * 1024};
	struct fetch_request r = FETCH_REQUEST;
	char ca[STAGE_PATH], file[STAGE_PATH], url[256];
	struct fetch *f = NULL;
	struct fetch_answer a;
	enum rc rc;

	fetch_answer_init(&a);
	rc = stage_path(s, "service/tls/cert.pem", ca, e);
	o.ca_file = ca;
	(void)snprintf(url, sizeof(url),
	    "%s/.well-known/birthmark/accounts/%s/interop-key.pem",
	    stage_get(s, "url"), kept(s, "admin", "account"));
	r.method = "GET";
	r.url = url;
	if (rc == RC_OK)
		rc = fetch_new(&f, &o, e);
	if (rc == RC_OK)
		rc = fetch_do(f, &r, &a, e);
	if (rc == RC_OK && a.status != 200)
		rc = client_problem(a.status, buf_span(&a.body), e);
	if (rc == RC_OK)
		rc = stage_path(s, "interop-key.pem", file, e);
	if (rc == RC_OK)
		rc = file_write(file, buf_span(&a.body), 0644, e);
	fetch_answer_clear(&a);
	fetch_free(f);
	return rc;
}

enum rc stage_api_vendor(struct stage *s, const char *name, struct err *e)
{
	json_t *answer = NULL;
	struct client c = {0};
	const char *id;
	enum rc rc;

	if (kept(s, "vendor", "email") != NULL)
		return RC_OK;
	rc = stage_api_login(s, "service", &c, e);
	if (rc == RC_OK)
		rc = stage_api_once(&c, "/api/v1/vendors",
		    json_pack("{s:s,s:s}", "name", name, "slug", "virtual"),
		    "stage-vendor", &answer, e);
	id = text(answer, "id");
	if (rc == RC_OK)
		rc = keep(s, "vendor", "id", id, e);
	if (rc == RC_OK)
		rc = add_ca(s, &c, id, "root", e);
	if (rc == RC_OK)
		rc = add_ca(s, &c, id, "issuing", e);
	if (rc == RC_OK)
		rc = join(s, &c, "/api/v1/service/invitations",
		    json_pack("{s:s,s:s,s:s}", "scope", "vendor", "id", id,
			"role", "vendor-administrator"),
		    "vendor", e);
	json_decref(answer);
	client_close(&c);
	return rc;
}

enum rc stage_api_account(struct stage *s, const char *who, const char *name,
    struct err *e)
{
	char key[KEY_SIZE], path[256];
	json_t *answer = NULL;
	struct client c = {0};
	const char *id;
	enum rc rc;

	if (kept(s, who, "email") != NULL)
		return RC_OK;
	(void)snprintf(key, sizeof(key), "stage-account-%s", who);
	rc = stage_api_login(s, "service", &c, e);
	if (rc == RC_OK)
		rc = stage_api_once(&c, "/api/v1/accounts",
		    json_pack("{s:s}", "name", name), key, &answer, e);
	id = text(answer, "id");
	if (rc == RC_OK)
		rc = keep(s, who, "account", id, e);
	if (rc == RC_OK) {
		(void)snprintf(path, sizeof(path),
		    "/api/v1/accounts/%s/invitations", id);
		rc = join(s, &c, path,
		    json_pack("{s:s}", "role", "administrator"), who, e);
	}
	json_decref(answer);
	client_close(&c);
	return rc;
}

enum rc stage_api_member(struct stage *s, const char *admin, const char *who,
    const char *role, struct err *e)
{
	struct client c = {0};
	char path[256];
	enum rc rc;

	if (kept(s, who, "email") != NULL)
		return RC_OK;
	rc = stage_api_login(s, admin, &c, e);
	(void)snprintf(path, sizeof(path), "/api/v1/accounts/%s/invitations",
	    kept(s, admin, "account"));
	if (rc == RC_OK)
		rc = keep(s, who, "account", kept(s, admin, "account"), e);
	if (rc == RC_OK)
		rc =
		    join(s, &c, path, json_pack("{s:s}", "role", role), who, e);
	client_close(&c);
	return rc;
}

/* Creates one thing in the account and keeps its id, or the secret that the
 * answer shows this once. */
static enum rc create(struct stage *s, struct client *c, const char *kind,
    json_t *body, const char *as, struct err *e)
{
	char path[256], key[KEY_SIZE];
	json_t *answer = NULL;
	const char *what;
	enum rc rc;

	if (stage_get(s, as) != NULL) {
		json_decref(body);
		return RC_OK;
	}
	(void)snprintf(path, sizeof(path), "/api/v1/accounts/%s/%s",
	    kept(s, "admin", "account"), kind);
	(void)snprintf(key, sizeof(key), "stage-%s", as);
	rc = stage_api_once(c, path, body, key, &answer, e);
	what = text(answer, "token") != NULL ? text(answer, "token")
					     : text(answer, "id");
	if (rc == RC_OK && what == NULL)
		rc = err_set(e, RC_INVALID, "garbage",
		    "The service's answer lacks an id.");
	if (rc == RC_OK)
		rc = stage_put(s, as, what, e);
	json_decref(answer);
	return rc;
}

static enum rc add_receiver(struct stage *s, struct client *c, struct err *e)
{
	char ca[STAGE_PATH], url[128];
	unsigned int port = 0;
	struct buf pem;
	enum rc rc;

	buf_init(&pem, 64 * 1024);
	rc = stage_port(s, "receiver.port", 0, &port, e);
	if (rc == RC_OK)
		rc = stage_path(s, "broker/ca.pem", ca, e);
	if (rc == RC_OK)
		rc = file_read(ca, &pem, e);
	(void)snprintf(url, sizeof(url), "https://localhost:%u", port);
	if (rc == RC_OK)
		rc = create(s, c, "clouds",
		    json_pack("{s:s,s:s,s:s,s:{s:s,s:s},s:s}", "name",
			"Interop receiver", "type", "interop", "form", "aws",
			"aws", "account_id", "123456789012", "url", url,
			"ca_certificate", buf_cstr(&pem)),
		    "cloud.interop", e);
	buf_clear(&pem);
	return rc;
}

static enum rc add_gate_token(struct stage *s, struct client *c, struct err *e)
{
	char file[STAGE_PATH];
	enum rc rc;

	rc = create(s, c, "tokens",
	    json_pack("{s:s,s:s,s:i}", "name", "gate", "role", "gate",
		"expires_in_days", 366),
	    "gate.token", e);
	if (rc == RC_OK)
		rc = stage_path(s, "gate-token", file, e);
	if (rc == RC_OK)
		rc = file_write(file, span_str(stage_get(s, "gate.token")),
		    0600, e);
	return rc;
}

enum rc stage_api_clouds(struct stage *s, const char *product, struct err *e)
{
	struct client c = {0};
	enum rc rc;

	if (stage_get(s, "gate.token") != NULL)
		return RC_OK;
	rc = stage_api_login(s, "admin", &c, e);
	if (rc == RC_OK)
		rc = create(s, &c, "products",
		    json_pack("{s:s}", "name", product), "product", e);
	if (rc == RC_OK)
		rc = add_receiver(s, &c, e);
	if (rc == RC_OK)
		rc = create(s, &c, "clouds",
		    json_pack("{s:s,s:s}", "name", "Own cloud", "type", "gate"),
		    "cloud.gate", e);
	if (rc == RC_OK)
		rc = add_gate_token(s, &c, e);
	client_close(&c);
	return rc;
}

enum rc stage_api_reel(struct stage *s, const char *reel, const char *batch,
    unsigned int count, bool open, struct err *e)
{
	char fab[STAGE_PATH], out[STAGE_PATH], name[128], n[16], done[KEY_SIZE];
	const char *url = stage_get(s, "url");
	const char *argv[] = {"fab", "personalize", "--dir", fab, "--out", out,
	    "--reel", reel, "--batch", batch, "--count", n, "--host",
	    url == NULL ? "localhost" : url + strlen("https://"),
	    open ? "--open" : NULL, NULL};
	enum rc rc;

	key_of(done, "reel", reel);
	if (stage_get(s, done) != NULL)
		return RC_OK;
	(void)snprintf(name, sizeof(name), "reels/%s", reel);
	(void)snprintf(n, sizeof(n), "%u", count);
	rc = stage_path(s, "fab", fab, e);
	if (rc == RC_OK)
		rc = stage_path(s, name, out, e);
	if (rc == RC_OK)
		rc = stage_run(s, argv, NULL, e);
	return rc == RC_OK ? stage_put(s, done, batch, e) : rc;
}

enum rc stage_api_run_as(struct stage *s, struct client *c,
    const char *const *argv, struct err *e)
{
	char url[CLIENT_TEXT + 20], token[CLIENT_TEXT + 20];
	char ca[CLIENT_TEXT + 20], config[STAGE_PATH + 20];
	const char *env[] = {url, token, ca, config, NULL};
	struct proc_cmd cmd = {.argv = {"birthmark"}, .env = env};
	struct buf err_out;
	int status = 0;
	enum rc rc;
	size_t i;

	for (i = 0; argv[i] != NULL && i + 2 < PROC_ARGS_MAX; i++)
		cmd.argv[i + 1] = argv[i];
	(void)snprintf(url, sizeof(url), "BIRTHMARK_URL=%s", c->url);
	(void)snprintf(token, sizeof(token), "BIRTHMARK_TOKEN=%s", c->token);
	(void)snprintf(ca, sizeof(ca), "BIRTHMARK_CA=%s", c->ca);
	(void)snprintf(config, sizeof(config), "XDG_CONFIG_HOME=%s", s->dir);
	buf_init(&err_out, 64 * 1024);
	rc = proc_run(&cmd, &status, NULL, &err_out, e);
	if (rc == RC_OK && status != 0)
		rc = stage_refusal(buf_span(&err_out), status, argv[0], e);
	explicit_bzero(token, sizeof(token));
	buf_clear(&err_out);
	return rc;
}

/* `birthmark publish` with the vendor's session, as the chip maker runs it. */
enum rc stage_api_publish_dir(struct stage *s, struct client *c,
    const char *dir, struct err *e)
{
	const char *const argv[] = {"publish", "--vendor",
	    kept(s, "vendor", "id"), dir, NULL};

	return stage_api_run_as(s, c, argv, e);
}

enum rc stage_api_publish(struct stage *s, const char *reel, struct err *e)
{
	char dir[STAGE_PATH], name[128], done[KEY_SIZE];
	struct client c = {0};
	enum rc rc;

	key_of(done, "published", reel);
	if (stage_get(s, done) != NULL)
		return RC_OK;
	(void)snprintf(name, sizeof(name), "reels/%s", reel);
	rc = stage_path(s, name, dir, e);
	if (rc == RC_OK)
		rc = stage_api_login(s, "vendor", &c, e);
	if (rc == RC_OK)
		rc = stage_api_publish_dir(s, &c, dir, e);
	if (rc == RC_OK)
		rc = stage_put(s, done, "yes", e);
	client_close(&c);
	return rc;
}
