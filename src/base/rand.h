/* Random bytes from the kernel.  There is no failure: getrandom(2) waits for
 * its pool at boot, and any other fault ends the process. */
#ifndef BIRTHMARK_BASE_RAND_H
#define BIRTHMARK_BASE_RAND_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

void rand_bytes(void *out, size_t n);
uint64_t rand_below(uint64_t n); /* 0 <= r < n, without bias */
/* An identifier: prefix, '_', 16 characters of Crockford base32 in lower
 * case (80 random bits).  out holds at least strlen(prefix) + 18 bytes. */
void rand_id(char *out, size_t cap, const char *prefix);
/* True if s has exactly the form that rand_id gives with this prefix. */
bool rand_is_id(struct span s, const char *prefix);
#define RAND_ID_SIZE 24 /* for prefixes of up to 6 characters */

#endif
