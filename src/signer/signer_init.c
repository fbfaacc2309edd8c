/* Makes the signer's keys.
 * Must not replace one that is there. */
#include <sys/stat.h>

#include "base/file.h"
#include "pki/key.h"
#include "signer/signer.h"
#include "signer/signer_keys.h"

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

enum rc signer_init(const char *dir, struct err *e)
{
	enum rc rc;

	rc = file_mkdir(dir, 0700, e);
	if (rc == RC_OK)
		rc = make_key(dir, SIGNER_KEYS_INTEROP, e);
	if (rc == RC_OK)
		rc = make_key(dir, SIGNER_KEYS_FEED, e);
	return rc;
}
