/* Time: the wall clock in seconds since 1970 UTC, a monotonic clock for
 * deadlines, and their text forms.  Own calendar arithmetic, no time zones. */
#ifndef BIRTHMARK_BASE_CLOCK_H
#define BIRTHMARK_BASE_CLOCK_H

#include <stdint.h>

#include "base/span.h"

int64_t clock_now_s(void);
int64_t clock_now_ms(void);
int64_t clock_mono_ms(void);
int64_t clock_mono_us(void);
/* Less when a signal comes. */
void clock_sleep_ms(uint64_t ms);

struct clock_civil {
	int year, month, day, hour, minute, second;
};

void clock_civil(int64_t t_s, struct clock_civil *out);
int64_t clock_from_civil(const struct clock_civil *c);

#define CLOCK_TEXT_SIZE 21 /* 2026-11-22T21:49:00Z and NUL */
void clock_text(int64_t t_s, char out[CLOCK_TEXT_SIZE]);
/* RFC 3339, with Z or an offset, fraction ignored. */
bool clock_parse(struct span s, int64_t *out);

#endif
