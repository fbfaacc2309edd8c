/* TLS 1.2 and 1.3 for the server, without tickets or resumption.
 * Must not take a client certificate on its word: presence and verification
 * are both checked. */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "net/http_tls.h"
#include "net/tls_anchor.h"
#include "net/tls_lib.h"

#define CERT_MAX (64 * 1024)
#define NAMES_BYTES 16384 /* of the CAs that clients are told */

/* Lives as long as its context, which connections hold. */
struct http_tls {
	SSL_CTX *ctx;
	struct tls_anchors *anchors; /* NULL: clients are not asked */
	http_tls_name *name;
	void *name_ctx;
};

static CRYPTO_ONCE slot_once = CRYPTO_ONCE_STATIC_INIT;
static int slot; /* of a context, for its struct http_tls */

static void free_with_context(void *ctx, void *ptr, CRYPTO_EX_DATA *data, int i,
    long n, void *arg)
{
	struct http_tls *t = ptr;

	if (t)
		tls_anchor_free(t->anchors);
	free(t);
}

static void make_slot(void)
{
	slot = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, free_with_context);
}

/* NULL: no memory. */
static struct http_tls *new_tls(OSSL_LIB_CTX *lib)
{
	struct http_tls *t = calloc(1, sizeof(*t));
	SSL_CTX *ctx = SSL_CTX_new_ex(lib, NULL, TLS_server_method());

	if (t && ctx && CRYPTO_THREAD_run_once(&slot_once, make_slot) == 1 &&
	    slot >= 0 && SSL_CTX_set_ex_data(ctx, slot, t) == 1) {
		t->ctx = ctx;
		return t;
	}
	free(t);
	SSL_CTX_free(ctx);
	return NULL;
}

static enum rc tls_err(struct err *e, const char *slug, const char *what,
    const char *file)
{
	char why[160];
	unsigned long code = ERR_peek_last_error();

	ERR_error_string_n(code, why, sizeof(why));
	ERR_clear_error();
	return err_set(e, RC_ENV, slug, "%s %s (%s).", what, file, why);
}

/* RFC 7301: a client that offers protocols must offer ours. */
static int on_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_n,
    const unsigned char *in, unsigned int in_n, void *arg)
{
	static const unsigned char ours[] = "\x08http/1.1";
	unsigned char *chosen;

	if (SSL_select_next_proto(&chosen, out_n, ours, sizeof(ours) - 1, in,
		in_n) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

/* A message of TLS holds 64 KB of names; without any, a client sends what it
 * has.  Takes them. */
static void name_cas(SSL_CTX *ctx, STACK_OF(X509_NAME) * names)
{
	int i, n = 0;

	for (i = 0; i < sk_X509_NAME_num(names) && n <= NAMES_BYTES; i++)
		n += i2d_X509_NAME(sk_X509_NAME_value(names, i), NULL) + 2;
	if (names && n <= NAMES_BYTES)
		SSL_CTX_set_client_CA_list(ctx, names);
	else
		sk_X509_NAME_pop_free(names, X509_NAME_free);
}

/* What libssl would come to, sooner; it decides where that does not. */
static int on_verify(X509_STORE_CTX *x, void *arg)
{
	const struct http_tls *t = arg;

	if (!tls_anchor_vouches(t->anchors, X509_STORE_CTX_get0_cert(x)))
		return X509_verify_cert(x);
	X509_STORE_CTX_set_error(x, X509_V_OK);
	return 1;
}

static enum rc trust_clients(struct http_tls *t, const char *file, bool require,
    struct err *e)
{
	SSL_CTX *ctx = t->ctx;
	struct buf pem;
	enum rc rc;

	SSL_CTX_set_verify(ctx,
	    SSL_VERIFY_PEER | (require ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
	    NULL);
	/* A vendor may register an issuing CA without its root. */
	X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(ctx),
	    X509_V_FLAG_PARTIAL_CHAIN);
	buf_init(&pem, 4 << 20);
	rc = file_read(file, &pem, e);
	if (rc != RC_OK || pem.n == 0)
		goto out; /* an empty bundle trusts nobody */
	rc = RC_ENV;
	t->anchors =
	    tls_anchor_load(buf_span(&pem), SSL_CTX_get_cert_store(ctx));
	if (!t->anchors) {
		(void)tls_err(e, "bad-client-ca",
		    "The bundle of client CAs cannot be read:", file);
		goto out;
	}
	SSL_CTX_set_cert_verify_callback(ctx, on_verify, t);
	name_cas(ctx, SSL_load_client_CA_file_ex(file, tls_lib_small(), NULL));
	rc = RC_OK;
out:
	buf_clear(&pem);
	return rc;
}

static bool harden(SSL_CTX *ctx)
{
	SSL_CTX_set_options(ctx,
	    SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
		SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_COMPRESSION |
		SSL_OP_SINGLE_ECDH_USE | SSL_OP_SINGLE_DH_USE);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_alpn_select_cb(ctx, on_alpn, NULL);
	return SSL_CTX_set_num_tickets(ctx, 0) == 1 &&
	    SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) == 1 &&
	    SSL_CTX_set_cipher_list(ctx, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
	    SSL_CTX_set1_groups_list(ctx, "X25519:P-256:P-384") == 1;
}

/* The small library has no forms of private keys. */
static bool use_key(SSL_CTX *ctx, const char *file)
{
	BIO *in = BIO_new_file(file, "r");
	EVP_PKEY *key =
	    in ? PEM_read_bio_PrivateKey(in, NULL, NULL, NULL) : NULL;
	bool ok = key && SSL_CTX_use_PrivateKey(ctx, key) == 1 &&
	    SSL_CTX_check_private_key(ctx) == 1;

	EVP_PKEY_free(key);
	BIO_free(in);
	return ok;
}

enum rc http_tls_new(struct http_tls **out, const char *cert_file,
    const char *key_file, const char *client_ca, bool require_client,
    struct err *e)
{
	struct http_tls *t;
	enum rc rc = RC_ENV;

	*out = NULL;
	t = new_tls(client_ca ? tls_lib_small() : NULL);
	if (!t)
		return err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	if (!harden(t->ctx)) {
		(void)tls_err(e, "no-tls", "TLS cannot be set up for",
		    cert_file);
		goto out;
	}
	if (SSL_CTX_use_certificate_chain_file(t->ctx, cert_file) != 1) {
		(void)tls_err(e, "bad-tls-certificate",
		    "The TLS certificate cannot be read:", cert_file);
		goto out;
	}
	if (!use_key(t->ctx, key_file)) {
		(void)tls_err(e, "bad-tls-key",
		    "The TLS key cannot be read, or is of another "
		    "certificate:",
		    key_file);
		goto out;
	}
	rc = client_ca ? trust_clients(t, client_ca, require_client, e) : RC_OK;
out:
	if (rc == RC_OK)
		*out = t;
	else
		http_tls_free(t);
	return rc;
}

static bool use_chain(SSL *ssl, struct span ders, EVP_PKEY *key)
{
	STACK_OF(X509) *above = sk_X509_new_null();
	const unsigned char *p = ders.p;
	X509 *leaf = d2i_X509(NULL, &p, (long)ders.n), *x;
	bool ok = above && leaf;

	while (ok && p < ders.p + ders.n) {
		x = d2i_X509(NULL, &p, (long)(ders.p + ders.n - p));
		ok = x && sk_X509_push(above, x) > 0;
	}
	ok = ok && SSL_use_cert_and_key(ssl, leaf, key, above, 1) == 1;
	X509_free(leaf);
	sk_X509_pop_free(above, X509_free);
	return ok;
}

/* Who answers the name with a certificate that cannot be used is not there. */
static int on_cert(SSL *ssl, void *arg)
{
	struct http_tls *t = arg;
	struct span name = http_tls_server_name(ssl);
	struct buf chain, pem;
	EVP_PKEY *key = NULL;
	BIO *in = NULL;
	int ok = 1;

	if (name.n == 0 || !t->name)
		return 1;
	buf_init(&chain, CERT_MAX);
	buf_init(&pem, CERT_MAX);
	if (t->name(t->name_ctx, name, &chain, &pem)) {
		in = BIO_new_mem_buf(pem.p, (int)pem.n);
		key = in ? PEM_read_bio_PrivateKey(in, NULL, NULL, NULL) : NULL;
		ok = key && use_chain(ssl, buf_span(&chain), key);
	}
	BIO_free(in);
	EVP_PKEY_free(key);
	buf_clear(&chain);
	buf_clear_secret(&pem);
	return ok;
}

void http_tls_set_names(struct http_tls *t, http_tls_name *f, void *ctx)
{
	t->name = f;
	t->name_ctx = ctx;
	SSL_CTX_set_cert_cb(t->ctx, f ? on_cert : NULL, t);
}

struct span http_tls_server_name(struct ssl_st *ssl)
{
	return span_str(SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name));
}

void http_tls_free(struct http_tls *t)
{
	if (t)
		SSL_CTX_free(t->ctx);
}

struct ssl_st *http_tls_accept(struct http_tls *t)
{
	return SSL_new(t->ctx);
}

void http_tls_drop(struct ssl_st *ssl)
{
	SSL_free(ssl);
}

void http_tls_client_cert(struct ssl_st *ssl, struct buf *out)
{
	X509 *x = SSL_get0_peer_certificate(ssl);
	unsigned char *der = NULL;
	int n;

	if (!x || SSL_get_verify_result(ssl) != X509_V_OK ||
	    !(SSL_get_verify_mode(ssl) & SSL_VERIFY_PEER))
		return;
	n = i2d_X509(x, &der);
	if (n > 0 && n <= CERT_MAX)
		buf_add(out, der, (size_t)n);
	OPENSSL_free(der);
}

void http_tls_shutdown(struct ssl_st *ssl)
{
	if (SSL_is_init_finished(ssl))
		(void)SSL_shutdown(ssl);
	ERR_clear_error();
}

void http_tls_forget_errors(void)
{
	ERR_clear_error();
}
