/* The client: sends a request, waits for its answer.
 * Must not wait for ever: the signer may be starting again just now. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/rand.h"
#include "pki/cert.h"
#include "signer/crl_file.h"
#include "signer/ipc.h"
#include "signer/sealed.h"
#include "signer/signer.h"

#define TRIES 3
#define TRY_MS 2000
#define LONG_MS 20000 /* what takes the signer longer */

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

/* One packet, and a file with it unless fd is -1. */
static bool send_packet(int sock, struct span packet, int fd)
{
	union {
		struct cmsghdr head;
		uint8_t room[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec part = {.iov_base = (void *)(uintptr_t)packet.p,
	    .iov_len = packet.n};
	struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1};
	struct cmsghdr *c;

	if (fd >= 0) {
		memset(&control, 0, sizeof(control));
		m.msg_control = &control;
		m.msg_controllen = sizeof(control);
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	return sendmsg(sock, &m, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
}

/* A request and the file that goes with it. */
struct ask {
	struct ipc_request *r;
	int fd; /* or -1 */
	int wait_ms;
	bool late; /* there was no answer in time */
};

/* One try. */
static enum rc try_once(struct signer *s, struct ask *a, struct buf *out,
    struct err *e)
{
	struct ipc_request *r = a->r;
	int64_t until_ms = clock_mono_ms() + a->wait_ms;
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
	} else if (!send_packet(s->fd, buf_span(&packet), a->fd)) {
		a->late = errno == EAGAIN;
		rc = gone(e);
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
	if (rc != RC_OK)
		return rc;
	a->late = true;
	return gone(e);
}

static enum rc ask(struct signer *s, struct ask *a, struct buf *out,
    struct err *e)
{
	enum rc rc = RC_AGAIN;
	int i;

	if (!s)
		return gone(e);
	a->late = true;
	for (i = 0; i < TRIES && a->late; i++) {
		a->late = false;
		rc = try_once(s, a, out, e);
	}
	return rc;
}

static enum rc call(struct signer *s, struct ipc_request *r, struct buf *out,
    struct err *e)
{
	struct ask a = {.r = r, .fd = -1, .wait_ms = TRY_MS};

	return ask(s, &a, out, e);
}

static enum rc token(struct signer *s, enum ipc_type type,
    const struct signer_interop *r, struct buf *jwt, struct err *e)
{
	struct ipc_request q = {.type = type};

	q.interop.account = span_str(r->account);
	q.interop.issuer = span_str(r->issuer);
	q.interop.audience = span_str(r->audience);
	q.interop.ttl_s = r->ttl_s;
	return call(s, &q, jwt, e);
}

enum rc signer_interop(struct signer *s, const struct signer_interop *r,
    struct buf *jwt, struct err *e)
{
	return token(s, IPC_INTEROP, r, jwt, e);
}

enum rc signer_identity(struct signer *s, const struct signer_interop *r,
    struct buf *jwt, struct err *e)
{
	return token(s, IPC_IDENTITY, r, jwt, e);
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

enum rc signer_event(struct signer *s, const struct signer_event *r,
    struct buf *jws, struct err *e)
{
	struct ipc_request q = {.type = IPC_EVENT};
	struct ask a = {.r = &q, .fd = -1, .wait_ms = TRY_MS};
	enum rc rc;

	if (r->body.n > SIGNER_EVENT_MAX)
		return err_set(e, RC_TOO_LARGE, "event-too-large",
		    "The event is larger than %u bytes.", SIGNER_EVENT_MAX);
	q.event.account = span_str(r->account);
	q.event.audience = span_str(r->audience);
	q.event.id = span_str(r->id);
	q.event.size = (uint32_t)r->body.n;
	rc = sealed_new(&a.fd, e);
	if (rc == RC_OK)
		rc = file_write_all(a.fd, r->body, e);
	if (rc == RC_OK)
		rc = sealed_end(&a.fd, e);
	if (rc == RC_OK)
		rc = ask(s, &a, jws, e);
	if (a.fd >= 0)
		(void)close(a.fd);
	return rc;
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

enum rc signer_identity_jwks(struct signer *s, struct buf *json, struct err *e)
{
	struct ipc_request q = {.type = IPC_IDENTITY_JWKS};

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

static struct ipc_ca of_ca(const struct signer_ca *ca)
{
	return (struct ipc_ca){.account = span_str(ca->account),
	    .ca = span_str(ca->ca)};
}

/* RSA keys take their time. */
enum rc signer_ca_key(struct signer *s, const struct signer_ca *ca,
    enum key_type type, const char *hsm_name, struct buf *spki, struct err *e)
{
	struct ipc_request q = {.type = IPC_CA_KEY, .ca = of_ca(ca)};
	struct ask a = {.r = &q, .fd = -1, .wait_ms = LONG_MS};

	q.ca.key_type = (uint8_t)type;
	q.ca.hsm = span_str(hsm_name);
	return ask(s, &a, spki, e);
}

enum rc signer_ca_csr(struct signer *s, const struct signer_ca *ca,
    const char *common_name, const char *org, struct buf *der, struct err *e)
{
	struct ipc_request q = {.type = IPC_CA_CSR, .ca = of_ca(ca)};

	q.ca.common_name = span_str(common_name);
	q.ca.org = span_str(org);
	return call(s, &q, der, e);
}

enum rc signer_ca_cert(struct signer *s, const struct signer_ca_cert *r,
    struct buf *der, struct err *e)
{
	struct ipc_request q = {.type = IPC_CA_CERT, .ca = of_ca(&r->issuer)};

	q.ca.issuer_cert = r->issuer_cert;
	q.ca.subject = span_str(r->subject);
	q.ca.common_name = span_str(r->common_name);
	q.ca.org = span_str(r->org);
	q.ca.not_before = (uint64_t)r->not_before;
	q.ca.not_after = (uint64_t)r->not_after;
	q.ca.crl_url = span_str(r->crl_url);
	q.ca.aia_url = span_str(r->aia_url);
	return call(s, &q, der, e);
}

enum rc signer_end(struct signer *s, const struct signer_end *r,
    struct buf *der, struct err *e)
{
	struct ipc_request q = {.type = IPC_END, .ca = of_ca(&r->ca)};
	struct buf names;
	enum rc rc;
	size_t i;

	buf_init(&names, IPC_MAX);
	for (i = 0; r->names != NULL && r->names[i] != NULL; i++) {
		buf_addf(&names, "%s\n", r->names[i]);
		if (strchr(r->names[i], '\n') != NULL)
			names.bad = true;
	}
	q.ca.names = buf_span(&names);
	q.ca.issuer_cert = r->issuer_cert;
	q.ca.kind = (uint8_t)r->kind;
	q.ca.csr = r->csr;
	q.ca.spki = r->spki;
	q.ca.birth = r->birth;
	q.ca.product = span_str(r->product);
	q.ca.product_id = span_str(r->product_id);
	q.ca.account_name = span_str(r->account_name);
	q.ca.profile = span_str(r->profile);
	q.ca.not_before = (uint64_t)r->not_before;
	q.ca.not_after = (uint64_t)r->not_after;
	q.ca.crl_url = span_str(r->crl_url);
	q.ca.aia_url = span_str(r->aia_url);
	q.ca.ocsp_url = span_str(r->ocsp_url);
	rc = buf_ok(&names) ? call(s, &q, der, e)
			    : err_set(e, RC_INVALID, "server-name",
				  "There are too many names, or one is of "
				  "several lines.");
	buf_clear(&names);
	return rc;
}

static enum key_sig sig_of_issuer(const struct crl *crl, struct cert *issuer,
    struct err *e)
{
	enum key_type type;

	if (cert_parse(issuer, crl->issuer_cert, e) != RC_OK ||
	    key_check_spki(issuer->spki, &type, e) != RC_OK)
		return KEY_SIG_UNKNOWN;
	return key_sig_for(type);
}

/* Both sides build what is signed, so it is worth a look that they agree. */
static enum rc join_list(const struct cert *issuer, enum key_sig sig,
    const struct buf *tbs, const struct buf *signature, struct buf *der,
    struct err *e)
{
	struct key_pub *k;
	enum rc rc;

	rc = key_pub_new(&k, issuer->spki, e);
	if (rc != RC_OK)
		return rc;
	rc = key_pub_verify(k, sig, buf_span(tbs), buf_span(signature), e);
	key_pub_free(k);
	if (rc != RC_OK)
		return rc;
	crl_join(buf_span(tbs), sig, buf_span(signature), der);
	return buf_ok(der) ? RC_OK
			   : err_set(e, RC_TOO_LARGE, "crl-too-large",
				 "The revocation list is too large.");
}

enum rc signer_crl(struct signer *s, const struct signer_ca *ca,
    const struct crl *crl, struct buf *der, struct err *e)
{
	struct ipc_request q = {.type = IPC_CRL, .ca = of_ca(ca)};
	struct ask a = {.r = &q, .fd = -1, .wait_ms = LONG_MS};
	struct buf tbs, signature;
	struct cert issuer;
	enum key_sig sig;
	enum rc rc;

	sig = sig_of_issuer(crl, &issuer, e);
	if (sig == KEY_SIG_UNKNOWN)
		return RC_INVALID;
	q.ca.issuer_cert = crl->issuer_cert;
	q.ca.number = crl->number;
	q.ca.base = crl->base;
	q.ca.not_before = (uint64_t)crl->this_update;
	q.ca.not_after = (uint64_t)crl->next_update;
	q.ca.crl_url = span_str(crl->delta_url);
	q.ca.count = (uint32_t)crl->n;
	buf_init(&tbs, CRL_MAX);
	buf_init(&signature, IPC_MAX);
	rc = crl->n <= UINT32_MAX ? crl_tbs(crl, sig, &tbs, e) : RC_INVALID;
	if (rc == RC_OK)
		rc = crl_file_make(crl->entries, crl->n, &a.fd, e);
	if (rc == RC_OK)
		rc = ask(s, &a, &signature, e);
	if (rc == RC_OK)
		rc = join_list(&issuer, sig, &tbs, &signature, der, e);
	if (a.fd >= 0)
		(void)close(a.fd);
	buf_clear(&tbs);
	buf_clear(&signature);
	return rc;
}

enum rc signer_ocsp(struct signer *s, const struct ocsp_response *r,
    struct buf *der, struct err *e)
{
	struct ipc_request q = {.type = IPC_OCSP};
	struct buf singles;
	enum rc rc;
	size_t i;

	buf_init(&singles, IPC_MAX);
	for (i = 0; i < r->n; i++) {
		const struct ocsp_single *x = &r->singles[i];
		struct ipc_ca_single one = {.id = x->id,
		    .state = (uint8_t)x->state,
		    .reason = (uint8_t)x->reason,
		    .revoked_at = (uint64_t)x->revoked_at,
		    .this_update = (uint64_t)x->this_update,
		    .next_update = (uint64_t)x->next_update};

		ipc_ca_single_build(&singles, &one);
	}
	q.ca.singles = buf_span(&singles);
	q.ca.nonce = r->nonce;
	q.ca.not_before = (uint64_t)r->produced_at;
	q.ca.issuer_cert = r->responder_cert;
	rc = buf_ok(&singles)
	    ? call(s, &q, der, e)
	    : err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	buf_clear(&singles);
	return rc;
}

enum rc signer_ocsp_csr(struct signer *s, struct buf *der, struct err *e)
{
	struct ipc_request q = {.type = IPC_OCSP_CSR};

	return call(s, &q, der, e);
}

enum rc signer_voucher(struct signer *s, const struct voucher *v,
    struct buf *cms, struct err *e)
{
	struct ipc_request q = {.type = IPC_VOUCHER};

	q.ca.serial = span_str(v->serial_number);
	q.ca.nonce = v->nonce;
	q.ca.not_before = (uint64_t)v->created_on;
	q.ca.idevid_issuer = v->idevid_issuer;
	q.ca.pinned = v->pinned_domain_cert;
	q.ca.est_domain = span_str(v->est_domain);
	q.ca.configuration = span_str(v->configuration);
	return call(s, &q, cms, e);
}

enum rc signer_voucher_pem(struct signer *s, struct buf *pem, struct err *e)
{
	struct ipc_request q = {.type = IPC_VOUCHER_PEM};

	return call(s, &q, pem, e);
}

enum rc signer_claim(struct signer *s, const struct signer_claim *r,
    struct buf *jws, struct err *e)
{
	struct ipc_request q = {.type = IPC_CLAIM};

	q.ca.id = span_str(r->id);
	q.ca.account = span_str(r->account);
	q.ca.product_id = span_str(r->product);
	q.ca.not_after = (uint64_t)r->expires_at;
	return call(s, &q, jws, e);
}

enum rc signer_claim_check(struct signer *s, struct span jws, int64_t now_s,
    char id[RAND_ID_SIZE], struct err *e)
{
	struct ipc_request q = {.type = IPC_CLAIM_CHECK};
	struct buf out;
	enum rc rc;

	q.ca.jws = jws;
	q.ca.not_before = (uint64_t)now_s;
	buf_init(&out, RAND_ID_SIZE);
	rc = call(s, &q, &out, e);
	if (!span_copy_str(buf_span(&out), id, RAND_ID_SIZE) && rc == RC_OK)
		rc = err_set(e, RC_BUG, "signer-garbage",
		    "The signer's answer is not understood.");
	buf_clear(&out);
	return rc;
}
