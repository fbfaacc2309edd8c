/* Makes the vendor's PKI.  fab.json is written last: until then a run that was
 * cut off is simply run again, and takes up the keys that are there.
 * Must not overwrite a key. */
#include <stdio.h>
#include <string.h>

#include "base/args.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "cmd/fab.h"
#include "cmd/fab_dir.h"
#include "cmd/fab_init.h"
#include "pki/issue.h"

#define HOST "localhost:8443"
#define SKEW_S 3600
#define SIGNER_S (20LL * 366 * 86400)
/* hardwareModuleName needs a type: one of the documentation arc (RFC 5612),
 * until a vendor gives its own. */
#define HW_TYPE "1.3.6.1.4.1.32473.1.1"

static enum rc make_key(struct key **out, const struct fab_init *o,
    const char *uri, const char *name, struct err *e)
{
	char path[FAB_DIR_PATH];
	struct buf pem;
	enum rc rc;

	if (uri)
		return key_open(out, uri, e);
	rc = file_join(path, sizeof(path), o->dir, name, e);
	if (rc != RC_OK)
		return rc;
	if (file_exists(path))
		return key_open(out, path, e);
	buf_init(&pem, 64 * 1024);
	rc = key_generate(out, o->key, e);
	if (rc == RC_OK)
		rc = key_pem(*out, &pem, e);
	if (rc == RC_OK)
		rc = file_create(path, buf_span(&pem), 0600, e);
	buf_clear_secret(&pem);
	return rc;
}

static enum rc store_cert(const char *dir, const char *name, struct span der,
    struct err *e)
{
	char path[FAB_DIR_PATH];
	struct buf pem;
	enum rc rc;

	buf_init(&pem, 2 * CERT_DER_MAX);
	enc_pem(&pem, "CERTIFICATE", der);
	rc = file_join(path, sizeof(path), dir, name, e);
	if (rc == RC_OK)
		rc = file_write(path, buf_span(&pem), 0644, e);
	buf_clear(&pem);
	return rc;
}

struct pki {
	struct key *root, *issuing, *signer;
	struct buf root_cert, issuing_cert, signer_cert;
	char crl_url[512], aia_url[512], ocsp_url[512];
};

static enum rc make_cas(const struct fab_init *o, struct pki *p, struct err *e)
{
	char name[FAB_DIR_NAME_MAX + 32];
	struct issue_ca ca = {
	    .org = o->vendor,
	    .common_name = name,
	    .not_before = clock_now_s() - SKEW_S,
	    .not_after = CERT_NEVER,
	    .path_len = 1,
	};
	enum rc rc;

	(void)snprintf(name, sizeof(name), "%s Root CA", o->vendor);
	rc = issue_ca(&ca, key_spki(p->root), SPAN_NONE, p->root, &p->root_cert,
	    e);
	if (rc != RC_OK)
		return rc;
	(void)snprintf(name, sizeof(name), "%s Issuing CA", o->vendor);
	ca.path_len = 0;
	return issue_ca(&ca, key_spki(p->issuing), buf_span(&p->root_cert),
	    p->root, &p->issuing_cert, e);
}

static enum rc make_signer(const struct fab_init *o, struct pki *p,
    struct err *e)
{
	char name[FAB_DIR_NAME_MAX + 32];
	struct issue_leaf leaf = {
	    .org = o->vendor,
	    .common_name = name,
	    .not_before = clock_now_s() - SKEW_S,
	    .not_after = clock_now_s() + SIGNER_S,
	};

	(void)snprintf(name, sizeof(name), "%s Manifest Signer", o->vendor);
	return issue_leaf(&leaf, key_spki(p->signer),
	    buf_span(&p->issuing_cert), p->issuing, &p->signer_cert, e);
}

static enum rc store_all(const struct fab_init *o, struct pki *p, struct err *e)
{
	const struct fab_dir_facts facts = {
	    .vendor = o->vendor,
	    .root_key = o->root_uri ? o->root_uri : "root.key",
	    .issuing_key = o->issuing_uri ? o->issuing_uri : "issuing.key",
	    .signer_key = o->signer_uri ? o->signer_uri : "manifest-signer.key",
	    .crl_url = p->crl_url,
	    .aia_url = p->aia_url,
	    .ocsp_url = p->ocsp_url,
	    .hw_type_oid = HW_TYPE,
	    .host = o->host ? o->host : HOST,
	};
	enum rc rc;

	rc = store_cert(o->dir, "root.pem", buf_span(&p->root_cert), e);
	if (rc == RC_OK)
		rc = store_cert(o->dir, "issuing.pem",
		    buf_span(&p->issuing_cert), e);
	if (rc == RC_OK)
		rc = store_cert(o->dir, "manifest-signer.pem",
		    buf_span(&p->signer_cert), e);
	return rc == RC_OK ? fab_dir_store(o->dir, &facts, e) : rc;
}

static enum rc check(const struct fab_init *o, struct err *e)
{
	char path[FAB_DIR_PATH];
	enum rc rc;

	if (!fab_dir_is_name(o->vendor))
		return err_set(e, RC_INVALID, "fab-vendor",
		    "Give the vendor's name with --vendor (1 to %d "
		    "characters).",
		    FAB_DIR_NAME_MAX);
	rc = file_join(path, sizeof(path), o->dir, "fab.json", e);
	if (rc == RC_OK && file_exists(path))
		return err_set(e, RC_CONFLICT, "fab-exists",
		    "There is a fab in \"%s\" already. Its keys are not "
		    "replaced: use another --dir.",
		    o->dir);
	return rc;
}

#define FINGERPRINT "{fingerprint}"

/* url with the issuing CA's fingerprint put in. */
static enum rc put_url(char *out, size_t cap, const char *url,
    struct span issuing, struct err *e)
{
	const char *at = strstr(url, FINGERPRINT);
	uint8_t fp[DIGEST_SHA256];
	char hex[2 * DIGEST_SHA256 + 1];
	int n;

	cert_fingerprint(issuing, fp);
	enc_hex_str(hex, span_of(fp, sizeof(fp)));
	if (at)
		n = snprintf(out, cap, "%.*s%s%s", (int)(at - url), url, hex,
		    at + strlen(FINGERPRINT));
	else
		n = snprintf(out, cap, "%s", url);
	if (n < 0 || (size_t)n >= cap)
		return err_set(e, RC_INVALID, "url-too-long",
		    "The address \"%.100s...\" is too long.", url);
	return RC_OK;
}

/* The addresses that certificates point to: by default where the service
 * answers for this CA. */
static enum rc set_urls(const struct fab_init *o, struct pki *p, struct err *e)
{
	const char *host = o->host ? o->host : HOST;
	struct span issuing = buf_span(&p->issuing_cert);
	int name = (int)strcspn(host, ":");
	char crl[512], aia[512], ocsp[512];
	enum rc rc;

	(void)snprintf(crl, sizeof(crl),
	    "http://%.*s:8080/crl/vendor/" FINGERPRINT ".crl", name, host);
	(void)snprintf(aia, sizeof(aia),
	    "http://%.*s:8080/ca/vendor/" FINGERPRINT ".cer", name, host);
	(void)snprintf(ocsp, sizeof(ocsp), "http://%.*s:8080/ocsp", name, host);
	rc = put_url(p->crl_url, sizeof(p->crl_url),
	    o->crl_url ? o->crl_url : crl, issuing, e);
	if (rc == RC_OK)
		rc = put_url(p->aia_url, sizeof(p->aia_url),
		    o->aia_url ? o->aia_url : aia, issuing, e);
	if (rc == RC_OK)
		rc = put_url(p->ocsp_url, sizeof(p->ocsp_url),
		    o->ocsp_url ? o->ocsp_url : ocsp, issuing, e);
	return rc;
}

enum rc fab_init_make(const struct fab_init *o, struct err *e)
{
	struct pki p = {.root = NULL};
	enum rc rc;

	buf_init(&p.root_cert, CERT_DER_MAX);
	buf_init(&p.issuing_cert, CERT_DER_MAX);
	buf_init(&p.signer_cert, CERT_DER_MAX);
	rc = check(o, e);
	if (rc == RC_OK)
		rc = file_mkdir(o->dir, 0700, e);
	if (rc == RC_OK)
		rc = make_key(&p.root, o, o->root_uri, "root.key", e);
	if (rc == RC_OK)
		rc = make_key(&p.issuing, o, o->issuing_uri, "issuing.key", e);
	if (rc == RC_OK)
		rc = make_key(&p.signer, o, o->signer_uri,
		    "manifest-signer.key", e);
	if (rc == RC_OK)
		rc = make_cas(o, &p, e);
	if (rc == RC_OK)
		rc = set_urls(o, &p, e);
	if (rc == RC_OK)
		rc = make_signer(o, &p, e);
	if (rc == RC_OK)
		rc = store_all(o, &p, e);
	key_free(p.root);
	key_free(p.issuing);
	key_free(p.signer);
	buf_clear(&p.root_cert);
	buf_clear(&p.issuing_cert);
	buf_clear(&p.signer_cert);
	return rc;
}

int fab_init_main(int argc, char **argv)
{
	struct fab_init o = {.dir = FAB_DIR_DEFAULT};
	const char *key = "p256";
	const struct args_opt opts[] = {
	    {"vendor", 0, ARGS_STR, &o.vendor, "NAME", "the chip maker"},
	    {"dir", 0, ARGS_STR, &o.dir, "DIR", "where to (default: fab)"},
	    {"key", 0, ARGS_STR, &key, "TYPE",
		"p256 (default), p384, rsa2048, rsa3072, rsa4096"},
	    {"key-uri", 0, ARGS_STR, &o.root_uri, "URI",
		"the root CA's key is in a token (pkcs11:...)"},
	    {"issuing-key-uri", 0, ARGS_STR, &o.issuing_uri, "URI",
		"the same for the issuing CA"},
	    {"signer-key-uri", 0, ARGS_STR, &o.signer_uri, "URI",
		"the same for the manifest signer"},
	    {"crl-url", 0, ARGS_STR, &o.crl_url, "URL",
		"CRL distribution point of birth certificates"},
	    {"aia-url", 0, ARGS_STR, &o.aia_url, "URL",
		"where the issuing CA's certificate is"},
	    {"ocsp-url", 0, ARGS_STR, &o.ocsp_url, "URL",
		"where OCSP is answered for them; \"\": nowhere"},
	    {"host", 0, ARGS_STR, &o.host, "HOST[:PORT]",
		"the service that labels point to"},
	    {NULL, 0, ARGS_FLAG, NULL, NULL, NULL},
	};
	const struct args_cmd cmd =
	    {"birthmark fab init --vendor NAME [OPTION]...",
		"Makes a vendor's root CA, issuing CA and manifest signer.",
		opts, 0, 0};
	struct err e = {.text = ""};
	bool help;
	int npos;

	if (args_parse(&cmd, argc, argv, &npos, &help, &e) != RC_OK)
		return fab_fail(&e, 1);
	if (help) {
		args_help(&cmd);
		return 0;
	}
	o.key = key_type_of(span_str(key));
	if (o.key == KEY_UNKNOWN) {
		(void)err_set(&e, RC_INVALID, "key-type",
		    "There is no type of key \"%s\".", key);
		return fab_fail(&e, 1);
	}
	if (fab_init_make(&o, &e) != RC_OK)
		return fab_fail(&e, !o.vendor);
	(void)printf("The fab of \"%s\" is in %s. Register %s/root.pem and "
		     "%s/issuing.pem with the service.\n",
	    o.vendor, o.dir, o.dir, o.dir);
	return 0;
}
