/* Certificates read by one walk over their DER.
 * Must not judge trust, and must not allocate. */
#include <string.h>

#include "base/enc.h"
#include "pki/cert.h"
#include "pki/cert_ext.h"
#include "pki/der.h"

#define SERIAL_MAX 20 /* RFC 5280 4.1.2.2 */
#define OID_TEXT_SIZE 128
#define OID_CN "2.5.4.3"
#define OID_SERIAL_NUMBER "2.5.4.5"

static enum rc broken(struct err *e, const char *what)
{
	enum rc rc = err_set(e, RC_INVALID, "cert-broken",
	    "The certificate is not well-formed DER: its %s is wrong.", what);

	if (e != NULL)
		e->ref = "RFC 5280 4.1";
	return rc;
}

bool cert_is_name(struct span content)
{
	struct span set, pair;
	uint8_t tag;

	while (content.n > 0) {
		if (!der_take(&content, DER_SET, &set) || set.n == 0)
			return false;
		while (set.n > 0)
			if (!der_take(&set, DER_SEQUENCE, &pair) ||
			    !der_take(&pair, DER_OID, NULL) ||
			    !der_next(&pair, &tag, NULL, NULL) || pair.n != 0)
				return false;
	}
	return true;
}

static bool take_whole(struct span *in, uint8_t tag, struct span *content,
    struct span *whole)
{
	uint8_t t;

	return der_next(in, &t, content, whole) && t == tag;
}

static enum rc take_serial(struct span *tbs, struct span *out, struct err *e)
{
	struct span v;

	if (!der_take(tbs, DER_INTEGER, &v) || v.n == 0)
		return broken(e, "serial number");
	if (v.p[0] == 0 && v.n > 1) {
		if (!(v.p[1] & 0x80))
			return broken(e, "serial number");
		v = span_sub(v, 1, v.n - 1);
	} else if (v.p[0] & 0x80) {
		return err_set(e, RC_INVALID, "cert-serial",
		    "The certificate's serial number is negative.");
	}
	if (v.n > SERIAL_MAX || (v.n == 1 && v.p[0] == 0))
		return err_set(e, RC_INVALID, "cert-serial",
		    "The certificate's serial number is zero or longer than "
		    "%d bytes.",
		    SERIAL_MAX);
	*out = v;
	return RC_OK;
}

static enum rc take_version(struct span *tbs, struct err *e)
{
	static const uint8_t v3[] = {DER_INTEGER, 1, 2};
	struct span v;
	bool found;

	if (!der_take_optional(tbs, DER_CONTEXT(0), &v, &found))
		return broken(e, "version");
	if (!found || !span_eq(v, span_of(v3, sizeof(v3))))
		return err_set(e, RC_INVALID, "cert-version",
		    "The certificate is not of X.509 version 3.");
	return RC_OK;
}

static enum rc take_extensions(struct cert *c, struct span tbs, struct err *e)
{
	struct span explicit_part;
	bool found;

	c->path_len = -1;
	if (tbs.n > 0 &&
	    (tbs.p[0] == DER_CONTEXT_PRIM(1) ||
		tbs.p[0] == DER_CONTEXT_PRIM(2)))
		return err_set(e, RC_INVALID, "cert-unique-id",
		    "The certificate has an issuerUniqueID or "
		    "subjectUniqueID, which RFC 5280 forbids.");
	if (!der_take_optional(&tbs, DER_CONTEXT(3), &explicit_part, &found) ||
	    tbs.n != 0)
		return broken(e, "end");
	if (!found)
		return RC_OK;
	if (!der_take(&explicit_part, DER_SEQUENCE, &c->extensions) ||
	    explicit_part.n != 0 || c->extensions.n == 0)
		return broken(e, "list of extensions");
	return cert_ext_read(c, e);
}

static enum rc parse_tbs(struct cert *c, struct span tbs, struct err *e)
{
	struct span name, times, alg, key;
	enum rc rc;

	rc = take_version(&tbs, e);
	if (rc == RC_OK)
		rc = take_serial(&tbs, &c->serial, e);
	if (rc != RC_OK)
		return rc;
	if (!take_whole(&tbs, DER_SEQUENCE, NULL, &c->sig_alg))
		return broken(e, "signature algorithm");
	if (!take_whole(&tbs, DER_SEQUENCE, &name, &c->issuer) ||
	    !cert_is_name(name) || name.n == 0)
		return broken(e, "issuer name");
	if (!der_take(&tbs, DER_SEQUENCE, &times) ||
	    !der_take_time(&times, &c->not_before) ||
	    !der_take_time(&times, &c->not_after) || times.n != 0)
		return broken(e, "validity");
	if (!take_whole(&tbs, DER_SEQUENCE, &name, &c->subject) ||
	    !cert_is_name(name))
		return broken(e, "subject name");
	if (!take_whole(&tbs, DER_SEQUENCE, &key, &c->spki) ||
	    !der_take(&key, DER_SEQUENCE, &alg) || !der_take_bits(&key, &alg) ||
	    key.n != 0)
		return broken(e, "public key");
	return take_extensions(c, tbs, e);
}

enum rc cert_parse(struct cert *c, struct span der, struct err *e)
{
	struct span in = der, body, tbs, alg;
	enum rc rc;

	memset(c, 0, sizeof(*c));
	c->der = der;
	if (der.n > CERT_DER_MAX)
		return err_set(e, RC_TOO_LARGE, "cert-too-large",
		    "The certificate has %zu bytes; at most %d are taken.",
		    der.n, CERT_DER_MAX);
	if (!der_take(&in, DER_SEQUENCE, &body))
		return broken(e, "outermost SEQUENCE");
	if (in.n != 0)
		return err_set(e, RC_INVALID, "cert-trailing",
		    "%zu bytes follow the certificate.", in.n);
	if (!take_whole(&body, DER_SEQUENCE, &tbs, &c->tbs))
		return broken(e, "TBSCertificate");
	rc = parse_tbs(c, tbs, e);
	if (rc != RC_OK)
		return rc;
	if (!take_whole(&body, DER_SEQUENCE, NULL, &alg) ||
	    !der_take_bits(&body, &c->signature) || body.n != 0)
		return broken(e, "signature");
	if (!span_eq(alg, c->sig_alg))
		return err_set(e, RC_INVALID, "cert-algorithms-differ",
		    "The certificate names two different signature "
		    "algorithms.");
	c->sig = key_sig_of(alg);
	return RC_OK;
}

enum rc cert_read(struct buf *out, struct span file, struct err *e)
{
	struct span in = file;
	uint8_t tag;
	bool is_der = der_next(&in, &tag, NULL, NULL) && tag == DER_SEQUENCE;
	size_t trailing = in.n;

	if (is_der && trailing == 0) {
		buf_add_span(out, file);
	} else {
		in = file;
		if (!enc_unpem(out, "CERTIFICATE", &in) && buf_ok(out)) {
			if (is_der)
				return err_set(e, RC_INVALID, "cert-trailing",
				    "%zu bytes follow the certificate.",
				    trailing);
			return err_set(e, RC_INVALID, "cert-not-found",
			    "There is no certificate here, neither DER nor "
			    "PEM with a CERTIFICATE block.");
		}
	}
	if (!buf_ok(out))
		return err_set(e, RC_TOO_LARGE, "cert-too-large",
		    "The certificate is too large.");
	return RC_OK;
}

bool cert_next(struct span *ders, struct span *one)
{
	struct span content;
	uint8_t tag;

	return der_next(ders, &tag, &content, one);
}

bool cert_may_issue(const struct cert *ca, const struct cert *below)
{
	if (below->aki.n > 0 && ca->ski.n > 0 && !span_eq(below->aki, ca->ski))
		return false;
	return span_eq(below->issuer, ca->subject);
}

void cert_fingerprint(struct span der, uint8_t out[DIGEST_SHA256])
{
	digest_sha256(der, out);
}

struct span cert_subject_attr(const struct cert *c, const char *oid)
{
	struct span name = c->subject, sets, set, pair, found, value;
	uint8_t want[32], tag;
	size_t n;

	if (!der_oid_encode(oid, want, sizeof(want), &n) ||
	    !der_take(&name, DER_SEQUENCE, &sets))
		return SPAN_NONE;
	while (sets.n > 0) {
		if (!der_take(&sets, DER_SET, &set))
			return SPAN_NONE;
		while (set.n > 0) {
			if (!der_take(&set, DER_SEQUENCE, &pair) ||
			    !der_take(&pair, DER_OID, &found) ||
			    !der_next(&pair, &tag, &value, NULL))
				return SPAN_NONE;
			if (span_eq(found, span_of(want, n)))
				return value;
		}
	}
	return SPAN_NONE;
}

/* GeneralName otherName of id-on-hardwareModuleName, RFC 4108 5. */
static bool hw_module(struct span other, struct span *serial)
{
	static const uint8_t id[] = {0x2b, 6, 1, 5, 5, 7, 8, 4};
	struct span oid, value, module;

	return der_take(&other, DER_OID, &oid) &&
	    span_eq(oid, span_of(id, sizeof(id))) &&
	    der_take(&other, DER_CONTEXT(0), &value) && other.n == 0 &&
	    der_take(&value, DER_SEQUENCE, &module) && value.n == 0 &&
	    der_take(&module, DER_OID, &oid) &&
	    der_take(&module, DER_OCTET_STRING, serial) && module.n == 0;
}

struct span cert_hw_serial(const struct cert *c)
{
	struct span names = c->san, name, serial;
	uint8_t tag;

	while (names.n > 0) {
		if (!der_next(&names, &tag, &name, NULL))
			break;
		if (tag == DER_CONTEXT(0) && hw_module(name, &serial))
			return serial;
	}
	return SPAN_NONE;
}

void cert_serial_text(const struct cert *c, char out[2 * 20 + 1])
{
	enc_hex_str(out, c->serial);
}

void cert_chip_id(const struct cert *c, char out[CERT_ID_MAX + 1])
{
	struct span id = cert_subject_attr(c, OID_SERIAL_NUMBER);
	size_t i;

	for (i = 0; i < id.n; i++)
		if (id.p[i] < 0x20 || id.p[i] > 0x7e)
			break;
	if (i > 0 && i == id.n && span_copy_str(id, out, CERT_ID_MAX + 1))
		return;
	id = cert_hw_serial(c);
	if (id.n > 0 && 2 * id.n <= CERT_ID_MAX)
		enc_hex_str(out, id);
	else
		enc_hex_str(out, c->serial);
}

static const struct {
	const char *oid, *name;
} attr_names[] = {
    {"2.5.4.6", "C"},
    {"2.5.4.10", "O"},
    {"2.5.4.11", "OU"},
    {OID_CN, "CN"},
    {OID_SERIAL_NUMBER, "serialNumber"},
    {"2.5.4.7", "L"},
    {"2.5.4.8", "ST"},
    {"2.5.4.9", "STREET"},
    {"0.9.2342.19200300.100.1.25", "DC"},
    {"0.9.2342.19200300.100.1.1", "UID"},
};

static void put_attr_name(struct span oid, struct buf *out)
{
	char text[OID_TEXT_SIZE];
	size_t i;

	if (!der_oid_text(oid, text, sizeof(text))) {
		buf_add_str(out, "?");
		return;
	}
	for (i = 0; i < sizeof(attr_names) / sizeof(attr_names[0]); i++)
		if (strcmp(text, attr_names[i].oid) == 0) {
			buf_add_str(out, attr_names[i].name);
			return;
		}
	buf_add_str(out, text);
}

/* Bytes of the well-formed and visible UTF-8 character at the front, or 0. */
static size_t utf8_char(struct span s)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n = s.p[0] >= 0xf0 ? 4 : s.p[0] >= 0xe0 ? 3 : 2, i;
	uint32_t v = s.p[0] & (0xffU >> (n + 1));

	if (s.p[0] < 0xc2 || s.p[0] > 0xf4 || s.n < n)
		return 0;
	for (i = 1; i < n; i++) {
		if ((s.p[i] & 0xc0) != 0x80)
			return 0;
		v = v << 6 | (s.p[i] & 0x3f);
	}
	/* Neither C1 controls, surrogates nor marks that turn the text. */
	if (v < least[n] || v < 0xa0 || (v >= 0xd800 && v < 0xe000) ||
	    v > 0x10ffff || (v >= 0x200b && v <= 0x200f) ||
	    (v >= 0x2028 && v <= 0x202e) || (v >= 0x2066 && v <= 0x2069))
		return 0;
	return n;
}

static void put_value(struct span v, bool utf8, struct buf *out)
{
	size_t n;

	while (v.n > 0) {
		n = utf8 && v.p[0] >= 0x80 ? utf8_char(v) : 0;
		if (n > 0) {
			buf_add(out, v.p, n);
		} else if (v.p[0] < 0x20 || v.p[0] > 0x7e) {
			n = 1;
			buf_addf(out, "\\%02X", v.p[0]);
		} else {
			n = 1;
			if (strchr("\"+,;<>\\", v.p[0]) != NULL)
				buf_add_u8(out, '\\');
			buf_add_u8(out, v.p[0]);
		}
		v = span_sub(v, n, v.n - n);
	}
}

void cert_name_text(struct span name, struct buf *out)
{
	struct span sets, set, pair, oid, value;
	const char *between = "";
	uint8_t tag;

	if (!der_take(&name, DER_SEQUENCE, &sets))
		return;
	while (sets.n > 0 && der_take(&sets, DER_SET, &set)) {
		while (set.n > 0 && der_take(&set, DER_SEQUENCE, &pair) &&
		    der_take(&pair, DER_OID, &oid) &&
		    der_next(&pair, &tag, &value, NULL)) {
			buf_add_str(out, between);
			put_attr_name(oid, out);
			buf_add_u8(out, '=');
			put_value(value, tag == DER_UTF8, out);
			between = "+";
		}
		between = ", ";
	}
}
