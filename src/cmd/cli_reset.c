/* Asks for a link that resets a user's password, and prints it.
 * Must not know who may reset whom. */
#include "cmd/cli_reset.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/args.h"
#include "cmd/cli.h"

#define PATH_SIZE 512

struct wish {
	struct client client;
	const char *email, *account, *vendor;
	bool remove_factors, service, json;
};

/* base: "/api/v1/accounts/ID" or the same of a vendor. */
static enum rc find_member(struct wish *w, const char *base, char *id,
    size_t cap, struct err *e)
{
	char list[PATH_SIZE], path[PATH_SIZE * 2];
	json_t *page, *m;
	bool more;
	enum rc rc;
	size_t i;

	id[0] = '\0';
	(void)snprintf(list, sizeof(list), "%s/members?limit=500", base);
	(void)snprintf(path, sizeof(path), "%s", list);
	do {
		rc = client_get(&w->client, path, &page, e);
		if (rc != RC_OK)
			return rc;
		json_array_foreach(json_object_get(page, "items"), i, m)
		{
			if (strcasecmp(cli_text(m, "email"), w->email) == 0)
				(void)span_copy_str(span_str(
							cli_text(m, "user")),
				    id, cap);
		}
		more = cli_next_page(path, sizeof(path), list, page);
		json_decref(page);
	} while (more && !id[0]);
	if (!id[0])
		return err_set(e, RC_NOT_FOUND, "no-member",
		    "There is no member with the e-mail address %s.", w->email);
	return RC_OK;
}

static enum rc member_path(struct wish *w, char *path, size_t cap,
    struct err *e)
{
	const char *scope = w->vendor ? "vendor" : "account";
	char base[PATH_SIZE / 2], id[64];
	enum rc rc = client_need_scope(&w->client, scope, e);

	if (rc != RC_OK)
		return rc;
	(void)snprintf(base, sizeof(base), "/api/v1/%ss/%.100s", scope,
	    w->vendor ? w->client.vendor : w->client.account);
	rc = find_member(w, base, id, sizeof(id), e);
	(void)snprintf(path, cap, "%s/members/%s/reset", base, id);
	return rc;
}

static enum rc ask(struct wish *w, json_t **answer, struct err *e)
{
	char path[PATH_SIZE] = "/api/v1/service/resets";
	struct client_call call = {.method = "POST", .path = path};
	enum rc rc = RC_OK;

	if (!w->service)
		rc = member_path(w, path, sizeof(path), e);
	if (rc != RC_OK)
		return rc;
	call.body = json_pack("{s:b}", "remove_factors", w->remove_factors);
	if (w->service &&
	    json_object_set_new(call.body, "email", json_string(w->email)) != 0)
		rc = err_set(e, RC_INVALID, "not-text",
		    "The e-mail address is not UTF-8 text.");
	if (rc == RC_OK)
		rc = client_do(&w->client, &call, answer, NULL, e);
	json_decref(call.body);
	return rc;
}

int cli_reset_user(int argc, char **argv)
{
	struct wish w = {0};
	const struct args_opt opts[] = {
	    {"remove-factors", 0, ARGS_FLAG, &w.remove_factors, NULL,
		"also remove one-time codes and passkeys, for a lost phone"},
	    {"service", 0, ARGS_FLAG, &w.service, NULL,
		"any user, as an operator of the service"},
	    {"json", 0, ARGS_FLAG, &w.json, NULL,
		"print the service's answer as JSON"},
	    {"account", 0, ARGS_STR, &w.account, "ID", "account to work in"},
	    {"vendor", 0, ARGS_STR, &w.vendor, "ID", "vendor to work for"},
	    {0},
	};
	const struct args_cmd cmd = {"birthmark user reset E-MAIL [OPTION]...",
	    "Makes a link with which a user sets a new password, within a "
	    "day.  It is shown once: hand it over in private.",
	    opts, 1, 1};
	json_t *answer = NULL;
	struct err e = {0};
	int status;
	enum rc rc;

	if (!cli_args(&cmd, argc, argv, &status))
		return status;
	w.email = argv[1];
	rc = client_open(&w.client, &e);
	if (rc == RC_OK)
		rc = client_use(w.client.account, w.account, &e);
	if (rc == RC_OK)
		rc = client_use(w.client.vendor, w.vendor, &e);
	if (rc == RC_OK)
		rc = ask(&w, &answer, &e);
	if (rc == RC_OK) {
		cli_link(&w.client, answer);
		cli_print(answer, "expires_at,link", w.json);
	}
	json_decref(answer);
	client_close(&w.client);
	return rc == RC_OK ? 0 : cli_fail(&e);
}
