/* Requests in CRMF: those that OpenSSL makes are read, others are refused.
 * Must not grant anything. */
#include <openssl/crmf.h>
#include <openssl/x509.h>
#include <string.h>

#include "pki/crmf.h"
#include "pki/der.h"
#include "tests/unit/check.h"

#define RA_VERIFIED 0x80

static struct key *key, *other;
static struct buf p10;
static struct span subject;
static uint8_t template_key[CSR_SPKI_MAX]; /* SubjectPublicKeyInfo as [6] */

static int setup(void **state)
{
	struct csr c;

	buf_init(&p10, CSR_MAX);
	if (key_generate(&key, KEY_P256, NULL) != RC_OK ||
	    key_generate(&other, KEY_P256, NULL) != RC_OK ||
	    csr_build(key, "D", "O", NULL, &p10, NULL) != RC_OK ||
	    csr_parse(&c, buf_span(&p10), NULL) != RC_OK)
		return -1;
	subject = c.subject;
	memcpy(template_key, key_spki(key).p, key_spki(key).n);
	template_key[0] = DER_CONTEXT(6);
	return 0;
}

static int teardown(void **state)
{
	key_free(key);
	key_free(other);
	buf_clear(&p10);
	return 0;
}

/* One by OpenSSL, as its CMP client sends it. */
static void by_openssl(enum key_type type, struct buf *out)
{
	OSSL_CRMF_MSG *m = OSSL_CRMF_MSG_new();
	X509_NAME *name = X509_NAME_new();
	unsigned char *der = NULL;
	struct key *k;
	int n;

	assert_int_equal(key_generate(&k, type, NULL), RC_OK);
	assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
			     (const unsigned char *)"Device", -1, -1, 0),
	    1);
	assert_int_equal(OSSL_CRMF_MSG_set_certReqId(m, 0), 1);
	assert_int_equal(OSSL_CRMF_CERTTEMPLATE_fill(OSSL_CRMF_MSG_get0_tmpl(m),
			     key_evp(k), name, NULL, NULL),
	    1);
	assert_int_equal(OSSL_CRMF_MSG_create_popo(OSSL_CRMF_POPO_SIGNATURE, m,
			     key_evp(k), EVP_sha256(), NULL, NULL),
	    1);
	n = i2d_OSSL_CRMF_MSG(m, &der);
	assert_true(n > 0);
	buf_add(out, der, (size_t)n);
	OPENSSL_free(der);
	X509_NAME_free(name);
	OSSL_CRMF_MSG_free(m);
	key_free(k);
}

static void what_openssl_makes_is_read(void **state)
{
	static const enum key_type types[] = {KEY_P256, KEY_RSA2048};
	struct buf der, bent;
	struct csr c;
	size_t i, at;

	for (i = 0; i < COUNT(types); i++) {
		buf_init(&der, CSR_MAX);
		buf_init(&bent, CSR_MAX);
		by_openssl(types[i], &der);
		assert_true(crmf_is(buf_span(&der)));
		assert_int_equal(csr_parse(&c, buf_span(&der), NULL), RC_OK);
		assert_int_equal(csr_check(&c, NULL), RC_OK);
		assert_int_equal(c.type, types[i]);
		assert_true(c.subject.n > 2);
		/* Each byte is signed, or belongs to the signature. */
		for (at = 0; at < der.n; at += types[i] == KEY_P256 ? 1 : 7) {
			buf_reset(&bent);
			buf_add_span(&bent, buf_span(&der));
			bent.p[at] ^= 1;
			if (crmf_parse(&c, buf_span(&bent), NULL) == RC_OK)
				assert_int_equal(csr_check(&c, NULL),
				    RC_INVALID);
		}
		buf_clear(&der);
		buf_clear(&bent);
	}
}

enum part { SUBJECT, SUBJECT_BARE, SUBJECT_NONSENSE, KEY, EXTENSIONS, END };

static void put_part(struct buf *template_, enum part part)
{
	switch (part) {
	case SUBJECT:
		der_put(template_, DER_CONTEXT(5), subject);
		break;
	case SUBJECT_BARE:
		buf_add_span(template_, subject);
		break;
	case SUBJECT_NONSENSE:
		der_put(template_, DER_CONTEXT(5),
		    SPAN_LIT("\x30\x03\x31\x01\x00"));
		break;
	case KEY:
		buf_add(template_, template_key, key_spki(key).n);
		break;
	case EXTENSIONS:
		der_put(template_, DER_CONTEXT(9), SPAN_LIT("\x30\x00"));
		break;
	case END:
		break;
	}
}

static const struct shape {
	const char *what;
	enum part parts[4];
	bool input;    /* poposkInput: the template does not say it all */
	bool stranger; /* signed by another key */
	bool none;     /* raVerified instead of a signature */
	bool trailing;
	enum rc parse, check;
} shapes[] = {
    {"whole", {SUBJECT, KEY, END}, .parse = RC_OK, .check = RC_OK},
    {"with extensions", {SUBJECT, KEY, EXTENSIONS, END}, .parse = RC_OK,
	.check = RC_OK},
    {"no subject", {KEY, END}, .parse = RC_INVALID},
    {"no key", {SUBJECT, END}, .parse = RC_INVALID},
    {"empty template", {END}, .parse = RC_INVALID},
    {"key before subject", {KEY, SUBJECT, END}, .parse = RC_INVALID},
    {"two subjects", {SUBJECT, SUBJECT, KEY, END}, .parse = RC_INVALID},
    {"two keys", {SUBJECT, KEY, KEY, END}, .parse = RC_INVALID},
    {"subject without its tag", {SUBJECT_BARE, KEY, END}, .parse = RC_INVALID},
    {"subject that is no name", {SUBJECT_NONSENSE, KEY, END},
	.parse = RC_INVALID},
    {"poposkInput", {SUBJECT, KEY, END}, .input = true, .parse = RC_INVALID},
    {"another's signature", {SUBJECT, KEY, END}, .stranger = true,
	.parse = RC_OK, .check = RC_INVALID},
    {"raVerified", {SUBJECT, KEY, END}, .none = true, .parse = RC_INVALID},
    {"trailing bytes", {SUBJECT, KEY, END}, .trailing = true,
	.parse = RC_INVALID},
};

static void put_popo(struct buf *out, const struct shape *s, struct span info)
{
	struct key *k = s->stranger ? other : key;
	struct buf sig, popo;

	buf_init(&sig, CSR_MAX);
	buf_init(&popo, CSR_MAX);
	assert_int_equal(key_sign(k, info, &sig, NULL), RC_OK);
	if (s->input)
		der_put(&popo, DER_CONTEXT(0), SPAN_LIT("\x30\x00"));
	buf_add_span(&popo, key_sig_alg(key_sig(k)));
	der_put_bits(&popo, buf_span(&sig));
	if (s->none)
		der_put(out, RA_VERIFIED, SPAN_NONE);
	else
		der_put(out, DER_CONTEXT(1), buf_span(&popo));
	buf_clear(&sig);
	buf_clear(&popo);
}

static void build(const struct shape *s, struct buf *out)
{
	struct buf template_, request, all;
	size_t i;

	buf_init(&template_, CSR_MAX);
	buf_init(&request, CSR_MAX);
	buf_init(&all, CSR_MAX);
	for (i = 0; s->parts[i] != END; i++)
		put_part(&template_, s->parts[i]);
	der_put_uint(&request, span_of("", 1));
	der_put(&request, DER_SEQUENCE, buf_span(&template_));
	der_put(&all, DER_SEQUENCE, buf_span(&request));
	put_popo(&all, s, buf_span(&all));
	der_put(out, DER_SEQUENCE, buf_span(&all));
	if (s->trailing)
		buf_add_u8(out, 0);
	buf_clear(&template_);
	buf_clear(&request);
	buf_clear(&all);
}

static void what_is_no_whole_request_is_refused(void **state)
{
	struct buf der;
	struct csr c;
	size_t i;

	buf_init(&der, CSR_MAX);
	for (i = 0; i < COUNT(shapes); i++) {
		buf_reset(&der);
		build(&shapes[i], &der);
		if (crmf_parse(&c, buf_span(&der), NULL) != shapes[i].parse)
			fail_msg("%s is not judged so", shapes[i].what);
		if (shapes[i].parse != RC_OK)
			continue;
		assert_true(span_eq(c.spki, key_spki(key)));
		assert_true(span_eq(c.subject, subject));
		assert_int_equal(csr_check(&c, NULL), shapes[i].check);
	}
	buf_clear(&der);
}

static void each_form_is_told_from_the_other(void **state)
{
	struct buf der;
	struct csr c;

	buf_init(&der, CSR_MAX);
	build(&shapes[0], &der);
	assert_true(crmf_is(buf_span(&der)));
	assert_false(crmf_is(buf_span(&p10)));
	assert_false(crmf_is(SPAN_NONE));
	assert_int_equal(crmf_parse(&c, buf_span(&p10), NULL), RC_INVALID);
	assert_int_equal(crmf_parse(&c, SPAN_NONE, NULL), RC_INVALID);
	buf_clear(&der);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_openssl_makes_is_read),
	    cmocka_unit_test(what_is_no_whole_request_is_refused),
	    cmocka_unit_test(each_form_is_told_from_the_other),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
