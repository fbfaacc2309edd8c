/* An owner with CAs, and a small service on three ports of the loopback that
 * gives devices vouchers, certificates, rules and status proofs, so that real
 * agents can be run against it.  Must not be strict: the service's own tests
 * are. */
#ifndef BIRTHMARK_TESTS_AGENT_CASE_H
#define BIRTHMARK_TESTS_AGENT_CASE_H

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/enc.h"
#include "base/rand.h"
#include "device/agent.h"
#include "device/reach.h"
#include "pki/cms_wrap.h"
#include "pki/csr.h"
#include "pki/issue_end.h"
#include "pki/ocsp.h"
#include "pki/voucher.h"
#include "tests/unit/chip_case.h"
#include "tests/unit/dir_case.h"

#define AGENT_CASE_EST "acc-1.localhost"

struct agent_case_pair {
	struct key *key;
	struct buf cert;
};

enum agent_case_port { CASE_REGISTRAR, CASE_EST, CASE_STATUS, CASE_PORTS };

struct agent_case {
	struct chip_case maker; /* and its chip */
	struct agent_case_pair root, issuing, responder, registrar, est,
	    vouchers;
	char dir[64];
	int fd[CASE_PORTS];
	unsigned int port[CASE_PORTS];
	void *ctx[2];
	pthread_t thread;
	int stop[2]; /* a pipe that ends the thread */
	struct err e;
	/* what it does, set before a device asks */
	const char *product, *talk_to; /* talk_to: "\"prd_a\",..." */
	enum ocsp_state state;
	int64_t proof_age_s;
	int64_t lifetime_s;
	unsigned int enrolled, asked;
	bool unbound;
};

static inline void agent_case_end(struct agent_case *t,
    const struct issue_end *p, const struct agent_case_pair *by,
    struct buf *out)
{
	struct issue_end one = *p;
	uint8_t serial[ISSUE_END_SERIAL];

	rand_bytes(serial, sizeof(serial));
	serial[0] = 1;
	one.serial = serial;
	one.not_before = clock_now_s() - 60;
	if (one.not_after == 0)
		one.not_after = one.not_before + 86400;
	buf_init(out, CERT_DER_MAX);
	CHIP_OK(t, issue_end(&one, buf_span(&by->cert), by->key, out, &t->e));
}

static inline void agent_case_pair(struct agent_case *t,
    struct agent_case_pair *out, enum issue_end_kind kind, const char *name,
    const struct agent_case_pair *by)
{
	const char *const names[] = {name, NULL};
	struct issue_end p = {.kind = kind,
	    .common_name = name,
	    .names = names};

	CHIP_OK(t, key_generate(&out->key, KEY_P256, &t->e));
	p.spki = key_spki(out->key);
	agent_case_end(t, &p, by, &out->cert);
}

static inline void agent_case_ca(struct agent_case *t,
    struct agent_case_pair *out, const char *name,
    const struct agent_case_pair *by)
{
	struct issue_ca ca = {.org = "Owner",
	    .common_name = name,
	    .not_before = clock_now_s() - 86400,
	    .not_after = clock_now_s() + 100 * 86400,
	    .path_len = by ? 0 : 1};

	CHIP_OK(t, key_generate(&out->key, KEY_P256, &t->e));
	buf_init(&out->cert, CERT_DER_MAX);
	CHIP_OK(t,
	    issue_ca(&ca, key_spki(out->key),
		by ? buf_span(&by->cert) : SPAN_NONE, by ? by->key : out->key,
		&out->cert, &t->e));
}

static inline void agent_case_pair_clear(struct agent_case_pair *p)
{
	key_free(p->key);
	buf_clear(&p->cert);
}

/* The answers */

static inline void agent_case_reply(struct wire *w, int status,
    const char *headers, struct span body)
{
	struct buf b;

	buf_init(&b, 65536);
	buf_addf(&b, "HTTP/1.1 %d X\r\n%sContent-Length: %zu\r\n\r\n", status,
	    headers, body.n);
	buf_add_span(&b, body);
	(void)!wire_send(w, buf_span(&b), NULL);
	buf_clear(&b);
}

static inline void agent_case_voucher(struct agent_case *t, struct wire *w,
    struct span body)
{
	struct buf json, cert, out;
	struct voucher_request r;
	struct voucher v;
	struct cms_wrap wrap;
	char est[128];

	buf_init(&json, 65536);
	buf_init(&cert, 65536);
	buf_init(&out, 65536);
	CHIP_OK(t,
	    cms_wrap_verify(body, CMS_WRAP_VOUCHER, &json, &cert, &t->e));
	CHIP_OK(t, voucher_request_parse(&r, buf_span(&json), &t->e));
	(void)snprintf(est, sizeof(est), "https://" AGENT_CASE_EST ":%u",
	    t->port[CASE_EST]);
	v = (struct voucher){.serial_number = r.serial_number,
	    .nonce = span_of(r.nonce, r.nonce_n),
	    .created_on = clock_now_s(),
	    .pinned_domain_cert = buf_span(&t->root.cert),
	    .est_domain = est};
	buf_reset(&json);
	voucher_build(&v, &json);
	wrap = (struct cms_wrap){.type = CMS_WRAP_VOUCHER,
	    .content = buf_span(&json),
	    .cert = buf_span(&t->vouchers.cert)};
	CHIP_OK(t,
	    cms_wrap_sign(&wrap, t->vouchers.key, clock_now_s(), &out, &t->e));
	agent_case_reply(w, 200,
	    "Content-Type: application/voucher-cms+json\r\n", buf_span(&out));
	buf_clear(&json);
	buf_clear(&cert);
	buf_clear(&out);
}

static inline void agent_case_certs(struct agent_case *t, struct wire *w,
    const struct span *certs, size_t n)
{
	struct buf der, text;

	buf_init(&der, 65536);
	buf_init(&text, 65536);
	CHIP_OK(t, cms_wrap_certs(certs, n, &der, &t->e));
	enc_base64(&text, buf_span(&der));
	agent_case_reply(w, 200,
	    "Content-Type: application/pkcs7-mime; smime-type=certs-only\r\n",
	    buf_span(&text));
	buf_clear(&der);
	buf_clear(&text);
}

static inline void agent_case_enrol(struct agent_case *t, struct wire *w,
    struct span body)
{
	struct profile_device who = {.device = CHIP_CASE_ID,
	    .serial = "01",
	    .product = t->product,
	    .product_id = t->product,
	    .account = "Owner",
	    .account_id = "acc_1"};
	struct issue_end p = {.kind = ISSUE_END_DEVICE, .device = &who};
	struct profile profile;
	struct buf der, cert;
	char ocsp[64];
	struct csr csr;
	struct span one;

	profile_default(&profile);
	p.profile = &profile;
	(void)snprintf(ocsp, sizeof(ocsp), "http://localhost:%u/ocsp",
	    t->port[CASE_STATUS]);
	p.ocsp_url = ocsp;
	p.not_after = clock_now_s() + t->lifetime_s;
	buf_init(&der, CSR_MAX);
	CHIP_OK(t, csr_read(&der, body, &t->e));
	CHIP_OK(t, csr_parse(&csr, buf_span(&der), &t->e));
	CHIP_OK(t, csr_check(&csr, &t->e));
	p.spki = csr.spki;
	agent_case_end(t, &p, &t->issuing, &cert);
	one = buf_span(&cert);
	t->enrolled++;
	agent_case_certs(t, w, &one, 1);
	buf_clear(&der);
	buf_clear(&cert);
}

static inline void agent_case_proof(struct agent_case *t, struct wire *w,
    struct span body)
{
	int64_t at = clock_now_s() - t->proof_age_s;
	struct ocsp_single one = {.state = t->state,
	    .revoked_at = at,
	    .this_update = at,
	    .next_update = at + 3600};
	struct ocsp_response r = {.singles = &one,
	    .n = 1,
	    .produced_at = at,
	    .responder_cert = buf_span(&t->responder.cert)};
	struct ocsp_request q;
	struct buf out;

	buf_init(&out, 65536);
	CHIP_OK(t, ocsp_request_parse(&q, body, &t->e));
	one.id = q.ids[0].der;
	r.nonce = q.nonce;
	CHIP_OK(t, ocsp_response_build(&r, t->responder.key, &out, &t->e));
	agent_case_reply(w, 200, "Content-Type: application/ocsp-response\r\n",
	    buf_span(&out));
	buf_clear(&out);
}

static inline bool agent_case_is(struct span path, const char *end)
{
	size_t n = strlen(end);

	return path.n >= n && span_eq_str(span_sub(path, path.n - n, n), end);
}

static inline void agent_case_answer(struct agent_case *t, struct wire *w,
    struct span path, struct span body)
{
	struct span cas[2] = {buf_span(&t->root.cert),
	    buf_span(&t->issuing.cert)};
	char text[256];

	t->asked++;
	if (agent_case_is(path, "/requestvoucher") && t->unbound)
		agent_case_reply(w, 401, "Retry-After: 600\r\n", SPAN_NONE);
	else if (agent_case_is(path, "/requestvoucher"))
		agent_case_voucher(t, w, body);
	else if (agent_case_is(path, "status"))
		agent_case_reply(w, 200, "", SPAN_NONE);
	else if (agent_case_is(path, "/cacerts"))
		agent_case_certs(t, w, cas, 2);
	else if (agent_case_is(path, "enroll"))
		agent_case_enrol(t, w, body);
	else if (agent_case_is(path, "/ocsp"))
		agent_case_proof(t, w, body);
	else {
		(void)snprintf(text, sizeof(text),
		    "{\"product\":\"%s\",\"talk_to\":[%s]}", t->product,
		    t->talk_to);
		agent_case_reply(w, 200, "Content-Type: application/json\r\n",
		    span_str(text));
	}
}

/* True when a request was whole, and answered. */
static inline bool agent_case_request(struct agent_case *t, struct wire *w,
    struct buf *in)
{
	const char *text = buf_cstr(in), *end, *length;
	struct span rest = buf_span(in), line, method, path;
	uint64_t body_n = 0;
	size_t head_n;

	end = strstr(text, "\r\n\r\n");
	if (!end)
		return false;
	head_n = (size_t)(end + 4 - text);
	length = strstr(text, "Content-Length: ");
	if (length && length < end)
		body_n = strtoul(length + 16, NULL, 10);
	if (in->n < head_n + body_n)
		return false;
	(void)span_cut(&rest, '\r', &line);
	(void)span_cut(&line, ' ', &method);
	(void)span_cut(&line, ' ', &path);
	agent_case_answer(t, w, path,
	    span_sub(buf_span(in), head_n, (size_t)body_n));
	buf_reset(in);
	return true;
}

static inline void agent_case_serve(struct agent_case *t, size_t i)
{
	const struct wire_limits limits = {5000, NULL};
	struct wire *w = NULL;
	uint8_t part[4096];
	struct buf in;
	size_t n = 1;

	buf_init(&in, 65536);
	if (wire_accept(&w, i == CASE_STATUS ? NULL : t->ctx[i],
		accept(t->fd[i], NULL, NULL), &limits, NULL) != RC_OK)
		return;
	while (
	    wire_receive(w, part, sizeof(part), &n, NULL) == RC_OK && n > 0) {
		buf_add(&in, part, n);
		(void)agent_case_request(t, w, &in);
	}
	wire_close(w);
	buf_clear(&in);
}

static inline void *agent_case_run(void *arg)
{
	struct agent_case *t = arg;
	struct pollfd p[CASE_PORTS + 1];
	size_t i;

	for (;;) {
		for (i = 0; i < CASE_PORTS; i++)
			p[i] = (struct pollfd){t->fd[i], POLLIN, 0};
		p[CASE_PORTS] = (struct pollfd){t->stop[0], POLLIN, 0};
		if (poll(p, CASE_PORTS + 1, -1) < 0)
			continue;
		if (p[CASE_PORTS].revents)
			return NULL;
		for (i = 0; i < CASE_PORTS; i++)
			if (p[i].revents & POLLIN)
				agent_case_serve(t, i);
	}
}

static inline void agent_case_context(struct agent_case *t, size_t i,
    const struct agent_case_pair *p, struct span chain)
{
	const struct tls_self self = {p->key, buf_span(&p->cert), chain};

	CHIP_OK(t, tls_peer(&t->ctx[i], &self, true, &t->e));
}

static inline void agent_case_write(struct agent_case *t, const char *name,
    struct span der, struct key *k)
{
	char path[128];
	struct buf b;

	buf_init(&b, 65536);
	if (k)
		CHIP_OK(t, key_pem(k, &b, &t->e));
	enc_pem(&b, "CERTIFICATE", der);
	(void)snprintf(path, sizeof(path), "%s/%s", t->dir, name);
	CHIP_OK(t, file_write(path, buf_span(&b), 0600, &t->e));
	buf_clear_secret(&b);
}

static inline void agent_case_init(struct agent_case *t)
{
	size_t i;

	memset(t, 0, sizeof(*t));
	(void)signal(SIGPIPE, SIG_IGN);
	(void)snprintf(t->dir, sizeof(t->dir), "/tmp/birthmark-agent-XXXXXX");
	assert_non_null(mkdtemp(t->dir));
	chip_case_init(&t->maker, KEY_P256, KEY_P256);
	agent_case_ca(t, &t->root, "Owner root", NULL);
	agent_case_ca(t, &t->issuing, "Owner issuing", &t->root);
	agent_case_pair(t, &t->responder, ISSUE_END_OCSP, "Responder",
	    &t->issuing);
	agent_case_pair(t, &t->registrar, ISSUE_END_SERVER, "localhost",
	    &t->root);
	agent_case_pair(t, &t->est, ISSUE_END_SERVER, AGENT_CASE_EST,
	    &t->issuing);
	agent_case_pair(t, &t->vouchers, ISSUE_END_RA, "Vouchers", &t->root);
	agent_case_write(t, "chip.pem", buf_span(&t->maker.chip),
	    t->maker.chip_key);
	agent_case_write(t, "registrar.pem", buf_span(&t->registrar.cert),
	    NULL);
	agent_case_write(t, "vouchers.pem", buf_span(&t->vouchers.cert), NULL);
	agent_case_context(t, CASE_REGISTRAR, &t->registrar, SPAN_NONE);
	agent_case_context(t, CASE_EST, &t->est, buf_span(&t->issuing.cert));
	for (i = 0; i < CASE_PORTS; i++)
		CHIP_OK(t,
		    reach_listen(&t->fd[i], "127.0.0.1", &t->port[i], &t->e));
	t->product = "prd_thermostat";
	t->talk_to = "\"prd_sensor\"";
	t->lifetime_s = 30 * 86400;
	assert_int_equal(pipe(t->stop), 0);
	assert_int_equal(pthread_create(&t->thread, NULL, agent_case_run, t),
	    0);
}

static inline void agent_case_stop(struct agent_case *t)
{
	size_t i;

	if (t->stop[1] == 0)
		return;
	(void)!write(t->stop[1], "", 1);
	(void)pthread_join(t->thread, NULL);
	for (i = 0; i < CASE_PORTS; i++)
		(void)close(t->fd[i]);
	(void)close(t->stop[0]);
	(void)close(t->stop[1]);
	t->stop[1] = 0;
}

static inline void agent_case_clear(struct agent_case *t)
{
	agent_case_stop(t);
	tls_free(t->ctx[0]);
	tls_free(t->ctx[1]);
	agent_case_pair_clear(&t->root);
	agent_case_pair_clear(&t->issuing);
	agent_case_pair_clear(&t->responder);
	agent_case_pair_clear(&t->registrar);
	agent_case_pair_clear(&t->est);
	agent_case_pair_clear(&t->vouchers);
	chip_case_clear(&t->maker);
	dir_case_remove(t->dir);
}

/* An agent of this service with a state directory of this name. */
static inline enum rc agent_case_open(struct agent_case *t, struct agent *a,
    const char *state)
{
	static char paths[4][160], url[64];
	struct agent_options o = {.timeout_ms = 5000};

	(void)snprintf(paths[0], sizeof(paths[0]), "%s/chip.pem", t->dir);
	(void)snprintf(paths[1], sizeof(paths[1]), "%s/%s", t->dir, state);
	(void)snprintf(paths[2], sizeof(paths[2]), "%s/registrar.pem", t->dir);
	(void)snprintf(paths[3], sizeof(paths[3]), "%s/vouchers.pem", t->dir);
	(void)snprintf(url, sizeof(url), "https://localhost:%u",
	    t->port[CASE_REGISTRAR]);
	o.chip.where = paths[0];
	o.state = paths[1];
	o.registrar = url;
	o.anchors = paths[2];
	o.voucher_anchors = paths[3];
	return agent_open(a, &o, &t->e);
}

#endif
