/* Counters of an account: sums over its bindings, and what happened in each
 * hour.  Changed in the transaction of what they count. */
#ifndef BIRTHMARK_STORE_STORE_TALLY_H
#define BIRTHMARK_STORE_STORE_TALLY_H

#include "store/store.h"

#define STORE_TALLY_HOUR_S 3600
#define STORE_TALLY_DAY_H 24

struct store_tally {
	int64_t batches_bound, devices_bound, devices_provisioned,
	    devices_failed, devices_first_seen;
};
/* Adds to the hour of at_s. */
MUST_CHECK enum rc store_tally_add(struct store *s, const char *account,
    int64_t at_s, const struct store_tally *t, struct err *e);
/* From the hour of from_s on. */
MUST_CHECK enum rc store_tally_since(struct store *s, const char *account,
    int64_t from_s, struct store_tally *out, struct err *e);
typedef void store_tally_row(void *arg, int64_t day,
    const struct store_tally *t);
/* Days (of 86400 s since 1970) in which something happened, from this one on,
 * in order. */
MUST_CHECK enum rc store_tally_days(struct store *s, const char *account,
    int64_t from_day, store_tally_row *row, void *arg, struct err *e);

struct store_tally_sum {
	int64_t batches, devices, provisioned, seen;
};
MUST_CHECK enum rc store_tally_sum_add(struct store *s, const char *account,
    const struct store_tally_sum *d, struct err *e);
/* Zeros when nothing was ever bound. */
MUST_CHECK enum rc store_tally_sum_get(struct store *s, const char *account,
    struct store_tally_sum *out, struct err *e);

#endif
