/* Profiles: what is taken and refused, and what each gives, in full as text.
 * Must not hold a date or a key. */
#include <stdio.h>
#include <string.h>

#include "base/enc.h"
#include "pki/der.h"
#include "pki/issue_end.h"
#include "tests/unit/pki_case.h"

#define TEXT_MAX (32 * 1024)
#define CRL "http://pki.example/crl/1.crl"
#define AIA "http://pki.example/ca/1.cer"
#define OCSP "http://pki.example/ocsp"

static struct pki_case the;
static const uint8_t serial[ISSUE_END_SERIAL] = {0x11, 0x22, 0x33, 0x44};

static const struct profile_device device = {
    .device = "5a01020304",
    .serial = "5a0102030405060708",
    .product = "Dishwasher DW-9",
    .product_id = "prd_0123456789abcdef",
    .account = "Acme Home",
    .account_id = "acc_0123456789abcdef",
};

static int setup(void **state)
{
	pki_case_init(&the, KEY_P256);
	return 0;
}

static int teardown(void **state)
{
	pki_case_clear(&the);
	return 0;
}

/* A certificate as text: one line for each extension, values that differ from
 * run to run masked. */

static void put_oid(struct span oid, struct buf *out)
{
	static const struct {
		const char *oid, *name;
	} names[] = {
	    {"2.5.29.14", "subjectKeyIdentifier"},
	    {"2.5.29.15", "keyUsage"},
	    {"2.5.29.17", "subjectAltName"},
	    {"2.5.29.31", "cRLDistributionPoints"},
	    {"2.5.29.32", "certificatePolicies"},
	    {"2.5.29.35", "authorityKeyIdentifier"},
	    {"2.5.29.37", "extKeyUsage"},
	    {"1.3.6.1.5.5.7.1.1", "authorityInfoAccess"},
	    {"1.3.6.1.5.5.7.48.1", "ocsp"},
	    {"1.3.6.1.5.5.7.48.2", "caIssuers"},
	    {"1.3.6.1.5.5.7.48.1.5", "ocsp-nocheck"},
	    {"1.3.6.1.5.5.7.3.1", "serverAuth"},
	    {"1.3.6.1.5.5.7.3.2", "clientAuth"},
	    {"1.3.6.1.5.5.7.3.9", "OCSPSigning"},
	    {"1.3.6.1.5.5.7.3.28", "cmcRA"},
	    {"1.2.840.113549.1.9.14", "extensionRequest"},
	    {"1.2.840.113549.1.1.1", "rsaEncryption"},
	    {"1.2.840.113549.1.1.11", "sha256WithRSAEncryption"},
	    {"1.2.840.10045.2.1", "ecPublicKey"},
	    {"1.2.840.10045.3.1.7", "prime256v1"},
	    {"1.2.840.10045.4.3.2", "ecdsa-with-SHA256"},
	    {"1.2.840.10045.4.3.3", "ecdsa-with-SHA384"},
	    {"1.3.132.0.34", "secp384r1"},
	};
	char text[128];
	size_t i;

	assert_true(der_oid_text(oid, text, sizeof(text)));
	for (i = 0; i < COUNT(names); i++)
		if (strcmp(names[i].oid, text) == 0)
			break;
	buf_add_str(out, i < COUNT(names) ? names[i].name : text);
}

static void put_value(struct span v, struct buf *out)
{
	size_t i;

	for (i = 0; i < v.n; i++)
		if (v.p[i] < 0x20 || v.p[i] > 0x7e)
			break;
	if (v.n == 20) {
		buf_add_str(out, "*");
	} else if (v.n > 0 && i == v.n) {
		buf_add_str(out, "\"");
		buf_add_span(out, v);
		buf_add_str(out, "\"");
	} else {
		enc_hex(out, v);
	}
}

static void put_all(struct span in, struct buf *out)
{
	const char *between = "";
	struct span v, peek;
	uint8_t tag;

	while (in.n > 0) {
		assert_true(der_next(&in, &tag, &v, NULL));
		buf_add_str(out, between);
		between = " ";
		if ((tag & 0xc0) == 0x80)
			buf_addf(out, "%d:", tag & 0x1f);
		peek = v;
		if (tag == DER_OID) {
			put_oid(v, out);
		} else if (tag == DER_BOOLEAN) {
			buf_add_str(out, "critical");
		} else if (tag & 0x20) {
			buf_add_str(out, "(");
			put_all(v, out);
			buf_add_str(out, ")");
		} else if (tag == DER_OCTET_STRING &&
		    der_next(&peek, &tag, NULL, NULL) && peek.n == 0) {
			put_all(v, out);
		} else {
			put_value(v, out);
		}
	}
}

static void put_lines(struct span list, struct buf *out)
{
	struct span one, content;

	while (list.n > 0) {
		uint8_t tag;

		assert_true(der_next(&list, &tag, &content, &one));
		put_all(tag == DER_SEQUENCE ? content : one, out);
		buf_add_str(out, "\n");
	}
}

static void explain(struct span der, struct buf *out)
{
	struct cert c;

	assert_int_equal(cert_parse(&c, der, NULL), RC_OK);
	buf_add_str(out, "subject ");
	cert_name_text(c.subject, out);
	buf_add_str(out, "\nissuer ");
	cert_name_text(c.issuer, out);
	buf_addf(out, "\ndays %d\n",
	    (int)((c.not_after - c.not_before + 43200) / 86400));
	put_lines(c.extensions, out);
}

static void issue(const struct issue_end *p, struct buf *der)
{
	struct err e = {0};

	buf_reset(der);
	if (issue_end(p, buf_span(&the.ca), the.ca_key, der, &e) != RC_OK)
		fail_msg("%s", e.text);
}

static struct issue_end end_of(const struct profile *p)
{
	return (struct issue_end){.kind = ISSUE_END_DEVICE,
	    .profile = p,
	    .device = &device,
	    .spki = key_spki(the.chip_key),
	    .not_before = the.now_s - 60,
	    .not_after = the.now_s - 60 + p->lifetime_s,
	    .serial = serial,
	    .crl_url = CRL,
	    .aia_url = AIA,
	    .ocsp_url = OCSP};
}

static void require_text(struct buf *text, const char *want)
{
	if (strcmp(buf_cstr(text), want) != 0)
		fail_msg("it is now:\n%s", buf_cstr(text));
}

static void require_snapshot(const struct issue_end *p, const char *want)
{
	struct buf der, text;

	buf_init(&der, CERT_DER_MAX);
	buf_init(&text, TEXT_MAX);
	issue(p, &der);
	explain(buf_span(&der), &text);
	require_text(&text, want);
	buf_clear(&der);
	buf_clear(&text);
}

static void default_profile_gives(void **state)
{
	struct profile p;
	struct issue_end end;

	profile_default(&p);
	end = end_of(&p);
	require_snapshot(&end,
	    "subject O=Acme Home, OU=Dishwasher DW-9, CN=5a01020304\n"
	    "issuer O=Acme, CN=Acme CA\n"
	    "days 398\n"
	    "keyUsage critical 0780\n"
	    "extKeyUsage (clientAuth serverAuth)\n"
	    "subjectKeyIdentifier *\n"
	    "authorityKeyIdentifier (0:*)\n"
	    "subjectAltName "
	    "(6:\"urn:birthmark:product:prd_0123456789abcdef\")\n"
	    "cRLDistributionPoints "
	    "((0:(0:(6:\"http://pki.example/crl/1.crl\"))))\n"
	    "authorityInfoAccess ((ocsp 6:\"http://pki.example/ocsp\") "
	    "(caIssuers 6:\"http://pki.example/ca/1.cer\"))\n");
}

static void profile_of_everything_gives(void **state)
{
	static const char text[] =
	    "{\"subject\":\"C=DE,O={account},OU=a\\\\,b,OU={product},"
	    "CN={product_id} {device},SERIALNUMBER={serial}\","
	    "\"san\":[\"uri:https://x.example/{product}/{device}\","
	    "\"dns:{device}.devices.example\","
	    "\"email:{device}@devices.example\"],\"key_types\":[\"p256\"],"
	    "\"lifetime_s\":604800,\"renew_before_s\":86400,"
	    "\"eku\":[\"1.3.6.1.5.5.7.3.2\",\"1.3.6.1.4.1.32473.1\"],"
	    "\"policies\":[\"1.3.6.1.4.1.32473.2\",\"2.23.140.1.2.1\"],"
	    "\"server_keygen\":true}";
	struct issue_end end;
	struct profile p;
	struct err e = {0};

	if (profile_parse(&p, SPAN_LIT(text), &e) != RC_OK)
		fail_msg("%s", e.text);
	end = end_of(&p);
	require_snapshot(&end,
	    "subject serialNumber=5a0102030405060708, CN=prd_0123456789abcdef "
	    "5a01020304, OU=Dishwasher DW-9, OU=a\\,b, O=Acme Home, C=DE\n"
	    "issuer O=Acme, CN=Acme CA\n"
	    "days 7\n"
	    "keyUsage critical 0780\n"
	    "extKeyUsage (clientAuth 1.3.6.1.4.1.32473.1)\n"
	    "subjectKeyIdentifier *\n"
	    "authorityKeyIdentifier (0:*)\n"
	    "subjectAltName "
	    "(6:\"https://x.example/Dishwasher%20DW-9/5a01020304\" "
	    "2:\"5a01020304.devices.example\" "
	    "1:\"5a01020304@devices.example\")\n"
	    "certificatePolicies ((1.3.6.1.4.1.32473.2) (2.23.140.1.2.1))\n"
	    "cRLDistributionPoints "
	    "((0:(0:(6:\"http://pki.example/crl/1.crl\"))))\n"
	    "authorityInfoAccess ((ocsp 6:\"http://pki.example/ocsp\") "
	    "(caIssuers 6:\"http://pki.example/ca/1.cer\"))\n");
}

static void server_certificate_gives(void **state)
{
	static const char *const names[] = {"mqtt.example", "*.a.example",
	    "192.0.2.1", NULL};
	struct issue_end end = {.kind = ISSUE_END_SERVER,
	    .common_name = "mqtt.example",
	    .org = "Acme Home",
	    .names = names,
	    .spki = key_spki(the.chip_key),
	    .not_before = the.now_s,
	    .not_after = the.now_s + 90 * 86400,
	    .serial = serial,
	    .crl_url = CRL};

	require_snapshot(&end,
	    "subject O=Acme Home, CN=mqtt.example\n"
	    "issuer O=Acme, CN=Acme CA\n"
	    "days 90\n"
	    "keyUsage critical 0780\n"
	    "extKeyUsage (serverAuth)\n"
	    "subjectKeyIdentifier *\n"
	    "authorityKeyIdentifier (0:*)\n"
	    "subjectAltName (2:\"mqtt.example\" 2:\"*.a.example\" 7:c0000201)\n"
	    "cRLDistributionPoints "
	    "((0:(0:(6:\"http://pki.example/crl/1.crl\"))))\n");
}

static void roles_give(void **state)
{
	struct issue_end end = {.kind = ISSUE_END_OCSP,
	    .common_name = "Responder",
	    .spki = key_spki(the.chip_key),
	    .not_before = the.now_s,
	    .not_after = the.now_s + 7 * 86400,
	    .serial = serial};

	require_snapshot(&end,
	    "subject CN=Responder\n"
	    "issuer O=Acme, CN=Acme CA\n"
	    "days 7\n"
	    "keyUsage critical 0780\n"
	    "extKeyUsage (OCSPSigning)\n"
	    "subjectKeyIdentifier *\n"
	    "authorityKeyIdentifier (0:*)\n"
	    "ocsp-nocheck \n");
	end.kind = ISSUE_END_RA;
	require_snapshot(&end,
	    "subject CN=Responder\n"
	    "issuer O=Acme, CN=Acme CA\n"
	    "days 7\n"
	    "keyUsage critical 0780\n"
	    "extKeyUsage (cmcRA)\n"
	    "subjectKeyIdentifier *\n"
	    "authorityKeyIdentifier (0:*)\n");
}

static void request_is_asked_for(void **state)
{
	static const char *const texts[] = {"{}",
	    "{\"key_types\":[\"p384\"],\"san\":[]}",
	    "{\"key_types\":[\"rsa3072\"],\"san\":[\"dns:{device}.example\"],"
	    "\"eku\":[\"1.3.6.1.5.5.7.3.2\"]}"};
	struct buf der, text;
	struct profile p;
	struct span in, list;
	size_t i;

	buf_init(&der, CERT_DER_MAX);
	buf_init(&text, TEXT_MAX);
	for (i = 0; i < COUNT(texts); i++) {
		buf_reset(&der);
		assert_int_equal(profile_parse(&p, span_str(texts[i]), NULL),
		    RC_OK);
		assert_int_equal(profile_csrattrs(&p, &device, &der, NULL),
		    RC_OK);
		in = buf_span(&der);
		assert_true(der_take(&in, DER_SEQUENCE, &list));
		assert_int_equal(in.n, 0);
		put_lines(list, &text);
	}
	require_text(&text,
	    "ecPublicKey (prime256v1)\n"
	    "ecdsa-with-SHA256\n"
	    "extensionRequest (((keyUsage critical 0780) (extKeyUsage "
	    "(clientAuth serverAuth)) (subjectAltName "
	    "(6:\"urn:birthmark:product:prd_0123456789abcdef\"))))\n"
	    "ecPublicKey (secp384r1)\n"
	    "ecdsa-with-SHA384\n"
	    "extensionRequest (((keyUsage critical 0780) (extKeyUsage "
	    "(clientAuth serverAuth))))\n"
	    "rsaEncryption (0c00)\n"
	    "sha256WithRSAEncryption\n"
	    "extensionRequest (((keyUsage critical 0780) (extKeyUsage "
	    "(clientAuth)) (subjectAltName (2:\"5a01020304.example\"))))\n");
	buf_clear(&der);
	buf_clear(&text);
}

static void text_form_is_read_as_it_was_written(void **state)
{
	struct profile p, q;
	struct buf one, two;

	buf_init(&one, PROFILE_TEXT_MAX);
	buf_init(&two, PROFILE_TEXT_MAX);
	assert_int_equal(profile_parse(&p, SPAN_LIT("{}"), NULL), RC_OK);
	profile_build(&p, &one);
	assert_string_equal(buf_cstr(&one),
	    "{\"subject\":\"CN={device},OU={product},O={account}\","
	    "\"san\":[\"uri:urn:birthmark:product:{product_id}\"],"
	    "\"key_types\":[\"p256\",\"p384\"],\"lifetime_s\":34387200,"
	    "\"renew_before_s\":2592000,\"eku\":[\"1.3.6.1.5.5.7.3.2\","
	    "\"1.3.6.1.5.5.7.3.1\"],\"policies\":[],\"server_keygen\":false}");
	assert_int_equal(profile_parse(&q, buf_span(&one), NULL), RC_OK);
	profile_build(&q, &two);
	assert_true(span_eq(buf_span(&one), buf_span(&two)));
	buf_clear(&one);
	buf_clear(&two);
}

#define EKU(oid) "{\"eku\":[\"" oid "\"]}"
#define SUBJECT(t) "{\"subject\":\"" t "\"}"
#define SAN(t) "{\"san\":[\"" t "\"]}"
#define SUBJECT_OF_100                                \
	"CN=0123456789012345678901234567890123456789" \
	"012345678901234567890123456789{device}"

static const struct {
	const char *text, *slug;
} refused[] = {
    {"", "profile-json"},
    {"[]", "profile-json"},
    {"{", "profile-json"},
    {"{}x", "profile-json"},
    {"{\"subject\":\"CN=a\",\"subject\":\"CN=b\"}", "profile-json"},
    {"{\"ca\":true}", "profile-member"},
    {"{\"basic_constraints\":{\"ca\":true}}", "profile-member"},
    {"{\"key_usage\":[\"keyCertSign\"]}", "profile-member"},
    {EKU("1.3.6.1.5.5.7.3.9"), "profile-eku"},
    {EKU("1.3.6.1.5.5.7.3.27"), "profile-eku"},
    {EKU("1.3.6.1.5.5.7.3.28"), "profile-eku"},
    {EKU("1.3.6.1.5.5.7.3.32"), "profile-eku"},
    {EKU("1.3.6.1.5.5.7.3.8"), "profile-eku"},
    {EKU("2.5.29.37.0"), "profile-eku"},
    {"{\"eku\":[\"1.3.6.1.5.5.7.3.2\",\"2.5.29.37.0\"]}", "profile-eku"},
    {"{\"eku\":[]}", "profile-eku"},
    {"{\"eku\":null}", "profile-oid"},
    {EKU("clientAuth"), "profile-oid"},
    {EKU("1.3.6.1.5.5.7.3.02"), "profile-oid"},
    {EKU("1.3.6.1.5.5.7.3.09"), "profile-oid"},
    {EKU(""), "profile-oid"},
    {"{\"eku\":[\"1.2.3\",\"1.2.3\"]}", "profile-oid"},
    {"{\"policies\":[1]}", "profile-oid"},
    {SUBJECT(""), "profile-subject"},
    {SUBJECT("CN="), "profile-subject"},
    {SUBJECT("device"), "profile-subject"},
    {SUBJECT("CN=a,"), ""},
    {SUBJECT("CN=a,,O=b"), "profile-subject"},
    {SUBJECT("DC=a"), "profile-subject"},
    {SUBJECT("cn=a"), "profile-subject"},
    {SUBJECT("CN=a,CN=b"), "profile-subject"},
    {SUBJECT("OU=1,OU=2,OU=3,OU=4,OU=5,OU=6,OU=7,OU=8,OU=9"),
	"profile-subject"},
    {SUBJECT("CN=a,C=D"), "profile-country"},
    {SUBJECT("CN=a,C=de"), "profile-country"},
    {SUBJECT("CN={secret}"), "profile-word"},
    {SUBJECT("CN={device"), "profile-word"},
    {SUBJECT("CN=a\\\\"), "profile-template"},
    {SUBJECT("CN=a\\u0007"), "profile-text"},
    {SUBJECT("CN=a\\u0085"), "profile-text"},
    {SUBJECT("SERIALNUMBER=a_b"), "profile-text"},
    {SUBJECT(SUBJECT_OF_100), "profile-too-long"},
    {"{\"subject\":7}", "profile-subject"},
    {SAN("device.example"), "profile-san"},
    {SAN("ip:192.0.2.1"), "profile-san"},
    {SAN("dns:"), "profile-san"},
    {SAN("dns:*.example"), "profile-san"},
    {SAN("dns:a_b.example"), "profile-san"},
    {SAN("dns:a..example"), "profile-san"},
    {SAN("dns:-a.example"), "profile-san"},
    {SAN("uri:{device}"), "profile-san"},
    {SAN("uri:urn:"), "profile-san"},
    {SAN("uri:urn:a b"), "profile-san"},
    {SAN("email:device"), "profile-san"},
    {SAN("email:a@b@c.example"), "profile-san"},
    {SAN("email:@c.example"), "profile-san"},
    {"{\"san\":\"dns:a\"}", "profile-san"},
    {"{\"san\":[1]}", "profile-san"},
    {"{\"san\":[\"dns:a\",\"dns:a\",\"dns:a\",\"dns:a\",\"dns:a\",\"dns:a\","
     "\"dns:a\",\"dns:a\",\"dns:a\"]}",
	"profile-san"},
    {"{\"key_types\":[]}", "profile-key-types"},
    {"{\"key_types\":[\"ed25519\"]}", "profile-key-types"},
    {"{\"key_types\":[\"p256\",\"p256\"]}", "profile-key-types"},
    {"{\"key_types\":\"p256\"}", "profile-key-types"},
    {"{\"lifetime_s\":299,\"renew_before_s\":10}", "profile-lifetime"},
    {"{\"lifetime_s\":316224001}", "profile-lifetime"},
    {"{\"lifetime_s\":-1}", "profile-lifetime"},
    {"{\"lifetime_s\":3600.5}", "profile-lifetime"},
    {"{\"lifetime_s\":\"3600\"}", "profile-lifetime"},
    {"{\"lifetime_s\":3600,\"renew_before_s\":3600}", "profile-lifetime"},
    {"{\"server_keygen\":1}", "profile-server-keygen"},
};

static void profile_that_could_not_be_issued_is_refused(void **state)
{
	struct profile p;
	size_t i;

	for (i = 0; i < COUNT(refused); i++) {
		struct err e = {.slug = ""};

		if (profile_parse(&p, span_str(refused[i].text), &e) !=
			(refused[i].slug[0] ? RC_INVALID : RC_OK) ||
		    strcmp(e.slug, refused[i].slug) != 0)
			fail_msg("%s: %s, %s", refused[i].text, e.slug, e.text);
	}
}

static void oversized_profile_is_refused(void **state)
{
	static char text[PROFILE_TEXT_MAX + 2];
	struct profile p;

	memset(text, ' ', sizeof(text) - 1);
	text[0] = '{';
	text[1] = '}';
	assert_int_equal(profile_parse(&p, span_str(text), NULL), RC_TOO_LARGE);
}

/* Nobody gets another's name by what he calls his product. */
static void word_cannot_add_a_part(void **state)
{
	struct profile_device d = device;
	struct buf der, text;
	struct issue_end end;
	struct profile p;
	struct cert c;

	buf_init(&der, CERT_DER_MAX);
	buf_init(&text, TEXT_MAX);
	profile_default(&p);
	end = end_of(&p);
	end.device = &d;
	d.product = "x,CN=other,O=\\{device}";
	d.account = "a\",O=b+CN=c";
	issue(&end, &der);
	assert_int_equal(cert_parse(&c, buf_span(&der), NULL), RC_OK);
	cert_name_text(c.subject, &text);
	assert_string_equal(buf_cstr(&text),
	    "O=a\\\"\\,O=b\\+CN=c, OU=x\\,CN=other\\,O=\\\\{device}, "
	    "CN=5a01020304");
	buf_clear(&der);
	buf_clear(&text);
}

static enum rc try_end(const struct issue_end *end, struct err *e)
{
	struct buf der;
	enum rc rc;

	buf_init(&der, CERT_DER_MAX);
	rc = issue_end(end, buf_span(&the.ca), the.ca_key, &der, e);
	assert_true(rc == RC_OK || der.n == 0);
	buf_clear(&der);
	return rc;
}

static void long_name_of_a_product_is_cut_and_an_id_is_not(void **state)
{
	static char longest[201];
	struct profile_device d = device;
	struct issue_end end;
	struct profile p;
	struct err e;

	memset(longest, 'a', 200);
	profile_default(&p);
	end = end_of(&p);
	end.device = &d;
	d.product = longest;
	assert_int_equal(try_end(&end, &e), RC_OK);
	d.product = device.product;
	d.device = longest;
	assert_int_equal(try_end(&end, &e), RC_INVALID);
	assert_string_equal(e.slug, "profile-too-long");
	d.device = "a\xff";
	assert_int_equal(try_end(&end, &e), RC_INVALID);
	assert_string_equal(e.slug, "profile-text");
	d.device = "a\nb";
	assert_int_equal(try_end(&end, &e), RC_INVALID);
}

static void template_is_filled_as_text(void **state)
{
	static const struct {
		const char *template_, *want;
	} table[] = {
	    {"CN={device}", "CN=5a01020304"},
	    {"{account_id}/{serial}",
		"acc_0123456789abcdef/5a0102030405060708"},
	    {"\\{device\\}", "{device}"},
	    {"uri:x:{product}", "uri:x:Dishwasher%20DW-9"},
	    {"{product}", "Dishwasher DW-9"},
	    {"", ""},
	    {"{nothing}", NULL},
	    {"{}", NULL},
	};
	char out[PROFILE_TEMPLATE_MAX];
	size_t i;

	for (i = 0; i < COUNT(table); i++) {
		enum rc rc =
		    profile_fill(table[i].template_, &device, out, NULL);

		assert_int_equal(rc, table[i].want ? RC_OK : RC_INVALID);
		assert_string_equal(out, table[i].want ? table[i].want : "");
	}
}

static void certificate_is_not_longer_than_its_issuers(void **state)
{
	struct issue_ca ca = {.org = "O",
	    .common_name = "CA",
	    .not_before = the.now_s - 60,
	    .not_after = the.now_s + 3600};
	struct issue_end end;
	struct buf issuer, der;
	struct profile p;
	struct cert c;
	struct err e;

	buf_init(&issuer, CERT_DER_MAX);
	buf_init(&der, CERT_DER_MAX);
	assert_int_equal(issue_ca(&ca, key_spki(the.ca_key), SPAN_NONE,
			     the.ca_key, &issuer, NULL),
	    RC_OK);
	profile_default(&p);
	end = end_of(&p);
	end.not_before = the.now_s - 7200;
	assert_int_equal(issue_end(&end, buf_span(&issuer), the.ca_key, &der,
			     &e),
	    RC_OK);
	assert_int_equal(cert_parse(&c, buf_span(&der), NULL), RC_OK);
	assert_int_equal(c.not_before, the.now_s - 60);
	assert_int_equal(c.not_after, the.now_s + 3600);
	end.not_before = the.now_s + 3600;
	end.not_after = the.now_s + 7200;
	assert_int_equal(issue_end(&end, buf_span(&issuer), the.ca_key, &der,
			     &e),
	    RC_INVALID);
	assert_string_equal(e.slug, "cert-validity");
	buf_clear(&issuer);
	buf_clear(&der);
}

static void what_is_no_end_entity_is_refused(void **state)
{
	static const char *const bad[] = {"a_b.example", NULL};
	static const char *const many[] = {"a", "b", "c", "d", "e", "f", "g",
	    "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", NULL};
	static const uint8_t negative[ISSUE_END_SERIAL] = {0x80};
	struct issue_end end;
	struct profile p;
	struct key *k;
	struct err e;

	profile_default(&p);
	assert_int_equal(key_generate(&k, KEY_RSA2048, NULL), RC_OK);
	end = end_of(&p);
	end.spki = key_spki(k);
	assert_int_equal(try_end(&end, &e), RC_INVALID);
	assert_string_equal(e.slug, "key-type");
	key_free(k);
	end = end_of(&p);
	end.serial = negative;
	assert_int_equal(try_end(&end, &e), RC_INVALID);
	end = end_of(&p);
	end.kind = ISSUE_END_SERVER;
	end.common_name = "a";
	assert_int_equal(try_end(&end, &e), RC_INVALID);
	end.names = bad;
	assert_int_equal(try_end(&end, &e), RC_INVALID);
	end.names = many;
	assert_int_equal(try_end(&end, &e), RC_INVALID);
	end.kind = ISSUE_END_OCSP;
	end.common_name = "";
	assert_int_equal(try_end(&end, &e), RC_INVALID);
	/* Another's CA, and no CA at all. */
	end = end_of(&p);
	assert_int_equal(issue_end(&end, buf_span(&the.ca), the.chip_key,
			     &(struct buf){.max = CERT_DER_MAX}, &e),
	    RC_INVALID);
	assert_int_equal(issue_end(&end, buf_span(&the.chip), the.chip_key,
			     &(struct buf){.max = CERT_DER_MAX}, &e),
	    RC_INVALID);
	assert_string_equal(e.slug, "issuer-not-ca");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(default_profile_gives),
	    cmocka_unit_test(profile_of_everything_gives),
	    cmocka_unit_test(server_certificate_gives),
	    cmocka_unit_test(roles_give),
	    cmocka_unit_test(request_is_asked_for),
	    cmocka_unit_test(text_form_is_read_as_it_was_written),
	    cmocka_unit_test(profile_that_could_not_be_issued_is_refused),
	    cmocka_unit_test(oversized_profile_is_refused),
	    cmocka_unit_test(word_cannot_add_a_part),
	    cmocka_unit_test(long_name_of_a_product_is_cut_and_an_id_is_not),
	    cmocka_unit_test(template_is_filled_as_text),
	    cmocka_unit_test(certificate_is_not_longer_than_its_issuers),
	    cmocka_unit_test(what_is_no_end_entity_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
