/* Fields of the exported audit log in CSV.
 * Must not need a store. */
#include <string.h>

#include "api/api_audit_export.h"
#include "tests/unit/check.h"

static void fields_are_quoted_and_no_formulas(void **state)
{
	static const struct {
		const char *in, *out;
	} table[] = {
	    {"", ""},
	    {"plain", "plain"},
	    {"a b", "a b"},
	    {"a,b", "\"a,b\""},
	    {"say \"hi\"", "\"say \"\"hi\"\"\""},
	    {"two\nlines", "\"two\nlines\""},
	    {"=1+1", "'=1+1"},
	    {"+49", "'+49"},
	    {"-1", "'-1"},
	    {"@sum(A1)", "'@sum(A1)"},
	    {"\t=1", "'\t=1"},
	    {"=a,\"b\"", "\"'=a,\"\"b\"\"\""},
	    {"a=b", "a=b"},
	    {"'=1", "'=1"},
	};
	struct buf out;
	size_t i;

	for (i = 0; i < COUNT(table); i++) {
		buf_init(&out, 100);
		api_audit_export_field(&out, table[i].in);
		assert_string_equal(buf_cstr(&out), table[i].out);
		buf_clear(&out);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fields_are_quoted_and_no_formulas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
