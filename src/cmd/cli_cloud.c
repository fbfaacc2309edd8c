/* `birthmark cloud add`, `set`, `remove` and `audit`.
 * Must not know any kind of cloud, nor keep a credential. */
#include "cmd/cli_cloud.h"

#include <stdio.h>
#include <string.h>

#include "base/args.h"
#include "base/buf.h"
#include "base/file.h"
#include "cmd/cli.h"
#include "cmd/cli_special.h"

#define FILE_MAX (64 * 1024)
#define COLUMNS "id,name,type,settings,quotas,has_credentials,breaker.state"
#define AUDIT_COLUMNS \
	"id,state,total,same,created,changed,removed,conflicts,last_error"
#define FOUND_COLUMNS "what,chip_id,fingerprint,message"

struct flags {
	const char *account, *name, *type, *credentials, *ca;
	struct args_list settings, quotas;
	uint64_t chunk;
	bool json, force;
	struct client client;
};

static enum rc usage(const char *text, const char *what, struct err *e)
{
	return err_set(e, RC_INVALID, "usage",
	    "\"%.100s\" is no %s in the form NAME=VALUE.", text, what);
}

/* NAME=VALUE into an object, the value as it stands. */
static enum rc put_pair(json_t *o, struct span pair, const char *what,
    struct err *e)
{
	struct span name;
	char key[64];
	json_t *v;

	if (!span_cut(&pair, '=', &name) || name.n == 0 ||
	    !span_copy_str(name, key, sizeof(key)))
		return usage(key, what, e);
	v = json_stringn((const char *)pair.p, pair.n);
	if (!v || json_object_set_new(o, key, v) != 0)
		return err_set(e, RC_INVALID, "not-text",
		    "The value of \"%s\" is not UTF-8 text.", key);
	return RC_OK;
}

static enum rc put_settings(json_t *body, const struct args_list *list,
    struct err *e)
{
	json_t *o = json_object();
	enum rc rc = RC_OK;
	size_t i;

	for (i = 0; rc == RC_OK && i < list->n; i++) {
		if (!strchr(list->v[i], '='))
			rc = usage(list->v[i], "setting", e);
		else
			rc = put_pair(o, span_str(list->v[i]), "setting", e);
	}
	if (list->n > 0)
		(void)json_object_set(body, "settings", o);
	json_decref(o);
	return rc;
}

/* NAME=N, and NAME=default for the default. */
static enum rc put_quotas(json_t *body, const struct args_list *list,
    struct err *e)
{
	json_t *o = json_object();
	enum rc rc = RC_OK;
	struct span rest, name;
	char key[64];
	uint64_t n;
	size_t i;

	for (i = 0; rc == RC_OK && i < list->n; i++) {
		rest = span_str(list->v[i]);
		if (!span_cut(&rest, '=', &name) ||
		    !span_copy_str(name, key, sizeof(key)))
			rc = usage(list->v[i], "quota", e);
		else if (span_eq_str(rest, "default"))
			(void)json_object_set_new(o, key, json_null());
		else if (span_u64(rest, UINT32_MAX, &n))
			(void)json_object_set_new(o, key,
			    json_integer((json_int_t)n));
		else
			rc = usage(list->v[i], "quota", e);
	}
	if (list->n > 0)
		(void)json_object_set(body, "quotas", o);
	json_decref(o);
	return rc;
}

static enum rc read_input(const char *path, struct buf *out, struct err *e)
{
	uint8_t part[4096];
	size_t n;

	if (strcmp(path, "-") != 0)
		return file_read(path, out, e);
	while ((n = fread(part, 1, sizeof(part), stdin)) > 0)
		buf_add(out, part, n);
	explicit_bzero(part, sizeof(part));
	if (!buf_ok(out))
		return err_set(e, RC_INVALID, "too-long",
		    "The credentials are too long.");
	return RC_OK;
}

static enum rc read_lines(struct span text, json_t *o, struct err *e)
{
	struct span line;
	enum rc rc = RC_OK;

	while (rc == RC_OK && text.n > 0) {
		(void)span_cut(&text, '\n', &line);
		line = span_trim(line);
		if (line.n == 0)
			continue;
		if (!memchr(line.p, '=', line.n))
			return err_set(e, RC_INVALID, "usage",
			    "The credentials are a JSON object, or lines in "
			    "the form NAME=VALUE.");
		rc = put_pair(o, line, "credential", e);
	}
	return rc;
}

/* A JSON object of strings, or lines NAME=VALUE. */
static enum rc put_credentials(json_t *body, const char *path, struct err *e)
{
	json_t *o = NULL;
	struct span text;
	struct buf b;
	enum rc rc;

	if (!path)
		return RC_OK;
	buf_init(&b, FILE_MAX);
	rc = read_input(path, &b, e);
	text = span_trim(buf_span(&b));
	if (rc == RC_OK && text.n > 0 && text.p[0] == '{') {
		o = json_loadb((const char *)text.p, text.n, 0, NULL);
		if (!o)
			rc = err_set(e, RC_INVALID, "usage",
			    "The credentials are no valid JSON object.");
	} else if (rc == RC_OK) {
		o = json_object();
		rc = read_lines(text, o, e);
	}
	if (rc == RC_OK)
		(void)json_object_set(body, "credentials", o);
	json_decref(o);
	buf_clear_secret(&b);
	return rc;
}

static enum rc put_ca(json_t *body, const char *path, struct err *e)
{
	struct buf b;
	json_t *v;
	enum rc rc = RC_OK;

	if (!path)
		return RC_OK;
	buf_init(&b, FILE_MAX);
	if (strcmp(path, "none") != 0)
		rc = file_read(path, &b, e);
	v = json_stringn(b.n > 0 ? (const char *)b.p : "", b.n);
	if (rc == RC_OK && !v)
		rc = err_set(e, RC_INVALID, "not-text",
		    "%s is not a text file (PEM is expected).", path);
	if (rc == RC_OK)
		(void)json_object_set(body, "ca_certificate", v);
	json_decref(v);
	buf_clear(&b);
	return rc;
}

static enum rc put_all(json_t *body, const struct flags *f, struct err *e)
{
	enum rc rc = put_settings(body, &f->settings, e);

	if (f->name)
		(void)json_object_set_new(body, "name", json_string(f->name));
	if (f->type)
		(void)json_object_set_new(body, "type", json_string(f->type));
	if (f->chunk > 0)
		(void)json_object_set_new(body, "chunk",
		    json_integer((json_int_t)f->chunk));
	if (rc == RC_OK)
		rc = put_quotas(body, &f->quotas, e);
	if (rc == RC_OK)
		rc = put_ca(body, f->ca, e);
	return rc == RC_OK ? put_credentials(body, f->credentials, e) : rc;
}

static enum rc open_account(struct flags *f, struct err *e)
{
	enum rc rc = client_open(&f->client, e);

	if (rc == RC_OK)
		rc = client_use(f->client.account, f->account, e);
	return rc == RC_OK ? client_need_scope(&f->client, "account", e) : rc;
}

/* cloud NULL: the list of them. */
static enum rc path_of(struct flags *f, const char *cloud, const char *end,
    char path[512], struct err *e)
{
	char id[64];
	enum rc rc = RC_OK;

	if (cloud)
		rc =
		    cli_resolve(&f->client, "clouds", cloud, id, sizeof(id), e);
	(void)snprintf(path, 512, "/api/v1/accounts/%s/clouds%s%s%s",
	    f->client.account, cloud ? "/" : "", cloud ? id : "", end);
	return rc;
}

static enum rc send_body(struct flags *f, const char *method, const char *cloud,
    json_t **answer, struct err *e)
{
	json_t *body = json_object();
	char path[512];
	struct client_call call = {.method = method,
	    .path = path,
	    .body = body};
	enum rc rc = put_all(body, f, e);

	if (rc == RC_OK)
		rc = open_account(f, e);
	if (rc == RC_OK)
		rc = path_of(f, cloud, "", path, e);
	if (rc == RC_OK)
		rc = client_do(&f->client, &call, answer, NULL, e);
	json_decref(body);
	return rc;
}

static int finish(struct flags *f, enum rc rc, const struct err *e)
{
	client_close(&f->client);
	return rc == RC_OK ? 0 : cli_fail(e);
}

#define SETTING                                                     \
	{                                                           \
		"setting", 0, ARGS_LIST, &f.settings, "NAME=VALUE", \
		    "a setting of its kind; may be given again"     \
	}
#define CREDENTIALS                                                        \
	{                                                                  \
		"credentials", 0, ARGS_STR, &f.credentials, "FILE",        \
		    "JSON object, or lines NAME=VALUE; - reads them from " \
		    "standard input"                                       \
	}
#define QUOTA                                                                  \
	{                                                                      \
		"quota", 0, ARGS_LIST, &f.quotas, "NAME=N",                    \
		    "calls a minute that the cloud allows; may be given again" \
	}
#define CA                                                                  \
	{                                                                   \
		"ca", 0, ARGS_STR, &f.ca, "FILE",                           \
		    "PEM file of the private CA that its certificate is of" \
	}
#define CHUNK                                                            \
	{                                                                \
		"chunk", 0, ARGS_U64, &f.chunk, "N", "devices in a call" \
	}
#define ACCOUNT                                                                \
	{                                                                      \
		"account", 0, ARGS_STR, &f.account, "ID", "account to work in" \
	}
#define JSON                                             \
	{                                                \
		"json", 0, ARGS_FLAG, &f.json, NULL,     \
		    "print the service's answer as JSON" \
	}

int cli_cloud_add(int argc, char **argv)
{
	struct flags f = {.name = NULL};
	const struct args_opt opts[] =
	    {{"type", 0, ARGS_STR, &f.type, "TYPE",
		 "its kind; `birthmark cloud kinds` lists them"},
		SETTING, CREDENTIALS, QUOTA, CA, CHUNK, ACCOUNT, JSON, {0}};
	const struct args_cmd cmd = {"birthmark cloud add NAME --type TYPE "
				     "[OPTION]...",
	    "Adds a product cloud.  Its credentials are kept encrypted and "
	    "never shown again.",
	    opts, 1, 1};
	json_t *answer = NULL;
	struct err e = {0};
	int status;
	enum rc rc;

	if (!cli_args(&cmd, argc, argv, &status))
		return status;
	f.name = argv[1];
	if (!f.type)
		rc = err_set(&e, RC_INVALID, "usage", "--type is needed.");
	else
		rc = send_body(&f, "POST", NULL, &answer, &e);
	if (rc == RC_OK)
		cli_print(answer, COLUMNS, f.json);
	json_decref(answer);
	return finish(&f, rc, &e);
}

int cli_cloud_set(int argc, char **argv)
{
	struct flags f = {.name = NULL};
	const struct args_opt opts[] = {{"name", 0, ARGS_STR, &f.name, "NAME",
					    "new name"},
	    SETTING, CREDENTIALS, QUOTA, CA, CHUNK, ACCOUNT, JSON, {0}};
	const struct args_cmd cmd = {"birthmark cloud set CLOUD [OPTION]...",
	    "Changes a product cloud: the settings and quotas given (NAME= "
	    "for none, NAME=default), all of its credentials, or its CA (none "
	    "takes it away).",
	    opts, 1, 1};
	json_t *answer = NULL;
	struct err e = {0};
	int status;
	enum rc rc;

	if (!cli_args(&cmd, argc, argv, &status))
		return status;
	rc = send_body(&f, "PATCH", argv[1], &answer, &e);
	if (rc == RC_OK)
		cli_print(answer, COLUMNS, f.json);
	json_decref(answer);
	return finish(&f, rc, &e);
}

int cli_cloud_remove(int argc, char **argv)
{
	struct flags f = {.name = NULL};
	const struct args_opt opts[] = {{"force", 0, ARGS_FLAG, &f.force, NULL,
					    "also while devices may be in it, "
					    "which then stay there"},
	    ACCOUNT, JSON, {0}};
	const struct args_cmd cmd = {"birthmark cloud remove CLOUD [OPTION]...",
	    "Forgets a product cloud and its credentials.", opts, 1, 1};
	char path[512];
	struct client_call call = {.method = "DELETE", .path = path};
	json_t *answer = NULL;
	struct err e = {0};
	int status;
	enum rc rc;

	if (!cli_args(&cmd, argc, argv, &status))
		return status;
	rc = open_account(&f, &e);
	if (rc == RC_OK)
		rc = path_of(&f, argv[1], f.force ? "?force=1" : "", path, &e);
	if (rc == RC_OK)
		rc = client_do(&f.client, &call, &answer, NULL, &e);
	if (rc == RC_OK)
		cli_print(answer, NULL, f.json);
	json_decref(answer);
	return finish(&f, rc, &e);
}

/* All that was found, a page at a time. */
static enum rc print_found(struct flags *f, const char *job, struct err *e)
{
	char base[512], path[640];
	json_t *page = NULL;
	bool first = true, more = true;
	enum rc rc = RC_OK;

	(void)snprintf(base, sizeof(base),
	    "/api/v1/accounts/%s/jobs/%s/exceptions?limit=200",
	    f->client.account, job);
	(void)snprintf(path, sizeof(path), "%s", base);
	while (rc == RC_OK && more) {
		json_decref(page);
		page = NULL;
		rc = client_get(&f->client, path, &page, e);
		if (rc == RC_OK &&
		    json_array_size(json_object_get(page, "items")) > 0)
			cli_print_rows(json_object_get(page, "items"),
			    FOUND_COLUMNS, first);
		first = false;
		more = rc == RC_OK &&
		    cli_next_page(path, sizeof(path), base, page);
	}
	json_decref(page);
	return rc;
}

static enum rc audit(struct flags *f, const char *cloud, struct err *e)
{
	char path[512];
	struct client_call call = {.method = "POST", .path = path};
	json_t *answer = NULL, *job = NULL;
	enum rc rc = open_account(f, e);

	if (rc == RC_OK)
		rc = path_of(f, cloud, "/audit", path, e);
	if (rc == RC_OK)
		rc = client_do(&f->client, &call, &answer, NULL, e);
	if (rc == RC_OK)
		rc = cli_special_follow(&f->client, cli_text(answer, "id"),
		    &job, e);
	if (job)
		cli_print(job, AUDIT_COLUMNS, f->json);
	if (rc == RC_OK && !f->json)
		rc = print_found(f, cli_text(answer, "id"), e);
	json_decref(answer);
	json_decref(job);
	return rc;
}

int cli_cloud_audit(int argc, char **argv)
{
	struct flags f = {.name = NULL};
	const struct args_opt opts[] = {ACCOUNT, JSON, {0}};
	const struct args_cmd cmd = {"birthmark cloud audit CLOUD [OPTION]...",
	    "Compares what is in a product cloud with what is to be, and lists "
	    "what is missing, different or a stranger.  Changes nothing.",
	    opts, 1, 1};
	struct err e = {0};
	int status;

	if (!cli_args(&cmd, argc, argv, &status))
		return status;
	return finish(&f, audit(&f, argv[1], &e), &e);
}
