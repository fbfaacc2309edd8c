/* Encodings: known answers, and every text that must be refused.
 * Must not accept two texts for the same bytes. */
#include <string.h>

#include "base/enc.h"
#include "tests/unit/check.h"

/* RFC 4648, section 10. */
static const struct {
	const char *bytes, *base64, *base64url;
} vectors[] = {
    {"", "", ""},
    {"f", "Zg==", "Zg"},
    {"fo", "Zm8=", "Zm8"},
    {"foo", "Zm9v", "Zm9v"},
    {"foob", "Zm9vYg==", "Zm9vYg"},
    {"fooba", "Zm9vYmE=", "Zm9vYmE"},
    {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
    {"\xfb\xff\xfe", "+//+", "-__-"},
};

static void enc_base64_gives_the_known_answers(void **state)
{
	struct buf b;
	size_t i;

	buf_init(&b, 100);
	for (i = 0; i < COUNT(vectors); i++) {
		struct span bytes = span_str(vectors[i].bytes);

		buf_reset(&b);
		enc_base64(&b, bytes);
		assert_string_equal(buf_cstr(&b), vectors[i].base64);
		buf_reset(&b);
		enc_base64url(&b, bytes);
		assert_string_equal(buf_cstr(&b), vectors[i].base64url);
		buf_reset(&b);
		assert_true(
		    enc_unbase64(&b, span_str(vectors[i].base64), false));
		assert_true(span_eq(buf_span(&b), bytes));
		buf_reset(&b);
		assert_true(
		    enc_unbase64url(&b, span_str(vectors[i].base64url)));
		assert_true(span_eq(buf_span(&b), bytes));
	}
	buf_clear(&b);
}

/* RFC 4648, section 10. */
static void enc_base32_gives_the_known_answers(void **state)
{
	static const char *const cases[][2] = {{"", ""}, {"f", "MY"},
	    {"fo", "MZXQ"}, {"foo", "MZXW6"}, {"foob", "MZXW6YQ"},
	    {"fooba", "MZXW6YTB"}, {"foobar", "MZXW6YTBOI"}};
	struct buf b;
	size_t i;

	buf_init(&b, 64);
	for (i = 0; i < COUNT(cases); i++) {
		enc_base32(&b, span_str(cases[i][0]));
		assert_string_equal(buf_cstr(&b), cases[i][1]);
		buf_reset(&b);
	}
	buf_clear(&b);
}

static void enc_unbase64_is_strict_and_all_or_nothing(void **state)
{
	static const char *const bad[] = {"Z", "Zg",
	    "Zg=", "Zg===", "Zg==Zg==", "Zh==", "Zm9=", "Zm9v\n", "Zm 9v", "=",
	    "====", "Zm9vZg=", "Zm-v", "Zm9v=", "Z===", "Zg==x", "Zm9\xc3"};
	struct buf b;
	size_t i;

	buf_init(&b, 100);
	buf_add_str(&b, "kept");
	for (i = 0; i < COUNT(bad); i++) {
		assert_false(enc_unbase64(&b, span_str(bad[i]), false));
		assert_string_equal(buf_cstr(&b), "kept");
	}
	assert_false(enc_unbase64(&b, SPAN_LIT("Zm\0v"), false));
	assert_true(enc_unbase64(&b, SPAN_LIT(" Z m\r\n9\tv\n"), true));
	assert_string_equal(buf_cstr(&b), "keptfoo");
	assert_false(enc_unbase64(&b, SPAN_LIT("Zm9v\v"), true));
	buf_clear(&b);
}

static void enc_unbase64url_refuses_padding_and_foreign_digits(void **state)
{
	static const char *const bad[] = {"Zg==", "Zm8=", "+w", "/w", "Z", "Zh",
	    "Zm9", "Zm9v ", "Zm9vZ"};
	struct buf b;
	size_t i;

	buf_init(&b, 100);
	for (i = 0; i < COUNT(bad); i++)
		assert_false(enc_unbase64url(&b, span_str(bad[i])));
	assert_int_equal(b.n, 0);
	assert_true(buf_ok(&b));
	buf_clear(&b);
}

static void enc_unbase64_respects_the_limit(void **state)
{
	struct buf b;

	buf_init(&b, 3);
	assert_true(enc_unbase64(&b, SPAN_LIT("Zm9v"), false));
	assert_false(enc_unbase64(&b, SPAN_LIT("Zg=="), false));
	buf_clear(&b);
}

static void enc_unhex_refuses_odd_foreign_and_long_text(void **state)
{
	static const char *const bad[] = {"0", "0g", "g0", "0x", " 0",
	    "0001020304", "00:1"};
	uint8_t out[4];
	size_t i, n = 9;

	for (i = 0; i < COUNT(bad); i++)
		assert_false(enc_unhex(span_str(bad[i]), out, &n, sizeof(out)));
	assert_int_equal(n, 9);
	assert_true(enc_unhex(SPAN_LIT("00fFAb"), out, &n, sizeof(out)));
	assert_int_equal(n, 3);
	assert_memory_equal(out, "\x00\xff\xab", 3);
	assert_true(enc_unhex(SPAN_NONE, out, &n, sizeof(out)));
	assert_int_equal(n, 0);
}

static void enc_hex_writes_lower_case(void **state)
{
	char text[7];
	struct buf b;

	enc_hex_str(text, SPAN_LIT("\x00\xff\xab"));
	assert_string_equal(text, "00ffab");
	buf_init(&b, 6);
	enc_hex(&b, SPAN_LIT("\x00\xff\xab"));
	assert_string_equal(buf_cstr(&b), "00ffab");
	enc_hex(&b, SPAN_LIT("a"));
	assert_false(buf_ok(&b));
	buf_clear(&b);
}

static void enc_pem_comes_back(void **state)
{
	uint8_t der[100];
	struct buf b, back;
	struct span in;
	size_t n;

	memset(der, 0x5a, sizeof(der));
	buf_init(&b, 4096);
	buf_init(&back, 4096);
	for (n = 1; n <= sizeof(der); n++) {
		buf_reset(&b);
		buf_reset(&back);
		buf_add_str(&b, "a comment\n");
		enc_pem(&b, "OTHER", SPAN_LIT("x"));
		enc_pem(&b, "CERTIFICATE", span_of(der, n));
		in = buf_span(&b);
		assert_true(enc_unpem(&back, "CERTIFICATE", &in));
		assert_true(span_eq(buf_span(&back), span_of(der, n)));
		assert_int_equal(in.n, 0);
		assert_false(enc_unpem(&back, "CERTIFICATE", &in));
	}
	buf_clear(&b);
	buf_clear(&back);
}

static void enc_unpem_refuses_broken_armour(void **state)
{
	static const char *const bad[] = {
	    "",
	    "-----BEGIN A-----\n",
	    "-----BEGIN A-----\nZg==\n",
	    "-----BEGIN A-----\nZg==\n-----END B-----\n",
	    "-----BEGIN A-----\nZg\n-----END A-----\n",
	    "-----BEGIN A-----\n-----END A-----\n",
	    "-----BEGIN A-----\nX: y\n\nZg==\n-----END A-----\n",
	    "-----BEGIN A----\nZg==\n-----END A-----\n",
	    "x-----BEGIN A-----\nZg==\n-----END A-----\n",
	    "-----BEGIN AB-----\nZg==\n-----END AB-----\n",
	};
	struct buf b;
	size_t i;

	buf_init(&b, 100);
	for (i = 0; i < COUNT(bad); i++) {
		struct span in = span_str(bad[i]), was = in;

		assert_false(enc_unpem(&b, "A", &in));
		assert_true(in.p == was.p && in.n == was.n);
		assert_int_equal(b.n, 0);
	}
	buf_clear(&b);
}

static void enc_unpem_takes_crlf_and_any_label(void **state)
{
	struct span in = SPAN_LIT("-----BEGIN A B-----\r\nZm9v\r\n"
				  "-----END A B-----\r\nrest");
	struct buf b;

	buf_init(&b, 100);
	assert_true(enc_unpem(&b, NULL, &in));
	assert_string_equal(buf_cstr(&b), "foo");
	assert_true(span_eq_str(in, "rest"));
	buf_clear(&b);
}

static void enc_unpercent_refuses_what_is_no_uri(void **state)
{
	static const char *const bad[] = {"%", "%4", "%4g", "a%", "a b", "\n",
	    "\x7f", "\xc3\xa4", "%%41"};
	struct buf b;
	size_t i;

	buf_init(&b, 100);
	for (i = 0; i < COUNT(bad); i++)
		assert_false(enc_unpercent(&b, span_str(bad[i])));
	assert_int_equal(b.n, 0);
	enc_percent(&b, SPAN_LIT("a-Z_0.~/ \xff+"));
	assert_string_equal(buf_cstr(&b), "a-Z_0.~%2F%20%FF%2B");
	buf_reset(&b);
	assert_true(enc_unpercent(&b, SPAN_LIT("%2f+%00")));
	assert_true(span_eq(buf_span(&b), SPAN_LIT("/+\0")));
	buf_clear(&b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(enc_base64_gives_the_known_answers),
	    cmocka_unit_test(enc_base32_gives_the_known_answers),
	    cmocka_unit_test(enc_unbase64_is_strict_and_all_or_nothing),
	    cmocka_unit_test(
		enc_unbase64url_refuses_padding_and_foreign_digits),
	    cmocka_unit_test(enc_unbase64_respects_the_limit),
	    cmocka_unit_test(enc_unhex_refuses_odd_foreign_and_long_text),
	    cmocka_unit_test(enc_hex_writes_lower_case),
	    cmocka_unit_test(enc_pem_comes_back),
	    cmocka_unit_test(enc_unpem_refuses_broken_armour),
	    cmocka_unit_test(enc_unpem_takes_crlf_and_any_label),
	    cmocka_unit_test(enc_unpercent_refuses_what_is_no_uri),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
