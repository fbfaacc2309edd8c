/* The gate's HTTP interface: may this certificate in?
 * Must not admit on any fault, nor guess between two certificates. */
#include <jansson.h>
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/json.h"
#include "gate/gate_answer.h"
#include "pki/cert.h"

/* What a request asks about. */
struct question {
	unsigned int sources;
	bool has_fp, has_cert, has_id, bad;
	uint8_t fp[TABLE_FP];
	struct buf der;
	struct buf client_id;
};

static void start_json(struct http_response *resp, int status, struct json *w)
{
	resp->status = status;
	resp->content_type = "application/json";
	json_init(w, &resp->body);
	json_obj(w);
}

static void answer_fault(struct http_response *resp, int status,
    const char *why)
{
	struct json w;

	start_json(resp, status, &w);
	json_put_bool(&w, "admit", false);
	json_put_str(&w, "reason", why);
	json_end(&w);
}

static void take_fp(struct question *q, struct span hex)
{
	size_t n = 0;

	q->sources++;
	if (enc_unhex(hex, q->fp, &n, TABLE_FP) && n == TABLE_FP)
		q->has_fp = true;
	else
		q->bad = true;
}

static void take_pem(struct question *q, struct span pem)
{
	q->sources++;
	buf_reset(&q->der);
	if (enc_unpem(&q->der, "CERTIFICATE", &pem))
		q->has_cert = true;
	else
		q->bad = true;
}

static void take_base64(struct question *q, struct span text)
{
	q->sources++;
	buf_reset(&q->der);
	if (enc_unbase64(&q->der, text, false))
		q->has_cert = true;
	else
		q->bad = true;
}

static void take_escaped(struct question *q, struct span escaped)
{
	struct buf pem;

	buf_init(&pem, GATE_ANSWER_BODY_MAX);
	if (enc_unpercent(&pem, escaped)) {
		take_pem(q, buf_span(&pem));
	} else {
		q->sources++;
		q->bad = true;
	}
	buf_clear(&pem);
}

static void take_id(struct question *q, json_t *id)
{
	if (!id)
		return;
	q->has_id = true;
	if (json_is_string(id))
		buf_add(&q->client_id, json_string_value(id),
		    json_string_length(id));
	else
		q->bad = true;
}

static void take_json(struct question *q, struct span body)
{
	json_t *root, *cert, *fp;

	root = json_loadb((const char *)body.p, body.n, JSON_REJECT_DUPLICATES,
	    NULL);
	cert = json_object_get(root, "certificate");
	fp = json_object_get(root, "fingerprint");
	if (json_is_string(cert))
		take_pem(q,
		    span_of(json_string_value(cert), json_string_length(cert)));
	if (json_is_string(fp))
		take_fp(q,
		    span_of(json_string_value(fp), json_string_length(fp)));
	take_id(q, json_object_get(root, "client_id"));
	if (!json_is_string(cert) && !json_is_string(fp)) {
		q->sources++;
		q->bad = true;
	}
	json_decref(root);
}

static bool is_ascii(struct span s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] < 0x20 || s.p[i] > 0x7e)
			return false;
	return true;
}

/* What EMQX tells of the handshake's certificate, which nobody without a
 * handshake can write, has to fit: should its configuration take the
 * certificate from what a client sends, that is no proof of the key. */
static bool is_of_handshake(json_t *root, struct span der)
{
	const char *subject =
	    json_string_value(json_object_get(root, "subject"));
	json_t *name = json_object_get(root, "common_name");
	struct cert c;
	struct span cn;

	/* "CN=..."; without a handshake it is empty or "undefined". */
	if (!subject || !strchr(subject, '=') || !json_is_string(name) ||
	    cert_parse(&c, der, NULL) != RC_OK)
		return false;
	cn = cert_subject_attr(&c, "2.5.4.3");
	/* EMQX writes other characters in a way of its own. */
	if (cn.n == 0 || !is_ascii(cn))
		return true;
	return span_eq(cn,
	    span_of(json_string_value(name), json_string_length(name)));
}

/* EMQX writes a certificate as the base64 of its DER, without lines. */
static void read_emqx(struct question *q, const struct http_request *req)
{
	json_t *root = json_loadb((const char *)req->body.p, req->body.n,
	    JSON_REJECT_DUPLICATES, NULL);
	json_t *cert = json_object_get(root, "certificate");

	if (json_is_string(cert) && json_string_length(cert) > 0)
		take_base64(q,
		    span_of(json_string_value(cert), json_string_length(cert)));
	take_id(q, json_object_get(root, "client_id"));
	q->bad =
	    q->bad || !q->has_id || !is_of_handshake(root, buf_span(&q->der));
	json_decref(root);
}

static void read_question(struct question *q, const struct http_request *req)
{
	const struct span *escaped = http_find(req, "X-SSL-Client-Cert");
	const struct span *fp = http_find(req, "X-Client-Fingerprint");
	char text[2 * TABLE_FP + 1];

	if (escaped && escaped->n > 0)
		take_escaped(q, *escaped);
	if (fp && fp->n > 0)
		take_fp(q, *fp);
	if (http_query(req, "fingerprint", text, sizeof(text)))
		take_fp(q, span_str(text));
	if (req->body.n == 0)
		return;
	if (req->body.p[0] == '{')
		take_json(q, req->body);
	else
		take_pem(q, req->body);
}

/* Names may hold any character; header fields may not. */
static void add_name_header(struct http_response *resp, const char *name,
    const char *value)
{
	struct buf b;

	buf_init(&b, 4 * TABLE_NAME_MAX);
	enc_percent(&b, span_str(value));
	if (buf_cstr(&b) && b.n > 0)
		http_add_header(resp, name, "%s", buf_cstr(&b));
	buf_clear(&b);
}

static void write_decision(const struct decide *d, struct http_response *resp)
{
	struct json w;

	start_json(resp, d->admit ? 200 : 403, &w);
	json_put_bool(&w, "admit", d->admit);
	if (d->admit) {
		json_put_str(&w, "device", d->device);
		json_put_str(&w, "product", d->product);
		json_put_str(&w, "batch", d->batch);
		add_name_header(resp, "X-Birthmark-Device", d->device);
		add_name_header(resp, "X-Birthmark-Product", d->product);
		add_name_header(resp, "X-Birthmark-Batch", d->batch);
	} else {
		json_put_str(&w, "reason", d->reason);
	}
	json_put_hex(&w, "fingerprint", span_of(d->fp, TABLE_FP));
	json_end(&w);
}

/* Names may hold what means more in a topic: + # / */
static void put_attr(struct json *w, const char *name, const char *value)
{
	struct buf b;

	buf_init(&b, 4 * TABLE_NAME_MAX);
	enc_percent(&b, span_str(value));
	json_put_str(w, name, buf_ok(&b) && b.n > 0 ? buf_cstr(&b) : "");
	buf_clear(&b);
}

/* A client of EMQX gets its names as attributes, for the rules there. */
static void write_emqx(const struct decide *d, struct http_response *resp)
{
	struct json w;

	start_json(resp, 200, &w);
	json_put_str(&w, "result", d->admit ? "allow" : "deny");
	json_put_bool(&w, "is_superuser", false);
	if (d->admit) {
		json_key(&w, "client_attrs");
		json_obj(&w);
		put_attr(&w, "device", d->device);
		put_attr(&w, "product", d->product);
		put_attr(&w, "batch", d->batch);
		json_end(&w);
	}
	json_end(&w);
}

static void refuse(struct decide *d, const char *why)
{
	d->admit = false;
	d->reason = why;
}

/* 0: decided; else the status of a question that is none. */
static int decide_question(struct gate_answer *a, struct question *q,
    int64_t now_s, struct decide *d)
{
	if (q->sources == 0)
		refuse(d, "no certificate");
	else if (q->sources > 1)
		refuse(d, "more than one certificate");
	else if (q->bad)
		refuse(d, "not a certificate");
	if (q->sources != 1 || q->bad)
		return q->sources > 1 ? 400 : 403;
	if (q->has_cert)
		decide_cert(a->t, buf_span(&q->der), now_s, d);
	else
		decide_fingerprint(a->t, q->fp, d);
	if (d->admit && q->has_id &&
	    !decide_client_id(d, buf_span(&q->client_id)))
		refuse(d, "the client id is not the device's");
	return 0;
}

void gate_answer_admit(struct gate_answer *a, const struct http_request *req,
    int64_t now_s, struct http_response *resp)
{
	struct question q = {0};
	struct decide d = {0};
	bool emqx = span_eq_str(req->path, "/emqx");
	int fault;

	buf_init(&q.der, CERT_DER_MAX);
	buf_init(&q.client_id, GATE_ANSWER_BODY_MAX);
	if (emqx)
		read_emqx(&q, req);
	else
		read_question(&q, req);
	fault = decide_question(a, &q, now_s, &d);
	if (d.admit && a->report)
		gate_report_note(a->report, d.fp, now_s);
	if (emqx)
		write_emqx(&d, resp);
	else if (fault != 0)
		answer_fault(resp, fault, d.reason);
	else
		write_decision(&d, resp);
	buf_clear(&q.der);
	buf_clear(&q.client_id);
}

static void answer_health(struct gate_answer *a, struct http_response *resp)
{
	struct json w;

	start_json(resp, 200, &w);
	json_put_str(&w, "status", "ok");
	json_put_u64(&w, "devices", table_admitted(a->t));
	json_put_str(&w, "cursor", table_cursor(a->t));
	json_put_time(&w, "synced_at", a->synced_s ? a->synced_s(a->arg) : 0);
	json_end(&w);
}

static bool on_head(void *ctx, struct http_request *req,
    struct http_response *resp)
{
	bool known = span_eq_str(req->path, "/admit") ||
	    span_eq_str(req->path, "/emqx") ||
	    span_eq_str(req->path, "/healthz");

	if (!known) {
		answer_fault(resp, 404,
		    "there is only /admit, /emqx and /healthz");
		return false;
	}
	if (req->method != HTTP_GET && req->method != HTTP_POST &&
	    req->method != HTTP_HEAD) {
		http_add_header(resp, "Allow", "GET, HEAD, POST");
		answer_fault(resp, 405, "only GET and POST");
		return false;
	}
	req->body_max = GATE_ANSWER_BODY_MAX;
	return true;
}

static void on_request(void *ctx, struct http_request *req,
    struct http_response *resp)
{
	struct gate_answer *a = ctx;
	struct table_entry ignored;
	static const uint8_t zero[TABLE_FP];

	http_add_header(resp, "Cache-Control", "no-store");
	if (!span_eq_str(req->path, "/healthz")) {
		gate_answer_admit(a, req, clock_now_s(), resp);
		return;
	}
	/* A look at the table follows it when it was replaced. */
	if (table_find(a->t, zero, &ignored, NULL) != RC_OK)
		answer_fault(resp, 500, "the gate's table cannot be read");
	else
		answer_health(a, resp);
}

static void on_done(void *ctx, struct http_request *req,
    const struct http_response *resp)
{
}

static void on_fault(void *ctx, int status, const char *why,
    struct http_response *resp)
{
	answer_fault(resp, status, why);
}

void gate_answer_app(struct gate_answer *a, struct http_app *app)
{
	app->ctx = a;
	app->head = on_head;
	app->handle = on_request;
	app->done = on_done;
	app->fault = on_fault;
}
