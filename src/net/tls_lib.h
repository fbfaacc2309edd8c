/* What a TLS server that asks for clients' certificates needs of OpenSSL, and
 * nothing else.
 * Internal to net. */
#ifndef BIRTHMARK_NET_TLS_LIB_H
#define BIRTHMARK_NET_TLS_LIB_H

struct ossl_lib_ctx_st;

/* OpenSSL's default provider with only the public keys that certificates here
 * may have, and what http_tls agrees to; it cannot read private keys.  NULL,
 * the ordinary library context, where the machine's configuration says more
 * than the default (providers, FIPS), or when it cannot be made.  Not to be
 * freed. */
struct ossl_lib_ctx_st *tls_lib_small(void);

#endif
