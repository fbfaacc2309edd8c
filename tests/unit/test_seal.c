/* Sealed boxes: opened by the right key in the right context only.
 * Must not test libcrypto's ciphers. */
#include <string.h>

#include "pki/seal.h"
#include "tests/unit/check.h"

static struct key *key, *other;

static int setup(void **state)
{
	return key_generate(&key, KEY_P256, NULL) != RC_OK ||
	    key_generate(&other, KEY_P256, NULL) != RC_OK;
}

static int teardown(void **state)
{
	key_free(key);
	key_free(other);
	return 0;
}

static void seal_opens_what_it_closed(void **state)
{
	static uint8_t large[100000];
	const struct span secrets[] = {SPAN_NONE, SPAN_LIT("x"),
	    SPAN_LIT("a password"), span_of(large, sizeof(large))};
	const struct span contexts[] = {SPAN_NONE, SPAN_LIT("cloud_1")};
	struct buf box, out;
	size_t i, k;

	buf_init(&box, 200000);
	buf_init(&out, 200000);
	for (i = 0; i < COUNT(secrets); i++)
		for (k = 0; k < COUNT(contexts); k++) {
			buf_reset(&box);
			buf_reset(&out);
			assert_int_equal(seal_close(key_spki(key), contexts[k],
					     secrets[i], &box, NULL),
			    RC_OK);
			assert_int_equal(box.n, secrets[i].n + SEAL_OVERHEAD);
			assert_int_equal(seal_open(key, contexts[k],
					     buf_span(&box), &out, NULL),
			    RC_OK);
			assert_true(span_eq(buf_span(&out), secrets[i]));
		}
	buf_clear(&box);
	buf_clear(&out);
}

static void seal_open_refuses_every_change(void **state)
{
	struct span context = SPAN_LIT("cloud_1");
	struct buf box, out;
	struct err e;
	size_t i;

	buf_init(&box, 1024);
	buf_init(&out, 1024);
	assert_int_equal(seal_close(key_spki(key), context,
			     SPAN_LIT("a password"), &box, NULL),
	    RC_OK);
	for (i = 0; i < box.n; i++) {
		box.p[i] ^= 1;
		assert_int_equal(seal_open(key, context, buf_span(&box), &out,
				     &e),
		    RC_INVALID);
		assert_string_equal(e.slug, "seal-broken");
		box.p[i] ^= 1;
		assert_int_equal(seal_open(key, context, span_of(box.p, i),
				     &out, NULL),
		    RC_INVALID);
	}
	assert_int_equal(seal_open(other, context, buf_span(&box), &out, NULL),
	    RC_INVALID);
	assert_int_equal(seal_open(key, SPAN_LIT("cloud_2"), buf_span(&box),
			     &out, NULL),
	    RC_INVALID);
	assert_int_equal(seal_open(key, SPAN_NONE, buf_span(&box), &out, NULL),
	    RC_INVALID);
	assert_int_equal(out.n, 0);
	buf_clear(&box);
	buf_clear(&out);
}

static void seal_is_different_each_time(void **state)
{
	struct buf a, b;

	buf_init(&a, 1024);
	buf_init(&b, 1024);
	assert_int_equal(seal_close(key_spki(key), SPAN_NONE, SPAN_LIT("same"),
			     &a, NULL),
	    RC_OK);
	assert_int_equal(seal_close(key_spki(key), SPAN_NONE, SPAN_LIT("same"),
			     &b, NULL),
	    RC_OK);
	assert_memory_not_equal(a.p + 1, b.p + 1, a.n - 1);
	buf_clear(&a);
	buf_clear(&b);
}

static void seal_close_refuses_other_kinds_of_key(void **state)
{
	struct key *p384;
	struct buf box;

	buf_init(&box, 1024);
	assert_int_equal(key_generate(&p384, KEY_P384, NULL), RC_OK);
	assert_int_equal(seal_close(key_spki(p384), SPAN_NONE, SPAN_LIT("x"),
			     &box, NULL),
	    RC_INVALID);
	assert_int_equal(seal_close(SPAN_NONE, SPAN_NONE, SPAN_LIT("x"), &box,
			     NULL),
	    RC_INVALID);
	assert_int_equal(seal_open(p384, SPAN_NONE, SPAN_LIT("x"), &box, NULL),
	    RC_INVALID);
	assert_int_equal(box.n, 0);
	key_free(p384);
	buf_clear(&box);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(seal_opens_what_it_closed),
	    cmocka_unit_test(seal_open_refuses_every_change),
	    cmocka_unit_test(seal_is_different_each_time),
	    cmocka_unit_test(seal_close_refuses_other_kinds_of_key),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
