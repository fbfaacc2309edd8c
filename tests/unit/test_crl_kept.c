/* Lists that many take: one copy, never freed under somebody, never too many.
 * Must not need a CA. */
#include <stdio.h>
#include <string.h>

#include "enrol/crl_kept.h"
#include "tests/unit/check.h"

static struct crl_kept *put(const char *name, uint64_t number, size_t n)
{
	struct crl_list l;
	struct crl_kept *k;
	uint8_t *p;

	crl_list_init(&l);
	l.number = number;
	p = buf_room(&l.der, n);
	assert_non_null(p);
	memset(p, (int)number, n);
	buf_grown(&l.der, n);
	k = crl_kept_put(name, &l);
	assert_non_null(k);
	assert_int_equal(l.der.n, 0);
	crl_list_clear(&l);
	return k;
}

static void the_last_one_is_found_and_the_one_before_stays_its_user_s(
    void **state)
{
	struct crl_kept *first = put("a", 1, 100), *second, *found;

	found = crl_kept_find("a");
	assert_ptr_equal(found, first);
	second = put("a", 2, 200);
	crl_kept_leave(found);
	assert_int_equal(first->der.p[99], 1);
	found = crl_kept_find("a");
	assert_ptr_equal(found, second);
	assert_int_equal(found->number, 2);
	assert_memory_not_equal(first->tag, second->tag, sizeof(first->tag));
	assert_null(crl_kept_find("b"));
	crl_kept_leave(first);
	crl_kept_leave(second);
	crl_kept_leave(found);
	crl_kept_leave(NULL);
	crl_kept_clear();
	assert_null(crl_kept_find("a"));
}

static void the_oldest_makes_room(void **state)
{
	struct crl_kept *held = put("0", 1, 10), *found;
	char name[8];
	int i;

	for (i = 1; i <= CRL_KEPT_MAX; i++) {
		(void)snprintf(name, sizeof(name), "%d", i);
		crl_kept_leave(put(name, 1, 10));
	}
	assert_null(crl_kept_find("0"));
	assert_int_equal(held->der.n, 10);
	crl_kept_leave(held);
	/* By bytes as well. */
	crl_kept_leave(put("large", 1, CRL_KEPT_BYTES - 5));
	assert_null(crl_kept_find("8"));
	found = crl_kept_find("large");
	assert_non_null(found);
	crl_kept_leave(found);
	crl_kept_clear();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		the_last_one_is_found_and_the_one_before_stays_its_user_s),
	    cmocka_unit_test(the_oldest_makes_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
