/* Signed messages, read and written.
 * Must not take a signature without signed attributes, whose bytes could be
 * those of some other content. */
#include "device/lib/bm_cms.h"

#define OID_SIGNED_DATA "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
#define OID_DATA "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
#define OID_CONTENT_TYPE "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03"
#define OID_MESSAGE_DIGEST "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04"
#define OID_SIGNING_TIME "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x05"
/* id-ct-animaJSONVoucher (RFC 8366 8.2) */
#define OID_VOUCHER "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x28"
#define OID_SHA256 "\x60\x86\x48\x01\x65\x03\x04\x02\x01"
#define OID_SHA384 "\x60\x86\x48\x01\x65\x03\x04\x02\x02"
#define ATTRS_MAX 128
#define IS(span, oid) bm_mem_eq(span, BM_MEM_LIT(oid))

static const uint8_t sha256_alg[] = {0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48,
    0x01, 0x65, 0x03, 0x04, 0x02, 0x01};

/* Parameters are absent or NULL (RFC 5754 2). */
static bool digest_alg(struct bm_span s, enum bm_hash *hash)
{
	struct bm_span oid;

	if (!bm_der_take(&s, BM_DER_OID, &oid) || (s.n > 0 && !IS(s, "\x05\0")))
		return false;
	*hash = IS(oid, OID_SHA256) ? BM_SHA256 : BM_SHA384;
	return *hash == BM_SHA256 || IS(oid, OID_SHA384);
}

/* Each of the two once, with one value. */
static bool read_attrs(struct bm_cms *c, struct bm_span s)
{
	struct bm_span attr, oid, values, v;
	unsigned int types = 0, digests = 0;

	while (bm_der_take(&s, BM_DER_SEQUENCE, &attr)) {
		if (!bm_der_take(&attr, BM_DER_OID, &oid) ||
		    !bm_der_only(attr, BM_DER_SET, &values))
			return false;
		if (IS(oid, OID_CONTENT_TYPE)) {
			types++;
			if (!bm_der_only(values, BM_DER_OID, &v) ||
			    !IS(v, OID_VOUCHER))
				return false;
		} else if (IS(oid, OID_MESSAGE_DIGEST)) {
			digests++;
			if (!bm_der_only(values, BM_DER_OCTETS,
				&c->attrs_digest))
				return false;
		}
	}
	return s.n == 0 && types == 1 && digests == 1;
}

/* The signer is not looked up by its name: the caller has the key. */
static bool read_signer(struct bm_cms *c, struct bm_span s)
{
	struct bm_span info, v, attrs;
	uint8_t tag;

	if (!bm_der_only(s, BM_DER_SEQUENCE, &info) ||
	    !bm_der_take(&info, BM_DER_INTEGER, &v) ||
	    !bm_der_next(&info, &tag, &v, NULL) ||
	    (tag != BM_DER_SEQUENCE && tag != BM_DER_PRIM(0)) ||
	    !bm_der_take(&info, BM_DER_SEQUENCE, &v) ||
	    !digest_alg(v, &c->digest_hash) ||
	    !bm_der_whole(&info, BM_DER_CONTEXT(0), &c->attrs) ||
	    !bm_der_only(c->attrs, BM_DER_CONTEXT(0), &attrs) ||
	    !read_attrs(c, attrs) || !bm_der_take(&info, BM_DER_SEQUENCE, &v) ||
	    !bm_cert_sig_alg(v, &c->sig_hash) ||
	    !bm_der_take(&info, BM_DER_OCTETS, &c->signature))
		return false;
	(void)bm_der_take(&info, BM_DER_CONTEXT(1), &v);
	return info.n == 0;
}

/* ContentInfo and SignedData down to encapContentInfo's content. */
static bool signed_data(struct bm_span der, struct bm_span *rest,
    struct bm_span *info)
{
	struct bm_span s, oid, v;

	return bm_der_only(der, BM_DER_SEQUENCE, &s) &&
	    bm_der_take(&s, BM_DER_OID, &oid) && IS(oid, OID_SIGNED_DATA) &&
	    bm_der_only(s, BM_DER_CONTEXT(0), &s) &&
	    bm_der_only(s, BM_DER_SEQUENCE, rest) &&
	    bm_der_take(rest, BM_DER_INTEGER, &v) &&
	    bm_der_take(rest, BM_DER_SET, &v) &&
	    bm_der_take(rest, BM_DER_SEQUENCE, info);
}

bool bm_cms_parse(struct bm_cms *c, struct bm_span der)
{
	struct bm_span s, info, oid, v;

	if (!signed_data(der, &s, &info) ||
	    !bm_der_take(&info, BM_DER_OID, &oid) || !IS(oid, OID_VOUCHER) ||
	    !bm_der_only(info, BM_DER_CONTEXT(0), &info) ||
	    !bm_der_only(info, BM_DER_OCTETS, &c->content))
		return false;
	(void)bm_der_take(&s, BM_DER_CONTEXT(0), &v);
	(void)bm_der_take(&s, BM_DER_CONTEXT(1), &v);
	return bm_der_only(s, BM_DER_SET, &s) && read_signer(c, s);
}

/* What is signed has the tag of a SET in place of [0] (RFC 5652 5.4). */
bool bm_cms_verify(const struct bm_platform *p, const struct bm_cms *c,
    uint8_t *base, const struct bm_cert *key)
{
	uint8_t digest[BM_SHA384], *tag = base + (c->attrs.p - base);
	bool ok;

	if (!p->digest(p->ctx, c->digest_hash, c->content, digest) ||
	    !bm_mem_eq(c->attrs_digest,
		bm_mem_span(digest, (size_t)c->digest_hash)))
		return false;
	*tag = BM_DER_SET;
	ok = bm_cert_verify(p, key, c->attrs, c->sig_hash, c->signature);
	*tag = BM_DER_CONTEXT(0);
	return ok;
}

bool bm_cms_certs(struct bm_span der, struct bm_span *certs)
{
	struct bm_span s, info, oid, v;

	if (!signed_data(der, &s, &info) ||
	    !bm_der_take(&info, BM_DER_OID, &oid) || !IS(oid, OID_DATA) ||
	    !bm_der_take(&s, BM_DER_CONTEXT(0), certs))
		return false;
	(void)bm_der_take(&s, BM_DER_CONTEXT(1), &v);
	return bm_der_only(s, BM_DER_SET, &v) && certs->n > 0;
}

static void put_attr(struct bm_der_out *o, size_t end, struct bm_span oid)
{
	bm_der_wrap(o, BM_DER_SET, end);
	bm_der_put_tlv(o, BM_DER_OID, oid);
	bm_der_wrap(o, BM_DER_SEQUENCE, end);
}

/* Sorted as DER wants a SET OF: by length, as they all are SEQUENCEs. */
static void put_attrs(struct bm_der_out *o, const uint8_t digest[32],
    int64_t now_s)
{
	size_t all = o->at, end = o->at;

	bm_der_put_tlv(o, BM_DER_OCTETS, bm_mem_span(digest, 32));
	put_attr(o, end, BM_MEM_LIT(OID_MESSAGE_DIGEST));
	if (now_s > 0) {
		end = o->at;
		bm_der_put_time(o, now_s);
		put_attr(o, end, BM_MEM_LIT(OID_SIGNING_TIME));
	}
	end = o->at;
	bm_der_put_tlv(o, BM_DER_OID, BM_MEM_LIT(OID_VOUCHER));
	put_attr(o, end, BM_MEM_LIT(OID_CONTENT_TYPE));
	bm_der_wrap(o, BM_DER_SET, all);
}

static void put_signer(struct bm_der_out *o, const struct bm_cert *signer,
    struct bm_span attrs, struct bm_span sig)
{
	size_t end = o->at, sid;

	bm_der_put_tlv(o, BM_DER_OCTETS, sig);
	bm_der_put(o, BM_MEM_OF(bm_cert_ecdsa_sha256));
	bm_der_put(o, attrs);
	o->p[o->at] = BM_DER_CONTEXT(0);
	bm_der_put(o, BM_MEM_OF(sha256_alg));
	sid = o->at;
	bm_der_put_uint(o, signer->serial);
	bm_der_put(o, signer->issuer);
	bm_der_wrap(o, BM_DER_SEQUENCE, sid);
	bm_der_put_small(o, 1);
	bm_der_wrap(o, BM_DER_SEQUENCE, end);
	bm_der_wrap(o, BM_DER_SET, end);
}

static void put_message(struct bm_der_out *o, size_t end,
    const struct bm_cert *signer, struct bm_span content)
{
	size_t info;

	bm_der_put_tlv(o, BM_DER_CONTEXT(0), signer->der);
	info = o->at;
	bm_der_put_tlv(o, BM_DER_OCTETS, content);
	bm_der_wrap(o, BM_DER_CONTEXT(0), info);
	bm_der_put_tlv(o, BM_DER_OID, BM_MEM_LIT(OID_VOUCHER));
	bm_der_wrap(o, BM_DER_SEQUENCE, info);
	bm_der_put_tlv(o, BM_DER_SET, BM_MEM_OF(sha256_alg));
	bm_der_put_small(o, 3);
	bm_der_wrap(o, BM_DER_SEQUENCE, end);
	bm_der_wrap(o, BM_DER_CONTEXT(0), end);
	bm_der_put_tlv(o, BM_DER_OID, BM_MEM_LIT(OID_SIGNED_DATA));
	bm_der_wrap(o, BM_DER_SEQUENCE, end);
}

enum bm_why bm_cms_sign(const struct bm_platform *p,
    const struct bm_cert *signer, struct bm_span content, int64_t now_s,
    struct bm_der_out *out)
{
	uint8_t memory[ATTRS_MAX], digest[32], sig[BM_SIGNATURE_MAX];
	struct bm_der_out o = {memory, sizeof(memory), false};
	struct bm_span attrs;
	size_t end = out->at, sig_n = 0;

	if (!p->digest(p->ctx, BM_SHA256, content, digest))
		return BM_WHY_KEY;
	put_attrs(&o, digest, now_s);
	attrs = bm_mem_span(memory + o.at, sizeof(memory) - o.at);
	if (o.full || !p->digest(p->ctx, BM_SHA256, attrs, digest) ||
	    !p->sign(p->ctx, BM_KEY_BIRTH, digest, sig, &sig_n) ||
	    sig_n > sizeof(sig))
		return BM_WHY_KEY;
	put_signer(out, signer, attrs, bm_mem_span(sig, sig_n));
	put_message(out, end, signer, content);
	return out->full ? BM_WHY_SPACE : BM_OK;
}
