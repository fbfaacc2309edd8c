/* The pump: from what is known to what is wanted of the caller.
 * Must not build a request or read an answer: it orders them. */
#include "device/lib/bm_answer.h"
#include "device/lib/bm_ask.h"
#include "device/lib/bm_cert.h"
#include "device/lib/bm_http.h"
#include "device/lib/bm_pump.h"
#include "device/lib/bm_state.h"
#include "device/lib/bm_url.h"

/* Room to read into when a body is as long as it may be. */
#define READ_MIN 128
/* Failures to trust an owner's server until its voucher is asked for anew. */
#define TLS_FAULTS 3

static const char *const tasks[] = {"none", "claim", "voucher",
    "voucher-status", "cacerts", "enrol", "enrol-status", "renew", "peers",
    "proof"};

const char *bm_task_text(enum bm_task task)
{
	return (size_t)task < sizeof(tasks) / sizeof(tasks[0]) ? tasks[task]
							       : "unknown";
}

static bool is_config(const struct bm_config *c, const struct bm_platform *p)
{
	struct bm_cert cert;
	struct bm_url url;

	return p->sign && p->key_new && p->key_point && p->verify &&
	    p->digest && p->random && p->load && p->store && c->registrar &&
	    bm_url_parse(&url, bm_mem_str(c->registrar)) && url.tls &&
	    url.path[0] == '\0' && c->voucher_anchors_n > 0 &&
	    bm_cert_parse(&cert, c->birth_cert);
}

enum bm_why bm_start(struct bm *b, const struct bm_config *config,
    const struct bm_platform *platform, uint8_t *work, size_t work_n)
{
	memset(b, 0, sizeof(*b));
	b->config = config;
	b->platform = platform;
	b->work = work;
	b->work_n = work_n;
	b->step = BM_PUMP_DEAD;
	b->why = BM_WHY_CONFIG;
	if (!is_config(config, platform))
		return b->why;
	b->why = BM_WHY_SPACE;
	if (work_n < BM_WORK_MIN)
		return b->why;
	b->why = BM_WHY_STORE;
	if (!bm_state_load(&b->saved, platform))
		return b->why;
	/* Without its certificate a device enrols again. */
	if (b->saved.state == BM_ENROLLED && !bm_pump_read_cert(b))
		b->saved.state = BM_OWNED;
	b->why = BM_OK;
	b->step = BM_PUMP_PICK;
	return BM_OK;
}

enum bm_state bm_state(const struct bm *b)
{
	return b->saved.state;
}

enum bm_slot bm_cert_slot(const struct bm *b)
{
	return b->saved.current ? BM_SLOT_CERT_B : BM_SLOT_CERT_A;
}

enum bm_key bm_cert_key(const struct bm *b)
{
	return b->saved.current ? BM_KEY_B : BM_KEY_A;
}

int64_t bm_renew_at(const struct bm *b)
{
	return b->saved.state == BM_ENROLLED ? b->renew_at : 0;
}

void bm_renew(struct bm *b)
{
	b->renew_next = 0;
}

void bm_refresh(struct bm *b)
{
	b->peers_at = 0;
	b->proof_at = 0;
}

enum bm_why bm_reset(struct bm *b)
{
	const struct bm_platform *p = b->platform;
	const uint8_t none = 0;
	int slot;

	for (slot = BM_SLOT_STATE; slot < BM_SLOT_COUNT; slot++)
		if (!p->store(p->ctx, (enum bm_slot)slot, &none, 0))
			return BM_WHY_STORE;
	return bm_start(b, b->config, p, b->work, b->work_n);
}

/* An owner that will not have us may be ours no more: a fresh voucher tells,
 * and is judged like the first one. */
static bool is_rejected(const struct bm *b, enum bm_why why)
{
	return b->saved.state == BM_OWNED &&
	    bm_ask_conn(b->task) == BM_PUMP_EST &&
	    (why == BM_WHY_DENIED || why == BM_WHY_UNKNOWN ||
		(why == BM_WHY_TLS && b->faults >= TLS_FAULTS));
}

/* Waiting before the owner is known, or because all that is left fails. */
static void wait_for(struct bm *b, enum bm_why why)
{
	b->ask_owner = is_rejected(b, why);
	if (b->faults < 0xff)
		b->faults++;
	b->why = why;
	b->wait_s = bm_pump_backoff(b, b->faults);
	b->target_conn = BM_PUMP_NOWHERE;
	b->redirects = 0;
	b->claim_tried = false;
	b->step = BM_PUMP_WAIT;
}

/* An enrolled device lives on while something is to be tried again. */
static void postpone(struct bm *b, enum bm_why why)
{
	int64_t again;

	if (b->refresh_faults < 0xff)
		b->refresh_faults++;
	again = b->now_s + bm_pump_backoff(b, b->refresh_faults);
	b->refresh_why = why;
	b->refresh_task = b->task;
	b->target_conn = BM_PUMP_NOWHERE;
	if (b->task == BM_TASK_PEERS)
		b->peers_at = again;
	else if (b->task == BM_TASK_PROOF)
		b->proof_at = again;
	else
		b->renew_next = again;
	b->step = BM_PUMP_PICK;
}

static bool is_status(const struct bm *b)
{
	return b->task == BM_TASK_VOUCHER_STATUS ||
	    b->task == BM_TASK_ENROL_STATUS;
}

/* What a registrar is told of: the device judged something and refused. */
static bool is_judgement(enum bm_why why)
{
	return (why >= BM_WHY_VOUCHER_FORM && why <= BM_WHY_VOUCHER_EST) ||
	    (why >= BM_WHY_CERT_FORM && why <= BM_WHY_CERT_TIME);
}

static void after_status(struct bm *b)
{
	enum bm_why why = b->why;
	bool voucher = b->task == BM_TASK_VOUCHER_STATUS;

	b->step = BM_PUMP_PICK;
	if (why == BM_OK) {
		b->saved.tell_voucher &= !voucher;
		b->saved.tell_enrol &= voucher;
		return;
	}
	b->why = BM_OK;
	b->http.has_retry_after = false;
	if (b->saved.state == BM_ENROLLED) {
		b->task = BM_TASK_RENEW;
		postpone(b, why);
	} else {
		wait_for(b, why);
	}
}

static void fault(struct bm *b, enum bm_why why)
{
	if (bm_pump_is_fatal(why)) {
		b->why = why;
		b->step = BM_PUMP_DEAD;
	} else if (is_status(b)) {
		after_status(b);
	} else if (is_judgement(why) && b->task != BM_TASK_PROOF) {
		b->why = why;
		b->task = b->task == BM_TASK_VOUCHER ? BM_TASK_VOUCHER_STATUS
						     : BM_TASK_ENROL_STATUS;
		b->step = BM_PUMP_START;
	} else if (b->saved.state == BM_ENROLLED) {
		postpone(b, why);
	} else {
		wait_for(b, why);
	}
}

static bool is_renewal(enum bm_task task)
{
	return task == BM_TASK_CACERTS || task == BM_TASK_ENROL ||
	    task == BM_TASK_RENEW;
}

static void succeeded(struct bm *b)
{
	if (b->task == BM_TASK_VOUCHER || b->task == BM_TASK_ENROL ||
	    b->task == BM_TASK_RENEW)
		b->faults = 0;
	if (b->task == b->refresh_task ||
	    (b->task == BM_TASK_RENEW && b->refresh_task == BM_TASK_CACERTS)) {
		b->refresh_task = BM_TASK_NONE;
		b->refresh_why = BM_OK;
		b->refresh_faults = 0;
	}
}

static void answer(struct bm *b)
{
	enum bm_task task = b->task;
	enum bm_why why = bm_answer_take(b);

	if (why != BM_OK) {
		fault(b, why);
	} else if (b->redirected) {
		b->step = BM_PUMP_START;
	} else if (is_status(b)) {
		after_status(b);
	} else {
		b->task = task;
		succeeded(b);
		b->step = BM_PUMP_PICK;
	}
}

static bool may_reuse(const struct bm *b)
{
	return !b->http.close && !b->redirected &&
	    b->conn == (uint8_t)bm_ask_conn(b->task) &&
	    b->conn_credential == (uint8_t)bm_ask_credential(b);
}

/* True when the caller has to close the connection first. */
static bool start(struct bm *b)
{
	enum bm_why why;
	bool skip;

	why = bm_ask_target(b, &skip);
	if (why != BM_OK) {
		fault(b, why);
		return false;
	}
	if (skip) { /* only a status proof has nobody to be asked of */
		b->target_conn = BM_PUMP_NOWHERE;
		b->proof_at = b->now_s + bm_pump_refresh(b);
		b->step = BM_PUMP_PICK;
		return false;
	}
	if (b->open && !may_reuse(b)) {
		b->open = false;
		return true;
	}
	b->redirected = false;
	b->reused = b->open;
	b->step = b->open ? BM_PUMP_BUILD : BM_PUMP_OPEN;
	return false;
}

static bool load_span(struct bm *b, enum bm_slot slot, size_t *at,
    struct bm_span *out)
{
	const struct bm_platform *p = b->platform;
	size_t n = 0;

	if (!p->load(p->ctx, slot, b->work + *at, b->work_n - *at, &n) ||
	    n > b->work_n - *at)
		return false;
	*out = bm_mem_span(b->work + *at, n);
	*at += n;
	return true;
}

static enum bm_want want_connection(struct bm *b, struct bm_io *io)
{
	size_t at = 0;
	bool ok = true;

	b->conn = (uint8_t)bm_ask_conn(b->task);
	b->conn_credential = (uint8_t)bm_ask_credential(b);
	memset(&b->http, 0, sizeof(b->http));
	io->host = b->target.host;
	io->port = b->target.port;
	io->credential = (enum bm_credential)b->conn_credential;
	if (b->conn == BM_PUMP_REGISTRAR)
		io->trust = BM_TRUST_REGISTRAR;
	if (b->conn == BM_PUMP_EST) {
		io->trust = BM_TRUST_DOMAIN;
		ok = load_span(b, BM_SLOT_DOMAIN, &at, &io->trust_cert);
	}
	if (io->credential == BM_CREDENTIAL_OPERATIONAL) {
		io->key = bm_cert_key(b);
		ok = ok && load_span(b, bm_cert_slot(b), &at, &io->cert);
	}
	if (ok)
		return BM_CONNECT;
	b->why = BM_WHY_STORE;
	b->step = BM_PUMP_DEAD;
	io->why = b->why;
	return BM_FAILED;
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Nothing is due: for how long? */
static enum bm_want done(struct bm *b, struct bm_io *io)
{
	int64_t wait = bm_pump_refresh(b);

	if (b->saved.state == BM_ENROLLED) {
		wait = sooner(wait, b->renew_next - b->now_s);
		if (!b->config->no_peers && !bm_pump_is_expired(b)) {
			wait = sooner(wait, b->peers_at - b->now_s);
			if (!b->config->no_proof)
				wait = sooner(wait, b->proof_at - b->now_s);
		}
	}
	/* Without a clock each return is taken for the end of the wait. */
	if (!b->clock) {
		b->peers_at = 0;
		b->proof_at = 0;
		if (is_renewal(b->refresh_task))
			b->renew_next = 0;
	}
	io->wait_s = wait < 1 ? 1 : (uint32_t)wait;
	io->why = b->refresh_why;
	if (!bm_pump_is_expired(b))
		return BM_DONE;
	if (io->why == BM_OK)
		io->why = BM_WHY_CERT_TIME;
	return BM_WAIT;
}

static bool pick(struct bm *b)
{
	b->task = bm_ask_pick(b);
	if (b->task == BM_TASK_NONE)
		return false;
	b->step = BM_PUMP_START;
	return true;
}

/* A clock that is set back must not make us sleep until it was before. */
static void set_time(struct bm *b, int64_t now_s)
{
	int64_t before = b->now_s;

	b->clock = now_s > 0;
	b->now_s = now_s > b->saved.floor_s ? now_s : b->saved.floor_s;
	if (b->now_s >= before)
		return;
	bm_refresh(b);
	if (b->renew_next > b->renew_at)
		b->renew_next = b->renew_at;
}

/* One step that needs nobody; false when the caller is wanted. */
static bool step(struct bm *b)
{
	enum bm_why why;

	switch (b->step) {
	case BM_PUMP_PICK:
		return pick(b);
	case BM_PUMP_BUILD:
		b->http.has_retry_after = false;
		why = bm_ask_build(b);
		b->step = BM_PUMP_SEND;
		if (why != BM_OK)
			fault(b, why);
		return true;
	case BM_PUMP_SEND:
		if (b->out_n > 0)
			return false;
		bm_http_begin(&b->http, b->work, b->work_n - READ_MIN);
		b->step = BM_PUMP_RECEIVE;
		return true;
	case BM_PUMP_ANSWER:
		answer(b);
		return true;
	default:
		return false;
	}
}

static enum bm_want want(struct bm *b, struct bm_io *io)
{
	switch (b->step) {
	case BM_PUMP_OPEN:
		return want_connection(b, io);
	case BM_PUMP_SEND:
		io->data = bm_mem_span(b->out, b->out_n);
		return BM_SEND;
	case BM_PUMP_RECEIVE:
		io->buf = b->http.body + b->http.body_n;
		io->cap = (size_t)(b->work + b->work_n - io->buf);
		return BM_RECEIVE;
	case BM_PUMP_WAIT:
		io->why = b->why;
		io->wait_s = b->wait_s;
		b->why = BM_OK;
		b->step = BM_PUMP_PICK;
		return BM_WAIT;
	case BM_PUMP_DEAD:
		io->why = b->why;
		return BM_FAILED;
	default:
		return done(b, io);
	}
}

enum bm_want bm_next(struct bm *b, int64_t now_s, struct bm_io *io)
{
	memset(io, 0, sizeof(*io));
	if (b->step == BM_PUMP_DEAD && !b->open) {
		io->why = b->why;
		return BM_FAILED;
	}
	set_time(b, now_s);
	for (;;) {
		if (b->step == BM_PUMP_START) {
			if (start(b))
				break;
		} else if (!step(b)) {
			if (!bm_pump_is_idle(b) || !b->open)
				break;
			/* Idle: the connection is of no use. */
			b->open = false;
			io->task = b->task;
			return BM_CLOSE;
		}
	}
	io->task = b->task;
	io->http_status = b->http.status;
	return b->step == BM_PUMP_START ? BM_CLOSE : want(b, io);
}

void bm_connected(struct bm *b)
{
	if (b->step != BM_PUMP_OPEN)
		return;
	b->open = true;
	b->reused = false;
	b->step = BM_PUMP_BUILD;
}

void bm_sent(struct bm *b, size_t n)
{
	if (b->step != BM_PUMP_SEND || n > b->out_n)
		return;
	b->out += n;
	b->out_n -= n;
}

/* A server may close a kept connection at any time: that is no fault. */
static bool was_stale(struct bm *b)
{
	bool stale = b->reused &&
	    (b->step == BM_PUMP_SEND ||
		(b->step == BM_PUMP_RECEIVE && !bm_http_began(&b->http)));

	if (stale) {
		b->http.close = true; /* close, and start again */
		b->reused = false;
		b->step = BM_PUMP_START;
	}
	return stale;
}

void bm_received(struct bm *b, const uint8_t *p, size_t n)
{
	enum bm_http_state state;

	if (b->step != BM_PUMP_RECEIVE || (n == 0 && was_stale(b)))
		return;
	state = n > 0 ? bm_http_feed(&b->http, p, n) : bm_http_end(&b->http);
	if (state == BM_HTTP_DONE)
		b->step = BM_PUMP_ANSWER;
	if (state != BM_HTTP_BAD && state != BM_HTTP_LARGE)
		return;
	b->http.close = true;
	b->http.has_retry_after = false;
	fault(b,
	    state == BM_HTTP_LARGE	  ? BM_WHY_TOO_LARGE
		: bm_http_began(&b->http) ? BM_WHY_HTTP
					  : BM_WHY_IO);
}

void bm_failed(struct bm *b, enum bm_why why)
{
	if (b->step != BM_PUMP_OPEN && b->step != BM_PUMP_SEND &&
	    b->step != BM_PUMP_RECEIVE)
		return;
	b->open = false;
	if (was_stale(b))
		return;
	b->http.has_retry_after = false;
	fault(b, why == BM_OK ? BM_WHY_IO : why);
}
