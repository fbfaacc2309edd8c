/* Conversations with AWS IoT Core from canned answers: signatures, devices
 * that come, are there, conflict and go, and answers that are none.
 * Must not use a network. */
#include "base/clock.h"
#include "cloud/aws_sign.h"
#include "tests/unit/aws_case.h"

#define CERT "/certificates/" AWS_CASE_ID0
#define THING "/things/chip%3A1"
#define CREATED "{\"certificateId\":\"" AWS_CASE_ID0 "\"}"
#define THING_OK "{\"thingName\":\"chip:1\"}"
#define DESCRIBED(status)                                   \
	"{\"certificateDescription\":{\"status\":\"" status \
	"\",\"certificatePem\":\"" AWS_CASE_PEM "\"}}"
#define MARKED(mark)                                                      \
	"{\"thingName\":\"chip:1\",\"attributes\":{\"birthmark\":\"" mark \
	"\",\"product\":\"Dish-washer\",\"batch\":\"BID1\",\"own\":\"1\"}}"
#define EXISTS "ResourceAlreadyExistsException"
#define MISSING "ResourceNotFoundException"

/* Made with botocore's own signer. */
static void signatures_are_as_botocore_makes_them(void **state)
{
	static const struct {
		struct aws_sign_request r;
		const char *token, *signature;
	} cases[] = {
	    {{.method = "GET",
		 .host = "iot.eu-central-1.amazonaws.com",
		 .path = "/",
		 .query = "",
		 .content_type = "",
		 .principal = ""},
		"",
		"61d47be8acaa7f086ecff46ebbbd8e783e5096f876e943db179f66b55e4a"
		"4823"},
	    {{.method = "GET",
		 .host = "iot.eu-central-1.amazonaws.com",
		 .path = "/things/a%3Ab%5Fc",
		 .query = "maxResults=250&nextToken=a%2Fb%3D%3D",
		 .content_type = "",
		 .principal = ""},
		"",
		"8a56082db0713410b28082815bb7be2d1cfe20a2f9eb10d3f388459f44a2"
		"6140"},
	    {{.method = "POST",
		 .host = "iot.eu-central-1.amazonaws.com",
		 .path = "/certificate/register-no-ca",
		 .query = "",
		 .content_type = "application/json",
		 .principal = "",
		 .body = {(const uint8_t *)"{\"status\":\"ACTIVE\"}", 19}},
		"FQoGZXIvYXdzEPP//////////wEaDO==",
		"b02cdb745c8bf1f584c3eac2238323bc939e5eaf819607ee87b87060d9a9"
		"025c"},
	    {{.method = "PUT",
		 .host = "127.0.0.1:8443",
		 .path = "/things/x/principals",
		 .query = "",
		 .content_type = "",
		 .principal =
		     "arn:aws:iot:eu-central-1:123456789012:cert/00ff"},
		"tok",
		"670ac3f2e436c577e25ea66e5ecf581421482bbd993d913f1d65274406c2"
		"0f2c"},
	};
	struct buf headers;
	size_t i;

	buf_init(&headers, 65536);
	for (i = 0; i < COUNT(cases); i++) {
		struct aws_sign_request r = cases[i].r;
		struct aws_sign_keys keys = {"AKIDEXAMPLE",
		    "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", cases[i].token};

		r.region = "eu-central-1";
		r.service = "iot";
		assert_true(
		    clock_parse(SPAN_LIT("2026-11-22T21:49:00Z"), &r.now_s));
		buf_reset(&headers);
		aws_sign_request(&r, &keys, &headers);
		if (!strstr(buf_cstr(&headers), cases[i].signature))
			fail_msg("%zu: %s", i, buf_cstr(&headers));
		assert_non_null(strstr(buf_cstr(&headers),
		    "X-Amz-Date: 20261122T214900Z\n"));
	}
	buf_clear(&headers);
}

static void a_new_device_takes_four_calls(void **state)
{
	struct aws_case k;

	aws_case_open(&k, CONNECTOR_SYNC);
	aws_case_asks(&k, "POST " THING,
	    "\"attributePayload\":{\"attributes\":{\"birthmark\":"
	    "\"" AWS_CASE_REF "\",\"product\":\"Dish-washer\","
	    "\"batch\":\"BID1\"}}");
	aws_case_gets(&k, 200, NULL, THING_OK);
	aws_case_asks(&k, "POST /certificate/register-no-ca", AWS_CASE_PEM);
	assert_non_null(strstr(buf_cstr(&k.q.body), "\"status\":\"ACTIVE\""));
	aws_case_gets(&k, 200, NULL, CREATED);
	aws_case_asks(&k, "PUT /target-policies/devices",
	    "{\"target\":\"arn:aws:iot:eu-central-1:123456789012:"
	    "cert/" AWS_CASE_ID0 "\"}");
	aws_case_gets(&k, 200, NULL, "");
	aws_case_asks(&k, "PUT " THING "/principals", NULL);
	assert_int_equal(k.q.body.n, 0);
	assert_non_null(strstr(buf_cstr(&k.q.headers),
	    "x-amzn-principal: "
	    "arn:aws:iot:eu-central-1:123456789012:cert/" AWS_CASE_ID0 "\n"));
	aws_case_gets(&k, 200, NULL, "{}");
	assert_true(k.t.over);
	assert_int_equal(k.out.result, CONNECTOR_CREATED);
	aws_case_close(&k);
}

/* Answers up to the describing of what is there. */
static void come_to_describe(struct aws_case *k)
{
	aws_case_set(k, "thing_name", "");
	aws_case_asks(k, "POST /certificate/register-no-ca", NULL);
	aws_case_gets(k, 409, EXISTS,
	    "{\"message\":\"It is there.\",\"resourceId\":\"" AWS_CASE_ID0
	    "\"}");
	aws_case_asks(k, "GET " CERT, NULL);
}

static void what_is_there_and_active_is_the_same(void **state)
{
	struct aws_case k;

	aws_case_open(&k, CONNECTOR_SYNC);
	come_to_describe(&k);
	aws_case_gets(&k, 200, NULL, DESCRIBED("ACTIVE"));
	aws_case_asks(&k, "PUT /target-policies/devices", NULL);
	aws_case_gets(&k, 200, NULL, "");
	assert_true(k.t.over);
	assert_int_equal(k.out.result, CONNECTOR_SAME);
	aws_case_close(&k);
}

static void what_is_there_and_inactive_is_activated(void **state)
{
	struct aws_case k;

	aws_case_open(&k, CONNECTOR_SYNC);
	aws_case_set(&k, "policy", "");
	come_to_describe(&k);
	aws_case_gets(&k, 200, NULL, DESCRIBED("INACTIVE"));
	aws_case_asks(&k, "PUT " CERT "?newStatus=ACTIVE", NULL);
	aws_case_gets(&k, 200, NULL, "");
	assert_true(k.t.over);
	assert_int_equal(k.out.result, CONNECTOR_CHANGED);
	aws_case_close(&k);
}

static void another_certificate_is_a_conflict(void **state)
{
	struct aws_case k;

	aws_case_open(&k, CONNECTOR_SYNC);
	come_to_describe(&k);
	aws_case_gets(&k, 200, NULL,
	    "{\"certificateDescription\":{\"status\":\"ACTIVE\","
	    "\"certificatePem\":\"-----BEGIN CERTIFICATE-----\\nMAMBAQA=\\n"
	    "-----END CERTIFICATE-----\\n\"}}");
	assert_true(k.t.over);
	assert_int_equal(k.out.result, CONNECTOR_CONFLICT);
	assert_non_null(strstr(k.out.message, "It is there."));
	aws_case_close(&k);
	aws_case_open(&k, CONNECTOR_SYNC);
	aws_case_set(&k, "thing_name", "");
	aws_case_asks(&k, "POST /certificate/register-no-ca", NULL);
	aws_case_gets(&k, 409, EXISTS,
	    "{\"message\":\"It is there.\",\"resourceId\":\"" AWS_CASE_ID1
	    "\"}");
	assert_true(k.t.over);
	assert_int_equal(k.out.result, CONNECTOR_CONFLICT);
	assert_non_null(strstr(k.out.message, AWS_CASE_ID1));
	aws_case_close(&k);
}

static void a_status_that_is_neither_is_refused(void **state)
{
	struct aws_case k;

	aws_case_open(&k, CONNECTOR_SYNC);
	come_to_describe(&k);
	aws_case_gets(&k, 200, NULL, DESCRIBED("REVOKED"));
	assert_int_equal(k.out.result, CONNECTOR_REFUSED);
	assert_non_null(strstr(k.out.message, "REVOKED"));
	aws_case_close(&k);
}

static void a_cloud_that_contradicts_itself_ends_in_a_refusal(void **state)
{
	struct aws_case k;
	int i;

	aws_case_open(&k, CONNECTOR_SYNC);
	come_to_describe(&k);
	for (i = 0; i < 3; i++) {
		aws_case_gets(&k, 404, MISSING, "{}");
		aws_case_asks(&k, "POST /certificate/register-no-ca", NULL);
		aws_case_gets(&k, 409, EXISTS, "{}");
		aws_case_asks(&k, "GET " CERT, NULL);
	}
	aws_case_gets(&k, 404, MISSING, "{}");
	assert_true(k.t.over);
	assert_int_equal(k.out.result, CONNECTOR_REFUSED);
	aws_case_close(&k);
}

static void things_are_judged_by_their_mark(void **state)
{
	static const struct {
		const char *answer;
		enum connector_result result;
	} cases[] = {
	    {"{\"thingName\":\"chip:1\"}", CONNECTOR_CONFLICT},
	    {"{\"thingName\":\"chip:1\",\"attributes\":{}}",
		CONNECTOR_CONFLICT},
	    {MARKED(AWS_CASE_ID1), CONNECTOR_CONFLICT},
	    {MARKED(AWS_CASE_REF), CONNECTOR_NONE},
	};
	struct aws_case k;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		aws_case_open(&k, CONNECTOR_SYNC);
		aws_case_asks(&k, "POST " THING, NULL);
		aws_case_gets(&k, 409, EXISTS, "{\"message\":\"There.\"}");
		aws_case_asks(&k, "GET " THING, NULL);
		aws_case_gets(&k, 200, NULL, cases[i].answer);
		assert_int_equal(k.out.result, cases[i].result);
		if (!k.t.over)
			aws_case_asks(&k, "POST /certificate/register-no-ca",
			    NULL);
		aws_case_close(&k);
	}
}

static void a_thing_of_ours_is_brought_up_to_date(void **state)
{
	struct aws_case k;

	aws_case_open(&k, CONNECTOR_SYNC);
	aws_case_set(&k, "thing_type", "washer");
	aws_case_set(&k, "thing_groups", "one, two");
	aws_case_asks(&k, "POST " THING, "\"thingTypeName\":\"washer\"");
	aws_case_gets(&k, 409, EXISTS, "{}");
	aws_case_asks(&k, "GET " THING, NULL);
	aws_case_gets(&k, 200, NULL, MARKED(AWS_CASE_REF));
	aws_case_asks(&k, "PATCH " THING, "\"merge\":true");
	aws_case_gets(&k, 200, NULL, "{}");
	aws_case_asks(&k, "PUT /thing-groups/addThingToThingGroup",
	    "{\"thingGroupName\":\"one\",\"thingName\":\"chip:1\"}");
	aws_case_gets(&k, 200, NULL, "{}");
	aws_case_asks(&k, "PUT /thing-groups/addThingToThingGroup", "\"two\"");
	assert_int_equal(aws_case_take(&k, 404, MISSING, "{}"), RC_DENIED);
	assert_non_null(strstr(k.e.text, "two"));
	aws_case_asks(&k, "PUT /thing-groups/addThingToThingGroup", "\"two\"");
	aws_case_gets(&k, 200, NULL, "");
	aws_case_asks(&k, "POST /certificate/register-no-ca", NULL);
	assert_int_equal(k.out.result, CONNECTOR_CHANGED);
	aws_case_close(&k);
}

static void an_attribute_that_is_none_any_more_goes(void **state)
{
	struct aws_case k;

	aws_case_open(&k, CONNECTOR_SYNC);
	k.d.product[0] = '\0';
	aws_case_asks(&k, "POST " THING, "{\"birthmark\":");
	assert_null(memmem(k.q.body.p, k.q.body.n, "product", 7));
	aws_case_gets(&k, 409, EXISTS, "{}");
	aws_case_asks(&k, "GET " THING, NULL);
	aws_case_gets(&k, 200, NULL, MARKED(AWS_CASE_REF));
	aws_case_asks(&k, "PATCH " THING, "\"product\":\"\"");
	aws_case_gets(&k, 200, NULL, "{}");
	aws_case_close(&k);
}

static void a_certificate_that_is_not_valid_any_more_goes(void **state)
{
	struct aws_case k;

	aws_case_open(&k, CONNECTOR_SYNC);
	aws_case_set(&k, "policy", "");
	k.d.certs_n = 2;
	k.d.certs[1].valid = false;
	aws_case_asks(&k,
	    "PUT /certificates/" AWS_CASE_ID1 "?newStatus=INACTIVE", NULL);
	aws_case_gets(&k, 200, NULL, "");
	aws_case_asks(&k, "DELETE " THING "/principals", NULL);
	aws_case_gets(&k, 200, NULL, "{}");
	aws_case_asks(&k,
	    "DELETE /certificates/" AWS_CASE_ID1 "?forceDelete=true", NULL);
	aws_case_gets(&k, 200, NULL, "");
	aws_case_asks(&k, "POST " THING, NULL);
	aws_case_gets(&k, 200, NULL, THING_OK);
	aws_case_asks(&k, "POST /certificate/register-no-ca", NULL);
	aws_case_gets(&k, 200, NULL, CREATED);
	aws_case_asks(&k, "PUT " THING "/principals", NULL);
	aws_case_gets(&k, 200, NULL, "{}");
	assert_true(k.t.over);
	assert_int_equal(k.out.result, CONNECTOR_CREATED);
	aws_case_close(&k);
}

/* Also when the thing turns out to be another's. */
static void a_conflict_leaves_no_revoked_certificate(void **state)
{
	struct aws_case k;

	aws_case_open(&k, CONNECTOR_SYNC);
	k.d.certs_n = 2;
	k.d.certs[0].valid = false;
	aws_case_asks(&k, "PUT " CERT "?newStatus=INACTIVE", NULL);
	aws_case_gets(&k, 404, "ResourceNotFoundException", "{}");
	aws_case_asks(&k, "POST " THING, NULL);
	aws_case_gets(&k, 409, "ResourceAlreadyExistsException", "{}");
	aws_case_asks(&k, "GET " THING, NULL);
	aws_case_gets(&k, 200, NULL, THING_OK);
	assert_true(k.t.over);
	assert_int_equal(k.out.result, CONNECTOR_CONFLICT);
	aws_case_close(&k);
}

static void suspending_makes_each_inactive(void **state)
{
	struct aws_case k;

	aws_case_open(&k, CONNECTOR_SYNC);
	k.d.want = CONNECTOR_SUSPEND;
	k.d.certs_n = 2;
	aws_case_asks(&k, "PUT " CERT "?newStatus=INACTIVE", NULL);
	aws_case_gets(&k, 200, NULL, "");
	aws_case_asks(&k,
	    "PUT /certificates/" AWS_CASE_ID1 "?newStatus=INACTIVE", NULL);
	aws_case_gets(&k, 404, MISSING, "{}");
	assert_true(k.t.over);
	assert_int_equal(k.out.result, CONNECTOR_CHANGED);
	aws_case_close(&k);
}

static void removing_takes_five_calls(void **state)
{
	struct aws_case k;

	aws_case_open(&k, CONNECTOR_SYNC);
	k.d.want = CONNECTOR_REMOVE;
	aws_case_asks(&k, "PUT " CERT "?newStatus=INACTIVE", NULL);
	aws_case_gets(&k, 200, NULL, "");
	aws_case_asks(&k, "DELETE " THING "/principals", NULL);
	aws_case_gets(&k, 404, MISSING, "{}");
	aws_case_asks(&k, "DELETE " CERT "?forceDelete=true", NULL);
	assert_int_equal(aws_case_take(&k, 409, "DeleteConflictException",
			     "{\"message\":\"Things are attached.\"}"),
	    RC_AGAIN);
	aws_case_asks(&k, "DELETE " CERT "?forceDelete=true", NULL);
	aws_case_gets(&k, 200, NULL, "");
	aws_case_asks(&k, "GET " THING, NULL);
	aws_case_gets(&k, 200, NULL, MARKED(AWS_CASE_REF));
	aws_case_asks(&k, "DELETE " THING, NULL);
	aws_case_gets(&k, 200, NULL, "{}");
	assert_true(k.t.over);
	assert_int_equal(k.out.result, CONNECTOR_REMOVED);
	aws_case_close(&k);
}

static void what_is_not_there_is_removed_by_two_calls(void **state)
{
	struct aws_case k;

	aws_case_open(&k, CONNECTOR_SYNC);
	k.d.want = CONNECTOR_REMOVE;
	aws_case_asks(&k, "PUT " CERT "?newStatus=INACTIVE", NULL);
	aws_case_gets(&k, 404, MISSING, "{}");
	aws_case_asks(&k, "GET " THING, NULL);
	aws_case_gets(&k, 404, MISSING, "{}");
	assert_true(k.t.over);
	assert_int_equal(k.out.result, CONNECTOR_SAME);
	aws_case_close(&k);
}

static void a_thing_of_another_is_not_removed(void **state)
{
	struct aws_case k;

	aws_case_open(&k, CONNECTOR_SYNC);
	k.d.want = CONNECTOR_REMOVE;
	aws_case_asks(&k, "PUT " CERT "?newStatus=INACTIVE", NULL);
	aws_case_gets(&k, 404, MISSING, "{}");
	aws_case_asks(&k, "GET " THING, NULL);
	aws_case_gets(&k, 200, NULL, MARKED(AWS_CASE_ID1));
	assert_true(k.t.over);
	assert_int_equal(k.out.result, CONNECTOR_SAME);
	aws_case_close(&k);
}

static void a_state_that_does_not_pass_is_refused(void **state)
{
	struct aws_case k;
	int i;

	aws_case_open(&k, CONNECTOR_SYNC);
	k.d.want = CONNECTOR_REMOVE;
	aws_case_set(&k, "thing_name", "");
	aws_case_asks(&k, "PUT " CERT "?newStatus=INACTIVE", NULL);
	aws_case_gets(&k, 200, NULL, "");
	aws_case_asks(&k, "DELETE " CERT "?forceDelete=true", NULL);
	for (i = 0; i < 12; i++)
		assert_int_equal(aws_case_take(&k, 409,
				     "DeleteConflictException", "{}"),
		    RC_AGAIN);
	aws_case_gets(&k, 409, "DeleteConflictException",
	    "{\"message\":\"Things are attached.\"}");
	assert_int_equal(k.out.result, CONNECTOR_REFUSED);
	assert_string_equal(k.out.message, "Things are attached.");
	aws_case_close(&k);
}

static void a_certificate_that_aws_will_not_have_is_refused(void **state)
{
	struct aws_case k;

	aws_case_open(&k, CONNECTOR_SYNC);
	aws_case_set(&k, "thing_name", "");
	aws_case_asks(&k, "POST /certificate/register-no-ca", NULL);
	aws_case_gets(&k, 400, "CertificateValidationException",
	    "{\"message\":\"Bad\\nkey.\"}");
	assert_int_equal(k.out.result, CONNECTOR_REFUSED);
	assert_string_equal(k.out.message, "Bad key.");
	aws_case_close(&k);
}

static void faults_leave_the_conversation_where_it_was(void **state)
{
	static const struct {
		int status;
		const char *name, *body;
		enum rc rc;
	} cases[] = {
	    {429, NULL, "", RC_LIMIT},
	    {400, "ThrottlingException", "{}", RC_LIMIT},
	    {410, "LimitExceededException", "{}", RC_LIMIT},
	    {503, "ServiceUnavailableException", "{}", RC_AGAIN},
	    {503, NULL, "<html>", RC_AGAIN},
	    {500, "InternalFailureException", "{}", RC_AGAIN},
	    {500, EXISTS, "{}", RC_AGAIN},
	    {502, NULL, "", RC_AGAIN},
	    {403, "AccessDeniedException", "{}", RC_DENIED},
	    {403, NULL, "{}", RC_DENIED},
	    {401, "UnauthorizedException", "{}", RC_DENIED},
	    {403, "UnrecognizedClientException", "{}", RC_UNAUTHENTICATED},
	    {403, "InvalidSignatureException", "{}", RC_UNAUTHENTICATED},
	    {403, "ExpiredTokenException", "{}", RC_UNAUTHENTICATED},
	    {403, NULL, "{\"__type\":\"x#ExpiredTokenException\"}",
		RC_UNAUTHENTICATED},
	    {401, NULL, "", RC_UNAUTHENTICATED},
	    {404, NULL, "<html>not here</html>", RC_INVALID},
	    {409, NULL, "{}", RC_INVALID},
	    {400, "NeverHeardOfException", "{}", RC_INVALID},
	    {200, EXISTS, "<html>", RC_INVALID},
	    {200, NULL, "", RC_INVALID},
	    {200, NULL, "[]", RC_INVALID},
	    {200, NULL, "{}", RC_INVALID},
	    {200, NULL, "{\"certificateId\":1}", RC_INVALID},
	    {200, NULL, "{\"certificateId\":\"" AWS_CASE_ID1 "\"}", RC_INVALID},
	    {200, NULL, CREATED "x", RC_INVALID},
	    {200, NULL,
		"{\"certificateId\":\"" AWS_CASE_ID0
		"\",\"certificateArn\":\"arn:aws:iot:eu-central-1:"
		"210987654321:cert/" AWS_CASE_ID0 "\"}",
		RC_DENIED},
	    {204, NULL, CREATED, RC_INVALID},
	    {302, NULL, "", RC_INVALID},
	    {302, EXISTS, "{}", RC_INVALID},
	    {0, NULL, "", RC_INVALID},
	};
	struct aws_case k;
	enum rc rc;
	size_t i;

	aws_case_open(&k, CONNECTOR_SYNC);
	aws_case_set(&k, "thing_name", "");
	for (i = 0; i < COUNT(cases); i++) {
		aws_case_asks(&k, "POST /certificate/register-no-ca", NULL);
		rc = aws_case_take(&k, cases[i].status, cases[i].name,
		    cases[i].body);
		if (rc != cases[i].rc)
			fail_msg("%zu: %d, %s", i, (int)rc, k.e.text);
		assert_false(k.t.over);
		assert_int_equal(k.out.result, CONNECTOR_NONE);
	}
	aws_case_close(&k);
}

static void a_clock_that_is_wrong_is_named(void **state)
{
	struct connector_answer a = {.status = 403,
	    .headers =
		SPAN_LIT("x-amzn-errortype: InvalidSignatureException\r\n"),
	    .date_s = AWS_CASE_NOW + 3600};
	struct aws_case k;

	aws_case_open(&k, CONNECTOR_SYNC);
	aws_case_asks(&k, "POST " THING, NULL);
	assert_int_equal(aws_connector.take(&k.t, &a, &k.e),
	    RC_UNAUTHENTICATED);
	assert_string_equal(k.e.slug, "cloud-clock");
	assert_non_null(strstr(k.e.text, "3600 seconds behind"));
	aws_case_close(&k);
}

static void a_limit_that_does_not_pass_is_the_devices_own(void **state)
{
	struct aws_case k;
	int i;

	aws_case_open(&k, CONNECTOR_SYNC);
	aws_case_asks(&k, "POST " THING, NULL);
	for (i = 0; i < 20; i++)
		assert_int_equal(aws_case_take(&k, 410,
				     "LimitExceededException", "{}"),
		    RC_LIMIT);
	aws_case_gets(&k, 410, "LimitExceededException",
	    "{\"message\":\"Ten.\"}");
	assert_int_equal(k.out.result, CONNECTOR_REFUSED);
	aws_case_close(&k);
}

static void a_whole_cloud_is_listed_page_by_page(void **state)
{
	struct aws_case k;

	aws_case_open(&k, CONNECTOR_LIST);
	aws_case_set(&k, "thing_type", "washer");
	aws_case_asks(&k, "GET /certificates?pageSize=250", NULL);
	aws_case_gets(&k, 200, NULL,
	    "{\"certificates\":[{\"certificateId\":\"" AWS_CASE_ID0
	    "\",\"status\":\"ACTIVE\"}],\"nextMarker\":\"a/b=\"}");
	aws_case_asks(&k, "GET /certificates?marker=a%2Fb%3D&pageSize=250",
	    NULL);
	assert_int_equal(aws_case_take(&k, 200, NULL,
			     "{\"certificates\":[],\"nextMarker\":\"a/b=\"}"),
	    RC_INVALID);
	aws_case_gets(&k, 200, NULL, "{\"certificates\":[]}");
	aws_case_asks(&k, "POST /policy-targets/devices?pageSize=250", NULL);
	aws_case_gets(&k, 200, NULL,
	    "{\"targets\":[\"arn:aws:iot:eu-central-1:123456789012:"
	    "cert/" AWS_CASE_ID0
	    "\",\"arn:aws:iot:eu-central-1:1:thinggroup/x\"]}");
	aws_case_asks(&k, "GET /things?maxResults=250&thingTypeName=washer",
	    NULL);
	aws_case_gets(&k, 200, NULL,
	    "{\"things\":[{\"thingName\":\"a\"},{\"thingName\":\"chip:1\","
	    "\"thingTypeName\":\"washer\",\"attributes\":{\"birthmark\":"
	    "\"" AWS_CASE_REF "\",\"batch\":\"BID1\",\"product\":"
	    "\"Dish-washer\"}}]}");
	assert_true(k.t.over);
	assert_string_equal(buf_cstr(&k.listed),
	    "certificate/" AWS_CASE_ID0 "=ACTIVE\n"
	    "policy/" AWS_CASE_ID0 "=attached\n"
	    "thing/a=birthmark=\n"
	    "thing/chip:1=birthmark=" AWS_CASE_REF
	    " type=washer product=Dish-washer batch=BID1\n");
	aws_case_close(&k);
}

static void pages_that_make_no_sense_tell_nothing(void **state)
{
	static const char *const bad[] = {
	    "{}",
	    "{\"certificates\":null}",
	    "{\"certificates\":{}}",
	    "{\"certificates\":[1]}",
	    "{\"certificates\":[{\"certificateId\":\"" AWS_CASE_ID0
	    "\",\"status\":\"ACTIVE\"},{\"certificateId\":\"x\","
	    "\"status\":\"ACTIVE\"}]}",
	    "{\"certificates\":[{\"certificateId\":\"" AWS_CASE_ID0 "\"}]}",
	};
	struct aws_case k;
	size_t i;

	aws_case_open(&k, CONNECTOR_LIST);
	for (i = 0; i < COUNT(bad); i++) {
		aws_case_asks(&k, "GET /certificates?pageSize=250", NULL);
		assert_int_equal(aws_case_take(&k, 200, NULL, bad[i]),
		    RC_INVALID);
	}
	assert_int_equal(k.listed.n, 0);
	aws_case_close(&k);
}

static void what_is_expected_is_what_would_be_listed(void **state)
{
	struct connector_item items[CONNECTOR_ITEMS_MAX], other;
	struct aws_case k;

	aws_case_open(&k, CONNECTOR_LIST);
	k.d.certs_n = 2;
	k.d.certs[1].valid = false;
	assert_int_equal(aws_connector.expect(&k.way, &k.d, items), 3);
	assert_string_equal(items[0].key, "certificate/" AWS_CASE_ID0);
	assert_string_equal(items[0].value, "ACTIVE");
	assert_string_equal(items[1].key, "policy/" AWS_CASE_ID0);
	assert_string_equal(items[2].key, "thing/chip:1");
	assert_string_equal(items[2].value,
	    "birthmark=" AWS_CASE_REF " product=Dish-washer batch=BID1");
	other = items[2];
	(void)snprintf(other.value, sizeof(other.value),
	    "birthmark=" AWS_CASE_REF " product=Oven");
	assert_false(aws_connector.clash(&items[2], &other));
	(void)snprintf(other.value, sizeof(other.value), "birthmark=");
	assert_true(aws_connector.clash(&items[2], &other));
	assert_false(aws_connector.clash(&items[0], &other));
	k.d.want = CONNECTOR_SUSPEND;
	assert_int_equal(aws_connector.expect(&k.way, &k.d, items), 5);
	assert_string_equal(items[0].value, "INACTIVE");
	aws_case_close(&k);
}

static void a_value_that_is_too_long_ends_in_its_digest(void **state)
{
	struct connector_item one[CONNECTOR_ITEMS_MAX];
	struct connector_item two[CONNECTOR_ITEMS_MAX];
	struct aws_case k;

	aws_case_open(&k, CONNECTOR_LIST);
	aws_case_set(&k, "policy", "");
	memset(k.d.product, 'a', 100);
	memset(k.d.bid, 'b', 60);
	assert_int_equal(aws_connector.expect(&k.way, &k.d, one), 2);
	k.d.bid[59] = 'c';
	assert_int_equal(aws_connector.expect(&k.way, &k.d, two), 2);
	assert_int_equal(strlen(one[1].value), CONNECTOR_VALUE_SIZE - 1);
	assert_string_not_equal(one[1].value, two[1].value);
	aws_case_close(&k);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(signatures_are_as_botocore_makes_them),
    cmocka_unit_test(a_new_device_takes_four_calls),
    cmocka_unit_test(what_is_there_and_active_is_the_same),
    cmocka_unit_test(what_is_there_and_inactive_is_activated),
    cmocka_unit_test(another_certificate_is_a_conflict),
    cmocka_unit_test(a_status_that_is_neither_is_refused),
    cmocka_unit_test(a_cloud_that_contradicts_itself_ends_in_a_refusal),
    cmocka_unit_test(things_are_judged_by_their_mark),
    cmocka_unit_test(a_thing_of_ours_is_brought_up_to_date),
    cmocka_unit_test(an_attribute_that_is_none_any_more_goes),
    cmocka_unit_test(a_certificate_that_is_not_valid_any_more_goes),
    cmocka_unit_test(a_conflict_leaves_no_revoked_certificate),
    cmocka_unit_test(suspending_makes_each_inactive),
    cmocka_unit_test(removing_takes_five_calls),
    cmocka_unit_test(what_is_not_there_is_removed_by_two_calls),
    cmocka_unit_test(a_thing_of_another_is_not_removed),
    cmocka_unit_test(a_state_that_does_not_pass_is_refused),
    cmocka_unit_test(a_certificate_that_aws_will_not_have_is_refused),
    cmocka_unit_test(faults_leave_the_conversation_where_it_was),
    cmocka_unit_test(a_clock_that_is_wrong_is_named),
    cmocka_unit_test(a_limit_that_does_not_pass_is_the_devices_own),
    cmocka_unit_test(a_whole_cloud_is_listed_page_by_page),
    cmocka_unit_test(pages_that_make_no_sense_tell_nothing),
    cmocka_unit_test(what_is_expected_is_what_would_be_listed),
    cmocka_unit_test(a_value_that_is_too_long_ends_in_its_digest),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
