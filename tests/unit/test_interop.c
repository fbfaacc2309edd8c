/* What is asked of interop receivers, and their answers: the good, the odd and
 * the hostile.  Must not use a network. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/interop_answer.h"
#include "tests/unit/talk_case.h"

static const struct connector_device devices[] = {
    {.seq = 1, .ref = "aa"},
    {.seq = 2, .ref = "bb"},
};

#define A_OK "{\"ref\":\"aa\",\"status\":\"SUCCESS\"}"
#define B_OK "{\"ref\":\"bb\",\"status\":\"SUCCESS\"}"
#define B_BAD "{\"ref\":\"bb\",\"status\":\"ERROR\",\"message\":\"no\"}"

static enum rc parse(struct span body, struct connector_outcome *out)
{
	struct err e = {0};
	enum rc rc = interop_answer_provision(body, devices, 2, out, &e);

	if (rc != RC_OK) {
		assert_int_equal(rc, RC_INVALID);
		assert_string_equal(e.slug, "cloud-answer");
	}
	return rc;
}

static void an_answer_counts_in_any_order(void **state)
{
	struct connector_outcome out[2];

	assert_int_equal(parse(SPAN_LIT("[" B_BAD "," A_OK "]"), out), RC_OK);
	assert_int_equal(out[0].result, CONNECTOR_CREATED);
	assert_int_equal(out[1].result, CONNECTOR_REFUSED);
	assert_string_equal(out[1].message, "no");
	assert_int_equal(
	    parse(SPAN_LIT(
		      " [ {\"ref\":\"aa\",\"status\":\"SUCCESS\","
		      "\"endpoint\":\"e\",\"topic\":\"t\","
		      "\"policyApplied\":[\"p\"],\"more\":null} ," B_OK "]\n"),
		out),
	    RC_OK);
	assert_int_equal(out[0].result, CONNECTOR_CREATED);
	assert_int_equal(out[1].result, CONNECTOR_CREATED);
}

static void an_answer_that_makes_no_sense_is_refused(void **state)
{
	static const char *const bad[] = {
	    "",
	    " ",
	    "null",
	    "true",
	    "\"SUCCESS\"",
	    "{}",
	    "[]",
	    "[[],[]]",
	    "[null,null]",
	    "[" A_OK "]",
	    "[" A_OK "," B_OK,
	    "[" A_OK "," B_OK "]]",
	    "[" A_OK "," B_OK "] x",
	    "[" A_OK "," B_OK "," B_OK "]",
	    "[" A_OK "," A_OK "]",
	    "[" A_OK ",{\"ref\":\"cc\",\"status\":\"SUCCESS\"}]",
	    "[" A_OK ",{\"ref\":\"BB\",\"status\":\"SUCCESS\"}]",
	    "[" A_OK ",{\"ref\":\"b\",\"status\":\"SUCCESS\"}]",
	    "[" A_OK ",{\"ref\":\"\",\"status\":\"SUCCESS\"}]",
	    "[" A_OK ",{\"ref\":2,\"status\":\"SUCCESS\"}]",
	    "[" A_OK ",{\"status\":\"SUCCESS\"}]",
	    "[" A_OK ",{\"ref\":\"bb\"}]",
	    "[" A_OK ",{\"ref\":\"bb\",\"status\":true}]",
	    "[" A_OK ",{\"ref\":\"bb\",\"status\":\"success\"}]",
	    "[" A_OK ",{\"ref\":\"bb\",\"status\":\"SUCCESSFUL\"}]",
	    "[" A_OK ",{\"ref\":\"bb\",\"status\":\"PENDING\"}]",
	    "[" A_OK ",{\"ref\":\"bb\",\"status\":\"ERROR\",\"message\":1}]",
	    "[" A_OK ",{\"ref\":\"bb\",\"status\":\"ERROR\","
	    "\"status\":\"SUCCESS\"}]",
	    "[" A_OK ",{\"ref\":\"bb\\u0000\",\"status\":\"SUCCESS\"}]",
	    "[" A_OK ",{\"ref\":\"bb\",\"status\":\"ERROR\","
	    "\"message\":\"\xff\"}]",
	    "{\"0\":" A_OK ",\"1\":" B_OK "}",
	    "<html>502</html>",
	};
	struct connector_outcome out[2];
	size_t i;

	for (i = 0; i < COUNT(bad); i++)
		if (parse(span_str(bad[i]), out) == RC_OK)
			fail_msg("accepted %s", bad[i]);
}

static void a_deep_or_huge_answer_is_refused(void **state)
{
	struct connector_outcome out[2];
	struct buf b;
	int i;

	buf_init(&b, INTEROP_ANSWER_MAX + 16);
	for (i = 0; i < 100000; i++)
		buf_add_u8(&b, '[');
	assert_int_equal(parse(buf_span(&b), out), RC_INVALID);
	buf_reset(&b);
	buf_add_str(&b, "[" A_OK "," B_OK "]");
	while (b.n <= INTEROP_ANSWER_MAX)
		buf_add_u8(&b, ' ');
	assert_int_equal(parse(buf_span(&b), out), RC_INVALID);
	buf_clear(&b);
}

static void a_message_is_cleaned_and_cut(void **state)
{
	struct connector_outcome out[2];
	struct buf b;
	int i;

	buf_init(&b, 8192);
	buf_add_str(&b,
	    "[" A_OK ",{\"ref\":\"bb\",\"status\":\"ERROR\","
	    "\"message\":\"a\\u001b[31m\\r\\n");
	for (i = 0; i < 500; i++)
		buf_add_str(&b, "\xc3\xa4");
	buf_add_str(&b, "\"}]");
	assert_int_equal(parse(buf_span(&b), out), RC_OK);
	assert_memory_equal(out[1].message, "a [31m  \xc3\xa4", 10);
	assert_true(strlen(out[1].message) < sizeof(out[1].message));
	/* Cut between two characters, not inside one. */
	assert_int_equal(strlen(out[1].message) % 2, 0);
	buf_clear(&b);
}

static void an_error_without_a_message_is_still_one(void **state)
{
	struct connector_outcome out[2];

	assert_int_equal(parse(SPAN_LIT(
				   "[" A_OK
				   ",{\"ref\":\"bb\",\"status\":\"ERROR\"}]"),
			     out),
	    RC_OK);
	assert_int_equal(out[1].result, CONNECTOR_REFUSED);
	assert_true(out[1].message[0] != '\0');
}

static void info_needs_version_one(void **state)
{
	static const struct {
		const char *body;
		enum rc rc;
	} cases[] = {
	    {"{\"action\":\"info\",\"compatibilityVersion\":1}", RC_OK},
	    {"{\"action\":\"info\",\"compatibilityVersion\":2}", RC_INVALID},
	    {"{\"action\":\"info\",\"compatibilityVersion\":\"1\"}",
		RC_INVALID},
	    {"{\"action\":\"info\",\"compatibilityVersion\":1.0}", RC_INVALID},
	    {"{\"action\":\"status\",\"compatibilityVersion\":1}", RC_INVALID},
	    {"{\"action\":\"info\"}", RC_INVALID},
	    {"[]", RC_INVALID},
	    {"", RC_INVALID},
	    {"Not yet implemented.", RC_INVALID},
	};
	struct err e;
	size_t i;

	for (i = 0; i < COUNT(cases); i++)
		assert_int_equal(interop_answer_info(span_str(cases[i].body),
				     &e),
		    cases[i].rc);
}

static void an_error_body_is_read_or_left(void **state)
{
	char out[CONNECTOR_TEXT_SIZE];

	interop_answer_error(SPAN_LIT("{\"error\":\"bad \\u0007body\"}"), out);
	assert_string_equal(out, "bad  body");
	interop_answer_error(SPAN_LIT("{\"error\":[]}"), out);
	assert_string_equal(out, "");
	interop_answer_error(SPAN_LIT("oops"), out);
	assert_string_equal(out, "");
}

#define BY_TOKEN "{\"url\":\"https://a.test/prod\",\"audience\":\"1234\"}"
#define BY_PASSWORD "{\"url\":\"https://a.test\"}"
#define USER "{\"username\":\"user\",\"password\":\"pass\"}"

static void certificates_are_sent_as_base64_of_pem(void **state)
{
	struct talk_case c;

	talk_case_open(&c, "interop", BY_TOKEN, "{}");
	talk_case_device(&c, 0, CONNECTOR_ADMIT);
	talk_case_begin(&c, CONNECTOR_SYNC, 1);
	assert_int_equal(talk_case_ask(&c), RC_OK);
	assert_string_equal(c.request.method, "POST");
	assert_string_equal(c.request.content_type, "application/json");
	assert_string_equal(buf_cstr(&c.request.url),
	    "https://a.test/prod/interop");
	assert_string_equal(buf_cstr(&c.request.headers),
	    "Authorization: Bearer TOKEN\n");
	assert_string_equal(c.audience, "1234");
	assert_string_equal(buf_cstr(&c.request.body),
	    "{\"action\":\"provision\",\"certs\":[{\"ref\":\""
	    "000000000000000000000000000000000000000000000000000000000000000a"
	    "\",\"cert\":\"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCmJtOTBJR0VnW"
	    "TJWeWRHbG1hV05oZEdVPQotLS0tLUVORCBDRVJUSUZJQ0FURS0tLS0tCg==\"}]"
	    "}");
	assert_int_equal(talk_case_take(&c, 200, "",
			     "[{\"ref\":\"00000000000000000000000000000000"
			     "0000000000000000000000000000000a\","
			     "\"status\":\"SUCCESS\"}]"),
	    RC_OK);
	assert_true(c.talk.over);
	assert_int_equal(c.out[0].result, CONNECTOR_CREATED);
	talk_case_close(&c);
}

static void a_password_is_sent_where_there_is_no_audience(void **state)
{
	struct talk_case c;

	talk_case_open(&c, "interop", BY_PASSWORD, USER);
	talk_case_device(&c, 0, CONNECTOR_ADMIT);
	talk_case_begin(&c, CONNECTOR_SYNC, 1);
	assert_int_equal(talk_case_ask(&c), RC_OK);
	assert_string_equal(buf_cstr(&c.request.headers),
	    "Authorization: Basic dXNlcjpwYXNz\n");
	talk_case_close(&c);
	talk_case_open(&c, "interop", BY_PASSWORD, "{}");
	talk_case_device(&c, 0, CONNECTOR_ADMIT);
	talk_case_begin(&c, CONNECTOR_SYNC, 1);
	assert_int_equal(talk_case_ask(&c), RC_UNAUTHENTICATED);
	talk_case_close(&c);
}

/* The protocol can only admit: the rest is said to the user. */
static void what_may_not_in_is_not_sent(void **state)
{
	struct talk_case c;

	talk_case_open(&c, "interop", BY_TOKEN, "{}");
	talk_case_device(&c, 0, CONNECTOR_SUSPEND);
	talk_case_device(&c, 1, CONNECTOR_ADMIT);
	talk_case_device(&c, 2, CONNECTOR_REMOVE);
	talk_case_begin(&c, CONNECTOR_SYNC, 3);
	assert_int_equal(talk_case_ask(&c), RC_OK);
	assert_true(talk_case_has(&c.request.body, c.devices[1].ref));
	assert_false(talk_case_has(&c.request.body, c.devices[0].ref));
	assert_false(talk_case_has(&c.request.body, c.devices[2].ref));
	assert_int_equal(talk_case_take(&c, 200, "",
			     "[{\"ref\":\"00000000000000000000000000000000"
			     "0000000000000000000000000000000b\","
			     "\"status\":\"SUCCESS\"}]"),
	    RC_OK);
	assert_int_equal(c.out[0].result, CONNECTOR_REFUSED);
	assert_int_equal(c.out[1].result, CONNECTOR_CREATED);
	assert_int_equal(c.out[2].result, CONNECTOR_REFUSED);
	assert_true(c.out[2].message[0] != '\0');
	talk_case_begin(&c, CONNECTOR_SYNC, 1);
	assert_int_equal(talk_case_ask(&c), RC_OK);
	assert_true(c.talk.over);
	talk_case_close(&c);
}

static void a_status_says_what_to_do(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum rc rc;
	} cases[] = {
	    {200, "", RC_INVALID},
	    {201, "[]", RC_AGAIN},
	    {302, "", RC_AGAIN},
	    {400, "{\"error\":\"Invalid body\"}", RC_TOO_LARGE},
	    {413, "", RC_TOO_LARGE},
	    {422, "", RC_TOO_LARGE},
	    {401, "", RC_UNAUTHENTICATED},
	    {403, "", RC_UNAUTHENTICATED},
	    {429, "", RC_LIMIT},
	    {500, "", RC_AGAIN},
	    {503, "", RC_AGAIN},
	};
	struct talk_case c;
	size_t i;

	talk_case_open(&c, "interop", BY_TOKEN, "{}");
	talk_case_device(&c, 0, CONNECTOR_ADMIT);
	for (i = 0; i < COUNT(cases); i++) {
		talk_case_begin(&c, CONNECTOR_SYNC, 1);
		assert_int_equal(talk_case_answer(&c, cases[i].status,
				     cases[i].body),
		    cases[i].rc);
		assert_false(c.talk.over);
		assert_int_equal(c.talk.step, 0);
		assert_true(c.e.text[0] != '\0');
	}
	talk_case_begin(&c, CONNECTOR_SYNC, 1);
	assert_int_equal(talk_case_ask(&c), RC_OK);
	assert_int_equal(talk_case_take(&c, 429,
			     "date:x\r\nretry-after: 17\r\n", ""),
	    RC_LIMIT);
	assert_int_equal(c.e.retry_after_s, 17);
	talk_case_close(&c);
}

static void a_test_asks_for_info_and_auth(void **state)
{
	struct talk_case c;

	talk_case_open(&c, "interop", BY_TOKEN, "{}");
	talk_case_begin(&c, CONNECTOR_TEST, 0);
	assert_int_equal(talk_case_ask(&c), RC_OK);
	assert_string_equal(c.talk.check, "info");
	assert_string_equal(buf_cstr(&c.request.body), "{\"action\":\"info\"}");
	assert_int_equal(talk_case_take(&c, 200, "",
			     "{\"action\":\"info\","
			     "\"compatibilityVersion\":1}"),
	    RC_OK);
	assert_false(c.talk.over);
	assert_int_equal(talk_case_ask(&c), RC_OK);
	assert_string_equal(c.talk.check, "auth");
	assert_string_equal(c.request.method, "GET");
	assert_string_equal(buf_cstr(&c.request.url),
	    "https://a.test/prod/auth");
	assert_int_equal(c.request.body.n, 0);
	assert_int_equal(talk_case_take(&c, 200, "", ""), RC_OK);
	assert_true(c.talk.over);
	json_end(&c.checks_json);
	assert_string_equal(buf_cstr(&c.checks),
	    "{\"info\":{\"ok\":true,\"detail\":\"The cloud speaks version 1."
	    "\"},\"auth\":{\"ok\":true,\"detail\":\"The cloud accepts the "
	    "credentials.\"}}");
	/* As the courier goes on after a fault. */
	talk_case_begin(&c, CONNECTOR_TEST, 0);
	assert_int_equal(talk_case_answer(&c, 401, ""), RC_UNAUTHENTICATED);
	c.talk.step++;
	assert_int_equal(talk_case_answer(&c, 500, ""), RC_AGAIN);
	c.talk.step++;
	assert_int_equal(talk_case_ask(&c), RC_OK);
	assert_true(c.talk.over);
	talk_case_close(&c);
}

static void settings_have_to_fit_together(void **state)
{
	static const struct {
		const char *settings, *credentials;
		enum rc rc;
	} cases[] = {
	    {BY_TOKEN, "{}", RC_OK},
	    {BY_PASSWORD, USER, RC_OK},
	    {BY_PASSWORD, "{}", RC_INVALID},
	    {"{\"url\":\"http://a.test\",\"audience\":\"1\"}", "{}",
		RC_INVALID},
	    {"{\"audience\":\"1\"}", "{}", RC_INVALID},
	};
	const struct cloud_rules *rules = &connector_find("interop")->rules;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		json_t *s = json_loads(cases[i].settings, 0, NULL);
		json_t *k = json_loads(cases[i].credentials, 0, NULL);
		struct err e;

		assert_int_equal(rules->check(s, k, &e), cases[i].rc);
		json_decref(s);
		json_decref(k);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_answer_counts_in_any_order),
	    cmocka_unit_test(an_answer_that_makes_no_sense_is_refused),
	    cmocka_unit_test(a_deep_or_huge_answer_is_refused),
	    cmocka_unit_test(a_message_is_cleaned_and_cut),
	    cmocka_unit_test(an_error_without_a_message_is_still_one),
	    cmocka_unit_test(info_needs_version_one),
	    cmocka_unit_test(an_error_body_is_read_or_left),
	    cmocka_unit_test(certificates_are_sent_as_base64_of_pem),
	    cmocka_unit_test(a_password_is_sent_where_there_is_no_audience),
	    cmocka_unit_test(what_may_not_in_is_not_sent),
	    cmocka_unit_test(a_status_says_what_to_do),
	    cmocka_unit_test(a_test_asks_for_info_and_auth),
	    cmocka_unit_test(settings_have_to_fit_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
