/* What publishing does with each certificate (parse, check, fingerprint,
 * stored form), beside nothing but the signature's verification; and the size
 * of the stored form.  Must not touch a disk. */
#include <openssl/evp.h>
#include <stdlib.h>

#include "bench/figure.h"
#include "bench/reel.h"
#include "pki/chain.h"
#include "pki/pack.h"

#define COUNT 512

struct state {
	struct reel reel;
	struct buf der[COUNT];
	struct cert certs[COUNT]; /* for the raw verification */
	uint8_t hash[COUNT][DIGEST_SHA256];
	struct chain *chain;
	struct pack *pack;
	struct buf out;
	EVP_PKEY_CTX *raw;
	size_t at;
	size_t packed;
};

static void check_some(void *arg, size_t n)
{
	uint8_t fingerprint[DIGEST_SHA256];
	struct state *s = arg;
	struct err e;
	struct cert c;

	for (; n > 0; n--, s->at++) {
		struct span der = buf_span(&s->der[s->at % COUNT]);

		buf_reset(&s->out);
		reel_must(cert_parse(&c, der, &e), &e);
		reel_must(chain_check(s->chain, &c, s->reel.now_s, &e), &e);
		cert_fingerprint(der, fingerprint);
		reel_must(pack_put(s->pack, &c, &s->out, &e), &e);
		if (s->out.n > s->packed)
			s->packed = s->out.n;
	}
}

static void verify_some(void *arg, size_t n)
{
	struct state *s = arg;

	for (; n > 0; n--, s->at++) {
		size_t i = s->at % COUNT;

		if (EVP_PKEY_verify(s->raw, s->certs[i].signature.p,
			s->certs[i].signature.n, s->hash[i],
			DIGEST_SHA256) != 1)
			abort();
	}
}

static void prepare(struct state *s)
{
	struct err e;
	size_t i;

	reel_init(&s->reel);
	for (i = 0; i < COUNT; i++) {
		buf_init(&s->der[i], CERT_DER_MAX);
		reel_next(&s->reel, &s->der[i]);
		reel_must(cert_parse(&s->certs[i], buf_span(&s->der[i]), &e),
		    &e);
		digest_sha256(s->certs[i].tbs, s->hash[i]);
	}
	s->chain = chain_new();
	if (s->chain == NULL)
		abort();
	reel_must(chain_add(s->chain, buf_span(&s->reel.ca), true,
		      s->reel.now_s, &e),
	    &e);
	reel_must(pack_new(&s->pack, &s->certs[0], &e), &e);
	buf_init(&s->out, PACK_TEMPLATE_MAX);
	s->raw = EVP_PKEY_CTX_new(key_evp(s->reel.ca_key), NULL);
	if (s->raw == NULL || EVP_PKEY_verify_init(s->raw) != 1)
		abort();
}

int main(int argc, char **argv)
{
	struct figure f = {.name = "check certificates", .goal = ">= 0.80"};
	struct figure size = {.name = "stored bytes of a certificate",
	    .reference = 112, /* serial, public key and signature */
	    .goal = "<= 1.06"};
	static struct state s;
	size_t i;

	prepare(&s);
	figure_compare(&f, check_some, verify_some, &s, 1500);
	figure_print(&f, argc, argv);
	size.ours = (double)s.packed;
	size.ratio = size.ours / size.reference;
	figure_print(&size, argc, argv);
	EVP_PKEY_CTX_free(s.raw);
	pack_free(s.pack);
	chain_free(s.chain);
	for (i = 0; i < COUNT; i++)
		buf_clear(&s.der[i]);
	buf_clear(&s.out);
	reel_clear(&s.reel);
	return 0;
}
