/* Token buckets with turns, by the generic cell rate algorithm: each key has
 * the moment at which its next call is due.
 * Must not wait, nor look at a clock. */
#include "courier/pacer.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"

#define KEY_SIZE 257
#define BUCKETS 256
#define WAITERS 64
/* What a late thread missed may be caught up within this time.  Calls of a
 * second at the full quota take 1000 / 0.975 ms at the share, 25 more than a
 * second, so that this much less never brings one more into any second. */
#define SLACK_US 15000
#define FULL_MS 10
#define LATE_MS 20     /* who has not asked again by then waits no more */
#define LEAST_MS 60000 /* the smaller of two quotas counts for so long */

struct waiter {
	uint64_t who;	 /* 0: nobody */
	int64_t back_ms; /* when it is to ask again; 0: it does not wait */
	uint64_t served; /* number of the bucket's call */
};

struct bucket {
	char key[KEY_SIZE];
	int64_t due_us; /* of the next call */
	int64_t hold_ms;
	uint32_t per_minute;
	int64_t per_minute_ms; /* when it was last said */
	int64_t used_ms;
	uint64_t calls;
	struct waiter waiters[WAITERS];
};

struct pacer {
	pthread_mutex_t lock;
	struct bucket buckets[BUCKETS];
};

enum rc pacer_new(struct pacer **out, struct err *e)
{
	struct pacer *p = calloc(1, sizeof(*p));

	*out = p;
	if (!p)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	(void)pthread_mutex_init(&p->lock, NULL);
	return RC_OK;
}

void pacer_free(struct pacer *p)
{
	if (!p)
		return;
	(void)pthread_mutex_destroy(&p->lock);
	free(p);
}

/* The bucket of this key, else the one that was used longest ago. */
static struct bucket *bucket_find(struct pacer *p, const char *key)
{
	struct bucket *oldest = &p->buckets[0];
	size_t i;

	for (i = 0; i < BUCKETS; i++) {
		struct bucket *b = &p->buckets[i];

		if (strcmp(b->key, key) == 0)
			return b;
		if (b->used_ms < oldest->used_ms)
			oldest = b;
	}
	memset(oldest, 0, sizeof(*oldest));
	(void)span_copy_str(span_of(key, strnlen(key, KEY_SIZE - 1)),
	    oldest->key, sizeof(oldest->key));
	return oldest;
}

static bool is_waiting(const struct waiter *w, int64_t now_ms)
{
	return w->who != 0 && w->back_ms > 0 && now_ms <= w->back_ms + LATE_MS;
}

/* The place of this one in the line; NULL when the line is full. */
static struct waiter *waiter_find(struct bucket *b, const struct pacer_ask *a)
{
	struct waiter *room = NULL;
	size_t i;

	for (i = 0; i < WAITERS; i++) {
		struct waiter *w = &b->waiters[i];

		if (w->who == a->who)
			return w;
		if (!is_waiting(w, a->now_ms) &&
		    (!room || w->served < room->served))
			room = w;
	}
	/* A new one does not go before those that wait. */
	if (room)
		*room = (struct waiter){.who = a->who, .served = b->calls};
	return room;
}

/* How many that wait were served longer ago than this one. */
static size_t before(const struct bucket *b, const struct waiter *w,
    int64_t now_ms)
{
	size_t i, n = 0;

	for (i = 0; i < WAITERS; i++) {
		const struct waiter *x = &b->waiters[i];

		if (x != w && is_waiting(x, now_ms) &&
		    (x->served < w->served ||
			(x->served == w->served && x->who < w->who)))
			n++;
	}
	return n;
}

static int64_t ceil_ms(int64_t us)
{
	return us > 0 ? (us + 999) / 1000 : 0;
}

/* Clouds of one account at the same place may say different quotas. */
static uint32_t least_quota(struct bucket *b, const struct pacer_ask *a)
{
	if (b->per_minute == 0 || a->per_minute <= b->per_minute ||
	    a->now_ms - b->per_minute_ms > LEAST_MS) {
		b->per_minute = a->per_minute > 0 ? a->per_minute : 1;
		b->per_minute_ms = a->now_ms;
	}
	return b->per_minute;
}

static int64_t take(struct bucket *b, const struct pacer_ask *a)
{
	/* A minute in microseconds over the share of the quota. */
	const int64_t each_us = (int64_t)60 * 1000000 * 1000 /
	    ((int64_t)least_quota(b, a) * PACER_SHARE_MILLI);
	int64_t now_us = a->now_ms * 1000, wait;
	struct waiter *w = waiter_find(b, a);

	b->used_ms = a->now_ms;
	if (!w)
		return FULL_MS;
	if (b->due_us < now_us - SLACK_US)
		b->due_us = now_us - SLACK_US;
	wait = ceil_ms(
	    b->due_us - now_us + (int64_t)before(b, w, a->now_ms) * each_us);
	if (wait < b->hold_ms - a->now_ms)
		wait = b->hold_ms - a->now_ms;
	w->back_ms = wait > 0 ? a->now_ms + wait : 0;
	if (wait > 0)
		return wait;
	b->due_us += each_us;
	b->calls++;
	w->served = b->calls;
	return 0;
}

int64_t pacer_take(struct pacer *p, const struct pacer_ask *a)
{
	int64_t wait;

	(void)pthread_mutex_lock(&p->lock);
	wait = take(bucket_find(p, a->key), a);
	(void)pthread_mutex_unlock(&p->lock);
	return wait;
}

void pacer_hold(struct pacer *p, const char *key, int64_t until_ms)
{
	struct bucket *b;

	(void)pthread_mutex_lock(&p->lock);
	b = bucket_find(p, key);
	if (b->hold_ms < until_ms)
		b->hold_ms = until_ms;
	(void)pthread_mutex_unlock(&p->lock);
}

int64_t pacer_held(struct pacer *p, const char *key, int64_t now_ms)
{
	int64_t left;

	(void)pthread_mutex_lock(&p->lock);
	left = bucket_find(p, key)->hold_ms - now_ms;
	(void)pthread_mutex_unlock(&p->lock);
	return left > 0 ? left : 0;
}
