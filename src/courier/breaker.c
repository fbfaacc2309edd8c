/* The circuit breaker of one cloud.
 * Must not act. */
#include "courier/breaker.h"

#include <string.h>

#include "base/rand.h"

static void set_state(struct store_cloud_breaker *b, const char *state)
{
	(void)span_copy_str(span_str(state), b->state, sizeof(b->state));
}

int64_t breaker_bound_ms(uint32_t faults)
{
	uint32_t doubled = faults > 0 ? faults - 1 : 0;

	if (doubled > 20)
		return BREAKER_PAUSE_MAX_MS;
	return (int64_t)BREAKER_PAUSE_MS << doubled < BREAKER_PAUSE_MAX_MS
	    ? (int64_t)BREAKER_PAUSE_MS << doubled
	    : BREAKER_PAUSE_MAX_MS;
}

/* Some jitter, so that not all come back at the same moment. */
static int64_t pause_ms(const struct store_cloud_breaker *b,
    const struct err *why)
{
	int64_t half = breaker_bound_ms(b->faults) / 2;
	int64_t pause = half + (int64_t)rand_below((uint64_t)half + 1);
	int64_t after = why->retry_after_s < BREAKER_RETRY_AFTER_MAX_S
	    ? why->retry_after_s
	    : BREAKER_RETRY_AFTER_MAX_S;

	if ((why->rc == RC_UNAUTHENTICATED || why->rc == RC_DENIED) &&
	    b->faults > 1)
		pause += BREAKER_REFUSED_MS;
	if (pause < after * 1000)
		pause = after * 1000 + (int64_t)rand_below(1000);
	return pause;
}

void breaker_fault(struct store_cloud_breaker *b, const struct err *why,
    int64_t now_ms)
{
	if (b->faults < UINT32_MAX)
		b->faults++;
	if (b->since == 0)
		b->since = now_ms / 1000;
	(void)span_copy_str(span_of(why->text,
				strnlen(why->text, sizeof(b->why) - 1)),
	    b->why, sizeof(b->why));
	set_state(b, "open");
	b->until_ms = now_ms + pause_ms(b, why);
}

void breaker_try(struct store_cloud_breaker *b)
{
	if (strcmp(b->state, "open") == 0)
		set_state(b, "trying");
}

bool breaker_success(struct store_cloud_breaker *b)
{
	if (strcmp(b->state, "closed") == 0 && b->faults == 0)
		return false;
	memset(b, 0, sizeof(*b));
	set_state(b, "closed");
	return true;
}
