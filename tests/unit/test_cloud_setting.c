/* Settings, credentials and quotas of a cloud by the rules of its kind.
 * Must not store anything. */
#include <stdio.h>
#include <string.h>

#include "core/cloud_setting.h"
#include "tests/unit/check.h"

static const struct cloud_field fields[] = {
    {.name = "region", .required = true, .fixed = true, .max = 8},
    {.name = "zone", .fixed = true, .max = 8},
    {.name = "to", .destination = true, .max = 8},
    {.name = "label", .max = 16},
    {.name = "key", .secret = true, .required = true, .max = 8},
    {.name = "token", .secret = true, .max = 8},
    {.name = NULL},
};
static const struct cloud_op ops[] = {{"read", 60, "reads"}, {NULL, 0, NULL}};

static enum rc fits(json_t *settings, json_t *credentials, struct err *e)
{
	const char *label =
	    json_string_value(json_object_get(settings, "label"));

	if (label && strcmp(label, "no") == 0)
		return err_set(e, RC_INVALID, "cloud-label", "No.");
	return RC_OK;
}

static const struct cloud_rules rules = {.type = "kind",
    .fields = fields,
    .ops = ops,
    .check = fits};

struct made {
	struct store_cloud row;
	char secret[256];
	struct err e;
};

/* Texts with ' for "; NULL: not given. */
static json_t *load(const char *text)
{
	char json[512];
	size_t i;
	json_t *o;

	if (!text)
		return NULL;
	(void)snprintf(json, sizeof(json), "%s", text);
	for (i = 0; json[i]; i++)
		if (json[i] == '\'')
			json[i] = '"';
	o = json_loads(json, JSON_DECODE_ANY, NULL);
	assert_non_null(o);
	return o;
}

static enum rc take(struct made *m, bool made, const char *settings,
    const char *credentials, const char *quotas)
{
	struct cloud_spec s = {.settings = load(settings),
	    .credentials = load(credentials),
	    .quotas = load(quotas)};
	struct buf secret;
	enum rc rc;

	memset(&m->e, 0, sizeof(m->e));
	buf_init(&secret, 256);
	rc = cloud_setting_quotas(&rules, &s, &m->row, &m->e);
	if (rc == RC_OK)
		rc = cloud_setting_take(&rules, &s, made, &m->row, &secret,
		    &m->e);
	(void)snprintf(m->secret, sizeof(m->secret), "%s",
	    rc == RC_OK && secret.n > 0 ? buf_cstr(&secret) : "");
	buf_clear(&secret);
	json_decref(s.settings);
	json_decref(s.credentials);
	json_decref(s.quotas);
	return rc;
}

static void what_does_not_fit_is_refused(void **state)
{
	static const struct {
		const char *settings, *credentials, *quotas, *slug;
	} cases[] = {
	    {"{}", "{'key':'k'}", NULL, "field-missing"},
	    {NULL, "{'key':'k'}", NULL, "field-missing"},
	    {"{'region':''}", "{'key':'k'}", NULL, "field-missing"},
	    {"{'region':'eu'}", NULL, NULL, "field-missing"},
	    {"{'region':'eu'}", "{}", NULL, "field-missing"},
	    {"{'region':'eu'}", "{'key':''}", NULL, "field-missing"},
	    {"[]", "{'key':'k'}", NULL, "field-type"},
	    {"{'region':'eu'}", "'key'", NULL, "field-type"},
	    {"{'region':7}", "{'key':'k'}", NULL, "cloud-setting"},
	    {"{'region':null}", "{'key':'k'}", NULL, "cloud-setting"},
	    {"{'region':'123456789'}", "{'key':'k'}", NULL, "cloud-setting"},
	    {"{'region':'e\\nu'}", "{'key':'k'}", NULL, "cloud-setting"},
	    {"{'region':'e\\u007fu'}", "{'key':'k'}", NULL, "cloud-setting"},
	    {"{'region':'eu'}", "{'key':'k\\tk'}", NULL, "cloud-setting"},
	    {"{'region':'eu'}", "{'key':['k']}", NULL, "cloud-setting"},
	    {"{'region':'eu','size':'9'}", "{'key':'k'}", NULL,
		"field-unknown"},
	    {"{'region':'eu','key':'k'}", "{'key':'k'}", NULL, "field-unknown"},
	    {"{'region':'eu'}", "{'key':'k','region':'eu'}", NULL,
		"field-unknown"},
	    {"{'region':'eu','label':'no'}", "{'key':'k'}", NULL,
		"cloud-label"},
	    {"{'region':'eu'}", "{'key':'k'}", "[]", "field-type"},
	    {"{'region':'eu'}", "{'key':'k'}", "{'write':1}", "field-unknown"},
	    {"{'region':'eu'}", "{'key':'k'}", "{'read':'1'}", "cloud-quota"},
	    {"{'region':'eu'}", "{'key':'k'}", "{'read':1.5}", "cloud-quota"},
	    {"{'region':'eu'}", "{'key':'k'}", "{'read':-1}", "cloud-quota"},
	    {"{'region':'eu'}", "{'key':'k'}", "{'read':60001}", "cloud-quota"},
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		struct made m = {.secret = ""};

		assert_int_equal(take(&m, false, cases[i].settings,
				     cases[i].credentials, cases[i].quotas),
		    RC_INVALID);
		assert_string_equal(m.e.slug, cases[i].slug);
		assert_string_equal(m.secret, "");
	}
}

static void what_fits_is_kept_in_one_form(void **state)
{
	struct made m = {.secret = ""};

	assert_int_equal(take(&m, false, "{'region':'eu','label':''}",
			     "{'token':'t','key':'k'}", "{'read':7}"),
	    RC_OK);
	assert_string_equal(m.row.settings,
	    "{\"label\":\"\",\"region\":\"eu\"}");
	assert_string_equal(m.row.quotas, "{\"read\":7}");
	assert_string_equal(m.secret, "{\"key\":\"k\",\"token\":\"t\"}");
}

static void a_change_leaves_what_it_does_not_name(void **state)
{
	struct made m = {.secret = ""};

	assert_int_equal(take(&m, false, "{'region':'eu','label':'a'}",
			     "{'key':'k'}", "{'read':7}"),
	    RC_OK);
	assert_int_equal(take(&m, true, "{'label':'b'}", NULL, NULL), RC_OK);
	assert_string_equal(m.row.settings,
	    "{\"label\":\"b\",\"region\":\"eu\"}");
	assert_string_equal(m.secret, "");
	assert_int_equal(take(&m, true, "{'region':'eu'}", "{'key':'x'}",
			     "{'read':null}"),
	    RC_OK);
	assert_string_equal(m.secret, "{\"key\":\"x\"}");
	assert_string_equal(m.row.quotas, "{}");
	assert_int_equal(take(&m, true, "{'region':'us'}", NULL, NULL),
	    RC_CONFLICT);
	assert_string_equal(m.e.slug, "cloud-setting-fixed");
	assert_int_equal(take(&m, true, "{'region':''}", NULL, NULL),
	    RC_INVALID);
	/* Credentials come whole. */
	assert_int_equal(take(&m, true, NULL, "{'token':'t'}", NULL),
	    RC_INVALID);
	assert_string_equal(m.row.settings,
	    "{\"label\":\"b\",\"region\":\"eu\"}");
}

static void a_default_is_fixed_too(void **state)
{
	struct made m = {.secret = ""};

	assert_int_equal(take(&m, false, "{'region':'eu'}", "{'key':'k'}",
			     NULL),
	    RC_OK);
	assert_int_equal(take(&m, true, "{'zone':'a'}", "{'key':'k'}", NULL),
	    RC_CONFLICT);
	assert_string_equal(m.e.slug, "cloud-setting-fixed");
}

static void a_secret_goes_to_nobody_else(void **state)
{
	struct made m = {.secret = ""};

	assert_int_equal(take(&m, false, "{'region':'eu','to':'a'}",
			     "{'key':'k'}", NULL),
	    RC_OK);
	/* Nothing is stored: it may go anywhere. */
	assert_int_equal(take(&m, true, "{'to':'b'}", NULL, NULL), RC_OK);
	m.row.has_secret = true;
	assert_int_equal(take(&m, true, "{'to':'c'}", NULL, NULL), RC_CONFLICT);
	assert_string_equal(m.e.slug, "cloud-credentials-needed");
	assert_int_equal(take(&m, true, "{'to':'c'}", "{}", NULL), RC_INVALID);
	assert_int_equal(take(&m, true, "{'to':'b','label':'x'}", NULL, NULL),
	    RC_OK);
	assert_int_equal(take(&m, true, "{'to':'c'}", "{'key':'x'}", NULL),
	    RC_OK);
}

static void a_quota_is_the_default_until_another_is_given(void **state)
{
	json_t *own = load("{'read':7}"), *odd = load("{'read':-7}");

	assert_int_equal(cloud_setting_quota(&ops[0], own), 7);
	assert_int_equal(cloud_setting_quota(&ops[0], odd), 60);
	assert_int_equal(cloud_setting_quota(&ops[0], NULL), 60);
	json_decref(own);
	json_decref(odd);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_does_not_fit_is_refused),
	    cmocka_unit_test(what_fits_is_kept_in_one_form),
	    cmocka_unit_test(a_change_leaves_what_it_does_not_name),
	    cmocka_unit_test(a_default_is_fixed_too),
	    cmocka_unit_test(a_secret_goes_to_nobody_else),
	    cmocka_unit_test(a_quota_is_the_default_until_another_is_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
