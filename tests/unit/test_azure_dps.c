/* Conversations with an Azure Device Provisioning Service, and how both of
 * Azure's services are signed in to.
 * Must not use a network. */
#include "pki/digest.h"
#include "tests/unit/azure_case.h"
#include "tests/unit/pki_case.h"

#define BULK "POST https://hub.test/enrollments?api-version=2021-10-01"
#define GET "GET https://hub.test/enrollments/"
#define ALL_GOOD "{\"isSuccessful\":true,\"errors\":[]}"

static struct azure_case k;
static struct pki_case p;
static struct buf ders[AZURE_CASE_N];

static int open_pki(void **state)
{
	pki_case_init(&p, KEY_P256);
	return 0;
}

static int close_pki(void **state)
{
	pki_case_clear(&p);
	return 0;
}

static int close_case(void **state)
{
	size_t i;

	for (i = 0; i < AZURE_CASE_N; i++)
		buf_clear(&ders[i]);
	azure_case_close(&k);
	return 0;
}

/* One certificate each, of this common name. */
static void open_case(const char *const *names, size_t n)
{
	struct issue_leaf leaf = {.org = "Acme",
	    .not_before = p.now_s - 60,
	    .not_after = p.now_s + 3600};
	size_t i;

	azure_case_open(&k, "azure-dps", n, 1);
	for (i = 0; i < n; i++) {
		struct connector_cert *c = &k.devices[i].certs[0];

		buf_init(&ders[i], CERT_DER_MAX);
		leaf.common_name = names[i];
		assert_int_equal(issue_leaf(&leaf, key_spki(p.chip_key),
				     buf_span(&p.ca), p.ca_key, &ders[i], NULL),
		    RC_OK);
		c->der = buf_span(&ders[i]);
		digest_sha256(c->der, c->fp);
		digest_sha1(c->der, c->sha1);
		enc_hex_str(k.thumb[i][0], span_of(c->fp, 32));
	}
}

static const char *const two[] = {"chip-a", "chip-b"};

static const char *error_of(const char *id, int code)
{
	static char text[300];

	(void)snprintf(text, sizeof(text),
	    "{\"isSuccessful\":false,\"errors\":[{\"registrationId\":\"%s\","
	    "\"errorCode\":%d,\"errorStatus\":\"in its own words\"}]}",
	    id, code);
	return text;
}

static const char *enrolment_of(const char *id, const char *status,
    const char *thumb, const char *more)
{
	static char text[700];

	(void)snprintf(text, sizeof(text),
	    "{\"registrationId\":\"%s\",\"provisioningStatus\":\"%s\","
	    "\"etag\":\"\\\"E1\\\"\",\"attestation\":{\"type\":\"x509\","
	    "\"x509\":{\"clientCertificates\":{\"primary\":{\"info\":"
	    "{\"sha256Thumbprint\":\"%s\"}}}}}%s}",
	    id, status, thumb, more);
	return text;
}

static void enrolments_carry_the_certificate(void **state)
{
	struct buf body;

	open_case(two, 2);
	buf_init(&body, 65536);
	buf_add_str(&body,
	    "{\"mode\":\"create\",\"enrollments\":[{\"registrationId\":"
	    "\"chip-a\",\"attestation\":{\"type\":\"x509\",\"x509\":"
	    "{\"clientCertificates\":{\"primary\":{\"certificate\":\"");
	enc_base64(&body, buf_span(&ders[0]));
	buf_add_str(&body,
	    "\"}}}},\"provisioningStatus\":\"enabled\",\"initialTwin\":"
	    "{\"tags\":{\"product\":\"Dishwasher\",\"batch\":\"BID1\"},"
	    "\"properties\":{\"desired\":{}}}},{\"registrationId\":"
	    "\"chip-b\"");
	azure_case_asks(&k, BULK, buf_cstr(&body));
	azure_case_answers(&k, 200, ALL_GOOD);
	azure_case_ends(&k, 0, CONNECTOR_CREATED);
	azure_case_ends(&k, 1, CONNECTOR_CREATED);
	buf_clear(&body);
}

static void settings_go_into_enrolments(void **state)
{
	open_case(two, 1);
	azure_case_set(&k, "device_id", "dw-{chip_id}");
	azure_case_set(&k, "iot_hubs", "a.test, b.test");
	azure_case_set(&k, "allocation_policy", "static");
	azure_case_set(&k, "twin_tags", "no");
	azure_case_asks(&k, BULK,
	    "\"deviceId\":\"dw-D0\",\"provisioningStatus\":\"enabled\","
	    "\"allocationPolicy\":\"static\",\"iotHubs\":[\"a.test\","
	    "\"b.test\"]}]");
	azure_case_answers(&k, 400, error_of("chip-a", 409201));
	azure_case_asks(&k, GET "chip-a?", NULL);
	azure_case_answers(&k, 200,
	    enrolment_of("chip-a", "enabled", k.thumb[0][0],
		",\"deviceId\":\"dw-D0\",\"allocationPolicy\":\"static\","
		"\"iotHubs\":[\"a.test\"]"));
	azure_case_asks(&k, BULK,
	    "{\"mode\":\"updateIfMatchETag\",\"enrollments\":[{"
	    "\"registrationId\":\"chip-a\",\"etag\":\"\\\"E1\\\"\"");
	azure_case_answers(&k, 200, ALL_GOOD);
	azure_case_ends(&k, 0, CONNECTOR_CHANGED);
}

static void what_is_there_is_judged_by_its_certificate(void **state)
{
	char other[65];

	open_case(two, 2);
	memset(other, 'a', 64);
	other[64] = '\0';
	azure_case_asks(&k, BULK, "create");
	azure_case_answers(&k, 200,
	    "{\"isSuccessful\":false,\"errors\":["
	    "{\"registrationId\":\"chip-a\",\"errorCode\":409201},"
	    "{\"registrationId\":\"CHIP-B\",\"errorCode\":"
	    "\"EnrollmentConflict\"}]}");
	azure_case_asks(&k, GET "chip-a?", NULL);
	azure_case_answers(&k, 200,
	    enrolment_of("chip-a", "enabled", k.thumb[0][0], ""));
	azure_case_ends(&k, 0, CONNECTOR_SAME);
	azure_case_asks(&k, GET "chip-b?", NULL);
	azure_case_answers(&k, 200,
	    enrolment_of("chip-b", "enabled", other, ""));
	azure_case_ends(&k, 1, CONNECTOR_CONFLICT);
}

static void other_attestations_are_conflicts(void **state)
{
	static const char *const table[] = {
	    "{\"type\":\"tpm\",\"tpm\":{}}",
	    "{\"type\":\"symmetricKey\"}",
	    "{\"type\":\"x509\",\"x509\":{\"caReferences\":{}}}",
	};
	char text[400];
	size_t i;

	for (i = 0; i < COUNT(table); i++) {
		open_case(two, 1);
		azure_case_asks(&k, BULK, "create");
		azure_case_answers(&k, 200, error_of("chip-a", 409201));
		azure_case_asks(&k, GET "chip-a?", NULL);
		(void)snprintf(text, sizeof(text),
		    "{\"registrationId\":\"chip-a\",\"provisioningStatus\":"
		    "\"enabled\",\"etag\":\"1\",\"attestation\":%s}",
		    table[i]);
		azure_case_answers(&k, 200, text);
		azure_case_ends(&k, 0, CONNECTOR_CONFLICT);
		(void)close_case(NULL);
	}
	azure_case_open(&k, "azure-dps", 0, 0);
}

static void only_the_device_s_own_is_deleted(void **state)
{
	open_case(two, 2);
	k.devices[0].want = k.devices[1].want = CONNECTOR_REMOVE;
	azure_case_asks(&k, GET "chip-a?", NULL);
	azure_case_answers(&k, 200,
	    enrolment_of("chip-a", "disabled", k.thumb[0][0], ""));
	azure_case_asks(&k, GET "chip-b?", NULL);
	azure_case_answers(&k, 404,
	    "{\"errorCode\":404201,\"trackingId\":\"0\",\"message\":"
	    "\"Enrollment not found.\"}");
	azure_case_ends(&k, 1, CONNECTOR_SAME);
	azure_case_asks(&k, "DELETE https://hub.test/enrollments/chip-a?",
	    NULL);
	assert_non_null(strstr(buf_cstr(&k.q.headers), "If-Match: \"E1\"\n"));
	/* Another was faster: it is judged anew. */
	azure_case_answers(&k, 412, "{\"errorCode\":412001}");
	azure_case_asks(&k, GET "chip-a?", NULL);
	azure_case_answers(&k, 200,
	    enrolment_of("chip-a", "disabled", k.thumb[0][0], ""));
	azure_case_asks(&k, "DELETE https://hub.test/enrollments/chip-a?",
	    NULL);
	assert_int_equal(azure_case_take(&k, 503, "", ""), RC_AGAIN);
	azure_case_answers(&k, 204, "");
	azure_case_ends(&k, 0, CONNECTOR_REMOVED);
	assert_true(k.t.over);
}

/* The user's own, of a device that is suspended or has a new certificate. */
static void check_survival(bool renewed)
{
	static const char *const same[] = {"chip-a", "chip-a"};
	static const char *const kept[] = {
	    "\"reprovisionPolicy\":{\"updateHubAssignment\":true}",
	    "\"capabilities\":{\"iotEdge\":true}",
	    "\"optionalDeviceInformation\":{\"line\":7}",
	    "\"allocationPolicy\":\"custom\"",
	    "\"customAllocationDefinition\":{\"webhookUrl\":\"https://f\"}",
	    "\"tags\":{\"floor\":2,\"product\":\"Dishwasher\","
	    "\"batch\":\"BID1\"}",
	    "\"properties\":{\"desired\":{\"rate\":5}}",
	};
	const char *body;
	size_t i;

	open_case(same, 2);
	k.t.n = 1;
	if (renewed) {
		k.devices[0].certs[1] = k.devices[1].certs[0];
		k.devices[0].certs_n = 2;
	} else {
		k.devices[0].want = CONNECTOR_SUSPEND;
	}
	azure_case_asks(&k, BULK, "create");
	azure_case_answers(&k, 200, error_of("chip-a", 409201));
	azure_case_asks(&k, GET "chip-a?", NULL);
	azure_case_answers(&k, 200,
	    enrolment_of("chip-a", "enabled", k.thumb[0][0],
		",\"reprovisionPolicy\":{\"updateHubAssignment\":true},"
		"\"capabilities\":{\"iotEdge\":true},\"deviceId\":null,"
		"\"optionalDeviceInformation\":{\"line\":7},"
		"\"allocationPolicy\":\"custom\","
		"\"customAllocationDefinition\":{\"webhookUrl\":\"https://f\"},"
		"\"initialTwin\":{\"tags\":{\"floor\":2,\"product\":\"Old\"},"
		"\"properties\":{\"desired\":{\"rate\":5}}},"
		"\"createdDateTimeUtc\":\"2026-01-01T00:00:00Z\","
		"\"registrationState\":{\"status\":\"unassigned\"}"));
	azure_case_asks(&k, BULK, "updateIfMatchETag");
	body = buf_cstr(&k.q.body);
	for (i = 0; i < COUNT(kept); i++)
		if (!strstr(body, kept[i]))
			fail_msg("%s is not in %s", kept[i], body);
	assert_non_null(strstr(body,
	    renewed ? "\"provisioningStatus\":\"enabled\""
		    : "\"provisioningStatus\":\"disabled\""));
	assert_int_equal(strstr(body, "\"secondary\"") != NULL, renewed);
	assert_non_null(strstr(body, "\"certificate\":"));
	assert_null(strstr(body, "sha256Thumbprint"));
	assert_null(strstr(body, "registrationState"));
	assert_null(strstr(body, "createdDateTimeUtc"));
	assert_null(strstr(body, "deviceId"));
	azure_case_answers(&k, 200, ALL_GOOD);
	azure_case_ends(&k, 0, CONNECTOR_CHANGED);
}

static void what_others_set_survives_an_update(void **state)
{
	check_survival(false);
	(void)close_case(NULL);
	check_survival(true);
}

#define ASSIGNED                                                \
	",\"registrationState\":{\"status\":\"assigned\","      \
	"\"assignedHub\":\"h.azure-devices.net\",\"deviceId\":" \
	"\"dev-7\"}"

static void what_a_hub_still_has_is_told(void **state)
{
	open_case(two, 2);
	k.devices[0].want = CONNECTOR_REMOVE;
	k.devices[1].want = CONNECTOR_SUSPEND;
	azure_case_asks(&k, GET "chip-a?", NULL);
	azure_case_answers(&k, 200,
	    enrolment_of("chip-a", "enabled", k.thumb[0][0], ASSIGNED));
	azure_case_asks(&k, BULK, "create");
	azure_case_answers(&k, 200, error_of("chip-b", 409201));
	azure_case_asks(&k, GET "chip-b?", NULL);
	azure_case_answers(&k, 200,
	    enrolment_of("chip-b", "enabled", k.thumb[1][0], ASSIGNED));
	azure_case_asks(&k, BULK, "updateIfMatchETag");
	azure_case_answers(&k, 200, ALL_GOOD);
	azure_case_ends(&k, 1, CONNECTOR_REFUSED);
	assert_string_equal(k.out[1].message,
	    "The enrolment is disabled, but the device is still registered in "
	    "the hub h.azure-devices.net as dev-7: disable it there too.");
	azure_case_asks(&k, "DELETE https://hub.test/enrollments/chip-a?",
	    NULL);
	azure_case_answers(&k, 204, "");
	azure_case_ends(&k, 0, CONNECTOR_REFUSED);
	assert_non_null(strstr(k.out[0].message, "is removed, but"));
	assert_true(k.t.over);
}

static void what_another_cloud_does_is_no_exception(void **state)
{
	open_case(two, 1);
	azure_case_set(&k, "hub_is_cloud", "yes");
	k.devices[0].want = CONNECTOR_REMOVE;
	azure_case_asks(&k, GET "chip-a?", NULL);
	azure_case_answers(&k, 200,
	    enrolment_of("chip-a", "enabled", k.thumb[0][0], ASSIGNED));
	azure_case_asks(&k, "DELETE https://hub.test/enrollments/chip-a?",
	    NULL);
	azure_case_answers(&k, 204, "");
	azure_case_ends(&k, 0, CONNECTOR_REMOVED);
}

static void a_common_name_that_is_no_registration_id_is_refused(void **state)
{
	static const char *const names[] = {"Test chip 01", "-chip", "chip.",
	    "ch\xc3\xa4p"};
	size_t i;

	open_case(names, COUNT(names));
	k.devices[3].want = CONNECTOR_REMOVE;
	azure_case_asks(&k, NULL, NULL);
	for (i = 0; i < 3; i++) {
		azure_case_ends(&k, i, CONNECTOR_REFUSED);
		assert_non_null(strstr(k.out[i].message, "common name"));
	}
	/* It cannot be there. */
	azure_case_ends(&k, 3, CONNECTOR_SAME);
}

static void only_certificates_of_its_name_let_in(void **state)
{
	open_case(two, 2);
	/* An operational certificate of another name, newer than the birth
	 * certificate: the service would not take it for this enrolment. */
	k.devices[0].certs[1] = k.devices[1].certs[0];
	k.devices[0].certs_n = 2;
	k.t.n = 1;
	azure_case_asks(&k, BULK, "create");
	assert_null(strstr(buf_cstr(&k.q.body), "secondary"));
}

static void a_list_shows_what_is_expected(void **state)
{
	struct connector_item want[CONNECTOR_ITEMS_MAX];
	char text[900];

	open_case(two, 1);
	k.t.verb = CONNECTOR_LIST;
	azure_case_asks(&k,
	    "POST https://hub.test/enrollments/query?api-version=2021-10-01",
	    "{\"query\":\"SELECT * FROM enrollments\"}");
	(void)snprintf(text, sizeof(text), "[%s]",
	    enrolment_of("chip-a", "enabled", k.thumb[0][0], ""));
	azure_case_answers(&k, 200, text);
	assert_true(k.t.over);
	assert_int_equal(k.c->expect(&k.way, &k.devices[0], want), 1);
	(void)snprintf(text, sizeof(text), "%s=%s\n", want[0].key,
	    want[0].value);
	assert_string_equal(buf_cstr(&k.listed), text);
}

/* --- signing in --- */

static void set_string(const char *host)
{
	struct buf text;

	buf_init(&text, 1024);
	buf_addf(&text,
	    "HostName=%s;SharedAccessKeyName=writer;"
	    "SharedAccessKey=",
	    host);
	enc_base64(&text, SPAN_LIT("the key of a test, no secret"));
	json_object_set_new(k.way.credentials, "connection_string",
	    json_string(buf_cstr(&text)));
	buf_clear(&text);
}

static void a_connection_string_signs(void **state)
{
	azure_case_open(&k, "azure-hub", 0, 0);
	k.t.verb = CONNECTOR_LOGIN;
	set_string("hub.test");
	azure_case_asks(&k, NULL, NULL);
	/* Computed by another's HMAC. */
	assert_string_equal(buf_cstr(&k.t.session),
	    "SharedAccessSignature sr=hub.test&sig="
	    "ODISRo7afssqZBbhpPLTdbumxTABa2%2BhR9vKyJk6N2c%3D"
	    "&se=1700003600&skn=writer");
	assert_true(
	    k.t.session_ends_s > k.t.now_s && k.t.session_ends_s < 1700003600);
}

static void a_connection_string_is_for_its_host_only(void **state)
{
	azure_case_open(&k, "azure-hub", 0, 0);
	k.t.verb = CONNECTOR_LOGIN;
	set_string("other.test");
	assert_int_equal(k.c->ask(&k.t, &k.q, &k.e), RC_UNAUTHENTICATED);
	assert_int_equal(k.t.session.n, 0);
}

static void an_application_shows_its_secret(void **state)
{
	azure_case_open(&k, "azure-dps", 0, 0);
	k.t.verb = CONNECTOR_LOGIN;
	azure_case_set(&k, "tenant_id", "tenant-1");
	azure_case_set(&k, "client_id", "app-1");
	json_object_set_new(k.way.credentials, "client_secret",
	    json_string("a&b c"));
	azure_case_asks(&k,
	    "POST https://login.microsoftonline.com/tenant-1/oauth2/v2.0/"
	    "token",
	    "grant_type=client_credentials&client_id=app-1&scope="
	    "https%3A%2F%2Fazure-devices-provisioning.net%2F.default"
	    "&client_secret=a%26b%20c");
	azure_case_answers(&k, 200,
	    "{\"token_type\":\"Bearer\",\"expires_in\":3599,"
	    "\"ext_expires_in\":3599,\"access_token\":\"e.y.J\"}");
	assert_string_equal(buf_cstr(&k.t.session), "Bearer e.y.J");
	assert_int_equal(k.t.session_ends_s, k.t.now_s + 3599 - 300);
	assert_true(k.t.over);
}

static void a_federated_application_shows_a_token(void **state)
{
	azure_case_open(&k, "azure-hub", 0, 0);
	k.t.verb = CONNECTOR_LOGIN;
	azure_case_set(&k, "tenant_id", "tenant-1");
	azure_case_set(&k, "client_id", "app-1");
	azure_case_set(&k, "federated", "yes");
	azure_case_set(&k, "login_endpoint", "https://login.test:8443");
	azure_case_asks(&k,
	    "POST https://login.test:8443/tenant-1/oauth2/v2.0/token",
	    "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-"
	    "assertion-type%3Ajwt-bearer&client_assertion=jwt.for."
	    "AzureADTokenExchange");
	assert_null(strstr(buf_cstr(&k.q.body), "client_secret"));
}

static void tokens_that_make_no_sense_are_refused(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum rc rc;
	} table[] = {
	    {200, "{}", RC_INVALID},
	    {200, "{\"token_type\":\"Bearer\",\"access_token\":\"a\"}",
		RC_INVALID},
	    {200,
		"{\"token_type\":\"mac\",\"access_token\":\"a\","
		"\"expires_in\":3599}",
		RC_INVALID},
	    {200,
		"{\"token_type\":\"Bearer\",\"access_token\":\"a\\nHost: "
		"b\",\"expires_in\":3599}",
		RC_INVALID},
	    {200,
		"{\"token_type\":\"Bearer\",\"access_token\":\"a\","
		"\"expires_in\":-1}",
		RC_INVALID},
	    {400,
		"{\"error\":\"invalid_client\",\"error_description\":"
		"\"AADSTS7000215: Invalid client secret.\"}",
		RC_UNAUTHENTICATED},
	    {401, "{\"error\":\"invalid_client\"}", RC_UNAUTHENTICATED},
	    {429, "{}", RC_LIMIT},
	    {503, "<html>", RC_AGAIN},
	};
	size_t i;

	azure_case_open(&k, "azure-hub", 0, 0);
	k.t.verb = CONNECTOR_LOGIN;
	azure_case_set(&k, "tenant_id", "t");
	azure_case_set(&k, "client_id", "c");
	json_object_set_new(k.way.credentials, "client_secret",
	    json_string("s"));
	for (i = 0; i < COUNT(table); i++) {
		azure_case_asks(&k, "POST", NULL);
		if (azure_case_take(&k, table[i].status, table[i].body, "") !=
		    table[i].rc)
			fail_msg("%s: %d", table[i].body, k.e.rc);
		assert_false(k.t.over);
	}
}

#define STRING "HostName=h.test;SharedAccessKeyName=n;SharedAccessKey=YWJj"

static void settings_are_judged_together(void **state)
{
	static const struct {
		const char *settings, *credentials;
		bool ok;
	} table[] = {
	    {"{}", "{'connection_string':'" STRING "'}", true},
	    {"{'host':'H.test'}", "{'connection_string':'" STRING "'}", true},
	    {"{'host':'h.test'}", NULL, true},
	    {"{'host':'g.test'}", "{'connection_string':'" STRING "'}", false},
	    {"{}", "{'connection_string':'" STRING ";'}", true},
	    {"{}", "{'connection_string':'" STRING ";DeviceId=d'}", false},
	    {"{}", "{'connection_string':'" STRING ";x'}", false},
	    {"{}", "{'connection_string':'" STRING ";HostName=i.test'}", false},
	    {"{}", "{'connection_string':'HostName=h.test'}", false},
	    {"{}",
		"{'connection_string':'HostName=h/..;SharedAccessKeyName=n;"
		"SharedAccessKey=YWJj'}",
		false},
	    {"{}",
		"{'connection_string':'HostName=h.test;SharedAccessKeyName=n;"
		"SharedAccessKey=YWJ'}",
		false},
	    {"{}", "{}", false},
	    {"{}", NULL, false},
	    {"{'host':'https://h.test'}", NULL, false},
	    {"{'host':'h.test:0'}", NULL, false},
	    {"{'host':'h.test:99999'}", NULL, false},
	    {"{'host':'h.test'}", "{'client_secret':'s'}", false},
	    {"{'host':'h.test','tenant_id':'t'}", "{'client_secret':'s'}",
		false},
	    {"{'host':'h.test','tenant_id':'t','client_id':'c'}",
		"{'client_secret':'s'}", true},
	    {"{'host':'h.test','tenant_id':'t','client_id':'c'}", "{}", false},
	    {"{'host':'h.test','tenant_id':'t/..','client_id':'c'}",
		"{'client_secret':'s'}", false},
	    {"{'tenant_id':'t','client_id':'c'}", "{'client_secret':'s'}",
		false},
	    {"{'host':'h.test','tenant_id':'t','client_id':'c',"
	     "'federated':'yes'}",
		"{}", true},
	    {"{'host':'h.test','tenant_id':'t','client_id':'c',"
	     "'federated':'yes'}",
		"{'client_secret':'s'}", false},
	    {"{'host':'h.test','federated':'yes'}", "{}", false},
	    {"{'host':'h.test','tenant_id':'t','client_id':'c',"
	     "'federated':'maybe'}",
		"{}", false},
	    {"{'host':'h.test','tenant_id':'t','client_id':'c',"
	     "'login_endpoint':'http://l.test'}",
		"{'client_secret':'s'}", false},
	    {"{'host':'h.test','tenant_id':'t','client_id':'c',"
	     "'login_endpoint':'https://l.test/x'}",
		"{'client_secret':'s'}", false},
	    {"{'host':'h.test','device_id':'fixed'}", NULL, false},
	    {"{'host':'h.test','device_id':'dw-{chip_id}'}", NULL, true},
	    {"{'host':'h.test','device_id':'{chip_id} #'}", NULL, false},
	};
	size_t i;

	azure_case_open(&k, "azure-hub", 0, 0);
	for (i = 0; i < COUNT(table); i++) {
		char s[300], c[300] = "";
		json_t *settings, *credentials;
		size_t j;

		(void)snprintf(s, sizeof(s), "%s", table[i].settings);
		(void)snprintf(c, sizeof(c), "%s",
		    table[i].credentials ? table[i].credentials : "");
		for (j = 0; s[j] != '\0'; j++)
			if (s[j] == '\'')
				s[j] = '"';
		for (j = 0; c[j] != '\0'; j++)
			if (c[j] == '\'')
				c[j] = '"';
		settings = json_loads(s, 0, NULL);
		credentials = c[0] ? json_loads(c, 0, NULL) : NULL;
		assert_non_null(settings);
		if ((k.c->rules.check(settings, credentials, &k.e) == RC_OK) !=
		    table[i].ok)
			fail_msg("%s %s", s, c);
		if (table[i].ok)
			assert_non_null(connector_str(settings, "host"));
		json_decref(settings);
		json_decref(credentials);
	}
}

static void settings_of_enrolments_are_judged(void **state)
{
	static const struct {
		const char *name, *value;
		bool ok;
	} table[] = {
	    {"iot_hubs", "a.test,b.test", true},
	    {"iot_hubs", "a.test, b.test", true},
	    {"iot_hubs", "", true},
	    {"iot_hubs", "a.test,,b.test", false},
	    {"iot_hubs", "a/b", false},
	    {"allocation_policy", "hashed", true},
	    {"allocation_policy", "geoLatency", true},
	    {"allocation_policy", "custom", false},
	    {"twin_tags", "no", true},
	    {"twin_tags", "never", false},
	    {"hub_is_cloud", "yes", true},
	    {"hub_is_cloud", "maybe", false},
	    {"device_id", "", true},
	    {"device_id", "{batch}", false},
	    {"device_id", "{batch}-{chip_id}", true},
	    {"device_id", "{product}-{chip_id}", false},
	};
	size_t i;

	azure_case_open(&k, "azure-dps", 0, 0);
	for (i = 0; i < COUNT(table); i++) {
		azure_case_set(&k, table[i].name, table[i].value);
		if ((k.c->rules.check(k.way.settings, NULL, &k.e) == RC_OK) !=
		    table[i].ok)
			fail_msg("%s %s", table[i].name, table[i].value);
		json_object_del(k.way.settings, table[i].name);
	}
}

#define TEST(f) cmocka_unit_test_teardown(f, close_case)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(enrolments_carry_the_certificate),
	    TEST(settings_go_into_enrolments),
	    TEST(what_is_there_is_judged_by_its_certificate),
	    TEST(other_attestations_are_conflicts),
	    TEST(only_the_device_s_own_is_deleted),
	    TEST(what_others_set_survives_an_update),
	    TEST(what_a_hub_still_has_is_told),
	    TEST(what_another_cloud_does_is_no_exception),
	    TEST(a_common_name_that_is_no_registration_id_is_refused),
	    TEST(only_certificates_of_its_name_let_in),
	    TEST(a_list_shows_what_is_expected),
	    TEST(a_connection_string_signs),
	    TEST(a_connection_string_is_for_its_host_only),
	    TEST(an_application_shows_its_secret),
	    TEST(a_federated_application_shows_a_token),
	    TEST(tokens_that_make_no_sense_are_refused),
	    TEST(settings_are_judged_together),
	    TEST(settings_of_enrolments_are_judged),
	};

	return cmocka_run_group_tests(tests, open_pki, close_pki);
}
