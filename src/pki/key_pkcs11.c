/* Keys in tokens, through the pkcs11 ENGINE: OpenSSL 3.0 on Debian 12 has no
 * provider for them.  Must not log a URI: it may hold a PIN. */
/* The ENGINE interface is deprecated without a replacement at hand. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/engine.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/enc.h"
#include "base/file.h"
#include "pki/key_pkcs11.h"
#include "pki/ossl.h"

#define MODULE_SIZE 512
#define URI_SIZE 2048
#define PATH_SIZE 1024
#define PIN_SIZE 128

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static ENGINE *engine;
static char engine_module[MODULE_SIZE];

/* The value of an attribute of the URI's path or query, decoded. */
static bool uri_attr(struct span uri, const char *name, char *out, size_t cap)
{
	struct span part, key, value;
	struct buf text;
	size_t i, from = sizeof("pkcs11:") - 1;
	bool ok = false;

	buf_init(&text, cap);
	for (i = from; !ok && i <= uri.n; i++) {
		if (i < uri.n && uri.p[i] != ';' && uri.p[i] != '?' &&
		    uri.p[i] != '&')
			continue;
		part = span_sub(uri, from, i - from);
		from = i + 1;
		value = part;
		if (!span_cut(&value, '=', &key) || !span_eq_str(key, name))
			continue;
		ok = enc_unpercent(&text, value) &&
		    span_copy_str(buf_span(&text), out, cap);
	}
	buf_clear_secret(&text);
	return ok;
}

static enum rc engine_start(const char *module, struct err *e)
{
	ENGINE *en;

	ENGINE_load_dynamic();
	en = ENGINE_by_id("pkcs11");
	if (en == NULL)
		return ossl_fault(e, RC_ENV, "pkcs11-no-engine",
		    "OpenSSL's pkcs11 engine is not installed; on Debian it "
		    "is the package libengine-pkcs11-openssl");
	if ((module[0] != '\0' &&
		ENGINE_ctrl_cmd_string(en, "MODULE_PATH", module, 0) != 1) ||
	    ENGINE_init(en) != 1) {
		ENGINE_free(en);
		return ossl_fault(e, RC_ENV, "pkcs11-no-module",
		    "The PKCS#11 module does not start; give it by "
		    "module-path in the URI or in PKCS11_MODULE_PATH");
	}
	(void)ENGINE_ctrl_cmd_string(en, "QUIET", NULL, 0);
	(void)span_copy_str(span_str(module), engine_module,
	    sizeof(engine_module));
	engine = en;
	return RC_OK;
}

/* The engine reads the query only in parts, so the module and the PIN are
 * given by its commands; it keeps one module for the process. */
static enum rc engine_for(struct span uri, struct err *e)
{
	const char *env = getenv("PKCS11_MODULE_PATH");
	char module[MODULE_SIZE] = "";

	if (!uri_attr(uri, "module-path", module, sizeof(module)) &&
	    env != NULL &&
	    !span_copy_str(span_str(env), module, sizeof(module)))
		return err_set(e, RC_ENV, "pkcs11-no-module",
		    "PKCS11_MODULE_PATH is too long.");
	/* The engine itself loads it late, and prints why it cannot. */
	if (module[0] == '/' && !file_exists(module))
		return err_set(e, RC_ENV, "pkcs11-no-module",
		    "There is no PKCS#11 module %s.", module);
	if (engine == NULL)
		return engine_start(module, e);
	if (module[0] != '\0' && !span_eq_str(span_str(module), engine_module))
		return err_set(e, RC_ENV, "pkcs11-two-modules",
		    "One process can use one PKCS#11 module, and another one "
		    "is in use.");
	return RC_OK;
}

/* The PIN of the URI, or the first line of the file that it names; "" when it
 * has none. */
static enum rc find_pin(struct span uri, char *pin, size_t cap, struct err *e)
{
	struct span text, line;
	char path[PATH_SIZE];
	struct buf file;
	enum rc rc;

	pin[0] = '\0';
	if (uri_attr(uri, "pin-value", pin, cap) ||
	    !uri_attr(uri, "pin-source", path, sizeof(path)))
		return RC_OK;
	buf_init(&file, cap);
	rc = file_read(span_starts(span_str(path), SPAN_LIT("file:")) ? path + 5
								      : path,
	    &file, e);
	if (rc == RC_OK) {
		text = buf_span(&file);
		(void)span_cut(&text, '\n', &line);
		if (!span_copy_str(line, pin, cap))
			rc = err_set(e, RC_INVALID, "pkcs11-pin",
			    "The file that pin-source names holds no PIN.");
	}
	buf_clear_secret(&file);
	return rc;
}

/* What the engine is to look for: the path part only, so that no PIN stands in
 * its messages, and whatever the URI's type, which is the caller's to say. */
static enum rc object_of(struct span uri, char *path, size_t cap, struct err *e)
{
	struct span part;
	struct buf text;
	struct span head;
	bool ok;

	(void)span_cut(&uri, '?', &head);
	buf_init(&text, cap);
	while (head.n > 0) {
		(void)span_cut(&head, ';', &part);
		if (span_starts(part, SPAN_LIT("type=")))
			continue;
		if (text.n > 0)
			buf_add_u8(&text, ';');
		buf_add_span(&text, part);
	}
	ok = buf_ok(&text) && span_copy_str(buf_span(&text), path, cap);
	buf_clear(&text);
	return ok ? RC_OK
		  : err_set(e, RC_INVALID, "pkcs11-uri",
			"The pkcs11: URI is too long.");
}

static enum rc open_token(const char *uri, char *path, size_t cap,
    struct err *e)
{
	char pin[PIN_SIZE];
	enum rc rc;

	rc = engine_for(span_str(uri), e);
	if (rc == RC_OK)
		rc = find_pin(span_str(uri), pin, sizeof(pin), e);
	if (rc != RC_OK)
		return rc;
	if (pin[0] != '\0' &&
	    ENGINE_ctrl_cmd_string(engine, "PIN", pin, 0) != 1)
		rc = ossl_fault(e, RC_ENV, "pkcs11-pin",
		    "The engine did not take the PIN");
	explicit_bzero(pin, sizeof(pin));
	return rc == RC_OK ? object_of(span_str(uri), path, cap, e) : rc;
}

static enum rc load(const char *uri, void **evp, struct err *e)
{
	char path[URI_SIZE];
	enum rc rc = open_token(uri, path, sizeof(path), e);

	if (rc != RC_OK)
		return rc;
	*evp = ENGINE_load_private_key(engine, path, NULL, NULL);
	if (*evp == NULL)
		return ossl_fault(e, RC_NOT_FOUND, "pkcs11-no-key",
		    "The token has no private key with that label or id, or "
		    "the PIN is wrong");
	ERR_clear_error();
	return RC_OK;
}

static enum rc load_cert(const char *uri, struct buf *der, struct err *e)
{
	/* The engine's own form of question (libp11). */
	struct {
		const char *uri;
		X509 *cert;
	} ask = {NULL, NULL};
	char path[URI_SIZE];
	unsigned char *p = NULL;
	enum rc rc = open_token(uri, path, sizeof(path), e);
	int n;

	if (rc != RC_OK)
		return rc;
	ask.uri = path;
	if (ENGINE_ctrl_cmd(engine, "LOAD_CERT_CTRL", 0, &ask, NULL, 0) != 1 ||
	    ask.cert == NULL)
		return ossl_fault(e, RC_NOT_FOUND, "pkcs11-no-certificate",
		    "The token has no certificate with that label or id");
	n = i2d_X509(ask.cert, &p);
	if (n > 0)
		buf_add(der, p, (size_t)n);
	OPENSSL_free(p);
	X509_free(ask.cert);
	ERR_clear_error();
	if (n <= 0 || !buf_ok(der))
		return err_set(e, RC_INVALID, "pkcs11-certificate",
		    "The token's certificate cannot be read.");
	return RC_OK;
}

enum rc key_pkcs11_load(const char *uri, void **evp, struct err *e)
{
	enum rc rc;

	*evp = NULL;
	(void)pthread_mutex_lock(&lock);
	rc = load(uri, evp, e);
	(void)pthread_mutex_unlock(&lock);
	return rc;
}

enum rc key_pkcs11_cert(const char *uri, struct buf *der, struct err *e)
{
	enum rc rc;

	(void)pthread_mutex_lock(&lock);
	rc = load_cert(uri, der, e);
	(void)pthread_mutex_unlock(&lock);
	return rc;
}
