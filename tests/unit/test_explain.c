/* Explanations: every kind is recognised, faults are named, secrets are not
 * repeated.  Must not depend on exact words beyond the kind. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "pki/explain.h"
#include "pki/label.h"
#include "pki/manifest.h"
#include "tests/unit/pki_case.h"

#define OUT_MAX (4 << 20)

/* Explains as JSON; the caller releases it. */
static json_t *explain(struct explain_input in, unsigned int *problems)
{
	struct buf out;
	json_t *r;

	in.json = true;
	in.now_s = in.now_s ? in.now_s : clock_now_s();
	buf_init(&out, OUT_MAX);
	assert_int_equal(explain_file(&in, &out, problems, NULL), RC_OK);
	r = json_loadb((const char *)out.p, out.n, 0, NULL);
	assert_non_null(r);
	buf_clear(&out);
	return r;
}

static bool says(const json_t *r, const char *text)
{
	char *dump = json_dumps(r, 0);
	bool found = strstr(dump, text) != NULL;

	free(dump);
	return found;
}

static void check(struct span file, const char *kind, int has_problems)
{
	unsigned int problems;
	json_t *r = explain((struct explain_input){.file = file}, &problems);

	assert_string_equal(json_string_value(json_object_get(r, "kind")),
	    kind);
	assert_int_equal(problems > 0, has_problems);
	json_decref(r);
}

static void explain_recognises_texts(void **state)
{
	static const struct {
		const char *text, *kind;
		int problems;
	} cases[] = {
	    {"", "empty", 1},
	    {" \n", "empty", 1},
	    {"\x01\x02\x03", "unknown", 1},
	    {"what is this?", "unknown", 1},
	    {"D001", "label", 0},
	    {"https://h/b/D001", "label", 0},
	    {"Vendor X\nLabel https://h/b/D001\n", "label", 0},
	    {"https://h/x/D001", "label", 1},
	    {"bmt_0123456789abcdefghjkmnpqrstvwxyz", "api-token", 0},
	    {"bmt_0123", "api-token", 1},
	    {"bms_0123456789abcdefghjkmnpqrstvwxyz\n", "session-token", 0},
	    {"eyJhbGciOiJFUzI1NiJ9.eyJleHAiOjk5OTk5OTk5OTl9.AAAA", "jws", 0},
	    {"eyJhbGciOiJFUzI1NiJ9.eyJleHAiOjEwMDAwMDAwMDB9.AAAA", "jws", 1},
	    {"eyJhbGciOiJub25lIn0.eyJleHAiOjk5OTk5OTk5OTl9.", "jws", 1},
	    {"eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjk5OTk5OTk5OTl9.AAAA", "jws", 1},
	    {"{\"kty\":\"EC\"}", "jwk", 1},
	    {"{\"reel\":\"R1\"}", "json", 0},
	    {"device_id,group_id,certificate\n", "manifest", 1},
	    {"device_id,group_id,certificate\na,b,c\n", "manifest", 1},
	    {"{\"certificate\":\"x\"}\n", "manifest", 1},
	    {"[]", "manifest", 1},
	    {"-----BEGIN CERTIFICATE-----\nAAAA\n", "pem", 1},
	    {"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
		"certificate", 1},
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++)
		check(span_str(cases[i].text), cases[i].kind,
		    cases[i].problems);
}

static void explain_knows_certificates(void **state)
{
	struct pki_case p;
	struct buf pem;

	pki_case_init(&p, KEY_P256);
	buf_init(&pem, 64 * 1024);
	check(buf_span(&p.ca), "root-ca", 0);
	check(buf_span(&p.chip), "birth-certificate", 0);
	check(buf_span(&p.signer), "certificate", 0);
	check(span_of(p.chip.p, p.chip.n - 1), "unknown", 1);
	enc_pem(&pem, "CERTIFICATE", buf_span(&p.chip));
	check(buf_span(&pem), "birth-certificate", 0);
	buf_clear(&pem);
	pki_case_clear(&p);
}

static void explain_names_what_is_wrong_with_a_certificate(void **state)
{
	struct explain_input in = {.file = SPAN_NONE};
	struct pki_case p, other;
	unsigned int problems;
	struct buf cas;
	json_t *r;

	pki_case_init(&p, KEY_P256);
	pki_case_init(&other, KEY_P256);
	buf_init(&cas, 64 * 1024);
	in.file = buf_span(&p.signer);
	in.now_s = p.now_s + 1000000;
	r = explain(in, &problems);
	assert_true(says(r, "expired"));
	json_decref(r);
	in.now_s = p.now_s - 1000000;
	r = explain(in, &problems);
	assert_true(says(r, "not valid yet"));
	json_decref(r);
	in.now_s = p.now_s;
	in.file = buf_span(&p.chip);
	enc_pem(&cas, "CERTIFICATE", buf_span(&other.ca));
	in.cas = buf_span(&cas);
	r = explain(in, &problems);
	assert_int_equal(problems, 1);
	json_decref(r);
	buf_reset(&cas);
	enc_pem(&cas, "CERTIFICATE", buf_span(&p.ca));
	in.cas = buf_span(&cas);
	r = explain(in, &problems);
	assert_int_equal(problems, 0);
	json_decref(r);
	buf_clear(&cas);
	pki_case_clear(&p);
	pki_case_clear(&other);
}

static void explain_checks_that_a_chip_file_belongs_together(void **state)
{
	struct pki_case p, other;
	struct buf file;

	pki_case_init(&p, KEY_P256);
	pki_case_init(&other, KEY_P256);
	buf_init(&file, 64 * 1024);
	assert_int_equal(key_pem(p.chip_key, &file, NULL), RC_OK);
	enc_pem(&file, "CERTIFICATE", buf_span(&p.chip));
	enc_pem(&file, "CERTIFICATE", buf_span(&p.ca));
	check(buf_span(&file), "chip", 0);
	buf_reset(&file);
	assert_int_equal(key_pem(other.chip_key, &file, NULL), RC_OK);
	enc_pem(&file, "CERTIFICATE", buf_span(&p.chip));
	check(buf_span(&file), "chip", 1);
	buf_reset(&file);
	assert_int_equal(key_pem(p.chip_key, &file, NULL), RC_OK);
	enc_pem(&file, "CERTIFICATE", buf_span(&p.chip));
	enc_pem(&file, "CERTIFICATE", buf_span(&other.ca));
	check(buf_span(&file), "chip", 1);
	buf_clear(&file);
	pki_case_clear(&p);
	pki_case_clear(&other);
}

/* Neither keys nor codes nor tokens come out again. */
static void explain_repeats_no_secret(void **state)
{
	struct label l = {.bid = "B1", .has_code = true};
	char text[LABEL_CODE_SIZE];
	struct explain_input in = {.file = SPAN_NONE};
	unsigned int problems;
	struct pki_case p;
	struct span body;
	struct buf file;
	json_t *r;

	pki_case_init(&p, KEY_P256);
	buf_init(&file, 64 * 1024);
	assert_int_equal(label_url(&l, "h", &file, NULL), RC_OK);
	label_code_text(l.code, text);
	in.file = buf_span(&file);
	r = explain(in, &problems);
	assert_true(says(r, "B1"));
	assert_false(says(r, text));
	json_decref(r);
	buf_reset(&file);
	assert_int_equal(key_pem(p.chip_key, &file, NULL), RC_OK);
	in.file = buf_span(&file);
	r = explain(in, &problems);
	body = span_sub(buf_span(&file), 30, 40);
	file.p[70] = 0;
	assert_false(says(r, (const char *)body.p));
	json_decref(r);
	in.file = SPAN_LIT("bmt_0123456789abcdefghjkmnpqrstvwxyz");
	r = explain(in, &problems);
	assert_false(says(r, "0123456789"));
	json_decref(r);
	buf_clear(&file);
	pki_case_clear(&p);
}

static void explain_counts_the_faults_of_a_manifest(void **state)
{
	struct manifest_entry entry = {.group_id = SPAN_LIT("B1")};
	struct explain_input in = {.file = SPAN_NONE};
	struct manifest_writer *w;
	unsigned int problems;
	struct pki_case p;
	struct buf text;
	json_t *r;

	pki_case_init(&p, KEY_P256);
	buf_init(&text, OUT_MAX);
	assert_int_equal(manifest_writer_new(&w, MANIFEST_CSV, NULL, NULL),
	    RC_OK);
	assert_int_equal(manifest_begin(w, &text, NULL), RC_OK);
	entry.device_id = span_str(p.chip_id);
	entry.cert = buf_span(&p.chip);
	assert_int_equal(manifest_add(w, &entry, &text, NULL), RC_OK);
	in.file = buf_span(&text);
	r = explain(in, &problems);
	assert_int_equal(problems, 0);
	json_decref(r);
	/* the same again, and with an id that is not its own */
	entry.device_id = SPAN_LIT("0000");
	assert_int_equal(manifest_add(w, &entry, &text, NULL), RC_OK);
	in.file = buf_span(&text);
	r = explain(in, &problems);
	assert_int_equal(problems, 2);
	assert_true(says(r, "more than once"));
	assert_true(says(r, "not the chip id"));
	json_decref(r);
	manifest_writer_free(w);
	buf_clear(&text);
	pki_case_clear(&p);
}

static void explain_lets_no_control_character_through(void **state)
{
	struct explain_input in = {
	    .file = SPAN_LIT("{\"reel\":\"\\u001b[31m\\u0007\"}")};
	unsigned int problems;
	struct buf out;
	size_t i;

	buf_init(&out, OUT_MAX);
	assert_int_equal(explain_file(&in, &out, &problems, NULL), RC_OK);
	for (i = 0; i < out.n; i++)
		assert_true(out.p[i] >= ' ' || out.p[i] == '\n');
	buf_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(explain_recognises_texts),
	    cmocka_unit_test(explain_knows_certificates),
	    cmocka_unit_test(explain_names_what_is_wrong_with_a_certificate),
	    cmocka_unit_test(explain_checks_that_a_chip_file_belongs_together),
	    cmocka_unit_test(explain_repeats_no_secret),
	    cmocka_unit_test(explain_counts_the_faults_of_a_manifest),
	    cmocka_unit_test(explain_lets_no_control_character_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
