/* Signature algorithms as libcrypto runs them.
 * Must not hold keys. */
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "pki/digest.h"
#include "pki/key_alg.h"

bool key_alg_is_rsa(enum key_type t)
{
	return t == KEY_RSA2048 || t == KEY_RSA3072 || t == KEY_RSA4096;
}

static bool sig_is_rsa(enum key_sig s)
{
	return s == KEY_SIG_RSA_SHA256 || s == KEY_SIG_RSA_SHA384 ||
	    s == KEY_SIG_RSA_SHA512;
}

bool key_alg_fits(enum key_type t, enum key_sig s)
{
	return t != KEY_UNKNOWN && s != KEY_SIG_UNKNOWN &&
	    key_alg_is_rsa(t) == sig_is_rsa(s);
}

static const EVP_MD *md_of(enum key_sig s)
{
	switch (s) {
	case KEY_SIG_ECDSA_SHA256:
	case KEY_SIG_RSA_SHA256:
		return EVP_sha256();
	case KEY_SIG_ECDSA_SHA384:
	case KEY_SIG_RSA_SHA384:
		return EVP_sha384();
	case KEY_SIG_ECDSA_SHA512:
	case KEY_SIG_RSA_SHA512:
		return EVP_sha512();
	default:
		return NULL;
	}
}

size_t key_alg_hash(enum key_sig s, struct span in,
    uint8_t out[KEY_ALG_HASH_MAX])
{
	const EVP_MD *md = md_of(s);
	unsigned int n = 0;

	if (md == NULL)
		return 0;
	if (md == EVP_sha256()) {
		digest_sha256(in, out);
		return DIGEST_SHA256;
	}
	return EVP_Digest(in.p, in.n, out, &n, md, NULL) == 1 ? n : 0;
}

void *key_alg_context(void *evp, enum key_sig s, bool sign)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(evp, NULL);

	if (c == NULL)
		return NULL;
	if ((sign ? EVP_PKEY_sign_init(c) : EVP_PKEY_verify_init(c)) == 1 &&
	    EVP_PKEY_CTX_set_signature_md(c, md_of(s)) == 1 &&
	    (!sig_is_rsa(s) ||
		EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_PADDING) == 1))
		return c;
	EVP_PKEY_CTX_free(c);
	return NULL;
}
