/* Stored forms: every certificate comes back byte for byte, small when it is
 * like its reel's; damaged ones are refused.  Must not test a database. */
#include "base/rand.h"
#include "pki/pack.h"
#include "tests/unit/chip_case.h"

static struct chip_case the;

static int setup(void **state)
{
	chip_case_init(&the, KEY_P256, KEY_P256);
	return 0;
}

static int teardown(void **state)
{
	chip_case_clear(&the);
	return 0;
}

static struct pack *template_of(struct span der)
{
	struct pack *p;
	struct cert c;

	CHIP_OK(&the, cert_parse(&c, der, &the.e));
	CHIP_OK(&the, pack_new(&p, &c, &the.e));
	return p;
}

/* Stores, loads the template again, rebuilds; bytes of the stored form. */
static size_t round_trip(const struct pack *p, struct span der)
{
	struct pack *again;
	struct buf stored, back;
	struct cert c;
	size_t n;

	buf_init(&stored, 3 * PACK_TEMPLATE_MAX);
	buf_init(&back, 3 * PACK_TEMPLATE_MAX);
	buf_add_str(&stored, "before");
	buf_add_str(&back, "before");
	CHIP_OK(&the, cert_parse(&c, der, &the.e));
	CHIP_OK(&the, pack_put(p, &c, &stored, &the.e));
	CHIP_OK(&the, pack_load(&again, pack_stored(p), &the.e));
	n = stored.n - 6;
	CHIP_OK(&the, pack_get(again, span_of(stored.p + 6, n), &back, &the.e));
	assert_true(span_eq(span_of(back.p + 6, back.n - 6), der));
	assert_memory_equal(back.p, "before", 6);
	assert_true(pack_is(again, span_of(stored.p + 6, n), &c));
	pack_free(again);
	buf_clear(&stored);
	buf_clear(&back);
	return n;
}

static void pack_keeps_a_reel_of_our_own_small(void **state)
{
	uint8_t serial[ISSUE_SERIAL_SIZE];
	struct issue_birth birth = chip_case_birth(&the);
	struct pack *p = template_of(buf_span(&the.chip));
	struct issue *issue;
	struct buf der;
	struct key *k;
	size_t i;

	CHIP_OK(&the, issue_new(&issue, &birth, &the.e));
	buf_init(&der, CERT_DER_MAX);
	/* enough for signatures with short r or s, and both parities of y */
	for (i = 0; i < 600; i++) {
		rand_bytes(serial, sizeof(serial));
		serial[0] = (uint8_t)(1 + serial[0] % 0x7f);
		buf_reset(&der);
		CHIP_OK(&the, key_generate(&k, KEY_P256, &the.e));
		CHIP_OK(&the,
		    issue_birth(issue, key_spki(k), serial, &der, &the.e));
		key_free(k);
		assert_in_range(round_trip(p, buf_span(&der)), 113, 118);
	}
	pack_free(p);
	issue_free(issue);
	buf_clear(&der);
}

static void pack_keeps_every_kind_of_key_small(void **state)
{
	static const struct {
		enum key_type ca, chip;
		size_t most;
	} kinds[] = {
	    {KEY_P256, KEY_P256, 118},
	    {KEY_P384, KEY_P256, 150},
	    {KEY_P384, KEY_P384, 166},
	    {KEY_P256, KEY_P384, 134},
	    {KEY_RSA2048, KEY_P256, 310},
	    {KEY_P256, KEY_RSA2048, 360},
	    {KEY_RSA2048, KEY_RSA2048, 550},
	};
	struct chip_case c;
	struct buf other;
	struct pack *p;
	size_t i;

	for (i = 0; i < COUNT(kinds); i++) {
		chip_case_init(&c, kinds[i].ca, kinds[i].chip);
		p = template_of(buf_span(&c.chip));
		chip_case_another(&c, 200, &other);
		assert_in_range(round_trip(p, buf_span(&c.chip)), 1,
		    kinds[i].most);
		assert_in_range(round_trip(p, buf_span(&other)), 1,
		    kinds[i].most);
		buf_clear(&other);
		pack_free(p);
		chip_case_clear(&c);
	}
}

/* Same length edits, each with the form it should be stored in. */
static void pack_keeps_what_differs(void **state)
{
	static const struct {
		size_t least, most, n;
		uint8_t from[20], to[20];
	} edits[] = {
	    /* names that do not follow from the serial number */
	    {140, 160, 5, "5a010", "6a010"},
	    {130, 150, 7, {4, 16, 0x5a, 1, 2, 3, 4}, {4, 16, 0x5b, 1, 2, 3, 4}},
	    {190, 210, 6, {2, 16, 0x5a, 1, 2, 3}, {2, 16, 0x5b, 1, 2, 3}},
	    /* an expiry, in another form of time than the template's */
	    {113, 140, 14, "99991231235959", "20991231235959"},
	    /* anything else: whole */
	    {400, 900, 10, "Test Chips", "Best Chips"},
	    {400, 900, 5, {3, 2, 7, 0x80, 0x30}, {3, 2, 6, 0xc0, 0x30}},
	    {400, 900, 5, "1.crl", "2.crl"},
	    /* a point that is not on the curve */
	    {400, 900, 4, {3, 0x42, 0, 4}, {3, 0x42, 0, 5}},
	    /* a serial number's padding moves the length of everything */
	    {113, 230, 4, {2, 16, 0x5a, 1}, {2, 16, 0x00, 0x81}},
	};
	struct pack *p = template_of(buf_span(&the.chip));
	struct buf der;
	size_t i, n;

	for (i = 0; i < COUNT(edits); i++) {
		chip_case_edit(&the, buf_span(&the.chip),
		    span_of(edits[i].from, edits[i].n),
		    span_of(edits[i].to, edits[i].n), &der);
		n = round_trip(p, buf_span(&der));
		if (n < edits[i].least || n > edits[i].most)
			fail_msg("edit %zu stored in %zu bytes", i, n);
		buf_clear(&der);
	}
	pack_free(p);
}

static void pack_proves_points_off_the_curve_wrong(void **state)
{
	struct span bits = key_spki_bits(key_spki(the.chip_key));
	struct pack *p = template_of(buf_span(&the.chip));
	uint8_t off[65];
	struct buf der;

	memcpy(off, bits.p, sizeof(off));
	off[40] ^= 1; /* y, with the same parity */
	chip_case_edit(&the, buf_span(&the.chip), bits,
	    span_of(off, sizeof(off)), &der);
	assert_true(round_trip(p, buf_span(&der)) > der.n);
	buf_clear(&der);
	pack_free(p);
}

static void pack_takes_a_stranger_whole(void **state)
{
	struct chip_case other;
	struct pack *p = template_of(buf_span(&the.chip));

	chip_case_init(&other, KEY_P384, KEY_RSA2048);
	assert_int_equal(round_trip(p, buf_span(&other.chip)),
	    other.chip.n + 1);
	assert_int_equal(round_trip(p, buf_span(&other.ca)), other.ca.n + 1);
	pack_free(p);
	p = template_of(buf_span(&other.ca));
	assert_in_range(round_trip(p, buf_span(&other.ca)), 1, 230);
	assert_int_equal(round_trip(p, buf_span(&the.chip)), the.chip.n + 1);
	pack_free(p);
	chip_case_clear(&other);
}

static void pack_load_refuses_damaged_templates(void **state)
{
	struct pack *p = template_of(buf_span(&the.chip)), *q;
	struct span stored = pack_stored(p);
	uint8_t other[CERT_DER_MAX];
	size_t i;

	for (i = 0; i < stored.n; i++)
		assert_int_equal(pack_load(&q, span_of(stored.p, i), NULL),
		    RC_INVALID);
	memcpy(other, stored.p, stored.n);
	other[0] = 2;
	assert_int_equal(pack_load(&q, span_of(other, stored.n), &the.e),
	    RC_INVALID);
	assert_string_equal(the.e.slug, "pack-broken");
	assert_null(q);
	pack_free(p);
	pack_free(NULL);
}

static void pack_get_refuses_damaged_forms(void **state)
{
	struct pack *p = template_of(buf_span(&the.chip));
	struct buf stored, back;
	struct cert c;
	size_t i;

	buf_init(&stored, PACK_TEMPLATE_MAX);
	buf_init(&back, PACK_TEMPLATE_MAX);
	CHIP_OK(&the, cert_parse(&c, buf_span(&the.chip), &the.e));
	CHIP_OK(&the, pack_put(p, &c, &stored, &the.e));
	for (i = 0; i < stored.n; i++)
		assert_int_equal(pack_get(p, span_of(stored.p, i), &back, NULL),
		    RC_INVALID);
	buf_add_u8(&stored, 0);
	assert_int_equal(pack_get(p, buf_span(&stored), &back, &the.e),
	    RC_INVALID);
	assert_string_equal(the.e.slug, "pack-broken");
	stored.n--;
	for (i = 2; i < 256; i++) {
		stored.p[0] = (uint8_t)i;
		if (i == 0x03)
			continue; /* the other y: a certificate, not this */
		assert_int_equal(pack_get(p, buf_span(&stored), &back, NULL),
		    RC_INVALID);
	}
	assert_int_equal(back.n, 0);
	pack_free(p);
	buf_clear(&stored);
	buf_clear(&back);
}

/* The same certificate with one byte changed, each in turn, is another one;
 * so is one of the same key. */
static void pack_is_knows_others(void **state)
{
	struct pack *p = template_of(buf_span(&the.chip));
	struct span chip = buf_span(&the.chip);
	struct buf stored, other;
	size_t i, read = 0;
	struct cert c;

	buf_init(&stored, PACK_TEMPLATE_MAX);
	buf_init(&other, PACK_TEMPLATE_MAX);
	CHIP_OK(&the, cert_parse(&c, chip, &the.e));
	CHIP_OK(&the, pack_put(p, &c, &stored, &the.e));
	assert_true(pack_is(p, buf_span(&stored), &c));
	for (i = 0; i < stored.n; i++)
		assert_false(pack_is(p, span_of(stored.p, i), &c));
	for (i = 0; i < stored.n; i++) {
		stored.p[i] ^= 0x40;
		assert_false(pack_is(p, buf_span(&stored), &c));
		stored.p[i] ^= 0x40;
	}
	for (i = 0; i < chip.n; i++) {
		buf_reset(&other);
		buf_add_span(&other, chip);
		other.p[i] ^= 0x02; /* the parity of y stays */
		if (cert_parse(&c, buf_span(&other), NULL) != RC_OK)
			continue;
		read++;
		assert_false(pack_is(p, buf_span(&stored), &c));
	}
	assert_true(read > 100);
	pack_free(p);
	buf_clear(&stored);
	buf_clear(&other);
}

static void pack_keeps_a_real_chip_small(void **state)
{
	struct buf der;
	struct pack *p;

	if (!chip_case_real(&der)) {
		buf_clear(&der);
		skip();
	}
	p = template_of(buf_span(&der));
	/* serial 4, point 32, P-384 signature 96, flags 1 */
	assert_in_range(round_trip(p, buf_span(&der)), 133, 133);
	pack_free(p);
	p = template_of(buf_span(&the.chip));
	assert_int_equal(round_trip(p, buf_span(&der)), der.n + 1);
	pack_free(p);
	buf_clear(&der);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pack_keeps_a_reel_of_our_own_small),
	    cmocka_unit_test(pack_keeps_every_kind_of_key_small),
	    cmocka_unit_test(pack_keeps_what_differs),
	    cmocka_unit_test(pack_proves_points_off_the_curve_wrong),
	    cmocka_unit_test(pack_takes_a_stranger_whole),
	    cmocka_unit_test(pack_load_refuses_damaged_templates),
	    cmocka_unit_test(pack_get_refuses_damaged_forms),
	    cmocka_unit_test(pack_is_knows_others),
	    cmocka_unit_test(pack_keeps_a_real_chip_small),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
