/* libbirthmark's platform.
 * Must not judge anything: the library does. */
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#include "base/rand.h"
#include "device/agent_platform.h"

#define SLOT_MAX_BYTES (64u * 1024)

static const char *const slots[BM_SLOT_COUNT] = {
    [BM_SLOT_STATE] = "state",
    [BM_SLOT_DOMAIN] = "domain.der",
    [BM_SLOT_CAS] = "cas.der",
    [BM_SLOT_CERT_A] = "cert-a.der",
    [BM_SLOT_CERT_B] = "cert-b.der",
    [BM_SLOT_PEERS] = "peers",
    [BM_SLOT_PROOF] = "proof.der",
    [BM_SLOT_CONFIGURATION] = "configuration",
};

static bool sign(void *ctx, enum bm_key which, const uint8_t digest[32],
    uint8_t *sig, size_t *n)
{
	struct agent_platform *p = ctx;
	uint8_t made[BM_SIGNATURE_MAX + 8]; /* room that a size may name */
	EVP_PKEY_CTX *c = NULL;
	struct key *k;
	bool ok;

	if (agent_keys_get(p->keys, which, &k, &p->fault) != RC_OK)
		return false;
	c = EVP_PKEY_CTX_new(key_evp(k), NULL);
	*n = sizeof(made);
	ok = c && EVP_PKEY_sign_init(c) == 1 &&
	    EVP_PKEY_sign(c, made, n, digest, 32) == 1 &&
	    *n <= BM_SIGNATURE_MAX;
	if (ok)
		memcpy(sig, made, *n);
	else
		(void)err_set(&p->fault, RC_ENV, "sign",
		    "The device's key did not sign.");
	EVP_PKEY_CTX_free(c);
	ERR_clear_error();
	return ok;
}

static bool key_new(void *ctx, enum bm_key which)
{
	struct agent_platform *p = ctx;

	return agent_keys_make(p->keys, which, &p->fault) == RC_OK;
}

static bool key_point(void *ctx, enum bm_key which, uint8_t point[BM_POINT_256])
{
	struct agent_platform *p = ctx;
	struct span bits;
	struct key *k;

	if (agent_keys_get(p->keys, which, &k, &p->fault) != RC_OK)
		return false;
	bits = key_spki_bits(key_spki(k));
	if (key_type(k) != KEY_P256 || bits.n != BM_POINT_256) {
		(void)err_set(&p->fault, RC_INVALID, "key-type",
		    "The device's key must be on P-256.");
		return false;
	}
	memcpy(point, bits.p, BM_POINT_256);
	return true;
}

static EVP_PKEY *public_key(enum bm_curve curve, struct bm_span point)
{
	char group[] = "P-384";
	OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group,
		0),
	    OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
		(void *)(uintptr_t)point.p, point.n),
	    OSSL_PARAM_construct_end(),
	};
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *k = NULL;

	if (curve == BM_P256)
		memcpy(group, "P-256", sizeof(group));
	if (!c || EVP_PKEY_fromdata_init(c) != 1 ||
	    EVP_PKEY_fromdata(c, &k, EVP_PKEY_PUBLIC_KEY, params) != 1)
		k = NULL;
	EVP_PKEY_CTX_free(c);
	return k;
}

static bool verify(void *ctx, enum bm_curve curve, struct bm_span point,
    struct bm_span digest, struct bm_span sig)
{
	EVP_PKEY *k = public_key(curve, point);
	EVP_PKEY_CTX *c = k ? EVP_PKEY_CTX_new(k, NULL) : NULL;
	bool ok = c && EVP_PKEY_public_check(c) == 1 &&
	    EVP_PKEY_verify_init(c) == 1 &&
	    EVP_PKEY_verify(c, sig.p, sig.n, digest.p, digest.n) == 1;

	EVP_PKEY_CTX_free(c);
	EVP_PKEY_free(k);
	ERR_clear_error();
	return ok;
}

static bool digest(void *ctx, enum bm_hash hash, struct bm_span data,
    uint8_t *out)
{
	unsigned int n = 0;

	return EVP_Digest(data.p, data.n, out, &n,
		   hash == BM_SHA384 ? EVP_sha384() : EVP_sha256(), NULL) == 1;
}

static bool random_bytes(void *ctx, uint8_t *out, size_t n)
{
	rand_bytes(out, n);
	return true;
}

enum rc agent_platform_slot(const struct agent_store *store, enum bm_slot slot,
    struct buf *out, struct err *e)
{
	return agent_store_read(store, slots[slot], out, e);
}

static bool load(void *ctx, enum bm_slot slot, uint8_t *out, size_t cap,
    size_t *n)
{
	struct agent_platform *p = ctx;
	struct buf b;
	bool ok;

	buf_init(&b, SLOT_MAX_BYTES);
	ok = agent_platform_slot(p->store, slot, &b, &p->fault) == RC_OK &&
	    b.n <= cap;
	if (ok && b.n > 0)
		memcpy(out, b.p, b.n);
	*n = ok ? b.n : 0;
	buf_clear(&b);
	return ok;
}

static bool store(void *ctx, enum bm_slot slot, const uint8_t *p, size_t n)
{
	struct agent_platform *a = ctx;

	return agent_store_write(a->store, slots[slot], span_of(p, n),
		   &a->fault) == RC_OK;
}

void agent_platform_init(struct agent_platform *p, struct agent_keys *keys,
    const struct agent_store *state)
{
	memset(p, 0, sizeof(*p));
	p->keys = keys;
	p->store = state;
	p->calls = (struct bm_platform){
	    .ctx = p,
	    .sign = sign,
	    .key_new = key_new,
	    .key_point = key_point,
	    .verify = verify,
	    .digest = digest,
	    .random = random_bytes,
	    .load = load,
	    .store = store,
	};
}
