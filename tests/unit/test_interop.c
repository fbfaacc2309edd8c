/* The answers of interop receivers: the good, the odd and the hostile.
 * Must not use a network. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/interop_answer.h"
#include "tests/unit/check.h"

static const struct cloud_kind_device devices[] = {
    {.seq = 1, .ref = "aa"},
    {.seq = 2, .ref = "bb"},
};

#define A_OK "{\"ref\":\"aa\",\"status\":\"SUCCESS\"}"
#define B_OK "{\"ref\":\"bb\",\"status\":\"SUCCESS\"}"
#define B_BAD "{\"ref\":\"bb\",\"status\":\"ERROR\",\"message\":\"no\"}"

static enum rc parse(struct span body, struct cloud_kind_outcome *out)
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
	struct cloud_kind_outcome out[2];

	assert_int_equal(parse(SPAN_LIT("[" B_BAD "," A_OK "]"), out), RC_OK);
	assert_true(out[0].ok);
	assert_false(out[1].ok);
	assert_string_equal(out[1].message, "no");
	assert_int_equal(
	    parse(SPAN_LIT(
		      " [ {\"ref\":\"aa\",\"status\":\"SUCCESS\","
		      "\"endpoint\":\"e\",\"topic\":\"t\","
		      "\"policyApplied\":[\"p\"],\"more\":null} ," B_OK "]\n"),
		out),
	    RC_OK);
	assert_true(out[0].ok && out[1].ok);
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
	struct cloud_kind_outcome out[2];
	size_t i;

	for (i = 0; i < COUNT(bad); i++)
		if (parse(span_str(bad[i]), out) == RC_OK)
			fail_msg("accepted %s", bad[i]);
}

static void a_deep_or_huge_answer_is_refused(void **state)
{
	struct cloud_kind_outcome out[2];
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
	struct cloud_kind_outcome out[2];
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
	struct cloud_kind_outcome out[2];

	assert_int_equal(parse(SPAN_LIT(
				   "[" A_OK
				   ",{\"ref\":\"bb\",\"status\":\"ERROR\"}]"),
			     out),
	    RC_OK);
	assert_false(out[1].ok);
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
	char out[8];

	interop_answer_error(SPAN_LIT("{\"error\":\"bad \\u0007body\"}"), out,
	    sizeof(out));
	assert_string_equal(out, "bad  bo");
	interop_answer_error(SPAN_LIT("{\"error\":[]}"), out, sizeof(out));
	assert_string_equal(out, "");
	interop_answer_error(SPAN_LIT("oops"), out, sizeof(out));
	assert_string_equal(out, "");
}

static void every_connector_is_found_by_its_type(void **state)
{
	assert_ptr_equal(cloud_kind_find("interop"), &interop);
	assert_ptr_equal(cloud_kind_find("gate"), &gate_kind);
	assert_null(cloud_kind_find("inter"));
	assert_null(cloud_kind_find(""));
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
	    cmocka_unit_test(every_connector_is_found_by_its_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
