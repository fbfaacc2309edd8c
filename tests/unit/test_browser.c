/* What the API does for browsers: the session's cookie, the CSRF token beside
 * it, the console's documents and their policies.
 * Must not test what the console does. */
#include <jansson.h>

#include "api/api.h"
#include "api/api_cookie.h"
#include "tests/unit/api_case.h"
#include "tests/unit/identity_case.h"

static struct identity_case c;
static struct api *api;
static struct core_actor jo;
static struct api_case_answer answer;
static char cookie[256], csrf[API_COOKIE_CSRF_SIZE], token[64];

static int ask(enum http_method m, const char *path, const char *body,
    const char *value)
{
	const struct api_case_request r = {.method = m,
	    .path = path,
	    .body = body,
	    .type = body ? "application/json" : NULL,
	    .name = "Cookie",
	    .value = value};

	return api_case_do(api_app(api), &r, &answer);
}

static bool has_header(const char *text)
{
	return strstr(buf_cstr(&answer.headers), text) != NULL;
}

static const char *text_of(const char *name, char *out, size_t cap)
{
	json_t *j =
	    json_loadb((const char *)answer.body.p, answer.body.n, 0, NULL);
	const char *s = json_string_value(json_object_get(j, name));

	(void)snprintf(out, cap, "%s", s ? s : "");
	json_decref(j);
	return out;
}

static int setup(void **state)
{
	static const char body[] = "{\"email\":\"jo@example.com\","
				   "\"password\":\"" CASE_PASSWORD "\","
				   "\"cookie\":true}";
	const char *at;

	identity_case_open(&c);
	jo = identity_case_user(&c, "jo@example.com");
	identity_case_account(&c, &jo);
	assert_int_equal(api_new(&api, &c.core, NULL), RC_OK);
	api_case_init(&answer);
	assert_int_equal(ask(HTTP_POST, "/api/v1/sessions", body, NULL), 201);
	(void)text_of("csrf", csrf, sizeof(csrf));
	at = strstr(buf_cstr(&answer.headers), API_COOKIE_SESSION "=");
	assert_non_null(at);
	(void)snprintf(cookie, sizeof(cookie), "%.*s", (int)strcspn(at, ";"),
	    at);
	(void)snprintf(token, sizeof(token), "%s", strchr(cookie, '=') + 1);
	return 0;
}

static int teardown(void **state)
{
	api_case_clear(&answer);
	api_free(api);
	identity_case_close(&c);
	return 0;
}

static void a_cookie_is_out_of_reach_of_scripts_and_other_sites(void **state)
{
	assert_true(has_header("; Path=/; Secure; HttpOnly; SameSite=Strict"));
	assert_false(has_header("Domain"));
	assert_null(strstr(buf_cstr(&answer.body), "bms_"));
	assert_int_equal(strlen(csrf), API_COOKIE_CSRF_SIZE - 1);
}

static void a_cookie_is_a_session(void **state)
{
	char also[300], got[64];

	assert_int_equal(ask(HTTP_GET, "/api/v1/me", NULL, cookie), 200);
	assert_string_equal(text_of("csrf", got, sizeof(got)), csrf);
	(void)snprintf(also, sizeof(also), "a=b; %s; c=d", cookie);
	assert_int_equal(ask(HTTP_GET, "/api/v1/me", NULL, also), 200);
}

static void odd_cookies_are_none(void **state)
{
	static const char *const odd[] = {"", ";", "=", "__Host-birthmark",
	    "__Host-birthmark=", "__Host-birthmark=x", "birthmark=%s",
	    "X__Host-birthmark=%s", "__host-birthmark=%s",
	    "__Host-birthmark=bmt_00000000000000000000000000000000"};
	char text[300];
	size_t i;

	for (i = 0; i < COUNT(odd); i++) {
		const char *mark = strstr(odd[i], "%s");

		(void)snprintf(text, sizeof(text), "%.*s%s",
		    (int)(mark ? mark - odd[i] : (long)strlen(odd[i])), odd[i],
		    mark ? token : "");
		assert_int_equal(ask(HTTP_GET, "/api/v1/me", NULL, text), 401);
	}
}

static int write_with(const char *name, const char *value)
{
	static struct http_request req; /* large */

	memset(&req, 0, sizeof(req));
	req.method = HTTP_PATCH;
	req.path = span_str("/api/v1/me");
	req.tls = req.has_length = true;
	req.length = strlen("{\"name\":\"Jo\"}");
	api_case_header(&req, "Cookie", cookie);
	api_case_header(&req, "Content-Type", "application/json");
	api_case_header(&req, name, value);
	(void)api_case_run(api_app(api), &req, span_str("{\"name\":\"Jo\"}"),
	    &answer);
	return answer.status;
}

static void a_write_with_the_cookie_needs_its_csrf_token(void **state)
{
	char code[64], other[API_COOKIE_CSRF_SIZE];

	assert_int_equal(write_with("X", "y"), 403);
	assert_string_equal(text_of("code", code, sizeof(code)),
	    "csrf-token-needed");
	api_cookie_csrf(span_str("bms_of_another"), other);
	assert_int_equal(write_with("Birthmark-CSRF", other), 403);
	assert_int_equal(write_with("Birthmark-CSRF", ""), 403);
	assert_int_equal(write_with("Birthmark-CSRF", token), 403);
	assert_int_equal(write_with("Birthmark-CSRF", csrf), 200);
}

static void a_bearer_token_wins_over_the_cookie(void **state)
{
	assert_int_equal(write_with("Authorization", "Bearer bms_nobody"), 401);
	assert_int_equal(write_with("Authorization", "Basic x"), 401);
}

static void a_form_of_another_site_logs_nobody_in(void **state)
{
	const struct api_case_request r = {.method = HTTP_POST,
	    .path = "/api/v1/sessions",
	    .type = "text/plain",
	    .body = "{\"email\":\"jo@example.com\",\"password\":\"x\","
		    "\"cookie\":true}"};

	assert_int_equal(api_case_do(api_app(api), &r, &answer), 415);
	assert_false(has_header("Set-Cookie"));
}

static const char *policy(const char *path)
{
	const char *at;

	assert_int_equal(ask(HTTP_GET, path, NULL, NULL), 200);
	at = strstr(buf_cstr(&answer.headers), "Content-Security-Policy: ");
	assert_non_null(at);
	return at;
}

static void each_document_has_its_policy(void **state)
{
	static const char *const pages[] = {"/", "/console", "/console/",
	    "/console/a/b/", "/b/D001", "/scan"};
	size_t i;

	for (i = 0; i < COUNT(pages); i++) {
		const char *p = policy(pages[i]);
		const bool scan = !strcmp(pages[i], "/scan");

		assert_non_null(strstr(p, "default-src 'none'"));
		assert_non_null(strstr(p, "frame-ancestors 'none'"));
		assert_null(strstr(p, "unsafe-inline"));
		assert_null(strstr(p, "'unsafe-eval'"));
		assert_int_equal(strstr(p, "'wasm-unsafe-eval'") != NULL, scan);
		assert_int_equal(has_header("camera=(self)"), scan);
		assert_true(has_header("Cache-Control: no-cache\r\n"));
		assert_string_equal(answer.type, "text/html; charset=utf-8");
		assert_null(strstr(buf_cstr(&answer.body), "<style"));
		assert_null(strstr(buf_cstr(&answer.body), "D001"));
	}
}

static void assets_are_kept_for_ever_and_compressed(void **state)
{
	struct api_case_request r = {.method = HTTP_GET,
	    .name = "Accept-Encoding",
	    .value = "br, gzip;q=0.8"};
	char path[200];
	const char *at;

	assert_int_equal(ask(HTTP_GET, "/", NULL, NULL), 200);
	at = strstr(buf_cstr(&answer.body), "/assets/");
	assert_non_null(at);
	(void)snprintf(path, sizeof(path), "%.*s", (int)strcspn(at, "\""), at);
	r.path = path;
	assert_int_equal(api_case_do(api_app(api), &r, &answer), 200);
	assert_true(has_header("Content-Encoding: gzip\r\n"));
	assert_true(has_header("Vary: Accept-Encoding\r\n"));
	assert_true(has_header("immutable"));
	r.value = "gzip;q=0";
	assert_int_equal(api_case_do(api_app(api), &r, &answer), 200);
	assert_false(has_header("Content-Encoding"));
}

static void logging_out_everywhere_drops_the_cookie(void **state)
{
	static struct http_request req; /* large */

	memset(&req, 0, sizeof(req));
	req.method = HTTP_DELETE;
	req.path = span_str("/api/v1/sessions");
	req.tls = true;
	api_case_header(&req, "Cookie", cookie);
	api_case_header(&req, "Birthmark-CSRF", csrf);
	(void)api_case_run(api_app(api), &req, SPAN_NONE, &answer);
	assert_int_equal(answer.status, 204);
	assert_true(has_header(API_COOKIE_SESSION "=; Path=/"));
	assert_true(has_header("Max-Age=0"));
	assert_int_equal(ask(HTTP_GET, "/api/v1/me", NULL, cookie), 401);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		a_cookie_is_out_of_reach_of_scripts_and_other_sites, setup,
		teardown),
	    cmocka_unit_test_setup_teardown(a_cookie_is_a_session, setup,
		teardown),
	    cmocka_unit_test_setup_teardown(odd_cookies_are_none, setup,
		teardown),
	    cmocka_unit_test_setup_teardown(
		a_write_with_the_cookie_needs_its_csrf_token, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_bearer_token_wins_over_the_cookie,
		setup, teardown),
	    cmocka_unit_test_setup_teardown(
		a_form_of_another_site_logs_nobody_in, setup, teardown),
	    cmocka_unit_test_setup_teardown(each_document_has_its_policy, setup,
		teardown),
	    cmocka_unit_test_setup_teardown(
		assets_are_kept_for_ever_and_compressed, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		logging_out_everywhere_drops_the_cookie, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
