/* The thread that publishes what is queued.
 * Must not know how. */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "core/publish.h"
#include "core/upload.h"

#define POLL_MS 200
#define TROUBLE_MS 5000 /* after a fault of the environment */
#define TIDY_S 60
#define NICE 5 /* requests come first */

struct publish_worker {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	volatile bool stop;
	unsigned int threads;
	struct core core;
	char *dir;
	int64_t tidied_at, told;
};

static bool wait_ms(struct publish_worker *w, int64_t ms)
{
	struct timespec until;
	bool stop;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	(void)pthread_mutex_lock(&w->lock);
	while (
	    !w->stop && pthread_cond_timedwait(&w->wake, &w->lock, &until) == 0)
		;
	stop = w->stop;
	(void)pthread_mutex_unlock(&w->lock);
	return !stop;
}

static int64_t turn(struct publish_worker *w)
{
	int64_t now_s = clock_now_s();
	struct err e = {0};
	enum rc rc;

	/* Backwards too, should the clock be set. */
	if (now_s < w->tidied_at || now_s >= w->tidied_at + TIDY_S) {
		publish_tidy(&w->core, now_s, &w->told);
		w->tidied_at = now_s;
	}
	rc = publish_next(&w->core, w->threads, &w->stop, &e);
	if (rc == RC_NOT_FOUND || rc == RC_AGAIN)
		return POLL_MS;
	if (rc == RC_ENV || rc == RC_BUG) {
		log_err(LOG_ERROR, "publishing has to wait", &e);
		return TROUBLE_MS;
	}
	return 0;
}

static void *worker_main(void *arg)
{
	struct publish_worker *w = arg;
	int64_t pause_ms = 0;

	/* On Linux this is the thread's own, and of those it starts. */
	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
	upload_sweep(&w->core);
	while (wait_ms(w, pause_ms))
		pause_ms = turn(w);
	return NULL;
}

static enum rc start(struct publish_worker *w, struct err *e)
{
	sigset_t all, before;
	int r;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &before);
	r = pthread_create(&w->thread, NULL, worker_main, w);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (r != 0)
		return err_set(e, RC_ENV, "thread",
		    "The publisher's thread could not be started (%d).", r);
	return RC_OK;
}

static void worker_free(struct publish_worker *w)
{
	store_close(w->core.store);
	(void)pthread_cond_destroy(&w->wake);
	(void)pthread_mutex_destroy(&w->lock);
	free(w->dir);
	free(w);
}

enum rc publish_worker_start(struct publish_worker **out, const char *dir,
    unsigned threads, struct err *e)
{
	struct publish_worker *w = calloc(1, sizeof(*w));
	pthread_condattr_t attr;
	enum rc rc;

	*out = NULL;
	if (!w)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	(void)pthread_mutex_init(&w->lock, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&w->wake, &attr);
	(void)pthread_condattr_destroy(&attr);
	w->threads = threads;
	w->dir = strdup(dir);
	w->core.dir = w->dir;
	rc = w->dir ? store_open(&w->core.store, dir, false, e)
		    : err_set(e, RC_ENV, "memory", "Out of memory.");
	if (rc == RC_OK)
		rc = start(w, e);
	if (rc == RC_OK)
		*out = w;
	else
		worker_free(w);
	return rc;
}

void publish_worker_stop(struct publish_worker *w)
{
	if (!w)
		return;
	(void)pthread_mutex_lock(&w->lock);
	w->stop = true;
	(void)pthread_cond_signal(&w->wake);
	(void)pthread_mutex_unlock(&w->lock);
	(void)pthread_join(w->thread, NULL);
	worker_free(w);
}
