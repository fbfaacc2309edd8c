/* `birthmark audit export`: the audit log as a file.
 * Must not look into it. */
#include "cmd/cli_audit.h"

#include <stdio.h>

#include "base/enc.h"
#include "cmd/cli.h"
#include "cmd/download.h"

struct options {
	const char *account, *vendor, *out;
	const char *form, *from, *to, *action, *actor, *target, *outcome;
	bool of_service;
	struct client client;
};

static enum rc put_scope(struct options *o, struct buf *url, struct err *e)
{
	const bool vendor = o->vendor != NULL;
	enum rc rc = RC_OK;

	if (o->of_service) {
		buf_add_str(url, "service");
		return RC_OK;
	}
	rc = client_use(o->client.account, o->account, e);
	if (rc == RC_OK)
		rc = client_use(o->client.vendor, o->vendor, e);
	if (rc == RC_OK)
		rc = client_need_scope(&o->client,
		    vendor ? "vendor" : "account", e);
	if (rc == RC_OK)
		buf_addf(url, "%s/%s", vendor ? "vendors" : "accounts",
		    vendor ? o->client.vendor : o->client.account);
	return rc;
}

static enum rc build_url(struct options *o, struct buf *url, struct err *e)
{
	const struct {
		const char *name, *value;
	} query[] = {{"form", o->form}, {"from", o->from}, {"to", o->to},
	    {"action", o->action}, {"actor", o->actor}, {"target", o->target},
	    {"outcome", o->outcome}};
	enum rc rc;
	size_t i;

	buf_addf(url, "%s/api/v1/", o->client.url);
	rc = put_scope(o, url, e);
	if (rc != RC_OK)
		return rc;
	buf_add_str(url, "/audit/export");
	for (i = 0; i < sizeof(query) / sizeof(query[0]); i++) {
		if (!query[i].value)
			continue;
		buf_addf(url, "%c%s=", i == 0 ? '?' : '&', query[i].name);
		enc_percent(url, span_str(query[i].value));
	}
	return buf_ok(url)
	    ? RC_OK
	    : err_set(e, RC_INVALID, "too-long", "An option is too long.");
}

int cli_audit_export(int argc, char **argv)
{
	struct options o = {.form = "csv"};
	const struct args_opt opts[] = {
	    {"form", 0, ARGS_STR, &o.form, "FORM", "csv (default) or jsonl"},
	    {"from", 0, ARGS_STR, &o.from, "TIME",
		"since this time (RFC 3339)"},
	    {"to", 0, ARGS_STR, &o.to, "TIME", "before this time"},
	    {"action", 0, ARGS_STR, &o.action, "ACTION", "only this action"},
	    {"actor", 0, ARGS_STR, &o.actor, "WHO",
		"only by this user or token (id or name)"},
	    {"target", 0, ARGS_STR, &o.target, "WHAT",
		"only about this batch, id or e-mail address"},
	    {"outcome", 0, ARGS_STR, &o.outcome, "OUTCOME", "ok or refused"},
	    {"output", 'o', ARGS_STR, &o.out, "FILE",
		"write to FILE instead of standard output"},
	    {"account", 0, ARGS_STR, &o.account, "ID", "account to work in"},
	    {"vendor", 0, ARGS_STR, &o.vendor, "ID", "a vendor's log instead"},
	    {"service", 0, ARGS_FLAG, &o.of_service, NULL,
		"the whole service's log instead"},
	    {0},
	};
	const struct args_cmd cmd = {"birthmark audit export [OPTION]...",
	    "Downloads the audit log, oldest entry first.", opts, 0, 0};
	struct err e = {0};
	struct buf url;
	int status;
	enum rc rc;

	if (!cli_args(&cmd, argc, argv, &status))
		return status;
	buf_init(&url, 8192);
	rc = client_open(&o.client, &e);
	if (rc == RC_OK)
		rc = build_url(&o, &url, &e);
	if (rc == RC_OK)
		rc = download_to(&o.client, buf_cstr(&url), o.out, &e);
	buf_clear(&url);
	client_close(&o.client);
	return rc == RC_OK ? 0 : cli_fail(&e);
}
