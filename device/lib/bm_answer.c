/* Answers of registrar, EST server and responder, judged and kept.
 * Must not keep what was not judged; BM_SLOT_STATE is written last. */
#include "device/lib/bm_answer.h"
#include "device/lib/bm_b64.h"
#include "device/lib/bm_http.h"
#include "device/lib/bm_json.h"
#include "device/lib/bm_ocsp.h"
#include "device/lib/bm_state.h"
#include "device/lib/bm_trust.h"
#include "device/lib/bm_url.h"
#include "device/lib/bm_voucher.h"

#define PROOF_MIN_S 60

static enum bm_why store_state(struct bm *b)
{
	return bm_state_store(&b->saved, b->platform) ? BM_OK : BM_WHY_STORE;
}

static bool store(struct bm *b, enum bm_slot slot, struct bm_span s)
{
	static const uint8_t none = 0;

	return b->platform->store(b->platform->ctx, slot, s.n > 0 ? s.p : &none,
	    s.n);
}

static void learn_time(struct bm *b, int64_t t_s)
{
	if (t_s > b->saved.floor_s)
		b->saved.floor_s = t_s;
	if (t_s > b->now_s)
		b->now_s = t_s;
}

/* What a status says that is no answer to take. */
static enum bm_why refused(uint16_t status)
{
	if (status == 400)
		return BM_WHY_MALFORMED;
	if (status == 401 || status == 403)
		return BM_WHY_DENIED;
	if (status == 404)
		return BM_WHY_UNKNOWN;
	if (status == 429 || status >= 500)
		return BM_WHY_OVERLOAD;
	return status == 202 ? BM_WHY_PENDING : BM_WHY_STATUS;
}

static enum bm_why expect(const struct bm *b, enum bm_http_type type)
{
	if (b->http.status != 200)
		return refused(b->http.status);
	return b->http.type == (uint8_t)type ? BM_OK : BM_WHY_CONTENT_TYPE;
}

/* A refusal is not the end: the batch may have been bound otherwise. */
static enum bm_why take_claim(struct bm *b)
{
	uint16_t status = b->http.status;

	b->claim_tried = true;
	if (status == 200) {
		b->saved.claimed = true;
		return store_state(b);
	}
	b->claim_refused = status == 400 || status == 401 || status == 403;
	return status == 429 || status >= 500 ? BM_WHY_OVERLOAD : BM_OK;
}

static enum bm_why take_redirect(struct bm *b)
{
	struct bm_url to;

	if (b->redirects >= BM_REDIRECTS_MAX ||
	    !bm_url_parse(&to, bm_http_location(&b->http)) || !to.tls)
		return BM_WHY_REDIRECT;
	b->redirects++;
	b->target = to;
	b->redirected = true;
	return BM_OK;
}

static enum bm_why own(struct bm *b, const struct bm_voucher *v)
{
	if (!store(b, BM_SLOT_CONFIGURATION, v->configuration) ||
	    !store(b, BM_SLOT_DOMAIN, v->domain))
		return BM_WHY_STORE;
	learn_time(b, v->created_on);
	b->saved.est = v->est;
	b->saved.state = BM_OWNED;
	b->saved.tell_voucher = true;
	b->saved.key_made = false;
	b->has_cacerts = false;
	b->ask_owner = false;
	return store_state(b);
}

static enum bm_why take_voucher(struct bm *b)
{
	const struct bm_platform *p = b->platform;
	struct bm_cert birth;
	struct bm_voucher_ask ask = {p, b->config, &birth, b->nonce,
	    b->clock ? b->now_s : 0};
	struct bm_voucher v;
	enum bm_why why;

	if (b->http.status == 307)
		return take_redirect(b);
	if (b->http.status == 401)
		return b->claim_refused ? BM_WHY_CLAIM : BM_WHY_UNOWNED;
	why = expect(b, BM_HTTP_VOUCHER);
	if (why != BM_OK)
		return why;
	if (!bm_cert_parse(&birth, b->config->birth_cert))
		return BM_WHY_CONFIG;
	why = bm_voucher_check(&ask, b->http.body, b->http.body_n, &v);
	memset(b->nonce, 0, sizeof(b->nonce)); /* a voucher is taken once */
	return why == BM_OK ? own(b, &v) : why;
}

static enum bm_why est_certs(struct bm *b, struct bm_span *certs)
{
	enum bm_why why = expect(b, BM_HTTP_PKCS7);
	size_t n;

	if (why != BM_OK)
		return why;
	if (!bm_b64_decode(b->http.body, b->http.body_n, &n) ||
	    !bm_cms_certs(bm_mem_span(b->http.body, n), certs))
		return BM_WHY_CERT_FORM;
	return BM_OK;
}

static enum bm_why take_cacerts(struct bm *b)
{
	struct bm_span certs, list;
	struct bm_cert c;
	enum bm_why why = est_certs(b, &certs);
	bool found = false;

	if (why != BM_OK)
		return why == BM_WHY_CERT_FORM ? BM_WHY_CACERTS : why;
	list = certs;
	while (bm_cert_next(&list, &c))
		found |= c.is_ca && (c.usage & BM_CERT_SIGN);
	if (!found || list.n > 0)
		return BM_WHY_CACERTS;
	/* It must find room beside an answer, or beside a list of peers. */
	if (certs.n > b->work_n / 2)
		return BM_WHY_SPACE;
	if (!store(b, BM_SLOT_CAS, certs))
		return BM_WHY_STORE;
	b->has_cacerts = true;
	return BM_OK;
}

static enum bm_why check_cert(struct bm *b, const struct bm_cert *c,
    size_t used)
{
	struct bm_trust_store trust;
	struct bm_cert issuer;
	bool named = false;
	enum bm_why why;

	why = bm_trust_load(&trust, b->platform, b->http.body + used,
	    b->http.body_cap - used);
	if (why != BM_OK)
		return why;
	if (c->is_ca || c->der.n > BM_CERT_MAX ||
	    !(c->usage & BM_CERT_DIGITAL_SIGNATURE))
		return BM_WHY_CERT_FORM;
	if (!bm_trust_issuer(&trust, b->platform, c, 0, &issuer, &named))
		return BM_WHY_CERT_ISSUER;
	return bm_cert_is_valid(c, b->now_s, b->clock) ? BM_OK
						       : BM_WHY_CERT_TIME;
}

static enum bm_why enrolled(struct bm *b, const struct bm_cert *c)
{
	uint8_t next = b->saved.current ^ 1;

	if (!store(b, next ? BM_SLOT_CERT_B : BM_SLOT_CERT_A, c->der))
		return BM_WHY_STORE;
	learn_time(b, c->not_before);
	b->saved.current = next;
	b->saved.state = BM_ENROLLED;
	b->saved.key_made = false;
	b->saved.tell_enrol = true;
	b->has_cacerts = false;
	if (store_state(b) != BM_OK || !bm_pump_read_cert(b))
		return BM_WHY_STORE;
	/* One that is already to be renewed must not be so at once. */
	if (b->renew_next <= b->now_s)
		b->renew_next = b->now_s + (c->not_after - b->now_s) / 2 + 1;
	b->peers_at = 0;
	b->proof_at = 0;
	return BM_OK;
}

static enum bm_why take_enrol(struct bm *b)
{
	const struct bm_platform *p = b->platform;
	enum bm_key key = b->saved.current ? BM_KEY_A : BM_KEY_B;
	uint8_t point[BM_POINT_256];
	struct bm_span certs;
	struct bm_cert c;
	enum bm_why why = est_certs(b, &certs);

	/* A key that is refused is not asked for again. */
	if (why == BM_WHY_MALFORMED)
		b->saved.key_made = false;
	if (why != BM_OK)
		return why;
	if (!p->key_point(p->ctx, key, point))
		return BM_WHY_KEY;
	why = BM_WHY_CERT_FORM;
	while (bm_cert_next(&certs, &c)) {
		why = BM_WHY_CERT_KEY;
		if (!bm_mem_eq(c.point, BM_MEM_OF(point)))
			continue;
		why = check_cert(b, &c,
		    (size_t)(certs.p + certs.n - b->http.body));
		return why == BM_OK ? enrolled(b, &c) : why;
	}
	return why;
}

static bool is_product(struct bm_span s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return s.n > 0 && s.n <= BM_PRODUCT_MAX;
}

static bool put_product(struct bm *b, struct bm_mem_out *o, struct bm_span v)
{
	struct bm_span s;

	if (!bm_json_string(b->http.body, v, &s) || !is_product(s))
		return false;
	bm_mem_add(o, s);
	bm_mem_add_str(o, "\n");
	return true;
}

static enum bm_why take_peers(struct bm *b)
{
	struct bm_span json = bm_http_body(&b->http), own, list, v;
	struct bm_mem_out o = {b->http.body + json.n, b->http.body_cap - json.n,
	    0, false};
	enum bm_why why = expect(b, BM_HTTP_JSON);
	size_t at = 0;

	if (why != BM_OK)
		return why;
	if (!bm_json_check(&json) ||
	    bm_json_member(json, "product", &own) != BM_JSON_ONE ||
	    bm_json_member(json, "talk_to", &list) != BM_JSON_ONE ||
	    list.p[0] != '[' || !put_product(b, &o, own))
		return BM_WHY_PEERS;
	while (bm_json_item(list, &at, &v))
		if (!put_product(b, &o, v))
			return BM_WHY_PEERS;
	if (o.full || o.n > b->work_n / 4)
		return BM_WHY_SPACE;
	if (!store(b, BM_SLOT_PEERS, bm_mem_span(o.p, o.n)))
		return BM_WHY_STORE;
	b->peers_at = b->now_s + bm_pump_refresh(b);
	return BM_OK;
}

static enum bm_why take_proof(struct bm *b)
{
	const struct bm_platform *p = b->platform;
	struct bm_span body = bm_http_body(&b->http);
	uint8_t *rest = b->http.body + body.n;
	size_t rest_n = b->http.body_cap - body.n, n = 0;
	struct bm_trust_store trust;
	struct bm_cert c, issuer;
	struct bm_ocsp_ask ask = {p, &c, &issuer, b->now_s,
	    bm_pump_proof_age(b), b->clock};
	struct bm_ocsp times;
	bool named = false;
	int64_t half;
	enum bm_why why = expect(b, BM_HTTP_OCSP);

	if (why != BM_OK)
		return why;
	if (!p->load(p->ctx, bm_cert_slot(b), rest, rest_n, &n) || n > rest_n ||
	    bm_trust_load(&trust, p, rest + n, rest_n - n) != BM_OK)
		return BM_WHY_SPACE;
	if (!bm_cert_parse(&c, bm_mem_span(rest, n)) ||
	    !bm_trust_issuer(&trust, p, &c, 0, &issuer, &named))
		return BM_WHY_CERT_ISSUER;
	why = bm_ocsp_check(&ask, body, &times);
	if (why != BM_OK)
		return why;
	if (!store(b, BM_SLOT_PROOF, body))
		return BM_WHY_STORE;
	learn_time(b, times.this_update);
	half = (times.next_update - times.this_update) / 2;
	if (half > (int64_t)(ask.age_max_s / 2))
		half = (int64_t)(ask.age_max_s / 2);
	b->proof_at = b->now_s + (half > PROOF_MIN_S ? half : PROOF_MIN_S);
	return BM_OK;
}

/* Told once; whatever was answered is good enough. */
static enum bm_why take_status(struct bm *b)
{
	if (b->why != BM_OK)
		return BM_OK;
	if (b->task == BM_TASK_VOUCHER_STATUS)
		b->saved.tell_voucher = false;
	else
		b->saved.tell_enrol = false;
	return store_state(b);
}

enum bm_why bm_answer_take(struct bm *b)
{
	switch (b->task) {
	case BM_TASK_CLAIM:
		return take_claim(b);
	case BM_TASK_VOUCHER:
		return take_voucher(b);
	case BM_TASK_CACERTS:
		return take_cacerts(b);
	case BM_TASK_ENROL:
	case BM_TASK_RENEW:
		return take_enrol(b);
	case BM_TASK_PEERS:
		return take_peers(b);
	case BM_TASK_PROOF:
		return take_proof(b);
	default:
		return take_status(b);
	}
}
