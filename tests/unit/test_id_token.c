/* ID tokens: every check of OpenID Connect Core 3.1.3.7 refuses by itself.
 * Must not hold keys in the source. */
#include <stdio.h>
#include <string.h>

#include "base/enc.h"
#include "pki/id_token.h"
#include "pki/jose.h"
#include "tests/unit/check.h"

#define NOW 1800000000
#define ISSUER "https://login.example.com"
#define HEAD "{\"iss\":\"" ISSUER "\",\"sub\":\"u1\","
#define TIMES "\"exp\":1800000300,\"iat\":1800000000"
#define NONCE ",\"nonce\":\"n-0S6\""
#define MAIL ",\"email\":\"Ann@Example.com\",\"email_verified\":true"

static const struct id_token_want want = {ISSUER, "console", "n-0S6", NOW};

struct provider {
	struct key *key;
	struct buf jwks, jws;
};

static void put_key(struct buf *jwks, struct key *k)
{
	struct buf jwk;

	buf_init(&jwk, JOSE_MAX);
	assert_int_equal(jose_jwk(key_spki(k), &jwk, NULL), RC_OK);
	buf_add_span(jwks, buf_span(&jwk));
	buf_clear(&jwk);
}

static void provider_init(struct provider *p, enum key_type type)
{
	buf_init(&p->jwks, JOSE_MAX);
	buf_init(&p->jws, JOSE_MAX);
	assert_int_equal(key_generate(&p->key, type, NULL), RC_OK);
	buf_add_str(&p->jwks, "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AA\"},");
	put_key(&p->jwks, p->key);
	buf_add_str(&p->jwks, "]}");
}

static void provider_clear(struct provider *p)
{
	key_free(p->key);
	buf_clear(&p->jwks);
	buf_clear(&p->jws);
}

static void sign(struct provider *p, const char *claims)
{
	buf_reset(&p->jws);
	assert_int_equal(jose_sign(p->key, "JWT", span_str(claims), &p->jws,
			     NULL),
	    RC_OK);
}

static enum rc check(struct provider *p, const char *claims,
    struct id_token *out, struct err *e)
{
	sign(p, claims);
	return id_token_check(buf_span(&p->jws), buf_span(&p->jwks), &want, out,
	    e);
}

static void a_good_token_tells_who_it_is(void **state)
{
	static const enum key_type types[] = {KEY_P256, KEY_RSA2048};
	static const char *const good[] = {
	    HEAD "\"aud\":\"console\"," TIMES NONCE MAIL ",\"name\":\"Ann\"}",
	    HEAD "\"aud\":[\"console\"]," TIMES NONCE MAIL ",\"name\":\"Ann\"}",
	    HEAD
	    "\"aud\":[\"x\",\"console\"],\"azp\":\"console\"," TIMES NONCE MAIL
	    ",\"name\":\"Ann\"}",
	    HEAD "\"aud\":\"console\",\"exp\":1799999900.5,"
		 "\"iat\":1800000100" NONCE MAIL ",\"name\":\"Ann\"}",
	};
	struct id_token t;
	struct provider p;
	size_t i, k;

	for (k = 0; k < COUNT(types); k++) {
		provider_init(&p, types[k]);
		for (i = 0; i < COUNT(good); i++) {
			assert_int_equal(check(&p, good[i], &t, NULL), RC_OK);
			assert_string_equal(t.sub, "u1");
			assert_string_equal(t.email, "Ann@Example.com");
			assert_true(t.email_verified);
			assert_string_equal(t.name, "Ann");
		}
		provider_clear(&p);
	}
}

static void an_address_counts_as_verified_only_when_it_says_true(void **state)
{
	static const char *const not [] = {"", ",\"email_verified\":false",
	    ",\"email_verified\":\"true\"", ",\"email_verified\":1",
	    ",\"email_verified\":null"};
	struct id_token t;
	struct provider p;
	char text[512];
	size_t i;

	provider_init(&p, KEY_P256);
	for (i = 0; i < COUNT(not ); i++) {
		(void)snprintf(text, sizeof(text), "%s%s%s}",
		    HEAD "\"aud\":\"console\"," TIMES NONCE,
		    ",\"email\":\"a@b.c\"", not [i]);
		assert_int_equal(check(&p, text, &t, NULL), RC_OK);
		assert_string_equal(t.email, "a@b.c");
		assert_false(t.email_verified);
	}
	assert_int_equal(check(&p,
			     HEAD "\"aud\":\"console\"," TIMES NONCE
				  ",\"email_verified\":true}",
			     &t, NULL),
	    RC_OK);
	assert_false(t.email_verified);
	provider_clear(&p);
}

static void every_wrong_claim_refuses(void **state)
{
	static const struct {
		const char *claims, *slug;
	} bad[] = {
	    {"[]", "id-token-form"},
	    {"", "id-token-form"},
	    {HEAD "\"sub\":\"u2\",\"aud\":\"console\"," TIMES NONCE "}",
		"id-token-form"},
	    {"{\"iss\":\"" ISSUER
	     "/\",\"sub\":\"u1\",\"aud\":\"console\"," TIMES NONCE "}",
		"id-token-iss"},
	    {"{\"sub\":\"u1\",\"aud\":\"console\"," TIMES NONCE "}",
		"id-token-iss"},
	    {HEAD "\"aud\":\"Console\"," TIMES NONCE "}", "id-token-aud"},
	    {HEAD "\"aud\":[\"x\"]," TIMES NONCE "}", "id-token-aud"},
	    {HEAD "\"aud\":[]," TIMES NONCE "}", "id-token-aud"},
	    {HEAD "\"aud\":{\"a\":\"console\"}," TIMES NONCE "}",
		"id-token-aud"},
	    {HEAD TIMES NONCE "}", "id-token-aud"},
	    {HEAD "\"aud\":[\"console\",\"x\"]," TIMES NONCE "}",
		"id-token-azp"},
	    {HEAD "\"aud\":\"console\",\"azp\":\"x\"," TIMES NONCE "}",
		"id-token-azp"},
	    {HEAD "\"aud\":\"console\",\"azp\":null," TIMES NONCE "}",
		"id-token-azp"},
	    {HEAD "\"aud\":\"console\",\"iat\":1800000000" NONCE "}",
		"id-token-time"},
	    {HEAD "\"aud\":\"console\",\"exp\":1800000300" NONCE "}",
		"id-token-time"},
	    {HEAD "\"aud\":\"console\",\"exp\":\"1800000300\","
		  "\"iat\":1800000000" NONCE "}",
		"id-token-time"},
	    {HEAD "\"aud\":\"console\",\"exp\":1e300,\"iat\":1800000000" NONCE
		  "}",
		"id-token-time"},
	    {HEAD "\"aud\":\"console\"," TIMES ",\"nbf\":\"x\"" NONCE "}",
		"id-token-time"},
	    {HEAD "\"aud\":\"console\",\"exp\":1799999880,"
		  "\"iat\":1799999800" NONCE "}",
		"id-token-expired"},
	    {HEAD "\"aud\":\"console\",\"exp\":1800009999,"
		  "\"iat\":1800000121" NONCE "}",
		"id-token-future"},
	    {HEAD "\"aud\":\"console\"," TIMES ",\"nbf\":1800000121" NONCE "}",
		"id-token-future"},
	    {HEAD "\"aud\":\"console\",\"exp\":1800009999,"
		  "\"iat\":1799999399" NONCE "}",
		"id-token-old"},
	    {HEAD "\"aud\":\"console\"," TIMES "}", "id-token-nonce"},
	    {HEAD "\"aud\":\"console\"," TIMES ",\"nonce\":\"n-0S7\"}",
		"id-token-nonce"},
	    {HEAD "\"aud\":\"console\"," TIMES ",\"nonce\":7}",
		"id-token-nonce"},
	    {"{\"iss\":\"" ISSUER "\",\"aud\":\"console\"," TIMES NONCE "}",
		"id-token-sub"},
	    {"{\"iss\":\"" ISSUER
	     "\",\"sub\":\"\",\"aud\":\"console\"," TIMES NONCE "}",
		"id-token-sub"},
	    {"{\"iss\":\"" ISSUER
	     "\",\"sub\":\"a\\nb\",\"aud\":\"console\"," TIMES NONCE "}",
		"id-token-sub"},
	};
	struct id_token t;
	struct provider p;
	struct err e;
	size_t i;

	provider_init(&p, KEY_P256);
	for (i = 0; i < COUNT(bad); i++) {
		assert_int_equal(check(&p, bad[i].claims, &t, &e), RC_INVALID);
		assert_string_equal(e.slug, bad[i].slug);
		assert_string_equal(t.sub, "");
	}
	provider_clear(&p);
}

#define GOOD HEAD "\"aud\":\"console\"," TIMES NONCE MAIL "}"

static void a_key_outside_the_set_is_told_apart(void **state)
{
	struct provider a, b;
	struct id_token t;
	struct err e;

	provider_init(&a, KEY_P256);
	provider_init(&b, KEY_P256);
	sign(&b, GOOD);
	assert_int_equal(id_token_check(buf_span(&b.jws), buf_span(&a.jwks),
			     &want, &t, &e),
	    RC_NOT_FOUND);
	assert_string_equal(e.slug, "jws-key-unknown");
	provider_clear(&a);
	provider_clear(&b);
}

/* A token whose header is made by hand, with the signature of another. */
static enum rc check_header(struct provider *p, const char *header,
    struct err *e)
{
	struct span rest, part;
	struct id_token t;
	struct buf jws;
	enum rc rc;

	sign(p, GOOD);
	rest = buf_span(&p->jws);
	(void)span_cut(&rest, '.', &part);
	buf_init(&jws, JOSE_MAX);
	enc_base64url(&jws, span_str(header));
	buf_add_u8(&jws, '.');
	buf_add_span(&jws, rest);
	rc = id_token_check(buf_span(&jws), buf_span(&p->jwks), &want, &t, e);
	buf_clear(&jws);
	return rc;
}

static void wrong_headers_refuse(void **state)
{
	static const struct {
		const char *header, *slug;
		enum rc rc;
	} bad[] = {
	    {"{\"alg\":\"none\"}", "jws-alg-refused", RC_INVALID},
	    {"{\"alg\":\"NONE\"}", "jws-alg-refused", RC_INVALID},
	    {"{\"alg\":\"HS256\"}", "jws-alg-refused", RC_INVALID},
	    {"{\"alg\":\"ES384\"}", "jws-alg-refused", RC_INVALID},
	    {"{\"alg\":\"RS512\"}", "jws-alg-refused", RC_INVALID},
	    {"{\"alg\":\"RS256\"}", "jws-key-unknown", RC_NOT_FOUND},
	    {"{\"alg\":\"ES256\",\"kid\":\"x\"}", "jws-key-unknown",
		RC_NOT_FOUND},
	    {"{\"alg\":\"ES256\",\"kid\":7}", "jws-header", RC_INVALID},
	    {"{\"alg\":\"ES256\",\"crit\":[\"b64\"]}", "jws-crit", RC_INVALID},
	    {"{\"alg\":\"ES256\"}", "jws-signature", RC_INVALID},
	    {"{\"kid\":\"x\"}", "jws-header", RC_INVALID},
	    {"[]", "jws-header", RC_INVALID},
	    {"", "jws-header", RC_INVALID},
	};
	struct provider p;
	struct err e;
	size_t i;

	provider_init(&p, KEY_P256);
	for (i = 0; i < COUNT(bad); i++) {
		assert_int_equal(check_header(&p, bad[i].header, &e),
		    bad[i].rc);
		assert_string_equal(e.slug, bad[i].slug);
	}
	provider_clear(&p);
}

static void keys_that_are_not_for_signatures_are_not_used(void **state)
{
	static const char *const more[] = {"\"use\":\"enc\"", "\"use\":7",
	    "\"alg\":\"ES384\"", "\"alg\":null"};
	struct id_token t;
	struct provider p;
	struct buf jwk, set;
	struct err e;
	size_t i;

	provider_init(&p, KEY_P256);
	buf_init(&jwk, JOSE_MAX);
	buf_init(&set, JOSE_MAX);
	sign(&p, GOOD);
	put_key(&jwk, p.key);
	for (i = 0; i < COUNT(more); i++) {
		const char *own =
		    i < 2 ? ",\"use\":\"sig\"}" : ",\"alg\":\"ES256\"";
		char *at = strstr((char *)(uintptr_t)buf_cstr(&jwk), own);

		assert_non_null(at);
		buf_reset(&set);
		buf_add_str(&set, "{\"keys\":[");
		buf_add(&set, jwk.p, (size_t)((uint8_t *)at - jwk.p));
		buf_addf(&set, ",%s}]}", more[i]);
		assert_int_equal(id_token_check(buf_span(&p.jws),
				     buf_span(&set), &want, &t, &e),
		    RC_NOT_FOUND);
	}
	buf_clear(&jwk);
	buf_clear(&set);
	provider_clear(&p);
}

static void without_a_kid_one_key_has_to_be_the_only_one(void **state)
{
	struct provider p;
	struct key *other;
	struct buf set;
	struct id_token t;
	struct err e;

	provider_init(&p, KEY_P256);
	assert_int_equal(key_generate(&other, KEY_P256, NULL), RC_OK);
	buf_init(&set, JOSE_MAX);
	buf_add_str(&set, "{\"keys\":[");
	put_key(&set, p.key);
	buf_add_u8(&set, ',');
	put_key(&set, other);
	buf_add_str(&set, "]}");
	sign(&p, GOOD);
	assert_int_equal(id_token_check(buf_span(&p.jws), buf_span(&set), &want,
			     &t, NULL),
	    RC_OK);
	buf_clear(&p.jwks);
	p.jwks = set;
	assert_int_equal(check_header(&p, "{\"alg\":\"ES256\"}", &e),
	    RC_INVALID);
	assert_string_equal(e.slug, "jws-key-unclear");
	key_free(other);
	provider_clear(&p);
}

static void userinfo_has_to_be_about_the_same(void **state)
{
	static const struct {
		const char *json;
		enum rc rc;
		bool verified;
	} table[] = {
	    {"{\"sub\":\"u1\"" MAIL "}", RC_OK, true},
	    {"{\"sub\":\"u1\",\"email\":\"a@b.c\"}", RC_OK, false},
	    {"{\"sub\":\"u1\"}", RC_OK, false},
	    {"{\"sub\":\"u2\"" MAIL "}", RC_INVALID, false},
	    {"{" MAIL "}", RC_INVALID, false},
	    {"[]", RC_INVALID, false},
	    {"", RC_INVALID, false},
	};
	size_t i;

	for (i = 0; i < COUNT(table); i++) {
		struct id_token t = {.sub = "u1"};

		assert_int_equal(id_token_userinfo(span_str(table[i].json), &t,
				     NULL),
		    table[i].rc);
		assert_int_equal(t.email_verified, table[i].verified);
	}
}

static void long_names_are_cut_between_characters(void **state)
{
	struct id_token t = {.sub = "u1"};
	char json[400] = "{\"sub\":\"u1\",\"name\":\"a";
	size_t n = strlen(json), i;

	for (i = 0; i < 60; i++)
		n += (size_t)snprintf(json + n, sizeof(json) - n, "\xc3\xa9");
	(void)snprintf(json + n, sizeof(json) - n, "\"}");
	assert_int_equal(id_token_userinfo(span_str(json), &t, NULL), RC_OK);
	assert_int_equal(strlen(t.name), 99);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_good_token_tells_who_it_is),
	    cmocka_unit_test(
		an_address_counts_as_verified_only_when_it_says_true),
	    cmocka_unit_test(every_wrong_claim_refuses),
	    cmocka_unit_test(a_key_outside_the_set_is_told_apart),
	    cmocka_unit_test(wrong_headers_refuse),
	    cmocka_unit_test(keys_that_are_not_for_signatures_are_not_used),
	    cmocka_unit_test(without_a_kid_one_key_has_to_be_the_only_one),
	    cmocka_unit_test(userinfo_has_to_be_about_the_same),
	    cmocka_unit_test(long_names_are_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
