/* JWS and JWK: what is signed comes back, and nothing else passes.
 * Must not hold keys in the source but RFC examples. */
#include <string.h>

#include "base/enc.h"
#include "pki/jose.h"
#include "tests/unit/check.h"

static const enum key_type types[] = {KEY_P256, KEY_P384, KEY_RSA2048};

struct pair {
	struct key *key;
	struct key_pub *pub;
	struct buf jws, payload;
};

static void pair_init(struct pair *p, enum key_type type)
{
	memset(p, 0, sizeof(*p));
	buf_init(&p->jws, JOSE_MAX);
	buf_init(&p->payload, JOSE_MAX);
	assert_int_equal(key_generate(&p->key, type, NULL), RC_OK);
	assert_int_equal(key_pub_new(&p->pub, key_spki(p->key), NULL), RC_OK);
	assert_int_equal(jose_sign(p->key, "JWT", SPAN_LIT("{\"a\":1}"),
			     &p->jws, NULL),
	    RC_OK);
}

static void pair_clear(struct pair *p)
{
	key_free(p->key);
	key_pub_free(p->pub);
	buf_clear(&p->jws);
	buf_clear(&p->payload);
}

static void jose_verify_gives_back_what_was_signed(void **state)
{
	struct pair p;
	size_t i;

	for (i = 0; i < COUNT(types); i++) {
		pair_init(&p, types[i]);
		assert_int_equal(jose_verify(buf_span(&p.jws), p.pub, "JWT",
				     &p.payload, NULL),
		    RC_OK);
		assert_string_equal(buf_cstr(&p.payload), "{\"a\":1}");
		pair_clear(&p);
	}
}

/* Changing any one character must be noticed. */
static void jose_verify_refuses_every_changed_character(void **state)
{
	struct pair p;
	size_t i;

	pair_init(&p, KEY_P256);
	for (i = 0; i < p.jws.n; i++) {
		uint8_t was = p.jws.p[i];

		p.jws.p[i] = was == 'A' ? 'B' : 'A';
		assert_int_equal(jose_verify(buf_span(&p.jws), p.pub, "JWT",
				     &p.payload, NULL),
		    RC_INVALID);
		p.jws.p[i] = was;
	}
	for (i = 0; i < p.jws.n; i++)
		assert_int_equal(jose_verify(span_of(p.jws.p, i), p.pub, "JWT",
				     &p.payload, NULL),
		    RC_INVALID);
	assert_int_equal(p.payload.n, 0);
	pair_clear(&p);
}

static void jose_verify_refuses_another_key_and_another_type(void **state)
{
	struct pair a, b, c;
	struct err e;

	pair_init(&a, KEY_P256);
	pair_init(&b, KEY_P256);
	pair_init(&c, KEY_P384);
	assert_int_equal(jose_verify(buf_span(&a.jws), b.pub, "JWT", &a.payload,
			     &e),
	    RC_INVALID);
	assert_string_equal(e.slug, "jws-signature");
	assert_int_equal(jose_verify(buf_span(&a.jws), c.pub, "JWT", &a.payload,
			     &e),
	    RC_INVALID);
	assert_string_equal(e.slug, "jws-alg-mismatch");
	assert_int_equal(jose_verify(buf_span(&a.jws), a.pub, "birthmark-feed",
			     &a.payload, &e),
	    RC_INVALID);
	assert_string_equal(e.slug, "jws-typ");
	pair_clear(&a);
	pair_clear(&b);
	pair_clear(&c);
}

static void jose_verify_refuses_headers(void **state)
{
	static const struct {
		const char *header, *slug;
	} bad[] = {
	    {"{\"alg\":\"none\",\"typ\":\"JWT\"}", "jws-alg-refused"},
	    {"{\"alg\":\"HS256\",\"typ\":\"JWT\"}", "jws-alg-refused"},
	    {"{\"alg\":\"ES512\",\"typ\":\"JWT\"}", "jws-alg-refused"},
	    {"{\"alg\":\"RS256\",\"typ\":\"JWT\"}", "jws-alg-mismatch"},
	    {"{\"alg\":\"ES256\",\"typ\":\"JWT\",\"crit\":[\"x\"]}",
		"jws-crit"},
	    {"{\"alg\":\"ES256\",\"alg\":\"none\",\"typ\":\"JWT\"}",
		"jws-header"},
	    {"{\"alg\":\"ES256\"}", "jws-typ"},
	    {"{\"typ\":\"JWT\"}", "jws-header"},
	    {"{\"alg\":7,\"typ\":\"JWT\"}", "jws-header"},
	    {"[]", "jws-header"},
	    {"", "jws-header"},
	};
	struct buf jws;
	struct pair p;
	struct err e;
	size_t i;

	pair_init(&p, KEY_P256);
	buf_init(&jws, JOSE_MAX);
	for (i = 0; i < COUNT(bad); i++) {
		buf_reset(&jws);
		enc_base64url(&jws, span_str(bad[i].header));
		buf_add_str(&jws, ".e30.");
		enc_base64url(&jws,
		    span_str("0123456789abcdef0123456789abcdef"
			     "0123456789abcdef0123456789abcde"
			     "f"));
		assert_int_equal(jose_verify(buf_span(&jws), p.pub, "JWT",
				     &p.payload, &e),
		    RC_INVALID);
		assert_string_equal(e.slug, bad[i].slug);
	}
	buf_clear(&jws);
	pair_clear(&p);
}

static void jose_jwk_round_trips(void **state)
{
	struct buf jwk, spki;
	struct pair p;
	size_t i;

	buf_init(&jwk, JOSE_MAX);
	buf_init(&spki, JOSE_MAX);
	for (i = 0; i < COUNT(types); i++) {
		pair_init(&p, types[i]);
		buf_reset(&jwk);
		buf_reset(&spki);
		assert_int_equal(jose_jwk(key_spki(p.key), &jwk, NULL), RC_OK);
		assert_int_equal(jose_jwk_spki(buf_span(&jwk), &spki, NULL),
		    RC_OK);
		assert_true(span_eq(buf_span(&spki), key_spki(p.key)));
		pair_clear(&p);
	}
	buf_clear(&jwk);
	buf_clear(&spki);
}

/* RFC 7638 3.1 */
static void jose_kid_is_the_thumbprint_of_rfc_7638(void **state)
{
	static const char jwk[] =
	    "{\"kty\":\"RSA\",\"n\":\"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2ai"
	    "AFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCi"
	    "FV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-6"
	    "5YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5haj"
	    "rn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINH"
	    "aQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw\",\"e\":\"AQAB\"}";
	char kid[JOSE_KID_SIZE];
	struct buf spki;

	buf_init(&spki, JOSE_MAX);
	assert_int_equal(jose_jwk_spki(span_str(jwk), &spki, NULL), RC_OK);
	assert_int_equal(jose_kid(buf_span(&spki), kid, NULL), RC_OK);
	assert_string_equal(kid, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
	buf_clear(&spki);
}

static void jose_jwk_spki_refuses_bad_keys(void **state)
{
	static const char *const bad[] = {"", "{}", "[]", "{\"kty\":\"oct\"}",
	    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}",
	    "{\"kty\":\"EC\",\"crv\":\"P-521\",\"x\":\"AA\",\"y\":\"AA\"}",
	    /* not on the curve */
	    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":"
	    "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"y\":"
	    "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
	    "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}",
	    "{\"kty\":\"RSA\",\"n\":\"AQAB\"}", "{\"kty\":\"EC\""};
	struct buf spki;
	size_t i;

	buf_init(&spki, JOSE_MAX);
	for (i = 0; i < COUNT(bad); i++) {
		assert_int_equal(jose_jwk_spki(span_str(bad[i]), &spki, NULL),
		    RC_INVALID);
		assert_int_equal(spki.n, 0);
	}
	buf_clear(&spki);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(jose_verify_gives_back_what_was_signed),
	    cmocka_unit_test(jose_verify_refuses_every_changed_character),
	    cmocka_unit_test(jose_verify_refuses_another_key_and_another_type),
	    cmocka_unit_test(jose_verify_refuses_headers),
	    cmocka_unit_test(jose_jwk_round_trips),
	    cmocka_unit_test(jose_kid_is_the_thumbprint_of_rfc_7638),
	    cmocka_unit_test(jose_jwk_spki_refuses_bad_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
