/* Key pairs derived from a master key's private scalar.
 * Must not keep a scalar, and must not let one show in its time. */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string.h>

#include "base/enc.h"
#include "pki/key_derive.h"
#include "pki/key_ec.h"
#include "pki/ossl.h"

#define SCALAR 32
#define POINT (1 + 2 * SCALAR)
/* 128 bits more than the order, so that the remainder has no bias. */
#define WIDE 48
#define PEM_MAX 4096

static bool master_scalar(struct key *master, uint8_t out[SCALAR])
{
	BIGNUM *d = NULL;
	bool ok = EVP_PKEY_get_bn_param(key_evp(master),
		      OSSL_PKEY_PARAM_PRIV_KEY, &d) == 1 &&
	    BN_bn2binpad(d, out, SCALAR) == SCALAR;

	BN_clear_free(d);
	return ok;
}

static bool expand(const uint8_t secret[SCALAR], struct span info, uint8_t *out,
    size_t want)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, NULL);
	size_t n = want;
	bool ok;

	ok = c != NULL && EVP_PKEY_derive_init(c) == 1 &&
	    EVP_PKEY_CTX_set_hkdf_md(c, EVP_sha256()) == 1 &&
	    EVP_PKEY_CTX_set1_hkdf_key(c, secret, SCALAR) == 1 &&
	    EVP_PKEY_CTX_add1_hkdf_info(c, info.p, (int)info.n) == 1 &&
	    EVP_PKEY_derive(c, out, &n) == 1 && n == want;
	EVP_PKEY_CTX_free(c);
	return ok;
}

/* (wide mod (n - 1)) + 1, as bytes in the machine's order. */
static bool reduce(const uint8_t wide[WIDE], const EC_GROUP *group, BIGNUM *d,
    uint8_t native[SCALAR], BN_CTX *bn)
{
	BIGNUM *c = BN_secure_new(), *m = BN_dup(EC_GROUP_get0_order(group));
	bool ok = false;

	if (c != NULL && m != NULL) {
		BN_set_flags(c, BN_FLG_CONSTTIME);
		ok = BN_bin2bn(wide, WIDE, c) != NULL &&
		    BN_sub_word(m, 1) == 1 && BN_mod(d, c, m, bn) == 1 &&
		    BN_add_word(d, 1) == 1 &&
		    BN_bn2nativepad(d, native, SCALAR) == SCALAR;
	}
	BN_clear_free(c);
	BN_free(m);
	return ok;
}

static bool multiply(const EC_GROUP *group, const BIGNUM *d,
    uint8_t point[POINT], BN_CTX *bn)
{
	EC_POINT *q = EC_POINT_new(group);
	bool ok;

	ok = q != NULL && EC_POINT_mul(group, q, d, NULL, NULL, bn) == 1 &&
	    EC_POINT_point2oct(group, q, POINT_CONVERSION_UNCOMPRESSED, point,
		POINT, bn) == POINT;
	EC_POINT_free(q);
	return ok;
}

static EVP_PKEY *assemble(uint8_t native[SCALAR], uint8_t point[POINT])
{
	static char curve[] = "P-256";
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *evp = NULL;
	OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(
				   OSSL_PKEY_PARAM_GROUP_NAME, curve, 0),
	    OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point,
		POINT),
	    OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, native, SCALAR),
	    OSSL_PARAM_construct_end()};

	if (c == NULL || EVP_PKEY_fromdata_init(c) != 1 ||
	    EVP_PKEY_fromdata(c, &evp, EVP_PKEY_KEYPAIR, params) != 1)
		evp = NULL;
	EVP_PKEY_CTX_free(c);
	return evp;
}

static EVP_PKEY *make(const uint8_t wide[WIDE])
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	uint8_t native[SCALAR], point[POINT];
	BN_CTX *bn = BN_CTX_secure_new();
	BIGNUM *d = BN_secure_new();
	EVP_PKEY *evp = NULL;

	if (group != NULL && bn != NULL && d != NULL &&
	    reduce(wide, group, d, native, bn) && multiply(group, d, point, bn))
		evp = assemble(native, point);
	OPENSSL_cleanse(native, sizeof(native));
	BN_clear_free(d);
	BN_CTX_free(bn);
	EC_GROUP_free(group);
	return evp;
}

/* Through its file form: that is how a struct key is made. */
static enum rc wrap(struct key **out, EVP_PKEY *evp, struct err *e)
{
	struct buf der, pem;
	enum rc rc;

	buf_init(&der, PEM_MAX);
	buf_init(&pem, PEM_MAX);
	if (key_ec_pkcs8(KEY_P256, evp, &der)) {
		enc_pem(&pem, "PRIVATE KEY", buf_span(&der));
		rc = key_from_pem(out, buf_span(&pem), e);
	} else {
		rc = ossl_fault(e, RC_ENV, "key-not-made",
		    "The derived key could not be encoded");
	}
	buf_clear_secret(&der);
	buf_clear_secret(&pem);
	return rc;
}

enum rc key_derive_secret(struct key *master, const char *purpose,
    struct span whom, uint8_t *out, size_t n, struct err *e)
{
	uint8_t scalar[SCALAR];
	struct buf info;
	enum rc rc = RC_OK;

	buf_init(&info, KEY_DERIVE_INFO_MAX);
	buf_add_str(&info, purpose);
	buf_add_u8(&info, 0);
	buf_add_span(&info, whom);
	if (key_type(master) != KEY_P256)
		rc = err_set(e, RC_INVALID, "key-type",
		    "Keys are derived from a P-256 key only.");
	else if (whom.n == 0 || !buf_ok(&info) || n > KEY_DERIVE_SECRET_MAX)
		rc = err_set(e, RC_INVALID, "key-purpose",
		    "Whom the key is for has to be named, in at most %d "
		    "bytes.",
		    KEY_DERIVE_INFO_MAX);
	else if (!master_scalar(master, scalar))
		rc = ossl_fault(e, RC_DENIED, "key-in-token",
		    "The private key lives in a token and does not leave it");
	else if (!expand(scalar, buf_span(&info), out, n))
		rc = ossl_fault(e, RC_ENV, "key-not-made",
		    "The key could not be derived");
	OPENSSL_cleanse(scalar, sizeof(scalar));
	buf_clear(&info);
	return rc;
}

enum rc key_derive_p256(struct key **out, struct key *master,
    const char *purpose, struct span whom, struct err *e)
{
	uint8_t wide[WIDE];
	EVP_PKEY *evp = NULL;
	enum rc rc;

	*out = NULL;
	rc = key_derive_secret(master, purpose, whom, wide, sizeof(wide), e);
	if (rc == RC_OK) {
		evp = make(wide);
		rc = evp != NULL ? wrap(out, evp, e)
				 : ossl_fault(e, RC_ENV, "key-not-made",
				       "The key could not be derived");
	}
	EVP_PKEY_free(evp);
	OPENSSL_cleanse(wide, sizeof(wide));
	return rc;
}
