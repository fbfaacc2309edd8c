/* Random bytes from the kernel.
 * Must not return without them: there is no weaker source. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/rand.h"

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
	static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
	uint8_t raw[16];
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
