/* Issuing birth certificates for given public keys, beside nothing but the
 * signatures.  Must not make keys while it measures. */
#include <openssl/evp.h>
#include <stdlib.h>

#include "bench/figure.h"
#include "bench/reel.h"

struct state {
	struct reel reel;
	struct buf out;
	EVP_PKEY_CTX *raw;
};

static void issue_some(void *arg, size_t n)
{
	struct state *s = arg;

	while (n-- > 0) {
		buf_reset(&s->out);
		reel_next(&s->reel, &s->out);
	}
}

static void sign_some(void *arg, size_t n)
{
	unsigned char hash[32] = {1}, sig[80];
	struct state *s = arg;
	size_t len;

	while (n-- > 0) {
		len = sizeof(sig);
		if (EVP_PKEY_sign(s->raw, sig, &len, hash, sizeof(hash)) != 1)
			abort();
		hash[0]++;
	}
}

int main(int argc, char **argv)
{
	struct figure f = {.name = "issue birth certificates",
	    .goal = ">= 0.80"};
	struct state s;

	reel_init(&s.reel);
	buf_init(&s.out, CERT_DER_MAX);
	s.raw = EVP_PKEY_CTX_new(key_evp(s.reel.ca_key), NULL);
	if (s.raw == NULL || EVP_PKEY_sign_init(s.raw) != 1)
		abort();
	figure_compare(&f, issue_some, sign_some, &s, 5000);
	figure_print(&f, argc, argv);
	EVP_PKEY_CTX_free(s.raw);
	buf_clear(&s.out);
	reel_clear(&s.reel);
	return 0;
}
