/* Decisions about whole certificates, and the answers made of them.
 * Certificates are made at run time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/enc.h"
#include "gate/gate_answer.h"
#include "pki/issue.h"
#include "tests/unit/check.h"

#define NOW 1790000000
#define DAY 86400

static char dir[64], path[128];
static struct key *k;
static struct table *w, *r;
static struct gate_answer answer;
static struct buf good, old, early, ca;

static void make_leaf(struct buf *out, int64_t from, int64_t to)
{
	const struct issue_leaf leaf = {.org = "T",
	    .common_name = "chip",
	    .not_before = from,
	    .not_after = to};

	buf_init(out, CERT_DER_MAX);
	assert_int_equal(issue_leaf(&leaf, key_spki(k), SPAN_NONE, k, out,
			     NULL),
	    RC_OK);
}

static void admit(struct span der, const char *device)
{
	uint8_t fp[TABLE_FP];

	cert_fingerprint(der, fp);
	assert_int_equal(table_admit(w, fp, span_str(device),
			     SPAN_LIT("DW\"9\""), SPAN_LIT("B1"), NULL),
	    RC_OK);
}

static int setup(void **state)
{
	const struct issue_ca root = {.org = "T",
	    .common_name = "root",
	    .not_before = NOW - DAY,
	    .not_after = NOW + DAY,
	    .path_len = 1};

	(void)snprintf(dir, sizeof(dir), "/tmp/birthmark-answer-XXXXXX");
	if (!mkdtemp(dir) || key_generate(&k, KEY_P256, NULL) != RC_OK)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/gate.table", dir);
	if (table_open_write(&w, path, "a/c", NULL) != RC_OK ||
	    table_open(&r, path, NULL) != RC_OK)
		return -1;
	answer.t = r;
	make_leaf(&good, NOW - DAY, NOW + DAY);
	make_leaf(&old, NOW - 2 * DAY, NOW - DAY);
	make_leaf(&early, NOW + DAY, NOW + 2 * DAY);
	buf_init(&ca, CERT_DER_MAX);
	if (issue_ca(&root, key_spki(k), SPAN_NONE, k, &ca, NULL) != RC_OK)
		return -1;
	return 0;
}

static int teardown(void **state)
{
	char lock[160];

	table_close(w);
	table_close(r);
	key_free(k);
	buf_clear(&good);
	buf_clear(&old);
	buf_clear(&early);
	buf_clear(&ca);
	(void)snprintf(lock, sizeof(lock), "%s.lock", path);
	(void)unlink(lock);
	(void)unlink(path);
	return rmdir(dir);
}

static const char *reason_of(struct span der)
{
	struct decide d;

	decide_cert(r, der, NOW, &d);
	assert_int_equal(d.admit, d.reason == NULL);
	return d.reason ? d.reason : "admitted";
}

static void a_certificate_must_be_known_and_valid(void **state)
{
	struct decide d;

	assert_string_equal(reason_of(buf_span(&good)), "unknown certificate");
	admit(buf_span(&good), "d1");
	admit(buf_span(&old), "d2");
	admit(buf_span(&early), "d3");
	admit(buf_span(&ca), "d4");
	assert_string_equal(reason_of(buf_span(&good)), "admitted");
	assert_string_equal(reason_of(buf_span(&old)), "certificate expired");
	assert_string_equal(reason_of(buf_span(&early)),
	    "certificate not yet valid");
	assert_string_equal(reason_of(buf_span(&ca)), "certificate of a CA");
	assert_string_equal(reason_of(SPAN_NONE), "not a certificate");
	assert_string_equal(reason_of(span_sub(buf_span(&good), 0, good.n - 1)),
	    "not a certificate");

	decide_cert(r, buf_span(&good), NOW, &d);
	assert_null(decide_again(r, &d, NOW));
	assert_string_equal(decide_again(r, &d, NOW + 2 * DAY),
	    "certificate expired");
	assert_int_equal(table_remove(w, d.fp, NULL), RC_OK);
	assert_string_equal(decide_again(r, &d, NOW), "removed");
	assert_string_equal(reason_of(buf_span(&good)), "removed");
	admit(buf_span(&good), "d1");
}

static void a_changed_byte_is_another_certificate(void **state)
{
	size_t i;

	admit(buf_span(&good), "d1");
	for (i = 0; i < good.n; i++) {
		good.p[i] ^= 1;
		assert_string_not_equal(reason_of(buf_span(&good)), "admitted");
		good.p[i] ^= 1;
	}
	assert_string_equal(reason_of(buf_span(&good)), "admitted");
}

static int ask(const struct http_request *req, char *text, size_t cap)
{
	struct http_response resp = {0};

	buf_init(&resp.body, 4096);
	buf_init(&resp.headers, 4096);
	gate_answer_admit(&answer, req, NOW, &resp);
	assert_true(span_copy_str(buf_span(&resp.body), text, cap));
	buf_clear(&resp.body);
	buf_clear(&resp.headers);
	return resp.status;
}

static void each_way_to_ask_is_answered(void **state)
{
	struct http_request req = {.method = HTTP_POST};
	char text[4096], hex[2 * TABLE_FP + 1];
	uint8_t fp[TABLE_FP];
	struct buf pem, escaped;

	buf_init(&pem, 8192);
	buf_init(&escaped, 16384);
	admit(buf_span(&good), "d1");
	enc_pem(&pem, "CERTIFICATE", buf_span(&good));
	enc_percent(&escaped, buf_span(&pem));
	cert_fingerprint(buf_span(&good), fp);
	enc_hex_str(hex, span_of(fp, sizeof(fp)));

	assert_int_equal(ask(&req, text, sizeof(text)), 403);
	assert_non_null(strstr(text, "no certificate"));
	req.body = buf_span(&pem);
	assert_int_equal(ask(&req, text, sizeof(text)), 200);
	assert_non_null(strstr(text,
	    "\"admit\":true,\"device\":\"d1\","
	    "\"product\":\"DW\\\"9\\\"\","
	    "\"batch\":\"B1\""));
	req.body = SPAN_NONE;
	req.headers[0].name = SPAN_LIT("x-ssl-client-cert");
	req.headers[0].value = buf_span(&escaped);
	req.headers_n = 1;
	assert_int_equal(ask(&req, text, sizeof(text)), 200);
	req.headers[1].name = SPAN_LIT("x-client-fingerprint");
	req.headers[1].value = span_str(hex);
	req.headers_n = 2;
	assert_int_equal(ask(&req, text, sizeof(text)), 400);
	req.headers[0] = req.headers[1];
	req.headers_n = 1;
	assert_int_equal(ask(&req, text, sizeof(text)), 200);
	req.headers[0].value = span_str(hex + 1);
	assert_int_equal(ask(&req, text, sizeof(text)), 403);
	assert_non_null(strstr(text, "\"admit\":false"));
	buf_clear(&pem);
	buf_clear(&escaped);
}

/* EMQX's request, the parts that it knows by a handshake as given. */
static bool emqx_allows(struct span cert, const char *names, char *text,
    size_t cap)
{
	struct http_request req = {.method = HTTP_POST,
	    .path = SPAN_LIT("/emqx")};
	char body[8192];

	(void)snprintf(body, sizeof(body),
	    "{\"certificate\":\"%.*s\",\"client_id\":\"%%2B\"%s}", (int)cert.n,
	    (const char *)cert.p, names);
	req.body = span_str(body);
	assert_int_equal(ask(&req, text, cap), 200);
	return strstr(text, "\"result\":\"allow\"") != NULL;
}

static void emqx_is_answered_by_what_it_saw_itself(void **state)
{
	static const char *const no[] = {"", ",\"subject\":\"CN=chip\"",
	    ",\"common_name\":\"chip\"",
	    ",\"subject\":\"\",\"common_name\":\"\"",
	    ",\"subject\":\"undefined\",\"common_name\":\"chip\"",
	    ",\"subject\":\"CN=chip\",\"common_name\":\"chips\"",
	    ",\"subject\":\"CN=chip\",\"common_name\":\"\"",
	    ",\"subject\":7,\"common_name\":\"chip\""};
	static const char yes[] =
	    ",\"subject\":\"CN=chip,O=T\",\"common_name\":\"chip\"";
	char text[4096];
	struct buf leaf, b64, pem;
	size_t i;

	buf_init(&b64, 8192);
	buf_init(&pem, 8192);
	make_leaf(&leaf, NOW - DAY, NOW + DAY);
	admit(buf_span(&leaf), "+");
	enc_base64(&b64, buf_span(&leaf));
	enc_pem(&pem, "CERTIFICATE", buf_span(&leaf));
	assert_true(emqx_allows(buf_span(&b64), yes, text, sizeof(text)));
	assert_non_null(strstr(text,
	    "\"client_attrs\":{\"device\":\"%2B\",\"product\":\"DW%229%22\","));
	for (i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		assert_false(
		    emqx_allows(buf_span(&b64), no[i], text, sizeof(text)));
	assert_false(emqx_allows(SPAN_NONE, yes, text, sizeof(text)));
	for (i = 0; i < pem.n; i++)
		if (pem.p[i] == '\n')
			pem.p[i] = ' ';
	assert_false(emqx_allows(buf_span(&pem), yes, text, sizeof(text)));
	buf_clear(&leaf);
	buf_clear(&b64);
	buf_clear(&pem);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_certificate_must_be_known_and_valid),
	    cmocka_unit_test(a_changed_byte_is_another_certificate),
	    cmocka_unit_test(each_way_to_ask_is_answered),
	    cmocka_unit_test(emqx_is_answered_by_what_it_saw_itself),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
