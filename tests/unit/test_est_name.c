/* What EST, CMP and TLS judge before core is asked: names of requests and of
 * domains, rates, and messages that wait.  Must not open a socket. */
#include <stdio.h>
#include <string.h>

#include "enrol/cmp_wait.h"
#include "enrol/enrol_rate.h"
#include "enrol/est_name.h"
#include "pki/csr.h"
#include "pki/der.h"
#include "tests/unit/pki_case.h"

#define NOW 1800000000
#define ID "0123456789abcdef"

static void only_accounts_names_are_accounts(void **state)
{
	static const struct {
		const char *name, *account;
	} cases[] = {
	    {"acc-" ID ".example.com", "acc_" ID},
	    {"ACC-0123456789ABCDEF.localhost", "acc_" ID},
	    {"acc-" ID, "acc_" ID},
	    {"", NULL},
	    {"localhost", NULL},
	    {"acc_" ID ".example.com", NULL},
	    {"acc-" ID "0.example.com", NULL},
	    {"acc-0123.example.com", NULL},
	    {"prd-" ID ".example.com", NULL},
	    {"acc-!123456789abcdef.example.com", NULL},
	    {"www.acc-" ID ".example.com", NULL},
	};
	char account[RAND_ID_SIZE];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool is = est_name_account(span_str(cases[i].name), account);

		assert_int_equal(is, cases[i].account != NULL);
		if (is)
			assert_string_equal(account, cases[i].account);
	}
}

static void domains_stand_below_the_device_url(void **state)
{
	static const struct {
		const char *url, *domain, *host;
	} cases[] = {
	    {"https://dev.example.com:8444",
		"https://acc-" ID ".dev.example.com:8444",
		"acc-" ID ".dev.example.com"},
	    {"https://dev.example.com",
		"https://acc-" ID ".dev.example.com:443",
		"acc-" ID ".dev.example.com"},
	    {"https://127.0.0.1:8444", "https://acc-" ID ".localhost:8444",
		"acc-" ID ".localhost"},
	    {"https://[::1]:8444", "https://acc-" ID ".localhost:8444",
		"acc-" ID ".localhost"},
	    {"https://[::1]", "https://acc-" ID ".localhost:443",
		"acc-" ID ".localhost"},
	    {"", "", ""},
	};
	char url[EST_NAME_URL_SIZE], host[EST_NAME_URL_SIZE];
	struct core c = {0};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		c.device_url = cases[i].url;
		est_name_url(&c, "acc_" ID, url, host);
		assert_string_equal(url, cases[i].domain);
		assert_string_equal(host, cases[i].host);
	}
}

/* A request with the subject of a certificate, in another type of string. */
static void retype(struct buf *csr, const char *value, uint8_t tag)
{
	uint8_t *at = memmem(csr->p, csr->n, value, strlen(value));

	assert_non_null(at);
	at[-2] = tag;
}

static void a_renewal_keeps_its_names(void **state)
{
	static const char *const names[] = {"a.example", NULL};
	static const char *const others[] = {"b.example", NULL};
	const struct issue_leaf leaf = {.org = "Acme",
	    .common_name = "Device",
	    .not_after = CERT_NEVER,
	    .names = names};
	const struct {
		const char *cn, *org;
		const char *const *names;
		uint8_t tag;
		enum rc rc;
	} cases[] = {
	    {"Device", "Acme", NULL, 0, RC_OK},
	    {"Device", "Acme", names, 0, RC_OK},
	    {"Device", "Acme", NULL, DER_PRINTABLE, RC_OK},
	    {"Device", "Acme", NULL, DER_UTF8, RC_OK},
	    {"Device", "Acme", NULL, DER_IA5, RC_INVALID},
	    {"device", "Acme", NULL, 0, RC_INVALID},
	    {"Device", "Acme", others, 0, RC_INVALID},
	    {"Device", NULL, NULL, 0, RC_INVALID},
	    {"Devicf", "Acme", NULL, DER_PRINTABLE, RC_INVALID},
	};
	struct key *k;
	struct buf cert, csr;
	struct err e;
	size_t i;

	buf_init(&cert, CERT_DER_MAX);
	assert_int_equal(key_generate(&k, KEY_P256, NULL), RC_OK);
	assert_int_equal(issue_leaf(&leaf, key_spki(k), SPAN_NONE, k, &cert,
			     NULL),
	    RC_OK);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_init(&csr, CSR_MAX);
		assert_int_equal(csr_build(k, cases[i].cn, cases[i].org,
				     cases[i].names, &csr, NULL),
		    RC_OK);
		if (cases[i].tag)
			retype(&csr, cases[i].cn, cases[i].tag);
		assert_int_equal(est_name_check(buf_span(&csr), buf_span(&cert),
				     &e),
		    cases[i].rc);
		buf_clear(&csr);
	}
	buf_clear(&cert);
	key_free(k);
}

static void a_device_asks_so_often_and_no_other_pays(void **state)
{
	static struct enrol_rate r;
	struct err e = {0};
	unsigned int i;

	for (i = 0; i < ENROL_RATE_MAX; i++)
		assert_int_equal(enrol_rate_take(&r, 1, NOW, &e), RC_OK);
	assert_int_equal(enrol_rate_take(&r, 1, NOW + 50, &e), RC_LIMIT);
	assert_int_equal(e.retry_after_s, 10);
	assert_int_equal(enrol_rate_take(&r, 2, NOW, &e), RC_OK);
	assert_int_equal(enrol_rate_take(&r, 1 + ENROL_RATE_SLOTS, NOW, &e),
	    RC_OK);
	assert_int_equal(enrol_rate_take(&r, 1, NOW + ENROL_RATE_S, &e), RC_OK);
	/* A clock that goes back locks nobody out. */
	assert_int_equal(enrol_rate_take(&r, 1, NOW - 1000, &e), RC_OK);
}

static void put_explicit(struct buf *out, uint8_t n, uint8_t tag,
    struct span content)
{
	struct buf b;

	buf_init(&b, CMP_MESSAGE_MAX);
	der_put(&b, tag, content);
	der_put(out, DER_CONTEXT(n), buf_span(&b));
	buf_clear(&b);
}

/* genm without anything in it, and a signature that is none. */
static void message(struct buf *out, const char *transaction,
    struct cmp_message *m)
{
	struct buf h, all;

	buf_init(&h, CMP_MESSAGE_MAX);
	buf_init(&all, CMP_MESSAGE_MAX);
	buf_init(out, CMP_MESSAGE_MAX);
	der_put_uint(&h, SPAN_LIT("\x02"));
	der_put(&h, DER_CONTEXT(4), SPAN_NONE);
	der_put(&h, DER_CONTEXT(4), SPAN_NONE);
	der_put(&h, DER_CONTEXT(1), key_sig_alg(KEY_SIG_ECDSA_SHA256));
	put_explicit(&h, 4, DER_OCTET_STRING, span_str(transaction));
	der_put(&all, DER_SEQUENCE, buf_span(&h));
	put_explicit(&all, CMP_MESSAGE_GENM, DER_SEQUENCE, SPAN_NONE);
	put_explicit(&all, 0, DER_BIT_STRING, span_of("\0s", 2));
	put_explicit(&all, 1, DER_SEQUENCE, SPAN_LIT("\x30\x00"));
	buf_reset(&h);
	der_put(out, DER_SEQUENCE, buf_span(&all));
	buf_clear(&h);
	buf_clear(&all);
	assert_int_equal(cmp_message_parse(m, buf_span(out), NULL), RC_OK);
}

static void what_waits_is_found_by_its_own_device_only(void **state)
{
	static struct cmp_wait w;
	struct cmp_message a, b, got;
	struct buf x, y;
	int64_t i;

	message(&x, "one", &a);
	message(&y, "two", &b);
	assert_false(cmp_wait_find(&w, 1, &a, NOW, &got));
	cmp_wait_put(&w, 1, &a, NOW);
	assert_true(cmp_wait_find(&w, 1, &a, NOW, &got));
	assert_true(span_eq(got.der, a.der));
	assert_false(cmp_wait_find(&w, 1, &b, NOW, &got));
	assert_false(cmp_wait_find(&w, 2, &a, NOW, &got));
	assert_false(cmp_wait_find(&w, 1, &a, NOW + CMP_WAIT_S, &got));
	cmp_wait_put(&w, 1, &b, NOW);
	assert_false(cmp_wait_find(&w, 1, &a, NOW, &got));
	assert_true(cmp_wait_find(&w, 1, &b, NOW, &got));
	for (i = 2; i < CMP_WAIT_SLOTS + 2; i++)
		cmp_wait_put(&w, i, &a, NOW + i);
	assert_false(cmp_wait_find(&w, 1, &b, NOW, &got));
	assert_true(cmp_wait_find(&w, 2, &a, NOW, &got));
	cmp_wait_drop(&w, 2);
	assert_false(cmp_wait_find(&w, 2, &a, NOW, &got));
	cmp_wait_clear(&w);
	buf_clear(&x);
	buf_clear(&y);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_accounts_names_are_accounts),
	    cmocka_unit_test(domains_stand_below_the_device_url),
	    cmocka_unit_test(a_renewal_keeps_its_names),
	    cmocka_unit_test(a_device_asks_so_often_and_no_other_pays),
	    cmocka_unit_test(what_waits_is_found_by_its_own_device_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
