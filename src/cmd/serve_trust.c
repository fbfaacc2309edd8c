/* Whose certificates the device port takes: the CAs of all vendors and of all
 * accounts.  Must not judge a device: enrol does. */
#include <string.h>

#include "base/enc.h"
#include "cmd/serve_trust.h"
#include "store/store_ca.h"
#include "store/store_vendor.h"

#define PAGE 50
#define PEM_HEAD 64

static enum rc add_vendor(struct core *c, const char *vendor, struct buf *pem,
    struct err *e)
{
	struct store_vendor_ca cas[PAGE];
	struct buf der;
	size_t i, n = 0;
	enum rc rc;

	rc = store_vendor_ca_list(c->store, vendor, cas, PAGE, &n, e);
	buf_init(&der, CERT_DER_MAX);
	for (i = 0; rc == RC_OK && i < n; i++) {
		buf_reset(&der);
		rc = store_vendor_ca_der(c->store, cas[i].fp, &der, e);
		if (rc == RC_OK)
			enc_pem(pem, "CERTIFICATE", buf_span(&der));
	}
	buf_clear(&der);
	return rc;
}

static void add_account(void *arg, struct span der)
{
	struct buf *pem = arg;

	/* Those that come last must not shut out all. */
	if (pem->n + 2 * der.n + PEM_HEAD < pem->max)
		enc_pem(pem, "CERTIFICATE", der);
}

enum rc serve_trust_cas(struct core *c, struct buf *pem, struct err *e)
{
	char after[RAND_ID_SIZE] = "";
	struct store_vendor v[PAGE];
	size_t i, n;
	enum rc rc = RC_BUG;

	do {
		n = 0;
		rc = store_vendor_list(c->store, after, v, PAGE, &n, e);
		for (i = 0; rc == RC_OK && i < n; i++)
			rc = add_vendor(c, v[i].id, pem, e);
		if (n > 0)
			memcpy(after, v[n - 1].id, sizeof(after));
	} while (rc == RC_OK && n == PAGE);
	if (rc == RC_OK)
		rc = store_ca_each(c->store, add_account, pem, e);
	if (rc == RC_OK && !buf_ok(pem))
		rc = err_set(e, RC_TOO_LARGE, "too-many-cas",
		    "The CAs of all vendors and accounts do not fit into "
		    "memory.");
	return rc;
}
