/* Public keys that verify, decoded once: decoding costs two verifications.
 * Must not judge who may sign what. */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include "pki/key_alg.h"
#include "pki/key_ec.h"
#include "pki/ossl.h"

struct key_pub {
	EVP_PKEY *evp;
	EVP_PKEY_CTX *ctx[KEY_SIG_UNKNOWN]; /* made at first use */
	enum key_type type;
};

enum rc key_pub_new(struct key_pub **out, struct span spki, struct err *e)
{
	const unsigned char *at = spki.p;
	struct key_pub *p;
	enum key_type type;
	enum rc rc;

	*out = NULL;
	rc = key_check_spki(spki, &type, e);
	if (rc != RC_OK)
		return rc;
	p = calloc(1, sizeof(*p));
	if (p == NULL)
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	p->type = type;
	p->evp = key_alg_is_rsa(type)
	    ? d2i_PUBKEY(NULL, &at, (long)spki.n)
	    : key_ec_public(type, key_spki_bits(spki));
	if (p->evp == NULL) {
		key_pub_free(p);
		return ossl_fault(e, RC_INVALID, "key-broken",
		    "The public key could not be decoded");
	}
	*out = p;
	return RC_OK;
}

void key_pub_free(struct key_pub *p)
{
	size_t i;

	if (p == NULL)
		return;
	for (i = 0; i < KEY_SIG_UNKNOWN; i++)
		EVP_PKEY_CTX_free(p->ctx[i]);
	EVP_PKEY_free(p->evp);
	free(p);
}

enum key_type key_pub_type(const struct key_pub *p)
{
	return p->type;
}

enum rc key_pub_verify(struct key_pub *p, enum key_sig sig, struct span tbs,
    struct span signature, struct err *e)
{
	uint8_t hash[KEY_ALG_HASH_MAX];
	size_t n;

	if (!key_alg_fits(p->type, sig))
		return err_set(e, RC_INVALID, "signature-algorithm",
		    "A %s key does not make %s signatures.",
		    key_type_name(p->type), key_sig_name(sig));
	if (p->ctx[sig] == NULL)
		p->ctx[sig] = key_alg_context(p->evp, sig, false);
	n = key_alg_hash(sig, tbs, hash);
	if (p->ctx[sig] == NULL || n == 0)
		return ossl_fault(e, RC_ENV, "verify-failed",
		    "The signature could not be checked");
	if (EVP_PKEY_verify(p->ctx[sig], signature.p, signature.n, hash, n) ==
	    1)
		return RC_OK;
	ERR_clear_error();
	return err_set(e, RC_INVALID, "signature-wrong",
	    "The signature was not made by this key over these bytes.");
}
