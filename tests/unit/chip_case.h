/* What tests of certificates start from: a CA made at run time, and a chip.
 * Must not use a fixed date or a stored key. */
#ifndef BIRTHMARK_TESTS_CHIP_CASE_H
#define BIRTHMARK_TESTS_CHIP_CASE_H

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "pki/chain.h"
#include "pki/der.h"
#include "pki/issue.h"
#include "tests/unit/check.h"

#define CHIP_CASE_DAY 86400
#define CHIP_CASE_ID "5a0102030405060708090a0b0c0d0e0f"

struct chip_case {
	int64_t now_s;
	struct key *ca_key, *chip_key;
	struct buf ca, chip; /* DER */
	struct err e;
};

#define CHIP_OK(c, call)                                        \
	do {                                                    \
		if ((call) != RC_OK)                            \
			fail_msg("%s: %s", #call, (c)->e.text); \
	} while (0)

static inline struct issue_birth chip_case_birth(const struct chip_case *c)
{
	return (struct issue_birth){
	    .issuer_cert = buf_span(&c->ca),
	    .issuer_key = c->ca_key,
	    .key_type = key_type(c->chip_key),
	    .org = "Test Chips",
	    .model = "TC-1",
	    .hw_type_oid = "1.3.6.1.4.1.99999.1",
	    .crl_url = "http://pki.test.example/1.crl",
	    .aia_url = "http://pki.test.example/1.crt",
	    .not_before = c->now_s - CHIP_CASE_DAY,
	};
}

static inline void chip_case_issue_ca(struct chip_case *c, struct key *k,
    struct buf *out)
{
	struct issue_ca ca = {.org = "Test Chips",
	    .common_name = "Test Chips CA 1",
	    .not_before = c->now_s - 2 * CHIP_CASE_DAY,
	    .not_after = c->now_s + 1000 * CHIP_CASE_DAY};

	buf_init(out, CERT_DER_MAX);
	CHIP_OK(c, issue_ca(&ca, key_spki(k), SPAN_NONE, k, out, &c->e));
}

/* One more chip of the case's CA, with its key but another serial. */
static inline void chip_case_another(struct chip_case *c, uint8_t last,
    struct buf *out)
{
	uint8_t serial[ISSUE_SERIAL_SIZE];
	struct issue_birth birth = chip_case_birth(c);
	struct issue *issue;
	size_t i;

	for (i = 0; i < sizeof(serial); i++)
		serial[i] = (uint8_t)i;
	serial[0] = 0x5a;
	serial[15] = last;
	buf_init(out, CERT_DER_MAX);
	CHIP_OK(c, issue_new(&issue, &birth, &c->e));
	CHIP_OK(c,
	    issue_birth(issue, key_spki(c->chip_key), serial, out, &c->e));
	issue_free(issue);
}

static inline void chip_case_init(struct chip_case *c, enum key_type ca,
    enum key_type chip)
{
	memset(c, 0, sizeof(*c));
	c->now_s = clock_now_s();
	CHIP_OK(c, key_generate(&c->ca_key, ca, &c->e));
	CHIP_OK(c, key_generate(&c->chip_key, chip, &c->e));
	chip_case_issue_ca(c, c->ca_key, &c->ca);
	chip_case_another(c, 15, &c->chip);
}

static inline void chip_case_clear(struct chip_case *c)
{
	key_free(c->ca_key);
	key_free(c->chip_key);
	buf_clear(&c->ca);
	buf_clear(&c->chip);
}

/* The certificate again, signed by k, after an edit of its TBS: same length,
 * from -> to, which must be found. */
static inline void chip_case_edit(struct chip_case *c, struct span der,
    struct span from, struct span to, struct buf *out)
{
	struct buf tbs, sig, body;
	struct cert parsed;
	size_t i;

	buf_init(&tbs, CERT_DER_MAX);
	buf_init(&sig, CERT_DER_MAX);
	buf_init(&body, CERT_DER_MAX);
	buf_init(out, CERT_DER_MAX);
	CHIP_OK(c, cert_parse(&parsed, der, &c->e));
	assert_int_equal(from.n, to.n);
	buf_add_span(&tbs, parsed.tbs);
	for (i = 0; i + from.n <= tbs.n; i++)
		if (memcmp(tbs.p + i, from.p, from.n) == 0)
			break;
	assert_true(i + from.n <= tbs.n);
	memcpy(tbs.p + i, to.p, to.n);
	CHIP_OK(c, key_sign(c->ca_key, buf_span(&tbs), &sig, &c->e));
	buf_add_span(&body, buf_span(&tbs));
	buf_add_span(&body, key_sig_alg(key_sig(c->ca_key)));
	der_put_bits(&body, buf_span(&sig));
	der_put(out, DER_SEQUENCE, buf_span(&body));
	assert_true(buf_ok(out));
	buf_clear(&tbs);
	buf_clear(&sig);
	buf_clear(&body);
}

/* The real chip's certificate, outside of this repository; false when it is
 * not at hand. */
static inline bool chip_case_real(struct buf *der)
{
	const char *path = getenv("BIRTHMARK_REAL_CERT");
	struct buf pem;
	bool ok;

	buf_init(&pem, 65536);
	buf_init(der, CERT_DER_MAX);
	ok = file_read(path ? path : "../shared/data/optiga-trust-m-p256.pem",
		 &pem, NULL) == RC_OK;
	if (ok)
		assert_int_equal(cert_read(der, buf_span(&pem), NULL), RC_OK);
	buf_clear(&pem);
	return ok;
}

#endif
