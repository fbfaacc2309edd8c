/* A library context of OpenSSL's that knows few kinds of keys.  To decode one
 * public key, OpenSSL 3 goes through all decoders and kinds of keys that there
 * are, with locks and copies, for each handshake: this is most of its cost.
 * Must not implement any algorithm: all are the default provider's. */
#include "net/tls_lib.h"

#include <openssl/core_dispatch.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define NAME "birthmark-tls"
#define KEPT_MAX 32

struct few {
	int operation;
	const char *property;		   /* part of what is said of each */
	const char *const *names;	   /* ends with NULL */
	OSSL_ALGORITHM list[KEPT_MAX + 1]; /* ends with an empty one */
};

/* Of certificates, of key exchange, and what libssl takes for keys. */
static const char *const keys[] = {"EC", "RSA", "RSA-PSS", "ED25519", "ED448",
    "X25519", "X448", "HMAC", "HKDF", "TLS1-PRF", NULL};
/* What http_tls agrees to. */
static const char *const ciphers[] = {"AES-128-GCM", "AES-256-GCM",
    "ChaCha20-Poly1305", NULL};
static const char *const digests[] = {"SHA1", "SHA2-256", "SHA2-384",
    "SHA2-512", NULL};
static const char *const nothing[] = {NULL};

static CRYPTO_ONCE once = CRYPTO_ONCE_STATIC_INIT;
static OSSL_LIB_CTX *small;
static OSSL_PROVIDER *whole; /* the default one */
/* Others are as the default provider has them. */
static struct few fews[] = {
    {.operation = OSSL_OP_KEYMGMT, .property = "", .names = keys},
    {.operation = OSSL_OP_DECODER,
	.property = "structure=SubjectPublicKeyInfo",
	.names = keys},
    {.operation = OSSL_OP_ENCODER, .property = "", .names = nothing},
    {.operation = OSSL_OP_STORE, .property = "", .names = nothing},
    {.operation = OSSL_OP_CIPHER, .property = "", .names = ciphers},
    {.operation = OSSL_OP_DIGEST, .property = "", .names = digests},
};

/* names: those of one algorithm, with colons between. */
static bool is_one(const char *names, const char *const *of)
{
	size_t i, n;

	for (; *names; names += n + (names[n] == ':')) {
		n = strcspn(names, ":");
		for (i = 0; of[i]; i++)
			if (strlen(of[i]) == n &&
			    strncasecmp(names, of[i], n) == 0)
				return true;
	}
	return false;
}

static bool choose(struct few *f)
{
	const OSSL_ALGORITHM *a;
	size_t n = 0;
	int no_cache = 0;

	a = OSSL_PROVIDER_query_operation(whole, f->operation, &no_cache);
	for (; a && a->algorithm_names; a++) {
		if (!is_one(a->algorithm_names, f->names) ||
		    !strstr(a->property_definition, f->property))
			continue;
		if (n == KEPT_MAX)
			return false;
		f->list[n++] = *a;
	}
	return !no_cache;
}

static bool choose_all(void)
{
	size_t i;

	for (i = 0; i < sizeof(fews) / sizeof(fews[0]); i++)
		if (!choose(&fews[i]))
			return false;
	return true;
}

static const OSSL_ALGORITHM *on_query(void *ctx, int operation, int *no_cache)
{
	size_t i;

	*no_cache = 0;
	for (i = 0; i < sizeof(fews) / sizeof(fews[0]); i++)
		if (fews[i].operation == operation)
			return fews[i].list;
	return OSSL_PROVIDER_query_operation(whole, operation, no_cache);
}

static int on_params(void *ctx, OSSL_PARAM params[])
{
	return OSSL_PROVIDER_get_params(whole, params);
}

static const OSSL_PARAM *on_gettable(void *ctx)
{
	return OSSL_PROVIDER_gettable_params(whole);
}

static int on_capabilities(void *ctx, const char *what, OSSL_CALLBACK *f,
    void *arg)
{
	return OSSL_PROVIDER_get_capabilities(whole, what, f, arg);
}

static int on_init(const OSSL_CORE_HANDLE *h, const OSSL_DISPATCH *in,
    const OSSL_DISPATCH **out, void **ctx)
{
	static const OSSL_DISPATCH calls[] = {
	    {OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))on_query},
	    {OSSL_FUNC_PROVIDER_GET_PARAMS, (void (*)(void))on_params},
	    {OSSL_FUNC_PROVIDER_GETTABLE_PARAMS, (void (*)(void))on_gettable},
	    {OSSL_FUNC_PROVIDER_GET_CAPABILITIES,
		(void (*)(void))on_capabilities},
	    {0, NULL}};

	*out = calls;
	*ctx = OSSL_PROVIDER_get0_provider_ctx(whole);
	return 1;
}

static int count(OSSL_PROVIDER *p, void *others)
{
	if (strcmp(OSSL_PROVIDER_get0_name(p), "default") != 0)
		++*(int *)others;
	return 1;
}

static bool is_plain(void)
{
	int others = 0;

	return OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL) == 1 &&
	    OSSL_PROVIDER_do_all(NULL, count, &others) == 1 && others == 0 &&
	    OSSL_PROVIDER_available(NULL, "default") == 1 &&
	    EVP_default_properties_is_fips_enabled(NULL) == 0;
}

static void make(void)
{
	OSSL_LIB_CTX *l;

	if (!is_plain())
		return;
	whole = OSSL_PROVIDER_load(NULL, "default");
	l = OSSL_LIB_CTX_new();
	if (whole && l && choose_all() &&
	    OSSL_PROVIDER_add_builtin(l, NAME, on_init) == 1 &&
	    OSSL_PROVIDER_load(l, NAME)) {
		small = l;
		return;
	}
	OSSL_LIB_CTX_free(l);
	ERR_clear_error();
}

OSSL_LIB_CTX *tls_lib_small(void)
{
	return CRYPTO_THREAD_run_once(&once, make) == 1 ? small : NULL;
}
