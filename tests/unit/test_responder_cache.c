/* The responder's memory: bounded, and what is asked for stays.
 * Must not sign. */
#include <stdio.h>

#include "core/responder_cache.h"
#include "tests/unit/check.h"

static struct responder_cache *cache;

static int setup(void **state)
{
	cache = responder_cache_new();
	assert_non_null(cache);
	return 0;
}

static int teardown(void **state)
{
	responder_cache_free(cache);
	return 0;
}

static struct span key_of(char text[16], unsigned int i)
{
	(void)snprintf(text, 16, "key %u", i);
	return span_str(text);
}

static struct responder_cached *put(unsigned int i, const char *der)
{
	const struct responder_cached what = {.next_update = i};
	char text[16];

	return responder_cache_put(cache, key_of(text, i), &what,
	    span_str(der));
}

static struct responder_cached *find(unsigned int i)
{
	char text[16];

	return responder_cache_find(cache, key_of(text, i));
}

static void what_was_put_is_found(void **state)
{
	struct responder_cached *e;

	assert_null(find(1));
	assert_non_null(put(1, "one"));
	assert_non_null(put(2, "two"));
	e = find(1);
	assert_true(span_eq_str(e->der, "one"));
	assert_int_equal(e->next_update, 1);
	assert_string_equal(e->note, "");
	assert_non_null(put(1, "another"));
	assert_true(span_eq_str(find(1)->der, "another"));
	assert_true(span_eq_str(find(2)->der, "two"));
	responder_cache_drop(cache, SPAN_LIT("key 1"));
	responder_cache_drop(cache, SPAN_LIT("key 1"));
	assert_null(find(1));
	assert_non_null(find(2));
}

static void the_least_used_goes_first(void **state)
{
	unsigned int i;

	for (i = 0; i < RESPONDER_CACHE_MAX; i++)
		assert_non_null(put(i, "x"));
	assert_non_null(find(0));
	assert_non_null(put(RESPONDER_CACHE_MAX, "x"));
	assert_non_null(find(0));
	assert_null(find(1));
	for (i = 2; i <= RESPONDER_CACHE_MAX; i++)
		assert_non_null(find(i));
}

static void what_is_too_large_is_not_kept(void **state)
{
	static char big[RESPONDER_CACHE_DER_MAX + 1];
	const struct responder_cached what = {.next_update = 1};

	assert_non_null(put(1, "x"));
	assert_null(responder_cache_put(cache, SPAN_LIT("key 1"), &what,
	    span_of(big, sizeof(big))));
	assert_null(find(1));
	assert_null(responder_cache_put(cache,
	    span_of(big, RESPONDER_CACHE_KEY_MAX + 1), &what, SPAN_LIT("x")));
	assert_non_null(
	    responder_cache_put(cache, span_of(big, RESPONDER_CACHE_KEY_MAX),
		&what, span_of(big, RESPONDER_CACHE_DER_MAX)));
	assert_non_null(
	    responder_cache_put(cache, SPAN_NONE, &what, SPAN_LIT("x")));
	assert_non_null(responder_cache_find(cache, SPAN_NONE));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(what_was_put_is_found),
	    TEST(the_least_used_goes_first),
	    TEST(what_is_too_large_is_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
