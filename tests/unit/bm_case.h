/* A device with the library on libcrypto, and the certificates around it: its
 * chip's maker, the voucher's signer, its owner's CAs.
 * Must not use the project's own crypto: it is what the library is held to. */
#ifndef BIRTHMARK_TESTS_BM_CASE_H
#define BIRTHMARK_TESTS_BM_CASE_H

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "device/lib/birthmark.h"
#include "tests/unit/check.h"

#define BM_CASE_NOW 1900000000
#define BM_CASE_DAY 86400
#define BM_CASE_SERIAL "CHIP-0001"

struct bm_case_cert {
	X509 *x;
	EVP_PKEY *key;
	uint8_t der[2048];
	size_t n;
};

struct bm_case_spec {
	const char *cn, *serial_number;
	const struct bm_case_cert *issuer; /* NULL: itself */
	const char *usage, *eku, *san, *aia, *constraints;
	const char *curve;     /* NULL: P-256 */
	EVP_PKEY *key;	       /* NULL: a new one */
	const X509_NAME *name; /* in place of cn */
	long from_s, until_s;  /* from BM_CASE_NOW; 0: a day before, a year */
	long serial;
};

struct bm_case {
	struct bm bm;
	struct bm_config config;
	struct bm_platform platform;
	struct bm_span anchor;
	struct bm_case_cert maker, birth, voucher_signer, root, issuing,
	    responder;
	EVP_PKEY *keys[3];
	uint8_t slot[BM_SLOT_COUNT][4096];
	size_t slot_n[BM_SLOT_COUNT];
	/* Loss of power at the nth write, before or after it is done. */
	unsigned int writes, lose_at;
	bool lose_after, dead;
	bool no_random, no_sign, no_load, no_p384;
	int64_t now_s;
	uint8_t work[BM_WORK];
};

static inline void bm_case_ext(X509 *x, const struct bm_case_cert *issuer,
    int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *e;

	if (!value)
		return;
	X509V3_set_ctx(&ctx, issuer->x, x, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	assert_non_null(e);
	assert_true(X509_add_ext(x, e, -1));
	X509_EXTENSION_free(e);
}

static inline void bm_case_name(X509 *x, const struct bm_case_spec *s)
{
	X509_NAME *n = X509_get_subject_name(x);

	assert_true(X509_NAME_add_entry_by_txt(n, "O", MBSTRING_UTF8,
	    (const uint8_t *)"Acme", -1, -1, 0));
	assert_true(X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_UTF8,
	    (const uint8_t *)s->cn, -1, -1, 0));
	if (s->serial_number)
		assert_true(
		    X509_NAME_add_entry_by_txt(n, "serialNumber", MBSTRING_ASC,
			(const uint8_t *)s->serial_number, -1, -1, 0));
}

static inline void bm_case_der(struct bm_case_cert *c)
{
	uint8_t *p = c->der;
	int n = i2d_X509(c->x, NULL);

	assert_in_range(n, 1, sizeof(c->der));
	c->n = (size_t)i2d_X509(c->x, &p);
}

static inline void bm_case_cert(struct bm_case_cert *c,
    const struct bm_case_spec *s)
{
	const struct bm_case_cert *issuer = s->issuer ? s->issuer : c;
	const EVP_MD *md = EVP_sha256();
	time_t now = BM_CASE_NOW;

	c->key = s->key ? s->key : EVP_EC_gen(s->curve ? s->curve : "P-256");
	assert_non_null(c->key);
	if (s->key)
		EVP_PKEY_up_ref(c->key);
	c->x = X509_new();
	assert_true(X509_set_version(c->x, X509_VERSION_3));
	assert_true(ASN1_INTEGER_set(X509_get_serialNumber(c->x),
	    s->serial ? s->serial : 0x1234567));
	if (s->name)
		assert_true(X509_set_subject_name(c->x, s->name));
	else
		bm_case_name(c->x, s);
	assert_true(
	    X509_set_issuer_name(c->x, X509_get_subject_name(issuer->x)));
	assert_true(X509_set_pubkey(c->x, c->key));
	assert_non_null(X509_time_adj(X509_getm_notBefore(c->x),
	    s->from_s ? s->from_s : -BM_CASE_DAY, &now));
	assert_non_null(X509_time_adj(X509_getm_notAfter(c->x),
	    s->until_s ? s->until_s : 365 * BM_CASE_DAY, &now));
	bm_case_ext(c->x, issuer, NID_basic_constraints, s->constraints);
	bm_case_ext(c->x, issuer, NID_key_usage, s->usage);
	bm_case_ext(c->x, issuer, NID_subject_key_identifier, "hash");
	if (s->issuer)
		bm_case_ext(c->x, issuer, NID_authority_key_identifier,
		    "keyid");
	bm_case_ext(c->x, issuer, NID_ext_key_usage, s->eku);
	bm_case_ext(c->x, issuer, NID_subject_alt_name, s->san);
	bm_case_ext(c->x, issuer, NID_info_access, s->aia);
	if (EVP_PKEY_get_bits(issuer->key) == 384)
		md = EVP_sha384();
	assert_true(X509_sign(c->x, issuer->key, md));
	bm_case_der(c);
}

static inline void bm_case_cert_clear(struct bm_case_cert *c)
{
	X509_free(c->x);
	EVP_PKEY_free(c->key);
	memset(c, 0, sizeof(*c));
}

static inline struct bm_span bm_case_span(const struct bm_case_cert *c)
{
	struct bm_span s = {c->der, c->n};

	return s;
}

/* The platform. */
static inline bool bm_case_sign(void *ctx, enum bm_key key,
    const uint8_t digest[32], uint8_t *sig, size_t *n)
{
	struct bm_case *t = ctx;
	EVP_PKEY_CTX *c;
	bool ok;

	if (t->no_sign || !t->keys[key])
		return false;
	c = EVP_PKEY_CTX_new(t->keys[key], NULL);
	*n = BM_SIGNATURE_MAX;
	ok = c && EVP_PKEY_sign_init(c) > 0 &&
	    EVP_PKEY_sign(c, sig, n, digest, 32) > 0;
	EVP_PKEY_CTX_free(c);
	return ok;
}

/* True when the device still has power after this write. */
static inline bool bm_case_write(struct bm_case *t, bool *done)
{
	*done = !t->dead;
	if (t->dead)
		return false;
	if (++t->writes != t->lose_at)
		return true;
	t->dead = true;
	*done = t->lose_after;
	return false;
}

static inline bool bm_case_key_new(void *ctx, enum bm_key key)
{
	struct bm_case *t = ctx;
	bool done, alive = bm_case_write(t, &done);

	assert_int_not_equal(key, BM_KEY_BIRTH);
	if (done) {
		EVP_PKEY_free(t->keys[key]);
		t->keys[key] = EVP_EC_gen("P-256");
	}
	return alive && t->keys[key];
}

static inline bool bm_case_key_point(void *ctx, enum bm_key key,
    uint8_t point[BM_POINT_256])
{
	struct bm_case *t = ctx;
	size_t n = 0;

	return !t->dead && t->keys[key] &&
	    EVP_PKEY_get_octet_string_param(t->keys[key], "encoded-pub-key",
		point, BM_POINT_256, &n) &&
	    n == BM_POINT_256;
}

static inline bool bm_case_verify(void *ctx, enum bm_curve curve,
    struct bm_span point, struct bm_span digest, struct bm_span sig)
{
	struct bm_case *t = ctx;
	EVP_PKEY *like, *key;
	EVP_PKEY_CTX *c;
	bool ok;

	if (curve == BM_P384 && t->no_p384)
		return false;
	like = EVP_EC_gen(curve == BM_P256 ? "P-256" : "P-384");
	key = EVP_PKEY_new();
	ok = like && key && EVP_PKEY_copy_parameters(key, like) > 0 &&
	    EVP_PKEY_set1_encoded_public_key(key, point.p, point.n) > 0;
	EVP_PKEY_free(like);
	c = ok ? EVP_PKEY_CTX_new(key, NULL) : NULL;
	ok = c && EVP_PKEY_verify_init(c) > 0 &&
	    EVP_PKEY_verify(c, sig.p, sig.n, digest.p, digest.n) == 1;
	EVP_PKEY_CTX_free(c);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return ok;
}

static inline bool bm_case_digest(void *ctx, enum bm_hash hash,
    struct bm_span data, uint8_t *out)
{
	const struct bm_case *t = ctx;

	if (hash == BM_SHA384 && t->no_p384)
		return false;
	return EVP_Digest(data.p, data.n, out, NULL,
		   hash == BM_SHA256 ? EVP_sha256() : EVP_sha384(), NULL) > 0;
}

static inline bool bm_case_random(void *ctx, uint8_t *out, size_t n)
{
	const struct bm_case *t = ctx;

	return !t->no_random && RAND_bytes(out, (int)n) > 0;
}

static inline bool bm_case_load(void *ctx, enum bm_slot slot, uint8_t *out,
    size_t cap, size_t *n)
{
	struct bm_case *t = ctx;

	if (t->dead || t->no_load || t->slot_n[slot] > cap)
		return false;
	memcpy(out, t->slot[slot], t->slot_n[slot]);
	*n = t->slot_n[slot];
	return true;
}

static inline bool bm_case_store(void *ctx, enum bm_slot slot, const uint8_t *p,
    size_t n)
{
	struct bm_case *t = ctx;
	bool done, alive = bm_case_write(t, &done);

	assert_in_range(n, 0, sizeof(t->slot[0]));
	if (done) {
		memcpy(t->slot[slot], p, n);
		t->slot_n[slot] = n;
	}
	return alive;
}

static inline void bm_case_owner(struct bm_case *t, const char *curve)
{
	bm_case_cert(&t->root,
	    &(struct bm_case_spec){.cn = "Owner root",
		.curve = curve,
		.constraints = "critical,CA:TRUE",
		.usage = "critical,keyCertSign,cRLSign"});
	bm_case_cert(&t->issuing,
	    &(struct bm_case_spec){.cn = "Owner issuing",
		.curve = curve,
		.issuer = &t->root,
		.constraints = "critical,CA:TRUE,pathlen:0",
		.usage = "critical,keyCertSign,cRLSign"});
	bm_case_cert(&t->responder,
	    &(struct bm_case_spec){.cn = "Responder",
		.issuer = &t->issuing,
		.usage = "critical,digitalSignature",
		.eku = "OCSPSigning"});
}

static inline void bm_case_certs(struct bm_case *t)
{
	bm_case_cert(&t->maker,
	    &(struct bm_case_spec){.cn = "Chip maker",
		.constraints = "critical,CA:TRUE,pathlen:0",
		.usage = "critical,keyCertSign,cRLSign"});
	bm_case_cert(&t->birth,
	    &(struct bm_case_spec){.cn = "Chip",
		.serial_number = BM_CASE_SERIAL,
		.issuer = &t->maker,
		.usage = "critical,digitalSignature"});
	bm_case_cert(&t->voucher_signer,
	    &(struct bm_case_spec){.cn = "Vouchers",
		.usage = "critical,digitalSignature"});
	bm_case_owner(t, NULL);
}

static inline void bm_case_init(struct bm_case *t)
{
	memset(t, 0, sizeof(*t));
	bm_case_certs(t);
	t->now_s = BM_CASE_NOW;
	t->keys[BM_KEY_BIRTH] = t->birth.key;
	EVP_PKEY_up_ref(t->birth.key);
	t->anchor = bm_case_span(&t->voucher_signer);
	t->config = (struct bm_config){.registrar = "https://reg.example:8444",
	    .birth_cert = bm_case_span(&t->birth),
	    .voucher_anchors = &t->anchor,
	    .voucher_anchors_n = 1};
	t->platform = (struct bm_platform){.ctx = t,
	    .sign = bm_case_sign,
	    .key_new = bm_case_key_new,
	    .key_point = bm_case_key_point,
	    .verify = bm_case_verify,
	    .digest = bm_case_digest,
	    .random = bm_case_random,
	    .load = bm_case_load,
	    .store = bm_case_store};
}

static inline void bm_case_clear(struct bm_case *t)
{
	size_t i;

	bm_case_cert_clear(&t->maker);
	bm_case_cert_clear(&t->birth);
	bm_case_cert_clear(&t->voucher_signer);
	bm_case_cert_clear(&t->root);
	bm_case_cert_clear(&t->issuing);
	bm_case_cert_clear(&t->responder);
	for (i = 0; i < 3; i++)
		EVP_PKEY_free(t->keys[i]);
}

/* What is stored is all that is left after this. */
static inline enum bm_why bm_case_boot(struct bm_case *t)
{
	t->dead = false;
	memset(t->work, 0xa5, sizeof(t->work));
	return bm_start(&t->bm, &t->config, &t->platform, t->work,
	    sizeof(t->work));
}

static inline void bm_case_put(struct bm_case *t, enum bm_slot slot,
    const void *p, size_t n)
{
	memcpy(t->slot[slot], p, n);
	t->slot_n[slot] = n;
}

#endif
