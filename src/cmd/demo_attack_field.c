/* Attacks on identity in the field: on registrar, enrolment and other devices.
 * Requests by hand are made with keys of chips that the attacker owns. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/rand.h"
#include "cmd/demo_attack.h"
#include "cmd/demo_field.h"
#include "cmd/proc.h"
#include "cmd/stage_field.h"
#include "device/chip.h"
#include "pki/cms_wrap.h"
#include "pki/csr.h"

#define ANSWER_MAX (64 * 1024)
#define STOP_MS 5000
#define REQUEST_VOUCHER "/.well-known/brski/requestvoucher"
#define ENROL "/.well-known/est/simpleenroll"
#define RENEW "/.well-known/est/simplereenroll"
#define CLAIM "/.well-known/birthmark/claim"

/* The device port, by hand */

struct post {
	const char *identity; /* PEM file: certificate and key */
	const char *path, *type;
	struct span body;
};

/* What was refused is in e: a problem document's detail and code, or EST's
 * text. */
static enum rc judge(const struct fetch_answer *a, struct err *e)
{
	struct span said = buf_span(&a->body);

	if (a->status >= 200 && a->status < 300)
		return RC_OK;
	if (said.n > 0 && said.p[0] == '{')
		return client_problem(a->status, said, e);
	while (said.n > 0 && said.p[said.n - 1] <= ' ')
		said.n--;
	return err_set(e, RC_DENIED, "refused", "%.*s", (int)said.n,
	    (const char *)said.p);
}

static enum rc post(struct demo *d, const struct post *p, struct buf *answer,
    struct err *e)
{
	struct fetch_options o = {.cert_file = p->identity,
	    .key_file = p->identity,
	    .allow_private = true,
	    .connect_ms = 5000,
	    .total_ms = 10000,
	    .answer_max = ANSWER_MAX};
	struct fetch_request r = FETCH_REQUEST;
	char ca[STAGE_PATH], url[256];
	struct fetch *f = NULL;
	struct fetch_answer a;
	enum rc rc;

	fetch_answer_init(&a);
	rc = stage_path(&d->stage, "service/tls/cert.pem", ca, e);
	o.ca_file = ca;
	(void)snprintf(url, sizeof(url), "https://localhost:%s%s",
	    stage_get(&d->stage, "device.port"), p->path);
	r.method = "POST";
	r.url = url;
	r.content_type = p->type;
	r.body = p->body;
	if (rc == RC_OK)
		rc = fetch_new(&f, &o, e);
	if (rc == RC_OK)
		rc = fetch_do(f, &r, &a, e);
	if (rc == RC_OK)
		rc = judge(&a, e);
	if (rc == RC_OK && answer != NULL)
		buf_add_span(answer, buf_span(&a.body));
	fetch_answer_clear(&a);
	fetch_free(f);
	return rc;
}

/* Vouchers */

static enum rc open_chip(struct demo *d, const char *reel, unsigned int index,
    struct demo_device *dev, struct chip *c, struct err *e)
{
	struct chip_place place = {dev->chip, NULL};
	enum rc rc = demo_device_take(d, reel, index, dev, e);

	return rc == RC_OK ? chip_open(c, &place, e) : rc;
}

/* A voucher request (RFC 8995 3) that this chip signs for itself. */
static enum rc make_request(const struct chip *c, struct buf *cms,
    struct err *e)
{
	struct cms_wrap w = {.type = CMS_WRAP_VOUCHER,
	    .cert = buf_span(&c->der)};
	char now[CLOCK_TEXT_SIZE];
	uint8_t bytes[16];
	struct buf nonce;
	json_t *request;
	char *text;
	enum rc rc;

	buf_init(&nonce, 64);
	rand_bytes(bytes, sizeof(bytes));
	enc_base64(&nonce, span_of(bytes, sizeof(bytes)));
	clock_text(clock_now_s(), now);
	request =
	    json_pack("{s:{s:s,s:s,s:s,s:s}}", "ietf-voucher-request:voucher",
		"serial-number", c->id, "nonce", buf_cstr(&nonce), "created-on",
		now, "assertion", "agent-proximity");
	text = json_dumps(request, JSON_COMPACT);
	w.content = span_str(text);
	rc = cms_wrap_sign(&w, c->key, clock_now_s(), cms, e);
	free(text);
	json_decref(request);
	buf_clear(&nonce);
	return rc;
}

/* By a chip whose request `by` signed, `times` times over. */
static enum rc ask_voucher(struct demo *d, unsigned int index, unsigned int by,
    unsigned int times, struct err *e)
{
	struct post p = {.path = REQUEST_VOUCHER,
	    .type = "application/voucher-cms+json"};
	struct demo_device dev, signer;
	struct chip c = {0};
	struct buf cms;
	unsigned int i;
	enum rc rc;

	buf_init(&cms, CMS_WRAP_MAX);
	rc = open_chip(d, "story", by, &signer, &c, e);
	if (rc == RC_OK)
		rc = demo_device_take(d, "story", index, &dev, e);
	if (rc == RC_OK)
		rc = make_request(&c, &cms, e);
	p.identity = dev.chip;
	p.body = buf_span(&cms);
	for (i = 0; rc == RC_OK && i < times; i++)
		rc = post(d, &p, NULL, e);
	chip_close(&c);
	buf_clear(&cms);
	return rc;
}

static enum rc replayed_request(struct demo *d, struct err *e)
{
	return ask_voucher(d, 3, 3, 2, e);
}

static enum rc others_request(struct demo *d, struct err *e)
{
	return ask_voucher(d, 3, 4, 1, e);
}

/* The device trusts another signer than the one that signs its voucher. */
static enum rc others_voucher(struct demo *d, struct err *e)
{
	char anchor[STAGE_PATH];
	const struct demo_device_boot how = {.voucher_anchor = anchor};
	struct demo_device dev;
	enum rc rc = demo_device_take(d, "story", 5, &dev, e);

	if (rc == RC_OK)
		rc = stage_path(&d->stage, "broker/ca.pem", anchor, e);
	return rc == RC_OK ? demo_device_boot(d, &dev, &how, NULL, e) : rc;
}

/* Enrolment */

/* A request for a certificate in this name, with a key of its own. */
static enum rc enrol(struct demo *d, const char *identity, const char *path,
    const char *name, struct buf *answer, struct err *e)
{
	struct post p = {.identity = identity,
	    .path = path,
	    .type = "application/pkcs10"};
	struct key *k = NULL;
	struct buf der, body;
	enum rc rc;

	buf_init(&der, CSR_MAX);
	buf_init(&body, 2 * (size_t)CSR_MAX);
	rc = key_generate(&k, KEY_P256, e);
	if (rc == RC_OK)
		rc = csr_build(k, name, NULL, NULL, &der, e);
	enc_base64(&body, buf_span(&der));
	p.body = buf_span(&body);
	if (rc == RC_OK)
		rc = post(d, &p, answer, e);
	key_free(k);
	buf_clear(&der);
	buf_clear(&body);
	return rc;
}

/* The service answers with a certificate: whose name is in it? */
static enum rc others_name(struct demo *d, struct err *e)
{
	struct demo_device thief, victim;
	struct chip own = {0}, other = {0};
	struct buf answer, der;
	enum rc rc;

	buf_init(&answer, ANSWER_MAX);
	buf_init(&der, ANSWER_MAX);
	rc = open_chip(d, "story", 3, &thief, &own, e);
	if (rc == RC_OK)
		rc = open_chip(d, "story", 4, &victim, &other, e);
	if (rc == RC_OK)
		rc = enrol(d, thief.chip, ENROL, other.id, &answer, e);
	if (rc == RC_OK && !enc_unbase64(&der, buf_span(&answer), true))
		rc = err_set(e, RC_INVALID, "garbage",
		    "The service's answer is no certificate.");
	if (rc == RC_OK &&
	    memmem(der.p, der.n, other.id, strlen(other.id)) == NULL &&
	    memmem(der.p, der.n, own.id, strlen(own.id)) != NULL)
		rc = err_set(e, RC_DENIED, "own-name",
		    "It asked for the name %s and got a certificate in its "
		    "own name, %s.",
		    other.id, own.id);
	chip_close(&own);
	chip_close(&other);
	buf_clear(&answer);
	buf_clear(&der);
	return rc;
}

static enum rc unbound(struct demo *d, struct err *e)
{
	struct demo_device dev;
	enum rc rc = demo_device_take(d, "free", 1, &dev, e);

	return rc == RC_OK ? enrol(d, dev.chip, ENROL, "mine", NULL, e) : rc;
}

/* Its key and certificate, as the device has put them away, in one file. */
static enum rc own_identity(struct demo *d, const struct demo_device *dev,
    char out[STAGE_PATH], struct err *e)
{
	char path[STAGE_PATH];
	struct buf pem, der;
	enum rc rc = file_join(path, sizeof(path), dev->state, "key-a", e);

	buf_init(&pem, ANSWER_MAX);
	buf_init(&der, CERT_DER_MAX);
	if (rc == RC_OK)
		rc = file_read(path, &pem, e);
	if (rc == RC_OK)
		rc = file_join(path, sizeof(path), dev->state, "cert-a.der", e);
	if (rc == RC_OK)
		rc = file_read(path, &der, e);
	enc_pem(&pem, "CERTIFICATE", buf_span(&der));
	if (rc == RC_OK)
		rc = stage_path(&d->stage, "revoked.pem", out, e);
	if (rc == RC_OK)
		rc = file_write(out, buf_span(&pem), 0600, e);
	buf_clear_secret(&pem);
	buf_clear(&der);
	return rc;
}

/* The device that was cut off in the story. */
static enum rc revoked_renews(struct demo *d, struct err *e)
{
	char identity[STAGE_PATH];
	struct demo_device dev;
	enum rc rc = demo_device_take(d, "story", 1, &dev, e);

	if (rc == RC_OK)
		rc = own_identity(d, &dev, identity, e);
	return rc == RC_OK ? enrol(d, identity, RENEW, NULL, NULL, e) : rc;
}

/* Claim vouchers */

static enum rc claim(struct demo *d, const char *name, struct err *e)
{
	struct post p = {.path = CLAIM, .type = "application/json"};
	char file[96], path[STAGE_PATH];
	struct demo_device dev;
	json_t *body = NULL;
	char *text = NULL;
	struct buf token;
	enum rc rc;

	buf_init(&token, ANSWER_MAX);
	(void)snprintf(file, sizeof(file), "%s.token", name);
	rc = stage_path(&d->stage, file, path, e);
	if (rc == RC_OK)
		rc = file_read(path, &token, e);
	if (rc == RC_OK)
		rc = demo_device_take(d, "free", 1, &dev, e);
	if (rc == RC_OK) {
		body = json_pack("{s:s}", "voucher", buf_cstr(&token));
		text = json_dumps(body, JSON_COMPACT);
		p.identity = dev.chip;
		p.body = span_str(text);
		rc = post(d, &p, NULL, e);
	}
	free(text);
	json_decref(body);
	buf_clear(&token);
	return rc;
}

static enum rc one_too_many(struct demo *d, struct err *e)
{
	return claim(d, "spring", e);
}

static enum rc revoked_claim(struct demo *d, struct err *e)
{
	enum rc rc =
	    stage_field_claim(&d->stage, &d->admin, "autumn", "product", 5, e);

	if (rc == RC_OK)
		rc = stage_field_unclaim(&d->stage, &d->admin, "autumn", e);
	return rc == RC_OK ? claim(d, "autumn", e) : rc;
}

/* Device to device */

static enum rc talk_to_thermostat(struct demo *d, const char *reel,
    const char *proof_age, struct err *e)
{
	struct demo_device dev, thermostat;
	pid_t pid = 0;
	enum rc rc = demo_device_take(d, reel, 0, &dev, e);

	if (rc == RC_OK)
		rc = demo_device_take(d, "thermostat", 0, &thermostat, e);
	if (rc == RC_OK)
		rc = demo_device_listen(d, &thermostat, "thermostat.port",
		    proof_age, &pid, e);
	if (rc == RC_OK)
		rc = demo_device_talk(d, &dev, "thermostat.port", NULL, e);
	proc_stop(pid, STOP_MS);
	return rc;
}

static enum rc wrong_product(struct demo *d, struct err *e)
{
	return talk_to_thermostat(d, "story", NULL, e);
}

static enum rc others_device(struct demo *d, struct err *e)
{
	const struct demo_device_boot how = {.settle = true};
	struct demo_device dev;
	enum rc rc = demo_device_take(d, "rival", 0, &dev, e);

	if (rc == RC_OK)
		rc = demo_device_boot(d, &dev, &how, NULL, e);
	return rc == RC_OK ? talk_to_thermostat(d, "rival", NULL, e) : rc;
}

/* Revoked, it has no proof but the one that it got before. */
static enum rc stale_proof(struct demo *d, struct err *e)
{
	struct demo_device sensor;
	char fp[65];
	enum rc rc = demo_device_take(d, "sensor", 0, &sensor, e);

	if (rc == RC_OK)
		rc = demo_field_fingerprint(&sensor, fp, e);
	if (rc == RC_OK)
		rc = stage_field_revoke(&d->stage, &d->admin, fp, e);
	return rc == RC_OK ? talk_to_thermostat(d, "sensor", "1", e) : rc;
}

const struct demo_attack demo_attack_field[] = {
    {"a replayed voucher request", replayed_request, "[voucher-replayed]"},
    {"a voucher request of another device", others_request, "[voucher-signer]"},
    {"a voucher signed by another", others_voucher, "[voucher-signature]"},
    {"a request for a certificate in another's name", others_name,
	"in its own name"},
    {"the enrolment of a chip that nobody bound", unbound, "not bound"},
    {"a renewal with a revoked certificate", revoked_renews, "revoked"},
    {"a claim voucher used once more than it may", one_too_many,
	"[claim-limit]"},
    {"a revoked claim voucher", revoked_claim, "[claim-revoked]"},
    {"a device of a product that may not talk", wrong_product,
	"[peer-not-allowed]"},
    {"a device of another owner", others_device, "[peer-"},
    {"a revoked device with its status proof of before", stale_proof,
	"[proof-stale]"},
    {NULL, NULL, NULL},
};
