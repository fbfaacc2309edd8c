/* The reader of certificates.
 * Must not keep anything: a certificate is read where it lies. */
#include "device/lib/bm_cert.h"
#include "device/lib/bm_der.h"
#include "device/lib/bm_time.h"

#define SKEW_S 300
#define OID_EC_KEY "\x2a\x86\x48\xce\x3d\x02\x01"
#define OID_P256 "\x2a\x86\x48\xce\x3d\x03\x01\x07"
#define OID_P384 "\x2b\x81\x04\x00\x22"
#define OID_ECDSA_SHA256 "\x2a\x86\x48\xce\x3d\x04\x03\x02"
#define OID_ECDSA_SHA384 "\x2a\x86\x48\xce\x3d\x04\x03\x03"
#define OID_SERIAL_NUMBER "\x55\x04\x05"
#define OID_HARDWARE_MODULE "\x2b\x06\x01\x05\x05\x07\x08\x04"
#define OID_OCSP "\x2b\x06\x01\x05\x05\x07\x30\x01"
#define OID_AIA "\x2b\x06\x01\x05\x05\x07\x01\x01"
#define OID_CLIENT_AUTH "\x2b\x06\x01\x05\x05\x07\x03\x02"
#define OID_SERVER_AUTH "\x2b\x06\x01\x05\x05\x07\x03\x01"
#define OID_OCSP_SIGNING "\x2b\x06\x01\x05\x05\x07\x03\x09"
#define PRODUCT_URN "urn:birthmark:product:"

const uint8_t bm_cert_ecdsa_sha256[12] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86,
    0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};
const uint8_t bm_cert_p256[21] = {0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
    0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03,
    0x01, 0x07};

#define IS(span, oid) bm_mem_eq(span, BM_MEM_LIT(oid))

bool bm_cert_sig_alg(struct bm_span s, enum bm_hash *hash)
{
	struct bm_span oid;

	if (!bm_der_only(s, BM_DER_OID, &oid))
		return false;
	*hash = IS(oid, OID_ECDSA_SHA256) ? BM_SHA256 : BM_SHA384;
	return *hash == BM_SHA256 || IS(oid, OID_ECDSA_SHA384);
}

static bool read_spki(struct bm_cert *c)
{
	struct bm_span s, alg, oid, curve;

	if (!bm_der_only(c->spki, BM_DER_SEQUENCE, &s) ||
	    !bm_der_take(&s, BM_DER_SEQUENCE, &alg) ||
	    !bm_der_take(&alg, BM_DER_OID, &oid) || !IS(oid, OID_EC_KEY) ||
	    !bm_der_only(alg, BM_DER_OID, &curve) ||
	    !bm_der_bits(&s, &c->point) || s.n > 0)
		return false;
	c->curve = IS(curve, OID_P256) ? BM_P256 : BM_P384;
	if (c->curve == BM_P384 && !IS(curve, OID_P384))
		return false;
	return c->point.n ==
	    (c->curve == BM_P256 ? BM_POINT_256 : BM_POINT_384) &&
	    c->point.p[0] == 4;
}

static bool read_basic(struct bm_cert *c, struct bm_span v)
{
	struct bm_span s, b;

	if (!bm_der_only(v, BM_DER_SEQUENCE, &s))
		return false;
	if (bm_der_take(&s, BM_DER_BOOLEAN, &b)) {
		if (b.n != 1 || b.p[0] != 0xff)
			return false;
		c->is_ca = true;
	}
	if (bm_der_uint(&s, &b)) {
		if (!c->is_ca || b.n != 1 || b.p[0] > 0x7f)
			return false;
		c->path_len = (int8_t)b.p[0];
	}
	return s.n == 0;
}

/* The first eight bits are all that we ask for. */
static bool read_usage(struct bm_cert *c, struct bm_span v)
{
	struct bm_span b;
	unsigned int i;

	if (!bm_der_only(v, BM_DER_BITS, &b) || b.n < 2 || b.p[0] > 7)
		return false;
	c->usage = 0;
	for (i = 0; i < 8; i++)
		if (b.p[1] & (0x80 >> i))
			c->usage |= (uint8_t)(1u << i);
	return true;
}

static bool read_eku(struct bm_cert *c, struct bm_span v)
{
	struct bm_span s, oid;

	if (!bm_der_only(v, BM_DER_SEQUENCE, &s))
		return false;
	c->has_eku = true;
	while (bm_der_take(&s, BM_DER_OID, &oid)) {
		c->eku_peer |= IS(oid, OID_CLIENT_AUTH);
		c->eku_peer |= IS(oid, OID_SERVER_AUTH);
		c->eku_ocsp |= IS(oid, OID_OCSP_SIGNING);
	}
	return s.n == 0;
}

static bool read_aki(struct bm_cert *c, struct bm_span v)
{
	struct bm_span s;

	c->aki = v;
	if (!bm_der_only(v, BM_DER_SEQUENCE, &s))
		return false;
	(void)bm_der_take(&s, BM_DER_PRIM(0), &c->key_id);
	return true;
}

/* The first URL of an OCSP responder. */
static bool read_aia(struct bm_cert *c, struct bm_span v)
{
	struct bm_span s, d, oid, url;

	if (!bm_der_only(v, BM_DER_SEQUENCE, &s))
		return false;
	while (bm_der_take(&s, BM_DER_SEQUENCE, &d))
		if (c->ocsp.n == 0 && bm_der_take(&d, BM_DER_OID, &oid) &&
		    IS(oid, OID_OCSP) && bm_der_take(&d, BM_DER_PRIM(6), &url))
			c->ocsp = url;
	return s.n == 0;
}

static bool read_value(struct bm_cert *c, struct bm_span oid, struct bm_span v,
    bool critical)
{
	if (IS(oid, OID_AIA))
		return read_aia(c, v);
	if (oid.n == 3 && oid.p[0] == 0x55 && oid.p[1] == 0x1d) {
		switch (oid.p[2]) {
		case 15:
			return read_usage(c, v);
		case 17:
			return bm_der_only(v, BM_DER_SEQUENCE, &c->san);
		case 19:
			return read_basic(c, v);
		case 32: /* policies: any will do */
			return true;
		case 35:
			return read_aki(c, v);
		case 37:
			return read_eku(c, v);
		default:
			break;
		}
	}
	c->unknown_critical |= critical;
	return true;
}

static bool read_extensions(struct bm_cert *c, struct bm_span s)
{
	struct bm_span list, ext, oid, b, v;
	bool critical;

	if (!bm_der_only(s, BM_DER_SEQUENCE, &list))
		return false;
	while (bm_der_take(&list, BM_DER_SEQUENCE, &ext)) {
		if (!bm_der_take(&ext, BM_DER_OID, &oid))
			return false;
		critical = bm_der_take(&ext, BM_DER_BOOLEAN, &b);
		if (critical && (b.n != 1 || b.p[0] != 0xff))
			return false;
		if (!bm_der_only(ext, BM_DER_OCTETS, &v) ||
		    !read_value(c, oid, v, critical))
			return false;
	}
	return list.n == 0;
}

static bool read_tbs(struct bm_cert *c, struct bm_span s, struct bm_span alg)
{
	struct bm_span v, times, unused;

	if (!bm_der_take(&s, BM_DER_CONTEXT(0), &v) || v.n != 3 ||
	    memcmp(v.p, "\x02\x01\x02", 3) != 0 ||
	    !bm_der_uint(&s, &c->serial) || c->serial.n > 20 ||
	    !bm_der_take(&s, BM_DER_SEQUENCE, &v) || !bm_mem_eq(v, alg) ||
	    !bm_der_whole(&s, BM_DER_SEQUENCE, &c->issuer) ||
	    !bm_der_take(&s, BM_DER_SEQUENCE, &times) ||
	    !bm_der_time(&times, &c->not_before) ||
	    !bm_der_time(&times, &c->not_after) || times.n > 0 ||
	    !bm_der_whole(&s, BM_DER_SEQUENCE, &c->subject) ||
	    !bm_der_whole(&s, BM_DER_SEQUENCE, &c->spki))
		return false;
	(void)bm_der_take(&s, BM_DER_PRIM(1), &unused);
	(void)bm_der_take(&s, BM_DER_PRIM(2), &unused);
	if (bm_der_take(&s, BM_DER_CONTEXT(3), &v) && !read_extensions(c, v))
		return false;
	return s.n == 0 && read_spki(c);
}

bool bm_cert_parse(struct bm_cert *c, struct bm_span der)
{
	struct bm_span s, tbs, alg;

	memset(c, 0, sizeof(*c));
	c->usage = 0xff;
	c->path_len = -1;
	c->der = der;
	if (!bm_der_only(der, BM_DER_SEQUENCE, &s))
		return false;
	return bm_der_whole(&s, BM_DER_SEQUENCE, &c->tbs) &&
	    bm_der_only(c->tbs, BM_DER_SEQUENCE, &tbs) &&
	    bm_der_take(&s, BM_DER_SEQUENCE, &alg) &&
	    bm_cert_sig_alg(alg, &c->hash) && bm_der_bits(&s, &c->signature) &&
	    s.n == 0 && read_tbs(c, tbs, alg);
}

bool bm_cert_next(struct bm_span *list, struct bm_cert *c)
{
	struct bm_span der;

	while (bm_der_whole(list, BM_DER_SEQUENCE, &der))
		if (bm_cert_parse(c, der))
			return true;
	return false;
}

static bool hex(struct bm_span s, char *out)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	if (s.n == 0 || s.n * 2 > BM_SERIAL_MAX)
		return false;
	for (i = 0; i < s.n; i++) {
		out[2 * i] = digits[s.p[i] >> 4];
		out[2 * i + 1] = digits[s.p[i] & 15];
	}
	out[2 * s.n] = '\0';
	return true;
}

static bool is_printable(struct bm_span s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] > '~')
			return false;
	return s.n > 0;
}

/* The first serialNumber of the subject. */
static bool subject_serial(const struct bm_cert *c, struct bm_span *out)
{
	struct bm_span rdns, rdn, pair, oid;
	uint8_t tag;

	if (!bm_der_only(c->subject, BM_DER_SEQUENCE, &rdns))
		return false;
	while (bm_der_take(&rdns, BM_DER_SET, &rdn))
		while (bm_der_take(&rdn, BM_DER_SEQUENCE, &pair))
			if (bm_der_take(&pair, BM_DER_OID, &oid) &&
			    IS(oid, OID_SERIAL_NUMBER))
				return bm_der_next(&pair, &tag, out, NULL);
	return false;
}

/* hwSerialNum of a hardwareModuleName (RFC 4108) in otherName. */
static bool hardware_serial(const struct bm_cert *c, struct bm_span *out)
{
	struct bm_span names = c->san, name, oid, v, seq;
	uint8_t tag;

	while (bm_der_next(&names, &tag, &name, NULL))
		if (tag == BM_DER_CONTEXT(0) &&
		    bm_der_take(&name, BM_DER_OID, &oid) &&
		    IS(oid, OID_HARDWARE_MODULE) &&
		    bm_der_only(name, BM_DER_CONTEXT(0), &v) &&
		    bm_der_only(v, BM_DER_SEQUENCE, &seq) &&
		    bm_der_take(&seq, BM_DER_OID, &oid))
			return bm_der_only(seq, BM_DER_OCTETS, out);
	return false;
}

bool bm_cert_chip(const struct bm_cert *c, char *out)
{
	struct bm_span s;

	if (subject_serial(c, &s) && is_printable(s) &&
	    bm_mem_text(out, BM_SERIAL_MAX + 1, s))
		return true;
	if (hardware_serial(c, &s) && hex(s, out))
		return true;
	return hex(c->serial, out);
}

struct bm_span bm_cert_product(const struct bm_cert *c)
{
	struct bm_span names = c->san, v, urn = BM_MEM_LIT(PRODUCT_URN);
	uint8_t tag;

	while (bm_der_next(&names, &tag, &v, NULL)) {
		if (tag != BM_DER_PRIM(6) || v.n <= urn.n ||
		    v.n - urn.n > BM_PRODUCT_MAX ||
		    !bm_mem_eq(bm_mem_span(v.p, urn.n), urn))
			continue;
		v = bm_mem_span(v.p + urn.n, v.n - urn.n);
		if (is_printable(v))
			return v;
	}
	return bm_mem_span(NULL, 0);
}

bool bm_cert_is_valid(const struct bm_cert *c, int64_t t_s, bool clock)
{
	return t_s <= c->not_after && (!clock || t_s + SKEW_S >= c->not_before);
}

bool bm_cert_may_issue(const struct bm_cert *ca, const struct bm_cert *below,
    unsigned int cas_between)
{
	return ca->is_ca && (ca->usage & BM_CERT_SIGN) &&
	    !ca->unknown_critical && bm_mem_eq(ca->subject, below->issuer) &&
	    (ca->path_len < 0 || cas_between <= (unsigned int)ca->path_len);
}

bool bm_cert_verify(const struct bm_platform *p, const struct bm_cert *ca,
    struct bm_span bytes, enum bm_hash hash, struct bm_span signature)
{
	uint8_t digest[BM_SHA384];

	return p->digest(p->ctx, hash, bytes, digest) &&
	    p->verify(p->ctx, ca->curve, ca->point,
		bm_mem_span(digest, (size_t)hash), signature);
}
