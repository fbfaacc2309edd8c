/* Manifests: all forms round trip however they are cut, and what was changed,
 * cut off or forged is refused with its line.  Must not need a file. */
#include <stdio.h>
#include <string.h>

#include "base/enc.h"
#include "pki/jose.h"
#include "pki/manifest.h"
#include "tests/unit/pki_case.h"

#define TEXT_MAX (1 << 20)

/* Writes n entries, all with the chip of p. */
static void write_entries(struct pki_case *p, enum manifest_form f, int n,
    struct buf *out)
{
	struct manifest_writer *w;
	struct manifest_log_signer by = {p->signer_key, buf_span(&p->signer),
	    buf_span(&p->ca), "Acme"};
	struct manifest_entry entry = {.device_id = span_str(p->chip_id),
	    .group_id = SPAN_LIT("B1"),
	    .cert = buf_span(&p->chip)};

	assert_int_equal(manifest_writer_new(&w, f, &by, NULL), RC_OK);
	assert_int_equal(manifest_begin(w, out, NULL), RC_OK);
	while (n-- > 0)
		assert_int_equal(manifest_add(w, &entry, out, NULL), RC_OK);
	assert_int_equal(manifest_end(w, out, NULL), RC_OK);
	manifest_writer_free(w);
}

struct reader {
	struct manifest_split *split;
	struct manifest_decoder *decoder;
	struct pki_case *p;
	struct err e;
	int entries;
};

static enum rc take_entries(struct reader *r)
{
	struct manifest_entry entry;
	unsigned long line;
	struct span raw;
	enum rc rc;

	while (
	    (rc = manifest_split_next(r->split, &raw, &line, &r->e)) == RC_OK) {
		rc = manifest_decode(r->decoder, raw, line, &entry, &r->e);
		if (rc != RC_OK)
			return rc;
		assert_true(span_eq_str(entry.device_id, r->p->chip_id));
		assert_true(span_eq_str(entry.group_id, "B1"));
		assert_true(span_eq(entry.cert, buf_span(&r->p->chip)));
		r->entries++;
	}
	return rc;
}

/* Feeds piece bytes at a time.  RC_NOT_FOUND is a clean end. */
static enum rc read_back(struct pki_case *p, enum manifest_form f,
    struct span text, size_t piece, struct reader *r)
{
	enum rc rc = RC_AGAIN;
	size_t at;

	memset(r, 0, sizeof(*r));
	r->p = p;
	r->split = manifest_split_new(f);
	r->decoder = manifest_decoder_new(f);
	assert_int_equal(manifest_decoder_add_signer(r->decoder,
			     buf_span(&p->signer), NULL),
	    RC_OK);
	for (at = 0; at < text.n && rc == RC_AGAIN; at += piece) {
		assert_int_equal(manifest_split_feed(r->split,
				     span_sub(text, at, piece), NULL),
		    RC_OK);
		rc = take_entries(r);
	}
	manifest_split_finish(r->split);
	if (rc == RC_AGAIN)
		rc = take_entries(r);
	manifest_split_free(r->split);
	manifest_decoder_free(r->decoder);
	return rc;
}

static enum rc read_text(struct pki_case *p, enum manifest_form f,
    const char *text, struct reader *r)
{
	return read_back(p, f, span_str(text), 4096, r);
}

static void manifest_round_trips_however_it_is_cut(void **state)
{
	static const enum key_type types[] = {KEY_P256, KEY_P384, KEY_RSA2048};
	static const size_t pieces[] = {1, 2, 3, 7, 64, 1000, TEXT_MAX};
	struct pki_case p;
	struct reader r;
	struct buf text;
	size_t t, i;
	enum manifest_form f;

	buf_init(&text, TEXT_MAX);
	for (t = 0; t < COUNT(types); t++) {
		pki_case_init(&p, types[t]);
		for (f = MANIFEST_CSV; f < MANIFEST_UNKNOWN; f++) {
			buf_reset(&text);
			write_entries(&p, f, 3, &text);
			assert_int_equal(manifest_sniff(buf_span(&text)), f);
			for (i = 0; i < COUNT(pieces); i++) {
				assert_int_equal(read_back(&p, f,
						     buf_span(&text), pieces[i],
						     &r),
				    RC_NOT_FOUND);
				assert_int_equal(r.entries, 3);
			}
		}
		pki_case_clear(&p);
	}
	buf_clear(&text);
}

/* A manifest cut off anywhere gives fewer entries or a fault, never others;
 * Microchip's, which has an end, is always a fault. */
static void manifest_cut_off_is_noticed(void **state)
{
	struct pki_case p;
	struct reader r;
	struct buf text;
	enum manifest_form f;
	size_t n;

	pki_case_init(&p, KEY_P256);
	buf_init(&text, TEXT_MAX);
	for (f = MANIFEST_CSV; f < MANIFEST_UNKNOWN; f++) {
		buf_reset(&text);
		write_entries(&p, f, 2, &text);
		for (n = 0; n + 3 < text.n; n += 5) {
			enum rc rc =
			    read_back(&p, f, span_of(text.p, n), 4096, &r);

			assert_true(r.entries < 2 || rc == RC_INVALID);
			assert_true(
			    rc == RC_INVALID || f != MANIFEST_MICROCHIP);
			assert_true(rc == RC_INVALID || rc == RC_NOT_FOUND);
		}
	}
	buf_clear(&text);
	pki_case_clear(&p);
}

static void manifest_csv_reads_what_others_write(void **state)
{
	struct buf pem, text;
	struct pki_case p;
	struct reader r;
	struct span rest, line;

	pki_case_init(&p, KEY_P256);
	buf_init(&pem, TEXT_MAX);
	buf_init(&text, TEXT_MAX);
	enc_pem(&pem, "CERTIFICATE", buf_span(&p.chip));
	/* byte order mark, CR LF, blank lines, quoted ids, no last line end */
	buf_addf(&text, "\xef\xbb\xbf%s\r\n\r\n\"%s\",\"B1\",\"",
	    "device_id,group_id,certificate", p.chip_id);
	for (rest = buf_span(&pem); span_cut(&rest, '\n', &line);) {
		buf_add_span(&text, line);
		buf_add_str(&text, "\r\n");
	}
	buf_addf(&text, "\"\r\n%s,B1,", p.chip_id);
	/* one line, with line ends written as \n */
	for (rest = buf_span(&pem); span_cut(&rest, '\n', &line);) {
		buf_add_span(&text, line);
		buf_add_str(&text, "\\n");
	}
	assert_int_equal(read_text(&p, MANIFEST_CSV, buf_cstr(&text), &r),
	    RC_NOT_FOUND);
	assert_int_equal(r.entries, 2);
	buf_clear(&pem);
	buf_clear(&text);
	pki_case_clear(&p);
}

static void manifest_csv_names_the_line_of_a_fault(void **state)
{
#define HEAD "device_id,group_id,certificate\n"
	static const struct {
		const char *text, *slug;
		unsigned long line;
	} bad[] = {
	    {"", "manifest-header", 1},
	    {"device_id,group_id\n", "manifest-header", 1},
	    {"Device_ID,group_id,certificate\n", "manifest-header", 1},
	    {"a,b,c\n", "manifest-header", 1},
	    {HEAD "a,b\n", "manifest-csv", 2},
	    {HEAD "a,b,c,d\n", "manifest-csv", 2},
	    {HEAD "\n\na\"b,c,d\n", "manifest-truncated", 4},
	    {HEAD "\n\na\"b\",c,d\n", "manifest-csv", 4},
	    {HEAD "\"a\"b,c,d\n", "manifest-csv", 2},
	    {HEAD "a,b,c\n", "manifest-certificate", 2},
	    {HEAD "a,b,\"c\n\n", "manifest-truncated", 2},
	    {HEAD "a,b,-----BEGIN CERTIFICATE-----\\n-----END "
		  "CERTIFICATE-----\n",
		"manifest-certificate", 2},
	    {HEAD "a,b,-----BEGIN CERTIFICATE-----\\nAA=A\\n-----END "
		  "CERTIFICATE-----\n",
		"manifest-certificate", 2},
	    {HEAD "a,b,-----BEGIN CERTIFICATE-----\\nAB==\\n-----END "
		  "CERTIFICATE-----\n",
		"manifest-certificate", 2},
	    {HEAD "a,b,-----BEGIN CERTIFICATE-----\\nAA==\\n-----END "
		  "CERTIFICATE-----x\n",
		"manifest-certificate", 2},
	};
	struct pki_case p;
	struct reader r;
	size_t i;

	pki_case_init(&p, KEY_P256);
	for (i = 0; i < COUNT(bad); i++) {
		assert_int_equal(read_text(&p, MANIFEST_CSV, bad[i].text, &r),
		    RC_INVALID);
		assert_string_equal(r.e.slug, bad[i].slug);
		assert_int_equal(r.e.line, bad[i].line);
	}
	pki_case_clear(&p);
}

static void manifest_jsonl_reads_any_order_and_escapes(void **state)
{
	struct buf b64, text;
	struct pki_case p;
	struct reader r;

	pki_case_init(&p, KEY_P256);
	buf_init(&b64, TEXT_MAX);
	buf_init(&text, TEXT_MAX);
	enc_base64(&b64, buf_span(&p.chip));
	buf_addf(&text,
	    "\n{ \"certificate\" : \"-----BEGIN CERTIFICATE-----\\r\\n%s\\r\\n"
	    "-----END CERTIFICATE-----\" , \"group_id\":\"B1\","
	    "\"device_id\":\"%s\" }\r\n",
	    buf_cstr(&b64), p.chip_id);
	/* escapes and an unknown member need the whole reader */
	buf_addf(&text,
	    "{\"device_id\":\"%s\",\"group_id\":\"\\u00421\",\"note\":[1],"
	    "\"certificate\":\"\\u002d----BEGIN CERTIFICATE-----\\n%s\\n"
	    "-----END CERTIFICATE-----\\n\"}",
	    p.chip_id, buf_cstr(&b64));
	assert_int_equal(read_text(&p, MANIFEST_JSONL, buf_cstr(&text), &r),
	    RC_NOT_FOUND);
	assert_int_equal(r.entries, 2);
	buf_clear(&b64);
	buf_clear(&text);
	pki_case_clear(&p);
}

static void manifest_jsonl_names_the_line_of_a_fault(void **state)
{
	static const struct {
		const char *text, *slug;
		unsigned long line;
	} bad[] = {
	    {"{}", "manifest-json", 1},
	    {"\n\n[]\n", "manifest-json", 3},
	    {"{\"certificate\":1}", "manifest-json", 1},
	    {"{\"certificate\":\"x\"}", "manifest-certificate", 1},
	    {"{\"certificate\":\"x\",\"certificate\":\"y\"}", "manifest-json",
		1},
	    {"{\"device_id\":7,\"certificate\":\"x\"}", "manifest-json", 1},
	    {"\n{\"certificate\":\"x\"", "manifest-json", 2},
	    {"{\"certificate\":\"\xff\"}", "manifest-json", 1},
	};
	struct pki_case p;
	struct reader r;
	size_t i;

	pki_case_init(&p, KEY_P256);
	for (i = 0; i < COUNT(bad); i++) {
		assert_int_equal(read_text(&p, MANIFEST_JSONL, bad[i].text, &r),
		    RC_INVALID);
		assert_string_equal(r.e.slug, bad[i].slug);
		assert_int_equal(r.e.line, bad[i].line);
	}
	pki_case_clear(&p);
}

static void manifest_refuses_an_entry_without_end(void **state)
{
	static const char *const starts[] =
	    {"device_id,group_id,certificate\na,b,\"", "{\"a\":\"",
		"[{\"a\":\""};
	struct buf text;
	struct pki_case p;
	struct reader r;
	enum manifest_form f;

	pki_case_init(&p, KEY_P256);
	buf_init(&text, TEXT_MAX);
	for (f = MANIFEST_CSV; f < MANIFEST_UNKNOWN; f++) {
		buf_reset(&text);
		buf_add_str(&text, starts[f]);
		while (text.n < 2 * MANIFEST_ENTRY_MAX)
			buf_add_u8(&text, 'A');
		assert_int_equal(read_back(&p, f, buf_span(&text), 4096, &r),
		    RC_INVALID);
		assert_string_equal(r.e.slug, "manifest-entry-size");
	}
	buf_clear(&text);
	pki_case_clear(&p);
}

static void manifest_microchip_array_must_be_one(void **state)
{
	static const char *const bad[] = {"", "[", "]", "[,]", "[{}", "{}",
	    "[1]", "[] x", "[]]", "[{},]", "[{} {}]", "[\"a\"]", "[}]"};
	struct pki_case p;
	struct reader r;
	size_t i;

	pki_case_init(&p, KEY_P256);
	assert_int_equal(read_text(&p, MANIFEST_MICROCHIP, " [ ] \n", &r),
	    RC_NOT_FOUND);
	/* a NUL is not the end */
	assert_int_equal(read_back(&p, MANIFEST_MICROCHIP, SPAN_LIT("[]\0\0["),
			     4096, &r),
	    RC_INVALID);
	for (i = 0; i < COUNT(bad); i++) {
		assert_int_equal(read_text(&p, MANIFEST_MICROCHIP, bad[i], &r),
		    RC_INVALID);
		assert_int_equal(read_back(&p, MANIFEST_MICROCHIP,
				     span_str(bad[i]), 1, &r),
		    RC_INVALID);
	}
	pki_case_clear(&p);
}

/* An entry with any payload, signed by the log signer as it should be. */
static void sign_entry(struct pki_case *p, const char *payload,
    const char *unique_id, struct buf *out)
{
	uint8_t print[DIGEST_SHA256];
	struct buf head, head64, body64, sig64, kid, x5t;
	struct cert c;

	buf_init(&head, 4096);
	buf_init(&head64, 4096);
	buf_init(&body64, TEXT_MAX);
	buf_init(&sig64, 4096);
	buf_init(&kid, 100);
	buf_init(&x5t, 100);
	assert_int_equal(cert_parse(&c, buf_span(&p->signer), NULL), RC_OK);
	cert_fingerprint(c.der, print);
	enc_base64url(&kid, c.ski);
	enc_base64url(&x5t, span_of(print, sizeof(print)));
	buf_addf(&head,
	    "{\"typ\":\"JWT\",\"alg\":\"ES256\",\"kid\":\"%s\","
	    "\"x5t#S256\":\"%s\"}",
	    buf_cstr(&kid), buf_cstr(&x5t));
	enc_base64url(&head64, buf_span(&head));
	enc_base64url(&body64, span_str(payload));
	assert_int_equal(jose_sign_parts(p->signer_key, buf_span(&head64),
			     buf_span(&body64), &sig64, NULL),
	    RC_OK);
	buf_addf(out,
	    "[{\"payload\":\"%s\",\"protected\":\"%s\",\"header\":"
	    "{\"uniqueId\":\"%s\"},\"signature\":\"%s\"}]",
	    buf_cstr(&body64), buf_cstr(&head64), unique_id, buf_cstr(&sig64));
	buf_clear(&head);
	buf_clear(&head64);
	buf_clear(&body64);
	buf_clear(&sig64);
	buf_clear(&kid);
	buf_clear(&x5t);
}

/* What a log signer could sign, by mistake or not, and must not count. */
static void manifest_microchip_checks_what_is_signed(void **state)
{
	static const struct {
		const char *version, *id, *seen;
		int other_key, other_leaf;
		const char *slug;
	} cases[] = {
	    {"2", "", "", 0, 0, "manifest-version-2"},
	    {"4", "", "", 0, 0, "manifest-version"},
	    {"1", "", "0102", 0, 0, "manifest-unique-id"},
	    {"1", "0123456789abcdef", "0123456789abcdef", 0, 0,
		"manifest-id-differs"},
	    {"3", "XYZ", "XYZ", 0, 0, "manifest-unique-id"},
	    {"1", "", "", 1, 0, "manifest-key-differs"},
	    {"3", "", "", 0, 1, "manifest-no-certificate"},
	    {"3", "", "", 0, 0, NULL},
	};
	struct buf payload, text, jwk, leaf;
	struct pki_case p;
	struct reader r;
	size_t i;

	pki_case_init(&p, KEY_P256);
	buf_init(&payload, TEXT_MAX);
	buf_init(&text, TEXT_MAX);
	buf_init(&jwk, TEXT_MAX);
	buf_init(&leaf, TEXT_MAX);
	enc_base64(&leaf, buf_span(&p.chip));
	for (i = 0; i < COUNT(cases); i++) {
		const char *id = cases[i].id[0] ? cases[i].id : p.chip_id;

		buf_reset(&payload);
		buf_reset(&text);
		buf_reset(&jwk);
		assert_int_equal(jose_jwk(key_spki(cases[i].other_key
						  ? p.ca_key
						  : p.chip_key),
				     &jwk, NULL),
		    RC_OK);
		jwk.n--; /* without its brace */
		buf_addf(&payload,
		    "{\"version\":%s,\"groupId\":\"B1\",\"uniqueId\":\"%s\","
		    "\"publicKeySet\":{\"keys\":[%s%s%s%s]}}",
		    cases[i].version, id, buf_cstr(&jwk),
		    cases[i].other_leaf ? "" : ",\"x5c\":[\"",
		    cases[i].other_leaf ? "" : buf_cstr(&leaf),
		    cases[i].other_leaf ? "}" : "\"]}");
		sign_entry(&p, buf_cstr(&payload),
		    cases[i].seen[0] ? cases[i].seen : id, &text);
		if (!cases[i].slug) {
			assert_int_equal(read_text(&p, MANIFEST_MICROCHIP,
					     buf_cstr(&text), &r),
			    RC_NOT_FOUND);
			continue;
		}
		assert_int_equal(read_text(&p, MANIFEST_MICROCHIP,
				     buf_cstr(&text), &r),
		    RC_INVALID);
		assert_string_equal(r.e.slug, cases[i].slug);
	}
	buf_clear(&payload);
	buf_clear(&text);
	buf_clear(&jwk);
	buf_clear(&leaf);
	pki_case_clear(&p);
}

static void manifest_microchip_refuses_a_stranger_and_a_change(void **state)
{
	struct pki_case p, stranger;
	struct buf text;
	struct reader r;
	size_t i;

	pki_case_init(&p, KEY_P256);
	pki_case_init(&stranger, KEY_P256);
	buf_init(&text, TEXT_MAX);
	write_entries(&p, MANIFEST_MICROCHIP, 1, &text);
	assert_int_equal(read_back(&stranger, MANIFEST_MICROCHIP,
			     buf_span(&text), 4096, &r),
	    RC_INVALID);
	assert_string_equal(r.e.slug, "manifest-signer-unknown");
	for (i = 2; i + 3 < text.n; i += 7) {
		uint8_t was = text.p[i];

		text.p[i] = was == 'A' ? 'B' : 'A';
		assert_int_equal(read_back(&p, MANIFEST_MICROCHIP,
				     buf_span(&text), 4096, &r),
		    RC_INVALID);
		text.p[i] = was;
	}
	buf_clear(&text);
	pki_case_clear(&p);
	pki_case_clear(&stranger);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(manifest_round_trips_however_it_is_cut),
	    cmocka_unit_test(manifest_cut_off_is_noticed),
	    cmocka_unit_test(manifest_csv_reads_what_others_write),
	    cmocka_unit_test(manifest_csv_names_the_line_of_a_fault),
	    cmocka_unit_test(manifest_jsonl_reads_any_order_and_escapes),
	    cmocka_unit_test(manifest_jsonl_names_the_line_of_a_fault),
	    cmocka_unit_test(manifest_refuses_an_entry_without_end),
	    cmocka_unit_test(manifest_microchip_array_must_be_one),
	    cmocka_unit_test(manifest_microchip_checks_what_is_signed),
	    cmocka_unit_test(
		manifest_microchip_refuses_a_stranger_and_a_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
