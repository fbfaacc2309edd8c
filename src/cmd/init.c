/* birthmark init: a directory that `birthmark serve` can run in.  Running it
 * again adds what is missing.
 * Must not print a secret but the one password it has made up. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/args.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/rand.h"
#include "cmd/init.h"
#include "cmd/init_owner.h"
#include "cmd/serve_conf.h"
#include "core/user.h"
#include "pki/issue.h"
#include "signer/signer.h"

#define DIR_DEFAULT "/var/lib/birthmark"
#define PASSWORD_BYTES 15
#define TLS_DAYS 397
#define PEM_MAX (64 * 1024)

struct flags {
	const char *dir, *email, *password_file, *url;
};

static enum rc put_pem(const char *dir, const char *name, const char *label,
    struct span der, mode_t mode, struct err *e)
{
	char path[SERVE_CONF_PATH];
	struct buf pem;
	enum rc rc;

	buf_init(&pem, PEM_MAX);
	enc_pem(&pem, label, der);
	rc = file_join(path, sizeof(path), dir, name, e);
	if (rc == RC_OK)
		rc = file_write(path, buf_span(&pem), mode, e);
	buf_clear(&pem);
	return rc;
}

/* A new key in DIR/name; or the one that is there. */
static enum rc have_key(struct key **out, const char *dir, const char *name,
    struct err *e)
{
	char path[SERVE_CONF_PATH];
	struct buf pem;
	enum rc rc;

	rc = file_join(path, sizeof(path), dir, name, e);
	if (rc != RC_OK)
		return rc;
	if (file_exists(path))
		return key_open(out, path, e);
	buf_init(&pem, PEM_MAX);
	rc = key_generate(out, KEY_P256, e);
	if (rc == RC_OK)
		rc = key_pem(*out, &pem, e);
	if (rc == RC_OK)
		rc = file_create(path, buf_span(&pem), 0600, e);
	buf_clear_secret(&pem);
	return rc;
}

static bool has(const char *dir, const char *name)
{
	char path[SERVE_CONF_PATH];

	return file_join(path, sizeof(path), dir, name, NULL) == RC_OK &&
	    file_exists(path);
}

static enum rc make_courier(const char *dir, struct err *e)
{
	struct key *k = NULL;
	enum rc rc;

	if (has(dir, SERVE_CONF_COURIER_PUB))
		return RC_OK;
	rc = have_key(&k, dir, SERVE_CONF_COURIER_KEY, e);
	if (rc == RC_OK)
		rc = put_pem(dir, SERVE_CONF_COURIER_PUB, "PUBLIC KEY",
		    key_spki(k), 0644, e);
	key_free(k);
	return rc;
}

/* The host of https://HOST[:PORT], without brackets; "" when there is none. */
static void host_of(const char *url, char *out, size_t cap)
{
	struct span rest = span_str(url), host;

	out[0] = '\0';
	if (!span_starts(rest, SPAN_LIT("https://")))
		return;
	rest = span_sub(rest, 8, rest.n - 8);
	if (rest.n > 0 && rest.p[0] == '[') {
		rest = span_sub(rest, 1, rest.n - 1);
		(void)span_cut(&rest, ']', &host);
	} else {
		(void)span_cut(&rest, '/', &host);
		rest = host;
		(void)span_cut(&rest, ':', &host);
	}
	(void)span_copy_str(host, out, cap);
}

static enum rc make_tls(const char *dir, const char *url, struct err *e)
{
	char host[256];
	const char *names[] = {"localhost", "127.0.0.1", "::1", host, NULL};
	int64_t now = clock_now_s();
	struct issue_leaf p = {.org = "Birthmark",
	    .common_name = "Birthmark service",
	    .not_before = now - 3600,
	    .not_after = now + TLS_DAYS * 86400LL,
	    .server = true,
	    .names = names};
	struct key *k = NULL;
	struct buf der;
	enum rc rc;
	size_t i;

	if (has(dir, SERVE_CONF_TLS_CERT))
		return RC_OK;
	host_of(url, host, sizeof(host));
	if (!host[0])
		names[3] = NULL;
	for (i = 0; i < 3; i++)
		if (strcmp(host, names[i]) == 0)
			names[3] = NULL;
	buf_init(&der, CERT_DER_MAX);
	rc = have_key(&k, dir, SERVE_CONF_TLS_KEY, e);
	if (rc == RC_OK)
		rc = issue_leaf(&p, key_spki(k), SPAN_NONE, k, &der, e);
	if (rc == RC_OK)
		rc = put_pem(dir, SERVE_CONF_TLS_CERT, "CERTIFICATE",
		    buf_span(&der), 0644, e);
	key_free(k);
	buf_clear(&der);
	return rc;
}

static enum rc make_conf(const char *dir, const char *url, struct err *e)
{
	char path[SERVE_CONF_PATH];
	struct buf text;
	enum rc rc;

	rc = file_join(path, sizeof(path), dir, SERVE_CONF_FILE, e);
	if (rc != RC_OK || file_exists(path))
		return rc;
	buf_init(&text, 16 * 1024);
	serve_conf_text(&text, url);
	rc = file_create(path, buf_span(&text), 0600, e);
	buf_clear(&text);
	return rc;
}

static enum rc make_dirs(const char *dir, struct err *e)
{
	static const struct {
		const char *name;
		mode_t mode;
	} dirs[] = {{SERVE_CONF_DATA, 0700}, {SERVE_CONF_COURIER, 0700},
	    {SERVE_CONF_TLS, 0755}, {SERVE_CONF_RUN, 0755}};
	char path[SERVE_CONF_PATH];
	enum rc rc;
	size_t i;

	rc = file_mkdir(dir, 0700, e);
	for (i = 0; rc == RC_OK && i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		rc = file_join(path, sizeof(path), dir, dirs[i].name, e);
		if (rc == RC_OK)
			rc = file_mkdir(path, dirs[i].mode, e);
	}
	return rc;
}

static enum rc make_keys(const struct flags *f, struct err *e)
{
	char path[SERVE_CONF_PATH];
	enum rc rc;

	rc = make_dirs(f->dir, e);
	if (rc == RC_OK)
		rc = make_conf(f->dir, f->url, e);
	if (rc == RC_OK)
		rc =
		    file_join(path, sizeof(path), f->dir, SERVE_CONF_SIGNER, e);
	if (rc == RC_OK)
		rc = signer_init(path, e);
	if (rc == RC_OK)
		rc = make_courier(f->dir, e);
	return rc == RC_OK ? make_tls(f->dir, f->url, e) : rc;
}

/* From the file's first line, or made up. */
static enum rc get_password(const struct flags *f, struct buf *out,
    struct err *e)
{
	uint8_t raw[PASSWORD_BYTES];
	struct span line, rest;
	struct buf text;
	enum rc rc;

	if (!f->password_file) {
		rand_bytes(raw, sizeof(raw));
		enc_base64url(out, span_of(raw, sizeof(raw)));
		explicit_bzero(raw, sizeof(raw));
		return RC_OK;
	}
	buf_init(&text, 4096);
	rc = file_read(f->password_file, &text, e);
	rest = buf_span(&text);
	(void)span_cut(&rest, '\n', &line);
	buf_add_span(out, line);
	buf_clear_secret(&text);
	return rc;
}

static enum rc make_admin(const struct flags *f, struct core *core,
    struct err *e)
{
	struct buf password;
	enum rc rc;

	buf_init(&password, 1024);
	rc = get_password(f, &password, e);
	if (rc == RC_OK)
		rc = user_bootstrap(core, f->email, buf_span(&password), e);
	if (rc == RC_OK && !f->password_file)
		(void)printf("The service's administrator is %s\n"
			     "with the password %s\n"
			     "It is shown only now.\n",
		    f->email, buf_cstr(&password));
	else if (rc == RC_OK)
		(void)printf("The service's administrator is %s.\n", f->email);
	buf_clear_secret(&password);
	if (rc == RC_CONFLICT && e->slug &&
	    strcmp(e->slug, "user-exists") == 0) {
		(void)printf("The user %s is there already.\n", f->email);
		rc = RC_OK;
	}
	return rc;
}

static enum rc make_store(const struct flags *f, struct err *e)
{
	char path[SERVE_CONF_PATH];
	struct core core = {.dir = path, .public_url = f->url};
	enum rc rc;

	rc = file_join(path, sizeof(path), f->dir, SERVE_CONF_DATA, e);
	if (rc == RC_OK)
		rc = store_open(&core.store, path, true, e);
	if (rc == RC_OK && f->email)
		rc = make_admin(f, &core, e);
	store_close(core.store);
	return rc;
}

int init_main(int argc, char **argv)
{
	struct flags f = {.dir = DIR_DEFAULT, .url = ""};
	const struct args_opt opts[] = {
	    {"dir", 'd', ARGS_STR, &f.dir, "DIR",
		"the service's directory (" DIR_DEFAULT ")"},
	    {"admin-email", 0, ARGS_STR, &f.email, "EMAIL",
		"make this user the service's administrator"},
	    {"admin-password-file", 0, ARGS_STR, &f.password_file, "FILE",
		"its password (made up and shown when not given)"},
	    {"public-url", 0, ARGS_STR, &f.url, "URL",
		"how the service will be reached, https://HOST[:PORT]"},
	    {NULL, 0, ARGS_HELP, NULL, NULL, NULL},
	};
	const struct args_cmd cmd = {"birthmark init [OPTION]...",
	    "Makes the service's directory, keys, TLS certificate, database "
	    "and first administrator; adds what is missing.",
	    opts, 0, 0};
	struct err e = {.rc = RC_BUG};
	bool help = false;
	enum rc rc;
	int npos;

	if (args_parse(&cmd, argc, argv, &npos, &help, &e) != RC_OK) {
		(void)fprintf(stderr, "birthmark init: %s\n", e.text);
		return 2;
	}
	if (help) {
		args_help(&cmd);
		return 0;
	}
	(void)umask(077);
	rc = f.url[0] && !span_starts(span_str(f.url), SPAN_LIT("https://"))
	    ? err_set(&e, RC_INVALID, "bad-url",
		  "The public URL must begin with https://.")
	    : make_keys(&f, &e);
	if (rc == RC_OK)
		rc = make_store(&f, &e);
	if (rc == RC_OK)
		rc = init_owner_all(f.dir, &e);
	if (rc == RC_OK)
		(void)printf("Ready: birthmark serve --dir %s\n", f.dir);
	else
		(void)fprintf(stderr, "birthmark init: %s\n", e.text);
	return err_class(rc)->exit_code;
}
