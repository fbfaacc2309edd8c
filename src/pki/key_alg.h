/* Signature algorithms as libcrypto runs them: the hash, and contexts.
 * Must not be included outside of pki. */
#ifndef BIRTHMARK_PKI_KEY_ALG_H
#define BIRTHMARK_PKI_KEY_ALG_H

#include "pki/key.h"

#define KEY_ALG_HASH_MAX 64

bool key_alg_is_rsa(enum key_type t);
/* True if a key of this type makes signatures of this kind. */
bool key_alg_fits(enum key_type t, enum key_sig s);
/* The hash that s signs; 0 when it cannot be had. */
size_t key_alg_hash(enum key_sig s, struct span in,
    uint8_t out[KEY_ALG_HASH_MAX]);
/* A context (EVP_PKEY_CTX *) that signs or verifies hashes of s with this
 * EVP_PKEY; NULL on failure. */
void *key_alg_context(void *evp, enum key_sig s, bool sign);

#endif
