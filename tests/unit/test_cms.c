/* Detached signatures: they fit one file and one trusted signer.
 * Must not leave files behind. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "pki/cms.h"
#include "tests/unit/pki_case.h"

#define BIG (300 * 1024)

struct signed_file {
	struct pki_case p;
	char path[64];
	struct buf content, cms;
	struct chain *trusted;
};

static void setup(struct signed_file *s, enum key_type type)
{
	int fd;

	memset(s, 0, sizeof(*s));
	pki_case_init(&s->p, type);
	buf_init(&s->content, BIG);
	buf_init(&s->cms, CMS_MAX);
	while (s->content.n < BIG)
		buf_add_str(&s->content, "line\r\n");
	s->content.bad = false;
	(void)snprintf(s->path, sizeof(s->path), "/tmp/test_cms_XXXXXX");
	fd = mkstemp(s->path);
	assert_true(fd >= 0);
	assert_int_equal(file_write_all(fd, buf_span(&s->content), NULL),
	    RC_OK);
	(void)close(fd);
	assert_int_equal(cms_sign(s->path, s->p.signer_key,
			     buf_span(&s->p.signer), buf_span(&s->p.ca),
			     &s->cms, NULL),
	    RC_OK);
	s->trusted = chain_new();
	assert_int_equal(chain_add(s->trusted, buf_span(&s->p.ca), true,
			     s->p.now_s, NULL),
	    RC_OK);
}

static void teardown(struct signed_file *s)
{
	(void)unlink(s->path);
	chain_free(s->trusted);
	buf_clear(&s->content);
	buf_clear(&s->cms);
	pki_case_clear(&s->p);
}

static enum rc verify(struct signed_file *s, struct span cms, struct err *e)
{
	uint8_t print[DIGEST_SHA256];

	return cms_verify(s->path, cms, s->trusted, s->p.now_s, print, e);
}

static void cms_verifies_what_was_signed(void **state)
{
	static const enum key_type types[] = {KEY_P256, KEY_P384, KEY_RSA2048};
	uint8_t print[DIGEST_SHA256], want[DIGEST_SHA256];
	struct signed_file s;
	size_t i;

	for (i = 0; i < COUNT(types); i++) {
		setup(&s, types[i]);
		assert_int_equal(cms_verify(s.path, buf_span(&s.cms), s.trusted,
				     s.p.now_s, print, NULL),
		    RC_OK);
		cert_fingerprint(buf_span(&s.p.signer), want);
		assert_memory_equal(print, want, sizeof(want));
		teardown(&s);
	}
}

static void cms_refuses_a_changed_file(void **state)
{
	struct signed_file s;
	struct err e;

	setup(&s, KEY_P256);
	s.content.p[BIG / 2] ^= 1;
	assert_int_equal(file_write(s.path, buf_span(&s.content), 0600, NULL),
	    RC_OK);
	assert_int_equal(verify(&s, buf_span(&s.cms), &e), RC_INVALID);
	assert_string_equal(e.slug, "cms-signature");
	s.content.p[BIG / 2] ^= 1;
	s.content.n--;
	assert_int_equal(file_write(s.path, buf_span(&s.content), 0600, NULL),
	    RC_OK);
	assert_int_equal(verify(&s, buf_span(&s.cms), NULL), RC_INVALID);
	teardown(&s);
}

static void cms_refuses_a_broken_signature(void **state)
{
	struct signed_file s;
	size_t i;

	setup(&s, KEY_P256);
	for (i = 0; i < s.cms.n; i += 13) {
		assert_int_not_equal(verify(&s, span_of(s.cms.p, i), NULL),
		    RC_OK);
	}
	/* the last bytes are the signature's */
	s.cms.p[s.cms.n - 1] ^= 1;
	assert_int_equal(verify(&s, buf_span(&s.cms), NULL), RC_INVALID);
	s.cms.p[s.cms.n - 1] ^= 1;
	buf_add_u8(&s.cms, 0);
	assert_int_equal(verify(&s, buf_span(&s.cms), NULL), RC_INVALID);
	assert_int_equal(verify(&s, SPAN_NONE, NULL), RC_INVALID);
	assert_int_equal(verify(&s, SPAN_LIT("-----BEGIN CMS-----"), NULL),
	    RC_INVALID);
	teardown(&s);
}

/* Signed by somebody: a stranger whose CA is not the vendor's. */
static void cms_refuses_a_file_signed_anew_by_a_stranger(void **state)
{
	struct signed_file s, stranger;
	struct buf cms;
	struct err e;

	setup(&s, KEY_P256);
	setup(&stranger, KEY_P256);
	buf_init(&cms, CMS_MAX);
	assert_int_equal(cms_sign(s.path, stranger.p.signer_key,
			     buf_span(&stranger.p.signer),
			     buf_span(&stranger.p.ca), &cms, NULL),
	    RC_OK);
	assert_int_equal(verify(&s, buf_span(&cms), &e), RC_INVALID);
	assert_string_equal(e.slug, "cms-signer-untrusted");
	buf_clear(&cms);
	teardown(&s);
	teardown(&stranger);
}

static void cms_refuses_an_expired_signer(void **state)
{
	uint8_t print[DIGEST_SHA256];
	struct signed_file s;

	setup(&s, KEY_P256);
	assert_int_equal(cms_verify(s.path, buf_span(&s.cms), s.trusted,
			     s.p.now_s + 100000, print, NULL),
	    RC_INVALID);
	teardown(&s);
}

static void cms_says_when_the_file_is_missing(void **state)
{
	struct signed_file s;
	struct err e;

	setup(&s, KEY_P256);
	(void)unlink(s.path);
	assert_int_equal(verify(&s, buf_span(&s.cms), &e), RC_ENV);
	teardown(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(cms_verifies_what_was_signed),
	    cmocka_unit_test(cms_refuses_a_changed_file),
	    cmocka_unit_test(cms_refuses_a_broken_signature),
	    cmocka_unit_test(cms_refuses_a_file_signed_anew_by_a_stranger),
	    cmocka_unit_test(cms_refuses_an_expired_signer),
	    cmocka_unit_test(cms_says_when_the_file_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
