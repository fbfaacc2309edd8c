/* Random bytes from the kernel.
 * Must not return without them: there is no weaker source. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/rand.h"

#define ID_DIGITS 16

static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";

void rand_bytes(void *out, size_t n)
{
	uint8_t *p = out;

	while (n > 0) {
		ssize_t got = getrandom(p, n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			abort();
		p += got;
		n -= (size_t)got;
	}
}

uint64_t rand_below(uint64_t n)
{
	uint64_t v, excess;

	if (n < 2)
		return 0;
	/* 2^64 mod n values at the top would be a bias. */
	excess = (UINT64_MAX % n + 1) % n;
	do
		rand_bytes(&v, sizeof(v));
	while (v > UINT64_MAX - excess);
	return v % n;
}

void rand_id(char *out, size_t cap, const char *prefix)
{
	uint8_t raw[ID_DIGITS];
	size_t n = strlen(prefix), i;

	if (cap < n + 18)
		abort();
	memcpy(out, prefix, n);
	out[n++] = '_';
	rand_bytes(raw, sizeof(raw));
	for (i = 0; i < sizeof(raw); i++)
		out[n++] = digits[raw[i] & 31];
	out[n] = '\0';
}

bool rand_is_id(struct span s, const char *prefix)
{
	size_t n = strlen(prefix), i;

	if (s.n != n + 1 + ID_DIGITS || !span_starts(s, span_str(prefix)) ||
	    s.p[n] != '_')
		return false;
	for (i = n + 1; i < s.n; i++)
		if (!memchr(digits, s.p[i], sizeof(digits) - 1))
			return false;
	return true;
}
