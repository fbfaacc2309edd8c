/* Many conversations with a cloud of the test's own, over a transport that
 * answers as each case says.
 * Must not use a network, nor wait longer than a conversation pauses. */
#include "courier/drive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/check.h"

#define DEVICES 1200
#define STEPS 2
#define FLIGHTS 64

/* One request on its way. */
struct fetch_many {
	struct {
		struct fetch_answer *a;
		void *tag;
		char url[64];
	} q[FLIGHTS];
	size_t n, most;
};

static struct fetch_many net;
static struct stopper stopper;
static struct converse way;
static struct drive *drive;

/* What a case decides: the status for this device, step and try. */
static int (*reply)(uint64_t seq, unsigned int step, unsigned int tries);
static unsigned int tries[DEVICES + 1][STEPS], well[DEVICES + 1][STEPS];
static size_t requests, logins;
static unsigned int retry_after;
static char session[16];

/* What came of it. */
static uint64_t loaded, last, finished, devices;
static enum connector_result results[DEVICES + 1];
static enum drive_then then;
static size_t records;
static bool skip_all;
static enum rc load_fault;

enum rc fetch_many_new(struct fetch_many **out, const struct fetch_options *o,
    size_t at_once, struct err *e)
{
	*out = &net;
	return RC_OK;
}

void fetch_many_free(struct fetch_many *m)
{
}

enum rc fetch_many_start(struct fetch_many *m, const struct fetch_request *r,
    struct fetch_answer *a, void *tag, struct err *e)
{
	assert_true(m->n < FLIGHTS);
	m->q[m->n].a = a;
	m->q[m->n].tag = tag;
	(void)snprintf(m->q[m->n].url, sizeof(m->q[m->n].url), "%s", r->url);
	m->n++;
	if (m->n > m->most)
		m->most = m->n;
	requests++;
	return RC_OK;
}

/* "https://cloud/SEQ/STEP/SESSION"; the last that was sent is answered
 * first. */
bool fetch_many_wait(struct fetch_many *m, int64_t wait_ms,
    struct fetch_many_done *done)
{
	struct span rest, part;
	uint64_t seq = 0, step = 0;

	memset(done, 0, sizeof(*done));
	if (m->n == 0)
		return false;
	m->n--;
	rest = span_str(m->q[m->n].url + strlen("https://cloud/"));
	assert_true(span_cut(&rest, '/', &part) &&
	    span_u64(part, DEVICES, &seq) && span_cut(&rest, '/', &part) &&
	    span_u64(part, STEPS, &step));
	done->tag = m->q[m->n].tag;
	m->q[m->n].a->status =
	    reply(seq, (unsigned int)step, tries[seq][step]++);
	m->q[m->n].a->retry_after_s = retry_after;
	if (!span_eq_str(rest, session))
		m->q[m->n].a->status = 401;
	if (m->q[m->n].a->status == 200)
		well[seq][step]++;
	return true;
}

static enum rc ask(struct connector_talk *t, struct connector_request *q,
    struct err *e)
{
	q->method = "POST";
	buf_addf(&q->url, "https://cloud/%llu/%u/%s",
	    (unsigned long long)t->devices[0].seq, t->step, t->way->session);
	return RC_OK;
}

static enum rc take(struct connector_talk *t, const struct connector_answer *a,
    struct err *e)
{
	static const struct {
		int status;
		enum rc rc;
	} faults[] = {{401, RC_UNAUTHENTICATED}, {403, RC_DENIED},
	    {413, RC_TOO_LARGE}, {429, RC_LIMIT}, {500, RC_AGAIN},
	    {299, RC_INVALID}};
	size_t i;

	for (i = 0; i < COUNT(faults); i++)
		if (a->status == faults[i].status)
			return err_set(e, faults[i].rc, "told", "It said %d.",
			    a->status);
	t->step++;
	t->over = t->step == STEPS || a->status == 409;
	for (i = 0; t->over && i < t->n; i++)
		t->out[i].result =
		    a->status == 409 ? CONNECTOR_CONFLICT : CONNECTOR_CREATED;
	return RC_OK;
}

static const struct cloud_op ops[] = {{"post", 60000000, "calls"}, {0}};
static const struct connector kind = {.rules = {.type = "test",
					  .group = 10,
					  .ops = ops},
    .ask = ask,
    .take = take};

static enum rc load(void *ctx, struct drive_group *g, size_t max, struct err *e)
{
	if (load_fault != RC_OK && loaded > 5)
		return err_set(e, load_fault, "ours", "It is ours.");
	while (g->n < max && loaded < devices) {
		struct drive_device *d = &g->devices[g->n++];

		memset(d, 0, sizeof(*d));
		d->d.seq = d->place = ++loaded;
		d->skip = skip_all;
		if (d->skip)
			g->outcomes[g->n - 1].result = CONNECTOR_REFUSED;
	}
	return g->n > 0 ? RC_OK : RC_NOT_FOUND;
}

static enum rc finish(void *ctx, const struct drive_group *g, struct err *e)
{
	size_t i;

	for (i = 0; i < g->n; i++) {
		assert_int_equal(g->devices[i].place, last + 1);
		last = g->devices[i].place;
		results[last] = g->outcomes[i].result;
		finished++;
	}
	return RC_OK;
}

static enum rc record(void *ctx, enum drive_then *out, struct err *e)
{
	records++;
	*out = then;
	return RC_OK;
}

static enum rc login(void *ctx, struct err *e)
{
	logins++;
	(void)snprintf(session, sizeof(session), "s%zu", logins);
	way.way.session = session;
	return RC_OK;
}

static int setup(void **state)
{
	memset(&net, 0, sizeof(net));
	memset(tries, 0, sizeof(tries));
	memset(well, 0, sizeof(well));
	memset(results, 0, sizeof(results));
	requests = logins = records = 0;
	loaded = last = finished = 0;
	retry_after = 0;
	devices = DEVICES;
	then = DRIVE_ON;
	skip_all = false;
	load_fault = RC_OK;
	(void)snprintf(session, sizeof(session), "s0");
	stopper_init(&stopper);
	way = (struct converse){.kind = &kind,
	    .way = {.session = session},
	    .stopper = &stopper,
	    .key = "acc/test",
	    .who = 1};
	converse_quotas(&way, "{}");
	return pacer_new(&way.pacer, NULL) == RC_OK ? 0 : -1;
}

static int teardown(void **state)
{
	drive_free(drive);
	drive = NULL;
	pacer_free(way.pacer);
	stopper_clear(&stopper);
	return 0;
}

static enum rc run(size_t group, bool *end, struct err *e)
{
	const struct drive_work w = {.load = load,
	    .finish = finish,
	    .record = record,
	    .login = login};

	assert_int_equal(drive_new(&drive, &way, &net, group, NULL), RC_OK);
	return drive_run(drive, &w, end, e);
}

static int always_well(uint64_t seq, unsigned int step, unsigned int n)
{
	return 200;
}

static void devices_come_back_in_their_order(void **state)
{
	bool end = false;

	reply = always_well;
	assert_int_equal(run(1, &end, NULL), RC_OK);
	assert_true(end);
	assert_int_equal(finished, DEVICES);
	assert_int_equal(requests, DEVICES * STEPS);
	assert_int_equal(results[1], CONNECTOR_CREATED);
	assert_int_equal(results[DEVICES], CONNECTOR_CREATED);
	assert_true(net.most <= DRIVE_AT_ONCE_MAX);
	assert_int_equal(drive_answers(drive), DEVICES * STEPS);
}

static int third_fails_once(uint64_t seq, unsigned int step, unsigned int n)
{
	if (seq == 7)
		return 409;
	return (seq + step) % 3 == 0 && n == 0 ? 500 : 200;
}

static void a_fault_is_tried_again_and_nothing_else_is(void **state)
{
	uint64_t i;
	bool end = false;

	reply = third_fails_once;
	assert_int_equal(run(1, &end, NULL), RC_OK);
	assert_true(end);
	for (i = 1; i <= DEVICES; i++) {
		assert_int_equal(results[i],
		    i == 7 ? CONNECTOR_CONFLICT : CONNECTOR_CREATED);
		assert_int_equal(well[i][0], i != 7);
		assert_int_equal(well[i][1], i != 7);
	}
}

static int first_is_slow(uint64_t seq, unsigned int step, unsigned int n)
{
	return seq == 1 && n < 2 ? 500 : 200;
}

static void one_that_pauses_stops_no_others(void **state)
{
	bool end = false;

	reply = first_is_slow;
	devices = 200;
	then = DRIVE_STOP;
	assert_int_equal(run(1, &end, NULL), RC_OK);
	assert_true(end);
	/* All of them had gone before it was over: one record was enough. */
	assert_int_equal(finished, 200);
	assert_int_equal(records, 0);
}

static int always_away(uint64_t seq, unsigned int step, unsigned int n)
{
	return 500;
}

static void a_cloud_that_is_away_is_left_alone(void **state)
{
	struct err e = {0};
	bool end = true;

	reply = always_away;
	assert_int_equal(run(1, &end, &e), RC_AGAIN);
	assert_false(end);
	assert_int_equal(finished, 0);
	assert_string_equal(e.text, "It said 500.");
	assert_true(requests <= 2 * DRIVE_AT_ONCE_MAX);
	assert_int_equal(net.n, 0);
}

static void a_session_that_ended_is_made_anew_once_for_all(void **state)
{
	bool end = false;

	reply = always_well;
	way.way.session = "old";
	assert_int_equal(run(1, &end, NULL), RC_OK);
	assert_int_equal(logins, 1);
	assert_int_equal(finished, DEVICES);
}

static int always_refused(uint64_t seq, unsigned int step, unsigned int n)
{
	return 401;
}

static void credentials_that_are_refused_end_it(void **state)
{
	struct err e = {0};
	bool end = false;

	reply = always_refused;
	assert_int_equal(run(1, &end, &e), RC_UNAUTHENTICATED);
	assert_int_equal(logins, 1);
	assert_int_equal(finished, 0);
}

static int fifth_is_denied(uint64_t seq, unsigned int step, unsigned int n)
{
	return seq == 5 ? 403 : 200;
}

static void what_is_before_a_fault_is_finished(void **state)
{
	struct err e = {0};
	bool end = false;

	reply = fifth_is_denied;
	assert_int_equal(run(1, &end, &e), RC_DENIED);
	assert_true(finished <= 4);
	assert_false(end);
}

static int some_too_large(uint64_t seq, unsigned int step, unsigned int n)
{
	return seq % 10 == 1 ? 413 : 200;
}

static void a_group_that_is_too_large_asks_for_a_smaller_one(void **state)
{
	struct err e = {0};
	bool end = false;

	reply = some_too_large;
	assert_int_equal(run(10, &end, &e), RC_TOO_LARGE);
	assert_int_equal(finished, 0);
}

static void a_single_one_that_is_too_large_is_refused(void **state)
{
	uint64_t i;
	bool end = false;

	reply = some_too_large;
	assert_int_equal(run(1, &end, NULL), RC_OK);
	for (i = 1; i <= DEVICES; i++)
		assert_int_equal(results[i],
		    i % 10 == 1 ? CONNECTOR_REFUSED : CONNECTOR_CREATED);
}

static int always_too_large(uint64_t seq, unsigned int step, unsigned int n)
{
	return 413;
}

static void a_cloud_that_refuses_every_one_is_at_fault_itself(void **state)
{
	struct err e = {0};
	bool end = false;

	reply = always_too_large;
	assert_int_equal(run(1, &end, &e), RC_INVALID);
	assert_true(finished <= DRIVE_SINGLES_MAX);
}

static int first_throttled(uint64_t seq, unsigned int step, unsigned int n)
{
	return requests == 1 ? 429 : 200;
}

static void a_long_wait_that_is_asked_for_ends_it(void **state)
{
	struct err e = {0};
	bool end = true;

	reply = first_throttled;
	retry_after = 120;
	devices = 1;
	assert_int_equal(run(1, &end, &e), RC_LIMIT);
	assert_int_equal(e.retry_after_s, 120);
	assert_false(end);
	/* Another job's too, before it sends anything. */
	drive_free(drive);
	requests = loaded = 0;
	way.who = 2;
	assert_int_equal(run(1, &end, &e), RC_LIMIT);
	assert_in_range(e.retry_after_s, 118, 121);
	assert_int_equal(requests, 0);
}

static void a_short_wait_is_waited_for(void **state)
{
	bool end = false;

	reply = first_throttled;
	devices = 5;
	assert_int_equal(run(5, &end, NULL), RC_OK);
	assert_true(end);
	assert_int_equal(finished, 5);
}

static int some_fail_once(uint64_t seq, unsigned int step, unsigned int n)
{
	return n == 0 && seq % 50 == 0 ? 500 : 200;
}

static void what_is_begun_comes_to_its_end(void **state)
{
	uint64_t i;
	bool end = true;

	reply = some_fail_once;
	then = DRIVE_CLOSE;
	assert_int_equal(run(1, &end, NULL), RC_OK);
	assert_false(end);
	assert_true(records > 0);
	assert_in_range(loaded, DRIVE_STEP_DEVICES, DEVICES - 1);
	assert_int_equal(finished, loaded);
	for (i = 1; i <= loaded; i++)
		assert_int_equal(well[i][STEPS - 1], 1);
}

static void what_is_not_to_be_sent_is_finished_all_the_same(void **state)
{
	bool end = false;

	reply = always_away;
	skip_all = true;
	assert_int_equal(run(10, &end, NULL), RC_OK);
	assert_true(end);
	assert_int_equal(requests, 0);
	assert_int_equal(finished, DEVICES);
	assert_int_equal(results[DEVICES], CONNECTOR_REFUSED);
}

static void a_fault_of_ours_ends_it_when_all_has_landed(void **state)
{
	struct err e = {0};
	bool end = true;

	reply = always_well;
	load_fault = RC_ENV;
	assert_int_equal(run(1, &end, &e), RC_ENV);
	assert_string_equal(e.slug, "ours");
	assert_int_equal(net.n, 0);
	assert_false(end);
}

static void a_stop_sends_nothing_more(void **state)
{
	bool end = true;

	reply = always_well;
	stopper_stop(&stopper);
	assert_int_equal(run(1, &end, NULL), RC_OK);
	assert_false(end);
	assert_true(requests <= DRIVE_AT_ONCE_MAX);
	assert_int_equal(net.n, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    T(devices_come_back_in_their_order),
	    T(a_fault_is_tried_again_and_nothing_else_is),
	    T(one_that_pauses_stops_no_others),
	    T(a_cloud_that_is_away_is_left_alone),
	    T(a_session_that_ended_is_made_anew_once_for_all),
	    T(credentials_that_are_refused_end_it),
	    T(what_is_before_a_fault_is_finished),
	    T(a_group_that_is_too_large_asks_for_a_smaller_one),
	    T(a_single_one_that_is_too_large_is_refused),
	    T(a_cloud_that_refuses_every_one_is_at_fault_itself),
	    T(a_long_wait_that_is_asked_for_ends_it),
	    T(a_short_wait_is_waited_for),
	    T(what_is_begun_comes_to_its_end),
	    T(what_is_not_to_be_sent_is_finished_all_the_same),
	    T(a_fault_of_ours_ends_it_when_all_has_landed),
	    T(a_stop_sends_nothing_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
