/* Names of files to calls of core: CA.crl, CA-delta.crl, CA.cer, and of
 * vendors' CAs FINGERPRINT.crl and FINGERPRINT.cer.
 * Must not decide what is in them. */
#include "enrol/crl_http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "core/crl_list.h"
#include "enrol/cache_http.h"
#include "enrol/crl_kept.h"

#define PIECE (64 * 1024)
#define LIST_TYPE "application/pkix-crl"

static enum rc not_found(struct err *e)
{
	return err_set(e, RC_NOT_FOUND, "not-found", "There is nothing here.");
}

static bool cut_end(struct span *name, const char *end)
{
	size_t n = strlen(end);

	if (name->n <= n || !span_eq_str(span_sub(*name, name->n - n, n), end))
		return false;
	name->n -= n;
	return true;
}

static bool read_fp(struct span hex, uint8_t fp[DIGEST_SHA256])
{
	size_t n = 0;

	return enc_unhex(hex, fp, &n, DIGEST_SHA256) && n == DIGEST_SHA256;
}

/* A large list on its way out. */
struct pieces {
	struct crl_kept *list;
	size_t at;
};

static enum rc pieces_read(void *state, struct buf *out, struct err *e)
{
	struct pieces *p = state;
	struct span next = span_sub(buf_span(&p->list->der), p->at, PIECE);

	buf_add_span(out, next);
	p->at += next.n;
	return p->at < p->list->der.n ? RC_OK : RC_NOT_FOUND;
}

static void pieces_free(void *state)
{
	struct pieces *p = state;

	crl_kept_leave(p->list);
	free(p);
}

static const struct http_source pieces_source = {pieces_read, pieces_free};

static enum rc put_file(struct enrol_call *call, const char *type,
    struct buf *der, struct cache_http *c, struct err *e)
{
	uint8_t hash[DIGEST_SHA256];

	digest_sha256(buf_span(der), hash);
	memcpy(c->tag, hash, sizeof(c->tag));
	call->resp->status = 200;
	call->resp->content_type = type;
	if (cache_http_put(c, call->now_s, call->req, call->resp))
		return RC_OK;
	buf_add_span(&call->resp->body, buf_span(der));
	return RC_OK;
}

static enum rc put_kept(struct enrol_call *call, const struct crl_list *l,
    struct crl_kept *k, struct err *e)
{
	struct cache_http c = {.modified = l->this_update,
	    .expires = l->next_update};
	struct pieces *p;

	memcpy(c.tag, k->tag, sizeof(c.tag));
	call->resp->status = 200;
	call->resp->content_type = LIST_TYPE;
	if (cache_http_put(&c, call->now_s, call->req, call->resp))
		return RC_OK;
	p = calloc(1, sizeof(*p));
	if (!p)
		return err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	p->list = crl_kept_use(k);
	call->resp->source = &pieces_source;
	call->resp->source_state = p;
	return RC_OK;
}

/* k: the one that is known, or NULL. */
static enum rc put_list(struct enrol_call *call, const char *name,
    struct crl_list *l, struct crl_kept *k, struct err *e)
{
	struct cache_http c = {.modified = l->this_update,
	    .expires = l->next_update};
	enum rc rc;

	if (k && l->der.n == 0)
		return put_kept(call, l, k, e);
	if (l->der.n < CRL_KEPT_MIN)
		return put_file(call, LIST_TYPE, &l->der, &c, e);
	k = crl_kept_put(name, l);
	if (!k)
		return err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	rc = put_kept(call, l, k, e);
	crl_kept_leave(k);
	return rc;
}

enum rc crl_http_list(struct enrol_call *call, struct err *e)
{
	struct span name = call->param[0];
	char id[RAND_ID_SIZE], key[CRL_KEPT_NAME];
	struct crl_kept *k;
	struct crl_list l;
	bool delta;
	enum rc rc;

	if (!cut_end(&name, ".crl"))
		return not_found(e);
	delta = cut_end(&name, "-delta");
	if (!span_copy_str(name, id, sizeof(id)))
		return not_found(e);
	(void)snprintf(key, sizeof(key), "%s%s", id, delta ? "-delta" : "");
	k = crl_kept_find(key);
	crl_list_init(&l);
	l.known = k ? k->number : 0;
	rc = crl_list_get(call->core, id, delta, call->now_s, &l, e);
	if (rc == RC_OK)
		rc = put_list(call, key, &l, k, e);
	crl_list_clear(&l);
	crl_kept_leave(k);
	return rc;
}

enum rc crl_http_vendor_list(struct enrol_call *call, struct err *e)
{
	struct span name = call->param[0];
	char key[2 * DIGEST_SHA256 + 1];
	uint8_t fp[DIGEST_SHA256];
	struct crl_kept *k;
	struct crl_list l;
	enum rc rc;

	if (!cut_end(&name, ".crl") || !read_fp(name, fp))
		return not_found(e);
	enc_hex_str(key, span_of(fp, sizeof(fp)));
	k = crl_kept_find(key);
	crl_list_init(&l);
	l.known = k ? k->number : 0;
	rc = crl_list_vendor(call->core, fp, &l, e);
	if (rc == RC_OK)
		rc = put_list(call, key, &l, k, e);
	crl_list_clear(&l);
	crl_kept_leave(k);
	return rc;
}

static enum rc put_ca(struct enrol_call *call, struct buf *der, struct err *e)
{
	struct cache_http c = {.modified = 0};

	return put_file(call, "application/pkix-cert", der, &c, e);
}

enum rc crl_http_ca(struct enrol_call *call, struct err *e)
{
	struct span name = call->param[0];
	char id[RAND_ID_SIZE];
	struct buf der;
	enum rc rc;

	if (!cut_end(&name, ".cer") || !span_copy_str(name, id, sizeof(id)))
		return not_found(e);
	buf_init(&der, CERT_DER_MAX);
	rc = crl_list_ca(call->core, id, &der, e);
	if (rc == RC_OK)
		rc = put_ca(call, &der, e);
	buf_clear(&der);
	return rc;
}

enum rc crl_http_vendor_ca(struct enrol_call *call, struct err *e)
{
	struct span name = call->param[0];
	uint8_t fp[DIGEST_SHA256];
	struct buf der;
	enum rc rc;

	if (!cut_end(&name, ".cer") || !read_fp(name, fp))
		return not_found(e);
	buf_init(&der, CERT_DER_MAX);
	rc = crl_list_vendor_ca(call->core, fp, &der, e);
	if (rc == RC_OK)
		rc = put_ca(call, &der, e);
	buf_clear(&der);
	return rc;
}
