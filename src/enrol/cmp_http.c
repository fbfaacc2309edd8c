/* CMP: who asks is whoever has signed the message, and that certificate has to
 * be a device's.  Must not answer what is not signed. */
#include "enrol/cmp_http.h"

#include <string.h>

#include "core/ca.h"
#include "core/certificate.h"
#include "enrol/cmp_wait.h"
#include "enrol/enrol_ra.h"
#include "enrol/enrol_rate.h"
#include "pki/cmp_server.h"

#define ANSWER_MAX (128 * 1024)
#define CLOCK_S 3600 /* between clocks */
#define DERS_MAX (CA_CHAIN_MAX * CERT_DER_MAX)

struct turn {
	struct enrol_call *call;
	char product[RAND_ID_SIZE];
	enum rc outcome; /* of issuing */
};

static enum rc issue(struct turn *t, const struct cmp_message *m,
    struct buf *der, struct err *e)
{
	/* Never ENROLMENT_AGAIN: a message that somebody has seen and sends
	 * once more gives what it gave, as long as that is valid. */
	const struct enrolment_request r = {.kind = ENROLMENT_FIRST,
	    .csr = m->request,
	    .label = t->product};
	enum rc rc;

	/* RFC 9483 4.1.3: an update is asked with what is updated. */
	if (m->kind == CMP_MESSAGE_KUR && t->call->who.by_birth)
		return err_set(e, RC_DENIED, "operational-certificate-needed",
		    "Sign an update with the certificate that it updates.");
	rc = enrol_rate_take(enrol_rates(t->call->enrol),
	    t->call->who.device.seq, t->call->now_s, e);
	if (rc != RC_OK)
		return rc;
	return enrolment_issue(t->call->core, &t->call->who, &r, t->call->now_s,
	    der, e);
}

static enum rc on_issue(void *arg, const struct cmp_message *m, struct buf *der,
    struct err *e)
{
	struct turn *t = arg;

	return t->outcome = issue(t, m, der, e);
}

static enum rc on_revoke(void *arg, struct span serial, struct err *e)
{
	struct turn *t = arg;

	return certificate_revoke_own(t->call->core, &t->call->who.device,
	    serial, CRL_CESSATION, t->call->now_s, e);
}

/* What the device does not want is revoked; what it has, it has. */
static enum rc on_confirm(void *arg, struct span hash, bool accepted,
    struct err *e)
{
	struct turn *t = arg;
	struct store_certificate cert;
	enum rc rc;

	if (accepted || hash.n != DIGEST_SHA256)
		return RC_OK;
	store_certificate_init(&cert);
	rc = store_certificate_find_fp(t->call->core->store, hash.p, &cert, e);
	if (rc == RC_OK)
		rc = certificate_revoke_own(t->call->core, &t->call->who.device,
		    span_of(cert.serial, cert.serial_n), CRL_CESSATION,
		    t->call->now_s, e);
	store_certificate_clear(&cert);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc check_type(const struct enrol_call *call, struct err *e)
{
	if (http_is_type(call->req, "application/pkixcmp"))
		return RC_OK;
	return err_set(e, RC_INVALID, "media-type",
	    "The request has to be application/pkixcmp (RFC 6712 3.4).");
}

/* What TLS judges of a certificate on the other port. */
static enum rc check_times(const struct cmp_message *m, int64_t now_s,
    struct err *e)
{
	struct cert cert;
	enum rc rc = cert_parse(&cert, m->signer, e);

	if (rc != RC_OK)
		return rc;
	if (now_s < cert.not_before || now_s > cert.not_after)
		return err_set(e, RC_DENIED, "certificate-expired",
		    "The certificate that signs the message is not valid now.");
	/* RFC 4210 5.1.1, badTime: who repeats a message is late. */
	if (m->time_s != 0 &&
	    (m->time_s < now_s - CLOCK_S || m->time_s > now_s + CLOCK_S))
		return err_set(e, RC_DENIED, "cmp-time",
		    "The message's time is not the service's; leave it out "
		    "without a clock.");
	return RC_OK;
}

static enum rc identify(struct enrol_call *call, const struct cmp_message *m,
    const char *product, struct err *e)
{
	enum rc rc = check_times(m, call->now_s, e);

	if (rc == RC_OK)
		rc = cmp_message_check(m, e);

	if (rc == RC_OK)
		rc = enrolment_identify(call->core, m->signer, call->now_s,
		    &call->who, e);
	if (rc == RC_OK && !call->who.device.account_id[0])
		rc = err_set(e, RC_DENIED, "device-unbound",
		    "Nobody owns this device yet: its reel is not bound.");
	if (rc == RC_OK && strcmp(call->who.device.product_id, product) != 0)
		rc = err_set(e, RC_DENIED, "label-denied",
		    "The device is not of this product.");
	return rc;
}

static enum rc answer(struct turn *t, const struct cmp_message *m,
    struct err *e)
{
	static const struct cmp_server_calls calls = {on_issue, on_revoke,
	    on_confirm};
	struct cmp_server s = {.calls = &calls, .arg = t};
	struct enrol_call *call = t->call;
	struct cmp_wait *waits = enrol_waits(call->enrol);
	const int64_t seq = call->who.device.seq;
	struct cmp_message first;
	struct enrol_ra *ra = NULL;
	struct buf ders, out;
	enum rc rc;

	buf_init(&ders, DERS_MAX);
	buf_init(&out, ANSWER_MAX);
	rc = enrolment_cas(call->core, &call->who, NULL, &ders, e);
	s.cas = buf_span(&ders);
	if (rc == RC_OK)
		rc = enrol_registrar(call->enrol, &ra, e);
	if (rc == RC_OK)
		rc = enrol_ra_get(ra, &call->who.device, call->now_s, &s, e);
	if (m->kind == CMP_MESSAGE_POLLREQ &&
	    cmp_wait_find(waits, seq, m, call->now_s, &first))
		s.first = &first;
	if (rc == RC_OK)
		rc = cmp_server_answer(&s, m, &out, e);
	if (rc == RC_OK && t->outcome == RC_AGAIN && !s.first)
		cmp_wait_put(waits, seq, m, call->now_s);
	else if (rc == RC_OK && t->outcome != RC_AGAIN && s.first)
		cmp_wait_drop(waits, seq);
	if (rc == RC_OK) {
		call->resp->status = 200;
		call->resp->content_type = "application/pkixcmp";
		buf_add_span(&call->resp->body, buf_span(&out));
	}
	buf_clear(&ders);
	buf_clear(&out);
	return rc;
}

enum rc cmp_http_post(struct enrol_call *call, struct err *e)
{
	struct turn t = {.call = call};
	struct cmp_message m;
	enum rc rc = check_type(call, e);

	if (rc == RC_OK)
		rc = cmp_message_parse(&m, call->req->body, e);
	if (rc == RC_OK &&
	    !span_copy_str(call->param[0], t.product, sizeof(t.product)))
		rc = err_set(e, RC_NOT_FOUND, "not-found",
		    "There is no such product.");
	if (rc == RC_OK)
		rc = identify(call, &m, t.product, e);
	return rc == RC_OK ? answer(&t, &m, e) : rc;
}
