/* What is asked of a webhook's receiver, and its answers: the good, the odd
 * and the hostile.  Must not use a network. */
#include "cloud/webhook_answer.h"
#include "tests/unit/talk_case.h"

#define URL "{\"url\":\"https://a.test/hook?key=1\"}"
#define FP_0 "000000000000000000000000000000000000000000000000000000000000000a"
#define FP_1 "000000000000000000000000000000000000000000000000000000000000000b"

static void open_two(struct talk_case *c)
{
	talk_case_open(c, "webhook", URL, "{}");
	talk_case_device(c, 0, CONNECTOR_ADMIT);
	talk_case_device(c, 1, CONNECTOR_REMOVE);
	talk_case_begin(c, CONNECTOR_SYNC, 2);
}

static void an_event_says_what_each_device_is_to_be(void **state)
{
	struct talk_case c;
	struct connector_cert *own;
	char head[200];

	talk_case_open(&c, "webhook", URL, "{\"bearer\":\"secret-1\"}");
	talk_case_device(&c, 0, CONNECTOR_ADMIT);
	talk_case_device(&c, 1, CONNECTOR_SUSPEND);
	talk_case_device(&c, 2, CONNECTOR_REMOVE);
	c.devices[1].certs[0].valid = c.devices[2].certs[0].valid = true;
	(void)snprintf(c.devices[0].product, sizeof(c.devices[0].product),
	    "Dish \"9\"");
	own = &c.devices[0].certs[c.devices[0].certs_n++];
	own->der = SPAN_LIT("own");
	own->fp[0] = 0xab;
	talk_case_begin(&c, CONNECTOR_SYNC, 3);
	assert_int_equal(talk_case_ask(&c), RC_OK);
	assert_string_equal(c.request.method, "POST");
	assert_string_equal(c.request.content_type, "application/json");
	assert_string_equal(buf_cstr(&c.request.url),
	    "https://a.test/hook?key=1");
	assert_string_equal(buf_cstr(&c.request.headers),
	    "Birthmark-Signature: HEAD..SIGNATURE\n"
	    "Authorization: Bearer secret-1\n");
	assert_string_equal(c.audience, "https://a.test/hook?key=1");
	assert_true(rand_is_id(span_str(c.event_id), "evt"));
	assert_true(span_eq(buf_span(&c.event), buf_span(&c.request.body)));
	(void)snprintf(head, sizeof(head),
	    "{\"id\":\"%s\",\"account\":\"acc_0123456789abcdef\",", c.event_id);
	assert_true(span_starts(buf_span(&c.request.body), span_str(head)));
	assert_true(talk_case_has(&c.request.body,
	    "\"cloud\":\"cld_0123456789abcdef\",\"type\":\"devices\","
	    "\"time\":\"2026-09-21T14:13:20Z\",\"devices\":[{\"op\":\"admit\","
	    "\"device\":\"chip-0\",\"fingerprint\":\"" FP_0 "\","
	    "\"batch\":\"B1\",\"product\":\"Dish \\\"9\\\"\",\"certificates\":["
	    "{\"fingerprint\":\"" FP_0 "\",\"pem\":\"-----BEGIN CERTIFICATE"
	    "-----\\nbm90IGEgY2VydGlmaWNhdGU=\\n-----END CERTIFICATE-----\\n"
	    "\",\"valid\":true},{\"fingerprint\":\"ab"));
	assert_true(talk_case_has(&c.request.body,
	    "\"valid\":false}]},{\"op\":\"suspend\",\"device\":\"chip-1\","));
	assert_true(talk_case_has(&c.request.body,
	    "{\"op\":\"remove\",\"device\":\"chip-2\","));
	/* No certificate of the last two may let anybody in. */
	assert_null(strstr(strstr(buf_cstr(&c.request.body), "chip-1"),
	    "\"valid\":true"));
	talk_case_close(&c);
}

/* A repetition is the same event, signed anew; another one has another id, even
 * with the same words: the receiver may drop what it knows. */
static void an_event_keeps_its_id_when_it_is_repeated(void **state)
{
	struct talk_case c;
	struct buf first;
	char id[64];

	buf_init(&first, 8192);
	open_two(&c);
	assert_int_equal(talk_case_answer(&c, 500, ""), RC_AGAIN);
	buf_add_span(&first, buf_span(&c.request.body));
	memcpy(id, c.event_id, sizeof(id));
	c.talk.now_s += 60;
	assert_int_equal(talk_case_answer(&c, 503, ""), RC_AGAIN);
	assert_string_equal(c.event_id, id);
	assert_true(span_eq(buf_span(&first), buf_span(&c.request.body)));
	talk_case_begin(&c, CONNECTOR_SYNC, 2);
	assert_int_equal(talk_case_ask(&c), RC_OK);
	assert_string_not_equal(c.event_id, id);
	talk_case_close(&c);
	buf_clear(&first);
}

static void an_empty_answer_is_that_all_was_done(void **state)
{
	static const int statuses[] = {200, 201, 202, 204};
	struct talk_case c;
	size_t i;

	open_two(&c);
	talk_case_device(&c, 2, CONNECTOR_SUSPEND);
	for (i = 0; i < COUNT(statuses); i++) {
		talk_case_begin(&c, CONNECTOR_SYNC, 3);
		assert_int_equal(talk_case_answer(&c, statuses[i], " \r\n"),
		    RC_OK);
		assert_true(c.talk.over);
		assert_int_equal(c.out[0].result, CONNECTOR_CREATED);
		assert_int_equal(c.out[1].result, CONNECTOR_REMOVED);
		assert_int_equal(c.out[2].result, CONNECTOR_CHANGED);
	}
	talk_case_close(&c);
}

static void an_answer_may_name_some_devices(void **state)
{
	static const struct {
		const char *body;
		enum connector_result first, second;
	} cases[] = {
	    {"{\"devices\":[]}", CONNECTOR_CREATED, CONNECTOR_REMOVED},
	    {"{\"devices\":[{\"device\":\"chip-0\",\"result\":\"same\"}]}",
		CONNECTOR_SAME, CONNECTOR_REMOVED},
	    {"{\"devices\":[{\"fingerprint\":\"" FP_1
	     "\",\"result\":\"same\"},{\"fingerprint\":\"" FP_0
	     "\",\"device\":\"chip-0\",\"result\":\"changed\","
	     "\"message\":null}],\"more\":1}",
		CONNECTOR_CHANGED, CONNECTOR_SAME},
	    {"{\"devices\":[{\"device\":\"chip-1\",\"result\":\"refused\","
	     "\"message\":\"not\\u0007 here\"},{\"device\":\"chip-0\","
	     "\"result\":\"conflict\"}]}",
		CONNECTOR_CONFLICT, CONNECTOR_REFUSED},
	};
	struct talk_case c;
	size_t i;

	open_two(&c);
	for (i = 0; i < COUNT(cases); i++) {
		talk_case_begin(&c, CONNECTOR_SYNC, 2);
		if (talk_case_answer(&c, 200, cases[i].body) != RC_OK)
			fail_msg("%s: %s", cases[i].body, c.e.text);
		assert_int_equal(c.out[0].result, cases[i].first);
		assert_int_equal(c.out[1].result, cases[i].second);
	}
	assert_string_equal(c.out[0].message, "The receiver gave no reason.");
	assert_string_equal(c.out[1].message, "not  here");
	talk_case_close(&c);
}

static void an_answer_that_makes_no_sense_is_refused(void **state)
{
	static const char *const bad[] = {
	    "ok",
	    "<html>Welcome</html>",
	    "null",
	    "[]",
	    "{}",
	    "{\"ok\":true}",
	    "{\"errorMessage\":\"timeout\"}",
	    "{\"devices\":{}}",
	    "{\"devices\":[",
	    "{\"devices\":[null]}",
	    "{\"devices\":[{}]}",
	    "{\"devices\":[{\"device\":\"chip-0\"}]}",
	    "{\"devices\":[{\"result\":\"same\"}]}",
	    "{\"devices\":[{\"device\":1,\"result\":\"same\"}]}",
	    "{\"devices\":[{\"device\":\"chip-9\",\"result\":\"same\"}]}",
	    "{\"devices\":[{\"device\":\"chip-1\",\"fingerprint\":\"" FP_0
	    "\",\"result\":\"same\"}]}",
	    "{\"devices\":[{\"device\":\"chip-0\",\"result\":\"Same\"}]}",
	    "{\"devices\":[{\"device\":\"chip-0\",\"result\":\"done\"}]}",
	    "{\"devices\":[{\"device\":\"chip-0\",\"result\":true}]}",
	    "{\"devices\":[{\"device\":\"chip-0\",\"result\":\"removed\"}]}",
	    "{\"devices\":[{\"device\":\"chip-1\",\"result\":\"created\"}]}",
	    "{\"devices\":[{\"device\":\"chip-1\",\"result\":\"changed\"}]}",
	    "{\"devices\":[{\"device\":\"chip-0\",\"result\":\"refused\","
	    "\"message\":1}]}",
	    "{\"devices\":[{\"device\":\"chip-0\",\"result\":\"same\"},"
	    "{\"fingerprint\":\"" FP_0 "\",\"result\":\"same\"}]}",
	    "{\"devices\":[{\"device\":\"chip-0\",\"result\":\"refused\","
	    "\"result\":\"same\"}]}",
	    "{\"devices\":[{\"device\":\"chip-0\",\"result\":\"same\"},"
	    "{\"device\":\"chip-1\",\"result\":\"same\"},"
	    "{\"device\":\"chip-1\",\"result\":\"same\"}]}",
	};
	struct talk_case c;
	size_t i;

	open_two(&c);
	for (i = 0; i < COUNT(bad); i++) {
		talk_case_begin(&c, CONNECTOR_SYNC, 2);
		if (talk_case_answer(&c, 200, bad[i]) != RC_INVALID)
			fail_msg("accepted %s", bad[i]);
		assert_string_equal(c.e.slug, "cloud-answer");
		assert_false(c.talk.over);
	}
	talk_case_close(&c);
}

/* One of them is somebody's copy of a serial number: which? */
static void a_name_that_two_devices_have_says_nothing(void **state)
{
	struct talk_case c;

	open_two(&c);
	memcpy(c.devices[1].chip_id, "chip-0", 7);
	assert_int_equal(talk_case_answer(&c, 200,
			     "{\"devices\":[{\"device\":\"chip-0\","
			     "\"result\":\"same\"}]}"),
	    RC_INVALID);
	assert_int_equal(talk_case_answer(&c, 200,
			     "{\"devices\":[{\"device\":\"chip-0\","
			     "\"fingerprint\":\"" FP_1 "\","
			     "\"result\":\"same\"}]}"),
	    RC_OK);
	assert_int_equal(c.out[1].result, CONNECTOR_SAME);
	talk_case_close(&c);
}

static void a_status_says_what_to_do(void **state)
{
	static const struct {
		int status;
		const char *headers;
		enum rc rc;
		const char *word;
	} cases[] = {
	    {100, "", RC_INVALID, "100"},
	    {301, "location: https://b.test/\r\n", RC_INVALID, "redirect"},
	    {307, "", RC_INVALID, "redirect"},
	    {400, "", RC_TOO_LARGE, "no such thing"},
	    {401, "", RC_UNAUTHENTICATED, "bearer"},
	    {403, "", RC_DENIED, "403"},
	    {404, "", RC_INVALID, "address"},
	    {408, "", RC_AGAIN, "408"},
	    {409, "", RC_TOO_LARGE, "409"},
	    {410, "", RC_DENIED, "gone"},
	    {413, "", RC_TOO_LARGE, "413"},
	    {422, "", RC_TOO_LARGE, "422"},
	    {429, "retry-after: 7\r\n", RC_LIMIT, "429"},
	    {500, "", RC_AGAIN, "500"},
	    {503, "", RC_AGAIN, "503"},
	    {503, "retry-after: 7\r\n", RC_LIMIT, "503"},
	};
	struct talk_case c;
	size_t i;

	open_two(&c);
	for (i = 0; i < COUNT(cases); i++) {
		talk_case_begin(&c, CONNECTOR_SYNC, 2);
		assert_int_equal(talk_case_ask(&c), RC_OK);
		assert_int_equal(talk_case_take(&c, cases[i].status,
				     cases[i].headers,
				     "{\"detail\":\"no such thing\"}"),
		    cases[i].rc);
		assert_false(c.talk.over);
		assert_int_equal(c.out[0].result, CONNECTOR_NONE);
		assert_non_null(strstr(c.e.text, cases[i].word));
		assert_non_null(strstr(c.e.text, "no such thing"));
		assert_int_equal(c.e.retry_after_s,
		    cases[i].headers[0] == 'r' ? 7 : 0);
	}
	talk_case_close(&c);
}

static void a_conflict_is_that_of_the_only_device(void **state)
{
	struct talk_case c;

	open_two(&c);
	talk_case_begin(&c, CONNECTOR_SYNC, 1);
	assert_int_equal(talk_case_answer(&c, 409,
			     "{\"message\":\"another key\"}"),
	    RC_OK);
	assert_true(c.talk.over);
	assert_int_equal(c.out[0].result, CONNECTOR_CONFLICT);
	assert_non_null(strstr(c.out[0].message, "another key"));
	talk_case_close(&c);
}

static void a_test_sends_a_signed_event_without_devices(void **state)
{
	struct talk_case c;

	open_two(&c);
	talk_case_begin(&c, CONNECTOR_TEST, 0);
	assert_int_equal(talk_case_ask(&c), RC_OK);
	assert_string_equal(c.talk.check, "ping");
	assert_true(talk_case_has(&c.request.body,
	    "\"type\":\"ping\",\"time\":\"2026-09-21T14:13:20Z\","
	    "\"devices\":[]}"));
	assert_int_equal(talk_case_take(&c, 200, "", "<html>"), RC_INVALID);
	assert_int_equal(talk_case_take(&c, 204, "", ""), RC_OK);
	assert_true(c.talk.over);
	json_end(&c.checks_json);
	assert_true(talk_case_has(&c.checks, "{\"ping\":{\"ok\":true,"));
	talk_case_begin(&c, CONNECTOR_TEST, 0);
	assert_int_equal(talk_case_answer(&c, 401, ""), RC_UNAUTHENTICATED);
	c.talk.step++;
	assert_int_equal(talk_case_ask(&c), RC_OK);
	assert_true(c.talk.over);
	talk_case_close(&c);
}

static void devices_that_do_not_fit_are_too_many(void **state)
{
	static uint8_t der[20000];
	struct talk_case c;
	size_t i, j;

	talk_case_open(&c, "webhook", URL, "{}");
	for (i = 0; i < TALK_CASE_DEVICES; i++) {
		talk_case_device(&c, i, CONNECTOR_ADMIT);
		c.devices[i].certs_n = 8;
		for (j = 0; j < 8; j++)
			c.devices[i].certs[j].der = span_of(der, sizeof(der));
	}
	talk_case_begin(&c, CONNECTOR_SYNC, TALK_CASE_DEVICES);
	assert_int_equal(talk_case_ask(&c), RC_OK);
	assert_true(c.request.body.n < 1u << 20);
	buf_clear(&c.request.body);
	buf_init(&c.request.body, 500000);
	assert_int_equal(talk_case_ask(&c), RC_TOO_LARGE);
	talk_case_close(&c);
}

static void settings_are_judged(void **state)
{
	static const struct {
		const char *settings, *credentials;
		enum rc rc;
	} cases[] = {
	    {URL, "{}", RC_OK},
	    {URL, NULL, RC_OK},
	    {"{\"url\":\"https://a.test:8443\"}", "{}", RC_OK},
	    {"{\"url\":\"https://a.test?code=@1\"}", "{}", RC_OK},
	    {"{\"url\":\"https://[::1]/x\"}", "{}", RC_OK},
	    {URL, "{\"bearer\":\"abc.def\"}", RC_OK},
	    {"{}", "{}", RC_INVALID},
	    {"{\"url\":\"\"}", "{}", RC_INVALID},
	    {"{\"url\":\"http://a.test\"}", "{}", RC_INVALID},
	    {"{\"url\":\"HTTPS://a.test\"}", "{}", RC_INVALID},
	    {"{\"url\":\"ftp://a.test\"}", "{}", RC_INVALID},
	    {"{\"url\":\"https://\"}", "{}", RC_INVALID},
	    {"{\"url\":\"https:///x\"}", "{}", RC_INVALID},
	    {"{\"url\":\"https://:443/\"}", "{}", RC_INVALID},
	    {"{\"url\":\"https://u:p@a.test\"}", "{}", RC_INVALID},
	    {"{\"url\":\"https://a.test/#x\"}", "{}", RC_INVALID},
	    {"{\"url\":\"https://a.test/ x\"}", "{}", RC_INVALID},
	    {"{\"url\":\"https://a.test/\\n\"}", "{}", RC_INVALID},
	    {"{\"url\":\"https://\xc3\xa4.test/\"}", "{}", RC_INVALID},
	    {URL, "{\"bearer\":\"a\\nX: y\"}", RC_INVALID},
	    {URL, "{\"bearer\":\"a b\"}", RC_INVALID},
	};
	const struct cloud_rules *rules = &connector_find("webhook")->rules;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		json_t *s = json_loads(cases[i].settings, 0, NULL);
		json_t *k = cases[i].credentials
		    ? json_loads(cases[i].credentials, 0, NULL)
		    : NULL;
		struct err e;

		if (rules->check(s, k, &e) != cases[i].rc)
			fail_msg("%s", cases[i].settings);
		json_decref(s);
		json_decref(k);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_event_says_what_each_device_is_to_be),
	    cmocka_unit_test(an_event_keeps_its_id_when_it_is_repeated),
	    cmocka_unit_test(an_empty_answer_is_that_all_was_done),
	    cmocka_unit_test(an_answer_may_name_some_devices),
	    cmocka_unit_test(an_answer_that_makes_no_sense_is_refused),
	    cmocka_unit_test(a_name_that_two_devices_have_says_nothing),
	    cmocka_unit_test(a_status_says_what_to_do),
	    cmocka_unit_test(a_conflict_is_that_of_the_only_device),
	    cmocka_unit_test(a_test_sends_a_signed_event_without_devices),
	    cmocka_unit_test(devices_that_do_not_fit_are_too_many),
	    cmocka_unit_test(settings_are_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
