/* OCSP: asked and judged.
 * Must not believe a responder that the certificate's own CA has not named. */
#include "device/lib/bm_ocsp.h"

#define OID_BASIC "\x2b\x06\x01\x05\x05\x07\x30\x01\x01"
#define SKEW_S 300

static const uint8_t sha256_alg[] = {0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48,
    0x01, 0x65, 0x03, 0x04, 0x02, 0x01};
#define IS(span, oid) bm_mem_eq(span, BM_MEM_LIT(oid))

struct id {
	uint8_t name[32], key[32];
};

static bool hash_issuer(const struct bm_platform *p,
    const struct bm_cert *issuer, struct id *id)
{
	return p->digest(p->ctx, BM_SHA256, issuer->subject, id->name) &&
	    p->digest(p->ctx, BM_SHA256, issuer->point, id->key);
}

enum bm_why bm_ocsp_request(const struct bm_platform *p,
    const struct bm_cert *cert, const struct bm_cert *issuer,
    struct bm_der_out *o)
{
	size_t end = o->at;
	struct id id;
	int i;

	if (!hash_issuer(p, issuer, &id))
		return BM_WHY_KEY;
	bm_der_put_uint(o, cert->serial);
	bm_der_put_tlv(o, BM_DER_OCTETS, BM_MEM_OF(id.key));
	bm_der_put_tlv(o, BM_DER_OCTETS, BM_MEM_OF(id.name));
	bm_der_put(o, BM_MEM_OF(sha256_alg));
	/* CertID, Request, requestList, TBSRequest, OCSPRequest */
	for (i = 0; i < 5; i++)
		bm_der_wrap(o, BM_DER_SEQUENCE, end);
	return o->full ? BM_WHY_SPACE : BM_OK;
}

struct basic {
	struct bm_span tbs, certs, signature, responses;
	enum bm_hash hash;
};

static bool read_tbs(struct basic *b)
{
	struct bm_span s, v;
	int64_t produced;
	uint8_t tag;

	if (!bm_der_only(b->tbs, BM_DER_SEQUENCE, &s) ||
	    !bm_der_next(&s, &tag, &v, NULL) ||
	    (tag != BM_DER_CONTEXT(1) && tag != BM_DER_CONTEXT(2)) ||
	    !bm_der_time(&s, &produced) ||
	    !bm_der_take(&s, BM_DER_SEQUENCE, &b->responses))
		return false;
	(void)bm_der_take(&s, BM_DER_CONTEXT(1), &v);
	return s.n == 0;
}

static bool read_basic(struct basic *b, struct bm_span der)
{
	struct bm_span s, v, oid;

	memset(b, 0, sizeof(*b));
	if (!bm_der_only(der, BM_DER_SEQUENCE, &s) ||
	    !bm_der_take(&s, BM_DER_ENUM, &v) || !IS(v, "\0") ||
	    !bm_der_only(s, BM_DER_CONTEXT(0), &s) ||
	    !bm_der_only(s, BM_DER_SEQUENCE, &s) ||
	    !bm_der_take(&s, BM_DER_OID, &oid) || !IS(oid, OID_BASIC) ||
	    !bm_der_only(s, BM_DER_OCTETS, &s) ||
	    !bm_der_only(s, BM_DER_SEQUENCE, &s) ||
	    !bm_der_whole(&s, BM_DER_SEQUENCE, &b->tbs) ||
	    !bm_der_take(&s, BM_DER_SEQUENCE, &v) ||
	    !bm_cert_sig_alg(v, &b->hash) || !bm_der_bits(&s, &b->signature))
		return false;
	if (bm_der_take(&s, BM_DER_CONTEXT(0), &v) &&
	    !bm_der_only(v, BM_DER_SEQUENCE, &b->certs))
		return false;
	return s.n == 0 && read_tbs(b);
}

/* The CA itself, or one to which it gave OCSPSigning (RFC 6960 4.2.2.2). */
static bool is_responder(const struct bm_ocsp_ask *ask, const struct bm_cert *r)
{
	return r->eku_ocsp && !r->is_ca && !r->unknown_critical &&
	    (r->usage & BM_CERT_DIGITAL_SIGNATURE) &&
	    bm_cert_is_valid(r, ask->now_s, ask->clock) &&
	    bm_cert_may_issue(ask->issuer, r, 0) &&
	    bm_cert_verify(ask->platform, ask->issuer, r->tbs, r->hash,
		r->signature);
}

static enum bm_why check_signer(const struct bm_ocsp_ask *ask,
    const struct basic *b)
{
	const struct bm_cert *by = ask->issuer;
	struct bm_span certs = b->certs;
	struct bm_cert responder;

	if (certs.n > 0) {
		if (!bm_cert_next(&certs, &responder))
			return BM_WHY_PROOF_SIGNER;
		if (!bm_mem_eq(responder.der, ask->issuer->der)) {
			if (!is_responder(ask, &responder))
				return BM_WHY_PROOF_SIGNER;
			by = &responder;
		}
	}
	return bm_cert_verify(ask->platform, by, b->tbs, b->hash, b->signature)
	    ? BM_OK
	    : BM_WHY_PROOF_SIGNATURE;
}

/* True when CertID is the certificate's; s is behind it then. */
static bool is_ours(const struct bm_ocsp_ask *ask, const struct id *id,
    struct bm_span *s)
{
	struct bm_span cert_id, alg, oid, name, key, serial;

	return bm_der_take(s, BM_DER_SEQUENCE, &cert_id) &&
	    bm_der_take(&cert_id, BM_DER_SEQUENCE, &alg) &&
	    bm_der_take(&alg, BM_DER_OID, &oid) &&
	    bm_mem_eq(oid, bm_mem_span(sha256_alg + 4, 9)) &&
	    (alg.n == 0 || IS(alg, "\x05\0")) &&
	    bm_der_take(&cert_id, BM_DER_OCTETS, &name) &&
	    bm_mem_eq(name, BM_MEM_OF(id->name)) &&
	    bm_der_take(&cert_id, BM_DER_OCTETS, &key) &&
	    bm_mem_eq(key, BM_MEM_OF(id->key)) &&
	    bm_der_uint(&cert_id, &serial) &&
	    bm_mem_eq(serial, ask->cert->serial) && cert_id.n == 0;
}

static enum bm_why check_single(const struct bm_ocsp_ask *ask, struct bm_span s,
    struct bm_ocsp *out)
{
	struct bm_span v, next;
	uint8_t tag;

	if (!bm_der_next(&s, &tag, &v, NULL) ||
	    !bm_der_time(&s, &out->this_update))
		return BM_WHY_PROOF_FORM;
	/* Bad news need not be fresh. */
	if (tag == BM_DER_CONTEXT(1))
		return BM_WHY_REVOKED;
	if (tag != BM_DER_PRIM(0) || v.n > 0)
		return BM_WHY_PROOF_UNKNOWN;
	/* One without its end (RFC 6960 4.2.2.1) would never be stale. */
	if (!bm_der_take(&s, BM_DER_CONTEXT(0), &next) ||
	    !bm_der_time(&next, &out->next_update) || next.n > 0)
		return BM_WHY_PROOF_FORM;
	(void)bm_der_take(&s, BM_DER_CONTEXT(1), &v);
	if (s.n > 0)
		return BM_WHY_PROOF_FORM;
	if (ask->now_s >= out->next_update ||
	    ask->now_s - out->this_update > (int64_t)ask->age_max_s ||
	    (ask->clock && out->this_update > ask->now_s + SKEW_S))
		return BM_WHY_PROOF_STALE;
	return BM_OK;
}

enum bm_why bm_ocsp_check(const struct bm_ocsp_ask *ask,
    struct bm_span response, struct bm_ocsp *out)
{
	struct bm_span single;
	struct basic b;
	struct id id;
	enum bm_why why;

	if (!read_basic(&b, response))
		return BM_WHY_PROOF_FORM;
	if (!hash_issuer(ask->platform, ask->issuer, &id))
		return BM_WHY_KEY;
	why = check_signer(ask, &b);
	if (why != BM_OK)
		return why;
	while (bm_der_take(&b.responses, BM_DER_SEQUENCE, &single))
		if (is_ours(ask, &id, &single))
			return check_single(ask, single, out);
	return b.responses.n > 0 ? BM_WHY_PROOF_FORM : BM_WHY_PROOF_OTHER;
}
