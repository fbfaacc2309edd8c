/* Many conversations with one cloud at once, in one thread.
 * Must not know what is said, nor where devices come from. */
#include "courier/drive.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/rand.h"

#define BACKOFF_MS 100
#define BACKOFF_MAX_MS 5000
#define IDLE_MS 250
#define STALE_MS 60000 /* a request is written anew: signatures grow old */
#define TRIES_MAX 12   /* of one request that the cloud answers badly */
#define DER_MAX (8u << 20)
#define FLIGHTS_DEVICES 512 /* in all slots, of a kind with large groups */
#define WAITING_MAX 4	    /* for a quota: more would only stand in line */

enum slot_state {
	SLOT_FREE,
	SLOT_READY,  /* wants to send, from due_ms on */
	SLOT_FLYING, /* a request is on its way */
	SLOT_DONE,
};

/* One conversation: a group of devices. */
struct slot {
	enum slot_state state;
	struct connector_talk talk;
	struct connector_device *asked; /* those not skipped, for the talk */
	struct connector_outcome *told;
	struct drive_group g;
	struct converse_request q;
	struct fetch_answer a;
	unsigned int tries;
	unsigned int logins; /* of the drive, when q was written */
	bool relogged;
	bool waits; /* for its quota, or until fewer are on their way */
	int64_t due_ms;
	int64_t asked_ms; /* when q was written; 0: it is to be */
	int64_t sent_ms;
};

struct drive {
	const struct converse *c;
	struct fetch_many *many;
	size_t group, n; /* slots */
	size_t at_once, flying;
	size_t head, count; /* of those in use, in their order */
	struct slot *slots;
	uint64_t answers;
	unsigned int faults_max;
	unsigned int faults, singles; /* in a row */
	int64_t slowest_ms;
	int64_t waits_ms[CLOUD_RULES_OPS_MAX]; /* of operations, in one pass */
	/* of one run */
	const struct drive_work *w;
	bool empty, closing, stop;
	int64_t close_ms;	/* the latest end of closing */
	unsigned int logins;	/* how often the session was made anew */
	uint64_t login_answers; /* before the last time */
	struct err fault; /* the first that ends the run; rc RC_OK: none */
	int64_t recorded_ms;
	size_t unrecorded;
};

static enum rc slot_init(struct slot *s, size_t group)
{
	s->g.devices = calloc(group, sizeof(*s->g.devices));
	s->g.outcomes = calloc(group, sizeof(*s->g.outcomes));
	s->asked = calloc(group, sizeof(*s->asked));
	s->told = calloc(group, sizeof(*s->told));
	buf_init(&s->g.der, DER_MAX);
	converse_request_init(&s->q);
	fetch_answer_init(&s->a);
	return s->g.devices && s->g.outcomes && s->asked && s->told ? RC_OK
								    : RC_ENV;
}

static void slot_clear(struct slot *s)
{
	free(s->g.devices);
	free(s->g.outcomes);
	free(s->asked);
	free(s->told);
	buf_clear(&s->g.der);
	converse_request_clear(&s->q);
	fetch_answer_clear(&s->a);
	converse_talk_clear(&s->talk);
}

enum rc drive_new(struct drive **out, const struct converse *c,
    struct fetch_many *many, size_t group, struct err *e)
{
	struct drive *d = calloc(1, sizeof(*d));
	size_t i, most = c->kind->rules.at_once;
	enum rc rc = RC_OK;

	*out = NULL;
	if (!d)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	d->c = c;
	d->many = many;
	d->group = group > 0 ? group : 1;
	d->n = FLIGHTS_DEVICES / d->group;
	if (d->n < 2)
		d->n = 2;
	if (d->n > DRIVE_SLOTS_MAX)
		d->n = DRIVE_SLOTS_MAX;
	if (most > 0 && d->n > most)
		d->n = most;
	d->at_once = d->n < DRIVE_AT_ONCE_MAX ? d->n : DRIVE_AT_ONCE_MAX;
	d->faults_max = (unsigned int)d->at_once + DRIVE_FAULTS_MORE;
	if (d->faults_max > DRIVE_FAULTS_MAX)
		d->faults_max = DRIVE_FAULTS_MAX;
	d->slots = calloc(d->n, sizeof(*d->slots));
	for (i = 0; d->slots && rc == RC_OK && i < d->n; i++)
		rc = slot_init(&d->slots[i], d->group);
	if (!d->slots || rc != RC_OK) {
		drive_free(d);
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	}
	*out = d;
	return RC_OK;
}

void drive_free(struct drive *d)
{
	size_t i;

	if (!d)
		return;
	for (i = 0; d->slots && i < d->n; i++)
		slot_clear(&d->slots[i]);
	free(d->slots);
	free(d);
}

uint64_t drive_answers(const struct drive *d)
{
	return d->answers;
}

int64_t drive_slowest_ms(const struct drive *d)
{
	return d->slowest_ms;
}

static struct slot *nth(struct drive *d, size_t i)
{
	return &d->slots[(d->head + i) % d->n];
}

static bool is_over(const struct drive *d)
{
	return d->stop || d->fault.rc != RC_OK;
}

static void end_with(struct drive *d, enum rc rc, const struct err *why)
{
	if (d->fault.rc != RC_OK)
		return;
	d->fault = *why;
	d->fault.rc = rc;
}

/* Those of the group that something is to be said of. */
static size_t choose(struct slot *s)
{
	size_t i, n = 0;

	for (i = 0; i < s->g.n; i++)
		if (!s->g.devices[i].skip)
			s->asked[n++] = s->g.devices[i].d;
	memset(s->told, 0, n * sizeof(*s->told));
	return n;
}

static void begin(struct drive *d, struct slot *s)
{
	size_t n = choose(s);

	converse_talk_clear(&s->talk);
	converse_talk_init(&s->talk, d->c, CONNECTOR_SYNC);
	s->talk.devices = s->asked;
	s->talk.n = n;
	s->talk.out = s->told;
	s->tries = 0;
	s->relogged = false;
	s->waits = false;
	s->due_ms = 0;
	s->asked_ms = 0;
	s->state = n > 0 ? SLOT_READY : SLOT_DONE;
}

/* How many may be begun: what only waits for a quota would be lost, or sent
 * again, at a sudden end. */
static size_t room(struct drive *d)
{
	size_t i, waiting = 0, left = d->n - d->count;

	if (d->empty || d->closing || is_over(d))
		return 0;
	for (i = 0; i < d->count; i++)
		if (nth(d, i)->state == SLOT_READY && nth(d, i)->waits)
			waiting++;
	if (waiting >= WAITING_MAX)
		return 0;
	return left < WAITING_MAX - waiting ? left : WAITING_MAX - waiting;
}

static enum rc fill(struct drive *d, struct err *e)
{
	size_t left;
	enum rc rc = RC_OK;

	for (left = room(d); rc == RC_OK && left > 0 && !d->empty; left--) {
		struct slot *s = nth(d, d->count);

		s->g.n = 0;
		buf_reset(&s->g.der);
		memset(s->g.outcomes, 0, d->group * sizeof(*s->g.outcomes));
		rc = d->w->load(d->w->ctx, &s->g, d->group, e);
		if (rc == RC_NOT_FOUND) {
			d->empty = true;
			rc = RC_OK;
		}
		if (rc == RC_OK && s->g.n > 0) {
			begin(d, s);
			d->count++;
		}
	}
	return rc;
}

/* The outcomes back to the places of their devices. */
static void settle(struct slot *s)
{
	size_t i, n = 0;

	for (i = 0; i < s->g.n; i++)
		if (!s->g.devices[i].skip)
			s->g.outcomes[i] = s->told[n++];
	fetch_answer_clear(&s->a);
	s->state = SLOT_DONE;
}

static int64_t backoff_ms(unsigned int tries)
{
	int64_t bound =
	    tries < 6 ? (int64_t)BACKOFF_MS << tries : BACKOFF_MAX_MS;

	return 20 + (int64_t)rand_below((uint64_t)bound);
}

static void hold(struct drive *d, struct slot *s, const struct err *why)
{
	int64_t ms = (int64_t)why->retry_after_s * 1000;

	if (ms > DRIVE_LONG_WAIT_MS)
		end_with(d, RC_LIMIT, why);
	if (ms == 0)
		ms = 200 + backoff_ms(s->tries);
	converse_hold(d->c, s->q.asked.op, ms);
}

/* A lone device that the cloud will not have is not the cloud's fault, unless
 * it has none of several. */
static void refuse_single(struct drive *d, struct slot *s,
    const struct err *why)
{
	if (++d->singles > DRIVE_SINGLES_MAX) {
		end_with(d, RC_INVALID, why);
		return;
	}
	s->told[0].result = CONNECTOR_REFUSED;
	connector_clean(span_str(why->text), s->told[0].message);
	settle(s);
}

/* Many conversations may have been refused with the same session. */
static void relogin(struct drive *d, struct slot *s, const struct err *why)
{
	struct err e = {0};
	enum rc rc;

	if (s->logins != d->logins) {
		s->due_ms = 0;
		return;
	}
	/* With the new one nothing went well, or not this. */
	if (s->relogged || (d->logins > 0 && d->login_answers == d->answers)) {
		end_with(d, RC_UNAUTHENTICATED, why);
		return;
	}
	s->relogged = true;
	d->logins++;
	d->login_answers = d->answers;
	rc = d->w->login(d->w->ctx, &e);
	if (rc != RC_OK)
		end_with(d, rc, &e);
}

static void on_fault(struct drive *d, struct slot *s, enum rc rc,
    const struct err *why)
{
	s->tries++;
	s->asked_ms = 0;
	s->state = SLOT_READY;
	s->due_ms = clock_mono_ms() + backoff_ms(s->tries);
	if (rc == RC_LIMIT) {
		hold(d, s, why);
	} else if (rc == RC_AGAIN &&
	    strcmp(why->slug, CONNECTOR_NOT_YET) == 0) {
		/* The cloud is well; the connector counts these. */
		d->answers++;
	} else if ((rc == RC_AGAIN || rc == RC_INVALID) &&
	    s->tries >= TRIES_MAX) {
		/* Others went well: it is something about these. */
		if (s->talk.n == 1)
			refuse_single(d, s, why);
		else
			end_with(d, RC_TOO_LARGE, why);
	} else if (rc == RC_AGAIN || rc == RC_INVALID) {
		if (++d->faults >= d->faults_max ||
		    (int64_t)why->retry_after_s * 1000 > DRIVE_LONG_WAIT_MS)
			end_with(d, rc, why);
	} else if (rc == RC_TOO_LARGE && s->talk.n == 1) {
		refuse_single(d, s, why);
	} else if (rc == RC_UNAUTHENTICATED && d->fault.rc == RC_OK) {
		relogin(d, s, why);
	} else {
		end_with(d, rc, why);
	}
}

static void on_answer(struct drive *d, struct slot *s, enum rc sent,
    const struct err *failed)
{
	struct err why = *failed;
	enum rc rc = converse_take(&s->talk, d->c, &s->a, sent, &why);
	int64_t took = clock_mono_ms() - s->sent_ms;

	if (took > d->slowest_ms)
		d->slowest_ms = took;
	if (rc != RC_OK) {
		on_fault(d, s, rc, &why);
		return;
	}
	d->answers++;
	d->faults = d->singles = 0;
	s->tries = 0;
	s->relogged = false;
	s->due_ms = 0;
	s->asked_ms = 0;
	s->state = SLOT_READY;
	if (s->talk.over)
		settle(s);
}

/* How long its operation has to wait; all slots of one ask once in a pass. */
static int64_t quota_wait(struct drive *d, unsigned int op)
{
	if (d->waits_ms[op] == 0)
		d->waits_ms[op] = converse_wait(d->c, op);
	return d->waits_ms[op];
}

/* The request of a slot, as it stands or written anew. */
static enum rc write_request(struct drive *d, struct slot *s, int64_t now_ms,
    struct err *e)
{
	enum rc rc = RC_OK;

	if (s->asked_ms == 0 || now_ms - s->asked_ms > STALE_MS ||
	    s->logins != d->logins) {
		rc = converse_ask(&s->talk, d->c, &s->q, e);
		s->asked_ms = now_ms;
		s->logins = d->logins;
	}
	return rc;
}

/* Its operation has to wait: for its quota, or because the cloud asked to, and
 * then a long time is better spent elsewhere. */
static int64_t postpone(struct drive *d, struct slot *s, int64_t now_ms,
    int64_t wait)
{
	int64_t held =
	    wait > DRIVE_LONG_WAIT_MS ? converse_held(d->c, s->q.asked.op) : 0;
	struct err why = {0};

	s->waits = true;
	s->due_ms = now_ms + wait;
	if (held > DRIVE_LONG_WAIT_MS) {
		(void)err_set(&why, RC_LIMIT, "cloud-waits",
		    "The cloud asked to wait.");
		why.retry_after_s = (unsigned int)(held / 1000 + 1);
		end_with(d, RC_LIMIT, &why);
	}
	return wait;
}

/* Sends what is due; milliseconds until the next may be. */
static int64_t send_one(struct drive *d, struct slot *s, int64_t now_ms)
{
	struct err why = {0};
	int64_t wait;
	enum rc rc;

	if (s->due_ms > now_ms)
		return s->due_ms - now_ms;
	s->waits = d->flying == d->at_once;
	if (s->waits)
		return IDLE_MS;
	rc = write_request(d, s, now_ms, &why);
	if (rc == RC_OK && s->talk.over) {
		settle(s);
		return 0;
	}
	if (rc == RC_OK) {
		wait = quota_wait(d, s->q.asked.op);
		if (wait > 0)
			return postpone(d, s, now_ms, wait);
		rc = fetch_many_start(d->many, &s->q.sent, &s->a, s, &why);
	}
	s->waits = false;
	s->sent_ms = now_ms;
	if (rc != RC_OK) {
		on_fault(d, s, rc, &why);
		return 0;
	}
	s->state = SLOT_FLYING;
	d->flying++;
	return 0;
}

static int64_t send_due(struct drive *d)
{
	int64_t least = IDLE_MS, now_ms = clock_mono_ms();
	size_t i;

	memset(d->waits_ms, 0, sizeof(d->waits_ms));
	for (i = 0; i < d->count && !is_over(d); i++) {
		struct slot *s = nth(d, i);
		int64_t wait;

		if (s->state != SLOT_READY)
			continue;
		wait = send_one(d, s, now_ms);
		if (wait < least)
			least = wait;
	}
	return least;
}

static void wait_answers(struct drive *d, int64_t wait_ms)
{
	struct fetch_many_done done;

	while (fetch_many_wait(d->many, wait_ms, &done)) {
		d->flying--;
		on_answer(d, done.tag, done.rc, &done.err);
		wait_ms = 0;
	}
}

/* Hands back what is finished with all before it. */
static enum rc hand_back(struct drive *d, struct err *e)
{
	enum rc rc = RC_OK;

	while (rc == RC_OK && d->count > 0 && nth(d, 0)->state == SLOT_DONE) {
		struct slot *s = nth(d, 0);

		rc = d->w->finish(d->w->ctx, &s->g, e);
		d->unrecorded += s->g.n;
		s->state = SLOT_FREE;
		d->head = (d->head + 1) % d->n;
		d->count--;
	}
	return rc;
}

static enum rc record(struct drive *d, struct err *e)
{
	int64_t now = clock_mono_ms();
	enum drive_then then = DRIVE_ON;
	enum rc rc;

	if (d->closing && now > d->close_ms)
		d->stop = true;
	if (d->unrecorded < DRIVE_STEP_DEVICES &&
	    now - d->recorded_ms < DRIVE_STEP_MS)
		return RC_OK;
	rc = d->w->record(d->w->ctx, &then, e);
	d->recorded_ms = now;
	d->unrecorded = 0;
	if (then == DRIVE_CLOSE && !d->closing) {
		d->closing = true;
		d->close_ms = now + DRIVE_CLOSE_MS;
	}
	d->stop = d->stop || then == DRIVE_STOP;
	return rc;
}

/* What is on its way is waited for: nobody else may work on the same before it
 * has come to its end. */
static void drain(struct drive *d)
{
	d->stop = true;
	while (d->flying > 0)
		wait_answers(d, IDLE_MS);
}

enum rc drive_run(struct drive *d, const struct drive_work *w, bool *end,
    struct err *e)
{
	enum rc rc = RC_OK;

	d->w = w;
	d->head = d->count = d->unrecorded = 0;
	d->faults = d->singles = d->logins = 0;
	d->slowest_ms = 0;
	d->empty = d->closing = d->stop = false;
	memset(&d->fault, 0, sizeof(d->fault));
	d->recorded_ms = clock_mono_ms();
	while (rc == RC_OK && !is_over(d)) {
		rc = fill(d, e);
		if (rc != RC_OK || (d->count == 0 && (d->empty || d->closing)))
			break;
		wait_answers(d, send_due(d));
		rc = hand_back(d, e);
		if (rc == RC_OK)
			rc = record(d, e);
		d->stop = d->stop || stopper_wait(d->c->stopper, 0);
	}
	drain(d);
	if (rc == RC_OK)
		rc = hand_back(d, e);
	*end = rc == RC_OK && d->empty && d->count == 0;
	if (rc == RC_OK && d->fault.rc != RC_OK) {
		rc = d->fault.rc;
		if (e)
			*e = d->fault;
	}
	return rc;
}
