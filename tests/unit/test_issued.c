/* Answers of other CAs and requests to them: only a certificate for the key
 * that was asked for, by a CA that is configured, and only a request for the
 * device's own names.  Keys are made at run time. */
#include <stdio.h>

#include "base/enc.h"
#include "pki/cms_wrap.h"
#include "pki/csr_match.h"
#include "pki/issued.h"
#include "pki/profile_name.h"
#include "tests/unit/pki_case.h"

static struct pki_case p, other;
static struct buf top, middle, below; /* a root and what is below it */
static struct key *top_key, *middle_key;

static int setup(void **state)
{
	struct issue_ca ca = {.org = "Acme",
	    .common_name = "Top",
	    .path_len = 1};
	struct issue_leaf leaf = {.org = "Acme", .common_name = "Leaf"};

	pki_case_init(&p, KEY_P256);
	pki_case_init(&other, KEY_P256);
	buf_init(&top, CERT_DER_MAX);
	buf_init(&middle, CERT_DER_MAX);
	buf_init(&below, CERT_DER_MAX);
	ca.not_before = leaf.not_before = p.now_s - 60;
	ca.not_after = leaf.not_after = p.now_s + 3600;
	assert_int_equal(key_generate(&middle_key, KEY_P256, NULL), RC_OK);
	assert_int_equal(key_generate(&top_key, KEY_P256, NULL), RC_OK);
	assert_int_equal(issue_ca(&ca, key_spki(top_key), SPAN_NONE, top_key,
			     &top, NULL),
	    RC_OK);
	ca.common_name = "Middle";
	ca.path_len = 0;
	assert_int_equal(issue_ca(&ca, key_spki(middle_key), buf_span(&top),
			     top_key, &middle, NULL),
	    RC_OK);
	assert_int_equal(issue_leaf(&leaf, key_spki(p.signer_key),
			     buf_span(&middle), middle_key, &below, NULL),
	    RC_OK);
	return 0;
}

static int teardown(void **state)
{
	pki_case_clear(&p);
	pki_case_clear(&other);
	buf_clear(&top);
	buf_clear(&middle);
	buf_clear(&below);
	key_free(top_key);
	key_free(middle_key);
	return 0;
}

/* What comes of an answer with these certificates. */
static enum rc check(struct span spki, struct span cas, int64_t now_s,
    const struct buf *const *certs, struct err *e)
{
	struct issued_want w = {.spki = spki, .cas = cas, .now_s = now_s};
	struct buf ders, der;
	enum rc rc;

	buf_init(&ders, ISSUED_ANSWER_MAX);
	buf_init(&der, CERT_DER_MAX);
	for (; *certs; certs++)
		buf_add_span(&ders, buf_span(*certs));
	rc = issued_check(&w, buf_span(&ders), &der, e);
	assert_int_equal(rc == RC_OK, der.n > 0);
	buf_clear(&ders);
	buf_clear(&der);
	return rc;
}

static void only_what_is_for_the_key_and_by_the_ca_counts(void **state)
{
	const struct buf *own[] = {&p.signer, NULL}, *none[] = {NULL};
	const struct buf *with_ca[] = {&p.ca, &p.signer, NULL};
	const struct buf *long_way[] = {&below, &middle, NULL};
	const struct buf *gap[] = {&below, NULL}, *self[] = {&p.ca, NULL};
	const struct buf *foreign[] = {&other.signer, &other.ca, NULL};
	const struct {
		const struct buf *const *certs;
		struct span spki, cas;
		int64_t later_s;
		bool ok;
	} cases[] = {
	    {own, key_spki(p.signer_key), buf_span(&p.ca), 0, true},
	    {with_ca, key_spki(p.signer_key), buf_span(&p.ca), 0, true},
	    {long_way, key_spki(p.signer_key), buf_span(&top), 0, true},
	    {long_way, key_spki(p.signer_key), buf_span(&middle), 0, true},
	    {gap, key_spki(p.signer_key), buf_span(&top), 0, false},
	    {none, key_spki(p.signer_key), buf_span(&p.ca), 0, false},
	    {own, key_spki(other.signer_key), buf_span(&p.ca), 0, false},
	    {own, key_spki(p.signer_key), buf_span(&other.ca), 0, false},
	    {own, key_spki(p.signer_key), SPAN_NONE, 0, false},
	    /* Who comes with the answer is not trusted for it. */
	    {foreign, key_spki(other.signer_key), buf_span(&p.ca), 0, false},
	    {self, key_spki(p.ca_key), buf_span(&p.ca), 0, false},
	    {own, key_spki(p.signer_key), buf_span(&p.ca), 7200, false},
	};
	struct err e;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		memset(&e, 0, sizeof(e));
		if ((check(cases[i].spki, cases[i].cas,
			 p.now_s + cases[i].later_s, cases[i].certs,
			 &e) == RC_OK) != cases[i].ok)
			fail_msg("case %zu: %s", i, e.text);
	}
}

static void certs_only_messages_are_read_in_base64_and_der(void **state)
{
	const struct span certs[] = {buf_span(&p.signer), buf_span(&p.ca)};
	static const char *const bad[] = {"", "!", "MAA=", "0\x80", "MIIB"};
	struct buf cms, text, ders;
	size_t i;

	buf_init(&cms, CMS_WRAP_MAX);
	buf_init(&text, 2 * CMS_WRAP_MAX);
	buf_init(&ders, ISSUED_ANSWER_MAX);
	assert_int_equal(cms_wrap_certs(certs, 2, &cms, NULL), RC_OK);
	assert_int_equal(issued_certs(buf_span(&cms), &ders, NULL), RC_OK);
	assert_int_equal(ders.n, p.signer.n + p.ca.n);
	enc_base64(&text, buf_span(&cms));
	buf_reset(&ders);
	assert_int_equal(issued_certs(buf_span(&text), &ders, NULL), RC_OK);
	assert_int_equal(ders.n, p.signer.n + p.ca.n);
	/* Nothing may trail. */
	buf_add_u8(&cms, 0);
	assert_int_equal(issued_certs(buf_span(&cms), &ders, NULL), RC_INVALID);
	for (i = 0; i < COUNT(bad); i++)
		assert_int_equal(issued_certs(span_str(bad[i]), &ders, NULL),
		    RC_INVALID);
	buf_reset(&cms);
	assert_int_equal(cms_wrap_certs(certs, 0, &cms, NULL), RC_OK);
	assert_int_equal(issued_certs(buf_span(&cms), &ders, NULL), RC_INVALID);
	buf_clear(&cms);
	buf_clear(&text);
	buf_clear(&ders);
}

static void a_request_may_ask_only_for_its_own_names(void **state)
{
	static const struct {
		const char *cn, *org;
		const char *const names[3];
		bool ok;
	} cases[] = {
	    {"chip-1", "Acme", {NULL}, true},
	    {"chip-1", "Acme", {"chip-1.example", NULL}, true},
	    {"chip-1", "Acme", {"chip-2.example", NULL}, false},
	    {"chip-1", "Acme", {"chip-1.example", "x.example", NULL}, false},
	    {"chip-1", "Acme", {"192.0.2.1", NULL}, false},
	    {"chip-1", NULL, {NULL}, false},
	    {"chip-2", "Acme", {NULL}, false},
	    {"chip-1", "Acme Ltd", {NULL}, false},
	    {NULL, NULL, {NULL}, false},
	};
	const struct profile_device d = {.device = "chip-1", .account = "Acme"};
	struct profile profile;
	struct csr_match m = {.profile = &profile, .device = &d};
	struct cert birth;
	struct csr csr;
	struct buf der;
	size_t i;

	profile_default(&profile);
	(void)snprintf(profile.subject, sizeof(profile.subject),
	    "CN={device},O={account}");
	(void)snprintf(profile.san[0], sizeof(profile.san[0]),
	    "dns:{device}.example");
	profile.san_n = 1;
	assert_int_equal(cert_parse(&birth, buf_span(&p.chip), NULL), RC_OK);
	m.birth_subject = birth.subject;
	buf_init(&der, CSR_MAX);
	for (i = 0; i < COUNT(cases); i++) {
		struct err e = {0};

		buf_reset(&der);
		assert_int_equal(csr_build(p.chip_key, cases[i].cn,
				     cases[i].org, cases[i].names, &der, NULL),
		    RC_OK);
		assert_int_equal(csr_parse(&csr, buf_span(&der), NULL), RC_OK);
		if ((csr_match_check(&csr, &m, &e) == RC_OK) != cases[i].ok)
			fail_msg("case %zu: %s", i, e.text);
		if (!cases[i].ok)
			assert_string_equal(e.slug, "csr-subject");
	}
	csr.subject = birth.subject;
	csr.extensions = SPAN_NONE;
	assert_int_equal(csr_match_check(&csr, &m, NULL), RC_OK);
	buf_clear(&der);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_what_is_for_the_key_and_by_the_ca_counts),
	    cmocka_unit_test(certs_only_messages_are_read_in_base64_and_der),
	    cmocka_unit_test(a_request_may_ask_only_for_its_own_names),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
