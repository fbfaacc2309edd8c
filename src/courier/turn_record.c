/* What came of the devices of a turn, into the store.
 * Must not call a cloud. */
#include "courier/turn_record.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/metric.h"
#include "core/audit.h"
#include "core/job.h"
#include "courier/breaker.h"
#include "store/store_cloud_change.h"

#define NOTES_MAX 2048 /* more than are finished between two records */
#define SAVE_TRIES 5
#define SAVE_PAUSE_US 300000

struct turn_note {
	struct store_job_exception x; /* what "": it went well */
	uint64_t place;
};

enum rc turn_record_start(struct turn *k, struct err *e)
{
	struct turn_record *r = &k->record;

	memset(r, 0, sizeof(*r));
	r->ahead = *k->j;
	r->began_ms = clock_mono_ms();
	r->notes = calloc(NOTES_MAX, sizeof(*r->notes));
	r->cap = NOTES_MAX;
	return r->notes ? RC_OK
			: err_set(e, RC_ENV, "memory", "Out of memory.");
}

void turn_record_clear(struct turn *k)
{
	free(k->record.notes);
	memset(&k->record, 0, sizeof(k->record));
}

static bool is_sync(const struct turn *k)
{
	return strcmp(k->j->kind, "sync") == 0 && !k->j->only_failed;
}

/* Nothing to be written of a device that went well the first time. */
static bool is_plain(const struct turn *k, bool well)
{
	return well && !k->j->only_failed && !is_sync(k);
}

static bool went_well(enum connector_result r)
{
	return r == CONNECTOR_CREATED || r == CONNECTOR_SAME ||
	    r == CONNECTOR_CHANGED || r == CONNECTOR_REMOVED;
}

static void count(struct store_job *j, enum connector_result r)
{
	uint64_t *const counters[] = {[CONNECTOR_CREATED] = &j->created,
	    [CONNECTOR_SAME] = &j->same,
	    [CONNECTOR_CHANGED] = &j->altered,
	    [CONNECTOR_REMOVED] = &j->removed};

	if (went_well(r)) {
		j->done++;
		++*counters[r];
	} else {
		j->failed++;
		j->conflicts += r == CONNECTOR_CONFLICT;
	}
	/* Changes are counted as they come. */
	if (!j->only_failed && j->total < j->done + j->failed)
		j->total = j->done + j->failed;
}

static void put_text(char *out, size_t cap, const char *text)
{
	size_t n = strlen(text);

	(void)span_copy_str(span_of(text, n < cap ? n : cap - 1), out, cap);
}

static void take_note(struct turn_record *r, const struct drive_device *d,
    const struct connector_outcome *o)
{
	struct turn_note *n = &r->notes[r->n++];

	memset(n, 0, sizeof(*n));
	n->place = d->place;
	n->x.seq = d->d.seq;
	memcpy(n->x.fp, d->d.certs[0].fp, sizeof(n->x.fp));
	memcpy(n->x.chip_id, d->d.chip_id, sizeof(d->d.chip_id));
	if (went_well(o->result))
		return;
	put_text(n->x.what, sizeof(n->x.what),
	    o->result == CONNECTOR_CONFLICT ? "conflict" : "refused");
	put_text(n->x.message, sizeof(n->x.message),
	    o->result == CONNECTOR_NONE
		? "The cloud said nothing of this device."
		: o->message);
}

enum rc turn_record_finish(struct turn *k, const struct drive_group *g,
    struct err *e)
{
	struct turn_record *r = &k->record;
	size_t i;

	for (i = 0; i < g->n; i++) {
		enum connector_result result = g->outcomes[i].result;

		if (r->n == r->cap)
			return err_set(e, RC_BUG, "turn-notes",
			    "More devices are finished than can be recorded.");
		if (!is_plain(k, went_well(result)))
			take_note(r, &g->devices[i], &g->outcomes[i]);
		/* Of exceptions, what they were is taken off when written. */
		count(&r->ahead, result);
		r->ahead.cursor_seq = g->devices[i].place;
	}
	return RC_OK;
}

/* The exception that a device was is none any more. */
static enum rc take_off(struct turn *k, struct store_job *j,
    const struct turn_note *n, struct err *e)
{
	struct store *s = k->t->core.store;
	struct store_job_exception old;
	enum rc rc = store_job_exception_find(s, j->n, n->x.seq, &old, e);

	if (rc == RC_NOT_FOUND)
		return RC_OK;
	if (rc != RC_OK)
		return rc;
	j->failed -= j->failed > 0;
	if (strcmp(old.what, "conflict") == 0)
		j->conflicts -= j->conflicts > 0;
	return store_job_exception_remove(s, j->n, n->x.seq, e);
}

static enum rc write_notes(struct turn *k, struct store_job *j, struct err *e)
{
	struct store *s = k->t->core.store;
	enum rc rc = RC_OK;
	size_t i;

	for (i = 0; rc == RC_OK && i < k->record.n; i++) {
		const struct turn_note *n = &k->record.notes[i];

		if (k->j->only_failed || is_sync(k))
			rc = take_off(k, j, n, e);
		if (rc == RC_OK && is_sync(k))
			rc = store_cloud_change_done(s, n->place, e);
		if (rc == RC_OK && n->x.what[0] != '\0')
			rc = store_job_exception_put(s, j->n, &n->x, e);
	}
	return rc;
}

static bool has_answered(const struct turn *k)
{
	return k->drive && drive_answers(k->drive) != k->answers;
}

/* What waits for the cloud is tried at once. */
enum rc turn_record_well(struct turn *k, struct err *e)
{
	struct store_cloud_breaker b = k->cloud.breaker;
	enum rc rc;

	if (!breaker_success(&b))
		return RC_OK;
	rc = store_cloud_break(k->t->core.store, k->cloud.id, &b, e);
	return rc == RC_OK
	    ? store_job_wake(k->t->core.store, k->cloud.id, clock_now_ms(), e)
	    : rc;
}

static enum rc audit_end(struct turn *k, const struct store_job *j,
    struct err *e)
{
	struct core_actor courier = {.name = "courier",
	    .scope = CORE_SCOPE_ACCOUNT,
	    .now_s = clock_now_s()};
	bool done = strcmp(j->state, "done") == 0;
	struct audit_entry entry = {.action = "job-end",
	    .scope_id = j->account,
	    .target = j->bid[0] != '\0' ? j->bid : j->cloud,
	    .outcome = done ? RC_OK : RC_AGAIN,
	    .reason = done ? NULL : "provisioning-failed",
	    .detail = j->id};

	memcpy(courier.scope_id, j->account, sizeof(courier.scope_id));
	return audit_add(&k->t->core, &courier, &entry, e);
}

static bool is_over(const struct store_job *j)
{
	return strcmp(j->state, "done") == 0 || strcmp(j->state, "failed") == 0;
}

/* What changed while the last changes, or those that failed before, were sent
 * is sent too. */
static enum rc go_on(struct turn *k, struct store_job *j, struct err *e)
{
	uint64_t left = 0;
	enum rc rc = store_cloud_change_count(k->t->core.store, j->cloud,
	    j->bid, &left, e);

	if (rc != RC_OK || left == 0)
		return rc;
	put_text(j->state, sizeof(j->state), "running");
	j->only_failed = false;
	j->cursor_seq = 0;
	j->next_ms = clock_now_ms();
	j->finished_at = 0;
	return RC_OK;
}

static enum rc write_once(struct turn *k, int64_t until_ms, struct store_job *j,
    struct err *e)
{
	struct store *s = k->t->core.store;
	enum rc rc = store_begin(s, e);

	if (rc == RC_OK && k->announcing)
		rc = k->kind->announce(&k->t->core, &k->cloud, j, e);
	if (rc == RC_OK)
		rc = write_notes(k, j, e);
	if (rc == RC_OK && has_answered(k))
		rc = turn_record_well(k, e);
	if (rc == RC_OK && strcmp(j->kind, "sync") == 0 && is_over(j))
		rc = go_on(k, j, e);
	if (rc == RC_OK)
		rc = store_job_step(s, j, k->lease, until_ms, e);
	if (rc == RC_OK && is_over(j))
		rc = audit_end(k, j, e);
	if (rc == RC_OK && is_over(j))
		rc = job_on_end(&k->t->core, j, e);
	if (rc == RC_OK)
		rc = store_commit(s, e);
	if (rc != RC_OK)
		store_rollback(s);
	return rc;
}

/* What was sent is worth some patience with the store. */
static enum rc write_all(struct turn *k, int64_t until_ms, struct err *e)
{
	struct turn_record *r = &k->record;
	uint64_t before = k->j->done;
	struct store_job j;
	enum rc rc = RC_OK;
	int i;

	for (i = 0; i < SAVE_TRIES; i++) {
		j = r->ahead;
		rc = write_once(k, until_ms, &j, e);
		if (rc != RC_AGAIN && rc != RC_ENV)
			break;
		(void)usleep(SAVE_PAUSE_US);
	}
	if (rc != RC_OK)
		return rc;
	*k->j = r->ahead = j;
	r->n = 0;
	if (has_answered(k)) {
		k->answers = drive_answers(k->drive);
		(void)breaker_success(&k->cloud.breaker);
	}
	if (strcmp(j.kind, "provision") == 0 && j.done > before)
		metric_add(METRIC_DEVICES_PROVISIONED,
		    (int64_t)(j.done - before));
	return RC_OK;
}

/* Devices in 1000 seconds, following the last ones. */
static void adapt_rate(struct turn *k)
{
	struct turn_record *r = &k->record;
	int64_t now = clock_mono_ms(), took = now - r->began_ms;
	uint64_t finished = r->ahead.done + r->ahead.failed;
	uint64_t before = k->j->done + k->j->failed, rate;

	if (took <= 0 || finished <= before || r->ahead.only_failed)
		return;
	rate = (finished - before) * 1000000 / (uint64_t)took;
	r->ahead.rate_milli = r->ahead.rate_milli == 0
	    ? rate
	    : (r->ahead.rate_milli * 3 + rate) / 4;
	r->began_ms = now;
}

enum rc turn_record_step(struct turn *k, struct err *e)
{
	struct store_job *j = &k->record.ahead;

	adapt_rate(k);
	if (drive_answers(k->drive) > k->answers) {
		j->last_error[0] = '\0';
		j->tries = 0;
	}
	return write_all(k, clock_now_ms() + TURN_LEASE_MS, e);
}

enum rc turn_record_end(struct turn *k, struct err *e)
{
	if (k->drive)
		adapt_rate(k);
	return write_all(k, 0, e);
}

void turn_record_over(struct turn *k, const char *state, const char *why)
{
	struct store_job *j = &k->record.ahead;

	put_text(j->state, sizeof(j->state), state);
	put_text(j->last_error, sizeof(j->last_error), why);
	j->next_ms = 0;
	j->finished_at = clock_now_s();
}
