/* Product clouds: what is refused, and that credentials stay inside.
 * Must not call a cloud. */
#include "core/cloud_address.h"
#include "pki/seal.h"
#include "tests/unit/cloud_case.h"

static struct cloud_case k;

static int setup(void **state)
{
	cloud_case_open(&k);
	return 0;
}

static int teardown(void **state)
{
	cloud_case_close(&k);
	return 0;
}

static void an_address_is_https_with_a_host_and_no_secret(void **state)
{
	static const struct {
		const char *url;
		const char *out; /* NULL: refused */
	} cases[] = {
	    {"https://a.test", "https://a.test"},
	    {"https://a.test/", "https://a.test"},
	    {"https://a.test:8443/x/y//", "https://a.test:8443/x/y"},
	    {"https://[::1]:8443/x", "https://[::1]:8443/x"},
	    {"https://127.0.0.1:1", "https://127.0.0.1:1"},
	    {"http://a.test", NULL},
	    {"HTTPS://a.test", NULL},
	    {"ftp://a.test", NULL},
	    {"https://", NULL},
	    {"https:///x", NULL},
	    {"https://u@a.test", NULL},
	    {"https://u:p@a.test/x", NULL},
	    {"https://a.test/x?y=1", NULL},
	    {"https://a.test/#x", NULL},
	    {"https://a.test:0/", NULL},
	    {"https://a.test:65536/", NULL},
	    {"https://a.test:x/", NULL},
	    {"https://a.test:/", NULL},
	    {"https://[::1/", NULL},
	    {"https://[]/", NULL},
	    {"https://[::1]x/", NULL},
	    {"https://a b.test", NULL},
	    {"https://a.test/\r\nHost: b", NULL},
	    {"https://a.test\\@b.test", NULL},
	    {"https://\xc3\xa4.test", NULL},
	    {"https://-a.test", NULL},
	    {"file:///etc/passwd", NULL},
	    {"", NULL},
	    {NULL, NULL},
	};
	char out[64];
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		enum rc rc =
		    cloud_address_check(cases[i].url, out, sizeof(out), NULL);

		if (!cases[i].out && rc == RC_OK)
			fail_msg("accepted %s", cases[i].url);
		if (cases[i].out && rc != RC_OK)
			fail_msg("refused %s", cases[i].url);
		if (cases[i].out)
			assert_string_equal(out, cases[i].out);
	}
}

static void an_address_that_does_not_fit_is_refused(void **state)
{
	char out[16];

	assert_int_equal(cloud_address_check("https://a.test/long/path", out,
			     sizeof(out), NULL),
	    RC_INVALID);
}

static void the_aws_address_is_made_of_its_parts(void **state)
{
	struct cloud_spec s = {.name = "aws",
	    .type = "interop",
	    .form = "aws",
	    .audience = "123456789012",
	    .gateway_id = "a1b2c3",
	    .region = "eu-central-1",
	    .stage = "prod"};
	struct store_cloud row;

	assert_int_equal(cloud_create(&k.core, &k.admin, &s, &row, &k.e),
	    RC_OK);
	assert_string_equal(row.url,
	    "https://a1b2c3.execute-api.eu-central-1.amazonaws.com/prod");
	assert_string_equal(row.audience, "123456789012");
	assert_false(row.has_secret);
}

static void the_azure_address_may_end_in_its_action(void **state)
{
	struct cloud_spec s = {.name = "azure",
	    .type = "interop",
	    .form = "azure",
	    .audience = "0a1b-2c",
	    .url = "https://f.azure.test/api/interop"};
	struct store_cloud row;

	assert_int_equal(cloud_create(&k.core, &k.admin, &s, &row, &k.e),
	    RC_OK);
	assert_string_equal(row.url, "https://f.azure.test/api");
}

static void what_is_no_cloud_is_refused(void **state)
{
	static const struct cloud_spec bad[] = {
	    {.type = "interop", .form = "other"},
	    {.name = "", .type = "gate"},
	    {.name = "a\nb", .type = "gate"},
	    {.name = "x"},
	    {.name = "x", .type = "ftp"},
	    {.name = "x", .type = "gate", .form = "aws"},
	    {.name = "x", .type = "gate", .url = "https://a.test"},
	    {.name = "x", .type = "interop"},
	    {.name = "x", .type = "interop", .form = "gcp"},
	    {.name = "x", .type = "interop", .form = "aws"},
	    {.name = "x",
		.type = "interop",
		.form = "aws",
		.audience = "12345678901",
		.url = "https://a.test"},
	    {.name = "x",
		.type = "interop",
		.form = "aws",
		.audience = "123456789012",
		.gateway_id = "a.evil.test/",
		.region = "eu",
		.stage = "p"},
	    {.name = "x",
		.type = "interop",
		.form = "aws",
		.audience = "123456789012",
		.gateway_id = "a",
		.region = "eu.evil",
		.stage = "p"},
	    {.name = "x",
		.type = "interop",
		.form = "aws",
		.audience = "123456789012",
		.gateway_id = "a",
		.region = "eu",
		.stage = "../p"},
	    {.name = "x",
		.type = "interop",
		.form = "azure",
		.url = "https://a.test"},
	    {.name = "x", .type = "interop", .form = "azure", .audience = "a"},
	    {.name = "x",
		.type = "interop",
		.form = "other",
		.url = "https://a.test"},
	    {.name = "x",
		.type = "interop",
		.form = "other",
		.url = "https://a.test",
		.username = "a:b",
		.password = "p"},
	    {.name = "x",
		.type = "interop",
		.form = "other",
		.url = "https://a.test",
		.username = "a",
		.password = "p\r\n"},
	    {.name = "x",
		.type = "interop",
		.form = "other",
		.url = "https://a.test",
		.username = "a",
		.password = ""},
	    {.name = "x",
		.type = "interop",
		.form = "azure",
		.url = "https://a.test",
		.audience = "a",
		.ca_pem = "no"},
	    {.name = "x",
		.type = "interop",
		.form = "azure",
		.url = "https://a.test",
		.audience = "a",
		.chunk = 501},
	};
	struct store_cloud row;
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < COUNT(bad); i++)
		if (cloud_create(&k.core, &k.admin, &bad[i], &row, &k.e) !=
		    RC_INVALID)
			fail_msg("case %zu is not refused", i);
	assert_int_equal(store_cloud_count(k.store.s, "acc_1", &n, &k.e),
	    RC_OK);
	assert_int_equal(n, 0);
}

static void credentials_are_sealed_for_the_courier_and_this_cloud(void **state)
{
	struct buf box, open;
	char id[RAND_ID_SIZE], other[RAND_ID_SIZE];

	buf_init(&box, 4096);
	buf_init(&open, 4096);
	cloud_case_add(&k, "one", id);
	cloud_case_add(&k, "two", other);
	assert_int_equal(store_cloud_sealed(k.store.s, id, &box, &k.e), RC_OK);
	assert_null(memmem(box.p, box.n, "correct horse", 13));
	assert_int_equal(seal_open(k.key, span_str(other), buf_span(&box),
			     &open, &k.e),
	    RC_INVALID);
	buf_reset(&open);
	assert_int_equal(seal_open(k.key, span_str(id), buf_span(&box), &open,
			     &k.e),
	    RC_OK);
	assert_true(span_eq_str(buf_span(&open), "user:correct horse"));
	buf_clear(&box);
	buf_clear(&open);
}

static void a_new_password_replaces_the_old_one(void **state)
{
	struct cloud_spec s = {.password = "battery"}, name = {.name = "new"};
	struct store_cloud row;
	struct buf box, open;
	char id[RAND_ID_SIZE];

	buf_init(&box, 4096);
	buf_init(&open, 4096);
	cloud_case_add(&k, "one", id);
	assert_int_equal(cloud_update(&k.core, &k.admin, id, &s, &row, &k.e),
	    RC_OK);
	assert_int_equal(cloud_update(&k.core, &k.admin, id, &name, &row, &k.e),
	    RC_OK);
	assert_string_equal(row.name, "new");
	assert_int_equal(store_cloud_sealed(k.store.s, id, &box, &k.e), RC_OK);
	assert_int_equal(seal_open(k.key, span_str(id), buf_span(&box), &open,
			     &k.e),
	    RC_OK);
	assert_true(span_eq_str(buf_span(&open), "user:battery"));
	buf_clear(&box);
	buf_clear(&open);
}

static void a_user_name_is_changed_with_its_password_only(void **state)
{
	struct cloud_spec s = {.username = "other"};
	struct store_cloud row;
	char id[RAND_ID_SIZE];

	cloud_case_add(&k, "one", id);
	assert_int_equal(cloud_update(&k.core, &k.admin, id, &s, &row, &k.e),
	    RC_INVALID);
}

static void another_account_sees_and_changes_nothing(void **state)
{
	struct cloud_spec s = {.name = "mine"};
	struct store_cloud row;
	char id[RAND_ID_SIZE];
	bool exists = true;
	size_t n = 1;

	cloud_case_add(&k, "one", id);
	(void)snprintf(k.admin.scope_id, sizeof(k.admin.scope_id), "acc_2");
	assert_int_equal(cloud_get(&k.core, "acc_2", id, &row, &k.e),
	    RC_NOT_FOUND);
	assert_int_equal(cloud_exists_in(&k.core, "acc_2", id, &exists, &k.e),
	    RC_OK);
	assert_false(exists);
	assert_int_equal(cloud_list(&k.core, "acc_2", "", &row, &n, &k.e),
	    RC_OK);
	assert_int_equal(n, 0);
	assert_int_equal(cloud_update(&k.core, &k.admin, id, &s, &row, &k.e),
	    RC_NOT_FOUND);
	assert_int_equal(cloud_delete(&k.core, &k.admin, id, false, &k.e),
	    RC_NOT_FOUND);
}

static void a_name_is_taken_once_until_deleted(void **state)
{
	struct cloud_spec s = {.name = "one", .type = "gate"};
	struct store_cloud row;
	char id[RAND_ID_SIZE];

	cloud_case_add(&k, "one", id);
	assert_int_equal(cloud_create(&k.core, &k.admin, &s, &row, &k.e),
	    RC_CONFLICT);
	assert_string_equal(k.e.slug, "cloud-exists");
	assert_int_equal(cloud_delete(&k.core, &k.admin, id, false, &k.e),
	    RC_OK);
	assert_int_equal(cloud_create(&k.core, &k.admin, &s, &row, &k.e),
	    RC_OK);
}

static void a_deleted_cloud_leaves_no_credential_and_no_default(void **state)
{
	struct store_job_binding b;
	struct store_job j;
	struct buf box;
	char id[RAND_ID_SIZE], sql[200];

	cloud_case_add(&k, "one", id);
	(void)snprintf(sql, sizeof(sql),
	    "UPDATE account SET default_cloud = '%s';"
	    "UPDATE binding SET cloud_id = '%s';",
	    id, id);
	cloud_case_sql(&k, sql);
	assert_int_equal(job_provision(&k.core, &k.admin, "B1",
			     &(struct job_wish){.cloud = NULL}, &j, &k.e),
	    RC_OK);
	assert_int_equal(cloud_delete(&k.core, &k.admin, id, false, &k.e),
	    RC_CONFLICT);
	assert_string_equal(k.e.slug, "cloud-in-use");
	assert_int_equal(job_cancel(&k.core, &k.admin, j.id, &j, &k.e), RC_OK);
	assert_int_equal(cloud_delete(&k.core, &k.admin, id, false, &k.e),
	    RC_OK);
	buf_init(&box, 4096);
	assert_int_equal(store_cloud_sealed(k.store.s, id, &box, &k.e), RC_OK);
	assert_int_equal(box.n, 0);
	buf_clear(&box);
	assert_int_equal(store_job_binding(k.store.s, "B1", &b, &k.e), RC_OK);
	assert_string_equal(b.cloud, "");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    CASE(an_address_is_https_with_a_host_and_no_secret),
	    CASE(an_address_that_does_not_fit_is_refused),
	    CASE(the_aws_address_is_made_of_its_parts),
	    CASE(the_azure_address_may_end_in_its_action),
	    CASE(what_is_no_cloud_is_refused),
	    CASE(credentials_are_sealed_for_the_courier_and_this_cloud),
	    CASE(a_new_password_replaces_the_old_one),
	    CASE(a_user_name_is_changed_with_its_password_only),
	    CASE(another_account_sees_and_changes_nothing),
	    CASE(a_name_is_taken_once_until_deleted),
	    CASE(a_deleted_cloud_leaves_no_credential_and_no_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
