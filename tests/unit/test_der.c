/* DER: what is not DER is not read, and what is written is read again.
 * Must not test formats built on it. */
#include "pki/der.h"
#include "tests/unit/check.h"

static void der_next_refuses_what_is_not_der(void **state)
{
	static const struct {
		const char *what;
		size_t n;
		uint8_t bytes[8];
	} bad[] = {
	    {"nothing", 0, {0}},
	    {"a tag alone", 1, {0x30}},
	    {"content cut short", 3, {0x04, 2, 0xaa}},
	    {"indefinite length", 4, {0x30, 0x80, 0, 0}},
	    {"long form for a short length", 4, {0x04, 0x81, 1, 0xaa}},
	    {"leading zero in a length", 8, {0x04, 0x82, 0, 0x80}},
	    {"length cut short", 3, {0x04, 0x82, 1}},
	    {"length of five bytes", 8, {0x04, 0x85, 1, 0, 0, 0, 0}},
	    {"length over all memory", 6, {0x04, 0x84, 0xff, 0xff, 0xff, 0xff}},
	    {"high tag number", 4, {0x1f, 0x22, 1, 0}},
	    {"reserved length", 3, {0x04, 0xff, 0}},
	};
	struct span in, content;
	uint8_t tag;
	size_t i;

	for (i = 0; i < COUNT(bad); i++) {
		in = span_of(bad[i].bytes, bad[i].n);
		if (der_next(&in, &tag, &content, NULL))
			fail_msg("read: %s", bad[i].what);
		assert_ptr_equal(in.p, bad[i].bytes);
		assert_int_equal(in.n, bad[i].n);
	}
}

static void der_next_gives_content_and_whole(void **state)
{
	static const uint8_t bytes[] = {0x04, 2, 0xaa, 0xbb, 0x05, 0};
	struct span in = span_of(bytes, sizeof(bytes)), content, whole;
	uint8_t tag;
	bool found;

	assert_true(der_next(&in, &tag, &content, &whole));
	assert_int_equal(tag, DER_OCTET_STRING);
	assert_int_equal(content.n, 2);
	assert_int_equal(whole.n, 4);
	assert_false(der_take(&in, DER_OCTET_STRING, &content));
	assert_true(der_take_optional(&in, DER_OCTET_STRING, &content, &found));
	assert_false(found);
	assert_true(der_take(&in, DER_NULL, NULL));
	assert_int_equal(in.n, 0);
}

static void der_take_bits_refuses_unused_bits(void **state)
{
	static const uint8_t unused[] = {0x03, 2, 1, 0xfe};
	static const uint8_t empty[] = {0x03, 0};
	static const uint8_t fine[] = {0x03, 2, 0, 0xff};
	struct span in = span_of(unused, sizeof(unused)), bits;

	assert_false(der_take_bits(&in, &bits));
	in = span_of(empty, sizeof(empty));
	assert_false(der_take_bits(&in, &bits));
	in = span_of(fine, sizeof(fine));
	assert_true(der_take_bits(&in, &bits));
	assert_int_equal(bits.n, 1);
}

static void der_take_time_judges_the_calendar(void **state)
{
	static const struct {
		uint8_t tag;
		const char *text;
		bool ok;
		int64_t t;
	} times[] = {
	    {DER_UTC_TIME, "700101000000Z", true, 0},
	    {DER_UTC_TIME, "491231235959Z", true, 2524607999},
	    {DER_UTC_TIME, "500101000000Z", true, -631152000},
	    {DER_GENERALIZED_TIME, "20500101000000Z", true, 2524608000},
	    {DER_GENERALIZED_TIME, "99991231235959Z", true, INT64_MAX},
	    {DER_UTC_TIME, "240229000000Z", true, 1709164800},
	    {DER_UTC_TIME, "230229000000Z", false, 0},
	    {DER_GENERALIZED_TIME, "21000229000000Z", false, 0},
	    {DER_UTC_TIME, "230001000000Z", false, 0},
	    {DER_UTC_TIME, "231301000000Z", false, 0},
	    {DER_UTC_TIME, "230132000000Z", false, 0},
	    {DER_UTC_TIME, "230431000000Z", false, 0},
	    {DER_UTC_TIME, "230101240000Z", false, 0},
	    {DER_UTC_TIME, "230101006000Z", false, 0},
	    {DER_UTC_TIME, "230101000060Z", false, 0},
	    {DER_UTC_TIME, "2301010000Z", false, 0},
	    {DER_UTC_TIME, "230101000000", false, 0},
	    {DER_UTC_TIME, "230101000000+", false, 0},
	    {DER_UTC_TIME, "2301010000 0Z", false, 0},
	    {DER_GENERALIZED_TIME, "20230101000000.Z", false, 0},
	    {DER_GENERALIZED_TIME, "230101000000Z", false, 0},
	    {DER_IA5, "230101000000Z", false, 0},
	};
	struct buf b;
	struct span in;
	int64_t t;
	size_t i;

	buf_init(&b, 64);
	for (i = 0; i < COUNT(times); i++) {
		buf_reset(&b);
		der_put(&b, times[i].tag, span_str(times[i].text));
		in = buf_span(&b);
		if (der_take_time(&in, &t) != times[i].ok)
			fail_msg("judged wrongly: %s", times[i].text);
		if (times[i].ok)
			assert_true(t == times[i].t);
	}
	buf_clear(&b);
}

static void der_put_time_is_read_again(void **state)
{
	static const int64_t times[] = {0, 2524607999, 2524608000, 1700000000,
	    INT64_MAX, 253402300798};
	struct span in;
	struct buf b;
	int64_t t;
	size_t i;

	buf_init(&b, 64);
	for (i = 0; i < COUNT(times); i++) {
		buf_reset(&b);
		der_put_time(&b, times[i]);
		in = buf_span(&b);
		assert_int_equal(in.p[0],
		    times[i] < 2524608000 ? DER_UTC_TIME
					  : DER_GENERALIZED_TIME);
		assert_true(der_take_time(&in, &t));
		assert_true(t == times[i]);
	}
	der_put_time(&b, INT64_MAX - 1);
	assert_false(buf_ok(&b));
	buf_clear(&b);
}

static void der_oid_is_the_same_both_ways(void **state)
{
	static const char *const good[] = {"0.0", "1.2.840.10045.2.1",
	    "2.5.4.3", "2.999.1", "1.3.6.1.4.1.99999.1",
	    "2.25.72057594037927935"};
	static const char *const bad[] = {"", "1", "1.", ".1", "1..2", "3.1",
	    "1.40", "0.40.1", "1.2.", "1.2.x", "1.2.-3", " 1.2", "1.2 "};
	struct span in, oid;
	char text[64];
	struct buf b;
	size_t i;

	buf_init(&b, 64);
	for (i = 0; i < COUNT(good); i++) {
		buf_reset(&b);
		der_put_oid(&b, good[i]);
		in = buf_span(&b);
		assert_true(der_take(&in, DER_OID, &oid));
		assert_true(der_oid_text(oid, text, sizeof(text)));
		assert_string_equal(text, good[i]);
	}
	for (i = 0; i < COUNT(bad); i++) {
		buf_reset(&b);
		der_put_oid(&b, bad[i]);
		if (buf_ok(&b))
			fail_msg("took OID: %s", bad[i]);
	}
	buf_clear(&b);
}

static void der_oid_text_refuses_broken_oids(void **state)
{
	static const uint8_t cut[] = {0x2a, 0x86};
	static const uint8_t padded[] = {0x2a, 0x80, 0x01};
	static const uint8_t huge[] = {0x2a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	    0xff, 0xff, 0xff, 0x7f};
	static const uint8_t fine[] = {0x2a, 0x03};
	char text[8] = "before";

	assert_false(der_oid_text(SPAN_NONE, text, sizeof(text)));
	assert_string_equal(text, "");
	assert_false(
	    der_oid_text(span_of(cut, sizeof(cut)), text, sizeof(text)));
	assert_false(
	    der_oid_text(span_of(padded, sizeof(padded)), text, sizeof(text)));
	assert_false(
	    der_oid_text(span_of(huge, sizeof(huge)), text, sizeof(text)));
	assert_false(der_oid_text(span_of(fine, sizeof(fine)), text, 5));
	assert_true(der_oid_text(span_of(fine, sizeof(fine)), text, 6));
}

static void der_put_writes_minimal_lengths(void **state)
{
	static const struct {
		size_t n, header;
	} sizes[] = {{0, 2}, {127, 2}, {128, 3}, {255, 3}, {256, 4}, {65535, 4},
	    {65536, 5}};
	static uint8_t zeros[65536];
	struct span in, content;
	struct buf b;
	size_t i;

	buf_init(&b, 70000);
	for (i = 0; i < COUNT(sizes); i++) {
		buf_reset(&b);
		der_put(&b, DER_OCTET_STRING, span_of(zeros, sizes[i].n));
		assert_int_equal(b.n, sizes[i].n + sizes[i].header);
		in = buf_span(&b);
		assert_true(der_take(&in, DER_OCTET_STRING, &content));
		assert_int_equal(content.n, sizes[i].n);
		assert_int_equal(in.n, 0);
	}
	buf_clear(&b);
}

static void der_put_uint_is_positive_and_minimal(void **state)
{
	static const struct {
		size_t n;
		uint8_t in[3];
		size_t out_n;
		uint8_t out[5];
	} numbers[] = {
	    {0, {0}, 3, {2, 1, 0}},
	    {1, {0}, 3, {2, 1, 0}},
	    {3, {0, 0, 5}, 3, {2, 1, 5}},
	    {1, {0x80}, 4, {2, 2, 0, 0x80}},
	    {3, {0, 0xff, 1}, 5, {2, 3, 0, 0xff, 1}},
	};
	struct buf b;
	size_t i;

	buf_init(&b, 64);
	for (i = 0; i < COUNT(numbers); i++) {
		buf_reset(&b);
		der_put_uint(&b, span_of(numbers[i].in, numbers[i].n));
		assert_int_equal(b.n, numbers[i].out_n);
		assert_memory_equal(b.p, numbers[i].out, b.n);
	}
	buf_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(der_next_refuses_what_is_not_der),
	    cmocka_unit_test(der_next_gives_content_and_whole),
	    cmocka_unit_test(der_take_bits_refuses_unused_bits),
	    cmocka_unit_test(der_take_time_judges_the_calendar),
	    cmocka_unit_test(der_put_time_is_read_again),
	    cmocka_unit_test(der_oid_is_the_same_both_ways),
	    cmocka_unit_test(der_oid_text_refuses_broken_oids),
	    cmocka_unit_test(der_put_writes_minimal_lengths),
	    cmocka_unit_test(der_put_uint_is_positive_and_minimal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
