/* One-time codes of a shared secret and the time (RFC 6238): SHA-1, 30 s, six
 * digits.  Must not know whose they are. */
#ifndef BIRTHMARK_PKI_TOTP_H
#define BIRTHMARK_PKI_TOTP_H

#include "base/err.h"
#include "base/span.h"

#define TOTP_SECRET 20 /* bytes */
#define TOTP_STEP_S 30
#define TOTP_WINDOW 1 /* steps to each side, for clocks that differ */

uint32_t totp_code(const uint8_t secret[TOTP_SECRET], int64_t step);
/* The step of which code (six digits) is the code at now_s, only later than
 * last_step; false when there is none.  In time that does not depend on where
 * it differs. */
MUST_CHECK bool totp_find(const uint8_t secret[TOTP_SECRET], struct span code,
    int64_t now_s, int64_t last_step, int64_t *step);

#endif
