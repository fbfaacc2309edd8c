/* What a provider publishes of itself: nothing but its own, usable addresses.
 * Must not speak to one. */
#include "courier/oidc_provider.h"
#include "tests/unit/check.h"

#define ISSUER "https://login.example.com/a"
#define ISS "{\"issuer\":\"" ISSUER "\","
#define AUTH "\"authorization_endpoint\":\"https://x.example/auth?t=1\","
#define TOKEN "\"token_endpoint\":\"https://x.example/token\","
#define JWKS "\"jwks_uri\":\"https://x.example/jwks\""

static void metadata_gives_the_addresses(void **state)
{
	struct oidc_provider p;

	oidc_provider_init(&p);
	assert_int_equal(oidc_provider_parse(&p,
			     SPAN_LIT(ISS AUTH TOKEN JWKS "}"), ISSUER, NULL),
	    RC_OK);
	assert_string_equal(p.authorization, "https://x.example/auth?t=1");
	assert_string_equal(p.token, "https://x.example/token");
	assert_string_equal(p.jwks_uri, "https://x.example/jwks");
	assert_string_equal(p.userinfo, "");
	assert_false(p.post_only);
	oidc_provider_clear(&p);
}

static void the_secret_goes_in_the_body_only_when_it_has_to(void **state)
{
	static const struct {
		const char *list;
		bool post;
	} table[] = {
	    {"[]", false},
	    {"[\"client_secret_basic\",\"client_secret_post\"]", false},
	    {"[\"client_secret_post\"]", true},
	    {"[\"private_key_jwt\",7,\"client_secret_post\"]", true},
	    {"[\"private_key_jwt\"]", false},
	    {"\"client_secret_post\"", false},
	};
	struct oidc_provider p;
	struct buf text;
	size_t i;

	oidc_provider_init(&p);
	buf_init(&text, 4096);
	for (i = 0; i < COUNT(table); i++) {
		buf_reset(&text);
		buf_addf(&text,
		    "%s,\"token_endpoint_auth_methods_supported\":%s}",
		    ISS AUTH TOKEN JWKS, table[i].list);
		assert_int_equal(oidc_provider_parse(&p, buf_span(&text),
				     ISSUER, NULL),
		    RC_OK);
		assert_int_equal(p.post_only, table[i].post);
	}
	buf_clear(&text);
	oidc_provider_clear(&p);
}

static void bad_metadata_is_refused(void **state)
{
	static const char *const bad[] = {
	    "",
	    "[]",
	    "{}",
	    "{\"issuer\":\"" ISSUER "/\"," AUTH TOKEN JWKS "}",
	    "{\"issuer\":7," AUTH TOKEN JWKS "}",
	    ISS "\"issuer\":\"x\"," AUTH TOKEN JWKS "}",
	    ISS AUTH TOKEN "\"x\":1}",
	    ISS AUTH JWKS "}",
	    ISS TOKEN JWKS "}",
	    ISS "\"authorization_endpoint\":\"http://x.example/\"," TOKEN JWKS
		"}",
	    ISS "\"authorization_endpoint\":\"javascript:alert(1)\"," TOKEN JWKS
		"}",
	    ISS
	    "\"authorization_endpoint\":\"https://x/\\r\\nA: b\"," TOKEN JWKS
	    "}",
	    ISS "\"authorization_endpoint\":\"https://x/#a\"," TOKEN JWKS "}",
	    ISS "\"authorization_endpoint\":[\"https://x/\"]," TOKEN JWKS "}",
	    ISS AUTH TOKEN JWKS ",\"userinfo_endpoint\":\"ftp://x\"}",
	    ISS AUTH TOKEN JWKS
	    ",\"id_token_signing_alg_values_supported\":[\"HS256\"]}",
	};
	struct oidc_provider p;
	size_t i;

	oidc_provider_init(&p);
	for (i = 0; i < COUNT(bad); i++)
		assert_int_equal(oidc_provider_parse(&p, span_str(bad[i]),
				     ISSUER, NULL),
		    RC_INVALID);
	oidc_provider_clear(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(metadata_gives_the_addresses),
	    cmocka_unit_test(the_secret_goes_in_the_body_only_when_it_has_to),
	    cmocka_unit_test(bad_metadata_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
