/* Conversations with an Azure IoT Hub: what is sent, and what each answer
 * makes of a device.
 * Must not use a network. */
#include "tests/unit/azure_case.h"

#define BULK "POST https://hub.test/devices?api-version=2021-04-12"
#define QUERY "POST https://hub.test/devices/query?api-version=2021-04-12"
#define GET "GET https://hub.test/devices/"
#define ALL_GOOD "{\"isSuccessful\":true,\"errors\":[],\"warnings\":[]}"
#define NOT_FOUND                                       \
	"{\"Message\":\"ErrorCode:DeviceNotFound;D0\"," \
	"\"ExceptionMessage\":\"Tracking ID:0-G:0-TimeStamp\"}"

static struct azure_case k;

static int close_case(void **state)
{
	azure_case_close(&k);
	return 0;
}

/* An answer with one error of each (device, code, status). */
static const char *error_of(const char *id, int code)
{
	static char text[300];

	(void)snprintf(text, sizeof(text),
	    "{\"isSuccessful\":false,\"errors\":[{\"deviceId\":\"%s\","
	    "\"errorCode\":%d,\"errorStatus\":\"in its own words\"}],"
	    "\"warnings\":[]}",
	    id, code);
	return text;
}

/* A device as the registry has it, and as a query lists it. */
static const char *device_of(const char *id, const char *status,
    const char *primary, const char *secondary)
{
	static char text[600];

	(void)snprintf(text, sizeof(text),
	    "{\"deviceId\":\"%s\",\"etag\":\"E1\",\"status\":\"%s\","
	    "\"authentication\":{\"type\":\"selfSigned\",\"x509Thumbprint\":"
	    "{\"primaryThumbprint\":\"%s\",\"secondaryThumbprint\":%s%s%s}}}",
	    id, status, primary, secondary ? "\"" : "",
	    secondary ? secondary : "null", secondary ? "\"" : "");
	return text;
}

static const char *row_of(const char *id, const char *status,
    const char *primary)
{
	static char text[600];

	(void)snprintf(text, sizeof(text),
	    "[{\"deviceId\":\"%s\",\"deviceEtag\":\"E1\",\"status\":\"%s\","
	    "\"authenticationType\":\"selfSigned\",\"x509Thumbprint\":"
	    "{\"primaryThumbprint\":\"%s\",\"secondaryThumbprint\":null}}]",
	    id, status, primary);
	return text;
}

static void new_devices_are_made_in_one_call(void **state)
{
	char body[400];

	azure_case_open(&k, "azure-hub", 2, 1);
	(void)snprintf(body, sizeof(body),
	    "[{\"id\":\"D0\",\"importMode\":\"create\",\"status\":\"enabled\","
	    "\"authentication\":{\"type\":\"selfSigned\",\"x509Thumbprint\":"
	    "{\"primaryThumbprint\":\"%s\"}}},{\"id\":\"D1\",",
	    k.thumb[0][0]);
	azure_case_asks(&k, BULK, body);
	assert_non_null(strstr(buf_cstr(&k.q.headers),
	    "Authorization: SharedAccessSignature of a test\n"));
	/* After a fault it is the same again. */
	azure_case_asks(&k, BULK, body);
	azure_case_answers(&k, 200, ALL_GOOD);
	azure_case_ends(&k, 0, CONNECTOR_CREATED);
	azure_case_ends(&k, 1, CONNECTOR_CREATED);
	assert_true(k.t.over);
}

static void the_newest_certificates_let_in(void **state)
{
	char body[400];

	azure_case_open(&k, "azure-hub", 1, 4);
	k.devices[0].certs[2].valid = false;
	(void)snprintf(body, sizeof(body),
	    "{\"primaryThumbprint\":\"%s\",\"secondaryThumbprint\":\"%s\"}",
	    k.thumb[0][1], k.thumb[0][3]);
	azure_case_asks(&k, BULK, body);
}

static void the_same_certificate_is_success_once_written(void **state)
{
	azure_case_open(&k, "azure-hub", 1, 1);
	azure_case_asks(&k, BULK, "create");
	azure_case_answers(&k, 400, error_of("D0", 409001));
	azure_case_asks(&k, QUERY, "WHERE deviceId IN ['D0']");
	azure_case_answers(&k, 200, row_of("D0", "enabled", k.thumb[0][0]));
	/* A query may be out of date: the ETag says whether it was. */
	azure_case_asks(&k, BULK,
	    "\"importMode\":\"updateIfMatchETag\",\"eTag\":\"E1\"");
	azure_case_answers(&k, 200, ALL_GOOD);
	azure_case_ends(&k, 0, CONNECTOR_SAME);
}

static void an_older_state_of_the_same_is_changed(void **state)
{
	static const struct {
		const char *status;
		int thumb;
	} table[] = {{"disabled", 1}, {"enabled", 0}, {"enabled", 2}};
	size_t i;

	for (i = 0; i < COUNT(table); i++) {
		azure_case_open(&k, "azure-hub", 1, 3);
		azure_case_asks(&k, BULK, "create");
		azure_case_answers(&k, 200, error_of("D0", 409001));
		azure_case_asks(&k, QUERY, "D0");
		azure_case_answers(&k, 200,
		    row_of("D0", table[i].status, k.thumb[0][table[i].thumb]));
		azure_case_asks(&k, BULK, k.thumb[0][1]);
		azure_case_answers(&k, 200, ALL_GOOD);
		azure_case_ends(&k, 0, CONNECTOR_CHANGED);
		azure_case_close(&k);
	}
	azure_case_open(&k, "azure-hub", 0, 0);
}

static void a_thumbprint_by_sha1_is_the_device_s_own(void **state)
{
	azure_case_open(&k, "azure-hub", 1, 1);
	azure_case_asks(&k, BULK, "create");
	azure_case_answers(&k, 200, error_of("D0", 409001));
	azure_case_asks(&k, QUERY, "D0");
	azure_case_answers(&k, 200,
	    row_of("D0", "enabled",
		"0101010101010101010101010101010101010101"));
	azure_case_asks(&k, BULK, "updateIfMatchETag");
	azure_case_answers(&k, 200, ALL_GOOD);
	azure_case_ends(&k, 0, CONNECTOR_CHANGED);
}

static void another_key_is_a_conflict_and_stays(void **state)
{
	azure_case_open(&k, "azure-hub", 2, 1);
	azure_case_asks(&k, BULK, "create");
	azure_case_answers(&k, 200, error_of("D0", 409001));
	azure_case_ends(&k, 1, CONNECTOR_CREATED);
	azure_case_asks(&k, QUERY, "['D0']");
	azure_case_answers(&k, 200, row_of("D0", "enabled", k.thumb[1][0]));
	/* The verdict needs what is so now. */
	azure_case_ends(&k, 0, CONNECTOR_NONE);
	azure_case_asks(&k, GET "D0?", NULL);
	azure_case_answers(&k, 200,
	    device_of("D0", "enabled", k.thumb[0][0], k.thumb[1][0]));
	azure_case_ends(&k, 0, CONNECTOR_CONFLICT);
	assert_non_null(strstr(k.out[0].message, k.thumb[1][0]));
	assert_true(k.t.over);
}

static void another_way_in_is_a_conflict(void **state)
{
	azure_case_open(&k, "azure-hub", 1, 1);
	azure_case_asks(&k, BULK, "create");
	azure_case_answers(&k, 200, error_of("D0", 409001));
	azure_case_asks(&k, QUERY, "D0");
	azure_case_answers(&k, 200,
	    "[{\"deviceId\":\"D0\",\"deviceEtag\":\"E1\",\"status\":"
	    "\"enabled\",\"authenticationType\":\"sas\",\"x509Thumbprint\":"
	    "{\"primaryThumbprint\":null,\"secondaryThumbprint\":null}}]");
	azure_case_asks(&k, GET "D0?", NULL);
	azure_case_answers(&k, 200,
	    "{\"deviceId\":\"D0\",\"etag\":\"E1\",\"status\":\"enabled\","
	    "\"authentication\":{\"type\":\"sas\",\"symmetricKey\":{}}}");
	azure_case_ends(&k, 0, CONNECTOR_CONFLICT);
	assert_non_null(strstr(k.out[0].message, "sas"));
}

/* Until the hub's queries had their time. */
static void waits_for_queries(void)
{
	unsigned int i;

	for (i = 0; i < 3; i++) {
		assert_int_equal(azure_case_take(&k, 200, "[]", ""), RC_LIMIT);
		assert_int_equal(k.e.retry_after_s, 1u << i);
		azure_case_asks(&k, QUERY, "D0");
	}
}

static void a_query_that_is_late_is_asked_again(void **state)
{
	azure_case_open(&k, "azure-hub", 2, 1);
	k.devices[1].want = CONNECTOR_REMOVE;
	azure_case_asks(&k, QUERY, "['D1']");
	azure_case_answers(&k, 200, "[]");
	/* Nobody said that this one is there. */
	azure_case_asks(&k, GET "D1?", NULL);
	azure_case_answers(&k, 404, NOT_FOUND);
	azure_case_asks(&k, BULK, "create");
	azure_case_answers(&k, 200, error_of("D0", 409001));
	azure_case_asks(&k, QUERY, "['D0']");
	assert_int_equal(azure_case_take(&k, 200, "[]", ""), RC_LIMIT);
	azure_case_asks(&k, QUERY, "['D0']");
	azure_case_answers(&k, 200, row_of("D0", "enabled", k.thumb[0][0]));
	azure_case_asks(&k, BULK, "updateIfMatchETag");
}

static void a_hub_that_lies_about_what_is_there_is_not_believed(void **state)
{
	int round;

	azure_case_open(&k, "azure-hub", 1, 1);
	for (round = 0; round < 2; round++) {
		azure_case_asks(&k, BULK, "create");
		azure_case_answers(&k, 200, error_of("D0", 409001));
		azure_case_asks(&k, QUERY, "D0");
		if (round == 0)
			waits_for_queries();
		azure_case_answers(&k, 200, "[]");
		azure_case_asks(&k, GET "D0?", NULL);
		azure_case_answers(&k, 404, NOT_FOUND);
	}
	azure_case_ends(&k, 0, CONNECTOR_REFUSED);
}

static void without_queries_each_is_looked_up(void **state)
{
	static const struct {
		int status;
		const char *body;
	} table[] = {{400, "{\"Message\":\"no\"}"},
	    {403, "{\"Message\":\"no\"}"},
	    {401,
		"{\"Message\":\"ErrorCode:IotHubUnauthorized;Principal p is "
		"not authorized for POST on /devices/query due to no assigned "
		"permissions\"}"}};
	size_t i;

	for (i = 0; i < COUNT(table); i++) {
		azure_case_open(&k, "azure-hub", 1, 1);
		azure_case_asks(&k, BULK, "create");
		azure_case_answers(&k, 200, error_of("D0", 409001));
		azure_case_asks(&k, QUERY, "D0");
		azure_case_answers(&k, table[i].status, table[i].body);
		azure_case_asks(&k, GET "D0?", NULL);
		azure_case_answers(&k, 200,
		    device_of("D0", "enabled", k.thumb[0][0], NULL));
		azure_case_ends(&k, 0, CONNECTOR_SAME);
		azure_case_close(&k);
	}
	azure_case_open(&k, "azure-hub", 0, 0);
}

static void one_that_is_wrong_does_not_count_for_the_others(void **state)
{
	azure_case_open(&k, "azure-hub", 2, 1);
	azure_case_asks(&k, BULK, "create");
	azure_case_answers(&k, 400, error_of("D0", 400004));
	azure_case_ends(&k, 0, CONNECTOR_REFUSED);
	assert_string_equal(k.out[0].message, "in its own words");
	/* Was the other made?  Nobody said so. */
	azure_case_ends(&k, 1, CONNECTOR_NONE);
	azure_case_asks(&k, BULK, "[{\"id\":\"D1\"");
	azure_case_answers(&k, 200, ALL_GOOD);
	azure_case_ends(&k, 1, CONNECTOR_CREATED);
}

static void one_that_has_to_wait_is_sent_again(void **state)
{
	azure_case_open(&k, "azure-hub", 2, 1);
	azure_case_asks(&k, BULK, "create");
	assert_int_equal(azure_case_take(&k, 200, error_of("D1", 429001),
			     "retry-after: 7\r\n"),
	    RC_LIMIT);
	assert_int_equal(k.e.retry_after_s, 7);
	azure_case_ends(&k, 0, CONNECTOR_CREATED);
	azure_case_asks(&k, BULK, "[{\"id\":\"D1\"");
	assert_int_equal(azure_case_take(&k, 200, error_of("D1", 500001), ""),
	    RC_AGAIN);
	azure_case_asks(&k, BULK, "[{\"id\":\"D1\"");
	azure_case_answers(&k, 200, ALL_GOOD);
	azure_case_ends(&k, 1, CONNECTOR_CREATED);
}

static void quarantine_disables(void **state)
{
	azure_case_open(&k, "azure-hub", 1, 2);
	k.devices[0].want = CONNECTOR_SUSPEND;
	k.devices[0].certs[0].valid = k.devices[0].certs[1].valid = false;
	azure_case_asks(&k, BULK,
	    "\"importMode\":\"create\",\"status\":\"disabled\"");
	azure_case_answers(&k, 200, error_of("D0", 409001));
	azure_case_asks(&k, QUERY, "D0");
	azure_case_answers(&k, 200, row_of("D0", "enabled", k.thumb[0][1]));
	azure_case_asks(&k, BULK, "\"eTag\":\"E1\",\"status\":\"disabled\"");
	azure_case_answers(&k, 200, ALL_GOOD);
	azure_case_ends(&k, 0, CONNECTOR_CHANGED);
}

static void only_the_device_s_own_is_removed(void **state)
{
	azure_case_open(&k, "azure-hub", 3, 1);
	k.devices[0].want = k.devices[1].want = k.devices[2].want =
	    CONNECTOR_REMOVE;
	azure_case_asks(&k, QUERY, "['D0', 'D1', 'D2']");
	azure_case_answers(&k, 200, row_of("D0", "disabled", k.thumb[0][0]));
	azure_case_asks(&k, GET "D1?", NULL);
	azure_case_answers(&k, 404, NOT_FOUND);
	azure_case_ends(&k, 1, CONNECTOR_SAME);
	azure_case_asks(&k, GET "D2?", NULL);
	azure_case_answers(&k, 200,
	    device_of("D2", "enabled", k.thumb[0][0], NULL));
	azure_case_ends(&k, 2, CONNECTOR_SAME);
	azure_case_asks(&k, BULK,
	    "[{\"id\":\"D0\",\"importMode\":\"deleteIfMatchETag\","
	    "\"eTag\":\"E1\"}]");
	/* Somebody changed it since: look again. */
	azure_case_answers(&k, 200, error_of("D0", 412001));
	azure_case_asks(&k, GET "D0?", NULL);
	azure_case_answers(&k, 200,
	    device_of("D0", "disabled", k.thumb[0][0], NULL));
	azure_case_asks(&k, BULK, "deleteIfMatchETag");
	azure_case_answers(&k, 200, ALL_GOOD);
	azure_case_ends(&k, 0, CONNECTOR_REMOVED);
}

static void without_a_valid_certificate_it_may_not_in(void **state)
{
	azure_case_open(&k, "azure-hub", 1, 1);
	k.devices[0].certs[0].valid = false;
	azure_case_asks(&k, QUERY, "D0");
	azure_case_answers(&k, 200, row_of("D0", "enabled", k.thumb[0][0]));
	azure_case_asks(&k, BULK, "deleteIfMatchETag");
	azure_case_answers(&k, 200, ALL_GOOD);
	azure_case_ends(&k, 0, CONNECTOR_REFUSED);
}

static void a_device_stands_once_in_a_call(void **state)
{
	azure_case_open(&k, "azure-hub", 2, 1);
	(void)snprintf(k.devices[1].chip_id, sizeof(k.devices[1].chip_id),
	    "D0");
	azure_case_asks(&k, BULK, "create");
	assert_null(strstr(buf_cstr(&k.q.body), "},{"));
	azure_case_answers(&k, 200, ALL_GOOD);
	azure_case_asks(&k, BULK, k.thumb[1][0]);
	azure_case_answers(&k, 200, error_of("D0", 409001));
	azure_case_asks(&k, QUERY, "D0");
	azure_case_answers(&k, 200, row_of("D0", "enabled", k.thumb[0][0]));
	azure_case_asks(&k, GET "D0?", NULL);
	azure_case_answers(&k, 200,
	    device_of("D0", "enabled", k.thumb[0][0], NULL));
	azure_case_ends(&k, 0, CONNECTOR_CREATED);
	azure_case_ends(&k, 1, CONNECTOR_CONFLICT);
}

static void a_name_that_cannot_be_is_refused_unsent(void **state)
{
	azure_case_open(&k, "azure-hub", 1, 1);
	k.devices[0].chip_id[0] = '\0';
	azure_case_asks(&k, NULL, NULL);
	azure_case_ends(&k, 0, CONNECTOR_REFUSED);
}

static void faults_of_a_whole_call(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum rc rc;
	} table[] = {
	    {401, "{\"Message\":\"ErrorCode:IotHubUnauthorizedAccess;x\"}",
		RC_UNAUTHENTICATED},
	    {403, "{\"Message\":\"ErrorCode:GenericForbidden;x\"}", RC_DENIED},
	    {403, "{\"Message\":\"ErrorCode:IotHubQuotaExceeded;x\"}",
		RC_LIMIT},
	    {403, "", RC_DENIED},
	    {429, "{\"Message\":\"ErrorCode:ThrottlingException;x\"}",
		RC_LIMIT},
	    {400, "{\"Message\":\"ErrorCode:ArgumentInvalid;x\"}",
		RC_TOO_LARGE},
	    {413, "", RC_TOO_LARGE},
	    {500, "{\"Message\":\"ErrorCode:ServerError;x\"}", RC_AGAIN},
	    {503, "<html>", RC_AGAIN},
	    {404, "{\"Message\":\"ErrorCode:IotHubNotFound;x\"}", RC_AGAIN},
	    {302, "", RC_INVALID},
	    {204, "", RC_INVALID},
	    {200, "", RC_INVALID},
	    {200, "null", RC_INVALID},
	    {200, "[]", RC_INVALID},
	    {200, "{}", RC_INVALID},
	    {200, "{\"isSuccessful\":1,\"errors\":[]}", RC_INVALID},
	    {200, "{\"isSuccessful\":false,\"errors\":[]}", RC_INVALID},
	    {200, "{\"isSuccessful\":true,\"errors\":{}}", RC_INVALID},
	    {200,
		"{\"isSuccessful\":true,\"errors\":[{\"deviceId\":\"D0\","
		"\"errorCode\":409001}]}",
		RC_INVALID},
	    {200,
		"{\"isSuccessful\":false,\"errors\":[{\"deviceId\":\"D9\","
		"\"errorCode\":409001}]}",
		RC_INVALID},
	    {200, "{\"isSuccessful\":false,\"errors\":[{}]}", RC_INVALID},
	    {200, "{\"isSuccessful\":false,\"errors\":[null]}", RC_INVALID},
	    {200,
		"{\"isSuccessful\":false,\"errors\":[{\"deviceId\":\"D0\","
		"\"errorCode\":409001},{\"deviceId\":\"D0\",\"errorCode\":"
		"409001}]}",
		RC_INVALID},
	    {200, "{\"isSuccessful\":true,\"isSuccessful\":true}", RC_INVALID},
	};
	size_t i;

	azure_case_open(&k, "azure-hub", 2, 1);
	for (i = 0; i < COUNT(table); i++) {
		azure_case_asks(&k, BULK, "\"id\":\"D1\"");
		if (azure_case_take(&k, table[i].status, table[i].body, "") !=
		    table[i].rc)
			fail_msg("%d %s: %d", table[i].status, table[i].body,
			    k.e.rc);
		azure_case_ends(&k, 0, CONNECTOR_NONE);
		azure_case_ends(&k, 1, CONNECTOR_NONE);
	}
}

static void lookups_that_make_no_sense_are_refused(void **state)
{
	static const char *const table[] = {
	    "{}",
	    "[{}]",
	    "[null]",
	    "[{\"deviceId\":\"D1\",\"status\":\"enabled\","
	    "\"authenticationType\":\"sas\"}]",
	    "[{\"deviceId\":\"D0\",\"status\":\"on\",\"authenticationType\":"
	    "\"sas\"}]",
	    "[{\"deviceId\":\"D0\",\"status\":\"enabled\"}]",
	    "[{\"deviceId\":\"D0\",\"status\":\"enabled\","
	    "\"authenticationType\":\"selfSigned\",\"x509Thumbprint\":"
	    "{\"primaryThumbprint\":\"12\"}}]",
	    "[{\"deviceId\":\"D0\",\"status\":\"enabled\","
	    "\"authenticationType\":\"selfSigned\",\"x509Thumbprint\":"
	    "{\"primaryThumbprint\":7}}]",
	};
	size_t i;

	azure_case_open(&k, "azure-hub", 1, 1);
	k.devices[0].want = CONNECTOR_REMOVE;
	for (i = 0; i < COUNT(table); i++) {
		azure_case_asks(&k, QUERY, "D0");
		if (azure_case_take(&k, 200, table[i], "") != RC_INVALID)
			fail_msg("accepted %s", table[i]);
	}
	azure_case_answers(&k, 200, "[]");
	azure_case_asks(&k, GET "D0?", NULL);
	for (i = 0; i < COUNT(table); i++)
		if (azure_case_take(&k, 200, table[i], "") != RC_INVALID)
			fail_msg("accepted %s", table[i]);
	/* Which hub is not there is not which device is not. */
	assert_int_equal(azure_case_take(&k, 404,
			     "{\"Message\":\"ErrorCode:IotHubNotFound;x\"}",
			     ""),
	    RC_AGAIN);
}

static void a_list_has_pages(void **state)
{
	struct connector_item want[CONNECTOR_ITEMS_MAX];
	char text[400];

	azure_case_open(&k, "azure-hub", 1, 1);
	k.t.verb = CONNECTOR_LIST;
	azure_case_asks(&k, QUERY, "FROM devices\"");
	assert_non_null(
	    strstr(buf_cstr(&k.q.headers), "x-ms-max-item-count: 1000\n"));
	/* Some hubs take smaller pages only. */
	azure_case_answers(&k, 400, "{\"Message\":\"too many\"}");
	azure_case_asks(&k, QUERY, "FROM devices\"");
	assert_non_null(
	    strstr(buf_cstr(&k.q.headers), "x-ms-max-item-count: 100\n"));
	assert_int_equal(azure_case_take(&k, 200,
			     row_of("D0", "enabled", k.thumb[0][0]),
			     "x-ms-continuation: next/1=\r\n"),
	    RC_OK);
	azure_case_asks(&k, QUERY, NULL);
	assert_non_null(
	    strstr(buf_cstr(&k.q.headers), "x-ms-continuation: next/1=\n"));
	assert_int_equal(azure_case_take(&k, 200, "[]",
			     "x-ms-continuation: next/1=\r\n"),
	    RC_INVALID);
	azure_case_answers(&k, 200, "[]");
	assert_true(k.t.over);
	assert_int_equal(k.c->expect(&k.way, &k.devices[0], want), 1);
	(void)snprintf(text, sizeof(text), "%s=%s\n", want[0].key,
	    want[0].value);
	assert_string_equal(buf_cstr(&k.listed), text);
}

static void another_s_key_clashes(void **state)
{
	struct connector_item want[CONNECTOR_ITEMS_MAX], found = {.key = ""};
	static const struct {
		const char *value;
		bool clash;
	} table[] = {
	    {"enabled by sas", true},
	    {"enabled", true},
	    {"enabled 0101010101010101010101010101010101010101", false},
	    {"disabled "
	     "010101010101010101010101010101010101010101010101"
	     "0101010101010101",
		false},
	    {"enabled "
	     "ff0101010101010101010101010101010101010101010101"
	     "0101010101010101",
		true},
	};
	size_t i;

	azure_case_open(&k, "azure-hub", 1, 1);
	assert_int_equal(k.c->expect(&k.way, &k.devices[0], want), 1);
	for (i = 0; i < COUNT(table); i++) {
		(void)snprintf(found.value, sizeof(found.value), "%s",
		    table[i].value);
		assert_int_equal(k.c->clash(&want[0], &found), table[i].clash);
	}
	k.devices[0].want = CONNECTOR_SUSPEND;
	assert_int_equal(k.c->expect(&k.way, &k.devices[0], want), 1);
	assert_memory_equal(want[0].value, "disabled 0101", 13);
}

static void a_test_tells_each_right(void **state)
{
	azure_case_open(&k, "azure-hub", 0, 0);
	k.t.verb = CONNECTOR_TEST;
	azure_case_asks(&k, GET "birthmark-connection-test?", NULL);
	assert_string_equal(k.t.check, "registry-read");
	azure_case_answers(&k, 404, NOT_FOUND);
	azure_case_asks(&k, QUERY, "birthmark-connection-test");
	assert_string_equal(k.t.check, "query");
	assert_int_equal(azure_case_take(&k, 403, "", ""), RC_DENIED);
	assert_non_null(strstr(k.e.text, "standard tier"));
	k.t.step++;
	azure_case_asks(&k,
	    "DELETE https://hub.test/devices/birthmark-connection-test?", NULL);
	azure_case_answers(&k, 412, "");
	assert_true(k.t.over);
	assert_non_null(
	    strstr(buf_cstr(&k.checks), "\"registry-read\":{\"ok\":true,"));
	assert_non_null(
	    strstr(buf_cstr(&k.checks), "\"registry-write\":{\"ok\":true,"));
}

static void nothing_is_sent_without_a_session(void **state)
{
	azure_case_open(&k, "azure-hub", 1, 1);
	k.way.session = "";
	assert_int_equal(k.c->ask(&k.t, &k.q, &k.e), RC_UNAUTHENTICATED);
}

#define TEST(f) cmocka_unit_test_teardown(f, close_case)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(new_devices_are_made_in_one_call),
	    TEST(the_newest_certificates_let_in),
	    TEST(the_same_certificate_is_success_once_written),
	    TEST(an_older_state_of_the_same_is_changed),
	    TEST(a_thumbprint_by_sha1_is_the_device_s_own),
	    TEST(another_key_is_a_conflict_and_stays),
	    TEST(another_way_in_is_a_conflict),
	    TEST(a_query_that_is_late_is_asked_again),
	    TEST(a_hub_that_lies_about_what_is_there_is_not_believed),
	    TEST(without_queries_each_is_looked_up),
	    TEST(one_that_is_wrong_does_not_count_for_the_others),
	    TEST(one_that_has_to_wait_is_sent_again),
	    TEST(quarantine_disables),
	    TEST(only_the_device_s_own_is_removed),
	    TEST(without_a_valid_certificate_it_may_not_in),
	    TEST(a_device_stands_once_in_a_call),
	    TEST(a_name_that_cannot_be_is_refused_unsent),
	    TEST(faults_of_a_whole_call),
	    TEST(lookups_that_make_no_sense_are_refused),
	    TEST(a_list_has_pages),
	    TEST(another_s_key_clashes),
	    TEST(a_test_tells_each_right),
	    TEST(nothing_is_sent_without_a_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
