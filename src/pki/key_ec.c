/* Points and key pairs on P-256 and P-384, fast enough for millions.
 * Must not keep a private key. */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "pki/der.h"
#include "pki/key_ec.h"

#define CURVES 2
#define SCALAR_MAX 48

struct local {
	EC_POINT *point[CURVES];
	EVP_PKEY_CTX *maker[CURVES], *reader;
	BN_CTX *bn;
	/* The last point proved to be on its curve: checking and storing a
	 * certificate both ask, one after the other. */
	uint8_t proved[KEY_EC_POINT_MAX];
	size_t proved_n;
};

static const struct {
	int nid;
	const char *name;
	const char *oid;
	size_t size;
} curves[CURVES] = {
    [KEY_P256] = {NID_X9_62_prime256v1, "P-256", "1.2.840.10045.3.1.7", 32},
    [KEY_P384] = {NID_secp384r1, "P-384", "1.3.132.0.34", 48},
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t exit_key;
static EC_GROUP *groups[CURVES];
static __thread struct local *local;

static void local_free(void *p)
{
	struct local *l = p;
	int i;

	for (i = 0; i < CURVES; i++) {
		EC_POINT_free(l->point[i]);
		EVP_PKEY_CTX_free(l->maker[i]);
	}
	EVP_PKEY_CTX_free(l->reader);
	BN_CTX_free(l->bn);
	free(l);
}

static void setup(void)
{
	int i;

	for (i = 0; i < CURVES; i++)
		groups[i] = EC_GROUP_new_by_curve_name(curves[i].nid);
	if (groups[KEY_P256] == NULL || groups[KEY_P384] == NULL ||
	    pthread_key_create(&exit_key, local_free) != 0)
		abort();
}

static struct local *local_get(void)
{
	struct local *l = local;

	if (l != NULL)
		return l;
	(void)pthread_once(&once, setup);
	l = calloc(1, sizeof(*l));
	if (l == NULL)
		abort();
	l->bn = BN_CTX_new();
	l->point[KEY_P256] = EC_POINT_new(groups[KEY_P256]);
	l->point[KEY_P384] = EC_POINT_new(groups[KEY_P384]);
	if (l->bn == NULL || l->point[KEY_P256] == NULL ||
	    l->point[KEY_P384] == NULL || pthread_setspecific(exit_key, l) != 0)
		abort();
	local = l;
	return l;
}

size_t key_ec_size(enum key_type t)
{
	return t == KEY_P256 || t == KEY_P384 ? curves[t].size : 0;
}

bool key_ec_is_point(enum key_type t, struct span bits)
{
	size_t size = key_ec_size(t);
	struct local *l;

	if (size == 0 || bits.n != 1 + 2 * size ||
	    bits.p[0] != POINT_CONVERSION_UNCOMPRESSED)
		return false;
	l = local_get();
	if (span_eq(bits, span_of(l->proved, l->proved_n)))
		return true;
	if (EC_POINT_oct2point(groups[t], l->point[t], bits.p, bits.n, l->bn) ==
	    1) {
		memcpy(l->proved, bits.p, bits.n);
		l->proved_n = bits.n;
		return true;
	}
	ERR_clear_error();
	return false;
}

bool key_ec_expand(enum key_type t, struct span x, bool y_odd, uint8_t *out)
{
	size_t size = key_ec_size(t), i;
	uint8_t packed[1 + SCALAR_MAX];
	struct local *l;

	if (size == 0 || x.n != size)
		return false;
	l = local_get();
	packed[0] = (uint8_t)(POINT_CONVERSION_COMPRESSED + y_odd);
	for (i = 0; i < size; i++)
		packed[1 + i] = x.p[i];
	if (EC_POINT_oct2point(groups[t], l->point[t], packed, 1 + size,
		l->bn) == 1 &&
	    EC_POINT_point2oct(groups[t], l->point[t],
		POINT_CONVERSION_UNCOMPRESSED, out, 1 + 2 * size,
		l->bn) == 1 + 2 * size)
		return true;
	ERR_clear_error();
	return false;
}

void *key_ec_public(enum key_type t, struct span point)
{
	struct local *l = local_get();
	EVP_PKEY *key = NULL;
	/* OpenSSL's parameters are not const, but only read. */
	OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
		(char *)(uintptr_t)curves[t].name, 0),
	    OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
		(void *)(uintptr_t)point.p, point.n),
	    OSSL_PARAM_construct_end(),
	};

	if (!l->reader) {
		l->reader = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
		if (!l->reader || EVP_PKEY_fromdata_init(l->reader) != 1)
			return NULL;
	}
	return EVP_PKEY_fromdata(l->reader, &key, EVP_PKEY_PUBLIC_KEY,
		   params) == 1
	    ? key
	    : NULL;
}

void *key_ec_generate(enum key_type t)
{
	EVP_PKEY *evp = NULL;
	EVP_PKEY_CTX *c;
	struct local *l;

	if (key_ec_size(t) == 0)
		return NULL;
	l = local_get();
	if (l->maker[t] == NULL) {
		c = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
		if (c == NULL || EVP_PKEY_keygen_init(c) != 1 ||
		    EVP_PKEY_CTX_set_group_name(c, curves[t].name) != 1) {
			EVP_PKEY_CTX_free(c);
			return NULL;
		}
		l->maker[t] = c;
	}
	return EVP_PKEY_generate(l->maker[t], &evp) == 1 ? evp : NULL;
}

/* ECPrivateKey without parameters: PKCS#8 names the curve. */
static void put_ec_private(struct buf *out, struct span scalar,
    struct span point)
{
	static const uint8_t version[] = {DER_INTEGER, 1, 1};
	struct buf body, bits;

	buf_init(&body, 512);
	buf_init(&bits, 256);
	buf_add(&body, version, sizeof(version));
	der_put(&body, DER_OCTET_STRING, scalar);
	der_put_bits(&bits, point);
	der_put(&body, DER_CONTEXT(1), buf_span(&bits));
	if (!buf_ok(&body) || !buf_ok(&bits))
		out->bad = true;
	der_put(out, DER_SEQUENCE, buf_span(&body));
	buf_clear_secret(&body);
	buf_clear(&bits);
}

static void put_pkcs8(struct buf *out, enum key_type t, struct span scalar,
    struct span point)
{
	static const uint8_t version[] = {DER_INTEGER, 1, 0};
	struct buf body, alg, inner;

	buf_init(&body, 1024);
	buf_init(&alg, 64);
	buf_init(&inner, 512);
	buf_add(&body, version, sizeof(version));
	der_put_oid(&alg, "1.2.840.10045.2.1");
	der_put_oid(&alg, curves[t].oid);
	der_put(&body, DER_SEQUENCE, buf_span(&alg));
	put_ec_private(&inner, scalar, point);
	der_put(&body, DER_OCTET_STRING, buf_span(&inner));
	if (!buf_ok(&body) || !buf_ok(&alg) || !buf_ok(&inner))
		out->bad = true;
	der_put(out, DER_SEQUENCE, buf_span(&body));
	buf_clear_secret(&body);
	buf_clear_secret(&inner);
	buf_clear(&alg);
}

bool key_ec_pkcs8(enum key_type t, void *evp, struct buf *der)
{
	uint8_t scalar[SCALAR_MAX], point[KEY_EC_POINT_MAX];
	size_t size = key_ec_size(t), n = 0;
	BIGNUM *d = NULL;
	bool ok;

	ok = size > 0 &&
	    EVP_PKEY_get_bn_param(evp, OSSL_PKEY_PARAM_PRIV_KEY, &d) == 1 &&
	    BN_bn2binpad(d, scalar, (int)size) == (int)size &&
	    EVP_PKEY_get_octet_string_param(evp, OSSL_PKEY_PARAM_PUB_KEY, point,
		sizeof(point), &n) == 1 &&
	    n == 1 + 2 * size && point[0] == POINT_CONVERSION_UNCOMPRESSED;
	if (ok)
		put_pkcs8(der, t, span_of(scalar, size), span_of(point, n));
	BN_clear_free(d);
	OPENSSL_cleanse(scalar, sizeof(scalar));
	ERR_clear_error();
	return ok && buf_ok(der);
}
