/* Times to wait, and what the operational certificate says of renewal.
 * Must not talk to anybody. */
#include "device/lib/bm_pump.h"
#include "device/lib/bm_cert.h"

#define DAY_S 86400
#define RENEW_MAX_S (30 * DAY_S)

bool bm_pump_is_idle(const struct bm *b)
{
	return b->step == BM_PUMP_PICK || b->step == BM_PUMP_WAIT ||
	    b->step == BM_PUMP_DEAD;
}

static uint32_t or_default(uint32_t v, uint32_t standard)
{
	return v > 0 ? v : standard;
}

uint32_t bm_pump_refresh(const struct bm *b)
{
	return or_default(b->config->refresh_s, DAY_S);
}

uint32_t bm_pump_proof_age(const struct bm *b)
{
	return or_default(b->config->proof_age_max_s, DAY_S);
}

/* Many devices may fail at once: each waits for a time of its own. */
static uint32_t jitter(const struct bm *b, uint32_t most)
{
	uint32_t v = 0;

	if (!b->platform->random(b->platform->ctx, (uint8_t *)&v, sizeof(v)))
		return 0;
	return v % (most + 1);
}

uint32_t bm_pump_backoff(const struct bm *b, unsigned int faults)
{
	uint32_t wait = or_default(b->config->wait_min_s, 5);
	uint32_t most = or_default(b->config->wait_max_s, 3600);

	if (b->http.has_retry_after) {
		wait = b->http.retry_after;
		most = or_default(b->config->retry_after_max_s, DAY_S);
		if (wait > most)
			wait = most;
		if (wait > 0)
			return wait + jitter(b, wait / 8);
		wait = 1;
	}
	while (faults-- > 1 && wait < most)
		wait = wait > most / 2 ? most : 2 * wait;
	if (wait > most)
		wait = most;
	return wait - jitter(b, wait / 2);
}

bool bm_pump_read_cert(struct bm *b)
{
	const struct bm_platform *p = b->platform;
	struct bm_cert c;
	int64_t life;
	uint32_t before;
	size_t n = 0;

	if (!p->load(p->ctx, bm_cert_slot(b), b->work, b->work_n, &n) ||
	    n > b->work_n || !bm_cert_parse(&c, bm_mem_span(b->work, n)))
		return false;
	b->not_after = c.not_after;
	/* Times before 1970 are negative, and the end may be that of time. */
	life = c.not_after - (c.not_before > 0 ? c.not_before : 0);
	if (life > 3 * RENEW_MAX_S)
		before = RENEW_MAX_S;
	else
		before = life > 0 ? (uint32_t)life / 3 : 0;
	if (b->config->renew_before_s > 0 && b->config->renew_before_s < life)
		before = b->config->renew_before_s;
	b->renew_at = c.not_after - before;
	b->renew_next = b->renew_at;
	return true;
}

bool bm_pump_is_fatal(enum bm_why why)
{
	return why == BM_WHY_CONFIG || why == BM_WHY_STORE ||
	    why == BM_WHY_KEY || why == BM_WHY_RANDOM;
}

bool bm_pump_is_expired(const struct bm *b)
{
	return b->saved.state == BM_ENROLLED && b->now_s > b->not_after;
}
