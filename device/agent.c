/* Pumps libbirthmark.
 * Must not decide: the library says whom to trust and what to do next. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "device/agent.h"
#include "device/agent_why.h"

#define ANCHORS_MAX_BYTES (AGENT_ANCHORS_MAX * (size_t)CERT_DER_MAX)
#define CLAIM_MAX_BYTES 8192
#define URL_MAX_BYTES 512

static struct span span_from(struct bm_span s)
{
	return span_of(s.p, s.n);
}

static struct bm_span span_to(struct span s)
{
	return (struct bm_span){s.p, s.n};
}

/* Configuration: given, or kept from the last time */

static enum rc keep(struct agent *a, const char *name, struct buf *value,
    bool given, struct err *e)
{
	struct buf old;
	enum rc rc;

	buf_init(&old, value->max);
	rc = agent_store_read(&a->store, name, &old, e);
	if (rc == RC_OK && !given)
		buf_add_span(value, buf_span(&old));
	else if (rc == RC_OK && !a->o.look_only &&
	    !span_eq(buf_span(&old), buf_span(value)))
		rc = agent_store_write(&a->store, name, buf_span(value), e);
	buf_clear_secret(&old);
	return rc;
}

static enum rc read_config(struct agent *a, struct err *e)
{
	const struct agent_options *o = &a->o;
	struct span token;
	enum rc rc = RC_OK;
	struct buf text;

	if (o->registrar)
		buf_add_str(&a->registrar, o->registrar);
	if (o->anchors)
		rc = tls_read_anchors(o->anchors, &a->anchors, e);
	if (rc == RC_OK && o->voucher_anchors)
		rc = tls_read_anchors(o->voucher_anchors, &a->voucher_anchors,
		    e);
	if (rc != RC_OK || !o->claim_voucher)
		return rc;
	buf_init(&text, CLAIM_MAX_BYTES);
	rc = file_read(o->claim_voucher, &text, e);
	token = span_trim(buf_span(&text));
	buf_add_span(&a->claim, token);
	if (rc == RC_OK && token.n == 0)
		rc = err_set(e, RC_INVALID, "claim-voucher",
		    "There is no claim voucher in %s.", o->claim_voucher);
	buf_clear_secret(&text);
	return rc;
}

static enum rc keep_config(struct agent *a, struct err *e)
{
	const struct agent_options *o = &a->o;
	enum rc rc;

	rc = keep(a, "registrar", &a->registrar, o->registrar != NULL, e);
	if (rc == RC_OK)
		rc = keep(a, "anchors.der", &a->anchors, o->anchors != NULL, e);
	if (rc == RC_OK)
		rc = keep(a, "voucher-anchors.der", &a->voucher_anchors,
		    o->voucher_anchors != NULL, e);
	if (rc == RC_OK)
		rc = keep(a, "claim-voucher", &a->claim,
		    o->claim_voucher != NULL, e);
	if (rc == RC_OK &&
	    (a->registrar.n == 0 || a->anchors.n == 0 ||
		a->voucher_anchors.n == 0))
		rc = err_set(e, RC_INVALID, "usage",
		    "At the first start, give --registrar, --anchors and "
		    "--voucher-anchor.");
	return rc;
}

static enum rc start(struct agent *a, struct err *e)
{
	struct span rest = buf_span(&a->voucher_anchors), one;
	struct bm_config *c = &a->config;
	enum bm_why why;

	while (
	    c->voucher_anchors_n < AGENT_ANCHORS_MAX && cert_next(&rest, &one))
		a->voucher_certs[c->voucher_anchors_n++] = span_to(one);
	if (rest.n > 0)
		return err_set(e, RC_INVALID, "voucher-anchors",
		    "At most %d certificates may sign vouchers.",
		    AGENT_ANCHORS_MAX);
	c->registrar = buf_cstr(&a->registrar);
	c->birth_cert = span_to(buf_span(&a->chip.der));
	c->voucher_anchors = a->voucher_certs;
	c->claim_voucher = span_to(buf_span(&a->claim));
	c->renew_before_s = a->o.renew_before_s;
	c->proof_age_max_s = a->o.proof_age_max_s;
	why = bm_start(&a->bm, c, &a->platform.calls, a->work, sizeof(a->work));
	if (why == BM_OK)
		return RC_OK;
	return err_set(e, why == BM_WHY_STORE ? RC_ENV : RC_INVALID,
	    "device-start", "The device cannot start: %s %s", agent_why(why),
	    a->platform.fault.text);
}

enum rc agent_open(struct agent *a, const struct agent_options *o,
    struct err *e)
{
	enum rc rc;

	memset(a, 0, sizeof(*a));
	a->o = *o;
	a->store.lock_fd = -1;
	buf_init(&a->registrar, URL_MAX_BYTES);
	buf_init(&a->anchors, ANCHORS_MAX_BYTES);
	buf_init(&a->voucher_anchors, ANCHORS_MAX_BYTES);
	buf_init(&a->claim, CLAIM_MAX_BYTES);
	agent_keys_init(&a->keys, &a->chip, &a->store);
	agent_platform_init(&a->platform, &a->keys, &a->store);
	rc = o->look_only ? agent_store_look(&a->store, o->state, e)
			  : agent_store_open(&a->store, o->state, e);
	if (rc == RC_OK)
		rc = chip_open(&a->chip, &o->chip, e);
	if (rc == RC_OK && a->chip.key_type != KEY_P256)
		rc = err_set(e, RC_INVALID, "key-type",
		    "The first boot needs a chip with a P-256 key; this one "
		    "has %s.",
		    key_type_name(a->chip.key_type));
	if (rc == RC_OK)
		rc = read_config(a, e);
	if (rc == RC_OK)
		rc = keep_config(a, e);
	return rc == RC_OK ? start(a, e) : rc;
}

enum rc agent_reload(struct agent *a, struct err *e)
{
	agent_keys_clear(&a->keys);
	return start(a, e);
}

void agent_close(struct agent *a)
{
	wire_close(a->wire);
	a->wire = NULL;
	agent_keys_clear(&a->keys);
	chip_close(&a->chip);
	agent_store_close(&a->store);
	buf_clear(&a->registrar);
	buf_clear(&a->anchors);
	buf_clear(&a->voucher_anchors);
	buf_clear_secret(&a->claim);
	explicit_bzero(a->work, sizeof(a->work));
}

/* Who we are */

/* The CAs that stand between a certificate and a root. */
static void add_chain(struct span cas, struct buf *chain)
{
	struct span one;
	struct cert c;

	while (cert_next(&cas, &one))
		if (cert_parse(&c, one, NULL) == RC_OK &&
		    !span_eq(c.subject, c.issuer))
			buf_add_span(chain, one);
}

static enum rc read_identity(struct agent *a, struct agent_identity *id,
    struct err *e)
{
	struct buf cas;
	enum rc rc;

	buf_init(&cas, ANCHORS_MAX_BYTES);
	rc = agent_platform_slot(&a->store, bm_cert_slot(&a->bm), &id->der, e);
	if (rc == RC_OK)
		rc = agent_platform_slot(&a->store, BM_SLOT_DOMAIN,
		    &id->anchors, e);
	if (rc == RC_OK)
		rc = agent_platform_slot(&a->store, BM_SLOT_PROOF, &id->proof,
		    e);
	if (rc == RC_OK)
		rc = agent_platform_slot(&a->store, BM_SLOT_CAS, &cas, e);
	add_chain(buf_span(&cas), &id->chain);
	buf_add_span(&id->anchors, buf_span(&cas));
	buf_clear(&cas);
	if (rc == RC_OK)
		rc = cert_parse(&id->cert, buf_span(&id->der), e);
	if (rc == RC_OK)
		rc = agent_keys_get(&a->keys, bm_cert_key(&a->bm), &id->key, e);
	return rc;
}

enum rc agent_identity(struct agent *a, struct agent_identity *id,
    struct err *e)
{
	enum rc rc;

	memset(id, 0, sizeof(*id));
	buf_init(&id->der, CERT_DER_MAX);
	buf_init(&id->chain, ANCHORS_MAX_BYTES);
	buf_init(&id->anchors, 2 * ANCHORS_MAX_BYTES);
	buf_init(&id->proof, ANCHORS_MAX_BYTES);
	if (bm_state(&a->bm) != BM_ENROLLED)
		return err_set(e, RC_NOT_FOUND, "not-enrolled",
		    "The device has no operational certificate yet: power it "
		    "on first.");
	rc = read_identity(a, id, e);
	if (rc != RC_OK)
		agent_identity_clear(id);
	return rc;
}

void agent_identity_clear(struct agent_identity *id)
{
	buf_clear(&id->der);
	buf_clear(&id->chain);
	buf_clear(&id->anchors);
	buf_clear(&id->proof);
}

/* The pump */

static void tell(struct agent *a, const struct bm_io *io)
{
	char line[256];

	if (!a->o.tell || io->task == a->told)
		return;
	a->told = io->task;
	if (io->host)
		(void)snprintf(line, sizeof(line), "%s: asking %.128s:%u",
		    bm_task_text(io->task), io->host, io->port);
	else
		(void)snprintf(line, sizeof(line), "%s",
		    bm_task_text(io->task));
	a->o.tell(line);
}

static enum bm_why why_of(enum rc rc, const struct err *e)
{
	if (rc == RC_DENIED)
		return BM_WHY_TLS;
	if (rc != RC_AGAIN)
		return BM_WHY_IO;
	return strcmp(e->slug, "timeout") == 0 ? BM_WHY_TIMEOUT
					       : BM_WHY_CONNECT;
}

static enum rc make_context(struct agent *a, const struct bm_io *io, void **ctx,
    struct err *e)
{
	struct tls_self self = {a->chip.key, buf_span(&a->chip.der),
	    buf_span(&a->chip.chain)};
	struct span anchors = buf_span(&a->anchors);
	struct buf cas, chain;
	enum rc rc = RC_OK;

	buf_init(&cas, ANCHORS_MAX_BYTES);
	buf_init(&chain, ANCHORS_MAX_BYTES);
	if (io->trust == BM_TRUST_DOMAIN)
		anchors = span_from(io->trust_cert);
	if (io->credential == BM_CREDENTIAL_OPERATIONAL) {
		rc = agent_platform_slot(&a->store, BM_SLOT_CAS, &cas, e);
		add_chain(buf_span(&cas), &chain);
		self.cert = span_from(io->cert);
		self.chain = buf_span(&chain);
		if (rc == RC_OK)
			rc = agent_keys_get(&a->keys, io->key, &self.key, e);
	}
	if (rc == RC_OK)
		rc = tls_client(ctx,
		    io->credential == BM_CREDENTIAL_NONE ? NULL : &self,
		    anchors, io->host, e);
	buf_clear(&cas);
	buf_clear(&chain);
	return rc;
}

static void open_wire(struct agent *a, const struct bm_io *io)
{
	const struct wire_limits limits = {a->o.timeout_ms, a->o.stop};
	void *ctx = NULL;
	enum rc rc = RC_OK;

	a->fault.text[0] = '\0';
	if (io->trust != BM_TRUST_NONE)
		rc = make_context(a, io, &ctx, &a->fault);
	if (rc == RC_OK)
		rc = wire_dial(&a->wire, ctx, io->host, io->port, &limits,
		    &a->fault);
	tls_free(ctx);
	if (rc == RC_OK)
		bm_connected(&a->bm);
	else
		bm_failed(&a->bm, why_of(rc, &a->fault));
}

static void close_wire(struct agent *a)
{
	wire_close(a->wire);
	a->wire = NULL;
}

static void fail(struct agent *a, enum rc rc)
{
	close_wire(a);
	bm_failed(&a->bm, why_of(rc, &a->fault));
}

static void send_data(struct agent *a, const struct bm_io *io)
{
	enum rc rc = !a->wire
	    ? RC_INVALID
	    : wire_send(a->wire, span_from(io->data), &a->fault);

	if (rc == RC_OK)
		bm_sent(&a->bm, io->data.n);
	else
		fail(a, rc);
}

static void receive_data(struct agent *a, const struct bm_io *io)
{
	size_t n = 0;
	enum rc rc = !a->wire
	    ? RC_INVALID
	    : wire_receive(a->wire, io->buf, io->cap, &n, &a->fault);

	if (rc == RC_OK)
		bm_received(&a->bm, io->buf, n);
	else
		fail(a, rc);
}

static bool is_stopped(const struct agent *a)
{
	return a->o.stop && a->o.stop();
}

enum bm_want agent_step(struct agent *a, struct bm_io *io)
{
	enum bm_want want;

	for (;;) {
		want = bm_next(&a->bm, clock_now_s(), io);
		if (is_stopped(a))
			want = BM_WAIT;
		switch (want) {
		case BM_CONNECT:
			tell(a, io);
			open_wire(a, io);
			break;
		case BM_SEND:
			tell(a, io);
			send_data(a, io);
			break;
		case BM_RECEIVE:
			receive_data(a, io);
			break;
		case BM_CLOSE:
			close_wire(a);
			break;
		default:
			a->told = BM_TASK_NONE;
			return want;
		}
	}
}

static bool is_of_connection(enum bm_why why)
{
	return why == BM_WHY_CONNECT || why == BM_WHY_TLS || why == BM_WHY_IO ||
	    why == BM_WHY_TIMEOUT;
}

void agent_reason(const struct agent *a, const struct bm_io *io, char *out,
    size_t cap)
{
	const char *own = "";

	if (is_of_connection(io->why))
		own = a->fault.text;
	else if (io->why == BM_WHY_STORE || io->why == BM_WHY_KEY)
		own = a->platform.fault.text;
	if (own[0] && is_of_connection(io->why))
		(void)snprintf(out, cap, "%s", own);
	else
		(void)snprintf(out, cap, "%s%s%s", agent_why(io->why),
		    own[0] ? " " : "", own);
}
