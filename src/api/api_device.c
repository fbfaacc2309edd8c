/* Reads and answers what is about devices.
 * Must not show a device of another account. */
#include "api/api_device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api_list.h"
#include "base/enc.h"
#include "core/device_story.h"
#include "pki/describe.h"
#include "store/store_certificate.h"

#define ANSWER_MAX (512 * 1024)
#define CHAIN_BYTES (1024 * 1024)
#define NAME_BYTES 4096

static void clouds_write(struct json *w, const struct job_device_cloud *c,
    size_t n)
{
	size_t i;

	json_key(w, "clouds");
	json_arr(w);
	for (i = 0; i < n; i++) {
		json_obj(w);
		json_put_str(w, "cloud", c[i].cloud);
		json_put_str(w, "status", c[i].status);
		if (c[i].why[0] != '\0')
			json_put_str(w, "message", c[i].why);
		json_end(w);
	}
	json_end(w);
}

static void cert_write(struct json *w, const struct cert *cert)
{
	enum key_type type = KEY_UNKNOWN;
	struct buf name;

	buf_init(&name, NAME_BYTES);
	cert_name_text(cert->subject, &name);
	json_put_str(w, "subject", buf_cstr(&name));
	if (key_check_spki(cert->spki, &type, NULL) != RC_OK)
		type = KEY_UNKNOWN;
	json_put_str(w, "key", key_type_name(type));
	json_put_time(w, "not_before", cert->not_before);
	json_put_time(w, "not_after",
	    cert->not_after == CERT_NEVER ? 0 : cert->not_after);
	buf_clear(&name);
}

static void pem_write(struct json *w, const char *key, struct span der)
{
	struct buf pem;

	buf_init(&pem, 2 * CERT_DER_MAX);
	enc_pem(&pem, "CERTIFICATE", der);
	if (key)
		json_key(w, key);
	json_span(w, buf_span(&pem));
	buf_clear(&pem);
}

static void extension_write(void *arg, const struct describe_ext *x)
{
	struct json *w = arg;

	json_obj(w);
	json_put_str(w, "oid", x->oid);
	json_put_str(w, "name", x->name);
	json_put_bool(w, "critical", x->critical);
	json_put_span(w, "value", x->value);
	json_end(w);
}

static enum rc details_write(struct json *w, const struct cert *cert,
    struct err *e)
{
	struct buf name;
	enum rc rc;

	buf_init(&name, NAME_BYTES);
	cert_name_text(cert->issuer, &name);
	json_key(w, "details");
	json_obj(w);
	json_put_str(w, "issuer", buf_cstr(&name));
	json_put_str(w, "signature_algorithm", key_sig_name(cert->sig));
	json_key(w, "extensions");
	json_arr(w);
	rc = describe_extensions(cert, extension_write, w, e);
	json_end(w);
	json_end(w);
	buf_clear(&name);
	return rc;
}

static enum rc chain_write(struct api_call *call, struct json *w,
    const struct device *d, struct err *e)
{
	struct device_story_chain chain = {.n = 0};
	enum rc rc;
	size_t i;

	buf_init(&chain.der, CHAIN_BYTES);
	rc = device_story_cas(call->core, d, &chain, e);
	json_key(w, "chain");
	json_arr(w);
	for (i = 0; i < chain.n; i++)
		pem_write(w, NULL, chain.ca[i]);
	json_end(w);
	buf_clear(&chain.der);
	return rc;
}

static void event_write(struct json *w, const struct device_story_event *x)
{
	json_obj(w);
	json_put_time(w, "at", x->at);
	json_put_str(w, "event", x->event);
	json_put_str_or_null(w, "name", x->name);
	json_put_str_or_null(w, "detail", x->detail);
	json_end(w);
}

static enum rc timeline_write(struct api_call *call, struct json *w,
    const struct device *d, const struct job_device_cloud *clouds,
    size_t clouds_n, struct err *e)
{
	struct device_story *story = calloc(1, sizeof(*story));
	enum rc rc = RC_OK;
	size_t i;

	if (!story)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	rc = device_story_events(call->core, d, clouds, clouds_n, story, e);
	json_key(w, "timeline");
	json_arr(w);
	for (i = 0; i < story->n; i++)
		event_write(w, &story->events[i]);
	json_end(w);
	free(story);
	return rc;
}

static enum rc state_write(struct api_call *call, struct json *w,
    const struct device *d, struct err *e)
{
	struct store_certificate_bar bar;
	enum rc rc = store_certificate_bars(call->core->store, d->seq, &bar, e);

	json_put_str(w, "state",
	    bar.birth[0]	  ? "revoked"
		: bar.scrapped	  ? "scrapped"
		: bar.quarantined ? "quarantined"
				  : "active");
	return rc;
}

static void fields_write(struct json *w, const struct device *d,
    const struct cert *cert)
{
	json_put_hex(w, "fingerprint", span_of(d->fp, sizeof(d->fp)));
	json_put_str(w, "chip_id", d->chip_id);
	json_put_str(w, "serial", d->serial);
	json_put_str(w, "batch", d->bid);
	json_put_str(w, "reel", d->reel);
	json_put_str_or_null(w, "product", d->product);
	cert_write(w, cert);
	json_put_time(w, "first_seen_at", d->first_seen_at);
	json_put_time(w, "last_seen_at", d->last_seen_at);
}

static enum rc device_write(struct api_call *call, struct json *w,
    const struct device *d, bool whole, struct err *e)
{
	struct job_device_cloud clouds[JOB_DEVICE_CLOUDS_MAX];
	struct cert cert;
	size_t n = 0;
	enum rc rc;

	rc = cert_parse(&cert, buf_span(&d->der), e);
	if (rc == RC_OK)
		rc = job_device_clouds(call->core, d->bid, (uint64_t)d->seq,
		    clouds, &n, e);
	if (rc != RC_OK)
		return rc;
	json_obj(w);
	fields_write(w, d, &cert);
	rc = state_write(call, w, d, e);
	clouds_write(w, clouds, n);
	if (rc == RC_OK && whole) {
		pem_write(w, "certificate", cert.der);
		rc = chain_write(call, w, d, e);
		if (rc == RC_OK)
			rc = details_write(w, &cert, e);
		if (rc == RC_OK)
			rc = timeline_write(call, w, d, clouds, n, e);
	}
	json_end(w);
	return rc;
}

struct words {
	char fingerprint[512], serial[512], chip_id[512], q[512];
	char bid[65], product[RAND_ID_SIZE];
};

/* Too long for any device: then none fits. */
static void query_word(struct api_call *call, const char *name, char *out,
    size_t cap, struct span *s)
{
	if (http_query(call->req, name, out, cap))
		*s = span_str(out);
}

static enum rc read_query(struct api_call *call, const char *cursor,
    struct words *v, struct device_query *q, struct err *e)
{
	struct span bid = SPAN_NONE, product = SPAN_NONE;
	uint64_t after = 0;

	query_word(call, "fingerprint", v->fingerprint, sizeof(v->fingerprint),
	    &q->fingerprint);
	query_word(call, "serial", v->serial, sizeof(v->serial), &q->serial);
	query_word(call, "chip_id", v->chip_id, sizeof(v->chip_id),
	    &q->chip_id);
	query_word(call, "q", v->q, sizeof(v->q), &q->q);
	query_word(call, "batch", v->bid, sizeof(v->bid), &bid);
	query_word(call, "product", v->product, sizeof(v->product), &product);
	q->bid = bid.n > 0 ? v->bid : NULL;
	q->product_id = product.n > 0 ? v->product : NULL;
	if (cursor[0] != '\0' && !span_u64(span_str(cursor), INT64_MAX, &after))
		return err_set(e, RC_INVALID, "bad-cursor",
		    "The cursor is not one that a list gave.");
	q->after = (int64_t)after;
	return RC_OK;
}

static enum rc write_all(struct api_call *call, struct api_list *l,
    struct device *rows, size_t n, struct err *e)
{
	char cursor[24];
	enum rc rc = RC_OK;
	size_t i;

	for (i = 0; i < n && rc == RC_OK; i++) {
		(void)snprintf(cursor, sizeof(cursor), "%lld",
		    (long long)rows[i].seq);
		if (!api_list_row(l, cursor))
			break;
		rc = device_write(call, &l->json, &rows[i], false, e);
	}
	for (i = 0; i < n; i++)
		device_clear(&rows[i]);
	return rc;
}

enum rc api_device_list(struct api_call *call, struct err *e)
{
	struct device_query q = {0};
	struct device *rows = NULL;
	struct words v;
	struct api_list l;
	size_t n = 0;
	enum rc rc;

	rc = api_list_begin(&l, call, e);
	if (rc != RC_OK)
		return rc;
	rc = read_query(call, l.cursor, &v, &q, e);
	if (rc == RC_OK) {
		n = l.limit + 1;
		rows = calloc(n, sizeof(*rows));
		rc = rows
		    ? device_search(call->core, &call->actor, &q, rows, &n, e)
		    : err_set(e, RC_ENV, "memory", "Out of memory.");
	}
	if (rc == RC_OK)
		rc = write_all(call, &l, rows, n, e);
	free(rows);
	return api_list_end(&l, rc, e);
}

enum rc api_device_get(struct api_call *call, struct err *e)
{
	struct device_query q = {.fingerprint = call->param[1]};
	struct device d;
	struct json w;
	struct buf out;
	size_t n = 1;
	enum rc rc;

	buf_init(&out, ANSWER_MAX);
	json_init(&w, &out);
	rc = device_search(call->core, &call->actor, &q, &d, &n, e);
	if (rc == RC_INVALID || (rc == RC_OK && n == 0))
		rc = err_set(e, RC_NOT_FOUND, "not-found",
		    "The account has no such device.");
	if (rc == RC_OK)
		rc = device_write(call, &w, &d, true, e);
	if (n > 0)
		device_clear(&d);
	if (rc == RC_OK)
		api_json(call, 200, &out);
	buf_clear(&out);
	return rc;
}
