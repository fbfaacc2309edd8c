/* CMS messages with their content inside: what we make OpenSSL takes, what it
 * makes we take, and nothing else.  Must not touch files. */
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <string.h>

#include "pki/cms_wrap.h"
#include "pki/der.h"
#include "tests/unit/pki_case.h"

#define TEXT "{\"ietf-voucher:voucher\":{}}"

struct made {
	struct pki_case p;
	struct buf cms, content, cert;
};

static enum rc sign(struct made *m)
{
	struct span chain[1] = {buf_span(&m->p.ca)};
	struct cms_wrap w = {.type = CMS_WRAP_VOUCHER,
	    .content = SPAN_LIT(TEXT),
	    .cert = buf_span(&m->p.signer),
	    .chain = chain,
	    .chain_n = 1};

	buf_reset(&m->cms);
	return cms_wrap_sign(&w, m->p.signer_key, m->p.now_s, &m->cms, NULL);
}

static void setup(struct made *m, enum key_type type)
{
	memset(m, 0, sizeof(*m));
	pki_case_init(&m->p, type);
	buf_init(&m->cms, CMS_WRAP_MAX);
	buf_init(&m->content, CMS_WRAP_MAX);
	buf_init(&m->cert, CERT_DER_MAX);
	assert_int_equal(sign(m), RC_OK);
}

static void teardown(struct made *m)
{
	buf_clear(&m->cms);
	buf_clear(&m->content);
	buf_clear(&m->cert);
	pki_case_clear(&m->p);
}

static enum rc verify(struct made *m, struct span der, struct err *e)
{
	enum rc rc;

	buf_reset(&m->content);
	buf_reset(&m->cert);
	rc = cms_wrap_verify(der, CMS_WRAP_VOUCHER, &m->content, &m->cert, e);
	if (rc != RC_OK)
		assert_int_equal(m->content.n + m->cert.n, 0);
	return rc;
}

static void refused(struct made *m, struct span der, const char *slug)
{
	struct err e = {.slug = ""};

	assert_int_equal(verify(m, der, &e), RC_INVALID);
	assert_string_equal(e.slug, slug);
}

static X509 *x509(const struct buf *der)
{
	const unsigned char *p = der->p;
	X509 *x = d2i_X509(NULL, &p, (long)der->n);

	assert_non_null(x);
	return x;
}

static const enum key_type types[] = {KEY_P256, KEY_P384, KEY_RSA2048};

static void openssl_takes_what_we_sign(void **state)
{
	X509_STORE *store;
	CMS_ContentInfo *cms;
	const unsigned char *p;
	unsigned char *again = NULL;
	struct made m;
	BIO *out;
	size_t i;
	char *text;
	X509 *ca;

	for (i = 0; i < COUNT(types); i++) {
		setup(&m, types[i]);
		store = X509_STORE_new();
		ca = x509(&m.p.ca);
		out = BIO_new(BIO_s_mem());
		p = m.cms.p;
		cms = d2i_CMS_ContentInfo(NULL, &p, (long)m.cms.n);
		assert_non_null(cms);
		assert_ptr_equal(p, m.cms.p + m.cms.n);
		assert_int_equal(X509_STORE_add_cert(store, ca), 1);
		assert_int_equal(CMS_verify(cms, NULL, store, NULL, out,
				     CMS_BINARY),
		    1);
		assert_int_equal(BIO_get_mem_data(out, &text), strlen(TEXT));
		assert_memory_equal(text, TEXT, strlen(TEXT));
		/* already in the order of DER */
		assert_int_equal(i2d_CMS_ContentInfo(cms, &again), m.cms.n);
		assert_memory_equal(again, m.cms.p, m.cms.n);
		OPENSSL_free(again);
		again = NULL;
		CMS_ContentInfo_free(cms);
		X509_free(ca);
		X509_STORE_free(store);
		BIO_free(out);
		teardown(&m);
	}
}

static void we_take_what_we_sign(void **state)
{
	struct made m;
	size_t i;

	for (i = 0; i < COUNT(types); i++) {
		setup(&m, types[i]);
		assert_int_equal(verify(&m, buf_span(&m.cms), NULL), RC_OK);
		assert_true(span_eq_str(buf_span(&m.content), TEXT));
		assert_true(span_eq(buf_span(&m.cert), buf_span(&m.p.signer)));
		teardown(&m);
	}
}

/* Signed by OpenSSL: more signers, another type, other flags. */
struct theirs {
	unsigned int flags, signer_flags, signers;
	const char *type;
	const char *digest;
};

static void sign_by_openssl(struct made *m, const struct theirs *t)
{
	unsigned int flags = CMS_BINARY | CMS_PARTIAL | t->flags, i;
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, flags);
	BIO *in = BIO_new_mem_buf(TEXT, (int)strlen(TEXT));
	ASN1_OBJECT *type = OBJ_txt2obj(t->type, 1);
	X509 *cert = x509(&m->p.signer);
	int n;
	uint8_t *to;

	assert_non_null(cms);
	assert_int_equal(CMS_set1_eContentType(cms, type), 1);
	for (i = 0; i < t->signers; i++)
		assert_non_null(CMS_add1_signer(cms, cert,
		    key_evp(m->p.signer_key), EVP_get_digestbyname(t->digest),
		    flags | t->signer_flags | (i > 0 ? CMS_NOCERTS : 0)));
	assert_int_equal(CMS_final(cms, in, NULL, flags), 1);
	n = i2d_CMS_ContentInfo(cms, NULL);
	assert_true(n > 0);
	buf_reset(&m->cms);
	to = buf_room(&m->cms, (size_t)n);
	assert_int_equal(i2d_CMS_ContentInfo(cms, &to), n);
	buf_grown(&m->cms, (size_t)n);
	ASN1_OBJECT_free(type);
	CMS_ContentInfo_free(cms);
	X509_free(cert);
	BIO_free(in);
}

static void we_take_what_openssl_signs(void **state)
{
	static const struct theirs cases[] = {
	    {0, 0, 1, CMS_WRAP_VOUCHER, "SHA256"},
	    {0, CMS_NOSMIMECAP, 1, CMS_WRAP_VOUCHER, "SHA384"},
	    {0, CMS_USE_KEYID, 1, CMS_WRAP_VOUCHER, "SHA512"},
	};
	struct made m;
	size_t i, k;

	for (i = 0; i < COUNT(types); i++) {
		setup(&m, types[i]);
		for (k = 0; k < COUNT(cases); k++) {
			sign_by_openssl(&m, &cases[k]);
			assert_int_equal(verify(&m, buf_span(&m.cms), NULL),
			    RC_OK);
			assert_true(span_eq_str(buf_span(&m.content), TEXT));
		}
		teardown(&m);
	}
}

static void we_refuse_other_messages_of_openssl(void **state)
{
	static const struct {
		struct theirs t;
		const char *slug;
	} cases[] = {
	    {{0, 0, 2, CMS_WRAP_VOUCHER, "SHA256"}, "cms-form"},
	    {{0, 0, 1, "1.2.840.113549.1.7.1", "SHA256"}, "cms-type"},
	    {{0, 0, 1, "1.2.840.113549.1.9.16.1.41", "SHA256"}, "cms-type"},
	    {{CMS_DETACHED, 0, 1, CMS_WRAP_VOUCHER, "SHA256"}, "cms-form"},
	    {{0, CMS_NOATTR, 1, CMS_WRAP_VOUCHER, "SHA256"}, "cms-form"},
	    {{0, CMS_NOCERTS, 1, CMS_WRAP_VOUCHER, "SHA256"}, "cms-form"},
	    {{0, 0, 1, CMS_WRAP_VOUCHER, "SHA1"}, "cms-form"},
	};
	struct made m;
	size_t i;

	setup(&m, KEY_P256);
	for (i = 0; i < COUNT(cases); i++) {
		sign_by_openssl(&m, &cases[i].t);
		refused(&m, buf_span(&m.cms), cases[i].slug);
	}
	teardown(&m);
}

/* Where these bytes stand, for the first time. */
static size_t find(const struct buf *in, struct span what)
{
	size_t i;

	for (i = 0; i + what.n <= in->n; i++)
		if (memcmp(in->p + i, what.p, what.n) == 0)
			return i;
	fail();
	return 0;
}

static void changed_content_is_refused(void **state)
{
	struct made m;
	size_t at;

	setup(&m, KEY_P256);
	at = find(&m.cms, SPAN_LIT(TEXT));
	m.cms.p[at + 3] ^= 1;
	refused(&m, buf_span(&m.cms), "cms-digest");
	teardown(&m);
}

static void changed_attributes_and_signature_are_refused(void **state)
{
	static const uint8_t time_oid[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
	    0x01, 0x09, 0x05};
	struct made m;
	size_t at;

	setup(&m, KEY_P256);
	at = find(&m.cms, span_of(time_oid, sizeof(time_oid)));
	m.cms.p[at + sizeof(time_oid) + 4] ^= 1; /* signing time */
	refused(&m, buf_span(&m.cms), "cms-signature");
	m.cms.p[at + sizeof(time_oid) + 4] ^= 1;
	m.cms.p[m.cms.n - 1] ^= 1;
	refused(&m, buf_span(&m.cms), "cms-signature");
	teardown(&m);
}

static void truncated_or_trailing_bytes_are_refused(void **state)
{
	struct made m;
	size_t i;

	setup(&m, KEY_P256);
	for (i = 0; i < m.cms.n; i++)
		refused(&m, span_of(m.cms.p, i), "cms-form");
	buf_add_u8(&m.cms, 0);
	refused(&m, buf_span(&m.cms), "cms-form");
	refused(&m, SPAN_NONE, "cms-form");
	teardown(&m);
}

static void indefinite_lengths_are_refused(void **state)
{
	struct made m;
	struct buf ber;

	setup(&m, KEY_P256);
	buf_init(&ber, CMS_WRAP_MAX);
	buf_add(&ber, "\x30\x80", 2);
	buf_add(&ber, m.cms.p + 4, m.cms.n - 4);
	buf_add(&ber, "\0\0", 2);
	refused(&m, buf_span(&ber), "cms-form");
	buf_clear(&ber);
	teardown(&m);
}

/* A certificate of the same name and number with another key. */
static void another_key_of_the_same_name_is_refused(void **state)
{
	struct cms_wrap w = {.type = CMS_WRAP_VOUCHER,
	    .content = SPAN_LIT(TEXT)};
	struct made m;
	struct err e;

	setup(&m, KEY_P256);
	w.cert = buf_span(&m.p.signer);
	assert_int_equal(cms_wrap_sign(&w, m.p.chip_key, m.p.now_s, &m.cms, &e),
	    RC_INVALID);
	assert_string_equal(e.slug, "signer-key-differs");
	teardown(&m);
}

static void too_much_is_refused(void **state)
{
	static uint8_t big[CMS_WRAP_MAX + 1];
	struct span certs[CMS_WRAP_CERTS_MAX + 1];
	struct cms_wrap w = {.type = CMS_WRAP_VOUCHER,
	    .content = span_of(big, CMS_WRAP_MAX)};
	struct made m;
	size_t i;

	setup(&m, KEY_P256);
	for (i = 0; i < COUNT(certs); i++)
		certs[i] = buf_span(&m.p.ca);
	w.cert = buf_span(&m.p.signer);
	assert_int_equal(cms_wrap_sign(&w, m.p.signer_key, m.p.now_s, &m.cms,
			     NULL),
	    RC_TOO_LARGE);
	buf_reset(&m.cms);
	w.content = SPAN_LIT(TEXT);
	w.chain = certs;
	w.chain_n = CMS_WRAP_CERTS_MAX;
	assert_int_equal(cms_wrap_sign(&w, m.p.signer_key, m.p.now_s, &m.cms,
			     NULL),
	    RC_TOO_LARGE);
	assert_int_equal(cms_wrap_certs(certs, COUNT(certs), &m.cms, NULL),
	    RC_TOO_LARGE);
	assert_int_equal(verify(&m, span_of(big, sizeof(big)), NULL),
	    RC_TOO_LARGE);
	teardown(&m);
}

static void certs_only_is_read_by_openssl(void **state)
{
	struct span certs[2];
	STACK_OF(X509) * found;
	const unsigned char *p;
	CMS_ContentInfo *cms;
	struct made m;

	setup(&m, KEY_P256);
	certs[0] = buf_span(&m.p.signer);
	certs[1] = buf_span(&m.p.ca);
	buf_reset(&m.cms);
	assert_int_equal(cms_wrap_certs(certs, 2, &m.cms, NULL), RC_OK);
	p = m.cms.p;
	cms = d2i_CMS_ContentInfo(NULL, &p, (long)m.cms.n);
	assert_non_null(cms);
	assert_ptr_equal(p, m.cms.p + m.cms.n);
	found = CMS_get1_certs(cms);
	assert_int_equal(sk_X509_num(found), 2);
	assert_int_equal(sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(cms)), 0);
	sk_X509_pop_free(found, X509_free);
	CMS_ContentInfo_free(cms);
	/* and is no signature */
	refused(&m, buf_span(&m.cms), "cms-form");
	teardown(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(openssl_takes_what_we_sign),
	    cmocka_unit_test(we_take_what_we_sign),
	    cmocka_unit_test(we_take_what_openssl_signs),
	    cmocka_unit_test(we_refuse_other_messages_of_openssl),
	    cmocka_unit_test(changed_content_is_refused),
	    cmocka_unit_test(changed_attributes_and_signature_are_refused),
	    cmocka_unit_test(truncated_or_trailing_bytes_are_refused),
	    cmocka_unit_test(indefinite_lengths_are_refused),
	    cmocka_unit_test(another_key_of_the_same_name_is_refused),
	    cmocka_unit_test(too_much_is_refused),
	    cmocka_unit_test(certs_only_is_read_by_openssl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
