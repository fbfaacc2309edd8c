/* Revocation lists: what is written is read again, by others too, and what is
 * not of the form is refused.  Must not keep a list. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/enc.h"
#include "base/file.h"
#include "pki/crl.h"
#include "pki/der.h"
#include "tests/unit/dir_case.h"
#include "tests/unit/pki_case.h"
#include "tests/unit/run_case.h"

static struct pki_case the;

static int setup(void **state)
{
	pki_case_init(&the, KEY_P256);
	return 0;
}

static int teardown(void **state)
{
	pki_case_clear(&the);
	return 0;
}

static struct crl list_of(const struct crl_entry *entries, size_t n)
{
	return (struct crl){.issuer_cert = buf_span(&the.ca),
	    .number = 7,
	    .this_update = the.now_s,
	    .next_update = the.now_s + 3600,
	    .entries = entries,
	    .n = n,
	    .delta_url = "http://pki.example/delta.crl"};
}

static void sign_tbs(struct span tbs, struct buf *der)
{
	struct buf sig;

	buf_init(&sig, 1024);
	assert_int_equal(key_sign(the.ca_key, tbs, &sig, NULL), RC_OK);
	crl_join(tbs, key_sig(the.ca_key), buf_span(&sig), der);
	assert_true(buf_ok(der));
	buf_clear(&sig);
}

static void make(const struct crl *c, struct buf *der)
{
	struct err e = {0};
	struct buf tbs;

	buf_init(&tbs, CRL_MAX);
	buf_reset(der);
	if (crl_tbs(c, key_sig(the.ca_key), &tbs, &e) != RC_OK)
		fail_msg("%s", e.text);
	sign_tbs(buf_span(&tbs), der);
	buf_clear(&tbs);
}

static void require_signed(const struct crl_view *v)
{
	struct key_pub *k;

	assert_int_equal(key_pub_new(&k, key_spki(the.ca_key), NULL), RC_OK);
	assert_int_equal(key_pub_verify(k, v->sig, v->tbs, v->signature, NULL),
	    RC_OK);
	key_pub_free(k);
}

static const struct crl_entry some[] = {
    {{0x01}, 1, CRL_UNSPECIFIED, 1700000000},
    {{0x80, 0x01}, 2, CRL_KEY_COMPROMISE, 1700000001},
    {{0x7f, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19},
	20, CRL_HOLD, 2600000000}, /* after 2050 */
    {{0xff, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19},
	20, CRL_PRIVILEGE_WITHDRAWN, 1700000003},
};

static void list_is_read_as_it_was_written(void **state)
{
	struct crl c = list_of(some, COUNT(some));
	struct crl_entry got;
	struct crl_view v;
	struct cert ca;
	struct buf der;
	struct span in;
	size_t i;

	buf_init(&der, CRL_MAX);
	make(&c, &der);
	assert_int_equal(crl_parse(&v, buf_span(&der), NULL), RC_OK);
	require_signed(&v);
	assert_int_equal(cert_parse(&ca, buf_span(&the.ca), NULL), RC_OK);
	assert_true(span_eq(v.issuer, ca.subject));
	assert_true(span_eq(v.aki, ca.ski));
	assert_int_equal(v.number, 7);
	assert_int_equal(v.base, 0);
	assert_int_equal(v.this_update, the.now_s);
	assert_int_equal(v.next_update, the.now_s + 3600);
	in = v.revoked;
	for (i = 0; i < COUNT(some); i++) {
		assert_true(crl_next(&in, &got));
		assert_int_equal(got.serial_n, some[i].serial_n);
		assert_memory_equal(got.serial, some[i].serial, got.serial_n);
		assert_int_equal(got.reason, some[i].reason);
		assert_int_equal(got.at, some[i].at);
	}
	assert_false(crl_next(&in, &got));
	buf_clear(&der);
}

static void empty_and_delta_lists_are_lists(void **state)
{
	static const struct crl_entry back = {{0x01}, 1, CRL_REMOVE,
	    1700000000};
	struct crl c = list_of(NULL, 0);
	struct crl_entry got;
	struct crl_view v;
	struct buf der;

	buf_init(&der, CRL_MAX);
	make(&c, &der);
	assert_int_equal(crl_parse(&v, buf_span(&der), NULL), RC_OK);
	assert_false(crl_next(&v.revoked, &got));
	c = list_of(&back, 1);
	c.base = 3;
	make(&c, &der);
	assert_int_equal(crl_parse(&v, buf_span(&der), NULL), RC_OK);
	assert_int_equal(v.base, 3);
	assert_true(crl_next(&v.revoked, &got));
	assert_int_equal(got.reason, CRL_REMOVE);
	c.number = UINT64_MAX;
	c.base = UINT64_MAX - 1;
	make(&c, &der);
	assert_int_equal(crl_parse(&v, buf_span(&der), NULL), RC_OK);
	assert_true(v.number == UINT64_MAX);
	buf_clear(&der);
}

static void same_fields_give_the_same_bytes(void **state)
{
	struct crl c = list_of(some, COUNT(some));
	struct buf one, two;

	buf_init(&one, CRL_MAX);
	buf_init(&two, CRL_MAX);
	assert_int_equal(crl_tbs(&c, KEY_SIG_ECDSA_SHA256, &one, NULL), RC_OK);
	assert_int_equal(crl_tbs(&c, KEY_SIG_ECDSA_SHA256, &two, NULL), RC_OK);
	assert_true(span_eq(buf_span(&one), buf_span(&two)));
	buf_clear(&one);
	buf_clear(&two);
}

static void long_list_is_a_list(void **state)
{
	enum { N = 50000 };
	struct crl_entry *many = calloc(N, sizeof(*many)), got;
	struct crl c = list_of(many, N);
	struct crl_view v;
	struct buf der;
	size_t i;

	assert_non_null(many);
	for (i = 0; i < N; i++) {
		many[i].serial[0] = 1;
		many[i].serial[1] = (uint8_t)(i >> 8);
		many[i].serial[2] = (uint8_t)i;
		many[i].serial_n = 16;
		many[i].reason = (uint8_t)(i % 6);
		many[i].at = 1700000000 + (int64_t)i;
	}
	buf_init(&der, CRL_MAX);
	make(&c, &der);
	assert_int_equal(crl_parse(&v, buf_span(&der), NULL), RC_OK);
	require_signed(&v);
	for (i = 0; crl_next(&v.revoked, &got); i++)
		assert_int_equal(got.at, many[i].at);
	assert_int_equal(i, N);
	buf_clear(&der);
	free(many);
}

static void what_cannot_be_a_list_is_not_built(void **state)
{
	static const struct crl_entry bad[] = {
	    {{0x00, 0x01}, 2, 0, 1700000000}, {{0x01}, 0, 0, 1700000000},
	    {{0x01}, 21, 0, 1700000000}, {{0x01}, 1, 7, 1700000000},
	    {{0x01}, 1, 11, 1700000000},
	    {{0x01}, 1, CRL_REMOVE, 1700000000}, /* in a full one */
	    {{0x01}, 1, 0, -1000000000},	 /* 1938 */
	};
	struct crl c = list_of(NULL, 0);
	struct buf tbs;
	size_t i;

	buf_init(&tbs, CRL_MAX);
	for (i = 0; i < COUNT(bad) + 5; i++) {
		c = list_of(bad + i, i < COUNT(bad) ? 1 : 0);
		if (i == COUNT(bad))
			c.next_update = c.this_update;
		else if (i == COUNT(bad) + 1)
			c.number = 0;
		else if (i == COUNT(bad) + 2)
			c.base = 7;
		else if (i == COUNT(bad) + 3)
			c.issuer_cert = buf_span(&the.chip);
		else if (i == COUNT(bad) + 4)
			c.issuer_cert = SPAN_NONE;
		buf_reset(&tbs);
		if (crl_tbs(&c, KEY_SIG_ECDSA_SHA256, &tbs, NULL) == RC_OK)
			fail_msg("row %zu", i);
	}
	buf_clear(&tbs);
}

static void every_cut_is_refused(void **state)
{
	struct crl c = list_of(some, COUNT(some));
	struct crl_view v;
	struct buf der;
	size_t n;

	buf_init(&der, CRL_MAX);
	make(&c, &der);
	for (n = 0; n < der.n; n++)
		assert_int_equal(crl_parse(&v, span_sub(buf_span(&der), 0, n),
				     NULL),
		    RC_INVALID);
	buf_add_u8(&der, 0);
	assert_int_equal(crl_parse(&v, buf_span(&der), NULL), RC_INVALID);
	buf_clear(&der);
}

static void changed_byte_is_seen(void **state)
{
	struct crl c = list_of(some, COUNT(some));
	struct key_pub *k;
	struct crl_view v;
	struct buf der;
	size_t i;

	buf_init(&der, CRL_MAX);
	make(&c, &der);
	assert_int_equal(key_pub_new(&k, key_spki(the.ca_key), NULL), RC_OK);
	for (i = 0; i < der.n; i++) {
		der.p[i] ^= 0x04;
		if (crl_parse(&v, buf_span(&der), NULL) == RC_OK &&
		    v.sig != KEY_SIG_UNKNOWN)
			assert_int_not_equal(key_pub_verify(k, v.sig, v.tbs,
						 v.signature, NULL),
			    RC_OK);
		der.p[i] ^= 0x04;
	}
	key_pub_free(k);
	buf_clear(&der);
}

/* tbs of these entries and extensions (hex), otherwise right. */
static void make_by_hand(const char *version, const char *entries,
    const char *extensions, struct buf *der)
{
	const char *const parts[] = {entries, extensions};
	struct buf body, tbs;
	uint8_t bytes[512];
	struct cert ca;
	size_t i, n;

	buf_init(&body, CRL_MAX);
	buf_init(&tbs, CRL_MAX);
	buf_reset(der);
	assert_int_equal(cert_parse(&ca, buf_span(&the.ca), NULL), RC_OK);
	assert_true(enc_unhex(span_str(version), bytes, &n, sizeof(bytes)));
	buf_add(&body, bytes, n);
	buf_add_span(&body, key_sig_alg(KEY_SIG_ECDSA_SHA256));
	buf_add_span(&body, ca.subject);
	der_put_time(&body, the.now_s);
	der_put_time(&body, the.now_s + 60);
	for (i = 0; i < COUNT(parts); i++) {
		assert_true(
		    enc_unhex(span_str(parts[i]), bytes, &n, sizeof(bytes)));
		buf_add(&body, bytes, n);
	}
	der_put(&tbs, DER_SEQUENCE, buf_span(&body));
	sign_tbs(buf_span(&tbs), der);
	buf_clear(&body);
	buf_clear(&tbs);
}

static const struct {
	const char *what, *version, *entries, *extensions, *slug;
} by_hand[] = {
    {"nothing at all", "020101", "", "", ""},
    {"a number", "020101", "", "a00e300c300a0603551d140403020105", ""},
    {"an entry", "020101", "30143012020101170d3233303130313030303030305a", "",
	""},
    {"no version", "", "", "", "crl-version"},
    {"version 1", "020100", "", "", "crl-version"},
    {"version 3", "020102", "", "", "crl-version"},
    {"an empty list of entries", "020101", "3000", "", "crl-broken"},
    {"a serial number of no bytes", "020101",
	"301330110200170d3233303130313030303030305a", "", "crl-broken"},
    {"a negative one", "020101", "30143012020180170d3233303130313030303030305a",
	"", "crl-broken"},
    {"a padded one", "020101", "3015301302020001170d3233303130313030303030305a",
	"", "crl-broken"},
    {"one of 21 bytes", "020101",
	"302830260215010101010101010101010101010101010101010101170d323330313031"
	"3030303030305a",
	"", "crl-broken"},
    {"empty extensions of an entry", "020101",
	"30163014020101170d3233303130313030303030305a3000", "", "crl-broken"},
    {"something else behind it", "020101",
	"30163014020101170d3233303130313030303030305a0500", "", "crl-broken"},
    {"no date", "020101", "30053003020101", "", "crl-broken"},
    {"a reason", "020101",
	"30223020020101170d3233303130313030303030305a300c300a0603551d1504030a01"
	"01",
	"", ""},
    {"a reason that there is not", "020101",
	"30223020020101170d3233303130313030303030305a300c300a0603551d1504030a01"
	"07",
	"", "crl-broken"},
    {"two reasons", "020101",
	"302e302c020101170d3233303130313030303030305a3018300a0603551d1504030a01"
	"01300a0603551d1504030a0101",
	"", "crl-broken"},
    {"a critical certificateIssuer", "020101",
	"30243022020101170d3233303130313030303030305a300e300c0603551d1d0101ff04"
	"023000",
	"", "crl-broken"},
    {"two numbers", "020101", "",
	"a01a3018300a0603551d140403020105300a0603551d140403020105",
	"crl-broken"},
    {"a number over 64 bits", "020101", "",
	"a016301430120603551d14040b0209010000000000000000", "crl-broken"},
    {"a delta without a number", "020101", "",
	"a011300f300d0603551d1b0101ff0403020101", "crl-broken"},
    {"a delta from the future", "020101", "",
	"a01d301b300a0603551d140403020105300d0603551d1b0101ff0403020106",
	"crl-broken"},
    {"a delta", "020101", "",
	"a01d301b300a0603551d140403020105300d0603551d1b0101ff0403020104", ""},
    {"a delta from nothing", "020101", "",
	"a01d301b300a0603551d140403020105300d0603551d1b0101ff0403020100",
	"crl-broken"},
    {"a delta that may be overlooked", "020101", "",
	"a01a3018300a0603551d140403020105300a0603551d1b0403020104",
	"crl-broken"},
    {"a list of a part only", "020101", "",
	"a01c301a300a0603551d140403020105300c0603551d1c0101ff04023000",
	"crl-critical"},
    {"the same, not critical", "020101", "",
	"a0193017300a0603551d14040302010530090603551d1c04023000", ""},
    {"an empty list of extensions", "020101", "", "a0023000", "crl-broken"},
    {"none inside the tag", "020101", "", "a000", "crl-broken"},
    {"another tag", "020101", "", "a100", "crl-broken"},
};

static void form_is_held_to(void **state)
{
	struct crl_view v;
	struct buf der;
	size_t i;

	buf_init(&der, CRL_MAX);
	for (i = 0; i < COUNT(by_hand); i++) {
		struct err e = {.slug = ""};
		enum rc rc;

		make_by_hand(by_hand[i].version, by_hand[i].entries,
		    by_hand[i].extensions, &der);
		rc = crl_parse(&v, buf_span(&der), &e);
		if (rc != (by_hand[i].slug[0] ? RC_INVALID : RC_OK) ||
		    strcmp(e.slug, by_hand[i].slug) != 0)
			fail_msg("%s: %s: %s", by_hand[i].what, e.slug, e.text);
	}
	buf_clear(&der);
}

static void reasons_have_their_names(void **state)
{
	int i;

	for (i = 0; i <= CRL_PRIVILEGE_WITHDRAWN; i++)
		if (i != 7 && i != CRL_REMOVE)
			assert_int_equal(crl_reason_of(
					     span_str(crl_reason_name(i))),
			    i);
	assert_string_equal(crl_reason_name(CRL_HOLD), "certificateHold");
	assert_string_equal(crl_reason_name(7), "unspecified");
	assert_string_equal(crl_reason_name(-1), "unspecified");
	assert_string_equal(crl_reason_name(99), "unspecified");
	assert_int_equal(crl_reason_of(SPAN_LIT("removeFromCRL")),
	    CRL_REASON_NONE);
	assert_int_equal(crl_reason_of(SPAN_LIT("")), CRL_REASON_NONE);
	assert_int_equal(crl_reason_of(SPAN_LIT("KeyCompromise")),
	    CRL_REASON_NONE);
}

static void put_pem(const char *path, const char *label, struct span der)
{
	struct buf pem;

	buf_init(&pem, CRL_MAX);
	enc_pem(&pem, label, der);
	assert_int_equal(file_write(path, buf_span(&pem), 0600, NULL), RC_OK);
	buf_clear(&pem);
}

/* A chip is good by an empty list and refused by one that it is on. */
static void openssl_follows_the_list(void **state)
{
	char dir[] = "/tmp/birthmark-crl-XXXXXX", ca[64], crl[64], chip[64];
	const char *const argv[] = {"openssl", "verify", "-crl_check",
	    "-CAfile", ca, "-CRLfile", crl, chip, NULL};
	struct crl_entry entry = {.reason = CRL_KEY_COMPROMISE};
	struct crl c = list_of(NULL, 0);
	struct buf der;
	struct cert cert;

	assert_non_null(mkdtemp(dir));
	(void)snprintf(ca, sizeof(ca), "%s/ca.pem", dir);
	(void)snprintf(crl, sizeof(crl), "%s/crl.pem", dir);
	(void)snprintf(chip, sizeof(chip), "%s/chip.pem", dir);
	buf_init(&der, CRL_MAX);
	put_pem(ca, "CERTIFICATE", buf_span(&the.ca));
	put_pem(chip, "CERTIFICATE", buf_span(&the.chip));
	make(&c, &der);
	put_pem(crl, "X509 CRL", buf_span(&der));
	assert_int_equal(run_case(argv), 0);
	assert_int_equal(cert_parse(&cert, buf_span(&the.chip), NULL), RC_OK);
	memcpy(entry.serial, cert.serial.p, cert.serial.n);
	entry.serial_n = (uint8_t)cert.serial.n;
	entry.at = the.now_s;
	c = list_of(&entry, 1);
	make(&c, &der);
	put_pem(crl, "X509 CRL", buf_span(&der));
	assert_int_not_equal(run_case(argv), 0);
	buf_clear(&der);
	dir_case_remove(dir);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(list_is_read_as_it_was_written),
	    cmocka_unit_test(empty_and_delta_lists_are_lists),
	    cmocka_unit_test(same_fields_give_the_same_bytes),
	    cmocka_unit_test(long_list_is_a_list),
	    cmocka_unit_test(what_cannot_be_a_list_is_not_built),
	    cmocka_unit_test(every_cut_is_refused),
	    cmocka_unit_test(changed_byte_is_seen),
	    cmocka_unit_test(form_is_held_to),
	    cmocka_unit_test(reasons_have_their_names),
	    cmocka_unit_test(openssl_follows_the_list),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
