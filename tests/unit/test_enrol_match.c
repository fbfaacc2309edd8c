/* Which path of which port is answered, by whom it may be asked and with what.
 * Must not call a handler. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "enrol/enrol_match.h"
#include "tests/unit/check.h"

#define DEVICE ENROL_DEVICE
#define STATUS ENROL_STATUS
#define EST "/.well-known/est/"

static const struct {
	enum http_method method;
	const char *path;
	enum enrol_port port;
	const char *route; /* NULL: there is none */
	const char *param[ENROL_PARAMS_MAX];
} paths[] = {
    {HTTP_GET, EST "cacerts", DEVICE, EST "cacerts", {NULL}},
    {HTTP_HEAD, EST "cacerts", DEVICE, EST "cacerts", {NULL}},
    {HTTP_GET, EST "prd_1/cacerts", DEVICE, EST "{label}/cacerts", {"prd_1"}},
    {HTTP_POST, EST "simpleenroll", DEVICE, EST "simpleenroll", {NULL}},
    {HTTP_GET, EST "cacerts", STATUS, NULL, {NULL}},
    {HTTP_GET, EST "cacerts/", DEVICE, NULL, {NULL}},
    {HTTP_GET, EST "/cacerts", DEVICE, NULL, {NULL}},
    {HTTP_GET, EST "a/b/cacerts", DEVICE, NULL, {NULL}},
    {HTTP_GET, EST "a%2fb/cacerts", DEVICE, NULL, {NULL}},
    {HTTP_GET, EST "cacert", DEVICE, NULL, {NULL}},
    {HTTP_GET, EST "cacertsx", DEVICE, NULL, {NULL}},
    {HTTP_GET, EST "CACERTS", DEVICE, NULL, {NULL}},
    {HTTP_GET, "/.well-known/est", DEVICE, NULL, {NULL}},
    {HTTP_GET, "/", DEVICE, NULL, {NULL}},
    {HTTP_GET, "/", STATUS, NULL, {NULL}},
    {HTTP_POST, "/.well-known/cmp/p/prd_1", STATUS, "/.well-known/cmp/p/{name}",
	{"prd_1"}},
    {HTTP_POST, "/.well-known/cmp/p/prd_1", DEVICE, NULL, {NULL}},
    {HTTP_POST, "/.well-known/cmp", STATUS, NULL, {NULL}},
    {HTTP_GET, "/ocsp/a/b%3D", STATUS, "/ocsp/{rest}", {"a/b%3D"}},
    {HTTP_GET, "/ocsp/", STATUS, NULL, {NULL}},
    {HTTP_GET, "/crl/x.crl", STATUS, "/crl/{file}", {"x.crl"}},
    {HTTP_GET, "/crl/vendor/x.crl", STATUS, "/crl/vendor/{file}", {"x.crl"}},
    {HTTP_GET, "/crl/../x.crl", STATUS, NULL, {NULL}},
    {HTTP_GET, "/crl/x.crl", DEVICE, NULL, {NULL}},
};

static void only_the_paths_of_the_table_are_known(void **state)
{
	const struct enrol_route *r;
	struct span param[ENROL_PARAMS_MAX];
	struct http_request *req = calloc(1, sizeof(*req));
	size_t i, k;
	enum rc rc;

	assert_non_null(req);
	for (i = 0; i < COUNT(paths); i++) {
		req->method = paths[i].method;
		req->path = span_str(paths[i].path);
		r = NULL;
		rc = enrol_match(req, paths[i].port, &r, param, NULL);
		if ((rc == RC_OK) != (paths[i].route != NULL) ||
		    (r && strcmp(r->path, paths[i].route) != 0))
			fail_msg("%zu: %s", i, paths[i].path);
		assert_true(rc == RC_OK || rc == RC_NOT_FOUND);
		for (k = 0; rc == RC_OK && k < ENROL_PARAMS_MAX; k++)
			assert_true(span_eq_str(param[k],
			    paths[i].param[k] ? paths[i].param[k] : ""));
	}
	free(req);
}

static void another_method_is_told_which_are_allowed(void **state)
{
	static const struct {
		enum http_method method;
		const char *path, *allow;
		enum enrol_port port;
	} cases[] = {
	    {HTTP_POST, EST "cacerts", "Allow: GET, HEAD\r\n", DEVICE},
	    {HTTP_GET, EST "simpleenroll", "Allow: POST\r\n", DEVICE},
	    {HTTP_HEAD, EST "simpleenroll", "Allow: POST\r\n", DEVICE},
	    {HTTP_OTHER, EST "p/csrattrs", "Allow: GET, HEAD\r\n", DEVICE},
	    {HTTP_DELETE, "/ocsp", "Allow: POST\r\n", STATUS},
	};
	struct http_request *req = calloc(1, sizeof(*req));
	struct http_response *resp = calloc(1, sizeof(*resp));
	struct span param[ENROL_PARAMS_MAX];
	const struct enrol_route *r;
	struct err e;
	size_t i;

	assert_true(req && resp);
	buf_init(&resp->headers, 4096);
	for (i = 0; i < COUNT(cases); i++) {
		req->method = cases[i].method;
		req->path = span_str(cases[i].path);
		assert_int_equal(enrol_match(req, cases[i].port, &r, param, &e),
		    RC_INVALID);
		assert_string_equal(e.slug, "method-not-allowed");
		buf_reset(&resp->headers);
		enrol_match_allow(req, cases[i].port, resp);
		assert_string_equal(buf_cstr(&resp->headers), cases[i].allow);
	}
	buf_clear(&resp->headers);
	free(req);
	free(resp);
}

/* A long word does not become a label. */
static void words_of_paths_have_an_end(void **state)
{
	struct http_request *req = calloc(1, sizeof(*req));
	struct span param[ENROL_PARAMS_MAX];
	const struct enrol_route *r;
	char path[256];
	size_t n;

	assert_non_null(req);
	for (n = 127; n < 131; n++) {
		(void)snprintf(path, sizeof(path), EST "%0*d/cacerts", (int)n,
		    0);
		req->path = span_str(path);
		assert_int_equal(enrol_match(req, DEVICE, &r, param, NULL),
		    n <= 128 ? RC_OK : RC_NOT_FOUND);
	}
	free(req);
}

static void media_types_have_no_case_and_no_parameters(void **state)
{
	static const struct {
		const char *value; /* NULL: none is told */
		bool is;
	} types[] = {
	    {"application/pkcs10", true},
	    {"Application/PKCS10", true},
	    {"application/pkcs10; charset=x", true},
	    {"application/pkcs10 ;a=b", true},
	    {"application/pkcs1", false},
	    {"application/pkcs100", false},
	    {"application/pkcs10 x", false},
	    {"x; application/pkcs10", false},
	    {"", false},
	    {NULL, false},
	};
	struct http_request *req = calloc(1, sizeof(*req));
	size_t i;

	assert_non_null(req);
	req->headers[0].name = SPAN_LIT("content-type");
	for (i = 0; i < COUNT(types); i++) {
		req->headers_n = types[i].value ? 1 : 0;
		req->headers[0].value =
		    span_str(types[i].value ? types[i].value : "");
		if (http_is_type(req, "application/pkcs10") != types[i].is)
			fail_msg("\"%s\"", types[i].value);
	}
	free(req);
}

/* What changes anything is asked with a certificate, or signed. */
static void nobody_unknown_changes_anything(void **state)
{
	static const char *const open[] = {"/.well-known/cmp/p/{name}",
	    "/ocsp"};
	const struct enrol_route *r;
	bool known;
	size_t i;

	for (r = enrol_routes; r->method; r++) {
		assert_true(r->ports == DEVICE || r->ports == STATUS);
		if (r->auth != ENROL_ANYBODY) {
			/* No TLS, no certificate. */
			assert_int_equal(r->ports, DEVICE);
			continue;
		}
		known = strcmp(r->method, "GET") == 0;
		for (i = 0; i < COUNT(open); i++)
			known = known || strcmp(r->path, open[i]) == 0;
		if (!known)
			fail_msg("%s %s", r->method, r->path);
	}
}

static void claims_are_made_by_birth_alone(void **state)
{
	static const struct {
		const char *path;
		enum enrol_auth auth;
	} cases[] = {
	    {"/.well-known/birthmark/claim", ENROL_BIRTH},
	    {"/.well-known/brski/requestvoucher", ENROL_BIRTH},
	    {"/.well-known/brski/voucher_status", ENROL_BIRTH},
	    {"/.well-known/birthmark/peers", ENROL_OPERATIONAL},
	    {EST "simpleenroll", ENROL_EITHER},
	    {EST "{label}/serverkeygen", ENROL_EITHER},
	};
	const struct enrol_route *r;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		for (r = enrol_routes; r->method; r++)
			if (strcmp(r->path, cases[i].path) == 0)
				break;
		assert_non_null(r->method);
		assert_int_equal(r->auth, cases[i].auth);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_the_paths_of_the_table_are_known),
	    cmocka_unit_test(another_method_is_told_which_are_allowed),
	    cmocka_unit_test(words_of_paths_have_an_end),
	    cmocka_unit_test(media_types_have_no_case_and_no_parameters),
	    cmocka_unit_test(nobody_unknown_changes_anything),
	    cmocka_unit_test(claims_are_made_by_birth_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
