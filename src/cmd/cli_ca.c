/* Writes what authorities answer to files, and makes the keys of servers.
 * Must not send a private key anywhere. */
#include "cmd/cli_ca.h"

#include <stdio.h>
#include <string.h>

#include "base/enc.h"
#include "base/file.h"
#include "cmd/cli.h"
#include "pki/csr.h"

#define PATH_MAX_BYTES 512
#define CHAIN_MAX (128 * 1024)
#define SERVER_COLUMNS "id,subject,serial,not_after,fingerprint"

struct flags {
	struct client client;
	const char *account, *out;
	const char *ca, *names, *key, *key_type; /* issue-server */
	uint64_t days;
	bool json;
};

static enum rc open_account(struct flags *f, struct err *e)
{
	enum rc rc = client_open(&f->client, e);

	if (rc == RC_OK)
		rc = client_use(f->client.account, f->account, e);
	return rc == RC_OK ? client_need_scope(&f->client, "account", e) : rc;
}

static enum rc too_long(struct err *e)
{
	return err_set(e, RC_INVALID, "too-long", "That is too long.");
}

/* GET of the authority, or of what is under it. */
static enum rc get_ca(struct flags *f, const char *ca, const char *below,
    json_t **answer, struct err *e)
{
	char path[PATH_MAX_BYTES], id[64];
	enum rc rc = open_account(f, e);

	if (rc == RC_OK)
		rc = cli_resolve(&f->client, "cas", ca, id, sizeof(id), e);
	if (rc != RC_OK)
		return rc;
	if (snprintf(path, sizeof(path), "/api/v1/accounts/%s/cas/%s%s",
		f->client.account, id, below) >= (int)sizeof(path))
		return too_long(e);
	return client_get(&f->client, path, answer, e);
}

static enum rc write_csr(json_t *answer, struct buf *out, struct err *e)
{
	(void)e;
	buf_add_str(out, cli_text(answer, "csr"));
	return RC_OK;
}

static enum rc write_chain(json_t *answer, struct buf *out, struct err *e)
{
	buf_add_str(out, cli_text(answer, "certificate"));
	buf_add_str(out, cli_text(answer, "chain"));
	if (out->n == 0)
		return err_set(e, RC_NOT_FOUND, "ca-waiting",
		    "The authority has no certificate yet: birthmark ca csr, "
		    "then birthmark ca import.");
	return RC_OK;
}

struct text_of {
	const char *usage, *about;
	const char *below; /* end of the path */
	enum rc (*write)(json_t *answer, struct buf *out, struct err *e);
};

static int run_text(const struct text_of *t, int argc, char **argv)
{
	struct flags f = {.out = NULL};
	const struct args_opt opts[] = {
	    {"output", 'o', ARGS_STR, &f.out, "FILE",
		"write to FILE instead of standard output"},
	    {"account", 0, ARGS_STR, &f.account, "ID", "account to work in"},
	    {0},
	};
	const struct args_cmd cmd = {t->usage, t->about, opts, 1, 1};
	json_t *answer = NULL;
	struct err e = {0};
	struct buf text;
	int status;
	enum rc rc;

	if (!cli_args(&cmd, argc, argv, &status))
		return status;
	buf_init(&text, CHAIN_MAX);
	rc = get_ca(&f, argv[1], t->below, &answer, &e);
	if (rc == RC_OK)
		rc = t->write(answer, &text, &e);
	if (rc == RC_OK)
		rc = cli_write(f.out, buf_span(&text), &e);
	json_decref(answer);
	buf_clear(&text);
	client_close(&f.client);
	return rc == RC_OK ? 0 : cli_fail(&e);
}

int cli_ca_csr(int argc, char **argv)
{
	const struct text_of t = {"birthmark ca csr CA [OPTION]...",
	    "Gets the request of an authority that is signed elsewhere.",
	    "/csr", write_csr};

	return run_text(&t, argc, argv);
}

int cli_ca_certificate(int argc, char **argv)
{
	const struct text_of t = {"birthmark ca certificate CA [OPTION]...",
	    "Gets the certificate of an authority and those above it, the "
	    "root last.",
	    "", write_chain};

	return run_text(&t, argc, argv);
}

static enum rc list_names(const char *text, json_t *names, struct err *e)
{
	struct span rest = span_str(text), part;
	bool more = true;

	while (more) {
		more = span_cut(&rest, ',', &part);
		if (part.n == 0 ||
		    json_array_append_new(names,
			json_stringn((const char *)part.p, part.n)) != 0)
			return err_set(e, RC_INVALID, "usage",
			    "\"%s\" is no list of names with commas between.",
			    text);
	}
	return RC_OK;
}

/* The key is on the disk before anybody is asked to certify it. */
static enum rc make_key(const struct flags *f, struct buf *csr_pem,
    struct err *e)
{
	enum key_type type =
	    f->key_type ? key_type_of(span_str(f->key_type)) : KEY_P256;
	struct buf pem, der;
	struct key *k = NULL;
	enum rc rc;

	buf_init(&pem, 8192);
	buf_init(&der, CSR_MAX);
	rc = type == KEY_UNKNOWN
	    ? err_set(e, RC_INVALID, "usage",
		  "A key is p256, p384, rsa2048, rsa3072 or rsa4096.")
	    : key_generate(&k, type, e);
	if (rc == RC_OK)
		rc = key_pem(k, &pem, e);
	if (rc == RC_OK)
		rc = csr_build(k, NULL, NULL, NULL, &der, e);
	if (rc == RC_OK)
		rc = file_create(f->key, buf_span(&pem), 0600, e);
	enc_pem(csr_pem, "CERTIFICATE REQUEST", buf_span(&der));
	key_free(k);
	buf_clear_secret(&pem);
	buf_clear(&der);
	return rc;
}

static enum rc ask_server(struct flags *f, struct span csr, json_t **answer,
    struct err *e)
{
	json_t *body = json_object(), *names = json_array();
	struct client_call call = {.method = "POST", .body = body};
	char path[PATH_MAX_BYTES], id[64];
	enum rc rc = list_names(f->names, names, e);

	if (rc == RC_OK)
		rc = cli_resolve(&f->client, "cas", f->ca, id, sizeof(id), e);
	if (rc == RC_OK &&
	    snprintf(path, sizeof(path),
		"/api/v1/accounts/%s/server-certificates",
		f->client.account) >= (int)sizeof(path))
		rc = too_long(e);
	(void)json_object_set_new(body, "names", names);
	if (rc == RC_OK) {
		(void)json_object_set_new(body, "ca", json_string(id));
		(void)json_object_set_new(body, "csr",
		    json_stringn((const char *)csr.p, csr.n));
		if (f->days)
			(void)json_object_set_new(body, "lifetime_days",
			    json_integer((json_int_t)f->days));
		call.path = path;
		rc = client_do(&f->client, &call, answer, NULL, e);
	}
	json_decref(body);
	return rc;
}

static enum rc issue_server(struct flags *f, json_t **answer, struct err *e)
{
	struct buf csr, chain;
	enum rc rc;

	buf_init(&csr, 2 * (size_t)CSR_MAX);
	buf_init(&chain, CHAIN_MAX);
	rc = open_account(f, e);
	if (rc == RC_OK)
		rc = make_key(f, &csr, e);
	if (rc == RC_OK) {
		rc = ask_server(f, buf_span(&csr), answer, e);
		/* A key without a certificate is in the way of the next try. */
		if (rc != RC_OK)
			(void)remove(f->key);
	}
	if (rc == RC_OK)
		rc = write_chain(*answer, &chain, e);
	if (rc == RC_OK)
		rc = file_write(f->out, buf_span(&chain), 0644, e);
	buf_clear(&csr);
	buf_clear(&chain);
	return rc;
}

int cli_ca_issue_server(int argc, char **argv)
{
	struct flags f = {.out = NULL};
	const struct args_opt opts[] = {
	    {"ca", 0, ARGS_STR, &f.ca, "CA", "the authority that issues"},
	    {"name", 0, ARGS_STR, &f.names, "NAME,...",
		"DNS names and IP addresses of the server"},
	    {"key", 0, ARGS_STR, &f.key, "FILE",
		"where to write the new key, which stays here"},
	    {"out", 0, ARGS_STR, &f.out, "FILE",
		"where to write the certificate and those above it"},
	    {"days", 0, ARGS_U64, &f.days, "N", "days it lives (90)"},
	    {"key-type", 0, ARGS_STR, &f.key_type, "TYPE",
		"p256 (default), p384, rsa2048, rsa3072 or rsa4096"},
	    {"json", 0, ARGS_FLAG, &f.json, NULL,
		"print the service's answer as JSON"},
	    {"account", 0, ARGS_STR, &f.account, "ID", "account to work in"},
	    {0},
	};
	const struct args_cmd cmd = {"birthmark ca issue-server --ca CA "
				     "--name NAME,... --key FILE --out FILE",
	    "Makes a key and gets a certificate for it, so that the devices "
	    "of this account trust a server of its cloud.",
	    opts, 0, 0};
	json_t *answer = NULL;
	struct err e = {0};
	int status;
	enum rc rc;

	if (!cli_args(&cmd, argc, argv, &status))
		return status;
	if (!f.ca || !f.names || !f.key || !f.out)
		rc = err_set(&e, RC_INVALID, "usage",
		    "--ca, --name, --key and --out are needed.");
	else
		rc = issue_server(&f, &answer, &e);
	if (rc == RC_OK)
		cli_print(answer, SERVER_COLUMNS, f.json);
	json_decref(answer);
	client_close(&f.client);
	return rc == RC_OK ? 0 : cli_fail(&e);
}
