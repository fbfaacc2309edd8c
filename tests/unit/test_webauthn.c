/* Passkeys: what is read of a new one, and which answers are refused.
 * Must not hold a key. */
#include "pki/cbor.h"
#include "tests/unit/webauthn_case.h"

#define URL "https://birthmark.test:8443"

static struct webauthn_site site;
static struct webauthn_case c;
static struct buf object, client, auth, signature;
static uint8_t challenge[WEBAUTHN_CHALLENGE];

static int setup(void **state)
{
	memset(challenge, 9, sizeof(challenge));
	buf_init(&object, 8192);
	buf_init(&client, 8192);
	buf_init(&auth, 8192);
	buf_init(&signature, 8192);
	return webauthn_site(&site, URL, NULL) == RC_OK ? 0 : -1;
}

static int teardown(void **state)
{
	webauthn_case_close(&c);
	buf_clear(&object);
	buf_clear(&client);
	buf_clear(&auth);
	buf_clear(&signature);
	return 0;
}

static void a_site_is_the_host_of_the_address(void **state)
{
	static const struct {
		const char *url, *id, *origin;
	} cases[] = {
	    {"https://localhost:8443", "localhost", "https://localhost:8443"},
	    {"https://A.Example:443", "a.example", "https://a.example"},
	    {"https://a.example", "a.example", "https://a.example"},
	    {"https://a.example/x", "a.example", "https://a.example"},
	    {"https://10.example", "10.example", "https://10.example"},
	    {"https://a2", "a2", "https://a2"},
	    {"https://127.0.0.1:8443", NULL, NULL},
	    {"https://2130706433", NULL, NULL},
	    {"https://[::1]:8443", NULL, NULL},
	    {"https://", NULL, NULL},
	    {"http://a.example", NULL, NULL},
	    {"", NULL, NULL},
	};
	struct webauthn_site s;
	struct err e;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		if (!cases[i].id) {
			assert_int_equal(webauthn_site(&s, cases[i].url, &e),
			    RC_CONFLICT);
			assert_string_equal(e.slug, "passkeys-need-a-name");
			continue;
		}
		assert_int_equal(webauthn_site(&s, cases[i].url, &e), RC_OK);
		assert_string_equal(s.id, cases[i].id);
		assert_string_equal(s.origin, cases[i].origin);
	}
}

#define OK_CHALLENGE "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define CLIENT(type, challenge, origin, more)               \
	"{\"type\":\"" type "\",\"challenge\":\"" challenge \
	"\",\"origin\":\"" origin "\"" more "}"

static void client_data_has_to_say_what_is_expected(void **state)
{
	static const struct {
		const char *json, *slug;
	} cases[] = {
	    {CLIENT("webauthn.get", OK_CHALLENGE, URL, ""), NULL},
	    {CLIENT("webauthn.get", OK_CHALLENGE, URL,
		 ",\"crossOrigin\":false"),
		NULL},
	    {CLIENT("webauthn.get", OK_CHALLENGE, URL, ",\"crossOrigin\":true"),
		"webauthn-origin"},
	    {CLIENT("webauthn.create", OK_CHALLENGE, URL, ""),
		"webauthn-client"},
	    {CLIENT("webauthn.get", OK_CHALLENGE, "https://birthmark.test", ""),
		"webauthn-origin"},
	    {CLIENT("webauthn.get", OK_CHALLENGE, "http://birthmark.test:8443",
		 ""),
		"webauthn-origin"},
	    {CLIENT("webauthn.get", OK_CHALLENGE, URL ".evil.test", ""),
		"webauthn-origin"},
	    {CLIENT("webauthn.get", "AAAA", URL, ""), "webauthn-client"},
	    {CLIENT("webauthn.get", OK_CHALLENGE "AA", URL, ""),
		"webauthn-client"},
	    {CLIENT("webauthn.get", "!", URL, ""), "webauthn-client"},
	    {CLIENT("webauthn.get", OK_CHALLENGE, URL,
		 ",\"type\":\"webauthn.get\""),
		"webauthn-client"},
	    {CLIENT("webauthn.get", OK_CHALLENGE, URL, ",\"origin\":7"),
		"webauthn-client"},
	    {"{\"type\":\"webauthn.get\",\"origin\":\"" URL "\"}",
		"webauthn-client"},
	    {"{}", "webauthn-client"},
	    {"[]", "webauthn-client"},
	    {"", "webauthn-client"},
	};
	uint8_t got[WEBAUTHN_CHALLENGE];
	struct err e;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		enum rc rc = webauthn_client(span_str(cases[i].json),
		    "webauthn.get", &site, got, &e);

		assert_int_equal(rc, cases[i].slug ? RC_INVALID : RC_OK);
		if (cases[i].slug)
			assert_string_equal(e.slug, cases[i].slug);
	}
}

/* Signs with c, as it is set now. */
static enum rc verify(const struct webauthn_key *key, uint32_t *count,
    struct err *e)
{
	struct webauthn_answer a;

	buf_reset(&client);
	buf_reset(&auth);
	buf_reset(&signature);
	webauthn_case_client(&client, "webauthn.get", URL, challenge);
	webauthn_case_auth(&c, &auth);
	webauthn_case_sign(&c, buf_span(&client), buf_span(&auth), &signature);
	a.client = buf_span(&client);
	a.auth = buf_span(&auth);
	a.signature = buf_span(&signature);
	return webauthn_verify(&a, &site, key, count, e);
}

static void make(int alg, struct webauthn_key *key)
{
	webauthn_case_open(&c, alg);
	c.count = 3;
	webauthn_case_made(&c, &object);
	assert_int_equal(webauthn_made(buf_span(&object), &site, key, NULL),
	    RC_OK);
	c.flags = 0x05;
}

static void each_algorithm_is_read_and_verified(void **state)
{
	static const int algs[] = {WEBAUTHN_ES256, WEBAUTHN_EDDSA,
	    WEBAUTHN_RS256};
	struct webauthn_key key;
	uint32_t count = 0;
	struct err e;
	size_t i;

	for (i = 0; i < COUNT(algs); i++) {
		make(algs[i], &key);
		assert_int_equal(key.alg, algs[i]);
		assert_int_equal(key.sign_count, 3);
		assert_true(span_eq(span_of(key.id, key.id_n),
		    span_of(c.id, sizeof(c.id))));
		c.count = 77;
		assert_int_equal(verify(&key, &count, &e), RC_OK);
		assert_int_equal(count, 77);
		webauthn_case_close(&c);
		buf_reset(&object);
	}
}

static void an_answer_of_another_key_site_or_flag_is_refused(void **state)
{
	struct webauthn_key key, other;
	struct webauthn_case real;
	uint32_t count;
	struct err e;

	make(WEBAUTHN_ES256, &other);
	real = c;
	buf_reset(&object);
	make(WEBAUTHN_ES256, &key);
	assert_int_equal(verify(&other, &count, &e), RC_INVALID);
	assert_string_equal(e.slug, "webauthn-signature");
	c.flags = 0x01;
	assert_int_equal(verify(&key, &count, &e), RC_INVALID);
	assert_string_equal(e.slug, "webauthn-unverified");
	c.flags = 0x04;
	assert_int_equal(verify(&key, &count, &e), RC_INVALID);
	assert_string_equal(e.slug, "webauthn-unverified");
	c.flags = 0x05;
	(void)snprintf(c.rp, sizeof(c.rp), "evil.test");
	assert_int_equal(verify(&key, &count, &e), RC_INVALID);
	assert_string_equal(e.slug, "webauthn-site");
	webauthn_case_close(&real);
}

static void a_changed_answer_is_refused(void **state)
{
	struct webauthn_answer a;
	struct webauthn_key key;
	uint32_t count;
	struct err e;
	size_t i;

	make(WEBAUTHN_ES256, &key);
	assert_int_equal(verify(&key, &count, &e), RC_OK);
	a.client = buf_span(&client);
	a.auth = buf_span(&auth);
	a.signature = buf_span(&signature);
	for (i = 0; i < auth.n; i++) {
		auth.p[i] ^= 1;
		assert_int_equal(webauthn_verify(&a, &site, &key, &count, &e),
		    RC_INVALID);
		auth.p[i] ^= 1;
	}
	for (i = 0; i < client.n; i++) {
		client.p[i] ^= 1;
		assert_int_equal(webauthn_verify(&a, &site, &key, &count, &e),
		    RC_INVALID);
		client.p[i] ^= 1;
	}
	for (i = 0; i < signature.n; i++) {
		a.signature = span_of(signature.p, i);
		assert_int_equal(webauthn_verify(&a, &site, &key, &count, &e),
		    RC_INVALID);
	}
	for (i = 0; i < auth.n; i++) {
		a.auth = span_of(auth.p, i);
		assert_int_equal(webauthn_verify(&a, &site, &key, &count, &e),
		    RC_INVALID);
	}
}

static enum rc made(struct webauthn_key *key, struct err *e)
{
	buf_reset(&object);
	webauthn_case_made(&c, &object);
	return webauthn_made(buf_span(&object), &site, key, e);
}

static void a_new_one_of_another_site_or_flag_is_refused(void **state)
{
	static const uint8_t flags[] = {0x00, 0x01, 0x04, 0x40, 0x41, 0x44};
	struct webauthn_key key;
	struct err e;
	size_t i;

	webauthn_case_open(&c, WEBAUTHN_ES256);
	for (i = 0; i < COUNT(flags); i++) {
		c.flags = flags[i];
		assert_int_equal(made(&key, &e), RC_INVALID);
		assert_string_equal(e.slug, "webauthn-unverified");
	}
	c.flags = 0x05; /* without a credential */
	assert_int_equal(made(&key, &e), RC_INVALID);
	c.flags = 0xc5; /* with extensions that are not there */
	assert_int_equal(made(&key, &e), RC_INVALID);
	assert_string_equal(e.slug, "webauthn-object");
	c.flags = 0x45;
	(void)snprintf(c.rp, sizeof(c.rp), "evil.test");
	assert_int_equal(made(&key, &e), RC_INVALID);
	assert_string_equal(e.slug, "webauthn-site");
}

static void a_cut_or_longer_object_is_refused(void **state)
{
	struct webauthn_key key;
	struct err e;
	size_t i;

	webauthn_case_open(&c, WEBAUTHN_ES256);
	assert_int_equal(made(&key, &e), RC_OK);
	for (i = 0; i < object.n; i++)
		assert_int_equal(webauthn_made(span_of(object.p, i), &site,
				     &key, &e),
		    RC_INVALID);
	buf_add_u8(&object, 0);
	assert_int_equal(webauthn_made(buf_span(&object), &site, &key, &e),
	    RC_INVALID);
}

static void a_point_off_the_curve_is_no_key(void **state)
{
	struct webauthn_key key;
	struct err e;

	webauthn_case_open(&c, WEBAUTHN_ES256);
	assert_int_equal(made(&key, &e), RC_OK);
	object.p[object.n - 1] ^= 1; /* of y */
	assert_int_equal(webauthn_made(buf_span(&object), &site, &key, &e),
	    RC_INVALID);
	assert_string_equal(e.slug, "webauthn-key");
}

static void cbor_that_is_not_whole_is_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		bool ok;
	} cases[] = {
	    {"\x00", 1, true},
	    {"\xa0", 1, true},
	    {"\x82\x01\xa1\x61k\x43\x01\x02\x03", 9, true},
	    {"\xf6", 1, true},
	    {"\x81\x81\x81\x81\x81\x81\x81\x80", 8, false}, /* too deep */
	    {"", 0, false},
	    {"\x82\x01", 2, false},
	    {"\x43\x01\x02", 3, false},
	    {"\x5b\xff\xff\xff\xff\xff\xff\xff\xff", 9, false},
	    {"\x9b\xff\xff\xff\xff\xff\xff\xff\xff", 9, false},
	    {"\xbb\x80\x00\x00\x00\x00\x00\x00\x00", 9, false},
	    {"\x9f\xff", 2, false}, /* indefinite */
	    {"\x5f\xff", 2, false},
	    {"\xc0\x00", 2, false}, /* a tag */
	    {"\x1c", 1, false},
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		struct span in = span_of(cases[i].bytes, cases[i].n);

		assert_int_equal(cbor_skip(&in), cases[i].ok);
		if (cases[i].ok)
			assert_int_equal(in.n, 0);
	}
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(a_site_is_the_host_of_the_address),
	    CASE(client_data_has_to_say_what_is_expected),
	    CASE(each_algorithm_is_read_and_verified),
	    CASE(an_answer_of_another_key_site_or_flag_is_refused),
	    CASE(a_changed_answer_is_refused),
	    CASE(a_new_one_of_another_site_or_flag_is_refused),
	    CASE(a_cut_or_longer_object_is_refused),
	    CASE(a_point_off_the_curve_is_no_key),
	    CASE(cbor_that_is_not_whole_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
