/* A software chip, opened from its PEM file.
 * Must not keep the private key in memory: the TLS library reads it. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "base/file.h"
#include "device/chip.h"

#define FILE_MAX_BYTES (64u * 1024)

static enum rc check_key(struct chip *c, struct span pem, struct err *e)
{
	struct key *k = NULL;
	enum rc rc = key_from_pem(&k, pem, e);

	if (rc != RC_OK)
		return rc;
	c->key_type = key_type(k);
	if (!span_eq(key_spki(k), c->cert.spki))
		rc = err_set(e, RC_INVALID, "chip-key",
		    "The key in %s is not the one of its certificate: a copied "
		    "certificate is no identity.",
		    c->path);
	key_free(k);
	return rc;
}

static enum rc read_certs(struct chip *c, struct span pem, struct err *e)
{
	struct span rest = pem;
	struct buf further;

	if (!enc_unpem(&c->der, "CERTIFICATE", &rest))
		return err_set(e, RC_INVALID, "chip-certificate",
		    "There is no birth certificate in %s.", c->path);
	buf_init(&further, CERT_DER_MAX);
	while (enc_unpem(&further, "CERTIFICATE", &rest)) {
		c->chain_n++;
		buf_reset(&further);
	}
	buf_clear(&further);
	return cert_parse(&c->cert, buf_span(&c->der), e);
}

enum rc chip_open(struct chip *c, const char *path, struct err *e)
{
	struct buf pem;
	enum rc rc;

	memset(c, 0, sizeof(*c));
	buf_init(&c->der, CERT_DER_MAX);
	buf_init(&pem, FILE_MAX_BYTES);
	c->path = strdup(path);
	rc = c->path ? file_read(path, &pem, e)
		     : err_set(e, RC_ENV, "memory", "Out of memory.");
	if (rc == RC_OK)
		rc = read_certs(c, buf_span(&pem), e);
	if (rc == RC_OK)
		rc = check_key(c, buf_span(&pem), e);
	if (rc == RC_OK)
		cert_chip_id(&c->cert, c->id);
	else
		chip_close(c);
	buf_clear_secret(&pem);
	return rc;
}

void chip_close(struct chip *c)
{
	if (!c)
		return;
	free(c->path);
	buf_clear(&c->der);
	memset(c, 0, sizeof(*c));
}
