/* Judges another device, without the cloud.
 * Must not let one in that any rule leaves open: what is unsaid is refused. */
#include "device/lib/bm_ocsp.h"
#include "device/lib/bm_pump.h"
#include "device/lib/bm_trust.h"

struct judged {
	const struct bm_platform *platform;
	struct bm_peer *peer;
	struct bm_trust_store trust;
	struct bm_cert leaf, issuer; /* issuer of the leaf */
	int64_t now_s;
	uint32_t age_max_s;
};

static enum bm_why check_leaf(struct judged *j)
{
	const struct bm_cert *c = &j->leaf;

	if (!bm_cert_parse(&j->leaf, j->peer->chain[0]) || c->is_ca ||
	    c->unknown_critical || !(c->usage & BM_CERT_DIGITAL_SIGNATURE) ||
	    (c->has_eku && !c->eku_peer))
		return BM_WHY_PEER_FORM;
	(void)bm_mem_text(j->peer->product, sizeof(j->peer->product),
	    bm_cert_product(c));
	return bm_cert_is_valid(c, j->now_s, true) ? BM_OK : BM_WHY_PEER_TIME;
}

/* From the leaf by the CAs that it brought to one that we know. */
static enum bm_why check_chain(struct judged *j)
{
	struct bm_cert below = j->leaf, above;
	bool named = false;
	unsigned int i;

	for (i = 0;; i++) {
		if (bm_trust_issuer(&j->trust, j->platform, &below, i, &above,
			&named)) {
			if (i == 0)
				j->issuer = above;
			return BM_OK;
		}
		if (i + 1 < j->peer->chain_n &&
		    !bm_cert_parse(&above, j->peer->chain[i + 1]))
			return BM_WHY_PEER_FORM;
		if (i + 1 >= j->peer->chain_n ||
		    !bm_cert_may_issue(&above, &below, i))
			return named ? BM_WHY_PEER_SIGNATURE
				     : BM_WHY_PEER_ISSUER;
		if (!bm_cert_is_valid(&above, j->now_s, true))
			return BM_WHY_PEER_TIME;
		if (!bm_cert_verify(j->platform, &above, below.tbs, below.hash,
			below.signature))
			return BM_WHY_PEER_SIGNATURE;
		if (i == 0)
			j->issuer = above;
		below = above;
	}
}

/* The list is lines: our product, then those that we may talk to. */
static enum bm_why check_product(struct judged *j, struct bm_span list)
{
	struct bm_span want = bm_mem_str(j->peer->product);
	size_t i, start = 0;
	bool first = true;

	if (want.n == 0)
		return BM_WHY_PEER_PRODUCT;
	for (i = 0; i < list.n; i++) {
		if (list.p[i] != '\n')
			continue;
		if (!first &&
		    bm_mem_eq(want, bm_mem_span(list.p + start, i - start)))
			return BM_OK;
		first = false;
		start = i + 1;
	}
	return BM_WHY_PEER_NOT_ALLOWED;
}

static enum bm_why check_proof(struct judged *j)
{
	struct bm_ocsp_ask ask = {j->platform, &j->leaf, &j->issuer, j->now_s,
	    j->age_max_s, true};
	struct bm_ocsp times;

	if (j->peer->proof.n > 0)
		return bm_ocsp_check(&ask, j->peer->proof, &times);
	/* The end may be that of time: nothing is added to it. */
	return j->leaf.not_before >= j->leaf.not_after - (int64_t)j->age_max_s
	    ? BM_OK
	    : BM_WHY_PROOF_MISSING;
}

static enum bm_why judge(struct judged *j, uint8_t *memory, size_t cap)
{
	const struct bm_platform *p = j->platform;
	enum bm_why why;
	size_t list_n = 0;

	why = bm_trust_load(&j->trust, p, memory, cap);
	if (why == BM_OK &&
	    !p->load(p->ctx, BM_SLOT_PEERS, memory + j->trust.used,
		cap - j->trust.used, &list_n))
		why = BM_WHY_SPACE;
	if (why == BM_OK)
		why = check_leaf(j);
	if (why == BM_OK)
		why = check_chain(j);
	if (why == BM_OK)
		why = check_product(j,
		    bm_mem_span(memory + j->trust.used, list_n));
	if (why == BM_OK)
		why = check_proof(j);
	return why;
}

enum bm_why bm_peer_check(struct bm *b, struct bm_peer *peer, int64_t now_s)
{
	struct judged j;

	peer->product[0] = '\0';
	if (b->saved.state != BM_ENROLLED)
		return BM_WHY_NOT_ENROLLED;
	if (now_s <= 0)
		return BM_WHY_NO_CLOCK;
	if (!peer->scratch && !bm_pump_is_idle(b))
		return BM_WHY_BUSY;
	if (peer->chain_n < 1 || peer->chain_n > BM_CHAIN_MAX)
		return BM_WHY_PEER_FORM;
	j.platform = b->platform;
	j.peer = peer;
	j.now_s = now_s > b->saved.floor_s ? now_s : b->saved.floor_s;
	j.age_max_s = bm_pump_proof_age(b);
	if (peer->scratch)
		return judge(&j, peer->scratch, peer->scratch_n);
	return judge(&j, b->work, b->work_n);
}
