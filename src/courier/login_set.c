/* Sessions of clouds, one login at a time for each.
 * Must not log one. */
#include "courier/login_set.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define SESSIONS 256
#define SESSION_MAX (16u << 10)
#define RENEW_S 300  /* before the end */
#define SHORT_S 3600 /* of one that does not say its end */

struct session {
	pthread_mutex_t login; /* held while one is made */
	char cloud[RAND_ID_SIZE];
	uint8_t print[32];
	struct buf text;
	int64_t renew_s;
	struct err fault; /* of the last login, rc RC_OK: none */
	int64_t fault_ms;
	uint64_t used;
	unsigned int users;
};

struct login_set {
	pthread_mutex_t lock;
	uint64_t clock;
	struct session sessions[SESSIONS];
};

enum rc login_set_new(struct login_set **out, struct err *e)
{
	struct login_set *s = calloc(1, sizeof(*s));
	size_t i;

	*out = s;
	if (!s)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	(void)pthread_mutex_init(&s->lock, NULL);
	for (i = 0; i < SESSIONS; i++) {
		(void)pthread_mutex_init(&s->sessions[i].login, NULL);
		buf_init(&s->sessions[i].text, SESSION_MAX);
	}
	return RC_OK;
}

void login_set_free(struct login_set *s)
{
	size_t i;

	if (!s)
		return;
	for (i = 0; i < SESSIONS; i++) {
		buf_clear_secret(&s->sessions[i].text);
		(void)pthread_mutex_destroy(&s->sessions[i].login);
	}
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

static void forget(struct session *x, const char *cloud)
{
	buf_clear_secret(&x->text);
	buf_init(&x->text, SESSION_MAX);
	x->renew_s = 0;
	x->fault.rc = RC_OK;
	(void)span_copy_str(span_str(cloud), x->cloud, sizeof(x->cloud));
}

/* The place of this cloud, which is not given to another until release. */
static struct session *take_place(struct login_set *s, const char *cloud)
{
	struct session *x = NULL;
	size_t i;

	(void)pthread_mutex_lock(&s->lock);
	for (i = 0; i < SESSIONS; i++) {
		struct session *y = &s->sessions[i];

		if (strcmp(y->cloud, cloud) == 0) {
			x = y;
			break;
		}
		if (y->users == 0 && (!x || y->used < x->used))
			x = y;
	}
	if (x) {
		if (strcmp(x->cloud, cloud) != 0)
			forget(x, cloud);
		x->users++;
		x->used = ++s->clock;
	}
	(void)pthread_mutex_unlock(&s->lock);
	return x;
}

static void release(struct login_set *s, struct session *x)
{
	(void)pthread_mutex_lock(&s->lock);
	x->users--;
	(void)pthread_mutex_unlock(&s->lock);
}

static enum rc make(struct session *x, const struct converse *c, struct err *e)
{
	struct connector_talk t;
	int64_t end;
	enum rc rc;

	converse_talk_init(&t, c, CONNECTOR_LOGIN);
	rc = converse_run(&t, c, e);
	if (rc == RC_OK) {
		end = t.session_ends_s > 0 ? t.session_ends_s
					   : clock_now_s() + SHORT_S;
		buf_reset(&x->text);
		buf_add_span(&x->text, buf_span(&t.session));
		x->renew_s = end - RENEW_S;
	}
	converse_talk_clear(&t);
	return rc;
}

/* Who waited for another's login that failed has its fault. */
static enum rc make_once(struct session *x, const struct converse *c,
    int64_t began_ms, struct err *e)
{
	struct err why = {0};
	enum rc rc;

	if (x->fault.rc != RC_OK && x->fault_ms >= began_ms) {
		why = x->fault;
		rc = why.rc;
	} else {
		rc = make(x, c, &why);
		why.rc = rc;
		x->fault = why;
		x->fault_ms = clock_mono_ms();
	}
	if (rc != RC_OK && e)
		*e = why;
	return rc;
}

/* A login of another may take longer than a lease. */
static enum rc wait_for_lock(struct session *x, const struct converse *c,
    struct err *e)
{
	enum rc rc = RC_OK;

	while (rc == RC_OK) {
		struct timespec until;

		(void)clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec++;
		if (pthread_mutex_clocklock(&x->login, CLOCK_MONOTONIC,
			&until) == 0)
			return RC_OK;
		rc = converse_beat(c, 0, e);
	}
	return rc;
}

enum rc login_set_get(struct login_set *s, const struct converse *c,
    const uint8_t print[32], struct buf *out, struct err *e)
{
	struct session *x;
	int64_t began_ms;
	enum rc rc = RC_OK;

	if (!c->kind->has_login)
		return RC_OK;
	x = take_place(s, c->way.cloud_id);
	if (!x)
		return err_set(e, RC_AGAIN, "sessions-busy",
		    "Too many clouds are logged in to at once.");
	began_ms = clock_mono_ms();
	rc = wait_for_lock(x, c, e);
	if (rc != RC_OK) {
		release(s, x);
		return rc;
	}
	if (memcmp(x->print, print, sizeof(x->print)) != 0) {
		x->renew_s = 0;
		x->fault.rc = RC_OK;
	}
	if (out->n > 0 && span_eq_secret(buf_span(&x->text), buf_span(out)))
		x->renew_s = 0;
	buf_reset(out);
	if (x->renew_s <= clock_now_s())
		rc = make_once(x, c, began_ms, e);
	if (rc == RC_OK) {
		memcpy(x->print, print, sizeof(x->print));
		buf_add_span(out, buf_span(&x->text));
		if (!buf_ok(out))
			rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	}
	(void)pthread_mutex_unlock(&x->login);
	release(s, x);
	return rc;
}

bool login_set_is_old(struct login_set *s, const char *cloud)
{
	struct session *x = take_place(s, cloud);
	bool old = false;

	if (!x)
		return false;
	if (pthread_mutex_trylock(&x->login) == 0) {
		old = x->renew_s <= clock_now_s();
		(void)pthread_mutex_unlock(&x->login);
	}
	release(s, x);
	return old;
}
