/* `birthmark manifest`: download of a bound batch's certificates.
 * Must not look into them. */
#include "cmd/cli_manifest.h"

#include "base/args.h"
#include "base/enc.h"
#include "cmd/cli.h"
#include "cmd/download.h"

struct options {
	const char *account, *form, *out;
	bool zip;
	struct client client;
};

static enum rc build_url(struct options *o, const char *bid, struct buf *url,
    struct err *e)
{
	enum rc rc = client_need_scope(&o->client, "account", e);

	if (rc != RC_OK)
		return rc;
	buf_addf(url, "%s/api/v1/accounts/%s/batches/", o->client.url,
	    o->client.account);
	enc_percent(url, span_str(bid));
	buf_add_str(url, "/manifest?form=");
	enc_percent(url, span_str(o->form));
	if (o->zip)
		buf_add_str(url, "&zip=1");
	return buf_ok(url)
	    ? RC_OK
	    : err_set(e, RC_INVALID, "too-long", "The Batch ID is too long.");
}

int cli_manifest_main(int argc, char **argv)
{
	struct options o = {.form = "csv"};
	const struct args_opt opts[] = {
	    {"form", 0, ARGS_STR, &o.form, "FORM",
		"csv (default), jsonl or microchip"},
	    {"zip", 0, ARGS_FLAG, &o.zip, NULL, "compressed"},
	    {"output", 'o', ARGS_STR, &o.out, "FILE",
		"write to FILE instead of standard output"},
	    {"account", 0, ARGS_STR, &o.account, "ID", "account to work in"},
	    {0},
	};
	const struct args_cmd cmd = {"birthmark manifest [OPTION]... BATCH",
	    "Downloads the certificates of a bound batch (administrators).",
	    opts, 1, 1};
	struct err e = {0};
	struct buf url;
	int status;
	enum rc rc;

	if (!cli_args(&cmd, argc, argv, &status))
		return status;
	buf_init(&url, 2048);
	rc = client_open(&o.client, &e);
	if (rc == RC_OK)
		rc = client_use(o.client.account, o.account, &e);
	if (rc == RC_OK)
		rc = build_url(&o, argv[1], &url, &e);
	if (rc == RC_OK)
		rc = download_to(&o.client, buf_cstr(&url), o.out, &e);
	buf_clear(&url);
	client_close(&o.client);
	return rc == RC_OK ? 0 : cli_fail(&e);
}
