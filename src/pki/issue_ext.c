/* Names and extensions of certificates, written.
 * Must not decide which a certificate gets. */
#include <arpa/inet.h>

#include "pki/der.h"
#include "pki/issue_ext.h"

/* Wraps inner in one element, frees inner, and carries its failure on. */
static void close_into(struct buf *out, uint8_t tag, struct buf *inner)
{
	if (!buf_ok(inner))
		out->bad = true;
	der_put(out, tag, buf_span(inner));
	buf_clear(inner);
}

void issue_ext_attr(struct buf *out, const char *oid, uint8_t tag,
    const char *value)
{
	struct buf pair, set;

	if (value == NULL || value[0] == '\0')
		return;
	buf_init(&pair, ISSUE_EXT_MAX);
	buf_init(&set, ISSUE_EXT_MAX);
	der_put_oid(&pair, oid);
	der_put(&pair, tag, span_str(value));
	close_into(&set, DER_SEQUENCE, &pair);
	close_into(out, DER_SET, &set);
}

void issue_ext_name(struct buf *out, const char *org, const char *common_name,
    const char *serial_number)
{
	struct buf name;

	buf_init(&name, ISSUE_EXT_MAX);
	issue_ext_attr(&name, "2.5.4.10", DER_UTF8, org);
	issue_ext_attr(&name, "2.5.4.3", DER_UTF8, common_name);
	issue_ext_attr(&name, "2.5.4.5", DER_PRINTABLE, serial_number);
	close_into(out, DER_SEQUENCE, &name);
}

/* One Extension with this value. */
static void put_ext(struct buf *out, const char *oid, bool critical,
    const struct buf *value)
{
	static const uint8_t yes = 0xff;
	struct buf ext;

	buf_init(&ext, ISSUE_EXT_MAX);
	der_put_oid(&ext, oid);
	if (critical)
		der_put(&ext, DER_BOOLEAN, span_of(&yes, 1));
	der_put(&ext, DER_OCTET_STRING, buf_span(value));
	if (!buf_ok(value))
		out->bad = true;
	close_into(out, DER_SEQUENCE, &ext);
}

static void put_sequence(struct buf *out, const char *oid, bool critical,
    struct buf *content)
{
	struct buf value;

	buf_init(&value, ISSUE_EXT_MAX);
	close_into(&value, DER_SEQUENCE, content);
	put_ext(out, oid, critical, &value);
	buf_clear(&value);
}

void issue_ext_basic(struct buf *out, int path_len)
{
	static const uint8_t yes = 0xff;
	uint8_t len = (uint8_t)path_len;
	struct buf seq;

	buf_init(&seq, ISSUE_EXT_MAX);
	der_put(&seq, DER_BOOLEAN, span_of(&yes, 1));
	if (path_len >= 0)
		der_put_uint(&seq, span_of(&len, 1));
	if (path_len > 127)
		out->bad = true;
	put_sequence(out, "2.5.29.19", true, &seq);
}

void issue_ext_key_usage(struct buf *out, unsigned int usage)
{
	uint8_t bits[2] = {0, 0};
	struct buf value;
	unsigned int i;

	for (i = 0; i < 8; i++)
		if (usage >> i & 1) {
			bits[1] = (uint8_t)(bits[1] | 0x80 >> i);
			bits[0] = (uint8_t)(7 - i); /* unused ones */
		}
	buf_init(&value, ISSUE_EXT_MAX);
	der_put(&value, DER_BIT_STRING, span_of(bits, sizeof(bits)));
	put_ext(out, "2.5.29.15", true, &value);
	buf_clear(&value);
}

/* RFC 5280 4.2.1.2, method (1). */
void issue_ext_ski(struct buf *out, struct span spki)
{
	uint8_t id[DIGEST_SHA1];
	struct buf value;

	digest_sha1(key_spki_bits(spki), id);
	buf_init(&value, ISSUE_EXT_MAX);
	der_put(&value, DER_OCTET_STRING, span_of(id, sizeof(id)));
	put_ext(out, "2.5.29.14", false, &value);
	buf_clear(&value);
}

void issue_ext_aki(struct buf *out, struct span key_id)
{
	struct buf seq;

	buf_init(&seq, ISSUE_EXT_MAX);
	der_put(&seq, DER_CONTEXT_PRIM(0), key_id);
	put_sequence(out, "2.5.29.35", false, &seq);
}

/* CRLDistributionPoints of one address. */
static void put_points(struct buf *out, const char *oid, const char *url)
{
	struct buf names, full, point, list;

	if (url == NULL)
		return;
	buf_init(&names, ISSUE_EXT_MAX);
	buf_init(&full, ISSUE_EXT_MAX);
	buf_init(&point, ISSUE_EXT_MAX);
	buf_init(&list, ISSUE_EXT_MAX);
	der_put(&names, DER_CONTEXT_PRIM(6), span_str(url));
	close_into(&full, DER_CONTEXT(0), &names); /* fullName */
	close_into(&point, DER_CONTEXT(0), &full); /* distributionPoint */
	close_into(&list, DER_SEQUENCE, &point);
	put_sequence(out, oid, false, &list);
}

void issue_ext_crl_url(struct buf *out, const char *url)
{
	put_points(out, "2.5.29.31", url);
}

void issue_ext_freshest(struct buf *out, const char *url)
{
	put_points(out, "2.5.29.46", url);
}

static void put_access(struct buf *list, const char *method, const char *url)
{
	struct buf access;

	if (url == NULL)
		return;
	buf_init(&access, ISSUE_EXT_MAX);
	der_put_oid(&access, method);
	der_put(&access, DER_CONTEXT_PRIM(6), span_str(url));
	close_into(list, DER_SEQUENCE, &access);
}

void issue_ext_access(struct buf *out, const char *ca_url, const char *ocsp_url)
{
	struct buf list;

	if (ca_url == NULL && ocsp_url == NULL)
		return;
	buf_init(&list, ISSUE_EXT_MAX);
	put_access(&list, "1.3.6.1.5.5.7.48.1", ocsp_url);
	put_access(&list, "1.3.6.1.5.5.7.48.2", ca_url); /* caIssuers */
	put_sequence(out, "1.3.6.1.5.5.7.1.1", false, &list);
}

void issue_ext_aia_url(struct buf *out, const char *url)
{
	issue_ext_access(out, url, NULL);
}

void issue_ext_policies(struct buf *out, const char *const *oids)
{
	struct buf policy, list;

	if (oids == NULL || *oids == NULL)
		return;
	buf_init(&list, ISSUE_EXT_MAX);
	for (; *oids != NULL; oids++) {
		buf_init(&policy, ISSUE_EXT_MAX);
		der_put_oid(&policy, *oids);
		close_into(&list, DER_SEQUENCE, &policy);
	}
	put_sequence(out, "2.5.29.32", false, &list);
}

void issue_ext_nocheck(struct buf *out)
{
	struct buf value;

	buf_init(&value, ISSUE_EXT_MAX);
	der_put(&value, DER_NULL, SPAN_NONE);
	put_ext(out, "1.3.6.1.5.5.7.48.1.5", false, &value);
	buf_clear(&value);
}

void issue_ext_number(struct buf *out, const char *oid, bool critical,
    uint64_t v)
{
	uint8_t be[8];
	struct buf value;
	size_t i;

	for (i = 0; i < sizeof(be); i++)
		be[i] = (uint8_t)(v >> (56 - 8 * i));
	buf_init(&value, ISSUE_EXT_MAX);
	der_put_uint(&value, span_of(be, sizeof(be)));
	put_ext(out, oid, critical, &value);
	buf_clear(&value);
}

void issue_ext_eku(struct buf *out, const char *const *oids)
{
	struct buf seq;

	buf_init(&seq, ISSUE_EXT_MAX);
	for (; *oids != NULL; oids++)
		der_put_oid(&seq, *oids);
	put_sequence(out, "2.5.29.37", false, &seq);
}

void issue_ext_names(struct buf *out, const char *const *names)
{
	uint8_t addr[16];
	struct buf seq;

	if (names == NULL || *names == NULL)
		return;
	buf_init(&seq, ISSUE_EXT_MAX);
	for (; *names != NULL; names++) {
		if (inet_pton(AF_INET, *names, addr) == 1)
			der_put(&seq, DER_CONTEXT_PRIM(7), span_of(addr, 4));
		else if (inet_pton(AF_INET6, *names, addr) == 1)
			der_put(&seq, DER_CONTEXT_PRIM(7), span_of(addr, 16));
		else
			der_put(&seq, DER_CONTEXT_PRIM(2), span_str(*names));
	}
	put_sequence(out, "2.5.29.17", false, &seq);
}

void issue_ext_san(struct buf *out, struct span names)
{
	struct buf seq;

	if (names.n == 0)
		return;
	buf_init(&seq, ISSUE_EXT_MAX);
	buf_add_span(&seq, names);
	put_sequence(out, "2.5.29.17", false, &seq);
}

/* RFC 4108 5: HardwareModuleName { hwType, hwSerialNum }. */
void issue_ext_hw_module(struct buf *out, const char *type_oid,
    struct span serial)
{
	struct buf module, value, other, names;

	buf_init(&module, ISSUE_EXT_MAX);
	buf_init(&value, ISSUE_EXT_MAX);
	buf_init(&other, ISSUE_EXT_MAX);
	buf_init(&names, ISSUE_EXT_MAX);
	der_put_oid(&module, type_oid);
	der_put(&module, DER_OCTET_STRING, serial);
	close_into(&value, DER_SEQUENCE, &module);
	der_put_oid(&other, "1.3.6.1.5.5.7.8.4");
	close_into(&other, DER_CONTEXT(0), &value);
	close_into(&names, DER_CONTEXT(0), &other); /* otherName */
	put_sequence(out, "2.5.29.17", false, &names);
}
