/* Keys behind one interface: private keys in PEM files or, by `pkcs11:` URI
 * (RFC 7512), in a token; public keys as they stand in a certificate.
 * Must not export a private key except to the file it was made for. */
#ifndef BIRTHMARK_PKI_KEY_H
#define BIRTHMARK_PKI_KEY_H

#include "base/buf.h"

enum key_type {
	KEY_P256,
	KEY_P384,
	KEY_RSA2048,
	KEY_RSA3072,
	KEY_RSA4096,
	KEY_UNKNOWN
};

/* Signature algorithms met in X.509: ECDSA and RSA PKCS#1 v1.5, SHA-2. */
enum key_sig {
	KEY_SIG_ECDSA_SHA256,
	KEY_SIG_ECDSA_SHA384,
	KEY_SIG_ECDSA_SHA512,
	KEY_SIG_RSA_SHA256,
	KEY_SIG_RSA_SHA384,
	KEY_SIG_RSA_SHA512,
	KEY_SIG_UNKNOWN
};

const char *key_type_name(enum key_type t);  /* "p256", "rsa2048", ... */
enum key_type key_type_of(struct span name); /* KEY_UNKNOWN if none */
const char *key_sig_name(enum key_sig s);    /* "ecdsa-with-SHA256", ... */
/* The whole AlgorithmIdentifier (DER) of s. */
struct span key_sig_alg(enum key_sig s);
enum key_sig key_sig_of(struct span algorithm_identifier);

/* A private key; safe to use from one thread at a time. */
struct key;

MUST_CHECK enum rc key_generate(struct key **out, enum key_type type,
    struct err *e);
/* where: a path of a PEM file (PKCS#8, unencrypted) or a pkcs11: URI. */
MUST_CHECK enum rc key_open(struct key **out, const char *where, struct err *e);
MUST_CHECK enum rc key_from_pem(struct key **out, struct span pem,
    struct err *e);
/* PKCS#8 PEM; RC_DENIED for a key in a token. */
MUST_CHECK enum rc key_pem(const struct key *k, struct buf *out, struct err *e);
/* A key that something else holds (EVP_PKEY *), taken over, also on failure;
 * its private part is taken to be in hardware. */
MUST_CHECK enum rc key_adopt(struct key **out, void *evp, struct err *e);
/* The certificate (DER, appended) that a token keeps under a pkcs11: URI;
 * RC_NOT_FOUND when it keeps none. */
MUST_CHECK enum rc key_token_cert(const char *uri, struct buf *der,
    struct err *e);
void key_free(struct key *k);
enum key_type key_type(const struct key *k);
/* The signature this key makes: SHA-256, or SHA-384 for P-384. */
enum key_sig key_sig(const struct key *k);
enum key_sig key_sig_for(enum key_type t); /* as key_sig, by type */
/* SubjectPublicKeyInfo (DER), borrowed from k. */
struct span key_spki(const struct key *k);
/* Signs the bytes (hashing them); DER signature as X.509 has it. */
MUST_CHECK enum rc key_sign(struct key *k, struct span tbs, struct buf *sig,
    struct err *e);
/* The OpenSSL key (EVP_PKEY *), borrowed; for pki and net only. */
void *key_evp(struct key *k);

/* What a SubjectPublicKeyInfo holds, judged: type, and for EC that the point
 * is on its curve, for RSA the size and an odd exponent >= 65537. */
MUST_CHECK enum rc key_check_spki(struct span spki, enum key_type *type,
    struct err *e);
/* The bits inside the BIT STRING: EC point (65 or 97 bytes), RSA key. */
struct span key_spki_bits(struct span spki);

/* A public key that verifies, kept decoded; one thread at a time. */
struct key_pub;
MUST_CHECK enum rc key_pub_new(struct key_pub **out, struct span spki,
    struct err *e);
void key_pub_free(struct key_pub *p);
enum key_type key_pub_type(const struct key_pub *p);
/* RC_INVALID when the signature is not by this key. */
MUST_CHECK enum rc key_pub_verify(struct key_pub *p, enum key_sig sig,
    struct span tbs, struct span signature, struct err *e);

/* ECDSA signature between DER and raw r||s of 2*size bytes (JWS). */
MUST_CHECK bool key_sig_to_raw(struct span der, size_t size, uint8_t *out);
MUST_CHECK bool key_sig_to_der(struct span raw, struct buf *out);

#endif
