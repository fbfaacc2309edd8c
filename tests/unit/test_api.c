/* The API's frame: routes, credentials, roles, bodies, problems, idempotency,
 * driven without a network.
 * Must not test what a single route does beyond that. */
#include <jansson.h>

#include "api/api.h"
#include "core/audit.h"
#include "core/session.h"
#include "core/token.h"
#include "tests/unit/api_case.h"
#include "tests/unit/identity_case.h"

static struct identity_case c;
static struct api *api;
static struct core_actor admin, operator, stranger;
static char admin_token[SESSION_TOKEN_SIZE], operator_token[SESSION_TOKEN_SIZE],
    stranger_token[SESSION_TOKEN_SIZE];
static struct api_case_answer answer;
static char path[256];

static void open_session(struct core_actor *a, char token[SESSION_TOKEN_SIZE])
{
	const struct core_actor from = {.from = "192.0.2.1",
	    .now_s = clock_now_s()};
	const struct session_wish w = {.email = a->name,
	    .password = span_str(CASE_PASSWORD)};
	struct session_new s;

	assert_int_equal(session_login(&c.core, &from, &w, &s, NULL), RC_OK);
	memcpy(token, s.token, sizeof(s.token));
}

static int setup(void **state)
{
	identity_case_open(&c);
	admin = identity_case_user(&c, "jo@example.com");
	operator= identity_case_user(&c, "al@example.com");
	stranger = identity_case_user(&c, "xi@example.com");
	identity_case_account(&c, &admin);
	identity_case_account(&c, &stranger);
	identity_case_role(&c, &operator, CORE_SCOPE_ACCOUNT, admin.scope_id,
	    CORE_OPERATOR);
	open_session(&admin, admin_token);
	open_session(&operator, operator_token);
	open_session(&stranger, stranger_token);
	admin.now_s = clock_now_s();
	assert_int_equal(api_new(&api, &c.core, NULL), RC_OK);
	api_case_init(&answer);
	return 0;
}

static int teardown(void **state)
{
	api_case_clear(&answer);
	api_free(api);
	identity_case_close(&c);
	return 0;
}

static int ask(const struct api_case_request *r)
{
	return api_case_do(api_app(api), r, &answer);
}

static int get(const char *where, const char *token)
{
	return ask(&(struct api_case_request){.method = HTTP_GET,
	    .path = where,
	    .token = token});
}

static int post(const char *where, const char *token, const char *body)
{
	return ask(&(struct api_case_request){.method = HTTP_POST,
	    .path = where,
	    .token = token,
	    .body = body,
	    .type = "application/json"});
}

/* "/api/v1/accounts/ID" and the rest, of the administrator's account. */
static const char *account(const char *rest)
{
	(void)snprintf(path, sizeof(path), "/api/v1/accounts/%s%s",
	    admin.scope_id, rest);
	return path;
}

static bool has_header(const char *text)
{
	return strstr(buf_cstr(&answer.headers), text) != NULL;
}

static void check_problem(int status, const char *code)
{
	json_t *j =
	    json_loadb((const char *)answer.body.p, answer.body.n, 0, NULL);
	char type[128];

	assert_int_equal(answer.status, status);
	assert_string_equal(answer.type, "application/problem+json");
	assert_non_null(j);
	assert_int_equal(json_integer_value(json_object_get(j, "status")),
	    status);
	assert_string_equal(json_string_value(json_object_get(j, "code")),
	    code);
	(void)snprintf(type, sizeof(type), "urn:birthmark:problem:%s", code);
	assert_string_equal(json_string_value(json_object_get(j, "type")),
	    type);
	assert_true(strlen(json_string_value(json_object_get(j, "detail"))));
	assert_non_null(json_object_get(j, "title"));
	json_decref(j);
}

static void check_dressed(void)
{
	assert_true(has_header("X-Content-Type-Options: nosniff\r\n"));
	assert_true(has_header("Cache-Control: no-store\r\n"));
	assert_true(has_header("Referrer-Policy: no-referrer\r\n"));
	assert_true(has_header("Content-Security-Policy: default-src 'none'"));
	assert_true(has_header("Strict-Transport-Security: max-age="));
}

static void every_answer_has_its_security_headers(void **state)
{
	static const char *const paths[] = {"/healthz", "/nowhere",
	    "/api/v1/me", "/assets/none.js", "/api/v1/openapi.yaml"};
	size_t i;

	for (i = 0; i < COUNT(paths); i++) {
		(void)get(paths[i], NULL);
		check_dressed();
	}
	(void)ask(&(struct api_case_request){.method = HTTP_OPTIONS,
	    .path = "/healthz"});
	check_dressed();
}

static void unknown_paths_are_not_found(void **state)
{
	static const char *const paths[] = {"/x", "/api/v1", "/api/v1/",
	    "/api/v1/me/", "//healthz", "/healthz/", "/HEALTHZ",
	    "/api/v1/../v1/me", "/api/v1/%6de", "/b/", "/b/a%2fb", "/b/a/b",
	    "/b/<script>", "/api/v1/accounts//members", "*", "", "/console//",
	    "/console//a", "/console/a/%2e", "/consoles", "/scan/", "/scan/x",
	    "/assets/", "/assets/a/b", "/assets/none.js", "/index.html"};
	size_t i;

	for (i = 0; i < COUNT(paths); i++) {
		(void)get(paths[i], NULL);
		check_problem(404, "not-found");
	}
}

static void a_wrong_method_is_told_the_right_ones(void **state)
{
	static const enum http_method methods[] = {HTTP_PUT, HTTP_PATCH,
	    HTTP_DELETE, HTTP_OTHER};
	size_t i;

	for (i = 0; i < COUNT(methods); i++) {
		(void)ask(&(struct api_case_request){.method = methods[i],
		    .path = "/api/v1/invitations/accept"});
		check_problem(405, "method-not-allowed");
		assert_true(has_header("Allow: POST, OPTIONS\r\n"));
	}
	assert_int_equal(ask(&(struct api_case_request){.method = HTTP_OPTIONS,
			     .path = "/api/v1/invitations/accept"}),
	    204);
	assert_true(has_header("Allow: POST, OPTIONS\r\n"));
	assert_int_equal(ask(&(struct api_case_request){.method = HTTP_HEAD,
			     .path = "/healthz"}),
	    200);
}

static void a_credential_is_needed(void **state)
{
	static const char *const tokens[] = {NULL, "", "x", "bms_",
	    "bms_00000000000000000000000000000000",
	    "bmt_00000000000000000000000000000000"};
	size_t i;

	for (i = 0; i < COUNT(tokens); i++) {
		assert_int_equal(get("/api/v1/me", tokens[i]), 401);
		assert_true(has_header("WWW-Authenticate: Bearer\r\n"));
		assert_int_equal(get(account(""), tokens[i]), 401);
	}
	assert_int_equal(ask(&(struct api_case_request){.method = HTTP_GET,
			     .path = "/api/v1/me",
			     .name = "Authorization",
			     .value = "Basic am86eA=="}),
	    401);
}

static void a_stranger_sees_no_account(void **state)
{
	(void)get(account(""), stranger_token);
	check_problem(404, "not-found");
	(void)get("/api/v1/accounts/acc_0000000000000000", stranger_token);
	check_problem(404, "not-found");
	(void)post(account("/tokens"), stranger_token, "{}");
	check_problem(404, "not-found");
	assert_int_equal(get(account(""), admin_token), 200);
}

static void a_wrong_role_is_denied_and_recorded(void **state)
{
	assert_int_equal(get(account(""), operator_token), 200);
	(void)get(account("/members"), operator_token);
	check_problem(403, "role-denied");
	(void)post(account("/tokens"), operator_token, "{}");
	check_problem(403, "role-denied");
	(void)get("/api/v1/service/audit", operator_token);
	check_problem(403, "role-denied");
	assert_int_equal(get(account("/audit?action=access"), admin_token),
	    200);
	assert_true(
	    span_starts(buf_span(&answer.body), SPAN_LIT("{\"items\":[")));
}

static void a_token_is_for_its_account_only(void **state)
{
	const struct token_wish w = {"t", CORE_ADMINISTRATOR, 1};
	struct token_new t;

	assert_int_equal(token_create(&c.core, &admin, &w, &t, NULL), RC_OK);
	assert_int_equal(get(account("/members"), t.token), 200);
	(void)get("/api/v1/me", t.token);
	check_problem(403, "session-needed");
	(void)snprintf(path, sizeof(path), "/api/v1/accounts/%s/members",
	    stranger.scope_id);
	(void)get(path, t.token);
	check_problem(404, "not-found");
	(void)get("/api/v1/service/audit", t.token);
	check_problem(403, "role-denied");
	assert_int_equal(token_revoke(&c.core, &admin, t.id, NULL), RC_OK);
	assert_int_equal(get(account("/members"), t.token), 401);
}

static void an_expired_token_is_no_credential(void **state)
{
	const struct token_wish w = {"t", CORE_ADMINISTRATOR, 1};
	struct core_actor before = admin;
	struct token_new t;

	before.now_s -= 86400;
	assert_int_equal(token_create(&c.core, &before, &w, &t, NULL), RC_OK);
	(void)get(account("/members"), t.token);
	check_problem(401, "token-unknown");
	before.now_s += 3600;
	assert_int_equal(token_create(&c.core, &before, &w, &t, NULL), RC_OK);
	assert_int_equal(get(account("/members"), t.token), 200);
}

static void logout_is_at_once(void **state)
{
	assert_int_equal(ask(&(struct api_case_request){.method = HTTP_DELETE,
			     .path = "/api/v1/sessions/current",
			     .token = operator_token}),
	    204);
	(void)get("/api/v1/me", operator_token);
	check_problem(401, "session-unknown");
}

static void hostile_bodies_are_refused(void **state)
{
	static const struct {
		const char *body;
		size_t n;
		const char *code;
	} cases[] = {
	    {"{", 0, "bad-json"},
	    {"[]", 0, "bad-json"},
	    {"null", 0, "bad-json"},
	    {"\"x\"", 0, "bad-json"},
	    {"{\"name\":\"x\"}x", 0, "bad-json"},
	    {"{\"name\":\"x\",\"name\":\"y\"}", 0, "bad-json"},
	    {"{\"name\":\"\xff\"}", 0, "bad-json"},
	    {"{\"name\":\"\\ud800\"}", 0, "bad-json"},
	    {"{\"name\":\"a\\u0000b\"}", 0, "bad-json"},
	    {"{\"name\":\"x\"}\0", 13, "bad-json"},
	    {"\0", 1, "bad-json"},
	    {"{\"name\":1e999}", 0, "bad-json"},
	    {"{\"name\":[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]}", 0,
		"json-too-deep"},
	    {"{}", 0, "field-missing"},
	    {"{\"name\":null}", 0, "field-missing"},
	    {"{\"name\":\"\"}", 0, "field-missing"},
	    {"{\"name\":1}", 0, "field-type"},
	    {"{\"name\":{}}", 0, "field-type"},
	    {"{\"name\":\"x\",\"id\":\"y\"}", 0, "field-unknown"},
	    {"{\"name\":\"a\\nb\"}", 0, "bad-name"},
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		(void)ask(&(struct api_case_request){.method = HTTP_POST,
		    .path = "/api/v1/accounts",
		    .token = admin_token,
		    .body = cases[i].body,
		    .body_n = cases[i].n,
		    .type = "application/json; charset=utf-8"});
		check_problem(400, cases[i].code);
	}
}

static void another_media_type_is_refused(void **state)
{
	static const char *const types[] = {"text/plain",
	    "application/x-www-form-urlencoded", "application/jsonx", ""};
	size_t i;

	for (i = 0; i < COUNT(types); i++) {
		(void)ask(&(struct api_case_request){.method = HTTP_POST,
		    .path = "/api/v1/accounts",
		    .token = admin_token,
		    .body = "{\"name\":\"x\"}",
		    .type = types[i]});
		check_problem(415, "media-type");
	}
}

static void a_large_body_is_refused_at_its_head(void **state)
{
	static char body[20000];

	memset(body, ' ', sizeof(body) - 1);
	(void)post("/api/v1/accounts", admin_token, body);
	check_problem(413, "body-too-large");
	(void)post("/healthz", NULL, "{}");
	check_problem(405, "method-not-allowed");
	(void)ask(&(struct api_case_request){.method = HTTP_GET,
	    .path = "/api/v1/me",
	    .token = admin_token,
	    .body = "{}"});
	check_problem(413, "body-too-large");
}

static void pages_are_judged(void **state)
{
	static const char *const bad[] = {"?limit=0", "?limit=501", "?limit=-1",
	    "?limit=x", "?limit=", "?limit=1e2"};
	size_t i;

	for (i = 0; i < COUNT(bad); i++) {
		char rest[64];

		(void)snprintf(rest, sizeof(rest), "/members%s", bad[i]);
		(void)get(account(rest), admin_token);
		check_problem(400, "bad-limit");
	}
}

static void a_list_is_paged_to_its_end(void **state)
{
	char rest[200] = "/members?limit=1";
	json_t *j;
	const char *next;
	int n = 0;

	do {
		assert_int_equal(get(account(rest), admin_token), 200);
		j = json_loadb((const char *)answer.body.p, answer.body.n, 0,
		    NULL);
		assert_int_equal(json_array_size(json_object_get(j, "items")),
		    1);
		next = json_string_value(json_object_get(j, "next"));
		if (next)
			(void)snprintf(rest, sizeof(rest),
			    "/members?limit=1&cursor=%s", next);
		n++;
		json_decref(j);
	} while (next && n < 10);
	assert_int_equal(n, 2);
}

static void an_etag_saves_the_body(void **state)
{
	char tag[64];
	const char *p;

	assert_int_equal(get(account(""), admin_token), 200);
	p = strstr(buf_cstr(&answer.headers), "ETag: ");
	assert_non_null(p);
	assert_true(span_copy_str(span_of(p + 6, strcspn(p + 6, "\r")), tag,
	    sizeof(tag)));
	assert_int_equal(ask(&(struct api_case_request){.method = HTTP_GET,
			     .path = account(""),
			     .token = admin_token,
			     .name = "If-None-Match",
			     .value = tag}),
	    304);
	assert_int_equal(answer.body.n, 0);
	assert_int_equal(ask(&(struct api_case_request){.method = HTTP_GET,
			     .path = account(""),
			     .token = admin_token,
			     .name = "If-None-Match",
			     .value = "\"00000000000000000000000000000000\""}),
	    200);
}

static int post_keyed(const char *token, const char *body, const char *key)
{
	return ask(&(struct api_case_request){.method = HTTP_POST,
	    .path = account("/tokens"),
	    .token = token,
	    .body = body,
	    .type = "application/json",
	    .name = "Idempotency-Key",
	    .value = key});
}

static uint64_t tokens(void)
{
	json_t *j;
	uint64_t n;

	assert_int_equal(get(account("/tokens"), admin_token), 200);
	j = json_loadb((const char *)answer.body.p, answer.body.n, 0, NULL);
	n = json_array_size(json_object_get(j, "items"));
	json_decref(j);
	return n;
}

#define TOKEN_BODY "{\"name\":\"t\",\"role\":\"gate\"}"

static void a_repeated_write_is_done_once(void **state)
{
	char first[1024], other[SESSION_TOKEN_SIZE];

	assert_int_equal(post_keyed(admin_token, TOKEN_BODY, "k-1"), 201);
	assert_true(
	    span_copy_str(buf_span(&answer.body), first, sizeof(first)));
	assert_int_equal(post_keyed(admin_token, TOKEN_BODY, "k-1"), 201);
	assert_true(span_eq_str(buf_span(&answer.body), first));
	assert_int_equal(tokens(), 1);
	(void)post_keyed(admin_token, "{\"name\":\"u\",\"role\":\"gate\"}",
	    "k-1");
	check_problem(422, "idempotency-key-reused");
	/* The answer holds a secret, which only its first reader may see. */
	open_session(&admin, other);
	(void)post_keyed(other, TOKEN_BODY, "k-1");
	check_problem(409, "idempotency-key-elsewhere");
	assert_int_equal(post_keyed(admin_token, TOKEN_BODY, "k-2"), 201);
	assert_int_equal(tokens(), 2);
}

static void a_refused_write_is_not_kept(void **state)
{
	(void)post_keyed(admin_token, "{\"name\":\"t\",\"role\":\"none\"}",
	    "k-1");
	check_problem(400, "bad-role");
	assert_int_equal(post_keyed(admin_token, TOKEN_BODY, "k-1"), 201);
	assert_int_equal(tokens(), 1);
}

static void odd_idempotency_keys_are_refused(void **state)
{
	char longest[200];
	const char *const keys[] = {"", "a b", "\x7f", "\xc3\xa4", longest};
	size_t i;

	memset(longest, 'k', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	for (i = 0; i < COUNT(keys); i++) {
		(void)post_keyed(admin_token, TOKEN_BODY, keys[i]);
		check_problem(400, "bad-idempotency-key");
	}
	assert_int_equal(tokens(), 0);
}

static void metrics_are_for_the_own_host(void **state)
{
	static const char *const hosts[] = {"127.0.0.1", "::1"};
	static const char *const others[] = {"192.0.2.1", "10.0.0.1",
	    "1270.0.0.1", "fe80::1", ""};
	size_t i;

	for (i = 0; i < COUNT(hosts); i++) {
		assert_int_equal(ask(&(struct api_case_request){.method =
								    HTTP_GET,
				     .path = "/metrics",
				     .peer = hosts[i]}),
		    200);
		assert_non_null(
		    strstr(buf_cstr(&answer.body), "\nbirthmark_accounts 2\n"));
	}
	for (i = 0; i < COUNT(others); i++)
		assert_int_equal(ask(&(struct api_case_request){.method =
								    HTTP_GET,
				     .path = "/metrics",
				     .peer = others[i]}),
		    404);
}

static void without_a_signer_keys_come_later(void **state)
{
	(void)get("/.well-known/jwks.json", NULL);
	check_problem(503, "signer-unavailable");
	(void)get("/.well-known/birthmark/accounts/acc_0123456789abcdef/"
		  "jwks.json",
	    NULL);
	check_problem(503, "signer-unavailable");
	(void)get("/.well-known/birthmark/accounts/acc_1/interop-key.pem",
	    NULL);
	check_problem(404, "not-found");
}

/* Each route is complete, and roles fit their scope. */
static void the_table_is_sound(void **state)
{
	const struct api_route *r;
	unsigned int all;

	for (r = api_routes; r->method; r++) {
		assert_true((r->handle != NULL) != (r->open != NULL));
		all = 0;
		if (r->scope == API_ACCOUNT)
			all = core_scope_roles(CORE_SCOPE_ACCOUNT);
		else if (r->scope == API_VENDOR)
			all =
			    core_scope_roles(CORE_SCOPE_VENDOR) | CORE_SERVICE;
		else if (r->scope == API_SERVICE)
			all = CORE_SERVICE;
		if ((r->roles & ~all) || (all && !r->roles))
			fail_msg("%s %s: roles", r->method, r->path);
		if (r->scope == API_ACCOUNT)
			assert_non_null(strstr(r->path, "/{account}"));
		if (r->scope == API_VENDOR)
			assert_non_null(strstr(r->path, "/{vendor}"));
	}
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(every_answer_has_its_security_headers),
	    CASE(unknown_paths_are_not_found),
	    CASE(a_wrong_method_is_told_the_right_ones),
	    CASE(a_credential_is_needed),
	    CASE(a_stranger_sees_no_account),
	    CASE(a_wrong_role_is_denied_and_recorded),
	    CASE(a_token_is_for_its_account_only),
	    CASE(an_expired_token_is_no_credential),
	    CASE(logout_is_at_once),
	    CASE(hostile_bodies_are_refused),
	    CASE(another_media_type_is_refused),
	    CASE(a_large_body_is_refused_at_its_head),
	    CASE(pages_are_judged),
	    CASE(a_list_is_paged_to_its_end),
	    CASE(an_etag_saves_the_body),
	    CASE(a_repeated_write_is_done_once),
	    CASE(a_refused_write_is_not_kept),
	    CASE(odd_idempotency_keys_are_refused),
	    CASE(metrics_are_for_the_own_host),
	    CASE(without_a_signer_keys_come_later),
	    CASE(the_table_is_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
