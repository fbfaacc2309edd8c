/* Trust: each way in which a certificate is not of a known CA, and every
 * single changed byte.  Must not test form alone. */
#include "base/enc.h"
#include "pki/chain.h"
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

static struct chain *trusting(struct chip_case *c)
{
	struct chain *ch = chain_new();

	assert_non_null(ch);
	CHIP_OK(c, chain_add(ch, buf_span(&c->ca), true, c->now_s, &c->e));
	return ch;
}

static enum rc judge(struct chain *ch, struct span der, int64_t now_s,
    struct err *e)
{
	struct cert c;
	enum rc rc = cert_parse(&c, der, e);

	return rc == RC_OK ? chain_check(ch, &c, now_s, e) : rc;
}

static void chain_takes_every_kind_of_ca_and_chip(void **state)
{
	static const struct {
		enum key_type ca, chip;
	} kinds[] = {
	    {KEY_P256, KEY_P256},
	    {KEY_P384, KEY_P256},
	    {KEY_P384, KEY_P384},
	    {KEY_P256, KEY_P384},
	    {KEY_RSA2048, KEY_P256},
	    {KEY_P256, KEY_RSA2048},
	    {KEY_RSA3072, KEY_RSA2048},
	};
	struct chip_case c;
	struct cert leaf;
	struct chain *ch;
	size_t i;

	for (i = 0; i < COUNT(kinds); i++) {
		chip_case_init(&c, kinds[i].ca, kinds[i].chip);
		ch = trusting(&c);
		CHIP_OK(&c, judge(ch, buf_span(&c.chip), c.now_s, &c.e));
		CHIP_OK(&c, cert_parse(&leaf, buf_span(&c.chip), &c.e));
		assert_true(span_eq(chain_issuer(ch, &leaf), buf_span(&c.ca)));
		c.chip.p[c.chip.n - 1] ^= 1;
		assert_int_not_equal(judge(ch, buf_span(&c.chip), c.now_s,
					 NULL),
		    RC_OK);
		chain_free(ch);
		chip_case_clear(&c);
	}
}

static void chain_refuses_every_changed_byte(void **state)
{
	static const uint8_t masks[] = {0x01, 0x80, 0xff, 0x20};
	struct chain *ch = trusting(&the);
	size_t i, m;

	for (i = 0; i < the.chip.n; i++)
		for (m = 0; m < COUNT(masks); m++) {
			the.chip.p[i] ^= masks[m];
			if (judge(ch, buf_span(&the.chip), the.now_s, NULL) ==
			    RC_OK)
				fail_msg("took byte %zu ^ %02x", i, masks[m]);
			the.chip.p[i] ^= masks[m];
		}
	CHIP_OK(&the, judge(ch, buf_span(&the.chip), the.now_s, &the.e));
	chain_free(ch);
}

static void refuses(struct chain *ch, struct span der, int64_t now_s,
    const char *slug)
{
	struct err e = {0};

	assert_int_equal(judge(ch, der, now_s, &e), RC_INVALID);
	assert_string_equal(e.slug, slug);
}

static void chain_refuses_by_time(void **state)
{
	struct chain *ch = trusting(&the);
	struct span der = buf_span(&the.chip);

	refuses(ch, der, the.now_s - CHIP_CASE_DAY - 1, "cert-not-yet-valid");
	CHIP_OK(&the, judge(ch, der, the.now_s - CHIP_CASE_DAY, &the.e));
	/* the chip never expires, its CA does */
	CHIP_OK(&the, judge(ch, der, the.now_s + 1000 * CHIP_CASE_DAY, &the.e));
	refuses(ch, der, the.now_s + 1000 * CHIP_CASE_DAY + 1, "cert-expired");
	chain_free(ch);
}

/* Edits that the CA itself signs, so that only the meaning is wrong. */
static void chain_refuses_what_the_ca_should_not_have_signed(void **state)
{
	static const struct {
		const char *slug;
		size_t n;
		uint8_t from[16], to[16];
	} edits[] = {
	    {"cert-expired", 14, "99991231235959", "19991231235959"},
	    /* digitalSignature becomes keyAgreement */
	    {"cert-key-usage", 4, {3, 2, 7, 0x80}, {3, 2, 3, 0x08}},
	    {"cert-critical", 6, {0x55, 0x1d, 0x0f, 1, 1, 0xff},
		{0x55, 0x1d, 0x7e, 1, 1, 0xff}},
	    /* another issuer */
	    {"cert-issuer-unknown", 4, "CA 1", "CA 2"},
	    /* a compressed point's first byte */
	    {"key-not-on-curve", 4, {3, 0x42, 0, 4}, {3, 0x42, 0, 2}},
	    /* secp256k1, which is not taken */
	    {"key-type", 10, {6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7},
		{6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 6}},
	};
	struct chain *ch = trusting(&the);
	struct buf der;
	size_t i;

	for (i = 0; i < COUNT(edits); i++) {
		chip_case_edit(&the, buf_span(&the.chip),
		    span_of(edits[i].from, edits[i].n),
		    span_of(edits[i].to, edits[i].n), &der);
		refuses(ch, buf_span(&der), the.now_s, edits[i].slug);
		buf_clear(&der);
	}
	chain_free(ch);
}

static void chain_refuses_a_point_off_the_curve(void **state)
{
	struct span bits = key_spki_bits(key_spki(the.chip_key));
	struct chain *ch = trusting(&the);
	uint8_t off[65];
	struct buf der;

	memcpy(off, bits.p, sizeof(off));
	off[64] ^= 1;
	chip_case_edit(&the, buf_span(&the.chip), bits,
	    span_of(off, sizeof(off)), &der);
	refuses(ch, buf_span(&der), the.now_s, "key-not-on-curve");
	buf_clear(&der);
	chain_free(ch);
}

static void chain_refuses_a_wrong_authority_key(void **state)
{
	struct chain *ch = trusting(&the);
	uint8_t other[DIGEST_SHA1] = {1};
	struct cert c;
	struct buf der;

	CHIP_OK(&the, cert_parse(&c, buf_span(&the.chip), &the.e));
	chip_case_edit(&the, buf_span(&the.chip), c.aki,
	    span_of(other, sizeof(other)), &der);
	refuses(ch, buf_span(&der), the.now_s, "cert-issuer-unknown");
	buf_clear(&der);
	chain_free(ch);
}

/* Same name, same everything: only the key is another. */
static void chain_refuses_a_forged_ca(void **state)
{
	struct chip_case forged;
	struct chain *ch = trusting(&the);
	struct cert real, fake;
	struct buf der;

	chip_case_init(&forged, KEY_P256, KEY_P256);
	refuses(ch, buf_span(&forged.chip), the.now_s, "cert-issuer-unknown");
	CHIP_OK(&the, cert_parse(&real, buf_span(&the.chip), &the.e));
	CHIP_OK(&the, cert_parse(&fake, buf_span(&forged.chip), &the.e));
	chip_case_edit(&forged, buf_span(&forged.chip), fake.aki, real.aki,
	    &der);
	refuses(ch, buf_span(&der), the.now_s, "signature-wrong");
	buf_clear(&der);
	chip_case_clear(&forged);
	chain_free(ch);
}

static void chain_refuses_self_signed_chips_and_cas(void **state)
{
	struct issue_leaf leaf = {.org = "Test Chips",
	    .common_name = "TC-1",
	    .not_before = the.now_s - 10,
	    .not_after = the.now_s + 10};
	struct chain *ch = trusting(&the);
	struct buf der;

	buf_init(&der, CERT_DER_MAX);
	CHIP_OK(&the,
	    issue_leaf(&leaf, key_spki(the.chip_key), SPAN_NONE, the.chip_key,
		&der, &the.e));
	refuses(ch, buf_span(&der), the.now_s, "cert-issuer-unknown");
	refuses(ch, buf_span(&the.ca), the.now_s, "cert-is-ca");
	buf_clear(&der);
	chain_free(ch);
}

static void chain_refuses_all_without_cas(void **state)
{
	struct chain *ch = chain_new();
	struct cert c;

	refuses(ch, buf_span(&the.chip), the.now_s, "cert-issuer-unknown");
	CHIP_OK(&the, cert_parse(&c, buf_span(&the.chip), &the.e));
	assert_int_equal(chain_issuer(ch, &c).n, 0);
	chain_free(ch);
	chain_free(NULL);
}

static void chain_add_refuses_what_is_no_ca(void **state)
{
	static const struct {
		const char *slug;
		size_t n;
		uint8_t from[16], to[16];
	} edits[] = {
	    /* keyCertSign and cRLSign become cRLSign alone */
	    {"ca-key-usage", 4, {3, 2, 1, 6}, {3, 2, 1, 2}},
	    /* pathLen without cA */
	    {"cert-extension", 6, {1, 1, 0xff, 2, 1, 0}, {1, 1, 0x00, 2, 1, 0}},
	};
	struct chain *ch = chain_new();
	struct err e = {0};
	struct buf der;
	size_t i;

	assert_int_equal(chain_add(ch, buf_span(&the.chip), true, the.now_s,
			     &e),
	    RC_INVALID);
	assert_string_equal(e.slug, "ca-not-ca");
	for (i = 0; i < COUNT(edits); i++) {
		chip_case_edit(&the, buf_span(&the.ca),
		    span_of(edits[i].from, edits[i].n),
		    span_of(edits[i].to, edits[i].n), &der);
		assert_int_equal(chain_add(ch, buf_span(&der), true, the.now_s,
				     &e),
		    RC_INVALID);
		assert_string_equal(e.slug, edits[i].slug);
		buf_clear(&der);
	}
	assert_int_equal(chain_add(ch, buf_span(&the.ca), true,
			     the.now_s + 1001 * CHIP_CASE_DAY, &e),
	    RC_INVALID);
	assert_string_equal(e.slug, "cert-expired");
	assert_int_equal(chain_add(ch, buf_span(&the.ca), false, the.now_s, &e),
	    RC_INVALID);
	assert_string_equal(e.slug, "cert-issuer-unknown");
	chain_free(ch);
}

struct ca {
	struct key *key;
	struct buf der;
};

/* Self-signed without above. */
static void make_ca(struct chip_case *c, struct ca *ca, const char *name,
    int path_len, const struct ca *above)
{
	struct issue_ca p = {.org = "Test Chips",
	    .common_name = name,
	    .not_before = c->now_s - 10,
	    .not_after = c->now_s + 100,
	    .path_len = path_len};

	buf_init(&ca->der, CERT_DER_MAX);
	CHIP_OK(c, key_generate(&ca->key, KEY_P256, &c->e));
	CHIP_OK(c,
	    issue_ca(&p, key_spki(ca->key),
		above != NULL ? buf_span(&above->der) : SPAN_NONE,
		above != NULL ? above->key : ca->key, &ca->der, &c->e));
}

static void drop_ca(struct ca *ca)
{
	key_free(ca->key);
	buf_clear(&ca->der);
}

static void adds(struct chain *ch, const struct ca *ca, bool anchor)
{
	CHIP_OK(&the,
	    chain_add(ch, buf_span(&ca->der), anchor, the.now_s, &the.e));
}

static void refuses_ca(struct chain *ch, const struct ca *ca, const char *slug)
{
	struct err e = {0};

	assert_int_equal(chain_add(ch, buf_span(&ca->der), false, the.now_s,
			     &e),
	    RC_INVALID);
	assert_string_equal(e.slug, slug);
}

static void chain_add_follows_intermediates_and_their_path_length(void **state)
{
	struct chain *ch = chain_new();
	struct ca root, middle, last;

	make_ca(&the, &root, "Root", 1, NULL);
	make_ca(&the, &middle, "Middle", 1, &root);
	make_ca(&the, &last, "Last", 0, &middle);
	refuses_ca(ch, &middle, "cert-issuer-unknown");
	adds(ch, &root, true);
	adds(ch, &middle, false);
	adds(ch, &middle, false); /* again is no fault */
	refuses_ca(ch, &last, "ca-path-length");
	chain_free(ch);
	drop_ca(&root);
	drop_ca(&middle);
	drop_ca(&last);
}

static void chain_add_has_a_maximum(void **state)
{
	struct chain *ch = chain_new();
	struct err e = {0};
	struct buf der;
	struct key *k;
	size_t i;

	CHIP_OK(&the, key_generate(&k, KEY_P256, &the.e));
	for (i = 0; i <= CHAIN_CA_MAX; i++) {
		enum rc rc;

		chip_case_issue_ca(&the, k, &der); /* a fresh serial number */
		rc = chain_add(ch, buf_span(&der), true, the.now_s, &e);
		assert_int_equal(rc, i < CHAIN_CA_MAX ? RC_OK : RC_TOO_LARGE);
		buf_clear(&der);
	}
	key_free(k);
	chain_free(ch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(chain_takes_every_kind_of_ca_and_chip),
	    cmocka_unit_test(chain_refuses_every_changed_byte),
	    cmocka_unit_test(chain_refuses_by_time),
	    cmocka_unit_test(chain_refuses_what_the_ca_should_not_have_signed),
	    cmocka_unit_test(chain_refuses_a_point_off_the_curve),
	    cmocka_unit_test(chain_refuses_a_wrong_authority_key),
	    cmocka_unit_test(chain_refuses_a_forged_ca),
	    cmocka_unit_test(chain_refuses_self_signed_chips_and_cas),
	    cmocka_unit_test(chain_refuses_all_without_cas),
	    cmocka_unit_test(chain_add_refuses_what_is_no_ca),
	    cmocka_unit_test(
		chain_add_follows_intermediates_and_their_path_length),
	    cmocka_unit_test(chain_add_has_a_maximum),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
