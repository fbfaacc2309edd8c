/* A registrar, EST server and OCSP responder that answer by the book, or with
 * one twist, and the caller that pumps the library against them.
 * Must not use the project's own crypto: libcrypto reads what the device sent
 * and builds what it gets. */
#ifndef BIRTHMARK_TESTS_BM_SERVER_H
#define BIRTHMARK_TESTS_BM_SERVER_H

#include <openssl/cms.h>
#include <openssl/ocsp.h>
#include <openssl/pkcs7.h>
#include <stdio.h>

#include "tests/unit/bm_case.h"

enum bm_twist {
	TWIST_NONE,
	TWIST_NONCE,	/* a voucher with another nonce */
	TWIST_REPLAY,	/* the voucher that was given before */
	TWIST_SERIAL,	/* of another device */
	TWIST_SIGNER,	/* signed by somebody else, certificate inside */
	TWIST_TAMPER,	/* one byte changed after it was signed */
	TWIST_NO_ATTRS, /* a signature over the content itself */
	TWIST_TYPE,	/* of content id-data */
	TWIST_TRAILING, /* a byte behind the message */
	TWIST_JSON,
	TWIST_TWICE, /* a member two times */
	TWIST_NO_PIN,
	TWIST_NO_DATE,
	TWIST_FUTURE,
	TWIST_EXPIRED,
	TWIST_ISSUER,
	TWIST_PIN,	 /* pinned-domain-cert is no certificate */
	TWIST_EST_PLAIN, /* est-domain by http */
	TWIST_EST_PATH,
	TWIST_NO_EST,
	TWIST_LATE_TYPE, /* of HTTP */
	TWIST_CACERTS,	 /* without a CA */
	TWIST_CERT_KEY,	 /* for another key */
	TWIST_CERT_CA,	 /* by another CA of the same name */
	TWIST_CERT_TIME,
	TWIST_CERT_GARBAGE,
	TWIST_CERT_SHORT, /* that lives five minutes */
	TWIST_PEERS,
	TWIST_REVOKED,
	TWIST_STALE
};

enum bm_framing { FRAME_LENGTH, FRAME_CHUNKED, FRAME_CLOSE };

struct bm_server {
	struct bm_case *t;
	enum bm_twist twist;
	enum bm_framing framing;
	size_t chunk; /* bytes at a time, both ways; 0: all there is */
	/* Answers to the first path that ends so, `times` times. */
	struct {
		const char *path, *headers;
		int status;
		unsigned int times;
	} instead;
	const char *unreachable;       /* host that refuses connections */
	unsigned int events, break_at; /* the nth event breaks a connection */
	bool drop_kept;	 /* closes a connection after its first answer */
	bool no_voucher; /* the batch is not bound */
	bool closed;
	enum bm_credential credential;
	enum bm_trust trust;
	char host[BM_HOST_MAX];
	uint8_t req[8192], resp[16384], last_voucher[4096];
	size_t req_n, resp_n, resp_at, last_voucher_n, served;
	char log[1024];	  /* what was asked, in order */
	char status[256]; /* the last status report */
	X509_REQ *csr;
	long serial;
	unsigned int connections;
};

static inline void bm_server_reply(struct bm_server *s, int status,
    const char *headers, const void *body, size_t n)
{
	int head = snprintf((char *)s->resp, sizeof(s->resp),
	    "HTTP/1.1 %d Some words\r\nServer: test\r\n%s", status, headers);
	uint8_t *p = s->resp + head;
	size_t left = sizeof(s->resp) - (size_t)head, i;

	if (s->framing == FRAME_LENGTH)
		p +=
		    snprintf((char *)p, left, "Content-Length: %zu\r\n\r\n", n);
	else if (s->framing == FRAME_CLOSE)
		p += snprintf((char *)p, left, "\r\n");
	else
		p += snprintf((char *)p, left,
		    "Transfer-Encoding: chunked\r\n\r\n");
	for (i = 0; i < n && s->framing == FRAME_CHUNKED; i += 100) {
		size_t part = n - i < 100 ? n - i : 100;

		p += snprintf((char *)p, 16, "%zx;x=y\r\n", part);
		memcpy(p, (const uint8_t *)body + i, part);
		p += part;
		memcpy(p, "\r\n", 2);
		p += 2;
	}
	if (s->framing == FRAME_CHUNKED) {
		memcpy(p, "0\r\nA: b\r\n\r\n", 11);
		p += 11;
	} else if (n > 0) {
		memcpy(p, body, n);
		p += n;
	}
	s->resp_n = (size_t)(p - s->resp);
	s->resp_at = 0;
}

static inline void bm_server_text(struct bm_server *s, int status,
    const char *headers, const char *body)
{
	bm_server_reply(s, status, headers, body, strlen(body));
}

/* The request's signature, by libcrypto; its nonce into out. */
static inline void bm_server_read_request(struct bm_server *s,
    const uint8_t *der, size_t n, char nonce[64])
{
	BIO *in = BIO_new_mem_buf(der, (int)n), *content = BIO_new(BIO_s_mem());
	CMS_ContentInfo *cms = d2i_CMS_bio(in, NULL);
	STACK_OF(X509) * signers;
	X509_STORE *store = X509_STORE_new();
	char oid[64], *text, *at;
	long text_n;

	assert_non_null(cms);
	OBJ_obj2txt(oid, sizeof(oid), CMS_get0_eContentType(cms), 1);
	assert_string_equal(oid, "1.2.840.113549.1.9.16.1.40");
	assert_true(X509_STORE_add_cert(store, s->t->maker.x));
	X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), BM_CASE_NOW);
	X509_VERIFY_PARAM_set_purpose(X509_STORE_get0_param(store),
	    X509_PURPOSE_ANY);
	assert_int_equal(CMS_verify(cms, NULL, store, NULL, content,
			     CMS_BINARY),
	    1);
	signers = CMS_get0_signers(cms);
	assert_int_equal(sk_X509_num(signers), 1);
	assert_int_equal(X509_cmp(sk_X509_value(signers, 0), s->t->birth.x), 0);
	sk_X509_free(signers);
	text_n = BIO_get_mem_data(content, &text);
	assert_true(BIO_write(content, "", 1) == 1);
	text_n = BIO_get_mem_data(content, &text);
	assert_true(text_n > 10);
	assert_non_null(strstr(text, "{\"ietf-voucher-request:voucher\":{"));
	assert_non_null(
	    strstr(text, "\"serial-number\":\"" BM_CASE_SERIAL "\"}}"));
	if (s->t->now_s > 0)
		assert_non_null(
		    strstr(text, "\"created-on\":\"2030-03-17T17:46:40Z\""));
	at = strstr(text, "\"nonce\":\"");
	assert_non_null(at);
	(void)snprintf(nonce, 64, "%.24s", at + 9);
	CMS_ContentInfo_free(cms);
	X509_STORE_free(store);
	BIO_free(in);
	BIO_free(content);
}

static inline void bm_server_voucher_json(struct bm_server *s,
    const char *nonce, char *out, size_t cap)
{
	enum bm_twist w = s->twist;
	uint8_t pin[4096];
	int n = EVP_EncodeBlock(pin, s->t->root.der, (int)s->t->root.n);

	if (w == TWIST_PIN)
		pin[n / 2] = pin[n / 2] == 'A' ? 'B' : 'A', pin[9] = 'A';
	(void)snprintf(out, cap,
	    "%s{\"ietf-voucher:voucher\": {%s%s%s"
	    "\"nonce\":\"%s\", \"serial-number\" : \"%s\","
	    "\"assertion\":\"verified\",\"more\":[1,{\"a\":[]},-2.5e3],"
	    "%s%s%s\"additional-configuration-url\":"
	    "\"https:\\/\\/config.example\\/dw-9\"%s}}%s",
	    w == TWIST_JSON ? "{" : "",
	    w == TWIST_NO_DATE	    ? ""
		: w == TWIST_FUTURE ? "\"created-on\":\"2031-01-01T00:00:00Z\","
				    : "\"created-on\":\"2030-03-17T17:46:39."
				      "25Z\",",
	    w == TWIST_EXPIRED ? "\"expires-on\":\"2030-03-17T17:46:39Z\","
			       : "",
	    w == TWIST_TWICE ? "\"nonce\":\"\"," : "",
	    w == TWIST_NONCE ? "AAAAAAAAAAAAAAAAAAAAAA==" : nonce,
	    w == TWIST_SERIAL ? "CHIP-0002" : BM_CASE_SERIAL,
	    w == TWIST_NO_PIN ? "" : "\"pinned-domain-cert\":\"",
	    w == TWIST_NO_PIN ? "" : (const char *)pin,
	    w == TWIST_NO_PIN ? "" : "\",",
	    w == TWIST_NO_EST ? ""
		: w == TWIST_EST_PLAIN
		? ",\"est-domain\":\"http://est.example\""
		: w == TWIST_EST_PATH
		? ",\"est-domain\":\"https://est.example/other\""
		: ",\"est-domain\":\"https://acc-1.est.example:8444\"",
	    w == TWIST_ISSUER ? "  " : "");
	if (w == TWIST_ISSUER) {
		char *end = strstr(out, "}}");

		(void)snprintf(end, cap - (size_t)(end - out),
		    ",\"idevid-issuer\":\"AAAA\"}}");
	}
}

static inline size_t bm_server_sign(struct bm_server *s, const char *json,
    uint8_t *out)
{
	struct bm_case_cert *by =
	    s->twist == TWIST_SIGNER ? &s->t->birth : &s->t->voucher_signer;
	unsigned int flags = CMS_PARTIAL | CMS_BINARY | CMS_NOSMIMECAP;
	BIO *in = BIO_new_mem_buf(json, -1);
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, flags);
	ASN1_OBJECT *type = OBJ_txt2obj("1.2.840.113549.1.9.16.1.40", 1);
	uint8_t *p = out;
	size_t n;

	if (s->twist != TWIST_TYPE)
		assert_true(CMS_set1_eContentType(cms, type));
	assert_non_null(CMS_add1_signer(cms, by->x, by->key, NULL,
	    flags | (s->twist == TWIST_NO_ATTRS ? CMS_NOATTR : 0)));
	assert_true(CMS_final(cms, in, NULL, flags));
	n = (size_t)i2d_CMS_ContentInfo(cms, &p);
	if (s->twist == TWIST_TRAILING)
		out[n++] = 0;
	if (s->twist == TWIST_TAMPER) {
		for (p = out; memcmp(p, BM_CASE_SERIAL, 9) != 0;)
			p++;
		p[8] = '2';
	}
	ASN1_OBJECT_free(type);
	CMS_ContentInfo_free(cms);
	BIO_free(in);
	return n;
}

static inline void bm_server_voucher(struct bm_server *s, const uint8_t *body,
    size_t n)
{
	char nonce[64], json[8192];

	bm_server_read_request(s, body, n, nonce);
	if (s->no_voucher) {
		bm_server_text(s, 401, "Retry-After: 600\r\n", "");
		return;
	}
	if (s->twist != TWIST_REPLAY) {
		bm_server_voucher_json(s, nonce, json, sizeof(json));
		s->last_voucher_n = bm_server_sign(s, json, s->last_voucher);
	}
	bm_server_reply(s, 200,
	    s->twist == TWIST_LATE_TYPE
		? "Content-Type: application/json\r\n"
		: "content-type: Application/Voucher-CMS+JSON; a=b\r\n",
	    s->last_voucher, s->last_voucher_n);
}

static inline void bm_server_certs(struct bm_server *s, X509 *a, X509 *b)
{
	PKCS7 *p7 = PKCS7_new();
	uint8_t der[6000], text[9000], *p = der;
	int n;

	assert_true(PKCS7_set_type(p7, NID_pkcs7_signed));
	assert_true(PKCS7_content_new(p7, NID_pkcs7_data));
	(void)PKCS7_set_detached(p7, 1);
	if (a)
		assert_true(PKCS7_add_certificate(p7, a));
	if (b)
		assert_true(PKCS7_add_certificate(p7, b));
	n = i2d_PKCS7(p7, &p);
	assert_true(n > 0);
	PKCS7_free(p7);
	n = EVP_EncodeBlock(text, der, n);
	if (s->twist == TWIST_CERT_GARBAGE)
		text[20] = '!';
	bm_server_reply(s, 200,
	    "Content-Type: application/pkcs7-mime; smime-type=certs-only\r\n"
	    "Content-Transfer-Encoding: base64\r\n",
	    text, (size_t)n);
}

/* Proof of possession is checked; what is issued has our names. */
static inline void bm_server_enrol(struct bm_server *s, const uint8_t *body,
    size_t n)
{
	struct bm_case_cert cert = {0}, other = {0};
	struct bm_case_spec spec = {.cn = "Device",
	    .serial_number = BM_CASE_SERIAL,
	    .issuer = &s->t->issuing,
	    .serial = ++s->serial,
	    .usage = "critical,digitalSignature",
	    .eku = "clientAuth,serverAuth",
	    .san = "URI:urn:birthmark:product:prd_dishwasher",
	    .aia = "OCSP;URI:http://status.example:8080/ocsp"};
	uint8_t *der = malloc(n);
	const uint8_t *p = der;
	EVP_ENCODE_CTX *e = EVP_ENCODE_CTX_new();
	int out = 0, tail = 0;

	EVP_DecodeInit(e);
	assert_true(EVP_DecodeUpdate(e, der, &out, body, (int)n) >= 0);
	assert_int_equal(EVP_DecodeFinal(e, der + out, &tail), 1);
	EVP_ENCODE_CTX_free(e);
	X509_REQ_free(s->csr);
	s->csr = d2i_X509_REQ(NULL, &p, out + tail);
	assert_non_null(s->csr);
	assert_ptr_equal(p, der + out + tail);
	free(der);
	assert_int_equal(X509_REQ_verify(s->csr, X509_REQ_get0_pubkey(s->csr)),
	    1);
	spec.key = X509_REQ_get0_pubkey(s->csr);
	if (s->twist == TWIST_CERT_KEY)
		spec.key = NULL;
	if (s->twist == TWIST_CERT_TIME)
		spec.until_s = -60;
	if (s->twist == TWIST_CERT_SHORT)
		spec.until_s = 300;
	if (s->twist == TWIST_CERT_CA) {
		bm_case_cert(&other,
		    &(struct bm_case_spec){.cn = "Owner issuing",
			.constraints = "critical,CA:TRUE",
			.usage = "critical,keyCertSign"});
		spec.issuer = &other;
	}
	bm_case_cert(&cert, &spec);
	bm_server_certs(s, cert.x, NULL);
	bm_case_cert_clear(&cert);
	bm_case_cert_clear(&other);
}

static inline size_t bm_server_proof(struct bm_case *t, const uint8_t *body,
    size_t n, enum bm_twist twist, uint8_t *out)
{
	const uint8_t *p = body;
	OCSP_REQUEST *req = d2i_OCSP_REQUEST(NULL, &p, (long)n);
	OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	OCSP_RESPONSE *resp;
	OCSP_CERTID *id;
	time_t now = BM_CASE_NOW;
	ASN1_TIME *from, *until;
	uint8_t *q = out;
	size_t len;

	assert_non_null(req);
	assert_ptr_equal(p, body + n);
	assert_int_equal(OCSP_request_onereq_count(req), 1);
	id = OCSP_onereq_get0_id(OCSP_request_onereq_get0(req, 0));
	from =
	    X509_time_adj(NULL, twist == TWIST_STALE ? -2 * 86400 : -60, &now);
	until = X509_time_adj(NULL, twist == TWIST_STALE ? -86400 : 3600, &now);
	assert_non_null(OCSP_basic_add1_status(basic, id,
	    twist == TWIST_REVOKED ? V_OCSP_CERTSTATUS_REVOKED
				   : V_OCSP_CERTSTATUS_GOOD,
	    OCSP_REVOKED_STATUS_KEYCOMPROMISE,
	    twist == TWIST_REVOKED ? from : NULL, from, until));
	assert_true(OCSP_basic_sign(basic, t->responder.x, t->responder.key,
	    EVP_sha256(), NULL, OCSP_RESPID_KEY));
	resp = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
	len = (size_t)i2d_OCSP_RESPONSE(resp, &q);
	ASN1_TIME_free(from);
	ASN1_TIME_free(until);
	OCSP_RESPONSE_free(resp);
	OCSP_BASICRESP_free(basic);
	OCSP_REQUEST_free(req);
	return len;
}

static inline bool bm_server_is(const char *path, const char *end)
{
	size_t n = strlen(path), m = strlen(end);

	return n >= m && strcmp(path + n - m, end) == 0;
}

/* Who may ask for what, and where. */
static inline void bm_server_check(struct bm_server *s, const char *path)
{
	static const struct {
		const char *end;
		enum bm_trust trust;
		enum bm_credential credential;
	} rules[] = {
	    {"/claim", BM_TRUST_REGISTRAR, BM_CREDENTIAL_BIRTH},
	    {"/requestvoucher", BM_TRUST_REGISTRAR, BM_CREDENTIAL_BIRTH},
	    {"/voucher_status", BM_TRUST_REGISTRAR, BM_CREDENTIAL_BIRTH},
	    {"/enrollstatus", BM_TRUST_REGISTRAR, BM_CREDENTIAL_BIRTH},
	    {"/simpleenroll", BM_TRUST_DOMAIN, BM_CREDENTIAL_BIRTH},
	    {"/simplereenroll", BM_TRUST_DOMAIN, BM_CREDENTIAL_OPERATIONAL},
	    {"/peers", BM_TRUST_DOMAIN, BM_CREDENTIAL_OPERATIONAL},
	    {"/ocsp", BM_TRUST_NONE, BM_CREDENTIAL_NONE},
	};
	size_t i;

	for (i = 0; i < COUNT(rules); i++)
		if (bm_server_is(path, rules[i].end)) {
			assert_int_equal(s->trust, rules[i].trust);
			assert_int_equal(s->credential, rules[i].credential);
		}
}

static inline void bm_server_answer(struct bm_server *s, const char *path,
    const uint8_t *body, size_t n)
{
	uint8_t der[4096];

	if (bm_server_is(path, "/claim"))
		bm_server_text(s, 200, "Content-Type: application/json\r\n",
		    "{\"state\":\"bound\"}");
	else if (bm_server_is(path, "/requestvoucher"))
		bm_server_voucher(s, body, n);
	else if (bm_server_is(path, "status"))
		bm_server_text(s, 200, "", "");
	else if (bm_server_is(path, "/cacerts"))
		bm_server_certs(s,
		    s->twist == TWIST_CACERTS ? s->t->birth.x : s->t->root.x,
		    s->twist == TWIST_CACERTS ? NULL : s->t->issuing.x);
	else if (bm_server_is(path, "enroll"))
		bm_server_enrol(s, body, n);
	else if (bm_server_is(path, "/peers"))
		bm_server_text(s, 200, "Content-Type: application/json\r\n",
		    s->twist == TWIST_PEERS
			? "{\"product\":\"prd_dishwasher\",\"talk_to\":"
			  "[\"prd a\"]}"
			: "{\"product\":\"prd_dishwasher\",\"talk_to\":"
			  "[\"prd_sensor\",\"prd_valve\"]}");
	else if (bm_server_is(path, "/ocsp"))
		bm_server_reply(s, 200,
		    "Content-Type: application/ocsp-response\r\n", der,
		    bm_server_proof(s->t, body, n, s->twist, der));
	else
		bm_server_text(s, 404, "", "");
}

static inline void bm_server_request(struct bm_server *s)
{
	char head[2048], path[128], *end, *length;
	size_t head_n, body_n = 0, log_n = strlen(s->log);

	s->req[s->req_n] = '\0';
	end = strstr((char *)s->req, "\r\n\r\n");
	if (!end)
		return;
	head_n = (size_t)(end + 4 - (char *)s->req);
	assert_in_range(head_n, 1, sizeof(head) - 1);
	memcpy(head, s->req, head_n);
	head[head_n] = '\0';
	length = strstr(head, "Content-Length: ");
	if (length)
		body_n = strtoul(length + 16, NULL, 10);
	if (s->req_n < head_n + body_n)
		return;
	assert_int_equal(s->req_n, head_n + body_n);
	assert_non_null(strstr(head, s->host));
	end = strchr(head, ' ') + 1;
	(void)snprintf(path, sizeof(path), "%.*s", (int)strcspn(end, " "), end);
	(void)snprintf(s->log + log_n, sizeof(s->log) - log_n, "%s%s",
	    log_n ? " " : "", strrchr(path, '/') + 1);
	bm_server_check(s, path);
	if (bm_server_is(path, "status"))
		(void)snprintf(s->status, sizeof(s->status), "%.*s",
		    (int)body_n, s->req + head_n);
	if (s->instead.times > 0 && bm_server_is(path, s->instead.path)) {
		s->instead.times--;
		bm_server_text(s, s->instead.status, s->instead.headers, "no");
	} else {
		bm_server_answer(s, path, s->req + head_n, body_n);
	}
	s->req_n = 0;
	s->served++;
}

static inline void bm_server_connect(struct bm_server *s,
    const struct bm_io *io)
{
	struct bm_case *t = s->t;

	if (s->unreachable && strcmp(io->host, s->unreachable) == 0) {
		bm_failed(&t->bm, BM_WHY_CONNECT);
		return;
	}
	s->connections++;
	s->req_n = s->resp_n = s->resp_at = s->served = 0;
	s->closed = false;
	s->trust = io->trust;
	s->credential = io->credential;
	(void)snprintf(s->host, sizeof(s->host), "%s", io->host);
	if (io->trust == BM_TRUST_DOMAIN) {
		assert_int_equal(io->trust_cert.n, t->root.n);
		assert_memory_equal(io->trust_cert.p, t->root.der, t->root.n);
	}
	if (io->credential == BM_CREDENTIAL_OPERATIONAL) {
		const uint8_t *p = io->cert.p;
		X509 *x = d2i_X509(NULL, &p, (long)io->cert.n);

		assert_non_null(x);
		assert_int_equal(X509_check_private_key(x, t->keys[io->key]),
		    1);
		X509_free(x);
	}
	bm_connected(&t->bm);
}

static inline void bm_server_receive(struct bm_server *s, struct bm_io *io)
{
	size_t n = s->resp_n - s->resp_at;

	if (n == 0) {
		bm_received(&s->t->bm, NULL, 0);
		return;
	}
	if (s->chunk > 0 && n > s->chunk)
		n = s->chunk;
	if (n > io->cap)
		n = io->cap;
	memcpy(io->buf, s->resp + s->resp_at, n);
	s->resp_at += n;
	bm_received(&s->t->bm, io->buf, n);
}

/* True when this event is the one that breaks the connection. */
static inline bool bm_server_breaks(struct bm_server *s, enum bm_want want,
    bool *open)
{
	if (want != BM_CONNECT && want != BM_SEND && want != BM_RECEIVE)
		return false;
	if (++s->events != s->break_at)
		return false;
	*open = false;
	bm_failed(&s->t->bm,
	    want == BM_CONNECT	     ? BM_WHY_TLS
		: s->events % 2 == 0 ? BM_WHY_IO
				     : BM_WHY_TIMEOUT);
	return true;
}

/* Until the library says to wait, is done or has failed. */
static inline enum bm_want bm_server_pump(struct bm_server *s, struct bm_io *io)
{
	struct bm *b = &s->t->bm;
	bool open = false;
	size_t n, turns;

	for (turns = 0; turns < 200000; turns++) {
		enum bm_want want = bm_next(b, s->t->now_s, io);

		if (bm_server_breaks(s, want, &open))
			continue;
		switch (want) {
		case BM_CONNECT:
			assert_false(open);
			bm_server_connect(s, io);
			open = s->unreachable == NULL ||
			    strcmp(io->host, s->unreachable) != 0;
			break;
		case BM_SEND:
			assert_true(open && io->data.n > 0);
			n = io->data.n;
			if (s->drop_kept && s->served > 0) {
				open = false;
				bm_failed(b, BM_WHY_IO);
				break;
			}
			if (s->chunk > 0 && n > s->chunk)
				n = s->chunk;
			assert_in_range(s->req_n + n, 1, sizeof(s->req) - 1);
			memcpy(s->req + s->req_n, io->data.p, n);
			s->req_n += n;
			bm_sent(b, n);
			bm_server_request(s);
			break;
		case BM_RECEIVE:
			assert_true(open && io->cap > 0);
			bm_server_receive(s, io);
			break;
		case BM_CLOSE:
			assert_true(open);
			open = false;
			break;
		default:
			assert_false(open);
			return want;
		}
	}
	fail_msg("the pump does not end");
	return BM_FAILED;
}

static inline void bm_server_init(struct bm_server *s, struct bm_case *t)
{
	memset(s, 0, sizeof(*s));
	s->t = t;
}

static inline void bm_server_clear(struct bm_server *s)
{
	X509_REQ_free(s->csr);
}

#endif
