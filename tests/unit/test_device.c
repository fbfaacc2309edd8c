/* Devices: found by what they are, and only by whom they belong to. */
#include "core/batch.h"
#include "core/product.h"
#include "tests/unit/publish_case.h"

#define BID "DEVBATCH"
#define CHIPS 60

static void bind_it(struct publish_case *pc, const struct core_actor *a,
    const char *bid, const char *product)
{
	char code[LABEL_CODE_SIZE];
	struct bind_request r = {.bid = span_str(bid), .product_id = product};
	struct store_bind b;
	bool already;

	label_code_text(pc->code, code);
	r.code = span_str(code);
	PUBLISH_OK(bind_batch(&pc->core, a, &r, &b, &already, &pc->e));
}

static void open_bound(struct publish_case *pc)
{
	publish_case_open(pc);
	publish_case_reel(pc, BID, "R1", false, CHIPS / 2);
	publish_case_reel(pc, BID, "R2", false, CHIPS / 2);
	bind_it(pc, &pc->oem, BID, NULL);
}

static size_t find(struct publish_case *pc, const struct core_actor *a,
    const struct device_query *q, struct device *out, size_t room)
{
	PUBLISH_OK(device_search(&pc->core, a, q, out, &room, &pc->e));
	return room;
}

static void clear_all(struct device *d, size_t n)
{
	while (n > 0)
		device_clear(&d[--n]);
}

/* Pages of seven give all of them once, in order. */
static void lists_all_in_pages(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	struct device_query q = {0};
	struct device page[7];
	size_t n = COUNT(page), total = 0;

	(void)state;
	open_bound(pc);
	while (n == COUNT(page)) {
		n = find(pc, &pc->oem, &q, page, COUNT(page));
		total += n;
		if (n > 0) {
			assert_true(page[0].seq > q.after);
			q.after = page[n - 1].seq;
		}
		clear_all(page, n);
	}
	assert_int_equal(total, CHIPS);
	publish_case_close(pc);
}

static void finds_by_each_word(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	struct device_query all = {0}, queries[8];
	struct device one, found;
	char fp[65], upper[65];
	size_t i, j, n;

	(void)state;
	open_bound(pc);
	n = find(pc, &pc->oem, &all, &one, 1);
	assert_int_equal(n, 1);
	enc_hex_str(fp, span_of(one.fp, sizeof(one.fp)));
	for (i = 0; one.serial[i]; i++)
		upper[i] = (char)(one.serial[i] >= 'a' ? one.serial[i] - 32
						       : one.serial[i]);
	upper[i] = '\0';
	memset(queries, 0, sizeof(queries));
	queries[0].fingerprint = span_str(fp);
	queries[1].serial = span_str(one.serial);
	queries[2].serial = span_str(upper);
	queries[3].chip_id = span_str(one.chip_id);
	queries[4].q = span_str(one.serial);
	queries[5].q = span_str(fp);
	queries[6].q = span_str(one.chip_id);
	queries[6].bid = BID;
	queries[7].chip_id = span_str(one.chip_id);
	queries[7].bid = "OTHER";
	for (j = 0; j < COUNT(queries); j++) {
		n = find(pc, &pc->oem, &queries[j], &found, 1);
		assert_int_equal(n, j < 7 ? 1 : 0);
		if (n > 0) {
			assert_memory_equal(found.fp, one.fp, sizeof(one.fp));
			assert_true(
			    span_eq(buf_span(&found.der), buf_span(&one.der)));
		}
		clear_all(&found, n);
	}
	device_clear(&one);
	publish_case_close(pc);
}

static void finds_nothing_of_others(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	struct device_query all = {0}, q = {0};
	struct core_actor other;
	struct device one, none;
	char fp[65];
	size_t n;

	(void)state;
	open_bound(pc);
	other = publish_case_account(pc, "rival");
	publish_case_reel(pc, "UNBOUND", "R9", false, 3);
	n = find(pc, &pc->oem, &all, &one, 1);
	enc_hex_str(fp, span_of(one.fp, sizeof(one.fp)));
	q.fingerprint = span_str(fp);
	n = find(pc, &other, &q, &none, 1);
	assert_int_equal(n, 0);
	q.fingerprint = SPAN_NONE;
	q.chip_id = span_str(one.chip_id);
	n = find(pc, &other, &q, &none, 1);
	assert_int_equal(n, 0);
	n = find(pc, &other, &all, &none, 1);
	assert_int_equal(n, 0);
	q.chip_id = SPAN_NONE;
	q.bid = "UNBOUND";
	n = find(pc, &pc->oem, &q, &none, 1);
	assert_int_equal(n, 0);
	device_clear(&one);
	publish_case_close(pc);
}

static void knows_by_certificate(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	struct device d;
	struct device_cert at;
	struct device_walk *w;
	struct buf copy;

	(void)state;
	publish_case_open(pc);
	publish_case_reel(pc, BID, "R1", false, 3);
	PUBLISH_OK(device_walk_new(&w, &pc->core, BID, 0, &pc->e));
	PUBLISH_OK(device_walk_next(w, &at, &pc->e));
	device_init(&d);
	PUBLISH_OK(device_find_by_cert(&pc->core, at.der, &d, &pc->e));
	assert_string_equal(d.bid, BID);
	assert_string_equal(d.account_id, ""); /* nobody bound it */
	device_clear(&d);
	bind_it(pc, &pc->oem, BID, NULL);
	device_init(&d);
	PUBLISH_OK(device_find_by_cert(&pc->core, at.der, &d, &pc->e));
	assert_string_equal(d.account_id, pc->oem.scope_id);
	device_clear(&d);
	/* One bit off is another certificate. */
	buf_init(&copy, CERT_DER_MAX);
	buf_add_span(&copy, at.der);
	copy.p[copy.n - 1] ^= 1;
	device_init(&d);
	assert_int_equal(device_find_by_cert(&pc->core, buf_span(&copy), &d,
			     &pc->e),
	    RC_NOT_FOUND);
	device_clear(&d);
	buf_clear(&copy);
	device_walk_free(w);
	publish_case_close(pc);
}

static void unpublished_does_not_exist(void **state)
{
	const volatile bool stop = true;
	struct publish_case pc_, *pc = &pc_;
	struct publish_reel r;
	struct store_upload u;
	struct device d;
	struct buf der;

	(void)state;
	publish_case_open(pc);
	buf_init(&der, CERT_DER_MAX);
	publish_case_chip(pc, &pc->ca, &der);
	publish_reel_begin(pc, &r, MANIFEST_CSV, BID, "R1");
	publish_reel_add(pc, &r, buf_span(&der), NULL);
	publish_reel_end(pc, &r);
	publish_reel_queue(pc, &r, &u);
	assert_int_equal(publish_next(&pc->core, 1, &stop, &pc->e), RC_AGAIN);
	device_init(&d);
	assert_int_equal(device_find_by_cert(&pc->core, buf_span(&der), &d,
			     &pc->e),
	    RC_NOT_FOUND);
	PUBLISH_OK(publish_next(&pc->core, 1, NULL, &pc->e));
	PUBLISH_OK(device_find_by_cert(&pc->core, buf_span(&der), &d, &pc->e));
	device_clear(&d);
	buf_clear(&der);
	publish_reel_clear(&r);
	publish_case_close(pc);
}

static void filters_by_product(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	struct device_query q = {0};
	struct store_product p;
	struct device page[10];
	size_t n;

	(void)state;
	open_bound(pc);
	PUBLISH_OK(
	    product_add(&pc->core, &pc->oem, "Dishwasher DW-9", &p, &pc->e));
	publish_case_reel(pc, "DW", "R5", false, 2);
	bind_it(pc, &pc->oem, "DW", p.id);
	q.product_id = p.id;
	n = find(pc, &pc->oem, &q, page, 10);
	assert_int_equal(n, 2);
	assert_string_equal(page[0].product, "Dishwasher DW-9");
	clear_all(page, n);
	assert_int_equal(product_delete(&pc->core, &pc->oem, p.id, &pc->e),
	    RC_CONFLICT);
	publish_case_close(pc);
}

static void walk_goes_on_where_it_was(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	struct device_walk *w;
	struct device_cert at;
	int64_t after = 0;
	unsigned int n;

	(void)state;
	open_bound(pc);
	for (n = 0; n < CHIPS; n++) {
		PUBLISH_OK(device_walk_new(&w, &pc->core, BID, after, &pc->e));
		PUBLISH_OK(device_walk_next(w, &at, &pc->e));
		assert_true(at.seq > after);
		after = at.seq;
		device_walk_free(w);
	}
	PUBLISH_OK(device_walk_new(&w, &pc->core, BID, after, &pc->e));
	assert_int_equal(device_walk_next(w, &at, &pc->e), RC_NOT_FOUND);
	device_walk_free(w);
	publish_case_close(pc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lists_all_in_pages),
	    cmocka_unit_test(finds_by_each_word),
	    cmocka_unit_test(finds_nothing_of_others),
	    cmocka_unit_test(knows_by_certificate),
	    cmocka_unit_test(unpublished_does_not_exist),
	    cmocka_unit_test(filters_by_product),
	    cmocka_unit_test(walk_goes_on_where_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
