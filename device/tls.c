/* TLS contexts of a device, over OpenSSL.
 * Must not trust anybody that it was not given. */
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "base/enc.h"
#include "base/file.h"
#include "device/tls.h"

#define PEM_MAX (512u * 1024)

static enum rc bad(struct err *e, const char *what)
{
	char why[160];

	tls_fault(why, sizeof(why));
	return err_set(e, RC_ENV, "device-tls", "%s%s%s", what,
	    why[0] ? ": " : ".", why);
}

void tls_fault(char *out, size_t cap)
{
	const char *data = NULL, *reason;
	int flags = 0;
	unsigned long code =
	    ERR_peek_last_error_all(NULL, NULL, NULL, &data, &flags);

	reason = code ? ERR_reason_error_string(code) : NULL;
	if (data && data[0] && (flags & ERR_TXT_STRING))
		(void)snprintf(out, cap, "%.80s (%.70s)",
		    reason ? reason : "fault", data);
	else
		(void)snprintf(out, cap, "%.150s", reason ? reason : "");
	ERR_clear_error();
}

/* The next certificate of several; NULL at the end or when it is broken. */
static X509 *next_cert(struct span *ders)
{
	const unsigned char *p = ders->p;
	X509 *x;

	if (ders->n == 0)
		return NULL;
	x = d2i_X509(NULL, &p, (long)ders->n);
	if (x)
		*ders = span_of(p, ders->n - (size_t)(p - ders->p));
	return x;
}

static enum rc use_chain(SSL_CTX *ctx, struct span chain, struct err *e)
{
	X509 *x;

	while ((x = next_cert(&chain)) != NULL)
		if (SSL_CTX_add0_chain_cert(ctx, x) != 1) {
			X509_free(x);
			return bad(e, "Cannot use the certificate's chain");
		}
	return chain.n == 0 ? RC_OK
			    : bad(e, "Cannot read the certificate's chain");
}

static enum rc use_self(SSL_CTX *ctx, const struct tls_self *s, struct err *e)
{
	struct span cert = s->cert;
	X509 *x = next_cert(&cert);
	bool ok = x && SSL_CTX_use_certificate(ctx, x) == 1 &&
	    SSL_CTX_use_PrivateKey(ctx, key_evp(s->key)) == 1;

	X509_free(x);
	if (!ok)
		return bad(e, "Cannot use the device's certificate");
	(void)SSL_CTX_set_mode(ctx, SSL_MODE_NO_AUTO_CHAIN);
	return use_chain(ctx, s->chain, e);
}

static enum rc use_anchors(SSL_CTX *ctx, struct span anchors, struct err *e)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);
	bool ok = true;
	X509 *x;

	while (ok && (x = next_cert(&anchors)) != NULL) {
		ok = X509_STORE_add_cert(store, x) == 1;
		X509_free(x);
	}
	if (!ok || anchors.n > 0)
		return bad(e, "Cannot read the certificates to be trusted");
	(void)X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
	return RC_OK;
}

static bool use_host(SSL_CTX *ctx, const char *host)
{
	X509_VERIFY_PARAM *p = SSL_CTX_get0_param(ctx);

	if (X509_VERIFY_PARAM_set1_ip_asc(p, host) == 1)
		return true;
	X509_VERIFY_PARAM_set_hostflags(p,
	    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return X509_VERIFY_PARAM_set1_host(p, host, 0) == 1;
}

enum rc tls_client(void **out, const struct tls_self *self, struct span anchors,
    const char *host, struct err *e)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	enum rc rc;

	*out = NULL;
	if (!ctx || SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1 ||
	    !use_host(ctx, host)) {
		SSL_CTX_free(ctx);
		return bad(e, "Cannot start TLS");
	}
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	(void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	rc = use_anchors(ctx, anchors, e);
	if (rc == RC_OK && self)
		rc = use_self(ctx, self, e);
	if (rc != RC_OK)
		SSL_CTX_free(ctx);
	else
		*out = ctx;
	return rc;
}

static int judged_later(X509_STORE_CTX *ctx, void *arg)
{
	X509_STORE_CTX_set_error(ctx, X509_V_OK);
	return 1;
}

enum rc tls_peer(void **out, const struct tls_self *self, bool is_server,
    struct err *e)
{
	SSL_CTX *ctx =
	    SSL_CTX_new(is_server ? TLS_server_method() : TLS_client_method());
	enum rc rc;

	*out = NULL;
	if (!ctx || SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) != 1) {
		SSL_CTX_free(ctx);
		return bad(e, "Cannot start TLS");
	}
	SSL_CTX_set_verify(ctx,
	    SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_cert_verify_callback(ctx, judged_later, NULL);
	(void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	/* A resumed session would have no certificates to judge. */
	(void)SSL_CTX_set_num_tickets(ctx, 0);
	rc = use_self(ctx, self, e);
	if (rc != RC_OK)
		SSL_CTX_free(ctx);
	else
		*out = ctx;
	return rc;
}

void tls_free(void *ctx)
{
	SSL_CTX_free(ctx);
}

enum rc tls_read_anchors(const char *path, struct buf *ders, struct err *e)
{
	struct span rest;
	struct buf pem;
	size_t n = 0;
	enum rc rc;

	buf_init(&pem, PEM_MAX);
	rc = file_read(path, &pem, e);
	rest = buf_span(&pem);
	while (rc == RC_OK && enc_unpem(ders, "CERTIFICATE", &rest))
		n++;
	buf_clear(&pem);
	if (rc == RC_OK && n == 0)
		rc = err_set(e, RC_INVALID, "device-anchors",
		    "There is no certificate in %s.", path);
	if (rc == RC_OK && !buf_ok(ders))
		rc = err_set(e, RC_TOO_LARGE, "device-anchors",
		    "There are too many certificates in %s.", path);
	return rc;
}
