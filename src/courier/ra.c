/* Threads that take queued requests to CAs of others, and keep what came of
 * each.  Must not ask twice for what was answered. */
#include "courier/ra.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "courier/breaker.h"
#include "courier/ra_ask.h"
#include "courier/stopper.h"

#define TRIES_MAX 20 /* in vain, then the request is refused */
#define THREADS 6
/* These take only what was never tried, so that CAs that do not answer never
 * hold all threads. */
#define THREADS_UNTRIED 2
#define IDLE_MS 100
#define OOPS_MS 2000
#define LEASE_MS 300000 /* more than a request takes */

struct asker {
	struct ra *ra;
	struct ra_ask tools;
	bool untried;
	pthread_t thread;
	bool started;
};

struct ra {
	struct ra_options o;
	struct stopper stopper;
	/* The first of the idle asks the store; [1]: of the untried. */
	pthread_mutex_t lines[2];
	struct asker askers[THREADS];
};

static void set_state(struct store_upstream_request *r, const char *state)
{
	(void)span_copy_str(span_str(state), r->state, sizeof(r->state));
	r->next_ms = 0;
}

static int64_t pause_ms(const struct store_upstream_request *r,
    const struct err *why)
{
	int64_t pause =
	    50 + (int64_t)rand_below((uint64_t)breaker_bound_ms(r->tries));
	int64_t after = (int64_t)why->retry_after_s * 1000;

	if (why->rc == RC_UNAUTHENTICATED && r->tries > 1)
		pause += BREAKER_REFUSED_MS;
	return pause > after ? pause : after;
}

/* What a fault means for the request. */
static void fault(struct store_upstream_request *r, const struct err *why)
{
	r->tries++;
	(void)span_copy_str(span_of(why->text,
				strnlen(why->text, sizeof(r->error) - 1)),
	    r->error, sizeof(r->error));
	if (why->rc == RC_DENIED || r->tries >= TRIES_MAX)
		set_state(r, "refused");
	else
		r->next_ms = clock_now_ms() + pause_ms(r, why);
	log_warn("request %s to another authority is %s after %u tries: %s",
	    r->id, r->state, (unsigned int)r->tries, r->error);
}

static void serve(struct asker *a, struct store_upstream_request *r)
{
	struct err e = {0};
	enum rc rc;

	buf_reset(&r->der);
	rc = ra_ask(&a->tools, r, &r->der, &e);
	if (rc == RC_OK) {
		r->error[0] = '\0';
		set_state(r, "issued");
	} else {
		fault(r, &e);
	}
	rc = store_upstream_request_save(a->tools.store, r, clock_now_s(), &e);
	if (rc != RC_OK && rc != RC_CONFLICT)
		log_err(LOG_ERROR, "an answer of another authority is lost",
		    &e);
}

/* The next one; false when it is time to end. */
static bool next(struct asker *a, struct store_upstream_request *r)
{
	struct ra *ra = a->ra;
	pthread_mutex_t *line = &ra->lines[a->untried];
	struct err e = {0};
	int64_t pause = 0;
	bool found = false;

	(void)pthread_mutex_lock(line);
	while (!found && !stopper_wait(&ra->stopper, pause)) {
		const struct store_upstream_due due = {clock_now_ms(),
		    clock_now_ms() + LEASE_MS, a->untried};
		enum rc rc =
		    store_upstream_request_take(a->tools.store, &due, r, &e);

		found = rc == RC_OK;
		pause = IDLE_MS;
		if (rc != RC_OK && rc != RC_NOT_FOUND) {
			log_err(LOG_ERROR, "courier cannot read requests", &e);
			pause = OOPS_MS;
		}
	}
	(void)pthread_mutex_unlock(line);
	return found;
}

static void *run(void *arg)
{
	struct asker *a = arg;
	struct store_upstream_request r;

	store_upstream_request_init(&r);
	while (next(a, &r))
		serve(a, &r);
	store_upstream_request_clear(&r);
	return NULL;
}

static void ra_free(struct ra *ra)
{
	size_t i;

	for (i = 0; i < THREADS; i++) {
		store_close(ra->askers[i].tools.store);
		keyring_free(ra->askers[i].tools.keys);
	}
	stopper_clear(&ra->stopper);
	(void)pthread_mutex_destroy(&ra->lines[0]);
	(void)pthread_mutex_destroy(&ra->lines[1]);
	free(ra);
}

static enum rc open_askers(struct ra *ra, struct err *e)
{
	enum rc rc = RC_OK;
	size_t i;

	for (i = 0; rc == RC_OK && i < THREADS; i++) {
		struct asker *a = &ra->askers[i];

		a->ra = ra;
		a->untried = i < THREADS_UNTRIED;
		a->tools.allow_private = ra->o.allow_private;
		rc = store_open(&a->tools.store, ra->o.data, false, e);
		if (rc == RC_OK)
			rc = keyring_open(&a->tools.keys, ra->o.own, e);
	}
	/* The only courier of this store: who has asked is gone. */
	if (rc == RC_OK)
		rc = store_upstream_request_hurry(ra->askers[0].tools.store,
		    clock_now_ms(), e);
	return rc;
}

enum rc ra_start(struct ra **out, const struct ra_options *o, struct err *e)
{
	struct ra *ra = calloc(1, sizeof(*ra));
	enum rc rc;
	size_t i;

	*out = ra;
	if (!ra)
		return err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	ra->o = *o;
	stopper_init(&ra->stopper);
	(void)pthread_mutex_init(&ra->lines[0], NULL);
	(void)pthread_mutex_init(&ra->lines[1], NULL);
	rc = open_askers(ra, e);
	for (i = 0; rc == RC_OK && i < THREADS; i++) {
		struct asker *a = &ra->askers[i];

		a->started = pthread_create(&a->thread, NULL, run, a) == 0;
		if (!a->started)
			rc = err_set(e, RC_ENV, "thread",
			    "Cannot start a thread.");
	}
	return rc;
}

void ra_stop(struct ra *ra)
{
	if (ra)
		stopper_stop(&ra->stopper);
}

bool ra_join(struct ra *ra, unsigned int ms)
{
	struct timespec until;
	bool all = true;
	size_t i;

	if (!ra)
		return true;
	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += ms / 1000;
	for (i = 0; i < THREADS; i++) {
		struct asker *a = &ra->askers[i];

		if (a->started &&
		    pthread_timedjoin_np(a->thread, NULL, &until) == 0)
			a->started = false;
		all &= !a->started;
	}
	if (all)
		ra_free(ra);
	return all;
}
