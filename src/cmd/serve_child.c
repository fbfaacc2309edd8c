/* What the processes give up, and the two whose work is elsewhere.
 * Must not run in the parent. */
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/confine.h"
#include "base/file.h"
#include "base/metric.h"
#include "cmd/serve_child.h"
#include "cmd/serve_worker.h"
#include "courier/courier.h"
#include "courier/keyring.h"
#include "courier/oidc.h"
#include "signer/hsm_conf.h"
#include "signer/signer.h"

#define SYSTEM_PATHS                                                       \
	{"/usr", false}, {"/lib", false}, {"/lib64", false},               \
	    {"/etc/ssl", false}, {"/etc/ld.so.cache", false},              \
	    {"/etc/localtime", false}, {"/sys/devices/system/cpu", false}, \
	    {"/dev/null", true},                                           \
	{                                                                  \
		"/dev/urandom", false                                      \
	}

#define SSO_CA_MAX (1u << 20)

#define NAME_PATHS                                                    \
	{"/etc/resolv.conf", false}, {"/etc/hosts", false},           \
	    {"/etc/host.conf", false}, {"/etc/nsswitch.conf", false}, \
	    {"/etc/gai.conf", false},                                 \
	{                                                             \
		"/etc/services", false                                \
	}

struct paths {
	char data[SERVE_CONF_PATH], tls[SERVE_CONF_PATH];
	char own[SERVE_CONF_PATH];
	char ca[SERVE_CONF_PATH]; /* the signer's, for accounts' keys */
	char pub[SERVE_CONF_PATH];
};

/* The modules of HSMs reach what hsm.conf allows them. */
static enum rc confine_signer_to(const struct paths *p,
    const struct hsm_conf *hsm, struct err *e)
{
	const struct confine_path always[] = {SYSTEM_PATHS, {p->own, false},
	    {p->ca, true}};
	struct confine_path
	    list[sizeof(always) / sizeof(always[0]) + HSM_CONF_PATHS_MAX];
	size_t n = sizeof(always) / sizeof(always[0]), i;

	memcpy(list, always, sizeof(always));
	for (i = 0; i < hsm->paths_n; i++)
		list[n++] = (struct confine_path){hsm->paths[i], true};
	return confine_to(list, n, CONFINE_NET_NONE, e);
}

static enum rc confine_signer(const struct paths *p, struct err *e)
{
	struct rlimit files = {300, 300};
	static struct hsm_conf hsm; /* large */
	enum rc rc = RC_OK;

	/* A directory of an earlier release lacks the keys that are new. */
	if (file_exists(p->own))
		rc = signer_init(p->own, e);
	if (rc == RC_OK)
		rc = hsm_conf_read(&hsm, p->own, e);
	if (rc != RC_OK)
		return rc;
	/* Without an own network there is nothing to forbid; only root may. */
	(void)unshare(CLONE_NEWNET);
	(void)setrlimit(RLIMIT_NOFILE, &files);
	rc = confine_signer_to(p, &hsm, e);
	hsm_conf_clear(&hsm);
	return rc;
}

static enum rc confine_worker(const struct paths *p, struct err *e)
{
	const struct confine_path list[] = {SYSTEM_PATHS, {p->data, true},
	    {p->tls, false}, {p->own, false}};

	return confine_to(list, sizeof(list) / sizeof(list[0]),
	    CONFINE_NET_NONE, e);
}

static enum rc confine_courier(const struct paths *p, struct err *e)
{
	const struct confine_path always[] = {SYSTEM_PATHS, NAME_PATHS,
	    {p->data, true}, {p->own, true}, {p->pub, false}};
	struct confine_path
	    list[sizeof(always) / sizeof(always[0]) + KEYRING_PATHS_MAX];
	size_t n = sizeof(always) / sizeof(always[0]), more = 0, i;
	char **paths = NULL;
	enum rc rc = keyring_paths(p->own, &paths, &more, e);

	memcpy(list, always, sizeof(always));
	for (i = 0; i < more; i++)
		list[n++] = (struct confine_path){paths[i], true};
	if (rc == RC_OK)
		rc = confine_to(list, n, CONFINE_NET_CONNECT, e);
	keyring_paths_free(paths, more);
	return rc;
}

static const struct {
	const char *user, *own;
	enum rc (*confine)(const struct paths *p, struct err *e);
} kinds[] = {
    [SERVE_CHILD_SIGNER] = {SERVE_CONF_USER_SIGNER, SERVE_CONF_SIGNER,
	confine_signer},
    [SERVE_CHILD_WORKER] = {SERVE_CONF_USER, SERVE_CONF_COURIER_PUB,
	confine_worker},
    [SERVE_CHILD_COURIER] = {SERVE_CONF_USER_COURIER, SERVE_CONF_COURIER,
	confine_courier},
};

enum rc serve_child_confine(enum serve_child_kind kind, const char *dir,
    struct err *e)
{
	pid_t parent = getppid();
	struct paths p;
	enum rc rc;

	rc = file_join(p.data, sizeof(p.data), dir, SERVE_CONF_DATA, e);
	if (rc == RC_OK)
		rc = file_join(p.tls, sizeof(p.tls), dir, SERVE_CONF_TLS, e);
	if (rc == RC_OK)
		rc = file_join(p.own, sizeof(p.own), dir, kinds[kind].own, e);
	if (rc == RC_OK)
		rc = file_join(p.ca, sizeof(p.ca), p.own, "ca", e);
	if (rc == RC_OK)
		rc = file_join(p.pub, sizeof(p.pub), dir,
		    SERVE_CONF_COURIER_PUB, e);
	/* Temporary files belong where the process may write. */
	(void)setenv("TMPDIR", p.data, 1);
	(void)setenv("SQLITE_TMPDIR", p.data, 1);
	if (rc == RC_OK && getuid() == 0 && confine_has_user(kinds[kind].user))
		rc = confine_user(kinds[kind].user, e);
	/* A change of user has taken it back. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (rc == RC_OK && getppid() != parent)
		rc = err_set(e, RC_ENV, "no-parent", "The parent has died.");
	if (rc == RC_OK)
		rc = confine_process(e);
	return rc == RC_OK ? kinds[kind].confine(&p, e) : rc;
}

static int run_signer(const struct serve_child *c)
{
	char dir[SERVE_CONF_PATH];
	struct err e = {.rc = RC_BUG};

	/* ^C reaches the whole group; the workers still need signatures. */
	(void)signal(SIGINT, SIG_IGN);
	if (file_join(dir, sizeof(dir), c->conf->dir, SERVE_CONF_SIGNER, &e) !=
		RC_OK ||
	    serve_child_confine(c->kind, c->conf->dir, &e) != RC_OK) {
		log_err(LOG_ERROR, "the signer cannot start", &e);
		return 3;
	}
	(void)!write(c->ready_fd, "r", 1);
	return signer_run(dir, c->clients, c->clients_n);
}

/* While the file can still be reached. */
static enum rc read_sso_ca(const struct serve_conf *conf, struct buf *out,
    struct err *e)
{
	return conf->sso_issuer[0] && conf->sso_ca[0]
	    ? file_read(conf->sso_ca, out, e)
	    : RC_OK;
}

static int run_courier(const struct serve_child *c)
{
	const struct serve_conf *conf = c->conf;
	struct oidc_options oidc = {.issuer = conf->sso_issuer,
	    .client_id = conf->sso_client_id,
	    .public_url = c->public_url,
	    .allow_private = conf->sso_private ||
		span_starts(span_str(conf->sso_issuer), SPAN_LIT("http://")),
	    .trust_email = conf->sso_trust_email};
	struct courier_options o = {.dir = c->conf->dir,
	    .public_url = c->public_url,
	    .signer_fd = c->signer_fd,
	    .stop_fd = -1,
	    .allow_private_clouds = conf->allow_private_clouds,
	    .oidc = conf->sso_issuer[0] ? &oidc : NULL};
	struct err e = {.rc = RC_BUG};
	struct buf ca;
	int status = 3;

	buf_init(&ca, SSO_CA_MAX);
	if (read_sso_ca(conf, &ca, &e) != RC_OK ||
	    serve_child_confine(c->kind, conf->dir, &e) != RC_OK) {
		log_err(LOG_ERROR, "the courier cannot start", &e);
		goto out;
	}
	oidc.ca = buf_span(&ca);
	(void)!write(c->ready_fd, "r", 1);
	status = courier_run(&o);
out:
	buf_clear(&ca);
	return status;
}

int serve_child_run(const struct serve_child *c)
{
	log_setup(c->name, c->conf->least);
	metric_slot(c->slot);
	switch (c->kind) {
	case SERVE_CHILD_SIGNER:
		return run_signer(c);
	case SERVE_CHILD_WORKER:
		return serve_worker_run(c);
	case SERVE_CHILD_COURIER:
		return run_courier(c);
	}
	return 4;
}
