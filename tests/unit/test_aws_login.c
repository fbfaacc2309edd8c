/* Sessions, rights and settings of clouds of type aws, from canned answers.
 * Must not use a network. */
#include "base/clock.h"
#include "cloud/aws_xml.h"
#include "tests/unit/aws_case.h"

#define ROLE "arn:aws:iam::123456789012:role/birthmark"
#define SESSION(call, ends)                                                   \
	"<" call "Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/" \
	"\">\n <" call "Result><AssumedRoleUser><Arn>x</Arn>"                 \
	"</AssumedRoleUser><Credentials>\n<AccessKeyId>ASIA1</AccessKeyId>"   \
	"<SecretAccessKey>s/e+c=</SecretAccessKey>"                           \
	"<SessionToken>t/o+k==</SessionToken><Expiration>" ends               \
	"</Expiration></Credentials></" call "Result></" call "Response>"
#define ENDS "2025-11-22T22:49:00Z"

static void keys_need_no_session(void **state)
{
	struct aws_case k;

	aws_case_open(&k, CONNECTOR_LOGIN);
	assert_int_equal(aws_connector.ask(&k.t, &k.q, &k.e), RC_OK);
	assert_true(k.t.over);
	assert_true(k.t.session_ends_s > AWS_CASE_NOW);
	aws_case_close(&k);
}

static void a_role_is_assumed(void **state)
{
	struct aws_case k;

	aws_case_open(&k, CONNECTOR_LOGIN);
	aws_case_set(&k, "role_arn", ROLE);
	aws_case_set(&k, "external_id", "ours:1");
	aws_case_asks(&k, "POST https://sts.eu-central-1.amazonaws.com/",
	    "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A"
	    "123456789012%3Arole%2Fbirthmark&RoleSessionName=birthmark-cld_1&"
	    "DurationSeconds=3600&ExternalId=ours%3A1");
	assert_non_null(strstr(buf_cstr(&k.q.headers), "/sts/aws4_request"));
	aws_case_gets(&k, 200, NULL, SESSION("AssumeRole", ENDS));
	assert_true(k.t.over);
	assert_int_equal(k.t.session_ends_s, AWS_CASE_NOW + 3600);
	assert_string_equal(buf_cstr(&k.t.session),
	    "{\"access_key_id\":\"ASIA1\",\"secret_access_key\":\"s/e+c=\","
	    "\"session_token\":\"t/o+k==\"}");
	/* With it, the next request is signed. */
	k.way.session = buf_cstr(&k.t.session);
	k.t.verb = CONNECTOR_LIST;
	k.t.over = false;
	aws_case_asks(&k, "GET /certificates?pageSize=250", NULL);
	assert_non_null(strstr(buf_cstr(&k.q.headers), "Credential=ASIA1/"));
	assert_non_null(
	    strstr(buf_cstr(&k.q.headers), "X-Amz-Security-Token: t/o+k==\n"));
	aws_case_close(&k);
}

static void a_web_identity_needs_no_keys(void **state)
{
	struct aws_case k;

	aws_case_open(&k, CONNECTOR_LOGIN);
	aws_case_set(&k, "role_arn", ROLE);
	aws_case_set(&k, "web_identity", "yes");
	aws_case_set(&k, "region", "cn-north-1");
	json_object_clear(k.way.credentials);
	aws_case_asks(&k, "POST https://sts.cn-north-1.amazonaws.com.cn/",
	    "&WebIdentityToken=jwt.for.sts.amazonaws.com");
	assert_int_equal(k.q.headers.n, 0);
	aws_case_gets(&k, 200, NULL,
	    SESSION("AssumeRoleWithWebIdentity", ENDS));
	assert_true(k.t.over);
	aws_case_close(&k);
}

static void a_session_that_is_none_is_refused(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum rc rc;
	} cases[] = {
	    {200, "", RC_INVALID},
	    {200, "{}", RC_INVALID},
	    {200, SESSION("AssumeRole", "2025-11-22T21:49:00Z"), RC_INVALID},
	    {200, SESSION("AssumeRole", "soon"), RC_INVALID},
	    {200, SESSION("AssumeRoleWithWebIdentity", ENDS), RC_INVALID},
	    {200, SESSION("AssumeRole", ENDS) SESSION("AssumeRole", ENDS),
		RC_INVALID},
	    {200,
		"<AssumeRoleResult><Credentials><AccessKeyId>A</AccessKeyId>"
		"<SecretAccessKey>&lt;</SecretAccessKey><SessionToken>t"
		"</SessionToken><Expiration>" ENDS
		"</Expiration></Credentials></AssumeRoleResult>",
		RC_INVALID},
	    {403,
		"<ErrorResponse><Error><Type>Sender</Type>"
		"<Code>AccessDenied</Code><Message>No.</Message></Error>"
		"</ErrorResponse>",
		RC_DENIED},
	    {403,
		"<ErrorResponse><Error><Code>InvalidClientTokenId</Code>"
		"</Error></ErrorResponse>",
		RC_UNAUTHENTICATED},
	    {400,
		"<ErrorResponse><Error><Code>ExpiredToken</Code></Error>"
		"</ErrorResponse>",
		RC_UNAUTHENTICATED},
	    {400,
		"<ErrorResponse><Error><Code>Throttling</Code></Error>"
		"</ErrorResponse>",
		RC_LIMIT},
	    {400, "<Error><Code>Odd</Code></Error>", RC_INVALID},
	    {500, "", RC_AGAIN},
	};
	struct aws_case k;
	enum rc rc;
	size_t i;

	aws_case_open(&k, CONNECTOR_LOGIN);
	aws_case_set(&k, "role_arn", ROLE);
	for (i = 0; i < COUNT(cases); i++) {
		rc = aws_case_take(&k, cases[i].status, NULL, cases[i].body);
		if (rc != cases[i].rc)
			fail_msg("%zu: %d %s", i, (int)rc, k.e.text);
		assert_false(k.t.over);
	}
	assert_int_equal(k.t.session.n, 0);
	aws_case_close(&k);
}

static void xml_is_taken_whole_or_not(void **state)
{
	static const struct {
		const char *xml, *text;
	} cases[] = {
	    {"<a>x</a>", "x"},
	    {"<r><a>x</a></r>", "x"},
	    {"<a b=\"http://c/d\">x</a>", "x"},
	    {"<ab>y</ab><a>x</a>", "x"},
	    {"<a>x", NULL},
	    {"x</a>", NULL},
	    {"</a><a>x", NULL},
	    {"<a></a>", NULL},
	    {"<a/>", NULL},
	    {"<a />x</a>", NULL},
	    {"<a>x</a><a>y</a>", NULL},
	    {"<a>x</a></a>", NULL},
	    {"<a><b>x</b></a>", NULL},
	    {"<a>x y</a>", NULL},
	    {"<a>&amp;</a>", NULL},
	    {"<a>0123456789abcdef</a>", NULL},
	    {"<a", NULL},
	    {"<a ", NULL},
	    {"", NULL},
	};
	char text[16];
	size_t i;

	for (i = 0; i < COUNT(cases); i++)
		if (aws_xml_text(span_str(cases[i].xml), "a", text,
			sizeof(text)) != (cases[i].text != NULL) ||
		    (cases[i].text && strcmp(text, cases[i].text) != 0))
			fail_msg("%s", cases[i].xml);
}

static void a_test_says_which_right_is_missing(void **state)
{
	static const char who[] =
	    "<GetCallerIdentityResponse><GetCallerIdentityResult>"
	    "<Arn>arn:aws:iam::123456789012:user/u</Arn><UserId>U</UserId>"
	    "<Account>123456789012</Account></GetCallerIdentityResult>"
	    "</GetCallerIdentityResponse>";
	struct aws_case k;

	aws_case_open(&k, CONNECTOR_TEST);
	aws_case_set(&k, "thing_name", "");
	aws_case_asks(&k, "POST https://sts.eu-central-1.amazonaws.com/",
	    "Action=GetCallerIdentity&Version=2011-06-15");
	assert_string_equal(k.t.check, "account");
	aws_case_gets(&k, 200, NULL, who);
	aws_case_asks(&k, "GET /certificates?pageSize=1", NULL);
	assert_int_equal(
	    aws_case_take(&k, 403, "AccessDeniedException",
		"{\"message\":\"not authorized to iot:ListCertificates\"}"),
	    RC_DENIED);
	assert_non_null(strstr(k.e.text, "ListCertificates"));
	k.t.step++; /* as the courier does after a fault */
	aws_case_asks(&k, "POST /certificate/register-no-ca", "INACTIVE");
	aws_case_gets(&k, 400, "CertificateValidationException", "{}");
	k.t.step += 3;
	aws_case_asks(&k, "POST /policy-targets/devices?pageSize=1", NULL);
	assert_int_equal(aws_case_take(&k, 404, "ResourceNotFoundException",
			     "{}"),
	    RC_DENIED);
	assert_non_null(strstr(k.e.text, "devices"));
	k.t.step++;
	aws_case_asks(&k, "PUT /target-policies/devices", "cert/0000");
	aws_case_gets(&k, 404, "ResourceNotFoundException", "{}");
	buf_reset(&k.q.url);
	assert_int_equal(aws_connector.ask(&k.t, &k.q, &k.e), RC_OK);
	assert_true(k.t.over);
	assert_non_null(
	    strstr(buf_cstr(&k.checks), "\"account\":{\"ok\":true"));
	aws_case_close(&k);
}

static void credentials_of_another_account_fail_the_test(void **state)
{
	struct aws_case k;

	aws_case_open(&k, CONNECTOR_TEST);
	aws_case_asks(&k, "POST https://sts.eu-central-1.amazonaws.com/", NULL);
	assert_int_equal(
	    aws_case_take(&k, 200, NULL,
		"<GetCallerIdentityResult><Arn>a</Arn><Account>210987654321"
		"</Account></GetCallerIdentityResult>"),
	    RC_DENIED);
	assert_string_equal(k.e.slug, "cloud-account");
	aws_case_close(&k);
}

static enum rc check(const char *settings, const char *credentials,
    struct err *e)
{
	json_t *s = json_loads(settings, 0, NULL);
	json_t *c = credentials ? json_loads(credentials, 0, NULL) : NULL;
	enum rc rc;

	assert_non_null(s);
	json_object_set_new(s, "region",
	    json_object_get(s, "region")
		? json_incref(json_object_get(s, "region"))
		: json_string("eu-central-1"));
	if (!json_object_get(s, "account_id"))
		json_object_set_new(s, "account_id",
		    json_string("123456789012"));
	memset(e, 0, sizeof(*e));
	rc = aws_connector.rules.check(s, c, e);
	json_decref(s);
	json_decref(c);
	return rc;
}

static void settings_that_fit_pass(void **state)
{
	static const char keys[] = "{\"access_key_id\":\"AKIA1\","
				   "\"secret_access_key\":\"s/e+c=\"}";
	static const char *const good[] = {
	    "{}",
	    "{\"policy\":\"a.b\",\"thing_name\":\"\"}",
	    "{\"thing_name\":\"dw-{chip_id}\",\"thing_type\":\"dw\","
	    "\"thing_groups\":\"a, b\",\"attributes\":\"a={product},b=x,"
	    "c={batch}\"}",
	    "{\"role_arn\":\"" ROLE "\",\"external_id\":\"ours\"}",
	    "{\"endpoint\":\"https://127.0.0.1:8443\"}",
	    "{\"attributes\":\"\"}",
	};
	struct err e;
	size_t i;

	for (i = 0; i < COUNT(good); i++)
		if (check(good[i], keys, &e) != RC_OK)
			fail_msg("%s: %s", good[i], e.text);
	assert_int_equal(check("{}", NULL, &e), RC_OK);
	assert_int_equal(check("{\"web_identity\":\"yes\",\"role_arn\":\"" ROLE
			       "\"}",
			     "{}", &e),
	    RC_OK);
}

static void settings_that_do_not_fit_are_refused(void **state)
{
	static const char *const bad[] = {
	    "{\"region\":\"\"}",
	    "{\"region\":\"x.evil.example/\"}",
	    "{\"region\":\"eucentral1\"}",
	    "{\"account_id\":\"12345678901\"}",
	    "{\"account_id\":\"12345678901x\"}",
	    "{\"policy\":\"a/b\"}",
	    "{\"policy\":\"..\"}",
	    "{\"thing_name\":\"same\"}",
	    "{\"thing_name\":\"{chip_id}/x\"}",
	    "{\"thing_name\":\"{product}-{chip_id}\"}",
	    "{\"thing_type\":\"a b\"}",
	    "{\"thing_groups\":\"a,,b\"}",
	    "{\"thing_groups\":\"a,b,c,d,e,f\"}",
	    "{\"attributes\":\"a\"}",
	    "{\"attributes\":\"birthmark=x\"}",
	    "{\"attributes\":\"a=1,b=2,c=3\"}",
	    "{\"role_arn\":\"arn:aws:iam::1:role/x\"}",
	    "{\"role_arn\":\"arn:aws:iam::123456789012:user/x\"}",
	    "{\"external_id\":\"ours\"}",
	    "{\"web_identity\":\"yes\"}",
	    "{\"web_identity\":\"maybe\"}",
	    "{\"endpoint\":\"http://127.0.0.1\"}",
	    "{\"endpoint\":\"https://a/b\"}",
	    "{\"endpoint\":\"https://user@a\"}",
	    "{\"endpoint\":\"https://a:99999\"}",
	};
	static const char *const credentials[] = {
	    "{}",
	    "{\"access_key_id\":\"A\"}",
	    "{\"access_key_id\":\"A\",\"secret_access_key\":\"a\\nb\"}",
	    "{\"access_key_id\":\"A\",\"secret_access_key\":\"a\","
	    "\"session_token\":\"a\\r\\nX: y\"}",
	};
	struct err e;
	size_t i;

	for (i = 0; i < COUNT(bad); i++)
		if (check(bad[i], NULL, &e) != RC_INVALID)
			fail_msg("%s", bad[i]);
	for (i = 0; i < COUNT(credentials); i++)
		if (check("{}", credentials[i], &e) != RC_INVALID)
			fail_msg("%s", credentials[i]);
	assert_int_equal(check("{\"web_identity\":\"yes\",\"role_arn\":\"" ROLE
			       "\"}",
			     "{\"access_key_id\":\"A\"}", &e),
	    RC_INVALID);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(keys_need_no_session),
    cmocka_unit_test(a_role_is_assumed),
    cmocka_unit_test(a_web_identity_needs_no_keys),
    cmocka_unit_test(a_session_that_is_none_is_refused),
    cmocka_unit_test(xml_is_taken_whole_or_not),
    cmocka_unit_test(a_test_says_which_right_is_missing),
    cmocka_unit_test(credentials_of_another_account_fail_the_test),
    cmocka_unit_test(settings_that_fit_pass),
    cmocka_unit_test(settings_that_do_not_fit_are_refused),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
