/* The forms that the device library reads and writes: DER, base64, JSON, URLs,
 * HTTP, times and certificates, each refused where it is odd.
 * Must not judge trust. */
#include "device/lib/bm_b64.h"
#include "device/lib/bm_cert.h"
#include "device/lib/bm_der.h"
#include "device/lib/bm_http.h"
#include "device/lib/bm_json.h"
#include "device/lib/bm_time.h"
#include "device/lib/bm_url.h"
#include "pki/cert.h"
#include "tests/unit/bm_case.h"

static struct bm_span text(const char *s)
{
	return bm_mem_span(s, strlen(s));
}

static void bm_der_refuses_what_is_not_der(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		bool ok;
	} cases[] = {
	    {"\x04\x00", 2, true},
	    {"\x04\x01x", 3, true},
	    {"", 0, false},
	    {"\x04", 1, false},
	    {"\x04\x02x", 3, false},
	    {"\x04\x80x\0\0", 5, false},	 /* indefinite */
	    {"\x04\x81\x01x", 4, false},	 /* not minimal */
	    {"\x04\x82\x00\x01x", 5, false},	 /* not minimal */
	    {"\x04\x83\x00\x00\x01x", 6, false}, /* too long */
	    {"\x1f\x01\x00", 3, false},		 /* a high tag */
	    {"\x04\x81", 2, false},
	    {"\x04\x82\x01", 3, false},
	};
	struct bm_span in, content;
	uint8_t tag;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		in = bm_mem_span(cases[i].bytes, cases[i].n);
		assert_int_equal(bm_der_next(&in, &tag, &content, NULL),
		    cases[i].ok);
		if (!cases[i].ok)
			assert_int_equal(in.n, cases[i].n);
	}
}

static void bm_der_reads_numbers_and_bits_strictly(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		size_t want; /* bytes of the number; 0: refused */
	} cases[] = {
	    {"\x02\x01\x00", 3, 1},
	    {"\x02\x01\x7f", 3, 1},
	    {"\x02\x02\x00\x80", 4, 1},
	    {"\x02\x01\x80", 3, 0},
	    {"\x02\x02\x00\x7f", 4, 0},
	    {"\x02\x00", 2, 0},
	    {"\x03\x01\x00", 3, 0},
	};
	struct bm_span in, v;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		in = bm_mem_span(cases[i].bytes, cases[i].n);
		assert_int_equal(bm_der_uint(&in, &v), cases[i].want > 0);
		if (cases[i].want > 0)
			assert_int_equal(v.n, cases[i].want);
	}
	in = bm_mem_span("\x03\x02\x01\x80", 4);
	assert_false(bm_der_bits(&in, &v));
	in = bm_mem_span("\x03\x00", 2);
	assert_false(bm_der_bits(&in, &v));
	in = bm_mem_span("\x03\x02\x00\x81", 4);
	assert_true(bm_der_bits(&in, &v) && v.n == 1);
}

static void bm_der_writes_backwards_what_libcrypto_reads(void **state)
{
	uint8_t memory[1024], body[300] = {0};
	struct bm_der_out o = {memory, sizeof(memory), false};
	const uint8_t *p;
	long n;
	int tag, class;
	size_t i;

	for (i = 0; i < 300; i += 50) {
		o.at = sizeof(memory);
		bm_der_put_tlv(&o, BM_DER_OCTETS, bm_mem_span(body, i));
		p = memory + o.at;
		assert_false(ASN1_get_object(&p, &n, &tag, &class,
				 (long)(sizeof(memory) - o.at)) &
		    0x80);
		assert_int_equal(n, i);
		assert_int_equal(tag, V_ASN1_OCTET_STRING);
	}
	o.at = 10;
	bm_der_put_tlv(&o, BM_DER_OCTETS, bm_mem_span(body, 9));
	assert_true(o.full);
}

static void bm_time_reads_and_writes_the_calendar(void **state)
{
	static const struct {
		const char *text;
		int64_t want; /* -1: refused */
	} cases[] = {
	    {"1970-01-01T00:00:00Z", 0},
	    {"2026-11-23T04:05:06Z", 1795406706},
	    {"2026-11-23T04:05:06.789Z", 1795406706},
	    {"2026-11-23T05:05:06+01:00", 1795406706},
	    {"2026-11-22T23:05:06-05:00", 1795406706},
	    {"2000-02-29T23:59:59Z", 951868799},
	    {"9999-12-31T23:59:58Z", 253402300798},
	    {"2026-02-29T00:00:00Z", -1},
	    {"2100-02-29T00:00:00Z", -1},
	    {"2026-13-01T00:00:00Z", -1},
	    {"2026-00-01T00:00:00Z", -1},
	    {"2026-01-32T00:00:00Z", -1},
	    {"2026-01-01T24:00:00Z", -1},
	    {"2026-01-01T00:60:00Z", -1},
	    {"2026-01-01T00:00:00", -1},
	    {"2026-01-01T00:00:00.Z", -1},
	    {"2026-01-01T00:00:00Zx", -1},
	    {"2026-01-01 00:00:00Z", -1},
	    {"2026-1-01T00:00:00Z", -1},
	    {"2026-01-01T00:00:00+0100", -1},
	    {"", -1},
	};
	char digits[15] = "";
	int64_t t;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		assert_int_equal(bm_time_rfc3339(text(cases[i].text), &t),
		    cases[i].want >= 0);
		if (cases[i].want < 0)
			continue;
		assert_true(t == cases[i].want);
		assert_true(bm_time_digits(t, digits));
		digits[14] = 'Z';
		assert_true(bm_time_der(bm_mem_span(digits, 15), false, &t));
		assert_true(t == cases[i].want);
	}
	assert_false(bm_time_digits(-1, digits));
	assert_false(bm_time_digits(253402300800, digits));
	assert_true(bm_time_der(text("991231235959Z"), true, &t));
	assert_true(t == 946684799);
	assert_true(bm_time_der(text("99991231235959Z"), false, &t));
	assert_true(t == BM_TIME_NEVER);
	assert_false(bm_time_der(text("2026010100000Z"), false, &t));
	assert_false(bm_time_der(text("260101000060Z"), true, &t));
	for (t = 0; t < 4102444800; t += 86399 * 7) {
		int64_t back;
		char full[16];

		assert_true(bm_time_digits(t, full));
		full[14] = 'Z';
		assert_true(bm_time_der(bm_mem_span(full, 15), false, &back));
		assert_true(back == t);
	}
}

static void bm_b64_has_one_reading(void **state)
{
	static const struct {
		const char *in, *out; /* NULL: refused */
	} cases[] = {
	    {"", ""},
	    {"YQ==", "a"},
	    {"YWI=", "ab"},
	    {"YWJj", "abc"},
	    {"YW\r\nJj", "abc"},
	    {" Y Q = = ", "a"},
	    {"YQ=", NULL},
	    {"YQ", NULL},
	    {"YR==", NULL},
	    {"YWJ=", NULL},
	    {"YWJj=", NULL},
	    {"Y", NULL},
	    {"YQ==YQ==", NULL},
	    {"YQ=a", NULL},
	    {"Y-_=", NULL},
	    {"====", NULL},
	    {"YQ===", NULL},
	};
	uint8_t p[64], again[64];
	size_t i, n;

	for (i = 0; i < COUNT(cases); i++) {
		memcpy(p, cases[i].in, strlen(cases[i].in) + 1);
		assert_int_equal(bm_b64_decode(p, strlen(cases[i].in), &n),
		    cases[i].out != NULL);
		if (cases[i].out)
			assert_memory_equal(p, cases[i].out, n);
	}
	for (n = 0; n < 48; n++) {
		struct bm_mem_out o = {again, sizeof(again), 0, false};

		memset(p, 0xfb, sizeof(p));
		bm_b64_encode(&o, bm_mem_span(p, n));
		assert_int_equal(o.n, (n + 2) / 3 * 4);
		assert_true(bm_b64_decode(again, o.n, &i) && i == n);
		assert_memory_equal(again, p, n);
	}
}

static void bm_json_refuses_what_is_not_json(void **state)
{
	static const char *const good[] = {"{}", "[]", " { \"a\" : [ ] } ",
	    "\"\"", "0", "-0.5e+10", "true", "null",
	    "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}",
	    "[[],[[]],{\"\\u0041\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}]"};
	static const char *const bad[] = {"", " ", "{", "}", "[", "]", "{]",
	    "[}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "[1,]", "[,1]", "[1 2]",
	    "{\"a\" 1}", "{a:1}", "{'a':1}", "01", "-", "1.", ".5", "1e", "+1",
	    "tru", "True", "\"", "\"\\x\"", "\"\\u12g4\"", "\"\\u12\"",
	    "\"\n\"", "1 1", "[[[[[[[[[]]]]]]]]]", "{\"a\":1 \"b\":2}", "nul",
	    "{}x", "{\"a\":1}]", "[1}", "\"a\\", "[\"a\":1]"};
	struct bm_span s;
	size_t i;

	for (i = 0; i < COUNT(good); i++) {
		s = text(good[i]);
		if (!bm_json_check(&s))
			fail_msg("refused: %s", good[i]);
	}
	for (i = 0; i < COUNT(bad); i++) {
		s = text(bad[i]);
		if (bm_json_check(&s))
			fail_msg("taken: %s", bad[i]);
	}
}

static void bm_json_finds_members_and_items(void **state)
{
	char json[] = "{\"a\":{\"b\":1},\"b\":\"x\\/\\u0041\\n\",\"c\":[1,"
		      "\"2\",[3]],\"d\":0,\"d\":0,\"e\":\"\\u00e9\"}";
	struct bm_span s = text(json), v, out;
	size_t at = 0, n = 0;

	assert_true(bm_json_check(&s));
	assert_int_equal(bm_json_member(s, "b", &v), BM_JSON_ONE);
	assert_int_equal(bm_json_member(s, "z", &v), BM_JSON_NONE);
	assert_int_equal(bm_json_member(s, "d", &v), BM_JSON_TWICE);
	assert_int_equal(bm_json_member(s, "c", &v), BM_JSON_ONE);
	while (bm_json_item(v, &at, &out))
		n++;
	assert_int_equal(n, 3);
	assert_int_equal(bm_json_member(v, "c", &out), BM_JSON_NONE);
	assert_int_equal(bm_json_member(s, "e", &v), BM_JSON_ONE);
	assert_false(bm_json_string((uint8_t *)json, v, &out));
	assert_int_equal(bm_json_member(s, "a", &v), BM_JSON_ONE);
	assert_false(bm_json_string((uint8_t *)json, v, &out));
	assert_int_equal(bm_json_member(s, "b", &v), BM_JSON_ONE);
	assert_true(bm_json_string((uint8_t *)json, v, &out));
	assert_int_equal(out.n, 4);
	assert_memory_equal(out.p, "x/A\n", 4);
}

static void bm_url_takes_http_and_https_only(void **state)
{
	static const struct {
		const char *in, *host, *path; /* host NULL: refused */
		uint16_t port;
	} cases[] = {
	    {"https://a", "a", "", 443},
	    {"https://a/", "a", "", 443},
	    {"http://a.b-c:8080/x?y=z", "a.b-c", "/x?y=z", 8080},
	    {"https://[::1]:1/x", "::1", "/x", 1},
	    {"HTTPS://a", NULL, NULL, 0},
	    {"ftp://a", NULL, NULL, 0},
	    {"https://", NULL, NULL, 0},
	    {"https://a:", NULL, NULL, 0},
	    {"https://a:0", NULL, NULL, 0},
	    {"https://a:65536", NULL, NULL, 0},
	    {"https://a:123456", NULL, NULL, 0},
	    {"https://a:8x", NULL, NULL, 0},
	    {"https://a@b", NULL, NULL, 0},
	    {"https://a b", NULL, NULL, 0},
	    {"https://a/\r\nx", NULL, NULL, 0},
	    {"https://a/#x", NULL, NULL, 0},
	    {"https://a?x", NULL, NULL, 0},
	    {"https://[::1", NULL, NULL, 0},
	    {"https://a/\xc3\xa9", NULL, NULL, 0},
	};
	char longer[300];
	struct bm_url u;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		bool ok = bm_url_parse(&u, text(cases[i].in));

		assert_int_equal(ok, cases[i].host != NULL);
		if (!ok)
			continue;
		assert_string_equal(u.host, cases[i].host);
		assert_string_equal(u.path, cases[i].path);
		assert_int_equal(u.port, cases[i].port);
	}
	memset(longer, 'a', sizeof(longer));
	memcpy(longer, "https://", 8);
	assert_true(bm_url_parse(&u, bm_mem_span(longer, 8 + 127)));
	assert_false(bm_url_parse(&u, bm_mem_span(longer, 8 + 128)));
	longer[9] = '/';
	assert_true(bm_url_parse(&u, bm_mem_span(longer, 9 + 95)));
	assert_false(bm_url_parse(&u, bm_mem_span(longer, 9 + 96)));
}

#define OK200 "HTTP/1.1 200 OK\r\n"

static void bm_http_refuses_what_has_two_readings(void **state)
{
	static const struct {
		const char *in;
		enum bm_http_state want;
	} cases[] = {
	    {OK200 "Content-Length: 0\r\n\r\n", BM_HTTP_DONE},
	    {"HTTP/1.1 204\r\n\r\n", BM_HTTP_DONE},
	    {"HTTP/1.1 100 Go on\r\n\r\n" OK200 "Content-Length: 0\r\n\r\n",
		BM_HTTP_DONE},
	    {OK200 "Content-Length: 2\r\ncontent-length: 2\r\n\r\nab",
		BM_HTTP_DONE},
	    {OK200 "Content-Length: 2\r\nContent-Length: 3\r\n\r\nab",
		BM_HTTP_BAD},
	    {OK200 "Content-Length: 2, 2\r\n\r\nab", BM_HTTP_BAD},
	    {OK200 "Content-Length: -2\r\n\r\nab", BM_HTTP_BAD},
	    {OK200 "Content-Length: +2\r\n\r\nab", BM_HTTP_BAD},
	    {OK200 "Content-Length: \r\n\r\nab", BM_HTTP_BAD},
	    {OK200 "Content-Length: 9999999999\r\n\r\nab", BM_HTTP_BAD},
	    {OK200 "Content-Length: 99999\r\n\r\nab", BM_HTTP_LARGE},
	    {OK200 "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
		BM_HTTP_BAD},
	    {OK200 "Transfer-Encoding: gzip\r\n\r\n", BM_HTTP_BAD},
	    {OK200 "Transfer-Encoding: gzip, chunked\r\n\r\n", BM_HTTP_BAD},
	    {OK200 "Transfer-Encoding: chunked\r\nTransfer-Encoding: "
		   "chunked\r\n\r\n",
		BM_HTTP_BAD},
	    {"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
		BM_HTTP_BAD},
	    {OK200 "Content-Length : 2\r\n\r\n", BM_HTTP_BAD},
	    {OK200 "A: b\r\n c\r\n\r\n", BM_HTTP_BAD},
	    {OK200 "A: b\n\r\n", BM_HTTP_BAD},
	    {OK200 "A: b\rc\r\n\r\n", BM_HTTP_BAD},
	    {OK200 ": b\r\n\r\n", BM_HTTP_BAD},
	    {OK200 "A\r\n\r\n", BM_HTTP_BAD},
	    {"HTTP/2 200\r\n", BM_HTTP_BAD},
	    {"HTTP/1.1 2000 OK\r\n", BM_HTTP_BAD},
	    {"HTTP/1.1 20 OK\r\n", BM_HTTP_BAD},
	    {"HTTP/1.1  200 OK\r\n", BM_HTTP_BAD},
	    {"HTTP/1.1 600 OK\r\n", BM_HTTP_BAD},
	    {"http/1.1 200 OK\r\n", BM_HTTP_BAD},
	    {"HTTP/1.1 101 Switch\r\n\r\n", BM_HTTP_BAD},
	    {"\r\n", BM_HTTP_BAD},
	    {OK200 "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
		BM_HTTP_DONE},
	    {OK200 "Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n",
		BM_HTTP_BAD},
	    {OK200 "Transfer-Encoding: chunked\r\n\r\nx\r\n", BM_HTTP_BAD},
	    {OK200 "Transfer-Encoding: chunked\r\n\r\n\r\n", BM_HTTP_BAD},
	    {OK200 "Transfer-Encoding: chunked\r\n\r\n-1\r\n", BM_HTTP_BAD},
	    {OK200 "Transfer-Encoding: chunked\r\n\r\n00000002\r\n",
		BM_HTTP_BAD},
	    {OK200 "Transfer-Encoding: chunked\r\n\r\nfffffff\r\n",
		BM_HTTP_LARGE},
	    {OK200 "Transfer-Encoding: chunked\r\n\r\n0\r\nbad\r\n\r\n",
		BM_HTTP_BAD},
	    {OK200 "Location: a\r\nLocation: b\r\n\r\n", BM_HTTP_BAD},
	    {OK200 "\r\nabc", BM_HTTP_MORE},
	    {OK200, BM_HTTP_MORE},
	};
	static const size_t steps[] = {1, 3, 1000};
	uint8_t memory[BM_HTTP_MEMORY_MIN + 100];
	struct bm_http h;
	size_t i, k, at, n;

	for (i = 0; i < COUNT(cases); i++)
		for (k = 0; k < COUNT(steps); k++) {
			enum bm_http_state got = BM_HTTP_MORE;
			struct bm_span s = text(cases[i].in);

			bm_http_begin(&h, memory, sizeof(memory));
			for (at = 0; at < s.n; at += n) {
				n = s.n - at < steps[k] ? s.n - at : steps[k];
				got = bm_http_feed(&h, s.p + at, n);
			}
			if (got != cases[i].want)
				fail_msg("%s: %d", cases[i].in, got);
		}
}

static void bm_http_keeps_to_its_limits(void **state)
{
	uint8_t memory[BM_HTTP_MEMORY_MIN + 100];
	char line[700];
	struct bm_http h;
	size_t i;

	/* A long header that nobody asks for is passed over. */
	memset(line, 'x', sizeof(line));
	line[1] = ':';
	bm_http_begin(&h, memory, sizeof(memory));
	(void)bm_http_feed(&h, (const uint8_t *)OK200, 17);
	(void)bm_http_feed(&h, (uint8_t *)line, sizeof(line));
	(void)bm_http_feed(&h, (const uint8_t *)"\r\nRetry-After: 7\r\n", 18);
	assert_int_equal(bm_http_feed(&h,
			     (const uint8_t *)"Content-Length: 2\r\n\r\nabc",
			     24),
	    BM_HTTP_DONE);
	assert_int_equal(h.retry_after, 7);
	assert_int_equal(bm_http_body(&h).n, 2);
	assert_true(h.close); /* by the byte behind its end */
	/* One that we act on is not. */
	memcpy(line, "location:", 9);
	bm_http_begin(&h, memory, sizeof(memory));
	(void)bm_http_feed(&h, (const uint8_t *)OK200, 17);
	(void)bm_http_feed(&h, (uint8_t *)line, sizeof(line));
	assert_int_equal(bm_http_feed(&h, (const uint8_t *)"\r\n", 2),
	    BM_HTTP_BAD);
	/* Endless headers, and an endless body. */
	bm_http_begin(&h, memory, sizeof(memory));
	(void)bm_http_feed(&h, (const uint8_t *)OK200, 17);
	for (i = 0; i < BM_HTTP_HEAD_MAX / 6 + 1; i++)
		(void)bm_http_feed(&h, (const uint8_t *)"A: b\r\n", 6);
	assert_int_equal(bm_http_feed(&h, (const uint8_t *)"A", 1),
	    BM_HTTP_LARGE);
	bm_http_begin(&h, memory, sizeof(memory));
	(void)bm_http_feed(&h, (const uint8_t *)OK200 "\r\n", 19);
	for (i = 0; i < 100; i++)
		assert_int_equal(bm_http_feed(&h, (const uint8_t *)"x", 1),
		    BM_HTTP_MORE);
	assert_int_equal(bm_http_feed(&h, (const uint8_t *)"x", 1),
	    BM_HTTP_LARGE);
	bm_http_begin(&h, memory, sizeof(memory));
	assert_false(bm_http_began(&h));
	assert_int_equal(bm_http_end(&h), BM_HTTP_BAD);
}

static void bm_cert_reads_as_the_service_does(void **state)
{
	static const char hardware[] =
	    "DER:3019A01706082b06010505070804A00B300906032a0304040200ff";
	static const struct {
		const char *serial, *san;
	} cases[] = {{BM_CASE_SERIAL, NULL}, {NULL, NULL}, {NULL, "DNS:a"},
	    {NULL, hardware}, {BM_CASE_SERIAL, hardware}};
	char ours[BM_SERIAL_MAX + 1], theirs[CERT_ID_MAX + 1];
	struct bm_case_cert x = {0};
	struct bm_cert c;
	struct cert d;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		bm_case_cert(&x,
		    &(struct bm_case_spec){.cn = "Chip",
			.serial_number = cases[i].serial,
			.san = cases[i].san,
			.until_s = i == 2 ? 10000L * 86400 : 0,
			.serial = 0x80 + (long)i});
		assert_true(bm_cert_parse(&c, bm_case_span(&x)));
		assert_int_equal(cert_parse(&d, span_of(x.der, x.n), NULL),
		    RC_OK);
		assert_true(bm_cert_chip(&c, ours));
		cert_chip_id(&d, theirs);
		assert_string_equal(ours, theirs);
		assert_true(c.not_before == d.not_before);
		assert_true(c.not_after == d.not_after);
		assert_ptr_equal(c.tbs.p, d.tbs.p);
		assert_ptr_equal(c.spki.p, d.spki.p);
		assert_int_equal(c.serial.n, d.serial.n);
		bm_case_cert_clear(&x);
	}
}

static void bm_cert_refuses_every_truncation_and_trailing_bytes(void **state)
{
	struct bm_case_cert x = {0};
	uint8_t longer[2049];
	struct bm_cert c;
	size_t i;

	bm_case_cert(&x,
	    &(struct bm_case_spec){.cn = "A",
		.constraints = "critical,CA:TRUE,pathlen:3",
		.usage = "critical,keyCertSign,digitalSignature",
		.eku = "OCSPSigning",
		.aia = "OCSP;URI:http://a/",
		.san = "URI:urn:birthmark:product:p"});
	assert_true(bm_cert_parse(&c, bm_case_span(&x)));
	assert_true(c.is_ca && c.path_len == 3 && c.eku_ocsp && !c.eku_peer);
	assert_int_equal(c.usage, BM_CERT_SIGN | BM_CERT_DIGITAL_SIGNATURE);
	assert_true(bm_mem_eq(c.ocsp, text("http://a/")));
	assert_true(bm_mem_eq(bm_cert_product(&c), text("p")));
	for (i = 0; i < x.n; i++)
		assert_false(bm_cert_parse(&c, bm_mem_span(x.der, i)));
	memcpy(longer, x.der, x.n);
	longer[x.n] = 0;
	assert_false(bm_cert_parse(&c, bm_mem_span(longer, x.n + 1)));
	bm_case_cert_clear(&x);
	/* Other algorithms are not read at all. */
	bm_case_cert(&x, &(struct bm_case_spec){.cn = "A", .curve = "P-521"});
	assert_false(bm_cert_parse(&c, bm_case_span(&x)));
	bm_case_cert_clear(&x);
}

static void bm_why_has_a_word_for_each(void **state)
{
	int i, k;

	for (i = 0; i < BM_WHY_COUNT; i++) {
		assert_non_null(bm_why_text((enum bm_why)i));
		for (k = 0; k < i; k++)
			assert_string_not_equal(bm_why_text((enum bm_why)i),
			    bm_why_text((enum bm_why)k));
	}
	assert_string_equal(bm_why_text(BM_WHY_COUNT), "unknown");
	assert_string_equal(bm_task_text(BM_TASK_PROOF), "proof");
	assert_string_equal(bm_task_text((enum bm_task)99), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bm_der_refuses_what_is_not_der),
	    cmocka_unit_test(bm_der_reads_numbers_and_bits_strictly),
	    cmocka_unit_test(bm_der_writes_backwards_what_libcrypto_reads),
	    cmocka_unit_test(bm_time_reads_and_writes_the_calendar),
	    cmocka_unit_test(bm_b64_has_one_reading),
	    cmocka_unit_test(bm_json_refuses_what_is_not_json),
	    cmocka_unit_test(bm_json_finds_members_and_items),
	    cmocka_unit_test(bm_url_takes_http_and_https_only),
	    cmocka_unit_test(bm_http_refuses_what_has_two_readings),
	    cmocka_unit_test(bm_http_keeps_to_its_limits),
	    cmocka_unit_test(bm_cert_reads_as_the_service_does),
	    cmocka_unit_test(
		bm_cert_refuses_every_truncation_and_trailing_bytes),
	    cmocka_unit_test(bm_why_has_a_word_for_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
