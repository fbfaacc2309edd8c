/* CMP messages: those that OpenSSL's client sends are read, what is not signed
 * by the first certificate is refused.  Must not answer any. */
#include <openssl/cmp.h>
#include <openssl/x509.h>
#include <string.h>

#include "pki/cmp_message.h"
#include "pki/csr.h"
#include "pki/der.h"
#include "tests/unit/pki_case.h"

/* password-based MAC (RFC 4210 5.1.3.1), without parameters */
#define MAC_ALG "\x30\x0b\x06\x09\x2a\x86\x48\x86\xf6\x7d\x07\x42\x0d"

static struct pki_case p;
static struct buf sent;

static int setup(void **state)
{
	pki_case_init(&p, KEY_P256);
	buf_init(&sent, CMP_MESSAGE_MAX);
	return 0;
}

static int teardown(void **state)
{
	pki_case_clear(&p);
	buf_clear(&sent);
	return 0;
}

/* Keeps the message, and answers nothing. */
static OSSL_CMP_MSG *take(OSSL_CMP_CTX *ctx, const OSSL_CMP_MSG *req)
{
	unsigned char *der = NULL;
	int n = i2d_OSSL_CMP_MSG(req, &der);

	assert_true(n > 0);
	buf_reset(&sent);
	buf_add(&sent, der, (size_t)n);
	OPENSSL_free(der);
	return NULL;
}

static X509 *to_x509(struct span der)
{
	const unsigned char *at = der.p;
	X509 *x = d2i_X509(NULL, &at, (long)der.n);

	assert_non_null(x);
	return x;
}

static int quiet(const char *func, const char *file, int line,
    OSSL_CMP_severity level, const char *msg)
{
	return 1;
}

/* A client that has the chip's key, or a shared secret. */
static OSSL_CMP_CTX *client(bool secret)
{
	OSSL_CMP_CTX *ctx = OSSL_CMP_CTX_new(NULL, NULL);
	X509 *chip = to_x509(buf_span(&p.chip));
	EVP_PKEY *fresh = EVP_EC_gen("P-256");

	assert_true(ctx && fresh);
	(void)OSSL_CMP_CTX_set_log_cb(ctx, quiet);
	(void)OSSL_CMP_CTX_set_transfer_cb(ctx, take);
	assert_int_equal(OSSL_CMP_CTX_set1_recipient(ctx,
			     X509_get_issuer_name(chip)),
	    1);
	assert_int_equal(OSSL_CMP_CTX_set1_subjectName(ctx,
			     X509_get_subject_name(chip)),
	    1);
	assert_int_equal(OSSL_CMP_CTX_set0_newPkey(ctx, 1, fresh), 1);
	assert_int_equal(OSSL_CMP_CTX_set1_oldCert(ctx, chip), 1);
	if (secret) {
		(void)OSSL_CMP_CTX_set1_referenceValue(ctx,
		    (const unsigned char *)"1", 1);
		(void)OSSL_CMP_CTX_set1_secretValue(ctx,
		    (const unsigned char *)"x", 1);
	} else {
		assert_int_equal(OSSL_CMP_CTX_set1_cert(ctx, chip), 1);
		assert_int_equal(OSSL_CMP_CTX_set1_pkey(ctx,
				     key_evp(p.chip_key)),
		    1);
	}
	X509_free(chip);
	return ctx;
}

static void send_one(bool secret, enum cmp_message_kind kind)
{
	OSSL_CMP_CTX *ctx = client(secret);

	buf_reset(&sent);
	switch (kind) {
	case CMP_MESSAGE_IR:
		X509_free(OSSL_CMP_exec_IR_ses(ctx));
		break;
	case CMP_MESSAGE_CR:
		X509_free(OSSL_CMP_exec_CR_ses(ctx));
		break;
	case CMP_MESSAGE_KUR:
		X509_free(OSSL_CMP_exec_KUR_ses(ctx));
		break;
	case CMP_MESSAGE_RR:
		(void)OSSL_CMP_exec_RR_ses(ctx);
		break;
	default:
		(void)OSSL_CMP_exec_GENM_ses(ctx);
		break;
	}
	OSSL_CMP_CTX_free(ctx);
	assert_true(sent.n > 0);
}

static void what_openssl_sends_is_read(void **state)
{
	static const enum cmp_message_kind kinds[] = {CMP_MESSAGE_IR,
	    CMP_MESSAGE_CR, CMP_MESSAGE_KUR, CMP_MESSAGE_RR, CMP_MESSAGE_GENM};
	struct cmp_message m;
	struct csr c;
	size_t i;

	for (i = 0; i < COUNT(kinds); i++) {
		send_one(false, kinds[i]);
		assert_int_equal(cmp_message_parse(&m, buf_span(&sent), NULL),
		    RC_OK);
		assert_int_equal(m.kind, kinds[i]);
		assert_true(span_eq(m.signer, buf_span(&p.chip)));
		assert_true(m.nonce.n > 0 && m.transaction.n > 0);
		assert_in_range(m.time_s, p.now_s - 1, p.now_s + 60);
		assert_int_equal(cmp_message_check(&m, NULL), RC_OK);
		if (m.request.n == 0)
			continue;
		assert_int_equal(csr_parse(&c, m.request, NULL), RC_OK);
		assert_int_equal(csr_check(&c, NULL), RC_OK);
	}
}

static void a_shared_secret_is_no_signature(void **state)
{
	struct cmp_message m;
	struct err e;

	send_one(true, CMP_MESSAGE_IR);
	assert_int_equal(cmp_message_parse(&m, buf_span(&sent), &e), RC_DENIED);
	assert_string_equal(e.slug, "cmp-protection");
}

/* Header and body are what is protected; the certificates are not. */
static void a_changed_byte_is_noticed(void **state)
{
	struct cmp_message m;
	size_t at, end;

	send_one(false, CMP_MESSAGE_IR);
	assert_int_equal(cmp_message_parse(&m, buf_span(&sent), NULL), RC_OK);
	end = (size_t)(m.signature.p + m.signature.n - sent.p);
	for (at = 0; at < end; at++) {
		sent.p[at] ^= 1;
		if (cmp_message_parse(&m, buf_span(&sent), NULL) == RC_OK)
			assert_int_equal(cmp_message_check(&m, NULL),
			    RC_DENIED);
		sent.p[at] ^= 1;
	}
}

enum field { TRANSACTION = 1, NONCE, LONG, EMPTY };

static const struct shape {
	const char *what;
	enum field fields[3];
	bool mac, bare, no_certs, no_bits, stranger_first, own_second, trailing;
	unsigned int body; /* tag */
	struct span content;
	enum rc parse, check;
} shapes[] = {
    {"genm", {TRANSACTION, NONCE}, .body = 0xb5, .parse = RC_OK},
    {"without nonce", {TRANSACTION}, .body = 0xb5, .parse = RC_OK},
    {"another's certificate first", {TRANSACTION}, .stranger_first = true,
	.body = 0xb5, .parse = RC_OK, .check = RC_DENIED},
    {"another's certificate first, the signer's second", {TRANSACTION},
	.stranger_first = true, .own_second = true, .body = 0xb5,
	.parse = RC_OK, .check = RC_DENIED},
    {"no transaction", {NONCE}, .body = 0xb5, .parse = RC_INVALID},
    {"wrong order", {NONCE, TRANSACTION}, .body = 0xb5, .parse = RC_INVALID},
    {"twice", {TRANSACTION, TRANSACTION}, .body = 0xb5, .parse = RC_INVALID},
    {"long transaction", {LONG}, .body = 0xb5, .parse = RC_INVALID},
    {"empty transaction", {EMPTY}, .body = 0xb5, .parse = RC_INVALID},
    {"a MAC's algorithm", {TRANSACTION}, .mac = true, .body = 0xb5,
	.parse = RC_DENIED},
    {"no algorithm", {TRANSACTION}, .bare = true, .body = 0xb5,
	.parse = RC_DENIED},
    {"no protection", {TRANSACTION}, .no_bits = true, .body = 0xb5,
	.parse = RC_DENIED},
    {"no certificates", {TRANSACTION}, .no_certs = true, .body = 0xb5,
	.parse = RC_DENIED},
    {"trailing bytes", {TRANSACTION}, .trailing = true, .body = 0xb5,
	.parse = RC_INVALID},
    {"an answer (ip)", {TRANSACTION}, .body = 0xa1, .parse = RC_INVALID},
    {"nested", {TRANSACTION}, .body = 0xb4, .parse = RC_INVALID},
    {"primitive body", {TRANSACTION}, .body = 0x95, .parse = RC_INVALID},
    {"ir of nothing", {TRANSACTION}, .body = 0xa0, .parse = RC_INVALID},
    {"ir of two", {TRANSACTION}, .body = 0xa0,
	.content = {(const uint8_t *)"\x30\x04\x30\x00\x30\x00", 6},
	.parse = RC_INVALID},
    {"certConf of none", {TRANSACTION}, .body = 0xb8,
	.content = {(const uint8_t *)"\x30\x00", 2}, .parse = RC_INVALID},
    {"certConf", {TRANSACTION}, .body = 0xb8,
	.content = {(const uint8_t *)"\x30\x08\x30\x06\x04\x01h\x02\x01\x00",
	    10},
	.parse = RC_OK},
    {"pollReq of none", {TRANSACTION}, .body = 0xb9,
	.content = {(const uint8_t *)"\x30\x00", 2}, .parse = RC_INVALID},
    {"pollReq", {TRANSACTION}, .body = 0xb9,
	.content = {(const uint8_t *)"\x30\x05\x30\x03\x02\x01\x00", 7},
	.parse = RC_OK},
};

static void put_explicit(struct buf *out, uint8_t n, uint8_t tag,
    struct span content)
{
	struct buf b;

	buf_init(&b, CMP_MESSAGE_MAX);
	der_put(&b, tag, content);
	der_put(out, DER_CONTEXT(n), buf_span(&b));
	buf_clear(&b);
}

static void put_field(struct buf *header, enum field field)
{
	static const uint8_t many[65];

	if (field == TRANSACTION)
		put_explicit(header, 4, DER_OCTET_STRING, SPAN_LIT("tx"));
	else if (field == NONCE)
		put_explicit(header, 5, DER_OCTET_STRING, SPAN_LIT("nonce"));
	else if (field == LONG)
		put_explicit(header, 4, DER_OCTET_STRING,
		    span_of(many, sizeof(many)));
	else if (field == EMPTY)
		put_explicit(header, 4, DER_OCTET_STRING, SPAN_NONE);
}

static void put_part(struct buf *part, const struct shape *s)
{
	struct buf header;
	size_t i;

	buf_init(&header, CMP_MESSAGE_MAX);
	der_put_uint(&header, SPAN_LIT("\x02"));
	der_put(&header, DER_CONTEXT(4), SPAN_LIT("\x30\x00"));
	der_put(&header, DER_CONTEXT(4), SPAN_LIT("\x30\x00"));
	if (s->mac)
		der_put(&header, DER_CONTEXT(1), SPAN_LIT(MAC_ALG));
	else if (!s->bare)
		der_put(&header, DER_CONTEXT(1),
		    key_sig_alg(key_sig(p.chip_key)));
	for (i = 0; i < COUNT(s->fields); i++)
		put_field(&header, s->fields[i]);
	der_put(part, DER_SEQUENCE, buf_span(&header));
	der_put(part, (uint8_t)s->body,
	    s->content.n > 0 ? s->content : SPAN_LIT("\x30\x00"));
	buf_clear(&header);
}

static void build(const struct shape *s, struct buf *out)
{
	struct buf part, work, sig;

	buf_init(&part, CMP_MESSAGE_MAX);
	buf_init(&work, CMP_MESSAGE_MAX);
	buf_init(&sig, CMP_MESSAGE_MAX);
	put_part(&part, s);
	der_put(&work, DER_SEQUENCE, buf_span(&part));
	assert_int_equal(key_sign(p.chip_key, buf_span(&work), &sig, NULL),
	    RC_OK);
	buf_reset(&work);
	der_put_bits(&work, buf_span(&sig));
	if (!s->no_bits)
		der_put(&part, DER_CONTEXT(0), buf_span(&work));
	buf_reset(&work);
	if (s->stranger_first)
		buf_add_span(&work, buf_span(&p.signer));
	if (!s->stranger_first || s->own_second)
		buf_add_span(&work, buf_span(&p.chip));
	if (!s->no_certs)
		put_explicit(&part, 1, DER_SEQUENCE, buf_span(&work));
	buf_reset(out);
	der_put(out, DER_SEQUENCE, buf_span(&part));
	if (s->trailing)
		buf_add_u8(out, 0);
	buf_clear(&part);
	buf_clear(&work);
	buf_clear(&sig);
}

static void what_is_no_whole_message_is_refused(void **state)
{
	struct cmp_message m;
	size_t i;

	for (i = 0; i < COUNT(shapes); i++) {
		build(&shapes[i], &sent);
		if (cmp_message_parse(&m, buf_span(&sent), NULL) !=
		    shapes[i].parse)
			fail_msg("%s is not judged so", shapes[i].what);
		if (shapes[i].parse == RC_OK &&
		    cmp_message_check(&m, NULL) != shapes[i].check)
			fail_msg("%s is not checked so", shapes[i].what);
	}
}

static void a_confirmation_says_yes_or_no(void **state)
{
	static const struct {
		const char *status; /* of PKIStatusInfo, DER */
		bool accepted;
	} cases[] = {
	    {"\x02\x01\x00", true},  /* accepted */
	    {"\x02\x01\x01", true},  /* grantedWithMods */
	    {"\x02\x01\x02", false}, /* rejection */
	    {"\x02\x01\x7f", false},
	};
	struct shape s = {.fields = {TRANSACTION}, .body = 0xb8};
	uint8_t body[] = "\x30\x0d\x30\x0b\x04\x01h\x02\x01\x00"
			 "\x30\x03???";
	struct cmp_message m;
	size_t i;

	s.content = span_of(body, sizeof(body) - 1);
	for (i = 0; i < COUNT(cases); i++) {
		memcpy(body + sizeof(body) - 4, cases[i].status, 3);
		build(&s, &sent);
		assert_int_equal(cmp_message_parse(&m, buf_span(&sent), NULL),
		    RC_OK);
		assert_int_equal(m.accepted, cases[i].accepted);
		assert_true(span_eq_str(m.cert_hash, "h"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_openssl_sends_is_read),
	    cmocka_unit_test(a_shared_secret_is_no_signature),
	    cmocka_unit_test(a_changed_byte_is_noticed),
	    cmocka_unit_test(what_is_no_whole_message_is_refused),
	    cmocka_unit_test(a_confirmation_says_yes_or_no),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
