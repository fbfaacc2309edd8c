/* Anchors that vouch for clients: whatever X509_verify_cert refuses, they do
 * not vouch for.  Must not open a connection. */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "net/tls_anchor.h"
#include "tests/unit/check.h"

#define DAY 86400

/* A certificate; what is 0 or NULL is ordinary. */
struct made {
	long from, until; /* days from now; 0, 0: yesterday to tomorrow */
	const char *basic, *usage, *purpose, *odd; /* extensions */
	bool sha1, forged; /* signed by another key than it says */
};

struct scene {
	const char *name;
	struct made root, issuing, leaf;
	bool no_root; /* only the issuing CA is trusted */
	bool good;
};

static const struct scene scenes[] = {
    {.name = "ordinary", .good = true},
    {.name = "without its root", .no_root = true, .good = true},
    {.name = "for clients", .leaf.purpose = "clientAuth", .good = true},
    {.name = "leaf expired", .leaf = {.from = -3, .until = -1}},
    {.name = "leaf not valid yet", .leaf = {.from = 1, .until = 3}},
    {.name = "leaf forged", .leaf.forged = true},
    {.name = "leaf by SHA-1", .leaf.sha1 = true},
    {.name = "leaf is a CA", .leaf.basic = "critical,CA:TRUE"},
    {.name = "leaf for servers", .leaf.purpose = "serverAuth"},
    {.name = "leaf may not sign", .leaf.usage = "critical,keyEncipherment"},
    {.name = "leaf with an unknown critical extension",
	.leaf.odd = "critical,DER:0500"},
    {.name = "issuing CA expired", .issuing = {.from = -3, .until = -1}},
    {.name = "issuing CA not valid yet", .issuing = {.from = 1, .until = 3}},
    {.name = "issuing CA is none", .issuing.basic = "critical,CA:FALSE"},
    {.name = "issuing CA may not sign",
	.issuing.usage = "critical,digitalSignature"},
    {.name = "issuing CA for servers", .issuing.purpose = "serverAuth"},
    {.name = "issuing CA forged", .issuing.forged = true},
    {.name = "issuing CA with an unknown critical extension",
	.issuing.odd = "critical,DER:0500"},
    {.name = "root expired", .root = {.from = -3, .until = -1}},
    {.name = "root allows none below", .root.basic = "CA:TRUE,pathlen:0"},
    {.name = "root for servers", .root.purpose = "serverAuth"},
    {.name = "only the issuing CA, expired",
	.issuing = {.from = -3, .until = -1},
	.no_root = true},
    {.name = "only the issuing CA, leaf forged",
	.leaf.forged = true,
	.no_root = true},
};

static void extend(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *ext;
	X509V3_CTX ctx;

	if (!value)
		return;
	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	assert_non_null(ext);
	assert_int_equal(X509_add_ext(x, ext, -1), 1);
	X509_EXTENSION_free(ext);
}

static X509 *make(const struct made *m, const char *cn, X509 *issuer,
    EVP_PKEY *key, EVP_PKEY *by)
{
	bool ordinary = m->from == 0 && m->until == 0;
	EVP_PKEY *other = EVP_EC_gen("P-256");
	X509 *x = X509_new();

	assert_int_equal(X509_set_version(x, 2), 1);
	assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(x), 7), 1);
	assert_int_equal(X509_NAME_add_entry_by_txt(X509_get_subject_name(x),
			     "CN", MBSTRING_ASC, (const uint8_t *)cn, -1, -1,
			     0),
	    1);
	assert_int_equal(X509_set_issuer_name(x,
			     X509_get_subject_name(issuer ? issuer : x)),
	    1);
	assert_non_null(X509_gmtime_adj(X509_getm_notBefore(x),
	    (ordinary ? -1 : m->from) * DAY));
	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(x),
	    (ordinary ? 1 : m->until) * DAY));
	assert_int_equal(X509_set_pubkey(x, key), 1);
	extend(x, issuer, NID_basic_constraints, m->basic);
	extend(x, issuer, NID_key_usage, m->usage);
	extend(x, issuer, NID_ext_key_usage, m->purpose);
	extend(x, issuer, NID_sinfo_access, m->odd);
	assert_true(X509_sign(x, m->forged ? other : by,
			m->sha1 ? EVP_sha1() : EVP_sha256()) > 0);
	EVP_PKEY_free(other);
	return x;
}

static bool libssl_says(X509_STORE *store, X509 *leaf)
{
	X509_STORE_CTX *c = X509_STORE_CTX_new();
	bool yes;

	assert_int_equal(X509_STORE_CTX_init(c, store, leaf, NULL), 1);
	assert_int_equal(X509_STORE_CTX_set_default(c, "ssl_client"), 1);
	X509_VERIFY_PARAM_set_auth_level(X509_STORE_CTX_get0_param(c), 2);
	X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(c),
	    X509_V_FLAG_PARTIAL_CHAIN);
	yes = X509_verify_cert(c) == 1;
	X509_STORE_CTX_free(c);
	ERR_clear_error();
	return yes;
}

static struct made as_ca(struct made m, const char *basic)
{
	if (!m.basic)
		m.basic = basic;
	if (!m.usage)
		m.usage = "critical,keyCertSign";
	return m;
}

static void play(const struct scene *s)
{
	struct made root = as_ca(s->root, "critical,CA:TRUE");
	struct made issuing = as_ca(s->issuing, "critical,CA:TRUE,pathlen:0");
	EVP_PKEY *k[3] = {EVP_EC_gen("P-256"), EVP_EC_gen("P-256"),
	    EVP_EC_gen("P-256")};
	X509 *r = make(&root, "Root", NULL, k[0], k[0]);
	X509 *i = make(&issuing, "Issuing", r, k[1], k[0]);
	X509 *leaf = make(&s->leaf, "Chip", i, k[2], k[1]);
	BIO *pem = BIO_new(BIO_s_mem());
	X509_STORE *store = X509_STORE_new();
	struct tls_anchors *a;
	bool vouches, libssl;
	char *p;
	long n;

	assert_int_equal(PEM_write_bio_X509(pem, i), 1);
	if (!s->no_root)
		assert_int_equal(PEM_write_bio_X509(pem, r), 1);
	n = BIO_get_mem_data(pem, &p);
	a = tls_anchor_load(span_of(p, (size_t)n), store);
	assert_non_null(a);
	vouches = tls_anchor_vouches(a, leaf);
	libssl = libssl_says(store, leaf);
	if (vouches != s->good || (vouches && !libssl))
		fail_msg("%s: vouches %d, libssl %d", s->name, vouches, libssl);
	assert_int_equal(ERR_peek_error(), 0);
	tls_anchor_free(a);
	X509_STORE_free(store);
	BIO_free(pem);
	X509_free(r);
	X509_free(i);
	X509_free(leaf);
	for (n = 0; n < 3; n++)
		EVP_PKEY_free(k[n]);
}

static void anchors_vouch_only_for_what_libssl_takes(void **state)
{
	size_t i;

	for (i = 0; i < COUNT(scenes); i++)
		play(&scenes[i]);
}

static void anchors_are_read_or_there_are_none(void **state)
{
	X509_STORE *store = X509_STORE_new();

	assert_null(tls_anchor_load(SPAN_LIT("no certificate"), store));
	assert_null(tls_anchor_load(SPAN_LIT("-----BEGIN CERTIFICATE-----\nAA=="
					     "\n-----END CERTIFICATE-----\n"),
	    store));
	tls_anchor_free(NULL);
	X509_STORE_free(store);
	ERR_clear_error();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(anchors_vouch_only_for_what_libssl_takes),
	    cmocka_unit_test(anchors_are_read_or_there_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
