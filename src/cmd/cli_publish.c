/* `birthmark publish`: sends a reel's manifest and follows its checks.
 * Interrupted at any point, the same command goes on where it stopped. */
#include "cmd/cli_publish.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/args.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "cmd/cli.h"
#include "pki/digest.h"
#include "pki/manifest.h"

#define PIECE (8U * 1024 * 1024) /* bytes acknowledged at a time */
#define COLUMNS "id,batch,reel,state,devices,error.code,error.detail"
#define PATH_SIZE 1024
#define RESEND_MS 300

struct publish {
	const char *dir, *form, *vendor;
	bool json;
	struct client client;
	json_t *reel;
	char manifest[PATH_SIZE];
	char signature[PATH_SIZE];
	int fd;
	uint64_t size;
	char base[1024]; /* ".../uploads/{upload}" */
};

static enum rc read_reel(struct publish *p, struct err *e)
{
	char path[PATH_SIZE];
	struct buf b;
	enum rc rc;

	buf_init(&b, 256 * 1024);
	rc = file_join(path, sizeof(path), p->dir, "reel.json", e);
	if (rc == RC_OK)
		rc = file_read(path, &b, e);
	if (rc == RC_OK) {
		p->reel = json_loadb((const char *)b.p, b.n, 0, NULL);
		if (!json_is_object(p->reel))
			rc = err_set(e, RC_INVALID, "bad-reel",
			    "%s is not what `birthmark fab personalize` "
			    "writes.",
			    path);
	}
	buf_clear(&b);
	return rc;
}

static enum rc find_files(struct publish *p, struct err *e)
{
	enum manifest_form f = manifest_form_of(span_str(p->form));
	char name[64];
	struct stat st;
	enum rc rc;

	if (f == MANIFEST_UNKNOWN)
		return err_set(e, RC_INVALID, "usage",
		    "--form must be csv, jsonl or microchip.");
	(void)snprintf(name, sizeof(name), "manifest%s",
	    manifest_form_suffix(f));
	rc = file_join(p->manifest, sizeof(p->manifest), p->dir, name, e);
	if (f == MANIFEST_MICROCHIP)
		(void)snprintf(name, sizeof(name), "manifest-signer.pem");
	else
		(void)snprintf(name, sizeof(name), "manifest%s.p7s",
		    manifest_form_suffix(f));
	if (rc == RC_OK)
		rc = file_join(p->signature, sizeof(p->signature), p->dir, name,
		    e);
	if (rc != RC_OK)
		return rc;
	p->fd = open(p->manifest, O_RDONLY | O_CLOEXEC);
	if (p->fd < 0 || fstat(p->fd, &st) != 0)
		return err_sys(e, "open", "%s cannot be read", p->manifest);
	p->size = (uint64_t)st.st_size;
	return RC_OK;
}

/* The same reel folder always makes the same key, so that a second run finds
 * the first one's upload. */
static enum rc make_key(struct publish *p, char *out, size_t cap, struct err *e)
{
	uint8_t hash[DIGEST_SHA256];
	char hex[2 * DIGEST_SHA256 + 1];
	struct buf b;
	enum rc rc;

	buf_init(&b, 1024 * 1024);
	rc = file_read(p->signature, &b, e);
	buf_addf(&b, "%s/%s/%s/%llu", cli_text(p->reel, "batch"),
	    cli_text(p->reel, "reel"), p->form, (unsigned long long)p->size);
	if (rc == RC_OK) {
		digest_sha256(buf_span(&b), hash);
		enc_hex_str(hex, span_of(hash, sizeof(hash)));
		(void)snprintf(out, cap, "publish-%s", hex);
	}
	buf_clear(&b);
	return rc;
}

static enum rc create(struct publish *p, json_t **upload, struct err *e)
{
	struct client_call call = {.method = "POST"};
	char path[512], key[128];
	bool open = json_is_true(json_object_get(p->reel, "open"));
	enum rc rc;

	rc = client_need_scope(&p->client, "vendor", e);
	if (rc == RC_OK)
		rc = make_key(p, key, sizeof(key), e);
	if (rc != RC_OK)
		return rc;
	(void)snprintf(path, sizeof(path), "/api/v1/vendors/%s/uploads",
	    p->client.vendor);
	call.path = path;
	call.idempotency_key = key;
	call.body = json_pack("{s:s,s:s,s:s,s:I,s:b}", "batch",
	    cli_text(p->reel, "batch"), "reel", cli_text(p->reel, "reel"),
	    "form", p->form, "size", (json_int_t)p->size, "open", (int)open);
	if (!open && call.body != NULL)
		(void)json_object_set(call.body, "claim_sha256",
		    json_object_get(p->reel, "claim_sha256"));
	rc = client_do(&p->client, &call, upload, NULL, e);
	json_decref(call.body);
	if (rc != RC_OK)
		return rc;
	(void)snprintf(p->base, sizeof(p->base), "%s/%s", path,
	    cli_text(*upload, "id"));
	/* The same key gets the answer of then: where does it stand now? */
	json_decref(*upload);
	return client_get(&p->client, p->base, upload, e);
}

static void progress(const char *what, uint64_t now, uint64_t all)
{
	if (isatty(STDERR_FILENO))
		(void)fprintf(stderr, "\r\033[K%s %llu %%", what,
		    (unsigned long long)(all == 0 ? 100 : now * 100 / all));
}

static enum rc send_piece(struct publish *p, uint64_t *offset, struct err *e)
{
	char url[1400], at[64];
	const char *headers[] = {at, NULL};
	struct fetch_request r = FETCH_REQUEST;
	struct fetch_answer a;
	enum rc rc;

	(void)snprintf(url, sizeof(url), "%s%s", p->client.url, p->base);
	(void)snprintf(at, sizeof(at), "Upload-Offset: %llu",
	    (unsigned long long)*offset);
	r.method = "PATCH";
	r.url = url;
	r.bearer = p->client.token;
	r.headers = headers;
	r.content_type = "application/octet-stream";
	r.body_fd = p->fd;
	r.body_size = p->size - *offset > PIECE ? PIECE : p->size - *offset;
	if (lseek(p->fd, (off_t)*offset, SEEK_SET) < 0)
		return err_sys(e, "seek", "%s cannot be read", p->manifest);
	fetch_answer_init(&a);
	rc = fetch_do(p->client.fetch, &r, &a, e);
	/* 409 tells where the service really is. */
	if (rc == RC_OK && a.has_upload_offset &&
	    (a.status == 204 || a.status == 409))
		*offset = a.upload_offset;
	else if (rc == RC_OK)
		rc = client_problem(a.status, buf_span(&a.body), e);
	fetch_answer_clear(&a);
	return rc;
}

static enum rc send_manifest(struct publish *p, uint64_t offset, struct err *e)
{
	unsigned int faults = 0;
	uint64_t before;
	enum rc rc = RC_OK;

	while (offset < p->size) {
		progress("sending", offset, p->size);
		before = offset;
		rc = send_piece(p, &offset, e);
		if (rc == RC_OK && offset != before)
			faults = 0;
		else if ((rc != RC_OK && rc != RC_AGAIN) || ++faults > 20)
			break;
		else
			clock_sleep_ms(RESEND_MS);
	}
	if (offset > p->size)
		rc = err_set(e, RC_CONFLICT, "offset",
		    "The service has more of this manifest than the file "
		    "holds: was it changed?");
	return rc;
}

static enum rc send_signature(struct publish *p, struct err *e)
{
	struct client_call call = {.method = "PUT"};
	json_t *answer = NULL;
	char path[1100];
	struct buf b;
	enum rc rc;

	buf_init(&b, 1024 * 1024);
	(void)snprintf(path, sizeof(path), "%s/signature", p->base);
	rc = file_read(p->signature, &b, e);
	call.path = path;
	call.raw = buf_span(&b);
	call.content_type = strcmp(p->form, "microchip") == 0
	    ? "application/x-pem-file"
	    : "application/pkcs7-signature";
	if (rc == RC_OK)
		rc = client_do(&p->client, &call, &answer, NULL, e);
	json_decref(answer);
	buf_clear(&b);
	return rc;
}

static bool is_over(json_t *upload)
{
	const char *s = cli_text(upload, "state");

	return strcmp(s, "published") == 0 || strcmp(s, "rejected") == 0 ||
	    strcmp(s, "cancelled") == 0;
}

static enum rc follow(struct publish *p, json_t **upload, struct err *e)
{
	unsigned int wait_ms = 50;
	struct client_call call = {.method = "POST"};
	json_t *answer = NULL;
	char path[1100];
	enum rc rc;

	(void)snprintf(path, sizeof(path), "%s/publish", p->base);
	call.path = path;
	rc = client_do(&p->client, &call, &answer, NULL, e);
	while (rc == RC_OK && !is_over(answer)) {
		progress("checking",
		    (uint64_t)json_integer_value(
			json_object_get(answer, "bytes_done")),
		    p->size);
		clock_sleep_ms(wait_ms);
		if (wait_ms < 800)
			wait_ms *= 2;
		json_decref(answer);
		rc = client_get(&p->client, p->base, &answer, e);
	}
	json_decref(*upload);
	*upload = answer;
	return rc;
}

static enum rc judge(json_t *upload, struct err *e)
{
	json_t *why = json_object_get(upload, "error");
	enum rc rc;

	if (strcmp(cli_text(upload, "state"), "published") == 0)
		return RC_OK;
	rc = err_set(e, RC_INVALID, "rejected", "The manifest was %s: %s [%s]",
	    cli_text(upload, "state"), cli_text(why, "detail"),
	    cli_text(why, "code"));
	e->line =
	    (unsigned long)json_integer_value(json_object_get(why, "line"));
	return rc;
}

static enum rc publish(struct publish *p, struct err *e)
{
	json_t *upload = NULL;
	enum rc rc;

	rc = create(p, &upload, e);
	if (rc == RC_OK &&
	    strcmp(cli_text(upload, "state"), "receiving") == 0) {
		rc = send_manifest(p,
		    (uint64_t)json_integer_value(
			json_object_get(upload, "offset")),
		    e);
		if (rc == RC_OK)
			rc = send_signature(p, e);
	}
	if (rc == RC_OK && !is_over(upload))
		rc = follow(p, &upload, e);
	if (isatty(STDERR_FILENO))
		(void)fputs("\r\033[K", stderr);
	if (rc == RC_OK) {
		cli_print(upload, COLUMNS, p->json);
		rc = judge(upload, e);
	}
	json_decref(upload);
	return rc;
}

int cli_publish_main(int argc, char **argv)
{
	struct publish p = {.form = "csv", .fd = -1};
	const struct args_opt opts[] = {
	    {"form", 0, ARGS_STR, &p.form, "FORM",
		"csv (default), jsonl or microchip"},
	    {"vendor", 0, ARGS_STR, &p.vendor, "ID", "vendor to work for"},
	    {"json", 0, ARGS_FLAG, &p.json, NULL, "print JSON"},
	    {0},
	};
	const struct args_cmd cmd = {"birthmark publish [OPTION]... REELDIR",
	    "Sends a reel's signed manifest to the service and follows its "
	    "checks. Interrupted, the same command goes on where it stopped.",
	    opts, 1, 1};
	struct err e = {0};
	int status;
	enum rc rc;

	if (!cli_args(&cmd, argc, argv, &status))
		return status;
	p.dir = argv[1];
	rc = client_open(&p.client, &e);
	if (rc == RC_OK)
		rc = client_use(p.client.vendor, p.vendor, &e);
	if (rc == RC_OK)
		rc = read_reel(&p, &e);
	if (rc == RC_OK)
		rc = find_files(&p, &e);
	if (rc == RC_OK)
		rc = publish(&p, &e);
	json_decref(p.reel);
	if (p.fd >= 0)
		(void)close(p.fd);
	client_close(&p.client);
	return rc == RC_OK ? 0 : cli_fail(&e);
}
