/* When a job is tried again, and how much of it at once.
 * Must not act. */
#include "courier/pace.h"

#include <string.h>

static void set_state(struct store_job *j, const char *state)
{
	(void)span_copy_str(span_str(state), j->state, sizeof(j->state));
}

int64_t pace_bound_ms(uint32_t tries)
{
	uint32_t doubled = tries > 0 ? tries - 1 : 0;

	if (doubled > 20)
		return PACE_BACKOFF_MAX_MS;
	return (int64_t)PACE_BACKOFF_MS << doubled < PACE_BACKOFF_MAX_MS
	    ? (int64_t)PACE_BACKOFF_MS << doubled
	    : PACE_BACKOFF_MAX_MS;
}

static void adapt_rate(struct store_job *j, const struct pace_result *r)
{
	uint64_t took = r->took_ms > 0 ? (uint64_t)r->took_ms : 1;
	uint64_t rate = (uint64_t)r->devices * 1000000 / took;

	j->rate_milli =
	    j->rate_milli == 0 ? rate : (j->rate_milli * 3 + rate) / 4;
}

void pace_success(struct store_job *j, const struct pace_result *r)
{
	if (r->took_ms > PACE_SLOW_MS)
		j->chunk = j->chunk / 2;
	else if (r->took_ms < PACE_QUICK_MS && r->devices >= j->chunk)
		j->chunk += j->chunk / 2 + 1;
	if (j->chunk > r->chunk_max)
		j->chunk = r->chunk_max;
	if (j->chunk < 1)
		j->chunk = 1;
	adapt_rate(j, r);
	j->tries = 0;
	j->refused = 0;
	j->next_ms = r->now_ms;
	j->last_error[0] = '\0';
	set_state(j, "running");
}

bool pace_is_single(const struct store_job *j, const struct pace_result *r,
    const struct err *why)
{
	return why->rc == RC_TOO_LARGE && r->devices == 1 &&
	    j->refused < PACE_SINGLES_MAX;
}

/* The pause before the next try. */
static int64_t pause_ms(const struct store_job *j, const struct err *why)
{
	int64_t bound = pace_bound_ms(j->tries), pause;
	int64_t after = why->retry_after_s < PACE_RETRY_AFTER_MAX_S
	    ? why->retry_after_s
	    : PACE_RETRY_AFTER_MAX_S;

	pause = 50 + (int64_t)rand_below((uint64_t)bound);
	if (why->rc == RC_UNAUTHENTICATED && j->tries > 1)
		pause += PACE_REFUSED_MS;
	/* Some jitter on top, so that not all come back at the same moment. */
	if (pause < after * 1000)
		pause = after * 1000 + (int64_t)rand_below(1000);
	return pause;
}

void pace_fault(struct store_job *j, const struct pace_result *r,
    const struct err *why)
{
	size_t cut = r->devices > 1 ? r->devices / 2 : 1;

	(void)span_copy_str(span_of(why->text,
				strnlen(why->text, sizeof(j->last_error) - 1)),
	    j->last_error, sizeof(j->last_error));
	set_state(j, "waiting");
	if (why->rc == RC_TOO_LARGE || r->took_ms > PACE_SLOW_MS)
		j->chunk = (uint32_t)cut;
	if (why->rc == RC_TOO_LARGE && r->devices > 1) {
		j->next_ms = r->now_ms;
		return;
	}
	j->tries++;
	/* A cloud that asks to wait is there: that is no reason to give up. */
	if (j->tries >= PACE_TRIES_MAX && why->rc != RC_LIMIT) {
		set_state(j, "failed");
		j->next_ms = 0;
		j->finished_at = r->now_ms / 1000;
		return;
	}
	j->next_ms = r->now_ms + pause_ms(j, why);
}
