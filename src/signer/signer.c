/* The client: sends a request, waits for its answer.
 * Must not wait for ever: the signer may be starting again just now. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/rand.h"
#include "signer/ipc.h"
#include "signer/signer.h"

#define TRIES 3
#define TRY_MS 2000

struct signer {
	int fd;
	uint64_t next_id;
	uint8_t packet[IPC_MAX];
};

struct signer *signer_new(int fd)
{
	struct signer *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->fd = fd;
	/* A predecessor's answers may still be in the socket. */
	rand_bytes(&s->next_id, sizeof(s->next_id));
	return s;
}

void signer_free(struct signer *s)
{
	if (!s)
		return;
	(void)close(s->fd);
	free(s);
}

static enum rc gone(struct err *e)
{
	return err_set(e, RC_AGAIN, "signer-away",
	    "The signer does not answer; try again in a moment.");
}

/* One packet within the time; RC_AGAIN when none came. */
static enum rc receive(struct signer *s, int64_t until_ms, struct span *out,
    struct err *e)
{
	struct pollfd p = {.fd = s->fd, .events = POLLIN};
	int64_t left = until_ms - clock_mono_ms();
	ssize_t n;

	*out = SPAN_NONE;
	if (left <= 0)
		return gone(e);
	if (poll(&p, 1, (int)left) < 0 && errno != EINTR)
		return err_sys(e, "signer-poll", "The signer's socket failed");
	if (!p.revents)
		return RC_OK;
	n = recv(s->fd, s->packet, sizeof(s->packet), MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return RC_OK;
	if (n <= 0)
		return gone(e);
	*out = span_of(s->packet, (size_t)n);
	return RC_OK;
}

static enum rc finish(const struct ipc_reply *reply, struct buf *out,
    struct err *e)
{
	if (reply->rc != RC_OK)
		return err_set(e, reply->rc, "signer-refused", "%.*s",
		    (int)(reply->text.n < 400 ? reply->text.n : 400),
		    (const char *)reply->text.p);
	buf_add_span(out, reply->text);
	return buf_ok(out) ? RC_OK
			   : err_set(e, RC_ENV, "no-memory",
				 "There is no room for the signer's answer.");
}

/* One try.  RC_NOT_FOUND: no answer in time. */
static enum rc try_once(struct signer *s, struct ipc_request *r,
    struct buf *out, struct err *e)
{
	int64_t until_ms = clock_mono_ms() + TRY_MS;
	struct ipc_reply reply;
	struct buf packet;
	struct span got;
	enum rc rc;

	r->id = s->next_id++;
	buf_init(&packet, IPC_MAX);
	ipc_request_build(&packet, r);
	if (!buf_ok(&packet)) {
		rc = err_set(e, RC_INVALID, "signer-refused",
		    "The request is too large for the signer.");
	} else if (send(s->fd, packet.p, packet.n,
		       MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
		rc = errno == EAGAIN ? RC_NOT_FOUND : gone(e);
	} else {
		rc = RC_OK;
	}
	buf_clear(&packet);
	while (rc == RC_OK && clock_mono_ms() < until_ms) {
		rc = receive(s, until_ms, &got, e);
		if (rc != RC_OK || got.n == 0)
			continue;
		if (!ipc_reply_parse(&reply, got))
			return err_set(e, RC_BUG, "signer-garbage",
			    "The signer's answer is not understood.");
		if (reply.id == r->id && reply.type == r->type)
			return finish(&reply, out, e);
	}
	return rc == RC_OK ? RC_NOT_FOUND : rc;
}

static enum rc call(struct signer *s, struct ipc_request *r, struct buf *out,
    struct err *e)
{
	int i;

	if (!s)
		return gone(e);
	for (i = 0; i < TRIES; i++) {
		enum rc rc = try_once(s, r, out, e);

		if (rc != RC_NOT_FOUND)
			return rc;
	}
	return gone(e);
}

enum rc signer_interop(struct signer *s, const struct signer_interop *r,
    struct buf *jwt, struct err *e)
{
	struct ipc_request q = {.type = IPC_INTEROP};

	q.interop.account = span_str(r->account);
	q.interop.issuer = span_str(r->issuer);
	q.interop.audience = span_str(r->audience);
	q.interop.ttl_s = r->ttl_s;
	return call(s, &q, jwt, e);
}

enum rc signer_feed(struct signer *s, const struct signer_feed *r,
    struct buf *jws, struct err *e)
{
	struct ipc_request q = {.type = IPC_FEED};

	q.feed.account = span_str(r->account);
	q.feed.cloud = span_str(r->cloud);
	q.feed.from = span_str(r->from);
	q.feed.to = span_str(r->to);
	q.feed.count = r->count;
	q.feed.sha256 = span_of(r->sha256, sizeof(r->sha256));
	return call(s, &q, jws, e);
}

enum rc signer_entry(struct signer *s, const struct signer_entry *r,
    struct buf *entry, struct err *e)
{
	struct ipc_request q = {.type = IPC_ENTRY};

	q.entry.group_id = span_str(r->group_id);
	q.entry.vendor = span_str(r->vendor);
	q.entry.cert = r->cert;
	q.entry.issuer = r->issuer;
	return call(s, &q, entry, e);
}

enum rc signer_entry_pem(struct signer *s, struct buf *pem, struct err *e)
{
	struct ipc_request q = {.type = IPC_ENTRY_PEM};

	return call(s, &q, pem, e);
}

enum rc signer_jwks(struct signer *s, struct buf *json, struct err *e)
{
	struct ipc_request q = {.type = IPC_JWKS};

	return call(s, &q, json, e);
}

enum rc signer_interop_pem(struct signer *s, const char *account,
    struct buf *pem, struct err *e)
{
	struct ipc_request q = {.type = IPC_PEM, .account = span_str(account)};

	return call(s, &q, pem, e);
}

enum rc signer_interop_jwks(struct signer *s, const char *account,
    struct buf *json, struct err *e)
{
	struct ipc_request q = {.type = IPC_ACCOUNT_JWKS,
	    .account = span_str(account)};

	return call(s, &q, json, e);
}

enum rc signer_totp(struct signer *s, const uint8_t nonce[SIGNER_TOTP_NONCE],
    uint8_t secret[SIGNER_TOTP_SECRET], struct err *e)
{
	struct ipc_request q = {.type = IPC_TOTP,
	    .nonce = span_of(nonce, SIGNER_TOTP_NONCE)};
	struct buf out;
	enum rc rc;

	buf_init(&out, SIGNER_TOTP_SECRET);
	rc = call(s, &q, &out, e);
	if (rc == RC_OK && out.n != SIGNER_TOTP_SECRET)
		rc = err_set(e, RC_BUG, "signer-garbage",
		    "The signer's answer is not understood.");
	if (rc == RC_OK)
		memcpy(secret, out.p, SIGNER_TOTP_SECRET);
	buf_clear_secret(&out);
	if (s)
		explicit_bzero(s->packet, sizeof(s->packet));
	return rc;
}
