/* SHA-256 and SHA-1 with one context per thread, and HMAC-SHA256.
 * Must not fail: libcrypto without digests or memory ends the process. */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <stdlib.h>

#include "pki/digest.h"

struct local {
	EVP_MD_CTX *sha256, *sha1;
};

struct digest {
	EVP_MD_CTX *ctx;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t exit_key;
static EVP_MD *md_sha256, *md_sha1;
static __thread struct local *local;

static void local_free(void *p)
{
	struct local *l = p;

	EVP_MD_CTX_free(l->sha256);
	EVP_MD_CTX_free(l->sha1);
	free(l);
}

/* Fetching looks through the providers, so it is done once. */
static void setup(void)
{
	md_sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	md_sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
	if (md_sha256 == NULL || md_sha1 == NULL ||
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
	l->sha256 = EVP_MD_CTX_new();
	l->sha1 = EVP_MD_CTX_new();
	if (l->sha256 == NULL || l->sha1 == NULL ||
	    pthread_setspecific(exit_key, l) != 0)
		abort();
	local = l;
	return l;
}

static void hash(EVP_MD_CTX *ctx, const EVP_MD *md, struct span in,
    uint8_t *out)
{
	if (EVP_DigestInit_ex2(ctx, md, NULL) != 1 ||
	    EVP_DigestUpdate(ctx, in.p, in.n) != 1 ||
	    EVP_DigestFinal_ex(ctx, out, NULL) != 1)
		abort();
}

void digest_sha256(struct span in, uint8_t out[DIGEST_SHA256])
{
	struct local *l = local_get();

	hash(l->sha256, md_sha256, in, out);
}

void digest_sha1(struct span in, uint8_t out[DIGEST_SHA1])
{
	struct local *l = local_get();

	hash(l->sha1, md_sha1, in, out);
}

static void hmac(const EVP_MD *md, struct span key, struct span in,
    uint8_t *out)
{
	const void *k = key.n > 0 ? (const void *)key.p : "";

	if (key.n > INT32_MAX ||
	    HMAC(md, k, (int)key.n, in.p, in.n, out, NULL) == NULL)
		abort();
}

void digest_hmac_sha256(struct span key, struct span in,
    uint8_t out[DIGEST_SHA256])
{
	hmac(EVP_sha256(), key, in, out);
}

void digest_hmac_sha1(struct span key, struct span in, uint8_t out[DIGEST_SHA1])
{
	hmac(EVP_sha1(), key, in, out);
}

static void start(struct digest *d)
{
	if (EVP_DigestInit_ex2(d->ctx, md_sha256, NULL) != 1)
		abort();
}

struct digest *digest_new(void)
{
	struct digest *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	(void)pthread_once(&once, setup);
	d->ctx = EVP_MD_CTX_new();
	if (d->ctx == NULL) {
		free(d);
		return NULL;
	}
	start(d);
	return d;
}

void digest_add(struct digest *d, struct span in)
{
	if (EVP_DigestUpdate(d->ctx, in.p, in.n) != 1)
		abort();
}

void digest_end(struct digest *d, uint8_t out[DIGEST_SHA256])
{
	if (EVP_DigestFinal_ex(d->ctx, out, NULL) != 1)
		abort();
	start(d);
}

void digest_free(struct digest *d)
{
	if (d == NULL)
		return;
	EVP_MD_CTX_free(d->ctx);
	free(d);
}
