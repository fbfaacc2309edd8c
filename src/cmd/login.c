/* `birthmark login` and `birthmark logout`.
 * Must not save a password. */
#include "cmd/login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/args.h"
#include "cmd/cli.h"

struct login {
	const char *url, *email, *file, *code, *ca, *account, *vendor;
	bool json;
};

static enum rc take(const char *value, char *out, struct err *e)
{
	if (value == NULL || span_copy_str(span_str(value), out, CLIENT_TEXT))
		return RC_OK;
	return err_set(e, RC_INVALID, "usage", "\"%s\" is too long.", value);
}

/* The CA file is read later from wherever the command runs. */
static enum rc take_ca(const char *path, char *out, struct err *e)
{
	char *full;
	enum rc rc;

	if (path == NULL)
		return RC_OK;
	full = realpath(path, NULL);
	if (full == NULL)
		return err_sys(e, "ca-file", "%s cannot be opened", path);
	rc = take(full, out, e);
	free(full);
	return rc;
}

static enum rc settings(struct login *l, struct client *c, struct err *e)
{
	enum rc rc = take(l->url, c->url, e);
	size_t n = strlen(c->url);

	while (rc == RC_OK && n > 0 && c->url[n - 1] == '/')
		c->url[--n] = '\0';
	if (rc == RC_OK && !span_starts(span_str(c->url), SPAN_LIT("https://")))
		rc = err_set(e, RC_INVALID, "usage",
		    "Give the service's address: --url https://HOST:8443");
	if (rc == RC_OK)
		rc = take_ca(l->ca, c->ca, e);
	if (rc == RC_OK)
		rc = take(l->account, c->account, e);
	if (rc == RC_OK)
		rc = take(l->vendor, c->vendor, e);
	return rc;
}

/* code: NULL without one. */
static enum rc try_login(struct login *l, struct client *c,
    const char *password, const char *code, json_t **answer, struct err *e)
{
	struct client_call call = {.method = "POST",
	    .path = "/api/v1/sessions"};
	enum rc rc;

	call.body = json_pack("{s:s,s:s,s:s*}", "email", l->email, "password",
	    password, "code", code);
	if (call.body == NULL)
		return err_set(e, RC_INVALID, "not-text",
		    "The e-mail address, the password or the code is not "
		    "UTF-8 text.");
	rc = client_do(c, &call, answer, NULL, e);
	json_decref(call.body);
	return rc;
}

static enum rc log_in(struct login *l, struct client *c, json_t **answer,
    struct err *e)
{
	char password[CLIENT_TEXT] = "", code[CLIENT_TEXT] = "";
	const char *token;
	enum rc rc;

	rc = cli_password("password", l->file, password, sizeof(password), e);
	if (rc != RC_OK)
		return rc;
	c->token[0] = '\0';
	rc = try_login(l, c, password, l->code, answer, e);
	if (rc != RC_OK && l->code == NULL && e->slug != NULL &&
	    strcmp(e->slug, "second-factor-needed") == 0 &&
	    isatty(STDIN_FILENO)) {
		rc = cli_password("one-time or recovery code", NULL, code,
		    sizeof(code), e);
		if (rc == RC_OK)
			rc = try_login(l, c, password, code, answer, e);
	}
	explicit_bzero(password, sizeof(password));
	explicit_bzero(code, sizeof(code));
	if (rc != RC_OK)
		return rc;
	token = json_string_value(json_object_get(*answer, "token"));
	if (token == NULL)
		return err_set(e, RC_INVALID, "garbage",
		    "The service's answer holds no token.");
	rc = take(token, c->token, e);
	(void)json_object_del(*answer, "token");
	return rc;
}

int login_main(int argc, char **argv)
{
	struct login l = {0};
	const struct args_opt opts[] = {
	    {"url", 0, ARGS_STR, &l.url, "URL", "address of the service"},
	    {"email", 0, ARGS_STR, &l.email, "E-MAIL", "who you are"},
	    {"password-file", 0, ARGS_STR, &l.file, "FILE",
		"read the password from here (\"-\": standard input)"},
	    {"code", 0, ARGS_STR, &l.code, "CODE",
		"one-time or recovery code (asked for on the terminal when "
		"it is needed)"},
	    {"ca", 0, ARGS_STR, &l.ca, "FILE",
		"PEM file of the CA that the service's certificate is of"},
	    {"account", 0, ARGS_STR, &l.account, "ID", "account to work in"},
	    {"vendor", 0, ARGS_STR, &l.vendor, "ID", "vendor to work for"},
	    {"json", 0, ARGS_FLAG, &l.json, NULL, "print JSON"},
	    {0},
	};
	const struct args_cmd cmd = {"birthmark login [OPTION]...",
	    "Logs in to a service and remembers the session for the other "
	    "subcommands.",
	    opts, 0, 0};
	json_t *answer = NULL;
	struct client c = {0};
	struct err e = {0};
	int status;
	enum rc rc;

	if (!cli_args(&cmd, argc, argv, &status))
		return status;
	rc = client_open(&c, &e);
	if (rc == RC_OK)
		rc = settings(&l, &c, &e);
	if (rc == RC_OK && l.email == NULL)
		rc = err_set(&e, RC_INVALID, "usage", "--email is needed.");
	if (rc == RC_OK)
		rc = log_in(&l, &c, &answer, &e);
	if (rc == RC_OK)
		rc = client_save(&c, &e);
	if (rc == RC_OK)
		cli_print(answer, "user.email,expires_at", l.json);
	json_decref(answer);
	client_close(&c);
	return rc == RC_OK ? 0 : cli_fail(&e);
}

int login_out_main(int argc, char **argv)
{
	const struct args_opt opts[] = {{0}};
	const struct args_cmd cmd = {"birthmark logout",
	    "Ends the session and forgets it.", opts, 0, 0};
	struct client_call call = {.method = "DELETE",
	    .path = "/api/v1/sessions/current"};
	json_t *answer = NULL;
	struct err e = {0};
	struct client c = {0};
	int status;
	enum rc rc;

	if (!cli_args(&cmd, argc, argv, &status))
		return status;
	rc = client_open(&c, &e);
	if (rc == RC_OK)
		rc = client_do(&c, &call, &answer, NULL, &e);
	json_decref(answer);
	/* A session that is gone already is what was asked for. */
	if (rc == RC_OK || rc == RC_UNAUTHENTICATED)
		rc = client_forget(&c, &e);
	client_close(&c);
	return rc == RC_OK ? 0 : cli_fail(&e);
}
