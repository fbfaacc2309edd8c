/* Carries files between the vendor's fab and the service.
 * Must not know any rule of the service. */
#include "cmd/cli_status.h"

#include <stdio.h>
#include <string.h>

#include "base/args.h"
#include "base/enc.h"
#include "base/file.h"
#include "cmd/cli.h"
#include "cmd/download.h"

#define FILE_MAX (16u << 20)
#define URL_MAX 1024
#define COLUMNS                                                             \
	"fingerprint,role,subject,responder_not_after,crl_number,crl_next_" \
	"update"

static enum rc open_vendor(struct client *c, const char *vendor, struct err *e)
{
	enum rc rc = client_open(c, e);

	if (rc == RC_OK)
		rc = client_use(c->vendor, vendor, e);
	return rc == RC_OK ? client_need_scope(c, "vendor", e) : rc;
}

int cli_status_csr(int argc, char **argv)
{
	const char *vendor = NULL, *out = NULL;
	const struct args_opt opts[] = {
	    {"output", 'o', ARGS_STR, &out, "FILE",
		"write to FILE instead of standard output"},
	    {"vendor", 0, ARGS_STR, &vendor, "ID", "vendor to work for"},
	    {0},
	};
	const struct args_cmd cmd =
	    {"birthmark vendor responder-csr [OPTION]...",
		"Gets the service's request for a certificate to answer OCSP "
		"with, for birthmark fab ocsp-responder.",
		opts, 0, 0};
	struct client c = {.fetch = NULL};
	struct err e = {0};
	char url[URL_MAX];
	int status;
	enum rc rc;

	if (!cli_args(&cmd, argc, argv, &status))
		return status;
	rc = open_vendor(&c, vendor, &e);
	(void)snprintf(url, sizeof(url),
	    "%s/api/v1/vendors/%s/ocsp-responder.csr", c.url, c.vendor);
	if (rc == RC_OK)
		rc = download_to(&c, url, out, &e);
	client_close(&c);
	return rc == RC_OK ? 0 : cli_fail(&e);
}

struct put {
	const char *what; /* end of the path */
	const char *type;
	const char *vendor, *ca;
	bool json;
};

static enum rc put_file(struct client *c, const struct put *p, const char *file,
    json_t **answer, struct err *e)
{
	struct client_call call = {.method = "PUT", .content_type = p->type};
	struct buf path, body;
	enum rc rc;

	buf_init(&path, URL_MAX);
	buf_init(&body, FILE_MAX);
	rc = file_read(file, &body, e);
	if (rc == RC_OK)
		rc = open_vendor(c, p->vendor, e);
	buf_addf(&path, "/api/v1/vendors/%s/cas/", c->vendor);
	enc_percent(&path, span_str(p->ca));
	buf_addf(&path, "/%s", p->what);
	if (rc == RC_OK && !buf_ok(&path))
		rc = err_set(e, RC_INVALID, "too-long",
		    "The fingerprint is too long.");
	call.path = buf_ok(&path) ? buf_cstr(&path) : "";
	call.raw = buf_span(&body);
	if (rc == RC_OK)
		rc = client_do(c, &call, answer, NULL, e);
	buf_clear(&path);
	buf_clear(&body);
	return rc;
}

static int run(struct put *p, const char *usage, const char *about, int argc,
    char **argv)
{
	const struct args_opt opts[] = {
	    {"ca", 0, ARGS_STR, &p->ca, "FINGERPRINT",
		"the vendor's CA that signed it"},
	    {"json", 0, ARGS_FLAG, &p->json, NULL,
		"print the service's answer as JSON"},
	    {"vendor", 0, ARGS_STR, &p->vendor, "ID", "vendor to work for"},
	    {0},
	};
	const struct args_cmd cmd = {usage, about, opts, 1, 1};
	struct client c = {.fetch = NULL};
	json_t *answer = NULL;
	struct err e = {0};
	int status;
	enum rc rc;

	if (!cli_args(&cmd, argc, argv, &status))
		return status;
	rc = p->ca != NULL
	    ? put_file(&c, p, argv[1], &answer, &e)
	    : err_set(&e, RC_INVALID, "usage",
		  "Say with --ca whose it is; birthmark vendor cas lists the "
		  "CAs.");
	if (rc == RC_OK)
		cli_print(answer, COLUMNS, p->json);
	json_decref(answer);
	client_close(&c);
	if (rc == RC_OK)
		return 0;
	status = cli_fail(&e);
	return p->ca != NULL ? status : 2;
}

int cli_status_responder(int argc, char **argv)
{
	struct put p = {.what = "responder", .type = "application/x-pem-file"};

	return run(&p, "birthmark vendor responder --ca FINGERPRINT FILE",
	    "Lets the service answer OCSP for birth certificates by this CA, "
	    "with the certificate that birthmark fab ocsp-responder made.",
	    argc, argv);
}

int cli_status_crl(int argc, char **argv)
{
	struct put p = {.what = "crl", .type = "application/pkix-crl"};

	return run(&p, "birthmark vendor crl --ca FINGERPRINT FILE",
	    "Publishes the list of revoked birth certificates that birthmark "
	    "fab crl made.",
	    argc, argv);
}
