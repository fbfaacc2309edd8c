/* Extensions: a table of those we know, each with its reader.
 * Must not judge what a certificate is used for. */
#include "pki/cert_ext.h"
#include "pki/der.h"

typedef bool reader(struct cert *c, struct span value);

/* X.690 11.1; a FALSE that stands for its default is common in the field. */
static bool take_bool(struct span *in, bool *out)
{
	struct span v;
	bool found;

	*out = false;
	if (!der_take_optional(in, DER_BOOLEAN, &v, &found))
		return false;
	if (!found)
		return true;
	*out = v.n == 1 && v.p[0] == 0xff;
	return v.n == 1 && (v.p[0] == 0 || v.p[0] == 0xff);
}

static bool read_basic_constraints(struct cert *c, struct span value)
{
	struct span seq, len;
	bool found;

	if (!der_take(&value, DER_SEQUENCE, &seq) || value.n != 0 ||
	    !take_bool(&seq, &c->is_ca) ||
	    !der_take_optional(&seq, DER_INTEGER, &len, &found) || seq.n != 0)
		return false;
	if (!found)
		return true;
	if (!c->is_ca || len.n != 1 || (len.p[0] & 0x80))
		return false;
	c->path_len = len.p[0];
	return true;
}

/* Bit 0 of the standard is the highest bit of the first byte. */
static bool read_key_usage(struct cert *c, struct span value)
{
	struct span bits;
	unsigned int i, unused;

	if (!der_take(&value, DER_BIT_STRING, &bits) || value.n != 0 ||
	    bits.n < 2 || bits.n > 3 || bits.p[0] > 7)
		return false;
	unused = bits.p[0];
	if (bits.p[bits.n - 1] & ((1U << unused) - 1))
		return false;
	for (i = 0; i < 9; i++)
		if (8 * (bits.n - 1) > i &&
		    (bits.p[1 + i / 8] >> (7 - i % 8) & 1))
			c->key_usage |= 1U << i;
	c->has_key_usage = true;
	return c->key_usage != 0;
}

static bool read_ski(struct cert *c, struct span value)
{
	return der_take(&value, DER_OCTET_STRING, &c->ski) && value.n == 0 &&
	    c->ski.n > 0;
}

static bool read_aki(struct cert *c, struct span value)
{
	struct span seq, part;
	uint8_t tag;
	bool found;

	if (!der_take(&value, DER_SEQUENCE, &seq) || value.n != 0 ||
	    !der_take_optional(&seq, DER_CONTEXT_PRIM(0), &c->aki, &found))
		return false;
	while (seq.n > 0)
		if (!der_next(&seq, &tag, &part, NULL) ||
		    (tag != DER_CONTEXT(1) && tag != DER_CONTEXT_PRIM(2)))
			return false;
	return true;
}

static bool read_san(struct cert *c, struct span value)
{
	struct span names;
	uint8_t tag;

	if (!der_take(&value, DER_SEQUENCE, &c->san) || value.n != 0 ||
	    c->san.n == 0)
		return false;
	for (names = c->san; names.n > 0;)
		if (!der_next(&names, &tag, NULL, NULL))
			return false;
	return true;
}

/* Of no weight for us, but understood enough not to be refused. */
static bool read_other(struct cert *c, struct span value)
{
	uint8_t tag;

	return der_next(&value, &tag, NULL, NULL) && value.n == 0;
}

/* clang-format off */
#define CE(n) {3, {0x55, 0x1d, (n)}}
#define PE(n) {8, {0x2b, 6, 1, 5, 5, 7, 1, (n)}}
/* clang-format on */

static const struct {
	struct {
		size_t n;
		uint8_t p[8];
	} oid;
	reader *read;
} known[] = {
    {CE(19), read_basic_constraints}, {CE(15), read_key_usage},
    {CE(14), read_ski}, {CE(35), read_aki}, {CE(17), read_san},
    {CE(37), read_other}, /* extKeyUsage */
    {CE(31), read_other}, /* cRLDistributionPoints */
    {CE(32), read_other}, /* certificatePolicies */
    {CE(18), read_other}, /* issuerAltName */
    {PE(1), read_other},  /* authorityInfoAccess */
};
#define KNOWN (sizeof(known) / sizeof(known[0]))

static enum rc broken(struct err *e, struct span oid)
{
	char text[64];
	bool named = der_oid_text(oid, text, sizeof(text));
	enum rc rc = err_set(e, RC_INVALID, "cert-extension",
	    "The certificate's extension %s is not well-formed.",
	    named ? text : "(of no readable name)");

	if (e != NULL)
		e->ref = "RFC 5280 4.2";
	return rc;
}

static enum rc read_one(struct cert *c, struct span oid, struct span ext,
    struct err *e)
{
	struct span value;
	bool critical;
	size_t i;

	if (!take_bool(&ext, &critical) ||
	    !der_take(&ext, DER_OCTET_STRING, &value) || ext.n != 0)
		return broken(e, oid);
	for (i = 0; i < KNOWN; i++)
		if (span_eq(oid, span_of(known[i].oid.p, known[i].oid.n)))
			return known[i].read(c, value) ? RC_OK : broken(e, oid);
	if (critical)
		c->unknown_critical = true;
	return RC_OK;
}

enum rc cert_ext_read(struct cert *c, struct err *e)
{
	struct span list = c->extensions, ext, oids[CERT_EXT_MAX];
	size_t n, i;
	enum rc rc;

	for (n = 0; list.n > 0; n++) {
		if (n == CERT_EXT_MAX)
			return err_set(e, RC_TOO_LARGE, "cert-extension",
			    "The certificate has more than %d extensions.",
			    CERT_EXT_MAX);
		if (!der_take(&list, DER_SEQUENCE, &ext) ||
		    !der_take(&ext, DER_OID, &oids[n]))
			return broken(e, SPAN_NONE);
		for (i = 0; i < n; i++)
			if (span_eq(oids[i], oids[n]))
				return err_set(e, RC_INVALID, "cert-extension",
				    "The certificate has an extension twice.");
		rc = read_one(c, oids[n], ext, e);
		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}
