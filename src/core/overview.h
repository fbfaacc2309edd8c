/* An account at a glance: what there is, what happened, and what needs a
 * person's attention.
 * No HTTP words, no SQL. */
#ifndef BIRTHMARK_CORE_OVERVIEW_H
#define BIRTHMARK_CORE_OVERVIEW_H

#include "core/core.h"
#include "store/store_attention.h"
#include "store/store_tally.h"

#define OVERVIEW_DAYS_MAX 366
#define OVERVIEW_ATTENTION_MAX 62

struct overview_attention {
	const char *kind; /* "job-failed", ... */
	struct store_attention what;
};

struct overview {
	struct store_tally_sum sum;
	struct store_tally since; /* the last 24 hours */
	struct overview_attention attention[OVERVIEW_ATTENTION_MAX];
	size_t attention_n; /* most urgent first */
	int64_t first_day;  /* days since 1970, of days[0] */
	size_t days_n;
	struct store_tally days[OVERVIEW_DAYS_MAX]; /* the last one is today */
};

/* days: 1 to OVERVIEW_DAYS_MAX.  What only some roles may know (tokens, the
 * audit log) is left out for the others. */
MUST_CHECK enum rc overview_read(struct core *c, const struct core_actor *a,
    size_t days, struct overview *out, struct err *e);

#endif
