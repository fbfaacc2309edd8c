/* Keeps who was let in, and tells the service.
 * Must not grow: what finds no room is lost. */
#include "gate/gate_report.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/rand.h"
#include "gate/decide.h"

#define SLOTS 65536 /* power of two */
#define PROBES 8
#define DRAIN_MAX 1024 /* datagrams at once */
#define EVERY_MS 2000
#define PAUSE_MAX_MS 60000u
#define PAGE_BYTES (256 * 1024)
#define ANSWER_MAX (64 * 1024)
#define LOG_AGAIN_S 600

enum slot_state { SLOT_EMPTY, SLOT_DUE, SLOT_SENT, SLOT_TOLD };

struct slot {
	uint8_t fp[TABLE_FP];
	int64_t at_s;
	enum slot_state state;
};

struct gate_report {
	struct gate_link *link;
	pthread_mutex_t lock; /* of slots, due */
	struct slot *slots;
	size_t due;
	int wake;
	atomic_bool stop;
	const char *told_slug; /* of a fault, so that it is told once */
	int64_t told_s;
};

enum rc gate_report_new(struct gate_report **out,
    const struct gate_link_options *o, struct err *e)
{
	struct gate_link_options lo = *o;
	struct gate_report *r = calloc(1, sizeof(*r));
	enum rc rc;

	*out = NULL;
	if (!r)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	(void)pthread_mutex_init(&r->lock, NULL);
	lo.answer_max = ANSWER_MAX;
	r->slots = calloc(SLOTS, sizeof(*r->slots));
	r->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	rc = !r->slots	  ? err_set(e, RC_ENV, "memory", "Out of memory.")
	    : r->wake < 0 ? err_sys(e, "eventfd", "Cannot make an eventfd")
			  : gate_link_new(&r->link, &lo, e);
	if (rc == RC_OK)
		*out = r;
	else
		gate_report_free(r);
	return rc;
}

void gate_report_free(struct gate_report *r)
{
	if (!r)
		return;
	gate_link_free(r->link);
	free(r->slots);
	if (r->wake >= 0)
		(void)close(r->wake);
	(void)pthread_mutex_destroy(&r->lock);
	free(r);
}

static bool is_better(const struct slot *s, const struct slot *than)
{
	if (s->state == SLOT_EMPTY || s->state == SLOT_TOLD)
		return !than ||
		    (than->state == SLOT_TOLD &&
			(s->state == SLOT_EMPTY || s->at_s < than->at_s));
	return false;
}

/* Its own slot, or the one to take for it; NULL when there is no room. */
static struct slot *find(struct gate_report *r, const uint8_t fp[TABLE_FP])
{
	struct slot *best = NULL;
	size_t i, at = 0;

	memcpy(&at, fp, sizeof(at));
	for (i = 0; i < PROBES; i++) {
		struct slot *s = &r->slots[(at + i) & (SLOTS - 1)];

		if (s->state != SLOT_EMPTY && memcmp(s->fp, fp, TABLE_FP) == 0)
			return s;
		if (is_better(s, best))
			best = s;
	}
	return best;
}

void gate_report_note(struct gate_report *r, const uint8_t fp[TABLE_FP],
    int64_t now_s)
{
	struct slot *s;
	bool same;

	(void)pthread_mutex_lock(&r->lock);
	s = find(r, fp);
	same = s && s->state != SLOT_EMPTY && memcmp(s->fp, fp, TABLE_FP) == 0;
	if (s &&
	    (!same ||
		(s->state == SLOT_TOLD &&
		    now_s >= s->at_s + GATE_REPORT_AGAIN_S))) {
		memcpy(s->fp, fp, TABLE_FP);
		s->at_s = now_s;
		s->state = SLOT_DUE;
		r->due++;
	}
	(void)pthread_mutex_unlock(&r->lock);
}

void gate_report_drain(struct gate_report *r, int fd, struct table *t,
    int64_t now_s)
{
	uint8_t message[TABLE_FP + 1];
	struct decide d;
	int i;

	for (i = 0; i < DRAIN_MAX; i++) {
		ssize_t n = recv(fd, message, sizeof(message), MSG_DONTWAIT);

		if (n < 0)
			break;
		if (n != TABLE_FP)
			continue;
		decide_fingerprint(t, message, &d);
		if (d.admit)
			gate_report_note(r, message, now_s);
	}
}

void gate_report_page(struct gate_report *r, struct buf *json, size_t *n)
{
	struct json w;
	size_t i;

	*n = 0;
	json_init(&w, json);
	json_obj(&w);
	json_key(&w, "devices");
	json_arr(&w);
	(void)pthread_mutex_lock(&r->lock);
	for (i = 0; i < SLOTS && r->due > 0 && *n < GATE_REPORT_PAGE; i++) {
		struct slot *s = &r->slots[i];

		if (s->state != SLOT_DUE)
			continue;
		json_obj(&w);
		json_put_hex(&w, "fp", span_of(s->fp, TABLE_FP));
		json_put_time(&w, "at", s->at_s);
		json_end(&w);
		s->state = SLOT_SENT;
		r->due--;
		(*n)++;
	}
	(void)pthread_mutex_unlock(&r->lock);
	json_end(&w);
	json_end(&w);
}

void gate_report_settle(struct gate_report *r, bool told)
{
	size_t i;

	(void)pthread_mutex_lock(&r->lock);
	for (i = 0; i < SLOTS; i++) {
		if (r->slots[i].state != SLOT_SENT)
			continue;
		r->slots[i].state = told ? SLOT_TOLD : SLOT_DUE;
		r->due += !told;
	}
	(void)pthread_mutex_unlock(&r->lock);
}

/* One page; *n devices were in it. */
static enum rc send_page(struct gate_report *r, size_t *n, struct err *e)
{
	struct fetch_answer a;
	struct buf json;
	enum rc rc = RC_OK;

	fetch_answer_init(&a);
	buf_init(&json, PAGE_BYTES);
	gate_report_page(r, &json, n);
	if (*n > 0 && !buf_ok(&json))
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	if (rc == RC_OK && *n > 0)
		rc = gate_link_call(r->link, "sightings", buf_span(&json), &a,
		    e);
	if (rc == RC_OK && *n > 0)
		rc = gate_link_judge(r->link, &a, e);
	if (*n > 0)
		gate_report_settle(r, rc == RC_OK);
	buf_clear(&json);
	fetch_answer_clear(&a);
	return rc;
}

static void tell_fault(struct gate_report *r, const struct err *e)
{
	int64_t now = clock_now_s();

	if (r->told_slug && strcmp(r->told_slug, e->slug) == 0 &&
	    now - r->told_s < LOG_AGAIN_S)
		return;
	r->told_slug = e->slug;
	r->told_s = now;
	log_err(LOG_WARN, "sightings of devices wait to be reported", e);
}

static void wait_ms(struct gate_report *r, uint64_t ms)
{
	struct pollfd p = {.fd = r->wake, .events = POLLIN};

	if (!atomic_load(&r->stop))
		(void)poll(&p, 1, (int)ms);
}

void gate_report_run(struct gate_report *r)
{
	uint64_t pause = EVERY_MS;
	struct err e;
	size_t n = 0;

	while (!atomic_load(&r->stop)) {
		if (n < GATE_REPORT_PAGE)
			wait_ms(r, pause / 2 + rand_below(pause / 2 + 1));
		if (atomic_load(&r->stop))
			break;
		memset(&e, 0, sizeof(e));
		n = 0;
		if (send_page(r, &n, &e) == RC_OK) {
			r->told_slug = NULL;
			pause = EVERY_MS;
			continue;
		}
		tell_fault(r, &e);
		n = 0;
		pause = pause * 2 < PAUSE_MAX_MS ? pause * 2 : PAUSE_MAX_MS;
	}
}

void gate_report_stop(struct gate_report *r)
{
	static const uint64_t one = 1;

	atomic_store(&r->stop, true);
	(void)!write(r->wake, &one, sizeof(one));
}
