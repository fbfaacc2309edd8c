/* Certificate requests: what is read of them, and what is refused.
 * Must not grant anything. */
#include <string.h>

#include "base/enc.h"
#include "pki/cert.h"
#include "pki/csr.h"
#include "pki/der.h"
#include "tests/unit/check.h"

static struct key *key;
static struct buf whole;

static int setup(void **state)
{
	static const char *const names[] = {"a.example", "192.0.2.1", NULL};

	buf_init(&whole, CSR_MAX);
	return key_generate(&key, KEY_P256, NULL) == RC_OK &&
		csr_build(key, "Device 1", "Acme", names, &whole, NULL) == RC_OK
	    ? 0
	    : -1;
}

static int teardown(void **state)
{
	key_free(key);
	buf_clear(&whole);
	return 0;
}

static void request_is_read_as_it_was_built(void **state)
{
	static const enum key_type types[] = {KEY_P256, KEY_P384, KEY_RSA2048};
	struct buf der, text;
	struct csr c;
	struct key *k;
	size_t i;

	buf_init(&der, CSR_MAX);
	buf_init(&text, 256);
	for (i = 0; i < COUNT(types); i++) {
		buf_reset(&der);
		buf_reset(&text);
		assert_int_equal(key_generate(&k, types[i], NULL), RC_OK);
		assert_int_equal(csr_build(k, "D", "O", NULL, &der, NULL),
		    RC_OK);
		assert_int_equal(csr_parse(&c, buf_span(&der), NULL), RC_OK);
		assert_int_equal(csr_check(&c, NULL), RC_OK);
		assert_int_equal(c.type, types[i]);
		assert_int_equal(c.sig, key_sig(k));
		assert_true(span_eq(c.spki, key_spki(k)));
		assert_int_equal(c.extensions.n, 0);
		assert_int_equal(c.challenge.n, 0);
		cert_name_text(c.subject, &text);
		assert_string_equal(buf_cstr(&text), "O=O, CN=D");
		key_free(k);
	}
	assert_int_equal(csr_parse(&c, buf_span(&whole), NULL), RC_OK);
	assert_true(c.extensions.n > 0);
	buf_clear(&der);
	buf_clear(&text);
}

static void subject_may_be_empty(void **state)
{
	struct buf der;
	struct csr c;

	buf_init(&der, CSR_MAX);
	assert_int_equal(csr_build(key, NULL, NULL, NULL, &der, NULL), RC_OK);
	assert_int_equal(csr_parse(&c, buf_span(&der), NULL), RC_OK);
	assert_int_equal(c.subject.n, 2);
	buf_clear(&der);
}

static void every_cut_and_every_addition_is_refused(void **state)
{
	struct buf longer;
	struct err e;
	struct csr c;
	size_t n;

	for (n = 0; n < whole.n; n++)
		assert_int_not_equal(csr_parse(&c,
					 span_sub(buf_span(&whole), 0, n), &e),
		    RC_OK);
	buf_init(&longer, 2 * CSR_MAX);
	buf_add_span(&longer, buf_span(&whole));
	buf_add_u8(&longer, 0);
	assert_int_equal(csr_parse(&c, buf_span(&longer), &e), RC_INVALID);
	while (longer.n <= CSR_MAX)
		buf_add_u8(&longer, 0);
	assert_int_equal(csr_parse(&c, buf_span(&longer), &e), RC_TOO_LARGE);
	buf_clear(&longer);
}

/* Whichever byte is changed: it is no request any more, or not signed by its
 * key. */
static void changed_byte_loses_the_proof_of_possession(void **state)
{
	struct csr c;
	size_t i;

	for (i = 0; i < whole.n; i++) {
		whole.p[i] ^= 0x01;
		if (csr_parse(&c, buf_span(&whole), NULL) == RC_OK)
			assert_int_not_equal(csr_check(&c, NULL), RC_OK);
		whole.p[i] ^= 0x01;
	}
	assert_int_equal(csr_parse(&c, buf_span(&whole), NULL), RC_OK);
	assert_int_equal(csr_check(&c, NULL), RC_OK);
}

/* A request put together by hand and signed as it is. */
struct parts {
	const char *version, *attributes; /* hex */
	struct span spki, alg;
};

static void build(const struct parts *p, struct buf *der)
{
	uint8_t bytes[2048];
	struct buf info, body, sig;
	size_t n;

	buf_init(&info, CSR_MAX);
	buf_init(&body, CSR_MAX);
	buf_init(&sig, CSR_MAX);
	buf_reset(der);
	assert_true(enc_unhex(span_str(p->version), bytes, &n, sizeof(bytes)));
	buf_add(&info, bytes, n);
	der_put(&info, DER_SEQUENCE, SPAN_NONE);
	buf_add_span(&info, p->spki);
	assert_true(
	    enc_unhex(span_str(p->attributes), bytes, &n, sizeof(bytes)));
	buf_add(&info, bytes, n);
	der_put(&body, DER_SEQUENCE, buf_span(&info));
	assert_int_equal(key_sign(key, buf_span(&body), &sig, NULL), RC_OK);
	buf_add_span(&body, p->alg);
	der_put_bits(&body, buf_span(&sig));
	der_put(der, DER_SEQUENCE, buf_span(&body));
	assert_true(buf_ok(der));
	buf_clear(&info);
	buf_clear(&body);
	buf_clear(&sig);
}

#define V0 "020100"

static void form_is_held_to(void **state)
{
	struct span spki = key_spki(key);
	struct span alg = key_sig_alg(KEY_SIG_ECDSA_SHA256);
	const struct {
		struct parts p;
		enum rc rc;
	} table[] = {
	    /* none */
	    {{V0, "a000", spki, alg}, RC_OK},
	    /* of another kind */
	    {{V0, "a00e300c060355040331050c03616263", spki, alg}, RC_OK},
	    /* a challenge */
	    {{V0, "a016301406092a864886f70d01090731070c0568656c6c6f", spki,
		 alg},
		RC_OK},
	    /* a challenge that is no text */
	    {{V0, "a016301406092a864886f70d0109073107040568656c6c6f", spki,
		 alg},
		RC_INVALID},
	    /* an empty one */
	    {{V0, "a011300f06092a864886f70d01090731020c00", spki, alg},
		RC_INVALID},
	    /* without a value */
	    {{V0, "a00f300d06092a864886f70d0109073100", spki, alg}, RC_INVALID},
	    /* with two */
	    {{V0, "a015301306092a864886f70d01090731060c01610c0162", spki, alg},
		RC_INVALID},
	    /* something behind them */
	    {{V0, "a00e300c060355040331050c0361626300", spki, alg}, RC_INVALID},
	    /* one twice */
	    {{V0,
		 "a01c300c060355040331050c03616263300c060355040331050c03616263",
		 spki, alg},
		RC_INVALID},
	    /* an extension */
	    {{V0, "a01a301806092a864886f70d01090e310b300930070603551d0f0400",
		 spki, alg},
		RC_OK},
	    /* no extension in the list */
	    {{V0, "a011300f06092a864886f70d01090e31023000", spki, alg},
		RC_INVALID},
	    /* an extension of the wrong form */
	    {{V0, "a01a301806092a864886f70d01090e310b300930070603551d0f0500",
		 spki, alg},
		RC_INVALID},
	    /* a BOOLEAN of two bytes */
	    {{V0,
		 "a01e301c06092a864886f70d01090e310f300d300b0603551d0f0102ffff0"
		 "400",
		 spki, alg},
		RC_INVALID},
	    /* an extension twice */
	    {{V0,
		 "a023302106092a864886f70d01090e3114301230070603551d0f040030070"
		 "603551d0f0400",
		 spki, alg},
		RC_INVALID},
	    /* two lists */
	    {{V0,
		 "a025302306092a864886f70d01090e3116300930070603551d0f040030093"
		 "0070603551d0f0400",
		 spki, alg},
		RC_INVALID},
	    /* left out */
	    {{V0, "", spki, alg}, RC_INVALID},
	    /* of another tag */
	    {{V0, "a100", spki, alg}, RC_INVALID},
	    {{"020101", "a000", spki, alg}, RC_INVALID},
	    {{"02020000", "a000", spki, alg}, RC_INVALID},
	    {{"", "a000", spki, alg}, RC_INVALID},
	    {{V0, "a000", spki, SPAN_LIT("\x30\x00")}, RC_INVALID},
	    {{V0, "a000", SPAN_LIT("\x30\x00"), alg}, RC_INVALID},
	};
	struct buf der;
	struct csr c;
	size_t i;

	buf_init(&der, CSR_MAX);
	for (i = 0; i < COUNT(table); i++) {
		struct err e = {0};

		build(&table[i].p, &der);
		if (csr_parse(&c, buf_span(&der), &e) != table[i].rc)
			fail_msg("row %zu: %s", i, e.text);
	}
	buf_clear(&der);
}

/* Signed by another key, or with an algorithm of another kind. */
static void foreign_signature_is_refused(void **state)
{
	struct parts p = {V0, "a000", SPAN_NONE,
	    key_sig_alg(KEY_SIG_ECDSA_SHA256)};
	struct key *other;
	struct buf der;
	struct err e;
	struct csr c;

	buf_init(&der, CSR_MAX);
	assert_int_equal(key_generate(&other, KEY_P256, NULL), RC_OK);
	p.spki = key_spki(other);
	build(&p, &der);
	assert_int_equal(csr_parse(&c, buf_span(&der), NULL), RC_OK);
	assert_int_equal(csr_check(&c, &e), RC_INVALID);
	assert_string_equal(e.slug, "csr-signature");
	p.spki = key_spki(key);
	p.alg = key_sig_alg(KEY_SIG_RSA_SHA256);
	build(&p, &der);
	assert_int_equal(csr_parse(&c, buf_span(&der), NULL), RC_OK);
	assert_int_not_equal(csr_check(&c, NULL), RC_OK);
	key_free(other);
	buf_clear(&der);
}

static void challenge_is_handed_out(void **state)
{
	struct parts p = {V0,
	    "a016301406092a864886f70d01090731070c0568656c6c6f", key_spki(key),
	    key_sig_alg(KEY_SIG_ECDSA_SHA256)};
	struct buf der;
	struct csr c;

	buf_init(&der, CSR_MAX);
	build(&p, &der);
	assert_int_equal(csr_parse(&c, buf_span(&der), NULL), RC_OK);
	assert_true(span_eq_str(c.challenge, "hello"));
	buf_clear(&der);
}

static void request_is_found_in_each_of_its_wrappings(void **state)
{
	struct buf text, out;
	size_t i;

	buf_init(&text, 2 * CSR_MAX);
	buf_init(&out, CSR_MAX);
	for (i = 0; i < 5; i++) {
		buf_reset(&text);
		buf_reset(&out);
		if (i == 0)
			buf_add_span(&text, buf_span(&whole));
		else if (i == 1)
			enc_pem(&text, "CERTIFICATE REQUEST", buf_span(&whole));
		else if (i == 2)
			enc_pem(&text, "NEW CERTIFICATE REQUEST",
			    buf_span(&whole));
		else
			enc_base64(&text, buf_span(&whole));
		if (i == 4)
			buf_add_str(&text, "\r\n");
		assert_int_equal(csr_read(&out, buf_span(&text), NULL), RC_OK);
		assert_true(span_eq(buf_span(&out), buf_span(&whole)));
	}
	buf_reset(&text);
	enc_pem(&text, "CERTIFICATE", buf_span(&whole));
	assert_int_equal(csr_read(&out, buf_span(&text), NULL), RC_INVALID);
	assert_int_equal(csr_read(&out, SPAN_NONE, NULL), RC_INVALID);
	assert_int_equal(csr_read(&out, SPAN_LIT("hello"), NULL), RC_INVALID);
	buf_clear(&text);
	buf_clear(&out);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(request_is_read_as_it_was_built),
	    cmocka_unit_test(subject_may_be_empty),
	    cmocka_unit_test(every_cut_and_every_addition_is_refused),
	    cmocka_unit_test(changed_byte_loses_the_proof_of_possession),
	    cmocka_unit_test(form_is_held_to),
	    cmocka_unit_test(foreign_signature_is_refused),
	    cmocka_unit_test(challenge_is_handed_out),
	    cmocka_unit_test(request_is_found_in_each_of_its_wrappings),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
