/* Makes the signer's keys.
 * Must not replace one that is there. */
#include <sys/stat.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "pki/issue.h"
#include "signer/signer.h"
#include "signer/signer_keys.h"

#define SKEW_S 3600
#define VALID_S (20LL * 366 * 86400)

static enum rc make_key(const char *dir, const char *name, enum key_type type,
    struct err *e)
{
	struct key *k = NULL;
	char path[4096];
	struct buf pem;
	enum rc rc;

	rc = file_join(path, sizeof(path), dir, name, e);
	if (rc != RC_OK || file_exists(path))
		return rc;
	buf_init(&pem, 16 * 1024);
	rc = key_generate(&k, type, e);
	if (rc == RC_OK)
		rc = key_pem(k, &pem, e);
	if (rc == RC_OK)
		rc = file_create(path, buf_span(&pem), 0600, e);
	if (rc == RC_CONFLICT)
		rc = RC_OK; /* made by somebody else just now */
	buf_clear_secret(&pem);
	key_free(k);
	return rc;
}

/* Self-issued, as whoever reads what the key signs pins it. */
static const struct own {
	const char *key, *cert, *common_name;
} own[] = {
    {SIGNER_KEYS_MANIFEST, SIGNER_KEYS_MANIFEST_CERT,
	"Birthmark manifest signer"},
    {SIGNER_KEYS_VOUCHER, SIGNER_KEYS_VOUCHER_CERT, "Birthmark voucher signer"},
};

static enum rc build_cert(struct key *k, const char *common_name,
    const char *path, struct err *e)
{
	int64_t now = clock_now_s();
	struct issue_leaf leaf = {.org = "Birthmark",
	    .common_name = common_name,
	    .not_before = now - SKEW_S,
	    .not_after = now + VALID_S};
	struct buf der, pem;
	enum rc rc;

	buf_init(&der, CERT_DER_MAX);
	buf_init(&pem, 2 * CERT_DER_MAX);
	rc = issue_leaf(&leaf, key_spki(k), SPAN_NONE, k, &der, e);
	enc_pem(&pem, "CERTIFICATE", buf_span(&der));
	if (rc == RC_OK)
		rc = file_create(path, buf_span(&pem), 0644, e);
	buf_clear(&der);
	buf_clear(&pem);
	return rc == RC_CONFLICT ? RC_OK : rc;
}

static enum rc make_cert(const char *dir, const struct own *o, struct err *e)
{
	char path[4096], key[4096];
	struct key *k = NULL;
	enum rc rc;

	rc = file_join(path, sizeof(path), dir, o->cert, e);
	if (rc == RC_OK && file_exists(path))
		return RC_OK;
	if (rc == RC_OK)
		rc = file_join(key, sizeof(key), dir, o->key, e);
	if (rc == RC_OK)
		rc = key_open(&k, key, e);
	if (rc == RC_OK)
		rc = build_cert(k, o->common_name, path, e);
	key_free(k);
	return rc;
}

enum rc signer_init(const char *dir, struct err *e)
{
	static const char *const keys[] = {SIGNER_KEYS_INTEROP,
	    SIGNER_KEYS_FEED, SIGNER_KEYS_MANIFEST, SIGNER_KEYS_OCSP,
	    SIGNER_KEYS_VOUCHER, SIGNER_KEYS_CLAIM};
	char path[4096];
	enum rc rc;
	size_t i;

	rc = file_mkdir(dir, 0700, e);
	for (i = 0; rc == RC_OK && i < sizeof(keys) / sizeof(keys[0]); i++)
		rc = make_key(dir, keys[i], KEY_P256, e);
	if (rc == RC_OK)
		rc = make_key(dir, SIGNER_KEYS_IDENTITY, KEY_RSA3072, e);
	for (i = 0; rc == RC_OK && i < sizeof(own) / sizeof(own[0]); i++)
		rc = make_cert(dir, &own[i], e);
	if (rc == RC_OK)
		rc = file_join(path, sizeof(path), dir, SIGNER_KEYS_CA_DIR, e);
	return rc == RC_OK ? file_mkdir(path, 0700, e) : rc;
}
