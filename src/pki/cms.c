/* Detached CMS signatures by OpenSSL, streamed over a file.
 * Must not decide by itself whom to trust: the chain does. */
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include "pki/cms.h"

static X509 *load_cert(struct span der)
{
	const unsigned char *p = der.p;

	return d2i_X509(NULL, &p, (long)der.n);
}

static enum rc take_der(CMS_ContentInfo *cms, struct buf *out, struct err *e)
{
	int n = i2d_CMS_ContentInfo(cms, NULL);
	uint8_t *to;

	if (n <= 0 || n > CMS_MAX || !(to = buf_room(out, (size_t)n)) ||
	    i2d_CMS_ContentInfo(cms, &to) != n)
		return err_set(e, RC_ENV, "cms-size",
		    "The signature of the manifest cannot be written.");
	buf_grown(out, (size_t)n);
	return RC_OK;
}

enum rc cms_sign(const char *path, struct key *k, struct span signer_cert,
    struct span ca_cert, struct buf *out, struct err *e)
{
	const unsigned int flags =
	    CMS_BINARY | CMS_DETACHED | CMS_STREAM | CMS_PARTIAL;
	X509 *signer = load_cert(signer_cert), *ca = NULL;
	BIO *content = BIO_new_file(path, "rb");
	CMS_ContentInfo *cms = NULL;
	enum rc rc = RC_ENV;

	if (!content) {
		(void)err_sys(e, "cms-read", "Cannot read \"%s\"", path);
		goto out;
	}
	if (ca_cert.n > 0)
		ca = load_cert(ca_cert);
	cms = CMS_sign(NULL, NULL, NULL, NULL, flags);
	if (!signer || (ca_cert.n > 0 && !ca) || !cms ||
	    !CMS_add1_signer(cms, signer, key_evp(k), EVP_sha256(), flags) ||
	    (ca && !CMS_add1_cert(cms, ca)) ||
	    !CMS_final(cms, content, NULL, flags)) {
		(void)err_set(e, RC_ENV, "cms-sign",
		    "The file \"%s\" cannot be signed: %s.", path,
		    ERR_reason_error_string(ERR_peek_last_error()));
		goto out;
	}
	rc = take_der(cms, out, e);
out:
	ERR_clear_error();
	CMS_ContentInfo_free(cms);
	X509_free(signer);
	X509_free(ca);
	BIO_free(content);
	return rc;
}

/* Weak digests would let one signature stand for two manifests. */
static bool digest_is_sha2(CMS_ContentInfo *cms)
{
	STACK_OF(CMS_SignerInfo) *infos = CMS_get0_SignerInfos(cms);
	X509_ALGOR *digest = NULL;
	const ASN1_OBJECT *oid;
	int nid;

	if (sk_CMS_SignerInfo_num(infos) != 1)
		return false;
	CMS_SignerInfo_get0_algs(sk_CMS_SignerInfo_value(infos, 0), NULL, NULL,
	    &digest, NULL);
	X509_ALGOR_get0(&oid, NULL, NULL, digest);
	nid = OBJ_obj2nid(oid);
	return nid == NID_sha256 || nid == NID_sha384 || nid == NID_sha512;
}

static CMS_ContentInfo *load_cms(struct span cms)
{
	const unsigned char *p = cms.p;
	CMS_ContentInfo *info;

	if (cms.n == 0 || cms.n > CMS_MAX)
		return NULL;
	info = d2i_CMS_ContentInfo(NULL, &p, (long)cms.n);
	if (info &&
	    (p != cms.p + cms.n ||
		OBJ_obj2nid(CMS_get0_type(info)) != NID_pkcs7_signed ||
		CMS_is_detached(info) != 1)) {
		CMS_ContentInfo_free(info);
		info = NULL;
	}
	return info;
}

/* The certificates inside that a SignerInfo names are found by OpenSSL only
 * in a verification; without content they are looked up here. */
static enum rc take_signer(CMS_ContentInfo *info, struct buf *out,
    struct err *e)
{
	STACK_OF(CMS_SignerInfo) *infos = CMS_get0_SignerInfos(info);
	STACK_OF(X509) *certs = CMS_get1_certs(info);
	unsigned char *der = NULL;
	int i, n = 0;

	for (i = 0; i < sk_X509_num(certs) && n <= 0; i++)
		if (CMS_SignerInfo_cert_cmp(sk_CMS_SignerInfo_value(infos, 0),
			sk_X509_value(certs, i)) == 0)
			n = i2d_X509(sk_X509_value(certs, i), &der);
	sk_X509_pop_free(certs, X509_free);
	if (n <= 0)
		return err_set(e, RC_INVALID, "cms-signers",
		    "The signature does not hold its signer's certificate.");
	buf_add(out, der, (size_t)n);
	OPENSSL_free(der);
	if (!buf_ok(out))
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	return RC_OK;
}

enum rc cms_check(const char *path, struct span cms, struct buf *signer_der,
    struct err *e)
{
	/* The chain judges the certificate; attributes are always checked. */
	const unsigned int flags = CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY;
	CMS_ContentInfo *info = load_cms(cms);
	BIO *content = NULL;
	enum rc rc;

	if (!info || !digest_is_sha2(info)) {
		rc = err_set(e, RC_INVALID, "cms-form",
		    "This is not a detached CMS signature (DER) by one "
		    "signer with SHA-2.");
		goto out;
	}
	rc = take_signer(info, signer_der, e);
	if (rc != RC_OK || !path[0])
		goto out;
	content = BIO_new_file(path, "rb");
	if (!content) {
		rc = err_sys(e, "cms-read", "Cannot read \"%s\"", path);
		goto out;
	}
	if (CMS_verify(info, NULL, NULL, content, NULL, flags) != 1)
		rc = err_set(e, RC_INVALID, "cms-signature",
		    "The signature does not fit the file: it was changed "
		    "after signing, or the signature is another file's.");
out:
	ERR_clear_error();
	CMS_ContentInfo_free(info);
	BIO_free(content);
	return rc;
}

enum rc cms_verify(const char *path, struct span cms, struct chain *ch,
    int64_t now_s, uint8_t signer_fp[DIGEST_SHA256], struct err *e)
{
	struct err why = {.text = ""};
	struct cert c;
	struct buf der;
	enum rc rc;

	buf_init(&der, CERT_DER_MAX);
	rc = cms_check(path, cms, &der, e);
	if (rc != RC_OK)
		goto out;
	rc = cert_parse(&c, buf_span(&der), &why);
	if (rc == RC_OK)
		rc = chain_check(ch, &c, now_s, &why);
	/* A chip's key signs for that chip only. */
	if (rc == RC_OK && cert_hw_serial(&c).n > 0)
		rc = err_set(&why, RC_INVALID, "signer-is-chip",
		    "it is a chip's certificate.");
	if (rc == RC_OK)
		cert_fingerprint(c.der, signer_fp);
	else
		rc = err_set(e, rc, "cms-signer-untrusted",
		    "The signer of the manifest is not trusted: %s", why.text);
out:
	buf_clear(&der);
	return rc;
}
