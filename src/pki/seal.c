/* Sealed boxes: version, ephemeral point, ciphertext, tag.
 * Must not keep a plaintext or a shared secret. */
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/x509.h>
#include <string.h>

#include "pki/key_ec.h"
#include "pki/ossl.h"
#include "pki/seal.h"

#define VERSION 1
#define POINT 65
#define TAG 16
#define SECRET 32
#define CONTEXT_MAX 4096
#define PLAIN_MAX (1 << 20)
#define INFO "birthmark sealed box 1"

/* Fresh for each box, so the nonce can be derived with the key. */
struct material {
	uint8_t key[32], nonce[12];
};

static EVP_PKEY *peer_of(struct span point)
{
	/* SubjectPublicKeyInfo of a P-256 point. */
	static const uint8_t head[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a,
	    0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
	    0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};
	uint8_t spki[sizeof(head) + POINT];
	const unsigned char *at = spki;

	memcpy(spki, head, sizeof(head));
	memcpy(spki + sizeof(head), point.p, POINT);
	return d2i_PUBKEY(NULL, &at, (long)sizeof(spki));
}

static bool agree(EVP_PKEY *own, struct span peer_point, uint8_t out[SECRET])
{
	EVP_PKEY *peer = peer_of(peer_point);
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(own, NULL);
	size_t n = SECRET;
	bool ok;

	ok = peer != NULL && c != NULL && EVP_PKEY_derive_init(c) == 1 &&
	    EVP_PKEY_derive_set_peer(c, peer) == 1 &&
	    EVP_PKEY_derive(c, out, &n) == 1 && n == SECRET;
	EVP_PKEY_CTX_free(c);
	EVP_PKEY_free(peer);
	return ok;
}

static bool expand(const uint8_t secret[SECRET], struct span ephemeral,
    struct span recipient, struct material *m)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, NULL);
	uint8_t salt[2 * POINT];
	size_t n = sizeof(*m);
	bool ok;

	memcpy(salt, ephemeral.p, POINT);
	memcpy(salt + POINT, recipient.p, POINT);
	ok = c != NULL && EVP_PKEY_derive_init(c) == 1 &&
	    EVP_PKEY_CTX_set_hkdf_md(c, EVP_sha256()) == 1 &&
	    EVP_PKEY_CTX_set1_hkdf_salt(c, salt, sizeof(salt)) == 1 &&
	    EVP_PKEY_CTX_set1_hkdf_key(c, secret, SECRET) == 1 &&
	    EVP_PKEY_CTX_add1_hkdf_info(c, (const unsigned char *)INFO,
		sizeof(INFO) - 1) == 1 &&
	    EVP_PKEY_derive(c, (unsigned char *)m, &n) == 1 && n == sizeof(*m);
	EVP_PKEY_CTX_free(c);
	return ok;
}

static bool start_cipher(EVP_CIPHER_CTX *c, const struct material *m,
    struct span head, struct span context, int encrypt)
{
	int n;

	return c != NULL &&
	    EVP_CipherInit_ex(c, EVP_aes_256_gcm(), NULL, m->key, m->nonce,
		encrypt) == 1 &&
	    EVP_CipherUpdate(c, NULL, &n, head.p, (int)head.n) == 1 &&
	    (context.n == 0 ||
		EVP_CipherUpdate(c, NULL, &n, context.p, (int)context.n) == 1);
}

/* head: version and ephemeral point. */
static bool encrypt(const struct material *m, struct span head,
    struct span context, struct span plain, struct buf *out)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	uint8_t *to = buf_room(out, plain.n + TAG), last[TAG];
	int n = 0, rest = 0;
	bool ok;

	ok = to != NULL && start_cipher(c, m, head, context, 1) &&
	    (plain.n == 0 ||
		EVP_CipherUpdate(c, to, &n, plain.p, (int)plain.n) == 1) &&
	    EVP_CipherFinal_ex(c, last, &rest) == 1 && rest == 0 &&
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG, to + plain.n) ==
		1;
	if (ok)
		buf_grown(out, plain.n + TAG);
	EVP_CIPHER_CTX_free(c);
	return ok;
}

static bool decrypt(const struct material *m, struct span head,
    struct span context, struct span sealed, struct buf *out)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	size_t plain_n = sealed.n - TAG;
	uint8_t *to = buf_room(out, plain_n), last[TAG], tag[TAG];
	int n = 0, rest = 0;
	bool ok;

	memcpy(tag, sealed.p + plain_n, TAG);
	ok = to != NULL && start_cipher(c, m, head, context, 0) &&
	    (plain_n == 0 ||
		EVP_CipherUpdate(c, to, &n, sealed.p, (int)plain_n) == 1) &&
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG, tag) == 1 &&
	    EVP_CipherFinal_ex(c, last, &rest) == 1 && rest == 0;
	if (ok)
		buf_grown(out, plain_n);
	else if (to != NULL)
		OPENSSL_cleanse(to, plain_n);
	EVP_CIPHER_CTX_free(c);
	return ok;
}

enum rc seal_close(struct span recipient_spki, struct span context,
    struct span secret, struct buf *out, struct err *e)
{
	struct span point = key_spki_bits(recipient_spki), own;
	struct key *ephemeral = NULL;
	uint8_t shared[SECRET], head[1 + POINT];
	struct material m;
	enum key_type type;
	enum rc rc;

	rc = key_check_spki(recipient_spki, &type, e);
	if (rc != RC_OK)
		return rc;
	if (type != KEY_P256 || context.n > CONTEXT_MAX || secret.n > PLAIN_MAX)
		return err_set(e, RC_INVALID, "seal-recipient",
		    "Secrets are sealed for a P-256 key, with at most %d "
		    "bytes in them and %d in their context.",
		    PLAIN_MAX, CONTEXT_MAX);
	rc = key_generate(&ephemeral, KEY_P256, e);
	if (rc != RC_OK)
		return rc;
	own = key_spki_bits(key_spki(ephemeral));
	head[0] = VERSION;
	memcpy(head + 1, own.p, POINT);
	buf_add(out, head, sizeof(head));
	if (!agree(key_evp(ephemeral), point, shared) ||
	    !expand(shared, own, point, &m) ||
	    !encrypt(&m, span_of(head, sizeof(head)), context, secret, out))
		rc = ossl_fault(e, RC_ENV, "seal-failed",
		    "The secret could not be sealed");
	OPENSSL_cleanse(shared, sizeof(shared));
	OPENSSL_cleanse(&m, sizeof(m));
	key_free(ephemeral);
	return rc;
}

enum rc seal_open(struct key *k, struct span context, struct span box,
    struct buf *out, struct err *e)
{
	struct span head, point, rest = box;
	uint8_t shared[SECRET];
	struct material m;
	enum rc rc = RC_OK;

	if (key_type(k) != KEY_P256)
		return err_set(e, RC_INVALID, "seal-recipient",
		    "Sealed secrets are opened with a P-256 key.");
	if (box.n < SEAL_OVERHEAD || box.n > SEAL_OVERHEAD + PLAIN_MAX ||
	    !span_take(&rest, 1 + POINT, &head) || head.p[0] != VERSION ||
	    context.n > CONTEXT_MAX)
		return err_set(e, RC_INVALID, "seal-broken",
		    "This is not a sealed secret.");
	point = span_sub(head, 1, POINT);
	if (!key_ec_is_point(KEY_P256, point) ||
	    !agree(key_evp(k), point, shared) ||
	    !expand(shared, point, key_spki_bits(key_spki(k)), &m) ||
	    !decrypt(&m, head, context, rest, out)) {
		ERR_clear_error();
		rc = err_set(e, RC_INVALID, "seal-broken",
		    "The sealed secret was changed, or it is for another key "
		    "or purpose.");
	}
	OPENSSL_cleanse(shared, sizeof(shared));
	OPENSSL_cleanse(&m, sizeof(m));
	return rc;
}
