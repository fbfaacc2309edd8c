/* Labels: what people scan and type, and what must not pass for one.
 * Must not need a camera. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki/label.h"
#include "tests/unit/check.h"

static const uint8_t code[LABEL_CODE_BYTES] = {0x00, 0x11, 0x22, 0x33, 0x44,
    0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};

static enum rc parse(const char *text, struct label *l, struct err *e)
{
	return label_parse(l, span_str(text), e);
}

static void label_parse_reads_every_form(void **state)
{
	char text[LABEL_CODE_SIZE], print[LABEL_PRINT_SIZE], line[512];
	const struct {
		const char *before, *code;
		const char *after, *bid;
	} forms[] = {
	    {"https://birthmark.example/b/R-1.x_2#", text, "", "R-1.x_2"},
	    {"  HTTPS://h:8443/b/A#", text, "\n", "A"},
	    {"http://[::1]:8443/b/A#", text, "", "A"},
	    {"A ", text, "", "A"},
	    {"A\t", print, "", "A"},
	    {"A \n ", print, " \r\n", "A"},
	    {"https://h/b/A", "", "", "A"},
	    {"https://h/b/A#", "", "", "A"},
	    {"https://h/cloud-id?groupId=D001", "", "", "D001"},
	    {"https://h/cloud-id?x=1&groupId=D001&y=2", "", "", "D001"},
	    {"D001", "", "", "D001"},
	};
	struct label l;
	size_t i;

	label_code_text(code, text);
	label_code_print(code, print);
	for (i = 0; i < COUNT(forms); i++) {
		(void)snprintf(line, sizeof(line), "%s%s%s", forms[i].before,
		    forms[i].code, forms[i].after);
		assert_int_equal(parse(line, &l, NULL), RC_OK);
		assert_string_equal(l.bid, forms[i].bid);
		assert_int_equal(l.has_code, forms[i].code[0] != '\0');
		if (l.has_code)
			assert_memory_equal(l.code, code, sizeof(code));
	}
}

static void label_parse_refuses_what_is_no_label(void **state)
{
	static const struct {
		const char *text, *slug;
	} bad[] = {
	    {"", "label-empty"},
	    {" \n", "label-empty"},
	    {"-A", "label-bid"},
	    {"A/B", "label-bid"},
	    {"../etc/passwd", "label-bid"},
	    {"A\x01", "label-bid"},
	    {"Gr\xc3\xb6\xc3\x9f"
	     "e",
		"label-bid"},
	    {"https://h/b/", "label-bid"},
	    {"https://h/b/A/c", "label-bid"},
	    {"https://h/b/%41", "label-bid"},
	    {"https://h/b/A?x=1", "label-url"},
	    {"https:///b/A", "label-url"},
	    {"https://h/c/A", "label-url"},
	    {"https://h", "label-url"},
	    {"https://h/cloud-id", "label-url"},
	    {"https://h/cloud-id?groupid2=A", "label-url"},
	    {"https://h/cloud-id?groupId=", "label-bid"},
	    {"ftp://h/b/A", "label-bid"},
	    {"A short", "claim-code-length"},
	    {"https://h/b/A#short", "claim-code-length"},
	};
	struct label l;
	struct err e;
	size_t i;

	for (i = 0; i < COUNT(bad); i++) {
		assert_int_equal(parse(bad[i].text, &l, &e), RC_INVALID);
		assert_string_equal(e.slug, bad[i].slug);
		assert_string_equal(l.bid, "");
		assert_false(l.has_code);
	}
}

static void label_parse_refuses_what_is_too_long(void **state)
{
	char bid[LABEL_BID_MAX + 2], text[LABEL_TEXT_MAX + 2];
	struct label l;
	struct err e;

	memset(bid, 'A', sizeof(bid));
	bid[LABEL_BID_MAX] = '\0';
	assert_int_equal(parse(bid, &l, NULL), RC_OK);
	bid[LABEL_BID_MAX] = 'A';
	assert_int_equal(label_parse(&l, span_of(bid, LABEL_BID_MAX + 1), NULL),
	    RC_INVALID);
	memset(text, ' ', sizeof(text));
	assert_int_equal(label_parse(&l, span_of(text, sizeof(text)), &e),
	    RC_TOO_LARGE);
}

static void label_code_forgives_how_people_type(void **state)
{
	/* 0 and 1 as O, I and L; lower case; odd groups */
	static const uint8_t zero_one[LABEL_CODE_BYTES] = {0x00, 0x42};
	char text[LABEL_CODE_SIZE], print[LABEL_PRINT_SIZE];
	char typed[2 * LABEL_PRINT_SIZE];
	uint8_t got[LABEL_CODE_BYTES];
	size_t i, n = 0;

	label_code_text(zero_one, text);
	for (i = 0; text[i]; i++) {
		typed[n++] = text[i] == '0' ? (i % 2 ? 'o' : 'O')
		    : text[i] == '1'	    ? (i % 2 ? 'i' : 'L')
					    : text[i];
		if (i % 3 == 0)
			typed[n++] = ' ';
	}
	assert_int_equal(label_parse_code(got, span_of(typed, n), NULL), RC_OK);
	assert_memory_equal(got, zero_one, sizeof(got));
	label_code_print(code, print);
	for (i = 0; print[i]; i++)
		if (print[i] >= 'A' && print[i] <= 'Z')
			print[i] = (char)(print[i] - 'A' + 'a');
	assert_int_equal(label_parse_code(got, span_str(print), NULL), RC_OK);
	assert_memory_equal(got, code, sizeof(got));
}

/* Every single wrong character and every swap of neighbours is noticed. */
static void label_code_check_character_catches_typing_errors(void **state)
{
	static const char all[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	char print[LABEL_PRINT_SIZE], typed[LABEL_PRINT_SIZE];
	uint8_t got[LABEL_CODE_BYTES];
	size_t i, k, n;

	label_code_print(code, print);
	n = strlen(print) - 1;
	for (i = 0; i < n; i++) {
		if (print[i] == '-')
			continue;
		for (k = 0; all[k]; k++) {
			memcpy(typed, print, sizeof(typed));
			typed[i] = all[k];
			if (all[k] == print[i])
				continue;
			assert_int_equal(label_parse_code(got, span_str(typed),
					     NULL),
			    RC_INVALID);
		}
	}
	for (i = 0; i + 1 < n; i++) {
		memcpy(typed, print, sizeof(typed));
		typed[i] = print[i + 1];
		typed[i + 1] = print[i];
		if (typed[i] == typed[i + 1] || print[i] == '-' ||
		    print[i + 1] == '-')
			continue;
		assert_int_equal(label_parse_code(got, span_str(typed), NULL),
		    RC_INVALID);
	}
}

static void label_code_has_one_text_only(void **state)
{
	static const char alias[] = "0000000000000000000000000";
	char text[LABEL_CODE_SIZE];
	uint8_t got[LABEL_CODE_BYTES];
	const char *last;

	for (last = "1234567"; *last; last++) {
		(void)snprintf(text, sizeof(text), "%s%c", alias, *last);
		assert_int_equal(label_parse_code(got, span_str(text), NULL),
		    *last == '4' ? RC_OK : RC_INVALID);
	}
	(void)snprintf(text, sizeof(text), "%sU", alias);
	assert_int_equal(label_parse_code(got, span_str(text), NULL),
	    RC_INVALID);
}

static void label_url_round_trips(void **state)
{
	struct label l = {.bid = "B.1", .has_code = true}, back;
	struct buf out;

	memcpy(l.code, code, sizeof(code));
	buf_init(&out, 1000);
	assert_int_equal(label_url(&l, "h.example:8443", &out, NULL), RC_OK);
	assert_int_equal(label_parse(&back, buf_span(&out), NULL), RC_OK);
	assert_string_equal(back.bid, l.bid);
	assert_memory_equal(back.code, code, sizeof(code));
	buf_clear(&out);
}

static void label_drawings_hold_what_is_needed(void **state)
{
	struct label l = {.bid = "B1", .has_code = true};
	struct label_print p = {&l, "h.example", "A<&>\"B", "R1", 5000};
	struct buf out;

	memcpy(l.code, code, sizeof(code));
	buf_init(&out, 1 << 20);
	assert_int_equal(label_svg(&p, &out, NULL), RC_OK);
	assert_non_null(strstr(buf_cstr(&out), "A&#60;&#38;&#62;&#34;B"));
	assert_non_null(strstr(buf_cstr(&out), "5000"));
	buf_reset(&out);
	assert_int_equal(label_png(&p, &out, NULL), RC_OK);
	assert_true(span_starts(buf_span(&out), SPAN_LIT("\x89PNG\r\n")));
	buf_reset(&out);
	assert_int_equal(label_text(&p, &out, NULL), RC_OK);
	assert_non_null(strstr(buf_cstr(&out), "https://h.example/b/B1#"));
	buf_reset(&out);
	assert_int_equal(label_terminal(&p, &out, NULL), RC_OK);
	assert_non_null(strstr(buf_cstr(&out), "\xe2\x96\x88"));
	buf_clear(&out);
}

/* The number behind the next `name="`. */
static double attribute(const char *from, const char *name)
{
	const char *at = strstr(from, name);

	assert_non_null(at);
	return strtod(at + strlen(name), NULL);
}

static void label_svg_shows_all_its_text(void **state)
{
	static const char *const bids[] = {"B1",
	    "a-batch-with-a-name-of-exactly-sixty-four-characters-0123456789-"};
	struct label_print p = {NULL, "h.example", "Vendor", "R1", 5000};
	struct label l = {.has_code = true};
	struct buf out;
	size_t i;

	buf_init(&out, 1 << 20);
	for (i = 0; i < 2 * COUNT(bids); i++) {
		const char *at;
		double width, height;

		memset(&l, 0, sizeof(l));
		(void)snprintf(l.bid, sizeof(l.bid), "%s", bids[i / 2]);
		l.has_code = i % 2 == 0;
		p.label = &l;
		buf_reset(&out);
		assert_int_equal(label_svg(&p, &out, NULL), RC_OK);
		width = attribute(buf_cstr(&out), "width=\"");
		height = attribute(buf_cstr(&out), "height=\"");
		for (at = buf_cstr(&out); (at = strstr(at, "<text")); at++) {
			const char *text = strchr(at, '>') + 1;
			double n = (double)(strchr(text, '<') - text);

			assert_true(attribute(at, "y=\"") + 1 < height);
			assert_true(attribute(at, "x=\"") + n * 2.1 < width);
		}
	}
	buf_clear(&out);
}

static void label_refuses_a_host_that_could_mislead(void **state)
{
	static const char *const bad[] = {"", "h/x", "h#x", "u@h", "h?x", "h x",
	    "h\n", "\xc3\xa4.example"};
	struct label l = {.bid = "B1"};
	struct buf out;
	size_t i;

	buf_init(&out, 1000);
	for (i = 0; i < COUNT(bad); i++)
		assert_int_equal(label_url(&l, bad[i], &out, NULL), RC_INVALID);
	assert_int_equal(label_url(&l, NULL, &out, NULL), RC_INVALID);
	assert_int_equal(out.n, 0);
	buf_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(label_parse_reads_every_form),
	    cmocka_unit_test(label_parse_refuses_what_is_no_label),
	    cmocka_unit_test(label_parse_refuses_what_is_too_long),
	    cmocka_unit_test(label_code_forgives_how_people_type),
	    cmocka_unit_test(label_code_check_character_catches_typing_errors),
	    cmocka_unit_test(label_code_has_one_text_only),
	    cmocka_unit_test(label_url_round_trips),
	    cmocka_unit_test(label_drawings_hold_what_is_needed),
	    cmocka_unit_test(label_svg_shows_all_its_text),
	    cmocka_unit_test(label_refuses_a_host_that_could_mislead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
