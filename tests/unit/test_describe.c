/* Extensions in words: named, on one line, whatever a certificate holds. */
#include <stdio.h>

#include "base/enc.h"
#include "pki/der.h"
#include "pki/describe.h"
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

struct found {
	const char *oid;
	bool any, critical;
	char name[64], value[DESCRIBE_VALUE_MAX * 2 + 65];
	size_t n;
};

static void take(void *arg, const struct describe_ext *x)
{
	struct found *f = arg;

	f->n++;
	if (strcmp(x->oid, f->oid) != 0)
		return;
	f->any = true;
	f->critical = x->critical;
	(void)snprintf(f->name, sizeof(f->name), "%s", x->name);
	assert_true(span_copy_str(x->value, f->value, sizeof(f->value)));
}

static void describe_names_what_a_chip_has(void **state)
{
	static const struct {
		const char *oid, *name, *value;
		bool critical;
	} cases[] = {
	    {"2.5.29.15", "Key usage", "Digital Signature", true},
	    {"2.5.29.17", "Subject alternative name",
		"serial number of the hardware module: " CHIP_CASE_ID, false},
	};
	struct found f;
	struct cert c;
	size_t i;

	CHIP_OK(&the, cert_parse(&c, buf_span(&the.chip), &the.e));
	for (i = 0; i < COUNT(cases); i++) {
		memset(&f, 0, sizeof(f));
		f.oid = cases[i].oid;
		CHIP_OK(&the, describe_extensions(&c, take, &f, &the.e));
		assert_true(f.any);
		assert_string_equal(f.name, cases[i].name);
		assert_string_equal(f.value, cases[i].value);
		assert_int_equal(f.critical, cases[i].critical);
	}
	CHIP_OK(&the, cert_parse(&c, buf_span(&the.ca), &the.e));
	memset(&f, 0, sizeof(f));
	f.oid = "2.5.29.19";
	CHIP_OK(&the, describe_extensions(&c, take, &f, &the.e));
	assert_string_equal(f.value, "CA:TRUE, pathlen:0");
}

/* An extension as it stands in a certificate. */
static void put_ext(struct buf *out, const char *oid, struct span value)
{
	struct buf ext;

	buf_init(&ext, 65536);
	der_put_oid(&ext, oid);
	der_put(&ext, DER_OCTET_STRING, value);
	der_put(out, DER_SEQUENCE, buf_span(&ext));
	buf_clear(&ext);
}

static void describe_bears_what_it_does_not_know(void **state)
{
	static const uint8_t comment[] = {DER_IA5, 9, 'a', '\n', 0x1b, '\n',
	    'b', 0x7f, 'c', '\r', ' '};
	static uint8_t large[7000];
	struct found f = {.oid = "1.2.3.4"};
	struct cert c = {.der = SPAN_NONE};
	struct buf list;

	buf_init(&list, 65536);
	put_ext(&list, "1.2.3.4", SPAN_LIT("\x04\x01\xff"));
	put_ext(&list, "2.16.840.1.113730.1.13",
	    span_of(comment, sizeof(comment)));
	put_ext(&list, "1.2.3.5", span_of(large, sizeof(large)));
	c.extensions = buf_span(&list);
	CHIP_OK(&the, describe_extensions(&c, take, &f, &the.e));
	assert_int_equal(f.n, 3);
	assert_string_equal(f.name, "");
	assert_string_equal(f.value, "0401ff");
	f.oid = "2.16.840.1.113730.1.13";
	CHIP_OK(&the, describe_extensions(&c, take, &f, &the.e));
	assert_null(strpbrk(f.value, "\n\r\x1b\x7f"));
	f.oid = "1.2.3.5";
	CHIP_OK(&the, describe_extensions(&c, take, &f, &the.e));
	assert_true(strlen(f.value) <= DESCRIBE_VALUE_MAX);
	buf_clear(&list);
}

static void describe_refuses_what_is_broken(void **state)
{
	static const struct span cases[] = {{(const uint8_t *)"\x30", 1},
	    {(const uint8_t *)"\x30\x03\x06\x01\x2a", 5},
	    {(const uint8_t *)"\x31\x00", 2}};
	struct found f = {.oid = ""};
	struct cert c = {.der = SPAN_NONE};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		c.extensions = cases[i];
		assert_int_equal(describe_extensions(&c, take, &f, &the.e),
		    RC_INVALID);
	}
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    CASE(describe_names_what_a_chip_has),
	    CASE(describe_bears_what_it_does_not_know),
	    CASE(describe_refuses_what_is_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
