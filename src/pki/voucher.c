/* The JSON of vouchers: requests and reports read strictly (RFC 7493), vouchers
 * written with the member names of RFC 8366 and BRSKI-Cloud.
 * Must not decide who may have one. */
#include <jansson.h>
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/json.h"
#include "pki/voucher.h"

#define STATUS_VERSION 1 /* RFC 8995 5.7 */

static enum rc refuse(struct err *e, const char *slug, const char *what)
{
	enum rc rc =
	    err_set(e, RC_INVALID, slug, "The voucher request %s.", what);

	if (e)
		e->ref = "RFC 8995 3";
	return rc;
}

/* An object of I-JSON; the caller owns it. */
static json_t *load(struct span json)
{
	json_t *o = NULL;

	if (json.n > 0 && json.n <= VOUCHER_JSON_MAX)
		o = json_loadb((const char *)json.p, json.n,
		    JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(o))
		return o;
	json_decref(o);
	return NULL;
}

static struct span text_of(const json_t *v)
{
	return json_is_string(v)
	    ? span_of(json_string_value(v), json_string_length(v))
	    : SPAN_NONE;
}

static enum rc read_serial(const json_t *o, struct voucher_request *r,
    struct err *e)
{
	struct span s = text_of(json_object_get(o, "serial-number"));
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] < 0x20 || s.p[i] == 0x7f)
			s.n = 0;
	if (s.n == 0 ||
	    !span_copy_str(s, r->serial_number, sizeof(r->serial_number)))
		return refuse(e, "voucher-serial",
		    "does not name the device by a serial-number of 1 to 64 "
		    "characters");
	return RC_OK;
}

static enum rc read_nonce(const json_t *o, struct voucher_request *r,
    struct err *e)
{
	struct buf raw;
	bool ok;

	buf_init(&raw, VOUCHER_JSON_MAX);
	ok = enc_unbase64(&raw, text_of(json_object_get(o, "nonce")), false) &&
	    raw.n >= VOUCHER_NONCE_MIN && raw.n <= VOUCHER_NONCE_MAX;
	if (ok) {
		memcpy(r->nonce, raw.p, raw.n);
		r->nonce_n = raw.n;
	}
	buf_clear(&raw);
	return ok ? RC_OK
		  : refuse(e, "voucher-nonce",
			"has no nonce of 8 to 32 bytes in base64, by which "
			"its answer would be known as fresh");
}

/* What MUST or may be ignored in a request (RFC 8995 3.3) is: assertion,
 * proximity-registrar-cert, prior-signed-voucher-request, expires-on,
 * pinned-domain-cert, and what later modules add. */
static enum rc read_request(const json_t *o, struct voucher_request *r,
    struct err *e)
{
	const json_t *created = json_object_get(o, "created-on");
	enum rc rc = read_serial(o, r, e);

	if (rc == RC_OK)
		rc = read_nonce(o, r, e);
	if (rc == RC_OK && created &&
	    (!clock_parse(text_of(created), &r->created_on) ||
		r->created_on < 0))
		rc = refuse(e, "voucher-created-on",
		    "has a created-on that is no time of RFC 3339");
	return rc;
}

enum rc voucher_request_parse(struct voucher_request *r, struct span json,
    struct err *e)
{
	json_t *doc = load(json), *o;
	enum rc rc;

	memset(r, 0, sizeof(*r));
	o = json_object_get(doc, "ietf-voucher-request:voucher");
	if (json_object_size(doc) != 1 || !json_is_object(o))
		rc = refuse(e, "voucher-form",
		    "is not a JSON object whose one member is "
		    "\"ietf-voucher-request:voucher\", without names twice");
	else
		rc = read_request(o, r, e);
	if (rc != RC_OK)
		memset(r, 0, sizeof(*r));
	json_decref(doc);
	return rc;
}

static void put_base64(struct json *w, const char *key, struct span bytes)
{
	struct buf text;

	buf_init(&text, VOUCHER_JSON_MAX);
	enc_base64(&text, bytes);
	if (!buf_ok(&text))
		w->out->bad = true;
	json_put_span(w, key, buf_span(&text));
	buf_clear(&text);
}

void voucher_request_build(const struct voucher_request *r, struct buf *json)
{
	struct json w;

	json_init(&w, json);
	json_obj(&w);
	json_key(&w, "ietf-voucher-request:voucher");
	json_obj(&w);
	if (r->created_on != 0)
		json_put_time(&w, "created-on", r->created_on);
	put_base64(&w, "nonce", span_of(r->nonce, r->nonce_n));
	json_put_str(&w, "serial-number", r->serial_number);
	json_end(&w);
	json_end(&w);
}

void voucher_build(const struct voucher *v, struct buf *json)
{
	struct json w;

	json_init(&w, json);
	json_obj(&w);
	json_key(&w, "ietf-voucher:voucher");
	json_obj(&w);
	json_put_time(&w, "created-on", v->created_on);
	json_put_str(&w, "assertion", "verified");
	json_put_str(&w, "serial-number", v->serial_number);
	if (v->idevid_issuer.n > 0)
		put_base64(&w, "idevid-issuer", v->idevid_issuer);
	put_base64(&w, "nonce", v->nonce);
	put_base64(&w, "pinned-domain-cert", v->pinned_domain_cert);
	json_put_str(&w, "est-domain", v->est_domain);
	if (v->configuration)
		json_put_str(&w, "additional-configuration-url",
		    v->configuration);
	json_end(&w);
	json_end(&w);
}

/* Copies what fits, in whole characters; controls of ASCII and of Latin-1
 * (which UTF-8 writes as C2 80 to C2 9F) become spaces. */
static void copy_readable(struct span s, char *out, size_t cap)
{
	size_t n = s.n, i;

	if (n >= cap) {
		n = cap - 1;
		while (n > 0 && (s.p[n] & 0xc0) == 0x80)
			n--;
	}
	for (i = 0; i < n; i++) {
		out[i] = (char)s.p[i];
		if (s.p[i] < 0x20 || s.p[i] == 0x7f)
			out[i] = ' ';
		if (i > 0 && s.p[i - 1] == 0xc2 && s.p[i] < 0xa0)
			out[i - 1] = out[i] = ' ';
	}
	out[n] = '\0';
}

static enum rc bad_status(struct err *e, const char *what)
{
	enum rc rc = err_set(e, RC_INVALID, "status-form",
	    "The status report %s.", what);

	if (e)
		e->ref = "RFC 8995 5.7";
	return rc;
}

static enum rc read_status(const json_t *o, struct voucher_status *s,
    struct err *e)
{
	const json_t *version = json_object_get(o, "version");
	const json_t *status = json_object_get(o, "status");
	const json_t *reason = json_object_get(o, "reason");
	const json_t *context = json_object_get(o, "reason-context");
	size_t n;

	if (!json_is_integer(version) ||
	    json_integer_value(version) != STATUS_VERSION)
		return bad_status(e, "is not of version 1");
	if (!json_is_boolean(status))
		return bad_status(e, "has no \"status\" that is true or false");
	if ((reason && !json_is_string(reason)) ||
	    (context && !json_is_object(context)))
		return bad_status(e,
		    "has a reason that is no text, or a reason-context that "
		    "is no object");
	s->ok = json_is_true(status);
	copy_readable(text_of(reason), s->reason, sizeof(s->reason));
	if (!context)
		return RC_OK;
	n = json_dumpb(context, s->context, sizeof(s->context) - 1,
	    JSON_COMPACT | JSON_ENSURE_ASCII);
	/* A report counts without what its sender wrote too much of. */
	s->context[n < sizeof(s->context) ? n : 0] = '\0';
	return RC_OK;
}

enum rc voucher_status_parse(struct voucher_status *s, struct span json,
    struct err *e)
{
	json_t *o = load(json);
	enum rc rc;

	memset(s, 0, sizeof(*s));
	rc = o ? read_status(o, s, e)
	       : bad_status(e,
		     "is not a JSON object without names that stand twice");
	json_decref(o);
	return rc;
}
