/* What the signer makes of events for webhooks, and what it refuses.
 * Must not keep its keys. */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "base/enc.h"
#include "base/file.h"
#include "pki/jose.h"
#include "signer/ipc.h"
#include "signer/sealed.h"
#include "tests/unit/signer_case.h"

#define ONE "acc_0123456789abcdef"
#define TWO "acc_fedcba9876543210"
#define EVENT "evt_0123456789abcdef"
#define URL "https://a.test/hook?x=1"
#define BODY "{\"id\":\"" EVENT "\",\"account\":\"" ONE "\",\"devices\":[]}"

static struct signer_case c;

static int start(void **state)
{
	signer_case_open_as(&c, SIGNER_MAY_COURIER);
	return 0;
}

static int stop(void **state)
{
	signer_case_close(&c);
	return 0;
}

static struct key_pub *key_of(const char *account)
{
	struct buf pem, der;
	struct span rest;
	struct key_pub *k;

	buf_init(&pem, 4096);
	buf_init(&der, 4096);
	assert_int_equal(signer_interop_pem(c.signer, account, &pem, NULL),
	    RC_OK);
	rest = buf_span(&pem);
	assert_true(enc_unpem(&der, "PUBLIC KEY", &rest));
	assert_int_equal(key_pub_new(&k, buf_span(&der), NULL), RC_OK);
	buf_clear(&pem);
	buf_clear(&der);
	return k;
}

/* Of a detached JWS over this body, by this account's key. */
static enum rc verify(struct span jws, struct span body, const char *account)
{
	struct key_pub *k = key_of(account);
	struct span head;
	enum rc rc = RC_INVALID;

	if (span_cut(&jws, '.', &head) && jws.n > 0 && jws.p[0] == '.')
		rc = jose_verify_parts(SPAN_LIT("ES256"), head, body,
		    span_sub(jws, 1, jws.n), k, NULL);
	key_pub_free(k);
	return rc;
}

static void event_is_signed_as_it_is(void **state)
{
	struct signer_event r = {ONE, URL, EVENT, SPAN_LIT(BODY)};
	struct buf jws, header;
	struct span rest, head;

	buf_init(&jws, 4096);
	buf_init(&header, 4096);
	assert_int_equal(signer_event(c.signer, &r, &jws, NULL), RC_OK);
	assert_int_equal(verify(buf_span(&jws), r.body, ONE), RC_OK);
	assert_int_equal(verify(buf_span(&jws), r.body, TWO), RC_INVALID);
	assert_int_equal(verify(buf_span(&jws), SPAN_LIT(BODY " "), ONE),
	    RC_INVALID);
	rest = buf_span(&jws);
	assert_true(span_cut(&rest, '.', &head));
	assert_true(enc_unbase64url(&header, head));
	assert_non_null(strstr(buf_cstr(&header),
	    "\"typ\":\"birthmark-webhook+jws\",\"b64\":false,"
	    "\"crit\":[\"b64\"],\"iat\":"));
	assert_non_null(strstr(buf_cstr(&header),
	    "\"aud\":\"" URL "\",\"jti\":\"" EVENT "\"}"));
	buf_clear(&jws);
	buf_clear(&header);
}

static void large_event_fits_and_a_larger_one_does_not(void **state)
{
	struct signer_event r = {ONE, URL, EVENT, SPAN_NONE};
	struct buf body, jws;

	buf_init(&body, SIGNER_EVENT_MAX + 16);
	buf_init(&jws, 4096);
	buf_add_str(&body, BODY);
	while (body.n < SIGNER_EVENT_MAX)
		buf_add_u8(&body, ' ');
	r.body = buf_span(&body);
	assert_int_equal(signer_event(c.signer, &r, &jws, NULL), RC_OK);
	buf_add_u8(&body, ' ');
	r.body = buf_span(&body);
	assert_int_equal(signer_event(c.signer, &r, &jws, NULL), RC_TOO_LARGE);
	buf_clear(&body);
	buf_clear(&jws);
}

/* The same key signs tokens: nothing that could be read as one may pass. */
static void what_is_no_event_of_that_account_is_refused(void **state)
{
	static const struct signer_event table[] = {
	    {ONE, URL, EVENT, SPAN_NONE},
	    {ONE, URL, EVENT, {(const uint8_t *)"eyJhdWQiOiJ4In0", 15}},
	    {ONE, URL, EVENT, {(const uint8_t *)"{}", 2}},
	    {TWO, URL, EVENT, {(const uint8_t *)BODY, sizeof(BODY) - 1}},
	    {ONE, URL, "evt_0123456789abcdeg",
		{(const uint8_t *)BODY, sizeof(BODY) - 1}},
	    {ONE, URL, EVENT, {(const uint8_t *)" " BODY, sizeof(BODY)}},
	    {ONE, URL, "evt_1", {(const uint8_t *)BODY, sizeof(BODY) - 1}},
	    {ONE, URL, ONE, {(const uint8_t *)BODY, sizeof(BODY) - 1}},
	    {"acc_1", URL, EVENT, {(const uint8_t *)BODY, sizeof(BODY) - 1}},
	    {ONE, "http://a.test", EVENT,
		{(const uint8_t *)BODY, sizeof(BODY) - 1}},
	    {ONE, "https://a\"", EVENT,
		{(const uint8_t *)BODY, sizeof(BODY) - 1}},
	    {ONE, "https://a b", EVENT,
		{(const uint8_t *)BODY, sizeof(BODY) - 1}},
	    {ONE, "", EVENT, {(const uint8_t *)BODY, sizeof(BODY) - 1}},
	};
	struct buf out;
	size_t i;

	buf_init(&out, 4096);
	for (i = 0; i < COUNT(table); i++) {
		struct err e = {0};

		if (signer_event(c.signer, &table[i], &out, &e) != RC_INVALID)
			fail_msg("%zu: %s", i, e.text);
		assert_string_equal(e.slug, "signer-refused");
		assert_int_equal(out.n, 0);
	}
	buf_clear(&out);
}

static void a_worker_gets_no_event_signed(void **state)
{
	struct signer_event r = {ONE, URL, EVENT, SPAN_LIT(BODY)};
	struct signer_case worker;
	struct buf out;

	buf_init(&out, 4096);
	signer_case_open(&worker);
	assert_int_equal(signer_event(worker.signer, &r, &out, NULL),
	    RC_DENIED);
	assert_int_equal(out.n, 0);
	signer_case_close(&worker);
	buf_clear(&out);
}

/* What may still change would be signed as something else than was looked
 * at. */
static void a_body_that_may_change_is_refused(void **state)
{
	struct span map;
	int fd;

	assert_int_equal(sealed_new(&fd, NULL), RC_OK);
	assert_int_equal(file_write_all(fd, SPAN_LIT(BODY), NULL), RC_OK);
	assert_int_equal(sealed_map(fd, sizeof(BODY) - 1, &map, NULL),
	    RC_INVALID);
	assert_int_equal(sealed_end(&fd, NULL), RC_OK);
	assert_int_equal(sealed_map(fd, sizeof(BODY), &map, NULL), RC_INVALID);
	assert_int_equal(sealed_map(fd, sizeof(BODY) - 1, &map, NULL), RC_OK);
	assert_true(span_eq_str(map, BODY));
	sealed_unmap(map);
	assert_true(write(fd, "x", 1) < 0);
	(void)close(fd);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(event_is_signed_as_it_is),
	    TEST(large_event_fits_and_a_larger_one_does_not),
	    TEST(what_is_no_event_of_that_account_is_refused),
	    TEST(a_worker_gets_no_event_signed),
	    cmocka_unit_test(a_body_that_may_change_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
