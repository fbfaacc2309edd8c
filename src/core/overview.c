/* Puts the overview together.
 * Must not count what is counted already: the store keeps the sums. */
#include "core/overview.h"

#include <stdlib.h>
#include <string.h>

#define DAY_S 86400
#define SILENT_S 3600
#define EXPIRING_S (14 * DAY_S)
#define ALARM_S (7 * DAY_S)
#define READERS (CORE_ADMINISTRATOR | CORE_DEVELOPER | CORE_AUDITOR)

/* In the order of urgency; none crowds the others out. */
static const struct {
	enum store_attention_kind kind;
	const char *name;
	unsigned int roles;
	size_t most;
	int64_t after_s, before_s; /* beside now; 0: any */
} kinds[] = {
    {STORE_ATTENTION_CLAIM_ALARM, "claim-alarm",
	CORE_ADMINISTRATOR | CORE_AUDITOR, 6, -ALARM_S, 1},
    {STORE_ATTENTION_JOB_FAILED, "job-failed", READERS, 10, 0, 0},
    {STORE_ATTENTION_CLOUD_OPEN, "cloud-open", READERS, 6, 0, 0},
    {STORE_ATTENTION_CONFLICT, "devices-conflict", READERS, 6, 0, 0},
    {STORE_ATTENTION_DEVICES_FAILED, "devices-failed", READERS, 10, 0, 0},
    {STORE_ATTENTION_CLOUD_SILENT, "cloud-silent", READERS, 6, 0, -SILENT_S},
    {STORE_ATTENTION_JOB_WAITING, "job-waiting", READERS, 6, 0, 0},
    {STORE_ATTENTION_TOKEN_EXPIRING, "token-expiring", CORE_ADMINISTRATOR, 4, 1,
	EXPIRING_S},
    {STORE_ATTENTION_UNPROVISIONED, "batches-unprovisioned", READERS, 6, 0, 0},
    {STORE_ATTENTION_NO_CLOUD, "no-cloud", READERS, 1, 0, 0},
    {STORE_ATTENTION_NO_PRODUCT, "no-product", READERS, 1, 0, 0},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static enum rc add_kind(struct core *c, const struct core_actor *a, size_t i,
    struct overview *out, struct err *e)
{
	struct store_attention found[OVERVIEW_ATTENTION_MAX];
	const struct store_attention_query q = {.account = a->scope_id,
	    .after_s = kinds[i].after_s ? a->now_s + kinds[i].after_s : 0,
	    .before_s =
		kinds[i].before_s ? a->now_s + kinds[i].before_s : INT64_MAX};
	size_t at, n = kinds[i].most;
	enum rc rc;

	if (n > OVERVIEW_ATTENTION_MAX - out->attention_n)
		n = OVERVIEW_ATTENTION_MAX - out->attention_n;
	rc = store_attention_list(c->store, kinds[i].kind, &q, found, &n, e);
	for (at = 0; rc == RC_OK && at < n; at++)
		out->attention[out->attention_n++] =
		    (struct overview_attention){kinds[i].name, found[at]};
	return rc;
}

static void take_day(void *arg, int64_t day, const struct store_tally *t)
{
	struct overview *out = arg;
	int64_t at = day - out->first_day;

	if (at >= 0 && at < (int64_t)out->days_n)
		out->days[at] = *t;
}

enum rc overview_read(struct core *c, const struct core_actor *a, size_t days,
    struct overview *out, struct err *e)
{
	enum rc rc;
	size_t i;

	memset(out, 0, sizeof(*out));
	out->days_n = days < OVERVIEW_DAYS_MAX ? days : OVERVIEW_DAYS_MAX;
	out->first_day = a->now_s / DAY_S - (int64_t)out->days_n + 1;
	rc = store_tally_sum_get(c->store, a->scope_id, &out->sum, e);
	if (rc == RC_OK)
		rc = store_tally_since(c->store, a->scope_id, a->now_s - DAY_S,
		    &out->since, e);
	if (rc == RC_OK)
		rc = store_tally_days(c->store, a->scope_id, out->first_day,
		    take_day, out, e);
	for (i = 0; rc == RC_OK && i < KINDS; i++)
		if (kinds[i].roles & a->role)
			rc = add_kind(c, a, i, out, e);
	return rc;
}
