/* A small vendor made at run time: issuing CA, manifest signer, one chip.
 * Must not hold keys longer than a test. */
#ifndef BIRTHMARK_TESTS_PKI_CASE_H
#define BIRTHMARK_TESTS_PKI_CASE_H

#include <string.h>

#include "base/clock.h"
#include "pki/issue.h"
#include "tests/unit/check.h"

struct pki_case {
	struct key *ca_key, *signer_key, *chip_key;
	struct buf ca, signer, chip; /* DER */
	char chip_id[CERT_ID_MAX + 1];
	int64_t now_s;
};

static inline void pki_case_chip(struct pki_case *p, enum key_type type,
    uint8_t first)
{
	uint8_t serial[ISSUE_SERIAL_SIZE] = {first, 2, 3, 4, 5, 6, 7, 8};
	struct issue_birth birth = {.issuer_cert = buf_span(&p->ca),
	    .issuer_key = p->ca_key,
	    .key_type = type,
	    .org = "Acme",
	    .model = "Test chip",
	    .hw_type_oid = "1.3.6.1.4.1.32473.1.1",
	    .crl_url = "http://a.example/crl",
	    .aia_url = "http://a.example/ca",
	    .not_before = p->now_s - 60};
	struct issue *issue;
	struct cert c;

	key_free(p->chip_key);
	buf_reset(&p->chip);
	assert_int_equal(key_generate(&p->chip_key, type, NULL), RC_OK);
	assert_int_equal(issue_new(&issue, &birth, NULL), RC_OK);
	assert_int_equal(issue_birth(issue, key_spki(p->chip_key), serial,
			     &p->chip, NULL),
	    RC_OK);
	issue_free(issue);
	assert_int_equal(cert_parse(&c, buf_span(&p->chip), NULL), RC_OK);
	cert_chip_id(&c, p->chip_id);
}

static inline void pki_case_init(struct pki_case *p, enum key_type type)
{
	struct issue_ca ca = {.org = "Acme",
	    .common_name = "Acme CA",
	    .not_after = CERT_NEVER};
	struct issue_leaf leaf = {.org = "Acme", .common_name = "Signer"};

	memset(p, 0, sizeof(*p));
	buf_init(&p->ca, CERT_DER_MAX);
	buf_init(&p->signer, CERT_DER_MAX);
	buf_init(&p->chip, CERT_DER_MAX);
	p->now_s = clock_now_s();
	ca.not_before = leaf.not_before = p->now_s - 60;
	leaf.not_after = p->now_s + 3600;
	assert_int_equal(key_generate(&p->ca_key, type, NULL), RC_OK);
	assert_int_equal(key_generate(&p->signer_key, type, NULL), RC_OK);
	assert_int_equal(issue_ca(&ca, key_spki(p->ca_key), SPAN_NONE,
			     p->ca_key, &p->ca, NULL),
	    RC_OK);
	assert_int_equal(issue_leaf(&leaf, key_spki(p->signer_key),
			     buf_span(&p->ca), p->ca_key, &p->signer, NULL),
	    RC_OK);
	pki_case_chip(p, type, 1);
}

static inline void pki_case_clear(struct pki_case *p)
{
	key_free(p->ca_key);
	key_free(p->signer_key);
	key_free(p->chip_key);
	buf_clear(&p->ca);
	buf_clear(&p->signer);
	buf_clear(&p->chip);
}

#endif
