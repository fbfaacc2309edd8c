/* Says what the extensions of a certificate say.
 * Must not let a certificate break a line. */
#include "pki/describe.h"

#include <openssl/bio.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "base/enc.h"
#include "pki/der.h"

#define OID_SIZE 128
#define RAW_MAX 1024 /* bytes shown in hexadecimal */
#define SAN "2.5.29.17"

static const struct {
	const char *oid, *name;
} names[] = {
    {"2.5.29.9", "Subject directory attributes"},
    {"2.5.29.14", "Subject key identifier"},
    {"2.5.29.15", "Key usage"},
    {"2.5.29.16", "Private key usage period"},
    {SAN, "Subject alternative name"},
    {"2.5.29.18", "Issuer alternative name"},
    {"2.5.29.19", "Basic constraints"},
    {"2.5.29.30", "Name constraints"},
    {"2.5.29.31", "CRL distribution points"},
    {"2.5.29.32", "Certificate policies"},
    {"2.5.29.33", "Policy mappings"},
    {"2.5.29.35", "Authority key identifier"},
    {"2.5.29.36", "Policy constraints"},
    {"2.5.29.37", "Extended key usage"},
    {"2.5.29.46", "Freshest CRL"},
    {"2.5.29.54", "Inhibit any-policy"},
    {"1.3.6.1.5.5.7.1.1", "Authority information access"},
    {"1.3.6.1.5.5.7.1.3", "Qualified certificate statements"},
    {"1.3.6.1.5.5.7.1.11", "Subject information access"},
    {"1.3.6.1.5.5.7.1.24", "TLS feature"},
    {"1.3.6.1.5.5.7.1.32", "MASA URL"},
    {"1.3.6.1.5.5.7.48.1.5", "OCSP no check"},
    {"2.23.133.5.4.1", "DICE TCB information"},
    {"2.16.840.1.113730.1.1", "Netscape certificate type"},
    {"2.16.840.1.113730.1.13", "Netscape comment"},
};

static const char *name_of(const char *oid)
{
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i].oid, oid) == 0)
			return names[i].name;
	return "";
}

/* One line: what separates lines becomes a comma, other oddities a space. */
static void add_line(struct buf *out, struct span text)
{
	bool gap = false;
	size_t i;

	for (i = 0; i < text.n && out->n < DESCRIBE_VALUE_MAX; i++) {
		uint8_t ch = text.p[i];

		if (ch == '\n') {
			buf_add_str(out, ",");
			gap = true;
		} else if (ch <= ' ' || ch == 0x7f) {
			gap = out->n > 0;
		} else {
			if (gap)
				buf_add_u8(out, ' ');
			gap = false;
			buf_add_u8(out, ch);
		}
	}
}

static void add_hex(struct buf *out, struct span value)
{
	enc_hex(out, span_sub(value, 0, RAW_MAX));
}

/* libcrypto's own words; false where it has none. */
static bool add_words(struct buf *out, struct span whole)
{
	const unsigned char *p = whole.p;
	X509_EXTENSION *x = d2i_X509_EXTENSION(NULL, &p, (long)whole.n);
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	long n = 0;
	bool ok;

	ok = x && bio && X509V3_EXT_print(bio, x, X509V3_EXT_DEFAULT, 0) == 1;
	if (ok)
		n = BIO_get_mem_data(bio, &text);
	if (ok && n > 0)
		add_line(out, span_trim(span_of(text, (size_t)n)));
	X509_EXTENSION_free(x);
	BIO_free(bio);
	return ok && n > 0;
}

static bool value_write(const struct cert *c, const char *oid,
    struct span whole, struct span value, struct buf *out)
{
	struct span hw = cert_hw_serial(c);

	if (strcmp(oid, SAN) == 0 && hw.n > 0) {
		buf_add_str(out, "serial number of the hardware module: ");
		add_hex(out, hw);
	} else if (!add_words(out, whole)) {
		buf_reset(out);
		add_hex(out, value);
	}
	return buf_ok(out);
}

enum rc describe_extensions(const struct cert *c, describe_row *row, void *arg,
    struct err *e)
{
	struct span rest = c->extensions, whole, ext, oid, flag, value;
	enum rc rc = RC_OK;
	struct buf text;
	uint8_t tag;

	buf_init(&text, 2 * DESCRIBE_VALUE_MAX + 64);
	while (rc == RC_OK && rest.n > 0) {
		char dotted[OID_SIZE];
		struct describe_ext x = {.oid = dotted};

		buf_reset(&text);
		if (!der_next(&rest, &tag, &ext, &whole) ||
		    tag != DER_SEQUENCE || !der_take(&ext, DER_OID, &oid) ||
		    !der_oid_text(oid, dotted, sizeof(dotted)) ||
		    !der_take_optional(&ext, DER_BOOLEAN, &flag, &x.critical) ||
		    !der_take(&ext, DER_OCTET_STRING, &value) ||
		    !value_write(c, dotted, whole, value, &text)) {
			rc = err_set(e, RC_INVALID, "bad-extension",
			    "An extension of the certificate cannot be read.");
			break;
		}
		x.critical = x.critical && flag.n == 1 && flag.p[0] != 0;
		x.name = name_of(dotted);
		x.value = buf_span(&text);
		row(arg, &x);
	}
	buf_clear(&text);
	return rc;
}
