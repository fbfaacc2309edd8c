/* Reads and answers what is about accounts' certificate authorities.
 * Must not judge a certificate. */
#include "api/api_ca.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api_list.h"
#include "api/api_upstream.h"
#include "base/enc.h"
#include "core/ca.h"

#define ANSWER_MAX (256 * 1024)
#define DERS_MAX (CA_CHAIN_MAX * CERT_DER_MAX)
#define CERT_PEM_MAX 16384
#define CHAIN_PEM_MAX 65536
#define DAY_S 86400

static const char *state_of(const struct store_ca *ca)
{
	if (ca->retired_at)
		return "retired";
	return ca->der.n == 0 ? "waiting" : "active";
}

void api_ca_put_pem(struct json *w, const char *key, struct span ders)
{
	struct span one;
	struct buf pem;

	buf_init(&pem, 2 * DERS_MAX);
	while (cert_next(&ders, &one))
		enc_pem(&pem, "CERTIFICATE", one);
	json_put_span(w, key, buf_span(&pem));
	buf_clear(&pem);
}

/* Those above it, as one text. */
static enum rc put_chain(struct api_call *call, struct json *w,
    const struct store_ca *ca, struct err *e)
{
	struct buf ders;
	enum rc rc;

	buf_init(&ders, DERS_MAX);
	rc = ca_chain(call->core, ca, &ders, e);
	api_ca_put_pem(w, "chain",
	    span_sub(buf_span(&ders), ca->der.n, ders.n));
	buf_clear(&ders);
	return rc;
}

static void put_fingerprint(struct json *w, const struct store_ca *ca)
{
	uint8_t fp[DIGEST_SHA256];

	if (ca->der.n == 0) {
		json_put_str(w, "fingerprint", NULL);
		return;
	}
	cert_fingerprint(buf_span(&ca->der), fp);
	json_put_hex(w, "fingerprint", span_of(fp, sizeof(fp)));
}

static enum rc write_ca(struct api_call *call, struct json *w,
    const struct store_ca *ca, struct err *e)
{
	struct ca_urls urls;
	enum rc rc;

	ca_urls(call->core, ca->id, &urls);
	json_obj(w);
	json_put_str(w, "id", ca->id);
	json_put_str(w, "name", ca->name);
	json_put_str(w, "kind", ca->kind);
	json_put_str(w, "state", state_of(ca));
	json_put_str_or_null(w, "parent", ca->parent_id);
	json_put_str_or_null(w, "hsm", ca->hsm_name);
	json_put_str(w, "key_type", ca->key_type);
	json_put_str(w, "common_name", ca->common_name);
	json_put_str(w, "organization", ca->org);
	if (ca->der.n > 0)
		api_ca_put_pem(w, "certificate", buf_span(&ca->der));
	else
		json_put_str(w, "certificate", NULL);
	rc = put_chain(call, w, ca, e);
	put_fingerprint(w, ca);
	json_put_time(w, "not_after", ca->not_after);
	json_put_u64(w, "certificates", ca->certificates);
	if (rc == RC_OK)
		rc = api_upstream_write(call, w, ca, e);
	json_put_str_or_null(w, "crl_url", urls.crl);
	json_put_str_or_null(w, "ocsp_url", urls.ocsp);
	json_put_time(w, "created_at", ca->created_at);
	json_end(w);
	return rc;
}

static enum rc answer(struct api_call *call, int status,
    const struct store_ca *ca, struct err *e)
{
	struct json w;
	struct buf out;
	enum rc rc;

	buf_init(&out, ANSWER_MAX);
	json_init(&w, &out);
	rc = write_ca(call, &w, ca, e);
	if (rc == RC_OK)
		api_json(call, status, &out);
	buf_clear(&out);
	return rc;
}

static enum rc param(struct api_call *call, char id[RAND_ID_SIZE],
    const char *what, struct err *e)
{
	if (api_param(call, 1, id, RAND_ID_SIZE))
		return RC_OK;
	return err_set(e, RC_NOT_FOUND, "not-found", "There is no such %s.",
	    what);
}

enum rc api_ca_list(struct api_call *call, struct err *e)
{
	struct store_ca_list which = {.account = call->actor.scope_id,
	    .now_s = call->actor.now_s};
	struct store_ca *rows = NULL;
	struct api_list l;
	size_t i, n, room;
	enum rc rc;

	rc = api_list_begin(&l, call, e);
	if (rc != RC_OK)
		return rc;
	which.after = l.cursor;
	room = n = l.limit + 1;
	rows = calloc(room, sizeof(*rows));
	for (i = 0; rows && i < room; i++)
		store_ca_init(&rows[i]);
	rc = rows ? store_ca_list(call->core->store, &which, rows, &n, e)
		  : err_set(e, RC_ENV, "memory", "Out of memory.");
	for (i = 0; rc == RC_OK && i < n && api_list_row(&l, rows[i].id); i++)
		rc = write_ca(call, &l.json, &rows[i], e);
	for (i = 0; rows && i < room; i++)
		store_ca_clear(&rows[i]);
	free(rows);
	return api_list_end(&l, rc, e);
}

static enum rc read_request(struct api_call *call, struct ca_request *r,
    struct err *e)
{
	static const char *const fields[] = {"name", "kind", "parent", "hsm",
	    "key_type", "common_name", "organization", "lifetime_days",
	    "upstream", NULL};
	const char *type = NULL;
	uint64_t days = 0;
	enum rc rc = api_fields_only(call, fields, e);

	if (rc == RC_OK)
		rc = api_field_str(call, "name", 100, &r->name, e);
	if (rc == RC_OK)
		rc = api_field_str(call, "kind", 10, &r->kind, e);
	if (rc == RC_OK)
		rc = api_field_str_opt(call, "parent", 23, &r->parent_id, e);
	if (rc == RC_OK)
		rc = api_field_str_opt(call, "hsm", 64, &r->hsm_name, e);
	if (rc == RC_OK)
		rc = api_field_str_opt(call, "key_type", 10, &type, e);
	if (rc == RC_OK)
		rc = api_field_str_opt(call, "common_name", 64, &r->common_name,
		    e);
	if (rc == RC_OK)
		rc = api_field_str_opt(call, "organization", 64, &r->org, e);
	if (rc == RC_OK)
		rc = api_field_u64_opt(call, "lifetime_days", 10980, 0, &days,
		    e);
	r->key_type = type ? key_type_of(span_str(type)) : KEY_P256;
	r->lifetime_s = (int64_t)days * DAY_S;
	return rc;
}

enum rc api_ca_create(struct api_call *call, struct err *e)
{
	struct ca_request r = {0};
	struct upstream_spec upstream;
	struct store_ca ca;
	bool given = false;
	enum rc rc = read_request(call, &r, e);

	store_ca_init(&ca);
	if (rc == RC_OK)
		rc = api_upstream_read(call, &upstream, &given, e);
	r.upstream = given ? &upstream : NULL;
	if (rc == RC_OK)
		rc = ca_create(call->core, &call->actor, &r, &ca, e);
	if (rc == RC_OK)
		rc = answer(call, 201, &ca, e);
	store_ca_clear(&ca);
	return rc;
}

enum rc api_ca_get(struct api_call *call, struct err *e)
{
	char id[RAND_ID_SIZE];
	struct store_ca ca;
	enum rc rc = param(call, id, "certificate authority", e);

	store_ca_init(&ca);
	if (rc == RC_OK)
		rc = ca_find(call->core, call->actor.scope_id, id,
		    call->actor.now_s, &ca, e);
	if (rc == RC_OK)
		rc = answer(call, 200, &ca, e);
	store_ca_clear(&ca);
	return rc;
}

enum rc api_ca_retire(struct api_call *call, struct err *e)
{
	char id[RAND_ID_SIZE];
	enum rc rc = param(call, id, "certificate authority", e);

	if (rc == RC_OK)
		rc = ca_retire(call->core, &call->actor, id, e);
	if (rc == RC_OK)
		call->resp->status = 204;
	return rc;
}

enum rc api_ca_csr(struct api_call *call, struct err *e)
{
	struct buf der, pem, out;
	char id[RAND_ID_SIZE];
	struct json w;
	enum rc rc = param(call, id, "certificate authority", e);

	buf_init(&der, CERT_DER_MAX);
	buf_init(&pem, CERT_PEM_MAX);
	buf_init(&out, 2 * CERT_PEM_MAX);
	if (rc == RC_OK)
		rc = ca_csr(call->core, &call->actor, id, &der, e);
	if (rc == RC_OK) {
		enc_pem(&pem, "CERTIFICATE REQUEST", buf_span(&der));
		json_init(&w, &out);
		json_obj(&w);
		json_put_span(&w, "csr", buf_span(&pem));
		json_end(&w);
		api_json(call, 200, &out);
	}
	buf_clear(&der);
	buf_clear(&pem);
	buf_clear(&out);
	return rc;
}

enum rc api_ca_import(struct api_call *call, struct err *e)
{
	static const char *const fields[] = {"certificate", "chain", NULL};
	const char *certificate = NULL, *chain = NULL;
	char id[RAND_ID_SIZE];
	struct store_ca ca;
	enum rc rc = param(call, id, "certificate authority", e);

	store_ca_init(&ca);
	if (rc == RC_OK)
		rc = api_fields_only(call, fields, e);
	if (rc == RC_OK)
		rc = api_field_str(call, "certificate", CERT_PEM_MAX,
		    &certificate, e);
	if (rc == RC_OK)
		rc = api_field_str_opt(call, "chain", CHAIN_PEM_MAX, &chain, e);
	if (rc == RC_OK)
		rc = ca_import(call->core, &call->actor,
		    &(const struct ca_import){id, span_str(certificate),
			span_str(chain)},
		    &ca, e);
	if (rc == RC_OK)
		rc = answer(call, 200, &ca, e);
	store_ca_clear(&ca);
	return rc;
}

/* The stored JSON's members stand beside the CA and the time. */
static void answer_profile(struct api_call *call,
    const struct store_ca_profile *p)
{
	struct span text = span_trim(buf_span(&p->text));
	struct json w;
	struct buf out;

	buf_init(&out, ANSWER_MAX);
	json_init(&w, &out);
	json_obj(&w);
	json_put_str(&w, "ca", p->ca_id);
	json_put_time(&w, "changed_at", p->changed_at);
	if (text.n > 2) {
		buf_add_u8(&out, ',');
		buf_add_span(&out, span_sub(text, 1, text.n - 2));
	}
	json_end(&w);
	api_json(call, 200, &out);
	buf_clear(&out);
}

static enum rc read_profile(struct api_call *call, struct store_ca_profile *p,
    struct err *e)
{
	struct profile profile;
	const char *ca = NULL;
	char *text = NULL;
	enum rc rc = api_field_str(call, "ca", RAND_ID_SIZE - 1, &ca, e);

	if (rc != RC_OK)
		return rc;
	(void)snprintf(p->ca_id, sizeof(p->ca_id), "%s", ca);
	(void)json_object_del(call->body, "ca");
	text = json_dumps(call->body, JSON_COMPACT);
	rc = text ? profile_parse(&profile, span_str(text), e)
		  : err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	free(text);
	/* Stored whole: a default that changes later changes nothing. */
	if (rc == RC_OK)
		profile_build(&profile, &p->text);
	return rc;
}

enum rc api_ca_profile_put(struct api_call *call, struct err *e)
{
	struct store_ca_profile p = {.changed_at = call->actor.now_s};
	enum rc rc = param(call, p.product_id, "product", e);

	buf_init(&p.text, PROFILE_TEXT_MAX);
	(void)snprintf(p.account_id, sizeof(p.account_id), "%s",
	    call->actor.scope_id);
	if (rc == RC_OK)
		rc = read_profile(call, &p, e);
	if (rc == RC_OK)
		rc = ca_profile_put(call->core, &call->actor, &p, e);
	if (rc == RC_OK)
		answer_profile(call, &p);
	buf_clear(&p.text);
	return rc;
}

enum rc api_ca_profile_get(struct api_call *call, struct err *e)
{
	struct store_ca_profile p = {0};
	char id[RAND_ID_SIZE];
	enum rc rc = param(call, id, "product", e);

	buf_init(&p.text, PROFILE_TEXT_MAX);
	if (rc == RC_OK)
		rc = ca_profile_find(call->core, call->actor.scope_id, id, &p,
		    e);
	if (rc == RC_OK)
		answer_profile(call, &p);
	buf_clear(&p.text);
	return rc;
}

enum rc api_ca_profile_delete(struct api_call *call, struct err *e)
{
	char id[RAND_ID_SIZE];
	enum rc rc = param(call, id, "product", e);

	if (rc == RC_OK)
		rc = ca_profile_delete(call->core, &call->actor, id, e);
	if (rc == RC_OK)
		call->resp->status = 204;
	return rc;
}
