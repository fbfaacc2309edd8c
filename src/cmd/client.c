/* The command line's connection to a service.
 * Must not print and must not keep a token in memory after client_close. */
#include "cmd/client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/rand.h"

#define CLIENT_TRIES 4
#define CLIENT_ANSWER_MAX (16U * 1024 * 1024)

static enum rc config_path(char *out, size_t cap, struct err *e)
{
	const char *xdg = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");
	int n;

	if (xdg != NULL && xdg[0] == '/')
		n = snprintf(out, cap, "%s/birthmark/client.json", xdg);
	else
		n = snprintf(out, cap, "%s/.config/birthmark/client.json",
		    home == NULL ? "" : home);
	if (n < 0 || (size_t)n >= cap)
		return err_set(e, RC_INVALID, "path-too-long",
		    "The path of the configuration folder is too long.");
	return RC_OK;
}

static struct {
	const char *key;
	const char *env;
	size_t offset;
} const settings[] = {
    {"url", "BIRTHMARK_URL", offsetof(struct client, url)},
    {"token", "BIRTHMARK_TOKEN", offsetof(struct client, token)},
    {"ca", "BIRTHMARK_CA", offsetof(struct client, ca)},
    {"account", "BIRTHMARK_ACCOUNT", offsetof(struct client, account)},
    {"vendor", "BIRTHMARK_VENDOR", offsetof(struct client, vendor)},
};
#define SETTINGS_N (sizeof(settings) / sizeof(settings[0]))

static char *field(const struct client *c, size_t i)
{
	return (char *)(uintptr_t)c + settings[i].offset;
}

static enum rc put(struct client *c, size_t i, const char *value, struct err *e)
{
	if (!span_copy_str(span_str(value), field(c, i), CLIENT_TEXT))
		return err_set(e, RC_INVALID, "setting-too-long",
		    "The setting \"%s\" (or %s) is too long.", settings[i].key,
		    settings[i].env);
	return RC_OK;
}

static enum rc load_saved(struct client *c, struct err *e)
{
	char path[CLIENT_TEXT * 4];
	struct buf text;
	json_t *root = NULL;
	enum rc rc;
	size_t i;

	buf_init(&text, 64 * 1024);
	rc = config_path(path, sizeof(path), e);
	if (rc != RC_OK || !file_exists(path))
		goto out;
	rc = file_read(path, &text, e);
	if (rc != RC_OK)
		goto out;
	root = json_loadb((const char *)text.p, text.n, 0, NULL);
	if (!json_is_object(root)) {
		rc = err_set(e, RC_ENV, "saved-login-broken",
		    "%s is not valid JSON: remove it and log in again.", path);
		goto out;
	}
	for (i = 0; i < SETTINGS_N && rc == RC_OK; i++) {
		const char *v =
		    json_string_value(json_object_get(root, settings[i].key));
		if (v != NULL)
			rc = put(c, i, v, e);
	}
out:
	json_decref(root);
	buf_clear_secret(&text);
	return rc;
}

enum rc client_open(struct client *c, struct err *e)
{
	enum rc rc;
	size_t i;

	memset(c, 0, sizeof(*c));
	rc = load_saved(c, e);
	for (i = 0; i < SETTINGS_N && rc == RC_OK; i++) {
		const char *v = getenv(settings[i].env);
		if (v != NULL)
			rc = put(c, i, v, e);
	}
	return rc;
}

enum rc client_use(char field[CLIENT_TEXT], const char *id, struct err *e)
{
	if (id == NULL || span_copy_str(span_str(id), field, CLIENT_TEXT))
		return RC_OK;
	return err_set(e, RC_INVALID, "bad-id", "The id is too long.");
}

void client_close(struct client *c)
{
	if (c == NULL)
		return;
	fetch_free(c->fetch);
	explicit_bzero(c, sizeof(*c));
}

enum rc client_save(const struct client *c, struct err *e)
{
	char path[CLIENT_TEXT * 4], dir[CLIENT_TEXT * 4];
	json_t *root = json_object();
	char *text, *slash;
	enum rc rc;
	size_t i;

	for (i = 0; i < SETTINGS_N; i++)
		if (field(c, i)[0] != '\0')
			(void)json_object_set_new(root, settings[i].key,
			    json_string(field(c, i)));
	text = json_dumps(root, JSON_INDENT(1));
	json_decref(root);
	if (text == NULL)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	rc = config_path(path, sizeof(path), e);
	if (rc == RC_OK && span_copy_str(span_str(path), dir, sizeof(dir)) &&
	    (slash = strrchr(dir, '/')) != NULL) {
		*slash = '\0';
		rc = file_mkdir(dir, 0700, e);
	}
	if (rc == RC_OK)
		rc = file_write(path, span_str(text), 0600, e);
	explicit_bzero(text, strlen(text));
	free(text);
	return rc;
}

enum rc client_forget(struct client *c, struct err *e)
{
	explicit_bzero(c->token, sizeof(c->token));
	return client_save(c, e);
}

static enum rc connect_to(struct client *c, struct err *e)
{
	struct fetch_options o = {
	    .ca_file = c->ca[0] == '\0' ? NULL : c->ca,
	    .allow_private = true,
	    .allow_http = true,
	    .connect_ms = 10000,
	    .total_ms = 600000,
	    .answer_max = CLIENT_ANSWER_MAX,
	};

	if (c->url[0] == '\0')
		return err_set(e, RC_INVALID, "no-service",
		    "No service is known: run `birthmark login --url "
		    "https://HOST:8443` or set BIRTHMARK_URL.");
	return c->fetch != NULL ? RC_OK : fetch_new(&c->fetch, &o, e);
}

static enum rc class_of(int status)
{
	static const enum rc all[] = {RC_INVALID, RC_UNAUTHENTICATED, RC_DENIED,
	    RC_NOT_FOUND, RC_CONFLICT, RC_TOO_LARGE, RC_LIMIT, RC_AGAIN};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (err_class(all[i])->http_status == status)
			return all[i];
	return status >= 500 ? RC_ENV : RC_INVALID;
}

enum rc client_problem(int status, struct span body, struct err *e)
{
	json_t *root = json_loadb((const char *)body.p, body.n, 0, NULL);
	const char *detail = json_string_value(json_object_get(root, "detail"));
	const char *code = json_string_value(json_object_get(root, "code"));
	json_t *line = json_object_get(root, "line");
	json_t *wait = json_object_get(root, "retry_after_s");
	const char *slug = "refused";
	enum rc rc;

	/* The one that a command answers by asking further. */
	if (code != NULL && strcmp(code, "second-factor-needed") == 0)
		slug = "second-factor-needed";
	if (detail != NULL)
		rc = err_set(e, class_of(status), slug, "%s%s%s%s", detail,
		    code == NULL ? "" : " [", code == NULL ? "" : code,
		    code == NULL ? "" : "]");
	else
		rc = err_set(e, class_of(status), "refused",
		    "The service answered with status %d.", status);
	if (e != NULL && json_is_integer(line))
		e->line = (unsigned long)json_integer_value(line);
	if (e != NULL && json_is_integer(wait))
		e->retry_after_s = (unsigned int)json_integer_value(wait);
	json_decref(root);
	return rc;
}

static void wait_before(int try)
{
	clock_sleep_ms(rand_below(200ULL << try) + 50);
}

static enum rc exchange(struct client *c, const struct fetch_request *r,
    struct fetch_answer *a, struct err *e)
{
	enum rc rc = RC_AGAIN;
	int try;

	for (try = 0; try < CLIENT_TRIES; try++) {
		if (try > 0)
			wait_before(try);
		fetch_answer_clear(a);
		fetch_answer_init(a);
		rc = fetch_do(c->fetch, r, a, e);
		if (rc != RC_AGAIN && (rc != RC_OK || a->status != 503))
			break;
	}
	return rc;
}

/* Every write carries a key, so that a retry after a lost answer is not a
 * second request. */
static void fresh_key(char *out, size_t cap, const char *given)
{
	if (given != NULL)
		(void)snprintf(out, cap, "Idempotency-Key: %s", given);
	else {
		char id[RAND_ID_SIZE];
		rand_id(id, sizeof(id), "idem");
		(void)snprintf(out, cap, "Idempotency-Key: %s", id);
	}
}

enum rc client_do(struct client *c, const struct client_call *call,
    json_t **answer, int *status, struct err *e)
{
	struct fetch_request r = FETCH_REQUEST;
	char url[2048], idem[192];
	const char *headers[] = {idem, NULL};
	struct fetch_answer a;
	char *text = NULL;
	enum rc rc;

	*answer = NULL;
	fetch_answer_init(&a);
	rc = connect_to(c, e);
	if (rc != RC_OK)
		goto out;
	if (snprintf(url, sizeof(url), "%s%s", c->url, call->path) >=
	    (int)sizeof(url)) {
		rc = err_set(e, RC_INVALID, "too-long",
		    "The request's address is too long.");
		goto out;
	}
	fresh_key(idem, sizeof(idem), call->idempotency_key);
	r.method = call->method;
	r.url = url;
	r.bearer = c->token[0] == '\0' ? NULL : c->token;
	r.headers = strcmp(call->method, "POST") == 0 ? headers : NULL;
	r.content_type = call->content_type;
	r.body = call->raw;
	if (call->body != NULL) {
		text = json_dumps(call->body, JSON_COMPACT);
		r.content_type = "application/json";
		r.body = span_str(text);
	}
	rc = exchange(c, &r, &a, e);
	if (rc != RC_OK)
		goto out;
	if (status != NULL)
		*status = a.status;
	if (a.status < 200 || a.status > 299)
		rc = client_problem(a.status, buf_span(&a.body), e);
	else if (a.body.n > 0)
		*answer = json_loadb((const char *)a.body.p, a.body.n, 0, NULL);
out:
	if (text != NULL)
		explicit_bzero(text, strlen(text));
	free(text);
	fetch_answer_clear(&a);
	return rc;
}

enum rc client_get(struct client *c, const char *path, json_t **answer,
    struct err *e)
{
	struct client_call call = {.method = "GET", .path = path};

	return client_do(c, &call, answer, NULL, e);
}

enum rc client_need_scope(struct client *c, const char *scope, struct err *e)
{
	bool is_vendor = strcmp(scope, "vendor") == 0;
	char *out = is_vendor ? c->vendor : c->account;
	json_t *me = NULL, *m;
	size_t i, found = 0;
	enum rc rc;

	if (out[0] != '\0')
		return RC_OK;
	rc = client_get(c, "/api/v1/me", &me, e);
	if (rc != RC_OK)
		return rc;
	json_array_foreach(json_object_get(me, "memberships"), i, m)
	{
		const char *kind =
		    json_string_value(json_object_get(m, "scope"));
		const char *id = json_string_value(json_object_get(m, "id"));
		if (kind == NULL || id == NULL || strcmp(kind, scope) != 0)
			continue;
		found++;
		if (!span_copy_str(span_str(id), out, CLIENT_TEXT))
			found = 0;
	}
	json_decref(me);
	if (found == 1)
		return RC_OK;
	out[0] = '\0';
	return err_set(e, RC_INVALID, "which-one",
	    found == 0 ? "You are in no %s: give one with --%s ID, or ask for "
			 "an invitation."
		       : "You are in more than one %s: give one with --%s ID "
			 "(`birthmark user me` lists them).",
	    scope, scope);
}
