/* A passkey made at run time, as an authenticator and a browser would write
 * what they send of it.  Must not share code with what is tested. */
#ifndef BIRTHMARK_TESTS_WEBAUTHN_CASE_H
#define BIRTHMARK_TESTS_WEBAUTHN_CASE_H

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <string.h>

#include "base/enc.h"
#include "pki/digest.h"
#include "pki/webauthn.h"
#include "tests/unit/check.h"

struct webauthn_case {
	EVP_PKEY *evp;
	int alg;
	char rp[64]; /* id of the site that it thinks it is at */
	uint8_t flags;
	uint32_t count;
	uint8_t id[16];
};

static inline void webauthn_case_open(struct webauthn_case *c, int alg)
{
	memset(c, 0, sizeof(*c));
	c->alg = alg;
	c->flags = 0x45;
	(void)snprintf(c->rp, sizeof(c->rp), "birthmark.test");
	memset(c->id, 7, sizeof(c->id));
	c->evp = alg == WEBAUTHN_ES256 ? EVP_EC_gen("P-256")
	    : alg == WEBAUTHN_EDDSA ? EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")
				    : EVP_RSA_gen(2048);
	assert_non_null(c->evp);
}

static inline void webauthn_case_close(struct webauthn_case *c)
{
	EVP_PKEY_free(c->evp);
	c->evp = NULL;
}

static inline void webauthn_case_bytes(struct buf *out, struct span s)
{
	buf_add_u8(out, 0x59);
	buf_add_u16(out, (uint16_t)s.n);
	buf_add_span(out, s);
}

static inline void webauthn_case_number(struct webauthn_case *c,
    const char *name, size_t size, struct buf *out)
{
	uint8_t raw[256];
	BIGNUM *n = NULL;

	assert_int_equal(EVP_PKEY_get_bn_param(c->evp, name, &n), 1);
	assert_int_equal(BN_bn2binpad(n, raw, (int)size), size);
	webauthn_case_bytes(out, span_of(raw, size));
	BN_free(n);
}

/* COSE_Key (RFC 9052, 9053). */
static inline void webauthn_case_cose(struct webauthn_case *c, struct buf *out)
{
	uint8_t raw[32];
	size_t n = sizeof(raw);

	if (c->alg == WEBAUTHN_ES256) {
		buf_add(out, "\xa5\x01\x02\x03\x26\x20\x01\x21", 8);
		webauthn_case_number(c, OSSL_PKEY_PARAM_EC_PUB_X, 32, out);
		buf_add(out, "\x22", 1);
		webauthn_case_number(c, OSSL_PKEY_PARAM_EC_PUB_Y, 32, out);
	} else if (c->alg == WEBAUTHN_EDDSA) {
		buf_add(out, "\xa4\x01\x01\x03\x27\x20\x06\x21", 8);
		assert_int_equal(EVP_PKEY_get_raw_public_key(c->evp, raw, &n),
		    1);
		webauthn_case_bytes(out, span_of(raw, n));
	} else {
		buf_add(out, "\xa4\x01\x03\x03\x39\x01\x00\x20", 8);
		webauthn_case_number(c, OSSL_PKEY_PARAM_RSA_N, 256, out);
		buf_add(out, "\x21", 1);
		webauthn_case_number(c, OSSL_PKEY_PARAM_RSA_E, 3, out);
	}
}

static inline void webauthn_case_auth(struct webauthn_case *c, struct buf *out)
{
	uint8_t hash[DIGEST_SHA256];

	digest_sha256(span_str(c->rp), hash);
	buf_add(out, hash, sizeof(hash));
	buf_add_u8(out, c->flags);
	buf_add_u32(out, c->count);
}

/* The attestation object. */
static inline void webauthn_case_made(struct webauthn_case *c, struct buf *out)
{
	static const uint8_t aaguid[16];
	struct buf auth;

	buf_init(&auth, 4096);
	webauthn_case_auth(c, &auth);
	buf_add(&auth, aaguid, sizeof(aaguid));
	buf_add_u16(&auth, sizeof(c->id));
	buf_add(&auth, c->id, sizeof(c->id));
	webauthn_case_cose(c, &auth);
	buf_add_str(out,
	    "\xa3\x63"
	    "fmt\x64none\x67"
	    "attStmt\xa0\x68"
	    "authData");
	webauthn_case_bytes(out, buf_span(&auth));
	buf_clear(&auth);
}

static inline void webauthn_case_client(struct buf *out, const char *type,
    const char *origin, const uint8_t challenge[WEBAUTHN_CHALLENGE])
{
	buf_addf(out, "{\"type\":\"%s\",\"challenge\":\"", type);
	enc_base64url(out, span_of(challenge, WEBAUTHN_CHALLENGE));
	buf_addf(out, "\",\"origin\":\"%s\",\"crossOrigin\":false}", origin);
}

static inline void webauthn_case_sign(struct webauthn_case *c,
    struct span client, struct span auth, struct buf *signature)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	uint8_t hash[DIGEST_SHA256];
	struct buf text;
	size_t n = 512;

	buf_init(&text, 4096);
	digest_sha256(client, hash);
	buf_add_span(&text, auth);
	buf_add(&text, hash, sizeof(hash));
	assert_int_equal(EVP_DigestSignInit(md, NULL,
			     c->alg == WEBAUTHN_EDDSA ? NULL : EVP_sha256(),
			     NULL, c->evp),
	    1);
	assert_int_equal(EVP_DigestSign(md, buf_room(signature, n), &n, text.p,
			     text.n),
	    1);
	buf_grown(signature, n);
	EVP_MD_CTX_free(md);
	buf_clear(&text);
}

#endif
