/* The end of several threads, by a condition on the monotonic clock.
 * Must not end a thread by force. */
#include "courier/stopper.h"

#include <errno.h>
#include <time.h>

void stopper_init(struct stopper *s)
{
	pthread_condattr_t attr;

	s->stop = false;
	(void)pthread_mutex_init(&s->lock, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&s->cond, &attr);
	(void)pthread_condattr_destroy(&attr);
}

void stopper_clear(struct stopper *s)
{
	(void)pthread_cond_destroy(&s->cond);
	(void)pthread_mutex_destroy(&s->lock);
}

bool stopper_wait(struct stopper *s, int64_t ms)
{
	struct timespec until;
	bool stop;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += (time_t)(ms / 1000);
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	(void)pthread_mutex_lock(&s->lock);
	while (!s->stop && ms > 0)
		if (pthread_cond_timedwait(&s->cond, &s->lock, &until) ==
		    ETIMEDOUT)
			break;
	stop = s->stop;
	(void)pthread_mutex_unlock(&s->lock);
	return stop;
}

void stopper_stop(struct stopper *s)
{
	(void)pthread_mutex_lock(&s->lock);
	s->stop = true;
	(void)pthread_cond_broadcast(&s->cond);
	(void)pthread_mutex_unlock(&s->lock);
}
