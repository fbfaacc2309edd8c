/* A request for a certificate, written backwards and signed.
 * Must not keep the key's secret anywhere: the platform signs. */
#include "device/lib/bm_csr.h"

#define OID_EXTENSION_REQUEST "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e"
#define OID_SAN "\x55\x1d\x11"

static void put_san(struct bm_der_out *o, struct bm_span san)
{
	size_t end = o->at;

	bm_der_put_tlv(o, BM_DER_SEQUENCE, san);
	bm_der_wrap(o, BM_DER_OCTETS, end);
	bm_der_put_tlv(o, BM_DER_OID, BM_MEM_LIT(OID_SAN));
	bm_der_wrap(o, BM_DER_SEQUENCE, end);
	bm_der_wrap(o, BM_DER_SEQUENCE, end);
	bm_der_wrap(o, BM_DER_SET, end);
	bm_der_put_tlv(o, BM_DER_OID, BM_MEM_LIT(OID_EXTENSION_REQUEST));
	bm_der_wrap(o, BM_DER_SEQUENCE, end);
}

static void put_info(struct bm_der_out *o, const struct bm_csr *r)
{
	size_t end = o->at, spki;

	if (r->san.n > 0)
		put_san(o, r->san);
	bm_der_wrap(o, BM_DER_CONTEXT(0), end);
	spki = o->at;
	bm_der_put_bits(o, bm_mem_span(r->point, BM_POINT_256));
	bm_der_put(o, BM_MEM_OF(bm_cert_p256));
	bm_der_wrap(o, BM_DER_SEQUENCE, spki);
	bm_der_put(o, r->subject);
	bm_der_put_small(o, 0);
	bm_der_wrap(o, BM_DER_SEQUENCE, end);
}

/* What is signed comes first and the signature last: the first is written, then
 * moved to make room. */
enum bm_why bm_csr_build(const struct bm_platform *p, const struct bm_csr *r,
    struct bm_der_out *out)
{
	uint8_t digest[32], sig[BM_SIGNATURE_MAX];
	size_t end = out->at, sig_n = 0;
	struct bm_span info;

	if (end < sizeof(sig) + 32)
		return BM_WHY_SPACE;
	out->at = end - sizeof(sig) - 32;
	put_info(out, r);
	if (out->full)
		return BM_WHY_SPACE;
	info = bm_mem_span(out->p + out->at, end - sizeof(sig) - 32 - out->at);
	if (!p->digest(p->ctx, BM_SHA256, info, digest) ||
	    !p->sign(p->ctx, r->key, digest, sig, &sig_n) ||
	    sig_n > sizeof(sig))
		return BM_WHY_KEY;
	out->at = end;
	bm_der_put_bits(out, bm_mem_span(sig, sig_n));
	bm_der_put(out, BM_MEM_OF(bm_cert_ecdsa_sha256));
	bm_der_put(out, info);
	bm_der_wrap(out, BM_DER_SEQUENCE, end);
	return out->full ? BM_WHY_SPACE : BM_OK;
}
