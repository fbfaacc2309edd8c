/* GET /.well-known/birthmark/device on the device port, and whom TLS trusts
 * there.  Must not take a body. */
#include <string.h>

#include "api/api.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/json.h"
#include "cmd/serve_device.h"
#include "core/device.h"
#include "store/store_vendor.h"

#define PATH "/.well-known/birthmark/device"
#define PAGE 50

static void dress(struct http_response *resp)
{
	http_add_header(resp, "Cache-Control", "no-store");
	http_add_header(resp, "X-Content-Type-Options", "nosniff");
}

static void refuse(struct http_response *resp, enum rc rc, const char *slug,
    const char *text)
{
	struct err e;

	(void)err_set(&e, rc, slug, "%s", text);
	api_problem(resp, &e);
	dress(resp);
}

static bool on_head(void *ctx, struct http_request *req,
    struct http_response *resp)
{
	req->body_max = 0;
	if (!span_eq_str(req->path, PATH)) {
		refuse(resp, RC_NOT_FOUND, "not-found",
		    "There is nothing here.");
		return false;
	}
	if (req->method != HTTP_GET && req->method != HTTP_HEAD) {
		refuse(resp, RC_INVALID, "method-not-allowed",
		    "Only GET is answered here.");
		resp->status = 405;
		http_add_header(resp, "Allow", "GET, HEAD");
		return false;
	}
	if (req->client_cert.n == 0) {
		refuse(resp, RC_UNAUTHENTICATED, "certificate-needed",
		    "Connect with the device's birth certificate.");
		return false;
	}
	return true;
}

static void tell(struct http_response *resp, const struct device *d)
{
	struct json w;

	resp->status = 200;
	resp->content_type = "application/json";
	json_init(&w, &resp->body);
	json_obj(&w);
	json_put_str(&w, "device", d->chip_id);
	json_put_hex(&w, "fingerprint", span_of(d->fp, sizeof(d->fp)));
	json_put_str(&w, "state", d->account_id[0] ? "bound" : "unbound");
	json_put_str_or_null(&w, "product", d->product);
	json_end(&w);
	dress(resp);
}

static void on_handle(void *ctx, struct http_request *req,
    struct http_response *resp)
{
	struct serve_device *s = ctx;
	struct err e = {.rc = RC_BUG};
	int64_t now = clock_now_s();
	struct device d;
	enum rc rc;

	device_init(&d);
	rc = device_find_by_cert(s->core, req->client_cert, &d, &e);
	if (rc == RC_OK) {
		tell(resp, &d);
		if (d.account_id[0] && sighting_note(&s->seen, d.seq, now))
			sighting_flush(s->core, &s->seen, now);
	} else {
		api_problem(resp, &e);
		dress(resp);
	}
	device_clear(&d);
}

static void on_fault(void *ctx, int status, const char *why,
    struct http_response *resp)
{
	refuse(resp, RC_INVALID, "bad-request", why);
	resp->status = status;
}

struct http_app serve_device_app(struct serve_device *s)
{
	return (struct http_app){.ctx = s,
	    .head = on_head,
	    .handle = on_handle,
	    .fault = on_fault};
}

static enum rc add_vendor(struct core *c, const char *vendor, struct buf *pem,
    struct err *e)
{
	struct store_vendor_ca cas[PAGE];
	struct buf der;
	size_t i, n = 0;
	enum rc rc;

	rc = store_vendor_ca_list(c->store, vendor, cas, PAGE, &n, e);
	buf_init(&der, CERT_DER_MAX);
	for (i = 0; rc == RC_OK && i < n; i++) {
		buf_reset(&der);
		rc = store_vendor_ca_der(c->store, cas[i].fp, &der, e);
		if (rc == RC_OK)
			enc_pem(pem, "CERTIFICATE", buf_span(&der));
	}
	buf_clear(&der);
	return rc;
}

enum rc serve_device_cas(struct core *c, struct buf *pem, struct err *e)
{
	char after[RAND_ID_SIZE] = "";
	struct store_vendor v[PAGE];
	size_t i, n;
	enum rc rc = RC_BUG;

	do {
		n = 0;
		rc = store_vendor_list(c->store, after, v, PAGE, &n, e);
		for (i = 0; rc == RC_OK && i < n; i++)
			rc = add_vendor(c, v[i].id, pem, e);
		if (n > 0)
			memcpy(after, v[n - 1].id, sizeof(after));
	} while (rc == RC_OK && n == PAGE);
	if (rc == RC_OK && !buf_ok(pem))
		rc = err_set(e, RC_TOO_LARGE, "too-many-cas",
		    "The CAs of all vendors do not fit into memory.");
	return rc;
}
