/* A certificate made at run time for fuzz targets to damage: none is kept in
 * the tree.  Must not be more than a sample. */
#ifndef BIRTHMARK_TESTS_FUZZ_SAMPLE_H
#define BIRTHMARK_TESTS_FUZZ_SAMPLE_H

#include <stdlib.h>

#include "pki/issue.h"

/* The DER of a birth certificate, made once, the same bytes until the end of
 * the process. */
static inline struct span sample_cert(void)
{
	static const uint8_t serial[ISSUE_SERIAL_SIZE] = {1, 2, 3};
	static uint8_t der[CERT_DER_MAX];
	static size_t n;
	struct issue_ca ca = {.org = "O",
	    .common_name = "CA",
	    .not_after = CERT_NEVER};
	struct issue_birth birth = {.org = "O",
	    .model = "M",
	    .hw_type_oid = "1.3.6.1.4.1.99999.1"};
	struct buf ca_der, leaf;
	struct issue *issue;
	struct key *k;
	size_t i;

	if (n > 0)
		return span_of(der, n);
	buf_init(&ca_der, CERT_DER_MAX);
	buf_init(&leaf, CERT_DER_MAX);
	if (key_generate(&k, KEY_P256, NULL) != RC_OK ||
	    issue_ca(&ca, key_spki(k), SPAN_NONE, k, &ca_der, NULL) != RC_OK)
		abort();
	birth.issuer_cert = buf_span(&ca_der);
	birth.issuer_key = k;
	if (issue_new(&issue, &birth, NULL) != RC_OK ||
	    issue_birth(issue, key_spki(k), serial, &leaf, NULL) != RC_OK)
		abort();
	for (i = 0; i < leaf.n; i++)
		der[i] = leaf.p[i];
	n = leaf.n;
	issue_free(issue);
	key_free(k);
	buf_clear(&ca_der);
	buf_clear(&leaf);
	return span_of(der, n);
}

#endif
