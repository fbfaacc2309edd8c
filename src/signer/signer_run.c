/* The process that holds the keys: takes typed requests, builds what they ask
 * for itself, signs that.  Must not sign bytes that it was given, and must not
 * open a socket, nor a file but accounts' CA keys, once it serves. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/rand.h"
#include "pki/jose.h"
#include "pki/key.h"
#include "pki/key_derive.h"
#include "pki/manifest.h"
#include "signer/ca_keys.h"
#include "signer/ipc.h"
#include "signer/run_ca.h"
#include "signer/run_event.h"
#include "signer/run_proof.h"
#include "signer/signer.h"
#include "signer/signer_account.h"
#include "signer/signer_keys.h"

#define CLIENTS_MAX 256
#define OUT_MAX (IPC_MAX - 256)

struct run {
	struct signer_account accounts;
	struct ca_keys cas;
	struct run_proof proofs;
	struct key *interop, *identity, *feed, *manifest;
	struct buf manifest_cert; /* DER */
	struct pollfd fds[CLIENTS_MAX];
	unsigned int may[CLIENTS_MAX];
	unsigned int fds_n, open;
	uint8_t packet[IPC_MAX + 1];
};

static enum rc open_key(struct key **out, const char *dir, const char *name,
    struct err *e)
{
	char path[4096];
	enum rc rc;

	rc = file_join(path, sizeof(path), dir, name, e);
	return rc == RC_OK ? key_open(out, path, e) : rc;
}

static enum rc sign(struct key *k, const char *typ, struct buf *payload,
    struct buf *out, struct err *e)
{
	if (!buf_ok(payload))
		return err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	metric_add(METRIC_SIGNATURES, 1);
	return jose_sign(k, typ, buf_span(payload), out, e);
}

/* A token of the account with this iss, by this key. */
static enum rc sign_token(struct key *k, const struct ipc_interop *r,
    struct span issuer, struct buf *out, struct err *e)
{
	int64_t now = clock_now_s();
	struct buf payload;
	uint8_t jti[16];
	struct json w;
	enum rc rc;

	rand_bytes(jti, sizeof(jti));
	buf_init(&payload, OUT_MAX);
	json_init(&w, &payload);
	json_obj(&w);
	json_put_span(&w, "iss", issuer);
	json_put_span(&w, "sub", r->account);
	json_put_span(&w, "aud", r->audience);
	json_put_u64(&w, "iat", (uint64_t)now);
	json_put_u64(&w, "exp", (uint64_t)now + r->ttl_s);
	json_put_hex(&w, "jti", span_of(jti, sizeof(jti)));
	json_end(&w);
	rc = sign(k, "JWT", &payload, out, e);
	buf_clear(&payload);
	return rc;
}

static enum rc do_interop(struct run *s, const struct ipc_interop *r,
    struct buf *out, struct err *e)
{
	struct key *k = NULL;
	enum rc rc;

	rc = signer_account_key(&s->accounts, s->interop, r->account, &k, e);
	return rc == RC_OK ? sign_token(k, r, r->issuer, out, e) : rc;
}

/* One key for all accounts: whose token it is says the issuer, so that is
 * written here. */
static enum rc do_identity(struct run *s, const struct ipc_interop *r,
    struct buf *out, struct err *e)
{
	struct buf issuer;
	enum rc rc;

	buf_init(&issuer, OUT_MAX);
	buf_add_span(&issuer, r->issuer);
	buf_add_str(&issuer, SIGNER_ACCOUNT_PATH);
	buf_add_span(&issuer, r->account);
	rc = sign_token(s->identity, r, buf_span(&issuer), out, e);
	buf_clear(&issuer);
	return rc;
}

static enum rc do_feed(struct run *s, const struct ipc_feed *r, struct buf *out,
    struct err *e)
{
	struct buf payload;
	struct json w;
	enum rc rc;

	buf_init(&payload, OUT_MAX);
	json_init(&w, &payload);
	json_obj(&w);
	json_put_span(&w, "account", r->account);
	json_put_span(&w, "cloud", r->cloud);
	json_put_span(&w, "from", r->from);
	json_put_span(&w, "to", r->to);
	json_put_u64(&w, "count", r->count);
	json_put_hex(&w, "sha256", r->sha256);
	json_put_u64(&w, "iat", (uint64_t)clock_now_s());
	json_end(&w);
	rc = sign(s->feed, "birthmark-feed", &payload, out, e);
	buf_clear(&payload);
	return rc;
}

static enum rc do_event(struct run *s, const struct ipc_event *r, int fd,
    struct buf *out, struct err *e)
{
	struct key *k = NULL;
	enum rc rc;

	rc = signer_account_key(&s->accounts, s->interop, r->account, &k, e);
	return rc == RC_OK ? run_event(k, r, fd, out, e) : rc;
}

static enum rc put_jwks(const struct key *k, struct buf *out, struct err *e)
{
	enum rc rc;

	buf_add_str(out, "{\"keys\":[");
	rc = jose_jwk(key_spki(k), out, e);
	buf_add_str(out, "]}");
	return rc;
}

static enum rc do_account(struct run *s, const struct ipc_request *r,
    struct buf *out, struct err *e)
{
	struct key *k = NULL;
	enum rc rc;

	rc = signer_account_key(&s->accounts, s->interop, r->account, &k, e);
	if (rc != RC_OK)
		return rc;
	if (r->type == IPC_ACCOUNT_JWKS)
		return put_jwks(k, out, e);
	enc_pem(out, "PUBLIC KEY", key_spki(k));
	return RC_OK;
}

static enum rc write_entry(struct manifest_writer *w, const struct cert *cert,
    struct span group_id, struct buf *out, struct err *e)
{
	char chip_id[CERT_ID_MAX + 1];
	struct manifest_entry entry = {.cert = cert->der, .group_id = group_id};
	struct buf text;
	struct span s;
	enum rc rc;

	cert_chip_id(cert, chip_id);
	entry.device_id = span_str(chip_id);
	buf_init(&text, OUT_MAX);
	rc = manifest_add(w, &entry, &text, e);
	/* What stands before it belongs to a file, not to an entry. */
	s = buf_span(&text);
	while (s.n > 0 && s.p[0] != '{')
		s = span_sub(s, 1, s.n);
	buf_add_span(out, s);
	buf_clear(&text);
	return rc;
}

static enum rc do_entry(struct run *s, const struct ipc_entry *r,
    struct buf *out, struct err *e)
{
	char vendor[257];
	struct manifest_log_signer by = {.key = s->manifest,
	    .cert = buf_span(&s->manifest_cert),
	    .issuer = r->issuer,
	    .vendor = vendor};
	struct manifest_writer *w = NULL;
	struct cert cert;
	enum rc rc = cert_parse(&cert, r->cert, e);

	if (rc != RC_OK)
		return rc;
	if (cert.is_ca || !span_copy_str(r->vendor, vendor, sizeof(vendor)))
		return err_set(e, RC_INVALID, "signer-refused",
		    "The signer does not sign this: no chip's certificate or "
		    "no name.");
	rc = manifest_writer_new(&w, MANIFEST_MICROCHIP, &by, e);
	metric_add(METRIC_SIGNATURES, 1);
	if (rc == RC_OK)
		rc = write_entry(w, &cert, r->group_id, out, e);
	manifest_writer_free(w);
	return rc;
}

/* Codes in use follow from it: never to be changed. */
#define TOTP_PURPOSE "birthmark totp secret v1"

static enum rc do_totp(struct run *s, struct span nonce, struct buf *out,
    struct err *e)
{
	uint8_t secret[SIGNER_TOTP_SECRET];
	enum rc rc;

	rc = key_derive_secret(s->interop, TOTP_PURPOSE, nonce, secret,
	    sizeof(secret), e);
	if (rc == RC_OK)
		buf_add(out, secret, sizeof(secret));
	explicit_bzero(secret, sizeof(secret));
	return rc;
}

static unsigned int needs(enum ipc_type type)
{
	switch (type) {
	case IPC_INTEROP:
	case IPC_IDENTITY:
		return SIGNER_MAY_INTEROP;
	case IPC_EVENT:
		return SIGNER_MAY_EVENT;
	case IPC_FEED:
		return SIGNER_MAY_FEED;
	case IPC_ENTRY:
		return SIGNER_MAY_ENTRY;
	case IPC_TOTP:
		return SIGNER_MAY_TOTP;
	case IPC_CA_KEY:
	case IPC_CA_CSR:
	case IPC_CA_CERT:
	case IPC_END:
	case IPC_CRL:
	case IPC_OCSP:
	case IPC_OCSP_CSR:
		return SIGNER_MAY_CA;
	case IPC_VOUCHER:
	case IPC_CLAIM:
	case IPC_CLAIM_CHECK:
		return SIGNER_MAY_VOUCHER;
	case IPC_JWKS:
	case IPC_IDENTITY_JWKS:
	case IPC_PEM:
	case IPC_ENTRY_PEM:
	case IPC_ACCOUNT_JWKS:
	case IPC_VOUCHER_PEM:
		break;
	}
	return 0;
}

static enum rc perform_ca(struct run *s, const struct ipc_request *r, int fd,
    struct buf *out, struct err *e)
{
	switch (r->type) {
	case IPC_CA_KEY:
		return run_ca_key(&s->cas, &r->ca, out, e);
	case IPC_CA_CSR:
		return run_ca_csr(&s->cas, &r->ca, out, e);
	case IPC_CA_CERT:
		return run_ca_cert(&s->cas, &r->ca, out, e);
	case IPC_END:
		return run_ca_end(&s->cas, s->proofs.ocsp, &r->ca, out, e);
	case IPC_CRL:
		return run_ca_crl(&s->cas, &r->ca, fd, out, e);
	case IPC_OCSP:
		return run_proof_ocsp(&s->proofs, &r->ca, out, e);
	case IPC_OCSP_CSR:
		return run_proof_ocsp_csr(&s->proofs, out, e);
	case IPC_VOUCHER:
		return run_proof_voucher(&s->proofs, &r->ca, out, e);
	case IPC_VOUCHER_PEM:
		enc_pem(out, "CERTIFICATE", buf_span(&s->proofs.voucher_cert));
		return RC_OK;
	case IPC_CLAIM:
		return run_proof_claim(&s->proofs, &r->ca, out, e);
	case IPC_CLAIM_CHECK:
		return run_proof_claim_check(&s->proofs, &r->ca, out, e);
	default:
		return err_set(e, RC_BUG, "signer-type",
		    "The type is unknown.");
	}
}

static enum rc perform(struct run *s, const struct ipc_request *r, int fd,
    unsigned int may, struct buf *out, struct err *e)
{
	enum rc rc = ipc_request_check(r, e);

	if (rc != RC_OK)
		return rc;
	if (needs(r->type) & ~may)
		return err_set(e, RC_DENIED, "signer-refused",
		    "The signer does not sign this for this process.");
	switch (r->type) {
	case IPC_INTEROP:
		return do_interop(s, &r->interop, out, e);
	case IPC_IDENTITY:
		return do_identity(s, &r->interop, out, e);
	case IPC_FEED:
		return do_feed(s, &r->feed, out, e);
	case IPC_EVENT:
		return do_event(s, &r->event, fd, out, e);
	case IPC_JWKS:
		return put_jwks(s->feed, out, e);
	case IPC_IDENTITY_JWKS:
		return put_jwks(s->identity, out, e);
	case IPC_PEM:
	case IPC_ACCOUNT_JWKS:
		return do_account(s, r, out, e);
	case IPC_ENTRY:
		return do_entry(s, &r->entry, out, e);
	case IPC_TOTP:
		return do_totp(s, r->nonce, out, e);
	case IPC_ENTRY_PEM:
		enc_pem(out, "CERTIFICATE", buf_span(&s->manifest_cert));
		return RC_OK;
	default:
		return perform_ca(s, r, fd, out, e);
	}
}

static void answer(struct run *s, const struct pollfd *p,
    const struct ipc_request *r, int fd)
{
	struct ipc_reply reply = {.type = r->type, .id = r->id};
	struct err e = {.rc = RC_BUG};
	struct buf out, packet;

	buf_init(&out, OUT_MAX);
	buf_init(&packet, IPC_MAX);
	reply.rc = perform(s, r, fd, s->may[p - s->fds], &out, &e);
	if (reply.rc == RC_OK && !buf_ok(&out))
		reply.rc =
		    err_set(&e, RC_ENV, "no-memory", "Not enough memory.");
	if (reply.rc == RC_OK) {
		reply.text = buf_span(&out);
	} else {
		log_err(LOG_WARN, "a request was refused", &e);
		reply.text = span_str(e.text);
	}
	ipc_reply_build(&packet, &reply);
	/* Who does not take his answers does not get them. */
	if (buf_ok(&packet))
		(void)send(p->fd, packet.p, packet.n,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
	buf_clear_secret(&out);
	buf_clear_secret(&packet);
}

/* Shut down, not only closed: the parent has a copy of this end. */
static void hang_up(struct run *s, struct pollfd *p, const char *why)
{
	if (why)
		log_error("connection %d is cut off: %s", (int)(p - s->fds),
		    why);
	(void)shutdown(p->fd, SHUT_RDWR);
	(void)close(p->fd);
	p->fd = -1;
	s->open--;
}

/* The first file of these is kept in *fd; the kernel may have put more of them
 * into the room of one. */
static bool take_files(const struct cmsghdr *c, int *fd)
{
	size_t n, i;
	int one;

	if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
		return false;
	n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	for (i = 0; i < n; i++) {
		memcpy(&one, CMSG_DATA(c) + i * sizeof(int), sizeof(one));
		if (i == 0 && *fd < 0)
			*fd = one;
		else
			(void)close(one);
	}
	return n == 1;
}

/* One packet and the file that came with it, if any (else -1); *odd when more
 * than that came. */
static ssize_t receive(struct run *s, int sock, int *fd, bool *odd)
{
	union {
		struct cmsghdr head;
		uint8_t room[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec part = {.iov_base = s->packet,
	    .iov_len = sizeof(s->packet)};
	struct msghdr m = {.msg_iov = &part,
	    .msg_iovlen = 1,
	    .msg_control = &control,
	    .msg_controllen = sizeof(control)};
	struct cmsghdr *c;
	ssize_t n = recvmsg(sock, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	*fd = -1;
	*odd = false;
	if (n < 0)
		return n;
	for (c = CMSG_FIRSTHDR(&m); c != NULL; c = CMSG_NXTHDR(&m, c))
		*odd |= !take_files(c, fd);
	*odd |= (m.msg_flags & MSG_CTRUNC) != 0;
	return n;
}

static void serve(struct run *s, struct pollfd *p)
{
	struct ipc_request r;
	bool odd;
	ssize_t n;
	int fd;

	n = receive(s, p->fd, &fd, &odd);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0)
		hang_up(s, p, NULL);
	else if (odd || !ipc_request_parse(&r, span_of(s->packet, (size_t)n)) ||
	    (fd >= 0) != (r.type == IPC_CRL || r.type == IPC_EVENT))
		hang_up(s, p, "it sent something that is no request");
	else
		answer(s, p, &r, fd);
	if (fd >= 0)
		(void)close(fd);
}

static enum rc open_cert(struct run *s, const char *dir, struct err *e)
{
	char path[4096];
	struct buf pem;
	enum rc rc;

	buf_init(&pem, 2 * CERT_DER_MAX);
	buf_init(&s->manifest_cert, CERT_DER_MAX);
	rc = file_join(path, sizeof(path), dir, SIGNER_KEYS_MANIFEST_CERT, e);
	if (rc == RC_OK)
		rc = file_read(path, &pem, e);
	if (rc == RC_OK)
		rc = cert_read(&s->manifest_cert, buf_span(&pem), e);
	buf_clear(&pem);
	return rc;
}

static void close_keys(struct run *s)
{
	signer_account_clear(&s->accounts);
	ca_keys_clear(&s->cas);
	run_proof_clear(&s->proofs);
	key_free(s->interop);
	key_free(s->identity);
	key_free(s->feed);
	key_free(s->manifest);
	buf_clear(&s->manifest_cert);
}

static struct run *start(const char *dir, const struct signer_client *clients,
    unsigned int clients_n, struct err *e)
{
	struct run *s;
	unsigned int i;

	if (clients_n > CLIENTS_MAX) {
		(void)err_set(e, RC_BUG, "signer-clients",
		    "The signer has too many clients.");
		return NULL;
	}
	s = calloc(1, sizeof(*s));
	if (!s) {
		(void)err_set(e, RC_ENV, "no-memory", "Not enough memory.");
		return NULL;
	}
	for (i = 0; i < clients_n; i++) {
		s->fds[i] =
		    (struct pollfd){.fd = clients[i].fd, .events = POLLIN};
		s->may[i] = clients[i].may;
	}
	s->fds_n = s->open = clients_n;
	if (open_key(&s->interop, dir, SIGNER_KEYS_INTEROP, e) == RC_OK &&
	    open_key(&s->identity, dir, SIGNER_KEYS_IDENTITY, e) == RC_OK &&
	    open_key(&s->feed, dir, SIGNER_KEYS_FEED, e) == RC_OK &&
	    open_key(&s->manifest, dir, SIGNER_KEYS_MANIFEST, e) == RC_OK &&
	    run_proof_open(&s->proofs, dir, e) == RC_OK &&
	    open_cert(s, dir, e) == RC_OK &&
	    ca_keys_open(&s->cas, dir, e) == RC_OK)
		return s;
	close_keys(s);
	free(s);
	return NULL;
}

int signer_run(const char *dir, const struct signer_client *clients,
    unsigned int clients_n)
{
	struct err e = {.rc = RC_BUG};
	struct run *s = start(dir, clients, clients_n, &e);
	unsigned int i;
	int status = 0;

	if (!s) {
		log_err(LOG_ERROR, "the signer cannot start", &e);
		return 3;
	}
	while (s->open > 0) {
		if (poll(s->fds, s->fds_n, -1) < 0) {
			if (errno == EINTR)
				continue;
			status = 3;
			break;
		}
		for (i = 0; i < s->fds_n; i++)
			if (s->fds[i].fd >= 0 && s->fds[i].revents)
				serve(s, &s->fds[i]);
	}
	close_keys(s);
	free(s);
	return status;
}
