/* Asks a CA of others for one certificate.
 * Must not take what is not for the request's key, or not by that CA. */
#include "courier/ra_ask.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "net/fetch.h"
#include "pki/cmp_client.h"
#include "pki/csr.h"
#include "pki/issued.h"
#include "pki/seal.h"
#include "store/store_ca.h"

#define CONNECT_MS 5000
#define SECRET_MAX (16 * 1024)
#define PEM_MAX (64 * 1024)
#define WORDS_MAX 200

/* One request on its way. */
struct asking {
	const struct ra_ask *a;
	const struct store_upstream_request *r;
	struct store_upstream up;
	struct store_ca ca;
	struct buf cas; /* DER after DER */
	struct buf secret;
	struct fetch *fetch;
	int ca_fd, cert_fd;
};

static void asking_init(struct asking *s)
{
	store_upstream_init(&s->up);
	store_ca_init(&s->ca);
	buf_init(&s->cas, PEM_MAX);
	buf_init(&s->secret, SECRET_MAX);
	s->ca_fd = s->cert_fd = -1;
}

static void asking_clear(struct asking *s)
{
	fetch_free(s->fetch);
	if (s->ca_fd >= 0)
		(void)close(s->ca_fd);
	if (s->cert_fd >= 0)
		(void)close(s->cert_fd);
	buf_clear_secret(&s->secret);
	buf_clear(&s->cas);
	store_ca_clear(&s->ca);
	store_upstream_clear(&s->up);
}

static enum rc load(struct asking *s, struct err *e)
{
	struct store *st = s->a->store;
	enum rc rc = store_upstream_get(st, s->r->ca_id, &s->up, e);

	if (rc == RC_OK)
		rc = store_ca_find(st, s->r->account_id, s->r->ca_id, 0, &s->ca,
		    e);
	if (rc == RC_NOT_FOUND)
		return err_set(e, RC_DENIED, "upstream-refused",
		    "There is no such authority any more.");
	if (rc == RC_OK && s->ca.retired_at)
		return err_set(e, RC_DENIED, "upstream-refused",
		    "The authority was retired here.");
	if (rc != RC_OK)
		return rc;
	buf_add_span(&s->cas, buf_span(&s->ca.der));
	buf_add_span(&s->cas, buf_span(&s->ca.chain));
	rc = keyring_unseal(s->a->keys, span_str(s->up.ca_id),
	    buf_span(&s->up.sealed), &s->secret, e);
	if (rc == RC_INVALID)
		rc = err_set(e, RC_DENIED, "upstream-refused",
		    "The authority's credentials that are stored cannot be "
		    "opened; make it anew.");
	return rc;
}

/* A file that nobody else can see or change. */
static enum rc keep(int *fd, struct span text, char path[32], struct err *e)
{
	*fd = memfd_create("upstream", MFD_CLOEXEC);
	if (*fd < 0)
		return err_sys(e, "memfd", "Cannot keep a certificate");
	(void)snprintf(path, 32, "/proc/self/fd/%d", *fd);
	return file_write_all(*fd, text, e);
}

static enum rc keep_cas(struct asking *s, char path[32], struct err *e)
{
	struct span rest = buf_span(&s->cas), one;
	struct buf pem;
	enum rc rc;

	if (s->up.tls_ca.n > 0)
		return keep(&s->ca_fd, buf_span(&s->up.tls_ca), path, e);
	buf_init(&pem, PEM_MAX);
	while (cert_next(&rest, &one))
		enc_pem(&pem, "CERTIFICATE", one);
	rc = buf_ok(&pem)
	    ? keep(&s->ca_fd, buf_span(&pem), path, e)
	    : err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	buf_clear(&pem);
	return rc;
}

static bool is_est(const struct asking *s)
{
	return strcmp(s->up.protocol, "est") == 0;
}

static enum rc open_fetch(struct asking *s, struct err *e)
{
	char ca[32], cert[32];
	struct fetch_options o = {.ca_file = ca,
	    .allow_http = span_starts(span_str(s->up.url), SPAN_LIT("http://")),
	    .allow_private = s->a->allow_private,
	    .connect_ms = CONNECT_MS,
	    .total_ms = RA_ASK_TOTAL_MS,
	    .answer_max = ISSUED_ANSWER_MAX};
	enum rc rc = keep_cas(s, ca, e);

	if (rc == RC_OK && is_est(s) && !s->up.username[0]) {
		rc = keep(&s->cert_fd, buf_span(&s->secret), cert, e);
		o.cert_file = o.key_file = cert;
	}
	return rc == RC_OK ? fetch_new(&s->fetch, &o, e) : rc;
}

/* What a CA has to say: the detail of a problem (RFC 9457), or its text. */
static void words_of(const struct fetch_answer *a, char out[WORDS_MAX])
{
	json_t *j = json_loadb((const char *)a->body.p, a->body.n, 0, NULL);
	const char *detail = json_string_value(json_object_get(j, "detail"));
	struct span s =
	    detail ? span_str(detail) : span_trim(buf_span(&a->body));
	size_t i, n = 0;

	for (i = 0; i < s.n && n + 1 < WORDS_MAX; i++)
		out[n++] =
		    (char)(s.p[i] >= ' ' && s.p[i] != 0x7f ? s.p[i] : ' ');
	out[n] = '\0';
	if (n == 0)
		(void)snprintf(out, WORDS_MAX, "HTTP status %d", a->status);
	json_decref(j);
}

/* Whether asking again may help. */
static enum rc judge_status(const struct fetch_answer *a, struct err *e)
{
	char words[WORDS_MAX];
	enum rc rc;

	if (a->status == 200)
		return RC_OK;
	words_of(a, words);
	if (a->status == 202)
		rc = err_set(e, RC_AGAIN, "upstream-waits",
		    "it has not decided yet.");
	else if (a->status == 401)
		rc = err_set(e, RC_UNAUTHENTICATED, "upstream-credentials",
		    "it does not accept our credentials (%s).", words);
	else if (a->status == 429 || a->status >= 500 || a->status < 400)
		rc = err_set(e, RC_AGAIN, "upstream-fault",
		    "it answered with HTTP status %d (%s).", a->status, words);
	else
		rc = err_set(e, RC_DENIED, "upstream-refused", "%s", words);
	if (e && a->retry_after_s > 0)
		e->retry_after_s = a->retry_after_s < 86400
		    ? (unsigned int)a->retry_after_s
		    : 86400;
	return rc;
}

static enum rc ask_est(struct asking *s, struct buf *ders, struct err *e)
{
	static const char *const headers[] =
	    {"Content-Transfer-Encoding: base64",
		"Accept: application/pkcs7-mime", NULL};
	char url[STORE_UPSTREAM_URL_SIZE + 16];
	struct fetch_request q = FETCH_REQUEST;
	struct fetch_answer answer;
	struct buf body;
	enum rc rc;

	buf_init(&body, 2 * CSR_MAX);
	enc_base64(&body, buf_span(&s->r->csr));
	(void)snprintf(url, sizeof(url), "%s/simpleenroll", s->up.url);
	q.method = "POST";
	q.url = url;
	q.content_type = "application/pkcs10";
	q.headers = headers;
	q.body = buf_span(&body);
	q.basic = s->up.username[0] ? buf_cstr(&s->secret) : NULL;
	fetch_answer_init(&answer);
	rc = buf_ok(&body)
	    ? fetch_do(s->fetch, &q, &answer, e)
	    : err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	if (rc == RC_OK)
		rc = judge_status(&answer, e);
	if (rc == RC_OK)
		rc = issued_certs(buf_span(&answer.body), ders, e);
	fetch_answer_clear(&answer);
	buf_clear(&body);
	return rc;
}

static enum rc send_cmp(void *arg, struct span message, struct buf *answer,
    struct err *e)
{
	struct asking *s = arg;
	struct fetch_request q = FETCH_REQUEST;
	struct fetch_answer a;
	enum rc rc;

	q.method = "POST";
	q.url = s->up.url;
	q.content_type = "application/pkixcmp";
	q.body = message;
	fetch_answer_init(&a);
	rc = fetch_do(s->fetch, &q, &a, e);
	/* What is wrong is in the message, whatever HTTP says (RFC 6712 3.4).
	 */
	if (rc == RC_OK && (a.body.n == 0 || a.body.p[0] != 0x30))
		rc = judge_status(&a, e);
	buf_add_span(answer, buf_span(&a.body));
	fetch_answer_clear(&a);
	return rc;
}

static enum rc ask_cmp(struct asking *s, struct buf *ders, struct err *e)
{
	struct cmp_client q = {.reference = s->up.username,
	    .secret = buf_span(&s->secret),
	    .cas = buf_span(&s->cas),
	    .csr = buf_span(&s->r->csr),
	    .total_s = RA_ASK_WAIT_S,
	    .send = send_cmp,
	    .arg = s};
	uint8_t hash[DIGEST_SHA256];
	struct cert issuer;
	enum rc rc = cert_parse(&issuer, buf_span(&s->ca.der), e);

	if (rc != RC_OK)
		return rc;
	q.recipient = issuer.subject;
	digest_sha256(span_str(s->r->id), hash);
	memcpy(q.transaction, hash, sizeof(q.transaction));
	return cmp_client_ask(&q, ders, e);
}

static enum rc check(struct asking *s, struct span ders, struct buf *der,
    struct err *e)
{
	struct issued_want want = {.cas = buf_span(&s->cas),
	    .now_s = clock_now_s()};
	struct csr csr;
	enum rc rc = csr_parse(&csr, buf_span(&s->r->csr), e);

	want.spki = csr.spki;
	return rc == RC_OK ? issued_check(&want, ders, der, e) : rc;
}

enum rc ra_ask(const struct ra_ask *a, const struct store_upstream_request *r,
    struct buf *der, struct err *e)
{
	struct asking s = {.a = a, .r = r};
	struct buf ders;
	enum rc rc;

	asking_init(&s);
	buf_init(&ders, ISSUED_ANSWER_MAX);
	rc = load(&s, e);
	if (rc == RC_OK)
		rc = open_fetch(&s, e);
	if (rc == RC_OK)
		rc = is_est(&s) ? ask_est(&s, &ders, e) : ask_cmp(&s, &ders, e);
	if (rc == RC_OK)
		rc = check(&s, buf_span(&ders), der, e);
	buf_clear(&ders);
	asking_clear(&s);
	return rc;
}
