/* `birthmark manifest`: download of a bound batch's certificates.
 * Must not leave a half-written file under its final name. */
#include "cmd/cli_manifest.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/args.h"
#include "base/enc.h"
#include "base/file.h"
#include "cmd/cli.h"

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

static enum rc download(struct options *o, const char *url, int fd,
    struct err *e)
{
	struct fetch_options fo = {
	    .ca_file = o->client.ca[0] == '\0' ? NULL : o->client.ca,
	    .allow_private = true,
	    .allow_http = true,
	    .connect_ms = 10000,
	    .total_ms = 24ULL * 3600 * 1000,
	    .answer_max = 1024 * 1024,
	};
	struct fetch_request r = FETCH_REQUEST;
	struct fetch *f = NULL;
	struct fetch_answer a;
	enum rc rc;

	fetch_answer_init(&a);
	rc = fetch_new(&f, &fo, e);
	r.method = "GET";
	r.url = url;
	r.bearer = o->client.token;
	r.out_fd = fd;
	if (rc == RC_OK)
		rc = fetch_do(f, &r, &a, e);
	if (rc == RC_OK && a.status != 200)
		rc = client_problem(a.status, buf_span(&a.body), e);
	fetch_answer_clear(&a);
	fetch_free(f);
	return rc;
}

static enum rc to_file(struct options *o, const char *url, struct err *e)
{
	char part[1024];
	enum rc rc;
	int fd;

	if (snprintf(part, sizeof(part), "%s.part", o->out) >=
	    (int)sizeof(part))
		return err_set(e, RC_INVALID, "too-long",
		    "The file's name is too long.");
	fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(e, "create", "%s cannot be written", part);
	rc = download(o, url, fd, e);
	if (rc == RC_OK && fsync(fd) != 0)
		rc = err_sys(e, "write", "%s cannot be written", part);
	(void)close(fd);
	if (rc == RC_OK && rename(part, o->out) != 0)
		rc = err_sys(e, "rename", "%s cannot be written", o->out);
	if (rc != RC_OK)
		(void)unlink(part);
	return rc;
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
		rc = o.out != NULL
		    ? to_file(&o, buf_cstr(&url), &e)
		    : download(&o, buf_cstr(&url), STDOUT_FILENO, &e);
	buf_clear(&url);
	client_close(&o.client);
	return rc == RC_OK ? 0 : cli_fail(&e);
}
