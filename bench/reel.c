/* Makes the reel.
 * Must not measure. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "bench/reel.h"

void reel_must(enum rc rc, const struct err *e)
{
	if (rc == RC_OK)
		return;
	(void)fprintf(stderr, "bench: %s\n", e->text);
	exit(3);
}

void reel_init(struct reel *r)
{
	struct issue_ca ca = {.org = "Bench Chips",
	    .common_name = "Bench Chips Issuing CA 1",
	    .not_after = CERT_NEVER};
	struct issue_birth birth = {.key_type = KEY_P256,
	    .org = "Bench Chips",
	    .model = "BC-1",
	    .hw_type_oid = "1.3.6.1.4.1.99999.1",
	    .crl_url = "http://pki.bench.example/issuing1.crl",
	    .aia_url = "http://pki.bench.example/issuing1.crt"};
	struct err e = {0};
	size_t i;

	memset(r, 0, sizeof(*r));
	buf_init(&r->ca, CERT_DER_MAX);
	r->now_s = clock_now_s();
	ca.not_before = birth.not_before = r->now_s - 3600;
	reel_must(key_generate(&r->ca_key, KEY_P256, &e), &e);
	reel_must(issue_ca(&ca, key_spki(r->ca_key), SPAN_NONE, r->ca_key,
		      &r->ca, &e),
	    &e);
	for (i = 0; i < REEL_KEYS; i++)
		reel_must(key_generate(&r->keys[i], KEY_P256, &e), &e);
	birth.issuer_cert = buf_span(&r->ca);
	birth.issuer_key = r->ca_key;
	reel_must(issue_new(&r->issue, &birth, &e), &e);
}

void reel_clear(struct reel *r)
{
	size_t i;

	issue_free(r->issue);
	for (i = 0; i < REEL_KEYS; i++)
		key_free(r->keys[i]);
	key_free(r->ca_key);
	buf_clear(&r->ca);
}

void reel_next(struct reel *r, struct buf *out)
{
	uint8_t serial[ISSUE_SERIAL_SIZE] = {1};
	uint64_t n = ++r->made;
	struct err e;
	size_t i;

	for (i = 0; i < 8; i++)
		serial[15 - i] = (uint8_t)(n >> (8 * i));
	reel_must(issue_birth(r->issue, key_spki(r->keys[n % REEL_KEYS]),
		      serial, out, &e),
	    &e);
}
