/* Times in the three forms that the protocols have.
 * Must not read a clock. */
#ifndef BIRTHMARK_BM_TIME_H
#define BIRTHMARK_BM_TIME_H

#include "device/lib/bm_mem.h"

#define BM_TIME_NEVER INT64_MAX /* 99991231235959Z */

/* "2026-01-31T12:00:00Z", with a fraction or an offset (RFC 3339). */
bool bm_time_rfc3339(struct bm_span text, int64_t *out);
/* UTCTime (two_digits) or GeneralizedTime as RFC 5280 4.1.2.5 has them. */
bool bm_time_der(struct bm_span text, bool two_digits, int64_t *out);
/* The digits YYYYMMDDhhmmss; false outside of 1970 to 9999. */
bool bm_time_digits(int64_t t_s, char out[14]);

#endif
