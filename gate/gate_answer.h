/* The gate's HTTP interface, as an http_app: may this certificate in?
 *
 * /admit, GET or POST, with exactly one of: header X-SSL-Client-Cert (PEM,
 * percent-encoded, as nginx's $ssl_client_escaped_cert), header
 * X-Client-Fingerprint or query fingerprint (hex SHA-256 of the DER), a body
 * of PEM, or a body {"certificate": PEM} or {"fingerprint": hex}; the body may
 * have the "client_id" of an MQTT client, which then has to be the device's.
 * 200 {"admit":true,...} or 403 {"admit":false,"reason"}.
 * /emqx, POST with {"certificate": base64 of the DER, "subject",
 * "common_name", "client_id"}, all of which EMQX must know from the handshake
 * but the last: 200 {"result":"allow" or "deny",...}, as EMQX asks, which
 * passes over any other status.
 * /healthz: what the table holds and when it was last known to be current. */
#ifndef BIRTHMARK_GATE_GATE_ANSWER_H
#define BIRTHMARK_GATE_GATE_ANSWER_H

#include "gate/decide.h"
#include "gate/gate_report.h"
#include "net/http.h"

#define GATE_ANSWER_BODY_MAX (32u * 1024)

struct gate_answer {
	struct table *t;		/* for reading; this thread's own */
	int64_t (*synced_s)(void *arg); /* 0: never; may be NULL */
	void *arg;
	struct gate_report *report; /* told who is let in; may be NULL */
};

/* app->ctx borrows a. */
void gate_answer_app(struct gate_answer *a, struct http_app *app);
/* The decision for one request; pure but for the table. */
void gate_answer_admit(struct gate_answer *a, const struct http_request *req,
    int64_t now_s, struct http_response *resp);

#endif
