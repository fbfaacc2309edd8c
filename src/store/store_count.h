/* Counts for /metrics, and whether the database answers at all.
 * Reads only. */
#ifndef BIRTHMARK_STORE_STORE_COUNT_H
#define BIRTHMARK_STORE_STORE_COUNT_H

#include "store/store.h"

MUST_CHECK enum rc store_count_alive(struct store *s, struct err *e);
/* Calls gauge for each count. */
MUST_CHECK enum rc store_count_gauges(struct store *s,
    void (
	*gauge)(void *arg, const char *name, const char *help, uint64_t value),
    void *arg, struct err *e);

#endif
