/* Private keys: made, opened, written, used; and public keys judged by their
 * bytes.  Must not hand out a private key but as the PEM it lives in. */
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "base/file.h"
#include "pki/der.h"
#include "pki/key_alg.h"
#include "pki/key_ec.h"
#include "pki/key_pkcs11.h"
#include "pki/ossl.h"

#define PEM_MAX (16 * 1024)
#define SPKI_MAX 1024
#define EXPONENT_MAX 8 /* bytes */

struct key {
	EVP_PKEY *evp;
	EVP_PKEY_CTX *ctx; /* signs; made at first use */
	enum key_type type;
	bool token;
	struct buf spki;
};

/* AlgorithmIdentifier of a SubjectPublicKeyInfo. */
static const uint8_t alg_p256[] = {0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
    0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03,
    0x01, 0x07};
static const uint8_t alg_p384[] = {0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48,
    0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22};
static const uint8_t alg_rsa[] = {0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48,
    0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00};

static const struct {
	const char *name;
	unsigned int rsa_bits; /* 0 for EC */
} types[] = {
    [KEY_P256] = {"p256", 0},
    [KEY_P384] = {"p384", 0},
    [KEY_RSA2048] = {"rsa2048", 2048},
    [KEY_RSA3072] = {"rsa3072", 3072},
    [KEY_RSA4096] = {"rsa4096", 4096},
};
#define TYPES (sizeof(types) / sizeof(types[0]))

const char *key_type_name(enum key_type t)
{
	return (size_t)t < TYPES ? types[t].name : "unknown";
}

enum key_type key_type_of(struct span name)
{
	size_t i;

	for (i = 0; i < TYPES; i++)
		if (span_eq_str(name, types[i].name))
			return (enum key_type)i;
	return KEY_UNKNOWN;
}

/* Public keys, as bytes */

static bool split_spki(struct span spki, struct span *alg, struct span *bits)
{
	struct span seq;
	uint8_t tag;

	return der_take(&spki, DER_SEQUENCE, &seq) && spki.n == 0 &&
	    der_next(&seq, &tag, NULL, alg) && tag == DER_SEQUENCE &&
	    der_take_bits(&seq, bits) && seq.n == 0;
}

struct span key_spki_bits(struct span spki)
{
	struct span alg, bits;

	return split_spki(spki, &alg, &bits) ? bits : SPAN_NONE;
}

/* A positive INTEGER in minimal form, without its padding. */
static bool take_positive(struct span *in, struct span *v)
{
	if (!der_take(in, DER_INTEGER, v) || v->n == 0 || (v->p[0] & 0x80))
		return false;
	if (v->p[0] != 0)
		return true;
	if (v->n < 2 || !(v->p[1] & 0x80))
		return false;
	*v = span_sub(*v, 1, v->n - 1);
	return true;
}

static unsigned int bit_count(struct span v)
{
	unsigned int n = (unsigned int)v.n * 8;
	uint8_t top = v.p[0];

	for (; !(top & 0x80); top = (uint8_t)(top << 1))
		n--;
	return n;
}

static enum rc check_rsa(struct span bits, enum key_type *type, struct err *e)
{
	struct span seq, n, exp;
	unsigned int size;
	size_t i;

	if (!der_take(&bits, DER_SEQUENCE, &seq) || bits.n != 0 ||
	    !take_positive(&seq, &n) || !take_positive(&seq, &exp) ||
	    seq.n != 0)
		return err_set(e, RC_INVALID, "key-broken",
		    "The RSA public key is not well-formed.");
	size = bit_count(n);
	for (i = 0; i < TYPES; i++)
		if (types[i].rsa_bits == size)
			*type = (enum key_type)i;
	if (*type == KEY_UNKNOWN)
		return err_set(e, RC_INVALID, "key-size",
		    "The RSA key has %u bits; 2048, 3072 and 4096 are taken.",
		    size);
	if (!(n.p[n.n - 1] & 1) || !(exp.p[exp.n - 1] & 1) ||
	    exp.n > EXPONENT_MAX || bit_count(exp) < 17) {
		*type = KEY_UNKNOWN;
		return err_set(e, RC_INVALID, "key-weak",
		    "The RSA key has an even modulus, or an exponent that is "
		    "even, below 65537 or over 64 bits.");
	}
	return RC_OK;
}

enum rc key_check_spki(struct span spki, enum key_type *type, struct err *e)
{
	struct span alg, bits;
	enum key_type t;

	*type = KEY_UNKNOWN;
	if (!split_spki(spki, &alg, &bits))
		return err_set(e, RC_INVALID, "key-broken",
		    "The public key is not a well-formed "
		    "SubjectPublicKeyInfo.");
	if (span_eq(alg, span_of(alg_p256, sizeof(alg_p256))))
		t = KEY_P256;
	else if (span_eq(alg, span_of(alg_p384, sizeof(alg_p384))))
		t = KEY_P384;
	else if (span_eq(alg, span_of(alg_rsa, sizeof(alg_rsa))))
		return check_rsa(bits, type, e);
	else
		return err_set(e, RC_INVALID, "key-type",
		    "The public key is of a kind that is not taken; P-256, "
		    "P-384 and RSA of 2048 to 4096 bits are.");
	if (!key_ec_is_point(t, bits))
		return err_set(e, RC_INVALID, "key-not-on-curve",
		    "The public key is not an uncompressed point on %s.",
		    key_type_name(t));
	*type = t;
	return RC_OK;
}

/* Private keys */

/* libcrypto's own encoder takes 67 us; for EC the bytes are known. */
static bool fill_spki(struct key *k, const uint8_t *alg, size_t alg_n)
{
	uint8_t point[KEY_EC_POINT_MAX];
	struct buf body;
	size_t n = 0;

	if (EVP_PKEY_get_octet_string_param(k->evp, "pub", point, sizeof(point),
		&n) != 1)
		return false;
	buf_init(&body, SPKI_MAX);
	buf_add(&body, alg, alg_n);
	der_put_bits(&body, span_of(point, n));
	der_put(&k->spki, DER_SEQUENCE, buf_span(&body));
	buf_clear(&body);
	return buf_ok(&k->spki);
}

/* Takes evp, also when it fails. */
static enum rc wrap(struct key **out, EVP_PKEY *evp, enum key_type hint,
    bool token, struct err *e)
{
	struct key *k = calloc(1, sizeof(*k));
	unsigned char *der = NULL;
	enum rc rc;
	int n;

	if (k == NULL) {
		EVP_PKEY_free(evp);
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	}
	k->evp = evp;
	k->token = token;
	buf_init(&k->spki, SPKI_MAX);
	if (hint == KEY_P256)
		(void)fill_spki(k, alg_p256, sizeof(alg_p256));
	else if (hint == KEY_P384)
		(void)fill_spki(k, alg_p384, sizeof(alg_p384));
	if (k->spki.n == 0) {
		n = i2d_PUBKEY(evp, &der);
		if (n > 0)
			buf_add(&k->spki, der, (size_t)n);
		OPENSSL_free(der);
	}
	rc = key_check_spki(buf_span(&k->spki), &k->type, e);
	if (rc != RC_OK) {
		key_free(k);
		return rc;
	}
	*out = k;
	return RC_OK;
}

enum rc key_generate(struct key **out, enum key_type type, struct err *e)
{
	EVP_PKEY *evp;

	*out = NULL;
	if (type >= KEY_UNKNOWN)
		return err_set(e, RC_INVALID, "key-type",
		    "There is no such type of key; p256, p384, rsa2048, "
		    "rsa3072 and rsa4096 are.");
	if (key_alg_is_rsa(type))
		evp = EVP_RSA_gen(types[type].rsa_bits);
	else
		evp = key_ec_generate(type);
	if (evp == NULL)
		return ossl_fault(e, RC_ENV, "key-not-made",
		    "The key could not be made");
	return wrap(out, evp, type, false, e);
}

/* An encrypted file must fail, not wait for somebody at a terminal. */
static int no_password(char *p, int n, int writing, void *arg)
{
	return -1;
}

enum rc key_from_pem(struct key **out, struct span pem, struct err *e)
{
	EVP_PKEY *evp;
	BIO *b;

	*out = NULL;
	if (pem.n == 0 || pem.n > PEM_MAX)
		return err_set(e, RC_INVALID, "key-not-pem",
		    "The private key is not a PEM text of at most %d bytes.",
		    PEM_MAX);
	b = BIO_new_mem_buf(pem.p, (int)pem.n);
	if (b == NULL)
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	evp = PEM_read_bio_PrivateKey(b, NULL, no_password, NULL);
	BIO_free(b);
	if (evp == NULL)
		return ossl_fault(e, RC_INVALID, "key-not-pem",
		    "The private key is not an unencrypted PEM key");
	ERR_clear_error();
	return wrap(out, evp, KEY_UNKNOWN, false, e);
}

enum rc key_open(struct key **out, const char *where, struct err *e)
{
	struct buf pem;
	void *evp;
	enum rc rc;

	*out = NULL;
	if (span_starts(span_str(where), SPAN_LIT("pkcs11:"))) {
		rc = key_pkcs11_load(where, &evp, e);
		return rc == RC_OK ? wrap(out, evp, KEY_UNKNOWN, true, e) : rc;
	}
	buf_init(&pem, PEM_MAX);
	rc = file_read(where, &pem, e);
	if (rc == RC_OK)
		rc = key_from_pem(out, buf_span(&pem), e);
	buf_clear_secret(&pem);
	return rc;
}

enum rc key_adopt(struct key **out, void *evp, struct err *e)
{
	*out = NULL;
	return wrap(out, evp, KEY_UNKNOWN, true, e);
}

enum rc key_token_cert(const char *uri, struct buf *der, struct err *e)
{
	return key_pkcs11_cert(uri, der, e);
}

/* Any key that libcrypto holds, in its own (slow) way. */
static bool export_pkcs8(EVP_PKEY *evp, struct buf *der)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(evp);
	unsigned char *p = NULL;
	int n = info != NULL ? i2d_PKCS8_PRIV_KEY_INFO(info, &p) : 0;

	if (n > 0)
		buf_add(der, p, (size_t)n);
	if (p != NULL)
		OPENSSL_clear_free(p, n > 0 ? (size_t)n : 0);
	PKCS8_PRIV_KEY_INFO_free(info);
	return n > 0 && buf_ok(der);
}

enum rc key_pem(const struct key *k, struct buf *out, struct err *e)
{
	enum rc rc = RC_OK;
	struct buf der;

	if (k->token)
		return err_set(e, RC_DENIED, "key-in-token",
		    "The private key lives in a token and does not leave it.");
	buf_init(&der, PEM_MAX);
	if (!key_ec_pkcs8(k->type, k->evp, &der)) {
		buf_clear_secret(&der);
		if (!export_pkcs8(k->evp, &der))
			rc = ossl_fault(e, RC_ENV, "key-not-written",
			    "The private key could not be encoded");
	}
	if (rc == RC_OK) {
		enc_pem(out, "PRIVATE KEY", buf_span(&der));
		if (!buf_ok(out))
			rc = err_set(e, RC_ENV, "no-memory", "Out of memory.");
	}
	buf_clear_secret(&der);
	return rc;
}

void key_free(struct key *k)
{
	if (k == NULL)
		return;
	EVP_PKEY_CTX_free(k->ctx);
	EVP_PKEY_free(k->evp);
	buf_clear(&k->spki);
	free(k);
}

enum key_type key_type(const struct key *k)
{
	return k->type;
}

enum key_sig key_sig_for(enum key_type t)
{
	if (t == KEY_UNKNOWN)
		return KEY_SIG_UNKNOWN;
	if (t == KEY_P256)
		return KEY_SIG_ECDSA_SHA256;
	return t == KEY_P384 ? KEY_SIG_ECDSA_SHA384 : KEY_SIG_RSA_SHA256;
}

enum key_sig key_sig(const struct key *k)
{
	return key_sig_for(k->type);
}

struct span key_spki(const struct key *k)
{
	return buf_span(&k->spki);
}

void *key_evp(struct key *k)
{
	return k->evp;
}

enum rc key_sign(struct key *k, struct span tbs, struct buf *sig, struct err *e)
{
	uint8_t hash[KEY_ALG_HASH_MAX];
	size_t hash_n, n;
	uint8_t *to;

	if (k->ctx == NULL)
		k->ctx = key_alg_context(k->evp, key_sig(k), true);
	hash_n = key_alg_hash(key_sig(k), tbs, hash);
	n = (size_t)EVP_PKEY_get_size(k->evp);
	to = buf_room(sig, n);
	if (to == NULL)
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	if (k->ctx == NULL || hash_n == 0 ||
	    EVP_PKEY_sign(k->ctx, to, &n, hash, hash_n) != 1)
		return ossl_fault(e, RC_ENV, "sign-failed",
		    k->token ? "The token did not sign"
			     : "The key did not sign");
	buf_grown(sig, n);
	return RC_OK;
}
