/* The JSON writer: escapes, commas, and misuse that must be noticed.
 * Must not read JSON. */
#include "base/json.h"
#include "tests/unit/check.h"

static struct buf out;
static struct json w;

static int setup(void **state)
{
	buf_init(&out, 4096);
	json_init(&w, &out);
	return 0;
}

static int teardown(void **state)
{
	buf_clear(&out);
	return 0;
}

static void json_puts_commas_where_they_belong(void **state)
{
	json_obj(&w);
	json_put_u64(&w, "a", 1);
	json_key(&w, "b");
	json_arr(&w);
	json_i64(&w, -1);
	json_bool(&w, true);
	json_nil(&w);
	json_obj(&w);
	json_end(&w);
	json_raw(&w, SPAN_LIT("[]"));
	json_end(&w);
	json_put_hex(&w, "c", SPAN_LIT("\x01\xfe"));
	json_put_bool(&w, "d", false);
	json_put_str(&w, "e", NULL);
	json_put_time(&w, "f", 0);
	json_put_time(&w, "g", 1);
	json_put_span(&w, "h", SPAN_NONE);
	json_put_str_or_null(&w, "i", "");
	json_put_str_or_null(&w, "j", "k");
	json_end(&w);
	assert_string_equal(buf_cstr(&out),
	    "{\"a\":1,\"b\":[-1,true,null,{},[]],\"c\":\"01fe\",\"d\":false,"
	    "\"e\":null,\"f\":null,\"g\":\"1970-01-01T00:00:01Z\",\"h\":\"\","
	    "\"i\":null,\"j\":\"k\"}");
}

static void json_escapes_and_repairs(void **state)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
	    {"\"\\\b\f\n\r\t/", "\"\\\"\\\\\\b\\f\\n\\r\\t/\""},
	    {"\x01\x1f\x7f", "\"\\u0001\\u001f\\u007f\""},
	    {"\xc3\xa4\xe2\x82\xac\xf0\x9f\x92\xa1",
		"\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x92\xa1\""},
	    {"a\x80z", "\"a\xef\xbf\xbdz\""},
	    {"\xc3", "\"\xef\xbf\xbd\""},
	    {"\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
	    {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
	    {"\xf4\x90\x80\x80",
		"\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
	    {"\xe2\x82", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
	};
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		buf_reset(&out);
		json_str(&w, rows[i].in);
		assert_string_equal(buf_cstr(&out), rows[i].want);
	}
	buf_reset(&out);
	json_span(&w, SPAN_LIT("a\0b"));
	assert_string_equal(buf_cstr(&out), "\"a\\u0000b\"");
}

static void json_notices_a_value_without_key(void **state)
{
	json_obj(&w);
	json_u64(&w, 1);
	assert_false(buf_ok(&out));
}

static void json_notices_a_key_in_an_array(void **state)
{
	json_arr(&w);
	json_key(&w, "a");
	assert_false(buf_ok(&out));
}

static void json_notices_a_key_without_value(void **state)
{
	json_obj(&w);
	json_key(&w, "a");
	json_end(&w);
	assert_false(buf_ok(&out));
}

static void json_notices_an_end_too_many(void **state)
{
	json_arr(&w);
	json_end(&w);
	assert_true(buf_ok(&out));
	json_end(&w);
	assert_false(buf_ok(&out));
}

static void json_refuses_to_nest_without_limit(void **state)
{
	int i;

	for (i = 0; i < JSON_DEPTH_MAX; i++)
		json_arr(&w);
	assert_true(buf_ok(&out));
	json_arr(&w);
	assert_false(buf_ok(&out));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	static const struct CMUnitTest tests[] = {
	    T(json_puts_commas_where_they_belong),
	    T(json_escapes_and_repairs),
	    T(json_notices_a_value_without_key),
	    T(json_notices_a_key_in_an_array),
	    T(json_notices_a_key_without_value),
	    T(json_notices_an_end_too_many),
	    T(json_refuses_to_nest_without_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
