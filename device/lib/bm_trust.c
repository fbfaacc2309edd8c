/* The owner's CAs as anchors.
 * Must not judge the time of a CA: who is trusted was told over a connection
 * that the voucher made sure. */
#include "device/lib/bm_trust.h"

enum bm_why bm_trust_load(struct bm_trust_store *t, const struct bm_platform *p,
    uint8_t *memory, size_t cap)
{
	size_t domain_n = 0, cas_n = 0;

	if (!p->load(p->ctx, BM_SLOT_DOMAIN, memory, cap, &domain_n) ||
	    domain_n > cap ||
	    !p->load(p->ctx, BM_SLOT_CAS, memory + domain_n, cap - domain_n,
		&cas_n) ||
	    cas_n > cap - domain_n)
		return BM_WHY_SPACE;
	t->used = domain_n + cas_n;
	t->cas = bm_mem_span(memory, t->used);
	return BM_OK;
}

bool bm_trust_issuer(const struct bm_trust_store *t,
    const struct bm_platform *p, const struct bm_cert *below,
    unsigned int cas_between, struct bm_cert *issuer, bool *named)
{
	struct bm_span list = t->cas;

	while (bm_cert_next(&list, issuer)) {
		if (!bm_cert_may_issue(issuer, below, cas_between))
			continue;
		*named = true;
		if (bm_cert_verify(p, issuer, below->tbs, below->hash,
			below->signature))
			return true;
	}
	return false;
}
