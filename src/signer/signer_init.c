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

static enum rc make_key(const char *dir, const char *name, struct err *e)
{
	struct key *k = NULL;
	char path[4096];
	struct buf pem;
	enum rc rc;

	rc = file_join(path, sizeof(path), dir, name, e);
	if (rc != RC_OK || file_exists(path))
		return rc;
	buf_init(&pem, 16 * 1024);
	rc = key_generate(&k, KEY_P256, e);
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

static enum rc build_cert(struct key *k, const char *path, struct err *e)
{
	int64_t now = clock_now_s();
	struct issue_leaf leaf = {.org = "Birthmark",
	    .common_name = "Birthmark manifest signer",
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

/* Self-issued: whoever reads the entries pins it. */
static enum rc make_cert(const char *dir, struct err *e)
{
	char path[4096], key[4096];
	struct key *k = NULL;
	enum rc rc;

	rc = file_join(path, sizeof(path), dir, SIGNER_KEYS_MANIFEST_CERT, e);
	if (rc == RC_OK && file_exists(path))
		return RC_OK;
	if (rc == RC_OK)
		rc = file_join(key, sizeof(key), dir, SIGNER_KEYS_MANIFEST, e);
	if (rc == RC_OK)
		rc = key_open(&k, key, e);
	if (rc == RC_OK)
		rc = build_cert(k, path, e);
	key_free(k);
	return rc;
}

enum rc signer_init(const char *dir, struct err *e)
{
	enum rc rc;

	rc = file_mkdir(dir, 0700, e);
	if (rc == RC_OK)
		rc = make_key(dir, SIGNER_KEYS_INTEROP, e);
	if (rc == RC_OK)
		rc = make_key(dir, SIGNER_KEYS_FEED, e);
	if (rc == RC_OK)
		rc = make_key(dir, SIGNER_KEYS_MANIFEST, e);
	if (rc == RC_OK)
		rc = make_cert(dir, e);
	return rc;
}
