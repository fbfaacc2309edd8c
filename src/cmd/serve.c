/* birthmark serve: settings and flags, then the parent.
 * Must not keep a file open that its children should not have. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/args.h"
#include "base/confine.h"
#include "base/file.h"
#include "cmd/serve.h"
#include "cmd/serve_child.h"
#include "cmd/serve_parent.h"
#include "core/sso.h"
#include "store/store.h"

#define DIR_DEFAULT "/var/lib/birthmark"

struct flags {
	const char *dir, *listen, *device_listen, *status_listen, *public_url,
	    *workers, *log_level;
	bool allow_private, check;
};

static enum rc apply(struct serve_conf *c, const struct flags *f, struct err *e)
{
	const struct {
		const char *name, *value;
	} table[] = {
	    {"listen", f->listen},
	    {"device_listen", f->device_listen},
	    {"status_listen", f->status_listen},
	    {"public_url", f->public_url},
	    {"workers", f->workers},
	    {"log_level", f->log_level},
	    {"allow_private_clouds", f->allow_private ? "true" : NULL},
	};
	enum rc rc = RC_OK;
	size_t i;

	for (i = 0; rc == RC_OK && i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].value)
			rc =
			    serve_conf_set(c, table[i].name, table[i].value, e);
	return rc == RC_OK ? serve_conf_check(c, e) : rc;
}

static enum rc check_dir(const char *dir, struct err *e)
{
	static const char *const needed[] = {SERVE_CONF_DATA, SERVE_CONF_SIGNER,
	    SERVE_CONF_COURIER, SERVE_CONF_COURIER_PUB, SERVE_CONF_TLS_CERT,
	    SERVE_CONF_TLS_KEY};
	char path[SERVE_CONF_PATH];
	enum rc rc = RC_OK;
	size_t i;

	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		rc = file_join(path, sizeof(path), dir, needed[i], e);
		if (rc != RC_OK)
			return rc;
		if (!file_exists(path))
			return err_set(e, RC_NOT_FOUND, "not-initialised",
			    "There is no %.300s.  Run `birthmark init --dir "
			    "%.100s` first.",
			    path, dir);
	}
	rc = file_join(path, sizeof(path), dir, SERVE_CONF_RUN, e);
	return rc == RC_OK ? file_mkdir(path, 0755, e) : rc;
}

/* Brings the database up to this release, in a process of its own: the parent
 * never reads it. */
static enum rc migrate(const char *dir, struct err *e)
{
	char path[SERVE_CONF_PATH];
	struct store *s = NULL;
	struct err why = {.rc = RC_BUG};
	int status = 0;
	pid_t pid;
	enum rc rc;

	rc = file_join(path, sizeof(path), dir, SERVE_CONF_DATA, e);
	if (rc != RC_OK)
		return rc;
	pid = fork();
	if (pid < 0)
		return err_sys(e, "no-process", "No process can be started");
	if (pid == 0) {
		if (getuid() == 0 && confine_has_user(SERVE_CONF_USER))
			rc = confine_user(SERVE_CONF_USER, &why);
		if (rc == RC_OK)
			rc = store_open(&s, path, true, &why);
		if (rc != RC_OK)
			log_err(LOG_ERROR, "the database", &why);
		store_close(s);
		_exit(rc == RC_OK ? 0 : 3);
	}
	if (waitpid(pid, &status, 0) != pid || status != 0)
		return err_set(e, RC_ENV, "no-database",
		    "The database in %.300s cannot be used.", path);
	return RC_OK;
}

static bool is_readable(const char *dir, const char *name)
{
	char path[SERVE_CONF_PATH];
	struct buf b;
	bool ok;

	buf_init(&b, 1 << 20);
	ok = file_join(path, sizeof(path), dir, name, NULL) == RC_OK &&
	    file_read(path, &b, NULL) == RC_OK;
	buf_clear_secret(&b);
	return ok;
}

/* In a process of the kind: what of the secrets can it read? */
static bool check_kind(enum serve_child_kind kind, const char *name,
    const char *dir)
{
	static const char signer[] = SERVE_CONF_SIGNER "/interop.pem";
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		struct err e = {.rc = RC_BUG};
		bool s, c;

		if (serve_child_confine(kind, dir, &e) != RC_OK) {
			log_err(LOG_ERROR, name, &e);
			_exit(1);
		}
		s = is_readable(dir, signer);
		c = is_readable(dir, SERVE_CONF_COURIER_KEY);
		(void)printf("%-8s signer's keys: %s, courier's key: %s\n",
		    name, s ? "readable" : "no access",
		    c ? "readable" : "no access");
		(void)fflush(stdout);
		_exit(s != (kind == SERVE_CHILD_SIGNER) ||
		    c != (kind == SERVE_CHILD_COURIER));
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static void check_sso(const struct serve_conf *c)
{
	char path[SERVE_CONF_PATH];
	bool secret;

	if (!c->sso_issuer[0]) {
		(void)printf("single sign-on: none\n");
		return;
	}
	secret = file_join(path, sizeof(path), c->dir, SERVE_CONF_SSO_SECRET,
		     NULL) == RC_OK &&
	    file_exists(path);
	(void)printf("single sign-on: %s as %s, %s\n"
		     "  the provider has to send people back to %s%s\n",
	    c->sso_issuer, c->sso_client_id,
	    secret ? "with the secret in " SERVE_CONF_SSO_SECRET
		   : "without a secret (there is no " SERVE_CONF_SSO_SECRET ")",
	    c->public_url[0] ? c->public_url : "(public_url is missing)",
	    SSO_CALLBACK);
}

static int check_all(const struct serve_conf *conf)
{
	const char *dir = conf->dir;
	bool ok;

	(void)printf("Landlock: %s\n",
	    confine_landlock() ? "in use" : "not in this kernel");
	check_sso(conf);
	(void)fflush(stdout);
	ok = check_kind(SERVE_CHILD_SIGNER, "signer", dir);
	ok = check_kind(SERVE_CHILD_WORKER, "worker", dir) && ok;
	ok = check_kind(SERVE_CHILD_COURIER, "courier", dir) && ok;
	return ok ? 0 : 1;
}

static int run(const struct flags *f)
{
	struct err e = {.rc = RC_BUG};
	struct serve_conf conf = {0};
	int status;
	enum rc rc;

	rc = serve_conf_load(&conf, f->dir, &e);
	if (rc == RC_OK)
		rc = apply(&conf, f, &e);
	if (rc == RC_OK) {
		log_setup("parent", conf.least);
		rc = check_dir(f->dir, &e);
	}
	if (rc == RC_OK && !f->check)
		rc = migrate(f->dir, &e);
	if (rc != RC_OK) {
		log_err(LOG_ERROR, "the service cannot start", &e);
		status = rc == RC_INVALID ? 2 : err_class(rc)->exit_code;
	} else {
		status = f->check ? check_all(&conf) : serve_parent_run(&conf);
	}
	serve_conf_clear(&conf);
	return status;
}

int serve_main(int argc, char **argv)
{
	struct flags f = {.dir = DIR_DEFAULT};
	const struct args_opt opts[] = {
	    {"dir", 'd', ARGS_STR, &f.dir, "DIR",
		"the service's directory (" DIR_DEFAULT ")"},
	    {"listen", 0, ARGS_STR, &f.listen, "HOST:PORT",
		"console and API; port 0 picks a free one"},
	    {"device-listen", 0, ARGS_STR, &f.device_listen, "HOST:PORT",
		"devices; empty for none"},
	    {"status-listen", 0, ARGS_STR, &f.status_listen, "HOST:PORT",
		"OCSP, CRLs and CMP, plain HTTP; empty for none"},
	    {"public-url", 0, ARGS_STR, &f.public_url, "URL",
		"how the service is reached from outside"},
	    {"workers", 0, ARGS_STR, &f.workers, "N",
		"processes that serve (one for each core)"},
	    {"allow-private-clouds", 0, ARGS_FLAG, &f.allow_private, NULL,
		"product clouds may have private and local addresses"},
	    {"log-level", 0, ARGS_STR, &f.log_level, "LEVEL",
		"debug, info, warn or error"},
	    {"check", 0, ARGS_FLAG, &f.check, NULL,
		"only check the settings and what each process can reach"},
	    {NULL, 0, ARGS_HELP, NULL, NULL, NULL},
	};
	const struct args_cmd cmd = {"birthmark serve [OPTION]...",
	    "Runs the service until it gets SIGTERM or SIGINT.", opts, 0, 0};
	struct err e = {.rc = RC_BUG};
	bool help = false;
	int npos;

	if (args_parse(&cmd, argc, argv, &npos, &help, &e) != RC_OK) {
		(void)fprintf(stderr, "birthmark serve: %s\n", e.text);
		return 2;
	}
	if (help) {
		args_help(&cmd);
		return 0;
	}
	return run(&f);
}
