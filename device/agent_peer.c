/* The talk between two devices: proofs, judgement, frames.
 * Must not pass anything on from a peer that is not accepted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "device/agent_peer.h"
#include "device/agent_why.h"

#define SCRATCH (64u * 1024)
#define WORD_MAX 63

struct agent_peer {
	struct wire *wire;
	uint8_t head[2];
};

enum rc agent_peer_send(struct agent_peer *p, struct span message,
    struct err *e)
{
	struct buf frame;
	enum rc rc;

	if (message.n > AGENT_PEER_FRAME_MAX)
		return err_set(e, RC_TOO_LARGE, "message-too-long",
		    "A message has at most %d bytes.", AGENT_PEER_FRAME_MAX);
	buf_init(&frame, AGENT_PEER_FRAME_MAX + 2);
	buf_add_u16(&frame, (uint16_t)message.n);
	buf_add_span(&frame, message);
	rc = buf_ok(&frame) ? wire_send(p->wire, buf_span(&frame), e)
			    : err_set(e, RC_ENV, "memory", "Out of memory.");
	buf_clear(&frame);
	return rc;
}

/* n bytes; RC_NOT_FOUND when the peer ends before the first one. */
static enum rc read_all(struct agent_peer *p, uint8_t *out, size_t n,
    struct err *e)
{
	size_t got;
	enum rc rc = wire_receive_all(p->wire, out, n, &got, e);

	if (rc == RC_OK && got < n)
		return err_set(e, got == 0 ? RC_NOT_FOUND : RC_INVALID,
		    "peer-ended", "The peer ended the conversation.");
	return rc;
}

enum rc agent_peer_receive(struct agent_peer *p, struct buf *message,
    struct err *e)
{
	uint8_t *to;
	enum rc rc;
	size_t n;

	rc = read_all(p, p->head, sizeof(p->head), e);
	if (rc != RC_OK)
		return rc;
	n = (size_t)p->head[0] << 8 | p->head[1];
	if (n > AGENT_PEER_FRAME_MAX)
		return err_set(e, RC_TOO_LARGE, "message-too-long",
		    "The peer's message is too long.");
	if (n == 0)
		return RC_OK;
	to = buf_room(message, n);
	if (!to)
		return err_set(e, RC_TOO_LARGE, "message-too-long",
		    "The peer's message is too long.");
	rc = read_all(p, to, n, e);
	if (rc == RC_OK)
		buf_grown(message, n);
	return rc == RC_NOT_FOUND ? RC_INVALID : rc;
}

static void name_peer(struct span der, char *out, size_t cap)
{
	struct cert c;

	if (cert_parse(&c, der, NULL) != RC_OK ||
	    !span_copy_str(cert_subject_attr(&c, "2.5.4.3"), out, cap))
		out[0] = '\0';
}

static enum bm_why judge(struct agent *a, struct agent_peer *p,
    struct span proof, struct agent_peer_report *r)
{
	struct bm_span chain[BM_CHAIN_MAX];
	struct bm_peer peer = {.chain = chain,
	    .proof = {proof.p, proof.n},
	    .scratch_n = SCRATCH};
	size_t sizes[BM_CHAIN_MAX], at = 0, i;
	enum bm_why why = BM_WHY_PEER_FORM;
	struct buf ders;

	buf_init(&ders, BM_CHAIN_MAX * (size_t)CERT_DER_MAX);
	peer.scratch = malloc(SCRATCH);
	if (peer.scratch &&
	    wire_peer_chain(p->wire, &ders, sizes, BM_CHAIN_MAX,
		&peer.chain_n) == RC_OK) {
		for (i = 0; i < peer.chain_n; i++) {
			chain[i] = (struct bm_span){ders.p + at, sizes[i]};
			at += sizes[i];
		}
		name_peer(span_of(ders.p, sizes[0]), r->name, sizeof(r->name));
		why = bm_peer_check(&a->bm, &peer, clock_now_s());
		(void)snprintf(r->product, sizeof(r->product), "%s",
		    peer.product);
	}
	free(peer.scratch);
	buf_clear(&ders);
	return why;
}

/* The word that the peer refuses us with; what is no word is not shown. */
static void read_word(struct span word, char *out, size_t cap)
{
	size_t i;

	for (i = 0; i < word.n; i++)
		if ((word.p[i] < 'a' || word.p[i] > 'z') && word.p[i] != '-')
			break;
	if (i < word.n || !span_copy_str(word, out, cap))
		(void)snprintf(out, cap, "unknown");
}

static enum rc swap_verdicts(struct agent_peer *p, struct agent_peer_report *r,
    struct err *e)
{
	const char *ours = r->why == BM_OK ? "" : bm_why_text(r->why);
	struct buf theirs;
	struct err lost;
	enum rc rc;

	buf_init(&theirs, WORD_MAX);
	rc = agent_peer_send(p, span_str(ours), &lost);
	if (rc == RC_OK)
		rc = agent_peer_receive(p, &theirs, &lost);
	if (rc == RC_OK && theirs.n > 0)
		read_word(buf_span(&theirs), r->refused, sizeof(r->refused));
	buf_clear(&theirs);
	if (r->why != BM_OK)
		return err_set(e, RC_DENIED, ours, "%s", agent_why(r->why));
	if (rc != RC_OK) {
		if (e)
			*e = lost;
		return rc;
	}
	if (r->refused[0])
		return err_set(e, RC_DENIED, "peer-refuses",
		    "The peer refuses this device: %s.", r->refused);
	return RC_OK;
}

static enum rc meet(struct agent *a, struct agent_peer *p,
    const struct agent_identity *id, struct agent_peer_report *r, struct err *e)
{
	struct buf proof;
	enum rc rc;

	buf_init(&proof, AGENT_PEER_FRAME_MAX);
	rc = agent_peer_send(p, buf_span(&id->proof), e);
	if (rc == RC_OK)
		rc = agent_peer_receive(p, &proof, e);
	if (rc == RC_OK) {
		r->why = judge(a, p, buf_span(&proof), r);
		rc = swap_verdicts(p, r, e);
	}
	buf_clear(&proof);
	return rc;
}

static enum rc open_context(const struct agent_identity *id, bool is_server,
    void **ctx, struct err *e)
{
	const struct tls_self self = {id->key, buf_span(&id->der),
	    buf_span(&id->chain)};

	return tls_peer(ctx, &self, is_server, e);
}

/* Takes w. */
static enum rc converse(struct agent_peer **out, struct agent *a,
    const struct agent_identity *id, struct wire *w,
    struct agent_peer_report *r, struct err *e)
{
	struct agent_peer *p = calloc(1, sizeof(*p));
	enum rc rc;

	if (!p) {
		wire_close(w);
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	}
	p->wire = w;
	rc = meet(a, p, id, r, e);
	if (rc == RC_OK)
		*out = p;
	else
		agent_peer_close(p);
	return rc;
}

enum rc agent_peer_dial(struct agent_peer **out, struct agent *a,
    const char *host, unsigned int port, struct agent_peer_report *r,
    struct err *e)
{
	const struct wire_limits limits = {a->o.timeout_ms, a->o.stop};
	struct agent_identity id;
	struct wire *w = NULL;
	void *ctx = NULL;
	enum rc rc;

	*out = NULL;
	memset(r, 0, sizeof(*r));
	rc = agent_identity(a, &id, e);
	if (rc != RC_OK)
		return rc;
	rc = open_context(&id, false, &ctx, e);
	if (rc == RC_OK)
		rc = wire_dial(&w, ctx, host, port, &limits, e);
	if (rc == RC_OK)
		rc = converse(out, a, &id, w, r, e);
	tls_free(ctx);
	agent_identity_clear(&id);
	return rc;
}

enum rc agent_peer_accept(struct agent_peer **out, struct agent *a, int fd,
    struct agent_peer_report *r, struct err *e)
{
	const struct wire_limits limits = {a->o.timeout_ms, a->o.stop};
	struct agent_identity id;
	struct wire *w = NULL;
	void *ctx = NULL;
	enum rc rc;

	*out = NULL;
	memset(r, 0, sizeof(*r));
	rc = agent_identity(a, &id, e);
	if (rc != RC_OK) {
		(void)close(fd);
		return rc;
	}
	rc = open_context(&id, true, &ctx, e);
	if (rc == RC_OK)
		rc = wire_accept(&w, ctx, fd, &limits, e);
	else
		(void)close(fd);
	if (rc == RC_OK)
		rc = converse(out, a, &id, w, r, e);
	tls_free(ctx);
	agent_identity_clear(&id);
	return rc;
}

void agent_peer_close(struct agent_peer *p)
{
	if (!p)
		return;
	wire_close(p->wire);
	free(p);
}
