/* The courier's process: its lock, its threads, its end.
 * Must not know what is sent: that is turn.c. */
#include "courier/courier.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/log.h"
#include "cloud/connector.h"
#include "courier/oidc.h"
#include "courier/ra.h"
#include "courier/turn.h"

#define THREADS_DEFAULT 8
#define THREADS_MAX 32
/* These take only jobs of clouds that were well last time, so that clouds that
 * do not answer never hold all threads. */
#define THREADS_UNTRIED 2
#define IDLE_MS 100
#define OOPS_MS 2000
#define LOCK_MS 100
#define STOP_MS 2000
#define PUB_MAX 4096

struct runner;

/* Idle threads of one class wait in line: the first of them asks the store. */
struct line {
	pthread_mutex_t lock;
};

struct courier {
	const struct courier_options *o;
	char data[PATH_MAX];
	char own[PATH_MAX];
	struct signer *signer;
	struct bearer *bearer;
	struct line lines[2];
	struct pacer *pacer;
	struct login_set *sessions;
	struct stopper stopper;
	char secret[PATH_MAX];
	struct oidc *oidc; /* NULL: no single sign-on */
	struct ra *ra;
	unsigned int threads;
	struct runner *runners;
};

struct runner {
	struct courier *courier;
	struct turn_tools tools;
	bool untried;
	bool started;
	pthread_t thread;
};

/* The next job, leased under the name given; false when it is time to end. */
static bool next_job(struct runner *r, const char *lease, struct store_job *j)
{
	struct courier *c = r->courier;
	struct line *line = &c->lines[r->untried];
	struct err e = {0};
	int64_t pause = 0;
	bool found = false;

	(void)pthread_mutex_lock(&line->lock);
	while (!found && !stopper_wait(&c->stopper, pause)) {
		int64_t now = clock_now_ms();
		struct store_job_claim claim = {.lease = lease,
		    .now_ms = now,
		    .until_ms = now + TURN_LEASE_MS,
		    .untried = r->untried};
		enum rc rc =
		    store_job_claim(r->tools.core.store, &claim, j, &e);

		found = rc == RC_OK;
		pause = IDLE_MS;
		if (rc != RC_OK && rc != RC_NOT_FOUND) {
			log_err(LOG_ERROR, "courier cannot read its queue", &e);
			pause = OOPS_MS;
		}
	}
	(void)pthread_mutex_unlock(&line->lock);
	return found;
}

static void *run_thread(void *arg)
{
	struct runner *r = arg;
	char lease[RAND_ID_SIZE];
	struct store_job *j = calloc(1, sizeof(*j));
	struct err e = {0};

	rand_id(lease, sizeof(lease), "lse");
	while (j && next_job(r, lease, j)) {
		if (turn_run(&r->tools, j, lease, &e) == RC_OK)
			continue;
		log_err(LOG_WARN, "courier cannot record a step", &e);
		if (e.rc != RC_CONFLICT &&
		    stopper_wait(&r->courier->stopper, OOPS_MS))
			break;
	}
	free(j);
	return NULL;
}

static void runner_clear(struct runner *r)
{
	store_close(r->tools.core.store);
	keyring_free(r->tools.keys);
	link_set_free(r->tools.links);
}

static enum rc runner_open(struct courier *c, struct runner *r, struct err *e)
{
	struct turn_tools *t = &r->tools;
	enum rc rc;

	r->courier = c;
	t->bearer = c->bearer;
	t->pacer = c->pacer;
	t->sessions = c->sessions;
	t->stopper = &c->stopper;
	t->core.dir = c->data;
	t->core.public_url = c->o->public_url;
	t->core.cloud_rules = connector_rules_at;
	rc = store_open(&t->core.store, c->data, false, e);
	if (rc == RC_OK)
		rc = keyring_open(&t->keys, c->own, e);
	if (rc == RC_OK)
		rc = link_set_new(&t->links, c->o->allow_private_clouds, e);
	return rc;
}

/* After the key was changed, once. */
static enum rc reseal(struct courier *c, struct turn_tools *t, struct err *e)
{
	struct buf pem, pub;
	struct span rest;
	uint64_t n = 0;
	char path[PATH_MAX];
	enum rc rc = file_join(path, sizeof(path), c->o->dir, "courier.pub", e);

	buf_init(&pem, PUB_MAX);
	buf_init(&pub, PUB_MAX);
	if (rc == RC_OK)
		rc = file_read(path, &pem, e);
	rest = buf_span(&pem);
	if (rc == RC_OK &&
	    (!enc_unpem(&pub, "PUBLIC KEY", &rest) ||
		!span_eq(buf_span(&pub), keyring_spki(t->keys))))
		log_warn("courier.pub is not of the courier's key: run "
			 "`birthmark courier-key publish`");
	if (rc == RC_OK)
		rc = keyring_reseal(t->keys, t->core.store, buf_span(&pub), &n,
		    e);
	if (rc == RC_OK && n > 0)
		log_info("%llu credentials are sealed for the courier's new "
			 "key",
		    (unsigned long long)n);
	buf_clear(&pem);
	buf_clear(&pub);
	return rc;
}

static enum rc start_threads(struct courier *c, struct err *e)
{
	unsigned int i;
	enum rc rc = RC_OK;

	for (i = 0; rc == RC_OK && i < c->threads; i++) {
		c->runners[i].untried = i < THREADS_UNTRIED;
		rc = runner_open(c, &c->runners[i], e);
	}
	if (rc == RC_OK)
		rc = reseal(c, &c->runners[0].tools, e);
	/* The only courier of this store, so a lease is of one that is gone. */
	if (rc == RC_OK)
		rc = store_job_unlease(c->runners[0].tools.core.store, e);
	for (i = 0; rc == RC_OK && i < c->threads; i++) {
		c->runners[i].started =
		    pthread_create(&c->runners[i].thread, NULL, run_thread,
			&c->runners[i]) == 0;
		if (!c->runners[i].started)
			rc = err_set(e, RC_ENV, "thread",
			    "Cannot start a thread.");
	}
	return rc;
}

/* False when one of them still waits for a cloud. */
static bool join_threads(struct courier *c)
{
	struct timespec until;
	bool all = true;
	unsigned int i;

	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += STOP_MS / 1000;
	for (i = 0; i < c->threads; i++) {
		struct runner *r = &c->runners[i];

		if (r->started &&
		    pthread_timedjoin_np(r->thread, NULL, &until) == 0)
			r->started = false;
		all &= !r->started;
	}
	return all;
}

static enum rc start_oidc(struct courier *c, struct err *e)
{
	struct oidc_options o;

	if (!c->o->oidc)
		return RC_OK;
	o = *c->o->oidc;
	o.data = c->data;
	o.secret_file = c->secret;
	return oidc_start(&c->oidc, &o, e);
}

static enum rc start_ra(struct courier *c, struct err *e)
{
	const struct ra_options o = {.data = c->data,
	    .own = c->own,
	    .allow_private = c->o->allow_private_clouds};

	return ra_start(&c->ra, &o, e);
}

/* Waits for the end: a signal, or stop_fd. */
static void wait_end(int signals, int stop_fd)
{
	struct pollfd p[2] = {{.fd = signals, .events = POLLIN},
	    {.fd = stop_fd, .events = POLLIN}};

	while (poll(p, stop_fd >= 0 ? 2 : 1, -1) < 0 && errno == EINTR)
		;
}

/* One courier for each store: waits for one that is about to end. */
static enum rc take_lock(const char *data, int signals, int *fd, struct err *e)
{
	char path[PATH_MAX];
	struct pollfd p = {.fd = signals, .events = POLLIN};
	enum rc rc = file_join(path, sizeof(path), data, "courier.lock", e);

	*fd = -1;
	if (rc != RC_OK)
		return rc;
	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (*fd < 0)
		return err_sys(e, "courier-lock", "Cannot open %s", path);
	while (flock(*fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_sys(e, "courier-lock", "Cannot lock %s",
			    path);
		if (poll(&p, 1, LOCK_MS) > 0)
			return err_set(e, RC_AGAIN, "stopped",
			    "Stopped before the last courier ended.");
	}
	return RC_OK;
}

static enum rc courier_open(struct courier *c, struct err *e)
{
	enum rc rc;

	(void)pthread_mutex_init(&c->lines[0].lock, NULL);
	(void)pthread_mutex_init(&c->lines[1].lock, NULL);
	stopper_init(&c->stopper);
	c->threads = c->o->threads > 0 ? c->o->threads : THREADS_DEFAULT;
	if (c->threads <= THREADS_UNTRIED)
		c->threads = THREADS_UNTRIED + 1;
	if (c->threads > THREADS_MAX)
		c->threads = THREADS_MAX;
	c->runners = calloc(c->threads, sizeof(*c->runners));
	c->signer = signer_new(c->o->signer_fd);
	if (!c->runners || !c->signer)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	rc = file_join(c->data, sizeof(c->data), c->o->dir, "data", e);
	if (rc == RC_OK)
		rc = file_join(c->own, sizeof(c->own), c->o->dir, "courier", e);
	if (rc == RC_OK)
		rc = file_join(c->secret, sizeof(c->secret), c->o->dir,
		    "courier/sso-secret", e);
	if (rc == RC_OK)
		rc = bearer_new(&c->bearer, c->signer, c->o->public_url, e);
	if (rc == RC_OK)
		rc = pacer_new(&c->pacer, e);
	if (rc == RC_OK)
		rc = login_set_new(&c->sessions, e);
	return rc;
}

static void courier_close(struct courier *c)
{
	unsigned int i;

	for (i = 0; c->runners && i < c->threads; i++)
		runner_clear(&c->runners[i]);
	free(c->runners);
	bearer_free(c->bearer);
	pacer_free(c->pacer);
	login_set_free(c->sessions);
	signer_free(c->signer);
	stopper_clear(&c->stopper);
	(void)pthread_mutex_destroy(&c->lines[0].lock);
	(void)pthread_mutex_destroy(&c->lines[1].lock);
}

int courier_run(const struct courier_options *o)
{
	struct courier c = {.o = o};
	struct err e = {0};
	sigset_t ends;
	int signals, lock = -1;
	enum rc rc;

	(void)sigemptyset(&ends);
	(void)sigaddset(&ends, SIGTERM);
	(void)sigaddset(&ends, SIGINT);
	(void)pthread_sigmask(SIG_BLOCK, &ends, NULL);
	signals = signalfd(-1, &ends, SFD_CLOEXEC);
	rc = courier_open(&c, &e);
	if (rc == RC_OK)
		rc = take_lock(c.data, signals, &lock, &e);
	if (rc == RC_OK)
		rc = start_threads(&c, &e);
	if (rc == RC_OK)
		rc = start_oidc(&c, &e);
	if (rc == RC_OK)
		rc = start_ra(&c, &e);
	if (rc == RC_OK)
		wait_end(signals, o->stop_fd);
	else
		log_err(LOG_ERROR, "courier", &e);
	stopper_stop(&c.stopper);
	oidc_stop(c.oidc);
	ra_stop(c.ra);
	if (!join_threads(&c) || !oidc_join(c.oidc, STOP_MS) ||
	    !ra_join(c.ra, STOP_MS)) {
		/* What is in flight is sent again by the next courier. */
		log_info("courier ends while a cloud has not answered");
		_exit(rc == RC_OK ? 0 : err_class(rc)->exit_code);
	}
	courier_close(&c);
	if (signals >= 0)
		(void)close(signals);
	if (lock >= 0)
		(void)close(lock);
	return rc == RC_OK ? 0 : err_class(rc)->exit_code;
}
