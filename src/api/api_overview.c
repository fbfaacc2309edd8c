/* Answers with the overview of an account.
 * Must not judge what is urgent: that is core/overview.c. */
#include "api/api_overview.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/json.h"
#include "core/overview.h"

#define ANSWER_MAX (256 * 1024)
#define DAYS_DEFAULT 30
#define DAY_S 86400
#define DAY_LEN 10 /* 2026-11-23 */

static void number(struct json *w, const char *key, int64_t n)
{
	json_put_u64(w, key, n > 0 ? (uint64_t)n : 0);
}

static void tally_write(struct json *w, const struct store_tally *t)
{
	number(w, "batches_bound", t->batches_bound);
	number(w, "devices_bound", t->devices_bound);
	number(w, "devices_provisioned", t->devices_provisioned);
	number(w, "devices_failed", t->devices_failed);
	number(w, "devices_first_seen", t->devices_first_seen);
}

static void attention_write(struct json *w, const struct overview *o)
{
	size_t i;

	json_key(w, "attention");
	json_arr(w);
	for (i = 0; i < o->attention_n; i++) {
		const struct store_attention *a = &o->attention[i].what;

		json_obj(w);
		json_put_str(w, "kind", o->attention[i].kind);
		json_put_u64(w, "count", a->count);
		json_put_str_or_null(w, "target", a->target);
		json_put_str_or_null(w, "name", a->name);
		json_put_time(w, "at", a->at);
		json_end(w);
	}
	json_end(w);
}

static void days_write(struct json *w, const struct overview *o)
{
	char day[CLOCK_TEXT_SIZE];
	size_t i;

	json_key(w, "days");
	json_arr(w);
	for (i = 0; i < o->days_n; i++) {
		clock_text((o->first_day + (int64_t)i) * DAY_S, day);
		json_obj(w);
		json_put_span(w, "day", span_of(day, DAY_LEN));
		tally_write(w, &o->days[i]);
		json_end(w);
	}
	json_end(w);
}

static void overview_write(struct json *w, const struct overview *o)
{
	json_obj(w);
	number(w, "batches", o->sum.batches);
	number(w, "devices", o->sum.devices);
	number(w, "provisioned", o->sum.provisioned);
	number(w, "seen", o->sum.seen);
	json_key(w, "since");
	json_obj(w);
	tally_write(w, &o->since);
	json_end(w);
	attention_write(w, o);
	days_write(w, o);
	json_end(w);
}

static enum rc read_days(struct api_call *call, uint64_t *days, struct err *e)
{
	char text[8];

	*days = DAYS_DEFAULT;
	if (!http_query(call->req, "days", text, sizeof(text)))
		return RC_OK;
	if (span_u64(span_str(text), OVERVIEW_DAYS_MAX, days) && *days > 0)
		return RC_OK;
	return err_set(e, RC_INVALID, "bad-days",
	    "The parameter days is a number from 1 to %d.", OVERVIEW_DAYS_MAX);
}

enum rc api_overview_get(struct api_call *call, struct err *e)
{
	struct overview *o = calloc(1, sizeof(*o));
	uint64_t days = 0;
	struct json w;
	struct buf out;
	enum rc rc;

	buf_init(&out, ANSWER_MAX);
	json_init(&w, &out);
	rc = o ? read_days(call, &days, e)
	       : err_set(e, RC_ENV, "memory", "Out of memory.");
	if (rc == RC_OK)
		rc =
		    overview_read(call->core, &call->actor, (size_t)days, o, e);
	if (rc == RC_OK) {
		overview_write(&w, o);
		api_json(call, 200, &out);
	}
	buf_clear(&out);
	free(o);
	return rc;
}
