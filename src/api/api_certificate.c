/* Reads and answers what is about certificates that authorities issued.
 * Must not judge one. */
#include "api/api_certificate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api_ca.h"
#include "api/api_list.h"
#include "base/enc.h"
#include "core/ca.h"
#include "core/certificate_server.h"

#define ANSWER_MAX (256 * 1024)
#define DERS_MAX (CA_CHAIN_MAX * CERT_DER_MAX)
#define CSR_PEM_MAX 16384
#define NAME_BYTES 4096
#define DAY_S 86400

static enum rc put_device(struct api_call *call, struct json *w,
    const struct store_certificate *c, struct err *e)
{
	struct device d;
	enum rc rc = RC_OK;

	device_init(&d);
	if (c->seq > 0)
		rc = device_get(call->core, c->seq, &d, e);
	if (rc == RC_OK && c->seq > 0)
		json_put_hex(w, "device", span_of(d.fp, sizeof(d.fp)));
	else
		json_put_str(w, "device", NULL);
	json_put_str_or_null(w, "chip_id", d.chip_id);
	/* Of an owner that it has had since, nothing. */
	json_put_str_or_null(w, "product",
	    strcmp(d.account_id, c->account_id) == 0 ? d.product : "");
	device_clear(&d);
	return rc;
}

static enum rc write_one(struct api_call *call, struct json *w,
    const struct store_certificate *c, struct err *e)
{
	bool valid = strcmp(c->state, "valid") == 0;
	bool expired = strcmp(c->state, "revoked") != 0 &&
	    c->not_after <= call->actor.now_s;
	struct cert cert;
	struct buf name;
	enum rc rc = cert_parse(&cert, buf_span(&c->der), e);

	if (rc != RC_OK)
		return rc;
	buf_init(&name, NAME_BYTES);
	cert_name_text(cert.subject, &name);
	json_put_str(w, "id", c->id);
	json_put_str(w, "ca", c->ca_id);
	json_put_str(w, "kind", c->kind);
	rc = put_device(call, w, c, e);
	json_put_span(w, "subject", buf_span(&name));
	json_put_hex(w, "serial", span_of(c->serial, c->serial_n));
	json_put_hex(w, "fingerprint", span_of(c->fp, sizeof(c->fp)));
	json_put_str(w, "state", expired ? "expired" : c->state);
	json_put_str(w, "reason", valid ? NULL : crl_reason_name(c->reason));
	json_put_time(w, "state_at", c->state_at);
	json_put_time(w, "not_before", c->not_before);
	json_put_time(w, "not_after", c->not_after);
	json_put_time(w, "issued_at", c->issued_at);
	buf_clear(&name);
	return rc;
}

static enum rc put_chain(struct api_call *call, struct json *w,
    const struct store_certificate *c, struct err *e)
{
	struct store_ca ca;
	struct buf ders;
	enum rc rc;

	store_ca_init(&ca);
	buf_init(&ders, DERS_MAX);
	rc = ca_find(call->core, c->account_id, c->ca_id, 0, &ca, e);
	if (rc == RC_OK)
		rc = ca_chain(call->core, &ca, &ders, e);
	api_ca_put_pem(w, "chain", buf_span(&ders));
	buf_clear(&ders);
	store_ca_clear(&ca);
	return rc;
}

static enum rc answer(struct api_call *call, int status,
    const struct store_certificate *c, struct err *e)
{
	struct json w;
	struct buf out;
	enum rc rc;

	buf_init(&out, ANSWER_MAX);
	json_init(&w, &out);
	json_obj(&w);
	rc = write_one(call, &w, c, e);
	api_ca_put_pem(&w, "certificate", buf_span(&c->der));
	if (rc == RC_OK)
		rc = put_chain(call, &w, c, e);
	json_end(&w);
	if (rc == RC_OK)
		api_json(call, status, &out);
	buf_clear(&out);
	return rc;
}

static enum rc param(struct api_call *call, char id[RAND_ID_SIZE],
    struct err *e)
{
	if (api_param(call, 1, id, RAND_ID_SIZE))
		return RC_OK;
	return err_set(e, RC_NOT_FOUND, "not-found",
	    "There is no such certificate.");
}

/* The device of a fingerprint, whoever has it. */
static enum rc find_device(struct api_call *call, const char *hex,
    struct device *d, struct err *e)
{
	uint8_t fp[DIGEST_SHA256];
	size_t n = 0;
	enum rc rc = RC_NOT_FOUND;

	if (enc_unhex(span_str(hex), fp, &n, sizeof(fp)) && n == sizeof(fp))
		rc = device_find_by_fp(call->core, fp, d, e);
	if (rc == RC_NOT_FOUND)
		rc = err_set(e, rc, "not-found", "There is no such device.");
	return rc;
}

static enum rc own_device(struct api_call *call, const char *hex,
    struct device *d, struct err *e)
{
	enum rc rc = find_device(call, hex, d, e);

	if (rc == RC_OK && strcmp(d->account_id, call->actor.scope_id) != 0)
		rc = err_set(e, RC_NOT_FOUND, "not-found",
		    "There is no such device.");
	return rc;
}

static enum rc read_filter(struct api_call *call,
    struct store_certificate_list *f, char text[3][80], struct err *e)
{
	static const char *const states[] = {"valid", "held", "revoked",
	    "expired"};
	struct device d;
	enum rc rc = RC_OK;
	size_t i;

	device_init(&d);
	if (http_query(call->req, "device", text[0], sizeof(text[0]))) {
		rc = own_device(call, text[0], &d, e);
		f->seq = d.seq;
	}
	device_clear(&d);
	if (http_query(call->req, "ca", text[1], sizeof(text[1])))
		f->ca = text[1];
	if (!http_query(call->req, "state", text[2], sizeof(text[2])))
		return rc;
	f->state = text[2];
	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (strcmp(states[i], f->state) == 0)
			return rc;
	return err_set(e, RC_INVALID, "bad-state",
	    "The state is valid, held, revoked or expired.");
}

static enum rc read_cursor(const char *text, int64_t *n, struct err *e)
{
	uint64_t v = 0;

	if (text[0] && !span_u64(span_str(text), INT64_MAX, &v))
		return err_set(e, RC_INVALID, "bad-cursor",
		    "This cursor is none that was given.");
	*n = (int64_t)v;
	return RC_OK;
}

enum rc api_certificate_list(struct api_call *call, struct err *e)
{
	struct store_certificate_list f = {.account = call->actor.scope_id,
	    .now_s = call->actor.now_s};
	struct store_certificate *rows = NULL;
	char text[3][80], cursor[24];
	size_t i, n, room;
	struct api_list l;
	enum rc rc = api_list_begin(&l, call, e);

	if (rc != RC_OK)
		return rc;
	room = n = l.limit + 1;
	rows = calloc(room, sizeof(*rows));
	if (!rows)
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	for (i = 0; rows && i < room; i++)
		store_certificate_init(&rows[i]);
	if (rc == RC_OK)
		rc = read_cursor(l.cursor, &f.before, e);
	if (rc == RC_OK)
		rc = read_filter(call, &f, text, e);
	if (rc == RC_OK)
		rc = store_certificate_list(call->core->store, &f, rows, &n, e);
	for (i = 0; rc == RC_OK && i < n; i++) {
		(void)snprintf(cursor, sizeof(cursor), "%lld",
		    (long long)rows[i].n);
		if (!api_list_row(&l, cursor))
			break;
		json_obj(&l.json);
		rc = write_one(call, &l.json, &rows[i], e);
		json_end(&l.json);
	}
	for (i = 0; rows && i < room; i++)
		store_certificate_clear(&rows[i]);
	free(rows);
	return api_list_end(&l, rc, e);
}

enum rc api_certificate_get(struct api_call *call, struct err *e)
{
	struct store_certificate c;
	char id[RAND_ID_SIZE];
	enum rc rc = param(call, id, e);

	store_certificate_init(&c);
	if (rc == RC_OK)
		rc = certificate_find(call->core, call->actor.scope_id, id, &c,
		    e);
	if (rc == RC_OK)
		rc = answer(call, 200, &c, e);
	store_certificate_clear(&c);
	return rc;
}

static enum rc read_reason(struct api_call *call, int *reason, struct err *e)
{
	static const char *const fields[] = {"reason", NULL};
	const char *text = NULL;
	enum rc rc = api_fields_only(call, fields, e);

	if (rc == RC_OK)
		rc = api_field_str(call, "reason", 40, &text, e);
	if (rc != RC_OK)
		return rc;
	*reason = crl_reason_of(span_str(text));
	if (*reason == CRL_REASON_NONE || *reason == CRL_REMOVE)
		return err_set(e, RC_INVALID, "bad-reason",
		    "The reason is one of RFC 5280 5.3.1, as in "
		    "keyCompromise or certificateHold.");
	return RC_OK;
}

enum rc api_certificate_revoke(struct api_call *call, struct err *e)
{
	struct store_certificate c;
	char id[RAND_ID_SIZE];
	int reason = 0;
	enum rc rc = param(call, id, e);

	store_certificate_init(&c);
	if (rc == RC_OK)
		rc = read_reason(call, &reason, e);
	if (rc == RC_OK)
		rc = certificate_revoke(call->core, &call->actor, id, reason,
		    &c, e);
	if (rc == RC_OK)
		rc = answer(call, 200, &c, e);
	store_certificate_clear(&c);
	return rc;
}

enum rc api_certificate_reactivate(struct api_call *call, struct err *e)
{
	struct store_certificate c;
	char id[RAND_ID_SIZE];
	enum rc rc = param(call, id, e);

	store_certificate_init(&c);
	if (rc == RC_OK)
		rc =
		    certificate_reactivate(call->core, &call->actor, id, &c, e);
	if (rc == RC_OK)
		rc = answer(call, 200, &c, e);
	store_certificate_clear(&c);
	return rc;
}

static enum rc read_names(struct api_call *call,
    const char *names[CERTIFICATE_SERVER_NAMES + 1], struct err *e)
{
	const json_t *list = json_object_get(call->body, "names");
	size_t i, n = json_array_size(list);

	for (i = 0; i < n && i < CERTIFICATE_SERVER_NAMES; i++) {
		names[i] = json_string_value(json_array_get(list, i));
		if (!names[i])
			break;
	}
	names[i] = NULL;
	if (n > 0 && i == n)
		return RC_OK;
	return err_set(e, RC_INVALID, "bad-field",
	    "names has to be a list of 1 to %d DNS names and IP addresses.",
	    CERTIFICATE_SERVER_NAMES);
}

enum rc api_certificate_server(struct api_call *call, struct err *e)
{
	static const char *const fields[] = {"ca", "csr", "names",
	    "lifetime_days", NULL};
	const char *names[CERTIFICATE_SERVER_NAMES + 1], *csr = NULL;
	struct certificate_server r = {.names = names};
	struct store_certificate c;
	uint64_t days = 0;
	enum rc rc = api_fields_only(call, fields, e);

	store_certificate_init(&c);
	if (rc == RC_OK)
		rc = api_field_str(call, "ca", RAND_ID_SIZE - 1, &r.ca, e);
	if (rc == RC_OK)
		rc = api_field_str(call, "csr", CSR_PEM_MAX, &csr, e);
	if (rc == RC_OK)
		rc = read_names(call, names, e);
	if (rc == RC_OK)
		rc = api_field_u64_opt(call, "lifetime_days",
		    CERTIFICATE_SERVER_DAYS, 90, &days, e);
	r.csr = span_str(csr);
	r.lifetime_s = (int64_t)(days ? days : 1) * DAY_S;
	if (rc == RC_OK)
		rc = certificate_server_issue(call->core, &call->actor, &r, &c,
		    e);
	if (rc == RC_OK)
		rc = answer(call, 201, &c, e);
	store_certificate_clear(&c);
	return rc;
}

static enum rc keep_out(struct api_call *call,
    enum rc (*how)(struct core *, const struct core_actor *,
	const struct device *, const char *, struct err *),
    struct err *e)
{
	static const char *const fields[] = {"note", NULL};
	const char *note = NULL;
	struct device d;
	char hex[80] = "";
	enum rc rc = api_fields_only(call, fields, e);

	device_init(&d);
	(void)api_param(call, 1, hex, sizeof(hex));
	if (rc == RC_OK)
		rc = api_field_str_opt(call, "note", 200, &note, e);
	if (rc == RC_OK)
		rc = own_device(call, hex, &d, e);
	if (rc == RC_OK)
		rc = how(call->core, &call->actor, &d, note ? note : "", e);
	if (rc == RC_OK)
		call->resp->status = 204;
	device_clear(&d);
	return rc;
}

enum rc api_certificate_quarantine(struct api_call *call, struct err *e)
{
	return keep_out(call, certificate_device_quarantine, e);
}

enum rc api_certificate_scrap(struct api_call *call, struct err *e)
{
	return keep_out(call, certificate_device_scrap, e);
}

enum rc api_certificate_release(struct api_call *call, struct err *e)
{
	struct device d;
	char hex[80] = "";
	enum rc rc;

	device_init(&d);
	(void)api_param(call, 1, hex, sizeof(hex));
	rc = own_device(call, hex, &d, e);
	if (rc == RC_OK)
		rc =
		    certificate_device_release(call->core, &call->actor, &d, e);
	if (rc == RC_OK)
		call->resp->status = 204;
	device_clear(&d);
	return rc;
}

static enum rc vendor_device(struct api_call *call, struct device *d,
    struct err *e)
{
	char hex[80] = "";
	enum rc rc;

	(void)api_param(call, 1, hex, sizeof(hex));
	rc = find_device(call, hex, d, e);
	if (rc == RC_OK && strcmp(d->vendor_id, call->actor.scope_id) != 0)
		rc = err_set(e, RC_NOT_FOUND, "not-found",
		    "There is no such device.");
	return rc;
}

enum rc api_certificate_birth_revoke(struct api_call *call, struct err *e)
{
	struct device d;
	int reason = 0;
	enum rc rc = read_reason(call, &reason, e);

	device_init(&d);
	if (rc == RC_OK)
		rc = vendor_device(call, &d, e);
	if (rc == RC_OK)
		rc = certificate_device_birth_revoke(call->core, &call->actor,
		    &d, reason, e);
	if (rc == RC_OK)
		call->resp->status = 204;
	device_clear(&d);
	return rc;
}

enum rc api_certificate_birth_reactivate(struct api_call *call, struct err *e)
{
	struct device d;
	enum rc rc;

	device_init(&d);
	rc = vendor_device(call, &d, e);
	if (rc == RC_OK)
		rc = certificate_device_birth_reactivate(call->core,
		    &call->actor, &d, e);
	if (rc == RC_OK)
		call->resp->status = 204;
	device_clear(&d);
	return rc;
}

static void write_birth(struct json *w, const struct store_certificate_birth *b)
{
	json_obj(w);
	json_put_hex(w, "device", span_of(b->fp, sizeof(b->fp)));
	json_put_str(w, "chip_id", b->chip_id);
	json_put_hex(w, "serial", span_of(b->serial, b->serial_n));
	json_put_str(w, "state", b->state);
	json_put_str(w, "reason", crl_reason_name(b->reason));
	json_put_time(w, "at", b->at);
	json_put_str(w, "by", b->by_name);
	json_end(w);
}

enum rc api_certificate_birth_list(struct api_call *call, struct err *e)
{
	struct store_certificate_birth *rows;
	int64_t after = 0;
	struct api_list l;
	char cursor[24];
	size_t i, n;
	enum rc rc = api_list_begin(&l, call, e);

	if (rc != RC_OK)
		return rc;
	n = l.limit + 1;
	rows = calloc(n, sizeof(*rows));
	rc = rows ? read_cursor(l.cursor, &after, e)
		  : err_set(e, RC_ENV, "memory", "Out of memory.");
	if (rc == RC_OK)
		rc = store_certificate_birth_list(call->core->store,
		    call->actor.scope_id, after, rows, &n, e);
	for (i = 0; rc == RC_OK && i < n; i++) {
		(void)snprintf(cursor, sizeof(cursor), "%lld",
		    (long long)rows[i].seq);
		if (!api_list_row(&l, cursor))
			break;
		write_birth(&l.json, &rows[i]);
	}
	free(rows);
	return api_list_end(&l, rc, e);
}
