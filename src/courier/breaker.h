/* The circuit breaker of one cloud: after a fault nothing is sent for a while
 * that grows with each further one; the next try decides.
 * Pure: no clock, no store, no network. */
#ifndef BIRTHMARK_COURIER_BREAKER_H
#define BIRTHMARK_COURIER_BREAKER_H

#include "store/store_cloud.h"

#define BREAKER_PAUSE_MS 1000 /* doubled with each fault in a row */
#define BREAKER_PAUSE_MAX_MS (900 * 1000)
#define BREAKER_REFUSED_MS (60 * 1000) /* at least, after a second refusal */
#define BREAKER_RETRY_AFTER_MAX_S (24 * 3600)

/* The cloud is away, or refuses us. */
void breaker_fault(struct store_cloud_breaker *b, const struct err *why,
    int64_t now_ms);
/* Its time is over: this turn is the one try. */
void breaker_try(struct store_cloud_breaker *b);
/* It answered; true when b has changed. */
bool breaker_success(struct store_cloud_breaker *b);
/* The longest pause after so many faults in a row. */
int64_t breaker_bound_ms(uint32_t faults);

#endif
