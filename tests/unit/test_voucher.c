/* Voucher requests and reports: what is not to the letter is refused; what we
 * write has the members of the RFCs.  Must not check signatures. */
#include <jansson.h>
#include <string.h>

#include "pki/voucher.h"
#include "tests/unit/check.h"

#define REQUEST(members) "{\"ietf-voucher-request:voucher\":{" members "}}"
#define NONCE "\"nonce\":\"AAECAwQFBgc=\""
#define SERIAL "\"serial-number\":\"JADA123456789\""

static enum rc parse(const char *text, struct voucher_request *r, struct err *e)
{
	return voucher_request_parse(r, span_str(text), e);
}

static void requests_are_read(void **state)
{
	static const uint8_t nonce[] = {0, 1, 2, 3, 4, 5, 6, 7};
	static const struct {
		const char *text;
		int64_t created_on;
	} cases[] = {
	    {REQUEST(NONCE "," SERIAL), 0},
	    {" " REQUEST(" " SERIAL " , " NONCE) "\n", 0},
	    {REQUEST(
		 NONCE "," SERIAL ",\"created-on\":\"2017-01-01T00:00:00.000Z\""
		       ",\"assertion\":\"proximity\""
		       ",\"proximity-registrar-cert\":\"AAEC\""),
		1483228800},
	    /* RFC 8995 3.4: to be ignored in a request */
	    {REQUEST(NONCE "," SERIAL ",\"expires-on\":7,"
			   "\"pinned-domain-cert\":\"x\","
			   "\"prior-signed-voucher-request\":\"AAEC\","
			   "\"other-module:leaf\":{}"),
		0},
	};
	struct voucher_request r;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		assert_int_equal(parse(cases[i].text, &r, NULL), RC_OK);
		assert_string_equal(r.serial_number, "JADA123456789");
		assert_int_equal(r.nonce_n, sizeof(nonce));
		assert_memory_equal(r.nonce, nonce, sizeof(nonce));
		assert_int_equal(r.created_on, cases[i].created_on);
	}
}

static void requests_not_to_the_letter_are_refused(void **state)
{
	static const struct {
		const char *text, *slug;
	} cases[] = {
	    {"", "voucher-form"},
	    {"[]", "voucher-form"},
	    {"null", "voucher-form"},
	    {"{}", "voucher-form"},
	    {"{\"ietf-voucher-request:voucher\":[]}", "voucher-form"},
	    {"{\"ietf-voucher:voucher\":{" NONCE "," SERIAL "}}",
		"voucher-form"},
	    {"{\"voucher\":{" NONCE "," SERIAL "}}", "voucher-form"},
	    {"{\"ietf-voucher-request:voucher\":{" NONCE "," SERIAL
	     "},\"more\":1}",
		"voucher-form"},
	    {REQUEST(NONCE "," SERIAL) "x", "voucher-form"},
	    {REQUEST(NONCE "," SERIAL) REQUEST(""), "voucher-form"},
	    {REQUEST(NONCE "," SERIAL "," SERIAL), "voucher-form"},
	    {REQUEST(NONCE "," SERIAL ","), "voucher-form"},
	    {REQUEST(NONCE "," SERIAL ",\"a\":\"\xff\""), "voucher-form"},
	    {REQUEST(NONCE "," SERIAL ",\"a\":\"\\u0000\""), "voucher-form"},
	    {REQUEST(SERIAL), "voucher-nonce"},
	    {REQUEST(SERIAL ",\"nonce\":\"\""), "voucher-nonce"},
	    {REQUEST(SERIAL ",\"nonce\":null"), "voucher-nonce"},
	    {REQUEST(SERIAL ",\"nonce\":12345678"), "voucher-nonce"},
	    /* seven bytes, and thirty-three */
	    {REQUEST(SERIAL ",\"nonce\":\"AAECAwQFBg==\""), "voucher-nonce"},
	    {REQUEST(SERIAL ",\"nonce\":\"AAAAAAAAAAAAAAAAAAAAAAAA"
			    "AAAAAAAAAAAAAAAAAAAA\""),
		"voucher-nonce"},
	    /* base64url, white space, no padding, bits behind the end */
	    {REQUEST(SERIAL ",\"nonce\":\"____________\""), "voucher-nonce"},
	    {REQUEST(SERIAL ",\"nonce\":\"AAEC AwQFBgc=\""), "voucher-nonce"},
	    {REQUEST(SERIAL ",\"nonce\":\"AAECAwQFBgc\""), "voucher-nonce"},
	    {REQUEST(SERIAL ",\"nonce\":\"AAECAwQFBgd=\""), "voucher-nonce"},
	    {REQUEST(NONCE), "voucher-serial"},
	    {REQUEST(NONCE ",\"serial-number\":\"\""), "voucher-serial"},
	    {REQUEST(NONCE ",\"serial-number\":12"), "voucher-serial"},
	    {REQUEST(NONCE ",\"serial-number\":\"a\\nb\""), "voucher-serial"},
	    {REQUEST(NONCE ",\"serial-number\":\"01234567890123456789012345"
			   "678901234567890123456789012345678901234\""),
		"voucher-serial"},
	    {REQUEST(NONCE "," SERIAL ",\"created-on\":1483228800"),
		"voucher-created-on"},
	    {REQUEST(NONCE "," SERIAL ",\"created-on\":\"yesterday\""),
		"voucher-created-on"},
	    {REQUEST(
		 NONCE "," SERIAL ",\"created-on\":\"1950-01-01T00:00:00Z\""),
		"voucher-created-on"},
	};
	struct voucher_request r;
	struct err e;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		e.slug = "";
		assert_int_equal(parse(cases[i].text, &r, &e), RC_INVALID);
		assert_string_equal(e.slug, cases[i].slug);
		assert_int_equal(r.nonce_n, 0);
		assert_string_equal(r.serial_number, "");
	}
}

static void a_request_over_the_limit_is_refused(void **state)
{
	struct voucher_request r;
	struct buf big;

	buf_init(&big, VOUCHER_JSON_MAX * 2);
	buf_add_str(&big, REQUEST(NONCE "," SERIAL));
	while (big.n <= VOUCHER_JSON_MAX)
		buf_add_u8(&big, ' ');
	assert_int_equal(voucher_request_parse(&r, buf_span(&big), NULL),
	    RC_INVALID);
	assert_int_equal(voucher_request_parse(&r,
			     span_of(big.p, VOUCHER_JSON_MAX), NULL),
	    RC_OK);
	buf_clear(&big);
}

static void a_request_survives_building_and_parsing(void **state)
{
	struct voucher_request r = {.serial_number = "a \"b\" \\ \xc3\xbc",
	    .nonce_n = VOUCHER_NONCE_MAX,
	    .created_on = 1700000000};
	struct voucher_request back;
	struct buf json;

	memset(r.nonce, 0xfe, sizeof(r.nonce));
	buf_init(&json, VOUCHER_JSON_MAX);
	voucher_request_build(&r, &json);
	assert_int_equal(voucher_request_parse(&back, buf_span(&json), NULL),
	    RC_OK);
	assert_string_equal(back.serial_number, r.serial_number);
	assert_int_equal(back.nonce_n, r.nonce_n);
	assert_memory_equal(back.nonce, r.nonce, r.nonce_n);
	assert_int_equal(back.created_on, r.created_on);
	buf_reset(&json);
	r.created_on = 0;
	voucher_request_build(&r, &json);
	assert_null(strstr(buf_cstr(&json), "created-on"));
	buf_clear(&json);
}

static void a_voucher_has_the_members_of_the_rfc(void **state)
{
	struct voucher v = {.serial_number = "D1",
	    .nonce = SPAN_LIT("12345678"),
	    .created_on = 1700000000,
	    .idevid_issuer = SPAN_LIT("\x30\x01"),
	    .pinned_domain_cert = SPAN_LIT("\x30\x02"),
	    .est_domain = "https://est.example:8444",
	    .configuration = "https://est.example/c"};
	struct buf json;

	buf_init(&json, VOUCHER_JSON_MAX);
	voucher_build(&v, &json);
	assert_string_equal(buf_cstr(&json),
	    "{\"ietf-voucher:voucher\":{"
	    "\"created-on\":\"2023-11-14T22:13:20Z\","
	    "\"assertion\":\"verified\",\"serial-number\":\"D1\","
	    "\"idevid-issuer\":\"MAE=\",\"nonce\":\"MTIzNDU2Nzg=\","
	    "\"pinned-domain-cert\":\"MAI=\","
	    "\"est-domain\":\"https://est.example:8444\","
	    "\"additional-configuration-url\":\"https://est.example/c\"}}");
	buf_reset(&json);
	v.idevid_issuer = SPAN_NONE;
	v.configuration = NULL;
	voucher_build(&v, &json);
	assert_string_equal(buf_cstr(&json),
	    "{\"ietf-voucher:voucher\":{"
	    "\"created-on\":\"2023-11-14T22:13:20Z\","
	    "\"assertion\":\"verified\",\"serial-number\":\"D1\","
	    "\"nonce\":\"MTIzNDU2Nzg=\",\"pinned-domain-cert\":\"MAI=\","
	    "\"est-domain\":\"https://est.example:8444\"}}");
	buf_clear(&json);
}

static void status_reports_are_read(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		const char *reason, *context;
	} cases[] = {
	    {"{\"version\":1,\"status\":true}", true, "", ""},
	    {"{\"version\":1,\"status\":false,\"reason\":\"clock\\n\\u0085!\","
	     "\"reason-context\":{ \"a\" : [1] }}",
		false, "clock   !", "{\"a\":[1]}"},
	    {"{\"version\":1,\"status\":true,\"reason-context\":{},"
	     "\"other\":1}",
		true, "", "{}"},
	};
	struct voucher_status s;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		assert_int_equal(voucher_status_parse(&s,
				     span_str(cases[i].text), NULL),
		    RC_OK);
		assert_int_equal(s.ok, cases[i].ok);
		assert_string_equal(s.reason, cases[i].reason);
		assert_string_equal(s.context, cases[i].context);
	}
}

static void status_reports_of_another_form_are_refused(void **state)
{
	static const char *const cases[] = {
	    "",
	    "1",
	    "[]",
	    "{}",
	    "{\"status\":true}",
	    "{\"version\":2,\"status\":true}",
	    "{\"version\":\"1\",\"status\":true}",
	    "{\"version\":1,\"status\":\"true\"}",
	    "{\"version\":1,\"status\":1}",
	    "{\"version\":1,\"status\":true,\"status\":true}",
	    "{\"version\":1,\"status\":true,\"reason\":1}",
	    "{\"version\":1,\"status\":true,\"reason-context\":\"a\"}",
	    "{\"version\":1,\"status\":true}x",
	};
	struct voucher_status s;
	size_t i;

	for (i = 0; i < COUNT(cases); i++)
		assert_int_equal(voucher_status_parse(&s, span_str(cases[i]),
				     NULL),
		    RC_INVALID);
}

static void long_words_of_a_report_are_cut(void **state)
{
	struct voucher_status s;
	struct buf json;
	int i;

	buf_init(&json, VOUCHER_JSON_MAX);
	buf_add_str(&json, "{\"version\":1,\"status\":false,\"reason\":\"a");
	for (i = 0; i < 200; i++)
		buf_add_str(&json, "\xc3\xbc");
	buf_add_str(&json, "\",\"reason-context\":{\"a\":\"");
	for (i = 0; i < 1100; i++)
		buf_add_str(&json, "x");
	buf_add_str(&json, "\"}}");
	assert_int_equal(voucher_status_parse(&s, buf_span(&json), NULL),
	    RC_OK);
	assert_int_equal(strlen(s.reason), 255); /* whole characters */
	assert_string_equal(s.context, "");
	buf_clear(&json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(requests_are_read),
	    cmocka_unit_test(requests_not_to_the_letter_are_refused),
	    cmocka_unit_test(a_request_over_the_limit_is_refused),
	    cmocka_unit_test(a_request_survives_building_and_parsing),
	    cmocka_unit_test(a_voucher_has_the_members_of_the_rfc),
	    cmocka_unit_test(status_reports_are_read),
	    cmocka_unit_test(status_reports_of_another_form_are_refused),
	    cmocka_unit_test(long_words_of_a_report_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
