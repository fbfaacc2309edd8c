/* A chip opened: its key first, then the certificate that belongs to it.
 * Must not use the key. */
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "base/file.h"
#include "device/chip.h"
#include "device/chip_manifest.h"

#define CHIP_MAX_BYTES (64u * 1024)
#define CHAIN_MAX_BYTES (4u * CERT_DER_MAX)
#define WHERE_MAX 1024
#define PERSISTENT_FIRST 0x81000000u
#define PERSISTENT_LAST 0x81ffffffu

static bool starts(const char *s, const char *with)
{
	return span_starts(span_str(s), span_str(with));
}

/* "0x81000001" */
static bool read_handle(struct span s, uint32_t *handle)
{
	uint8_t bytes[4];
	size_t n = 0;

	if (!span_starts(s, SPAN_LIT("0x")) ||
	    !enc_unhex(span_sub(s, 2, s.n), bytes, &n, sizeof(bytes)) ||
	    n != sizeof(bytes))
		return false;
	s = span_of(bytes, sizeof(bytes));
	return span_take_u32(&s, handle) && *handle >= PERSISTENT_FIRST &&
	    *handle <= PERSISTENT_LAST;
}

static enum rc open_tpm(struct chip *c, bool make, struct err *e)
{
	struct span rest = span_str(c->where), head;
	const char *tcti = NULL;
	uint32_t handle;
	void *evp = NULL;
	enum rc rc;

	(void)span_cut(&rest, ':', &head);
	(void)span_cut(&rest, ',', &head);
	if (!read_handle(head, &handle) ||
	    (rest.n > 0 && !span_starts(rest, SPAN_LIT("tcti="))))
		return err_set(e, RC_INVALID, "chip-where",
		    "A key in a TPM is given as tpm2:0x81000001, with a "
		    "persistent handle, or tpm2:0x81000001,tcti=CONF.");
	if (rest.n > 0)
		tcti = (const char *)rest.p + sizeof("tcti=") - 1;
	rc = chip_tpm_open(&c->tpm, tcti, e);
	if (rc == RC_OK)
		rc = chip_tpm_key(c->tpm, handle, &evp, e);
	if (rc == RC_NOT_FOUND && make) {
		rc = chip_tpm_make(c->tpm, handle, e);
		if (rc == RC_OK)
			rc = chip_tpm_key(c->tpm, handle, &evp, e);
	}
	return rc == RC_OK ? key_adopt(&c->key, evp, e) : rc;
}

static enum rc start(struct chip *c, const char *where, struct err *e)
{
	memset(c, 0, sizeof(*c));
	buf_init(&c->der, CERT_DER_MAX);
	buf_init(&c->chain, CHAIN_MAX_BYTES);
	c->where = strdup(where);
	if (!c->where)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	if (strlen(where) > WHERE_MAX)
		return err_set(e, RC_INVALID, "chip-where",
		    "The place of the chip is too long.");
	return RC_OK;
}

static enum rc open_key(struct chip *c, bool make, struct err *e)
{
	enum rc rc;

	if (starts(c->where, "tpm2:"))
		rc = open_tpm(c, make, e);
	else
		rc = key_open(&c->key, c->where, e);
	if (rc == RC_OK)
		c->key_type = key_type(c->key);
	return rc;
}

enum rc chip_open_key(struct chip *c, const char *where, bool make,
    struct err *e)
{
	enum rc rc = start(c, where, e);

	if (rc == RC_OK)
		rc = open_key(c, make, e);
	if (rc != RC_OK)
		chip_close(c);
	return rc;
}

/* Is it this key's? */
static bool is_own(const struct chip *c, struct span der)
{
	struct cert one;

	return cert_parse(&one, der, NULL) == RC_OK &&
	    span_eq(one.spki, key_spki(c->key));
}

static enum rc none_own(const struct chip *c, const char *from, size_t others,
    struct err *e)
{
	if (others == 0)
		return err_set(e, RC_INVALID, "chip-certificate",
		    "There is no birth certificate in %s.", from);
	return err_set(e, RC_INVALID, "chip-key",
	    "The key in %s is not the one of its certificate: a copied "
	    "certificate is no identity.",
	    starts(c->where, "pkcs11:") ? "the token" : c->where);
}

/* The chip's certificate from text; what follows it is its chain when the
 * file is the chip's alone. */
static enum rc find_cert(struct chip *c, struct span text, const char *from,
    struct err *e)
{
	struct span rest = text;
	size_t others = 0;
	struct buf one;

	buf_init(&one, CERT_DER_MAX);
	while (enc_unpem(&one, "CERTIFICATE", &rest)) {
		struct cert parsed;

		if (c->der.n == 0 && is_own(c, buf_span(&one)))
			buf_add_span(&c->der, buf_span(&one));
		else if (c->der.n > 0 &&
		    cert_parse(&parsed, buf_span(&one), NULL) == RC_OK &&
		    parsed.is_ca) {
			buf_add_span(&c->chain, buf_span(&one));
			c->chain_n++;
		} else {
			others++;
		}
		buf_reset(&one);
	}
	buf_clear(&one);
	if (c->der.n == 0)
		return none_own(c, from, others, e);
	if (!buf_ok(&c->chain))
		return err_set(e, RC_TOO_LARGE, "chip-chain",
		    "There are too many certificates in %s.", from);
	return cert_parse(&c->cert, buf_span(&c->der), e);
}

static enum rc read_cert_file(struct chip *c, const char *path, struct err *e)
{
	struct buf text;
	enum rc rc;

	buf_init(&text, CHIP_MAX_BYTES);
	rc = file_read(path, &text, e);
	if (rc == RC_OK)
		rc = find_cert(c, buf_span(&text), path, e);
	buf_clear_secret(&text);
	return rc;
}

static enum rc read_cert(struct chip *c, const char *certificate, struct err *e)
{
	enum rc rc;

	if (certificate &&
	    chip_manifest_form(certificate) != MANIFEST_UNKNOWN) {
		rc = chip_manifest_find(certificate, key_spki(c->key), &c->der,
		    e);
		return rc == RC_OK ? cert_parse(&c->cert, buf_span(&c->der), e)
				   : rc;
	}
	if (certificate)
		return read_cert_file(c, certificate, e);
	if (starts(c->where, "tpm2:"))
		return err_set(e, RC_INVALID, "chip-certificate",
		    "A TPM holds no birth certificate: give it in a file.");
	if (!starts(c->where, "pkcs11:"))
		return read_cert_file(c, c->where, e);
	rc = key_token_cert(c->where, &c->der, e);
	if (rc == RC_OK)
		rc = cert_parse(&c->cert, buf_span(&c->der), e);
	if (rc == RC_OK && !is_own(c, buf_span(&c->der)))
		rc = none_own(c, "the token", 1, e);
	return rc;
}

enum rc chip_open(struct chip *c, const struct chip_place *p, struct err *e)
{
	enum rc rc = start(c, p->where, e);

	if (rc == RC_OK)
		rc = open_key(c, false, e);
	if (rc == RC_OK)
		rc = read_cert(c, p->certificate, e);
	if (rc == RC_OK)
		cert_chip_id(&c->cert, c->id);
	else
		chip_close(c);
	return rc;
}

void chip_close(struct chip *c)
{
	if (!c)
		return;
	key_free(c->key);
	chip_tpm_close(c->tpm);
	free(c->where);
	buf_clear(&c->der);
	buf_clear(&c->chain);
	memset(c, 0, sizeof(*c));
}
