/* Authorities of accounts: what is refused when they are made, brought in,
 * named in profiles, asked for server certificates, and retired. */
#include "core/certificate_server.h"
#include "pki/csr.h"
#include "tests/unit/field_case.h"

#define YEAR (365LL * PUBLISH_CASE_DAY)

static struct field_case f;
static struct publish_case *const pc = &f.pub;
static struct store_ca root, ca;

static enum rc make(const char *name, const char *kind, const char *parent,
    struct store_ca *out)
{
	const struct ca_request r = {.name = name,
	    .kind = kind,
	    .parent_id = parent,
	    .key_type = KEY_P256};

	memset(&pc->e, 0, sizeof(pc->e));
	return ca_create(&pc->core, &pc->oem, &r, out, &pc->e);
}

static int open_case(void **state)
{
	(void)state;
	field_case_open(&f);
	store_ca_init(&root);
	store_ca_init(&ca);
	PUBLISH_OK(make("Root", "root", NULL, &root));
	PUBLISH_OK(make("Issuing", "issuing", root.id, &ca));
	return 0;
}

static int close_case(void **state)
{
	(void)state;
	store_ca_clear(&root);
	store_ca_clear(&ca);
	field_case_close(&f);
	return 0;
}

#define REFUSED(call, want, why)                      \
	do {                                          \
		memset(&pc->e, 0, sizeof(pc->e));     \
		assert_int_equal((call), want);       \
		assert_string_equal(pc->e.slug, why); \
	} while (0)

static void issuing_one_lives_no_longer_than_its_root(void **state)
{
	struct ca_request r = {.name = "Short",
	    .kind = "root",
	    .key_type = KEY_P384,
	    .lifetime_s = PUBLISH_CASE_DAY};
	struct store_ca top, below;

	(void)state;
	store_ca_init(&top);
	store_ca_init(&below);
	PUBLISH_OK(ca_create(&pc->core, &pc->oem, &r, &top, &pc->e));
	assert_int_equal(top.not_after, pc->now_s + PUBLISH_CASE_DAY);
	r = (struct ca_request){.name = "Below",
	    .kind = "issuing",
	    .key_type = KEY_P256,
	    .parent_id = top.id};
	PUBLISH_OK(ca_create(&pc->core, &pc->oem, &r, &below, &pc->e));
	assert_int_equal(below.not_after, top.not_after);
	store_ca_clear(&top);
	store_ca_clear(&below);
}

static void what_is_no_authority_is_refused(void **state)
{
	static const char *const long_name =
	    "0123456789012345678901234567890123456789012345678901234567890123"
	    "4";
	const struct {
		struct ca_request r;
		enum rc rc;
		const char *slug;
	} bad[] = {
	    {{.name = "Root", .kind = "root"}, RC_CONFLICT, "ca-exists"},
	    {{.name = "", .kind = "root"}, RC_INVALID, "bad-name"},
	    {{.name = "a\tb", .kind = "root"}, RC_INVALID, "bad-name"},
	    {{.name = long_name, .kind = "root"}, RC_INVALID, "bad-name"},
	    {{.name = "x", .kind = "root", .common_name = long_name},
		RC_INVALID, "bad-name"},
	    {{.name = "x", .kind = "root", .org = "a\nb"}, RC_INVALID,
		"bad-name"},
	    {{.name = "x", .kind = "leaf"}, RC_INVALID, "bad-ca-kind"},
	    {{.name = "x", .kind = "upstream"}, RC_INVALID, "bad-upstream"},
	    {{.name = "x", .kind = "root", .key_type = KEY_RSA2048}, RC_INVALID,
		"bad-key-type"},
	    {{.name = "x", .kind = "root", .parent_id = root.id}, RC_INVALID,
		"bad-ca-parent"},
	    {{.name = "x", .kind = "issuing", .parent_id = ca.id}, RC_INVALID,
		"bad-ca-parent"},
	    {{.name = "x", .kind = "root", .hsm_name = "vault"}, RC_NOT_FOUND,
		"hsm-key-unknown"},
	};
	struct store_ca out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		store_ca_init(&out);
		REFUSED(ca_create(&pc->core, &pc->oem, &bad[i].r, &out, &pc->e),
		    bad[i].rc, bad[i].slug);
		/* No key is left behind. */
		assert_int_equal(out.spki.n, 0);
		store_ca_clear(&out);
	}
}

/* The certificates of somebody who signs elsewhere. */
struct elsewhere {
	struct key *key;
	struct buf root, cert, pem, chain;
};

static void elsewhere_open(struct elsewhere *x)
{
	const struct issue_ca p = {.org = "Corporate",
	    .common_name = "Corporate Root",
	    .not_before = pc->now_s - YEAR,
	    .not_after = pc->now_s + YEAR,
	    .path_len = 1};

	buf_init(&x->root, CERT_DER_MAX);
	buf_init(&x->cert, CERT_DER_MAX);
	buf_init(&x->pem, 2 * CERT_DER_MAX);
	buf_init(&x->chain, 2 * CERT_DER_MAX);
	PUBLISH_OK(key_generate(&x->key, KEY_P256, &pc->e));
	PUBLISH_OK(issue_ca(&p, key_spki(x->key), SPAN_NONE, x->key, &x->root,
	    &pc->e));
	enc_pem(&x->chain, "CERTIFICATE", buf_span(&x->root));
}

static void elsewhere_close(struct elsewhere *x)
{
	key_free(x->key);
	buf_clear(&x->root);
	buf_clear(&x->cert);
	buf_clear(&x->pem);
	buf_clear(&x->chain);
}

static void elsewhere_sign(struct elsewhere *x, struct span spki, int64_t end)
{
	const struct issue_ca p = {.common_name = "Signed elsewhere",
	    .not_before = pc->now_s - YEAR,
	    .not_after = end};

	buf_reset(&x->cert);
	buf_reset(&x->pem);
	PUBLISH_OK(
	    issue_ca(&p, spki, buf_span(&x->root), x->key, &x->cert, &pc->e));
	enc_pem(&x->pem, "CERTIFICATE", buf_span(&x->cert));
}

static enum rc bring(const char *id, struct span certificate, struct span chain)
{
	const struct ca_import r = {id, certificate, chain};
	struct store_ca out;
	enum rc rc;

	store_ca_init(&out);
	memset(&pc->e, 0, sizeof(pc->e));
	rc = ca_import(&pc->core, &pc->oem, &r, &out, &pc->e);
	store_ca_clear(&out);
	return rc;
}

static void certificate_from_elsewhere_is_judged(void **state)
{
	struct store_ca waiting;
	struct elsewhere x, y;

	(void)state;
	store_ca_init(&waiting);
	elsewhere_open(&x);
	elsewhere_open(&y);
	PUBLISH_OK(make("Elsewhere", "issuing", NULL, &waiting));
	REFUSED(ca_may_issue(&waiting, pc->now_s, &pc->e), RC_DENIED,
	    "ca-waiting");
	/* For another key, expired, of another chain, no chain, no PEM. */
	elsewhere_sign(&x, key_spki(y.key), pc->now_s + YEAR / 2);
	REFUSED(bring(waiting.id, buf_span(&x.pem), buf_span(&x.chain)),
	    RC_INVALID, "bad-ca-certificate");
	elsewhere_sign(&x, buf_span(&waiting.spki), pc->now_s - 1);
	assert_int_not_equal(bring(waiting.id, buf_span(&x.pem),
				 buf_span(&x.chain)),
	    RC_OK);
	elsewhere_sign(&x, buf_span(&waiting.spki), pc->now_s + YEAR / 2);
	assert_int_not_equal(bring(waiting.id, buf_span(&x.pem),
				 buf_span(&y.chain)),
	    RC_OK);
	REFUSED(bring(waiting.id, buf_span(&x.pem), span_str("nothing")),
	    RC_INVALID, "bad-ca-certificate");
	assert_int_not_equal(bring(waiting.id, span_str("nothing"),
				 buf_span(&x.chain)),
	    RC_OK);
	/* Into one that is not signed elsewhere, or not there. */
	REFUSED(bring(root.id, buf_span(&x.pem), buf_span(&x.chain)),
	    RC_CONFLICT, "ca-not-waiting");
	REFUSED(bring(ca.id, buf_span(&x.pem), buf_span(&x.chain)), RC_CONFLICT,
	    "ca-not-waiting");
	REFUSED(bring("ca_0000000000000000", buf_span(&x.pem),
		    buf_span(&x.chain)),
	    RC_NOT_FOUND, "not-found");
	PUBLISH_OK(bring(waiting.id, buf_span(&x.pem), buf_span(&x.chain)));
	PUBLISH_OK(ca_find(&pc->core, pc->oem.scope_id, waiting.id, pc->now_s,
	    &waiting, &pc->e));
	PUBLISH_OK(ca_may_issue(&waiting, pc->now_s, &pc->e));
	REFUSED(ca_may_issue(&waiting, pc->now_s + YEAR, &pc->e), RC_DENIED,
	    "ca-expired");
	assert_true(span_eq(buf_span(&waiting.chain), buf_span(&x.root)));
	elsewhere_close(&x);
	elsewhere_close(&y);
	store_ca_clear(&waiting);
}

static enum rc server(const char *id, const char *const *names, int64_t days,
    struct span csr, struct store_certificate *out)
{
	const struct certificate_server r = {id, csr, names,
	    days * PUBLISH_CASE_DAY};

	memset(&pc->e, 0, sizeof(pc->e));
	return certificate_server_issue(&pc->core, &pc->oem, &r, out, &pc->e);
}

static void server_certificate_is_for_names_and_addresses(void **state)
{
	static const char *const good[] = {"mqtt.acme.example", "192.0.2.1",
	    "2001:db8::1", NULL};
	static const char *const bad[][2] = {{"not a name", NULL}, {"", NULL},
	    {"a..b", NULL}, {"*.*.example", NULL}, {"user@acme.example", NULL},
	    {NULL, NULL}};
	struct store_certificate out;
	struct key *k = NULL;
	struct cert cert;
	struct buf csr;
	size_t i;

	(void)state;
	store_certificate_init(&out);
	buf_init(&csr, CSR_MAX);
	PUBLISH_OK(key_generate(&k, KEY_P256, &pc->e));
	PUBLISH_OK(csr_build(k, "x", NULL, NULL, &csr, &pc->e));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		REFUSED(server(ca.id, bad[i], 90, buf_span(&csr), &out),
		    RC_INVALID, "bad-name");
	assert_int_equal(server(ca.id, good, 399, buf_span(&csr), &out),
	    RC_INVALID);
	REFUSED(server("ca_0000000000000000", good, 90, buf_span(&csr), &out),
	    RC_NOT_FOUND, "not-found");
	csr.p[csr.n - 1] ^= 1;
	REFUSED(server(ca.id, good, 90, buf_span(&csr), &out), RC_INVALID,
	    "csr-signature");
	csr.p[csr.n - 1] ^= 1;
	PUBLISH_OK(server(ca.id, good, 90, buf_span(&csr), &out));
	PUBLISH_OK(cert_parse(&cert, buf_span(&out.der), &pc->e));
	assert_true(span_eq(cert.spki, key_spki(k)));
	assert_int_equal(cert.not_after, pc->now_s + 90 * PUBLISH_CASE_DAY);
	PUBLISH_OK(ca_find(&pc->core, pc->oem.scope_id, ca.id, pc->now_s, &ca,
	    &pc->e));
	assert_int_equal(ca.certificates, 1);
	PUBLISH_OK(ca_find(&pc->core, pc->oem.scope_id, ca.id, 0, &ca, &pc->e));
	assert_int_equal(ca.certificates, 0);
	key_free(k);
	buf_clear(&csr);
	store_certificate_clear(&out);
}

static enum rc put_profile(const char *id, const char *text)
{
	struct store_ca_profile p = {.changed_at = pc->now_s};
	enum rc rc;

	buf_init(&p.text, PROFILE_TEXT_MAX);
	buf_add_str(&p.text, text);
	memcpy(p.product_id, f.product.id, sizeof(p.product_id));
	memcpy(p.account_id, pc->oem.scope_id, sizeof(p.account_id));
	(void)snprintf(p.ca_id, sizeof(p.ca_id), "%s", id);
	memset(&pc->e, 0, sizeof(pc->e));
	rc = ca_profile_put(&pc->core, &pc->oem, &p, &pc->e);
	buf_clear(&p.text);
	return rc;
}

static void profile_names_an_issuing_authority(void **state)
{
	struct core_actor rival = publish_case_account(pc, "rival");
	struct store_ca theirs;

	(void)state;
	store_ca_init(&theirs);
	PUBLISH_OK(ca_create(&pc->core, &rival,
	    &(const struct ca_request){.name = "Root", .kind = "root"}, &theirs,
	    &pc->e));
	REFUSED(put_profile(root.id, "{}"), RC_INVALID, "bad-ca");
	REFUSED(put_profile(theirs.id, "{}"), RC_INVALID, "bad-ca");
	assert_int_equal(put_profile(ca.id, "{\"subject\":\"CN={x}\"}"),
	    RC_INVALID);
	assert_int_equal(put_profile(ca.id, "[]"), RC_INVALID);
	REFUSED(ca_profile_delete(&pc->core, &pc->oem, f.product.id, &pc->e),
	    RC_NOT_FOUND, "no-profile");
	PUBLISH_OK(put_profile(ca.id, "{}"));
	PUBLISH_OK(put_profile(ca.id,
	    "{\"lifetime_s\":86400,"
	    "\"renew_before_s\":3600}"));
	REFUSED(ca_profile_delete(&pc->core, &rival, f.product.id, &pc->e),
	    RC_NOT_FOUND, "no-profile");
	/* It goes with its product. */
	PUBLISH_OK(product_delete(&pc->core, &pc->oem, f.product.id, &pc->e));
	PUBLISH_OK(ca_retire(&pc->core, &pc->oem, ca.id, &pc->e));
	store_ca_clear(&theirs);
}

static void only_one_that_nobody_needs_retires(void **state)
{
	struct core_actor rival = publish_case_account(pc, "rival");
	struct store_ca out;

	(void)state;
	store_ca_init(&out);
	PUBLISH_OK(put_profile(ca.id, "{}"));
	REFUSED(ca_retire(&pc->core, &rival, ca.id, &pc->e), RC_NOT_FOUND,
	    "not-found");
	REFUSED(ca_retire(&pc->core, &pc->oem, ca.id, &pc->e), RC_CONFLICT,
	    "ca-in-use");
	REFUSED(ca_retire(&pc->core, &pc->oem, root.id, &pc->e), RC_CONFLICT,
	    "ca-in-use");
	PUBLISH_OK(
	    ca_profile_delete(&pc->core, &pc->oem, f.product.id, &pc->e));
	PUBLISH_OK(ca_find_server(&pc->core, pc->oem.scope_id, pc->now_s, &out,
	    &pc->e));
	assert_string_equal(out.id, ca.id);
	PUBLISH_OK(ca_retire(&pc->core, &pc->oem, ca.id, &pc->e));
	PUBLISH_OK(ca_find(&pc->core, pc->oem.scope_id, ca.id, 0, &ca, &pc->e));
	REFUSED(ca_may_issue(&ca, pc->now_s, &pc->e), RC_DENIED, "ca-retired");
	REFUSED(put_profile(ca.id, "{}"), RC_INVALID, "ca-retired");
	PUBLISH_OK(ca_find_server(&pc->core, pc->oem.scope_id, pc->now_s, &out,
	    &pc->e));
	assert_string_equal(out.id, root.id);
	PUBLISH_OK(ca_retire(&pc->core, &pc->oem, root.id, &pc->e));
	REFUSED(ca_find_server(&pc->core, pc->oem.scope_id, pc->now_s, &out,
		    &pc->e),
	    RC_NOT_FOUND, "not-found");
	REFUSED(make("Late", "issuing", root.id, &out), RC_DENIED,
	    "ca-retired");
	/* Its name is free. */
	store_ca_clear(&out);
	store_ca_init(&out);
	PUBLISH_OK(make("Root", "root", NULL, &out));
	store_ca_clear(&out);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_case, close_case)
	const struct CMUnitTest tests[] = {
	    T(issuing_one_lives_no_longer_than_its_root),
	    T(what_is_no_authority_is_refused),
	    T(certificate_from_elsewhere_is_judged),
	    T(server_certificate_is_for_names_and_addresses),
	    T(profile_names_an_issuing_authority),
	    T(only_one_that_nobody_needs_retires),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
