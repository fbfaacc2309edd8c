/* Requests of every task, as HTTP.
 * Must not decide anything by what an answer said: that is in b already. */
#include "device/lib/bm_ask.h"
#include "device/lib/bm_b64.h"
#include "device/lib/bm_csr.h"
#include "device/lib/bm_json.h"
#include "device/lib/bm_ocsp.h"
#include "device/lib/bm_state.h"
#include "device/lib/bm_trust.h"
#include "device/lib/bm_url.h"
#include "device/lib/bm_voucher.h"

#define BRSKI "/.well-known/brski"
#define OWN "/.well-known/birthmark"

static enum bm_task pick_enrolled(const struct bm *b)
{
	bool talk = !b->config->no_peers && b->saved.est.host[0] != '\0';

	if (b->saved.tell_enrol)
		return BM_TASK_ENROL_STATUS;
	if (b->now_s >= b->renew_next) {
		if (!b->has_cacerts)
			return BM_TASK_CACERTS;
		return bm_pump_is_expired(b) ? BM_TASK_ENROL : BM_TASK_RENEW;
	}
	if (bm_pump_is_expired(b))
		return BM_TASK_NONE;
	if (talk && b->now_s >= b->peers_at)
		return BM_TASK_PEERS;
	if (talk && !b->config->no_proof && b->now_s >= b->proof_at)
		return BM_TASK_PROOF;
	return BM_TASK_NONE;
}

enum bm_task bm_ask_pick(const struct bm *b)
{
	if (b->saved.state == BM_NEW)
		return b->config->claim_voucher.n > 0 && !b->saved.claimed &&
			!b->claim_tried
		    ? BM_TASK_CLAIM
		    : BM_TASK_VOUCHER;
	if (b->saved.tell_voucher)
		return BM_TASK_VOUCHER_STATUS;
	if (b->saved.state == BM_ENROLLED)
		return pick_enrolled(b);
	if (b->ask_owner)
		return BM_TASK_VOUCHER;
	if (b->saved.est.host[0] == '\0')
		return BM_TASK_NONE;
	return b->has_cacerts ? BM_TASK_ENROL : BM_TASK_CACERTS;
}

enum bm_pump_conn bm_ask_conn(enum bm_task task)
{
	switch (task) {
	case BM_TASK_CACERTS:
	case BM_TASK_ENROL:
	case BM_TASK_RENEW:
	case BM_TASK_PEERS:
		return BM_PUMP_EST;
	case BM_TASK_PROOF:
		return BM_PUMP_RESPONDER;
	default:
		return BM_PUMP_REGISTRAR;
	}
}

enum bm_credential bm_ask_credential(const struct bm *b)
{
	switch (b->task) {
	case BM_TASK_PROOF:
		return BM_CREDENTIAL_NONE;
	case BM_TASK_RENEW:
	case BM_TASK_PEERS:
		return BM_CREDENTIAL_OPERATIONAL;
	case BM_TASK_CACERTS:
		return b->saved.state == BM_ENROLLED && !bm_pump_is_expired(b)
		    ? BM_CREDENTIAL_OPERATIONAL
		    : BM_CREDENTIAL_BIRTH;
	default:
		return BM_CREDENTIAL_BIRTH;
	}
}

/* The operational certificate at the beginning of the work buffer. */
static bool load_cert(const struct bm *b, struct bm_cert *c)
{
	const struct bm_platform *p = b->platform;
	size_t n = 0;

	return p->load(p->ctx, bm_cert_slot(b), b->work, b->work_n, &n) &&
	    n <= b->work_n && bm_cert_parse(c, bm_mem_span(b->work, n));
}

enum bm_why bm_ask_target(struct bm *b, bool *skip)
{
	enum bm_pump_conn conn = bm_ask_conn(b->task);
	struct bm_cert c;

	*skip = false;
	/* A redirect holds for what follows at the same registrar. */
	if (conn == b->target_conn)
		return BM_OK;
	b->target_conn = (uint8_t)conn;
	if (conn == BM_PUMP_EST) {
		b->target = b->saved.est;
		return BM_OK;
	}
	if (conn == BM_PUMP_REGISTRAR)
		return bm_url_parse(&b->target,
			   bm_mem_str(b->config->registrar))
		    ? BM_OK
		    : BM_WHY_CONFIG;
	if (!load_cert(b, &c))
		return BM_WHY_STORE;
	*skip = !bm_url_parse(&b->target, c.ocsp) || b->target.tls;
	return BM_OK;
}

struct ask {
	const char *method, *path, *more_path, *type;
	struct bm_span body;
};

static void put_header(struct bm_mem_out *o, const char *name)
{
	bm_mem_add_str(o, "\r\n");
	bm_mem_add_str(o, name);
}

/* The body goes to the end first, so that the head has room. */
static enum bm_why finish(struct bm *b, const struct ask *a)
{
	size_t at = b->work_n - a->body.n;
	struct bm_mem_out o = {b->work, at, 0, false};

	if (a->body.n > 0)
		memmove(b->work + at, a->body.p, a->body.n);
	bm_mem_add_str(&o, a->method);
	bm_mem_add_str(&o, " ");
	bm_mem_add_str(&o, a->path);
	bm_mem_add_str(&o, a->more_path);
	bm_mem_add_str(&o, " HTTP/1.1");
	put_header(&o, "Host: ");
	bm_url_put_host(&o, &b->target);
	if (a->type) {
		put_header(&o, "Content-Type: ");
		bm_mem_add_str(&o, a->type);
		put_header(&o, "Content-Length: ");
		bm_mem_add_u32(&o, (uint32_t)a->body.n);
	}
	bm_mem_add_str(&o, "\r\n\r\n");
	if (o.full)
		return BM_WHY_SPACE;
	memmove(b->work + o.n, b->work + at, a->body.n);
	b->out = b->work;
	b->out_n = o.n + a->body.n;
	return BM_OK;
}

static enum bm_why build_claim(struct bm *b, struct ask *a)
{
	struct bm_mem_out o = {b->work, b->work_n, 0, false};

	bm_mem_add_str(&o, "{\"voucher\":");
	bm_json_put(&o, b->config->claim_voucher);
	bm_mem_add_str(&o, "}");
	a->path = OWN "/claim";
	a->type = "application/json";
	a->body = bm_mem_span(o.p, o.n);
	return o.full ? BM_WHY_SPACE : BM_OK;
}

static enum bm_why build_voucher(struct bm *b, struct ask *a)
{
	const struct bm_platform *p = b->platform;
	struct bm_mem_out json = {b->work, b->work_n / 4, 0, false};
	struct bm_der_out o = {b->work, b->work_n, false};
	struct bm_cert birth;
	struct bm_voucher_ask ask = {p, b->config, &birth, b->nonce,
	    b->clock ? b->now_s : 0};
	enum bm_why why;

	if (!bm_cert_parse(&birth, b->config->birth_cert))
		return BM_WHY_CONFIG;
	if (!p->random(p->ctx, b->nonce, sizeof(b->nonce)))
		return BM_WHY_RANDOM;
	why = bm_voucher_request(&ask, &json, &o);
	a->path = b->target.path[0] != '\0' ? b->target.path
					    : BRSKI "/requestvoucher";
	a->type = "application/voucher-cms+json";
	a->body = bm_mem_span(o.p + o.at, b->work_n - o.at);
	return why;
}

static enum bm_why build_status(struct bm *b, struct ask *a)
{
	struct bm_mem_out o = {b->work, b->work_n, 0, false};

	bm_mem_add_str(&o, "{\"version\":1,\"status\":");
	if (b->why == BM_OK) {
		bm_mem_add_str(&o, "true}");
	} else {
		bm_mem_add_str(&o, "false,\"reason\":\"");
		bm_mem_add_str(&o, bm_why_text(b->why));
		bm_mem_add_str(&o, "\"}");
	}
	a->path = b->task == BM_TASK_VOUCHER_STATUS ? BRSKI "/voucher_status"
						    : BRSKI "/enrollstatus";
	a->type = "application/json";
	a->body = bm_mem_span(o.p, o.n);
	return o.full ? BM_WHY_SPACE : BM_OK;
}

/* The key that is not in use.  One that was made before a loss of power, or
 * whose request is still waiting for an answer, is used again. */
static enum bm_why next_key(struct bm *b, enum bm_key key,
    uint8_t point[BM_POINT_256])
{
	const struct bm_platform *p = b->platform;

	if (b->saved.key_made && p->key_point(p->ctx, key, point))
		return BM_OK;
	if (!p->key_new(p->ctx, key) || !p->key_point(p->ctx, key, point))
		return BM_WHY_KEY;
	b->saved.key_made = true;
	return bm_state_store(&b->saved, p) ? BM_OK : BM_WHY_STORE;
}

/* RFC 7030 4.2.2: a renewal asks for the same subject and SAN. */
static enum bm_why build_enrol(struct bm *b, struct ask *a)
{
	uint8_t point[BM_POINT_256];
	struct bm_csr r = {b->saved.current ? BM_KEY_A : BM_KEY_B, point,
	    {NULL, 0}, {NULL, 0}};
	struct bm_der_out o = {b->work, b->work_n, false};
	struct bm_mem_out text = {b->work, 0, 0, false};
	bool renew = b->task == BM_TASK_RENEW;
	struct bm_cert c;
	enum bm_why why;

	if (!renew && !bm_cert_parse(&c, b->config->birth_cert))
		return BM_WHY_CONFIG;
	if (renew) {
		if (!load_cert(b, &c))
			return BM_WHY_STORE;
		r.san = c.san;
		o.p += c.der.n;
		o.at -= c.der.n;
	}
	r.subject = c.subject;
	why = next_key(b, r.key, point);
	if (why == BM_OK)
		why = bm_csr_build(b->platform, &r, &o);
	if (why != BM_OK)
		return why;
	text.cap = (size_t)(o.p + o.at - b->work);
	bm_b64_encode(&text, bm_mem_span(o.p + o.at, b->work_n - text.cap));
	a->path = b->target.path;
	a->more_path = renew ? "/simplereenroll" : "/simpleenroll";
	a->type = "application/pkcs10";
	a->body = bm_mem_span(text.p, text.n);
	return text.full ? BM_WHY_SPACE : BM_OK;
}

static enum bm_why build_proof(struct bm *b, struct ask *a)
{
	struct bm_der_out o = {b->work, b->work_n, false};
	struct bm_trust_store trust;
	struct bm_cert c, issuer;
	bool named = false;
	enum bm_why why;

	if (!load_cert(b, &c))
		return BM_WHY_STORE;
	why = bm_trust_load(&trust, b->platform, b->work + c.der.n,
	    b->work_n - c.der.n);
	if (why != BM_OK)
		return why;
	if (!bm_trust_issuer(&trust, b->platform, &c, 0, &issuer, &named))
		return BM_WHY_CERT_ISSUER;
	/* What is read lies before what is written. */
	o.p += c.der.n + trust.used;
	o.at -= c.der.n + trust.used;
	why = bm_ocsp_request(b->platform, &c, &issuer, &o);
	a->path = b->target.path[0] != '\0' ? b->target.path : "/";
	a->type = "application/ocsp-request";
	a->body = bm_mem_span(o.p + o.at,
	    (size_t)(b->work + b->work_n - (o.p + o.at)));
	return why;
}

enum bm_why bm_ask_build(struct bm *b)
{
	struct ask a = {"POST", "", "", NULL, {NULL, 0}};
	enum bm_why why = BM_OK;

	switch (b->task) {
	case BM_TASK_CLAIM:
		why = build_claim(b, &a);
		break;
	case BM_TASK_VOUCHER:
		why = build_voucher(b, &a);
		break;
	case BM_TASK_VOUCHER_STATUS:
	case BM_TASK_ENROL_STATUS:
		why = build_status(b, &a);
		break;
	case BM_TASK_ENROL:
	case BM_TASK_RENEW:
		why = build_enrol(b, &a);
		break;
	case BM_TASK_PROOF:
		why = build_proof(b, &a);
		break;
	case BM_TASK_CACERTS:
		a.method = "GET";
		a.path = b->target.path;
		a.more_path = "/cacerts";
		break;
	default:
		a.method = "GET";
		a.path = OWN "/peers";
		break;
	}
	return why == BM_OK ? finish(b, &a) : why;
}
