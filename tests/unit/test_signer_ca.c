/* Accounts' certificate authorities in the signer: what it issues, for whom,
 * and all that it refuses.  Must not keep its keys. */
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/file.h"
#include "pki/chain.h"
#include "pki/csr.h"
#include "pki/issue.h"
#include "signer/crl_file.h"
#include "signer/ipc.h"
#include "tests/unit/chip_case.h"
#include "tests/unit/signer_case.h"

#define ONE "acc_0123456789abcdef"
#define TWO "acc_fedcba9876543210"
#define ROOT "ca_0123456789abcdef"
#define SUB "ca_1111111111111111"
#define OTHER "ca_2222222222222222"
#define PRODUCT "prd_0123456789abcdef"
#define DAY ((int64_t)86400)
#define UE16                                                               \
	"\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc" \
	"\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc"
#define NAME_OF_65 "\xc3\xbc" UE16 UE16 UE16 UE16

static struct {
	struct signer_case sc;
	struct chip_case chip;
	struct key *device_key;
	struct buf root, sub, spki, csr; /* DER */
	struct err e;
} t;

#define OK(call)                                             \
	do {                                                 \
		if ((call) != RC_OK)                         \
			fail_msg("%s: %s", #call, t.e.text); \
	} while (0)

#define REFUSED(call, want)                                                  \
	do {                                                                 \
		t.e.text[0] = '\0';                                          \
		if ((call) != (want))                                        \
			fail_msg("%s: not refused so: %s", #call, t.e.text); \
	} while (0)

static const struct signer_ca root = {ONE, ROOT}, sub = {ONE, SUB};

static struct signer_ca_cert root_cert(void)
{
	return (struct signer_ca_cert){.issuer = root,
	    .subject = ROOT,
	    .common_name = "Root",
	    .org = "Acme",
	    .not_before = t.chip.now_s - 60,
	    .not_after = t.chip.now_s + 7300 * DAY};
}

static struct signer_ca_cert sub_cert(void)
{
	return (struct signer_ca_cert){.issuer = root,
	    .issuer_cert = buf_span(&t.root),
	    .subject = SUB,
	    .common_name = "Devices",
	    .org = "Acme",
	    .not_before = t.chip.now_s - 60,
	    .not_after = t.chip.now_s + 3650 * DAY,
	    .crl_url = "http://a.example/root.crl",
	    .aia_url = "http://a.example/root.cer"};
}

static int setup(void **state)
{
	struct signer_ca_cert r;

	chip_case_init(&t.chip, KEY_P256, KEY_P256);
	signer_case_open(&t.sc);
	buf_init(&t.root, CERT_DER_MAX);
	buf_init(&t.sub, CERT_DER_MAX);
	buf_init(&t.spki, CERT_DER_MAX);
	buf_init(&t.csr, CSR_MAX);
	OK(signer_ca_key(t.sc.signer, &root, KEY_P384, NULL, &t.spki, &t.e));
	OK(signer_ca_key(t.sc.signer, &sub, KEY_P256, "", &t.spki, &t.e));
	r = root_cert();
	OK(signer_ca_cert(t.sc.signer, &r, &t.root, &t.e));
	r = sub_cert();
	OK(signer_ca_cert(t.sc.signer, &r, &t.sub, &t.e));
	OK(key_generate(&t.device_key, KEY_P256, &t.e));
	OK(csr_build(t.device_key, "whatever it likes", NULL, NULL, &t.csr,
	    &t.e));
	return 0;
}

static int teardown(void **state)
{
	signer_case_close(&t.sc);
	chip_case_clear(&t.chip);
	key_free(t.device_key);
	buf_clear(&t.root);
	buf_clear(&t.sub);
	buf_clear(&t.spki);
	buf_clear(&t.csr);
	return 0;
}

static struct signer_end device_end(void)
{
	return (struct signer_end){.ca = sub,
	    .issuer_cert = buf_span(&t.sub),
	    .kind = ISSUE_END_DEVICE,
	    .csr = buf_span(&t.csr),
	    .birth = buf_span(&t.chip.chip),
	    .product = "Dishwasher",
	    .product_id = PRODUCT,
	    .account_name = "Acme",
	    .profile = "{}",
	    .not_before = t.chip.now_s - 60,
	    .not_after = t.chip.now_s + 398 * DAY,
	    .crl_url = "http://a.example/1.crl",
	    .aia_url = "http://a.example/1.cer",
	    .ocsp_url = "http://a.example/ocsp"};
}

static void key_is_the_same_when_asked_again(void **state)
{
	struct buf again, other;
	struct stat st;
	char path[128];

	buf_init(&again, CERT_DER_MAX);
	buf_init(&other, CERT_DER_MAX);
	OK(signer_ca_key(t.sc.signer, &root, KEY_P384, NULL, &again, &t.e));
	OK(signer_ca_key(t.sc.signer, &sub, KEY_P256, NULL, &again, &t.e));
	assert_true(span_eq(buf_span(&again), buf_span(&t.spki)));
	(void)snprintf(path, sizeof(path), "%s/ca/%s.pem", t.sc.dir, ROOT);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	/* Neither another type, nor another place, nor another's. */
	REFUSED(signer_ca_key(t.sc.signer, &root, KEY_P256, NULL, &other, &t.e),
	    RC_CONFLICT);
	REFUSED(signer_ca_key(t.sc.signer, &root, KEY_P384, "hsm", &other,
		    &t.e),
	    RC_CONFLICT);
	REFUSED(signer_ca_key(t.sc.signer, &(struct signer_ca){TWO, ROOT},
		    KEY_P384, NULL, &other, &t.e),
	    RC_NOT_FOUND);
	REFUSED(signer_ca_key(t.sc.signer, &(struct signer_ca){ONE, OTHER},
		    KEY_P256, "hsm", &other, &t.e),
	    RC_NOT_FOUND);
	REFUSED(signer_ca_key(t.sc.signer, &root, KEY_UNKNOWN, NULL, &other,
		    &t.e),
	    RC_INVALID);
	assert_int_equal(other.n, 0);
	buf_clear(&again);
	buf_clear(&other);
}

/* Killed between the record and the key, it makes the key when it is asked. */
static void half_made_key_is_made_whole(void **state)
{
	static const char record[] =
	    "{\"account\":\"" ONE "\",\"key_type\":\"p256\",\"hsm\":\"\"}";
	static const char *const bad[] = {"", "{}",
	    "{\"account\":\"" ONE "\",\"key_type\":\"p257\",\"hsm\":\"\"}",
	    "{\"account\":\"x\",\"key_type\":\"p256\",\"hsm\":\"\"}"};
	const struct signer_ca ca = {ONE, "ca_3333333333333333"};
	const struct signer_ca broken = {ONE, "ca_4444444444444444"};
	struct buf one, two;
	char path[128];
	size_t i;

	buf_init(&one, CERT_DER_MAX);
	buf_init(&two, CERT_DER_MAX);
	(void)snprintf(path, sizeof(path), "%s/ca/%s.json", t.sc.dir, ca.ca);
	OK(file_write(path, SPAN_LIT(record), 0600, &t.e));
	OK(signer_ca_key(t.sc.signer, &ca, KEY_P256, NULL, &one, &t.e));
	OK(signer_ca_key(t.sc.signer, &ca, KEY_P256, NULL, &two, &t.e));
	assert_true(span_eq(buf_span(&one), buf_span(&two)));
	buf_reset(&one);
	(void)snprintf(path, sizeof(path), "%s/ca/%s.json", t.sc.dir,
	    broken.ca);
	for (i = 0; i < COUNT(bad); i++) {
		OK(file_write(path, span_str(bad[i]), 0600, &t.e));
		REFUSED(signer_ca_key(t.sc.signer, &broken, KEY_P256, NULL,
			    &one, &t.e),
		    RC_ENV);
	}
	buf_clear(&one);
	buf_clear(&two);
}

static void chain_of_device_root_and_issuing_ca_holds(void **state)
{
	struct signer_end end = device_end();
	struct chain *ch = chain_new();
	struct cert ca, leaf;
	struct buf der, name;

	buf_init(&der, CERT_DER_MAX);
	buf_init(&name, 512);
	OK(cert_parse(&ca, buf_span(&t.root), &t.e));
	assert_int_equal(ca.path_len, 1);
	OK(cert_parse(&ca, buf_span(&t.sub), &t.e));
	assert_int_equal(ca.path_len, 0);
	assert_true(span_eq(ca.spki,
	    span_sub(buf_span(&t.spki), t.spki.n - ca.spki.n, ca.spki.n)));
	OK(signer_end(t.sc.signer, &end, &der, &t.e));
	OK(chain_add(ch, buf_span(&t.root), true, t.chip.now_s, &t.e));
	OK(chain_add(ch, buf_span(&t.sub), false, t.chip.now_s, &t.e));
	OK(cert_parse(&leaf, buf_span(&der), &t.e));
	OK(chain_check(ch, &leaf, t.chip.now_s, &t.e));
	assert_false(leaf.is_ca);
	assert_true(span_eq(leaf.spki, key_spki(t.device_key)));
	cert_name_text(leaf.subject, &name);
	assert_string_equal(buf_cstr(&name),
	    "O=Acme, OU=Dishwasher, CN=" CHIP_CASE_ID);
	chain_free(ch);
	buf_clear(&der);
	buf_clear(&name);
}

static void serial_numbers_are_the_signers(void **state)
{
	struct signer_end end = device_end();
	struct cert one, two;
	struct buf a, b;

	buf_init(&a, CERT_DER_MAX);
	buf_init(&b, CERT_DER_MAX);
	OK(signer_end(t.sc.signer, &end, &a, &t.e));
	OK(signer_end(t.sc.signer, &end, &b, &t.e));
	OK(cert_parse(&one, buf_span(&a), &t.e));
	OK(cert_parse(&two, buf_span(&b), &t.e));
	assert_int_equal(one.serial.n, 16);
	assert_false(span_eq(one.serial, two.serial));
	buf_clear(&a);
	buf_clear(&b);
}

static enum rc try_end(const struct signer_end *r)
{
	struct buf der;
	enum rc rc;

	buf_init(&der, CERT_DER_MAX);
	t.e.text[0] = '\0';
	rc = signer_end(t.sc.signer, r, &der, &t.e);
	assert_true(rc == RC_OK || der.n == 0);
	buf_clear(&der);
	return rc;
}

/* One change of a device's request that was good. */
enum wrong {
	FOREIGN_ACCOUNT,
	FOREIGN_KEY,
	FOREIGN_ISSUER,
	NO_ISSUER,
	LEAF_AS_ISSUER,
	NO_CSR,
	BROKEN_CSR,
	NO_BIRTH,
	CA_AS_BIRTH,
	NO_PROFILE,
	EKU_OF_AN_AUTHORITY,
	CA_BY_PROFILE,
	KEY_TYPE,
	TOO_LONG,
	FUTURE,
	LONG_AGO,
	BACKWARDS,
	NO_PRODUCT,
	PRODUCT_OF_LINES,
	NO_URL,
	KIND,
	WRONGS
};

static void spoil(struct signer_end *r, enum wrong w)
{
	switch (w) {
	case FOREIGN_ACCOUNT:
		r->ca.account = TWO;
		break;
	case FOREIGN_KEY:
		r->ca.ca = ROOT; /* not the key of the issuer's certificate */
		break;
	case FOREIGN_ISSUER:
		r->issuer_cert = buf_span(&t.chip.ca);
		break;
	case NO_ISSUER:
		r->issuer_cert = SPAN_NONE;
		break;
	case LEAF_AS_ISSUER:
		r->issuer_cert = buf_span(&t.chip.chip);
		break;
	case NO_CSR:
		r->csr = SPAN_NONE;
		break;
	case BROKEN_CSR:
		r->csr = span_sub(buf_span(&t.csr), 0, t.csr.n - 1);
		break;
	case NO_BIRTH:
		r->birth = SPAN_NONE;
		break;
	case CA_AS_BIRTH:
		r->birth = buf_span(&t.chip.ca);
		break;
	case NO_PROFILE:
		r->profile = NULL;
		break;
	case EKU_OF_AN_AUTHORITY:
		r->profile = "{\"eku\":[\"1.3.6.1.5.5.7.3.9\"]}";
		break;
	case CA_BY_PROFILE:
		r->profile = "{\"ca\":true}";
		break;
	case KEY_TYPE:
		r->profile = "{\"key_types\":[\"p384\"]}";
		break;
	case TOO_LONG:
		r->not_after += DAY;
		break;
	case FUTURE:
		r->not_before = t.chip.now_s + DAY;
		break;
	case LONG_AGO:
		r->not_before = t.chip.now_s - 8 * DAY;
		break;
	case BACKWARDS:
		r->not_after = r->not_before;
		break;
	case NO_PRODUCT:
		r->product_id = "prd_1";
		break;
	case PRODUCT_OF_LINES:
		r->product = "a\nb";
		break;
	case NO_URL:
		r->crl_url = "ftp://a.example/";
		break;
	case KIND:
		r->kind = (enum issue_end_kind)4;
		break;
	case WRONGS:
		break;
	}
}

static void device_is_refused_for_each_fault(void **state)
{
	struct signer_end r = device_end();
	int w;

	assert_int_equal(try_end(&r), RC_OK);
	for (w = 0; w < WRONGS; w++) {
		r = device_end();
		spoil(&r, (enum wrong)w);
		if (try_end(&r) == RC_OK)
			fail_msg("fault %d was not seen", w);
		if (t.e.text[0] == '\0')
			fail_msg("fault %d has no text", w);
	}
	r = device_end();
	assert_int_equal(try_end(&r), RC_OK);
}

/* A request whose key somebody else has. */
static void request_without_the_key_is_refused(void **state)
{
	struct signer_end r = device_end();
	struct key *other;
	struct buf csr;
	struct csr c;

	buf_init(&csr, CSR_MAX);
	buf_add_span(&csr, buf_span(&t.csr));
	OK(key_generate(&other, KEY_P256, &t.e));
	OK(csr_parse(&c, buf_span(&csr), &t.e));
	memcpy(csr.p + (c.spki.p - csr.p), key_spki(other).p, c.spki.n);
	r.csr = buf_span(&csr);
	assert_int_equal(try_end(&r), RC_INVALID);
	assert_non_null(strstr(t.e.text, "own key"));
	key_free(other);
	buf_clear(&csr);
}

/* What a request asks for is not what it gets. */
static void request_cannot_ask_for_a_name(void **state)
{
	static const char *const names[] = {"bank.example", NULL};
	struct signer_end r = device_end();
	struct buf csr, der, name;
	struct cert c;

	buf_init(&csr, CSR_MAX);
	buf_init(&der, CERT_DER_MAX);
	buf_init(&name, 512);
	OK(csr_build(t.device_key, "other", "Bank", names, &csr, &t.e));
	r.csr = buf_span(&csr);
	r.profile = "{\"san\":[]}";
	OK(signer_end(t.sc.signer, &r, &der, &t.e));
	OK(cert_parse(&c, buf_span(&der), &t.e));
	assert_int_equal(c.san.n, 0);
	cert_name_text(c.subject, &name);
	assert_null(strstr(buf_cstr(&name), "Bank"));
	buf_clear(&csr);
	buf_clear(&der);
	buf_clear(&name);
}

static void server_is_for_names_and_a_year(void **state)
{
	static const char *const good[] = {"mqtt.example", "::1", NULL};
	static const char *const bad[] = {"mqtt example", NULL};
	static const char *const lines[] = {"a\nb", NULL};
	static const char *const none[] = {NULL};
	static const char *const many[] = {"a", "b", "c", "d", "e", "f", "g",
	    "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", NULL};
	static const char *const *const refused[] = {bad, lines, none, many};
	struct signer_end r = {.ca = sub,
	    .issuer_cert = buf_span(&t.sub),
	    .kind = ISSUE_END_SERVER,
	    .csr = buf_span(&t.csr),
	    .names = good,
	    .not_before = t.chip.now_s,
	    .not_after = t.chip.now_s + 398 * DAY};
	size_t i;

	assert_int_equal(try_end(&r), RC_OK);
	r.not_after += DAY;
	assert_int_equal(try_end(&r), RC_INVALID);
	r.not_after -= DAY;
	for (i = 0; i < COUNT(refused); i++) {
		r.names = refused[i];
		assert_int_equal(try_end(&r), RC_INVALID);
	}
	r.names = good;
	r.csr = SPAN_NONE;
	assert_int_equal(try_end(&r), RC_INVALID);
}

static void role_is_for_a_week(void **state)
{
	struct signer_end r = {.ca = sub,
	    .issuer_cert = buf_span(&t.sub),
	    .kind = ISSUE_END_RA,
	    .spki = key_spki(t.device_key),
	    .not_before = t.chip.now_s,
	    .not_after = t.chip.now_s + 7 * DAY};

	assert_int_equal(try_end(&r), RC_OK);
	r.not_after += DAY;
	assert_int_equal(try_end(&r), RC_INVALID);
	r.not_after -= DAY;
	r.spki = SPAN_NONE;
	assert_int_equal(try_end(&r), RC_INVALID);
	r.spki = SPAN_LIT("no key");
	assert_int_equal(try_end(&r), RC_INVALID);
	r.kind = ISSUE_END_OCSP;
	assert_int_equal(try_end(&r), RC_INVALID);
	r.spki = key_spki(t.device_key); /* and no other */
	assert_int_equal(try_end(&r), RC_INVALID);
	r.spki = SPAN_NONE; /* the signer's own */
	assert_int_equal(try_end(&r), RC_OK);
	r.not_after += DAY;
	assert_int_equal(try_end(&r), RC_INVALID);
}

static enum rc try_cert(const struct signer_ca_cert *r)
{
	struct buf der;
	enum rc rc;

	buf_init(&der, CERT_DER_MAX);
	rc = signer_ca_cert(t.sc.signer, r, &der, &t.e);
	assert_true(rc == RC_OK || der.n == 0);
	buf_clear(&der);
	return rc;
}

static void ca_certificate_is_refused_for_each_fault(void **state)
{
	struct signer_ca_cert r;

	r = root_cert();
	r.subject = SUB; /* signed by a root without a certificate */
	assert_int_equal(try_cert(&r), RC_INVALID);
	r = sub_cert();
	r.subject = ROOT;
	assert_int_equal(try_cert(&r), RC_INVALID);
	r = sub_cert();
	r.issuer_cert = buf_span(&t.sub); /* of another key */
	assert_int_equal(try_cert(&r), RC_INVALID);
	r = sub_cert();
	r.issuer = sub;
	r.issuer_cert = buf_span(&t.sub);
	r.subject = ROOT; /* below a CA that may have none */
	assert_int_equal(try_cert(&r), RC_INVALID);
	r = sub_cert();
	r.issuer.account = TWO;
	assert_int_equal(try_cert(&r), RC_NOT_FOUND);
	r = sub_cert();
	r.subject = OTHER;
	assert_int_equal(try_cert(&r), RC_NOT_FOUND);
	r = sub_cert();
	r.subject = "ca_../../etc/pass";
	assert_int_equal(try_cert(&r), RC_INVALID);
	r = sub_cert();
	r.common_name = "";
	assert_int_equal(try_cert(&r), RC_INVALID);
	r = sub_cert();
	r.not_after = t.chip.now_s + 41LL * 366 * DAY;
	assert_int_equal(try_cert(&r), RC_INVALID);
	r = root_cert();
	r.not_before = t.chip.now_s + DAY;
	assert_int_equal(try_cert(&r), RC_INVALID);
}

static void issuing_ca_does_not_outlive_its_root(void **state)
{
	struct signer_ca_cert r = sub_cert();
	struct cert c;
	struct buf der;

	buf_init(&der, CERT_DER_MAX);
	r.not_after = t.chip.now_s + 14000 * DAY;
	OK(signer_ca_cert(t.sc.signer, &r, &der, &t.e));
	OK(cert_parse(&c, buf_span(&der), &t.e));
	assert_int_equal(c.not_after, t.chip.now_s + 7300 * DAY);
	buf_clear(&der);
}

static void request_for_elsewhere_has_the_key(void **state)
{
	struct buf der;
	struct csr c;

	buf_init(&der, CSR_MAX);
	OK(signer_ca_csr(t.sc.signer, &root, "Root", "Acme", &der, &t.e));
	OK(csr_parse(&c, buf_span(&der), &t.e));
	OK(csr_check(&c, &t.e));
	assert_int_equal(c.type, KEY_P384);
	buf_reset(&der);
	REFUSED(signer_ca_csr(t.sc.signer, &(struct signer_ca){TWO, ROOT},
		    "Root", "Acme", &der, &t.e),
	    RC_NOT_FOUND);
	REFUSED(signer_ca_csr(t.sc.signer, &root, "", "", &der, &t.e),
	    RC_INVALID);
	REFUSED(signer_ca_csr(t.sc.signer, &root, "a\x01", "", &der, &t.e),
	    RC_INVALID);
	REFUSED(signer_ca_csr(t.sc.signer, &root, NAME_OF_65, "", &der, &t.e),
	    RC_INVALID);
	REFUSED(signer_ca_csr(t.sc.signer, &root, NAME_OF_65 + 2, "", &der,
		    &t.e),
	    RC_OK);
	buf_reset(&der);
	assert_int_equal(der.n, 0);
	buf_clear(&der);
}

/* Revocation lists */

static struct crl list_of(const struct crl_entry *entries, size_t n)
{
	return (struct crl){.issuer_cert = buf_span(&t.sub),
	    .number = 2,
	    .this_update = t.chip.now_s,
	    .next_update = t.chip.now_s + DAY,
	    .entries = entries,
	    .n = n};
}

static void long_list_is_signed(void **state)
{
	enum { N = 30000 };
	struct crl_entry *many = calloc(N, sizeof(*many)), got;
	struct crl c = list_of(many, N);
	struct crl_view v;
	struct buf der;
	size_t i;

	assert_non_null(many);
	for (i = 0; i < N; i++) {
		many[i].serial[0] = 1;
		many[i].serial[1] = (uint8_t)(i >> 8);
		many[i].serial[2] = (uint8_t)i;
		many[i].serial_n = 16;
		many[i].at = t.chip.now_s - (int64_t)i;
	}
	buf_init(&der, CRL_MAX);
	OK(signer_crl(t.sc.signer, &sub, &c, &der, &t.e));
	OK(crl_parse(&v, buf_span(&der), &t.e));
	for (i = 0; crl_next(&v.revoked, &got); i++)
		assert_int_equal(got.at, many[i].at);
	assert_int_equal(i, N);
	c = list_of(NULL, 0);
	buf_reset(&der);
	OK(signer_crl(t.sc.signer, &sub, &c, &der, &t.e));
	buf_clear(&der);
	free(many);
}

static void list_is_refused_for_each_fault(void **state)
{
	struct crl_entry entry = {{1}, 1, CRL_REMOVE, t.chip.now_s};
	struct crl c = list_of(&entry, 1);
	struct buf der;

	buf_init(&der, CRL_MAX);
	REFUSED(signer_crl(t.sc.signer, &sub, &c, &der, &t.e), RC_INVALID);
	entry.reason = CRL_HOLD;
	REFUSED(signer_crl(t.sc.signer, &(struct signer_ca){TWO, SUB}, &c, &der,
		    &t.e),
	    RC_NOT_FOUND);
	REFUSED(signer_crl(t.sc.signer, &root, &c, &der, &t.e), RC_INVALID);
	c.next_update = t.chip.now_s + 101 * DAY;
	REFUSED(signer_crl(t.sc.signer, &sub, &c, &der, &t.e), RC_INVALID);
	c = list_of(&entry, 1);
	c.this_update = t.chip.now_s + DAY / 2;
	REFUSED(signer_crl(t.sc.signer, &sub, &c, &der, &t.e), RC_INVALID);
	c = list_of(&entry, 1);
	c.issuer_cert = buf_span(&t.chip.ca);
	REFUSED(signer_crl(t.sc.signer, &sub, &c, &der, &t.e), RC_INVALID);
	assert_int_equal(der.n, 0);
	c = list_of(&entry, 1);
	OK(signer_crl(t.sc.signer, &sub, &c, &der, &t.e));
	buf_clear(&der);
}

/* What could still be changed, or is not what it says, is not read. */
static void only_a_sealed_file_of_its_size_is_read(void **state)
{
	static const struct crl_entry entry = {{1}, 1, CRL_HOLD, 5};
	struct crl_entry *got;
	uint8_t record[CRL_FILE_RECORD] = {1, 1};
	int fd, seals;

	OK(crl_file_make(&entry, 1, &fd, &t.e));
	OK(crl_file_read(fd, 1, &got, &t.e));
	assert_int_equal(got->at, 5);
	free(got);
	REFUSED(crl_file_read(fd, 2, &got, &t.e), RC_INVALID);
	REFUSED(crl_file_read(fd, 0, &got, &t.e), RC_INVALID);
	REFUSED(crl_file_read(fd, SIZE_MAX / 8, &got, &t.e), RC_INVALID);
	assert_null(got);
	assert_int_equal(write(fd, record, 1), -1);
	(void)close(fd);
	for (seals = 0; seals < 8; seals++) {
		int want = (seals & 1 ? F_SEAL_SHRINK : 0) |
		    (seals & 2 ? F_SEAL_GROW : 0) |
		    (seals & 4 ? F_SEAL_WRITE : 0);

		fd = memfd_create("t", MFD_CLOEXEC | MFD_ALLOW_SEALING);
		assert_int_equal(write(fd, record, sizeof(record)),
		    sizeof(record));
		assert_int_equal(fcntl(fd, F_ADD_SEALS, want), 0);
		REFUSED(crl_file_read(fd, 1, &got, &t.e),
		    seals == 7 ? RC_OK : RC_INVALID);
		free(got);
		(void)close(fd);
	}
	fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	REFUSED(crl_file_read(fd, 1, &got, &t.e), RC_INVALID);
	(void)close(fd);
	REFUSED(crl_file_read(-1, 1, &got, &t.e), RC_INVALID);
	/* A serial number of no size. */
	record[0] = 0;
	fd = memfd_create("t", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	assert_int_equal(write(fd, record, sizeof(record)), sizeof(record));
	assert_int_equal(fcntl(fd, F_ADD_SEALS,
			     F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE),
	    0);
	REFUSED(crl_file_read(fd, 1, &got, &t.e), RC_INVALID);
	(void)close(fd);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(key_is_the_same_when_asked_again),
	    cmocka_unit_test(half_made_key_is_made_whole),
	    cmocka_unit_test(chain_of_device_root_and_issuing_ca_holds),
	    cmocka_unit_test(serial_numbers_are_the_signers),
	    cmocka_unit_test(device_is_refused_for_each_fault),
	    cmocka_unit_test(request_without_the_key_is_refused),
	    cmocka_unit_test(request_cannot_ask_for_a_name),
	    cmocka_unit_test(server_is_for_names_and_a_year),
	    cmocka_unit_test(role_is_for_a_week),
	    cmocka_unit_test(ca_certificate_is_refused_for_each_fault),
	    cmocka_unit_test(issuing_ca_does_not_outlive_its_root),
	    cmocka_unit_test(request_for_elsewhere_has_the_key),
	    cmocka_unit_test(long_list_is_signed),
	    cmocka_unit_test(list_is_refused_for_each_fault),
	    cmocka_unit_test(only_a_sealed_file_of_its_size_is_read),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
