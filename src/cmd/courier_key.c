/* `birthmark courier-key`: changes the key that opens stored credentials, or
 * publishes its public half for the workers.
 * Must not open a credential: the courier does, when it starts. */
#include "cmd/courier_key.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/args.h"
#include "base/enc.h"
#include "base/err.h"
#include "base/file.h"
#include "cmd/serve_conf.h"
#include "courier/keyring.h"

#define DIR_DEFAULT "/var/lib/birthmark"
#define PEM_MAX 16384

static enum rc read_pub(const char *dir, struct buf *spki, struct err *e)
{
	char path[SERVE_CONF_PATH];
	struct buf pem;
	struct span rest;
	enum rc rc =
	    file_join(path, sizeof(path), dir, SERVE_CONF_COURIER_PUB, e);

	buf_init(&pem, PEM_MAX);
	if (rc == RC_OK)
		rc = file_read(path, &pem, e);
	rest = buf_span(&pem);
	/* A file that holds no key is not the present key's. */
	if (rc == RC_OK && !enc_unpem(spki, "PUBLIC KEY", &rest))
		buf_reset(spki);
	buf_clear(&pem);
	return rc;
}

/* The present key, wherever it is. */
static enum rc open_present(const char *dir, struct key **out, struct err *e)
{
	char own[SERVE_CONF_PATH], where[SERVE_CONF_PATH];
	enum rc rc = file_join(own, sizeof(own), dir, SERVE_CONF_COURIER, e);

	if (rc == RC_OK)
		rc = keyring_where(own, where, sizeof(where), e);
	if (rc == RC_OK)
		rc = key_open(out, where, e);
	explicit_bzero(where, sizeof(where));
	return rc;
}

static enum rc publish(const char *dir, struct err *e)
{
	char path[SERVE_CONF_PATH];
	struct key *k = NULL;
	struct buf pem;
	enum rc rc = open_present(dir, &k, e);

	buf_init(&pem, PEM_MAX);
	if (rc == RC_OK)
		rc = file_join(path, sizeof(path), dir, SERVE_CONF_COURIER_PUB,
		    e);
	if (rc == RC_OK) {
		enc_pem(&pem, "PUBLIC KEY", key_spki(k));
		rc = buf_ok(&pem)
		    ? file_write(path, buf_span(&pem), 0644, e)
		    : err_set(e, RC_ENV, "memory", "Out of memory.");
	}
	buf_clear(&pem);
	key_free(k);
	return rc;
}

/* A file of the courier's, which stays its user's. */
static enum rc put_key(const char *dir, const char *name, struct span pem,
    struct err *e)
{
	char own[SERVE_CONF_PATH], path[SERVE_CONF_PATH];
	struct stat st;
	enum rc rc = file_join(own, sizeof(own), dir, SERVE_CONF_COURIER, e);

	if (rc == RC_OK)
		rc = file_join(path, sizeof(path), own, name, e);
	if (rc == RC_OK)
		rc = file_write(path, pem, 0600, e);
	if (rc == RC_OK &&
	    (stat(own, &st) != 0 ||
		(geteuid() == 0 && chown(path, st.st_uid, st.st_gid) != 0)))
		rc = err_sys(e, "courier-key", "Cannot give away %s", path);
	return rc;
}

/* Before the new key is there the old one is kept; whoever is cut off in
 * between loses neither, and runs it again. */
static enum rc make_new(const char *dir, struct key *old, struct err *e)
{
	struct key *k = NULL;
	struct buf pem;
	enum rc rc;

	buf_init(&pem, PEM_MAX);
	rc = key_pem(old, &pem, e);
	if (rc == RC_DENIED)
		rc = err_set(e, RC_CONFLICT, "courier-key-token",
		    "The courier's key is in a token: make a new one there, "
		    "name both in courier/" KEYRING_CONF " (courier_key, "
		    "courier_key_before), and run `birthmark courier-key "
		    "publish`.");
	if (rc == RC_OK)
		rc = put_key(dir, KEYRING_BEFORE, buf_span(&pem), e);
	buf_clear_secret(&pem);
	buf_init(&pem, PEM_MAX);
	if (rc == RC_OK)
		rc = key_generate(&k, KEY_P256, e);
	if (rc == RC_OK)
		rc = key_pem(k, &pem, e);
	if (rc == RC_OK)
		rc = put_key(dir, KEYRING_KEY, buf_span(&pem), e);
	buf_clear_secret(&pem);
	key_free(k);
	return rc;
}

static enum rc rotate(const char *dir, struct err *e)
{
	char own[SERVE_CONF_PATH], path[SERVE_CONF_PATH];
	struct key *old = NULL;
	struct buf pub;
	bool published = false;
	enum rc rc = file_join(own, sizeof(own), dir, SERVE_CONF_COURIER, e);

	buf_init(&pub, PEM_MAX);
	if (rc == RC_OK)
		rc = file_join(path, sizeof(path), own, KEYRING_CONF, e);
	if (rc == RC_OK && file_exists(path))
		rc = err_set(e, RC_CONFLICT, "courier-key-elsewhere",
		    "%.300s says where the courier's key is: change it there, "
		    "with the present one as courier_key_before, and run "
		    "`birthmark courier-key publish`.",
		    path);
	if (rc == RC_OK)
		rc = open_present(dir, &old, e);
	if (rc == RC_OK)
		rc = read_pub(dir, &pub, e);
	if (rc == RC_OK) {
		published = span_eq(buf_span(&pub), key_spki(old));
		rc = file_join(path, sizeof(path), own, KEYRING_BEFORE, e);
	}
	if (rc == RC_OK && published && file_exists(path))
		rc = err_set(e, RC_CONFLICT, "courier-key-busy",
		    "The last change is not over: start the service once, so "
		    "that everything is sealed for the present key.");
	/* One that was cut off has made its key already. */
	if (rc == RC_OK && published)
		rc = make_new(dir, old, e);
	if (rc == RC_OK)
		rc = publish(dir, e);
	key_free(old);
	buf_clear(&pub);
	return rc;
}

int courier_key_main(int argc, char **argv)
{
	const char *dir = DIR_DEFAULT;
	const struct args_opt opts[] = {
	    {"dir", 'd', ARGS_STR, &dir, "DIR",
		"the service's directory (" DIR_DEFAULT ")"},
	    {NULL, 0, ARGS_HELP, NULL, NULL, NULL},
	};
	const struct args_cmd cmd = {
	    "birthmark courier-key rotate|publish [OPTION]...",
	    "rotate: makes a new key for stored credentials; the service seals "
	    "them anew when it is started next.  publish: writes the public "
	    "half of a key that is in a token or a credential.",
	    opts, 1, 1};
	struct err e = {.rc = RC_BUG};
	bool help = false;
	enum rc rc;
	int npos;

	if (args_parse(&cmd, argc, argv, &npos, &help, &e) != RC_OK) {
		(void)fprintf(stderr, "birthmark courier-key: %s\n", e.text);
		return 2;
	}
	if (help) {
		args_help(&cmd);
		return 0;
	}
	(void)umask(077);
	if (strcmp(argv[1], "rotate") == 0)
		rc = rotate(dir, &e);
	else if (strcmp(argv[1], "publish") == 0)
		rc = publish(dir, &e);
	else
		rc = err_set(&e, RC_INVALID, "usage",
		    "The action is rotate or publish, not \"%.50s\".", argv[1]);
	if (rc != RC_OK) {
		(void)fprintf(stderr, "birthmark courier-key: %s\n", e.text);
		return err_class(rc)->exit_code;
	}
	(void)puts("Done.  Restart the service, so that it takes the key.");
	return 0;
}
